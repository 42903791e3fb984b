//! Files that change on disk.

use std::path::{Path, PathBuf};

use tower_lsp::ls_types::{DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration};

use crate::project::files;

/// What is watched. LSP4IJ understands plain strings only.
const GLOBS: [&str; 12] = [
    "**/*.{rb,rake,ru,gemspec,jbuilder,builder,rabl,arb,thor,cap,erb,py,pyw,cs}",
    "**/{Gemfile,Gemfile.lock,Rakefile,gems.rb,gems.locked,.ruby-version,.gitignore}",
    "**/prodguard.toml",
    "**/{pyproject.toml,Pipfile,Pipfile.lock,poetry.lock,uv.lock,setup.py,setup.cfg}",
    "**/requirements*.{txt,in}",
    "**/*.{csproj,props,targets,sln,slnx}",
    "**/{Dockerfile,Containerfile,Procfile}*",
    "**/*compose*.{yml,yaml}",
    "**/{.env,.flaskenv}*",
    "**/*.{yml,yaml,tf,bicep,service,env}",
    "**/{[Ww]eb,[Ww]eb.*,appsettings,appsettings.*,app,fly}.{config,json,toml}",
    "**/*{entrypoint,start}*",
];

pub fn registration() -> Option<Registration> {
    let watch = |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: GLOBS.map(watch).to_vec() };
    Some(Registration {
        id: "prodguard-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(serde_json::to_value(options).ok()?),
    })
}

/// What a change of files means.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Sources, whose findings may differ.
    pub sources: Vec<PathBuf>,
    /// Files that say something about all the others around them.
    pub projects: Vec<PathBuf>,
}

/// Sorts files that changed. `moved` says that they came, went or were renamed: a source defines names for others, and a
/// folder may hold anything.
pub fn effect(files: impl IntoIterator<Item = PathBuf>, moved: bool) -> Effect {
    let mut effect = Effect::default();
    for file in files {
        let is_source = files::kind_of_name(&file).is_some() && !is_manifest(&file);
        // most files in YAML are of no interest
        let is_other = file.extension().is_some_and(|end| end == "yml" || end == "yaml") && !may_deploy(&file);
        if moved || !(is_source || is_other) {
            effect.projects.push(file.clone());
        }
        if is_source {
            effect.sources.push(file);
        }
    }
    effect
}

fn may_deploy(file: &Path) -> bool {
    super::document::may_deploy(&crate::cli::paths::slashed(file))
}

/// Sources that are read for facts about the project as well.
fn is_manifest(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let in_environments = file.parent().is_some_and(|folder| folder.ends_with("config/environments"));
    matches!(name, "Gemfile" | "setup.py") || name.ends_with(".gemspec") || in_environments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects() {
        let check = |file: &str, moved: bool, source: bool, project: bool| {
            let file = PathBuf::from(file);
            let of = |yes: bool| if yes { vec![file.clone()] } else { Vec::new() };
            let expected = Effect { sources: of(source), projects: of(project) };
            assert_eq!(effect([file.clone()], moved), expected, "{file:?}");
        };
        check("/a/b.rb", false, true, false);
        check("/a/b.rb", true, true, true);
        check("/a/Gemfile", false, false, true);
        check("/a/Gemfile.lock", false, false, true);
        check("/a/prodguard.toml", false, false, true);
        check("/a/config/environments/demo.rb", false, false, true);
        check("/a/k8s/web.yaml", false, false, true);
        check("/a/config/locales/en.yml", false, false, false);
        check("/a/folder", true, false, true);
    }
}
