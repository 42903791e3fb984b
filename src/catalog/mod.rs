//! Names of libraries, environment accessors and sinks: data, embedded as TOML (`catalog/data/<language>.toml`).
//!
//! Qualified names are written with `.` in every language: `Faker.Name.name`, `faker.Faker.name`, `Bogus.Faker.Generate`.

mod load;
mod sieve;
mod switches;
mod variables;

use smol_str::SmolStr;

use crate::program::Language;

pub use sieve::{Sieve, Words};
pub use switches::{How, Switch, SwitchId, Weight};
pub use variables::{VariableNames, distance_at_most, is_debug_flag, is_selector_name};

/// What a symbol belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    FakeData,
    Recorder,
    Debug,
    Environment,
    Deployment,
    Dependency,
    Hygiene,
}

/// What using a symbol does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Makes data.
    Data,
    /// Configures, loads or defines only: reported low.
    Config,
    /// Makes data and writes it to the database by itself (`FactoryBot.create`).
    Write,
}

/// A symbol of a library, matched by the longest prefix of a qualified name that ends at a `.`.
#[derive(Clone, Debug)]
pub struct Symbol {
    pub language: Language,
    pub family: Family,
    /// Dotted prefix.
    pub name: SmolStr,
    pub effect: Effect,
    /// The library's key in the data (`faker`, `factory-bot`); empty for symbols of the configuration.
    pub library: SmolStr,
}

/// A library as the data names it.
#[derive(Clone, Debug)]
pub struct Library {
    pub language: Language,
    pub key: SmolStr,
    pub family: Family,
    /// Names in manifests (gems, distributions, NuGet packages), lower case.
    pub packages: Vec<SmolStr>,
    /// What a file names to load it: `require` paths, top-level modules, namespaces.
    pub imports: Vec<SmolStr>,
    /// Ruby: the root constants stand for the library without a `require`, if the project has the package.
    pub autoloaded: bool,
}

/// The names of a selector variable in each lane. `None` in a list is "missing"; an empty list is "any value, or missing".
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lanes {
    pub production: Vec<Option<SmolStr>>,
    pub unset: Vec<Option<SmolStr>>,
    pub staging: Vec<Option<SmolStr>>,
    pub odd: Vec<Option<SmolStr>>,
    pub development: Vec<Option<SmolStr>>,
    pub test: Vec<Option<SmolStr>>,
}

/// A process environment variable that tells the environment, or a debug flag.
#[derive(Clone, Debug)]
pub struct Variable {
    pub language: Language,
    pub name: SmolStr,
    pub lanes: Lanes,
    /// A framework or launcher defines its meaning, so that production sets it (or has a documented default).
    /// False for home-made names (`APP_ENV` in Python), which production may well leave unset.
    pub framework: bool,
    /// A debug flag, not a selector.
    pub flag: bool,
}

/// What reading an accessor gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// The environment's name as a string.
    Name,
    /// The environment's name as a symbol (Sinatra, Hanami).
    Symbol,
    /// The environment object of .NET, whose members (`IsDevelopment()`, `EnvironmentName`) tell.
    Host,
    /// A bool that is true where the accessor's `lanes` name "true".
    Flag,
}

/// A name whose value is the environment: `Rails.env`, `settings.DEBUG`, `sys.flags.dev_mode`.
#[derive(Clone, Debug)]
pub struct Accessor {
    pub language: Language,
    /// Dotted, complete.
    pub name: SmolStr,
    pub gives: Gives,
    pub lanes: Lanes,
    /// Unset is the framework's documented default: no fail-open advice.
    pub framework: bool,
}

/// A method that writes what it is given to a database, file or queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Sink {
    /// The method's name (`create!`, `bulk_create`, `AddRange`).
    pub name: SmolStr,
    /// Only with a receiver whose last name is one of these (`objects`, `session`), written without leading `@` and `_`;
    /// empty: any receiver.
    pub on: Vec<SmolStr>,
    /// The receiver itself is what is written (`save!`, `update!`), not only the arguments.
    pub receiver: bool,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub libraries: Vec<Library>,
    symbols: rustc_hash::FxHashMap<(Language, SmolStr), Symbol>,
    /// What stands before a `.` in the name of a symbol.
    namespaces: rustc_hash::FxHashSet<(Language, SmolStr)>,
    /// The most parts that the name of a symbol has.
    most_parts: usize,
    variables: rustc_hash::FxHashMap<(Language, SmolStr), Variable>,
    accessors: rustc_hash::FxHashMap<(Language, SmolStr), Accessor>,
    sinks: rustc_hash::FxHashMap<(Language, SmolStr), Sink>,
    switches: switches::Switches,
    constants: rustc_hash::FxHashMap<(Language, SmolStr), SmolStr>,
    words: [Vec<SmolStr>; 3],
    chains: [Vec<SmolStr>; 3],
    item_words: [Vec<SmolStr>; 3],
    way_words: [Vec<SmolStr>; 3],
    perhaps_words: [Vec<SmolStr>; 3],
    environment_words: [Vec<SmolStr>; 3],
    reader_words: [Vec<SmolStr>; 3],
    unlike_words: [Vec<SmolStr>; 3],
}

impl Catalog {
    /// The embedded catalogue, loaded once. A test holds that the embedded data loads.
    pub fn builtin() -> &'static Catalog {
        static BUILTIN: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new();
        BUILTIN.get_or_init(load::builtin)
    }

    /// The symbol that a qualified name belongs to: the longest prefix of whole parts.
    pub fn symbol(&self, language: Language, qualified: &str) -> Option<&Symbol> {
        let mut dots = qualified.match_indices('.').map(|(at, _)| at);
        let mut prefix = match dots.nth(self.most_parts) {
            Some(end) => &qualified[..end],
            None => qualified,
        };
        loop {
            if let Some(symbol) = self.symbols.get(&(language, SmolStr::new(prefix))) {
                return Some(symbol);
            }
            prefix = &prefix[..prefix.rfind('.')?];
        }
    }

    /// Whether names below `path` may be symbols.
    pub fn is_namespace(&self, language: Language, path: &str) -> bool {
        self.namespaces.contains(&(language, SmolStr::new(path))) || self.symbol(language, path).is_some()
    }

    fn insert_symbol(&mut self, symbol: Symbol) {
        let language = symbol.language;
        let dots = symbol.name.match_indices('.');
        let namespaces = dots.map(|(at, _)| (language, SmolStr::new(&symbol.name[..at])));
        self.namespaces.extend(namespaces);
        let parts = symbol.name.split('.').count();
        self.most_parts = self.most_parts.max(parts);
        self.symbols.insert((language, symbol.name.clone()), symbol);
    }

    /// The symbols right below a module: what `from module import *` may bind.
    pub fn names_under(&self, language: Language, module: &str) -> Vec<SmolStr> {
        let below = |name: &SmolStr| {
            name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.')).is_some_and(|rest| !rest.contains('.'))
        };
        self.symbols
            .iter()
            .filter(|((known, name), _)| *known == language && below(name))
            .map(|((_, name), _)| name.clone())
            .collect()
    }

    /// Whether a symbol has exactly this name.
    pub fn has_symbol(&self, language: Language, name: &str) -> bool {
        self.symbols.contains_key(&(language, SmolStr::new(name)))
    }

    pub fn library(&self, language: Language, key: &str) -> Option<&Library> {
        self.libraries.iter().find(|library| library.language == language && library.key == key)
    }

    pub fn variable(&self, language: Language, name: &str) -> Option<&Variable> {
        self.variables.get(&(language, SmolStr::new(name)))
    }

    /// The names of the selector variables and flags known for a language.
    pub fn variable_names(&self, language: Language) -> impl Iterator<Item = &Variable> {
        self.variables.values().filter(move |variable| variable.language == language)
    }

    pub fn accessor(&self, language: Language, qualified: &str) -> Option<&Accessor> {
        self.accessors.get(&(language, SmolStr::new(qualified)))
    }

    /// Whether a method of a library's object gives back the object, not data.
    pub fn chains(&self, language: Language, method: &str) -> bool {
        self.chains[language as usize].iter().any(|known| known == method)
    }

    pub fn sink(&self, language: Language, method: &str) -> Option<&Sink> {
        self.sinks.get(&(language, SmolStr::new(method)))
    }

    /// Words of which a file must hold at least one to be parsed: the last parts of symbols' roots and what loads them.
    pub fn words(&self, language: Language) -> &[SmolStr] {
        &self.words[language as usize]
    }

    /// Words that make an item of a parsed file worth lowering besides [`Self::words`]: what reads the environment.
    pub fn item_words(&self, language: Language) -> &[SmolStr] {
        &self.item_words[language as usize]
    }

    /// Words that do so only in a file that may hold places: what leaves early or calls without naming.
    pub fn way_words(&self, language: Language) -> &[SmolStr] {
        &self.way_words[language as usize]
    }

    /// Words with which a parsed file may hold places even without one of [`Self::words`].
    pub fn perhaps_words(&self, language: Language) -> &[SmolStr] {
        &self.perhaps_words[language as usize]
    }

    /// Words that make a file worth parsing for the rules about the environment alone.
    pub fn environment_words(&self, language: Language) -> &[SmolStr] {
        &self.environment_words[language as usize]
    }

    /// Words that do so only where a variable is named that tells environments apart: what reads variables.
    pub fn reader_words(&self, language: Language) -> &[SmolStr] {
        &self.reader_words[language as usize]
    }

    /// Longer words that begin with one of [`Self::reader_words`] and read nothing.
    pub fn unlike_words(&self, language: Language) -> &[SmolStr] {
        &self.unlike_words[language as usize]
    }

    /// Adds a word that makes items hot: the name of a predicate of the configuration.
    pub fn add_item_word(&mut self, language: Language, word: &str) {
        let words = &mut self.item_words[language as usize];
        if !word.is_empty() && !words.iter().any(|known| known == word) {
            words.push(SmolStr::new(word));
        }
    }

    /// The string that a constant of a framework stands for (`Environments.Development`).
    pub fn constant(&self, language: Language, qualified: &str) -> Option<&SmolStr> {
        self.constants.get(&(language, SmolStr::new(qualified)))
    }

    /// All symbols of a language, in no order.
    pub fn symbols(&self, language: Language) -> impl Iterator<Item = &Symbol> {
        self.symbols.values().filter(move |symbol| symbol.language == language)
    }

    /// All sinks of a language, in no order.
    pub fn sinks(&self, language: Language) -> impl Iterator<Item = &Sink> {
        self.sinks.iter().filter(move |((of, _), _)| *of == language).map(|(_, sink)| sink)
    }

    /// Adds a symbol of the configuration; its last part becomes a trigger word.
    pub fn add_symbol(&mut self, symbol: Symbol) {
        let word = symbol.name.rsplit('.').next().unwrap_or_default();
        let words = &mut self.words[symbol.language as usize];
        if !words.iter().any(|known| known == word) {
            words.push(SmolStr::new(word));
        }
        self.insert_symbol(symbol);
    }

    pub fn add_accessor(&mut self, accessor: Accessor) {
        self.accessors.insert((accessor.language, accessor.name.clone()), accessor);
    }

    pub fn add_variable(&mut self, variable: Variable) {
        self.variables.insert((variable.language, variable.name.clone()), variable);
    }
}
