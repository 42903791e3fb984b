//! What commands start, whatever wraps them (`bundle exec`, `poetry run`, `tini --`).

use crate::program::deployment::{Process, Word};
use crate::project::started::base_name;

/// The words after a program, which may be named anywhere: wrappers come first.
pub(super) fn after<'p>(process: &'p Process, program: &str) -> Option<&'p [Word]> {
    let at = process.words.iter().position(|word| base_name(&word.text) == program)?;
    // `pip install flask`
    let before = at.checked_sub(1).map(|index| process.words[index].text.as_str());
    let is_installed = matches!(before, Some("install" | "add" | "-r" | "i" | "which" | "--name"));
    (!is_installed).then(|| &process.words[at + 1..])
}

/// The first word that is no option; `with_value` names the options that take the next word along.
pub(super) fn subcommand<'w>(words: &'w [Word], with_value: &[&str]) -> Option<&'w str> {
    let mut words = words.iter().map(|word| word.text.as_str());
    while let Some(word) = words.next() {
        if with_value.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

pub(super) fn has(words: &[Word], option: &str) -> bool {
    words.iter().any(|word| word.text == option)
}

/// The value of an option, as the next word or after `=`.
pub(super) fn value<'w>(words: &'w [Word], names: &[&str]) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(index, word)| {
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.text.as_str(), None),
        };
        let next = || words.get(index + 1).map(|word| word.text.as_str());
        names.contains(&name).then(|| value.or_else(next)).flatten()
    })
}
