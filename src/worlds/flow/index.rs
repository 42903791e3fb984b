//! Elements read and written.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::member_name;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn read_index(
        &mut self,
        at: NodeRef,
        recv: NodeRef,
        args: &[NodeId],
        safe: bool,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (target, mut falls) = self.eval_quietly(recv, lanes);
        let mut keys = Vec::new();
        for node in args {
            let node = NodeRef { item: at.item, node: *node };
            let (key, rest) = self.eval(node, falls);
            falls = rest;
            keys.push(key);
        }
        let key = keys.first().cloned().unwrap_or_else(|| Val::data(falls));
        let deps = target.deps.clone().and(&key.deps);
        let (mut value, falls) =
            self.each_alternative(&target, falls, |machine, v, lanes| match v {
                V::Name(name) if name == "ENV" && machine.ruby() => {
                    (machine.environment_variable(at, &key, lanes), lanes)
                }
                V::Name(name) if name == "sys.modules" && args.first().is_some_and(|key| {
                    matches!(machine.kind(NodeRef { item: at.item, node: *key }), Some(Kind::Name(name)) if name == "__name__")
                }) => (
                    Val::of(V::Name(SmolStr::new_static(crate::worlds::python::THIS_MODULE)), lanes),
                    lanes,
                ),
                V::Name(name) if name == crate::worlds::python::THIS_MODULE => {
                    let value = key.text().cloned().and_then(|name| machine.read_global(&name, lanes));
                    if key.text().is_none() {
                        machine.may_call_any_function(at, lanes);
                    }
                    (value.unwrap_or_else(|| Val::data(lanes)), lanes)
                }
                V::Name(name)
                    if machine.python() && matches!(name.as_str(), "os.environ" | "environ") =>
                {
                    machine.read_variable_or_raise(at, &key, lanes)
                }
                // a Hash made of ENV has string keys only
                V::Name(name) if name == "ENV.to_h" => match key.single() {
                    Some(V::Symbol(_)) => (Val::nil(lanes), lanes),
                    _ => (machine.environment_variable(at, &key, lanes), lanes),
                },
                V::Map(pairs) => {
                    let pairs = pairs.clone();
                    let (mut found, missing) = machine.lookup_in_map(at, &pairs, &key, lanes);
                    if missing.is_empty() {
                        return (found, lanes);
                    }
                    if machine.ruby() {
                        found.join(&Val::of(V::Missing, missing));
                        return (found, lanes);
                    }
                    let surely = missing.without(found.lanes());
                    let cuts = machine.st.cuts.clone();
                    machine.leave(
                        Target::Raise,
                        surely,
                        Val::data(surely),
                        Some(SmolStr::new_static("KeyError")),
                        at,
                    );
                    let falls = lanes.without(surely);
                    for lane in falls.indices() {
                        machine.st.cuts[lane] = cuts[lane].clone();
                    }
                    (found, falls)
                }
                V::Str(_) | V::Inquirer(_) if machine.ruby() => {
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.value_method(at, v, "[]", &own, lanes).unwrap_or_else(|| (Val::data(lanes), lanes))
                }
                V::Object(_) | V::Instance(_) | V::Class(_) if machine.ruby() => {
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.implicit_call(at, v, "[]", &own, lanes).unwrap_or_else(|| {
                        machine.escape_args(&own, lanes);
                        (Val::data(lanes), lanes)
                    })
                }
                V::Name(name) if name == "Set" && machine.ruby() => (machine.set_of(&keys, lanes), lanes),
                // an index of several values: each in its lanes
                V::List(items) if key.alts.len() > 1 && key.alts.iter().all(|alt| matches!(alt.v, V::Int(_))) => {
                    let mut value = Val::default();
                    for alt in key.groups(lanes) {
                        let V::Int(index) = alt.v else { continue };
                        let count = items.len() as i64;
                        let index = if index < 0 { count + index } else { index };
                        let item = usize::try_from(index).ok().and_then(|index| items.get(index));
                        value.join(&item.cloned().unwrap_or_else(|| Val::data(alt.lanes)).only(alt.lanes));
                    }
                    (value, lanes)
                }
                V::Str(text) if machine.python() => (crate::worlds::python::letter(text, &key, lanes), lanes),
                // a dict comprehension is a list of pairs
                V::List(_) if machine.python() && !matches!(key.single(), Some(V::Int(_))) => (Val::data(lanes), lanes),
                V::List(items) => match key.single() {
                    Some(V::Int(index)) => {
                        let count = items.len() as i64;
                        let index = if *index < 0 { count + index } else { *index };
                        let item = usize::try_from(index)
                            .ok()
                            .and_then(|index| items.get(index))
                            .cloned();
                        (item.unwrap_or_else(|| Val::data(lanes)).only(lanes), lanes)
                    }
                    _ => {
                        let mut any = Val::default();
                        items
                            .iter()
                            .take(16)
                            .for_each(|item| any.join(&item.only(lanes)));
                        if any.alts.is_empty() {
                            any = Val::data(lanes);
                        }
                        (any, lanes)
                    }
                },
                V::Closure(closure) if machine.ruby() => {
                    let closure = closure.clone();
                    let own = Args {
                        positional: keys.clone(),
                        nodes: vec![at; keys.len()],
                        ..Args::default()
                    };
                    machine.invoke(at, &closure, &own, lanes)
                }
                V::Class(class) if machine.classes[*class as usize].form == ClassForm::Enum => {
                    let class = *class;
                    match key.text().cloned() {
                        Some(name) => machine.read_member(at, v, class, &name, lanes),
                        None => (Val::data(lanes), lanes),
                    }
                }
                V::Name(name) | V::Made(name) => {
                    // a library object by key (`fake["de_DE"]`) is that library's still; a setting by key may be a switch
                    let text = key.text().cloned();
                    if machine.symbol_of(name).is_some() {
                        return (Val::of(V::Made(name.clone()), lanes), lanes);
                    }
                    match text {
                        Some(text) => {
                            let full = member_name(name, &text);
                            match machine.accessor_value(&full, lanes) {
                                Some(value) => (value, lanes),
                                None => (Val::of(V::Made(full), lanes), lanes),
                            }
                        }
                        None => (Val::data(lanes), lanes),
                    }
                }
                V::Nil | V::Missing if safe => (Val::nil(lanes), lanes),
                V::Unknown(cause) => {
                    let switch = key
                        .text()
                        .is_some_and(|text| crate::worlds::names::looks_like_switch(text));
                    (
                        Val::unknown(
                            if switch && *cause == Cause::Data {
                                Cause::Opaque
                            } else {
                                *cause
                            },
                            lanes,
                        ),
                        lanes,
                    )
                }
                _ => (Val::data(lanes), lanes),
            });
        value.deps = value.deps.and(&deps);
        value.taint = value.taint.or(target.taint);
        (value, falls)
    }

    pub fn write_index(&mut self, target: &Val, recv: NodeRef, keys: &[Val], lanes: Lanes, value: &Val, at: NodeRef) {
        let key = keys.first().cloned().unwrap_or_else(|| Val::data(lanes));
        let environment = target
            .alts
            .iter()
            .any(|alt| matches!(&alt.v, V::Name(name) if matches!(name.as_str(), "ENV" | "os.environ" | "environ")));
        if environment {
            self.set_variable(&key, lanes, value);
            return;
        }
        if self.ruby() && target.alts.iter().any(|alt| matches!(alt.v, V::Object(_) | V::Instance(_) | V::Class(_))) {
            let mut own = Args { positional: keys.to_vec(), nodes: vec![at; keys.len() + 1], ..Args::default() };
            own.positional.push(value.clone());
            self.each_alternative(target, lanes, |machine, v, lanes| {
                let done = machine.implicit_call(at, v, "[]=", &own, lanes);
                done.unwrap_or_else(|| {
                    machine.write_struct(v, keys, value, lanes);
                    machine.escape_args(&own, lanes);
                    (Val::nil(lanes), lanes)
                })
            });
        }
        if self.python() {
            self.taint_place(recv, value.taint);
            self.write_element(target, &key, lanes, value, at);
            return;
        }
        self.taint_place(recv, value.taint);
        let known = target.alts.iter().any(|alt| matches!(alt.v, V::Map(_) | V::List(_)));
        if known {
            let mut next = Val { deps: target.deps.clone(), taint: target.taint.or(value.taint), ..Val::default() };
            for alt in target.groups(lanes) {
                let v = match (&alt.v, key.single()) {
                    (V::Map(pairs), Some(V::Str(_) | V::Symbol(_))) if pairs.len() < MAX_FOLLOWED => {
                        let mut pairs = pairs.to_vec();
                        // the newest pair wins
                        pairs.insert(0, (key.clone(), value.only(alt.lanes)));
                        V::Map(Rc::new(pairs))
                    }
                    _ => {
                        self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                        self.escape(value, alt.lanes, at);
                        V::Unknown(Cause::Data)
                    }
                };
                next.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
            }
            self.changed(recv, target, &next, lanes);
        } else {
            self.escape(value, lanes, at);
        }
    }
}
