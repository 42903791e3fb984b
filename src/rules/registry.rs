//! The list of all rules.

use crate::catalog::Family;

use super::Severity;

/// What is known of a rule apart from any finding.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// Stable: `fake-data-written`.
    pub id: &'static str,
    pub family: Family,
    /// The severity that most of its findings have.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// The rule's doc comment: Markdown.
    pub docs: &'static str,
}

/// Every rule, in the order of families and names.
pub static REGISTRY: &[RuleInfo] = &[];

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static RuleInfo> {
    REGISTRY.iter().find(|rule| rule.id == id)
}
