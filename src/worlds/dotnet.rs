//! Static members of .NET that decide conditions.

use smol_str::SmolStr;

use super::eval::text_of;
use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

impl<'p> Machine<'p> {
    /// The lanes in which ASP.NET runs a method by the names of its class and itself: `StartupDevelopment`,
    /// `ConfigureDevelopmentServices`.
    pub fn by_convention(&self, class: u32, def: NodeRef) -> Lanes {
        let of = |environment: &str| match environment.to_ascii_lowercase().as_str() {
            "development" => Lanes::DEVELOPMENT,
            "staging" => Lanes::STAGING,
            _ => Lanes::ALL,
        };
        let name = |name: &SmolStr| name.rsplit('.').next().unwrap_or(name).to_owned();
        let Some(of_class) = self.classes.get(class as usize).filter(|_| self.csharp()).map(|class| name(&class.name))
        else {
            return Lanes::ALL;
        };
        let Some(suffix) = of_class.strip_prefix("Startup") else { return Lanes::ALL };
        let method = self.def(def).and_then(|def| def.name.strip_prefix("Configure")).unwrap_or_default();
        let method = method.strip_suffix("Services").or_else(|| method.strip_suffix("Container")).unwrap_or(method);
        of(suffix) & of(method)
    }

    /// A static call of the class library, by the last two parts of its name.
    pub fn csharp_static(
        &mut self,
        at: NodeRef,
        name: &str,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> Option<(Val, Lanes)> {
        let mut parts = name.rsplit('.');
        let (method, class) = (parts.next()?, parts.next().unwrap_or_default());
        let first = args.get(0);
        match (class, method) {
            ("Environment", "GetEnvironmentVariable") => Some((self.environment_variable(at, first?, lanes), lanes)),
            ("Environment", "SetEnvironmentVariable") => {
                let value = args.get(1).cloned().unwrap_or_else(|| Val::nil(lanes));
                self.set_variable(first?, lanes, &value);
                Some((Val::nil(lanes), lanes))
            }
            ("Environment", "Exit" | "FailFast") => {
                self.leave(Target::Raise, lanes, Val::data(lanes), Some(SmolStr::new_static("!exit")), at);
                Some((Val::default(), Lanes::NONE))
            }
            ("string" | "String", "Equals") => {
                let ignore_case = args.get(2).is_some_and(|value| matches!(value.single(), Some(V::IgnoreCase)));
                let outcome = self.equal(at, first?, args.get(1)?, lanes, ignore_case);
                let mut value = Val::either(outcome.yes, outcome.no);
                value.deps = first?.deps.clone();
                Some((self.with_doubt(value, &outcome), lanes))
            }
            ("string" | "String", "IsNullOrEmpty" | "IsNullOrWhiteSpace") => {
                let value = first?;
                let mut out = Val { deps: value.deps.clone(), ..Val::default() };
                for alt in value.groups(lanes) {
                    let v = match &alt.v {
                        V::Nil | V::Missing => V::Bool(true),
                        V::Unknown(cause) => V::Unknown(*cause),
                        v => match text_of(v) {
                            Some(text) => V::Bool(text.trim().is_empty()),
                            None if matches!(v, V::AnyName { .. }) => V::Bool(false),
                            None => V::Unknown(Cause::Data),
                        },
                    };
                    out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
                }
                Some((out, lanes))
            }
            ("Convert", "ToBoolean") | ("bool" | "Boolean", "Parse") => {
                let mut out = Val { deps: first?.deps.clone(), ..Val::default() };
                let mut raised = Lanes::NONE;
                for alt in first?.groups(lanes) {
                    let v = match &alt.v {
                        V::Nil | V::Missing if class == "Convert" => V::Bool(false),
                        V::Nil | V::Missing => {
                            raised |= alt.lanes;
                            continue;
                        }
                        V::Bool(value) => V::Bool(*value),
                        V::Unknown(cause) => V::Unknown(*cause),
                        v => match text_of(v).map(|text| text.trim().to_lowercase()) {
                            Some(text) if text == "true" => V::Bool(true),
                            Some(text) if text == "false" => V::Bool(false),
                            Some(_) => {
                                raised |= alt.lanes;
                                continue;
                            }
                            None => V::Unknown(Cause::Data),
                        },
                    };
                    out.add(Alt { lanes: alt.lanes, v, doubt: alt.doubt });
                }
                let falls = out.lanes();
                let cuts = self.st.cuts.clone();
                self.leave(Target::Raise, raised, Val::data(lanes), Some(SmolStr::new_static("FormatException")), at);
                for lane in falls.indices() {
                    self.st.cuts[lane] = cuts[lane].clone();
                }
                Some((out, falls))
            }
            ("bool" | "Boolean", "TryParse") => {
                let mut parsed = Val { deps: first?.deps.clone(), ..Val::default() };
                let mut result = parsed.clone();
                for alt in first?.groups(lanes) {
                    let (ok, value) = match &alt.v {
                        V::Nil | V::Missing => (V::Bool(false), V::Bool(false)),
                        V::Unknown(cause) => (V::Unknown(*cause), V::Unknown(*cause)),
                        v => match text_of(v).map(|text| text.trim().to_lowercase()) {
                            Some(text) if text == "true" => (V::Bool(true), V::Bool(true)),
                            Some(text) if text == "false" => (V::Bool(true), V::Bool(false)),
                            Some(_) => (V::Bool(false), V::Bool(false)),
                            None => (V::Unknown(Cause::Data), V::Unknown(Cause::Data)),
                        },
                    };
                    result.add(Alt { lanes: alt.lanes, v: ok, doubt: alt.doubt });
                    parsed.add(Alt { lanes: alt.lanes, v: value, doubt: alt.doubt });
                }
                self.write_out(args, lanes, &parsed);
                Some((result, lanes))
            }
            ("Enum", "TryParse" | "Parse") => self.parse_enum(at, method, args, lanes, call),
            (_, "Equals") if name.contains("StringComparer.") && args.positional.len() == 2 => {
                let ignore_case = class.ends_with("IgnoreCase");
                let outcome = self.equal(at, first?, args.get(1)?, lanes, ignore_case);
                let mut value = Val::either(outcome.yes, outcome.no);
                value.deps = first?.deps.clone();
                Some((self.with_doubt(value, &outcome), lanes))
            }
            ("", "Equals") if args.positional.len() == 2 => {
                let outcome = self.equal(at, first?, args.get(1)?, lanes, false);
                Some((Val::either(outcome.yes, outcome.no), lanes))
            }
            ("object" | "Object", "Equals" | "ReferenceEquals") => {
                let outcome = self.equal(at, first?, args.get(1)?, lanes, false);
                Some((Val::either(outcome.yes, outcome.no), lanes))
            }
            ("Task" | "ValueTask", "FromResult") => Some((first?.clone(), lanes)),
            ("Console", _) => {
                self.escape_args(args, lanes);
                Some((Val::data(lanes), lanes))
            }
            (
                "HashSet" | "List" | "Dictionary" | "SortedSet" | "Array" | "ImmutableHashSet" | "ImmutableArray",
                "Create" | "Of",
            ) => Some((Val::of(V::List(std::rc::Rc::new(args.positional.clone())), lanes), lanes)),
            // a collection made from another one
            ("", "HashSet" | "List" | "SortedSet") if call.construct => match first.and_then(|value| value.single()) {
                Some(V::List(items)) => {
                    let mut items = items.to_vec();
                    if args.all().any(|value| matches!(value.single(), Some(V::IgnoreCase))) {
                        items.insert(0, Val::of(V::IgnoreCase, lanes));
                    }
                    Some((Val::of(V::List(std::rc::Rc::new(items)), lanes), lanes))
                }
                _ => Some((Val::of(V::List(std::rc::Rc::new(Vec::new())), lanes), lanes)),
            },
            ("", "Dictionary") if call.construct => Some((Val::of(V::Map(std::rc::Rc::new(Vec::new())), lanes), lanes)),
            _ => None,
        }
    }

    /// Finds who writes members of other objects and classes.
    pub fn find_member_writers(&mut self) {
        if !self.csharp() {
            return;
        }
        let mut defs: Vec<NodeRef> = self.homes.keys().copied().collect();
        defs.sort_unstable();
        for def in defs {
            let Some(code) = self.program.code(def.item) else {
                continue;
            };
            let Some(span) = code.nodes.get(def.node.0 as usize).map(|node| node.span) else {
                continue;
            };
            for node in &code.nodes {
                if node.span.start < span.start || node.span.end > span.end {
                    continue;
                }
                if let Kind::Set { place, .. } | Kind::Out(place) = &node.kind
                    && let Some(Kind::Attr { name, .. }) = code.nodes.get(place.0 as usize).map(|node| &node.kind)
                {
                    let writers = self.member_writers.entry(name.clone()).or_default();
                    if writers.last() != Some(&def) {
                        writers.push(def);
                    }
                }
            }
        }
    }

    /// Finds the writes to the environment's name, before anything runs: `env.EnvironmentName = x`,
    /// `new Options { EnvironmentName = x }`, `UseEnvironment(x)`.
    pub fn find_renames(&mut self) {
        if !self.csharp() {
            return;
        }
        let mut found = Vec::new();
        for (index, item) in self.program.items.iter().enumerate() {
            let Some(code) = &item.code else { continue };
            let id = ItemId(index as u32);
            let at = |node: NodeId| NodeRef { item: id, node };
            for node in &code.nodes {
                if let Kind::Set { place, .. } | Kind::Out(place) = &node.kind
                    && let Some(Kind::Name(name) | Kind::Attr { name, .. }) = self.kind(at(*place))
                {
                    self.assigned_names.insert(name.clone());
                }
                let value = match &node.kind {
                    Kind::Set { place, value, .. } => match self.kind(at(*place)) {
                        Some(Kind::Attr { name, .. }) if name == "EnvironmentName" => *value,
                        _ => continue,
                    },
                    Kind::Call(call) => match (self.kind(at(call.callee)), call.args.first()) {
                        (Some(Kind::Attr { name, .. }), Some(first)) if name == "UseEnvironment" => *first,
                        // what the host reads when it is built
                        (Some(Kind::Attr { name, .. }), Some(first))
                            if name == "SetEnvironmentVariable" && self.may_name_host_variable(at(*first)) =>
                        {
                            call.args.get(1).copied().unwrap_or(*first)
                        }
                        _ => continue,
                    },
                    _ => continue,
                };
                let name = match self.kind(at(value)) {
                    Some(Kind::Lit(Lit::Str(text))) => Some(text.clone()),
                    Some(Kind::Attr { recv, name, .. })
                        if matches!(name.as_str(), "Development" | "Staging" | "Production")
                            && matches!(self.kind(at(*recv)), Some(Kind::Name(class)) if class == "Environments") =>
                    {
                        Some(name.clone())
                    }
                    _ => None,
                };
                found.push(name);
            }
        }
        self.renamed = found;
    }

    /// Whether a name may be that of a variable the host reads. What copies a whole configuration into the environment,
    /// key by key, says nothing of it.
    fn may_name_host_variable(&self, at: NodeRef) -> bool {
        match self.kind(at) {
            Some(Kind::Lit(Lit::Str(name))) => is_host_variable(name),
            Some(Kind::Name(name) | Kind::Attr { name, .. }) => !name.eq_ignore_ascii_case("key"),
            Some(Kind::Call(_) | Kind::Index { .. }) => false,
            _ => true,
        }
    }

    /// The name of the host's environment with what the file may have made of it.
    pub fn with_renames(&self, plain: Val, lanes: Lanes) -> Val {
        if self.renamed.is_empty() {
            return plain;
        }
        let mut value = plain;
        for renamed in &self.renamed {
            value.join(&match renamed {
                Some(name) => Val::of(V::Str(name.clone()), lanes),
                None => Val::data(lanes),
            });
        }
        value
    }

    fn with_doubt(&self, mut value: Val, outcome: &Outcome) -> Val {
        for alt in &mut value.alts {
            let sure = if matches!(alt.v, V::Bool(true)) { outcome.yes_sure } else { outcome.no_sure };
            alt.doubt |= !sure.covers(alt.lanes);
        }
        value
    }

    /// Writes the `out` arguments of a call.
    fn write_out(&mut self, args: &Args, lanes: Lanes, value: &Val) {
        for node in &args.nodes {
            if let Some(Kind::Out(place)) = self.kind(*node) {
                let place = NodeRef { item: node.item, node: *place };
                self.assign(place, lanes, value);
            }
        }
    }

    /// `Enum.TryParse<T>(text, ignoreCase, out value)`: a failed parse leaves the zero member.
    fn parse_enum(
        &mut self,
        at: NodeRef,
        method: &str,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> Option<(Val, Lanes)> {
        let class = call.type_args.first().and_then(|ty| self.class_named(ty.rsplit('.').next().unwrap_or(ty)))?;
        let Some(Kind::Class(node)) = self.kind(self.classes[class as usize].node) else {
            return None;
        };
        let members = self.enum_members(self.classes[class as usize].node.item, node);
        let ignore_case = args
            .positional
            .iter()
            .chain(args.named("ignoreCase"))
            .any(|value| matches!(value.single(), Some(V::Bool(true))));
        let text = args.get(0)?;
        let mut result = Val { deps: text.deps.clone(), ..Val::default() };
        let mut parsed = result.clone();
        let mut raised = Lanes::NONE;
        for alt in text.groups(lanes) {
            let found =
                match &alt.v {
                    V::Unknown(cause) => {
                        result.add(Alt { v: V::Unknown(*cause), ..alt.clone() });
                        parsed.add(Alt { v: V::Unknown(*cause), ..alt.clone() });
                        continue;
                    }
                    v => text_of(v)
                        .and_then(|text| {
                            members.iter().find(|(name, _)| {
                                if ignore_case { name.eq_ignore_ascii_case(text) } else { name == text }
                            })
                        })
                        .map(|(_, value)| *value),
                };
            if found.is_none() && method == "Parse" {
                raised |= alt.lanes;
                continue;
            }
            result.add(Alt { v: V::Bool(found.is_some()), ..alt.clone() });
            parsed.add(Alt { v: V::Int(found.unwrap_or(0)), ..alt });
        }
        if method == "Parse" {
            let falls = parsed.lanes();
            self.leave(Target::Raise, raised, Val::data(lanes), Some(SmolStr::new_static("ArgumentException")), at);
            return Some((parsed, falls));
        }
        self.write_out(args, lanes, &parsed);
        Some((result, lanes))
    }

    fn enum_members(&self, item: ItemId, class: &'p Class) -> Vec<(SmolStr, i64)> {
        let mut members = Vec::new();
        let mut todo = vec![NodeRef { item, node: class.body }];
        while let Some(at) = todo.pop() {
            match self.kind(at) {
                Some(Kind::Seq(all)) => {
                    todo.extend(all.iter().rev().map(|node| NodeRef { item: at.item, node: *node }))
                }
                Some(Kind::Item(id)) => {
                    if let Some(code) = self.program.code(*id) {
                        todo.push(NodeRef { item: *id, node: code.root });
                    }
                }
                Some(Kind::Let { name, value, .. }) => {
                    let value = value.and_then(|node| match self.kind(NodeRef { item: at.item, node }) {
                        Some(Kind::Lit(Lit::Int(value))) => Some(*value),
                        _ => None,
                    });
                    members.push((name.clone(), value.unwrap_or(members.len() as i64)));
                }
                _ => {}
            }
        }
        members
    }
}

/// Variables that name the environment of a host.
fn is_host_variable(name: &str) -> bool {
    matches!(name, "ASPNETCORE_ENVIRONMENT" | "DOTNET_ENVIRONMENT" | "AZURE_FUNCTIONS_ENVIRONMENT")
}
