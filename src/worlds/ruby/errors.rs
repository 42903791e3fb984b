//! Exceptions: what is raised, what rescues it.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The class of what a `raise` is given.
    pub fn raised_class(&self, value: &Val, at: NodeRef) -> Option<SmolStr> {
        let last = |name: &str| SmolStr::new(name.rsplit('.').next().unwrap_or(name));
        let mut found: Option<SmolStr> = None;
        for alt in &value.alts {
            let class = match &alt.v {
                V::Str(_) | V::Inquirer(_) => SmolStr::new_static("RuntimeError"),
                V::Class(class) | V::Instance(class) => last(&self.classes[*class as usize].name),
                V::Object(object) => last(&self.classes[object.class as usize].name),
                V::Name(name) => last(name),
                V::Made(name) if ruby_parent(&last(name)).is_some() || name.ends_with("Error") => last(name),
                V::Unknown(_) if matches!(self.kind(at), Some(Kind::Lit(_) | Kind::Interp(_))) => {
                    SmolStr::new_static("RuntimeError")
                }
                _ => return None,
            };
            if found.as_ref().is_some_and(|known| *known != class) {
                return None;
            }
            found = Some(class);
        }
        found
    }

    /// Whether an exception class is a kind of another. `None`: not known.
    pub fn is_ruby_error(&self, class: &str, ancestor: &str) -> Option<bool> {
        if self.class_named(ancestor).is_some_and(|known| self.classes[known as usize].form == ClassForm::Module) {
            return None;
        }
        let known = self.class_named(ancestor).is_some() || ruby_parent(ancestor).is_some() || ancestor == "Exception";
        let mut class = SmolStr::new(class);
        for _ in 0..16 {
            if class == ancestor {
                return Some(true);
            }
            if class == "Exception" {
                return known.then_some(false);
            }
            class = match self.class_named(&class) {
                Some(own) => match self.classes[own as usize].bases.first().and_then(Val::single) {
                    Some(V::Class(base)) => {
                        SmolStr::new(self.classes[*base as usize].name.rsplit('.').next().unwrap_or_default())
                    }
                    Some(V::Name(base)) => SmolStr::new(base.rsplit('.').next().unwrap_or_default()),
                    _ => return None,
                },
                None => SmolStr::new(ruby_parent(&class)?),
            };
        }
        None
    }

    /// Whether what stands behind a `rescue` takes an exception. `None`: perhaps.
    pub fn rescues(&mut self, at: NodeRef, class: Option<&str>) -> Option<bool> {
        let (value, _) = match self.kind(at)? {
            Kind::Splat(inner) => self.eval_quietly(NodeRef { item: at.item, node: *inner }, Lanes::ALL),
            Kind::Name(_) | Kind::Attr { .. } => self.eval_quietly(at, Lanes::ALL),
            _ => return None,
        };
        let mut result = Some(false);
        for alt in &value.alts {
            let one = self.rescue_takes(&alt.v, class, 3);
            match one {
                // one value of several is a perhaps
                Some(true) if value.alts.len() == 1 => return Some(true),
                Some(false) => {}
                _ => result = None,
            }
        }
        if value.alts.is_empty() { None } else { result }
    }

    pub(super) fn rescue_takes(&self, v: &V, class: Option<&str>, depth: usize) -> Option<bool> {
        let wanted = match v {
            V::Name(name) => SmolStr::new(name.rsplit('.').next().unwrap_or(name)),
            V::Class(own) => SmolStr::new(self.classes[*own as usize].name.rsplit('.').next().unwrap_or_default()),
            V::List(items) if depth > 0 => {
                let mut result = Some(false);
                for item in items.iter() {
                    match item.single().and_then(|v| self.rescue_takes(v, class, depth - 1)) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                return result;
            }
            _ => return None,
        };
        match class {
            None if matches!(wanted.as_str(), "Exception" | "StandardError") => Some(true),
            None => None,
            Some(class) => self.is_ruby_error(class.rsplit('.').next().unwrap_or(class), &wanted),
        }
    }
}

/// The class that one of Ruby's own exception classes derives from.
fn ruby_parent(class: &str) -> Option<&'static str> {
    Some(match class {
        "StandardError" | "ScriptError" | "NoMemoryError" | "SecurityError" | "SignalException" | "SystemExit"
        | "SystemStackError" | "fatal" => "Exception",
        "ArgumentError"
        | "EncodingError"
        | "FiberError"
        | "IOError"
        | "IndexError"
        | "LocalJumpError"
        | "NameError"
        | "RangeError"
        | "RegexpError"
        | "RuntimeError"
        | "SystemCallError"
        | "ThreadError"
        | "TypeError"
        | "ZeroDivisionError"
        | "NoMatchingPatternError" => "StandardError",
        "UncaughtThrowError" => "ArgumentError",
        "EOFError" => "IOError",
        "KeyError" | "StopIteration" => "IndexError",
        "ClosedQueueError" => "StopIteration",
        "NoMethodError" => "NameError",
        "FloatDomainError" => "RangeError",
        "FrozenError" => "RuntimeError",
        "NoMatchingPatternKeyError" => "NoMatchingPatternError",
        "LoadError" | "NotImplementedError" | "SyntaxError" => "ScriptError",
        "Interrupt" => "SignalException",
        "ENOENT" | "EACCES" | "EEXIST" | "ECONNREFUSED" | "ECONNRESET" | "EPIPE" | "ETIMEDOUT" | "EPERM" | "EINVAL" => {
            "SystemCallError"
        }
        _ => return None,
    })
}
