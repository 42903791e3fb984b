//! The files of a project on disk, searched for words.

use std::path::Path;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use super::{FileSources, Workspace};
use crate::analysis::{OtherSource, Search, Sources};
use crate::cli::scan;
use crate::program::{DataFile, Language};
use crate::project::data;
use crate::project::files::{self, Kind};
use crate::text;

/// Files of the project, as they stand on disk.
pub struct OnDisk<'w> {
    workspace: &'w Workspace,
    /// By language: what may be searched.
    files: [Vec<(SmolStr, Kind)>; 3],
    /// Texts that count instead of those on disk.
    open: FxHashMap<SmolStr, Arc<str>>,
}

impl<'w> OnDisk<'w> {
    pub fn of(workspace: &'w Workspace) -> Self {
        let mut files: [Vec<(SmolStr, Kind)>; 3] = Default::default();
        for path in &workspace.listing.files {
            let kind = kind_of(workspace, path);
            if let Some(kind) = kind.filter(|_| !scan::is_hidden(path) && !files::is_generated_name(path)) {
                files[kind.language as usize].push((path.clone(), kind));
            }
        }
        OnDisk { workspace, files, open: FxHashMap::default() }
    }

    /// The same with texts, by their paths from the root of the scan, that count instead of those on disk.
    pub fn with_open(mut self, open: impl IntoIterator<Item = (SmolStr, Arc<str>)>) -> Self {
        self.open = open.into_iter().map(|(path, text)| (self.path_of(&path), text)).collect();
        self
    }

    /// As the scan knows it: relative to its root.
    fn shown(&self, path: &str) -> SmolStr {
        let prefix = self.workspace.prefix.as_str();
        match path.strip_prefix(prefix) {
            Some(inside) => inside.into(),
            None => format_smolstr!("{}{path}", "../".repeat(prefix.matches('/').count())),
        }
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        match self.open.get(path) {
            Some(text) => Some(text.as_bytes().to_vec()),
            None => scan::again(&self.workspace.listing.folder.join(path)).ok(),
        }
    }
}

impl FileSources for OnDisk<'_> {
    fn path_of(&self, path: &str) -> SmolStr {
        self.workspace.path_in_project(path)
    }
}

impl Sources for OnDisk<'_> {
    fn search(&self, language: Language, searches: &[&Search]) -> Vec<Vec<SmolStr>> {
        let files = &self.files[language as usize];
        let mut found = vec![Vec::new(); searches.len()];
        let mut by_stem: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (index, search) in searches.iter().enumerate() {
            if let Some(stem) = &search.stem {
                by_stem.entry(stem).or_default().push(index);
            }
        }
        for (index, search) in searches.iter().enumerate() {
            if let Some(end) = &search.data {
                let all = self.workspace.listing.files.iter();
                let fits = |path: &&SmolStr| {
                    path.strip_suffix(end.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('/'))
                };
                found[index].extend(all.filter(fits).cloned());
            }
        }
        for (path, _) in files {
            for index in by_stem.get(files::stem(path)).into_iter().flatten() {
                let ends = &searches[*index].ends;
                let ends_so = |end: &SmolStr| {
                    path.strip_suffix(end.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('/'))
                };
                if ends.is_empty() || ends.iter().any(ends_so) {
                    found[*index].push(path.clone());
                }
            }
        }
        if let Some(words) = Words::of(searches) {
            let hits: Vec<(usize, &SmolStr)> = files
                .par_iter()
                .flat_map_iter(|(path, _)| {
                    let bytes = self.read(path).unwrap_or_default();
                    words.answers(&bytes).into_iter().map(move |index| (index, path))
                })
                .collect();
            for (index, path) in hits {
                found[index].push(path.clone());
            }
        }
        found
    }

    fn belong_together(&self, language: Language, one: &str, other: &str) -> bool {
        let ((part, one), (other_part, other)) =
            (self.workspace.part_of_project(one), self.workspace.part_of_project(other));
        // nothing of a folder with a configuration of its own is known around it
        std::ptr::eq(part, other_part) && part.index.belong_together(language, &one, &other)
    }

    fn data(&self, path: &str) -> Option<DataFile> {
        let text = text::decode(self.read(path)?).ok()?.text;
        Some(DataFile { path: path.into(), keys: data::outermost_keys(&text) })
    }

    fn open(&self, path: &str, language: Language) -> Option<OtherSource> {
        let shown = self.shown(path);
        let (part, inside) = self.workspace.part_of_project(path);
        let kind = kind_of(self.workspace, path).filter(|kind| kind.language == language)?;
        let bytes = self.read(path)?;
        if part.index.excludes(&inside) || files::is_generated_text(&bytes) || text::is_binary(&bytes) {
            return None;
        }
        let text = text::decode(bytes).ok()?.text;
        let zone = part.index.zone_of(language, &inside, &text);
        Some(OtherSource { shown, text: Arc::from(text), template: kind.template, zone })
    }
}

/// By the name, or by the first line of what may be a script.
fn kind_of(workspace: &Workspace, path: &str) -> Option<Kind> {
    let may_be_script = files::may_be_script(Path::new(path));
    scan::kind(&workspace.listing.folder.join(path), may_be_script)
}

/// The words of several searches, compiled.
struct Words<'s> {
    searcher: AhoCorasick,
    /// By word: whether it has to stand by itself.
    whole: Vec<bool>,
    /// By search that has words: its index, its words, the texts of which one is enough.
    wanted: Vec<(usize, Vec<usize>, Vec<usize>)>,
    _searches: std::marker::PhantomData<&'s ()>,
}

impl<'s> Words<'s> {
    fn of(searches: &[&'s Search]) -> Option<Words<'s>> {
        let mut known: FxHashMap<(&str, bool), usize> = FxHashMap::default();
        let mut id = |word: &'s str, whole: bool| {
            let next = known.len();
            *known.entry((word, whole)).or_insert(next)
        };
        let mut wanted = Vec::new();
        for (index, search) in searches.iter().enumerate().filter(|(_, search)| !search.words.is_empty()) {
            let words = search.words.iter().map(|word| id(word, true)).collect();
            let one_of = search.one_of.iter().map(|text| id(text, false)).collect();
            wanted.push((index, words, one_of));
        }
        let mut all: Vec<(&str, bool, usize)> =
            known.into_iter().map(|((word, whole), id)| (word, whole, id)).collect();
        all.sort_unstable_by_key(|(_, _, id)| *id);
        let patterns = all.iter().map(|(word, ..)| word);
        let searcher = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
        let searcher = searcher.filter(|_| !all.is_empty())?;
        let whole = all.iter().map(|(_, whole, _)| *whole).collect();
        Some(Words { searcher, whole, wanted, _searches: std::marker::PhantomData })
    }

    /// The searches that a text answers.
    fn answers(&self, text: &[u8]) -> Vec<usize> {
        let is_word = |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        for hit in self.searcher.find_overlapping_iter(text) {
            let id = hit.pattern().as_usize();
            let stands_alone =
                || !is_word(hit.start().checked_sub(1).and_then(|at| text.get(at))) && !is_word(text.get(hit.end()));
            if !self.whole[id] || stands_alone() {
                seen.insert(id);
            }
        }
        if seen.is_empty() {
            return Vec::new();
        }
        let answers = |words: &[usize], one_of: &[usize]| {
            words.iter().all(|word| seen.contains(word))
                && (one_of.is_empty() || one_of.iter().any(|text| seen.contains(text)))
        };
        let wanted = self.wanted.iter().filter(|(_, words, one_of)| answers(words, one_of));
        wanted.map(|(index, ..)| *index).collect()
    }
}
