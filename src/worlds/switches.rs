//! Switches of the catalogue: debug modes, error pages and breakpoints, where they are on.

use std::ops::Range;

use smol_str::SmolStr;

use crate::catalog::{Effect, Family, How, Switch, SwitchId, Weight};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// What is called, as far as it is known.
#[derive(Clone, Copy)]
pub enum Called<'a> {
    /// By a complete name.
    Named(&'a str),
    /// A method of something that is not known.
    Method(&'a str),
    /// Without saying on what.
    Function(&'a str),
}

impl Called<'_> {
    fn word(&self) -> &str {
        match self {
            Called::Named(name) => name.rsplit('.').next().unwrap_or(name),
            Called::Method(name) | Called::Function(name) => name,
        }
    }
}

impl<'p> Machine<'p> {
    /// Notes the switches that a call turns on.
    pub fn switch_called(&mut self, at: NodeRef, called: Called<'_>, args: &Args, lanes: Lanes) {
        let catalog = self.catalog;
        let ids = catalog.switches(self.language, called.word());
        if ids.is_empty() {
            return;
        }
        let Some(Kind::Call(call)) = self.kind(at) else {
            // a method of Ruby without arguments is written like a name
            if self.ruby() && matches!(self.kind(at), Some(Kind::Name(_) | Kind::Attr { .. })) {
                self.switches_called(at, ids, called, None, args, lanes);
            }
            return;
        };
        self.switches_called(at, ids, called, Some(call), args, lanes);
    }

    fn switches_called(
        &mut self,
        at: NodeRef,
        ids: &[SwitchId],
        called: Called<'_>,
        call: Option<&'p Call>,
        args: &Args,
        lanes: Lanes,
    ) {
        let callee = call.map_or(at, |call| NodeRef { item: at.item, node: call.callee });
        let receiver = match self.kind(callee) {
            Some(Kind::Attr { recv, .. }) => Some(NodeRef { item: at.item, node: *recv }),
            _ => None,
        };
        for id in ids {
            let Some(switch) = self.catalog.switch(*id).filter(|switch| switch.how == How::Call) else { continue };
            let by_name = matches!(called, Called::Named(name) if switch.names.iter().any(|known| known == name));
            let by_word = receiver.is_some()
                && switch.words.iter().any(|word| word == called.word())
                && switch.counts_on(receiver.and_then(|receiver| self.last_name(receiver)).as_deref())
                && switch.counts_in(self.facts.packages.as_deref());
            let by_function = receiver.is_none() && switch.functions.iter().any(|word| word == called.word());
            if !(by_name || by_word || by_function) || !is_first(switch, args) {
                continue;
            }
            if switch.arguments.is_empty() {
                self.turn_on(*id, at, &Val::bool(true, lanes), lanes);
                continue;
            }
            let mut given = false;
            for argument in &switch.arguments {
                let Some((value, node)) = self.argument(switch, argument, at, call, args) else { continue };
                given = true;
                self.turn_on(*id, node, &value, lanes);
            }
            if !given && switch.unless_given && !args.open {
                self.turn_on(*id, at, &Val::bool(true, lanes), lanes);
            }
        }
    }

    /// The value of an argument, and where it is written.
    fn argument(
        &self,
        switch: &Switch,
        name: &SmolStr,
        at: NodeRef,
        call: Option<&Call>,
        args: &Args,
    ) -> Option<(Val, NodeRef)> {
        if let Some(value) = args.named(name) {
            let mut nodes =
                call.into_iter().flat_map(|call| &call.args).map(|node| NodeRef { item: at.item, node: *node });
            let written = nodes.find(|node| matches!(self.kind(*node), Some(Kind::Keyword(known, _)) if known == name));
            return Some((value.clone(), written.unwrap_or(at)));
        }
        if let Some(position) = switch.position.filter(|position| *position < args.positional.len()) {
            return Some((args.get(position)?.clone(), *args.nodes.get(position)?));
        }
        // `config.update({"DEBUG": True})`
        let entries = args.positional.iter().zip(&args.nodes).find_map(|(value, node)| match value.single() {
            Some(V::Map(pairs)) => Some((pairs, node)),
            _ => None,
        });
        let (pairs, node) = entries?;
        let (_, value) = pairs.iter().find(|(key, _)| key.text() == Some(name))?;
        Some((value.clone(), *node))
    }

    /// Notes the switches that an assignment turns on. `at` is all of it.
    pub fn switch_assigned(&mut self, at: NodeRef, place: NodeRef, value: &Val, lanes: Lanes) {
        let child = |node: NodeId| NodeRef { item: place.item, node };
        match self.kind(place) {
            Some(Kind::Name(name)) => {
                let catalog = self.catalog;
                for id in catalog.switches(self.language, name) {
                    if self.is_of_settings() && catalog.switch(*id).is_some_and(|switch| switch.how == How::Setting) {
                        self.set_again(*id, lanes);
                        self.turn_on(*id, at, value, lanes);
                    }
                }
            }
            Some(Kind::Attr { recv, name, .. }) => {
                let word = name.strip_suffix('=').unwrap_or(name);
                self.member_assigned(at, child(*recv), How::Attribute, word, value, lanes);
            }
            Some(Kind::Index { recv, args, .. }) => {
                let Some(Kind::Lit(Lit::Str(key))) = args.first().and_then(|key| self.kind(child(*key))) else {
                    return;
                };
                self.member_assigned(at, child(*recv), How::Key, key, value, lanes);
            }
            _ => {}
        }
    }

    /// Notes the switches that a member of something is.
    pub fn member_assigned(&mut self, at: NodeRef, recv: NodeRef, how: How, word: &str, value: &Val, lanes: Lanes) {
        let catalog = self.catalog;
        for id in catalog.switches(self.language, word) {
            let Some(switch) = catalog.switch(*id).filter(|switch| switch.how == how) else { continue };
            let by_word = switch.words.iter().any(|known| known == word)
                && switch.counts_on(self.last_name(recv).as_deref())
                && switch.counts_in(self.facts.packages.as_deref());
            if by_word || self.is_named_member(switch, recv, word, lanes) {
                self.turn_on(*id, at, value, lanes);
            }
        }
    }

    fn is_named_member(&mut self, switch: &Switch, recv: NodeRef, word: &str, lanes: Lanes) -> bool {
        if switch.names.is_empty() || !matches!(self.kind(recv), Some(Kind::Name(_) | Kind::Attr { .. })) {
            return false;
        }
        let (target, _) = self.eval_quietly(recv, lanes);
        target.alts.iter().any(|alt| match &alt.v {
            V::Name(head) | V::Made(head) => switch
                .names
                .iter()
                .any(|name| name.strip_suffix(word).is_some_and(|of| of.strip_suffix('.') == Some(head))),
            _ => false,
        })
    }

    /// Ruby: `require "byebug"`.
    pub fn switch_required(&mut self, at: NodeRef, path: &str, lanes: Lanes) {
        let catalog = self.catalog;
        for id in catalog.switches(self.language, path) {
            let is_one = |switch: &Switch| switch.how == How::Require && switch.words.iter().any(|word| word == path);
            if catalog.switch(*id).is_some_and(is_one) {
                self.turn_on(*id, at, &Val::bool(true, lanes), lanes);
            }
        }
    }

    /// Notes methods that a framework asks, by what they answer.
    pub fn switches_answered(&mut self, homes: &[NodeRef]) {
        let catalog = self.catalog;
        for def in homes {
            let Some(node) = self.def(*def) else { continue };
            for id in catalog.switches(self.language, &node.name) {
                if catalog.switch(*id).is_none_or(|switch| switch.how != How::Returns) {
                    continue;
                }
                let Some(context) = self.contexts.iter().position(|context| context.def == Some(*def)) else {
                    continue;
                };
                let body = NodeRef { item: def.item, node: node.body };
                let Some(effect) = self.summary(*def) else { continue };
                let value = effect.value.clone();
                self.context = context;
                self.turn_on(*id, body, &value, Lanes::ALL);
            }
        }
    }

    /// The last name of an expression: `app` of `self.app`, `create_app` of `create_app()`.
    fn last_name(&self, at: NodeRef) -> Option<SmolStr> {
        match self.kind(at)? {
            Kind::Name(name) | Kind::Field(name) | Kind::Attr { name, .. } => Some(name.clone()),
            Kind::Call(call) => match self.kind(NodeRef { item: at.item, node: call.callee })? {
                Kind::Name(name) | Kind::Attr { name, .. } => Some(name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the code that runs is the top level of a module of settings: `settings.py`, or a module of `settings/`.
    fn is_of_settings(&self) -> bool {
        self.python()
            && matches!(self.scopes[self.st.scope as usize].kind, ScopeKind::File)
            && crate::project::settings::is_module(&self.facts.path)
    }

    /// What is set again, for certain, counts no longer as it was set before.
    fn set_again(&mut self, id: SwitchId, lanes: Lanes) {
        if self.branch() != 0 {
            return;
        }
        for record in self.contexts[self.context].records.iter_mut().filter(|record| record.switch == Some(id)) {
            record.lanes = record.lanes.without(lanes);
        }
    }

    /// Notes a switch where its value turns it on.
    fn turn_on(&mut self, id: SwitchId, at: NodeRef, value: &Val, lanes: Lanes) {
        let Some(switch) = self.catalog.switch(id) else { return };
        let mut on = Lanes::NONE;
        let mut off = Lanes::NONE;
        let mut doubt = self.st.doubt;
        for alt in value.groups(lanes) {
            let is_known = !matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_));
            let outcome = self.truth(&Val::of(alt.v.clone(), alt.lanes), alt.lanes);
            let turns = match switch.inverted {
                _ if switch.any_value => !matches!(alt.v, V::Nil | V::Missing),
                true => is_known && outcome.yes.is_empty(),
                false => is_known && outcome.no.is_empty(),
            };
            match turns {
                true => on |= alt.lanes,
                false => off |= alt.lanes,
            }
            doubt |= if alt.doubt { alt.lanes } else { Lanes::NONE };
        }
        // what may be either is whoever's who set it to
        on = on.without(off);
        // who develops selects this module, or one that leaves it as it is
        if switch.how == How::Setting && self.facts.is_overridden {
            on &= Lanes::DEVELOPMENT | Lanes::TEST;
        }
        // what is off everywhere is nothing to tell of
        if on.is_empty() && !lanes.is_empty() {
            return;
        }
        let mut cuts = self.st.cuts.clone();
        for lane in lanes.without(on).indices() {
            cuts[lane] = value.deps.clone();
        }
        let effect = if switch.weight == Weight::Note { Effect::Config } else { Effect::Data };
        let record = Record {
            at,
            symbol: switch.rule.clone(),
            lanes: on,
            doubt: doubt & on,
            path: self.st.path.clone().and(&value.deps),
            cuts,
            effect,
            family: Family::Debug,
            switch: Some(id),
        };
        self.contexts[self.context].records.push(record);
    }

    /// Where a place is shown, in bytes: of a call in a chain its own link.
    pub fn shown_at(&self, record: &Record) -> Range<usize> {
        let all = self.program.span(record.at);
        let Some(Kind::Call(call)) = self.kind(record.at).filter(|_| record.switch.is_some()) else { return all };
        let callee = NodeRef { item: record.at.item, node: call.callee };
        match self.kind(callee) {
            Some(Kind::Attr { recv, name, .. })
                if matches!(self.kind(NodeRef { item: record.at.item, node: *recv }), Some(Kind::Call(_))) =>
            {
                let end = self.program.span(callee).end;
                end.saturating_sub(name.len()).max(all.start)..all.end
            }
            _ => all,
        }
    }
}

/// Whether the first argument of a call is the one that a switch asks for.
fn is_first(switch: &Switch, args: &Args) -> bool {
    let Some(wanted) = &switch.first else { return true };
    args.positional.iter().take(1).any(|value| match value.single() {
        Some(V::Str(text) | V::Symbol(text) | V::Name(text) | V::Made(text)) => text == wanted,
        Some(V::List(items)) => items.iter().any(|item| item.text() == Some(wanted)),
        _ => false,
    })
}
