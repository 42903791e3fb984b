//! Whatever the text: an answer, in range and in order, and never a panic.

use std::path::Path;
use std::sync::Arc;

use prodguard::analysis::{self, Input};
use prodguard::catalog::Catalog;
use prodguard::lang;
use prodguard::program::Language;
use prodguard::project::FileFacts;
use prodguard::rules::Zone;
use prodguard::text;
use proptest::prelude::*;

/// As large as the stacks of a scan's threads.
const STACK: usize = 256 << 20;

/// Analyses a text and holds what every answer must hold.
fn check(language: Language, template: bool, source: &str) {
    let facts = FileFacts { catalog: Arc::new(Catalog::builtin().clone()), ..FileFacts::default() };
    let triggers = analysis::triggers(&facts.catalog, language);
    let masked = lang::adapter(language).mask(source, template);
    assert_eq!(masked.text.len(), source.len(), "a mask keeps every offset");
    let input = Input { text: source, language, template, zone: Zone::Production, facts: &facts, triggers: &triggers };
    let answers = analysis::analyze(&input);
    let mut last = 0;
    for finding in &answers.findings {
        assert!(source.get(finding.range.clone()).is_some(), "{} stands outside the text", finding.rule);
        assert!(finding.range.start >= last, "findings stand in order");
        last = finding.range.start;
        for step in &finding.because {
            assert!(source.get(step.range.clone()).is_some(), "a step stands outside the text: {}", step.text);
        }
    }
    for site in &answers.sites {
        assert!(source.get(site.range.clone()).is_some(), "a place stands outside the text");
    }
}

fn on_a_large_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// The sources of the demo, with the language of each.
fn sources() -> Vec<(Language, String)> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demo");
    let mut found: Vec<(Language, String)> = ignore::WalkBuilder::new(demo)
        .build()
        .flatten()
        .filter_map(|entry| {
            let language = match entry.path().extension()?.to_str()? {
                "rb" => Language::Ruby,
                "py" => Language::Python,
                "cs" => Language::CSharp,
                _ => return None,
            };
            Some((language, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    found.sort();
    assert!(found.len() >= 6, "the demo has sources of each language");
    found
}

/// One edit of a text, by positions that are taken modulo its length.
#[derive(Clone, Debug)]
enum Edit {
    Insert(usize, String),
    Delete(usize, usize),
    Copy(usize, usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("(".to_owned()),
        Just("}".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("<<~X\n".to_owned()),
        Just("#if DEBUG\n".to_owned()),
        Just("#endif\n".to_owned()),
        Just("\"\"\"".to_owned()),
        Just(" end ".to_owned()),
        Just("𝕏é".to_owned()),
        Just("\0".to_owned()),
        "[a-zA-Z_.:(){}\\[\\]?!@$%&|=<> \n\t]{1,12}",
    ];
    prop_oneof![
        (any::<usize>(), piece).prop_map(|(at, text)| Edit::Insert(at, text)),
        (any::<usize>(), 0..40usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        (any::<usize>(), 0..80usize, any::<usize>()).prop_map(|(from, length, to)| Edit::Copy(from, length, to)),
    ]
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for edit in edits {
        let at = |position: &usize| position % (chars.len() + 1);
        match edit {
            Edit::Insert(position, piece) => {
                let at = at(position);
                chars.splice(at..at, piece.chars());
            }
            Edit::Delete(position, length) => {
                let at = at(position);
                chars.drain(at..(at + length).min(chars.len()));
            }
            Edit::Copy(from, length, to) => {
                let (from, to) = (at(from), at(to));
                let copied: Vec<char> = chars[from..(from + length).min(chars.len())].to_vec();
                chars.splice(to..to, copied);
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), index in 0..4usize) {
        on_a_large_stack(move || {
            if let Ok(decoded) = text::decode(bytes) {
                let language = Language::ALL[index % 3];
                check(language, index == 3, &decoded.text);
            }
        });
    }

    #[test]
    fn edited_sources(pick in any::<usize>(), edits in proptest::collection::vec(edit(), 1..12)) {
        on_a_large_stack(move || {
            let sources = sources();
            let (language, text) = &sources[pick % sources.len()];
            check(*language, false, &apply(text, &edits));
        });
    }
}

#[test]
fn deep_and_long_texts() {
    const DEPTH: usize = 20_000;
    let nested = |open: &str, close: &str| format!("x = {}1{}\n", open.repeat(DEPTH), close.repeat(DEPTH));
    let cases = [
        (Language::Ruby, nested("(", ")")),
        (Language::Ruby, nested("[", "]")),
        (Language::Ruby, format!("Faker{}\n", ".a".repeat(DEPTH))),
        (Language::Ruby, format!("x = {}b\n", "a || ".repeat(DEPTH))),
        (Language::Ruby, format!("{}\nFaker::Name.name\n{}", "if a\n".repeat(2_000), "end\n".repeat(2_000))),
        (Language::Python, nested("(", ")")),
        (Language::Python, nested("[", "]")),
        (Language::Python, format!("x = {}b\n", "a + ".repeat(DEPTH))),
        (Language::CSharp, format!("class A {{ int F() => {}1{}; }}", "(".repeat(DEPTH), ")".repeat(DEPTH))),
        (Language::CSharp, format!("class A {{ void F() {{ x{}; }} }}", ".B()".repeat(2_000))),
        (Language::CSharp, "#if A\n".repeat(5_000)),
    ];
    for (language, text) in cases {
        on_a_large_stack(move || check(language, false, &text));
    }
}
