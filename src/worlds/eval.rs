//! The walk: every kind of node, in every lane at once.

use std::rc::Rc;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::ops::cause_of;
use super::value::*;
use crate::program::*;

impl<'p> Machine<'p> {
    /// A binary operation whose left operand has been evaluated.
    fn eval_operation(&mut self, at: NodeRef, left_value: &Val, lanes: Lanes) -> (Val, Lanes) {
        let Some(Kind::Binary { op, left, right }) = self.kind(at) else {
            return (Val::data(lanes), lanes);
        };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        let (right_value, falls) = self.eval(child(*right), lanes);
        if self.ruby()
            && let Some(result) = self.own_operator(at, *op, left_value, &right_value, falls)
        {
            return result;
        }
        if let Some(symbol) = symbol_of(*op)
            && let Some(result) = self.declared_operator(at, symbol, &[left_value, &right_value], falls)
        {
            return result;
        }
        (self.binary(at, *op, left_value, &right_value, falls, child(*left)), falls)
    }

    /// Evaluates a node in `lanes`. Gives its value and the lanes that fall through. With no lanes it still walks, so
    /// that the places in dead code are known.
    pub fn eval(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        if self.depth >= MAX_DEPTH {
            return self.eval_flat(at, lanes);
        }
        self.depth += 1;
        let result = self.eval_nested(at, lanes);
        self.depth -= 1;
        result
    }

    /// What is nested too deep is not followed: its names are looked up, the places among them run, its value is anything.
    fn eval_flat(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        let Some((code, within)) = self.within(at.item) else {
            return (Val::unknown(Cause::GaveUp, lanes), lanes);
        };
        let Some(node) = code.nodes.get(at.node.0 as usize) else {
            return (Val::unknown(Cause::GaveUp, lanes), lanes);
        };
        for read in within.reads(node.span) {
            let read = NodeRef { item: at.item, node: read };
            if let Some(Kind::Name(name)) = self.kind(read) {
                let (value, falls) = self.read_name(read, name, lanes);
                self.escape(&value, falls, read);
            }
        }
        // whatever it writes, and wherever it leaves to, is not known: nothing that the file decides is sure
        self.steps = self.steps.max(NODE_BUDGET + 1);
        (Val::unknown(Cause::GaveUp, lanes), lanes)
    }

    fn eval_nested(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        self.steps += 1;
        let Some(kind) = self.kind(at) else {
            return (Val::data(lanes), lanes);
        };
        let child = |node: NodeId| NodeRef { item: at.item, node };
        match kind {
            Kind::Lit(lit) => (self.literal(lit, lanes), lanes),
            Kind::Name(name) => self.read_name(at, name, lanes),
            Kind::SelfRef => (self.this(lanes), lanes),
            Kind::Super => (Val::data(lanes), lanes),
            Kind::Field(name) => (self.read_field_of_this(name, lanes), lanes),
            Kind::Attr { recv, name, safe } => self.read_attr(at, child(*recv), name, *safe, lanes),
            Kind::Index { recv, args, safe } => self.read_index(at, child(*recv), args, *safe, lanes),
            Kind::List(items) => self.list(at, items, lanes),
            Kind::Map(pairs) => {
                let mut falls = lanes;
                let mut out = Vec::new();
                let mut taint = None;
                let (mut open, mut spread) = (false, false);
                for (key, value) in pairs {
                    let key = match key {
                        Some(key) => {
                            let (key, rest) = self.eval(child(*key), falls);
                            falls = rest;
                            key
                        }
                        None => {
                            // a map spread into this one: its pairs, where it is known
                            let (value, rest) = self.eval(child(*value), falls);
                            falls = rest;
                            taint = taint.or(value.taint);
                            spread = true;
                            match value.single() {
                                Some(V::Map(pairs)) => out.extend(pairs.iter().rev().cloned()),
                                _ => {
                                    open = true;
                                    self.escape(&value, falls, at);
                                }
                            }
                            continue;
                        }
                    };
                    let (value, rest) = self.eval(child(*value), falls);
                    falls = rest;
                    taint = taint.or(value.taint);
                    out.push((key, value));
                }
                if open
                    && self.python()
                    && let Some(merged) = merged(pairs, &out, falls)
                {
                    return (Val::of(V::Map(Rc::new(merged)), falls).tainted(taint), falls);
                }
                if open {
                    for (_, value) in &out {
                        self.escape(value, falls, at);
                    }
                    return (Val::data(falls).tainted(taint), falls);
                }
                if spread {
                    // of two pairs with one key the later wins, and the first found counts
                    out.reverse();
                }
                (Val::of(V::Map(Rc::new(out)), falls).tainted(taint), falls)
            }
            Kind::Interp(parts) => self.interpolate(at, parts, lanes),
            Kind::Call(call) => self.eval_call(at, call, lanes),
            Kind::And(all) => self.shortcut(at, all, Shortcut::And, lanes),
            Kind::Or(all) => self.shortcut(at, all, Shortcut::Or, lanes),
            Kind::Coalesce(all) => self.shortcut(at, all, Shortcut::Coalesce, lanes),
            Kind::Not(inner) => {
                self.testing = Some(child(*inner));
                let (value, falls) = self.eval(child(*inner), lanes);
                if let Some(result) = self.declared_operator(at, "!", &[&value], falls) {
                    return result;
                }
                let outcome = self.truth(&value, falls).negate();
                (self.bool_of(&outcome, &value), falls)
            }
            Kind::Binary { left, .. } => {
                // `a + b + c` nests to the left, as deep as it is long
                let mut spine = vec![at];
                let mut first = child(*left);
                while let Some(Kind::Binary { left, .. }) = self.kind(first) {
                    spine.push(first);
                    first = child(*left);
                }
                let (mut value, mut falls) = self.eval(first, lanes);
                while let Some(link) = spine.pop() {
                    (value, falls) = self.eval_operation(link, &value, falls);
                }
                (value, falls)
            }
            Kind::If { arms, otherwise } => self.eval_if(at, arms, *otherwise, lanes),
            Kind::Match { subject, arms, otherwise, breaks } => {
                self.eval_match(at, *subject, arms, *otherwise, *breaks, lanes)
            }
            Kind::Is { subject, pattern } => {
                let (value, falls) = self.eval(child(*subject), lanes);
                let outcome = self.matches(at.item, pattern, &value, falls, at);
                (self.bool_of(&outcome, &value), falls)
            }
            Kind::Seq(all) => self.seq(at, all, lanes),
            Kind::Set { place, op, value } => self.eval_set(at, child(*place), *op, child(*value), lanes),
            Kind::Let { name, ty, value, .. } => self.eval_let(at, name, ty.as_ref(), *value, lanes),
            Kind::Out(place) => (Val::data(lanes), self.write_unknown(child(*place), lanes)),
            Kind::With { items, body } => self.eval_with(at, items, child(*body), lanes),
            Kind::Loop(inner) => self.eval_loop(at, inner, lanes),
            Kind::Try(inner) => self.eval_try(at, inner, lanes),
            Kind::Leave { how, value } => {
                let (value, falls) = match value {
                    Some(value) => self.eval(child(*value), lanes),
                    None => (Val::nil(lanes), lanes),
                };
                let target = match how {
                    Leave::Return => Target::Return(self.st.return_to),
                    Leave::Break => Target::Break(self.st.break_to),
                    Leave::Next => Target::Next(self.st.next_to),
                    Leave::Goto(label) => Target::Goto(label.clone()),
                };
                self.leave(target, falls, value, None, at);
                (Val::default(), Lanes::NONE)
            }
            // a switch delivers the jumps to its sections
            Kind::Label(name) if self.csharp() && name.ends_with(':') => (Val::nil(lanes), lanes),
            Kind::Label(name) => {
                let arrived = self.arrive(0, |exit| exit.target == Target::Goto(name.clone()));
                let mut value = Val::nil(lanes);
                let falls = self.land(&arrived, lanes, &mut value);
                (value, falls)
            }
            Kind::Raise(value) => {
                let mut class = self.st.handling.clone();
                let mut falls = lanes;
                if let Some(value) = value {
                    class = self.exception_class(child(*value));
                    let (raised, rest) = self.eval(child(*value), lanes);
                    falls = rest;
                    if self.ruby() {
                        class = self.raised_class(&raised, child(*value));
                    }
                }
                self.leave(Target::Raise, falls, Val::data(falls), class, at);
                (Val::default(), Lanes::NONE)
            }
            Kind::Yield(args) => self.eval_yield(at, args, lanes),
            Kind::Def(def) => self.eval_def(at, def, lanes),
            Kind::Lambda(_) => (self.closure(at, lanes), lanes),
            Kind::Class(class) => self.eval_class(at, class, lanes),
            Kind::Import(import) => {
                self.import(at, import, lanes);
                (Val::nil(lanes), lanes)
            }
            Kind::Item(id) => match self.program.code(*id) {
                Some(code) => self.eval(NodeRef { item: *id, node: code.root }, lanes),
                None => (Val::nil(lanes), lanes),
            },
            Kind::Symbol(name) => (self.symbol(name, lanes), lanes),
            Kind::Splat(inner) | Kind::Keyword(_, inner) => self.eval(child(*inner), lanes),
            Kind::Typed(inner, Some(ty)) if self.python() && ty == "generator" => {
                self.maybe(lanes, |machine| {
                    let (value, falls) = machine.eval(child(*inner), lanes);
                    machine.escape(&value, falls, at);
                    (Val::default(), falls)
                });
                (Val::data(lanes), lanes)
            }
            Kind::Typed(inner, ty) => {
                if ty.is_none() && self.csharp() {
                    self.awaited.insert(child(*inner));
                }
                let (value, falls) = self.eval(child(*inner), lanes);
                let (value, falls) = match ty {
                    None => self.awaited(at, value, falls),
                    Some(_) => (value, falls),
                };
                let value = match ty {
                    Some(ty) if value.is_data() => self.typed(ty, falls).unwrap_or(value),
                    _ => value,
                };
                (value, falls)
            }
            Kind::Opaque { children, writes } => {
                let mut falls = lanes;
                let mut taint = None;
                let mut cause = Cause::Data;
                for node in children {
                    let (value, rest) = self.eval(child(*node), falls);
                    taint = taint.or(value.taint);
                    for alt in &value.alts {
                        if let V::Unknown(known) = alt.v {
                            cause = cause.max(known);
                        }
                    }
                    self.escape(&value, rest, child(*node));
                    falls = rest;
                }
                for name in writes {
                    self.assign_name(name, falls, &Val::data(falls));
                }
                (Val::unknown(cause, falls).tainted(taint), falls)
            }
        }
    }

    fn seq(&mut self, at: NodeRef, all: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut value = Val::nil(lanes);
        let mark = self.exits.len();
        let child = |node: NodeId| NodeRef { item: at.item, node };
        for node in all {
            let (result, rest) = self.eval(child(*node), falls);
            value = result;
            falls = rest;
        }
        // a jump back: what stands between runs again, with whatever it wrote
        if self.csharp() && self.exits.len() > mark {
            for (index, node) in all.iter().enumerate() {
                let Some(label) = self.label_of(child(*node)) else {
                    continue;
                };
                let back = |exit: &Exit| exit.target == Target::Goto(label.clone());
                let jumped = self.arrive(mark, back).iter().fold(Lanes::NONE, |all, exit| all | exit.lanes);
                if jumped.is_empty() {
                    continue;
                }
                self.forget_written(at, jumped);
                let branches = [Branch::open(falls, Lanes::NONE), Branch::open(jumped, Lanes::NONE)];
                let (again, rest) = self.fork(&branches, |machine, branch| {
                    if branch == 0 {
                        return (value.clone(), falls);
                    }
                    for lane in jumped.indices() {
                        machine.st.cuts[lane] = Why::default();
                    }
                    let mut on = jumped;
                    let mut last = Val::nil(on);
                    for node in &all[index..] {
                        (last, on) = machine.eval(child(*node), on);
                    }
                    (last, on)
                });
                self.arrive(mark, back);
                (value, falls) = (again, rest);
            }
        }
        (value, falls)
    }

    /// The label at the head of a statement, other than a section of a switch.
    fn label_of(&self, at: NodeRef) -> Option<SmolStr> {
        let mut at = at;
        loop {
            match self.kind(at)? {
                Kind::Label(name) => return (!name.ends_with(':')).then(|| name.clone()),
                Kind::Seq(all) => at = NodeRef { item: at.item, node: *all.first()? },
                _ => return None,
            }
        }
    }

    fn literal(&self, lit: &Lit, lanes: Lanes) -> Val {
        let v = match lit {
            Lit::Nil => V::Nil,
            Lit::Bool(value) => V::Bool(*value),
            Lit::Int(value) => V::Int(*value),
            Lit::Number(_) => V::Unknown(Cause::Data),
            Lit::Str(text) => V::Str(text.clone()),
            Lit::Symbol(text) => V::Symbol(text.clone()),
            Lit::Regex { pattern, ignore_case } => V::Regex { pattern: pattern.clone(), ignore_case: *ignore_case },
        };
        Val::of(v, lanes)
    }

    fn list(&mut self, at: NodeRef, items: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut out = Vec::new();
        let mut taint = None;
        let mut open = false;
        for node in items {
            let node = NodeRef { item: at.item, node: *node };
            let (value, rest) = self.eval(node, falls);
            falls = rest;
            taint = taint.or(value.taint);
            if matches!(self.kind(node), Some(Kind::Splat(_))) {
                match value.single() {
                    Some(V::List(inner)) => out.extend(inner.iter().cloned()),
                    _ => open = true,
                }
            } else {
                out.push(value);
            }
        }
        if open {
            for value in &out {
                self.escape(value, falls, at);
            }
            return (Val::data(falls).tainted(taint), falls);
        }
        (Val::of(V::List(Rc::new(out)), falls).tainted(taint), falls)
    }

    fn interpolate(&mut self, at: NodeRef, parts: &[NodeId], lanes: Lanes) -> (Val, Lanes) {
        let mut falls = lanes;
        let mut out = Val::of(V::Str(SmolStr::default()), lanes);
        for node in parts {
            let (value, rest) = self.eval(NodeRef { item: at.item, node: *node }, falls);
            falls = rest;
            let mut value = value;
            if self.ruby() && value.alts.iter().any(|alt| matches!(alt.v, V::Object(_) | V::Instance(_) | V::Class(_)))
            {
                (value, falls) = self.each_alternative(&value, falls, |machine, v, lanes| {
                    let text = machine.implicit_call(at, v, "to_s", &Args::default(), lanes);
                    text.unwrap_or_else(|| (Val::of(v.clone(), lanes), lanes))
                });
            }
            out = self.concat(&out.only(falls), &value, falls);
        }
        (out, falls)
    }

    /// `a + b` on strings; unknown parts make the whole unknown in their lanes.
    pub fn concat(&mut self, left: &Val, right: &Val, lanes: Lanes) -> Val {
        let mut out =
            Val { deps: left.deps.clone().and(&right.deps), taint: left.taint.or(right.taint), ..Val::default() };
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                // the text of an enumeration's member is not its value
                let member = self.python() && matches!(b.v, V::Symbol(_));
                let v = match (text_of(&a.v), text_of(&b.v)) {
                    (Some(a), Some(b)) if !member => joined(a, b),
                    _ => V::Unknown(worst(&a.v, &b.v)),
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        out
    }

    /// A bool from an outcome, with the deps of what decided it.
    pub fn bool_of(&self, outcome: &Outcome, by: &Val) -> Val {
        let mut value = Val::default();
        for (lanes, sure, truth) in [(outcome.yes, outcome.yes_sure, true), (outcome.no, outcome.no_sure, false)] {
            value.add(Alt { lanes: sure & lanes, v: V::Bool(truth), doubt: false });
            value.add(Alt { lanes: lanes.without(sure), v: V::Bool(truth), doubt: true });
        }
        // undecided lanes stay unknown with their cause, so that a condition on them names it
        let cause =
            by.alts.iter().filter_map(|alt| if let V::Unknown(cause) = alt.v { Some(cause) } else { None }).max();
        if let Some(cause) = cause {
            let open = outcome.yes & outcome.no;
            if !open.is_empty() && !outcome.yes_sure.has(open) && !outcome.no_sure.has(open) {
                value.overwrite(open, &Val::unknown(cause, open));
            }
        }
        value.deps = by.deps.clone();
        value
    }

    /// The truth of a value, the language's way.
    pub fn truth(&self, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = Lanes::NONE;
        for alt in &value.alts {
            let mut at = alt.lanes & lanes;
            seen |= at;
            let (truth, doubt) = match &alt.v {
                V::Nil | V::Missing | V::Bool(false) => (Some(false), false),
                V::Unknown(cause) => (None, cause.doubts()),
                V::AnyName { .. } => (Some(true), false),
                // an object in a condition of C# is converted by an operator of its own
                V::Instance(_) | V::Object(_) if self.csharp() => (None, false),
                V::Int(0) if !self.ruby() => (Some(false), false),
                V::Str(text) if self.python() && text.is_empty() => (Some(false), false),
                V::List(items) if self.python() => {
                    // elements that a test kept in some lanes only
                    let some = items.iter().fold(Lanes::NONE, |all, item| all | item.lanes());
                    let none = at.without(some);
                    outcome.no |= none;
                    outcome.no_sure |= if alt.doubt { Lanes::NONE } else { none };
                    at &= some;
                    (Some(true), false)
                }
                // a member of a module or of an object that is not in sight; a class or function that a file imports is true
                V::Name(name) if self.python() && !self.is_surely_true(name) => {
                    (None, name.rsplit('.').next().is_some_and(super::names::looks_like_switch))
                }
                V::Instance(class) if self.answers_itself(*class, &["__bool__", "__len__"]) => (None, false),
                V::Object(object) if self.answers_itself(object.class, &["__bool__", "__len__"]) => (None, false),
                V::Map(pairs) if self.python() => {
                    let some = pairs.iter().fold(Lanes::NONE, |all, (key, _)| all | key.lanes());
                    let none = at.without(some);
                    outcome.no |= none;
                    outcome.no_sure |= if alt.doubt { Lanes::NONE } else { none };
                    at &= some;
                    (Some(true), false)
                }
                // a constant in capitals may hold a flag
                V::Name(name) if !self.csharp() && is_flag_constant(name) => (None, cause_of(&alt.v).doubts()),
                // a constant of Ruby is a class or module; anything else beyond the file may be anything
                V::Name(name) if self.ruby() && names_constant(name) => (Some(true), false),
                V::Name(_) | V::Made(_) => (None, cause_of(&alt.v).doubts()),
                _ => (Some(true), false),
            };
            let doubt = doubt || alt.doubt;
            if truth != Some(false) {
                outcome.yes |= at;
                outcome.yes_sure |= if doubt { Lanes::NONE } else { at };
            }
            if truth != Some(true) {
                outcome.no |= at;
                outcome.no_sure |= if doubt { Lanes::NONE } else { at };
            }
        }
        let rest = lanes.without(seen);
        outcome.yes |= rest;
        outcome.no |= rest;
        outcome.yes_sure |= rest;
        outcome.no_sure |= rest;
        outcome
    }

    /// The truth of a condition, noted for the because, and forced while one is replayed.
    pub fn condition(&mut self, at: NodeRef, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = self.truth(value, lanes);
        match self.forced.get(&at) {
            Some(Force::Flip) => outcome = outcome.negate(),
            Some(Force::Unknown) => outcome = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes },
            None => {}
        }
        let cause = value
            .alts
            .iter()
            .filter_map(|alt| if let V::Unknown(cause) = alt.v { Some(cause) } else { None })
            .filter(|cause| cause.doubts())
            .max();
        // a known outcome may rest on something doubted all the same
        let doubted = outcome.yes.without(outcome.yes_sure) | outcome.no.without(outcome.no_sure);
        let cause = cause.or((!doubted.is_empty()).then_some(Cause::Flag));
        let entry = self.conditions.entry(at).or_default();
        entry.yes |= outcome.yes;
        entry.no |= outcome.no;
        entry.decided |= outcome.decided() & lanes;
        entry.cause = entry.cause.max(cause);
        entry.deps = std::mem::take(&mut entry.deps).and(&value.deps);
        outcome
    }

    fn eval_if(
        &mut self,
        at: NodeRef,
        arms: &[(NodeId, NodeId)],
        otherwise: Option<NodeId>,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let mut before = self.st.clone();
        let mut open = lanes;
        let mut branches: Vec<Branch> = Vec::with_capacity(arms.len() + 1);
        let mut bodies: Vec<Option<NodeRef>> = Vec::with_capacity(arms.len() + 1);
        let mut doubt = Lanes::NONE;
        let mut last = (None, Lanes::NONE);
        let mut prior = Prior::default();
        let mut passed = Prior::default();
        for (test, body) in arms {
            let test = NodeRef { item: at.item, node: *test };
            self.testing = Some(test);
            let (value, falls) = self.eval(test, open);
            for lane in open.without(falls).indices() {
                before.cuts[lane] = self.st.cuts[lane].clone();
            }
            self.truthy_variable(test, &value);
            let outcome = self.condition(test, &value, falls);
            branches.push(Branch {
                lanes: outcome.yes,
                doubt: (outcome.yes.without(outcome.yes_sure)) | (doubt & outcome.yes),
                cond: Some(test),
                decided: outcome.decided() & falls,
                prior: passed.clone(),
                why: Why::default(),
            });
            bodies.push(Some(NodeRef { item: at.item, node: *body }));
            doubt |= outcome.no.without(outcome.no_sure);
            last = (Some(test), outcome.decided() & falls);
            prior = passed.clone();
            passed.pass(test, falls.without(outcome.no));
            for lane in open.without(outcome.no).indices() {
                self.st.cuts[lane] = Why::by(test);
            }
            open = outcome.no;
        }
        branches.push(Branch {
            lanes: open,
            doubt: doubt & open,
            cond: last.0,
            decided: last.1,
            prior,
            why: Why::default(),
        });
        bodies.push(otherwise.map(|node| NodeRef { item: at.item, node }));
        // only lanes that left inside the tests keep a mark of them
        self.st.cuts = before.cuts;
        self.fork(&branches, |machine, index| match bodies[index] {
            Some(body) => machine.eval(body, branches[index].lanes),
            None => (Val::nil(branches[index].lanes), branches[index].lanes),
        })
    }

    fn shortcut(&mut self, at: NodeRef, all: &[NodeId], how: Shortcut, lanes: Lanes) -> (Val, Lanes) {
        // what is only tested need not keep what it is
        let tested = self.testing.take() == Some(at);
        let mut before = self.st.clone();
        let Some((first, rest)) = all.split_first() else {
            return (Val::nil(lanes), lanes);
        };
        if rest.len() > MAX_OPERANDS {
            // each may run or not
            let mut doubted = Val::unknown(Cause::GaveUp, lanes);
            for operand in all {
                let operand = NodeRef { item: at.item, node: *operand };
                let (value, _) = self.maybe(lanes, |machine| machine.eval(operand, lanes));
                doubted.join(&value);
            }
            return (doubted, lanes);
        }
        let first = NodeRef { item: at.item, node: *first };
        if tested {
            self.testing = Some(first);
        }
        let (value, falls) = self.eval(first, lanes);
        for lane in lanes.without(falls).indices() {
            before.cuts[lane] = self.st.cuts[lane].clone();
        }
        self.testing = None;
        if rest.is_empty() {
            return (value, falls);
        }
        // lanes in which the operand decides stay with its value; the others go on
        let outcome = match how {
            Shortcut::Coalesce => self.nilness(&value, falls).negate(),
            _ => self.condition(first, &value, falls),
        };
        let (stay, go) = match how {
            Shortcut::And => (outcome.negate(), outcome),
            Shortcut::Or | Shortcut::Coalesce => (outcome, outcome.negate()),
        };
        let mut kept = match how {
            Shortcut::And => self.falsy_part(&value, stay.yes),
            Shortcut::Or => self.truthy_part(&value, stay.yes),
            Shortcut::Coalesce => self.present_part(&value, stay.yes),
        };
        if how == Shortcut::Or && (tested || self.is_test(first)) {
            // an unknown answer that turned out true is true
            for alt in &mut kept.alts {
                if matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)) {
                    alt.doubt |= cause_of(&alt.v).doubts();
                    alt.v = V::Bool(true);
                }
            }
        }
        let branches = [
            Branch {
                lanes: go.yes,
                doubt: go.yes.without(go.yes_sure),
                cond: Some(first),
                decided: outcome.decided() & falls,
                prior: Prior::default(),
                why: value.deps.clone(),
            },
            Branch {
                lanes: stay.yes,
                doubt: stay.yes.without(stay.yes_sure),
                cond: Some(first),
                decided: outcome.decided() & falls,
                prior: Prior::default(),
                why: value.deps.clone(),
            },
        ];
        self.st.cuts = before.cuts;
        let (mut result, falls) = self.fork(&branches, |machine, index| {
            if index == 0 {
                machine.testing = tested.then_some(at);
                machine.shortcut(at, rest, how, go.yes)
            } else {
                (kept.clone(), stay.yes)
            }
        });
        result.deps = result.deps.and(&value.deps);
        (result, falls)
    }

    /// Whether a node asks something: its value is true or false and nothing else.
    fn is_test(&self, at: NodeRef) -> bool {
        match self.kind(at) {
            Some(Kind::Not(_) | Kind::Is { .. }) => true,
            Some(Kind::Binary { op, .. }) => matches!(
                op,
                Op::Eq
                    | Op::Ne
                    | Op::Lt
                    | Op::Le
                    | Op::Gt
                    | Op::Ge
                    | Op::In
                    | Op::NotIn
                    | Op::Same
                    | Op::NotSame
                    | Op::CaseEq
                    | Op::NotMatches
            ),
            Some(Kind::Name(name)) => self.ruby() && name.ends_with('?'),
            Some(Kind::Call(call)) if self.ruby() => match self.kind(NodeRef { item: at.item, node: call.callee }) {
                Some(Kind::Name(name) | Kind::Attr { name, .. }) => {
                    name.ends_with('?') && name != "nonzero?" && name != "defined?"
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The alternatives that may be true.
    pub fn truthy_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut part = self.part(value, lanes, |outcome, at| outcome.yes.has(at));
        if self.csharp() {
            // the operands of C# are bools: what is not known and turned out true is true
            part.alts
                .iter_mut()
                .filter(|alt| matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)))
                .for_each(|alt| alt.v = V::Bool(true));
        }
        part
    }

    pub fn falsy_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut part = self.part(value, lanes, |outcome, at| outcome.no.has(at));
        for alt in &mut part.alts {
            // an unknown that turned out false is false, whatever else it might have been
            if matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)) {
                alt.v = V::Bool(false);
            }
        }
        part
    }

    fn part(&self, value: &Val, lanes: Lanes, keep: impl Fn(&Outcome, Lanes) -> bool) -> Val {
        let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
        for alt in value.groups(lanes) {
            let one = Val::of(alt.v.clone(), alt.lanes);
            if keep(&self.truth(&one, alt.lanes), alt.lanes) {
                out.add(alt);
            }
        }
        out
    }

    fn present_part(&self, value: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
        for alt in value.groups(lanes) {
            if !matches!(alt.v, V::Nil | V::Missing) {
                out.add(alt);
            }
        }
        out
    }

    /// Whether a value is nil.
    pub fn nilness(&self, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = Outcome::default();
        for alt in value.groups(lanes) {
            let doubt = alt.doubt || matches!(alt.v, V::Unknown(cause) if cause.doubts());
            let (may, may_not) = match alt.v {
                V::Nil | V::Missing => (true, false),
                V::Unknown(_) | V::Made(_) => (true, true),
                // known by its declared type alone: it may be null
                V::Instance(_) if self.csharp() => (true, true),
                _ => (false, true),
            };
            if may {
                outcome.yes |= alt.lanes;
                outcome.yes_sure |= if doubt { Lanes::NONE } else { alt.lanes };
            }
            if may_not {
                outcome.no |= alt.lanes;
                outcome.no_sure |= if doubt { Lanes::NONE } else { alt.lanes };
            }
        }
        outcome
    }

    fn eval_set(&mut self, at: NodeRef, place: NodeRef, op: SetOp, value: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        match op {
            SetOp::Plain => {
                if self.python() {
                    self.note_type(place, value);
                }
                let (value, falls) = self.eval(value, lanes);
                let falls = self.assign(place, falls, &value);
                (value, falls)
            }
            SetOp::Or | SetOp::And | SetOp::Coalesce => {
                let old = self.peek(place, lanes);
                let outcome = if op == SetOp::Coalesce { self.nilness(&old, lanes) } else { self.truth(&old, lanes) };
                let go = if op == SetOp::Or { outcome.negate() } else { outcome };
                let stay = go.negate();
                let branches = [
                    Branch::open(go.yes, go.yes.without(go.yes_sure)).because(&old.deps),
                    Branch::open(stay.yes, stay.yes.without(stay.yes_sure)).because(&old.deps),
                ];
                let kept = match op {
                    SetOp::Or => self.truthy_part(&old, stay.yes),
                    SetOp::Coalesce => self.present_part(&old, stay.yes),
                    _ => self.falsy_part(&old, stay.yes),
                };
                self.fork(&branches, |machine, index| {
                    if index == 0 {
                        let (value, falls) = machine.eval(value, go.yes);
                        let falls = machine.assign(place, falls, &value);
                        (value, falls)
                    } else {
                        (kept.clone(), stay.yes)
                    }
                })
            }
            SetOp::Add | SetOp::Other => {
                let (added, falls) = self.eval(value, lanes);
                let old = self.peek(place, falls);
                if self.python() {
                    let environment =
                        old.alts.iter().any(|alt| matches!(&alt.v, V::Name(name) if name == "os.environ"));
                    if environment {
                        self.set_variables(&added, falls);
                        return (old, falls);
                    }
                    self.grown_in_place(&old, &added, op == SetOp::Add, falls);
                }
                let combined = if op == SetOp::Add {
                    self.add(&old, &added, falls, at)
                } else {
                    Val::data(falls).tainted(old.taint.or(added.taint))
                };
                let falls = self.assign(place, falls, &combined);
                (combined, falls)
            }
        }
    }

    /// `a += b`: strings and lists add up, closures subscribe, the rest is data.
    pub fn add(&mut self, old: &Val, added: &Val, lanes: Lanes, at: NodeRef) -> Val {
        let mut out =
            Val { deps: old.deps.clone().and(&added.deps), taint: old.taint.or(added.taint), ..Val::default() };
        for a in old.groups(lanes) {
            for b in added.groups(a.lanes) {
                let v = match (&a.v, &b.v) {
                    (V::Str(_) | V::Inquirer(_), V::Str(_) | V::Inquirer(_)) => match (text_of(&a.v), text_of(&b.v)) {
                        (Some(a), Some(b)) => joined(a, b),
                        _ => V::Unknown(Cause::Data),
                    },
                    (V::List(items), V::List(more)) if items.len() + more.len() <= MAX_FOLLOWED => {
                        V::List(Rc::new(items.iter().chain(more.iter()).cloned().collect()))
                    }
                    // an event: nil until somebody subscribes
                    (V::Nil, V::Closure(_)) => b.v.clone(),
                    (V::List(items), V::Closure(_)) if self.csharp() && items.len() < MAX_FOLLOWED => {
                        let mut all = items.to_vec();
                        all.push(Val::of(b.v.clone(), b.lanes));
                        V::List(Rc::new(all))
                    }
                    (V::Closure(_), V::Closure(_)) => {
                        V::List(Rc::new(vec![Val::of(a.v.clone(), a.lanes), Val::of(b.v.clone(), b.lanes)]))
                    }
                    (_, V::Closure(_)) => {
                        self.escape(&Val::of(b.v.clone(), b.lanes), b.lanes, at);
                        V::Unknown(Cause::Data)
                    }
                    (V::Int(a), V::Int(b)) => V::Int(a.wrapping_add(*b)),
                    _ => {
                        // what is too long to follow may be called from elsewhere
                        for one in [&a, &b] {
                            if matches!(one.v, V::List(_)) {
                                self.escape(&Val::of(one.v.clone(), b.lanes), b.lanes, at);
                            }
                        }
                        V::Unknown(worst(&a.v, &b.v))
                    }
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        out
    }

    fn eval_let(
        &mut self,
        at: NodeRef,
        name: &SmolStr,
        ty: Option<&SmolStr>,
        value: Option<NodeId>,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (value, falls) = match value {
            Some(value) => self.eval(NodeRef { item: at.item, node: value }, lanes),
            None => (Val::default(), lanes),
        };
        let hint = ty.and_then(|ty| self.typed(ty, falls));
        let value = match hint {
            Some(hint) if value.alts.is_empty() || value.is_data() => hint,
            _ => value,
        };
        if let ScopeKind::Class(class) = self.scopes[self.st.scope as usize].kind {
            self.declare_field(class, name, ty, &value, falls);
            return (value, falls);
        }
        let value = if value.alts.is_empty() {
            // C# gives value types a default; reading anything else before an assignment does not compile
            let v = if ty.is_some_and(|ty| ty == "bool") { V::Bool(false) } else { V::Unknown(Cause::Data) };
            Val::of(v, falls)
        } else {
            value
        };
        let slot = self.declare(self.st.scope, name);
        self.set_slot(slot, falls, &value);
        (value, falls)
    }

    /// Writes something unknown to a place.
    pub fn write_unknown(&mut self, place: NodeRef, lanes: Lanes) -> Lanes {
        if let Some(Kind::Let { .. }) = self.kind(place) {
            self.eval(place, lanes);
            return lanes;
        }
        self.assign(place, lanes, &Val::data(lanes))
    }
}

/// `{**a, "k": b}`: the pairs of the dicts that are spread, the last one first because it wins.
fn merged(pairs: &[(Option<NodeId>, NodeId)], values: &[(Val, Val)], lanes: Lanes) -> Option<Vec<(Val, Val)>> {
    let mut all: Vec<(Val, Val)> = Vec::new();
    for ((key, _), (known, value)) in pairs.iter().zip(values) {
        if key.is_some() {
            all.push((known.clone(), value.clone()));
            continue;
        }
        let mut seen = Lanes::NONE;
        for alt in value.groups(lanes) {
            let V::Map(inner) = &alt.v else { return None };
            if seen.has(alt.lanes) || alt.doubt {
                return None;
            }
            seen |= alt.lanes;
            // inside a dict the first pair wins already
            for (key, item) in inner.iter().rev() {
                let mut item = item.only(alt.lanes);
                item.deps = item.deps.and(&value.deps);
                all.push((key.only(alt.lanes), item));
            }
        }
        if seen != lanes {
            return None;
        }
    }
    all.reverse();
    Some(all)
}

/// How C# writes an operator that a class may define.
fn symbol_of(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Add => "+",
        Op::Sub => "-",
        Op::BitAnd => "&",
        Op::BitOr => "|",
        Op::Xor => "^",
        _ => return None,
    })
}

/// Evaluations within each other; a thread for this work has the stack for it.
const MAX_DEPTH: u32 = 6_000;
/// Operands of one `&&`, `||` or `??` that are taken one after the other.
const MAX_OPERANDS: usize = 500;
/// Bytes of a text that is put together.
const MAX_TEXT: usize = 4096;

#[derive(Clone, Copy, PartialEq)]
enum Shortcut {
    And,
    Or,
    Coalesce,
}

/// Two texts in a row; what grows without end is not followed.
fn joined(a: &str, b: &str) -> V {
    if a.len() + b.len() > MAX_TEXT {
        return V::Unknown(Cause::GaveUp);
    }
    V::Str(SmolStr::new(format!("{a}{b}")))
}

/// `FEATURES`, `settings.READ_ONLY`: no class is called so.
fn is_flag_constant(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.len() > 1
        && !matches!(last, "ENV" | "ARGV")
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The text of a known string.
pub fn text_of(v: &V) -> Option<&SmolStr> {
    match v {
        V::Str(text) | V::Inquirer(text) | V::Symbol(text) => Some(text),
        _ => None,
    }
}

/// The stronger cause of two values, of which at least one is unknown.
pub fn worst(a: &V, b: &V) -> Cause {
    let cause = |v: &V| {
        if let V::Unknown(cause) = v { *cause } else { Cause::Data }
    };
    cause(a).max(cause(b))
}

/// `Faker::Name`, as opposed to `Faker::Name.name`.
fn names_constant(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
}
