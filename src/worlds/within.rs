//! What stands within a node, without looking at the whole item each time.

use std::rc::Rc;

use super::machine::Machine;
use crate::program::*;

/// The nodes of an item that are asked for by place, each kind in the order of the source.
#[derive(Default)]
pub struct Within {
    /// Assignments.
    sets: Vec<(Span, NodeId)>,
    /// Those, and what may change a value in place.
    writes: Vec<(Span, NodeId)>,
    /// Calls, imports, yields and what is not understood: what may raise by itself.
    risks: Vec<(Span, NodeId)>,
    /// Names, members and elements that are read.
    reads: Vec<(Span, NodeId)>,
}

impl Within {
    fn of(code: &Code) -> Within {
        let mut all = Within::default();
        for (index, node) in code.nodes.iter().enumerate() {
            let entry = (node.span, NodeId(index as u32));
            match &node.kind {
                Kind::Set { .. } | Kind::Out(_) => {
                    all.sets.push(entry);
                    all.writes.push(entry);
                }
                Kind::Binary { op: Op::Shift, .. } => all.writes.push(entry),
                Kind::Call(_) => {
                    all.risks.push(entry);
                    all.writes.push(entry);
                }
                Kind::Import(_) | Kind::Opaque { .. } | Kind::Yield(_) => all.risks.push(entry),
                Kind::Attr { .. } | Kind::Index { .. } | Kind::Name(_) => all.reads.push(entry),
                _ => {}
            }
        }
        for list in [&mut all.sets, &mut all.writes, &mut all.risks, &mut all.reads] {
            list.sort_by_key(|(span, _)| span.start);
        }
        all
    }

    pub fn sets(&self, span: Span) -> impl Iterator<Item = NodeId> {
        within(&self.sets, span)
    }

    pub fn writes(&self, span: Span) -> impl Iterator<Item = NodeId> {
        within(&self.writes, span)
    }

    pub fn risks(&self, span: Span) -> impl Iterator<Item = NodeId> {
        within(&self.risks, span)
    }

    pub fn reads(&self, span: Span) -> impl Iterator<Item = NodeId> {
        within(&self.reads, span)
    }
}

fn within(list: &[(Span, NodeId)], span: Span) -> impl Iterator<Item = NodeId> {
    let from = list.partition_point(|(known, _)| known.start < span.start);
    list[from..]
        .iter()
        .take_while(move |(known, _)| known.start <= span.end)
        .filter(move |(known, _)| known.end <= span.end)
        .map(|(_, node)| *node)
}

impl<'p> Machine<'p> {
    /// `None` for a cold item.
    pub fn within(&self, item: ItemId) -> Option<(&'p Code, Rc<Within>)> {
        let code = self.program.code(item)?;
        let mut known = self.within.borrow_mut();
        let within = known.entry(item).or_insert_with(|| Rc::new(Within::of(code)));
        Some((code, within.clone()))
    }
}
