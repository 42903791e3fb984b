//! What a body leaves: places, calls, writes, and its effect on its callers.

use std::rc::Rc;

use smol_str::SmolStr;

use super::*;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::stale::Looked;
use crate::worlds::value::*;

/// A place of interest as it was reached in one body.
#[derive(Clone, Debug)]
pub struct Record {
    pub at: NodeRef,
    pub symbol: SmolStr,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
    pub effect: crate::catalog::Effect,
    pub family: crate::catalog::Family,
    /// What it turns on, if it does.
    pub switch: Option<crate::catalog::SwitchId>,
}

/// A class handed by type to code beyond the file.
#[derive(Clone, Debug)]
pub struct Registered {
    pub class: u32,
    pub at: NodeRef,
    pub context: usize,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
}

impl Registered {
    /// The call that the handing over stands for.
    pub fn edge(&self, callee: NodeRef) -> Edge {
        let Registered { at, lanes, doubt, .. } = *self;
        Edge { at, callee, lanes, doubt, path: self.path.clone(), cuts: self.cuts.clone() }
    }
}

/// A call from one body to another.
#[derive(Clone, Debug)]
pub struct Edge {
    pub at: NodeRef,
    pub callee: NodeRef,
    pub lanes: Lanes,
    pub doubt: Lanes,
    pub path: Why,
    pub cuts: Cuts,
}

/// A value that reaches a sink.
#[derive(Clone, Debug)]
pub struct Write {
    /// The place that made the data.
    pub source: NodeRef,
    pub sink: NodeRef,
    pub lanes: Lanes,
}

/// What one body does when it is entered in every lane.
#[derive(Debug, Default)]
pub struct Context {
    /// `None`: the file's top level.
    pub def: Option<NodeRef>,
    pub records: Vec<Record>,
    pub edges: Vec<Edge>,
    pub writes: Vec<Write>,
}

/// A body's effect on its callers.
#[derive(Clone, Debug)]
pub struct Effect {
    pub value: Val,
    pub falls: Lanes,
    pub exits: Vec<Exit>,
    pub cuts: Cuts,
    pub doubt: Lanes,
}

impl Effect {
    /// Exits to one label leave as one, so that a long chain of calls carries no more than there are labels.
    pub fn merge_exits(exits: Vec<Exit>) -> Vec<Exit> {
        const FEW: usize = 4;
        if exits.len() <= FEW {
            return exits;
        }
        let mut merged: Vec<Exit> = Vec::new();
        for exit in exits {
            match merged.iter_mut().find(|known| known.target == exit.target && known.class == exit.class) {
                Some(known) => {
                    let sure = known.lanes.without(known.doubt) | exit.lanes.without(exit.doubt);
                    known.lanes |= exit.lanes;
                    known.doubt = known.lanes.without(sure);
                    known.value.join(&exit.value);
                    known.why = std::mem::take(&mut known.why).and(&exit.why);
                }
                None => merged.push(exit),
            }
        }
        merged
    }
}

pub enum Summary {
    Running,
    /// With what had been written by then.
    Done(Rc<Effect>, Looked),
}
