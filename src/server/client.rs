//! What a client can do, and how it wants things: everything that differs between editors is decided here.

use tower_lsp::ls_types::{ClientCapabilities, CodeActionKind, InitializeParams, MarkupKind};

use super::position::Encoding;

/// A client's traits, from what it announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    pub encoding: Encoding,
    /// It asks for diagnostics; nothing is pushed then.
    pub pulls: bool,
    pub refreshes_diagnostics: bool,
    pub refreshes_lenses: bool,
    pub related_information: bool,
    pub code_description: bool,
    /// Publications may carry a version.
    pub versions: bool,
    /// Code actions rather than bare commands.
    pub action_literals: bool,
    /// An action's edit may come with `codeAction/resolve`.
    pub resolves_edits: bool,
    pub is_preferred: bool,
    pub document_changes: bool,
    pub creates_files: bool,
    /// Edits can be marked so that the user looks at them first.
    pub confirms_edits: bool,
    pub applies_edits: bool,
    pub markdown: bool,
    pub progress: bool,
    pub watches_files: bool,
    /// Settings can be asked for.
    pub configuration: bool,
    pub registers_configuration: bool,
    pub shows_documents: bool,
}

impl Traits {
    pub fn of(params: &InitializeParams) -> Traits {
        let ClientCapabilities { workspace, text_document, window, general, .. } = &params.capabilities;
        let general = general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let mut traits = Traits { encoding: Encoding::negotiate(offered), ..Traits::default() };
        if let Some(text) = text_document {
            traits.pulls = text.diagnostic.is_some();
            if let Some(publish) = &text.publish_diagnostics {
                traits.related_information = publish.related_information == Some(true);
                traits.code_description = publish.code_description_support == Some(true);
                traits.versions = publish.version_support == Some(true);
            }
            // a client that pulls says there what it understands, and today's say it nowhere
            traits.related_information |= traits.pulls;
            traits.code_description |= traits.pulls;
            if let Some(action) = &text.code_action {
                traits.action_literals = action.code_action_literal_support.is_some();
                traits.is_preferred = action.is_preferred_support == Some(true);
                let properties = action.resolve_support.as_ref().map(|support| &support.properties);
                let resolves = properties.is_some_and(|names| names.iter().any(|name| name == "edit"));
                traits.resolves_edits = resolves && action.data_support == Some(true);
            }
            let hover = text.hover.as_ref().and_then(|hover| hover.content_format.as_ref());
            traits.markdown = hover.is_some_and(|formats| formats.first() == Some(&MarkupKind::Markdown));
        }
        if let Some(workspace) = workspace {
            traits.refreshes_diagnostics =
                workspace.diagnostics.as_ref().is_some_and(|it| it.refresh_support == Some(true));
            traits.refreshes_lenses = workspace.code_lens.as_ref().is_some_and(|it| it.refresh_support == Some(true));
            traits.configuration = workspace.configuration == Some(true);
            traits.applies_edits = workspace.apply_edit == Some(true);
            traits.watches_files =
                workspace.did_change_watched_files.as_ref().is_some_and(|it| it.dynamic_registration == Some(true));
            traits.registers_configuration =
                workspace.did_change_configuration.as_ref().is_some_and(|it| it.dynamic_registration == Some(true));
            if let Some(edit) = &workspace.workspace_edit {
                use tower_lsp::ls_types::ResourceOperationKind::Create;
                traits.document_changes = edit.document_changes == Some(true);
                traits.creates_files = edit.resource_operations.as_ref().is_some_and(|kinds| kinds.contains(&Create));
                traits.confirms_edits = edit.change_annotation_support.is_some();
            }
        }
        if let Some(window) = window {
            traits.progress = window.work_done_progress == Some(true);
            traits.shows_documents = window.show_document.as_ref().is_some_and(|it| it.support);
        }
        traits
    }
}

/// Whether a client that asks for `only` these kinds, or kinds below them, wants one of `kind`.
pub fn wants(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    let Some(only) = only else {
        return true;
    };
    only.iter().any(|asked| {
        let asked = asked.as_str();
        asked.is_empty() || kind == asked || kind.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_asked_for_by_prefix() {
        let check = |only: &[&'static str], kind: &str, expected: bool| {
            let only: Vec<_> = only.iter().map(|kind| CodeActionKind::new(kind)).collect();
            assert_eq!(wants(Some(&only), kind), expected, "{only:?} {kind}");
        };
        check(&["quickfix"], "quickfix", true);
        check(&["quickfix"], "source.fixAll.prodguard", false);
        check(&["source.fixAll"], "source.fixAll.prodguard", true);
        check(&["source"], "source.fixAll.prodguard", true);
        check(&["source.fixAll.ruff"], "source.fixAll.prodguard", false);
        check(&["source.fix"], "source.fixAll.prodguard", false);
        check(&["", "quickfix"], "source.fixAll.prodguard", true);
        check(&[], "quickfix", false);
        assert!(wants(None, "quickfix"));
    }

    #[test]
    fn a_client_that_announces_nothing_gets_what_everybody_understands() {
        assert_eq!(Traits::of(&InitializeParams::default()), Traits::default());
    }
}
