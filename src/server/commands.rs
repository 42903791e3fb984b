//! Commands: guards for everything at once, and the report of the workspace.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp::Client;
use tower_lsp::ls_types::{ExecuteCommandParams, Position, Range, ShowDocumentParams, Uri, WorkspaceEdit};

use crate::cli::paths;
use crate::cli::scan;
use crate::fixes;
use crate::report::{self, Report};
use crate::text::{self, LineIndex};

use super::answer::Context;
use super::capabilities::{APPLY, GUARD_FILE, GUARD_WORKSPACE, PLACE, REPORT};
use super::edits::{FileEdits, text_edits, workspace_edit};
use super::state::{State, key};
use super::worker;

/// What a command asks of the client; it is not waited for.
pub enum Then {
    Nothing,
    Apply(WorkspaceEdit),
    Show(ShowDocumentParams),
}

/// Carries out a command; the error says what is wrong with the request.
pub fn run(state: &Arc<State>, params: &ExecuteCommandParams) -> Result<(Value, Then), String> {
    let argument = |index: usize| params.arguments.get(index).cloned().unwrap_or_default();
    match params.command.as_str() {
        GUARD_FILE => {
            let uri: Uri =
                serde_json::from_value(argument(0)).map_err(|_| format!("{GUARD_FILE} takes the URI of a file"))?;
            Ok(guard(state, &[uri]))
        }
        GUARD_WORKSPACE => {
            let uris: Vec<Uri> = state.all_diagnostics().into_iter().map(|(uri, ..)| uri).collect();
            Ok(guard(state, &uris))
        }
        REPORT => Ok((report(state), Then::Nothing)),
        APPLY => {
            let edit = serde_json::from_value(argument(0)).map_err(|_| format!("{APPLY} takes an edit"))?;
            Ok((Value::Null, Then::Apply(edit)))
        }
        PLACE => {
            let wrong = |_| format!("{PLACE} takes a URI and a position");
            let uri: Uri = serde_json::from_value(argument(0)).map_err(wrong)?;
            let at: Position = serde_json::from_value(argument(1)).map_err(wrong)?;
            let selection = Some(Range::new(at, at));
            let show = ShowDocumentParams { uri, external: None, take_focus: Some(true), selection };
            Ok((Value::Null, Then::Show(show)))
        }
        other => Err(format!("there is no command {other}")),
    }
}

/// Sends the client what a command asks of it.
pub async fn carry_out(client: Client, then: Then, patience: Duration) {
    match then {
        Then::Nothing => {}
        Then::Apply(edit) => {
            let _ = tokio::time::timeout(patience, client.apply_edit(edit)).await;
        }
        Then::Show(show) => {
            let _ = tokio::time::timeout(patience, client.show_document(show)).await;
        }
    }
}

/// A file as it is now: in the editor, else on disk.
struct Now {
    uri: Uri,
    version: Option<i32>,
    text: Arc<str>,
    context: Context,
}

fn now(state: &State, uri: &Uri) -> Option<Now> {
    let open = state.documents().get(&key(uri)).map(|document| {
        (document.uri.clone(), document.version, document.text.clone(), document.path.clone(), document.role)
    });
    let (uri, version, text, path, kind) = match open {
        Some((uri, version, text, path, super::document::Role::Code(kind))) => {
            (uri, Some(version), text.to_string(), path, kind)
        }
        Some(_) => return None,
        None => {
            let path = super::document::path_of(uri)?;
            let text = text::decode(std::fs::read(&path).ok()?).ok()?.text;
            let kind = scan::kind(&path, true)?;
            (uri.clone(), None, text, Some(path), kind)
        }
    };
    let project = state.projects.of(path.as_deref());
    let relative = path.map_or("untitled".into(), |path| paths::relative(&project.root, &path));
    let context = worker::context(&project, relative, kind, &text)?;
    Some(Now { uri, version, text: text.into(), context })
}

fn guard(state: &Arc<State>, uris: &[Uri]) -> (Value, Then) {
    let traits = state.traits();
    let mut files = Vec::new();
    let mut left = Vec::new();
    for file in uris.iter().filter_map(|uri| now(state, uri)) {
        let analysis = worker::analyse(&file.context, &file.text, None);
        let (edits, open) = fixes::guard_all(&file.context.input(&file.text), &analysis);
        let lines = LineIndex::new(&file.text);
        left.extend(open.iter().filter_map(|open| {
            let finding = analysis.findings.get(open.finding)?;
            let line = lines.line(finding.range.start);
            Some(json!({ "uri": file.uri.as_str(), "line": line, "rule": finding.rule, "why": open.why }))
        }));
        if !edits.is_empty() {
            let edits = text_edits(&file.text, &edits, traits);
            files.push(FileEdits { uri: file.uri, version: file.version, edits, create: false });
        }
    }
    let count: usize = files.iter().map(|file| file.edits.len()).sum();
    let answer = json!({ "files": files.len(), "edits": count, "left": left });
    if files.is_empty() {
        return (answer, Then::Nothing);
    }
    let edit = workspace_edit(files, Some("Run fake data only in development and test"), traits);
    let then = match edit {
        Some(edit) if traits.applies_edits => Then::Apply(edit),
        // the client may still apply what it is told
        Some(edit) => {
            let mut answer = answer;
            answer["edit"] = json!(edit);
            return (answer, Then::Nothing);
        }
        None => Then::Nothing,
    };
    (answer, then)
}

/// What `prodguard check --format json` would say of every folder, with unsaved text in place of what is on disk.
fn report(state: &Arc<State>) -> Value {
    let mut all = Report::default();
    let root = state.projects.folders().into_iter().next().unwrap_or_default();
    for (uri, ..) in state.all_diagnostics() {
        let Some(file) = now(state, &uri) else { continue };
        let analysis = worker::analyse(&file.context, &file.text, None);
        let path = super::document::path_of(&file.uri).map(|path| paths::relative(&root, &path));
        let path = path.unwrap_or_else(|| file.uri.as_str().into());
        let findings = report::locate(&path, &LineIndex::new(&file.text), analysis.findings);
        all.merge(Report { findings, allowed: analysis.allowed, scanned: 1, ..Report::default() });
    }
    all.root = paths::slashed(&root).into();
    all.sort();
    let mut bytes = Vec::new();
    match report::json(&all, &mut bytes) {
        Ok(()) => serde_json::from_slice(&bytes).unwrap_or_default(),
        Err(_) => Value::Null,
    }
}
