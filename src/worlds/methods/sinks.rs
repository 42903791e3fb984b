//! Data that reaches a sink.

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// A persistence sink that takes fake data.
    pub fn note_sink(&mut self, at: NodeRef, recv: Option<(&Val, NodeRef)>, name: &str, args: &Args, lanes: Lanes) {
        let Some(sink) = self.catalog.sink(self.language, name) else {
            return;
        };
        if !sink.on.is_empty() {
            let named = recv.and_then(|(_, at)| match self.kind(at) {
                Some(Kind::Name(name) | Kind::Field(name) | Kind::Attr { name, .. }) => Some(name.clone()),
                Some(Kind::Call(call)) => match self.kind(NodeRef { item: at.item, node: call.callee }) {
                    Some(Kind::Name(name) | Kind::Attr { name, .. }) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            });
            if !named.is_some_and(|named| sink.on.iter().any(|on| named.trim_start_matches(['@', '_']) == on.as_str()))
            {
                return;
            }
        }
        let from_args = args.all().find_map(deep_taint);
        let from_receiver = if sink.receiver { recv.and_then(|(value, _)| value.taint) } else { None };
        if let Some(source) = from_args.or(from_receiver) {
            self.contexts[self.context].writes.push(Write { source, sink: at, lanes });
        }
    }
}

fn deep_taint(value: &Val) -> Option<NodeRef> {
    value.taint.or_else(|| {
        value.alts.iter().find_map(|alt| match &alt.v {
            V::List(items) => items.iter().find_map(|item| item.taint),
            V::Map(pairs) => pairs.iter().find_map(|(_, item)| item.taint),
            _ => None,
        })
    })
}
