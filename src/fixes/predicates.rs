//! Which condition keeps production out: the configuration's, the file's own, the framework's.

use rustc_hash::FxHashMap;

use super::held::Held;
use crate::lang::guard::{Import, Predicate, Text, guards};
use crate::program::Language;

/// Longer conditions are not copied.
const LONGEST: usize = 80;
/// Conditions of the file's own that are tried.
const MOST_OWN: usize = 2;

/// The predicates to try at a byte offset, best first.
pub(super) fn of(held: &Held<'_>, file: &Text<'_>, at: usize) -> Vec<Predicate> {
    let input = held.input;
    let mut all: Vec<Predicate> = Vec::new();
    let configured = input.facts.guard.iter().map(|text| Predicate {
        text: text.to_string(),
        imports: imports_of(input.language, text),
        test: true,
    });
    all.extend(configured);
    if input.language == Language::CSharp {
        all.extend(guards(input.language).in_scope(file, at));
        all.extend(own(held, |text| text.starts_with(char::is_uppercase) && !text.contains("IsDevelopment(")));
    } else {
        all.extend(own(held, |_| true));
        all.extend(guards(input.language).in_scope(file, at));
    }
    match input.language {
        Language::Ruby => all.extend(ruby(held)),
        Language::Python => all.extend(python(held)),
        Language::CSharp => all.push(csharp()),
    }
    let mut seen = rustc_hash::FxHashSet::default();
    all.retain(|predicate| seen.insert(predicate.text.clone()));
    all
}

/// The conditions that guard other places of the file, the most frequent first.
fn own(held: &Held<'_>, fits: impl Fn(&str) -> bool) -> Vec<Predicate> {
    let input = held.input;
    let mut counts: FxHashMap<&str, (usize, usize, bool)> = FxHashMap::default();
    for guard in &held.analysis.guards {
        let mut text = input.text.get(guard.range.clone()).unwrap_or_default();
        if guard.negated {
            let Some(rest) = text.strip_prefix('!').or_else(|| text.strip_prefix("not ")) else {
                continue;
            };
            text = rest.trim_start();
        }
        let closed = !guard.unset || input.language == Language::Ruby;
        let plain = text.len() <= LONGEST && !text.contains(['\n', '\r']) && !text.is_empty();
        // a home-made variable that is missing may mean production
        if !closed || !plain || guard.unset && text.contains("ENV[") || !fits(text) {
            continue;
        }
        counts.entry(text).or_insert((0, guard.range.start, guard.test)).0 += 1;
    }
    let mut found: Vec<_> = counts.into_iter().collect();
    found.sort_by_key(|(_, (count, at, _))| (std::cmp::Reverse(*count), *at));
    let found = found.into_iter().take(MOST_OWN);
    found.map(|(text, (_, _, test))| Predicate { text: text.to_owned(), imports: Vec::new(), test }).collect()
}

fn plain(text: &str, test: bool, imports: Vec<Import>) -> Predicate {
    Predicate { text: text.to_owned(), imports, test }
}

fn has(held: &Held<'_>, package: &str) -> bool {
    held.input.facts.packages.as_ref().is_some_and(|packages| packages.contains(package))
}

fn ruby(held: &Held<'_>) -> Vec<Predicate> {
    let facts = held.input.facts;
    let text = held.input.text;
    let version = ["rails", "railties"].iter().find_map(|name| facts.versions.get(*name).copied());
    let path = facts.path.as_str();
    let rails = version.is_some()
        || has(held, "rails")
        || has(held, "railties")
        || ["Rails.", "ApplicationRecord", "ActiveRecord", "ActiveJob", "ActionMailer", "ApplicationController"]
            .iter()
            .any(|name| text.contains(name))
        || ["app/models/", "app/controllers/", "app/views/", "db/seeds", "db/migrate/", "config/initializers/"]
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")));
    let mut all = Vec::new();
    if rails {
        let local = version.is_some_and(|version| version >= (7, 1));
        all.push(match local {
            true => plain("Rails.env.local?", true, Vec::new()),
            false => plain("Rails.env.development? || Rails.env.test?", true, Vec::new()),
        });
    } else if has(held, "hanami") || text.contains("Hanami.") {
        all.push(plain("Hanami.env?(:development, :test)", true, Vec::new()));
    } else if has(held, "padrino") || text.contains("Padrino.") {
        all.push(plain("%i[development test].include?(Padrino.env)", true, Vec::new()));
    }
    if !rails {
        all.push(plain("%w[development test].include?(ENV[\"APP_ENV\"] || ENV[\"RACK_ENV\"])", true, Vec::new()));
    }
    all
}

/// Names of a variable that tells the environment, the usual ones first.
const VARIABLES: &[&str] = &["APP_ENV", "ENVIRONMENT", "ENV", "PYTHON_ENV", "DJANGO_ENV", "FLASK_CONFIG", "STAGE"];

fn python(held: &Held<'_>) -> Vec<Predicate> {
    let text = held.input.text;
    let mut all = Vec::new();
    if has(held, "django") || text.contains("from django") || text.contains("import django") {
        all.push(plain("settings.DEBUG", false, vec![Import::From("django.conf", "settings")]));
    } else if has(held, "flask") || text.contains("from flask") || text.contains("import flask") {
        if text.contains("app = Flask(") {
            all.push(plain("app.debug", false, Vec::new()));
        }
        all.push(plain("current_app.debug", false, vec![Import::From("flask", "current_app")]));
    }
    let read = |name: &&&str| {
        ["environ.get(\"", "environ.get('", "environ[\"", "environ['", "getenv(\"", "getenv('"]
            .iter()
            .any(|head| text.contains(&format!("{head}{name}{}", &head[head.len() - 1..])))
    };
    let pinned = |name: &&&str| held.input.facts.pinned.contains_key(**name);
    let variable = VARIABLES.iter().find(read).or_else(|| VARIABLES.iter().find(pinned)).unwrap_or(&"APP_ENV");
    let condition = format!("os.environ.get(\"{variable}\") in {{\"development\", \"test\"}}");
    all.push(Predicate { text: condition, imports: vec![Import::Module("os")], test: true });
    all
}

fn csharp() -> Predicate {
    plain(
        "string.Equals(System.Environment.GetEnvironmentVariable(\"DOTNET_ENVIRONMENT\") ?? \
         System.Environment.GetEnvironmentVariable(\"ASPNETCORE_ENVIRONMENT\"), \"Development\", \
         System.StringComparison.OrdinalIgnoreCase)",
        false,
        Vec::new(),
    )
}

/// What a configured predicate of Python needs: its first name is a module unless the file binds it.
fn imports_of(language: Language, text: &str) -> Vec<Import> {
    match language {
        Language::Python if text.starts_with("settings.") => vec![Import::From("django.conf", "settings")],
        Language::Python if text.starts_with("os.") => vec![Import::Module("os")],
        Language::Python if text.starts_with("current_app.") => vec![Import::From("flask", "current_app")],
        _ => Vec::new(),
    }
}
