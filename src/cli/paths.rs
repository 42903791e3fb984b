//! Paths as reports show them: relative to a root, with `/`.

use std::io;
use std::path::{Component, Path, PathBuf};

use smol_str::SmolStr;

/// A path made absolute, without `.` and `..`. Symbolic links stay, so that a report shows the names that were asked for.
pub fn absolute(path: &Path) -> io::Result<PathBuf> {
    let mut out = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    Ok(out)
}

/// The folder that reports are relative to: the current one if it holds all paths, else the one path if that is a
/// folder, else the deepest folder that holds all. `paths` are absolute.
pub fn root(current: &Path, paths: &[PathBuf]) -> PathBuf {
    if paths.iter().all(|path| path.starts_with(current)) {
        return current.to_owned();
    }
    let Some((first, rest)) = paths.split_first() else {
        return current.to_owned();
    };
    let mut root = match first.is_dir() {
        true => first.as_path(),
        false => first.parent().unwrap_or(first),
    };
    while !rest.iter().all(|path| path.starts_with(root)) {
        match root.parent() {
            Some(parent) => root = parent,
            None => break,
        }
    }
    root.to_owned()
}

/// A path relative to the root, with `/`; a path outside of it stays absolute.
pub fn relative(root: &Path, path: &Path) -> SmolStr {
    slashed(path.strip_prefix(root).unwrap_or(path))
}

/// A path with `/`. What is not Unicode in it becomes U+FFFD.
pub fn slashed(path: &Path) -> SmolStr {
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => SmolStr::new(text),
        separator => SmolStr::new(text.replace(separator, "/")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn roots() {
        let check = |paths: &[&str], expected: &str| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            assert_eq!(root(Path::new("/a/b"), &paths), Path::new(expected), "{paths:?}");
        };
        check(&["/a/b/c.rb"], "/a/b");
        check(&["/a/b", "/a/b/x"], "/a/b");
        check(&["/"], "/");
        check(&["/usr"], "/usr");
        check(&["/usr", "/a/b/c"], "/");
        check(&["/a/x/y.rb", "/a/x/z/w.rb"], "/a/x");
        check(&[], "/a/b");
    }

    #[test]
    fn absolute_paths_have_no_dots() {
        let check = |path: &str, expected: &str| {
            assert_eq!(absolute(Path::new(path)).unwrap(), Path::new(expected));
        };
        check("/a/./b/../c/", "/a/c");
        check("/../a", "/a");
    }
}
