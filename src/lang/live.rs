//! The tree of a text that changes: parsed again from the one before.

use tree_sitter::{InputEdit, Point, Tree};

use super::{Masked, Triggers, adapter, hot};
use crate::program::{Language, Program};

/// Remembers the masked text and the tree of the last build. Incremental trees may differ from fresh ones in broken
/// text, so a new one, or one that was told to [`LiveTree::forget`], has the last word.
#[derive(Default)]
pub struct LiveTree {
    last: Option<(Language, bool, String, Tree)>,
    /// The last build used the tree before it.
    pub is_incremental: bool,
}

impl LiveTree {
    /// The next build parses afresh.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// As [`super::build`], from the tree of the last build where there is one.
    pub fn build(&mut self, language: Language, text: &str, template: bool, triggers: &Triggers) -> Program {
        let masked = adapter(language).mask(text, template);
        let old = self.last.take().filter(|(of, was, _, _)| (*of, *was) == (language, template));
        let old = old.map(|(_, _, before, mut tree)| {
            if let Some(edit) = difference(&before, &masked.text) {
                tree.edit(&edit);
            }
            tree
        });
        self.is_incremental = old.is_some();
        let Some(tree) = crate::syntax::parse(language, &masked.text, old.as_ref()) else {
            return hot::empty(language, &masked);
        };
        let program = hot::build_tree(language, &masked, &tree, triggers);
        let Masked { text, .. } = masked;
        self.last = Some((language, template, text.into_owned(), tree));
        program
    }
}

/// The one edit that leads from a text to another: what lies between their common ends. Comparing bytes is far cheaper
/// than a parse, and exact whatever was masked or unmasked far from the cursor.
fn difference(before: &str, after: &str) -> Option<InputEdit> {
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    if same == old.len() && same == new.len() {
        return None;
    }
    let left = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    // an edit never splits a character
    let start = (0..=same).rev().find(|at| before.is_char_boundary(*at) && after.is_char_boundary(*at)).unwrap_or(0);
    let is_whole = |tail: &usize| before.is_char_boundary(old.len() - tail) && after.is_char_boundary(new.len() - tail);
    let tail = (0..=tail).rev().find(is_whole).unwrap_or(0);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    Some(InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: point(old, start),
        old_end_position: point(old, old_end),
        new_end_position: point(new, new_end),
    })
}

/// Rows end with LF, columns are bytes.
fn point(text: &[u8], at: usize) -> Point {
    let before = &text[..at];
    let row = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Point { row, column: at - start }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_difference_is_what_lies_between_common_ends() {
        let check = |before: &str, after: &str, expected: Option<(usize, usize, usize)>| {
            let edit = difference(before, after).map(|it| (it.start_byte, it.old_end_byte, it.new_end_byte));
            assert_eq!(edit, expected, "{before:?} {after:?}");
        };
        check("ab", "ab", None);
        check("ab", "axb", Some((1, 1, 2)));
        check("aab", "aaab", Some((2, 2, 3)));
        check("aaab", "aab", Some((2, 3, 2)));
        check("é", "è", Some((0, 2, 2)));
        check("", "x", Some((0, 0, 1)));
        check("x", "", Some((0, 1, 0)));
    }

    proptest! {
        #[test]
        fn the_edit_makes_the_new_text(before in "[aé\n]{0,12}", after in "[aé\n]{0,12}") {
            if let Some(edit) = difference(&before, &after) {
                let inserted = &after[edit.start_byte..edit.new_end_byte];
                let made = [&before[..edit.start_byte], inserted, &before[edit.old_end_byte..]].concat();
                prop_assert_eq!(made, after);
            } else {
                prop_assert_eq!(before, after);
            }
        }
    }
}
