//! The body and the task that a place stands in.

use super::Judged;
use super::site::JudgedSite;
use super::words::shorten;
use crate::program::{Code, ItemId, ItemKind, Kind, NodeId, Span};
use crate::rules::Zone;

/// Where the bodies in one item are.
pub(super) struct Bodies {
    definitions: Vec<Span>,
    tasks: Vec<Span>,
}

impl Bodies {
    fn of(code: &Code) -> Bodies {
        let name = |node: NodeId| match code.nodes.get(node.0 as usize).map(|node| &node.kind) {
            Some(Kind::Name(name)) => Some(name.as_str()),
            _ => None,
        };
        let spans = |fits: &dyn Fn(&Kind) -> bool| {
            let nodes = code.nodes.iter().filter(|node| fits(&node.kind));
            nodes.map(|node| node.span).collect()
        };
        Bodies {
            definitions: spans(&|kind| matches!(kind, Kind::Def(_))),
            tasks: spans(&|kind| {
                matches!(kind, Kind::Call(call) if call.block.is_some()
                    && matches!(name(call.callee), Some("task" | "multitask")))
            }),
        }
    }
}

impl Judged<'_> {
    /// The body whose guard would close a place: a method, a task, or the whole of a script.
    pub(super) fn body(&self, site: &JudgedSite) -> (ItemId, u32) {
        let program = self.case.program;
        let item = program.item(site.at.item);
        if self.case.zone == Zone::OnDemand {
            // tasks of one file are run one by one; a script or a command is run as a whole
            if let Some(task) = self.enclosing_task(site) {
                return (site.at.item, task);
            }
            let mut at = item.parent;
            while let Some(parent) = at {
                if program.item(parent).parent.is_some() && program.item(parent).kind == ItemKind::Container {
                    return (parent, 0);
                }
                at = program.item(parent).parent;
            }
            return (ItemId(0), 0);
        }
        if item.kind == ItemKind::Def {
            return (site.at.item, 0);
        }
        let nested = self.enclosing(site, |bodies| &bodies.definitions);
        match nested.or_else(|| self.enclosing_task(site)) {
            Some(start) => (site.at.item, start + 1),
            None => (item.parent.unwrap_or(ItemId(0)), 0),
        }
    }

    /// The start of the innermost definition or task around a place.
    fn enclosing(&self, site: &JudgedSite, bodies: impl Fn(&Bodies) -> &[Span]) -> Option<u32> {
        let code = self.case.program.code(site.at.item)?;
        let span = code.nodes.get(site.at.node.0 as usize)?.span;
        let mut known = self.bodies.borrow_mut();
        let of_item = known.entry(site.at.item).or_insert_with(|| Bodies::of(code));
        let around = bodies(of_item).iter();
        around
            .filter(|body| body.start <= span.start && body.end >= span.end)
            .map(|body| (body.end - body.start, body.start))
            .min()
            .map(|(_, start)| start)
    }

    /// How the innermost rake task around a place is written: `task :users`.
    pub fn task(&self, site: &JudgedSite) -> Option<String> {
        let start = self.enclosing_task(site)? - 1;
        let item = self.case.program.item(site.at.item).start as usize;
        let line = self.case.text.get(item + start as usize..)?.lines().next()?;
        let name = line.split(" do").next().unwrap_or(line);
        Some(shorten(name.split("=>").next().unwrap_or(name).trim(), 50))
    }

    fn enclosing_task(&self, site: &JudgedSite) -> Option<u32> {
        self.enclosing(site, |bodies| &bodies.tasks).map(|start| start + 1)
    }
}
