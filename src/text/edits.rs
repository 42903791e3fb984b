//! Edits of a text: lists of replacements that do not overlap.

use std::ops::Range;

/// Replaces a range of bytes of a text. An empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Edit {
    pub fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit { range: at..at, text: text.into() }
    }

    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { range, text: text.into() }
    }
}

/// Sorts edits and joins insertions at the same place, which keep their order. `None` if two edits overlap.
pub fn normal(mut edits: Vec<Edit>) -> Option<Vec<Edit>> {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut all: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match all.last_mut() {
            Some(last) if last.range.is_empty() && edit.range.start == last.range.end => {
                last.range.end = edit.range.end;
                last.text.push_str(&edit.text);
            }
            Some(last) if edit.range.start < last.range.end => return None,
            _ => all.push(edit),
        }
    }
    Some(all)
}

/// Whether edits are sorted, do not overlap and lie within `text`, at boundaries of its characters.
pub fn fit(text: &str, edits: &[Edit]) -> bool {
    let mut end = 0;
    edits.iter().all(|edit| {
        let Range { start, end: to } = edit.range;
        let fits = end <= start && start <= to && text.is_char_boundary(start) && text.is_char_boundary(to);
        end = to;
        fits
    })
}

/// The text with `edits` made. Edits that do not [`fit`] are left out.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        if edit.range.start < at {
            continue;
        }
        let (Some(kept), true) = (text.get(at..edit.range.start), text.is_char_boundary(edit.range.end)) else {
            continue;
        };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where offsets of the old text are in the new one.
pub struct Moves {
    /// By edit: the end of what is replaced in the old text, and how far what follows moves.
    ends: Vec<(Range<usize>, isize)>,
}

impl Moves {
    /// `edits` are sorted and do not overlap.
    pub fn of(edits: &[Edit]) -> Moves {
        let mut moved = 0;
        let ends = edits.iter().map(|edit| {
            moved += edit.text.len() as isize - edit.range.len() as isize;
            (edit.range.clone(), moved)
        });
        Moves { ends: ends.collect() }
    }

    /// The new place of the character at an offset: what is inserted there stands before it. `None` if it was replaced.
    pub fn character(&self, offset: usize) -> Option<usize> {
        let before = self.ends.partition_point(|(range, _)| range.end <= offset);
        if self.ends.get(before).is_some_and(|(range, _)| range.start <= offset) {
            return None;
        }
        let moved = before.checked_sub(1).map_or(0, |last| self.ends[last].1);
        offset.checked_add_signed(moved)
    }
}

/// One list of edits that does what `first` and then `second`, which is made to its result, do.
pub fn compose(text: &str, first: &[Edit], second: &[Edit]) -> Vec<Edit> {
    let mut between = Pieces::of(text.len(), first);
    let mut after = Vec::new();
    let mut at = 0;
    for edit in second {
        between.take(edit.range.start.saturating_sub(at), &mut after);
        between.take(edit.range.len(), &mut Vec::new());
        after.push(Piece::Text(edit.text.clone()));
        at = edit.range.end;
    }
    between.take(usize::MAX, &mut after);
    let mut out = Vec::new();
    let (mut done, mut pending) = (0, String::new());
    for piece in after.into_iter().chain([Piece::Kept(text.len()..text.len())]) {
        match piece {
            Piece::Text(text) => pending.push_str(&text),
            Piece::Kept(range) => {
                if done < range.start || !pending.is_empty() {
                    out.push(Edit::replace(done..range.start, std::mem::take(&mut pending)));
                }
                done = range.end;
            }
        }
    }
    out
}

/// What an edited text is made of.
enum Piece {
    /// A range of the old text.
    Kept(Range<usize>),
    Text(String),
}

/// Pieces, the next one last.
struct Pieces(Vec<Piece>);

impl Pieces {
    fn of(len: usize, edits: &[Edit]) -> Pieces {
        let mut pieces = Vec::new();
        let mut at = 0;
        for edit in edits {
            pieces.push(Piece::Kept(at..edit.range.start.max(at)));
            pieces.push(Piece::Text(edit.text.clone()));
            at = edit.range.end;
        }
        pieces.push(Piece::Kept(at..len));
        pieces.reverse();
        Pieces(pieces)
    }

    /// Moves the next `wanted` bytes to `out`.
    fn take(&mut self, mut wanted: usize, out: &mut Vec<Piece>) {
        while wanted > 0 {
            match self.0.pop() {
                None => return,
                Some(Piece::Kept(range)) => {
                    let end = range.start.saturating_add(wanted).min(range.end);
                    wanted -= end - range.start;
                    if range.start < end {
                        out.push(Piece::Kept(range.start..end));
                    }
                    if end < range.end {
                        self.0.push(Piece::Kept(end..range.end));
                    }
                }
                Some(Piece::Text(mut text)) => {
                    let rest = text.split_off(wanted.min(text.len()));
                    wanted -= text.len();
                    out.push(Piece::Text(text));
                    if !rest.is_empty() {
                        self.0.push(Piece::Text(rest));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edits(list: &[(Range<usize>, &str)]) -> Vec<Edit> {
        list.iter().map(|(range, text)| Edit::replace(range.clone(), *text)).collect()
    }

    #[test]
    fn edits_are_sorted_and_joined_and_never_overlap() {
        let check = |list: &[(Range<usize>, &str)], expected: Option<&str>| {
            let found = normal(edits(list)).map(|edits| {
                assert!(fit("abcdef", &edits));
                apply("abcdef", &edits)
            });
            assert_eq!(found.as_deref(), expected);
        };
        check(&[], Some("abcdef"));
        check(&[(4..5, "E"), (1..2, "B")], Some("aBcdEf"));
        check(&[(2..2, "1"), (2..2, "2"), (2..3, "C")], Some("ab12Cdef"));
        check(&[(1..3, "x"), (2..4, "y")], None);
        check(&[(1..3, "x"), (3..4, "y")], Some("axyef"));
        assert!(!fit("é", &edits(&[(1..1, "x")])));
        assert!(!fit("a", &edits(&[(0..2, "x")])));
    }

    #[test]
    fn places_move() {
        let moves = Moves::of(&edits(&[(1..1, "xx"), (3..5, "")]));
        let found: Vec<Option<usize>> = (0..7).map(|at| moves.character(at)).collect();
        assert_eq!(found, [Some(0), Some(3), Some(4), None, None, Some(5), Some(6)]);
    }

    /// Edits of a text of `len` bytes out of arbitrary numbers.
    fn some_edits(len: usize, numbers: &[(usize, usize, String)]) -> Vec<Edit> {
        let edits = numbers.iter().map(|(start, length, text)| {
            let start = start % (len + 1);
            Edit::replace(start..(start + length % 4).min(len), text.clone())
        });
        let mut edits: Vec<Edit> = edits.collect();
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut end = 0;
        edits.retain(|edit| {
            let fits = edit.range.start >= end;
            end = if fits { edit.range.end } else { end };
            fits
        });
        normal(edits).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn composed_edits_do_what_both_do(
            text in "[a-e]{0,12}",
            first in proptest::collection::vec((0..20usize, 0..9usize, "[x-z]{0,3}".prop_map(String::from)), 0..4),
            second in proptest::collection::vec((0..20usize, 0..9usize, "[0-9]{0,3}".prop_map(String::from)), 0..4),
        ) {
            let first = some_edits(text.len(), &first);
            let between = apply(&text, &first);
            let second = some_edits(between.len(), &second);
            let both = compose(&text, &first, &second);
            prop_assert!(fit(&text, &both));
            prop_assert_eq!(apply(&text, &both), apply(&between, &second));
        }
    }
}
