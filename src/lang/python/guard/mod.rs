//! How a guard is written in Python.

mod bodies;
mod imports;
mod places;
mod statements;
mod values;

use std::ops::Range;

use tree_sitter::Node;

use crate::lang::guard::{Extent, Guards, Outcome, Plan, Predicate, Runs, Text, Unit, Wish, each};
use crate::text::Edit;

use super::Python;
use bodies::Body;
use places::Place;

impl Guards for Python {
    fn resolved(&self, file: &Text<'_>, predicate: &Predicate, places: &[Range<usize>]) -> Option<(String, Vec<Edit>)> {
        imports::resolve(file, predicate, places)
    }

    fn plans(&self, file: &Text<'_>, wish: &Wish<'_>) -> Vec<Plan> {
        let Some((text, imports)) = imports::resolve(file, wish.predicate, wish.places) else {
            return Vec::new();
        };
        let predicate = Predicate { text, imports: Vec::new(), test: wish.predicate.test };
        let wish = Wish { predicate: &predicate, ..*wish };
        let Some(place) = Place::of(file, &wish) else {
            return Vec::new();
        };
        // outside of a request there is no current application
        let in_function = |unit: &Unit<'_>| unit.around().any(|node| node.kind() == "function_definition");
        if predicate.text.starts_with("current_app") && (wish.runs == Runs::Script || !place.units().all(in_function)) {
            return Vec::new();
        }
        let mut plans = ordered(&place);
        for plan in &mut plans {
            plan.edits.extend(imports.iter().cloned());
        }
        plans
    }

    fn statement(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        let path = file.path(place);
        let at = (1..path.len()).rev().find(|at| places::is_statement(path[at - 1], path[*at]))?;
        Some(path[at].byte_range())
    }

    fn definition(&self, file: &Text<'_>, place: &Range<usize>) -> Option<Range<usize>> {
        let path = file.path(place);
        let at =
            (0..path.len()).rev().find(|at| matches!(path[*at].kind(), "function_definition" | "class_definition"))?;
        let outer = path.get(at.wrapping_sub(1)).filter(|node| node.kind() == "decorated_definition");
        Some(outer.unwrap_or(&path[at]).byte_range())
    }
}

fn ordered(place: &Place<'_>) -> Vec<Plan> {
    let body = Body::around(place);
    let whole = body.as_ref().filter(|body| body.is_whole(place));
    let mut plans = Vec::new();
    if place.wish.runs == Runs::Migration {
        plans.extend(body.and_then(|body| body.leave(place)));
        return plans;
    }
    let skip = statements::skip(place);
    let mixed = each(&place.runs, &|runs| {
        let part = Place { runs, ..*place };
        let skip = statements::skip(&part);
        // no row with holes is written
        if place.wish.writes { skip } else { skip.or_else(|| values::nothing(&part)) }
    });
    let nothing = values::nothing(place);
    let raise = statements::raise(place);
    match whole {
        Some(body) if body.is_command(place.file) => plans.extend(body.abort(place)),
        Some(body) if body.statements() > 1 => plans.extend(body.leave(place)),
        _ => {}
    }
    if place.wish.runs == Runs::Script {
        plans.extend(bodies::main(place));
    }
    if place.is_returned() {
        plans.extend(whole.and_then(|body| body.leave(place)));
        plans.extend(raise);
        plans.extend(nothing);
    } else if place.is_value() && !place.wish.writes {
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
        plans.extend(body.leave(place));
        plans.extend(body.raise(place));
    }
    plans
}

fn plan(outcome: Outcome, extent: Extent, edits: Vec<Edit>) -> Plan {
    Plan { outcome, extent, edits }
}

/// What an error says.
fn message(wish: &Wish<'_>, what: &str) -> String {
    let worlds = if wish.predicate.test { "development and test" } else { "development" };
    format!("{what} is for {worlds} only")
}

/// The opposite of a condition.
fn negated(condition: &str) -> String {
    let compound = condition.contains(" and ") || condition.contains(" or ");
    match condition.split_once(" in ") {
        Some((left, right)) if !compound && !left.ends_with(" not") => format!("{left} not in {right}"),
        _ if !condition.contains(' ') => format!("not {condition}"),
        _ => format!("not ({condition})"),
    }
}

/// The statements of a block or module.
fn children<'n>(holder: Node<'n>) -> Vec<Node<'n>> {
    let mut cursor = holder.walk();
    holder.named_children(&mut cursor).filter(|node| !node.is_extra()).collect()
}

fn is_string_statement(node: Node<'_>) -> bool {
    node.kind() == "expression_statement" && node.named_child(0).is_some_and(|child| child.kind() == "string")
}
