//! Code lenses: how many places in a definition can run in production.

use tower_lsp::ls_types::{CodeLens, Command};

use crate::lang;
use crate::program::ItemKind;
use crate::rules::Verdict;
use crate::text::LineIndex;

use super::answer::Answer;
use super::client::Traits;
use super::position;

/// One lens above each definition with places that production reaches; those in a definition inside count there.
pub fn lenses(answer: &Answer, traits: &Traits) -> Vec<CodeLens> {
    let Some(context) = &answer.context else {
        return Vec::new();
    };
    let reachable = answer.analysis.sites.iter().filter(|site| site.verdict == Verdict::Reachable);
    let mut places: Vec<usize> = reachable.map(|site| site.range.start).collect();
    if places.is_empty() {
        return Vec::new();
    }
    places.sort_unstable();
    let input = context.input(&answer.text);
    let program = lang::build(input.language, input.text, input.template, input.triggers, lang::Interest::Places);
    let mut by_start: Vec<usize> = (1..program.items.len()).collect();
    by_start.sort_by_key(|index| program.items[*index].start);
    let mut counts = vec![0usize; program.items.len()];
    for place in places {
        // what began last before a place holds it, or something around that does
        let began = by_start.partition_point(|index| program.items[*index].start as usize <= place);
        let mut around = began.checked_sub(1).map(|last| by_start[last]);
        while let Some(index) = around.filter(|index| *index > 0) {
            let item = &program.items[index];
            let is_named = matches!(item.kind, ItemKind::Def | ItemKind::Container);
            if is_named && place < item.end as usize {
                counts[index] += 1;
                break;
            }
            around = item.parent.map(|parent| parent.0 as usize);
        }
    }
    let lines = LineIndex::new(&answer.text);
    let lens = |(item, count): (&crate::program::Item, &usize)| {
        let title = match count {
            0 => return None,
            1 => "1 place can run in production".to_owned(),
            count => format!("{count} places can run in production"),
        };
        let start = item.start as usize;
        let range = position::range(&lines, &(start..start), traits.encoding);
        Some(CodeLens { range, command: Some(Command { title, ..Command::default() }), data: None })
    };
    program.items.iter().zip(&counts).filter_map(lens).collect()
}
