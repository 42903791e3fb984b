//! Definitions that have nothing to do with anything of interest, so that typing in them changes no answer.

use std::ops::Range;

use ropey::Rope;
use tree_sitter::InputEdit;

use super::Triggers;
use super::hot::{Names, Spread};
use crate::program::{ItemKind, Program};

/// Words of comments that say something to us.
const COMMENT: &str = "prodguard";
/// Lines at the head of a file that may say something about all of it, such as that a tool wrote it.
const HEAD: usize = 12;

/// Whether a line may bear on other lines: directives, comments for us, the starts of heredocs.
fn is_telling(line: &str) -> bool {
    let starts = ["#", "=begin", "=end", "__END__"];
    starts.iter().any(|start| line.trim_start().starts_with(start)) || line.contains(COMMENT) || line.contains("<<")
}

/// The cold definitions of a file, and the words that would warm one.
pub(super) struct Quiet {
    /// Byte ranges of definitions without definitions inside.
    cold: Vec<Range<usize>>,
    /// Names that hot code binds or reads.
    names: Spread,
    /// Made of the names when they are first looked for; `None` inside if that fails.
    words: Option<Option<Names>>,
}

impl Quiet {
    /// `None` where typing may bear on text that was not touched. `names` are those that hot code binds.
    pub fn of(program: &Program, names: Spread, text: &str, template: bool) -> Option<Quiet> {
        // rows are counted by LF alone in trees
        let bytes = text.as_bytes();
        let has_lone_cr = memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'));
        if template || has_lone_cr {
            return None;
        }
        let mut holds_items = vec![false; program.items.len()];
        for parent in program.items.iter().filter_map(|item| item.parent) {
            if let Some(holds) = holds_items.get_mut(parent.0 as usize) {
                *holds = true;
            }
        }
        let items = program.items.iter().zip(&holds_items);
        let cold = items.filter(|(item, holds)| item.kind == ItemKind::Def && item.code.is_none() && !**holds);
        let cold = cold.map(|(item, _)| item.start as usize..item.end as usize).collect();
        Some(Quiet { cold, names, words: None })
    }

    /// The definition that an edit of one line lies in, if it typed nothing but words; its range before the edit.
    pub fn definition(&self, before: &Rope, rope: &Rope, edit: &InputEdit) -> Option<Range<usize>> {
        let typed = rope.get_byte_slice(edit.start_byte..edit.new_end_byte)?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if edit.start_position.row < HEAD || typed.len_bytes() > 64 || !typed.chars().all(is_word) {
            return None;
        }
        let rows = [edit.start_position.row, edit.old_end_position.row, edit.new_end_position.row];
        if rows.iter().any(|row| *row != rows[0]) || is_telling(&before.line(rows[0]).to_string()) {
            return None;
        }
        let line = rope.byte_to_line(edit.start_byte);
        let text = rope.line(line).to_string();
        if is_telling(&text) {
            return None;
        }
        let held = self.cold.iter().filter(|cold| cold.start < edit.start_byte && edit.old_end_byte < cold.end);
        let range = held.min_by_key(|cold| cold.len())?.clone();
        // nothing else stands behind it on this line
        let line_end = rope.line_to_byte(line) + text.trim_end_matches(['\r', '\n']).len();
        (line_end <= range.end + edit.new_end_byte - edit.old_end_byte).then_some(range)
    }

    /// Whether a definition names nothing of interest.
    pub fn says_nothing(&mut self, text: &str, triggers: &Triggers) -> bool {
        let names = &self.names;
        let words = self.words.get_or_insert_with(|| Names::new(names));
        triggers.is_quiet(text) && words.as_ref().is_some_and(|words| words.mentions(text).next().is_none())
    }

    /// Moves what lies behind an edit.
    pub fn shift(&mut self, edit: &InputEdit) {
        let moved = |at: usize| if at >= edit.old_end_byte { at + edit.new_end_byte - edit.old_end_byte } else { at };
        for cold in &mut self.cold {
            *cold = moved(cold.start)..moved(cold.end);
        }
    }
}
