//! Patterns of paths.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use smol_str::SmolStr;

/// Patterns of paths relative to the root: `db/anonymise/**`, `**/fakes.py`. A pattern without a slash stands for a name
/// at any depth; one that names a folder stands for everything in it. `*` does not cross a slash.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: GlobSet,
    pub patterns: Vec<SmolStr>,
}

impl Globs {
    /// Compiles patterns; the second part names those that cannot be, with the reason.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> (Globs, Vec<(usize, String)>) {
        let mut builder = GlobSetBuilder::new();
        let mut kept = Vec::new();
        let mut bad = Vec::new();
        for (index, written) in patterns.into_iter().enumerate() {
            let pattern = written.trim_start_matches("./").trim_start_matches('/');
            let pattern = pattern.trim_end_matches('/');
            if pattern.is_empty() {
                bad.push((index, "the pattern is empty".to_string()));
                continue;
            }
            let anywhere = !pattern.contains('/') && !written.starts_with('/');
            let prefix = if anywhere { "**/" } else { "" };
            let compiled: Result<Vec<_>, _> = [format!("{prefix}{pattern}"), format!("{prefix}{pattern}/**")]
                .iter()
                .map(|pattern| GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build())
                .collect();
            match compiled {
                Ok(globs) => {
                    for glob in globs {
                        builder.add(glob);
                    }
                    kept.push(SmolStr::new(written));
                }
                Err(error) => bad.push((index, error.kind().to_string())),
            }
        }
        let set = builder.build().unwrap_or_default();
        let globs = Globs { set, patterns: kept };
        (globs, bad)
    }

    /// Whether one of the patterns stands for `path` (relative, with `/`).
    pub fn matches(&self, path: &str) -> bool {
        !self.patterns.is_empty() && self.set.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_names_folders_and_trees() {
        let table = [
            ("db/anonymise/**", "db/anonymise/rules.rb", true),
            ("db/anonymise", "db/anonymise/deep/rules.rb", true),
            ("db/anonymise/", "db/anonymise/rules.rb", true),
            ("./db/seeds.rb", "db/seeds.rb", true),
            ("db/seeds.rb", "engines/a/db/seeds.rb", false),
            ("seeds.rb", "engines/a/db/seeds.rb", true),
            ("/seeds.rb", "engines/a/db/seeds.rb", false),
            ("*.rake", "lib/tasks/a.rake", true),
            ("lib/*.rb", "lib/deep/a.rb", false),
            ("lib/**/*.rb", "lib/deep/a.rb", true),
            ("{a,b}/*.py", "b/x.py", true),
            ("vendor", "src/vendor/x.py", true),
            ("vendor", "src/vendors/x.py", false),
        ];
        for (pattern, path, expected) in table {
            let (globs, bad) = Globs::new([pattern]);
            assert!(bad.is_empty(), "{pattern}");
            assert_eq!(globs.matches(path), expected, "{pattern} {path}");
        }
        assert!(!Globs::default().matches("x.rb"));
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_named() {
        let (globs, bad) = Globs::new(["a[", "", "b"]);
        assert_eq!(bad.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1]);
        assert!(globs.matches("b"));
    }
}
