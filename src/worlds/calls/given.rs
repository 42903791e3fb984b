//! Collections and objects given to code that is not in sight: it may change them.

use rustc_hash::FxHashSet;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// What a call of that name is given may hold anything afterwards.
    pub fn forget_given(&mut self, name: &str, args: &Args, lanes: Lanes) {
        if only_reads(name.rsplit('.').next().unwrap_or(name)) {
            return;
        }
        // what reads settings or requests into an object writes whatever it has
        let fills =
            matches!(name.rsplit('.').next(), Some("Bind" | "PopulateObject" | "Populate" | "TryUpdateModelAsync"));
        for value in args.all() {
            self.forget_collections(value, lanes);
            let is_object = |alt: &Alt| matches!(alt.v, V::Object(_)) || fills && matches!(alt.v, V::Instance(_));
            if self.csharp() && value.alts.iter().any(is_object) {
                self.forget_fields(value, lanes);
            }
        }
    }

    /// The collections of a value, and those inside, hold what they held or anything.
    pub fn forget_collections(&mut self, value: &Val, lanes: Lanes) {
        let mut seen: FxHashSet<*const ()> = FxHashSet::default();
        let mut todo: Vec<Alt> = value.groups(lanes);
        while let Some(alt) = todo.pop() {
            let parts: Vec<Val> = match &alt.v {
                V::List(items) if seen.insert(std::rc::Rc::as_ptr(items).cast()) => items.to_vec(),
                V::Map(pairs) if seen.insert(std::rc::Rc::as_ptr(pairs).cast()) => {
                    pairs.iter().map(|(_, value)| value.clone()).collect()
                }
                _ => continue,
            };
            if self.is_table_of_names(&alt.v) {
                continue;
            }
            todo.extend(parts.iter().flat_map(|part| part.groups(alt.lanes)));
            let mut either = Val::of(alt.v.clone(), alt.lanes);
            either.join(&Val::data(alt.lanes));
            self.changed_in_place(&alt.v, alt.lanes, &either);
        }
    }

    /// Texts under a name that says that they are constant: nobody changes them, though the language lets everybody.
    fn is_table_of_names(&self, v: &V) -> bool {
        let V::List(items) = v else { return false };
        let is_text = |item: &Val| matches!(item.single(), Some(V::Str(_) | V::Symbol(_) | V::IgnoreCase));
        if items.is_empty() || !items.iter().all(is_text) {
            return false;
        }
        let holds = |value: &Val| value.alts.iter().any(|alt| same(&alt.v, v));
        let is_constant = |name: &str| match self.language {
            Language::Ruby => name.starts_with(char::is_uppercase),
            Language::Python => !name.contains(char::is_lowercase),
            Language::CSharp => false,
        };
        let lasting = self.scopes.iter().filter(|scope| !matches!(scope.kind, ScopeKind::Function | ScopeKind::Block));
        let mut names = lasting.flat_map(|scope| &scope.names).filter(|(name, _)| is_constant(name));
        names.any(|(_, slot)| holds(&self.slots[*slot as usize]))
            || self
                .classes
                .iter()
                .flat_map(|class| &class.fields)
                .any(|(name, field)| (self.csharp() || is_constant(name)) && holds(&field.value))
    }
}

/// Functions and methods that tell, count or copy what they are given.
fn only_reads(name: &str) -> bool {
    const LOGS: &[&str] = &[
        "puts",
        "print",
        "p",
        "pp",
        "pprint",
        "warn",
        "warning",
        "info",
        "debug",
        "error",
        "fatal",
        "critical",
        "exception",
        "log",
        "inspect",
        "echo",
        "Write",
        "WriteLine",
        "LogTrace",
        "LogDebug",
        "LogInformation",
        "LogWarning",
        "LogError",
        "LogCritical",
        "Log",
        "Trace",
        "Debug",
        "Information",
        "Warning",
        "Error",
        "raise",
        "fail",
        "Exception",
        "ArgumentError",
        "ValueError",
        "ArgumentException",
    ];
    const COPIES: &[&str] = &[
        "len",
        "str",
        "repr",
        "bool",
        "type",
        "id",
        "hash",
        "iter",
        "sum",
        "any",
        "all",
        "min",
        "max",
        "sorted",
        "reversed",
        "enumerate",
        "zip",
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "isinstance",
        "copy",
        "deepcopy",
        "dumps",
        "join",
        "Join",
        "Concat",
        "format",
        "Format",
        "Serialize",
        "generate",
        "to_json",
        "Contains",
        "include?",
        "Any",
        "All",
        "SequenceEqual",
        "ReferenceEquals",
        "Equals",
        "Array",
        "Set",
        "List",
        "HashSet",
        "Dictionary",
        "Queue",
        "Stack",
        "in?",
        "exclude?",
        "choices",
        "choice",
        "sample",
    ];
    LOGS.contains(&name) || COPIES.contains(&name)
}
