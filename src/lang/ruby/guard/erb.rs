//! Guards in templates: a tag around the tags.

use std::ops::Range;

use crate::lang::guard::{Extent, Outcome, Plan, Text, Wish};
use crate::text::Edit;

use super::places::statement;
use super::plan;

pub(super) fn plans(file: &Text<'_>, wish: &Wish<'_>) -> Vec<Plan> {
    let mut edits = Vec::new();
    let mut done = 0;
    for place in wish.places {
        if place.end <= done {
            continue;
        }
        let Some(range) = statement(file, place).and_then(|range| tags(file, &range)) else {
            return Vec::new();
        };
        let predicate = &wish.predicate.text;
        if file.starts_line(range.start) && file.slice(range.end..file.line_end(range.end)).trim().is_empty() {
            let indent = file.indent(range.start);
            let nl = file.newline;
            edits.push(Edit::insert(file.line_start(range.start), format!("{indent}<% if {predicate} %>{nl}")));
            let end = file.line_end(range.end);
            let mut at = file.line_start(range.start);
            loop {
                if file.line_end(at) > at {
                    edits.push(Edit::insert(at, file.unit.as_str()));
                }
                if file.line_end(at) >= end {
                    break;
                }
                at = file.next_line(at);
            }
            edits.push(Edit::insert(end, format!("{nl}{indent}<% end %>")));
        } else {
            edits.push(Edit::insert(range.start, format!("<% if {predicate} %>")));
            edits.push(Edit::insert(range.end, "<% end %>"));
        }
        done = range.end;
    }
    vec![plan(Outcome::Skip, Extent::Place, edits)]
}

/// From the tag in which a statement starts to the one in which it ends. `None` if something else stands in these tags.
fn tags(file: &Text<'_>, range: &Range<usize>) -> Option<Range<usize>> {
    let open = file.slice(0..range.start).rfind("<%")?;
    let rest = file.text.get(range.end..)?;
    let close = range.end + rest.find("%>")?;
    let head = file.slice(open + 2..range.start);
    let tail = file.slice(range.end..close);
    let alone = head.trim().trim_start_matches(['=', '-']).trim().is_empty() && matches!(tail.trim(), "" | "-");
    alone.then_some(open..close + 2)
}
