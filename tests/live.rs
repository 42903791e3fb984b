//! A text that changes: what is answered to it while it changes, and once it rests.
//!
//! `LIVE_EDITS=100000 cargo test --test live` makes more edits than the run of every day.

use prodguard::analysis::{self, FileAnalysis, Input};
use prodguard::lang::{LiveTree, Triggers};
use prodguard::program::Language;
use prodguard::project::{FileFacts, Zone};
use prodguard::text::LineIndex;
use ropey::Rope;

/// Bytes of stack; deep code is typed as well.
const STACK: usize = 64 * 1024 * 1024;

/// As a screen shows it: what stands on which line, and what is said of it.
fn shown(text: &str, analysis: &FileAnalysis) -> Vec<String> {
    let lines = LineIndex::new(text);
    let at = |range: &std::ops::Range<usize>| {
        let (start, end) = (lines.utf16_position(range.start), lines.utf16_position(range.end));
        format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
    };
    let finding = |finding: &prodguard::rules::Finding| {
        let steps: Vec<String> =
            finding.because.iter().map(|step| format!("{} {}", at(&step.range), step.text)).collect();
        let sites: Vec<String> = finding.sites.iter().map(|site| at(&site.range)).collect();
        format!("{} {} {} {steps:?} {sites:?}", at(&finding.range), finding.rule, finding.message)
    };
    analysis.findings.iter().map(finding).collect()
}

/// A sequence that is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

struct Live<'f> {
    language: Language,
    facts: &'f FileFacts,
    triggers: &'f Triggers,
    tree: LiveTree,
    last: Vec<String>,
}

#[derive(Default)]
struct Counts {
    quiet: usize,
    full: usize,
    /// Answers from incremental trees that a fresh one corrected.
    corrected: usize,
}

impl Live<'_> {
    fn input<'t>(&'t self, text: &'t str) -> Input<'t> {
        let (language, facts, triggers) = (self.language, self.facts, self.triggers);
        Input { text, language, template: false, zone: Zone::Production, facts, triggers }
    }

    fn fresh(&self, text: &str) -> Vec<String> {
        shown(text, &analysis::analyze(&self.input(text)))
    }

    fn follow(&mut self, rope: &Rope, counts: &mut Counts) {
        let text = rope.to_string();
        if self.tree.follows_quietly(rope, self.triggers) {
            counts.quiet += 1;
            assert_eq!(self.last, self.fresh(&text), "typing was not quiet:\n{text}");
            return;
        }
        counts.full += 1;
        let mut tree = std::mem::take(&mut self.tree);
        let answer = analysis::analyze_live(&self.input(&text), rope, &mut tree);
        self.tree = tree;
        self.last = shown(&text, &answer);
        if counts.full.is_multiple_of(10) {
            let fresh = self.fresh(&text);
            counts.corrected += usize::from(self.last != fresh);
            self.last = fresh;
        }
    }
}

/// Words, and what unbalances a file.
const TYPED: [&str; 22] = [
    "x",
    "x",
    "y",
    "_z",
    "1",
    "name",
    "é",
    "😀",
    " ",
    "\n",
    "\r\n",
    "\"",
    "'",
    "(",
    ")",
    "end\n",
    "#",
    "}",
    "{",
    "<<~A\n",
    "Faker::Name.name\n",
    "if x\n",
];

fn edits(language: Language, source: &str, count: usize) -> Counts {
    let facts = FileFacts::default();
    let triggers = analysis::triggers(&facts.catalog, language);
    let mut live = Live { language, facts: &facts, triggers: &triggers, tree: LiveTree::default(), last: Vec::new() };
    let mut rope = Rope::from_str(source);
    let mut counts = Counts::default();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut undo: Vec<Rope> = Vec::new();
    live.follow(&rope, &mut counts);
    for _ in 0..count {
        let at = random.below(rope.len_chars() + 1);
        match random.below(10) {
            // some edits are taken back, not always the last one first
            0..4 if !undo.is_empty() => rope = undo.remove(random.below(undo.len())),
            0..2 => {
                let end = (at + random.below(12)).min(rope.len_chars());
                rope.remove(at..end);
            }
            // mostly the letter of a word
            2..8 => rope.insert(at, random.of(&TYPED[..3])),
            _ => {
                undo.push(rope.clone());
                rope.insert(at, random.of(&TYPED));
            }
        }
        if undo.len() > 3 || rope.len_chars() > 3 * source.len() {
            undo.clear();
            rope = Rope::from_str(source);
        }
        live.follow(&rope, &mut counts);
    }
    counts
}

fn check(language: Language, source: String) {
    let count = std::env::var("LIVE_EDITS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000) / 3;
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || edits(language, &source, count));
    let counts = match thread.expect("a thread starts").join() {
        Ok(counts) => counts,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let Counts { quiet, full, corrected } = counts;
    println!("{}: {quiet} quiet edits, {full} others, {corrected} corrected by a fresh tree", language.id());
    assert!(quiet > count / 100, "only {quiet} of {count} edits were quiet");
}

/// Methods without anything of interest around one with something.
fn source(head: &str, quiet: &str, loud: &str, tail: &str) -> String {
    let quiet =
        |from: usize| (from..from + 15).map(|index| quiet.replace("NUMBER", &index.to_string())).collect::<String>();
    format!("{head}{}{loud}{}{tail}", quiet(0), quiet(15))
}

#[test]
fn ruby() {
    let quiet = "  def total_NUMBER(user)\n    return 0 if user.nil?\n    sum = user.balance * NUMBER\n    sum > 9 ? sum : \"é😀 none\"\n  end\n\n";
    let loud = "  def fill(user)\n    user.update!(name: Faker::Name.name) unless Rails.env.production?\n    user.tag = Faker::Name.name\n  end\n\n";
    check(Language::Ruby, source("require \"faker\"\n\nclass Demo\n", quiet, loud, "end\n"));
}

#[test]
fn python() {
    let quiet = "    def total_NUMBER(self, user):\n        if user is None:\n            return 0\n        total = user.balance * NUMBER\n        return total or \"é😀 none\"\n\n";
    let loud = "    def fill(self, user):\n        if os.environ[\"APP_ENV\"] != \"production\":\n            user.name = fake.name()\n        user.tag = fake.name()\n\n";
    check(
        Language::Python,
        source("import os\nfrom faker import Faker\n\nfake = Faker()\n\nclass Demo:\n", quiet, loud, ""),
    );
}

#[test]
fn csharp() {
    let quiet = "    int TotalNUMBER(User user)\n    {\n        if (user == null) return 0;\n        var sum = user.Balance * NUMBER;\n        return sum > 9 ? sum : Size(\"é😀 none\");\n    }\n\n";
    let loud = "    void Fill(User user, IHostEnvironment env)\n    {\n        if (env.IsDevelopment()) user.Name = new Faker().Name.FullName();\n        user.Tag = new Faker().Name.FullName();\n    }\n\n";
    check(Language::CSharp, source("using Bogus;\n\nclass Demo\n{\n", quiet, loud, "}\n"));
}
