//! Names: locals, members of classes, imports, and what the catalogue knows of the names beyond the file.

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::catalog::{Effect as SymbolEffect, Family, Gives, Lanes as Spelt, Variable};
use crate::program::*;

/// What a bare name stands for.
pub enum Found {
    Slot(u32),
    /// A member of a class of the file, seen from inside it.
    Member(u32),
    Nothing,
}

/// Stands for every variable of the process: no variable has this name.
const ANY_VARIABLE: &str = "";

/// The name under which a write to the process environment is kept.
fn variable_slot(name: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}env {name}"))
}

/// The name under which a setting written by the file is kept.
fn setting_slot(full: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}set {full}"))
}

impl<'p> Machine<'p> {
    pub fn lookup(&self, name: &str) -> Found {
        let mut scope = Some(self.st.scope);
        let constant = name.chars().next().is_some_and(char::is_uppercase);
        let mut crossed = false;

        while let Some(at) = scope {
            let here = &self.scopes[at as usize];
            if let ScopeKind::Class(class) = here.kind
                && (self.csharp() || self.ruby())
                && self.has_member(class, name)
            {
                return Found::Member(class);
            }
            if let Some(slot) = self.slot_in(at, name) {
                // a Ruby method does not see the locals around its definition; a Python method not those of its class
                let hidden = crossed
                    && match self.language {
                        Language::Ruby => !constant && !self.holds_method(slot),
                        Language::Python => matches!(here.kind, ScopeKind::Class(_)),
                        Language::CSharp => false,
                    };
                if !hidden {
                    return Found::Slot(slot);
                }
            }
            crossed |= here.kind == ScopeKind::Function;
            scope = here.parent;
        }
        match self.lookup_of_kin(name) {
            Some(class) if self.ruby() && !constant => Found::Member(class),
            _ => Found::Nothing,
        }
    }

    pub fn holds_method(&self, slot: u32) -> bool {
        self.slots[slot as usize]
            .alts
            .iter()
            .any(|alt| matches!(&alt.v, V::Closure(closure) if matches!(self.kind(closure.def), Some(Kind::Def(_)))))
    }

    /// The slot that an assignment to a bare name writes.
    pub fn assignable(&mut self, name: &SmolStr) -> Found {
        let mut scope = self.st.scope;
        loop {
            let here = &self.scopes[scope as usize];
            if let ScopeKind::Class(class) = here.kind
                && self.csharp()
                && self.has_member(class, name)
            {
                return Found::Member(class);
            }
            if let Some(slot) = self.slot_in(scope, name) {
                return Found::Slot(slot);
            }
            let outward = here.kind == ScopeKind::Block || self.csharp();
            match here.parent {
                Some(parent) if outward => scope = parent,
                _ => return Found::Nothing,
            }
        }
    }

    pub fn assign_name(&mut self, name: &SmolStr, lanes: Lanes, value: &Val) {
        match self.assignable(name) {
            Found::Slot(slot) => self.set_slot(slot, lanes, value),
            Found::Member(class) => self.write_class_field(class, name, lanes, value),
            Found::Nothing => {
                // what a Ruby block assigns first is its own
                let scope = if self.ruby() { self.st.scope } else { self.declaring() };
                if let ScopeKind::Class(class) = self.scopes[scope as usize].kind
                    && !self.ruby()
                {
                    self.write_class_field(class, name, lanes, value);
                    self.assigned_in_body(class, name);
                }
                let slot = self.declare(scope, name);
                self.set_slot(slot, lanes, value);
            }
        }
    }

    /// Writes a place of an assignment. Gives the lanes that fall through.
    pub fn assign(&mut self, place: NodeRef, lanes: Lanes, value: &Val) -> Lanes {
        let child = |node: NodeId| NodeRef { item: place.item, node };
        match self.kind(place) {
            Some(Kind::Name(name)) => {
                self.assign_name(name, lanes, value);
                lanes
            }
            Some(Kind::Let { name, .. }) => {
                let slot = self.declare(self.st.scope, name);
                self.set_slot(slot, lanes, value);
                lanes
            }
            Some(Kind::Field(name)) => {
                self.write_field_of_this(name, lanes, value);
                lanes
            }
            Some(Kind::Attr { recv, name, .. }) => {
                let (target, falls) = self.eval_quietly(child(*recv), lanes);
                self.note_configuration(place, &target, name, falls);
                self.write_attr(&target, child(*recv), name, falls, value, place);
                falls
            }
            Some(Kind::Index { recv, args, .. }) => {
                let (target, mut falls) = self.eval_quietly(child(*recv), lanes);
                let mut keys = Vec::new();
                for arg in args {
                    let (key, rest) = self.eval(child(*arg), falls);
                    falls = rest;
                    keys.push(key);
                }
                self.write_index(&target, child(*recv), &keys, falls, value, place);
                falls
            }
            Some(Kind::List(places)) => {
                let items = match value.single() {
                    Some(V::List(items)) if items.len() == places.len() => Some(items.clone()),
                    _ => None,
                };
                let items = match self.python() {
                    true => self.gathered(place, places, value, lanes),
                    false => items,
                };
                let mut falls = lanes;
                for (index, node) in places.iter().enumerate() {
                    let part = items
                        .as_ref()
                        .and_then(|items| items.get(index).cloned())
                        .unwrap_or_else(|| Val::data(falls).tainted(value.taint));
                    falls = self.assign(child(*node), falls, &part);
                }
                falls
            }
            Some(Kind::Splat(inner)) if matches!(value.single(), Some(V::List(_))) => {
                self.assign(child(*inner), lanes, value)
            }
            Some(Kind::Splat(inner)) => self.assign(child(*inner), lanes, &Val::data(lanes).tainted(value.taint)),
            Some(Kind::Typed(inner, _)) => self.assign(child(*inner), lanes, value),
            _ => self.eval(place, lanes).1,
        }
    }

    /// `Faker::Config.locale = …`: a setting of a library.
    fn note_configuration(&mut self, place: NodeRef, target: &Val, name: &SmolStr, lanes: Lanes) {
        for alt in target.groups(lanes) {
            if let V::Name(head) = &alt.v {
                let full = member_name(head, name);
                if let Some((_, family)) = self.symbol_of(&full) {
                    self.record(place, full, SymbolEffect::Config, family, alt.lanes);
                }
            }
        }
    }

    /// The present value of a place, for `||=` and the like.
    pub fn peek(&mut self, place: NodeRef, lanes: Lanes) -> Val {
        match self.kind(place) {
            Some(Kind::Name(name)) => match self.lookup(name) {
                Found::Slot(slot) => self.slots[slot as usize].only(lanes),
                Found::Member(_) if self.csharp() => self.read_name(place, name, lanes).0,
                _ => Val::nil(lanes),
            },
            Some(Kind::Field(name)) => self.peek_field_of_this(name, lanes),
            _ => self.eval_quietly(place, lanes).0,
        }
    }

    /// Evaluates without recording a reference to a library as a place of its own.
    pub fn eval_quietly(&mut self, at: NodeRef, lanes: Lanes) -> (Val, Lanes) {
        match self.kind(at) {
            Some(Kind::Name(name)) => self.name_value(at, name, lanes, true),
            Some(Kind::Attr { recv, name, safe }) => {
                self.attr_value(at, NodeRef { item: at.item, node: *recv }, name, *safe, lanes, true)
            }
            _ => self.eval(at, lanes),
        }
    }

    pub fn read_name(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> (Val, Lanes) {
        self.name_value(at, name, lanes, false)
    }

    fn name_value(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes, quiet: bool) -> (Val, Lanes) {
        match self.lookup(name) {
            Found::Slot(slot) => {
                let value = self.slots[slot as usize].only(lanes);
                if self.ruby() && self.is_call(slot, name, &value) {
                    return self.call_value(at, &value, &Args::default(), lanes);
                }
                let missing = lanes.without(value.lanes());
                let mut value = value;
                if !missing.is_empty() {
                    value.join(&Val::data(missing));
                }
                return (value, lanes);
            }
            Found::Member(class) => {
                let this = self.member_receiver(class, lanes);
                return self.read_member(at, &this, class, name, lanes);
            }
            Found::Nothing => {}
        }
        if let Some(class) = self.class_named(name) {
            return (Val::of(V::Class(class), lanes), lanes);
        }
        let known = self.global(name, lanes);
        if let Some(value) = known {
            return (value, lanes);
        }
        if self.ruby() && !name.starts_with(|c: char| c.is_uppercase()) {
            if self.symbol_of(name).is_none() {
                return self.call_unknown_function(at, name, &Args::default(), lanes);
            }
            return self.call_named(at, name, &Args::default(), lanes);
        }
        let qualified = self.qualify(name);
        if !quiet {
            self.reference(at, &qualified, lanes);
        }
        (Val::of(V::Name(qualified), lanes), lanes)
    }

    /// Ruby: whether a name calls the method it stands for; a local that holds a method object does not.
    fn is_call(&self, slot: u32, name: &SmolStr, value: &Val) -> bool {
        value.alts.iter().any(|alt| match &alt.v {
            V::Closure(closure) => match self.kind(closure.def) {
                Some(Kind::Def(def)) => def.name == *name || self.alias_slots.contains(&slot),
                _ => false,
            },
            _ => false,
        })
    }

    pub fn is_method(&self, v: &V) -> bool {
        matches!(v, V::Closure(closure) if matches!(self.kind(closure.def), Some(Kind::Def(_))))
    }

    /// A bare name that the language itself defines.
    fn global(&mut self, name: &str, lanes: Lanes) -> Option<Val> {
        match (self.language, name) {
            (Language::Python, "__debug__") => Some(Val::bool(true, lanes)),
            (Language::Python, "__name__" | "__file__") => Some(Val::data(lanes)),
            (Language::Ruby, "__FILE__" | "__dir__" | "__method__") => Some(Val::data(lanes)),
            (_, _) => self.accessor_value(name, lanes),
        }
    }

    /// The qualified form of a bare name that nothing in the file defines.
    pub fn qualify(&self, name: &SmolStr) -> SmolStr {
        if self.facts.own_names.contains(name) {
            return name.clone();
        }
        if self.csharp() && !self.catalog.has_symbol(self.language, name) {
            for using in self.usings.iter().rev() {
                let full = format!("{using}.{name}");
                if self.catalog.has_symbol(self.language, &full) || self.symbol_prefix(&full) {
                    return SmolStr::new(full);
                }
            }
            for using in self.static_usings.iter().rev() {
                let full = format!("{using}.{name}");
                if self.catalog.symbol(self.language, &full).is_some() {
                    return SmolStr::new(full);
                }
            }
        }
        name.clone()
    }

    fn symbol_prefix(&self, full: &str) -> bool {
        self.catalog.symbol(self.language, full).is_some()
    }

    /// The symbol of a qualified name, if it is the library's here and not the project's own.
    pub fn symbol_of(&self, qualified: &str) -> Option<(SymbolEffect, Family)> {
        let symbol = self.catalog.symbol(self.language, qualified)?;
        if symbol.library.is_empty() {
            return Some((symbol.effect, symbol.family));
        }
        let root = qualified.split('.').next().unwrap_or_default();
        if self.facts.own_names.contains(root) {
            return None;
        }
        if self.ruby() {
            let library = self.catalog.library(self.language, &symbol.library)?;
            let loaded = library.imports.iter().any(|path| self.required.contains(path))
                || match &self.facts.packages {
                    None => library.autoloaded,
                    Some(packages) => library.packages.iter().any(|package| packages.contains(package)),
                };
            if !loaded {
                return None;
            }
        }
        Some((symbol.effect, symbol.family))
    }

    /// A mention of a library's constant that is not part of a longer name.
    fn reference(&mut self, at: NodeRef, qualified: &SmolStr, lanes: Lanes) {
        if self.ruby()
            && let Some((_, family)) = self.symbol_of(qualified)
        {
            self.record(at, qualified.clone(), SymbolEffect::Config, family, lanes);
        }
    }

    /// Inside a factory class of factory_boy: what it declares is a definition, not a use; who calls the factory uses it.
    fn defines_factory(&self) -> bool {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope.filter(|_| self.python()) {
            if let ScopeKind::Class(class) = self.scopes[at as usize].kind {
                let declared = self.library_base(class).is_some_and(|base| base.starts_with("factory."));
                let by_name = |base: &Val| matches!(base.single(), Some(V::Name(name)) if name.ends_with("Factory"));
                return declared || self.classes[class as usize].bases.iter().any(by_name);
            }
            scope = self.scopes[at as usize].parent;
        }
        false
    }

    pub fn record(&mut self, at: NodeRef, symbol: SmolStr, effect: SymbolEffect, family: Family, lanes: Lanes) {
        if self.defines_factory() {
            return;
        }
        let record = Record {
            at,
            symbol,
            lanes,
            doubt: self.st.doubt & lanes,
            path: self.st.path.clone(),
            cuts: self.st.cuts.clone(),
            effect,
            family,
        };
        self.contexts[self.context].records.push(record);
    }

    pub fn read_attr(&mut self, at: NodeRef, recv: NodeRef, name: &SmolStr, safe: bool, lanes: Lanes) -> (Val, Lanes) {
        self.attr_value(at, recv, name, safe, lanes, false)
    }

    fn attr_value(
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
            V::Name(head) if head == super::python::THIS_MODULE => {
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
                if self.csharp() && is_host_member(name) {
                    Val::of(V::Host, lanes)
                } else if *cause == Cause::Data && looks_like_switch(name) {
                    Val::unknown(Cause::Opaque, lanes)
                } else {
                    Val::unknown(*cause, lanes)
                }
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
        (matches!(class, "Environments" | "EnvironmentName")
            && matches!(tail, "Development" | "Staging" | "Production"))
        .then(|| SmolStr::new(tail))
    }

    /// The value of an accessor of the catalogue.
    pub fn accessor_value(&mut self, full: &str, lanes: Lanes) -> Option<Val> {
        if let Some(closed) = self.facts.predicates.get(full) {
            let development = Lanes::DEVELOPMENT | Lanes::TEST;
            let value = Val::either(development, !development).only(lanes);
            return Some(if *closed { value } else { Val::either(!development, development).only(lanes) });
        }
        if let Some(slot) = self.slot_in(0, &setting_slot(full)) {
            return Some(self.slots[slot as usize].only(lanes));
        }
        let accessor = self.catalog.accessor(self.language, full)?;
        let mut value = match accessor.gives {
            Gives::Host => Val::of(V::Host, lanes),
            Gives::Name => spell(&accessor.lanes, lanes, Form::Inquirer, !accessor.framework),
            Gives::Symbol => spell(&accessor.lanes, lanes, Form::Symbol, !accessor.framework),
            Gives::Flag => flag(&accessor.lanes, lanes),
        };
        if self.ruby() && accessor.gives == Gives::Name {
            value.join(&self.written_names(lanes));
        }
        Some(value)
    }

    /// What the file itself wrote to the variables that Rails reads: whether before Rails read them is not known.
    fn written_names(&self, lanes: Lanes) -> Val {
        let mut out = Val::default();
        for name in ["RAILS_ENV", "RACK_ENV", ANY_VARIABLE] {
            let Some(slot) = self.slot_in(0, &variable_slot(name)) else { continue };
            for alt in self.slots[slot as usize].groups(lanes) {
                let v = match alt.v {
                    V::Str(text) => V::Inquirer(text),
                    V::Nil | V::Missing => continue,
                    V::AnyName { symbol, own, .. } => V::AnyName { inquirer: true, symbol, own },
                    _ => V::Unknown(Cause::Data),
                };
                out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
            }
        }
        out
    }

    /// Ruby: `Rails.env = …`, `Rails.configuration.x.fake = …`: the settings of one object that the whole process shares.
    pub fn write_setting(&mut self, head: &str, name: &str, lanes: Lanes, value: &Val) -> bool {
        let shared = head.starts_with("Rails.configuration")
            || head.starts_with("Rails.application.config")
            || head == "settings";
        let constant = head.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_uppercase()));
        if !self.ruby() || !(shared || constant) {
            return false;
        }
        let full = SmolStr::new(format!("{head}.{name}"));
        let place = setting_slot(&full);
        if self.slot_in(0, &place).is_none() {
            let before = self.accessor_value(&full, Lanes::ALL).unwrap_or_else(|| Val::of(V::Made(full), Lanes::ALL));
            let slot = self.declare(0, &place);
            self.slots[slot as usize] = before;
        }
        let slot = self.declare(0, &place);
        let mut value = value.only(lanes);
        if head == "Rails" && name == "env" {
            // Rails makes a text an inquirer
            for alt in &mut value.alts {
                if let V::Str(text) = &alt.v {
                    alt.v = V::Inquirer(text.clone());
                }
            }
        }
        self.set_slot(slot, lanes, &value);
        true
    }

    /// A member of .NET's environment object.
    fn host_member(&mut self, name: &str, lanes: Lanes) -> Val {
        match name {
            "EnvironmentName" | "Environment" => self.host_name(lanes),
            "HostingEnvironment" => Val::of(V::Host, lanes),
            _ => Val::data(lanes),
        }
    }

    pub fn host_name(&self, lanes: Lanes) -> Val {
        let spelt = |text: &'static str| vec![Some(SmolStr::new_static(text))];
        let all = Spelt {
            production: spelt("Production"),
            unset: spelt("Production"),
            staging: spelt("Staging"),
            odd: spelt("production"),
            development: spelt("Development"),
            test: spelt("Testing"),
        };
        self.with_renames(spell(&all, lanes, Form::Text, false), lanes)
    }

    /// What an environment variable holds. `None` for a name that is not known.
    pub fn environment_variable(&mut self, at: NodeRef, name: &Val, lanes: Lanes) -> Val {
        let mut out = Val::default();
        for alt in name.groups(lanes) {
            let part = match text_of_alt(&alt) {
                Some(text) => self.one_variable(at, &text, alt.lanes),
                None => {
                    let mut value = Val::of(V::Missing, alt.lanes);
                    value.join(&Val::unknown(Cause::Flag, alt.lanes));
                    value
                }
            };
            out.join(&part);
        }
        out
    }

    fn one_variable(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> Val {
        let file = 0;
        let mut written = Val::default();
        let mut maybe = false;
        if let Some(slot) = self.slot_in(file, &variable_slot(name)) {
            written = self.slots[slot as usize].only(lanes);
            maybe = self.lingering.contains_key(&slot);
        }
        if let Some(slot) = self.slot_in(file, &variable_slot(ANY_VARIABLE)) {
            written.join(&self.slots[slot as usize].only(lanes));
            maybe = true;
        }
        let open = if maybe { lanes } else { lanes.without(written.lanes()) };
        if open.is_empty() {
            return written;
        }
        let mut value = self.plain_variable(at, name, open);
        value.join(&written);
        value
    }

    /// Why a framework in use does not honour a variable.
    fn ignored(&self, name: &str) -> Option<SmolStr> {
        let version = |package: &str| self.facts.versions.get(package).copied();
        match (self.language, name) {
            (Language::Python, "FLASK_ENV") if version("flask").is_some_and(|flask| flask >= (2, 3)) => {
                Some(SmolStr::new_static("Flask stopped reading it in 2.3"))
            }
            (Language::Ruby, "RAILS_ENV")
                if version("rails").is_none() && self.required.iter().any(|path| path.starts_with("sinatra")) =>
            {
                Some(SmolStr::new_static("Sinatra reads APP_ENV and RACK_ENV"))
            }
            (Language::CSharp, "ASPNETCORE_ENVIRONMENT") if self.is_generic_host() => {
                Some(SmolStr::new_static("the generic host reads DOTNET_ENVIRONMENT alone"))
            }
            _ => None,
        }
    }

    /// A worker or console host, which knows nothing of ASP.NET's variables.
    fn is_generic_host(&self) -> bool {
        let mut generic = false;
        let nodes = self
            .program
            .items
            .iter()
            .filter_map(|item| item.code.as_ref())
            .flat_map(|code| code.nodes.iter().map(move |node| (code, node)));
        for (code, node) in nodes {
            let Kind::Attr { recv, name, .. } = &node.kind else { continue };
            let head = match code.nodes.get(recv.0 as usize).map(|node| &node.kind) {
                Some(Kind::Name(head) | Kind::Attr { name: head, .. }) => head.as_str(),
                _ => "",
            };
            match (head, name.as_str()) {
                ("WebApplication" | "WebHost", _) | (_, "ConfigureWebHostDefaults" | "ConfigureWebHost") => {
                    return false;
                }
                ("Host", "CreateDefaultBuilder" | "CreateApplicationBuilder") => generic = true,
                _ => {}
            }
        }
        generic
    }

    fn plain_variable(&mut self, at: NodeRef, name: &SmolStr, lanes: Lanes) -> Val {
        if let Some(why) = self.ignored(name) {
            self.emit(at, EventKind::IgnoredVariable { name: name.clone(), why });
        }
        if let Some(variable) = self.catalog.variable(self.language, name).cloned() {
            self.note_variable(at, &variable);
            let value = spell(&variable.lanes, lanes, Form::Text, !variable.framework);
            return if variable.framework || variable.flag { value } else { self.with_project_spelling(value) };
        }
        if let Some(known) = self.misspelt(name) {
            self.emit(at, EventKind::MisspeltVariable { name: name.clone(), known });
            return Val::of(V::Missing, lanes);
        }
        if is_selector_name(name) {
            self.emit(at, EventKind::HomeMadeVariable { name: name.clone() });
            let one = |text: &'static str| vec![Some(SmolStr::new_static(text))];
            let spelt = Spelt {
                production: one("production"),
                unset: vec![None],
                staging: one("staging"),
                odd: one("Production"),
                development: one("development"),
                test: one("test"),
            };
            return self.with_project_spelling(spell(&spelt, lanes, Form::Text, true));
        }
        if self.python() && is_debug_flag(name) {
            let one = |text: &'static str| vec![Some(SmolStr::new_static(text))];
            let spelt = Spelt {
                production: one("False"),
                unset: vec![None],
                staging: one("False"),
                odd: one("off"),
                development: one("True"),
                test: one("False"),
            };
            return spell(&spelt, lanes, Form::Text, true);
        }
        let mut value = Val::of(V::Missing, lanes);
        value.join(&Val::unknown(Cause::Flag, lanes));
        value
    }

    /// A variable of the project's own holds production as the project spells it: where this file writes it in another
    /// case, either may be meant.
    fn with_project_spelling(&mut self, mut value: Val) -> Val {
        if self.spellings.is_none() {
            let nodes = self.program.items.iter().filter_map(|item| item.code.as_ref()).flat_map(|code| &code.nodes);
            let mut found: Vec<SmolStr> = nodes
                .filter_map(|node| match &node.kind {
                    Kind::Lit(Lit::Str(text)) if text != "production" && text.eq_ignore_ascii_case("production") => {
                        Some(text.clone())
                    }
                    _ => None,
                })
                .collect();
            found.sort_unstable();
            found.dedup();
            self.spellings = Some(found);
        }
        if value.lanes().has(Lanes::PRODUCTION) {
            for text in self.spellings.iter().flatten() {
                value.add(Alt { lanes: Lanes::PRODUCTION, v: V::Str(text.clone()), doubt: false });
            }
        }
        value
    }

    fn note_variable(&mut self, at: NodeRef, variable: &Variable) {
        if variable.flag {
            return;
        }
        let kind = if variable.framework {
            EventKind::RawVariable { name: variable.name.clone() }
        } else {
            EventKind::HomeMadeVariable { name: variable.name.clone() }
        };
        self.emit(at, kind);
    }

    /// The known variable that a name nobody sets is a slip of: another case, or a letter or two away.
    fn misspelt(&self, name: &str) -> Option<SmolStr> {
        let slip = |known: &&Variable| {
            known.name.eq_ignore_ascii_case(name)
                || known.framework
                    && known.name.len() >= 7
                    && name.chars().all(|c| !c.is_lowercase())
                    && distance_at_most(&known.name, name, 1)
        };
        self.catalog.variable_names(self.language).filter(slip).map(|known| known.name.clone()).min()
    }

    /// A write to the process environment.
    pub fn set_variable(&mut self, name: &Val, lanes: Lanes, value: &Val) {
        match name.text().cloned() {
            Some(text) => {
                let place = variable_slot(&text);
                if self.slot_in(0, &place).is_none() {
                    // what it holds until then is known before any branch writes it; a write is no reading to tell of
                    let told = self.events.len();
                    let before = self.plain_variable(NodeRef { item: ItemId(0), node: NodeId(0) }, &text, Lanes::ALL);
                    self.events.truncate(told);
                    let slot = self.declare(0, &place);
                    self.slots[slot as usize] = before;
                }
                let slot = self.declare(0, &place);
                self.set_slot(slot, lanes, value);
            }
            None => self.forget_variables(lanes),
        }
    }

    /// Any variable of the process may hold anything.
    pub fn forget_variables(&mut self, lanes: Lanes) {
        let slot = self.declare(0, &variable_slot(ANY_VARIABLE));
        self.weaken_slot(slot, &Val::data(lanes));
    }

    /// A value of a declared type, where the type alone says something.
    pub fn typed(&self, ty: &str, lanes: Lanes) -> Option<Val> {
        let bare = ty.split('<').next().unwrap_or(ty).trim_end_matches('?');
        let last = bare.rsplit('.').next().unwrap_or(bare);
        if self.catalog.accessor(self.language, last).is_some_and(|accessor| accessor.gives == Gives::Host) {
            return Some(Val::of(V::Host, lanes));
        }
        if let Some(class) = self.class_named(last) {
            // a value of an enumeration is no object of it
            return (self.classes[class as usize].form != ClassForm::Enum).then(|| Val::of(V::Instance(class), lanes));
        }
        let qualified = self.resolve_type(bare);
        self.symbol_of(&qualified).map(|_| Val::of(V::Made(qualified), lanes))
    }

    /// The qualified name of a type as written, through imports and usings.
    pub fn resolve_type(&self, bare: &str) -> SmolStr {
        let (head, tail) = bare.split_once('.').map_or((bare, None), |(head, tail)| (head, Some(tail)));
        let head = match self.lookup(head) {
            Found::Slot(slot) => match self.slots[slot as usize].single() {
                Some(V::Name(full)) => full.clone(),
                _ => SmolStr::new(head),
            },
            _ => self.qualify(&SmolStr::new(head)),
        };
        match tail {
            Some(tail) => SmolStr::new(format!("{head}.{tail}")),
            None => head,
        }
    }

    pub fn import(&mut self, at: NodeRef, import: &Import, lanes: Lanes) {
        match import {
            Import::Module { path, alias: Some(alias) } => {
                let value = Val::of(V::Name(path.clone()), lanes);
                self.bind_import(alias, lanes, &value);
            }
            Import::Module { path, alias: None } => {
                let head = SmolStr::new(path.split('.').next().unwrap_or(path));
                let value = Val::of(V::Name(head.clone()), lanes);
                self.bind_import(&head, lanes, &value);
            }
            Import::From { path, names } => {
                for (name, alias) in names {
                    let full = self.imported(path, name);
                    let value = match self.accessor_value(&full, lanes) {
                        Some(value) => value,
                        None => Val::of(V::Name(full), lanes),
                    };
                    self.bind_import(alias.as_ref().unwrap_or(name), lanes, &value);
                }
            }
            Import::Star { path, is_static, .. } => {
                let list = if *is_static { &mut self.static_usings } else { &mut self.usings };
                // of namespaces without a name in the catalogue there is nothing to find
                if self.catalog.is_namespace(self.language, path) {
                    list.push(path.clone());
                }
                if self.python() {
                    for symbol in self.catalog.names_under(self.language, path) {
                        let tail = SmolStr::new(symbol.rsplit('.').next().unwrap_or_default());
                        let value = Val::of(V::Name(symbol), lanes);
                        self.bind_import(&tail, lanes, &value);
                    }
                }
            }
            Import::Require { how, path } => {
                let Some(path) = path else { return };
                if how != "require" {
                    return;
                }
                self.required.insert(path.clone());
                let library = self
                    .catalog
                    .libraries
                    .iter()
                    .find(|library| library.language == self.language && library.imports.contains(path));
                if let Some(library) = library {
                    let family = library.family;
                    self.record(at, path.clone(), SymbolEffect::Config, family, lanes);
                }
            }
        }
    }

    fn bind_import(&mut self, name: &SmolStr, lanes: Lanes, value: &Val) {
        let scope = self.declaring();
        let slot = self.declare(scope, name);
        self.set_slot(slot, lanes, value);
    }

    /// The qualified name of `from path import name`. A factory class of the project stands for the library's base class:
    /// by convention only factory classes live in a module of that name.
    fn imported(&self, path: &str, name: &str) -> SmolStr {
        let of_factories = |part: &str| {
            matches!(part, "factory" | "factories") || part.ends_with("_factory") || part.ends_with("_factories")
        };
        let factories = path.split('.').any(of_factories);
        if factories
            && name.len() > "Factory".len()
            && name.ends_with("Factory")
            && self.catalog.symbol(self.language, &format!("{path}.{name}")).is_none()
        {
            return SmolStr::new_static("factory.Factory");
        }
        SmolStr::new(format!("{path}.{name}"))
    }

    /// A preprocessor symbol: DEBUG in development, TRACE always, RELEASE elsewhere, unless the file says otherwise.
    pub fn symbol(&self, name: &str, lanes: Lanes) -> Val {
        if let Some((_, defined)) = self.program.symbols.iter().rev().find(|(known, _)| known == name) {
            return Val::bool(*defined, lanes);
        }
        let yes = match name {
            "DEBUG" => Lanes::DEVELOPMENT,
            "RELEASE" => !Lanes::DEVELOPMENT,
            "TRACE" => Lanes::ALL,
            _ if name.starts_with("NET") => return Val::data(lanes),
            _ => Lanes::NONE,
        };
        Val::either(yes, !yes).only(lanes)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Text,
    Inquirer,
    Symbol,
}

/// A value spelt out lane by lane.
fn spell(all: &Spelt, lanes: Lanes, form: Form, own: bool) -> Val {
    let mut value = Val::default();
    for (lane, spellings) in [
        (Lanes::PRODUCTION, &all.production),
        (Lanes::UNSET, &all.unset),
        (Lanes::STAGING, &all.staging),
        (Lanes::ODD, &all.odd),
        (Lanes::DEVELOPMENT, &all.development),
        (Lanes::TEST, &all.test),
    ] {
        if !lanes.has(lane) {
            continue;
        }
        if spellings.is_empty() {
            value.join(&Val::of(V::Missing, lane));
            value.join(&Val::unknown(Cause::Flag, lane));
        }
        for spelling in spellings {
            let v = match (spelling, form) {
                (None, _) => V::Missing,
                (Some(text), Form::Text) => V::Str(text.clone()),
                (Some(text), Form::Inquirer) => V::Inquirer(text.clone()),
                (Some(text), Form::Symbol) => V::Symbol(text.clone()),
            };
            value.add(Alt { lanes: lane, v, doubt: false });
        }
    }
    if lanes.has(Lanes::ANY) {
        value.join(&Val::of(
            V::AnyName { own, inquirer: form == Form::Inquirer, symbol: form == Form::Symbol },
            Lanes::ANY,
        ));
    }
    value
}

/// A bool, true where the accessor's lanes say "true".
fn flag(all: &Spelt, lanes: Lanes) -> Val {
    let mut value = Val::default();
    let mut any = false;
    for (lane, spellings) in [
        (Lanes::PRODUCTION, &all.production),
        (Lanes::UNSET, &all.unset),
        (Lanes::STAGING, &all.staging),
        (Lanes::ODD, &all.odd),
        (Lanes::DEVELOPMENT, &all.development),
        (Lanes::TEST, &all.test),
    ] {
        for spelling in spellings {
            let truth = spelling.as_deref() == Some("true");
            any |= truth && lane.has(Lanes::DEVELOPMENT | Lanes::TEST);
            value.join(&Val::bool(truth, lane & lanes));
        }
        if spellings.is_empty() {
            value.join(&Val::data(lane & lanes));
        }
    }
    // a flag that can be true somewhere may be so in an environment nobody knows
    value.join(&if any {
        Val::data(Lanes::ANY & lanes)
    } else {
        Val::bool(value.alts.iter().any(|alt| matches!(alt.v, V::Bool(true))), Lanes::ANY & lanes)
    });
    value
}

fn text_of_alt(alt: &Alt) -> Option<SmolStr> {
    match &alt.v {
        V::Str(text) | V::Symbol(text) => Some(text.clone()),
        _ => None,
    }
}

/// Properties of builders, hosts and contexts that hold .NET's environment object.
fn is_host_member(name: &str) -> bool {
    matches!(name, "Environment" | "HostingEnvironment" | "HostEnvironment" | "WebHostEnvironment")
}

/// `DEPLOY_ENV`, `STAGE`: a variable that names an environment by convention.
pub fn is_selector_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper == name
        && (upper.ends_with("_ENV")
            || upper.ends_with("ENVIRONMENT")
            || matches!(name, "ENV" | "STAGE" | "APP_STAGE" | "DEPLOY_STAGE"))
}

fn is_debug_flag(name: &str) -> bool {
    name == "DEBUG" || name.ends_with("_DEBUG") || name.starts_with("DEBUG_") || name.ends_with("_DEBUG_MODE")
}

/// Whether an unknown predicate or setting could be a test of the environment or of a switch.
pub fn looks_like_switch(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "env",
        "environment",
        "prod",
        "production",
        "dev",
        "development",
        "staging",
        "local",
        "localhost",
        "debug",
        "demo",
        "sandbox",
        "test",
        "testing",
        "seed",
        "seeding",
        "enabled",
        "enable",
        "disabled",
        "feature",
        "flag",
        "flags",
        "allow",
        "allowed",
        "allows",
        "config",
        "configuration",
        "setting",
        "settings",
        "mode",
        "safe",
        "deployed",
        "deployment",
        "docker",
        "plantable",
        "ci",
        "live",
        "fake",
        "mock",
        "review",
        "switch",
        "toggle",
    ];
    words(name).any(|word| PARTS.contains(&word.as_str()))
}

/// The lower-case words of a snake or camel case name.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        let mut previous: Option<char> = None;
        for (at, c) in rest.char_indices() {
            let next_lower = rest[at + c.len_utf8()..].chars().next().is_some_and(char::is_lowercase);
            let boundary = !c.is_alphanumeric()
                || previous.is_some_and(|before| {
                    c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_lower))
                });
            if at > 0 && boundary {
                end = at;
                break;
            }
            previous = Some(c);
        }
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word.to_lowercase())
    })
}

/// Damerau–Levenshtein distance, at most `limit`. Names are short: the full table is cheap.
pub fn distance_at_most(a: &str, b: &str, limit: usize) -> bool {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    if a.len().abs_diff(b.len()) > limit {
        return false;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()] <= limit
}

/// Longer names than this belong to nothing: their tail is left out.
const MAX_NAME: usize = 160;

/// The name of a member.
pub fn member_name(head: &SmolStr, name: &str) -> SmolStr {
    if head.len() > MAX_NAME {
        return head.clone();
    }
    SmolStr::new(format!("{head}.{name}"))
}
