//! Which files say how the program is deployed, by their names and folders, and which of them are not of production.

use crate::program::deployment::{Format, says_other, says_production};

use super::Zone;
use super::manifests::split;

/// Folders that hold manifests of a platform.
const MANIFESTS: &[&str] = &[
    "k8s",
    ".k8s",
    "kube",
    "kubernetes",
    "helm",
    ".helm",
    "charts",
    "chart",
    "deploy",
    "deploys",
    "deployment",
    "deployments",
    "manifests",
    "kustomize",
    "infra",
    "infrastructure",
    "ops",
    "overlays",
    "argocd",
    "openshift",
];

/// Hidden folders that are looked into.
const HIDDEN: &[&str] = &[
    ".github",
    ".k8s",
    ".helm",
    ".kube",
    ".docker",
    ".deploy",
    ".envs",
    ".production",
    ".prod",
    ".local",
    ".platform",
    ".infra",
    ".aws",
];

/// Folders whose files are for people who read or test the project.
const OTHER_FOLDERS: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "spec",
    "specs",
    "fixtures",
    "fixture",
    "cookbook",
    "generators",
    "scaffold",
    "quickstart",
    "quickstarts",
    "hack",
    "mock",
    "mocks",
    "testdata",
    "__tests__",
    "snippets",
];

/// Parts of a file's name that say that it is to be filled in, or of something besides production.
const OTHER_PARTS: &[&str] = &[
    "template",
    "tmpl",
    "tpl",
    "dist",
    "integration",
    "stage",
    "review",
    "preview",
    "watch",
    "spec",
    "default",
    "defaults",
];

/// How a deployment file is read; `None` for what is none. `path` is relative to the root, with `/`.
pub fn format_of(path: &str) -> Option<Format> {
    let (folder, file) = split(path);
    let lower = file.to_ascii_lowercase();
    let (stem, extension) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let is_yaml = matches!(extension, "yml" | "yaml");
    let quick = is_yaml
        || matches!(
            extension,
            "" | "tf"
                | "bicep"
                | "service"
                | "toml"
                | "json"
                | "config"
                | "sh"
                | "env"
                | "dockerfile"
                | "containerfile"
        )
        || folder.split('/').any(|dir| dir == ".envs")
        || ["dockerfile", "containerfile", "procfile", ".env", ".flaskenv"]
            .iter()
            .any(|start| lower.starts_with(start));
    if !quick {
        return None;
    }
    let mut folders = folder.split('/');
    let is_foreign = |dir: &str| {
        super::files::is_vendored_name(dir) || (dir.starts_with('.') && dir != "." && !HIDDEN.contains(&dir))
    };
    if folders.any(is_foreign) {
        return None;
    }
    let in_folder = |names: &[&str]| folder.split('/').any(|dir| names.contains(&dir.to_ascii_lowercase().as_str()));
    let image = ["dockerfile", "containerfile"].iter().any(|name| {
        let rest = lower.strip_prefix(name);
        extension == *name || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    });
    let is_text = matches!(
        extension,
        "dockerignore" | "md" | "txt" | "erb" | "tt" | "j2" | "rb" | "py" | "cs" | "sh" | "orig" | "bak"
    );
    if image && !is_text {
        return Some(Format::Image);
    }
    if lower == ".env" || lower == ".flaskenv" || lower.starts_with(".env.") || extension == "env" {
        return Some(Format::Variables);
    }
    let has_no_ending = extension.is_empty() || stem.is_empty();
    if has_no_ending && folder.split('/').any(|dir| dir == ".envs") {
        return Some(Format::Variables);
    }
    // `Procfile.dev`, `Procfile.windows`: what the platform reads has no ending
    if lower == "procfile" || (lower.starts_with("procfile.") && says_production(&lower)) {
        return Some(Format::Procfile);
    }
    if is_yaml {
        return yaml(path, folder, stem, &in_folder);
    }
    match (stem, extension) {
        (_, "service") => Some(Format::Unit),
        (_, "tf" | "bicep") => Some(Format::Infrastructure),
        ("web", "config") => Some(Format::WebConfig),
        (_, "config") if stem.starts_with("web.") && says_production(stem) => Some(Format::WebTransform),
        (_, "toml") if stem == "fly" || stem.starts_with("fly.") => Some(Format::Toml),
        ("app" | "task-definition" | "taskdef" | "dockerrun.aws", "json") => Some(Format::Json),
        ("appsettings", "json") => Some(Format::AppSettings),
        (_, "json") if stem.starts_with("appsettings.") && says_production(stem) => Some(Format::AppSettings),
        (_, "sh" | "") if stem.contains("entrypoint") || matches!(stem, "start" | "docker-start") => {
            (extension == "sh" || stem.contains("entrypoint")).then_some(Format::Shell)
        }
        _ => None,
    }
}

fn yaml(path: &str, folder: &str, stem: &str, in_folder: &dyn Fn(&[&str]) -> bool) -> Option<Format> {
    if stem.starts_with("docker-compose") || stem.starts_with("compose") || stem.contains("docker-compose") {
        return Some(Format::Compose);
    }
    if folder == ".github/workflows" || folder.ends_with("/.github/workflows") || stem == ".gitlab-ci" {
        return Some(Format::Workflow);
    }
    if folder.split('/').any(|dir| dir == ".github") {
        return None;
    }
    let named = matches!(stem, "render" | "app" | "heroku" | "manifest" | "deployment" | "values")
        || stem.starts_with("manifest-")
        || stem.starts_with("values-")
        || stem.starts_with("values.")
        || stem.contains("deployment")
        || stem.contains("configmap");
    let is_kamal = path == "config/deploy.yml" || path.ends_with("/config/deploy.yml");
    let is_translation = in_folder(&["locales", "i18n", "translations"]);
    (is_kamal || ((named || in_folder(MANIFESTS)) && !is_translation)).then_some(Format::Manifest)
}

/// Where a deployment file belongs by its name and folders.
pub fn zone_of(path: &str) -> Zone {
    let (folder, file) = split(path);
    let is_other = |dir: &str| says_other(dir) || OTHER_FOLDERS.contains(&dir.to_ascii_lowercase().as_str());
    if folder.split('/').any(is_other) {
        return Zone::Development;
    }
    let lower = file.to_ascii_lowercase();
    let parts = || lower.split(|c: char| !c.is_alphanumeric());
    if says_other(file) || parts().any(|part| OTHER_PARTS.contains(&part)) {
        return Zone::Development;
    }
    Zone::Production
}

/// Whether a file that nobody has to deploy stands for production only perhaps: variables that are often a developer's own.
pub fn is_doubtful(path: &str, format: Format) -> bool {
    format == Format::Variables && !says_production(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_zones() {
        use Format::{
            AppSettings, Compose, Image, Infrastructure, Manifest, Procfile, Shell, Variables, WebConfig, WebTransform,
            Workflow,
        };
        let check = |path: &str, format: Option<Format>, is_production: bool| {
            assert_eq!(format_of(path), format, "{path}");
            assert_eq!(zone_of(path) == Zone::Production, is_production, "{path}");
        };
        check("Dockerfile", Some(Image), true);
        check("docker/web.Dockerfile", Some(Image), true);
        check("Dockerfile.dev", Some(Image), false);
        check(".devcontainer/Dockerfile", None, false);
        check("Dockerfile.dockerignore", None, true);
        check("docker-compose.yml", Some(Compose), true);
        check("docker-compose.override.yml", Some(Compose), false);
        check("deploy/compose.prod.yaml", Some(Compose), true);
        check(".k8s/a.configmap.yml", Some(Manifest), true);
        check("charts/x/templates/deployment.yaml", Some(Manifest), true);
        check("config/deploy.yml", Some(Manifest), true);
        check("config/locales/en.yml", None, true);
        check("config/database.yml", None, true);
        check(".env", Some(Variables), true);
        check(".env.example", Some(Variables), false);
        check(".envs/.production/.django", Some(Variables), true);
        check(".envs/.local/.django", Some(Variables), false);
        check("Procfile", Some(Procfile), true);
        check("Procfile.dev", None, false);
        check(".flaskenv", Some(Variables), true);
        check("infra/main.bicep", Some(Infrastructure), true);
        check("environments/dev/main.tf", Some(Infrastructure), false);
        check("src/Web/Web.config", Some(WebConfig), true);
        check("src/Web/Web.Release.config", Some(WebTransform), true);
        check("src/Web/Web.Debug.config", None, false);
        check("src/Web/appsettings.json", Some(AppSettings), true);
        check("src/Web/appsettings.Development.json", None, false);
        check("bin/docker-entrypoint", Some(Shell), true);
        check("scripts/build.sh", None, true);
        check(".github/workflows/deploy.yml", Some(Workflow), true);
        check(".github/dependabot.yml", None, true);
        check("node_modules/x/Dockerfile", None, true);
        check("Shop.Tests/Dockerfile", Some(Image), false);
        check("docs/Dockerfile", Some(Image), false);
    }
}
