//! What the server offers a client.

use tower_lsp::ls_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, DiagnosticOptions,
    DiagnosticServerCapabilities, ExecuteCommandOptions, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, HoverProviderCapability, OneOf, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions, WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::client::Traits;

/// The kind of fix-all: the bare `source.fixAll` would run on every save of people who asked another tool for it.
pub const FIX_ALL: &str = "source.fixAll.prodguard";

/// Commands that a client may execute.
pub const COMMANDS: [&str; 5] = [GUARD_FILE, GUARD_WORKSPACE, REPORT, APPLY, PLACE];
/// Guards everything in a file; its argument is the file's URI.
pub const GUARD_FILE: &str = "prodguard.guardFile";
/// Guards everything in the workspace.
pub const GUARD_WORKSPACE: &str = "prodguard.guardWorkspace";
/// Answers with the report of the workspace.
pub const REPORT: &str = "prodguard.report";
/// Applies the edit that is its argument, for clients that know no actions with edits.
pub const APPLY: &str = "prodguard.applyEdit";
/// Moves the caret; its arguments are a URI and a position.
pub const PLACE: &str = "prodguard.placeCursor";

pub fn of(traits: &Traits) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::new(FIX_ALL)]),
        resolve_provider: Some(true),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    };
    let diagnostics = DiagnosticOptions {
        identifier: Some("prodguard".to_owned()),
        // a change of the configuration or a manifest bears on every file
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    };
    ServerCapabilities {
        position_encoding: Some(traits.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        diagnostic_provider: traits.pulls.then_some(DiagnosticServerCapabilities::Options(diagnostics)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(file_operations()),
        }),
        ..ServerCapabilities::default()
    }
}

fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let all = FileOperationRegistrationOptions {
        filters: vec![FileOperationFilter {
            scheme: Some("file".to_owned()),
            pattern: FileOperationPattern { glob: "**/*".to_owned(), ..FileOperationPattern::default() },
        }],
    };
    WorkspaceFileOperationsServerCapabilities {
        did_create: Some(all.clone()),
        did_rename: Some(all.clone()),
        did_delete: Some(all),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}
