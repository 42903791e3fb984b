//! Bytes to text.

use std::fmt;

/// How many bytes of a file tell whether it is binary. The same as git's.
const SNIFFED: usize = 8000;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";
const UTF16_LE_BOM: &[u8] = b"\xFF\xFE";
const UTF16_BE_BOM: &[u8] = b"\xFE\xFF";
/// Begins like UTF-16, but no source file starts with U+0000.
const UTF32_LE_BOM: &[u8] = b"\xFF\xFE\0\0";

/// How a file's bytes spell its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// UTF-8 after a byte order mark.
    Utf8Bom,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// Bytes of the file that stand before the text.
    pub fn bom_len(self) -> usize {
        match self {
            Encoding::Utf8 => 0,
            Encoding::Utf8Bom => UTF8_BOM.len(),
            Encoding::Utf16Le | Encoding::Utf16Be => UTF16_LE_BOM.len(),
        }
    }

    fn of(bytes: &[u8]) -> Encoding {
        if bytes.starts_with(UTF8_BOM) {
            Encoding::Utf8Bom
        } else if bytes.starts_with(UTF32_LE_BOM) {
            Encoding::Utf8
        } else if bytes.starts_with(UTF16_LE_BOM) {
            Encoding::Utf16Le
        } else if bytes.starts_with(UTF16_BE_BOM) {
            Encoding::Utf16Be
        } else {
            Encoding::Utf8
        }
    }
}

/// A file's text. A byte order mark is no part of it, so that the first column of line 1 is 1 in every encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub encoding: Encoding,
    /// Bytes that are not valid in the encoding became U+FFFD.
    pub lossy: bool,
}

/// The bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary;

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("binary file")
    }
}

/// How a file's bytes spell its text; UTF-8 unless a byte order mark says otherwise.
pub fn encoding(bytes: &[u8]) -> Encoding {
    Encoding::of(bytes)
}

/// A NUL byte near the start, unless a byte order mark promises UTF-16.
pub fn is_binary(bytes: &[u8]) -> bool {
    match Encoding::of(bytes) {
        Encoding::Utf16Le | Encoding::Utf16Be => false,
        Encoding::Utf8 | Encoding::Utf8Bom => {
            let head = bytes.get(..SNIFFED).unwrap_or(bytes);
            memchr::memchr(0, head).is_some()
        }
    }
}

/// Decodes a file. Valid UTF-8 is taken over without a copy.
///
/// # Errors
/// [`Binary`] if the bytes are no text.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, Binary> {
    if is_binary(&bytes) {
        return Err(Binary);
    }
    let encoding = Encoding::of(&bytes);
    let (text, lossy) = match encoding {
        Encoding::Utf8 => utf8(bytes),
        Encoding::Utf8Bom => {
            let mut bytes = bytes;
            bytes.drain(..UTF8_BOM.len());
            utf8(bytes)
        }
        Encoding::Utf16Le => utf16(&bytes[encoding.bom_len()..], u16::from_le_bytes),
        Encoding::Utf16Be => utf16(&bytes[encoding.bom_len()..], u16::from_be_bytes),
    };
    Ok(Decoded { text, encoding, lossy })
}

fn utf8(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, bool) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut lossy = !rest.is_empty();
    let mut text = String::with_capacity(bytes.len());
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(decoded.unwrap_or_else(|_| {
            lossy = true;
            char::REPLACEMENT_CHARACTER
        }));
    }
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (text, lossy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
        let units = || text.encode_utf16();
        match encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8Bom => [UTF8_BOM, text.as_bytes()].concat(),
            Encoding::Utf16Le => [UTF16_LE_BOM, &units().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
            Encoding::Utf16Be => [UTF16_BE_BOM, &units().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat(),
        }
    }

    fn check(bytes: &[u8], expected: Result<(&str, Encoding, bool), Binary>) {
        let decoded = decode(bytes.to_vec());
        assert_eq!(
            decoded.as_ref().map(|d| (d.text.as_str(), d.encoding, d.lossy)),
            expected.as_ref().map(|e| *e),
            "{bytes:?}"
        );
    }

    #[test]
    fn decodes_what_editors_write() {
        check(b"", Ok(("", Encoding::Utf8, false)));
        check("é\r\n".as_bytes(), Ok(("é\r\n", Encoding::Utf8, false)));
        check(b"\xEF\xBB\xBFputs 1", Ok(("puts 1", Encoding::Utf8Bom, false)));
        check(b"\xFF\xFEa\0\xE9\0", Ok(("aé", Encoding::Utf16Le, false)));
        check(b"\xFE\xFF\0a\0\xE9", Ok(("aé", Encoding::Utf16Be, false)));
    }

    #[test]
    fn replaces_what_is_invalid() {
        check(b"a\xFFb", Ok(("a\u{FFFD}b", Encoding::Utf8, true)));
        check(b"\xFF\xFEa\0b", Ok(("a\u{FFFD}", Encoding::Utf16Le, true)));
        // a high surrogate alone
        check(b"\xFE\xFF\xD8\x00", Ok(("\u{FFFD}", Encoding::Utf16Be, true)));
    }

    #[test]
    fn refuses_binaries() {
        check(b"\x7FELF\0\0", Err(Binary));
        check(b"a\0b\0", Err(Binary));
        check(b"\xFF\xFE\0\0a\0\0\0", Err(Binary));
        let late = [vec![b'a'; SNIFFED], vec![0]].concat();
        assert!(decode(late).is_ok());
    }

    proptest! {
        #[test]
        fn every_encoding_round_trips(text in "[^\\x00\u{FEFF}][^\\x00]{0,40}") {
            for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be] {
                let decoded = decode(encode(&text, encoding));
                prop_assert_eq!(decoded, Ok(Decoded { text: text.clone(), encoding, lossy: false }));
            }
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let lossy = decode(bytes.clone()).is_ok_and(|decoded| decoded.lossy);
            prop_assert!(!lossy || std::str::from_utf8(&bytes).is_err());
        }
    }
}
