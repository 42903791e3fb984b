//! What a guard may change, and what not.

use std::collections::BTreeMap;

use super::{Recipe, Trace};

/// Every value that a stub library makes holds this.
const FAKE: &str = "FAKE";

type Entry = (String, String, String);

fn is_fake(entry: &Entry) -> bool {
    entry.0 == "fake" || entry.2.contains(FAKE)
}

fn is_end(entry: &Entry) -> bool {
    entry.0 == "raise" || entry.0 == "abort"
}

pub fn compare(
    recipe: &Recipe,
    before: &BTreeMap<String, Trace>,
    after: &BTreeMap<String, Trace>,
) -> Result<(), String> {
    let title = recipe.title.as_deref().unwrap_or_default();
    let raises = title.starts_with("Raise") || title.starts_with("Abort");
    for world in ["production", "development", "test"] {
        let (before, after) = (&before[world], &after[world]);
        let shown = || format!("in {world}\nbefore {before:?}\nafter  {after:?}");
        if !before.iter().any(|entry| entry.0 == "fake") {
            return Err(format!("nothing fake runs before the fix {}", shown()));
        }
        let kept = world == "development" || world == "test" && title.contains("development and test");
        if kept {
            if before != after {
                return Err(format!("something changed {}", shown()));
            }
            continue;
        }
        if let Some(entry) = after.iter().find(|entry| is_fake(entry)) {
            return Err(format!("{} still runs {}", entry.1, shown()));
        }
        let ended = after.last().is_some_and(is_end);
        if raises != ended && !before.last().is_some_and(is_end) {
            return Err(format!("it {} {}", if ended { "raises" } else { "does not raise" }, shown()));
        }
        if !is_same(before, after, raises) {
            return Err(format!("something else changed {}", shown()));
        }
    }
    Ok(())
}

/// Whether what is not fake happens as before. What was fake may be gone or have no value now; after an error nothing is.
fn is_same(before: &Trace, after: &Trace, raises: bool) -> bool {
    let mut now = after.iter().filter(|entry| !(raises && is_end(entry))).peekable();
    for was in before {
        if !is_fake(was) {
            if now.peek().is_none() && raises {
                return true;
            }
            if now.next() != Some(was) {
                return false;
            }
        } else if was.0 != "fake" {
            // the same thing with another value
            now.next_if(|entry| (&entry.0, &entry.1) == (&was.0, &was.1));
        }
    }
    now.next().is_none()
}
