//! Which exceptions a handler takes.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Whether a handler catches an exception of this class. `None`: perhaps.
    pub(super) fn catches(&mut self, item: ItemId, handler: &Handler, class: Option<&str>) -> Option<bool> {
        if class == Some("!exit") {
            return Some(false);
        }
        let exits = class.is_some_and(|class| {
            matches!(
                class,
                "SystemExit"
                    | "KeyboardInterrupt"
                    | "Interrupt"
                    | "SignalException"
                    | "GeneratorExit"
                    | "NoMemoryError"
                    | "ScriptError"
                    | "LoadError"
                    | "NotImplementedError"
                    | "SyntaxError"
                    | "BaseException"
            )
        });
        if self.ruby() {
            return match &handler.catches {
                Catches::All => Some(true),
                Catches::Standard => match class {
                    Some(class) => self.is_ruby_error(class.rsplit('.').next().unwrap_or(class), "StandardError"),
                    None => Some(true),
                },
                Catches::Classes(nodes) => {
                    let mut result = Some(false);
                    for node in nodes {
                        match self.rescues(NodeRef { item, node: *node }, class) {
                            Some(true) => return Some(true),
                            None => result = None,
                            Some(false) => {}
                        }
                    }
                    result
                }
            };
        }
        match &handler.catches {
            Catches::All => Some(true),
            Catches::Standard => Some(!matches!(
                class,
                Some(
                    "SystemExit"
                        | "Interrupt"
                        | "SignalException"
                        | "NoMemoryError"
                        | "LoadError"
                        | "NotImplementedError"
                        | "SyntaxError"
                        | "ScriptError"
                        | "Exception"
                        | "SecurityError"
                )
            )),
            Catches::Classes(nodes) => {
                let mut result = Some(false);
                for node in nodes {
                    match self.catches_class(NodeRef { item, node: *node }, class, exits) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
        }
    }

    fn catches_class(&self, at: NodeRef, class: Option<&str>, exits: bool) -> Option<bool> {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let name = match self.kind(at)? {
            Kind::Name(name) => name.clone(),
            Kind::Attr { name, .. } => name.clone(),
            Kind::List(all) => {
                let mut result = Some(false);
                for node in all {
                    match self.catches_class(child(*node), class, exits) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                return result;
            }
            _ => return None,
        };
        let name = name.rsplit('.').next().unwrap_or_default();
        let Some(class) = class else {
            return if matches!(name, "Exception" | "BaseException" | "StandardError") { Some(true) } else { None };
        };
        let class = class.rsplit('.').next().unwrap_or(class);
        if name == class {
            return Some(true);
        }
        match (self.language, name) {
            (Language::Python, "BaseException") | (Language::Ruby | Language::CSharp, "Exception") => Some(true),
            (Language::Python, "Exception") | (Language::Ruby, "StandardError") => {
                Some(!exits || (self.python() && matches!(class, "NotImplementedError" | "SyntaxError" | "LoadError")))
            }
            _ => self.is_subclass(class, name),
        }
    }

    /// Whether one exception class is known to be a kind of another.
    fn is_subclass(&self, class: &str, ancestor: &str) -> Option<bool> {
        const KINDS: &[(&str, &[&str])] = &[
            ("KeyError", &["LookupError", "IndexError"]),
            ("IndexError", &["LookupError", "StandardError"]),
            ("NoMethodError", &["NameError"]),
            ("ValueError", &[]),
            ("AttributeError", &[]),
            ("RuntimeError", &[]),
            ("AssertionError", &[]),
            ("NotImplementedError", &["RuntimeError"]),
            ("SystemExit", &[]),
            ("ArgumentError", &[]),
            ("TypeError", &[]),
            ("InvalidOperationException", &["SystemException"]),
            ("ArgumentNullException", &["ArgumentException", "SystemException"]),
            ("ArgumentOutOfRangeException", &["ArgumentException", "SystemException"]),
            ("ArgumentException", &["SystemException"]),
            ("NotSupportedException", &["SystemException"]),
            ("NullReferenceException", &["SystemException"]),
            ("TimeoutException", &["SystemException"]),
            ("FormatException", &["SystemException"]),
            ("UnauthorizedAccessException", &["SystemException"]),
            ("NotImplementedException", &["SystemException"]),
            ("KeyNotFoundException", &["SystemException"]),
            ("ObjectDisposedException", &["InvalidOperationException", "SystemException"]),
            ("CommandError", &[]),
            ("ImproperlyConfigured", &[]),
        ];
        match KINDS.iter().find(|(known, _)| *known == class) {
            Some((_, ancestors)) if ancestors.contains(&ancestor) => Some(true),
            Some(_)
                if KINDS.iter().any(|(known, _)| *known == ancestor)
                    || matches!(
                        ancestor,
                        "OSError"
                            | "IOError"
                            | "ImportError"
                            | "ZeroDivisionError"
                            | "FormatException"
                            | "IOException"
                            | "OperationCanceledException"
                    ) =>
            {
                Some(false)
            }
            Some(_) if self.class_named(ancestor).is_some() => Some(false),
            // a class of the file: look at its bases
            _ => {
                let mut at = self.class_named(class)?;
                for _ in 0..8 {
                    let base = self.classes[at as usize].bases.first()?.single()?.clone();
                    match base {
                        V::Class(base) => {
                            if self.classes[base as usize].name == ancestor {
                                return Some(true);
                            }
                            at = base;
                        }
                        V::Name(name) => {
                            let last = name.rsplit('.').next().unwrap_or(&name);
                            // between the root and the class there is nothing else
                            return match last {
                                _ if last == ancestor => Some(true),
                                "Exception" if self.csharp() => Some(false),
                                _ => None,
                            };
                        }
                        _ => return None,
                    }
                }
                None
            }
        }
    }

    /// A filter `when e is T` where T was not raised.
    pub(super) fn refuses(&self, guard: NodeRef, classes: &[Option<SmolStr>]) -> bool {
        let Some(Kind::Is { pattern, .. }) = self.kind(guard) else {
            return false;
        };
        let wanted = match pattern.as_ref() {
            Pattern::Type(name, _) => name.clone(),
            Pattern::Value(node) => match self.kind(NodeRef { item: guard.item, node: *node }) {
                Some(Kind::Name(name)) => name.clone(),
                _ => return false,
            },
            _ => return false,
        };
        !classes.is_empty()
            && classes.iter().all(|class| {
                class.as_ref().is_some_and(|class| *class != wanted && self.is_subclass(class, &wanted) == Some(false))
            })
    }
}

/// `KeyError`, `InvalidOperationException`: making one raises nothing.
pub(super) fn is_exception_name(name: &str) -> bool {
    name.ends_with("Error") || name.ends_with("Exception") || name == "SystemExit"
}
