//! How a guard is written in C#.

mod bodies;
mod places;
mod scope;
mod statements;
mod usings;
mod values;

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Extent, Guards, Outcome, Plan, Predicate, Runs, Text, Wish, each};
use crate::text::Edit;

use super::CSharp;
use bodies::Body;
use places::Place;

impl Guards for CSharp {
    fn plans(&self, file: &Text<'_>, wish: &Wish<'_>) -> Vec<Plan> {
        let Some(place) = Place::of(file, wish) else {
            return Vec::new();
        };
        // what a model is made with has to be the same everywhere
        if wish.runs == Runs::Migration || place.is_model() {
            return Vec::new();
        }
        let imports = usings::resolve(file, wish.predicate, wish.usings);
        let mut plans = ordered(&place);
        for plan in &mut plans {
            plan.edits.extend(imports.iter().cloned());
        }
        plans
    }

    fn in_scope(&self, file: &Text<'_>, at: usize) -> Vec<Predicate> {
        scope::predicates(file, at)
    }

    fn statement(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        let path = file.path(place);
        let at = (1..path.len()).rev().find(|at| places::is_statement(path[at - 1], path[*at]))?;
        Some(path[at].byte_range())
    }

    fn definition(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        let path = file.path(place);
        let found = path.iter().rev().find(|node| {
            matches!(
                node.kind(),
                "method_declaration" | "constructor_declaration" | "property_declaration" | "class_declaration"
            )
        });
        found.map(|node| node.byte_range())
    }

    fn comment(&self, text: &str) -> String {
        format!("// {text}")
    }
}

fn ordered(place: &Place<'_>) -> Vec<Plan> {
    let body = Body::around(place);
    let whole = body.as_ref().filter(|body| body.is_whole(place));
    let skip = statements::skip(place);
    let mixed = each(&place.runs, &|runs| {
        let part = Place { runs, ..*place };
        let skip = statements::skip(&part);
        // no row with holes is written
        if place.wish.writes { skip } else { skip.or_else(|| values::nothing(&part)) }
    });
    let nothing = values::nothing(place);
    // one error before several statements reads better than one in each
    let raise = match place.is_long() {
        true => statements::raise(place).or_else(|| values::raise(place)),
        false => values::raise(place).or_else(|| statements::raise(place)),
    };
    let mut plans = Vec::new();
    if let Some(body) = whole.filter(|body| body.statements() > 1) {
        plans.extend(body.leave(place));
    }
    if place.is_wanted() || place.is_argument() && !place.wish.writes {
        plans.extend(raise);
        plans.extend(nothing);
        plans.extend(skip);
    } else {
        plans.extend(skip);
        plans.extend(mixed);
        plans.extend(raise);
        plans.extend(nothing);
    }
    if let Some(body) = &whole {
        plans.extend(body.leave(place));
        plans.extend(body.raise(place));
    }
    plans
}

fn plan(outcome: Outcome, extent: Extent, edits: Vec<Edit>) -> Plan {
    Plan { outcome, extent, edits }
}

/// `throw …` as the file can write it.
fn throw(wish: &Wish<'_>, file: &Text<'_>) -> String {
    let worlds = if wish.predicate.test { "development and test" } else { "development" };
    let short = file.text.contains("using System;") || wish.usings.iter().any(|using| using == "System");
    let space = if short { "" } else { "System." };
    format!("throw new {space}InvalidOperationException(\"Fake data is for {worlds} only.\")")
}

/// The opposite of a condition.
fn negated(condition: &str) -> String {
    // the argument list of a call may hold anything
    let mut depth = 0;
    let compound = condition.chars().any(|c| {
        depth += match c {
            '(' | '[' => 1,
            ')' | ']' => -1,
            _ => 0,
        };
        depth == 0 && matches!(c, ' ' | '|' | '&' | '=' | '?')
    });
    if compound { format!("!({condition})") } else { format!("!{condition}") }
}

/// The children of a node that are no comments or directives.
fn children<'n>(holder: Node<'n>) -> Vec<Node<'n>> {
    let mut cursor = holder.walk();
    holder.named_children(&mut cursor).filter(|node| !node.is_extra()).collect()
}
