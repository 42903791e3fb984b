//! What may raise.

use super::handlers::is_exception_name;
use crate::program::*;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Code with more calls than this may raise.
const MAX_CALM: usize = 32;

impl Machine<'_> {
    /// Whether code may raise by itself: it calls something that is not in sight.
    pub fn may_raise(&self, at: NodeRef, depth: usize) -> bool {
        let Some((code, within)) = self.within(at.item) else {
            return true;
        };
        let Some(span) = code.nodes.get(at.node.0 as usize).map(|node| node.span) else {
            return true;
        };
        for (count, node) in within.risks(span).enumerate() {
            let at = NodeRef { item: at.item, node };
            // so many calls are not worth the search
            let harmless = count < MAX_CALM
                && match self.kind(at) {
                    Some(Kind::Call(call)) => self.is_harmless(at, call, depth),
                    // whoever drives a generator may throw into it
                    Some(Kind::Yield(_)) => !self.python() || !self.around.is_empty(),
                    _ => false,
                };
            if !harmless {
                return true;
            }
        }
        false
    }

    /// Python: a handler that waits for a missing attribute or setting takes what reads one.
    pub(super) fn reads_settings(&self, item: ItemId, body: NodeRef, inner: &Try) -> bool {
        let waits = inner.handlers.iter().any(|handler| match &handler.catches {
            Catches::Classes(classes) => classes.iter().any(|node| {
                let names = |node: NodeId| match self.kind(NodeRef { item, node }) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => matches!(
                        name.as_str(),
                        "AttributeError" | "NameError" | "ImproperlyConfigured" | "IndexError" | "TypeError"
                    ),
                    _ => false,
                };
                match self.kind(NodeRef { item, node: *node }) {
                    Some(Kind::List(all)) => all.iter().any(|node| names(*node)),
                    _ => names(*node),
                }
            }),
            _ => false,
        });
        let Some((code, within)) = self.within(item).filter(|_| waits && !self.csharp()) else { return false };
        let Some(span) = code.nodes.get(body.node.0 as usize).map(|node| node.span) else { return true };
        within.reads(span).next().is_some()
    }

    /// Calls that are known not to raise, or whose exits are modelled.
    fn is_harmless(&self, at: NodeRef, call: &Call, depth: usize) -> bool {
        let callee = NodeRef { item: at.item, node: call.callee };
        match self.kind(callee) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                crate::worlds::names::Found::Slot(slot) => {
                    self.slots[slot as usize].alts.iter().all(|alt| match &alt.v {
                        V::Closure(closure) => self.is_calm(closure.def, depth),
                        V::Class(class) if self.python() => {
                            self.methods_named(*class, "__init__").iter().all(|def| self.is_calm(*def, depth))
                        }
                        _ => false,
                    })
                }
                crate::worlds::names::Found::Member(class) => {
                    let found = self.methods_named(class, name);
                    !found.is_empty() && found.iter().all(|def| self.is_calm(*def, depth))
                }
                crate::worlds::names::Found::Nothing => {
                    matches!(
                        name.as_str(),
                        "exit"
                            | "quit"
                            | "abort"
                            | "exit!"
                            | "puts"
                            | "print"
                            | "p"
                            | "warn"
                            | "raise"
                            | "throw"
                            | "bool"
                            | "str"
                            | "len"
                    ) || is_exception_name(name)
                }
            },
            Some(Kind::Attr { recv, name, .. }) => {
                let recv = NodeRef { item: at.item, node: *recv };
                let of = |names: &[&str]| match self.kind(recv) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => names.contains(&name.as_str()),
                    _ => false,
                };
                match name.as_str() {
                    // reading the environment, and leaving
                    "getenv" | "_exit" | "GetEnvironmentVariable" | "SetEnvironmentVariable" | "FailFast" => true,
                    "IsDevelopment" | "IsProduction" | "IsStaging" | "IsEnvironment" => true,
                    "exit" | "exit!" | "abort" | "Exit" => of(&["sys", "Kernel", "Process", "Environment"]),
                    "get" | "setdefault" => of(&["environ"]),
                    "fetch" | "key?" | "values_at" => of(&["ENV"]),
                    "env" => of(&["Rails", "Hanami", "Padrino"]),
                    // predicates and strings
                    _ if self.ruby() && name.ends_with('?') => true,
                    "lower" | "upper" | "strip" | "casefold" | "startswith" | "endswith" | "downcase" | "upcase"
                    | "to_s" | "to_sym" | "ToLower" | "ToUpper" | "ToLowerInvariant" | "ToUpperInvariant"
                    | "Equals" | "StartsWith" | "EndsWith" => true,
                    // logs
                    "WriteLine" | "Write" | "LogError" | "LogInformation" | "LogWarning" | "LogDebug" => true,
                    "info" | "warn" | "warning" | "error" | "debug" => {
                        of(&["logger", "log", "logging", "_logger", "_log", "LOGGER"])
                    }
                    "new" => match self.kind(recv) {
                        Some(Kind::Name(class) | Kind::Attr { name: class, .. }) => is_exception_name(class),
                        _ => false,
                    },
                    _ => is_exception_name(name),
                }
            }
            _ => false,
        }
    }

    /// Whether a definition of the file raises nothing but what its summary says.
    fn is_calm(&self, def: NodeRef, depth: usize) -> bool {
        let Some(node) = self.def(def) else {
            return false;
        };
        depth < 3 && !self.may_raise(NodeRef { item: def.item, node: node.body }, depth + 1)
    }
}
