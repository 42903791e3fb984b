//! Ruby: Rails, Rake, RSpec, Minitest, Cucumber, factory_bot.

use super::{Around, Parts, Zone, is_example};

pub(super) fn zone(parts: &Parts<'_>, around: &Around<'_>) -> Zone {
    if not_code(parts) {
        return Zone::NotCode;
    }
    if test(parts) {
        return Zone::Test;
    }
    if let Some(zone) = environment_file(parts, around) {
        return zone;
    }
    if let Some(zone) = seeds(parts, around) {
        return zone;
    }
    if development(parts) {
        return Zone::Development;
    }
    if on_demand(parts) {
        return Zone::OnDemand;
    }
    if extension(parts) {
        return Zone::Library;
    }
    Zone::Production
}

/// How many folders lead to the code that Rails loads by itself; folders below are namespaces, whatever they are called.
fn autoloaded(parts: &Parts<'_>) -> usize {
    let app = parts.inner().iter().position(|dir| *dir == "app");
    match app.map(|at| at + parts.root) {
        // `app/test` may be the tests of a project in a folder `app`
        Some(at) if at + 1 < parts.dirs.len() && !is_test_dir(parts.dirs[at + 1]) => at,
        _ => parts.dirs.len(),
    }
}

fn is_test_dir(dir: &str) -> bool {
    matches!(dir, "spec" | "test")
}

fn not_code(parts: &Parts<'_>) -> bool {
    let code = |dir: &&str| matches!(*dir, "app" | "lib" | "db" | "config" | "spec" | "test");
    let before = parts.dirs.iter().position(code).unwrap_or(parts.dirs.len());
    if parts.dirs[..before].iter().any(|dir| is_example(dir) || *dir == "demo") {
        return true;
    }
    // Rails unpacks gems and plugins there; engines are the project's own
    let vendored = parts.within("vendor") && !parts.sequence(&["vendor", "engines"]);
    // an application overrides the templates of a generator in `lib/templates/NAMESPACE`
    const GENERATORS: &[&str] = &["rails", "active_record", "erb", "haml", "slim", "rspec", "test_unit", "factory_bot"];
    let overrides = |name: &&str| parts.sequence(&["lib", "templates", name]);
    let template = parts.within("templates") && (parts.within("generators") || GENERATORS.iter().any(overrides));
    let signatures = parts.at_root("sig") || parts.at_root("sorbet") || parts.file.ends_with(".rbi");
    vendored || template || signatures
}

fn test(parts: &Parts<'_>) -> bool {
    const SUPPORT: &[&str] = &[
        "spec_helpers",
        "spec_support",
        "test_helpers",
        "test_support",
        "testing_support",
        "shared_examples",
        "shared_specs",
        "step_definitions",
    ];
    let helper = matches!(parts.stem, "spec_helper" | "rails_helper" | "test_helper");
    if helper || SUPPORT.contains(&parts.stem) || parts.stem.ends_with("_spec") {
        return true;
    }
    if parts.dirs.iter().any(|dir| SUPPORT.contains(dir)) {
        return true;
    }
    let namespace = autoloaded(parts);
    let tasks = parts.dirs.windows(2).position(|pair| pair == ["lib", "tasks"]);
    let outside = &parts.dirs[..namespace.min(tasks.unwrap_or(namespace))];
    if outside.iter().any(|dir| is_test_dir(dir) || *dir == "specs") {
        return true;
    }
    let in_app = namespace < parts.dirs.len();
    if parts.stem.ends_with("_test") && !in_app && tasks.is_none() {
        return true;
    }
    // Cucumber; deeper down `features` is a namespace
    if parts.at_root("features") || parts.sequence(&["features", "support"]) {
        return true;
    }
    // factory_bot finds its definitions in `factories.rb` and `factories/`; below `app` and `lib` a factory may be anything
    let defines = parts.file == "factories.rb" || parts.within("factories");
    defines && !in_app && !parts.within("lib")
}

/// `config/environments/NAME.rb` is loaded in that environment alone. What is not production's is silent: staging and
/// review environments are not production.
fn environment_file(parts: &Parts<'_>, around: &Around<'_>) -> Option<Zone> {
    if parts.parent() != "environments" || !parts.sequence(&["config", "environments"]) {
        return None;
    }
    let production = |name: &str| {
        name.split(['_', '-']).any(|word| matches!(word, "production" | "prod"))
            && !name.starts_with("non")
            && !name.starts_with("pre")
    };
    if production(parts.stem) || around.production.iter().any(|name| name == parts.stem) {
        return Some(Zone::Production);
    }
    Some(match parts.stem {
        "test" => Zone::Test,
        _ => Zone::Development,
    })
}

/// `db/`: seeds, migrations and data are run on demand. Seeds in a folder named after an environment are loaded in it alone
/// (seedbank, seed-fu); a file of that name is only where `db/seeds.rb` picks it.
fn seeds(parts: &Parts<'_>, around: &Around<'_>) -> Option<Zone> {
    let of = |name: &str| match name {
        "development" => Some(Zone::Development),
        "test" => Some(Zone::Test),
        _ => None,
    };
    let holds_seeds = |dir: &str| matches!(dir, "seeds" | "seed" | "fixtures");
    let code = |dir: &&str| matches!(*dir, "app" | "lib");
    let before = parts.dirs.iter().position(code).unwrap_or(parts.dirs.len());
    let db = parts.dirs[..before].iter().position(|dir| *dir == "db")?;
    let below = &parts.dirs[db..];
    for pair in below.windows(2) {
        if holds_seeds(pair[0])
            && let Some(zone) = of(pair[1])
        {
            return Some(zone);
        }
    }
    let name = parts.stem.strip_suffix(".seeds").unwrap_or(parts.stem);
    if holds_seeds(parts.parent()) && around.seeds_by_environment {
        return Some(of(name).unwrap_or(Zone::OnDemand));
    }
    Some(Zone::OnDemand)
}

fn development(parts: &Parts<'_>) -> bool {
    const FILES: &[&str] = &[
        "Guardfile",
        "Dangerfile",
        "Vagrantfile",
        "Brewfile",
        "Steepfile",
        "Appraisals",
        ".pryrc",
        ".irbrc",
        ".simplecov",
    ];
    if FILES.contains(&parts.file) {
        return true;
    }
    // previews are routed in development only, by the defaults of Action Mailer, View Component and Lookbook
    let preview = ["_mailer_preview", "_component_preview"];
    if preview.iter().any(|suffix| parts.stem.ends_with(suffix)) || parts.within("mailer_previews") {
        return true;
    }
    let generator = parts.sequence(&["lib", "generators"]) || parts.sequence(&["rails", "generators"]);
    let benchmark = ["benchmark", "benchmarks", "bench", "perf"].iter().any(|dir| parts.at_root(dir));
    generator || benchmark
}

fn on_demand(parts: &Parts<'_>) -> bool {
    let in_app = autoloaded(parts) < parts.dirs.len();
    let script = ["script", "scripts", "bin", "exe", "tasks"].iter().any(|dir| parts.at_root(dir));
    let run = [".rake", ".thor"].iter().any(|suffix| parts.file.ends_with(suffix));
    let named = ["Rakefile", "Thorfile", "Capfile"].contains(&parts.file);
    let deploy = parts.sequence(&["config", "deploy"]) || (parts.parent() == "config" && parts.file == "deploy.rb");
    let library = ["tasks", "scripts", "capistrano"].iter().any(|dir| parts.sequence(&["lib", dir]));
    let rack = parts.file.ends_with(".ru") && parts.file != "config.ru";
    named || run || deploy || library || rack || (script && !in_app)
}

/// A folder of `lib` named after a library that loads extensions from there: `lib/forgery/`.
fn extension(parts: &Parts<'_>) -> bool {
    ["forgery", "faker", "ffaker"].iter().any(|name| parts.sequence(&["lib", name]))
}

/// The file's first statement after comments and `require` is `FactoryBot.define`.
pub(super) fn defines_factories(text: &str) -> bool {
    let mut in_comment = false;
    for line in text.lines().take(60) {
        let line = line.trim();
        match line {
            "=begin" => in_comment = true,
            "=end" => in_comment = false,
            _ if in_comment || line.is_empty() || line.starts_with('#') || line.starts_with("require") => {}
            _ => {
                return ["FactoryBot.define", "FactoryGirl.define"].iter().any(|call| line.starts_with(call));
            }
        }
    }
    false
}
