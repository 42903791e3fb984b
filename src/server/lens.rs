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
    // parents stand before their children, so the last that holds a place is the innermost
    let mut counts = vec![0usize; program.items.len()];
    for place in places {
        let holds = |start: u32, end: u32| start as usize <= place && place < end as usize;
        let mut innermost = program.items.iter().enumerate().filter(|(index, item)| {
            let is_named = matches!(item.kind, ItemKind::Def | ItemKind::Container) && *index > 0;
            is_named && holds(item.start, item.end)
        });
        if let Some((index, _)) = innermost.next_back() {
            counts[index] += 1;
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
