//! # unknown-environment
//!
//! ## What it does
//! Finds tests of the environment against a name that no environment of the project has, and reads of a variable that differs
//! from a known one by a letter or two or by case. Environments with a file in `config/environments` and those named in
//! `prodguard.toml` are known.
//!
//! ## Why is this bad?
//! Such a test never holds. `unless Rails.env.prodution?` runs everywhere, production included, and `if Rails.env.developement?`
//! runs nowhere. No framework reports it.
//!
//! ## Example
//! ```ruby
//! seed! unless Rails.env.prodution?
//! ```
//!
//! ## Use instead
//! ```ruby
//! seed! if Rails.env.local?
//! ```
//!
//! ## References
//! - RuboCop: `Rails/UnknownEnv`

use smol_str::SmolStr;

use crate::catalog::distance_at_most;
use crate::program::{Language, NodeRef};
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "unknown-environment";

/// Names that every project of a language may use.
fn common(language: Language) -> &'static [&'static str] {
    match language {
        Language::CSharp => &["Production", "Development", "Staging"],
        Language::Ruby | Language::Python => &["production", "development", "test", "staging"],
    }
}

pub(in crate::rules) fn name(judged: &Judged<'_>, at: NodeRef, name: &str, own: bool) -> Option<Finding> {
    let facts = judged.case.facts;
    let mut known: Vec<&str> =
        facts.environments.iter().chain(facts.production_names.iter()).map(SmolStr::as_str).collect();
    if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    known.extend(common(judged.case.program.language));
    // `dev` and `prod` are names of their own, `staging2` is another staging: only a slip of the keyboard is near
    let letters = name.chars().all(char::is_alphabetic);
    let slips = if name.len() >= 10 { 2 } else { 1 };
    let near = known.iter().find(|known| {
        letters && name.len() >= 5 && distance_at_most(&known.to_lowercase(), &name.to_lowercase(), slips)
    });
    let text = judged.quote_node(at);
    let Some(near) = near else {
        // without a list of the project's environments any other name may be one
        if own || facts.environments.is_empty() || judged.is_sandbox_name(name) {
            return None;
        }
        return Some(judged.environment(
            ID,
            at,
            Severity::Note,
            Confidence::Medium,
            Verdict::WeaklyGuarded,
            format!("`{text}` never holds: the project has no environment \"{name}\"."),
            format!(
                "Add config/environments/{name}.rb, or name the environment in prodguard.toml under [environments]."
            ),
        ));
    };
    Some(judged.environment(
        ID,
        at,
        Severity::Warning,
        Confidence::High,
        Verdict::Reachable,
        format!("`{text}` never holds: the project has no environment \"{name}\". Did you mean \"{near}\"?"),
        format!("Write \"{near}\" instead."),
    ))
}

pub(in crate::rules) fn variable(judged: &Judged<'_>, at: NodeRef, name: &str, known: &str) -> Finding {
    judged.environment(
        ID,
        at,
        Severity::Warning,
        Confidence::High,
        Verdict::Reachable,
        format!("Nothing sets {name}: the variable is {known}. What is tested here is always missing."),
        format!("Read {known} instead."),
    )
}
