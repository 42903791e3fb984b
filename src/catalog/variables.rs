//! Names of environment variables that tell environments apart: those of the catalogue, slips of them, and those named so by
//! convention.

use rustc_hash::FxHashSet;

use super::{Catalog, Variable};
use crate::program::Language;

/// A known name this long is also meant by one that differs in a letter.
const LEAST_MISSPELT: usize = 7;
/// Bytes of the longest name that is looked at.
const LONGEST: usize = 64;

/// `DEPLOY_ENV`, `STAGE`: a variable that names an environment by convention.
pub fn is_selector_name(name: &str) -> bool {
    let is_upper = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    is_upper
        && (name.ends_with("_ENV")
            || name.ends_with("ENVIRONMENT")
            || matches!(name, "ENV" | "STAGE" | "APP_STAGE" | "DEPLOY_STAGE"))
}

/// `DEBUG`, `APP_DEBUG`: a variable that switches debugging on by convention.
pub fn is_debug_flag(name: &str) -> bool {
    name == "DEBUG" || name.ends_with("_DEBUG") || name.starts_with("DEBUG_") || name.ends_with("_DEBUG_MODE")
}

/// Whether a name nobody sets is a slip of a known variable's: another case, or a letter away.
fn is_slip(known: &str, framework: bool, name: &str) -> bool {
    known.eq_ignore_ascii_case(name)
        || framework
            && known.len() >= LEAST_MISSPELT
            && name.chars().all(|c| !c.is_lowercase())
            && distance_at_most(known, name, 1)
}

impl Catalog {
    /// The variable that a name nobody sets is a slip of.
    pub fn slip_of(&self, language: Language, name: &str) -> Option<&Variable> {
        let known = self.variable_names(language).filter(|known| is_slip(&known.name, known.framework, name));
        known.min_by(|a, b| a.name.cmp(&b.name))
    }
}

/// The names of variables of which the rules about the environment have something to say.
#[derive(Clone, Debug, Default)]
pub struct VariableNames {
    known: FxHashSet<String>,
    /// The same in capitals.
    upper: FxHashSet<String>,
    /// Names of frameworks, of which slips are told.
    frameworks: Vec<String>,
    /// What reads variables.
    readers: FxHashSet<String>,
}

impl VariableNames {
    pub fn of(catalog: &Catalog, language: Language) -> VariableNames {
        let known: FxHashSet<String> =
            catalog.variable_names(language).map(|variable| variable.name.to_string()).collect();
        let frameworks = catalog.variable_names(language).filter(|variable| variable.framework);
        VariableNames {
            upper: known.iter().map(|name| name.to_ascii_uppercase()).collect(),
            known,
            frameworks: frameworks.map(|variable| variable.name.to_string()).collect(),
            readers: catalog.reader_words(language).iter().map(|word| word.to_string()).collect(),
        }
    }

    /// Whether a text spells such a name, or the beginning or end of one, at the edge of a string literal.
    ///
    /// One in another case counts where it is read: such words are in every text. Classes of settings read variables that
    /// are called as their fields: where there is one, any word counts.
    pub fn any_in(&self, text: &[u8]) -> bool {
        let fields = memchr::memmem::find(text, b"BaseSettings").is_some();
        let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\''));
        let mut at = 0;
        while at < text.len() {
            if !is_part(text[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < text.len() && is_part(text[at]) {
                at += 1;
            }
            let opened = start.checked_sub(1).filter(|before| is_quote(text.get(*before)));
            let quoted = opened.is_some() || is_quote(text.get(at));
            if !(quoted || fields) || at - start > LONGEST {
                continue;
            }
            let Ok(word) = std::str::from_utf8(&text[start..at]) else {
                continue;
            };
            let upper = word.to_ascii_uppercase();
            if self.has(word)
                || fields && self.has(&upper)
                || self.upper.contains(&upper) && opened.is_some_and(|quote| self.is_reader(&text[..quote]))
            {
                return true;
            }
        }
        false
    }

    fn has(&self, name: &str) -> bool {
        self.known.contains(name)
            || is_selector_name(name)
            || is_debug_flag(name)
            || self.frameworks.iter().any(|known| known.len().abs_diff(name.len()) <= 1 && is_slip(known, true, name))
    }

    /// Whether a text ends in the beginning of a reading: `os.environ[`, `environ.get(`.
    fn is_reader(&self, before: &[u8]) -> bool {
        let Some((b'[' | b'(', before)) = before.trim_ascii_end().split_last() else {
            return false;
        };
        let from = before.len().saturating_sub(LONGEST);
        let start =
            before[from..].iter().rposition(|byte| !is_part(*byte) && *byte != b'.').map_or(from, |at| from + at + 1);
        let mut parts = before[start..].split(|byte| *byte == b'.');
        parts.any(|part| std::str::from_utf8(part).is_ok_and(|part| self.readers.contains(part)))
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Damerau–Levenshtein distance, at most `limit`. Names are short: the full table is cheap.
pub fn distance_at_most(a: &str, b: &str, limit: usize) -> bool {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    if a.len().abs_diff(b.len()) > limit {
        return false;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()] <= limit
}
