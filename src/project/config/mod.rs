//! `prodguard.toml`.
//!
//! ```toml
//! fail-on = "warning"
//! exclude = ["vendor"]
//!
//! [[symbols]]
//! language = "python"
//! family = "fake-data"
//! name = "acme.testing.fakes"
//! effect = "data"             # or "config", "write"; "data" if not written
//!
//! [[predicates]]
//! language = "ruby"
//! name = "HostEnv.production?"
//! means = "production"        # what a true result means; or "development"
//!
//! [environments]
//! production = ["live"]       # further names of production
//! names = ["sandbox"]         # further environments that exist
//!
//! [[zones]]                   # the last one that matches wins
//! paths = ["tools/**"]
//! zone = "on-demand"
//!
//! [severity]                  # by rule or by family
//! fake-data-reachable = "error"
//! hygiene = "off"
//!
//! [fixes]                     # the condition that guards are written with, by language
//! predicate = { ruby = "HostEnv.local?" }
//!
//! [[allow]]
//! paths = ["db/anonymise/**"]
//! rules = ["fake-data"]       # rules or families; `families` does as well
//! reason = "anonymises exports"
//! ```

mod globs;
mod read;
mod reader;

use std::ops::Range;

use smol_str::SmolStr;

use super::Zone;
use crate::catalog::{Catalog, Family, Symbol};
use crate::program::Language;

pub use globs::Globs;

/// Something wrong with the configuration. A value, never a failure: the rest of the configuration holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Bytes of the configuration's text.
    pub range: Range<usize>,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    pub message: String,
    pub help: Option<String>,
}

/// How seriously a rule or family is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Off,
    Note,
    Warning,
    Error,
}

/// A predicate of the project's own that tells the environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    pub language: Language,
    /// Qualified, with `.`.
    pub name: SmolStr,
    /// A true result means that this is not production; otherwise that it is.
    pub development: bool,
}

#[derive(Clone, Debug)]
pub struct ZoneRule {
    pub paths: Globs,
    pub zone: Zone,
}

#[derive(Clone, Debug)]
pub struct Allow {
    pub paths: Globs,
    /// Rules and families.
    pub rules: Vec<SmolStr>,
    pub reason: SmolStr,
    /// Bytes of the configuration's text, to report an entry that allows nothing.
    pub range: Range<usize>,
}

/// The configuration; the default is that of a project without one.
#[derive(Clone, Debug)]
pub struct Config {
    pub symbols: Vec<Symbol>,
    pub predicates: Vec<Predicate>,
    /// Further names of production.
    pub production: Vec<SmolStr>,
    /// Further environments that exist.
    pub environments: Vec<SmolStr>,
    pub zones: Vec<ZoneRule>,
    pub exclude: Globs,
    /// By rule or family, as written.
    pub severity: Vec<(SmolStr, Level)>,
    pub allow: Vec<Allow>,
    /// The conditions that guards are written with, by language.
    pub guards: [Option<SmolStr>; 3],
    /// The least level that fails a run.
    pub fail_on: Level,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            symbols: Vec::new(),
            predicates: Vec::new(),
            production: Vec::new(),
            environments: Vec::new(),
            zones: Vec::new(),
            exclude: Globs::default(),
            severity: Vec::new(),
            allow: Vec::new(),
            guards: Default::default(),
            fail_on: Level::Warning,
        }
    }
}

impl Config {
    /// Reads a configuration. `rules` are the names of the rules there are, to tell a misspelt one; families are known.
    /// Text that is no TOML gives the default configuration and its syntax errors.
    pub fn parse(text: &str, rules: &[&str]) -> (Config, Vec<Problem>) {
        read::config(text, rules)
    }

    /// The zone that the configuration gives a path.
    pub fn zone(&self, path: &str) -> Option<Zone> {
        let matching = self.zones.iter().rev().find(|rule| rule.paths.matches(path));
        matching.map(|rule| rule.zone)
    }

    /// The level set for a rule, or else for its family.
    pub fn level(&self, rule: &str, family: Family) -> Option<Level> {
        let of = |name: &str| self.severity.iter().find(|(key, _)| key == name);
        of(rule).or_else(|| of(family.id())).map(|(_, level)| *level)
    }

    /// The index in [`Config::allow`] of the first entry that allows a rule's findings in a path.
    pub fn allowed(&self, path: &str, rule: &str, family: Family) -> Option<usize> {
        self.allow.iter().position(|allow| {
            let named = |name: &SmolStr| name == rule || name == family.id();
            allow.rules.iter().any(named) && allow.paths.matches(path)
        })
    }

    /// Adds what the configuration adds to the catalogue: symbols, and the names of predicates as words to look for.
    pub fn extend(&self, catalog: &mut Catalog) {
        for symbol in &self.symbols {
            catalog.add_symbol(symbol.clone());
        }
        for predicate in &self.predicates {
            let word = predicate.name.rsplit('.').next().unwrap_or_default();
            catalog.add_item_word(predicate.language, word);
        }
    }
}

#[cfg(test)]
mod tests;
