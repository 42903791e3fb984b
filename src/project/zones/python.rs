//! Python: Django, Flask, pytest, setuptools.

use super::{Around, Parts, Zone, is_example};

pub(super) fn zone(parts: &Parts<'_>, around: &Around<'_>) -> Zone {
    if not_code(parts, around) {
        return Zone::NotCode;
    }
    let tests = parts.within("tests") || parts.within("test");
    // Django runs both from installed applications only, so that not even a package called `shop_tests` is a test then
    let command = parts.sequence(&["management", "commands"]);
    let migration = parts.within("migrations") || parts.sequence(&["alembic", "versions"]);
    if (command || migration) && !tests {
        return Zone::OnDemand;
    }
    if tests || test(parts, around) {
        return Zone::Test;
    }
    if let Some(zone) = settings(parts) {
        return zone;
    }
    if development(parts, around) {
        return Zone::Development;
    }
    if on_demand(parts) {
        return Zone::OnDemand;
    }
    Zone::Production
}

fn not_code(parts: &Parts<'_>, around: &Around<'_>) -> bool {
    let mut folder = String::new();
    for dir in &parts.dirs {
        // a package of the program may have any name
        let in_package = !folder.is_empty() && (around.has)(&format!("{folder}/__init__.py"));
        let example = is_example(dir) || *dir == "demo";
        if (example && !in_package) || matches!(*dir, "project_template" | "app_template") {
            return !(matches!(*dir, "doc" | "docs") && parts.file == "conf.py");
        }
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(dir);
    }
    let template = ["-dist", "_dist", "_example", "-example", ".example", "_sample", ".sample", "_template"];
    let settings = parts.stem.contains("settings") || parts.stem.contains("config") || in_settings(parts);
    settings && template.iter().any(|suffix| parts.stem.ends_with(suffix))
}

/// What kind of test a folder `…_tests` holds, or the tool that runs it.
const KINDS: &[&str] = &[
    "unit",
    "integration",
    "functional",
    "acceptance",
    "e2e",
    "end_to_end",
    "system",
    "smoke",
    "regression",
    "contract",
    "component",
    "selenium",
    "browser",
    "ui",
    "load",
    "perf",
    "performance",
    "stress",
    "py",
    "python",
];

fn test(parts: &Parts<'_>, around: &Around<'_>) -> bool {
    const FOLDERS: &[&str] = &[
        "testing",
        "test_utils",
        "testutils",
        "test_helpers",
        "pytest_plugins",
        "e2e",
        "loadtest",
        "loadtests",
        "locust",
        "fuzz",
        "fuzzing",
        "cypress",
    ];
    let stem = parts.stem;
    if stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_tests") {
        return true;
    }
    if matches!(parts.file, "tests.py" | "conftest.py" | "locustfile.py" | "locust.py") {
        return true;
    }
    if parts.dirs.iter().any(|dir| FOLDERS.contains(dir)) {
        return true;
    }
    let kind = |dir: &str, suffix: &str| dir.strip_suffix(suffix).is_some_and(|kind| KINDS.contains(&kind));
    let mut folder = String::new();
    for (depth, dir) in parts.dirs.iter().enumerate() {
        if depth > 0 {
            folder.push('/');
        }
        folder.push_str(dir);
        let of_kind = ["_tests", "_test", "_testing", "-tests", "-test"].iter().any(|suffix| kind(dir, suffix));
        // `osf_tests` beside `osf`; deeper down `lab_tests` may be what the program is about
        let suffixed =
            dir.ends_with("_tests") && (depth == parts.root || (around.has)(&format!("{folder}/conftest.py")));
        if of_kind || suffixed {
            return true;
        }
    }
    false
}

fn in_settings(parts: &Parts<'_>) -> bool {
    matches!(parts.parent(), "settings" | "config" | "configs" | "conf" | "configuration")
}

/// A settings module is chosen by name: `settings/dev.py`, `settings_test.py`.
fn settings(parts: &Parts<'_>) -> Option<Zone> {
    let mut words = parts
        .stem
        .split(['_', '-'])
        .filter(|word| !matches!(*word, "settings" | "config" | "configuration" | "django"));
    let (word, more) = (words.next()?, words.next());
    // `local_settings.py` is what a production machine keeps its own settings in
    let prefixed = parts.stem.ends_with("settings") && word != "local";
    let named = parts.stem.starts_with("settings")
        || parts.stem.starts_with("config_")
        || parts.stem.starts_with("configuration_")
        || prefixed;
    if more.is_some() || !(in_settings(parts) || named) {
        return None;
    }
    match word {
        "dev" | "devel" | "develop" | "development" | "local" => Some(Zone::Development),
        "test" | "tests" | "testing" | "unittest" | "unittests" | "e2e" | "ci" => Some(Zone::Test),
        _ => None,
    }
}

fn development(parts: &Parts<'_>, around: &Around<'_>) -> bool {
    let at_root = parts.inner().is_empty();
    let benchmarks = ["benchmark", "benchmarks", "bench", "asv_bench"].iter().any(|dir| parts.at_root(dir));
    if benchmarks || parts.dirs.iter().any(|dir| matches!(*dir, ".github" | ".circleci" | ".ci")) {
        return true;
    }
    match parts.file {
        "setup.py" | "noxfile.py" | "toxfile.py" | "fabfile.py" | "hatch_build.py" => true,
        "conf.py" => parts.within("doc") || parts.within("docs"),
        // Invoke's; with a task queue it is the program's own
        "tasks.py" => at_root && !around.package(is_task_queue),
        _ => false,
    }
}

fn is_task_queue(package: &str) -> bool {
    matches!(package, "celery" | "rq" | "django-rq" | "dramatiq" | "huey" | "arq" | "taskiq")
}

fn on_demand(parts: &Parts<'_>) -> bool {
    let folder = ["script", "scripts", "seeds", "seeders", "fixtures", "factories"];
    if parts.dirs.iter().any(|dir| folder.contains(dir)) {
        return true;
    }
    if ["tools", "bin", "hack"].iter().any(|dir| parts.at_root(dir)) {
        return true;
    }
    let stem = parts.stem;
    let scratch = parts.file == "test.py" && parts.inner().is_empty();
    let seeds = matches!(stem, "seed" | "seeds" | "seeder" | "populate" | "factories")
        || ["seed_", "populate_"].iter().any(|prefix| stem.starts_with(prefix));
    scratch || seeds
}

/// `test.py` of a package is a test if it holds one; nothing but its text tells it from a program's own module.
pub(super) fn holds_tests(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // below `management/commands` a name alone may be that of a command
    let named = name == "test.py" || name.starts_with("test_") || name.ends_with("_test.py");
    let starts = |start: &str| text.lines().any(|line| line.trim_start().starts_with(start));
    (named && starts("def test_")) || starts("@pytest.fixture")
}
