//! Debug modes, debuggers and development servers.

pub mod breakpoint;
pub mod debug_mode;
pub mod developer_exception_page;
pub mod interactive_debugger;

use super::deployment::{development_environment, development_server};
use super::judge::{Group, Judged};
use crate::catalog::Switch;
use crate::worlds::What;

/// The rule that the catalogue names.
pub(super) fn rule(name: &str) -> &'static str {
    let rules = [
        breakpoint::ID,
        debug_mode::ID,
        developer_exception_page::ID,
        development_server::ID,
        development_environment::ID,
        interactive_debugger::ID,
    ];
    rules.into_iter().find(|rule| *rule == name).unwrap_or(debug_mode::ID)
}

/// The sentence about a group of places of one switch, the first of which is named, and what to do.
pub(super) fn message(judged: &Judged<'_>, group: &Group, switch: &Switch) -> (String, String) {
    let first = &judged.sites[group.primary];
    let condition = first.steps.iter().rev().find_map(|step| match &step.what {
        What::Condition { truth, cause } => Some((judged.quote_node(step.at), *truth, cause.is_some())),
        _ => None,
    });
    let started = judged.starts().filter(|_| judged.is_started_by_hand(&first.range));
    let why = match condition {
        _ if first.fail_open => "the environment variable that turns it off may be missing there".to_owned(),
        Some((text, _, true)) if first.doubted => format!("it depends on `{text}`, which is not the environment"),
        Some((text, Some(truth), _)) => format!("`{text}` is {truth} there"),
        _ if judged.is_worked_out(first) => "its value is true there".to_owned(),
        _ => "nothing on the way to it checks the environment".to_owned(),
    };
    let why = match started {
        Some(one) => format!("`{}` ({}:{}) starts this file", one.command, one.path, one.line),
        None => why,
    };
    let can = if first.doubted { "may be the case in production" } else { "in production" };
    let says = switch.says.trim_end_matches(',');
    let message = match first.doubted {
        true => format!("`{}` {says}, which {can}: {why}.", first.symbol),
        false => format!("`{}` {} {can}: {why}.", first.symbol, switch.says),
    };
    (message, switch.repair.to_string())
}
