//! Each construct with the program it becomes.

mod definitions;
mod expressions;
mod outline;
mod robustness;
mod shapes;
mod statements;

use crate::lang::lower_all;
use crate::program::{Language, Program, dump};

fn program(source: &str) -> Program {
    lower_all(Language::Python, source, false)
}

/// Compares the members of a file with an expected dump, without the sequence around them.
#[track_caller]
fn check(source: &str, expected: &str) {
    let dump = dump(&program(source));
    let members = dump.strip_prefix("(seq").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&dump);
    assert_eq!(members.trim(), expected, "\n{source}");
}
