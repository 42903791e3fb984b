//! Files of data whose outermost keys may be names of environments.

use smol_str::SmolStr;

/// The keys of the outermost map of a YAML text, in order. A text that is no block map has none.
pub fn outermost_keys(text: &str) -> Vec<SmolStr> {
    let key = |line: &str| {
        let (key, rest) = line.split_once(':')?;
        let key = key.trim().trim_matches(['"', '\'']);
        let is_key = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let ends = rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
        (ends && is_key && !key.is_empty()).then(|| SmolStr::new(key))
    };
    let outermost = |line: &&str| !line.starts_with([' ', '\t', '#', '-']);
    text.lines().filter(outermost).filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let check = |text: &str, expected: &[&str]| assert_eq!(outermost_keys(text), expected, "{text}");
        check("development: &base\n  users: 3\n'review':\n  <<: *base\n", &["development", "review"]);
        check("# production:\n---\ntest: {a: 1}\r\n", &["test"]);
        check("- production: 1\nhttp://x\n", &[]);
    }
}
