//! What a keystroke costs, from the edit to the diagnostics, beside the floor that no analysis can be faster than: the
//! edit of the rope, `Tree::edit`, the incremental parse, and the ranges that changed.
//!
//! `cargo bench --bench keystroke` prints p50, p90 and p99 in microseconds for each language and size. Identifiers are
//! typed at random places of a file with 100 calls of fake data; each second keystroke takes the one before back.

use std::time::{Duration, Instant};

use prodguard::analysis::{self, Input};
use prodguard::lang::LiveTree;
use prodguard::program::Language;
use prodguard::project::{FileFacts, Zone};
use ropey::Rope;
use tree_sitter::{InputEdit, Parser, Point, Tree};

const SITES: usize = 100;
const KEYSTROKES: usize = 400;

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![500, 10_000] } else { asked };
    println!("{:8} {:>6}  {:>24}  {:>24}  ratio", "", "lines", "floor p50/p90/p99 µs", "engine p50/p90/p99 µs");
    for language in Language::ALL {
        for lines in &sizes {
            let text = source(language, *lines);
            let floor = floor(language, &text);
            let engine = engine(language, &text);
            let ratio = engine[0].as_secs_f64() / floor[0].as_secs_f64();
            println!("{:8} {lines:>6}  {:>24}  {:>24}  {ratio:.2}", language.id(), shown(&floor), shown(&engine));
        }
    }
}

fn shown(times: &[Duration; 3]) -> String {
    times.map(|time| format!("{}", time.as_micros())).join(" / ")
}

fn percentiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [50, 90, 99].map(|percent| times[(times.len() - 1) * percent / 100])
}

/// A file of about so many lines with [`SITES`] calls, spread over it: ordinary methods of which some make fake data.
fn source(language: Language, lines: usize) -> String {
    let methods = lines / 10;
    let every = (methods / SITES).max(1);
    let per = SITES.div_ceil(methods);
    let mut text = match language {
        Language::Ruby => "require \"faker\"\n\nclass Report\n".to_owned(),
        Language::Python => "from faker import Faker\n\nfake = Faker()\n\n\nclass Report:\n".to_owned(),
        Language::CSharp => {
            "using Bogus;\n\npublic class Report\n{\n    private Faker faker = new Faker();\n".to_owned()
        }
    };
    for method in 0..methods {
        let calls = if method % every == 0 { per } else { 0 };
        let body = |indent: &str, line: fn(usize) -> String| -> String {
            (0..calls).map(|call| format!("{indent}{}\n", line(call))).collect()
        };
        text += &match language {
            Language::Ruby => format!(
                "  def method_{method}(user, amount)\n    return nil if user.nil? || amount < {method}\n\n    total = amount * {method} + user.balance\n{}    if total > 100\n      notify(user, total)\n    end\n    total\n  end\n\n",
                body("    ", |call| format!("user.name_{call} = Faker::Name.name"))
            ),
            Language::Python => format!(
                "    def method_{method}(self, user, amount):\n        if user is None or amount < {method}:\n            return None\n        total = amount * {method} + user.balance\n{}        if total > 100:\n            self.notify(user, total)\n        return total\n\n\n",
                body("        ", |call| format!("user.name_{call} = fake.name()"))
            ),
            Language::CSharp => format!(
                "    public int Method{method}(User user, int amount)\n    {{\n        if (user == null || amount < {method}) return 0;\n        var total = amount * {method} + user.Balance;\n{}        if (total > 100)\n            Notify(user, total);\n        return total;\n    }}\n\n",
                body("        ", |call| format!("user.Name{call} = faker.Name.FullName();"))
            ),
        };
    }
    text += match language {
        Language::Ruby => "end\n",
        Language::Python => "",
        Language::CSharp => "}\n",
    };
    text
}

/// Byte offsets at the ends of identifiers, in an order that jumps about.
fn places(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends: Vec<usize> = (1..bytes.len())
        .filter(|at| bytes[at - 1].is_ascii_lowercase() && !bytes[*at].is_ascii_alphanumeric() && bytes[*at] != b'_')
        .collect();
    (0..KEYSTROKES).map(|count| ends[count.wrapping_mul(7919) % ends.len()]).collect()
}

fn floor(language: Language, text: &str) -> [Duration; 3] {
    let mut parser = Parser::new();
    parser.set_language(&prodguard::syntax::grammar(language)).expect("the grammar fits");
    let mut rope = Rope::from_str(text);
    let mut tree = parse(&mut parser, &rope, None);
    let mut times = Vec::new();
    for at in places(text) {
        for typed in [true, false] {
            let start = Instant::now();
            let char = rope.byte_to_char(at);
            match typed {
                true => rope.insert_char(char, 'x'),
                false => rope.remove(char..char + 1),
            }
            let point = |byte: usize| {
                let row = rope.byte_to_line(byte.min(rope.len_bytes()));
                Point { row, column: byte - rope.line_to_byte(row) }
            };
            let (old, new) = if typed { (at, at + 1) } else { (at + 1, at) };
            tree.edit(&InputEdit {
                start_byte: at,
                old_end_byte: old,
                new_end_byte: new,
                start_position: point(at),
                old_end_position: point(old),
                new_end_position: point(new),
            });
            let after = parse(&mut parser, &rope, Some(&tree));
            std::hint::black_box(after.changed_ranges(&tree).count());
            tree = after;
            times.push(start.elapsed());
        }
    }
    percentiles(times)
}

fn parse(parser: &mut Parser, rope: &Rope, old: Option<&Tree>) -> Tree {
    let mut read = |byte: usize, _: Point| {
        if byte >= rope.len_bytes() {
            return "";
        }
        let (chunk, start, _, _) = rope.chunk_at_byte(byte);
        &chunk[byte - start..]
    };
    parser.parse_with_options(&mut read, old, None).expect("a language is set")
}

fn engine(language: Language, text: &str) -> [Duration; 3] {
    let facts = FileFacts::default();
    let triggers = analysis::triggers(&facts.catalog, language);
    let mut rope = Rope::from_str(text);
    let mut live = LiveTree::default();
    let mut analyse = |rope: &Rope| {
        if live.follows_quietly(rope, &triggers) {
            return 1;
        }
        let text = rope.to_string();
        let input = Input {
            text: &text,
            language,
            template: false,
            zone: Zone::Production,
            facts: &facts,
            triggers: &triggers,
        };
        analysis::analyze_live(&input, rope, &mut live).findings.len()
    };
    assert!(analyse(&rope) > 0, "the file holds findings");
    let mut times = Vec::new();
    for at in places(text) {
        for typed in [true, false] {
            let start = Instant::now();
            let char = rope.byte_to_char(at);
            match typed {
                true => rope.insert_char(char, 'x'),
                false => rope.remove(char..char + 1),
            }
            std::hint::black_box(analyse(&rope));
            times.push(start.elapsed());
        }
    }
    percentiles(times)
}
