//! Modules of settings of Python frameworks, by their paths.

use super::files::stem;

/// Whether a file is a module of settings: `settings.py`, `local_settings.py`, a module of `settings/`.
pub fn is_module(path: &str) -> bool {
    let is_settings = |name: &str| name == "settings" || name.starts_with("settings_") || name.ends_with("_settings");
    let folder = path.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
    let parent = folder.rsplit('/').next().unwrap_or_default();
    path.ends_with(".py") && (is_settings(stem(path)) || is_settings(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_settings() {
        let table = [
            ("settings.py", true),
            ("shop/settings/__init__.py", true),
            ("config/settings/base.py", true),
            ("shop/local_settings.py", true),
            ("shop/settings.txt", false),
            ("shop/models.py", false),
            ("settings/readme.md", false),
        ];
        for (path, expected) in table {
            assert_eq!(is_module(path), expected, "{path}");
        }
    }
}
