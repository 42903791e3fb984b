//! How a guard is written in Ruby.

mod bodies;
mod erb;
mod places;
mod statements;
mod values;

use std::ops::Range;

use crate::lang::guard::{Extent, Guards, Outcome, Plan, Runs, Text, Wish, each};

use super::Ruby;
use bodies::Body;
use places::Place;

impl Guards for Ruby {
    fn plans(&self, file: &Text<'_>, wish: &Wish<'_>) -> Vec<Plan> {
        if file.template {
            return erb::plans(file, wish);
        }
        let Some(place) = Place::of(file, wish) else {
            return Vec::new();
        };
        let body = Body::around(&place);
        let whole = body.as_ref().filter(|body| body.is_whole(&place));
        let mut plans = Vec::new();
        if wish.runs == Runs::Migration && !body.as_ref().is_some_and(|body| body.is_named(file, "up")) {
            return plans;
        }
        let skip = statements::skip(&place);
        let mixed = each(&place.runs, &|runs| {
            let part = Place { runs, ..place };
            let skip = statements::skip(&part);
            // no row with holes is written
            if wish.writes { skip } else { skip.or_else(|| values::nothing(&part)) }
        });
        let nothing = values::nothing(&place);
        // one line before several statements reads better than an error in each
        let raise = match place.is_long() || wish.writes {
            true => statements::raise(&place).or_else(|| values::raise(&place)),
            false => values::raise(&place).or_else(|| statements::raise(&place)),
        };
        match &whole {
            Some(body) if body.is_task(file) => plans.extend(body.abort(&place)),
            Some(body) if body.statements() > 1 => plans.extend(body.leave(&place)),
            _ => {}
        }
        let wanted = place.is_wanted();
        if wanted && wish.writes {
            plans.extend(whole.and_then(|body| body.raise(&place)));
            plans.extend(raise);
        } else if wanted && !place.is_value() {
            plans.extend(raise);
            plans.extend(nothing);
            plans.extend(skip);
        } else if place.is_value() && !wish.writes {
            plans.extend(nothing);
            plans.extend(skip);
            plans.extend(mixed);
            plans.extend(raise);
        } else {
            plans.extend(skip);
            plans.extend(mixed);
            plans.extend(raise);
            plans.extend(nothing);
        }
        if let Some(body) = &whole {
            plans.extend(body.leave(&place));
            plans.extend(body.raise(&place));
        }
        plans
    }

    fn statement(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        places::statement(file, place)
    }

    fn definition(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        let path = file.path(place);
        let found = path.iter().rev().find(|node| matches!(node.kind(), "method" | "singleton_method" | "class"));
        found.map(|node| node.byte_range())
    }
}

fn plan(outcome: Outcome, extent: Extent, edits: Vec<crate::text::Edit>) -> Plan {
    Plan { outcome, extent, edits }
}

/// `raise("…")` says this.
fn message(wish: &Wish<'_>) -> String {
    let worlds = if wish.predicate.test { "development and test" } else { "development" };
    format!("fake data is for {worlds} only")
}
