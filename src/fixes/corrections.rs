//! Corrections: what was meant is certain.

use super::held::Held;
use super::{Fix, FixKind};
use crate::analysis::{FileAnalysis, Input};
use crate::rules::Finding;
use crate::text::Edit;

/// All safe corrections of the file as one list of edits.
pub fn corrections(input: &Input<'_>, analysis: &FileAnalysis) -> Vec<Edit> {
    let _ = (input, analysis);
    Vec::new()
}

pub(super) fn of(held: &Held<'_>, finding: &Finding) -> Vec<Fix> {
    let _ = (held, finding, FixKind::Correct);
    Vec::new()
}
