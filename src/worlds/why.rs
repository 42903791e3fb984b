//! Why something is so: a graph of conditions that shares its parts, kept while evaluating and read only when asked.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::lanes::Lanes;
use crate::program::NodeRef;

/// The conditions behind a value, a way or a cut.
#[derive(Clone, Debug, Default)]
pub struct Why(Option<Rc<Reason>>);

/// Why each lane is not running.
pub type Cuts = [Why; 7];

#[derive(Debug)]
struct Reason {
    at: Option<NodeRef>,
    behind: SmallVec<[Why; 2]>,
}

impl Why {
    /// A condition, or an exit.
    pub fn by(at: NodeRef) -> Why {
        Why::default().with(at)
    }

    /// Puts a condition before the rest.
    pub fn with(self, at: NodeRef) -> Why {
        if matches!(&self.0, Some(reason) if reason.at == Some(at)) {
            return self;
        }
        let mut behind = SmallVec::new();
        if self.0.is_some() {
            behind.push(self);
        }
        Why(Some(Rc::new(Reason { at: Some(at), behind })))
    }

    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    pub fn and(self, other: &Why) -> Why {
        match (&self.0, &other.0) {
            (_, None) => self,
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) || a.holds(b) => self,
            (Some(a), Some(b)) if b.holds(a) => other.clone(),
            _ => Why(Some(Rc::new(Reason { at: None, behind: [self, other.clone()].into_iter().collect() }))),
        }
    }

    /// Everything in `parts`, the first foremost.
    pub fn all(parts: impl IntoIterator<Item = Why>) -> Why {
        let mut behind: SmallVec<[Why; 2]> = parts.into_iter().filter(|part| part.0.is_some()).collect();
        match behind.len() {
            0 => Why(None),
            1 => behind.remove(0),
            _ => Why(Some(Rc::new(Reason { at: None, behind }))),
        }
    }

    /// The conditions and exits, nearest first, among the first `limit` reasons.
    pub fn list(&self, limit: usize) -> Vec<NodeRef> {
        let mut found = Vec::new();
        let mut known = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut todo = vec![self];
        while let Some(Why(next)) = todo.pop() {
            let Some(reason) = next else { continue };
            if seen.len() >= limit {
                break;
            }
            if !seen.insert(Rc::as_ptr(reason)) {
                continue;
            }
            if let Some(at) = reason.at
                && known.insert(at)
            {
                found.push(at);
            }
            todo.extend(reason.behind.iter().rev());
        }
        found
    }
}

impl Reason {
    fn holds(&self, other: &Rc<Reason>) -> bool {
        self.behind.iter().any(|part| matches!(&part.0, Some(part) if Rc::ptr_eq(part, other)))
    }
}

impl Drop for Reason {
    // long chains must not unwind through recursion
    fn drop(&mut self) {
        let mut todo: Vec<Rc<Reason>> = self.behind.drain(..).filter_map(|part| part.0).collect();
        while let Some(next) = todo.pop() {
            if let Ok(mut reason) = Rc::try_unwrap(next) {
                todo.extend(reason.behind.drain(..).filter_map(|part| part.0));
            }
        }
    }
}

/// Lanes that earlier tests of a ladder have taken, and the way past those tests.
#[derive(Clone, Debug, Default)]
pub struct Prior {
    pub path: Why,
    pub cuts: Cuts,
    pub taken: Lanes,
}

impl Prior {
    pub fn pass(&mut self, test: NodeRef, taken: Lanes) {
        self.path = std::mem::take(&mut self.path).with(test);
        for lane in taken.indices() {
            self.cuts[lane] = Why::by(test);
        }
        self.taken |= taken;
    }
}
