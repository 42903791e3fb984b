//! `case`, `match` and `switch`: which arm takes which lanes.

use smol_str::SmolStr;

use super::patterns::either;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    pub fn eval_match(
        &mut self,
        at: NodeRef,
        subject: Option<NodeId>,
        arms: &'p [Arm],
        otherwise: Option<NodeId>,
        breaks: bool,
        lanes: Lanes,
    ) -> (Val, Lanes) {
        let (subject, falls) = match subject {
            Some(node) => {
                let (value, falls) = self.eval(NodeRef { item: at.item, node }, lanes);
                (Some(value), falls)
            }
            None => (None, lanes),
        };
        let cuts = self.st.cuts.clone();
        let mut open = falls;
        let mut doubt = Lanes::NONE;
        let mut branches: Vec<Branch> = Vec::with_capacity(arms.len() + 1);
        let mut prior = Prior::default();
        let mut passed = Prior::default();
        let mut last = None;
        for arm in arms {
            let body = NodeRef { item: at.item, node: arm.body };
            let cond = self.arm_condition(at, arm);
            let mut outcome = match &subject {
                Some(subject) => self.matches(at.item, &arm.pattern, subject, open, cond),
                None => self.bare_arm(at.item, &arm.pattern, open),
            };
            if let Some(guard) = arm.guard {
                let guard = NodeRef { item: at.item, node: guard };
                let on = outcome.yes;
                let (value, through) = self.eval(guard, on);
                let tested = self.condition(guard, &value, through);
                let no = outcome.no | (on & tested.no);
                outcome = Outcome {
                    yes: on & tested.yes,
                    no,
                    yes_sure: outcome.yes_sure & tested.yes_sure,
                    no_sure: outcome.no_sure | (on & tested.no_sure),
                };
            }
            match self.forced.get(&cond) {
                Some(Force::Flip) => outcome = outcome.negate(),
                Some(Force::Unknown) => outcome = Outcome { yes: open, no: open, yes_sure: open, no_sure: open },
                None => {}
            }
            outcome.yes &= open;
            outcome.no &= open;
            let entry = self.conditions.entry(cond).or_default();
            entry.yes |= outcome.yes;
            entry.no |= outcome.no;
            entry.decided |= outcome.decided() & open;
            if let Some(subject) = &subject {
                entry.deps = std::mem::take(&mut entry.deps).and(&subject.deps);
            }
            let mut deps = std::mem::take(&mut entry.deps);
            for also in self.tests_of(at, arm, subject.is_some()) {
                deps = deps.and(&Why::by(also));
            }
            self.conditions.entry(cond).or_default().deps = deps;
            branches.push(Branch {
                lanes: outcome.yes,
                doubt: outcome.yes.without(outcome.yes_sure) | (doubt & outcome.yes),
                cond: Some(cond),
                decided: outcome.decided() & open,
                prior: passed.clone(),
                why: Why::default(),
            });
            doubt |= outcome.no.without(outcome.no_sure);
            prior = passed.clone();
            passed.pass(cond, open.without(outcome.no));
            for lane in open.without(outcome.no).indices() {
                self.st.cuts[lane] = Why::by(cond);
            }
            last = Some((cond, outcome.decided() & open));
            open = outcome.no;
            let _ = body;
        }
        branches.push(Branch {
            lanes: open,
            doubt: doubt & open,
            cond: last.map(|(cond, _)| cond),
            decided: last.map_or(Lanes::NONE, |(_, lanes)| lanes),
            prior,
            why: Why::default(),
        });
        self.st.cuts = cuts;
        let break_to = self.st.break_to;
        let resume = self.st.may_resume;
        let mark = self.exits.len();
        if breaks {
            self.st.break_to = self.fresh();
            self.st.may_resume = true;
        }
        let label = self.st.break_to;
        let self_is_expression = self.csharp() && !breaks && subject.is_some();
        let (mut value, mut falls) = self.fork(&branches, |machine, index| {
            let on = branches[index].lanes;
            match arms.get(index).map(|arm| arm.body).or(otherwise) {
                Some(body) => machine.eval(NodeRef { item: at.item, node: body }, on),
                // a switch expression that nothing matches throws
                None if self_is_expression && !on.is_empty() => {
                    let class = SmolStr::new_static("SwitchExpressionException");
                    machine.leave(Target::Raise, on, Val::data(on), Some(class), at);
                    (Val::default(), Lanes::NONE)
                }
                None => (Val::nil(on), on),
            }
        });
        if breaks {
            falls = self.jump_between_sections(at, arms, otherwise, mark, falls);
            let arrived = self.arrive(mark, |exit| exit.target == Target::Break(label));
            falls = self.land(&arrived, falls, &mut value);
            self.st.break_to = break_to;
            self.st.may_resume = resume;
        }
        (value, falls)
    }

    /// C#'s `goto case` and `goto default`: a section runs in the lanes that jump to it, wherever it stands.
    fn jump_between_sections(
        &mut self,
        at: NodeRef,
        arms: &'p [Arm],
        otherwise: Option<NodeId>,
        mark: usize,
        falls: Lanes,
    ) -> Lanes {
        let mut falls = falls;
        for body in arms.iter().map(|arm| arm.body).chain(otherwise).collect::<Vec<_>>() {
            let body = NodeRef { item: at.item, node: body };
            let mut jumped = Lanes::NONE;
            let mut why = Why::default();
            for label in self.section_labels(body) {
                for exit in self.arrive(mark, |exit| exit.target == Target::Goto(label.clone())) {
                    jumped |= exit.lanes;
                    why = why.and(&exit.why);
                }
            }
            falls = self.enter_section(body, jumped, &why, falls);
        }
        // a jump back, or to a case that is written in another way: any section may be meant
        let far = self.arrive(mark, |exit| matches!(&exit.target, Target::Goto(label) if label.ends_with(':')));
        let open = far.iter().fold(Lanes::NONE, |all, exit| all | exit.lanes);
        if !open.is_empty() {
            let why = Why::all(far.iter().map(|exit| exit.why.clone()));
            for body in arms.iter().map(|arm| arm.body).chain(otherwise).collect::<Vec<_>>() {
                let body = NodeRef { item: at.item, node: body };
                falls = self.enter_section(body, open, &why, falls);
            }
            self.arrive(mark, |exit| matches!(&exit.target, Target::Goto(label) if label.ends_with(':')));
            falls |= open;
        }
        falls
    }

    fn enter_section(&mut self, body: NodeRef, jumped: Lanes, why: &Why, falls: Lanes) -> Lanes {
        if jumped.is_empty() {
            return falls;
        }
        let branches = [Branch::open(falls, Lanes::NONE), Branch::open(jumped, Lanes::NONE).because(why)];
        self.fork(&branches, |machine, index| match index {
            0 => (Val::nil(falls), falls),
            _ => {
                for lane in jumped.indices() {
                    machine.st.cuts[lane] = Why::default();
                }
                machine.eval(body, jumped)
            }
        })
        .1
    }

    /// The labels at the head of a section of a switch.
    fn section_labels(&self, body: NodeRef) -> Vec<SmolStr> {
        let Some(Kind::Seq(all)) = self.kind(body) else {
            return Vec::new();
        };
        all.iter()
            .map_while(|node| match self.kind(NodeRef { item: body.item, node: *node }) {
                Some(Kind::Label(label)) => Some(label.clone()),
                _ => None,
            })
            .collect()
    }

    /// The node that stands for an arm's test in a because: its pattern's value, or the arm's body.
    fn arm_condition(&self, at: NodeRef, arm: &Arm) -> NodeRef {
        let mut pattern = &arm.pattern;
        loop {
            match pattern {
                Pattern::Value(node) => {
                    return NodeRef { item: at.item, node: *node };
                }
                Pattern::Or(all) | Pattern::And(all) if !all.is_empty() => pattern = &all[0],
                Pattern::Not(inner) => pattern = inner,
                _ => {
                    return NodeRef { item: at.item, node: arm.guard.unwrap_or(arm.body) };
                }
            }
        }
    }

    /// The conditions of an arm beside the one that stands for it.
    fn tests_of(&self, at: NodeRef, arm: &Arm, has_subject: bool) -> Vec<NodeRef> {
        let mut nodes: Vec<NodeId> = arm.guard.into_iter().collect();
        if !has_subject && let Pattern::Or(all) = &arm.pattern {
            nodes.extend(all.iter().filter_map(|pattern| match pattern {
                Pattern::Value(node) => Some(*node),
                _ => None,
            }));
        }
        let nodes = nodes.into_iter();
        nodes.map(|node| NodeRef { item: at.item, node }).collect()
    }

    /// An arm of a `case` without a subject: its values are conditions.
    fn bare_arm(&mut self, item: ItemId, pattern: &Pattern, lanes: Lanes) -> Outcome {
        match pattern {
            Pattern::Value(node) => {
                let at = NodeRef { item, node: *node };
                let (value, falls) = self.eval(at, lanes);
                self.condition(at, &value, falls)
            }
            Pattern::Or(all) => {
                let mut any = Outcome { no: lanes, no_sure: lanes, ..Outcome::default() };
                for one in all {
                    let next = self.bare_arm(item, one, lanes);
                    any = either(any, next);
                }
                any
            }
            Pattern::Any => Outcome { yes: lanes, yes_sure: lanes, ..Outcome::default() },
            _ => Outcome { yes: lanes, no: lanes, yes_sure: lanes, no_sure: lanes },
        }
    }
}
