//! The handlers. Each changes or copies the state before its first `await`; the work is done on threads of its own.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CreateFilesParams,
    DeleteFilesParams, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentDiagnosticParams, DocumentDiagnosticReportResult, ExecuteCommandParams, FileChangeType, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, LSPAny, ProgressToken, RenameFilesParams, ServerInfo, Uri,
    WorkDoneProgressCancelParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult,
};
use tower_lsp::{Client, LanguageServer};

use super::actions::{self, Asked};
use super::client::Traits;
use super::document::path_of;
use super::jobs::{Jobs, PATIENCE};
use super::settings::Settings;
use super::state::State;
use super::worker::Helpers;
use super::{capabilities, commands, hover, lens, position, pull, watch};

pub struct Backend {
    state: Arc<State>,
    jobs: Arc<Jobs>,
}

impl Backend {
    pub fn new(client: Client, state: Arc<State>, helpers: Helpers) -> Backend {
        let jobs = Arc::new(Jobs::new(client, state.clone(), helpers));
        Backend { state, jobs }
    }

    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if let ProgressToken::String(token) = params.token {
            self.jobs.cancels.cancel(&token);
        }
    }

    /// Files changed on disk. `moved`: they came, went or were renamed.
    fn files_changed(&self, files: Vec<PathBuf>, moved: bool) {
        let effect = watch::effect(files, moved);
        self.jobs.files_changed(effect.sources, effect.projects);
    }
}

fn paths<'u>(uris: impl IntoIterator<Item = &'u str>) -> Vec<PathBuf> {
    uris.into_iter().filter_map(|uri| path_of(&uri.parse::<Uri>().ok()?)).collect()
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let traits = Traits::of(&params);
        if let Some(options) = &params.initialization_options {
            *self.state.settings.write().unwrap_or_else(PoisonError::into_inner) = Settings::read(options);
        }
        let folders = params.workspace_folders.unwrap_or_default();
        let mut roots: Vec<PathBuf> = folders.iter().filter_map(|folder| path_of(&folder.uri)).collect();
        // what clients sent before there were folders
        #[allow(deprecated)]
        if roots.is_empty() {
            let root = params.root_uri.as_ref().and_then(path_of);
            roots.extend(root.or_else(|| params.root_path.map(PathBuf::from)));
        }
        self.state.projects.set_folders(roots);
        let capabilities = capabilities::of(&traits);
        self.state.set_traits(traits);
        let server_info =
            Some(ServerInfo { name: "prodguard".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) });
        Ok(InitializeResult { capabilities, server_info, ..InitializeResult::default() })
    }

    async fn initialized(&self, _: InitializedParams) {
        let (jobs, runtime) = (Arc::downgrade(&self.jobs), tokio::runtime::Handle::current());
        self.state.links.on_news(move || {
            let _entered = runtime.enter();
            if let Some(jobs) = jobs.upgrade() {
                jobs.refresh();
            }
        });
        self.jobs.register();
        self.jobs.read_settings();
        self.jobs.scan();
    }

    async fn shutdown(&self) -> Result<()> {
        self.jobs.stop();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.state.open(params.text_document);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.state.change(params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        self.state.links.look_again();
        // sources are watched as they are typed; what bears on others is read from disk
        self.jobs.files_changed(Vec::new(), watch::effect(path, false).projects);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        if let Some(document) = self.state.close(&params.text_document.uri) {
            // the text on disk counts from now on
            self.jobs.files_changed(document.path.into_iter().collect(), Vec::new());
        }
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        // a client that can be asked sends null here
        if params.settings.is_object() && !self.state.traits().configuration {
            self.jobs.apply_settings(Settings::read(&params.settings));
        } else {
            self.jobs.read_settings();
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let gone: Vec<PathBuf> = params.event.removed.iter().filter_map(|folder| path_of(&folder.uri)).collect();
        let come = params.event.added.iter().filter_map(|folder| path_of(&folder.uri));
        let stay = self.state.projects.folders().into_iter().filter(|folder| !gone.contains(folder));
        self.state.projects.set_folders(stay.chain(come).collect());
        self.state.ask_again(|_| true);
        self.jobs.scan();
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let (changed, moved): (Vec<_>, Vec<_>) =
            params.changes.iter().partition(|change| change.typ == FileChangeType::CHANGED);
        let paths = |changes: Vec<&tower_lsp::ls_types::FileEvent>| {
            changes.into_iter().filter_map(|change| path_of(&change.uri)).collect::<Vec<_>>()
        };
        let (changed, moved) = (paths(changed), paths(moved));
        if !changed.is_empty() {
            self.files_changed(changed, false);
        }
        if !moved.is_empty() {
            self.files_changed(moved, true);
        }
    }

    async fn did_create_files(&self, params: CreateFilesParams) {
        self.files_changed(paths(params.files.iter().map(|file| file.uri.as_str())), true);
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        let both = params.files.iter().flat_map(|file| [file.old_uri.as_str(), file.new_uri.as_str()]);
        self.files_changed(paths(both), true);
    }

    async fn did_delete_files(&self, params: DeleteFilesParams) {
        self.files_changed(paths(params.files.iter().map(|file| file.uri.as_str())), true);
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        Ok(pull::document(&self.state, params).await)
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        Ok(pull::workspace(&self.state, params).await)
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let Some((answer, _, text)) = self.state.answer_and_text(&at.text_document.uri).await else {
            return Ok(None);
        };
        let traits = self.state.traits().clone();
        let offset = position::offset_in(&text, at.position, traits.encoding);
        let found = self.jobs.helpers.run(move || hover::hover(&answer, offset, &traits)).await;
        Ok(found.flatten())
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri;
        let Some((answer, version, text)) = self.state.answer_and_text(&uri).await else {
            return Ok(None);
        };
        let traits = self.state.traits().clone();
        let [start, end] =
            [params.range.start, params.range.end].map(|at| position::offset_in(&text, at, traits.encoding));
        let state = self.state.clone();
        let found = self.jobs.helpers.run(move || {
            let config = state.config_text(&uri);
            let CodeActionContext { only, diagnostics, .. } = params.context;
            let asked =
                Asked { uri, version, answer, range: start.min(end)..start.max(end), only, diagnostics, config };
            actions::actions(&asked, state.traits())
        });
        Ok(found.await.filter(|found| !found.is_empty()))
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        // some clients resolve every action; ours are whole from the start
        Ok(params)
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        if !self.state.settings().code_lens {
            return Ok(None);
        }
        let Some(answer) = self.state.answer(&params.text_document.uri).await else {
            return Ok(None);
        };
        let traits = self.state.traits().clone();
        Ok(self.jobs.helpers.run(move || lens::lenses(&answer, &traits)).await)
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let state = self.state.clone();
        let done = self.jobs.helpers.run(move || commands::run(&state, &params)).await;
        match done {
            Some(Ok((answer, then))) => {
                tokio::spawn(commands::carry_out(self.jobs.client.clone(), then, PATIENCE));
                Ok(Some(answer))
            }
            Some(Err(why)) => Err(Error::invalid_params(why)),
            None => Err(Error::internal_error()),
        }
    }
}
