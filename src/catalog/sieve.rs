//! Which texts are worth parsing: a search for words, before anything dearer happens.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Catalog, VariableNames};
use crate::program::Language;

/// The words that make a text worth parsing.
#[derive(Clone, Debug, Default)]
pub struct Words<'c> {
    /// Each is enough.
    pub enough: Vec<&'c str>,
    /// What reads environment variables: enough with the name of one that tells environments apart.
    pub readers: Vec<&'c str>,
    /// What looks like one of those and is not: longer words that begin with one.
    pub unlike: Vec<&'c str>,
    pub variables: VariableNames,
}

impl Catalog {
    /// The words of a language: those of libraries and those about the environment.
    pub fn sieve_words(&self, language: Language) -> Words<'_> {
        Words {
            enough: self.words(language).iter().chain(self.environment_words(language)).map(|word| &**word).collect(),
            readers: self.reader_words(language).iter().map(|word| &**word).collect(),
            unlike: self.unlike_words(language).iter().map(|word| &**word).collect(),
            variables: VariableNames::of(self, language),
        }
    }
}

/// The words of one language, compiled.
pub struct Sieve {
    all: AhoCorasick,
    /// `None` where that is all of them.
    enough: Option<AhoCorasick>,
    /// The first patterns of `all`, which are none of its words.
    unlike: usize,
    variables: VariableNames,
}

impl Sieve {
    /// `None` if the words cannot be compiled.
    pub fn new(words: &Words<'_>) -> Option<Sieve> {
        // leftmost-first enables the vectorised searcher, 18 times faster than the default kind
        let compile = |words: &[&str]| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok();
        Some(Sieve {
            // of those that begin at one place the first is found
            all: compile(&[words.unlike.as_slice(), &words.enough, &words.readers].concat())?,
            enough: match words.readers.is_empty() {
                true => None,
                false => Some(compile(&words.enough)?),
            },
            unlike: words.unlike.len(),
            variables: words.variables.clone(),
        })
    }

    /// Whether a text is worth parsing; `counts` tells of the place of a word, in bytes, whether it counts.
    pub fn takes(&self, text: &[u8], counts: impl Fn(Range<usize>) -> bool) -> bool {
        let is_enough = || match &self.enough {
            Some(enough) => enough.find_iter(text).any(|hit| counts(hit.range())),
            None => true,
        };
        self.find_all(text).any(&counts) && (is_enough() || self.variables.any_in(text))
    }

    /// Every word, in the order of the text.
    pub fn find_all<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
        let words = self.all.find_iter(text).filter(|hit| hit.pattern().as_usize() >= self.unlike);
        words.map(|hit| hit.range())
    }
}

#[cfg(test)]
#[path = "sieve_tests.rs"]
mod tests;
