//! Diagnostics for clients that ask.

use std::sync::{Arc, PoisonError};

use rustc_hash::FxHashSet;
use tower_lsp::ls_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::answer::result_id;
use super::state::{State, key};

/// The report on one document; an unknown one has nothing.
pub async fn document(state: &State, params: DocumentDiagnosticParams) -> DocumentDiagnosticReportResult {
    let answer = state.diagnostics(&params.text_document.uri).await;
    let (id, items) = match &answer {
        Some(answer) => (answer.result_id(), answer.diagnostics.clone()),
        None => (result_id(b"[]"), Vec::new()),
    };
    let report = match params.previous_result_id {
        Some(previous) if previous == id => {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report,
            })
        }
        _ => {
            let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(id), items };
            DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report,
            })
        }
    };
    DocumentDiagnosticReportResult::Report(report)
}

/// The report on the workspace: what the scan found, and what is open.
pub async fn workspace(state: &Arc<State>, params: WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReportResult {
    state.scanned().await;
    let previous = |uri: &Uri| {
        let known = params.previous_result_ids.iter().find(|known| key(&known.uri) == key(uri));
        known.map(|known| known.value.clone())
    };
    let mut items = Vec::new();
    let mut seen = FxHashSet::default();
    for (uri, version, json) in state.all_diagnostics() {
        seen.insert(key(&uri));
        items.push(report(uri.clone(), version, &json, previous(&uri)));
    }
    // what had something and has nothing any more
    for known in &params.previous_result_ids {
        if seen.insert(key(&known.uri)) {
            items.push(report(known.uri.clone(), None, b"[]", Some(known.value.clone())));
        }
    }
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

fn report(uri: Uri, version: Option<i32>, json: &[u8], previous: Option<String>) -> WorkspaceDocumentDiagnosticReport {
    let id = result_id(json);
    let version = version.map(i64::from);
    if previous.as_ref() == Some(&id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
        return WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report,
        });
    }
    // the bytes were made from diagnostics
    let items: Vec<Diagnostic> = serde_json::from_slice(json).unwrap_or_default();
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(id), items };
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report,
    })
}

impl State {
    /// Waits until all folders were scanned once, if they are scanned at all.
    async fn scanned(&self) {
        let mut answered = self.subscribe();
        while self.settings().workspace_scan
            && !self.projects.folders().is_empty()
            && !self.scan.lock().unwrap_or_else(PoisonError::into_inner).done
        {
            if answered.changed().await.is_err() {
                return;
            }
        }
    }

    /// What is known of every file: the open ones as they are in the editor, the others as they are on disk.
    pub fn all_diagnostics(&self) -> Vec<(Uri, Option<i32>, Arc<Vec<u8>>)> {
        let documents = self.documents();
        let open = documents.values().filter_map(|document| {
            let json = document.answer.as_ref()?.json.clone();
            (json != b"[]").then(|| (document.uri.clone(), Some(document.version), Arc::new(json)))
        });
        let mut all: Vec<_> = open.collect();
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let others = closed.iter().filter(|(key, _)| !documents.contains_key(*key));
        all.extend(others.map(|(_, file)| (file.uri.clone(), None, file.json.clone())));
        all.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        all
    }
}
