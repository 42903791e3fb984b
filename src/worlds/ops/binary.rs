//! Operators between two values.

use std::rc::Rc;

use super::cause_of;
use super::contains::are_bools;
use crate::program::*;
use crate::worlds::eval::text_of;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    pub fn binary(&mut self, at: NodeRef, op: Op, left: &Val, right: &Val, lanes: Lanes, _left_at: NodeRef) -> Val {
        if self.ruby() {
            self.expose_all(&[left, right]);
        }
        let outcome = match op {
            Op::Eq => self.equal(at, left, right, lanes, false),
            Op::Ne => self.equal(at, left, right, lanes, false).negate(),
            Op::Same | Op::NotSame => {
                let outcome = self.same_object(at, left, right, lanes);
                if op == Op::Same { outcome } else { outcome.negate() }
            }
            Op::In => self.contains(at, right, left, lanes),
            Op::NotIn => self.contains(at, right, left, lanes).negate(),
            Op::CaseEq => self.case_equal(at, left, right, lanes),
            Op::Matches => self.pattern_match(right, left, lanes, false),
            Op::NotMatches => self.pattern_match(right, left, lanes, false).negate(),
            Op::BitAnd | Op::BitOr | Op::Xor
                if self.csharp() && left.alts.iter().chain(&right.alts).any(|alt| matches!(alt.v, V::Int(_))) =>
            {
                return numbers(left, right, lanes, |a, b| match op {
                    Op::BitAnd => Some(a & b),
                    Op::BitOr => Some(a | b),
                    _ => Some(a ^ b),
                });
            }
            Op::BitAnd | Op::BitOr | Op::Xor
                if self.csharp() || self.python() && are_bools(left) && are_bools(right) =>
            {
                let (a, b) = (self.truth(left, lanes), self.truth(right, lanes));
                match op {
                    Op::Xor if self.python() => Outcome {
                        yes: (a.yes & b.no) | (a.no & b.yes),
                        no: (a.yes & b.yes) | (a.no & b.no),
                        yes_sure: (a.yes_sure & b.no_sure) | (a.no_sure & b.yes_sure),
                        no_sure: (a.yes_sure & b.yes_sure) | (a.no_sure & b.no_sure),
                    },
                    Op::BitAnd => Outcome {
                        yes: a.yes & b.yes,
                        no: a.no | b.no,
                        yes_sure: a.yes_sure & b.yes_sure,
                        no_sure: a.no_sure | b.no_sure,
                    },
                    Op::BitOr => Outcome {
                        yes: a.yes | b.yes,
                        no: a.no & b.no,
                        yes_sure: a.yes_sure | b.yes_sure,
                        no_sure: a.no_sure & b.no_sure,
                    },
                    _ => Outcome {
                        yes: (a.yes & b.no) | (a.no & b.yes),
                        no: (a.yes & b.yes) | (a.no & b.no),
                        yes_sure: (a.yes_sure & b.no_sure) | (a.no_sure & b.yes_sure),
                        no_sure: (a.yes_sure & b.yes_sure) | (a.no_sure & b.no_sure),
                    },
                }
            }
            Op::Sub if self.csharp() => return numbers(left, right, lanes, i64::checked_sub),
            Op::Add => return self.add(left, right, lanes, at),
            Op::Shift => {
                let added = Val::of(V::List(Rc::new(vec![right.clone()])), lanes);
                let list = left.alts.iter().any(|alt| matches!(alt.v, V::List(_)));
                self.note_sink(
                    at,
                    Some((left, self.left_of(at))),
                    "<<",
                    &Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() },
                    lanes,
                );
                if list {
                    // `list << item` changes the list itself
                    let sum = self.add(left, &added, lanes, at);
                    self.changed(self.left_of(at), left, &sum, lanes);
                    return sum;
                }
                if self.ruby() && left.alts.iter().any(|alt| text_of(&alt.v).is_some()) {
                    // `text << more` changes the text itself
                    let sum = self.add(left, right, lanes, at);
                    self.changed(self.left_of(at), left, &sum, lanes);
                    return sum;
                }
                if self.ruby() && left.alts.iter().any(|alt| matches!(alt.v, V::Map(_))) {
                    // a set that grows
                    self.changed(self.left_of(at), left, &Val::data(lanes), lanes);
                }
                self.escape(right, lanes, at);
                self.taint_place(self.left_of(at), right.taint);
                return Val::data(lanes).tainted(left.taint.or(right.taint));
            }
            Op::Lt | Op::Le | Op::Gt | Op::Ge => return self.compare(op, left, right, lanes),
            Op::Sub | Op::Mul | Op::Mod | Op::BitAnd | Op::BitOr | Op::Xor if self.ruby() => {
                let name = match op {
                    Op::Sub => "-",
                    Op::Mul => "*",
                    Op::Mod => "%",
                    Op::BitAnd => "&",
                    Op::BitOr => "|",
                    _ => "^",
                };
                let args = Args { positional: vec![right.clone()], nodes: vec![at], ..Args::default() };
                let (mut value, _) = self.each_alternative(left, lanes, |machine, v, lanes| {
                    machine
                        .value_method(at, v, name, &args, lanes)
                        .unwrap_or_else(|| (Val::unknown(cause_of(v), lanes), lanes))
                });
                value.deps = value.deps.and(&left.deps).and(&right.deps);
                value.taint = value.taint.or(left.taint).or(right.taint);
                return value;
            }
            _ => {
                // what composes closures may call them
                self.escape(left, lanes, at);
                self.escape(right, lanes, at);
                let cause =
                    left.alts.iter().chain(&right.alts).map(|alt| cause_of(&alt.v)).max().unwrap_or(Cause::Data);
                return Val::unknown(cause, lanes).tainted(left.taint.or(right.taint));
            }
        };
        let mut value = self.bool_of(&outcome, left);
        value.deps = left.deps.clone().and(&right.deps);
        // a comparison with something doubted is doubted
        let cause = left.alts.iter().chain(&right.alts).map(|alt| cause_of(&alt.v)).max().unwrap_or(Cause::Data);
        let open = (outcome.yes & outcome.no).without(outcome.yes_sure | outcome.no_sure);
        if cause.doubts() && !open.is_empty() {
            value.overwrite(open, &Val::unknown(cause, open));
        }
        value
    }

    fn left_of(&self, at: NodeRef) -> NodeRef {
        match self.kind(at) {
            Some(Kind::Binary { left, .. }) => NodeRef { item: at.item, node: *left },
            _ => at,
        }
    }

    fn compare(&self, op: Op, left: &Val, right: &Val, lanes: Lanes) -> Val {
        let mut out = Val { deps: left.deps.clone().and(&right.deps), ..Val::default() };
        for a in left.groups(lanes) {
            for b in right.groups(a.lanes) {
                let v = match (&a.v, &b.v) {
                    (V::Int(a), V::Int(b)) => V::Bool(match op {
                        Op::Lt => a < b,
                        Op::Le => a <= b,
                        Op::Gt => a > b,
                        _ => a >= b,
                    }),
                    (V::Str(a), V::Str(b)) if self.python() => V::Bool(match op {
                        Op::Lt => a < b,
                        Op::Le => a <= b,
                        Op::Gt => a > b,
                        _ => a >= b,
                    }),
                    (a, b) => V::Unknown(cause_of(a).max(cause_of(b))),
                };
                out.add(Alt { lanes: b.lanes, v, doubt: a.doubt || b.doubt });
            }
        }
        let rest = lanes.without(out.lanes());
        out.join(&Val::data(rest));
        out
    }
}

/// Arithmetic on numbers that are known.
fn numbers(left: &Val, right: &Val, lanes: Lanes, apply: impl Fn(i64, i64) -> Option<i64>) -> Val {
    let mut out = Val { deps: left.deps.clone().and(&right.deps), taint: left.taint.or(right.taint), ..Val::default() };
    for a in left.groups(lanes) {
        for b in right.groups(a.lanes) {
            let result = match (&a.v, &b.v) {
                (V::Int(a), V::Int(b)) => apply(*a, *b),
                _ => None,
            };
            out.add(Alt {
                lanes: b.lanes,
                v: result.map_or_else(|| V::Unknown(cause_of(&a.v).max(cause_of(&b.v))), V::Int),
                doubt: a.doubt || b.doubt,
            });
        }
    }
    let rest = lanes.without(out.lanes());
    if !rest.is_empty() {
        out.join(&Val::data(rest));
    }
    out
}

/// The name under which a class defines an operator.
pub fn symbol_of(op: Op, language: Language) -> Option<&'static str> {
    let ruby = language == Language::Ruby;
    Some(match op {
        Op::Eq => "==",
        // what is not equal is asked of `==`
        Op::Ne if ruby => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Add => "+",
        Op::Sub => "-",
        Op::BitAnd => "&",
        Op::BitOr => "|",
        Op::Xor => "^",
        Op::CaseEq if ruby => "===",
        Op::Matches if ruby => "=~",
        Op::Mul if ruby => "*",
        Op::Mod if ruby => "%",
        Op::Shift if ruby => "<<",
        _ => return None,
    })
}
