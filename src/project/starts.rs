//! What runs the top level of a file, by where it stands.

use crate::program::{Language, Start};

use super::manifests::split;
use super::zones::Zone;

/// `path` is relative to the folder of the project, with `/`.
pub fn start(language: Language, path: &str, zone: Zone) -> Start {
    match zone {
        Zone::Test => return Start::Test,
        Zone::Development => return Start::Development,
        _ => {}
    }
    let runs_by_itself = match language {
        Language::Ruby => ruby(path),
        Language::Python => python(path),
        // types are there from the start
        Language::CSharp => true,
    };
    if runs_by_itself { Start::Always } else { Start::Loaders }
}

/// What Rails, rake or a person runs; everything else waits for a `require` or `load`.
fn ruby(path: &str) -> bool {
    let (folder, file) = split(path);
    let is_in = |name: &str| folder.split('/').any(|part| part == name);
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    let is_library = extension == Some("rb") && !is_in("app") && !is_in("config") && !is_in("bin") && !is_in("script");
    !is_library
        || matches!(file, "seeds.rb" | "config.rb" | "application.rb" | "environment.rb")
        || is_in("migrate")
        || is_in("initializers")
}

/// What a server or a person runs; everything else waits for an import, or for Django to find it in an application.
fn python(path: &str) -> bool {
    let (folder, file) = split(path);
    let by_name = matches!(file, "manage.py" | "wsgi.py" | "asgi.py" | "__main__.py" | "urls.py" | "apps.py")
        || file.starts_with("settings");
    by_name || folder.split('/').any(|part| part == "settings" || part == "migrations")
}
