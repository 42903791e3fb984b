//! Keys of the configuration.

use std::ops::Range;

use smol_str::SmolStr;
use toml::de::DeTable;

use super::reader::{Reader, Value};
use super::{Allow, Config, Globs, Level, Predicate, Problem, ZoneRule};
use crate::catalog::{Effect, Family, Symbol};
use crate::program::Language;
use crate::project::Zone;

const KEYS: &[&str] =
    &["symbols", "predicates", "environments", "zones", "exclude", "severity", "fixes", "allow", "fail-on"];
const LANGUAGES: &[(&str, Language)] =
    &[("ruby", Language::Ruby), ("python", Language::Python), ("csharp", Language::CSharp)];
const EFFECTS: &[(&str, Effect)] = &[("data", Effect::Data), ("config", Effect::Config), ("write", Effect::Write)];
const ZONES: &[(&str, Zone)] = &[
    ("production", Zone::Production),
    ("on-demand", Zone::OnDemand),
    ("library", Zone::Library),
    ("development", Zone::Development),
    ("test", Zone::Test),
    ("not-code", Zone::NotCode),
];
const LEVELS: &[(&str, Level)] =
    &[("error", Level::Error), ("warning", Level::Warning), ("note", Level::Note), ("off", Level::Off)];

pub(super) fn config(text: &str, rules: &[&str]) -> (Config, Vec<Problem>) {
    let mut config = Config::default();
    let mut reader = Reader::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let range = error.span().unwrap_or(0..0);
            reader.problem(range, error.message().to_string(), None);
        }
        return (config, reader.problems);
    }
    for (key, value) in document.get_ref().iter() {
        match key.get_ref().as_ref() {
            "symbols" => symbols(&mut reader, value, &mut config),
            "predicates" => predicates(&mut reader, value, &mut config),
            "environments" => environments(&mut reader, value, &mut config),
            "zones" => zones(&mut reader, value, &mut config),
            "exclude" => config.exclude = globs(&mut reader, value, "exclude"),
            "severity" => severity(&mut reader, value, rules, &mut config),
            "fixes" => fixes(&mut reader, value, &mut config),
            "allow" => allow(&mut reader, value, rules, &mut config),
            "fail-on" => {
                let level = reader.choice(value, "fail-on", &LEVELS[..3]);
                config.fail_on = level.unwrap_or(config.fail_on);
            }
            _ => reader.unknown_key(key, "prodguard.toml", KEYS),
        }
    }
    (config, reader.problems)
}

fn symbols<'t>(reader: &mut Reader<'t>, value: &Value<'t>, config: &mut Config) {
    const PLACE: &str = "[[symbols]]";
    for (range, table) in reader.tables(value, "symbols") {
        let (mut language, mut family, mut name) = (None, Some(Family::FakeData), None);
        let (mut effect, mut whole) = (Some(Effect::Data), true);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "language" => {
                    language = reader.choice(value, "language", LANGUAGES);
                    whole &= language.is_some();
                }
                "family" => family = reader.choice(value, "family", &families()),
                "effect" => effect = reader.choice(value, "effect", EFFECTS),
                "name" => {
                    name = qualified(reader, value);
                    whole &= name.is_some();
                }
                _ => reader.unknown_key(key, PLACE, &["language", "family", "name", "effect"]),
            }
        }
        match (language, family, name, effect) {
            (Some(language), Some(family), Some(name), Some(effect)) => {
                config.symbols.push(Symbol { language, family, name, effect, library: SmolStr::default() });
            }
            (language, _, name, _) if whole => {
                need(reader, range, PLACE, &[("language", language.is_some()), ("name", name.is_some())]);
            }
            _ => {}
        }
    }
}

fn predicates<'t>(reader: &mut Reader<'t>, value: &Value<'t>, config: &mut Config) {
    const PLACE: &str = "[[predicates]]";
    for (range, table) in reader.tables(value, "predicates") {
        let (mut language, mut name, mut development, mut whole) = (None, None, None, true);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "language" => {
                    language = reader.choice(value, "language", LANGUAGES);
                    whole &= language.is_some();
                }
                "name" => {
                    name = qualified(reader, value);
                    whole &= name.is_some();
                }
                "means" => {
                    let options = [("development", true), ("production", false)];
                    development = reader.choice(value, "means", &options);
                    whole &= development.is_some();
                }
                _ => reader.unknown_key(key, PLACE, &["language", "name", "means"]),
            }
        }
        match (language, name, development) {
            (Some(language), Some(name), Some(development)) => {
                config.predicates.push(Predicate { language, name, development });
            }
            (language, name, development) if whole => {
                let has =
                    [("language", language.is_some()), ("name", name.is_some()), ("means", development.is_some())];
                need(reader, range, PLACE, &has);
            }
            _ => {}
        }
    }
}

fn environments<'t>(reader: &mut Reader<'t>, value: &Value<'t>, config: &mut Config) {
    let Some(table) = reader.table(value, "environments") else {
        return;
    };
    for (key, value) in table.iter() {
        let list = match key.get_ref().as_ref() {
            "production" => &mut config.production,
            "names" => &mut config.environments,
            _ => {
                reader.unknown_key(key, "[environments]", &["production", "names"]);
                continue;
            }
        };
        let names = reader.strings(value, key.get_ref());
        list.extend(names.into_iter().map(|(_, name)| SmolStr::new(name)));
    }
}

fn zones<'t>(reader: &mut Reader<'t>, value: &Value<'t>, config: &mut Config) {
    const PLACE: &str = "[[zones]]";
    for (range, table) in reader.tables(value, "zones") {
        let (mut paths, mut zone, mut whole) = (None, None, true);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "paths" => paths = Some(globs(reader, value, "paths")),
                "zone" => {
                    zone = reader.choice(value, "zone", ZONES);
                    whole &= zone.is_some();
                }
                _ => reader.unknown_key(key, PLACE, &["paths", "zone"]),
            }
        }
        match (paths, zone) {
            (Some(paths), Some(zone)) => config.zones.push(ZoneRule { paths, zone }),
            (paths, zone) if whole => {
                need(reader, range, PLACE, &[("paths", paths.is_some()), ("zone", zone.is_some())]);
            }
            _ => {}
        }
    }
}

fn severity<'t>(reader: &mut Reader<'t>, value: &Value<'t>, rules: &[&str], config: &mut Config) {
    let Some(table) = reader.table(value, "severity") else {
        return;
    };
    for (key, value) in table.iter() {
        let name = key.get_ref();
        if rule_is_known(reader, key.span(), "severity", name, rules)
            && let Some(level) = reader.choice(value, name, LEVELS)
        {
            config.severity.push((SmolStr::new(name), level));
        }
    }
}

fn fixes<'t>(reader: &mut Reader<'t>, value: &Value<'t>, config: &mut Config) {
    let Some(table) = reader.table(value, "fixes") else {
        return;
    };
    for (key, value) in table.iter() {
        if key.get_ref() != "predicate" {
            reader.unknown_key(key, "[fixes]", &["predicate"]);
            continue;
        }
        let Some(table) = reader.table(value, "predicate") else {
            continue;
        };
        for (key, value) in table.iter() {
            match LANGUAGES.iter().find(|(name, _)| name == key.get_ref()) {
                Some((name, language)) => {
                    config.guards[*language as usize] = reader.filled(value, name).map(SmolStr::new);
                }
                None => reader.unknown_key(key, "`predicate`", &["ruby", "python", "csharp"]),
            }
        }
    }
}

fn allow<'t>(reader: &mut Reader<'t>, value: &Value<'t>, rules: &[&str], config: &mut Config) {
    const PLACE: &str = "[[allow]]";
    for (range, table) in reader.tables(value, "allow") {
        let (mut paths, mut reason, mut blank) = (None, None, false);
        let mut names: Option<Vec<SmolStr>> = None;
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "paths" => paths = Some(globs(reader, value, "paths")),
                what @ ("rules" | "families") => {
                    let names = names.get_or_insert_default();
                    for (range, name) in reader.strings(value, what) {
                        if rule_is_known(reader, range, what, name, rules) {
                            names.push(SmolStr::new(name));
                        }
                    }
                }
                "reason" => {
                    reason = reader.filled(value, "reason").map(SmolStr::new);
                    blank = reason.is_none();
                }
                _ => reader.unknown_key(key, PLACE, &["paths", "rules", "families", "reason"]),
            }
        }
        match (paths, names, reason) {
            (Some(paths), Some(rules), Some(reason)) => config.allow.push(Allow { paths, rules, reason, range }),
            (paths, names, reason) => {
                let has =
                    [("paths", paths.is_some()), ("rules", names.is_some()), ("reason", reason.is_some() || blank)];
                need(reader, range, PLACE, &has);
            }
        }
    }
}

fn need(reader: &mut Reader<'_>, range: Range<usize>, place: &str, keys: &[(&str, bool)]) {
    for (key, has) in keys {
        if !has {
            reader.missing(range.clone(), place, key);
        }
    }
}

/// `Acme::Fake#name` and `Acme.Fake.name` are the same.
fn qualified<'t>(reader: &mut Reader<'t>, value: &Value<'t>) -> Option<SmolStr> {
    let written = reader.filled(value, "name")?;
    let name = written.replace("::", ".").replace('#', ".");
    let name = name.trim_start_matches('.');
    if name.is_empty() || name.contains(char::is_whitespace) || name.split('.').any(str::is_empty) {
        let help = Some("write it as the code does: `Acme::Fakes`, `acme.fakes.make`".to_string());
        reader.problem(value.span(), format!("`{written}` is not a qualified name"), help);
        return None;
    }
    Some(SmolStr::new(name))
}

fn globs<'t>(reader: &mut Reader<'t>, value: &Value<'t>, what: &str) -> Globs {
    let patterns = reader.strings(value, what);
    let (globs, bad) = Globs::new(patterns.iter().map(|(_, pattern)| *pattern));
    for (index, why) in bad {
        if let Some((range, pattern)) = patterns.get(index) {
            reader.problem(range.clone(), format!("`{pattern}` is not a pattern: {why}"), None);
        }
    }
    globs
}

fn families() -> Vec<(&'static str, Family)> {
    Family::NAMED.iter().map(|family| (family.id(), *family)).collect()
}

/// Reports a name that is neither a rule nor a family. Without rules to compare with, every name is taken.
fn rule_is_known(reader: &mut Reader<'_>, range: Range<usize>, what: &str, name: &str, rules: &[&str]) -> bool {
    let family = Family::NAMED.iter().any(|family| family.id() == name);
    if rules.is_empty() || family || rules.contains(&name) {
        return true;
    }
    let mut names = rules.to_vec();
    names.extend(Family::NAMED.iter().map(|family| family.id()));
    let help = super::super::similar::closest(name, names).map(|meant| format!("did you mean `{meant}`?"));
    reader.problem(range, format!("`{what}` names no rule or family: `{name}`"), help);
    false
}
