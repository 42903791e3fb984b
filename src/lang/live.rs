//! The tree of a text that changes: parsed again from the one before.

use ropey::Rope;
use tree_sitter::{InputEdit, Node, Point, Tree};

use super::{Interest, Masked, Triggers, adapter, hot, quiet::Quiet};
use crate::program::{Language, Program};

/// Remembers the text and the tree of the last build. Incremental trees may differ from fresh ones in broken text, so a
/// new one, or one that was told to [`LiveTree::forget`], has the last word.
#[derive(Default)]
pub struct LiveTree {
    last: Option<Last>,
    /// The last build used the tree before it.
    pub is_incremental: bool,
}

struct Last {
    language: Language,
    template: bool,
    before: Before,
    tree: Tree,
}

/// The text of a tree.
enum Before {
    /// Nothing is masked in it.
    Plain(Rope, Option<Quiet>),
    Masked(String),
}

impl LiveTree {
    /// The next build parses afresh.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// As [`super::build`], from the tree of the last build where there is one. `rope` holds the same as `text`.
    pub fn build(
        &mut self,
        language: Language,
        text: &str,
        rope: &Rope,
        template: bool,
        triggers: &Triggers,
        interest: Interest,
    ) -> Program {
        let masked = adapter(language).mask(text, template);
        let old = self.last.take().filter(|last| (last.language, last.template) == (language, template));
        let old = old.map(|Last { before, mut tree, .. }| {
            let edit = match &before {
                Before::Plain(before, _) => difference(&before.to_string(), &masked.text),
                Before::Masked(before) => difference(before, &masked.text),
            };
            if let Some(edit) = edit {
                tree.edit(&edit);
            }
            tree
        });
        self.is_incremental = old.is_some();
        let before = crate::syntax::memory::held();
        let Some(tree) = crate::syntax::parse(language, &masked.text, old.as_ref()) else {
            return hot::empty(language, &masked);
        };
        let (program, spread) = hot::build_tree(language, &masked, &tree, before, triggers, interest, &[]);
        let is_plain = matches!(masked.text, std::borrow::Cow::Borrowed(_)) && masked.conditions.is_empty();
        let text_before = match is_plain {
            true => Before::Plain(rope.clone(), Quiet::of(&program, spread, text, template)),
            false => {
                let Masked { text, .. } = masked;
                Before::Masked(text.into_owned())
            }
        };
        self.last = Some(Last { language, template, before: text_before, tree });
        program
    }

    /// Whether the text differs from that of the last build only by words typed or deleted in a definition that has, and
    /// had, nothing to do with anything of interest: then all answers to it hold, and what lies behind has moved. The tree
    /// follows; nothing but the definition is looked at, so this costs what the parse costs.
    pub fn follows_quietly(&mut self, rope: &Rope, triggers: &Triggers) -> bool {
        let Some(Last { language, before: Before::Plain(text, Some(quiet)), tree, .. }) = &mut self.last else {
            return false;
        };
        let Some(edit) = rope_difference(text, rope) else {
            return true;
        };
        let Some(range) = quiet.definition(text, rope, &edit) else {
            return false;
        };
        let grown = range.start..range.end + edit.new_end_byte - edit.old_end_byte;
        let Some(kind) = exact(tree.root_node(), &range).map(|node| node.kind_id()) else {
            return false;
        };
        let mut edited = tree.clone();
        edited.edit(&edit);
        let Some(after) = crate::syntax::parse_rope(*language, rope, &edited) else {
            return false;
        };
        let stays = exact(after.root_node(), &grown).is_some_and(|node| {
            let body = node.child_by_field_name("definition").unwrap_or(node).child_by_field_name("body");
            let in_body =
                body.is_some_and(|it| it.start_byte() <= edit.start_byte && edit.new_end_byte <= it.end_byte());
            node.kind_id() == kind && !node.has_error() && in_body
        });
        let inside = |at: &tree_sitter::Range| grown.start <= at.start_byte && at.end_byte <= grown.end;
        if !stays || !after.changed_ranges(&edited).all(|at| inside(&at)) {
            return false;
        }
        let held = rope.byte_slice(grown.clone());
        let words = held.as_str().map_or_else(|| held.to_string().into(), std::borrow::Cow::Borrowed);
        if !quiet.says_nothing(&words, triggers) {
            return false;
        }
        quiet.shift(&edit);
        *text = rope.clone();
        *tree = after;
        self.is_incremental = true;
        true
    }
}

/// The node with exactly this range of bytes.
fn exact<'t>(root: Node<'t>, range: &std::ops::Range<usize>) -> Option<Node<'t>> {
    root.named_descendant_for_byte_range(range.start, range.end).filter(|node| node.byte_range() == *range)
}

/// The one edit that leads from a text to another: what lies between their common ends. Comparing bytes is far cheaper
/// than a parse, and exact whatever was masked or unmasked far from the cursor.
fn difference(before: &str, after: &str) -> Option<InputEdit> {
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let same = common(old, new);
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

/// Bytes at the front that are the same.
fn common(old: &[u8], new: &[u8]) -> usize {
    const BLOCK: usize = 256;
    let blocks = old.chunks_exact(BLOCK).zip(new.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let from = blocks * BLOCK;
    from + old[from..].iter().zip(&new[from..]).take_while(|(a, b)| a == b).count()
}

/// Rows end with LF, columns are bytes.
fn point(text: &[u8], at: usize) -> Point {
    let before = &text[..at];
    let row = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Point { row, column: at - start }
}

/// As [`difference`], for ropes of which one was made from the other: the parts that they share are not compared.
fn rope_difference(before: &Rope, after: &Rope) -> Option<InputEdit> {
    let start = shared(before.chunks(), after.chunks(), common);
    if start == before.len_bytes() && start == after.len_bytes() {
        return None;
    }
    let (old, new) = (before.chunks_at_byte(before.len_bytes()).0, after.chunks_at_byte(after.len_bytes()).0);
    let from_end = |old: &[u8], new: &[u8]| old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let tail = shared_from_end(old, new, from_end).min(before.len_bytes().min(after.len_bytes()) - start);
    // an edit never splits a character
    let floor = |rope: &Rope, at: usize| rope.char_to_byte(rope.byte_to_char(at));
    let ceil = |rope: &Rope, at: usize| match floor(rope, at) {
        whole if whole == at => at,
        _ => rope.char_to_byte(rope.byte_to_char(at) + 1),
    };
    let start = floor(before, start).min(floor(after, start));
    let tail = (before.len_bytes() - ceil(before, before.len_bytes() - tail))
        .min(after.len_bytes() - ceil(after, after.len_bytes() - tail));
    let (old_end, new_end) = (before.len_bytes() - tail, after.len_bytes() - tail);
    let at = |rope: &Rope, byte: usize| {
        let row = rope.byte_to_line(byte);
        Point { row, column: byte - rope.line_to_byte(row) }
    };
    Some(InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: at(before, start),
        old_end_position: at(before, old_end),
        new_end_position: at(after, new_end),
    })
}

/// Bytes that two sequences of chunks have in common at the front.
fn shared<'a, 'b>(
    mut old: impl Iterator<Item = &'a str>,
    mut new: impl Iterator<Item = &'b str>,
    compare: fn(&[u8], &[u8]) -> usize,
) -> usize {
    let (mut a, mut b): (&[u8], &[u8]) = (&[], &[]);
    let mut count = 0;
    loop {
        if a.is_empty() {
            a = old.next().map_or(&[], str::as_bytes);
        }
        if b.is_empty() {
            b = new.next().map_or(&[], str::as_bytes);
        }
        let least = a.len().min(b.len());
        if least == 0 {
            return count;
        }
        // a chunk that both ropes hold is the same memory
        let is_same = a.as_ptr() == b.as_ptr();
        let equal = if is_same { least } else { compare(&a[..least], &b[..least]) };
        count += equal;
        if equal < least {
            return count;
        }
        (a, b) = (&a[least..], &b[least..]);
    }
}

/// Bytes that two ropes have in common at their ends, walked backwards.
fn shared_from_end(
    mut old: ropey::iter::Chunks<'_>,
    mut new: ropey::iter::Chunks<'_>,
    compare: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let (mut a, mut b): (&[u8], &[u8]) = (&[], &[]);
    let mut count = 0;
    loop {
        if a.is_empty() {
            a = old.prev().map_or(&[], str::as_bytes);
        }
        if b.is_empty() {
            b = new.prev().map_or(&[], str::as_bytes);
        }
        let least = a.len().min(b.len());
        if least == 0 {
            return count;
        }
        let (x, y) = (&a[a.len() - least..], &b[b.len() - least..]);
        let equal = if x.as_ptr() == y.as_ptr() { least } else { compare(x, y) };
        count += equal;
        if equal < least {
            return count;
        }
        (a, b) = (&a[..a.len() - least], &b[..b.len() - least]);
    }
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

        #[test]
        fn ropes_differ_as_texts_do(text in "[aé\n]{0,12}", long in 0..3usize, at in 0..40usize, typed in "[aé]{0,3}", gone in 0..3usize) {
            let before = Rope::from_str(&format!("{}{text}", "aé\n".repeat(long * 900)));
            let mut after = before.clone();
            let at = at.min(after.len_chars());
            after.remove(at..(at + gone).min(after.len_chars()));
            after.insert(at, &typed);
            let expected = difference(&before.to_string(), &after.to_string());
            prop_assert_eq!(rope_difference(&before, &after), expected);
        }
    }
}
