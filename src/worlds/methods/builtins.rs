//! Functions of the languages themselves.

use std::rc::Rc;

use smol_str::SmolStr;

use super::convert::as_text;
use crate::program::*;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::python::is_settings_reader;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The class named in a `raise`.
    pub fn exception_class(&mut self, at: NodeRef) -> Option<SmolStr> {
        let child = |node: NodeId| NodeRef { item: at.item, node };
        match self.kind(at)? {
            Kind::Lit(_) | Kind::Interp(_) => Some(SmolStr::new_static("RuntimeError")),
            Kind::Name(name) => Some(name.clone()),
            Kind::Attr { name, .. } => Some(name.clone()),
            Kind::Call(call) => {
                let callee = child(call.callee);
                match self.kind(callee)? {
                    Kind::Attr { recv, name, .. } if name == "new" || name == "exception" => {
                        self.exception_class(child(*recv))
                    }
                    Kind::Attr { name, .. } | Kind::Name(name) => Some(name.clone()),
                    _ => None,
                }
            }
            Kind::Seq(all) => self.exception_class(child(*all.last()?)),
            Kind::Typed(inner, _) => self.exception_class(child(*inner)),
            _ => None,
        }
    }

    /// Functions of the languages themselves, by their qualified name.
    pub fn builtin_function(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let first = args.get(0);
        if self.python()
            && let Some(result) = self.reflection(at, name, args, lanes)
        {
            return Some(result);
        }
        match (self.language, name) {
            (Language::Ruby, "exit" | "abort" | "Kernel.exit" | "Kernel.abort" | "Process.exit" | "Process.abort")
            | (Language::Python, "sys.exit" | "exit" | "quit") => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("SystemExit")), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "exit!" | "Process.exit!" | "Kernel.exit!")
            | (Language::Python, "os._exit" | "os.abort") => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("!exit")), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "throw" | "Kernel.throw") => Some(self.throw(at, first, args.get(1), lanes)),
            (Language::Ruby, "ActiveSupport.StringInquirer" | "ActiveSupport.EnvironmentInquirer") => {
                let mut value = first?.clone();
                for alt in &mut value.alts {
                    alt.v = match &alt.v {
                        V::Str(text) | V::Inquirer(text) => V::Inquirer(text.clone()),
                        V::AnyName { symbol: false, own, .. } => {
                            V::AnyName { inquirer: true, symbol: false, own: *own }
                        }
                        _ => V::Unknown(Cause::Data),
                    };
                }
                Some((value, lanes))
            }
            (Language::Ruby, "Set" | "Set.[]") => {
                let items = match (name, first) {
                    ("Set.[]", _) => args.positional.clone(),
                    (_, None) => Vec::new(),
                    (_, Some(list)) => match list.single()? {
                        V::List(items) => items.to_vec(),
                        _ => return None,
                    },
                };
                Some((self.set_of(&items, lanes), lanes))
            }
            (Language::Ruby, "Struct" | "Data.define" | "OpenStruct") => self.make_struct(at, name, args, lanes),
            (
                Language::Ruby,
                "mattr_accessor"
                | "mattr_reader"
                | "mattr_writer"
                | "cattr_accessor"
                | "cattr_reader"
                | "cattr_writer"
                | "thread_mattr_accessor"
                | "class_attribute",
            ) => self.make_attributes(at, args, lanes),
            (Language::Ruby, "delegate" | "def_delegators" | "def_delegator" | "def_instance_delegators") => {
                self.make_delegates(name, args, lanes)
            }
            (Language::Ruby, _)
                if self.uses_sinatra()
                    && let Some(result) = self.sinatra_function(at, name, args, lanes) =>
            {
                Some(result)
            }
            // text run as code may write any local
            (Language::Ruby, "eval" | "Kernel.eval" | "binding" | "Kernel.binding") => {
                self.forget_locals(lanes);
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "catch" | "Kernel.catch") => self.catch(at, args, lanes),
            (Language::Ruby, "send" | "public_send" | "__send__") => {
                let target = first?;
                let mut rest = args.clone();
                rest.positional.remove(0);
                if !rest.nodes.is_empty() {
                    rest.nodes.remove(0);
                }
                let target = target.clone();
                Some(self.each_alternative(&target, lanes, |machine, v, lanes| match text_of(v) {
                    Some(name) => match machine.lookup(name) {
                        crate::worlds::names::Found::Slot(slot) => {
                            let value = machine.slots[slot as usize].only(lanes);
                            machine.call_value(at, &value, &rest, lanes)
                        }
                        crate::worlds::names::Found::Member(class) => {
                            let this = machine.member_receiver(class, lanes);
                            let (value, falls) = machine.read_member(at, &this, class, name, lanes);
                            (value, falls)
                        }
                        crate::worlds::names::Found::Nothing => {
                            machine.leave(
                                Target::Raise,
                                lanes,
                                Val::data(lanes),
                                Some(SmolStr::new_static("NoMethodError")),
                                at,
                            );
                            (Val::default(), Lanes::NONE)
                        }
                    },
                    None => machine.call_any_function(at, &rest, lanes),
                }))
            }
            (Language::Ruby, "method") => {
                let name = first?.text().cloned()?;
                match self.lookup(&name) {
                    crate::worlds::names::Found::Slot(slot) if self.holds_method(slot) => {
                        let method = self.slots[slot as usize].only(lanes);
                        self.mention(&method, at, lanes);
                        Some((method, lanes))
                    }
                    crate::worlds::names::Found::Slot(_) => None,
                    crate::worlds::names::Found::Member(class) => {
                        let def = self.methods_named(class, &name).first().copied()?;
                        let this = self.member_receiver(class, lanes);
                        let method = self.bound(def, &this, lanes);
                        self.mention(&method, at, lanes);
                        Some((method, lanes))
                    }
                    crate::worlds::names::Found::Nothing => None,
                }
            }
            (Language::Ruby, "development?" | "production?" | "test?") => {
                if !self.required.iter().any(|path| path.starts_with("sinatra") || path.starts_with("padrino")) {
                    return None;
                }
                let environment = self.accessor_value("Sinatra.Base.environment", lanes)?;
                let wanted = Val::of(V::Symbol(SmolStr::new(name.trim_end_matches('?'))), lanes);
                let outcome = self.equal(at, &environment, &wanted, lanes, false);
                Some((Val::either(outcome.yes, outcome.no), lanes))
            }
            (Language::Ruby, "p" | "pp") if args.positional.len() == 1 => Some((first?.clone(), lanes)),
            (Language::Ruby, "format" | "sprintf") if first?.text().is_some_and(|text| text == "%s") => {
                let text = args.get(1)?.clone();
                let known = text
                    .alts
                    .iter()
                    .all(|alt| crate::worlds::eval::text_of(&alt.v).is_some() || matches!(alt.v, V::AnyName { .. }));
                Some((if known { text } else { Val::data(lanes) }, lanes))
            }
            (Language::Ruby, "format" | "sprintf" | "sleep" | "srand" | "rand" | "p" | "pp") => {
                Some((Val::data(lanes), lanes))
            }
            (Language::Ruby, "Kernel.raise" | "Kernel.fail") => {
                let class = first.and_then(|value| self.raised_class(value, args.nodes.first().copied().unwrap_or(at)));
                self.leave(Target::Raise, lanes, Val::data(lanes), class, at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Ruby, "suppress") => self.suppress(at, args, lanes),
            (Language::Ruby, "instance_eval" | "instance_exec" | "class_eval" | "class_exec" | "module_eval") => {
                let this = self.st.this.as_ref()?.single()?.clone();
                self.evaluate_for(at, &this, args, lanes)
            }
            (Language::Ruby, "block_given?") => {
                Some((if self.st.block.is_some() { Val::bool(true, lanes) } else { Val::data(lanes) }, lanes))
            }
            (Language::Ruby, "Hanami.env?") => {
                let environment = self.accessor_value("Hanami.env", lanes)?;
                let mut yes = Lanes::NONE;
                for wanted in &args.positional {
                    let wanted = Val::of(V::Symbol(wanted.text().cloned().unwrap_or_default()), lanes);
                    yes |= self.equal(at, &environment, &wanted, lanes, false).yes;
                }
                Some((Val::either(yes, lanes.without(yes)), lanes))
            }
            (Language::Ruby, "puts" | "print" | "warn")
            | (Language::Python, "print" | "logging.info" | "time.sleep") => {
                if self.ruby() {
                    self.expose_all(&args.all().collect::<Vec<_>>());
                }
                Some((Val::nil(lanes), lanes))
            }
            (Language::Python, "os.getenv" | "getenv") => {
                let value = self.environment_variable(at, first?, lanes);
                let default = args.get(1).or_else(|| args.named("default"));
                self.note_default(at, first?, default);
                let nil = Val::of(V::Missing, lanes);
                Some((self.replace_missing(value, Some(default.unwrap_or(&nil)), lanes), lanes))
            }
            // a bound that depends on the lane
            (Language::Python, "range")
                if args.positional.len() == 1 && first.is_some_and(|bound| bound.single().is_none()) =>
            {
                let mut out = Val { deps: first?.deps.clone(), ..Val::default() };
                for alt in first?.groups(lanes) {
                    let v = match &alt.v {
                        V::Int(count) if *count <= 0 => V::List(Rc::new(Vec::new())),
                        _ => V::Unknown(Cause::Data),
                    };
                    out.add(Alt { v, ..alt });
                }
                Some((out, lanes))
            }
            (Language::Python, "len") => Some((self.count(first?, lanes), lanes)),
            (Language::Python, "bool") => {
                let value = first?;
                Some((self.bool_of(&self.truth(value, lanes), value), lanes))
            }
            (Language::Python, "str") => Some((as_text(first?, lanes), lanes)),
            (
                Language::Python,
                "flask.abort" | "quart.abort" | "werkzeug.exceptions.abort" | "werkzeug.abort" | "bottle.abort",
            ) => {
                let class = SmolStr::new_static("HTTPException");
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Python, "argparse.ArgumentParser.error" | "argparse.ArgumentParser.exit") => {
                let class = SmolStr::new_static("SystemExit");
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(class), at);
                Some((Val::default(), Lanes::NONE))
            }
            (Language::Python, "decouple.config" | "decouple.AutoConfig") => {
                Some(self.read_setting(at, "decouple", "", args, lanes))
            }
            (Language::Python, name) if name.rsplit_once('.').is_some_and(|(head, _)| is_settings_reader(head)) => {
                let (head, how) = name.rsplit_once('.')?;
                Some(self.read_setting(at, head, how, args, lanes))
            }
            (Language::Python, "asyncio.run") => {
                let coroutine = first?.clone();
                Some(self.awaited(at, coroutine, lanes))
            }
            (Language::Python, name) if name.ends_with(".run_until_complete") => {
                let coroutine = first?.clone();
                Some(self.awaited(at, coroutine, lanes))
            }
            (Language::Python, "any" | "all") => Some((self.quantify(first?, name == "any", lanes), lanes)),
            (Language::Python, "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed") => {
                let value = first.cloned().unwrap_or_else(|| Val::of(V::List(Rc::new(Vec::new())), lanes));
                if let Some(V::Generator(generator)) = value.single() {
                    let generator = generator.clone();
                    let falls = self.iterate_generator(&generator, lanes);
                    return Some((Val::data(falls), falls));
                }
                Some((value, lanes))
            }
            (Language::Python, "range") => {
                // short ranges are lists like any other
                let bounds: Option<Vec<i64>> = args
                    .positional
                    .iter()
                    .map(|value| if let Some(V::Int(bound)) = value.single() { Some(*bound) } else { None })
                    .collect();
                let (from, to) = match bounds.as_deref()? {
                    [to] => (0, *to),
                    [from, to] => (*from, *to),
                    _ => return None,
                };
                if !(0..=8).contains(&to.checked_sub(from)?) {
                    return None;
                }
                let items = (from..to).map(|index| Val::of(V::Int(index), lanes)).collect();
                Some((Val::of(V::List(Rc::new(items)), lanes), lanes))
            }
            // these keep a function as it is, or give back one that calls it
            (Language::Python, "functools.wraps" | "wraps" | "functools.update_wrapper") => {
                Some((Val::data(lanes), lanes))
            }
            (Language::Python, "functools.partial" | "partial")
                if args.positional.len() == 1 && args.named.is_empty() && !args.open =>
            {
                Some((first?.clone(), lanes))
            }
            // with arguments of its own: what is called later is not followed
            (Language::Python, "functools.partial" | "partial") => {
                self.escape_args(args, lanes);
                Some((Val::data(lanes), lanes))
            }
            (Language::Python, "next") => {
                if let Some(V::Generator(generator)) = first?.single() {
                    let generator = generator.clone();
                    let falls = self.iterate_generator(&generator, lanes);
                    return Some((Val::data(falls), falls));
                }
                Some((Val::data(lanes), lanes))
            }
            (
                Language::Python,
                "int" | "float" | "eval" | "json.loads" | "ast.literal_eval" | "strtobool" | "distutils.util.strtobool",
            ) => self.convert(at, name, first?, lanes),
            (Language::Python, "getattr") => {
                let target = first?.clone();
                let Some(attr) = args.get(1)?.text().cloned() else {
                    for alt in target.groups(lanes) {
                        match &alt.v {
                            V::Class(class) | V::Instance(class) => {
                                self.may_call_any_method(at, Some(*class), alt.lanes);
                            }
                            V::Object(object) => self.may_call_any_method(at, Some(object.class), alt.lanes),
                            V::Unknown(_) => self.may_call_any_method(at, None, alt.lanes),
                            V::Name(name) if name == crate::worlds::python::THIS_MODULE => {
                                self.may_call_any_function(at, alt.lanes);
                            }
                            _ => {}
                        }
                    }
                    return None;
                };
                Some(self.each_alternative(&target, lanes, |machine, v, lanes| {
                    let (value, falls) = machine.member_of(at, v, &attr, false, lanes);
                    // a default stands in for a member that is not known to exist
                    match (args.get(2), value.single()) {
                        (Some(default), Some(V::Name(_) | V::Unknown(_))) => {
                            let mut either = default.only(falls);
                            either.join(&Val::unknown(Cause::Flag, falls));
                            (either, falls)
                        }
                        _ => (value, falls),
                    }
                }))
            }
            (Language::Python, "operator.methodcaller") => {
                let name = first?.text().cloned();
                match name {
                    Some(name) => self.may_call_methods(at, &name, lanes),
                    None => self.may_call_any_method(at, None, lanes),
                }
                None
            }
            (Language::Python, "map" | "filter") => {
                let items = args.get(1)?.clone();
                let function = first?.clone();
                if matches!(function.single(), Some(V::Nil)) {
                    return None;
                }
                let mut out = Vec::new();
                let mut falls = lanes;
                match items.single() {
                    Some(V::List(list)) if list.len() <= 8 => {
                        for item in list.iter() {
                            let own = Args { positional: vec![item.clone()], nodes: vec![at], ..Args::default() };
                            let (value, rest) = self.call_value(at, &function, &own, falls);
                            falls = rest;
                            out.push(value);
                        }
                        let value =
                            if name == "map" { Val::of(V::List(Rc::new(out)), falls) } else { Val::data(falls) };
                        Some((value, falls))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
