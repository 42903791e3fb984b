//! What Python lets a program do to itself: modules and namespaces that are written, objects shared under several names,
//! context managers, coroutines, objects that answer for themselves.

mod classes;
mod namespaces;
mod settings;
mod shared;
mod texts;
mod with;

use std::rc::Rc;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;
pub use namespaces::THIS_MODULE;
pub use settings::is_settings_reader;
pub use texts::letter;

/// Subclasses of the file that a method's `self` may be.
pub(super) const MAX_SUBCLASSES: usize = 6;

impl Machine<'_> {
    /// `setattr(o, "x", v)`, `vars(o)`, `exec(text)`, `globals()`.
    pub fn reflection(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        match name {
            "setattr" | "object.__setattr__" => {
                let (target, value) = (args.get(0)?.clone(), args.get(2)?.clone());
                let recv = args.nodes.first().copied().unwrap_or(at);
                match args.get(1)?.text().cloned() {
                    Some(name) => self.write_attr(&target, recv, &name, lanes, &value, at),
                    None => {
                        self.escape(&value, lanes, at);
                        self.forget_fields(&target, lanes);
                    }
                }
                Some((Val::nil(lanes), lanes))
            }
            "delattr" => {
                self.forget_fields(&args.get(0)?.clone(), lanes);
                Some((Val::nil(lanes), lanes))
            }
            "vars" | "locals" if args.positional.is_empty() => {
                self.forget_names(lanes);
                Some((Val::data(lanes), lanes))
            }
            "vars" => {
                let target = args.get(0)?.clone();
                self.forget_fields(&target, lanes);
                Some((Val::data(lanes), lanes))
            }
            "globals" => Some((Val::of(V::Name(SmolStr::new_static(THIS_MODULE)), lanes), lanes)),
            "exec" | "execfile" | "runpy.run_path" => {
                self.escape_args(args, lanes);
                self.forget_names(lanes);
                Some((Val::nil(lanes), lanes))
            }
            _ => None,
        }
    }

    /// Whether a name beyond the file is a function or a module, and not a value that somebody set.
    pub fn is_surely_true(&self, name: &str) -> bool {
        !name.contains('.')
            && (self.symbol_of(name).is_some()
                || matches!(
                    name,
                    "os" | "sys"
                        | "print"
                        | "len"
                        | "str"
                        | "int"
                        | "bool"
                        | "list"
                        | "dict"
                        | "set"
                        | "tuple"
                        | "object"
                        | "type"
                        | "range"
                        | "open"
                        | "input"
                        | "Ellipsis"
                        | "NotImplemented"
                ))
    }

    /// Whether an object decides by a method what it is taken for.
    pub fn answers_itself(&self, class: u32, methods: &[&str]) -> bool {
        methods.iter().any(|name| !self.methods_named(class, name).is_empty())
    }

    /// `wrapper.__wrapped__`: the function behind it.
    pub fn behind(&mut self, wrapper: &Rc<Closure>, lanes: Lanes) -> Val {
        let found = self.wrapped.iter().find(|(_, value)| {
            value.alts.iter().any(|alt| matches!(&alt.v, V::Closure(known) if known.id == wrapper.id))
        });
        match found.map(|(def, _)| *def) {
            Some(def) => self.closure(def, lanes),
            None => Val::data(lanes),
        }
    }

    /// The value of `await x`: a coroutine of the file runs here.
    pub fn awaited(&mut self, at: NodeRef, value: Val, lanes: Lanes) -> (Val, Lanes) {
        let waits = value.alts.iter().any(|alt| matches!(alt.v, V::Generator(_)));
        if !self.python() || !waits {
            return (value, lanes);
        }
        self.each_alternative(&value, lanes, |machine, v, lanes| match v {
            V::Generator(generator) => {
                let Some(def) = machine.def(generator.0.def) else {
                    return (Val::data(lanes), lanes);
                };
                let closure = Rc::new(generator.0.clone());
                let args = generator.1.clone();
                machine.run_body(at, &closure, def, &args, lanes)
            }
            v => (Val::of(v.clone(), lanes), lanes),
        })
    }
}
