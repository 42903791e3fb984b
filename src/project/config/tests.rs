use super::*;

const RULES: &[&str] = &["fake-data-reachable", "fake-data-written", "dead-guard"];

/// The problems as `line:column message (help)`.
fn problems(text: &str) -> Vec<String> {
    let show = |problem: &Problem| {
        let help = problem.help.as_deref().map(|help| format!(" ({help})"));
        format!("{}:{} {}{}", problem.line, problem.column, problem.message, help.unwrap_or_default())
    };
    Config::parse(text, RULES).1.iter().map(show).collect()
}

#[test]
fn says_where_and_what_is_wrong() {
    let table: &[(&str, &[&str])] = &[
        ("", &[]),
        ("\u{feff}fail-on = \"error\"", &[]),
        ("[[symbol]]\n", &["1:3 unknown key `symbol` in prodguard.toml (did you mean `symbols`?)"]),
        (
            "x = 1",
            &[
                "1:1 unknown key `x` in prodguard.toml (expected one of `symbols`, `predicates`, `environments`, `zones`, `exclude`, `severity`, `fixes`, `allow`, `fail-on`)",
            ],
        ),
        ("exclude = \"a\"", &["1:11 `exclude` must be a list of strings, not a string"]),
        ("exclude = [\"a\", 3]", &["1:17 `exclude` must be a list of strings, not an integer"]),
        ("exclude = [\"a[\"]", &["1:12 `a[` is not a pattern: unclosed character class; missing ']'"]),
        ("fail-on = \"warn\"", &["1:11 `fail-on` cannot be \"warn\" (expected one of `error`, `warning`, `note`)"]),
        ("fail-on = \"warnings\"", &["1:11 `fail-on` cannot be \"warnings\" (did you mean \"warning\"?)"]),
        ("fail-on = \"off\"", &["1:11 `fail-on` cannot be \"off\" (expected one of `error`, `warning`, `note`)"]),
        (
            "[severity]\nfake-data-reachble = \"off\"",
            &["2:1 `severity` names no rule or family: `fake-data-reachble` (did you mean `fake-data-reachable`?)"],
        ),
        ("[fixes]\npredicate = { ruby = \"A.b?\", python = \"c()\" }", &[]),
        ("[fixes]\npredicat = 1", &["2:1 unknown key `predicat` in [fixes] (did you mean `predicate`?)"]),
        (
            "[fixes]\npredicate = { pyton = \"c()\" }",
            &["2:15 unknown key `pyton` in `predicate` (did you mean `python`?)"],
        ),
        ("[fixes]\npredicate = { ruby = 1 }", &["2:22 `ruby` must be a string, not an integer"]),
        ("[severity]\ndead-guard = true", &["2:14 `dead-guard` must be a string, not a boolean"]),
        ("[symbols]\n", &["1:1 `symbols` must be a list of tables: write `[[symbols]]`, not a table"]),
        ("[[symbols]]\nname = \"a\"", &["1:1 [[symbols]] needs `language`"]),
        (
            "[[symbols]]\nlanguage = \"C#\"\nname = \"a\"",
            &["2:12 `language` cannot be \"C#\" (expected one of `ruby`, `python`, `csharp`)"],
        ),
        (
            "[[symbols]]\nlanguage = \"ruby\"\nname = \"a b\"",
            &["3:8 `a b` is not a qualified name (write it as the code does: `Acme::Fakes`, `acme.fakes.make`)"],
        ),
        ("[[predicates]]\nlanguage = \"ruby\"\nname = \"a?\"", &["1:1 [[predicates]] needs `means`"]),
        (
            "[environments]\nprod = []",
            &["2:1 unknown key `prod` in [environments] (expected one of `production`, `names`)"],
        ),
        ("[[zones]]\npaths = [\"a\"]\nzone = \"tests\"", &["3:8 `zone` cannot be \"tests\" (did you mean \"test\"?)"]),
        ("[[allow]]\npaths = [\"a\"]\nrules = [\"fake-data\"]", &["1:1 [[allow]] needs `reason`"]),
        ("[[allow]]\npaths = [\"a\"]\nrules = [\"fake-data\"]\nreason = \" \"", &["4:10 `reason` must not be empty"]),
        (
            "[[allow]]\npaths = [\"a\"]\nrules = [\"fake-dat\"]\nreason = \"x\"",
            &["3:10 `rules` names no rule or family: `fake-dat` (did you mean `fake-data`?)"],
        ),
        ("# é\nä = 1", &["2:1 invalid unquoted key, expected letters, numbers, `-`, `_`"]),
        ("exclude = [\"é\", 3]", &["1:17 `exclude` must be a list of strings, not an integer"]),
    ];
    for (text, expected) in table {
        assert_eq!(problems(text), *expected, "{text}");
    }
}

#[test]
fn reads_every_key() {
    let text = r#"
fail-on = "note"
exclude = ["vendor"]
[[symbols]]
language = "ruby"
family = "fake-data"
name = "Acme::Fakes#hit!"
[[symbols]]
language = "csharp"
name = "Fake.Hit"
effect = "write"
[[predicates]]
language = "ruby"
name = "HostEnv.production?"
means = "production"
[environments]
production = ["live"]
names = ["sandbox"]
[[zones]]
paths = ["tools"]
zone = "on-demand"
[[zones]]
paths = ["tools/dev"]
zone = "development"
[severity]
fake-data-written = "error"
fake-data = "note"
hygiene = "off"
[[allow]]
paths = ["db/anonymise/**"]
rules = ["fake-data-reachable"]
families = ["dependency"]
reason = "anonymises exports"
"#;
    let (config, problems) = Config::parse(text, RULES);
    assert_eq!(problems, []);
    assert_eq!(config.fail_on, Level::Note);
    assert!(config.exclude.matches("vendor/x.rb"));
    assert_eq!(config.symbols[0].name, "Acme.Fakes.hit!");
    assert_eq!(config.symbols[1].family, Family::FakeData);
    assert!(!config.predicates[0].development);
    assert_eq!((&config.production[..], &config.environments[..]), (&["live".into()][..], &["sandbox".into()][..]));
    assert_eq!(config.zone("tools/a.cs"), Some(Zone::OnDemand));
    assert_eq!(config.zone("tools/dev/a.cs"), Some(Zone::Development));
    assert_eq!(config.zone("src/a.cs"), None);
    assert_eq!(config.level("fake-data-written", Family::FakeData), Some(Level::Error));
    assert_eq!(config.level("fake-data-reachable", Family::FakeData), Some(Level::Note));
    assert_eq!(config.level("dead-guard", Family::Environment), None);
    let allowed = |path, rule, family| config.allowed(path, rule, family).is_some();
    assert!(allowed("db/anonymise/rules.rb", "fake-data-reachable", Family::FakeData));
    assert!(allowed("db/anonymise/rules.rb", "test-import", Family::Dependency));
    assert!(!allowed("db/anonymise/rules.rb", "fake-data-written", Family::FakeData));
    assert!(!allowed("db/seeds.rb", "fake-data-reachable", Family::FakeData));
}

#[test]
fn what_the_scoring_tool_writes_is_understood() {
    for (language, name, symbol) in
        [("ruby", "hit!", "hit!"), ("python", "hit", "hit"), ("csharp", "Fake.Hit", "Fake.Hit")]
    {
        let text = format!("[[symbols]]\nlanguage = \"{language}\"\nfamily = \"fake-data\"\nname = \"{name}\"\n");
        let (config, problems) = Config::parse(&text, RULES);
        assert_eq!(problems, []);
        let mut catalog = Catalog::builtin().clone();
        config.extend(&mut catalog);
        assert!(catalog.has_symbol(config.symbols[0].language, symbol));
    }
}

#[test]
fn a_broken_part_leaves_the_rest() {
    let (config, problems) = Config::parse("exclude = [\"a\"]\nfail-on = 3\n[severity]\nhygiene = \"of\"\n", RULES);
    assert_eq!(problems.len(), 2);
    assert!(config.exclude.matches("a"));
    assert_eq!(config.fail_on, Level::Warning);
    let (config, problems) = Config::parse("exclude = [\"a\"\nx", RULES);
    assert!(!problems.is_empty());
    assert!(config.exclude.patterns.is_empty());
}
