//! What the fixes are called: a title says what to do.

use crate::lang::guard::{Extent, Outcome, Plan};
use crate::program::Language;
use crate::rules::Finding;

/// `test` says that test runs stay as they are.
pub(super) fn guard(finding: &Finding, plan: &Plan, language: Language, test: bool) -> String {
    let worlds = if test { "development and test" } else { "development" };
    let what = match finding.sites.len() {
        0 => format!("`{}`", finding.symbol),
        others => format!("`{}` and {others} more", finding.symbol),
    };
    let nothing = match language {
        Language::Ruby => "nil",
        Language::Python => "None",
        Language::CSharp => "default",
    };
    match (plan.outcome, plan.extent) {
        (Outcome::Skip, Extent::Place) => format!("Run {what} only in {worlds}"),
        (Outcome::Skip, Extent::Method) => format!("Return early outside {worlds}"),
        (Outcome::Skip, Extent::Block) => format!("Skip the block outside {worlds}"),
        (Outcome::Skip, Extent::File) => format!("Skip the rest of the file outside {worlds}"),
        (Outcome::Nothing, _) => format!("Run {what} only in {worlds}, {nothing} elsewhere"),
        (Outcome::Raise, Extent::Place) => format!("Raise outside {worlds}"),
        (Outcome::Raise, _) => format!("Raise first thing outside {worlds}"),
        (Outcome::Abort, _) => format!("Abort outside {worlds}"),
    }
}
