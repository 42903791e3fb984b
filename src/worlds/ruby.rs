//! What only Ruby has: `throw` and `catch`, mixins, `super`, methods made in passing.

use smol_str::SmolStr;

use super::kin::Kin;
use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Ancestors are followed this far.
const MAX_ANCESTORS: usize = 24;
/// Members of a class body are looked at this deep.
const MAX_BODY: usize = 12;

/// A class whose methods answer, and whether they are those of the class itself.
type Owner = (u32, bool);

impl<'p> Machine<'p> {
    // ---- throw and catch ----

    pub fn throw(&mut self, at: NodeRef, label: Option<&Val>, value: Option<&Val>, lanes: Lanes) -> (Val, Lanes) {
        let given = value.cloned().unwrap_or_else(|| Val::nil(lanes));
        let label = label.and_then(|value| value.text().cloned());
        let caught = self.catching.iter().any(|known| known.is_none() || *known == label);
        let sent = Val::of(V::Symbol(label.clone().unwrap_or_default()), lanes);
        self.leave(Target::Throw(label.clone().unwrap_or_default()), lanes, given, None, at);
        if !caught {
            // no `catch` in sight: one of a caller takes it, or it raises
            self.leave(Target::Raise, lanes, sent, Some(SmolStr::new_static("UncaughtThrowError")), at);
        }
        (Val::default(), Lanes::NONE)
    }

    pub fn catch(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let label = args.get(0).and_then(|value| value.text().cloned());
        let block = args.block.clone()?;
        let mark = self.exits.len();
        let open = Args { open: true, ..Args::default() };
        self.catching.push(label.clone());
        let (mut value, falls) = self.call_value(at, &block, &open, lanes);
        self.catching.pop();
        let exact = label.is_some();
        let arrived = match &label {
            Some(label) => self.arrive(mark, |exit| match &exit.target {
                Target::Throw(thrown) => thrown == label,
                Target::Raise => {
                    exit.class.as_deref() == Some("UncaughtThrowError") && exit.value.text() == Some(label)
                }
                _ => false,
            }),
            None => Vec::new(),
        };
        // a label that is not known may be this one
        let mut landing: Vec<Exit> = arrived.into_iter().filter(|exit| exit.target != Target::Raise).collect();
        let perhaps = self.exits[mark..].iter().filter(|exit| match &exit.target {
            Target::Throw(thrown) => !exact || thrown.is_empty(),
            _ => false,
        });
        landing.extend(perhaps.cloned());
        let falls = self.land(&landing, falls, &mut value);
        Some((value, falls))
    }

    /// Lanes in which `loop` ends because an iterator has no more.
    pub fn iteration_ended(&mut self, body: NodeRef, lanes: Lanes, mark: usize) -> Lanes {
        let mut ended = Lanes::NONE;
        let certain =
            self.arrive(mark, |exit| exit.target == Target::Raise && exit.class.as_deref() == Some("StopIteration"));
        let mut value = Val::default();
        ended |= self.land(&certain, Lanes::NONE, &mut value);
        for exit in &self.exits[mark..] {
            if exit.target == Target::Raise && exit.class.is_none() {
                ended |= exit.lanes;
            }
        }
        if self.may_raise(body, 0) {
            ended |= lanes;
        }
        ended
    }

    /// What stands behind `rescue` and is no plain name runs when something was raised.
    pub fn eval_rescued(&mut self, item: ItemId, inner: &'p Try, lanes: Lanes) {
        for handler in &inner.handlers {
            let Catches::Classes(nodes) = &handler.catches else { continue };
            for node in nodes {
                let at = NodeRef { item, node: *node };
                if !matches!(self.kind(at), Some(Kind::Name(_) | Kind::Attr { .. })) {
                    self.maybe(lanes, |machine| machine.eval(at, lanes));
                }
            }
        }
    }

    // ---- names of methods ----

    /// `alias new old`.
    pub fn alias_method(&mut self, at: NodeRef, new: &SmolStr, old: &SmolStr) {
        let start = self.program.span(at).start;
        let class = match self.scopes[self.declaring() as usize].kind {
            ScopeKind::Class(class) => class,
            _ => {
                if let Some(slot) = self.slot_in(0, old)
                    && self.holds_method(slot)
                {
                    let value = self.slots[slot as usize].clone();
                    let slot = self.declare(0, new);
                    self.alias_slots.insert(slot);
                    self.set_slot(slot, Lanes::ALL, &value);
                }
                return;
            }
        };
        let found = self.methods_named(class, old);
        let before = found.iter().rev().find(|def| self.program.span(**def).start < start);
        match before.or(found.last()).copied() {
            Some(def) => self.classes[class as usize].methods.entry(new.clone()).or_default().push(def),
            // an inherited method that is not in sight takes the place of what was there
            None => {
                self.classes[class as usize].methods.remove(new);
            }
        }
    }

    /// The class whose descendants define a method that the class around does not know.
    pub fn lookup_of_kin(&self, name: &str) -> Option<u32> {
        let class = match self.st.this.as_ref()?.single()? {
            V::Class(class) | V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => return None,
        };
        let exact = matches!(self.st.this.as_ref()?.single()?, V::Class(_));
        let own = self.has_member(class, name)
            || self.resolve(class, exact, name).is_some()
            || self.attribute_owner(class, name).is_some()
            || self.delegates.contains_key(&(class, SmolStr::new(name)));
        (own || !self.overriding(class, exact, name).is_empty()).then_some(class)
    }

    /// Learns which classes derive from which, which modules they take in, and which methods are defined in passing.
    pub fn link_classes(&mut self) {
        if !self.ruby() {
            return;
        }
        let known: Vec<(NodeRef, u32)> = self.class_of_item.iter().map(|(at, class)| (*at, *class)).collect();
        let mut body_calls: rustc_hash::FxHashSet<NodeRef> = Default::default();
        for (at, class) in known {
            let Some(Kind::Class(node)) = self.kind(at) else { continue };
            let of_itself = node.name == "self";
            self.mixins(NodeRef { item: at.item, node: node.body }, class, of_itself, &mut body_calls, 0);
        }
        for item in 0..self.program.items.len() as u32 {
            let id = ItemId(item);
            let Some(code) = self.program.code(id) else { continue };
            let lambdas: Vec<Span> = code
                .nodes
                .iter()
                .filter(|node| matches!(node.kind, Kind::Lambda(_) | Kind::Def(_)))
                .map(|node| node.span)
                .collect();
            for (index, node) in code.nodes.iter().enumerate() {
                let at = NodeRef { item: id, node: NodeId(index as u32) };
                match &node.kind {
                    Kind::Def(def) => {
                        let inside = lambdas.iter().any(|span| {
                            *span != node.span && span.start <= node.span.start && span.end >= node.span.end
                        });
                        let on_object = def.is_static && !matches!(self.homes.get(&at), Some((_, Some(_))));
                        if inside || on_object {
                            self.loose.entry(def.name.clone()).or_default().push(at);
                        }
                    }
                    Kind::Call(call) if !body_calls.contains(&at) => self.note_loose(id, call),
                    _ => {}
                }
            }
        }
    }

    /// `object.extend(M)`, `C.send(:include, M)`, `object.define_singleton_method(:x)`.
    fn note_loose(&mut self, item: ItemId, call: &'p Call) {
        let child = |node: NodeId| NodeRef { item, node };
        let mut args: Vec<NodeRef> = call.args.iter().map(|node| child(*node)).collect();
        let mut name = match self.kind(child(call.callee)) {
            Some(Kind::Name(name) | Kind::Attr { name, .. }) => name.clone(),
            _ => return,
        };
        if matches!(name.as_str(), "send" | "__send__" | "public_send")
            && let Some(Kind::Lit(Lit::Symbol(sent) | Lit::Str(sent))) = args.first().and_then(|at| self.kind(*at))
        {
            name = sent.clone();
            args.remove(0);
        }
        match name.as_str() {
            "extend" | "include" | "prepend" => {
                for at in args {
                    if let Some(module) = self.class_at(at) {
                        self.loosen(module);
                    }
                }
            }
            "define_singleton_method" | "define_method" => {
                if let Some(Kind::Lit(Lit::Symbol(made) | Lit::Str(made))) = args.first().and_then(|at| self.kind(*at))
                {
                    self.loose.entry(made.clone()).or_default();
                }
            }
            "remove_method" | "undef_method" => {
                for at in args {
                    if let Some(Kind::Lit(Lit::Symbol(gone) | Lit::Str(gone))) = self.kind(at) {
                        self.loose.entry(gone.clone()).or_default();
                    }
                }
            }
            _ => {}
        }
    }

    fn loosen(&mut self, module: u32) {
        let methods: Vec<(SmolStr, Vec<NodeRef>)> =
            self.classes[module as usize].methods.iter().map(|(name, defs)| (name.clone(), defs.clone())).collect();
        for (name, defs) in methods {
            self.loose.entry(name).or_default().extend(defs);
        }
    }

    fn mixins(
        &mut self,
        at: NodeRef,
        class: u32,
        of_itself: bool,
        seen: &mut rustc_hash::FxHashSet<NodeRef>,
        depth: usize,
    ) {
        if depth > MAX_BODY {
            return;
        }
        match self.kind(at) {
            Some(Kind::Seq(all)) => {
                for node in all {
                    self.mixins(NodeRef { item: at.item, node: *node }, class, of_itself, seen, depth + 1);
                }
            }
            Some(Kind::Item(id)) => {
                if let Some(code) = self.program.code(*id) {
                    self.mixins(NodeRef { item: *id, node: code.root }, class, of_itself, seen, depth + 1);
                }
            }
            Some(Kind::Call(call)) => {
                let Some(Kind::Name(name)) = self.kind(NodeRef { item: at.item, node: call.callee }) else {
                    return;
                };
                if !matches!(name.as_str(), "include" | "prepend" | "extend") {
                    return;
                }
                let modules: Vec<u32> = call
                    .args
                    .iter()
                    .filter_map(|node| self.class_at(NodeRef { item: at.item, node: *node }))
                    .filter(|module| *module != class)
                    .collect();
                seen.insert(at);
                let kin = self.kin.entry(class).or_default();
                match name.as_str() {
                    "prepend" => kin.prepended.extend(modules.iter().rev()),
                    "include" if !of_itself => kin.included.extend(modules.iter().rev()),
                    _ => kin.extended.extend(modules.iter().rev()),
                }
                if name != "extend" {
                    for module in modules {
                        self.kin.entry(module).or_default().derived.push(class);
                    }
                }
            }
            _ => {}
        }
    }

    // ---- which method answers ----

    /// The classes and modules that answer for a class, the first to ask first.
    fn ancestors(&self, class: u32, of_class: bool) -> Vec<Owner> {
        let mut out: Vec<Owner> = Vec::new();
        self.collect_ancestors(class, of_class, &mut out);
        out
    }

    fn collect_ancestors(&self, class: u32, of_class: bool, out: &mut Vec<Owner>) {
        let mut next = Some(class);
        while let Some(class) = next {
            if out.len() >= MAX_ANCESTORS || out.contains(&(class, of_class)) {
                return;
            }
            let kin = self.kin.get(&class);
            let mixed = |kin: &Kin| if of_class { Vec::new() } else { kin.prepended.clone() };
            for module in kin.map(mixed).unwrap_or_default().into_iter().rev() {
                self.collect_ancestors(module, false, out);
            }
            if out.len() >= MAX_ANCESTORS || out.contains(&(class, of_class)) {
                return;
            }
            out.push((class, of_class));
            let after =
                kin.map(|kin| if of_class { kin.extended.clone() } else { kin.included.clone() }).unwrap_or_default();
            for module in after.into_iter().rev() {
                // modules that take each other in are no Ruby, but text may say so
                if !out.contains(&(module, false)) {
                    self.collect_ancestors(module, false, out);
                }
            }
            next = kin.and_then(|kin| kin.bases.first().copied());
        }
    }

    fn answers(&self, owner: Owner, name: &str) -> Option<NodeRef> {
        let (class, of_class) = owner;
        let info = &self.classes[class as usize];
        let fits = |at: &&NodeRef| {
            self.def(**at).is_some_and(|def| {
                let module = info.form == ClassForm::Module;
                def.form != Form::Setter && (def.is_static == of_class || module)
            })
        };
        info.methods.get(name)?.iter().rev().find(fits).copied()
    }

    /// The method that answers to a name, and its owner.
    pub fn resolve(&self, class: u32, of_class: bool, name: &str) -> Option<(Owner, NodeRef)> {
        self.ancestors(class, of_class).into_iter().find_map(|owner| Some((owner, self.answers(owner, name)?)))
    }

    /// Methods of derived classes and mixins that write a field.
    pub fn derived_writers(&self, class: u32, name: &SmolStr) -> Vec<NodeRef> {
        let mut kin = self.below(class);
        for (owner, _) in self.ancestors(class, false) {
            kin.push(owner);
            kin.extend(self.below(owner));
        }
        kin.sort_unstable();
        kin.dedup();
        let others = kin.into_iter().filter(|other| *other != class);
        others.flat_map(|other| self.classes[other as usize].writers.get(name).into_iter().flatten().copied()).collect()
    }

    /// Definitions in classes derived from one: an object of the class may be one of theirs.
    pub fn overriding(&self, class: u32, of_class: bool, name: &str) -> Vec<NodeRef> {
        let mut out = Vec::new();
        for below in self.below(class) {
            if let Some((_, def)) = self.resolve(below, of_class, name)
                && !out.contains(&def)
            {
                out.push(def);
            }
        }
        out
    }

    /// Calls the method of an object or class of the file. `None`: nothing in the file defines it.
    pub fn call_ruby_member(
        &mut self,
        at: NodeRef,
        this: &V,
        class: u32,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
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

    /// Whether a class is among those that answer for another or for its objects.
    pub fn answers_for(&self, class: u32, owner: u32) -> bool {
        self.ancestors(class, false).iter().chain(&self.ancestors(class, true)).any(|(known, _)| *known == owner)
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

    /// The scope of the method around.
    fn frame_scope(&self) -> u32 {
        let mut scope = self.st.scope;
        while self.scopes[scope as usize].kind == ScopeKind::Block {
            match self.scopes[scope as usize].parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
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

    /// `object.instance_variable_set(:@x, value)`.
    pub fn set_instance_variable(&mut self, this: &V, class: u32, args: &Args, lanes: Lanes) {
        let value = args.get(1).cloned().unwrap_or_else(|| Val::data(lanes));
        let names = match args.get(0).and_then(|name| name.text().cloned()) {
            Some(name) => vec![(name, value)],
            None => self.classes[class as usize].fields.keys().map(|name| (name.clone(), Val::data(lanes))).collect(),
        };
        for (name, value) in names {
            if let V::Object(object) = this {
                self.write_object_field(&object.clone(), &name, lanes, &value);
            }
            self.write_class_field(class, &name, lanes, &value);
        }
    }

    /// Any local around may hold anything from here on.
    pub fn forget_locals(&mut self, lanes: Lanes) {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope {
            let slots: Vec<u32> = self.scopes[at as usize].names.values().copied().collect();
            for slot in slots {
                let held = &self.slots[slot as usize];
                let fixed = held.alts.is_empty()
                    || held.alts.iter().all(|alt| matches!(alt.v, V::Class(_)) || self.is_method(&alt.v));
                if !fixed {
                    self.weaken_slot(slot, &Val::data(lanes));
                }
            }
            scope = self.scopes[at as usize].parent;
        }
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

    // ---- exceptions ----

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

    fn rescue_takes(&self, v: &V, class: Option<&str>, depth: usize) -> Option<bool> {
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

    /// ActiveSupport's `suppress(A, B) { }`.
    pub fn suppress(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let block = args.block.clone()?;
        let mark = self.exits.len();
        let resume = std::mem::replace(&mut self.st.may_resume, true);
        let open = Args { open: true, ..Args::default() };
        let (mut value, falls) = self.call_value(at, &block, &open, lanes);
        self.st.may_resume = resume;
        let classes: Vec<V> =
            args.positional.iter().map(|class| class.single().cloned().unwrap_or(V::Unknown(Cause::Data))).collect();
        let mut landing = Vec::new();
        let mut index = mark;
        while index < self.exits.len() {
            let exit = &self.exits[index];
            let verdicts: Vec<Option<bool>> = match exit.target {
                Target::Raise => {
                    classes.iter().map(|wanted| self.rescue_takes(wanted, exit.class.as_deref(), 2)).collect()
                }
                _ => vec![Some(false)],
            };
            if verdicts.contains(&Some(true)) {
                landing.push(self.exits.remove(index));
                continue;
            }
            if verdicts.contains(&None) {
                landing.push(exit.clone());
            }
            index += 1;
        }
        // what the block calls may have raised as well
        if let Some(V::Closure(closure)) = block.single()
            && self.may_raise(closure.def, 0)
        {
            let rest = lanes.without(falls);
            value.join(&Val::nil(rest));
            return Some((value, lanes));
        }
        let falls = self.land(&landing, falls, &mut value);
        Some((value, falls))
    }

    // ---- what class bodies make ----

    fn body_class(&self) -> Option<u32> {
        match self.st.this.as_ref()?.single()? {
            V::Class(class) => Some(*class),
            _ => None,
        }
    }

    /// `mattr_accessor :enabled, default: false`, `class_attribute :enabled`.
    pub fn make_attributes(&mut self, at: NodeRef, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let class = self.body_class()?;
        let default = match (args.named("default").cloned(), args.block.clone()) {
            (Some(value), _) => value,
            (None, Some(block)) => self.call_value(at, &block, &Args::default(), lanes).0,
            (None, None) => Val::nil(lanes),
        };
        for name in args.positional.iter().filter_map(|name| name.text().cloned()) {
            self.class_attributes.insert((class, name.clone()));
            let before = std::mem::replace(&mut self.in_constructor, true);
            self.write_class_field(class, &attribute_field(&name), lanes, &default);
            self.in_constructor = before;
        }
        Some((Val::nil(lanes), lanes))
    }

    /// The class, of those that answer for one, that has such an attribute.
    pub fn attribute_owner(&self, class: u32, name: &str) -> Option<u32> {
        if self.class_attributes.is_empty() {
            return None;
        }
        let stem = name.trim_end_matches('?');
        let owners = self.ancestors(class, false).into_iter().chain(self.ancestors(class, true));
        owners.map(|(owner, _)| owner).find(|owner| self.class_attributes.contains(&(*owner, SmolStr::new(stem))))
    }

    /// `delegate :a, to: :b`, `def_delegators :@b, :a`.
    pub fn make_delegates(&mut self, how: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let class = self.body_class()?;
        let mut names: Vec<SmolStr> = args.positional.iter().filter_map(|name| name.text().cloned()).collect();
        let target = match how {
            "delegate" if args.named("prefix").is_none() => args.named("to")?.text()?.clone(),
            "delegate" => return None,
            _ if names.is_empty() => return None,
            _ => names.remove(0),
        };
        if how == "def_delegator" && names.len() != 1 {
            return None;
        }
        for name in names {
            self.delegates.insert((class, name), target.clone());
        }
        Some((Val::nil(lanes), lanes))
    }

    /// `Struct.new(:a, :b)` makes a class, `OpenStruct.new(a: 1)` an object.
    pub fn make_struct(&mut self, at: NodeRef, how: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        if args.block.is_some() || args.open {
            return None;
        }
        let class = self.classes.len() as u32;
        let scope = self.push_scope(ScopeKind::Class(class), 0);
        self.classes.push(super::classes::ClassInfo::made(at, scope));
        if how == "OpenStruct" {
            let mut fields: Vec<(SmolStr, Val)> =
                args.named.iter().map(|(name, value)| (field_of(name), value.clone())).collect();
            if let Some(V::Map(pairs)) = args.get(0).and_then(Val::single) {
                fields.extend(pairs.iter().filter_map(|(key, value)| Some((field_of(key.text()?), value.clone()))));
            }
            self.structs
                .insert(class, fields.iter().map(|(name, _)| SmolStr::new(name.trim_start_matches('@'))).collect());
            return Some((
                Val::of(
                    V::Object(std::rc::Rc::new(Object {
                        class,
                        fields: std::cell::RefCell::new(fields),
                        born: self.branch(),
                        body: self.foreign_below,
                        exposed: Default::default(),
                    })),
                    lanes,
                ),
                lanes,
            ));
        }
        let names: Option<Vec<SmolStr>> = args
            .positional
            .iter()
            .map(|name| match name.single()? {
                V::Symbol(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        self.structs.insert(class, names?);
        Some((Val::of(V::Class(class), lanes), lanes))
    }

    /// `new` of a class that `Struct.new` made.
    pub fn construct_struct(&mut self, class: u32, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let names = self.structs.get(&class)?.clone();
        let fields = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let given = args.get(index).or_else(|| args.named(name)).cloned();
                let value = given.unwrap_or_else(|| {
                    if args.open || !args.named.is_empty() { Val::data(lanes) } else { Val::nil(lanes) }
                });
                (field_of(name), value)
            })
            .collect();
        let object = Object {
            class,
            fields: std::cell::RefCell::new(fields),
            born: self.branch(),
            body: self.foreign_below,
            exposed: Default::default(),
        };
        Some((Val::of(V::Object(std::rc::Rc::new(object)), lanes), lanes))
    }

    /// `struct[:field] = value`, `struct[0] = value`.
    pub fn write_struct(&mut self, v: &V, keys: &[Val], value: &Val, lanes: Lanes) {
        let V::Object(object) = v else { return };
        let object = object.clone();
        match keys.first().and_then(Val::text) {
            Some(name) => self.write_object_field(&object, &field_of(name), lanes, value),
            None => {
                for (_, field) in object.fields.borrow_mut().iter_mut() {
                    field.join(&value.only(lanes));
                }
            }
        }
    }

    /// Members that something in a class body made: attributes of the class, delegates, fields of structs; and members by name.
    pub fn made_member(
        &mut self,
        at: NodeRef,
        this: &V,
        class: u32,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
    ) -> Option<(Val, Lanes)> {
        let own = match this {
            V::Class(class) | V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => class,
        };
        if args.positional.is_empty()
            && let Some(owner) = self.attribute_owner(own, name)
        {
            let field = attribute_field(name.trim_end_matches('?'));
            return Some((self.class_field(owner, &field, lanes, false), lanes));
        }
        if let Some(target) = self.delegates.get(&(own, name.clone())).cloned() {
            let (value, falls) = match target.starts_with('@') {
                true => match this {
                    V::Object(object) => (self.object_field(&object.clone(), &target, lanes), lanes),
                    _ => (self.class_field(own, &target, lanes, false), lanes),
                },
                false => self.call_ruby_member(at, this, own, &target, &Args::default(), lanes)?,
            };
            return Some(self.call_on(at, &value, at, name, args, falls, &super::calls::PLAIN));
        }
        if let V::Object(object) = this
            && args.positional.is_empty()
            && self.structs.get(&own).is_some_and(|names| names.contains(name))
        {
            return Some((self.object_field(&object.clone(), &field_of(name), lanes), lanes));
        }
        if let (V::Class(own), "const_get") = (this, name.as_str()) {
            let own = *own;
            let wanted = args.get(0)?.clone();
            return Some(self.each_alternative(&wanted, lanes, |machine, v, lanes| match super::eval::text_of(v) {
                Some(name) => machine.read_member(at, &V::Class(own), own, &name.clone(), lanes),
                None => (Val::data(lanes), lanes),
            }));
        }
        None
    }

    /// A set: a map from its items to nothing in particular.
    pub fn set_of(&self, items: &[Val], lanes: Lanes) -> Val {
        let marker = Val::of(V::Name(SmolStr::new_static("Set")), lanes);
        Val::of(V::Map(std::rc::Rc::new(items.iter().map(|item| (item.clone(), marker.clone())).collect())), lanes)
    }

    /// An operator that a class of the file defines.
    pub fn own_operator(&mut self, at: NodeRef, op: Op, left: &Val, right: &Val, lanes: Lanes) -> Option<(Val, Lanes)> {
        let name = match op {
            Op::Eq | Op::Ne => "==",
            Op::CaseEq => "===",
            Op::Matches => "=~",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::Mod => "%",
            Op::Shift => "<<",
            Op::BitAnd => "&",
            Op::BitOr => "|",
            Op::Xor => "^",
            _ => return None,
        };
        let (class, of_class) = match left.single()? {
            V::Class(class) => (*class, true),
            V::Instance(class) => (*class, false),
            V::Object(object) => (object.class, false),
            _ => return None,
        };
        self.resolve(class, of_class, name)?;
        let args = Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() };
        let this = left.single()?.clone();
        let (value, falls) = self.call_ruby_member(at, &this, class, &SmolStr::new_static(name), &args, lanes)?;
        if op == Op::Ne {
            let outcome = self.truth(&value, falls).negate();
            return Some((self.bool_of(&outcome, &value), falls));
        }
        Some((value, falls))
    }

    /// Objects in an operation that nothing in sight defines: their conversions and comparisons may run.
    pub fn expose_all(&mut self, values: &[&Val]) {
        for value in values {
            for alt in &value.alts {
                if let V::Object(object) = &alt.v {
                    self.expose(&object.clone());
                }
            }
        }
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
        self.call_ruby_member(at, v, class, &SmolStr::new_static(name), args, lanes)
    }

    // ---- Sinatra ----

    pub fn uses_sinatra(&self) -> bool {
        self.required.iter().any(|path| path == "sinatra" || path.starts_with("sinatra/"))
            || matches!(self.body_class().map(|class| self.classes[class as usize].bases.first().and_then(Val::single)), Some(Some(V::Name(base))) if base.starts_with("Sinatra."))
    }

    /// Functions of a Sinatra application.
    pub fn sinatra_function(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        match (name, args.positional.len()) {
            ("settings", 0) => Some((Val::of(V::Name(SmolStr::new_static("settings")), lanes), lanes)),
            ("environment", 0) if self.body_class().is_some() => {
                Some((self.accessor_value("settings.environment", lanes)?, lanes))
            }
            // these leave the route
            ("halt" | "redirect" | "pass" | "not_found", _) if args.block.is_none() => {
                self.escape_args(args, lanes);
                self.leave(Target::Throw(SmolStr::new_static("halt")), lanes, Val::nil(lanes), None, at);
                Some((Val::default(), Lanes::NONE))
            }
            ("enable" | "disable", _) => {
                for setting in args.positional.iter().filter_map(|value| value.text().cloned()) {
                    self.write_setting("settings", &setting, lanes, &Val::bool(name == "enable", lanes));
                }
                Some((Val::nil(lanes), lanes))
            }
            ("set", count) => {
                let setting = args.get(0)?.text()?.clone();
                let value = match (args.get(1), args.block.clone()) {
                    (Some(value), _) if count == 2 => value.clone(),
                    (None, Some(block)) => self.call_value(at, &block, &Args::default(), lanes).0,
                    _ => return None,
                };
                // a closure is called whenever the setting is read
                let value = match value.single() {
                    Some(V::Closure(_)) => self.call_value(at, &value, &Args::default(), lanes).0,
                    _ => value,
                };
                self.write_setting("settings", &setting, lanes, &value);
                Some((Val::nil(lanes), lanes))
            }
            _ => None,
        }
    }

    /// `settings.production?`, `settings.planting?`.
    pub fn sinatra_setting(&mut self, at: NodeRef, name: &str, lanes: Lanes) -> Option<(Val, Lanes)> {
        let stem = name.strip_suffix('?')?;
        if matches!(stem, "production" | "development" | "test") {
            let environment = self.accessor_value("settings.environment", lanes)?;
            let wanted = Val::of(V::Symbol(SmolStr::new(stem)), lanes);
            let outcome = self.equal(at, &environment, &wanted, lanes, false);
            return Some((Val::either(outcome.yes, outcome.no), lanes));
        }
        let value = self.accessor_value(&format!("settings.{stem}"), lanes)?;
        let outcome = self.truth(&value, lanes);
        Some((self.bool_of(&outcome, &value), lanes))
    }
}

fn field_of(name: &str) -> SmolStr {
    SmolStr::new(format!("@{name}"))
}

/// Where an attribute of a class is kept.
pub fn attribute_field(name: &str) -> SmolStr {
    SmolStr::new(format!("@@{name}"))
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
