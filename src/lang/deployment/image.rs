//! Dockerfiles: what the final image sets and starts.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use tree_sitter::Node;

use super::words::{self, Simple};
use super::{expand, push_commands};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, When, Word, says_other};
use crate::syntax::formats::{Grammar, parse_format};

/// Stages above which a file was made to be large.
const MOST_STAGES: usize = 256;

/// A stage while it is read.
#[derive(Default)]
struct Stage<'t> {
    name: SmolStr,
    image: SmolStr,
    /// The stage that it goes on from.
    base: Option<usize>,
    /// Stages that files are copied from.
    copies: Vec<usize>,
    variables: Vec<Set>,
    entry: Option<Node<'t>>,
    command: Option<Node<'t>>,
    runs: Vec<Node<'t>>,
    known: Known,
}

/// Values by name, and whether somebody may give another one.
type Known = FxHashMap<SmolStr, (SmolStr, bool)>;

struct Set {
    name: SmolStr,
    value: SmolStr,
    range: Range<usize>,
    statement: Range<usize>,
    is_default: bool,
}

pub(super) fn read(text: &str) -> Deployment {
    let Some(tree) = parse_format(Grammar::Containerfile, text) else {
        return Deployment::default();
    };
    let mut file =
        File { text, stages: Vec::new(), known: Known::default(), global: Known::default(), own: FxHashSet::default() };
    let mut cursor = tree.walk();
    for node in tree.root_node().children(&mut cursor) {
        file.instruction(node);
        // nobody writes so many, and each is looked at for each
        if file.stages.len() > MOST_STAGES {
            return Deployment::default();
        }
    }
    file.end_stage();
    file.conclude()
}

struct File<'t> {
    text: &'t str,
    stages: Vec<Stage<'t>>,
    /// What the stage knows so far.
    known: Known,
    /// Arguments before the first stage.
    global: Known,
    /// What the stage sets itself.
    own: FxHashSet<SmolStr>,
}

impl<'t> File<'t> {
    fn instruction(&mut self, node: Node<'t>) {
        match node.kind() {
            "from_instruction" => self.from(node),
            "arg_instruction" => self.arguments(node),
            "env_instruction" => self.variables(node),
            "copy_instruction" => self.copy(node),
            "run_instruction" => self.on_stage(|stage| stage.runs.push(node)),
            "cmd_instruction" => self.on_stage(|stage| stage.command = Some(node)),
            "entrypoint_instruction" => self.on_stage(|stage| {
                stage.entry = Some(node);
                // an entry point of its own makes an image forget the command of the image below
                stage.command = None;
            }),
            _ => {}
        }
    }

    fn on_stage(&mut self, act: impl FnOnce(&mut Stage<'t>)) {
        if let Some(stage) = self.stages.last_mut() {
            act(stage);
        }
    }

    fn from(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let spec = node.children(&mut cursor).find(|child| child.kind() == "image_spec");
        let image = spec.map(|spec| self.slice(spec.byte_range())).unwrap_or_default();
        self.end_stage();
        let (image, _) = expand(image, &|name| self.global.get(name).cloned());
        let name = node.child_by_field_name("as").map(|alias| self.slice(alias.byte_range())).unwrap_or_default();
        let base = self.stage_named(&image);
        // what a stage sets holds in those that go on from it
        let mut next = base;
        let mut chain = Vec::new();
        while let Some(index) = next {
            chain.push(index);
            next = self.stages[index].base;
        }
        for index in chain.into_iter().rev() {
            let sets = self.stages[index].variables.iter();
            self.known.extend(sets.map(|set| (set.name.clone(), (set.value.clone(), set.is_default))));
        }
        self.stages.push(Stage { name: name.into(), image, base, ..Stage::default() });
    }

    fn end_stage(&mut self) {
        let known = std::mem::take(&mut self.known);
        self.own.clear();
        match self.stages.last_mut() {
            Some(stage) => stage.known = known,
            None => self.global = known,
        }
    }

    /// The stage of a name or number; the last of that name.
    fn stage_named(&self, name: &str) -> Option<usize> {
        let named = self.stages.iter().rposition(|stage| stage.name.eq_ignore_ascii_case(name) && !name.is_empty());
        named.or_else(|| name.parse().ok().filter(|index| *index < self.stages.len()))
    }

    fn arguments(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        for pair in node.children(&mut cursor).filter(|child| child.kind() == "arg_pair") {
            let Some(name) = pair.child_by_field_name("name") else { continue };
            let name = SmolStr::new(self.slice(name.byte_range()));
            let value = pair.child_by_field_name("default").map(|value| self.literal(value));
            let value = value.or_else(|| self.global.get(&name).cloned());
            // of both, what ENV says holds
            if let Some((value, _)) = value.filter(|_| !self.own.contains(&name)) {
                self.known.insert(name, (value, true));
            }
        }
    }

    fn variables(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let pairs: Vec<Node<'t>> = node.children(&mut cursor).filter(|child| child.kind() == "env_pair").collect();
        for pair in pairs {
            let (Some(name), Some(value)) = (pair.child_by_field_name("name"), pair.child_by_field_name("value"))
            else {
                continue;
            };
            let name = SmolStr::new(self.slice(name.byte_range()));
            let (value, is_default) = self.literal(value);
            self.known.insert(name.clone(), (value.clone(), is_default));
            self.own.insert(name.clone());
            let range = pair.byte_range();
            let set = Set { name, value, statement: node.start_byte()..range.end, range, is_default };
            self.on_stage(|stage| stage.variables.push(set));
        }
    }

    fn copy(&mut self, node: Node<'t>) {
        let text = self.slice(node.byte_range());
        let from = text.split_whitespace().find_map(|word| word.strip_prefix("--from="));
        if let Some(stage) = from.and_then(|name| self.stage_named(name)) {
            self.on_stage(|own| own.copies.push(stage));
        }
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    /// A value without quotes and with what is known in the place of variables.
    fn literal(&self, node: Node<'_>) -> (SmolStr, bool) {
        let text = self.slice(node.byte_range()).trim();
        let inner = match text.as_bytes() {
            [b'"', .., b'"'] | [b'\'', .., b'\''] => &text[1..text.len() - 1],
            _ => text,
        };
        match text.starts_with('\'') {
            true => (inner.into(), false),
            false => expand(inner, &|name| self.known.get(name).cloned()),
        }
    }

    /// The stage whose image production runs: the last one that is not named for something else.
    fn last(&self) -> Option<usize> {
        self.stages.iter().rposition(|stage| !says_other(&stage.name))
    }

    fn conclude(self) -> Deployment {
        let mut found = Deployment::default();
        let Some(last) = self.last() else {
            return found;
        };
        let mut ships = vec![Ships::No; self.stages.len()];
        let mut chain = Vec::new();
        let mut next = Some(last);
        while let Some(index) = next {
            chain.push(index);
            next = self.stages[index].base;
        }
        chain.reverse();
        let mut feeding: Vec<usize> = Vec::new();
        for index in &chain {
            ships[*index] = Ships::Runs;
            feeding.extend(&self.stages[*index].copies);
        }
        while let Some(index) = feeding.pop() {
            if ships[index] == Ships::No {
                ships[index] = Ships::Feeds;
                feeding.extend(self.stages[index].base);
                feeding.extend(&self.stages[index].copies);
            }
        }
        // the stages that the final image goes on from are one scope with it
        let mut scopes = vec![0; self.stages.len()];
        found.scopes.push(Scope {
            name: self.stages[last].name.clone(),
            ships: Ships::Runs,
            images: chain.iter().rev().map(|index| self.stages[*index].image.clone()).collect(),
            builds: true,
            is_open: false,
        });
        for (index, stage) in self.stages.iter().enumerate() {
            if ships[index] == Ships::Runs {
                continue;
            }
            scopes[index] = found.scopes.len();
            let mut images = vec![stage.image.clone()];
            let mut next = stage.base;
            while let Some(base) = next {
                images.push(self.stages[base].image.clone());
                next = self.stages[base].base;
            }
            let scope = Scope { name: stage.name.clone(), ships: ships[index], images, builds: true, is_open: false };
            found.scopes.push(scope);
        }
        for (index, stage) in self.stages.iter().enumerate() {
            let scope = scopes[index];
            for set in &stage.variables {
                found.variables.push(Variable {
                    name: set.name.clone(),
                    value: set.value.clone(),
                    range: set.range.clone(),
                    statement: set.statement.clone(),
                    scope,
                    is_default: set.is_default,
                });
            }
            for run in &stage.runs {
                let simple = self.commands(*run, stage);
                push_commands(&mut found, simple, run.byte_range(), scope, When::Build);
            }
        }
        self.starts(&chain, &mut found);
        found
    }

    /// What the image starts: the last entry point and the last command of its stages.
    fn starts(&self, chain: &[usize], found: &mut Deployment) {
        let (mut entry, mut command) = (None, None);
        let Some(last) = chain.last().and_then(|index| self.stages.get(*index)) else { return };
        for index in chain {
            let stage = &self.stages[*index];
            if stage.entry.is_some() {
                (entry, command) = (stage.entry, None);
            }
            command = stage.command.or(command);
        }
        let (Some(place), first) = (command.or(entry), command.and(entry)) else { return };
        let exec = first.and_then(|entry| self.list(entry));
        match (first, exec, self.list(place)) {
            // a command without a shell is what the entry point is given
            (Some(_), Some(mut words), Some(given)) => {
                words.extend(given);
                push_commands(found, words::of_list(words), place.byte_range(), 0, When::Start);
            }
            // an entry point in a shell takes no command
            (Some(entry), None, _) => {
                push_commands(found, self.commands(entry, last), entry.byte_range(), 0, When::Start);
            }
            _ => push_commands(found, self.commands(place, last), place.byte_range(), 0, When::Start),
        }
    }

    /// The words of `["a", "b"]`.
    fn list(&self, node: Node<'t>) -> Option<Vec<Word>> {
        let mut cursor = node.walk();
        let list = node.children(&mut cursor).find(|child| child.kind() == "json_string_array")?;
        let mut cursor = list.walk();
        let strings = list.children(&mut cursor).filter(|child| child.kind() == "json_string");
        let word = |string: Node<'t>| {
            let text = self.slice(string.byte_range());
            let text = unquoted(text);
            Word { text, range: string.byte_range() }
        };
        Some(strings.map(word).collect())
    }

    fn commands(&self, node: Node<'t>, stage: &Stage<'t>) -> Vec<Simple> {
        if let Some(words) = self.list(node) {
            return words::of_list(words);
        }
        let range = node.byte_range();
        let text = self.slice(range.clone());
        let keyword = text.find(char::is_whitespace).unwrap_or(text.len());
        let mut simple = words::split(self.text, range.start + keyword..range.end);
        // `RUN --mount=…`
        for command in &mut simple {
            let options = command.words.iter().take_while(|word| word.text.starts_with("--")).count();
            command.words.drain(..options);
        }
        let known = |name: &str| stage.known.get(name).or_else(|| self.global.get(name)).cloned();
        for word in simple.iter_mut().flat_map(|command| &mut command.words) {
            if word.text.contains('$') {
                word.text = expand(&word.text, &known).0;
            }
        }
        simple
    }
}

/// The text of a JSON string.
fn unquoted(text: &str) -> SmolStr {
    let inner = text.strip_prefix('"').unwrap_or(text);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    match inner.contains('\\') {
        true => inner.replace("\\\"", "\"").replace("\\\\", "\\").into(),
        false => inner.into(),
    }
}
