use smol_str::SmolStr;

use super::*;
use crate::rules::{OtherSite, Reach, Worlds, Zone};

const CUT: Worlds = Worlds {
    production: Reach::Reached,
    unset: Reach::Reached,
    other: Reach::Reached,
    development: Reach::Reached,
    test: Reach::Reached,
};

/// Each `Faker.x` of the text is a site; all sites not in a comment are one finding.
fn run(language: Language, template: bool, text: &str) -> Suppressed {
    let mut places = text
        .match_indices("Faker.")
        .map(|(at, _)| OtherSite { range: at..at + 7, symbol: SmolStr::new(&text[at..at + 7]) })
        .collect::<Vec<_>>();
    let sites = places
        .iter()
        .map(|place| Site {
            range: place.range.clone(),
            family: Family::FakeData,
            symbol: place.symbol.clone(),
            zone: Zone::Production,
            verdict: Verdict::Reachable,
            worlds: CUT,
            config: false,
            because: Vec::new(),
        })
        .collect();
    let mut findings = Vec::new();
    if !places.is_empty() {
        let first = places.remove(0);
        findings.push(Finding {
            rule: "fake-data-reachable",
            family: Family::FakeData,
            severity: Severity::Warning,
            confidence: Confidence::High,
            verdict: Verdict::Reachable,
            range: first.range,
            message: format!("{} can run in production.", first.symbol),
            symbol: first.symbol,
            help: String::new(),
            because: Vec::new(),
            sites: places,
        });
    }
    suppress(text, language, template, findings, sites)
}

/// What remains: `rule message` a line, then how many places are allowed.
fn check(language: Language, text: &str, expected: &str) {
    assert_eq!(describe(&run(language, false, text)), expected, "{text}");
}

fn describe(suppressed: &Suppressed) -> String {
    let allowed = suppressed.sites.iter().filter(|site| site.verdict == Verdict::Allowed).count();
    assert_eq!(allowed, suppressed.allowed);
    let mut lines: Vec<String> =
        suppressed.findings.iter().map(|f| format!("{}+{} {}", f.rule, f.sites.len(), f.symbol)).collect();
    lines.push(suppressed.allowed.to_string());
    lines.join(", ")
}

#[test]
fn on_the_line_or_above() {
    use Language::{CSharp, Python, Ruby};
    check(Ruby, "Faker.a # prodguard: allow(fake-data) demo\n", "1");
    check(Ruby, "# prodguard: allow(fake-data-reachable) demo\nFaker.a\n", "1");
    check(Ruby, "#prodguard:allow( x , fake-data ) demo\n# more\nFaker.a", "unused-allow+0 x, 1");
    check(Python, "def f():\n    Faker.a()  # prodguard: allow(fake-data) demo\n", "1");
    check(Python, "# noqa # prodguard: allow(fake-data) demo\nFaker.a()", "1");
    check(CSharp, "Faker.a(); // prodguard: allow(fake-data) demo", "1");
    check(CSharp, "/* prodguard: allow(fake-data) demo */ Faker.a();", "1");
    check(CSharp, "/* prodguard: allow(fake-data) demo */\nFaker.a();", "1");
    check(
        Ruby,
        "# prodguard: allow(fake-data) demo\n\nFaker.a",
        "unused-allow+0 fake-data, fake-data-reachable+0 Faker.a, 0",
    );
}

#[test]
fn holds_for_the_whole_statement() {
    use Language::{CSharp, Python, Ruby};
    check(
        Ruby,
        "# prodguard: allow(fake-data) demo\n3.times do\n  Faker.a\n  Faker.b\nend\nFaker.c",
        "fake-data-reachable+0 Faker.c, 2",
    );
    check(
        Ruby,
        "def x # prodguard: allow(fake-data) demo\n  Faker.a\nend\nFaker.b",
        "fake-data-reachable+0 Faker.b, 1",
    );
    check(
        Ruby,
        "def x\n  # prodguard: allow(fake-data) demo\n  Faker.a\n  Faker.b\nend",
        "fake-data-reachable+0 Faker.b, 1",
    );
    check(
        Python,
        "x = f( # prodguard: allow(fake-data) demo\n  Faker.a())\ny = Faker.b()",
        "fake-data-reachable+0 Faker.b, 1",
    );
    check(
        CSharp,
        "// prodguard: allow(fake-data) demo\nF(\n  Faker.a(),\n  Faker.b());\nFaker.c();",
        "fake-data-reachable+0 Faker.c, 2",
    );
    check(Ruby, "Faker.a\nFaker.b # prodguard: allow(fake-data) demo\nFaker.c", "fake-data-reachable+1 Faker.a, 1");
}

#[test]
fn comments_about_nothing() {
    use Language::{Python, Ruby};
    check(Ruby, "x # prodguard: allow(fake-data) demo\n", "unused-allow+0 fake-data, 0");
    check(
        Ruby,
        "Faker.a # prodguard: allow(recorder) demo",
        "fake-data-reachable+0 Faker.a, unused-allow+0 recorder, 0",
    );
    check(Ruby, "x # prodguard: allow\n", "unused-allow+0 prodguard:, 0");
    check(Ruby, "x # prodguard: allow(,)\n", "unused-allow+0 prodguard:, 0");
    check(Ruby, "x # prodguard: alow(fake-data) é", "unused-allow+0 prodguard:, 0");
    check(Python, "Faker.a()  # prodguard: allow(fake-data) --", "allow-without-reason+0 prodguard:, 1");
    check(Python, "# see prodguard: allow(fake-data) demo\nFaker.a()", "fake-data-reachable+0 Faker.a, 0");
}

#[test]
fn strings_are_no_comments() {
    use Language::{CSharp, Python, Ruby};
    check(Ruby, "Faker.a '# prodguard: allow(fake-data) demo'", "fake-data-reachable+0 Faker.a, 0");
    check(Python, "\"\"\"\n# prodguard: allow(fake-data) demo\nFaker.a\"\"\"", "fake-data-reachable+0 Faker.a, 0");
    check(CSharp, "Faker.a(@\"\n// prodguard: allow(fake-data) demo\");", "fake-data-reachable+0 Faker.a, 0");
}

#[test]
fn the_message_follows_the_place() {
    let text = "Faker.a # prodguard: allow(fake-data) demo\nFaker.b\n";
    let left = run(Language::Ruby, false, text);
    let messages: Vec<_> = left.findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, ["Faker.b can run in production."]);
}

#[test]
fn a_stack_of_comments_is_linear() {
    let text = "# prodguard: allow(fake-data) demo\n".repeat(20_000) + "Faker.a\n";
    assert_eq!(run(Language::Ruby, false, &text).allowed, 1);
}

#[test]
fn erb_tags_are_comments() {
    let text = "<h1>Don't</h1>\n<%# prodguard: allow(fake-data) demo -%>\n<%= Faker.a %>\n";
    let left = run(Language::Ruby, true, text);
    assert_eq!(describe(&left), "1");
    let left = run(Language::Ruby, false, "x = '<%# prodguard: allow(fake-data) demo %>'; Faker.a");
    assert_eq!(describe(&left), "fake-data-reachable+0 Faker.a, 0");
}

#[test]
fn depth_is_no_danger() {
    for (language, open) in [(Language::Ruby, "["), (Language::Python, "("), (Language::CSharp, "{")] {
        let mark = match language {
            Language::CSharp => "//",
            _ => "#",
        };
        let text = format!("Faker.a; {mark} prodguard: allow(fake-data) demo\n{}", open.repeat(200_000));
        assert_eq!(run(language, false, &text).allowed, 1);
    }
}
