//! Code actions: the fixes of the findings in a range, and the corrections of a file.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Command, Diagnostic, NumberOrString, Position, Uri,
};

use crate::fixes::{self, Fix, FixKind};
use crate::rules::{Finding, Verdict};
use crate::text::{LineIndex, edits::apply};

use super::answer::Answer;
use super::capabilities::{APPLY, FIX_ALL, GUARD_FILE, PLACE};
use super::client::{Traits, wants};
use super::edits::{FileEdits, text_edits, workspace_edit};
use super::position;

/// A document that actions are asked for.
pub struct Asked {
    pub uri: Uri,
    pub version: i32,
    pub answer: Arc<Answer>,
    /// Bytes of the text.
    pub range: Range<usize>,
    pub only: Option<Vec<CodeActionKind>>,
    /// Those that the client holds to be here; an action names the one that it mends.
    pub diagnostics: Vec<Diagnostic>,
    pub config: ConfigText,
}

/// The configuration of the document's project.
pub struct ConfigText {
    pub path: PathBuf,
    /// `None` if there is no such file.
    pub text: Option<String>,
    /// Of the open document.
    pub version: Option<i32>,
    /// The document's path, relative to the folder of the configuration.
    pub file: String,
}

/// The actions for a range. Every fix was tried on the text before it is offered.
pub fn actions(asked: &Asked, traits: &Traits) -> Vec<CodeActionOrCommand> {
    let mut found = Vec::new();
    let only = asked.only.as_deref();
    if wants(only, "quickfix") {
        let findings = asked.answer.analysis.findings.iter().filter(|finding| touches(finding, &asked.range));
        for (index, finding) in findings.enumerate() {
            found.extend(of_finding(asked, finding, index == 0, traits));
        }
        if !found.is_empty() {
            found.extend(guard_file(asked));
        }
    }
    if wants(only, FIX_ALL) {
        found.extend(fix_all(asked, traits));
    }
    found.into_iter().map(|action| in_form(action, traits)).collect()
}

/// A client that knows only commands gets one that applies the edit.
fn in_form(action: CodeAction, traits: &Traits) -> CodeActionOrCommand {
    if traits.action_literals {
        return CodeActionOrCommand::CodeAction(action);
    }
    let title = action.title;
    let command = match (action.edit, action.command) {
        (Some(edit), _) => Command { title, command: APPLY.to_owned(), arguments: Some(vec![json!(edit)]) },
        (None, command) => Command { title, ..command.unwrap_or_default() },
    };
    CodeActionOrCommand::Command(command)
}

fn touches(finding: &Finding, asked: &Range<usize>) -> bool {
    let touches = |range: &Range<usize>| range.start <= asked.end && asked.start <= range.end;
    touches(&finding.range) || finding.sites.iter().any(|site| touches(&site.range))
}

fn of_finding(asked: &Asked, finding: &Finding, is_first: bool, traits: &Traits) -> Vec<CodeAction> {
    let Some(context) = &asked.answer.context else {
        return Vec::new();
    };
    let text = &asked.answer.text;
    let diagnostics = diagnostics_of(asked, finding, traits);
    let fixes = fixes::fixes(&context.input(text), &asked.answer.analysis, finding);
    let mut actions = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        let file = FileEdits {
            uri: asked.uri.clone(),
            version: Some(asked.version),
            edits: text_edits(text, &fix.edits, traits),
            create: false,
        };
        let is_best = is_first && index == 0 && !matches!(fix.kind, FixKind::AllowHere | FixKind::Raise);
        actions.push(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: diagnostics.clone(),
            edit: workspace_edit(vec![file], None, traits),
            command: fix.cursor.filter(|_| traits.shows_documents).map(|cursor| place(asked, fix, cursor, traits)),
            is_preferred: (traits.is_preferred && is_best).then_some(true),
            ..CodeAction::default()
        });
    }
    actions.extend(allow_in_config(asked, finding, diagnostics, traits));
    actions
}

/// Moves the caret to where something has to be typed.
fn place(asked: &Asked, fix: &Fix, cursor: usize, traits: &Traits) -> Command {
    let after = apply(&asked.answer.text, &fix.edits);
    let at = position::position(&LineIndex::new(&after), cursor, traits.encoding);
    place_at(asked.uri.as_str(), at)
}

fn place_at(uri: &str, at: Position) -> Command {
    let arguments = vec![json!(uri), json!(at)];
    Command { title: "Type the reason".to_owned(), command: PLACE.to_owned(), arguments: Some(arguments) }
}

/// The client's diagnostics of a finding. Clients drop parts of them on the way, so they are matched by place and code.
fn diagnostics_of(asked: &Asked, finding: &Finding, traits: &Traits) -> Option<Vec<Diagnostic>> {
    let lines = LineIndex::new(&asked.answer.text);
    let places = finding.sites.iter().map(|site| &site.range).chain([&finding.range]);
    let ranges: Vec<_> = places.map(|place| position::range(&lines, place, traits.encoding)).collect();
    let is_of = |diagnostic: &Diagnostic| {
        let same = matches!(&diagnostic.code, Some(NumberOrString::String(code)) if code == finding.rule);
        same && ranges.contains(&diagnostic.range)
    };
    let found: Vec<Diagnostic> = asked.diagnostics.iter().filter(|it| is_of(it)).cloned().collect();
    (!found.is_empty()).then_some(found)
}

fn allow_in_config(
    asked: &Asked,
    finding: &Finding,
    diagnostics: Option<Vec<Diagnostic>>,
    traits: &Traits,
) -> Option<CodeAction> {
    // what is wrong with a comment is mended in the comment
    if finding.rule == "unused-allow" || finding.rule == "allow-without-reason" {
        return None;
    }
    let config = &asked.config;
    // what is not on disk has no path to allow
    if config.file.is_empty() {
        return None;
    }
    let uri = Uri::from_file_path(&config.path)?;
    let text = config.text.as_deref().unwrap_or_default();
    let edit = fixes::allow_in_config(text, finding.rule, &config.file);
    let after = apply(text, std::slice::from_ref(&edit));
    let reason = after.rfind("reason = \"").map(|at| at + "reason = \"".len());
    let file = FileEdits {
        uri: uri.clone(),
        version: config.version,
        edits: text_edits(text, &[edit], traits),
        create: config.text.is_none(),
    };
    let command = reason
        .filter(|_| traits.shows_documents)
        .map(|at| place_at(uri.as_str(), position::position(&LineIndex::new(&after), at, traits.encoding)));
    Some(CodeAction {
        title: format!("Allow {} in this file in prodguard.toml", finding.rule),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics,
        edit: Some(workspace_edit(vec![file], None, traits)?),
        command,
        ..CodeAction::default()
    })
}

/// Offered where more than one guard is missing.
fn guard_file(asked: &Asked) -> Option<CodeAction> {
    let findings = asked.answer.analysis.findings.iter();
    let count = findings.filter(|finding| finding.verdict == Verdict::Reachable).count();
    (count > 1).then(|| CodeAction {
        title: "Guard everything in this file…".to_owned(),
        kind: Some(CodeActionKind::QUICKFIX),
        command: Some(Command {
            title: "Guard everything in this file".to_owned(),
            command: GUARD_FILE.to_owned(),
            arguments: Some(vec![json!(asked.uri.as_str())]),
        }),
        ..CodeAction::default()
    })
}

/// Corrections only: editors run this on save.
fn fix_all(asked: &Asked, traits: &Traits) -> Option<CodeAction> {
    let context = asked.answer.context.as_ref()?;
    if asked.answer.analysis.findings.is_empty() {
        return None;
    }
    let text = &asked.answer.text;
    let edits = fixes::corrections(&context.input(text), &asked.answer.analysis);
    if edits.is_empty() {
        return None;
    }
    let file = FileEdits {
        uri: asked.uri.clone(),
        version: Some(asked.version),
        edits: text_edits(text, &edits, traits),
        create: false,
    };
    Some(CodeAction {
        title: "Correct what is certain (prodguard)".to_owned(),
        kind: Some(CodeActionKind::new(FIX_ALL)),
        edit: workspace_edit(vec![file], None, traits),
        ..CodeAction::default()
    })
}
