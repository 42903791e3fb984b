//! The list of all rules.

use std::sync::LazyLock;

use crate::catalog::Family;

use super::{Severity, debug, deployment, environment, fake_data, hygiene};

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

macro_rules! rules {
    ($($family:ident $severity:ident $room:ident::$rule:ident $file:literal $summary:literal)+) => {
        vec![$(RuleInfo {
            id: $room::$rule::ID,
            family: Family::$family,
            severity: Severity::$severity,
            summary: $summary,
            docs: doc_comment(include_str!($file)),
        }),+]
    };
}

/// Every rule, in the order of families and names.
pub static REGISTRY: LazyLock<Vec<RuleInfo>> = LazyLock::new(|| {
    rules! {
        FakeData Warning fake_data::reachable "fake_data/reachable.rs" "fake data can be made in production"
        FakeData Error fake_data::written "fake_data/written.rs" "fake data can be written to the production database"
        FakeData Error fake_data::only_in_production "fake_data/only_in_production.rs" "an inverted guard: the code runs only in production"
        Debug Warning debug::breakpoint "debug/breakpoint.rs" "code that waits for a debugger can run in production"
        Debug Warning debug::debug_mode "debug/debug_mode.rs" "debug mode can be on in production"
        Debug Warning debug::developer_exception_page "debug/developer_exception_page.rs" "visitors can see stack traces in production"
        Debug Error debug::interactive_debugger "debug/interactive_debugger.rs" "visitors can run code in a debugger in production"
        Environment Warning environment::constant_comparison "environment/constant_comparison.rs" "a test of the environment comes out the same everywhere"
        Environment Note environment::dead_guard "environment/dead_guard.rs" "guarded code runs in no environment"
        Environment Note environment::default_development "environment/default_development.rs" "a missing variable means development"
        Environment Note environment::deny_list_guard "environment/deny_list_guard.rs" "a guard names the environments that may not run the code"
        Environment Note environment::fail_open_guard "environment/fail_open_guard.rs" "a guard opens when the variable is missing"
        Environment Note environment::ignored_variable "environment/ignored_variable.rs" "the framework's version does not read the variable"
        Environment Warning environment::truthy_flag "environment/truthy_flag.rs" "the text \"False\" counts as true"
        Environment Warning environment::unknown_environment "environment/unknown_environment.rs" "no environment or variable has this name"
        Deployment Warning deployment::debug_build "deployment/debug_build.rs" "an image ships a Debug build"
        Deployment Warning deployment::debug_variable "deployment/debug_variable.rs" "a deployment file turns a debug mode on"
        Deployment Warning deployment::development_environment "deployment/development_environment.rs" "a deployment file sets the environment to development"
        Deployment Warning deployment::development_server "deployment/development_server.rs" "production starts a server for development"
        Deployment Note deployment::unpinned_environment "deployment/unpinned_environment.rs" "an image of Rails sets no environment"
        Hygiene Warning hygiene::allow_without_reason "hygiene/allow_without_reason.rs" "an allow comment gives no reason"
        Hygiene Note hygiene::unused_allow "hygiene/unused_allow.rs" "an allow comment allows nothing"
    }
});

/// The doc comment at the head of a rule's file, without its first heading. Kept for the life of the program.
fn doc_comment(source: &'static str) -> &'static str {
    let text: String = source
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .skip(2)
        .map(|line| line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    Box::leak(text.into_boxed_str())
}

/// Where the documentation of a rule is read.
pub fn docs_url(rule: &str) -> String {
    format!("https://github.com/prodguard/prodguard/blob/main/docs/rules/{rule}.md")
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static RuleInfo> {
    REGISTRY.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_documented_under_the_same_headings() {
        for rule in REGISTRY.iter() {
            for heading in ["What it does", "Why is this bad?", "Example", "Use instead", "References"] {
                assert!(rule.docs.contains(&format!("## {heading}\n")), "{}: no heading {heading:?}", rule.id);
            }
        }
    }

    #[test]
    fn names_of_rules_are_stable_ids_and_none_is_a_family() {
        for rule in REGISTRY.iter() {
            assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
            assert!(Family::from_id(rule.id).is_none(), "{}", rule.id);
        }
    }
}
