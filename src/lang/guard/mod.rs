//! How a guard is written in a language: where it goes, in which form, what has to be imported for it.
//!
//! A language proposes [`Plan`]s, best first, for places that are to run only where a [`Predicate`] holds. It refuses what
//! cannot be seen from the worlds' answers: a local that is read later, a value that somebody needs, text that must not move.
//! Whether a plan holds is for others to find out.

mod lines;
mod locals;
mod runs;
mod source;
mod whole;

use std::ops::Range;

use crate::text::Edit;

pub use lines::{Brackets, indented};
pub use locals::{Names, below, close, has_kind};
pub use runs::{Run, Unit, each, runs};
pub use source::{Text, count_errors};
pub use whole::{Shape, is_whole};

use super::{csharp, python, ruby};
use crate::program::Language;

/// An expression that is true where the guarded code may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    pub text: String,
    /// What has to be imported for it.
    pub imports: Vec<Import>,
    /// True under the test environment as well.
    pub test: bool,
}

/// Something a file imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// `import os`.
    Module(&'static str),
    /// `from django.conf import settings`.
    From(&'static str, &'static str),
    /// `using Microsoft.Extensions.Hosting;`.
    Using(&'static str),
}

/// How a file runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// As a part of an application.
    Application,
    /// Loaded by a task that goes on afterwards: `db/seeds.rb`.
    Loaded,
    /// As a program of its own, or a task.
    Script,
    /// A change of the database's schema.
    Migration,
}

/// What is to be guarded.
pub struct Wish<'a> {
    /// Byte ranges of the places that have to be cut, in order.
    pub places: &'a [Range<usize>],
    /// They write; what they give back matters less.
    pub writes: bool,
    pub predicate: &'a Predicate,
    pub runs: Runs,
    /// Byte ranges of places that production does not reach: what they ask of a value is of no account there.
    pub cut: &'a [Range<usize>],
    /// What C# imports in every file.
    pub usings: &'a [smol_str::SmolStr],
}

/// What happens outside development.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The code is skipped.
    Skip,
    /// The value is nil, None, null.
    Nothing,
    /// An error is raised.
    Raise,
    /// The program ends with an error.
    Abort,
}

/// How much a guard holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Place,
    Method,
    Block,
    File,
}

/// A guard that could be inserted.
#[derive(Clone, Debug)]
pub struct Plan {
    pub outcome: Outcome,
    pub extent: Extent,
    /// Not yet sorted.
    pub edits: Vec<Edit>,
}

/// How a language's guards are written.
pub trait Guards: Sync {
    /// The guards that could close the places, best first.
    fn plans(&self, file: &Text<'_>, wish: &Wish<'_>) -> Vec<Plan>;
    /// Environment objects in scope at a place, as predicates, best first.
    fn in_scope(&self, _file: &Text<'_>, _at: usize) -> Vec<Predicate> {
        Vec::new()
    }
    /// The statement that a place belongs to: where a comment about it goes.
    fn statement(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>>;
    /// The definition around a place.
    fn definition(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>>;
    /// An expression as this file can write it, and what has to be imported for it.
    fn resolved(
        &self,
        _file: &Text<'_>,
        predicate: &Predicate,
        _places: &[Range<usize>],
    ) -> Option<(String, Vec<Edit>)> {
        Some((predicate.text.clone(), Vec::new()))
    }
    /// A comment to the end of the line.
    fn comment(&self, text: &str) -> String {
        format!("# {text}")
    }
}

/// How a language's guards are written.
pub fn guards(language: Language) -> &'static dyn Guards {
    match language {
        Language::Ruby => &ruby::Ruby,
        Language::Python => &python::Python,
        Language::CSharp => &csharp::CSharp,
    }
}
