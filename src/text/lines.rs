//! Byte offsets to lines and columns and back.

use std::ops::Range;

/// Bytes between two checkpoints of a text that is not all ASCII: bounds the work for a column in a very long line.
const STRIDE: usize = 1024;

/// A place as people and reports count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters (Unicode scalar values).
    pub column: usize,
}

/// A place as editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utf16Position {
    /// 0-based.
    pub line: usize,
    /// 0-based, in UTF-16 units.
    pub column: usize,
}

/// The lines of a text. LF, CRLF and a CR alone each end one; a text has one line more than line ends.
pub struct LineIndex<'t> {
    text: &'t str,
    /// Byte offset of each line; the first is 0.
    starts: Vec<usize>,
    /// What stands before each multiple of [`STRIDE`]; empty for ASCII, where all three counts agree.
    checkpoints: Vec<Count>,
}

/// Characters and UTF-16 units of a prefix of the text.
#[derive(Clone, Copy, Default)]
struct Count {
    chars: usize,
    units: usize,
}

impl Count {
    /// Counts without looking at character boundaries: a character counts at its first byte.
    fn add(self, bytes: &[u8]) -> Count {
        bytes.iter().fold(self, |count, byte| Count {
            chars: count.chars + usize::from(byte & 0xC0 != 0x80),
            // four bytes are two units
            units: count.units + usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0),
        })
    }
}

impl<'t> LineIndex<'t> {
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        let mut checkpoints = Vec::new();
        if !text.is_ascii() {
            let mut count = Count::default();
            for chunk in bytes.chunks(STRIDE) {
                checkpoints.push(count);
                count = count.add(chunk);
            }
        }
        LineIndex { text, starts, checkpoints }
    }

    pub fn text(&self) -> &'t str {
        self.text
    }

    /// At least 1.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The 1-based line of a byte offset; past the end it is the last one.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Byte range of a 1-based line without its line end; empty at the end of the text if there is no such line.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let Some(start) = line.checked_sub(1).and_then(|at| self.starts.get(at)) else {
            return self.text.len()..self.text.len();
        };
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let body = &self.text[*start..end];
        let body = body.strip_suffix('\n').unwrap_or(body);
        let body = body.strip_suffix('\r').unwrap_or(body);
        *start..start + body.len()
    }

    /// The text of a 1-based line without its line end.
    pub fn line_text(&self, line: usize) -> &'t str {
        &self.text[self.line_range(line)]
    }

    /// The position of a byte offset. Offsets inside a character or a line end count as its start, those past the
    /// end as the end.
    pub fn position(&self, offset: usize) -> Position {
        let (line, start, offset) = self.locate(offset);
        Position { line, column: 1 + self.count(offset).chars - self.count(start).chars }
    }

    /// As [`LineIndex::position`], the way editors count.
    pub fn utf16_position(&self, offset: usize) -> Utf16Position {
        let (line, start, offset) = self.locate(offset);
        Utf16Position { line: line - 1, column: self.count(offset).units - self.count(start).units }
    }

    /// The byte offset of a position. A column past the end of its line is the end of the line, a line past the end
    /// of the text the end of the text.
    pub fn offset(&self, position: Position) -> usize {
        let line = self.line_range(position.line);
        let before = position.column.saturating_sub(1);
        self.advance(line, before, |count| count.chars)
    }

    /// As [`LineIndex::offset`], the way editors count; the middle of a surrogate pair is the start of its character.
    pub fn utf16_offset(&self, position: Utf16Position) -> usize {
        let line = self.line_range(position.line.saturating_add(1));
        self.advance(line, position.column, |count| count.units)
    }

    /// (1-based line, its start, the offset moved to where a position can be)
    fn locate(&self, offset: usize) -> (usize, usize, usize) {
        let line = self.line(offset);
        let range = self.line_range(line);
        let offset = floor_boundary(self.text, offset.min(range.end));
        (line, range.start, offset)
    }

    /// What stands before a byte offset.
    fn count(&self, offset: usize) -> Count {
        match self.checkpoints.get(offset / STRIDE) {
            Some(count) => count.add(&self.text.as_bytes()[offset / STRIDE * STRIDE..offset]),
            // ASCII, or the end of a text whose length is a multiple of the stride
            None => match self.checkpoints.last() {
                Some(last) => {
                    let from = (self.checkpoints.len() - 1) * STRIDE;
                    last.add(&self.text.as_bytes()[from..offset])
                }
                None => Count { chars: offset, units: offset },
            },
        }
    }

    /// The offset that lies `wanted` characters or units after the start of `line`, at most its end.
    fn advance(&self, line: Range<usize>, wanted: usize, of: fn(Count) -> usize) -> usize {
        if self.checkpoints.is_empty() {
            return line.start.saturating_add(wanted).min(line.end);
        }
        let target = of(self.count(line.start)).saturating_add(wanted);
        let passed = self.checkpoints.partition_point(|count| of(*count) <= target);
        let checkpoint = passed.saturating_sub(1) * STRIDE;
        // a checkpoint may lie inside a character, which then counts before it
        let from = ceil_boundary(self.text, checkpoint).clamp(line.start, line.end);
        let mut count = of(self.count(from));
        for (at, char) in self.text[from..line.end].char_indices() {
            count += of(Count::default().add(char.encode_utf8(&mut [0; 4]).as_bytes()));
            if count > target {
                return from + at;
            }
        }
        line.end
    }
}

/// `str::floor_char_boundary`, which the oldest supported compiler lacks.
fn floor_boundary(text: &str, offset: usize) -> usize {
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil_boundary(text: &str, offset: usize) -> usize {
    (offset..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each offset's `line:column` and `line:column` in UTF-16.
    fn check(text: &str, expected: &[(usize, &str, &str)]) {
        let index = LineIndex::new(text);
        for (offset, chars, units) in expected {
            let p = index.position(*offset);
            assert_eq!(format!("{}:{}", p.line, p.column), *chars, "{text:?} {offset}");
            let p = index.utf16_position(*offset);
            assert_eq!(format!("{}:{}", p.line, p.column), *units, "{text:?} {offset}");
        }
    }

    #[test]
    fn counts_lines_and_columns() {
        check("", &[(0, "1:1", "0:0"), (9, "1:1", "0:0")]);
        check("ab\nc", &[(2, "1:3", "0:2"), (3, "2:1", "1:0"), (4, "2:2", "1:1")]);
        check("a\r\nb", &[(1, "1:2", "0:1"), (2, "1:2", "0:1"), (3, "2:1", "1:0")]);
        check("a\rb\r\rc", &[(2, "2:1", "1:0"), (4, "3:1", "2:0"), (5, "4:1", "3:0")]);
        check("é😀x", &[(1, "1:1", "0:0"), (2, "1:2", "0:1"), (6, "1:3", "0:3")]);
        check("a\n", &[(2, "2:1", "1:0")]);
        // VT, FF, NEL and LS end no line
        check("a\u{B}b\u{C}c\u{85}d\u{2028}e", &[(12, "1:10", "0:9")]);
    }

    #[test]
    fn clamps_positions() {
        let index = LineIndex::new("ab\r\né");
        let at = |line, column| index.offset(Position { line, column });
        assert_eq!([at(1, 0), at(1, 3), at(1, 99), at(2, 2), at(7, 1)], [0, 2, 2, 6, 6]);
        assert_eq!(at(0, 1), 6);
        assert_eq!(index.line_text(1), "ab");
        assert_eq!(index.line_text(3), "");
    }

    #[test]
    fn long_lines_are_exact() {
        let text = format!("x\n{}\n{}", "é😀a".repeat(3000), "b".repeat(STRIDE));
        let index = LineIndex::new(&text);
        for (offset, char) in text.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
            assert_eq!(index.offset(index.position(offset)), offset, "{char}");
            assert_eq!(index.utf16_offset(index.utf16_position(offset)), offset);
        }
    }

    fn naive(text: &str, offset: usize) -> (Position, Utf16Position) {
        let before = text[..offset].replace("\r\n", "\n").replace('\r', "\n");
        let last = before.rsplit('\n').next().unwrap_or_default();
        let line = before.matches('\n').count();
        (
            Position { line: line + 1, column: last.chars().count() + 1 },
            Utf16Position { line, column: last.encode_utf16().count() },
        )
    }

    proptest! {
        #[test]
        fn offsets_round_trip(text in "[ab\\r\\né😀]{0,60}") {
            let index = LineIndex::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                if offset > 0 && text[..offset].ends_with('\r') && text[offset..].starts_with('\n') {
                    continue;
                }
                let (position, utf16) = naive(&text, offset);
                prop_assert_eq!(index.position(offset), position);
                prop_assert_eq!(index.utf16_position(offset), utf16);
                prop_assert_eq!(index.offset(position), offset);
                prop_assert_eq!(index.utf16_offset(utf16), offset);
            }
        }

        #[test]
        fn any_position_is_safe(text in "\\PC{0,20}", line in 0..9usize, column in 0..40usize, offset in 0..200usize) {
            let index = LineIndex::new(&text);
            let chars = index.offset(Position { line, column });
            let units = index.utf16_offset(Utf16Position { line, column });
            prop_assert!(text.is_char_boundary(chars) && text.is_char_boundary(units));
            let _ = (index.position(offset), index.utf16_position(offset), index.line_text(line));
        }
    }
}
