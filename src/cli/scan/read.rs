//! Reading files, and sifting out those that hold no trigger word before anything dearer happens.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::program::Language;
use crate::text::{self, Encoding};

/// Bytes above which a file is not parsed: machine-made, and the tail that everybody waits for.
const PARSED: u64 = 2 * 1024 * 1024;
/// Bytes above which a file is not even searched.
const SEARCHED: u64 = 256 * 1024 * 1024;
const CHUNK: usize = 256 * 1024;

/// Comments that allow something are looked at in every file, to find those that no longer allow anything.
const COMMENT: &str = "prodguard:";

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

/// The trigger words of each language.
pub struct Triggers {
    /// `None` if the words cannot be compiled: everything is a hit.
    words: [Option<AhoCorasick>; 3],
    /// Bytes of the longest word.
    longest: usize,
}

impl Triggers {
    pub fn of<'w>(words: impl Fn(Language) -> Vec<&'w str>) -> Triggers {
        let with_comment = |language| {
            let mut words = words(language);
            words.push(COMMENT);
            words
        };
        let longest = Language::ALL.into_iter().flat_map(with_comment);
        Triggers {
            longest: longest.map(str::len).max().unwrap_or(0),
            words: Language::ALL.map(|language| {
                // leftmost-first enables the vectorised searcher, 18 times faster than the default kind
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostFirst)
                    .build(with_comment(language))
                    .ok()
            }),
        }
    }

    fn hits(&self, language: Language, bytes: &[u8]) -> bool {
        match &self.words[language as usize] {
            Some(words) => words.is_match(bytes),
            None => true,
        }
    }

    /// Reads a file and sifts it.
    pub fn read(&self, language: Language, path: &Path) -> Found {
        self.try_read(language, path)
            .unwrap_or_else(|error| Found::Skip(format!("cannot be read: {error}")))
    }

    fn try_read(&self, language: Language, path: &Path) -> io::Result<Found> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        if length > SEARCHED {
            return Ok(Found::Skip(too_large(SEARCHED)));
        }
        if length > PARSED {
            return self.search(language, &mut file);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        // it may grow while it is read
        file.take(PARSED + 1).read_to_end(&mut bytes)?;
        Ok(self.sift(language, bytes))
    }

    /// Looks at bytes in memory.
    pub fn sift(&self, language: Language, bytes: Vec<u8>) -> Found {
        if text::is_binary(&bytes) {
            return Found::Skip(text::Binary.to_string());
        }
        let hit = match text::encoding(&bytes) {
            Encoding::Utf8 | Encoding::Utf8Bom => self.hits(language, &bytes),
            // rare enough to be decoded twice
            Encoding::Utf16Le | Encoding::Utf16Be => text::decode(bytes.clone())
                .is_ok_and(|decoded| self.hits(language, decoded.text.as_bytes())),
        };
        match hit {
            false => Found::Nothing,
            true if bytes.len() as u64 > PARSED => Found::Skip(too_large(PARSED)),
            true => Found::Hit(bytes),
        }
    }

    /// Searches a file that is too large to be parsed, a chunk at a time: only with a trigger word it counts as skipped.
    fn search(&self, language: Language, file: &mut File) -> io::Result<Found> {
        let mut buffer = vec![0; CHUNK];
        let mut kept = 0;
        let mut first = true;
        loop {
            let read = file.read(&mut buffer[kept..])?;
            let seen = &buffer[..kept + read];
            if first && text::is_binary(seen) {
                return Ok(Found::Skip(text::Binary.to_string()));
            }
            let is_utf8 = matches!(text::encoding(seen), Encoding::Utf8 | Encoding::Utf8Bom);
            if (first && !is_utf8) || self.hits(language, seen) {
                return Ok(Found::Skip(too_large(PARSED)));
            }
            if read == 0 {
                return Ok(Found::Nothing);
            }
            first = false;
            // a word may lie across two chunks
            let end = kept + read;
            kept = self.longest.saturating_sub(1).min(end);
            buffer.copy_within(end - kept..end, 0);
        }
    }
}

fn too_large(limit: u64) -> String {
    format!("larger than {} MB", limit / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn triggers() -> Triggers {
        Triggers::of(|_| vec!["Faker"])
    }

    #[test]
    fn sifts() {
        let check = |bytes: &[u8], expected: &str| {
            let found = match triggers().sift(Language::Ruby, bytes.to_vec()) {
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
    fn large_files_count_as_skipped_only_with_a_trigger_word() {
        let check = |before: usize, word: &str, expected: Found| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&vec![b' '; before]).unwrap();
            file.write_all(word.as_bytes()).unwrap();
            file.write_all(&vec![b' '; PARSED as usize]).unwrap();
            assert_eq!(triggers().read(Language::Ruby, file.path()), expected);
        };
        let large = || Found::Skip("larger than 2 MB".to_owned());
        check(0, "faker", Found::Nothing);
        check(0, "Faker", large());
        for shift in 0..8 {
            check(CHUNK - shift, "Faker", large());
        }
    }
}
