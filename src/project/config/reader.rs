//! Reads TOML values and says where and why one is not what it should be.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use crate::project::similar::closest;

pub(super) type Key<'t> = Spanned<Cow<'t, str>>;
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

pub(super) struct Reader<'t> {
    text: &'t str,
    pub problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str) -> Self {
        Reader { text, problems: Vec::new() }
    }

    pub fn problem(&mut self, range: Range<usize>, message: String, help: Option<String>) {
        let (line, column) = position(self.text, range.start);
        self.problems.push(Problem { range, line, column, message, help });
    }

    pub fn unknown_key(&mut self, key: &Key<'t>, place: &str, known: &[&'static str]) {
        let name = key.get_ref();
        let help = match closest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("expected one of {}", list(known)),
        };
        let message = format!("unknown key `{name}` in {place}");
        self.problem(key.span(), message, Some(help));
    }

    pub fn missing(&mut self, range: Range<usize>, place: &str, key: &str) {
        self.problem(range, format!("{place} needs `{key}`"), None);
    }

    fn wrong_type(&mut self, value: &Value<'t>, what: &str, expected: &str) {
        let got = value.get_ref().type_str();
        let article = if got.starts_with(['a', 'i']) { "an" } else { "a" };
        let message = format!("`{what}` must be {expected}, not {article} {got}");
        self.problem(value.span(), message, None);
    }

    pub fn string<'v>(&mut self, value: &'v Value<'t>, what: &str) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => {
                self.wrong_type(value, what, "a string");
                None
            }
        }
    }

    /// A string that is not blank.
    pub fn filled<'v>(&mut self, value: &'v Value<'t>, what: &str) -> Option<&'v str> {
        let text = self.string(value, what)?.trim();
        if text.is_empty() {
            self.problem(value.span(), format!("`{what}` must not be empty"), None);
            return None;
        }
        Some(text)
    }

    /// The strings of a list with their places; other elements are reported and left out.
    pub fn strings<'v>(&mut self, value: &'v Value<'t>, what: &str) -> Vec<(Range<usize>, &'v str)> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(value, what, "a list of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for element in array.iter() {
            match element.get_ref() {
                DeValue::String(text) => strings.push((element.span(), text.as_ref())),
                _ => self.wrong_type(element, what, "a list of strings"),
            }
        }
        strings
    }

    /// The tables of `[[name]]`.
    pub fn tables<'v>(&mut self, value: &'v Value<'t>, what: &str) -> Vec<(Range<usize>, &'v DeTable<'t>)> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(value, what, &format!("a list of tables: write `[[{what}]]`"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for element in array.iter() {
            match element.get_ref() {
                DeValue::Table(table) => tables.push((element.span(), table)),
                _ => self.wrong_type(element, what, "a list of tables"),
            }
        }
        tables
    }

    pub fn table<'v>(&mut self, value: &'v Value<'t>, what: &str) -> Option<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(value, what, "a table");
                None
            }
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, value: &Value<'t>, what: &str, options: &[(&'static str, T)]) -> Option<T> {
        let text = self.string(value, what)?;
        if let Some((_, option)) = options.iter().find(|(name, _)| *name == text) {
            return Some(*option);
        }
        let names: Vec<&'static str> = options.iter().map(|(name, _)| *name).collect();
        self.not_among(value.span(), what, text, &names);
        None
    }

    pub fn not_among(&mut self, range: Range<usize>, what: &str, text: &str, names: &[&str]) {
        let help = match closest(text, names.iter().copied()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("expected one of {}", list(names)),
        };
        self.problem(range, format!("`{what}` cannot be \"{text}\""), Some(help));
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Line and column (characters) of a byte offset, both 1-based.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}
