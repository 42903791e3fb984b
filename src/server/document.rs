//! An open document.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ropey::Rope;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::program::Language;
use crate::project::files::{self, Kind};
use crate::project::formats;

use super::answer::Answer;
use super::position::{self, Encoding};

/// What a document is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Code(Kind),
    /// Says perhaps how the program is deployed; its place in the project tells.
    Deployment,
    /// `prodguard.toml`.
    Config,
    Other,
}

/// A document as its client has it.
pub struct Document {
    /// As the client spells it.
    pub uri: Uri,
    /// `None` for what is not on disk.
    pub path: Option<PathBuf>,
    pub role: Role,
    pub text: Rope,
    /// The client's; published with what is found.
    pub version: i32,
    /// Ours: grows with every change of anything that the answer depends on.
    pub generation: u64,
    /// The newest, which may be to an older text.
    pub answer: Option<Arc<Answer>>,
    /// Up to this generation, changes left the diagnostics of the answer as they were.
    pub quiet: u64,
    /// Somebody waits for all of the answer, or something besides the text changed.
    pub wants_all: bool,
}

impl Document {
    pub fn open(item: TextDocumentItem, generation: u64) -> Document {
        let path = path_of(&item.uri);
        let role = role(path.as_deref(), &item.uri, &item.language_id);
        Document {
            path,
            role,
            text: Rope::from_str(&item.text),
            uri: item.uri,
            version: item.version,
            generation,
            answer: None,
            quiet: 0,
            wants_all: false,
        }
    }

    /// Applies changes in their order, each to the text that the ones before it left.
    pub fn apply(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            let Some(range) = change.range else {
                self.text = Rope::from_str(&change.text);
                continue;
            };
            let start = position::char_in(&self.text, range.start, encoding);
            let end = position::char_in(&self.text, range.end, encoding);
            let (start, end) = (start.min(end), start.max(end));
            self.text.remove(start..end);
            self.text.insert(start, &change.text);
        }
    }
}

/// The path of a file's URI; `None` for `untitled:` and the like.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    Some(uri.to_file_path()?.into_owned())
}

fn role(path: Option<&Path>, uri: &Uri, language: &str) -> Role {
    let uri_path = uri.path().as_str();
    let path = path.unwrap_or(Path::new(uri_path));
    if path.file_name().is_some_and(|name| name == "prodguard.toml") {
        return Role::Config;
    }
    let code = |language| Role::Code(Kind { language, template: false });
    if let Some(kind) = files::kind_of_name(path) {
        return Role::Code(kind);
    }
    match language {
        "ruby" | "rails" | "rake" => code(Language::Ruby),
        "erb" | "eruby" | "html.erb" => Role::Code(Kind { language: Language::Ruby, template: true }),
        "python" | "python3" => code(Language::Python),
        "csharp" | "cs" | "c#" => code(Language::CSharp),
        _ if may_deploy(&crate::cli::paths::slashed(path)) => Role::Deployment,
        _ => Role::Other,
    }
}

/// Whether a path ends like that of a deployment file; where the project begins is not known.
pub fn may_deploy(path: &str) -> bool {
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'/', path.as_bytes()).map(|slash| slash + 1));
    starts.into_iter().any(|start| formats::format_of(&path[start..]).is_some())
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::{Position, Range};

    use super::*;

    fn document(text: &str) -> Document {
        let uri = "untitled:Untitled-1".parse().expect("a URI");
        Document::open(TextDocumentItem::new(uri, "ruby".to_owned(), 1, text.to_owned()), 0)
    }

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[a, b, c, d]| Range::new(Position::new(a, b), Position::new(c, d)));
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_apply_in_order() {
        let check = |before: &str, changes: Vec<TextDocumentContentChangeEvent>, expected: &str| {
            let mut document = document(before);
            document.apply(changes, Encoding::Utf16);
            assert_eq!(document.text.to_string(), expected);
        };
        check("ab", vec![change(None, "x"), change(Some([0, 1, 0, 1]), "y")], "xy");
        check("a😀b", vec![change(Some([0, 3, 0, 4]), "c")], "a😀c");
        check("a\r\nb", vec![change(Some([0, 1, 1, 0]), "")], "ab");
        check("a\r\nb", vec![change(Some([0, 9, 0, 9]), "!")], "a!\r\nb");
        check("ab", vec![change(Some([0, 2, 0, 0]), "x")], "x");
        check("ab", vec![change(Some([5, 0, 9, 0]), "x")], "abx");
    }

    #[test]
    fn roles() {
        let check = |uri: &str, language: &str, expected: Role| {
            let uri: Uri = uri.parse().expect("a URI");
            assert_eq!(role(path_of(&uri).as_deref(), &uri, language), expected, "{uri:?} {language}");
        };
        let ruby = |template| Role::Code(Kind { language: Language::Ruby, template });
        check("file:///a/b.rb", "plaintext", ruby(false));
        check("file:///a/b.html.erb", "html", ruby(true));
        check("file:///c%3A/a/b.rb", "ruby", ruby(false));
        check("untitled:Untitled-1", "ruby", ruby(false));
        check("untitled:Untitled-1", "html", Role::Other);
        check("file:///a/.b/k8s/web.yaml", "yaml", Role::Deployment);
        check("file:///a/Dockerfile", "dockerfile", Role::Deployment);
        check("file:///a/config/locales/en.yml", "yaml", Role::Other);
        check("file:///a/prodguard.toml", "toml", Role::Config);
        check(
            "vscode-notebook-cell:/a/b.ipynb#1",
            "python",
            Role::Code(Kind { language: Language::Python, template: false }),
        );
    }
}
