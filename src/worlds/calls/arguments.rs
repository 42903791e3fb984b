//! Arguments: their values, and the parameters they bind.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// `**{"a": b}`.
fn keywords(value: &Val) -> Option<Vec<(SmolStr, Val)>> {
    let Some(V::Map(pairs)) = value.single() else {
        return None;
    };
    pairs.iter().map(|(key, value)| Some((key.text()?.clone(), value.clone()))).collect()
}

impl<'p> Machine<'p> {
    pub fn eval_args(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes, break_to: u32) -> (Args, Lanes) {
        let mut args = Args::default();
        let mut falls = lanes;
        for node in &call.args {
            let node = NodeRef { item: at.item, node: *node };
            match self.kind(node) {
                Some(Kind::Keyword(name, value)) => {
                    let value_at = NodeRef { item: at.item, node: *value };
                    let (value, rest) = self.eval(value_at, falls);
                    falls = rest;
                    if name == "**" {
                        match keywords(&value) {
                            Some(named) => args.named.extend(named),
                            None => args.open = true,
                        }
                    } else {
                        args.named.push((name.clone(), value));
                    }
                }
                Some(Kind::Splat(inner)) => {
                    let (value, rest) = self.eval(NodeRef { item: at.item, node: *inner }, falls);
                    falls = rest;
                    match value.single() {
                        // `...` passes on keywords as well
                        _ if self.ruby()
                            && matches!(self.kind(NodeRef { item: at.item, node: *inner }), Some(Kind::Name(name)) if name == "...") =>
                        {
                            args.open = true
                        }
                        Some(V::Map(pairs))
                            if self.ruby()
                                && pairs.iter().all(|(key, _)| matches!(key.single(), Some(V::Symbol(_)))) =>
                        {
                            for (key, value) in pairs.iter().rev() {
                                let name = key.text().cloned().unwrap_or_default();
                                args.named.retain(|(known, _)| *known != name);
                                args.named.push((name, value.clone()));
                            }
                        }
                        Some(V::List(items)) => {
                            args.nodes.extend(std::iter::repeat_n(node, items.len()));
                            args.positional.extend(items.iter().cloned());
                        }
                        _ => args.open = true,
                    }
                }
                _ => {
                    let (value, rest) = self.eval_argument(call, node, falls);
                    falls = rest;
                    args.positional.push(value);
                    args.nodes.push(node);
                }
            }
        }
        if let Some(block) = call.block {
            let before = std::mem::replace(&mut self.st.break_to, break_to);
            let (value, rest) = self.eval(NodeRef { item: at.item, node: block }, falls);
            self.st.break_to = before;
            falls = rest;
            args.block = Some(value);
        }
        (args, falls)
    }

    fn eval_argument(&mut self, call: &'p Call, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        // what takes every element of a generator runs it here
        if let Some(Kind::Typed(inner, Some(_))) = self.kind(at)
            && self.python()
            && let Some(Kind::Name(name) | Kind::Attr { name, .. }) =
                self.kind(NodeRef { item: at.item, node: call.callee })
            && matches!(
                name.as_str(),
                "any"
                    | "all"
                    | "sum"
                    | "list"
                    | "tuple"
                    | "set"
                    | "frozenset"
                    | "dict"
                    | "sorted"
                    | "max"
                    | "min"
                    | "join"
            )
        {
            return self.eval(NodeRef { item: at.item, node: *inner }, lanes);
        }
        self.eval(at, lanes)
    }

    /// Binds arguments to parameters in the current scope.
    pub(super) fn bind(&mut self, at: NodeRef, def: &'p Def, args: &Args, lanes: Lanes) -> Lanes {
        let mut falls = lanes;
        let scope = self.st.scope;
        let mut positional = args.positional.clone();
        let wanted = def.params.iter().filter(|param| param.kind == ParamKind::Positional).count();
        // a Ruby block spreads one array over several parameters
        if def.form == Form::Block && wanted > 1 && positional.len() == 1 {
            match positional[0].single() {
                Some(V::List(items)) => positional = items.to_vec(),
                _ => positional = vec![Val::data(lanes).tainted(positional[0].taint); wanted],
            }
        }
        let mut next = 0;
        // the receiver of a Python method, the first parameter of a C# extension method, is bound like any other
        if self.python()
            && let Some(this) = self.st.this.clone()
            && let Some((_, Some(_))) = self.homes.get(&at)
            && let Some(first) = def.params.first()
            && (!def.is_static || first.name == "cls")
        {
            let slot = self.declare(scope, &first.name);
            self.set_slot(slot, lanes, &this);
            next = 1;
        }
        // Ruby: keywords that no parameter takes are the last positional argument, a map
        let leftover: Vec<(Val, Val)> = if self.ruby() {
            let taken =
                |name: &SmolStr| def.params.iter().any(|param| param.kind == ParamKind::Keyword && param.name == *name);
            args.named
                .iter()
                .filter(|(name, _)| !taken(name))
                .map(|(name, value)| (Val::of(V::Symbol(name.clone()), lanes), value.clone()))
                .collect()
        } else {
            Vec::new()
        };
        let takes_rest = def.params.iter().any(|param| param.kind == ParamKind::KeywordRest);
        if !leftover.is_empty() && !takes_rest {
            positional.push(Val::of(V::Map(Rc::new(leftover.clone())), lanes));
        }
        let mut given = self.by_parameter(def, positional, next, lanes).into_iter();
        for param in def.params.iter().skip(next) {
            let named = args.named(&param.name).cloned();
            let hint = param.ty.as_deref().and_then(|ty| self.typed(ty, lanes));
            let value = match param.kind {
                ParamKind::Positional if self.ruby() => given.next().flatten(),
                ParamKind::Positional => named.or_else(|| given.next().flatten()),
                ParamKind::Keyword => named,
                ParamKind::Rest if args.open => {
                    given.by_ref().take(1).for_each(drop);
                    Some(Val::data(lanes))
                }
                ParamKind::Rest if self.ruby() => given.next().flatten(),
                ParamKind::Rest => {
                    let rest: Vec<Val> = given.by_ref().flatten().collect();
                    Some(Val::of(V::List(Rc::new(rest)), lanes))
                }
                ParamKind::KeywordRest if self.ruby() && !args.open => {
                    Some(Val::of(V::Map(Rc::new(leftover.clone())), lanes))
                }
                ParamKind::KeywordRest => {
                    args.named.iter().for_each(|(_, value)| self.mention(value, at, lanes));
                    Some(Val::data(lanes))
                }
                ParamKind::Block => Some(args.block.clone().unwrap_or_else(|| Val::nil(lanes))),
            };
            let value = match (value, param.default) {
                (Some(value), _) => match hint {
                    Some(hint) if value.is_data() => hint,
                    _ => value.only(lanes),
                },
                (None, Some(default)) if !args.open => {
                    let default = NodeRef { item: at.item, node: default };
                    if self.python() {
                        self.defaults.get(&default).map_or_else(|| Val::data(lanes), |value| value.only(lanes))
                    } else {
                        let (value, rest) = self.eval(default, falls);
                        falls = rest;
                        value
                    }
                }
                _ => hint.unwrap_or_else(|| Val::data(lanes)),
            };
            self.slots.push(Val::default());
            let slot = self.slots.len() as u32 - 1;
            self.scopes[scope as usize].names.insert(param.name.clone(), slot);
            self.set_slot(slot, lanes, &value);
        }
        falls
    }
}

/// Whether an argument is written out.
pub fn is_constant(value: &Val) -> bool {
    value.alts.iter().any(|alt| match &alt.v {
        V::Bool(_) | V::Str(_) | V::Symbol(_) => true,
        V::List(items) => !items.is_empty() && items.len() <= 16,
        V::Map(items) => !items.is_empty() && items.len() <= 16,
        _ => false,
    })
}
