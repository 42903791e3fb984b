//! From a folder to what is known of it: its configurations, its files, and what they define.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Part, Workspace, Written};
use crate::catalog::Words;
use crate::cli::scan::{self, Found, Listing, Triggers};
use crate::cli::{Failure, complain, paths};
use crate::lang;
use crate::program::Language;
use crate::program::deployment::Format;
use crate::project::config::{Config, Problem};
use crate::project::files;
use crate::project::formats;
use crate::project::index::Index;
use crate::rules::REGISTRY;
use crate::text::{self, LineIndex};

/// Bytes of files kept between reading what they define and analysing them; the rest is read again.
const KEPT: usize = 2 * 1024 * 1024;

/// The name of a configuration.
pub const CONFIG: &str = "prodguard.toml";

/// Reads a configuration and its text, which is there.
pub type ReadConfig<'r> = &'r dyn Fn(&Path) -> Result<(Config, String), Failure>;

/// Opens the project that a scan of `roots` below `root` is about, with the configuration in `named` alone if given.
///
/// The project's folder is the nearest one upwards with a configuration or a checkout; a root that the user named is one
/// itself unless there is a configuration above it. Folders below with a configuration of their own are projects for
/// themselves.
///
/// # Errors
/// If a configuration cannot be read or has mistakes, which are said: half a configuration is no gate.
pub fn open(root: &Path, roots: &[PathBuf], named: Option<&Path>, threads: usize) -> Result<Workspace, Failure> {
    open_with(root, roots, named, threads, &read_config)
}

/// As [`open`]; `read` decides what a mistake in a configuration means.
///
/// # Errors
/// Those of `read`, or if threads cannot be started.
pub fn open_with(
    root: &Path,
    roots: &[PathBuf],
    named: Option<&Path>,
    threads: usize,
    read: ReadConfig<'_>,
) -> Result<Workspace, Failure> {
    let current = std::env::current_dir().ok();
    let is_named = roots.iter().any(|path| path == root) && current.as_deref() != Some(root);
    let marked = match marked_folder(root) {
        Some(folder) if !is_named || folder.join(CONFIG).is_file() => Some(folder),
        _ if is_named => Some(root),
        marked => marked,
    };
    let folder = marked.unwrap_or(root);
    let listing = match marked {
        Some(folder) => scan::list(folder, &[folder.to_owned()], threads),
        // what holds no project is not searched beyond what was asked for: it may be a whole home
        None => around(folder, roots, threads),
    };
    let prefix = match root.strip_prefix(folder) {
        Ok(below) if below != Path::new("") => format!("{}/", paths::slashed(below)),
        _ => String::new(),
    };
    let (configs, by_folder) = configurations(folder, &listing, roots, named, read)?;
    let mut files = vec![Vec::new(); configs.len()];
    for path in &listing.files {
        let part = part_of(&by_folder, path);
        let skip = configs[part].folder.len();
        files[part].push(SmolStr::new(path[skip..].trim_start_matches('/')));
    }
    let mut found = FxHashMap::default();
    let mut parts = Vec::new();
    let mut compiled = Vec::new();
    let kept = AtomicUsize::new(0);
    for (Configured { folder: own, config, written, asked }, files) in configs.into_iter().zip(files) {
        let within = folder.join(own.as_str());
        let files = if asked { files } else { Vec::new() };
        let mut index = Index::build(&files, Arc::new(config), &|path| read_text(&within.join(path)));
        let triggers = Triggers::of(|language| index.catalog().sieve_words(language));
        learn_deployment(&mut index, &within, &files, threads)?;
        for (path, what) in learn(&mut index, &triggers, &within, &files, threads, &kept)? {
            let path = if own.is_empty() { path } else { format!("{own}/{path}").into() };
            found.insert(path, what);
        }
        parts.push(Part { folder: own, index, item_triggers: Default::default(), written });
        compiled.push(triggers);
    }
    let triggers = match compiled.pop() {
        Some(only) if compiled.is_empty() => only,
        _ => Triggers::of(|language| words(&parts, language)),
    };
    Ok(Workspace { prefix, parts, by_folder, triggers, found: Mutex::new(found), listing })
}

/// The words of several parts.
fn words(parts: &[Part], language: Language) -> Words<'_> {
    let mut all = parts.iter().map(|part| part.index.catalog().sieve_words(language));
    let mut words = all.next().unwrap_or_default();
    // a configuration adds only names that are enough by themselves
    words.enough.extend(all.flat_map(|more| more.enough));
    words.enough.sort_unstable();
    words.enough.dedup();
    words
}

/// A configuration and the folder that it decides for.
struct Configured {
    /// Relative to the project's folder; empty for that itself.
    folder: SmolStr,
    config: Config,
    written: Option<Written>,
    /// The scan goes there; what lies elsewhere need not even be right.
    asked: bool,
}

/// The configuration of the project's folder and those further down, outermost first, with their indices by folder.
fn configurations(
    folder: &Path,
    listing: &Listing,
    roots: &[PathBuf],
    named: Option<&Path>,
    read: ReadConfig<'_>,
) -> Result<(Vec<Configured>, FxHashMap<SmolStr, usize>), Failure> {
    let read = |path: &Path| read(path).map(|(config, text)| written(path, config, text));
    let (config, written) = match (named, folder.join(CONFIG)) {
        (Some(named), _) => read(named)?,
        (None, path) if path.is_file() => read(&path)?,
        _ => Default::default(),
    };
    let mut configs = vec![Configured { folder: SmolStr::default(), config, written, asked: true }];
    let mut by_folder = FxHashMap::from_iter([(SmolStr::default(), 0)]);
    if named.is_some() {
        return Ok((configs, by_folder));
    }
    let folder_of = |path: &SmolStr| Some(SmolStr::new(path.strip_suffix(CONFIG)?.strip_suffix('/')?));
    let mut nested: Vec<SmolStr> = listing.files.iter().filter_map(folder_of).collect();
    nested.sort_by_key(SmolStr::len);
    for own in nested {
        let outer = &configs[part_of(&by_folder, &own)];
        // what is left out is left out with its configuration
        if outer.config.exclude.matches(own[outer.folder.len()..].trim_start_matches('/')) {
            continue;
        }
        let within = folder.join(own.as_str());
        let asked = roots.iter().any(|root| root.starts_with(&within) || within.starts_with(root));
        let (config, written) = match asked {
            true => read(&within.join(CONFIG))?,
            false => Default::default(),
        };
        by_folder.insert(own.clone(), configs.len());
        configs.push(Configured { folder: own, config, written, asked });
    }
    Ok((configs, by_folder))
}

/// The index of the innermost folder around a path; both relative to the project's folder.
pub(super) fn part_of(by_folder: &FxHashMap<SmolStr, usize>, path: &str) -> usize {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        if let Some(part) = by_folder.get(above) {
            return *part;
        }
        folder = above;
    }
    0
}

/// The nearest folder upwards with a configuration, at most up to the nearest checkout, else that checkout.
pub fn marked_folder(root: &Path) -> Option<&Path> {
    let mut folders = root.ancestors();
    folders.find(|folder| folder.join(CONFIG).is_file() || folder.join(".git").exists())
}

/// The files below `roots`, beside them, and in the folders above up to `folder`; relative to it and in order.
fn around(folder: &Path, roots: &[PathBuf], threads: usize) -> Listing {
    let above = roots.iter().flat_map(|path| path.ancestors().skip(1));
    let mut folders: Vec<&Path> = above.filter(|path| path.starts_with(folder)).collect();
    folders.sort_unstable();
    folders.dedup();
    let entries =
        folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flat_map(|entries| entries.flatten());
    let beside = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| paths::relative(folder, &entry.path()));
    let mut listing = scan::list(folder, roots, threads);
    listing.files.extend(beside);
    listing.files.sort_unstable();
    listing.files.dedup();
    listing
}

/// Takes in what the sources define for the whole project: names that hide a library's, imports for every file.
fn learn(
    index: &mut Index,
    triggers: &Triggers,
    folder: &Path,
    files: &[SmolStr],
    threads: usize,
    kept: &AtomicUsize,
) -> Result<FxHashMap<SmolStr, Found>, Failure> {
    let read = |path: &SmolStr| {
        let kind = files::kind_of_name(Path::new(path.as_str()))?;
        let mut found = triggers.read(kind, &folder.join(path));
        let mut definitions = None;
        if let Found::Hit(bytes) = &mut found {
            // an import of Python says where a name comes from
            if kind.language != Language::Python && !kind.template {
                let text = text::decode(bytes.clone()).ok()?.text;
                definitions = Some(index.definitions(kind.language, &text));
            }
            if bytes.len() > scan::HELD || kept.fetch_add(bytes.len(), Ordering::Relaxed) > KEPT {
                return Some((kind, path.clone(), None, definitions));
            }
        }
        Some((kind, path.clone(), Some(found), definitions))
    };
    let all: Vec<_> = scan::with_large_stack(threads, || files.par_iter().filter_map(read).collect())?;
    let mut known = FxHashMap::default();
    for (kind, path, found, definitions) in all {
        if let Some(definitions) = definitions {
            index.merge(kind.language, &path, definitions);
        }
        if let Some(found) = found {
            known.insert(path, found);
        }
    }
    Ok(known)
}

/// Takes in what deployment files say that other files need to know: what is started, what is seen to elsewhere.
fn learn_deployment(index: &mut Index, folder: &Path, files: &[SmolStr], threads: usize) -> Result<(), Failure> {
    /// Words of what is told to other files.
    const WORDS: [&[u8]; 9] =
        [b"python", b"flask", b"gunicorn", b"uvicorn", b"uwsgi", b"waitress", b"daphne", b"entrypoint", b".sh"];
    let read = |(path, format): (&SmolStr, Format)| {
        let text = read_text(&folder.join(path))?;
        let tells = format == Format::WebTransform
            || WORDS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word).is_some());
        tells.then(|| (path.clone(), lang::deployment::read(format, &text), text))
    };
    let starts = |format: &Format| {
        !matches!(
            format,
            Format::Variables | Format::Infrastructure | Format::AppSettings | Format::WebConfig | Format::Workflow
        )
    };
    let wanted = files.iter().filter_map(|path| Some((path, formats::format_of(path).filter(starts)?)));
    let wanted: Vec<_> = wanted.filter(|(path, _)| !index.deployment_zone(path).is_silent()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut all: Vec<_> = scan::with_large_stack(threads, || wanted.into_par_iter().filter_map(read).collect())?;
    all.sort_by_key(|(path, ..)| formats::format_of(path) == Some(Format::Shell));
    for (path, deployment, text) in all {
        let lines = LineIndex::new(&text);
        index.merge_deployment(&path, &deployment, &|at| lines.line(at));
    }
    Ok(())
}

fn read_text(path: &Path) -> Option<String> {
    /// Bytes; a larger manifest is none.
    const LARGEST: u64 = 8 * 1024 * 1024;
    let is_sensible = |data: std::fs::Metadata| data.is_file() && data.len() <= LARGEST;
    let bytes = std::fs::metadata(path).is_ok_and(is_sensible).then(|| std::fs::read(path).ok())??;
    Some(text::decode(bytes).ok()?.text)
}

fn written(path: &Path, config: Config, text: String) -> (Config, Option<Written>) {
    let used = config.allow.iter().map(|_| AtomicBool::new(false)).collect();
    let path = paths::absolute(path).unwrap_or_else(|_| path.to_owned());
    (config, Some(Written { path, text, used }))
}

/// A configuration without mistakes; those that there are are said.
fn read_config(path: &Path) -> Result<(Config, String), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|why| Failure(format!("{shown}: {why}")))?;
    let (config, problems) = parse_config(&text);
    for problem in &problems {
        let (line, column) = (problem.line, problem.column);
        let help = problem.help.as_ref().map(|help| format!(" ({help})"));
        let help = help.unwrap_or_default();
        complain(&format!("{shown}:{line}:{column}: {}{help}", problem.message));
    }
    match problems.is_empty() {
        true => Ok((config, text)),
        false => Err(Failure(format!("{shown} has mistakes"))),
    }
}

/// Reads the text of a configuration.
pub fn parse_config(text: &str) -> (Config, Vec<Problem>) {
    let rules: Vec<&str> = REGISTRY.iter().map(|rule| rule.id).collect();
    Config::parse(text, &rules)
}
