//! The words that make an item hot.

use aho_corasick::{AhoCorasick, MatchKind};

/// What a file is lowered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Places, and all that may bear on how they are reached.
    Places,
    /// Tests of the environment alone: the file holds no place. What is not lowered is not known, which no place minds.
    Environment,
}

/// The words that make an item hot.
#[derive(Clone, Debug, Default)]
pub struct Words<'w> {
    /// In a file that may hold places.
    pub whole: Vec<&'w str>,
    /// Without one of these a file holds no place.
    pub places: Vec<&'w str>,
    /// In a file that holds no place.
    pub environment: Vec<&'w str>,
    /// Longer words that begin with one of those and read nothing.
    pub unlike: Vec<&'w str>,
}

/// The same, compiled.
pub struct Triggers {
    /// `None`: every item is hot.
    words: Option<Compiled>,
}

struct Compiled {
    whole: AhoCorasick,
    places: AhoCorasick,
    /// Its first patterns are unlike the others and do not count.
    environment: AhoCorasick,
    unlike: usize,
}

impl Triggers {
    /// Every item is hot.
    pub fn everything() -> Self {
        Triggers { words: None }
    }

    /// Falls back to everything if the words cannot be compiled.
    pub fn new(words: &Words<'_>) -> Self {
        // leftmost-first enables the vectorised searcher, 18 times faster than the default kind
        let compile = |words: &[&str]| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok();
        let all = || {
            Some(Compiled {
                whole: compile(&words.whole)?,
                places: compile(&words.places)?,
                environment: compile(&[words.unlike.as_slice(), &words.environment].concat())?,
                unlike: words.unlike.len(),
            })
        };
        Triggers { words: all() }
    }

    /// Whether the text of a file holds a word of a library.
    pub fn may_hold_places(&self, text: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.places.is_match(text))
    }

    /// Whether the text of a file asks for the environment, or leaves early.
    pub fn may_decide(&self, text: &str) -> bool {
        self.words.as_ref().is_none_or(|words| {
            let mut hits = words.environment.find_iter(text);
            hits.any(|hit| hit.pattern().as_usize() >= words.unlike)
        })
    }

    /// Whether a text holds none of the words, whatever a file is lowered for.
    pub(super) fn is_quiet(&self, text: &str) -> bool {
        let hears = |words: &Compiled| {
            let Compiled { whole, places, environment, .. } = words;
            [whole, places, environment].into_iter().any(|searcher| searcher.is_match(text))
        };
        self.words.as_ref().is_some_and(|words| !hears(words))
    }

    /// Where its words are, in bytes; `None`: everywhere.
    pub(super) fn hits(&self, text: &str, interest: Interest) -> Option<Vec<usize>> {
        let words = self.words.as_ref()?;
        let (searcher, unlike) = match interest {
            Interest::Places => (&words.whole, 0),
            Interest::Environment => (&words.environment, words.unlike),
        };
        let hits = searcher.find_iter(text).filter(|hit| hit.pattern().as_usize() >= unlike);
        Some(hits.map(|hit| hit.start()).collect())
    }
}
