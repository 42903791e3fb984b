//! What turns on something that helps developers and must not face the public: debug modes, error pages, breakpoints.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use smol_str::SmolStr;

use super::Catalog;
use crate::program::Language;

/// How a switch is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A call: of a qualified name, of a method on something unknown, or of a function.
    #[default]
    Call,
    /// An assignment to an attribute.
    Attribute,
    /// An assignment to an element: `app.config["DEBUG"] = …`.
    Key,
    /// An assignment at the top level of a module of settings.
    Setting,
    /// A method that a framework asks.
    Returns,
    /// Ruby: `require`.
    Require,
}

/// How grave it is that production runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Exposes for certain.
    Error,
    Warning,
    Note,
}

/// Something that must be off in production.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The rule that reports it.
    pub rule: SmolStr,
    #[serde(default)]
    pub how: How,
    /// Qualified names, complete: functions, methods, attributes.
    #[serde(default)]
    pub names: Vec<SmolStr>,
    /// Methods, attributes or keys of something that is not known.
    #[serde(default)]
    pub words: Vec<SmolStr>,
    /// Functions: called without saying on what.
    #[serde(default)]
    pub functions: Vec<SmolStr>,
    /// For `words`: the receiver's last name is one of these, or ends with one after a `_`; empty: any receiver.
    #[serde(default)]
    pub on: Vec<SmolStr>,
    /// For `words`: the project has one of these packages, where its manifests are known; empty: whatever it has.
    #[serde(default)]
    pub packages: Vec<SmolStr>,
    /// The first argument of the call: a text, a symbol or a name.
    #[serde(default)]
    pub first: Option<SmolStr>,
    /// The arguments whose value turns it on; empty: the call itself does.
    #[serde(default)]
    pub arguments: Vec<SmolStr>,
    /// The place of that argument where it is not named, counted from 0.
    #[serde(default)]
    pub position: Option<usize>,
    /// A call without that argument turns it on as well.
    #[serde(default)]
    pub unless_given: bool,
    /// The value that turns it on is "off" (`development_only = false`).
    #[serde(default)]
    pub inverted: bool,
    /// Any value but nil turns it on.
    #[serde(default)]
    pub any_value: bool,
    pub weight: Weight,
    /// What it does, as the rest of a sentence that begins with the code: "shows stack traces to every visitor".
    pub says: SmolStr,
    /// What to do about it: a sentence.
    pub repair: SmolStr,
}

/// Which switch of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SwitchId(u16);

/// The switches of all languages.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    all: Vec<Switch>,
    /// By language and the last part of a name.
    by_word: FxHashMap<(Language, SmolStr), Vec<SwitchId>>,
}

impl Switches {
    pub fn add(&mut self, language: Language, switch: Switch) {
        let id = SwitchId(u16::try_from(self.all.len()).unwrap_or(u16::MAX));
        let last = |name: &SmolStr| SmolStr::new(name.rsplit('.').next().unwrap_or(name));
        let words = switch.names.iter().map(last).chain(switch.words.iter().chain(&switch.functions).cloned());
        for word in words {
            let known = self.by_word.entry((language, word)).or_default();
            if !known.contains(&id) {
                known.push(id);
            }
        }
        self.all.push(switch);
    }
}

impl Catalog {
    /// The switches that go by a word: the last part of a name, or a key.
    pub fn switches(&self, language: Language, word: &str) -> &[SwitchId] {
        let found = self.switches.by_word.get(&(language, SmolStr::new(word)));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// `None` for one of another catalogue.
    pub fn switch(&self, id: SwitchId) -> Option<&Switch> {
        self.switches.all.get(usize::from(id.0))
    }

    /// All switches with their languages' words, in no order.
    pub fn switch_words(&self) -> impl Iterator<Item = (Language, &SmolStr, &Switch)> {
        let words = self.switches.by_word.iter();
        words.flat_map(|((language, word), ids)| {
            ids.iter().filter_map(|id| self.switch(*id)).map(move |switch| (*language, word, switch))
        })
    }
}

impl Switch {
    /// Whether a receiver of that last name is one on which a word counts.
    pub fn counts_on(&self, receiver: Option<&str>) -> bool {
        let fits = |receiver: &str| {
            let receiver = receiver.trim_start_matches(['_', '@']);
            let ends_so = |on: &SmolStr| receiver.strip_suffix(on.as_str()).is_some_and(|before| before.ends_with('_'));
            self.on.iter().any(|on| receiver == on || ends_so(on))
        };
        self.on.is_empty() || receiver.is_some_and(fits)
    }

    /// Whether the project may use what the words belong to. `packages`: those of its manifests, `None` if unknown.
    pub fn counts_in(&self, packages: Option<&rustc_hash::FxHashSet<SmolStr>>) -> bool {
        self.packages.is_empty()
            || packages.is_none_or(|known| self.packages.iter().any(|package| known.contains(package)))
    }
}
