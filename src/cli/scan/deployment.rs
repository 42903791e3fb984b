//! Deployment files on their way through a scan.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use smol_str::SmolStr;

use crate::analysis::{DeploymentInput, analyze_deployment};
use crate::cli::panics;
use crate::program::deployment::Format;
use crate::project::files::FileKind;
use crate::text;

use super::read::COMMENT;
use super::{Analysed, Found, Scan, Triggers};

/// Bytes above which a deployment file is not even searched: a manifest of this size was made by a tool.
pub(super) const SEARCHED: u64 = 16 * 1024 * 1024;

/// What a file must hold to say anything of interest.
const WORDS: &[&str] = &[
    "RAILS_ENV",
    "RACK_ENV",
    "APP_ENV",
    "HANAMI_ENV",
    "FLASK_",
    "ASPNETCORE_",
    "DOTNET_ENVIRONMENT",
    "AZURE_FUNCTIONS_ENVIRONMENT",
    "DJANGO_",
    "ENV_FOR_DYNACONF",
    "NODE_ENV",
    "DEBUG",
    "DETAILED_ERRORS",
    "DetailedErrors",
    "detailedErrors",
    "flask",
    "runserver",
    "manage.py",
    "rails",
    "puma",
    "unicorn",
    "sidekiq",
    "thin",
    "dotnet",
    "--reload",
    "compilation",
    "customErrors",
    COMMENT,
];

fn words() -> &'static Option<AhoCorasick> {
    static COMPILED: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS).ok());
    &COMPILED
}

/// Looks at bytes in memory.
pub fn sift(bytes: Vec<u8>) -> Found {
    if text::is_binary(&bytes) {
        return Found::Skip(text::Binary.to_string());
    }
    let is_utf8 = matches!(text::encoding(&bytes), text::Encoding::Utf8 | text::Encoding::Utf8Bom);
    match words().as_ref().filter(|_| is_utf8) {
        Some(words) if !words.is_match(&bytes) => Found::Nothing,
        _ => Found::Hit(bytes),
    }
}

/// Reads a file and sifts it.
pub fn read(path: &Path) -> Found {
    let read = || -> io::Result<Found> {
        let mut bytes = Vec::new();
        File::open(path)?.take(SEARCHED + 1).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > SEARCHED {
            true => Ok(Found::Nothing),
            false => Ok(sift(bytes)),
        }
    };
    read().unwrap_or_else(|error| Found::Skip(format!("cannot be read: {error}")))
}

impl Triggers {
    pub fn read_any(&self, kind: FileKind, path: &Path) -> Found {
        match kind {
            FileKind::Code(kind) => self.read(kind, path),
            FileKind::Deployment(_) => read(path),
        }
    }

    pub fn sift_any(&self, kind: FileKind, bytes: Vec<u8>) -> Found {
        match kind {
            FileKind::Code(kind) => self.sift(kind, bytes),
            FileKind::Deployment(_) => sift(bytes),
        }
    }
}

impl Scan<'_> {
    /// Decodes and judges a deployment file; the error says why it has to be skipped.
    pub fn analyse_deployment(&self, path: &SmolStr, format: Format, bytes: Vec<u8>) -> Result<Analysed, String> {
        panics::guard(|| {
            let text = text::decode(bytes).map_err(|why| why.to_string())?.text;
            let (zone, facts) = self.project.deployment(path);
            if zone.is_silent() && !self.with_sites {
                return Ok(Analysed { text, answers: Default::default() });
            }
            let inside = self.project.deployment_path(path);
            let input = DeploymentInput { text: &text, format, path: &inside, zone, facts: &facts };
            let mut answers = analyze_deployment(&input);
            self.project.configure(path, &mut answers);
            Ok(Analysed { text, answers })
        })?
    }

    /// The same for a file of any kind, with what the rest of the project says of it.
    pub fn analyse_any(&self, path: &SmolStr, kind: FileKind, bytes: Vec<u8>) -> Result<Analysed, String> {
        match kind {
            FileKind::Code(kind) => self.analyse_linked(path, kind, bytes),
            FileKind::Deployment(format) => self.analyse_deployment(path, format, bytes),
        }
    }
}
