//! Positions as clients count them.

use ropey::Rope;
use tower_lsp::ls_types::{Position, PositionEncodingKind, Range};

use crate::text::LineIndex;

/// What a client counts in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The cheapest of those that a client offers; UTF-16 if it offers none.
    pub fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        let offers = |kind: &PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
        if offers(&PositionEncodingKind::UTF8) {
            Encoding::Utf8
        } else if offers(&PositionEncodingKind::UTF16) || !offers(&PositionEncodingKind::UTF32) {
            Encoding::Utf16
        } else {
            Encoding::Utf32
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The position of a byte offset.
pub fn position(lines: &LineIndex<'_>, offset: usize, encoding: Encoding) -> Position {
    let (line, column) = match encoding {
        Encoding::Utf8 => {
            let line = lines.line_range(lines.line(offset));
            (lines.line(offset) - 1, offset.min(line.end).saturating_sub(line.start))
        }
        Encoding::Utf16 => {
            let at = lines.utf16_position(offset);
            (at.line, at.column)
        }
        Encoding::Utf32 => {
            let at = lines.position(offset);
            (at.line - 1, at.column - 1)
        }
    };
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position::new(small(line), small(column))
}

/// The range of a byte range.
pub fn range(lines: &LineIndex<'_>, range: &std::ops::Range<usize>, encoding: Encoding) -> Range {
    Range::new(position(lines, range.start, encoding), position(lines, range.end, encoding))
}

/// The character of a position in a rope. A column past the end of its line is the end of the line, a line past the end
/// of the text the end of the text; the middle of a character is its start.
pub fn char_in(rope: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= rope.len_lines() {
        return rope.len_chars();
    }
    let start = rope.line_to_char(line);
    let text = rope.line(line);
    let mut end = start + text.len_chars();
    while end > start && matches!(rope.char(end - 1), '\n' | '\r') {
        end -= 1;
    }
    let column = position.character as usize;
    let at = match encoding {
        Encoding::Utf8 => {
            let byte = rope.char_to_byte(start).saturating_add(column);
            rope.byte_to_char(byte.min(rope.char_to_byte(end)))
        }
        Encoding::Utf16 => {
            let unit = rope.char_to_utf16_cu(start).saturating_add(column);
            rope.utf16_cu_to_char(unit.min(rope.char_to_utf16_cu(end)))
        }
        Encoding::Utf32 => start.saturating_add(column),
    };
    at.min(end)
}

/// The byte offset of a position in a text, as [`char_in`] says.
pub fn offset_in(rope: &Rope, position: Position, encoding: Encoding) -> usize {
    rope.char_to_byte(char_in(rope, position, encoding))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn the_cheapest_offer_is_taken() {
        let check = |offered: &[&'static str], expected: Encoding| {
            let kinds: Vec<_> = offered.iter().map(|kind| PositionEncodingKind::new(kind)).collect();
            assert_eq!(Encoding::negotiate(Some(&kinds)), expected, "{offered:?}");
        };
        check(&["utf-16"], Encoding::Utf16);
        check(&["utf-8", "utf-16", "utf-32"], Encoding::Utf8);
        check(&["utf-32", "utf-8", "utf-16"], Encoding::Utf8);
        check(&["utf-32"], Encoding::Utf32);
        check(&["utf-32", "utf-16"], Encoding::Utf16);
        check(&["ebcdic"], Encoding::Utf16);
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
    }

    #[test]
    fn columns_count_what_was_agreed() {
        let check = |text: &str, line: u32, column: u32, expected: [usize; 3]| {
            let rope = Rope::from_str(text);
            let found = ENCODINGS.map(|encoding| offset_in(&rope, Position::new(line, column), encoding));
            assert_eq!(found, expected, "{text:?} {line}:{column}");
        };
        check("a😀b", 0, 3, [1, 5, 6]);
        check("a😀b", 0, 2, [1, 1, 5]);
        check("a\r\nb", 0, 9, [1, 1, 1]);
        check("a\r\nb", 1, 9, [4, 4, 4]);
        check("a\rb\n", 1, 1, [3, 3, 3]);
        check("a\rb\n", 7, 0, [4, 4, 4]);
        check("", 0, 0, [0, 0, 0]);
        // these end no line for a client
        check("a\u{B}\u{85}\u{2028}b", 1, 0, [8, 8, 8]);
    }

    proptest! {
        #[test]
        fn offsets_round_trip(text in "[ab\\r\\né😀]{0,40}") {
            let rope = Rope::from_str(&text);
            let lines = LineIndex::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                if text[..offset].ends_with('\r') && text[offset..].starts_with('\n') {
                    continue;
                }
                for encoding in ENCODINGS {
                    let at = position(&lines, offset, encoding);
                    prop_assert_eq!(offset_in(&rope, at, encoding), offset);
                }
            }
        }

        #[test]
        fn any_position_is_safe(text in "\\PC{0,20}", line in 0..4u32, column in any::<u32>()) {
            let rope = Rope::from_str(&text);
            for encoding in ENCODINGS {
                prop_assert!(offset_in(&rope, Position::new(line, column), encoding) <= text.len());
            }
        }
    }
}
