use crate::lang::lower_all;
use crate::program::{Language, dump};
#[track_caller]
fn check(source: &str, expected: &str) {
    let program = lower_all(Language::Python, source, false);
    assert_eq!(dump(&program), expected, "\n{source}");
}
