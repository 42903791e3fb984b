//! Members of values and of names.

use smol_str::SmolStr;

use super::accessors::is_host_member;
use super::spelling::{MAX_NAME, looks_like_switch};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn read_attr(&mut self, at: NodeRef, recv: NodeRef, name: &SmolStr, safe: bool, lanes: Lanes) -> (Val, Lanes) {
        let (value, falls) = self.attr_value(at, recv, name, safe, lanes, false);
        self.hand_over_named(&value, at, falls);
        (value, falls)
    }

    pub(super) fn attr_value(
        &mut self,
        at: NodeRef,
        recv: NodeRef,
        name: &SmolStr,
        safe: bool,
        lanes: Lanes,
        quiet: bool,
    ) -> (Val, Lanes) {
        if name == "Result" && self.csharp() {
            self.awaited.insert(recv);
        }
        let (target, falls) = self.eval_quietly(recv, lanes);
        let mut out = Val { deps: target.deps.clone(), taint: target.taint, ..Val::default() };
        let mut rest = Lanes::NONE;
        for alt in target.groups(falls) {
            for lane in falls.without(alt.lanes | rest).indices() {
                self.st.cuts[lane] = target.deps.clone();
            }
            let (value, through) = self.member_of(at, &alt.v, name, safe, alt.lanes);
            if !quiet {
                for known in &value.alts {
                    if let V::Name(qualified) = &known.v {
                        let qualified = qualified.clone();
                        self.reference(at, &qualified, alt.lanes);
                    }
                }
            }
            let mut value = value;
            if alt.doubt {
                value.alts.iter_mut().for_each(|alt| alt.doubt = true);
            }
            out.join(&value);
            rest |= through;
        }
        let uncovered = falls.without(target.lanes());
        if !uncovered.is_empty() {
            out.join(&Val::data(uncovered));
            rest |= uncovered;
        }
        (out, rest)
    }

    /// `v.name` without a call.
    pub fn member_of(&mut self, at: NodeRef, v: &V, name: &SmolStr, safe: bool, lanes: Lanes) -> (Val, Lanes) {
        let value = match v {
            V::Name(head) if self.module_of(at, head).is_some() => match self.member_of_file(at, head, name, lanes) {
                Some(value) => value,
                None => Val::data(lanes),
            },
            V::Name(head) if head == crate::worlds::python::THIS_MODULE => {
                self.read_global(name, lanes).unwrap_or_else(|| Val::data(lanes))
            }
            V::Name(head) | V::Made(head) if !self.rewritten(&format!("{head}.{name}"), lanes).alts.is_empty() => {
                let full = SmolStr::new(format!("{head}.{name}"));
                let mut value = self.rewritten(&full, lanes);
                let rest = match self.hides(v) {
                    true => lanes.without(value.lanes()),
                    false => lanes,
                };
                let before = match self.accessor_value(&full, rest) {
                    Some(known) => known,
                    None => Val::of(V::Name(full), rest),
                };
                value.join(&before);
                value
            }
            V::Name(head) | V::Made(head) => {
                let full = member_name(head, name);
                if let Some(value) = self.accessor_value(&full, lanes) {
                    value
                } else if let Some(constant) = self.constant(&full) {
                    Val::of(V::Str(constant), lanes)
                } else if self.csharp() && is_host_member(name) && !matches!(head.as_str(), "System" | "global::System")
                {
                    // the class `System.Environment` is no host
                    Val::of(V::Host, lanes)
                } else if self.csharp()
                    && matches!(
                        name.as_str(),
                        "OrdinalIgnoreCase" | "InvariantCultureIgnoreCase" | "CurrentCultureIgnoreCase"
                    )
                {
                    Val::of(V::IgnoreCase, lanes)
                } else if self.csharp() && full.starts_with("string.") && name == "Empty" {
                    Val::of(V::Str(SmolStr::default()), lanes)
                } else {
                    // a setting that could be a switch is doubted; its members stay nameable
                    Val::of(V::Name(full), lanes)
                }
            }
            V::Inquirer(_) | V::AnyName { .. } if self.added_predicate(v, name).is_some() => {
                let def = self.added_predicate(v, name).unwrap_or(at);
                let method = self.bound(def, v, lanes);
                return self.call_value(at, &method, &Args::default(), lanes);
            }
            V::Closure(closure) if self.python() && name == "__wrapped__" => self.behind(closure, lanes),
            V::Class(class) => return self.read_member(at, v, *class, name, lanes),
            V::Instance(class) => return self.read_member(at, v, *class, name, lanes),
            V::Object(object) => {
                let class = object.class;
                return self.read_member(at, v, class, name, lanes);
            }
            V::Host => self.host_member(name, lanes),
            V::Nil | V::Missing if safe => Val::nil(lanes),
            V::Missing => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static(self.nil_error())), at);
                return (Val::default(), Lanes::NONE);
            }
            V::Unknown(cause) => {
                self.may_call_methods(at, name, lanes);
                if self.csharp() && is_host_member(name) {
                    Val::of(V::Host, lanes)
                } else if *cause == Cause::Data && looks_like_switch(name) {
                    Val::unknown(Cause::Opaque, lanes)
                } else {
                    Val::unknown(*cause, lanes)
                }
            }
            // `add = errors.append`: it may be called at any time
            V::List(_) | V::Map(_) if !self.ruby() && crate::worlds::methods::is_mutation(name) => {
                self.forget_collections(&Val::of(v.clone(), lanes), lanes);
                Val::data(lanes)
            }
            _ => self.property(v, name, lanes),
        };
        (value, lanes)
    }

    pub fn nil_error(&self) -> &'static str {
        match self.language {
            Language::Ruby => "NoMethodError",
            Language::Python => "AttributeError",
            Language::CSharp => "NullReferenceException",
        }
    }

    fn constant(&self, full: &str) -> Option<SmolStr> {
        if !self.csharp() {
            return None;
        }
        // Microsoft.Extensions.Hosting.Environments, by any qualification
        let (head, tail) = full.rsplit_once('.')?;
        let class = head.rsplit('.').next()?;
        // a project adds names of its own in a class of that name; what may stand for production must be seen
        const OTHERS: &[&str] = &[
            "Test",
            "Tests",
            "Testing",
            "IntegrationTest",
            "IntegrationTests",
            "IntegrationTesting",
            "DependencyTest",
            "Docker",
            "Local",
            "Dev",
            "Sandbox",
            "Demo",
        ];
        let known = matches!(tail, "Development" | "Staging" | "Production") || OTHERS.contains(&tail);
        (matches!(class, "Environments" | "EnvironmentName") && known).then(|| SmolStr::new(tail))
    }
}

/// The name of a member.
pub fn member_name(head: &SmolStr, name: &str) -> SmolStr {
    if head.len() > MAX_NAME {
        return head.clone();
    }
    SmolStr::new(format!("{head}.{name}"))
}
