//! What the Ruby grammar cannot take, blanked at equal byte offsets.

use std::borrow::Cow;

use memchr::memmem;

use crate::lang::Masked;

/// A heredoc word of 254 characters or more aborts the grammar's scanner, and with it the process.
const LONGEST_WORD: usize = 240;

pub(super) fn mask(text: &str, template: bool) -> Masked<'_> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    if template {
        bytes = Cow::Owned(code_of_template(text.as_bytes()));
    } else if let Some(end) = end_of_code(text.as_bytes()) {
        blank(&mut bytes.to_mut()[end..]);
    }
    for at in words_too_long(&bytes) {
        blank(&mut bytes.to_mut()[at..at + 2]);
    }
    match bytes {
        Cow::Borrowed(_) => Masked::plain(text),
        Cow::Owned(bytes) => Masked {
            // only whole characters were blanked, so the conversion changes nothing
            text: Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|_| " ".repeat(text.len()))),
            ..Masked::plain("")
        },
    }
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Where the line `__END__` starts, after which Ruby reads no code.
fn end_of_code(text: &[u8]) -> Option<usize> {
    const MARK: &[u8] = b"__END__";
    memmem::find_iter(text, MARK).find(|&at| {
        let after = text.get(at + MARK.len()..).unwrap_or_default();
        let starts_line = at == 0 || text.get(at - 1) == Some(&b'\n');
        starts_line && (matches!(after, [] | [b'\n', ..]) || after.starts_with(b"\r\n"))
    })
}

/// The positions of `<<` before a heredoc word that the scanner would abort on.
fn words_too_long(text: &[u8]) -> Vec<usize> {
    let too_long = |&at: &usize| {
        let mut rest = text.get(at + 2..).unwrap_or_default();
        if let [b'-' | b'~', after @ ..] = rest {
            rest = after;
        }
        match rest {
            [quote @ (b'"' | b'\'' | b'`'), word @ ..] => {
                memchr::memchr(*quote, word.get(..LONGEST_WORD).unwrap_or(word)).is_none()
            }
            word => {
                word.iter()
                    .take(LONGEST_WORD + 1)
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
                    && word.len() > LONGEST_WORD
            }
        }
    };
    memmem::find_iter(text, b"<<")
        // in `<<<` the last two may be the operator
        .flat_map(|at| [at, at + 1])
        .filter(|&at| text.get(at..at + 2) == Some(b"<<"))
        .filter(too_long)
        .collect()
}

/// The Ruby of an ERB template: what stands in tags, each closed by a `;`.
fn code_of_template(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        let Some(open) = memmem::find(&text[at..], b"<%").map(|found| at + found) else {
            break;
        };
        blank(&mut out[at..open + 2]);
        let mut start = open + 2;
        if text.get(start) == Some(&b'%') {
            blank(&mut out[start..start + 1]);
            at = start + 1;
            continue;
        }
        let comment = text.get(start) == Some(&b'#');
        while matches!(text.get(start), Some(b'=' | b'-')) {
            out[start] = b' ';
            start += 1;
        }
        let close = memmem::find(&text[start..], b"%>").map_or(text.len(), |found| start + found);
        if comment {
            blank(&mut out[start..close]);
        } else {
            blank_comments(&mut out[start..close]);
            if close > start && text[close - 1] == b'-' {
                out[close - 1] = b' ';
            }
        }
        if close == text.len() {
            return out;
        }
        out[close] = if comment { b' ' } else { b';' };
        out[close + 1] = b' ';
        at = close + 2;
    }
    blank(&mut out[at..]);
    out
}

/// A comment in a tag ends with the tag; in the masked text it would swallow the next tag of the line.
fn blank_comments(code: &mut [u8]) {
    for line in code.split_mut(|byte| *byte == b'\n') {
        if line.trim_ascii_start().starts_with(b"#") {
            blank(line);
        }
    }
}
