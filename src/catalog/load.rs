//! Reads the embedded data, one TOML file a language. The structs below are the format.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use smol_str::SmolStr;

use super::{Accessor, Catalog, Effect, Family, Gives, Lanes, Library, Sink, Switch, Symbol, Variable};
use crate::program::Language;

pub(super) fn builtin() -> Catalog {
    let mut catalog = Catalog::default();
    for language in Language::ALL {
        // a test holds that each loads
        if let Ok(data) = toml::from_str::<Data>(text(language)) {
            data.load(language, &mut catalog);
        }
        if let Ok(data) = toml::from_str::<SwitchData>(switches(language)) {
            catalog.words[language as usize].extend(data.words);
            data.switch.into_iter().for_each(|switch| catalog.switches.add(language, switch));
        }
    }
    catalog
}

fn text(language: Language) -> &'static str {
    match language {
        Language::Ruby => include_str!("data/ruby.toml"),
        Language::Python => include_str!("data/python.toml"),
        Language::CSharp => include_str!("data/csharp.toml"),
    }
}

fn switches(language: Language) -> &'static str {
    match language {
        Language::Ruby => include_str!("data/switches/ruby.toml"),
        Language::Python => include_str!("data/switches/python.toml"),
        Language::CSharp => include_str!("data/switches/csharp.toml"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchData {
    words: Vec<SmolStr>,
    switch: Vec<Switch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    words: Words,
    /// Named sets of lanes, which variables and accessors refer to.
    lanes: FxHashMap<String, RawLanes>,
    library: Vec<RawLibrary>,
    variable: Vec<RawVariable>,
    accessor: Vec<RawAccessor>,
    sink: Vec<RawSink>,
    /// Methods that give back the library's own object: fluent settings, and what makes one.
    chains: Vec<SmolStr>,
    #[serde(default)]
    constants: FxHashMap<SmolStr, SmolStr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    files: Vec<SmolStr>,
    items: Vec<SmolStr>,
    ways: Vec<SmolStr>,
    #[serde(default)]
    perhaps: Vec<SmolStr>,
    environment: Vec<SmolStr>,
    #[serde(default)]
    readers: Vec<SmolStr>,
    #[serde(default)]
    unlike: Vec<SmolStr>,
}

/// A lane that is not written is "missing".
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLanes {
    production: Option<Lane>,
    unset: Option<Lane>,
    staging: Option<Lane>,
    odd: Option<Lane>,
    development: Option<Lane>,
    test: Option<Lane>,
}

/// One value or several; an empty list is any.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Lane {
    One(Held),
    Several(Vec<Held>),
}

/// `false` stands for "missing": TOML has no null.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Held {
    Text(SmolStr),
    Missing(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLibrary {
    key: SmolStr,
    #[serde(default = "fake_data")]
    family: Family,
    packages: Vec<SmolStr>,
    imports: Vec<SmolStr>,
    #[serde(default)]
    autoloaded: bool,
    #[serde(default)]
    data: Vec<SmolStr>,
    #[serde(default)]
    config: Vec<SmolStr>,
    #[serde(default)]
    write: Vec<SmolStr>,
    #[serde(default)]
    members: Vec<RawMembers>,
}

/// The same member names of several symbols.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMembers {
    of: Vec<SmolStr>,
    #[serde(default)]
    data: Vec<SmolStr>,
    #[serde(default)]
    config: Vec<SmolStr>,
    #[serde(default)]
    write: Vec<SmolStr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariable {
    names: Vec<SmolStr>,
    lanes: String,
    framework: bool,
    #[serde(default)]
    flag: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccessor {
    names: Vec<SmolStr>,
    gives: Gives,
    lanes: String,
    framework: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSink {
    names: Vec<SmolStr>,
    #[serde(default)]
    on: Vec<SmolStr>,
    #[serde(default)]
    receiver: bool,
}

fn fake_data() -> Family {
    Family::FakeData
}

impl RawLanes {
    fn read(&self) -> Lanes {
        let lane = |lane: &Option<Lane>| match lane {
            None => vec![None],
            Some(Lane::One(held)) => vec![held.read()],
            Some(Lane::Several(several)) => several.iter().map(Held::read).collect(),
        };
        Lanes {
            production: lane(&self.production),
            unset: lane(&self.unset),
            staging: lane(&self.staging),
            odd: lane(&self.odd),
            development: lane(&self.development),
            test: lane(&self.test),
        }
    }
}

impl Held {
    fn read(&self) -> Option<SmolStr> {
        match self {
            Held::Text(text) => Some(text.clone()),
            Held::Missing(written) => {
                debug_assert!(!written, "only false stands for missing");
                None
            }
        }
    }
}

impl Data {
    /// The lanes of that name; "any value" if the data names none such (a test holds that it does).
    fn lanes(&self, name: &str) -> Lanes {
        self.lanes.get(name).map(RawLanes::read).unwrap_or_default()
    }

    fn load(self, language: Language, catalog: &mut Catalog) {
        catalog.chains[language as usize] = self.chains.clone();
        for variable in &self.variable {
            for name in &variable.names {
                catalog.add_variable(Variable {
                    language,
                    name: name.clone(),
                    lanes: self.lanes(&variable.lanes),
                    framework: variable.framework,
                    flag: variable.flag,
                });
            }
        }
        for accessor in &self.accessor {
            for name in &accessor.names {
                catalog.add_accessor(Accessor {
                    language,
                    name: name.clone(),
                    gives: accessor.gives,
                    lanes: self.lanes(&accessor.lanes),
                    framework: accessor.framework,
                });
            }
        }
        for sink in self.sink {
            for name in sink.names {
                let sink = Sink { name: name.clone(), on: sink.on.clone(), receiver: sink.receiver };
                catalog.sinks.insert((language, name), sink);
            }
        }
        for (name, value) in self.constants {
            catalog.constants.insert((language, name), value);
        }
        for library in self.library {
            load_library(language, library, catalog);
        }
        let at = language as usize;
        catalog.words[at] = self.words.files;
        catalog.item_words[at] = self.words.items;
        catalog.way_words[at] = self.words.ways;
        catalog.perhaps_words[at] = self.words.perhaps;
        catalog.environment_words[at] = self.words.environment;
        catalog.reader_words[at] = self.words.readers;
        catalog.unlike_words[at] = self.words.unlike;
    }
}

fn load_library(language: Language, library: RawLibrary, catalog: &mut Catalog) {
    let mut add = |effect: Effect, name: SmolStr| {
        let symbol = Symbol { language, family: library.family, name, effect, library: library.key.clone() };
        catalog.insert_symbol(symbol);
    };
    for (effect, names) in
        [(Effect::Data, &library.data), (Effect::Config, &library.config), (Effect::Write, &library.write)]
    {
        for name in names {
            add(effect, name.clone());
        }
    }
    for members in &library.members {
        for (effect, names) in
            [(Effect::Data, &members.data), (Effect::Config, &members.config), (Effect::Write, &members.write)]
        {
            for owner in &members.of {
                for name in names {
                    add(effect, smol_str::format_smolstr!("{owner}.{name}"));
                }
            }
        }
    }
    catalog.libraries.push(Library {
        language,
        key: library.key,
        family: library.family,
        packages: library.packages,
        imports: library.imports,
        autoloaded: library.autoloaded,
    });
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
