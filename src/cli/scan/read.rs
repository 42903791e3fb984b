//! Reading files, and sifting out those that hold no trigger word before anything dearer happens.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::catalog::{Sieve, Words};
use crate::program::Language;
use crate::project::files::Kind;
use crate::text::{self, Encoding};

/// Bytes above which a file is not parsed: machine-made, and the tail that everybody waits for.
pub(super) const PARSED: u64 = 2 * 1024 * 1024;
/// The same, for texts in memory.
pub const LARGEST_PARSED: usize = PARSED as usize;
/// Bytes above which a file is not even searched.
const SEARCHED: u64 = 256 * 1024 * 1024;
/// Lines named of a file that is too large.
const SHOWN: usize = 5;
const CHUNK: usize = 256 * 1024;

/// Comments that allow something are looked at in every file, to find those that no longer allow anything.
pub(super) const COMMENT: &str = "prodguard:";

/// What a file is worth.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// No trigger word.
    Nothing,
    /// All of its bytes.
    Hit(Vec<u8>),
    /// Could not be checked, and why.
    Skip(String),
}

/// Reads a file that was sifted before.
///
/// # Errors
/// If it cannot be read or has grown too large meanwhile.
pub fn again(path: &Path) -> io::Result<Vec<u8>> {
    up_to(path, PARSED)
}

/// All of a file that has at most so many bytes.
pub(super) fn up_to(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other("it grew while it was checked")),
        false => Ok(bytes),
    }
}

/// The trigger words of each language.
pub struct Triggers {
    /// `None` if the words cannot be compiled: everything is a hit.
    words: [Option<Sieve>; 3],
    /// Bytes of the longest word.
    longest: usize,
}

impl Triggers {
    pub fn of<'w>(words: impl Fn(Language) -> Words<'w>) -> Triggers {
        let all = Language::ALL.map(|language| {
            let mut words = words(language);
            words.enough.push(COMMENT);
            words
        });
        let longest = all.iter().flat_map(|words| words.enough.iter().chain(&words.readers));
        Triggers {
            longest: longest.map(|word| word.len()).max().unwrap_or(0),
            words: all.map(|words| Sieve::new(&words)),
        }
    }

    /// Whether a trigger word stands outside a comment that takes its whole line.
    fn matters(&self, kind: Kind, bytes: &[u8]) -> bool {
        let Some(words) = &self.words[kind.language as usize] else {
            return true;
        };
        let is_comment = |at: usize| {
            let start = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
            is_comment_before(kind.language, bytes[start..at].trim_ascii_start())
        };
        words.takes(bytes, |hit| {
            let allows = bytes[hit.clone()].starts_with(COMMENT.as_bytes());
            allows || kind.template || !is_comment(hit.start)
        })
    }

    /// Reads a file and sifts it.
    pub fn read(&self, kind: Kind, path: &Path) -> Found {
        self.try_read(kind, path).unwrap_or_else(|error| Found::Skip(format!("cannot be read: {error}")))
    }

    fn try_read(&self, kind: Kind, path: &Path) -> io::Result<Found> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        if length > SEARCHED {
            return Ok(Found::Skip(too_large(SEARCHED)));
        }
        if length > PARSED {
            return self.search(kind.language, &mut file);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        // it may grow while it is read
        file.take(PARSED + 1).read_to_end(&mut bytes)?;
        Ok(self.sift(kind, bytes))
    }

    /// Looks at bytes in memory.
    pub fn sift(&self, kind: Kind, bytes: Vec<u8>) -> Found {
        if text::is_binary(&bytes) {
            return Found::Skip(text::Binary.to_string());
        }
        let hit = match text::encoding(&bytes) {
            Encoding::Utf8 | Encoding::Utf8Bom => self.matters(kind, &bytes),
            // rare enough to be decoded twice
            Encoding::Utf16Le | Encoding::Utf16Be => {
                text::decode(bytes.clone()).is_ok_and(|decoded| self.matters(kind, decoded.text.as_bytes()))
            }
        };
        match hit {
            false => Found::Nothing,
            true if bytes.len() as u64 > PARSED => Found::Skip(too_large(PARSED)),
            true => Found::Hit(bytes),
        }
    }

    /// Searches a file that is too large to be parsed, a chunk at a time: its words and their lines are all that is said.
    fn search(&self, language: Language, file: &mut File) -> io::Result<Found> {
        let mut buffer = vec![0; CHUNK];
        let mut kept = 0;
        let mut first = true;
        // 1-based, of the first byte in the buffer
        let mut line = 1;
        let mut words: Vec<(String, usize)> = Vec::new();
        while words.len() < SHOWN {
            let read = file.read(&mut buffer[kept..])?;
            let seen = &buffer[..kept + read];
            if first && text::is_binary(seen) {
                return Ok(Found::Skip(text::Binary.to_string()));
            }
            let is_utf8 = matches!(text::encoding(seen), Encoding::Utf8 | Encoding::Utf8Bom);
            if first && !is_utf8 {
                return Ok(Found::Skip(too_large(PARSED)));
            }
            first = false;
            let end = kept + read;
            // a word may lie across two chunks: what is kept is searched again with the next one
            let next = if read == 0 { 0 } else { self.longest.saturating_sub(1).min(end) };
            let Some(searcher) = &self.words[language as usize] else {
                return Ok(Found::Skip(too_large(PARSED)));
            };
            for hit in searcher.find_all(seen).filter(|hit| hit.start < end - next) {
                let at = line + memchr::memchr_iter(b'\n', &seen[..hit.start]).count();
                let word = String::from_utf8_lossy(&seen[hit]).into_owned();
                if words.last().is_none_or(|(_, last)| *last != at) {
                    words.push((word, at));
                }
                if words.len() >= SHOWN {
                    break;
                }
            }
            if read == 0 {
                break;
            }
            line += memchr::memchr_iter(b'\n', &buffer[..end - next]).count();
            kept = next;
            buffer.copy_within(end - kept..end, 0);
        }
        if words.is_empty() {
            return Ok(Found::Nothing);
        }
        let places: Vec<String> = words.iter().map(|(word, line)| format!("`{word}` on line {line}")).collect();
        let more = if words.len() == SHOWN { " and perhaps more" } else { "" };
        Ok(Found::Skip(format!("{}, so not parsed; it holds {}{more}", too_large(PARSED), places.join(", "))))
    }
}

/// Whether what stands on a line before a word makes it a comment. In a text of several lines the same signs start none:
/// there a quote ends the text, and a brace begins code, before a word can be code.
fn is_comment_before(language: Language, line: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(line, part).is_some();
    match language {
        Language::Ruby => line.starts_with(b"#") && !line.iter().any(|byte| b"\"'`".contains(byte)) && !holds(b"#{"),
        Language::Python => line.starts_with(b"#") && ![&b"\"\"\""[..], b"'''", b"{"].into_iter().any(holds),
        Language::CSharp => line.starts_with(b"//") && !holds(b"\"") && !holds(b"{"),
    }
}

fn too_large(limit: u64) -> String {
    format!("larger than {} MB", limit / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const RUBY: Kind = Kind { language: Language::Ruby, template: false };

    fn triggers() -> Triggers {
        Triggers::of(|_| Words { enough: vec!["Faker"], ..Words::default() })
    }

    #[test]
    fn sifts() {
        let check = |bytes: &[u8], expected: &str| {
            let found = match triggers().sift(RUBY, bytes.to_vec()) {
                Found::Nothing => "nothing".to_owned(),
                Found::Hit(found) => {
                    assert_eq!(found, bytes);
                    "hit".to_owned()
                }
                Found::Skip(why) => why,
            };
            assert_eq!(found, expected, "{bytes:?}");
        };
        check(b"Faker::Name", "hit");
        check(b"faker", "nothing");
        check(b"# prodguard: allow(x) y", "hit");
        check(b"\xFF\xFEF\0a\0k\0e\0r\0", "hit");
        check(b"\xFE\xFF\0F\0a\0k\0e\0r", "hit");
        check(b"\xFF\xFEf\0", "nothing");
        check(b"Faker\0", "binary file");
        check(b"\xFFFaker", "hit");
    }

    #[test]
    fn a_comment_is_no_text_of_several_lines() {
        let check = |language: Language, line: &[u8], expected: bool| {
            assert_eq!(is_comment_before(language, line), expected, "{}", String::from_utf8_lossy(line));
        };
        check(Language::Ruby, b"# uses ", true);
        check(Language::Ruby, b"#{", false);
        check(Language::Ruby, b"# name: #{", false);
        check(Language::Ruby, b"# end\" + ", false);
        check(Language::Python, b"# it's ", true);
        check(Language::Python, b"# end\"\"\" + ", false);
        check(Language::Python, b"# name: {", false);
        check(Language::CSharp, b"// uses ", true);
        check(Language::CSharp, b"// end\" + new ", false);
        check(Language::CSharp, b"// name: {", false);
    }

    #[test]
    fn large_files_count_as_skipped_only_with_a_trigger_word() {
        let check = |before: usize, word: &str, expected: Found| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&vec![b' '; before]).unwrap();
            file.write_all(word.as_bytes()).unwrap();
            file.write_all(&vec![b' '; PARSED as usize]).unwrap();
            assert_eq!(triggers().read(RUBY, file.path()), expected);
        };
        let large = || Found::Skip("larger than 2 MB, so not parsed; it holds `Faker` on line 1".to_owned());
        check(0, "faker", Found::Nothing);
        check(0, "Faker", large());
        for shift in 0..8 {
            check(CHUNK - shift, "Faker", large());
        }
    }
}
