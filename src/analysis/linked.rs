//! The way to a place may lead through other files: those are looked for in rounds and evaluated together with it.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::searches::{Search, searches};
use super::{FileAnalysis, Input, conclude, interest};
use crate::lang::{Interest, build_for};
use crate::program::{DataFile, Language, Part, Program, Start, link};
use crate::project::Zone;
use crate::project::starts;
use crate::worlds;

/// Rounds of looking for files.
const ROUNDS: usize = 6;
/// Files evaluated together.
const MAX_FILES: usize = 48;
/// Nodes evaluated in one round after which no more files are looked for: each would be evaluated with all the others again.
const MAX_STEPS: u64 = 60_000;
/// Nodes of the files that are evaluated together with one.
const MAX_NODES: usize = 60_000;
/// What more files than this mention is too common a name to tell anything.
const MAX_FOUND: usize = 16;

/// The other files of a project.
pub trait Sources: Sync {
    /// For each search, the paths of the files that answer it.
    fn search(&self, language: Language, searches: &[&Search]) -> Vec<Vec<SmolStr>>;
    /// The file at a path; `None` where it is left out or cannot be read.
    fn open(&self, path: &str, language: Language) -> Option<OtherSource>;
    /// Whether two files of a language may know each other.
    fn belong_together(&self, language: Language, one: &str, other: &str) -> bool;
    /// The file of data at a path.
    fn data(&self, path: &str) -> Option<DataFile>;
}

/// A file of the project.
pub struct OtherSource {
    /// As reports name it.
    pub shown: SmolStr,
    pub text: Arc<str>,
    pub template: bool,
    pub zone: Zone,
}

/// A file whose places production seems to reach.
pub struct Main<'a> {
    pub input: Input<'a>,
    /// As [`Sources`] name it.
    pub path: SmolStr,
    pub shown: SmolStr,
    /// Files that are known to bear on it, with the names that they give it.
    pub given: Vec<(SmolStr, SmolStr)>,
    /// Somebody asked why.
    pub asked: bool,
}

/// What was found for a file: the others that bear on it.
#[derive(Clone, Default)]
pub struct Found {
    parts: Vec<Part>,
    data: Vec<DataFile>,
    unsearched: Vec<SmolStr>,
}

impl Found {
    /// Whether the file at a path, as [`Sources`] name it, is among them.
    pub fn holds(&self, path: &str) -> bool {
        self.parts.iter().any(|part| part.path == path)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.data.is_empty()
    }

    /// Whether the file at a path is among them and was found with another text.
    pub fn differs(&self, path: &str, text: &str) -> bool {
        self.parts.iter().any(|part| part.path == path && *part.text != *text)
    }

    /// The same with another text of the file at a path; `input` is that of this file, with the new text.
    pub fn renewed(&self, input: &Input<'_>, path: &str) -> Found {
        let mut found = self.clone();
        for part in found.parts.iter_mut().filter(|part| part.path == path) {
            let program =
                build_for(input.language, input.text, input.template, input.triggers, interest(input), &part.names);
            part.text = Arc::from(input.text);
            part.program = Arc::new(program);
        }
        found
    }

    /// The answer for a file together with what was found for it; `None` if it cannot be told.
    pub(super) fn conclude(
        &self,
        input: &Input<'_>,
        path: &SmolStr,
        shown: &SmolStr,
        program: Program,
    ) -> Option<FileAnalysis> {
        let own = own_part(input, path, shown, program);
        let parts: Vec<Part> = std::iter::once(own).chain(self.parts.iter().cloned()).collect();
        let program = link(&parts, &self.data, &self.unsearched)?;
        let answers = worlds::evaluate(&program, input.facts);
        Some(conclude(input, program, answers, false))
    }
}

/// The file that others are found for, as a part of a program.
fn own_part(input: &Input<'_>, path: &SmolStr, shown: &SmolStr, program: Program) -> Part {
    Part {
        path: path.clone(),
        shown: shown.clone(),
        text: Arc::from(input.text),
        start: starts::start(input.language, path, input.zone),
        is_first: false,
        names: Vec::new(),
        program: Arc::new(program),
    }
}

/// An answer and what it was found with.
pub struct Linked {
    pub analysis: FileAnalysis,
    pub found: Found,
}

/// Answers for files with what the rest of the project says of them; `None` where it says nothing new.
pub fn analyze_linked(mains: &[Main<'_>], sources: &dyn Sources) -> Vec<Option<Linked>> {
    let mut linking: Vec<Linking<'_, '_>> = mains.par_iter().map(|main| Linking::of(main, sources)).collect();
    for round in 0..=ROUNDS {
        let is_last = round == ROUNDS;
        linking.par_iter_mut().filter(|linking| !linking.is_done).for_each(|linking| linking.evaluate(is_last));
        for language in Language::ALL {
            let mut open: Vec<&mut Linking<'_, '_>> = linking
                .iter_mut()
                .filter(|linking| !linking.is_done && linking.main.input.language == language)
                .collect();
            let all: Vec<&Search> = open.iter().flat_map(|linking| &linking.wanted).collect();
            if all.is_empty() {
                continue;
            }
            let mut found = sources.search(language, &all).into_iter();
            let found: Vec<Vec<Vec<SmolStr>>> =
                open.iter().map(|linking| found.by_ref().take(linking.wanted.len()).collect()).collect();
            open.par_iter_mut().zip(found).for_each(|(linking, found)| linking.take(found, sources));
        }
        if linking.iter().all(|linking| linking.is_done) {
            break;
        }
    }
    let linked = |linking: Linking<'_, '_>| {
        let parts = linking.parts.into_iter().skip(1).collect();
        let found = Found { parts, data: linking.data, unsearched: linking.unsearched };
        linking.answer.map(|analysis| Linked { analysis, found })
    };
    linking.into_iter().map(linked).collect()
}

/// One file and those that were found for it.
struct Linking<'m, 'a> {
    main: &'m Main<'a>,
    parts: Vec<Part>,
    data: Vec<DataFile>,
    /// Names that were not looked for everywhere.
    unsearched: Vec<SmolStr>,
    asked: FxHashSet<Search>,
    wanted: Vec<Search>,
    is_done: bool,
    answer: Option<FileAnalysis>,
}

impl<'m, 'a> Linking<'m, 'a> {
    fn of(main: &'m Main<'a>, sources: &dyn Sources) -> Self {
        let Main { input, path, shown, given, .. } = main;
        let names: Vec<SmolStr> = given.iter().map(|(_, name)| name.clone()).collect();
        let interest = if given.is_empty() { interest(input) } else { Interest::Places };
        let program = build_for(input.language, input.text, input.template, input.triggers, interest, &names);
        let is_done = program.too_large;
        let own = own_part(input, path, shown, program);
        let (data, asked, wanted) = (Vec::new(), FxHashSet::default(), Vec::new());
        let unsearched = Vec::new();
        let mut linking = Linking { main, parts: vec![own], data, unsearched, asked, wanted, is_done, answer: None };
        for (path, _) in given {
            let search = Search { names: names.clone(), is_first: true, ..Search::default() };
            let is_known = linking.parts.iter().any(|part| part.path == *path);
            let part = if is_known { None } else { linking.part(path, &search, sources) };
            linking.parts.extend(part);
        }
        linking
    }

    /// Nodes of what is in sight beside the file itself.
    fn nodes(&self) -> usize {
        let items = self.parts.iter().skip(1).flat_map(|part| &part.program.items);
        items.filter_map(|item| item.code.as_ref()).map(|code| code.nodes.len()).sum()
    }

    fn program(&self) -> Option<Program> {
        link(&self.parts, &self.data, &self.unsearched)
    }

    /// Evaluates what is in sight, and notes what else to look for.
    fn evaluate(&mut self, is_last: bool) {
        let Some(program) = self.program() else {
            self.is_done = true;
            return;
        };
        let answers = worlds::evaluate(&program, self.main.input.facts);
        let is_costly = self.parts.len() > 1 && answers.steps > MAX_STEPS;
        let mut new: Vec<Search> =
            searches(&program, &answers).into_iter().filter(|search| self.asked.insert(search.clone())).collect();
        // bases and predicates first: what the file itself looks up says most
        new.sort_by_key(|search| !search.is_first || search.stem.is_some());
        if new.is_empty() {
            self.is_done = true;
            self.finish(program, answers);
        } else if is_last || is_costly || self.parts.len() >= MAX_FILES {
            // what was not looked for may be anywhere
            new.iter().for_each(|search| self.leave(search));
            self.finish_anew();
        } else {
            self.wanted = new;
        }
    }

    /// Whether the rest of the project says anything.
    fn has_company(&self) -> bool {
        self.parts.len() > 1 || !self.data.is_empty()
    }

    /// Ends with what is in sight now.
    fn finish_anew(&mut self) {
        self.is_done = true;
        if let Some(program) = self.has_company().then(|| self.program()).flatten() {
            let answers = worlds::evaluate(&program, self.main.input.facts);
            self.finish(program, answers);
        }
    }

    fn finish(&mut self, program: Program, answers: worlds::Answers) {
        if self.has_company() {
            self.answer = Some(conclude(&self.main.input, program, answers, self.main.asked));
        }
    }

    /// Who uses what a search was for may not be in sight.
    fn leave(&mut self, search: &Search) {
        if !search.is_first {
            self.unsearched.extend(search.words.last().cloned());
        }
    }

    /// Takes in what was found, side by side with what was wanted.
    fn take(&mut self, found: Vec<Vec<SmolStr>>, sources: &dyn Sources) {
        let mut is_new = false;
        for (search, paths) in std::mem::take(&mut self.wanted).into_iter().zip(found) {
            let new: Vec<SmolStr> =
                paths.into_iter().filter(|path| !self.parts.iter().any(|part| part.path == *path)).collect();
            if search.data.is_some() {
                let data = new.iter().take(1).filter_map(|path| sources.data(path));
                let before = self.data.len();
                self.data.extend(data);
                is_new |= self.data.len() > before;
                continue;
            }
            if new.len() > MAX_FOUND {
                self.leave(&search);
                continue;
            }
            for path in new {
                if self.parts.len() >= MAX_FILES || self.nodes() >= MAX_NODES {
                    self.leave(&search);
                    break;
                }
                if let Some(part) = self.part(&path, &search, sources) {
                    self.parts.push(part);
                    is_new = true;
                }
            }
        }
        if !is_new {
            // there is nothing more to learn
            self.finish_anew();
        }
    }

    fn part(&self, path: &SmolStr, search: &Search, sources: &dyn Sources) -> Option<Part> {
        let input = &self.main.input;
        if !sources.belong_together(input.language, &self.main.path, path) {
            return None;
        }
        let OtherSource { shown, text, template, zone } = sources.open(path, input.language)?;
        // what a file of that name has to do with it shows in its words
        if search.stem.is_some() && search.is_first && !input.triggers.may_decide(&text) {
            return None;
        }
        // a test runs what it tests; that says nothing about who else does
        if zone == Zone::Test {
            return None;
        }
        let other = Input { text: &text, template, zone, ..*input };
        let interest = interest(&other);
        let program = build_for(input.language, &text, template, input.triggers, interest, &search.names);
        let start = match starts::start(input.language, path, zone) {
            Start::Loaders if search.is_first => Start::Always,
            start => start,
        };
        let (path, is_first, names) = (path.clone(), search.is_first, search.names.clone());
        Some(Part { path, shown, text, start, is_first, names, program: Arc::new(program) })
    }
}
