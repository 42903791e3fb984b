//! What Python lets a program do to itself: modules and namespaces that are written, objects shared under several names,
//! context managers, coroutines, objects that answer for themselves.

use std::rc::Rc;

use smol_str::SmolStr;

use super::held::Search;
use super::lanes::Lanes;
use super::machine::*;
use super::names::Found;
use super::value::*;
use crate::program::*;

/// The file's own module: `globals()`, `sys.modules[__name__]`.
pub const THIS_MODULE: &str = "this module";

/// Subclasses of the file that a method's `self` may be.
const MAX_SUBCLASSES: usize = 6;

/// The name under which a write to a member of a module is kept.
fn member_slot(full: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}member {full}"))
}

impl<'p> Machine<'p> {
    // ---- members of modules and of library objects that the file writes ----

    /// What the file has written over a name beyond it, in the lanes where it did.
    pub fn rewritten(&mut self, full: &str, lanes: Lanes) -> Val {
        if !self.python() {
            return Val::default();
        }
        let key = member_slot(full);
        match self.slot_in(0, &key) {
            Some(slot) => self.slots[slot as usize].only(lanes),
            None => Val::default(),
        }
    }

    pub fn rewrite(&mut self, full: &str, lanes: Lanes, value: &Val) {
        let key = member_slot(full);
        let slot = self.declare(0, &key);
        self.set_slot(slot, lanes, value);
    }

    /// Whether a rewritten member hides what was there: not if several objects go by that name, or if the write may not have run.
    pub fn hides(&self, head: &V) -> bool {
        matches!(head, V::Name(_)) && self.foreign_below == 0
    }

    /// `head.name = value`, where `head` is a name beyond the file.
    pub fn write_member_of_name(&mut self, head: &str, name: &SmolStr, lanes: Lanes, value: &Val) {
        if head == THIS_MODULE {
            self.write_global(Some(name), lanes, value);
        } else {
            self.rewrite(&format!("{head}.{name}"), lanes, value);
        }
    }

    /// A write to the module's names from outside the usual places; no name: to any of them.
    pub fn write_global(&mut self, name: Option<&SmolStr>, lanes: Lanes, value: &Val) {
        match name {
            Some(name) => {
                let slot = self.declare(0, name);
                self.set_slot(slot, lanes, value);
            }
            None => {
                let slots: Vec<u32> = self.scopes[0].names.values().copied().collect();
                for slot in slots {
                    self.weaken_slot(slot, &Val::data(lanes));
                }
            }
        }
    }

    pub fn read_global(&mut self, name: &SmolStr, lanes: Lanes) -> Option<Val> {
        let slot = self.slot_in(0, name)?;
        Some(self.slots[slot as usize].only(lanes))
    }

    /// Code that is made at run time may write every name in sight.
    fn forget_names(&mut self, lanes: Lanes) {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope {
            let slots: Vec<u32> = self.scopes[at as usize].names.values().copied().collect();
            for slot in slots {
                self.weaken_slot(slot, &Val::data(lanes));
            }
            scope = self.scopes[at as usize].parent;
        }
    }

    // ---- functions of the language that write ----

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

    /// The fields of an object may hold anything from now on.
    pub fn forget_fields(&mut self, target: &Val, lanes: Lanes) {
        for alt in target.groups(lanes) {
            let class = match &alt.v {
                V::Class(class) | V::Instance(class) => *class,
                V::Object(object) => {
                    let names: Vec<SmolStr> = object.fields.borrow().iter().map(|(name, _)| name.clone()).collect();
                    for (_, value) in object.fields.borrow_mut().iter_mut() {
                        value.join(&Val::data(alt.lanes));
                    }
                    for name in names {
                        self.note_field_write(object, &name);
                    }
                    object.class
                }
                V::Name(name) if name == THIS_MODULE => {
                    self.write_global(None, alt.lanes, &Val::data(alt.lanes));
                    continue;
                }
                _ => continue,
            };
            let mut names: Vec<SmolStr> = self.classes[class as usize].fields.keys().cloned().collect();
            names.extend(self.classes[class as usize].methods.keys().cloned());
            for name in names {
                self.write_class_field(class, &name, alt.lanes, &Val::data(alt.lanes));
            }
        }
    }

    // ---- one list under several names ----

    /// A list or dict changed in place: everything that holds it sees the change.
    pub fn changed_in_place(&mut self, old: &V, lanes: Lanes, now: &Val) {
        let holders = match old {
            V::List(items) => Rc::strong_count(items),
            V::Map(pairs) => Rc::strong_count(pairs),
            _ => return,
        };
        if holders <= 1 {
            return;
        }
        // slots change on the way: what is looked for stays, and so does what holds it
        let mut search = Search::of(old);
        for slot in self.holders.of(old, self.slots.len()) {
            let replaced = replace(&self.slots[slot as usize], &mut search, lanes, now);
            if let Some(value) = replaced {
                let on = self.slots[slot as usize].lanes();
                self.set_slot(slot, on, &value);
            }
        }
        for class in 0..self.classes.len() {
            let fields = &mut self.classes[class].fields;
            let mut touched = Vec::new();
            for (name, field) in fields.iter_mut() {
                // what every object of the class may hold only grows
                if let Some(value) = replace(&field.value, &mut search, lanes, now) {
                    field.value.join(&value);
                    touched.push(name.clone());
                }
            }
            self.stale |= touched.into_iter().any(|name| self.fields_read.contains(&(class as u32, name)));
        }
        for value in self.defaults.values_mut() {
            if let Some(next) = replace(value, &mut search, lanes, now) {
                value.join(&next);
            }
        }
        let objects: Vec<Rc<Object>> = self
            .holders
            .of(old, self.slots.len())
            .into_iter()
            .flat_map(|slot| &self.slots[slot as usize].alts)
            .filter_map(|alt| match &alt.v {
                V::Object(object) => Some(object.clone()),
                _ => None,
            })
            .collect();
        for object in objects {
            let mut touched = Vec::new();
            for (name, value) in object.fields.borrow_mut().iter_mut() {
                if let Some(next) = replace(value, &mut search, lanes, now) {
                    *value = next;
                    touched.push(name.clone());
                }
            }
            for name in touched {
                self.note_field_write(&object, &name);
            }
        }
        self.charge(search.looked);
    }

    /// A method or an operator that may change its receiver.
    pub fn changed_by_method(&mut self, at: NodeRef, target: &Val, name: &str, args: &Args, lanes: Lanes) {
        for alt in target.groups(lanes) {
            let now = match &alt.v {
                V::List(_) | V::Map(_) => {
                    let now = changed_by(&alt.v, name, args);
                    // what is too long to follow may be called from elsewhere
                    if matches!(now, V::Unknown(_)) {
                        self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                        args.all().for_each(|value| self.escape(value, alt.lanes, at));
                    }
                    now
                }
                V::Name(module) if module == THIS_MODULE && name == "update" => {
                    self.write_globals(args, alt.lanes);
                    continue;
                }
                V::Name(module) if module == THIS_MODULE => {
                    if !matches!(name, "get" | "items" | "keys" | "values" | "copy") {
                        self.write_global(None, alt.lanes, &Val::data(alt.lanes));
                    }
                    continue;
                }
                V::Name(head) | V::Made(head) => {
                    self.configured(head, name, alt.lanes);
                    continue;
                }
                _ => continue,
            };
            let now = Val::of(now, alt.lanes);
            self.changed_in_place(&alt.v, alt.lanes, &now);
        }
    }

    fn write_globals(&mut self, args: &Args, lanes: Lanes) {
        for (name, value) in &args.named {
            self.write_global(Some(name), lanes, value);
        }
        for value in &args.positional {
            match value.single() {
                Some(V::Map(pairs)) => {
                    for (key, value) in pairs.iter() {
                        self.write_global(key.text(), lanes, value);
                    }
                }
                _ => self.write_global(None, lanes, &Val::data(lanes)),
            }
        }
    }

    /// Flask: whatever fills the configuration may switch debug and testing on.
    fn configured(&mut self, head: &str, name: &str, lanes: Lanes) {
        let Some(app) = head.strip_suffix(".config") else {
            return;
        };
        if matches!(name, "get" | "items" | "keys" | "values" | "get_namespace") {
            return;
        }
        for flag in ["debug", "testing", "env"] {
            self.rewrite(&format!("{app}.{flag}"), lanes, &Val::data(lanes));
        }
    }

    /// `a[k] = v`.
    pub fn write_element(&mut self, target: &Val, key: &Val, lanes: Lanes, value: &Val, at: NodeRef) {
        for alt in target.groups(lanes) {
            let now = match (&alt.v, key.single()) {
                (V::Map(pairs), Some(V::Str(_) | V::Int(_) | V::Bool(_))) if pairs.len() < MAX_FOLLOWED => {
                    let mut pairs = pairs.to_vec();
                    // the newest pair wins
                    pairs.insert(0, (key.clone(), value.only(alt.lanes)));
                    V::Map(Rc::new(pairs))
                }
                (V::List(_) | V::Map(_), _) => {
                    self.escape(&Val::of(alt.v.clone(), alt.lanes), alt.lanes, at);
                    self.escape(value, alt.lanes, at);
                    V::Unknown(Cause::Data)
                }
                (V::Name(module), _) if module == THIS_MODULE => {
                    self.write_global(key.text(), alt.lanes, value);
                    continue;
                }
                (V::Name(head) | V::Made(head), _) => {
                    let head = head.clone();
                    self.escape(value, alt.lanes, at);
                    match (head.strip_suffix(".config"), key.text()) {
                        (Some(app), Some(name)) => {
                            let flag = name.to_lowercase();
                            self.rewrite(&format!("{app}.{flag}"), alt.lanes, value);
                        }
                        _ => self.configured(&head, "update", alt.lanes),
                    }
                    continue;
                }
                _ => {
                    self.escape(value, alt.lanes, at);
                    continue;
                }
            };
            let now = Val::of(now, alt.lanes);
            self.changed_in_place(&alt.v, alt.lanes, &now);
        }
    }

    /// `a += b`, `a |= b`: a list, set or dict keeps its identity; a tuple does not, and which it is is not known.
    pub fn grown_in_place(&mut self, old: &Val, added: &Val, sum: bool, lanes: Lanes) {
        for alt in old.groups(lanes) {
            let now = match (&alt.v, added.single()) {
                (V::List(items), Some(V::List(more))) if sum && items.len() + more.len() <= MAX_FOLLOWED => {
                    let all = items.iter().chain(more.iter()).cloned().collect();
                    V::List(Rc::new(all))
                }
                (V::List(_) | V::Map(_), _) => V::Unknown(Cause::Data),
                _ => continue,
            };
            let mut either = Val::of(alt.v.clone(), alt.lanes);
            either.join(&Val::of(now, alt.lanes));
            self.changed_in_place(&alt.v, alt.lanes, &either);
        }
    }

    /// Environment variables from a dict.
    pub fn set_variables(&mut self, values: &Val, lanes: Lanes) {
        for alt in values.groups(lanes) {
            if let V::Map(pairs) = &alt.v {
                for (key, value) in pairs.clone().iter() {
                    self.set_variable(key, alt.lanes, value);
                }
            }
        }
    }

    /// The environment or the module's names are passed to code that is not in sight.
    pub fn hand_out_names(&mut self, to: &str, args: &Args, lanes: Lanes) {
        let handed = |wanted: &str| {
            args.positional
                .iter()
                .flat_map(|value| &value.alts)
                .any(|alt| matches!(&alt.v, V::Name(name) if name == wanted))
        };
        if handed("os.environ") && !only_reads_environment(to) {
            self.forget_variables(lanes);
        }
        if handed(THIS_MODULE) && !only_reads_environment(to) {
            self.write_global(None, lanes, &Val::data(lanes));
        }
    }

    /// A class is bound where its statement runs; its decorators make of it what they like.
    pub fn bind_class(&mut self, at: NodeRef, class: &'p Class, value: Val, lanes: Lanes) -> (Val, Lanes) {
        let mut value = value;
        let mut falls = lanes;
        for node in class.decorators.iter().rev() {
            let node = NodeRef { item: at.item, node: *node };
            let (decorator, rest) = self.eval_quietly(node, falls);
            falls = rest;
            if decorator.alts.iter().any(|alt| matches!(alt.v, V::Closure(_))) {
                let args = Args { positional: vec![value.clone()], nodes: vec![at], ..Args::default() };
                let (made, rest) = self.call_value(node, &decorator, &args, falls);
                falls = rest;
                value.join(&made);
            }
        }
        let scope = self.declaring();
        let slot = self.declare(scope, &class.name);
        self.set_slot(slot, falls, &value);
        (value, falls)
    }

    /// Lists and dicts handed to a body that is not followed with them: it may change them.
    pub fn forget_shared(&mut self, args: &Args, lanes: Lanes) {
        if !self.python() {
            return;
        }
        let shared: Vec<Alt> = args
            .all()
            .flat_map(|value| value.groups(lanes))
            .filter(|alt| matches!(alt.v, V::List(_) | V::Map(_)))
            .collect();
        for alt in shared {
            self.changed_in_place(&alt.v, alt.lanes, &Val::data(alt.lanes));
        }
        for value in args.all() {
            self.forget_fields(value, lanes);
        }
    }

    // ---- classes ----

    /// Something written over a method: what a call of that name may run besides the method itself.
    pub fn written_over(&mut self, this: &V, class: u32, name: &SmolStr, lanes: Lanes) -> Val {
        if !self.python() {
            return Val::default();
        }
        let mut found = Val::default();
        if let V::Object(object) = this {
            let own = object.fields.borrow();
            if let Some((_, value)) = own.iter().find(|(known, _)| known == name) {
                found.join(&value.only(lanes));
            }
        }
        // an attribute of a class between the object's and the one that defines the method
        let mut at = Some(class);
        let mut steps = 0;
        while let Some(class) = at {
            let info = &self.classes[class as usize];
            if let Some(field) = info.fields.get(name) {
                found.join(&field.value.only(lanes));
            }
            steps += 1;
            if info.methods.contains_key(name) || steps > MAX_SUBCLASSES {
                break;
            }
            at = info.bases.iter().find_map(|base| match base.single() {
                Some(V::Class(base)) if *base != class => Some(*base),
                _ => None,
            });
        }
        self.fields_read.insert((class, name.clone()));
        found
    }

    /// An enumeration that is nothing but one: its members equal no text.
    fn is_plain_enum(&self, class: u32) -> bool {
        let info = &self.classes[class as usize];
        info.form == ClassForm::Enum
            && info
                .bases
                .iter()
                .all(|base| matches!(base.single(), Some(V::Name(name)) if name.rsplit('.').next() == Some("Enum")))
    }

    /// A member of an enumeration, from the text of its value.
    pub fn as_member(&self, class: u32, value: Val) -> Val {
        if !self.python() || !self.is_plain_enum(class) {
            return value;
        }
        let mut out = Val { alts: Default::default(), ..value.clone() };
        for alt in value.alts {
            let v = match alt.v {
                V::Str(text) => V::Symbol(text),
                V::AnyName { own, .. } => V::AnyName { inquirer: false, symbol: true, own },
                v => v,
            };
            out.add(Alt { v, ..alt });
        }
        out
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

    // ---- settings read from the environment by libraries ----

    /// The type written at a class attribute decides how a settings class reads it.
    pub fn note_type(&mut self, place: NodeRef, value: NodeRef) {
        if let (Some(Kind::Name(name)), Some(Kind::Typed(_, Some(ty)))) = (self.kind(place), self.kind(value))
            && let ScopeKind::Class(class) = self.scopes[self.st.scope as usize].kind
        {
            let field = self.classes[class as usize].fields.entry(name.clone()).or_default();
            field.ty = Some(ty.clone());
        }
    }

    fn is_settings_class(&self, class: u32) -> bool {
        let mut class = class;
        for _ in 0..MAX_SUBCLASSES {
            let mut next = None;
            for base in &self.classes[class as usize].bases {
                match base.single() {
                    Some(V::Name(name)) if name.ends_with("BaseSettings") => return true,
                    Some(V::Class(base)) if *base != class => next = Some(*base),
                    _ => {}
                }
            }
            match next {
                Some(base) => class = base,
                None => return false,
            }
        }
        false
    }

    /// `env_prefix="APP_"` of a settings class.
    fn settings_prefix(&self, class: u32) -> SmolStr {
        let node = self.classes[class as usize].node;
        let mut items = vec![node.item];
        if let Some(Kind::Class(known)) = self.kind(node)
            && let Some(Kind::Seq(members)) = self.kind(NodeRef { item: node.item, node: known.body })
        {
            items.extend(members.iter().filter_map(
                |member| match self.kind(NodeRef { item: node.item, node: *member }) {
                    Some(Kind::Item(id)) => Some(*id),
                    _ => None,
                },
            ));
        }
        for item in items {
            let Some(code) = self.program.code(item) else {
                continue;
            };
            for node in &code.nodes {
                if let Kind::Keyword(name, value) = &node.kind
                    && name == "env_prefix"
                    && let Some(Kind::Lit(Lit::Str(text))) = code.nodes.get(value.0 as usize).map(|node| &node.kind)
                {
                    return text.clone();
                }
            }
        }
        SmolStr::default()
    }

    /// A field of a settings class: the environment goes before the default.
    pub fn setting(&mut self, at: NodeRef, class: u32, name: &SmolStr, default: Val, lanes: Lanes) -> Val {
        if !self.python() || !self.is_settings_class(class) {
            return default;
        }
        let prefix = self.settings_prefix(class);
        let variable = SmolStr::new(format!("{prefix}{name}").to_uppercase());
        let value = self.environment_variable(at, &Val::of(V::Str(variable), lanes), lanes);
        let ty = self.classes[class as usize].fields.get(name).and_then(|field| field.ty.clone());
        let kind = match (ty.as_deref(), default.single()) {
            (Some("str"), _) => Cast::Text,
            (Some("bool"), _) => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            (None, Some(V::Str(_) | V::Nil)) => Cast::Text,
            (None, Some(V::Bool(_))) => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            _ => Cast::Anything,
        };
        let (value, _) = cast(&value, kind, lanes);
        self.replace_missing(value, Some(&default), lanes)
    }

    /// `config("X", default=…, cast=bool)`, `env.bool("X", …)`, `env("X")`.
    pub fn read_setting(&mut self, at: NodeRef, reader: &str, how: &str, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let Some(name) = args.get(0).filter(|_| !args.open).cloned() else {
            self.escape_args(args, lanes);
            return (Val::of(V::Made(SmolStr::new(format!("{reader}.{how}"))), lanes), lanes);
        };
        let default = args.named("default").or(args.get(1)).cloned();
        let value = self.environment_variable(at, &name, lanes);
        let default_is_bool = matches!(default.as_ref().and_then(Val::single), Some(V::Bool(_)));
        let kind = match (reader.split('.').next(), how) {
            (Some("decouple"), _) => match args.named("cast").map(Val::single) {
                None => Cast::Text,
                Some(Some(V::Name(name))) if name == "bool" => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
                Some(Some(V::Name(name))) if name == "str" => Cast::Text,
                Some(_) => Cast::Anything,
            },
            (Some("environ"), "bool") => Cast::Bool(&["true", "on", "ok", "y", "yes", "1"], None),
            (Some("environ"), "") if default_is_bool => Cast::Bool(&["true", "on", "ok", "y", "yes", "1"], None),
            // without a default, the scheme of the reader may say anything
            (Some("environ"), "str") => Cast::Text,
            (Some("environs"), "bool") => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            (Some("environs"), "" | "str") => Cast::Text,
            _ => Cast::Anything,
        };
        let (mut value, mut raised) = cast(&value, kind, lanes);
        match default {
            Some(default) => value = self.replace_missing(value, Some(&default), lanes),
            None => {
                let missing = self.nilness(&value, lanes);
                raised |= missing.yes.without(missing.no);
            }
        }
        let cuts = self.st.cuts.clone();
        let class = SmolStr::new_static("ValueError");
        self.leave(Target::Raise, raised, Val::data(raised), Some(class), at);
        let falls = lanes.without(raised);
        for lane in falls.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
        (value.only(falls), falls)
    }

    // ---- texts and lists ----

    /// Methods of strings whose arguments are known.
    pub fn python_text(&self, text: &str, name: &str, args: &Args, lanes: Lanes) -> Option<Val> {
        if args.open || !args.named.is_empty() {
            return None;
        }
        let words: Vec<&str> =
            args.positional.iter().map(|arg| arg.text().map(SmolStr::as_str)).collect::<Option<_>>()?;
        let of = |text: &str| V::Str(SmolStr::new(text));
        let list = |parts: Vec<&str>| {
            let parts = parts.into_iter().map(|part| Val::of(of(part), lanes));
            V::List(Rc::new(parts.collect()))
        };
        let characters = |at: usize| text[..at].chars().count() as i64;
        let v = match (name, words.as_slice()) {
            ("find", [part]) => V::Int(text.find(part).map_or(-1, characters)),
            ("rfind", [part]) => V::Int(text.rfind(part).map_or(-1, characters)),
            ("count", [part]) if !part.is_empty() => V::Int(text.matches(part).count() as i64),
            ("replace", [old, new]) if !old.is_empty() => of(&text.replace(old, new)),
            ("removeprefix", [part]) => of(text.strip_prefix(part).unwrap_or(text)),
            ("removesuffix", [part]) => of(text.strip_suffix(part).unwrap_or(text)),
            ("strip", [letters]) => of(text.trim_matches(|c| letters.contains(c))),
            ("lstrip", [letters]) => of(text.trim_start_matches(|c| letters.contains(c))),
            ("rstrip", [letters]) => of(text.trim_end_matches(|c| letters.contains(c))),
            ("lstrip", []) => of(text.trim_start()),
            ("rstrip", []) => of(text.trim_end()),
            ("split", []) => list(text.split_whitespace().collect()),
            ("split", [by]) if !by.is_empty() => list(text.split(by).collect()),
            ("partition", [by]) if !by.is_empty() => match text.split_once(by) {
                Some((head, tail)) => list(vec![head, by, tail]),
                None => list(vec![text, "", ""]),
            },
            ("rpartition", [by]) if !by.is_empty() => match text.rsplit_once(by) {
                Some((head, tail)) => list(vec![head, by, tail]),
                None => list(vec!["", "", text]),
            },
            _ => return None,
        };
        Some(Val::of(v, lanes))
    }

    /// `len(x)`.
    pub fn count(&self, value: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: value.deps.clone(), ..Val::default() };
        for alt in value.groups(lanes) {
            let whole = |items: &[Val]| items.iter().all(|item| item.lanes().covers(alt.lanes));
            let v = match &alt.v {
                V::Str(text) => V::Int(text.chars().count() as i64),
                // a set literal may say one thing twice
                V::List(items) if items.len() <= 1 && whole(items) => V::Int(items.len() as i64),
                V::Unknown(cause) => V::Unknown(*cause),
                _ => V::Unknown(Cause::Data),
            };
            out.add(Alt { v, ..alt });
        }
        let rest = lanes.without(out.lanes());
        out.join(&Val::data(rest));
        out
    }

    /// The elements for the places of `a, *b = …`, lane by lane.
    pub fn gathered(&self, at: NodeRef, places: &[NodeId], value: &Val, lanes: Lanes) -> Option<Rc<Vec<Val>>> {
        if !self.python() || value.alts.is_empty() {
            return None;
        }
        let is_star = |node: &NodeId| {
            let node = NodeRef { item: at.item, node: *node };
            matches!(self.kind(node), Some(Kind::Splat(_)))
        };
        let star = places.iter().position(is_star);
        let fixed = places.len() - usize::from(star.is_some());
        let mut parts = vec![Val::default(); places.len()];
        for alt in value.groups(lanes) {
            let V::List(items) = &alt.v else { return None };
            let fits = match star {
                Some(_) => items.len() >= fixed,
                None => items.len() == fixed,
            };
            if !fits || alt.doubt {
                return None;
            }
            let extra = items.len() - fixed;
            let mut next = items.iter();
            for (index, part) in parts.iter_mut().enumerate() {
                if Some(index) == star {
                    let rest = next.by_ref().take(extra).cloned().collect();
                    part.join(&Val::of(V::List(Rc::new(rest)), alt.lanes));
                } else if let Some(item) = next.next() {
                    part.join(&item.only(alt.lanes));
                }
            }
        }
        for part in &mut parts {
            part.deps = std::mem::take(&mut part.deps).and(&value.deps);
            part.taint = part.taint.or(value.taint);
        }
        Some(Rc::new(parts))
    }

    // ---- context managers ----

    /// `with C():` where the file defines C: `__enter__`, the body, `__exit__` on every way out.
    pub fn with_object(
        &mut self,
        at: NodeRef,
        manager: &V,
        place: Option<NodeRef>,
        lanes: Lanes,
        body: impl FnOnce(&mut Self, Lanes) -> (Val, Lanes),
    ) -> Option<(Val, Lanes)> {
        let class = match manager {
            V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => return None,
        };
        let method = |machine: &Self, plain: &str, asynchronous: &str| {
            let found = machine.methods_named(class, plain);
            let found = if found.is_empty() { machine.methods_named(class, asynchronous) } else { found };
            found.last().copied()
        };
        let enter = method(self, "__enter__", "__aenter__")?;
        let exit = method(self, "__exit__", "__aexit__")?;
        let enter = self.bound(enter, manager, lanes);
        let (entered, falls) = self.call_value(at, &enter, &Args::default(), lanes);
        let (entered, falls) = self.awaited(at, entered, falls);
        if let Some(place) = place {
            self.assign(place, falls, &entered);
        }
        let mark = self.exits.len();
        let resume = std::mem::replace(&mut self.st.may_resume, true);
        let path = self.st.path.clone();
        let cuts = self.st.cuts.clone();
        let (mut value, through) = body(self, falls);
        self.st.may_resume = resume;
        self.st.path = path;
        let pending = self.exits.split_off(mark);
        let left = pending
            .iter()
            .filter(|exit| exit.class.as_deref() != Some("!exit"))
            .fold(Lanes::NONE, |all, exit| all | exit.lanes);
        let after = self.st.clone();
        self.st.cuts = cuts;
        let exit = self.bound(exit, manager, falls);
        let args = Args { positional: vec![Val::data(falls); 3], nodes: vec![at; 3], ..Args::default() };
        let (answer, gone) = self.call_value(at, &exit, &args, through | left);
        let (answer, gone) = self.awaited(at, answer, gone);
        let doubt = self.st.doubt;
        self.st = after;
        self.st.doubt |= doubt & through;
        let swallows = self.truth(&answer, gone);
        let mut landed = Vec::new();
        for mut exit in pending {
            if exit.class.as_deref() == Some("!exit") {
                self.exits.push(exit);
                continue;
            }
            exit.lanes &= gone;
            if exit.target == Target::Raise {
                let mut caught = exit.clone();
                caught.lanes &= swallows.yes;
                if !caught.lanes.is_empty() {
                    landed.push(caught);
                }
                exit.lanes &= swallows.no;
            }
            if !exit.lanes.is_empty() {
                self.exits.push(exit);
            }
        }
        let falls = self.land(&landed, through & gone, &mut value);
        Some((value, falls))
    }

    /// A manager that nothing in sight defines may swallow what its body raises, unless it is known not to.
    pub fn may_swallow(&self, manager: &Val) -> bool {
        manager.alts.iter().any(|alt| match &alt.v {
            V::Made(name) | V::Name(name) => !lets_exceptions_pass(name),
            V::Unknown(_) => true,
            _ => false,
        })
    }

    // ---- coroutines ----

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

    /// `nonlocal x`: the name is that of the function around.
    pub fn outer_names(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> Lanes {
        let own = self.declaring();
        for node in &call.args {
            let Some(Kind::Lit(Lit::Str(name))) = self.kind(NodeRef { item: at.item, node: *node }) else {
                continue;
            };
            let before = self.st.scope;
            if let Some(parent) = self.scopes[own as usize].parent {
                self.st.scope = parent;
            }
            let found = self.lookup(name);
            self.st.scope = before;
            if let Found::Slot(slot) = found {
                self.scopes[own as usize].names.insert(name.clone(), slot);
            }
        }
        lanes
    }
}

/// A list, set or dict after a method that changes it.
fn changed_by(v: &V, name: &str, args: &Args) -> V {
    let length = match v {
        V::List(items) => items.len(),
        V::Map(pairs) => pairs.len(),
        _ => 0,
    };
    if length >= MAX_FOLLOWED {
        return V::Unknown(Cause::Data);
    }
    let only = match args.positional.as_slice() {
        [only] if !args.open && args.named.is_empty() => Some(only),
        _ => None,
    };
    match (v, name, only) {
        (V::List(_), "clear", None) => V::List(Rc::new(Vec::new())),
        (V::Map(_), "clear", None) => V::Map(Rc::new(Vec::new())),
        (V::List(items), "append" | "add", Some(item)) => {
            let mut items = items.to_vec();
            items.push(item.clone());
            V::List(Rc::new(items))
        }
        (V::List(items), "extend" | "update", Some(more)) => match more.single() {
            Some(V::List(more)) => V::List(Rc::new(items.iter().chain(more.iter()).cloned().collect())),
            _ => V::Unknown(Cause::Data),
        },
        (V::List(items), "remove" | "discard", Some(gone)) => {
            let texts = |value: &Val| match value.single() {
                Some(V::Str(text)) => Some(text.clone()),
                _ => None,
            };
            let Some(gone) = texts(gone) else {
                return V::Unknown(Cause::Data);
            };
            if items.iter().any(|item| texts(item).is_none()) {
                return V::Unknown(Cause::Data);
            }
            let mut items = items.to_vec();
            if let Some(at) = items.iter().position(|item| texts(item) == Some(gone.clone())) {
                items.remove(at);
            }
            V::List(Rc::new(items))
        }
        (V::Map(pairs), "update", _) if args.positional.len() <= 1 && !args.open => {
            let mut all: Vec<(Val, Val)> = Vec::new();
            for (name, value) in &args.named {
                all.push((Val::of(V::Str(name.clone()), value.lanes()), value.clone()));
            }
            match args.positional.first().map(Val::single) {
                None => {}
                Some(Some(V::Map(more))) => all.extend(more.iter().cloned()),
                Some(_) => return V::Unknown(Cause::Data),
            }
            all.extend(pairs.iter().cloned());
            V::Map(Rc::new(all))
        }
        _ => V::Unknown(Cause::Data),
    }
}

/// A value with one list or dict in it replaced, where it holds it.
fn replace(value: &Val, search: &mut Search<'_>, lanes: Lanes, now: &Val) -> Option<Val> {
    search.within(value, lanes)?;
    let mut out = Val { deps: value.deps.clone().and(&now.deps), taint: value.taint.or(now.taint), ..Val::default() };
    for alt in &value.alts {
        let on = alt.lanes & lanes;
        let alone = Val { alts: smallvec::smallvec![alt.clone()], ..Val::default() };
        let Some(held) = search.within(&alone, lanes).filter(|_| !on.is_empty()) else {
            out.add(alt.clone());
            continue;
        };
        out.add(Alt { lanes: alt.lanes.without(lanes), ..alt.clone() });
        out.join(&held.becomes(now));
    }
    Some(out)
}

/// `"text"[0]`.
pub fn letter(text: &str, key: &Val, lanes: Lanes) -> Val {
    let mut out = Val { deps: key.deps.clone(), ..Val::default() };
    for alt in key.groups(lanes) {
        let index = match alt.v {
            V::Int(index) if index < 0 => index + text.chars().count() as i64,
            V::Int(index) => index,
            _ => -1,
        };
        let found = usize::try_from(index).ok().and_then(|index| text.chars().nth(index));
        let v = match found {
            Some(letter) => V::Str(SmolStr::new(letter.to_string())),
            None => V::Unknown(Cause::Data),
        };
        out.add(Alt { v, ..alt });
    }
    let rest = lanes.without(out.lanes());
    out.join(&Val::data(rest));
    out
}

const TRUE_WORDS: &[&str] = &["y", "yes", "t", "true", "on", "1"];
const FALSE_WORDS: &[&str] = &["n", "no", "f", "false", "off", "0"];

/// What a reader of settings makes of the text.
#[derive(Clone, Copy)]
enum Cast {
    Text,
    /// The words for true, and those for false: with these anything else raises, without it is false.
    Bool(&'static [&'static str], Option<&'static [&'static str]>),
    Anything,
}

/// The value after the cast, and the lanes in which it raises.
fn cast(value: &Val, kind: Cast, lanes: Lanes) -> (Val, Lanes) {
    let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
    let mut raised = Lanes::NONE;
    for alt in value.groups(lanes) {
        let v = match (&alt.v, kind) {
            (V::Str(text), Cast::Bool(yes, no)) => {
                let text = text.to_lowercase();
                let is = |words: &[&str]| words.contains(&text.as_str());
                if is(yes) {
                    V::Bool(true)
                } else if no.is_none_or(is) {
                    V::Bool(false)
                } else {
                    raised |= alt.lanes;
                    continue;
                }
            }
            (V::Str(_) | V::AnyName { .. }, Cast::Anything) => V::Unknown(Cause::Data),
            (V::AnyName { .. }, Cast::Bool(..)) => V::Unknown(Cause::Data),
            (v, _) => v.clone(),
        };
        out.add(Alt { v, ..alt });
    }
    let raised = raised.without(out.lanes());
    (out, raised)
}

/// Objects that read settings from the environment when they are called or asked by type.
pub fn is_settings_reader(name: &str) -> bool {
    matches!(name, "environ.Env" | "environ.FileAwareEnv" | "environs.Env" | "environs.FileAwareEnv")
}

/// Library context managers that never swallow what their body raises.
fn lets_exceptions_pass(name: &str) -> bool {
    matches!(
        name.rsplit('.').next().unwrap_or(name),
        "open"
            | "atomic"
            | "Lock"
            | "RLock"
            | "Semaphore"
            | "closing"
            | "nullcontext"
            | "app_context"
            | "test_request_context"
            | "begin"
            | "connect"
            | "connection"
            | "cursor"
            | "Session"
            | "session"
            | "ThreadPoolExecutor"
            | "ProcessPoolExecutor"
            | "Pool"
            | "TemporaryDirectory"
            | "NamedTemporaryFile"
            | "TemporaryFile"
            | "override_settings"
            | "localcontext"
            | "redirect_stdout"
            | "redirect_stderr"
            | "chdir"
            | "urlopen"
            | "ZipFile"
            | "StringIO"
            | "BytesIO"
            | "scandir"
            | "catch_warnings"
            | "Client"
            | "AsyncClient"
            | "ClientSession"
            | "TestClient"
            | "use_cassette"
            | "Betamax"
            | "freeze_time"
            | "dict"
            | "object"
            | "patch"
    )
}

/// Library functions that only read the environment they are given.
pub fn only_reads_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        name,
        "dict"
            | "print"
            | "len"
            | "sorted"
            | "list"
            | "set"
            | "str"
            | "repr"
            | "bool"
            | "iter"
            | "any"
            | "all"
            | "isinstance"
    ) || matches!(
        last,
        "copy"
            | "deepcopy"
            | "dumps"
            | "pformat"
            | "pprint"
            | "ChainMap"
            | "MappingProxyType"
            | "debug"
            | "info"
            | "warning"
            | "getattr"
    ) || name.starts_with("subprocess.")
        || name.starts_with("os.exec")
        || name.starts_with("os.spawn")
        || name.starts_with("os.posix_spawn")
}
