//! Methods called on objects and classes, and `super`.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::methods::MemberCall;
use crate::worlds::ops::symbol_of;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Calls the method of an object or class of the file. `None`: nothing in the file defines it.
    pub fn call_ruby_member(&mut self, asked: &MemberCall<'_>) -> Option<(Val, Lanes)> {
        let MemberCall { at, this, class, name, args, lanes } = *asked;
        let of_class = matches!(this, V::Class(_));
        // inside a method of a base class the object is still of its own class
        let class = self.runtime_class(this, class);
        let mut found: Vec<NodeRef> = Vec::new();
        let resolved = self.resolve(class, of_class, name);
        found.extend(resolved.map(|(_, def)| def));
        if matches!(this, V::Instance(_)) {
            for def in self.overriding(class, of_class, name) {
                if !found.contains(&def) {
                    found.push(def);
                }
            }
        }
        // a definition under a condition may not have replaced the one before it
        if let Some(((owner, _), def)) = resolved
            && let Some(all) = self.classes[owner as usize].methods.get(name).cloned()
            && all.len() > 1
            && self.declared.get(&def).is_some_and(|(lanes, _)| *lanes != Lanes::ALL)
        {
            for other in all {
                let same_side =
                    self.def(other).is_some_and(|def| def.is_static == of_class && def.form != Form::Setter);
                if same_side && !found.contains(&other) {
                    found.push(other);
                }
            }
        }
        if found.is_empty() {
            return None;
        }
        let mut unknown = false;
        if let Some(loose) = self.loose.get(name).cloned() {
            unknown = loose.is_empty();
            for def in loose {
                if !found.contains(&def) {
                    found.push(def);
                }
            }
        }
        if let ([one], false) = (found.as_slice(), unknown) {
            let closure = self.bound(*one, this, lanes);
            return Some(self.call_value(at, &closure, args, lanes));
        }
        let count = found.len() + usize::from(unknown);
        let branches: Vec<Branch> = (0..count).map(|_| Branch::open(lanes, Lanes::NONE)).collect();
        Some(self.fork(&branches, |machine, index| match found.get(index) {
            Some(def) => {
                let closure = machine.bound(*def, this, lanes);
                machine.call_value(at, &closure, args, lanes)
            }
            None => (Val::data(lanes), lanes),
        }))
    }

    /// `super`: the next method of the name after the one that runs.
    pub fn call_super(&mut self, at: NodeRef, args: &Args, bare: bool, lanes: Lanes) -> Option<(Val, Lanes)> {
        let running = self
            .inlining
            .iter()
            .rev()
            .copied()
            .find(|def| matches!(self.kind(*def), Some(Kind::Def(_))))
            .or(self.contexts[self.context].def)?;
        let Some(Kind::Def(def)) = self.kind(running) else { return None };
        let (_, home) = self.homes.get(&running).copied()?;
        let home = home?;
        let this = self.st.this.as_ref()?.single()?.clone();
        let (class, of_class) = match &this {
            V::Class(class) => (*class, true),
            V::Instance(class) => (*class, false),
            V::Object(object) => (object.class, false),
            _ => return None,
        };
        let line = self.ancestors(class, of_class);
        let position = line.iter().position(|(owner, _)| *owner == home)?;
        let next = line[position + 1..].iter().find_map(|owner| self.answers(*owner, &def.name))?;
        let mut args = args.clone();
        if bare {
            // `super` alone passes on what the method was given
            for param in &def.params {
                let value = match self.slot_in(self.frame_scope(), &param.name) {
                    Some(slot) => self.slots[slot as usize].only(lanes),
                    None => Val::data(lanes),
                };
                match param.kind {
                    ParamKind::Positional => {
                        args.positional.push(value);
                        args.nodes.push(at);
                    }
                    ParamKind::Keyword => args.named.push((param.name.clone(), value)),
                    ParamKind::Rest | ParamKind::KeywordRest => args.open = true,
                    ParamKind::Block => {}
                }
            }
        }
        if args.block.is_none() {
            args.block = self.st.block.clone();
        }
        let closure = self.bound(next, &this, lanes);
        Some(self.call_value(at, &closure, &args, lanes))
    }

    /// Arguments in the order of the positional and rest parameters: what stands after a splat is filled from the right,
    /// what has a default takes what is left.
    pub fn by_parameter(&self, def: &Def, positional: Vec<Val>, skip: usize, lanes: Lanes) -> Vec<Option<Val>> {
        if !self.ruby() {
            return positional.into_iter().map(Some).collect();
        }
        let params: Vec<&Param> = def
            .params
            .iter()
            .skip(skip)
            .filter(|param| matches!(param.kind, ParamKind::Positional | ParamKind::Rest))
            .collect();
        let required =
            params.iter().filter(|param| param.kind == ParamKind::Positional && param.default.is_none()).count();
        let mut spare = positional.len().saturating_sub(required);
        let has_rest = params.iter().any(|param| param.kind == ParamKind::Rest);
        let optional = params.iter().filter(|param| param.default.is_some()).count();
        let mut rest = if has_rest { spare.saturating_sub(optional) } else { 0 };
        let mut given = positional.into_iter();
        let mut out = Vec::with_capacity(params.len());
        for param in params {
            out.push(match (param.kind == ParamKind::Rest, param.default.is_some()) {
                (true, _) => {
                    let taken: Vec<Val> = given.by_ref().take(std::mem::take(&mut rest)).collect();
                    Some(Val::of(V::List(std::rc::Rc::new(taken)), lanes))
                }
                (false, true) if spare == 0 => None,
                (false, true) => {
                    spare -= 1;
                    given.next()
                }
                (false, false) => given.next(),
            });
        }
        out
    }

    /// Which method a `send` calls is not known: any of them.
    pub fn call_any_member(&mut self, at: NodeRef, this: &V, class: u32, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        if let V::Object(object) = this {
            self.expose(&object.clone());
        }
        let of_class = matches!(this, V::Class(_));
        let mut defs: Vec<NodeRef> = Vec::new();
        for (owner, own) in self.ancestors(class, of_class) {
            for def in self.classes[owner as usize].methods.values().flatten() {
                if self
                    .def(*def)
                    .is_some_and(|node| node.is_static == own || self.classes[owner as usize].form == ClassForm::Module)
                {
                    defs.push(*def);
                }
            }
        }
        self.call_any(at, defs, args, lanes)
    }

    pub fn call_any_function(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let mut defs: Vec<NodeRef> =
            self.homes.iter().filter(|(_, (_, class))| class.is_none()).map(|(def, _)| *def).collect();
        if let Some(V::Class(class) | V::Instance(class)) = self.st.this.as_ref().and_then(|this| this.single()) {
            let class = *class;
            defs.extend(self.classes[class as usize].methods.values().flatten());
        }
        self.call_any(at, defs, args, lanes)
    }

    fn call_any(&mut self, at: NodeRef, mut defs: Vec<NodeRef>, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        self.escape_args(args, lanes);
        defs.sort_unstable();
        defs.dedup();
        // that one of them is meant keeps none from being called from elsewhere
        for def in defs {
            self.maybe(lanes, |machine| machine.by_summary(at, def, lanes));
        }
        (Val::data(lanes), lanes)
    }

    /// `object.instance_eval { }`: the block runs with the object as `self`.
    pub fn evaluate_for(&mut self, at: NodeRef, this: &V, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let block = args.block.as_ref()?;
        let V::Closure(closure) = block.single()? else { return None };
        let mut own = (**closure).clone();
        own.this = Some(Box::new(Val::of(this.clone(), Lanes::ALL)));
        let given = Args {
            positional: args.positional.clone(),
            nodes: args.nodes.clone(),
            open: args.positional.is_empty(),
            ..Args::default()
        };
        Some(self.invoke(at, &std::rc::Rc::new(own), &given, lanes))
    }

    /// An operator that a class of the file defines.
    pub fn own_operator(&mut self, at: NodeRef, op: Op, left: &Val, right: &Val, lanes: Lanes) -> Option<(Val, Lanes)> {
        let name = symbol_of(op, self.language)?;
        let (class, of_class) = match left.single()? {
            V::Class(class) => (*class, true),
            V::Instance(class) => (*class, false),
            V::Object(object) => (object.class, false),
            _ => return None,
        };
        self.resolve(class, of_class, name)?;
        let args = Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() };
        let this = left.single()?.clone();
        let (value, falls) = self.call_ruby_member(&MemberCall {
            at,
            this: &this,
            class,
            name: &SmolStr::new_static(name),
            args: &args,
            lanes,
        })?;
        if op == Op::Ne {
            let outcome = self.truth(&value, falls).negate();
            return Some((self.bool_of(&outcome, &value), falls));
        }
        Some((value, falls))
    }

    /// A method that the language calls by itself (`to_s`, `[]`, `[]=`), where a class of the file defines it.
    pub fn implicit_call(
        &mut self,
        at: NodeRef,
        v: &V,
        name: &'static str,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let class = match v {
            V::Instance(class) | V::Class(class) => *class,
            V::Object(object) => object.class,
            _ => return None,
        };
        if !self.ruby() {
            return None;
        }
        self.call_ruby_member(&MemberCall { at, this: v, class, name: &SmolStr::new_static(name), args, lanes })
    }
}
