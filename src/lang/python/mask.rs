//! What the grammar cannot take, blanked at equal offsets.

use std::borrow::Cow;

use memchr::memmem;

/// Lines joined in a row, each by a backslash, that are left as they are.
const MOST: usize = 64;

/// Blanks the backslashes that join more lines than people write: the grammar's scanner looks through all of them again
/// for every token.
pub(super) fn joined_lines(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut masked: Option<Vec<u8>> = None;
    let (mut count, mut last) = (0, 0);
    for at in memmem::find_iter(bytes, b"\\\n") {
        let blank = bytes[last..at].iter().all(|byte| byte.is_ascii_whitespace());
        count = if blank { count + 1 } else { 0 };
        last = at + 2;
        if count > MOST {
            masked.get_or_insert_with(|| bytes.to_vec())[at..last].fill(b' ');
        }
    }
    match masked.map(String::from_utf8) {
        Some(Ok(masked)) => Cow::Owned(masked),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_runs_are_blanked() {
        let check = |count: usize, left: usize| {
            let text = format!("x = {}1\n", "\\\n".repeat(count));
            let masked = joined_lines(&text);
            assert_eq!(masked.len(), text.len());
            assert_eq!(masked.matches('\\').count(), left, "{count}");
        };
        check(0, 0);
        check(3, 3);
        check(1_000, MOST + 1);
    }
}
