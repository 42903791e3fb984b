//! Conditions: `if`, and the operators that stop early.

use super::MAX_OPERANDS;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::ops::cause_of;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The truth of a condition, noted for the because, and forced while one is replayed.
    pub fn condition(&mut self, at: NodeRef, value: &Val, lanes: Lanes) -> Outcome {
        let mut outcome = self.truth(value, lanes);
        match self.forced.get(&at) {
            Some(Force::Flip) => outcome = outcome.negate(),
            Some(Force::Unknown) => outcome = Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes },
            None => {}
        }
        let cause = value
            .alts
            .iter()
            .filter_map(|alt| if let V::Unknown(cause) = alt.v { Some(cause) } else { None })
            .filter(|cause| cause.doubts())
            .max();
        // a known outcome may rest on something doubted all the same
        let doubted = outcome.yes.without(outcome.yes_sure) | outcome.no.without(outcome.no_sure);
        let cause = cause.or((!doubted.is_empty()).then_some(Cause::Flag));
        let entry = self.conditions.entry(at).or_default();
        entry.yes |= outcome.yes;
        entry.no |= outcome.no;
        entry.decided |= outcome.decided() & lanes;
        entry.cause = entry.cause.max(cause);
        entry.deps = std::mem::take(&mut entry.deps).and(&value.deps);
        outcome
    }

    pub(super) fn eval_if(
        &mut self,
        at: NodeRef,
        arms: &[(NodeId, NodeId)],
        otherwise: Option<NodeId>,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let mut before = self.st.clone();
        let mut open = lanes;
        let mut branches: Vec<Branch> = Vec::with_capacity(arms.len() + 1);
        let mut bodies: Vec<Option<NodeRef>> = Vec::with_capacity(arms.len() + 1);
        let mut doubt = Lanes::NONE;
        let mut last = (None, Lanes::NONE);
        let mut prior = Prior::default();
        let mut passed = Prior::default();
        for (test, body) in arms {
            let test = NodeRef { item: at.item, node: *test };
            self.testing = Some(test);
            let (value, falls) = self.eval(test, open);
            for lane in open.without(falls).indices() {
                before.cuts[lane] = self.st.cuts[lane].clone();
            }
            self.truthy_variable(test, &value);
            let outcome = self.condition(test, &value, falls);
            branches.push(Branch {
                lanes: outcome.yes,
                doubt: (outcome.yes.without(outcome.yes_sure)) | (doubt & outcome.yes),
                cond: Some(test),
                decided: outcome.decided() & falls,
                prior: passed.clone(),
                why: Why::default(),
            });
            bodies.push(Some(NodeRef { item: at.item, node: *body }));
            doubt |= outcome.no.without(outcome.no_sure);
            last = (Some(test), outcome.decided() & falls);
            prior = passed.clone();
            passed.pass(test, falls.without(outcome.no));
            for lane in open.without(outcome.no).indices() {
                self.st.cuts[lane] = Why::by(test);
            }
            open = outcome.no;
        }
        branches.push(Branch {
            lanes: open,
            doubt: doubt & open,
            cond: last.0,
            decided: last.1,
            prior,
            why: Why::default(),
        });
        bodies.push(otherwise.map(|node| NodeRef { item: at.item, node }));
        // only lanes that left inside the tests keep a mark of them
        self.st.cuts = before.cuts;
        self.fork(&branches, |machine, index| match bodies[index] {
            Some(body) => machine.eval(body, branches[index].lanes),
            None => (Val::nil(branches[index].lanes), branches[index].lanes),
        })
    }

    pub(super) fn shortcut(&mut self, at: NodeRef, all: &[NodeId], how: Shortcut, lanes: Lanes) -> (Val, Lanes) {
        // what is only tested need not keep what it is
        let tested = self.testing.take() == Some(at);
        let mut before = self.st.clone();
        let Some((first, rest)) = all.split_first() else {
            return (Val::nil(lanes), lanes);
        };
        if rest.len() > MAX_OPERANDS {
            // each may run or not
            let mut doubted = Val::unknown(Cause::GaveUp, lanes);
            for operand in all {
                let operand = NodeRef { item: at.item, node: *operand };
                let (value, _) = self.maybe(lanes, |machine| machine.eval(operand, lanes));
                doubted.join(&value);
            }
            return (doubted, lanes);
        }
        let first = NodeRef { item: at.item, node: *first };
        if tested {
            self.testing = Some(first);
        }
        let (value, falls) = self.eval(first, lanes);
        for lane in lanes.without(falls).indices() {
            before.cuts[lane] = self.st.cuts[lane].clone();
        }
        self.testing = None;
        if rest.is_empty() {
            return (value, falls);
        }
        // lanes in which the operand decides stay with its value; the others go on
        let outcome = match how {
            Shortcut::Coalesce => self.nilness(&value, falls).negate(),
            _ => self.condition(first, &value, falls),
        };
        let (stay, go) = match how {
            Shortcut::And => (outcome.negate(), outcome),
            Shortcut::Or | Shortcut::Coalesce => (outcome, outcome.negate()),
        };
        let mut kept = match how {
            Shortcut::And => self.falsy_part(&value, stay.yes),
            Shortcut::Or => self.truthy_part(&value, stay.yes),
            Shortcut::Coalesce => self.present_part(&value, stay.yes),
        };
        if how == Shortcut::Or && (tested || self.is_test(first)) {
            // an unknown answer that turned out true is true
            for alt in &mut kept.alts {
                if matches!(alt.v, V::Unknown(_) | V::Made(_) | V::Name(_)) {
                    alt.doubt |= cause_of(&alt.v).doubts();
                    alt.v = V::Bool(true);
                }
            }
        }
        let branches = [
            Branch {
                lanes: go.yes,
                doubt: go.yes.without(go.yes_sure),
                cond: Some(first),
                decided: outcome.decided() & falls,
                prior: Prior::default(),
                why: value.deps.clone(),
            },
            Branch {
                lanes: stay.yes,
                doubt: stay.yes.without(stay.yes_sure),
                cond: Some(first),
                decided: outcome.decided() & falls,
                prior: Prior::default(),
                why: value.deps.clone(),
            },
        ];
        self.st.cuts = before.cuts;
        let (mut result, falls) = self.fork(&branches, |machine, index| {
            if index == 0 {
                machine.testing = tested.then_some(at);
                machine.shortcut(at, rest, how, go.yes)
            } else {
                (kept.clone(), stay.yes)
            }
        });
        result.deps = result.deps.and(&value.deps);
        (result, falls)
    }

    /// Whether a node asks something: its value is true or false and nothing else.
    fn is_test(&self, at: NodeRef) -> bool {
        match self.kind(at) {
            Some(Kind::Not(_) | Kind::Is { .. }) => true,
            Some(Kind::Binary { op, .. }) => matches!(
                op,
                Op::Eq
                    | Op::Ne
                    | Op::Lt
                    | Op::Le
                    | Op::Gt
                    | Op::Ge
                    | Op::In
                    | Op::NotIn
                    | Op::Same
                    | Op::NotSame
                    | Op::CaseEq
                    | Op::NotMatches
            ),
            Some(Kind::Name(name)) => self.ruby() && name.ends_with('?'),
            Some(Kind::Call(call)) if self.ruby() => match self.kind(NodeRef { item: at.item, node: call.callee }) {
                Some(Kind::Name(name) | Kind::Attr { name, .. }) => {
                    name.ends_with('?') && name != "nonzero?" && name != "defined?"
                }
                _ => false,
            },
            _ => false,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shortcut {
    And,
    Or,
    Coalesce,
}
