//! Edits as clients take them.

use std::collections::HashMap;

use tower_lsp::ls_types::{
    AnnotatedTextEdit, ChangeAnnotation, CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges,
    OneOf, OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::text::{Edit, LineIndex};

use super::client::Traits;
use super::position;

/// The edits of one document.
pub struct FileEdits {
    pub uri: Uri,
    /// Of the text that the edits fit; `None` for a file that is not open.
    pub version: Option<i32>,
    pub edits: Vec<TextEdit>,
    /// The file has to be made first.
    pub create: bool,
}

/// The name of the annotation that makes a client show edits before it applies them.
const PREVIEW: &str = "prodguard";

pub fn text_edits(text: &str, edits: &[Edit], traits: &Traits) -> Vec<TextEdit> {
    let lines = LineIndex::new(text);
    let one = |edit: &Edit| TextEdit {
        range: position::range(&lines, &edit.range, traits.encoding),
        new_text: edit.text.clone(),
    };
    edits.iter().map(one).collect()
}

/// An edit in the form that the client announced; `None` if it cannot express it. With `preview` the user looks at it
/// first, where the client can do that.
pub fn workspace_edit(files: Vec<FileEdits>, preview: Option<&str>, traits: &Traits) -> Option<WorkspaceEdit> {
    if files.iter().any(|file| file.create) && !(traits.document_changes && traits.creates_files) {
        return None;
    }
    if !traits.document_changes {
        let changes: HashMap<Uri, Vec<TextEdit>> = files.into_iter().map(|file| (file.uri, file.edits)).collect();
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let preview = preview.filter(|_| traits.confirms_edits);
    let creates = files.iter().any(|file| file.create);
    let mut operations = Vec::new();
    let mut documents = Vec::new();
    for file in files {
        if file.create {
            let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
            let create = CreateFile { uri: file.uri.clone(), options: Some(options), annotation_id: None };
            operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        }
        let annotated = |edit: TextEdit| match preview {
            Some(_) => OneOf::Right(AnnotatedTextEdit { text_edit: edit, annotation_id: PREVIEW.to_owned() }),
            None => OneOf::Left(edit),
        };
        let document = TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri: file.uri, version: file.version },
            edits: file.edits.into_iter().map(annotated).collect(),
        };
        match creates {
            true => operations.push(DocumentChangeOperation::Edit(document)),
            false => documents.push(document),
        }
    }
    let change_annotations = preview.map(|label| {
        let annotation =
            ChangeAnnotation { label: label.to_owned(), needs_confirmation: Some(true), description: None };
        HashMap::from([(PREVIEW.to_owned(), annotation)])
    });
    let changes = if creates { DocumentChanges::Operations(operations) } else { DocumentChanges::Edits(documents) };
    Some(WorkspaceEdit { changes: None, document_changes: Some(changes), change_annotations })
}
