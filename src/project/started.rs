//! Which code of the project production starts, told from the commands of deployment files.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::program::deployment::{Deployment, Process, Ships, StartKind, Started, When, Word};

/// Servers that import a module and call what they find in it.
const SERVERS: &[&str] = &["gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "granian", "uwsgi"];

/// What runs a script that is named after it.
const WRAPPERS: &[&str] =
    &["uv", "poetry", "pipenv", "pdm", "rye", "hatch", "tini", "dumb-init", "streamlit", "ddtrace-run"];

/// The programs of Python that a file starts in production. `line` gives the 1-based line of an offset.
pub fn started(path: &str, deployment: &Deployment, line: &dyn Fn(usize) -> usize) -> Vec<Started> {
    let ships = |scope: usize| deployment.scopes.get(scope).is_some_and(|scope| scope.ships == Ships::Runs);
    let starts = deployment.processes.iter().filter(|process| process.when == When::Start && ships(process.scope));
    let named = deployment.variables.iter().filter(|variable| variable.name == "FLASK_APP");
    let apps: FxHashMap<usize, &str> = named.map(|variable| (variable.scope, variable.value.as_str())).collect();
    let told = starts.filter_map(|process| {
        let (kind, target) = program(process, apps.get(&process.scope).copied())?;
        Some(Started {
            path: path.into(),
            line: line(process.range.start),
            command: command(&process.words),
            kind,
            target,
        })
    });
    told.collect()
}

/// The words of a command as people write them.
pub fn command(words: &[Word]) -> SmolStr {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ").into()
}

/// The last part of a path, without the version that names of interpreters end in.
pub fn base_name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    match name.strip_prefix("python") {
        Some(version) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => "python",
        _ => name,
    }
}

fn program(process: &Process, flask_app: Option<&str>) -> Option<(StartKind, SmolStr)> {
    let words: Vec<&str> = process.words.iter().map(|word| word.text.as_str()).collect();
    let at = |name: &str| words.iter().position(|word| base_name(word) == name);
    if let Some(server) = SERVERS.iter().find_map(|name| at(name)) {
        return served(&words[server + 1..]);
    }
    if let Some(flask) = at("flask")
        && words[flask..].contains(&"run")
    {
        let rest = &words[flask + 1..];
        let named = option(rest, &["--app", "-A"]);
        return Some((StartKind::Wsgi, module(named.or(flask_app).unwrap_or("app"))));
    }
    // `./run.py`, `uv run app.py`
    let is_script = |word: &&str| word.ends_with(".py") && !word.starts_with('-');
    let by_itself = || {
        let at = words.iter().position(is_script)?;
        (at == 0 || WRAPPERS.contains(&base_name(words[0]))).then_some(at)
    };
    let python = at("python").or_else(by_itself)?;
    let first = python + usize::from(base_name(words[python]) == "python");
    let mut rest = words[first..].iter();
    while let Some(word) = rest.next() {
        match *word {
            "-m" => {
                let name = *rest.next()?;
                let served = SERVERS.contains(&name).then(|| served(rest.as_slice())).flatten();
                return served.or_else(|| Some((StartKind::Module, name.into())));
            }
            "-c" => return None,
            "-W" | "-X" => {
                rest.next();
            }
            option if option.starts_with('-') => {}
            script => return Some((StartKind::Script, script.into())),
        }
    }
    None
}

/// What a server is told to import.
fn served(words: &[&str]) -> Option<(StartKind, SmolStr)> {
    let named = option(words, &["--module", "-w", "--wsgi"]);
    if let Some(file) = option(words, &["--wsgi-file", "--file"]) {
        return Some((StartKind::Wsgi, module(file)));
    }
    let colon = words.iter().find(|word| {
        let (before, after) = word.split_once(':').unwrap_or_default();
        let is_module = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/'))
        };
        let is_object = after.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        is_module(before) && is_object && before != "unix"
    });
    named.or(colon.copied()).map(|name| (StartKind::Wsgi, module(name)))
}

/// The value of an option, as the next word or after `=`.
fn option<'w>(words: &[&'w str], names: &[&str]) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(index, word)| {
        let (name, value) = word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
        names.contains(&name).then(|| value.or_else(|| words.get(index + 1).copied())).flatten()
    })
}

/// `shop/web.py:create_app()` as the dotted name of its module.
fn module(target: &str) -> SmolStr {
    let target = target.split([':', '(']).next().unwrap_or(target);
    let target = target.strip_prefix("./").unwrap_or(target);
    let target = target.strip_suffix(".py").unwrap_or(target);
    target.replace('/', ".").into()
}

/// Whether a file of the project, relative to its root and with `/`, is the one that a start means: a path inside an image
/// ends like the path in the project, as far as both go.
pub fn means(started: &Started, path: &str) -> bool {
    let target = match started.kind {
        StartKind::Script => started.target.trim_start_matches("./").to_owned(),
        _ => started.target.replace('.', "/"),
    };
    let path = path.strip_suffix("/__main__.py").or_else(|| path.strip_suffix("/__init__.py")).unwrap_or(path);
    let without = |text: &str| text.strip_suffix(".py").unwrap_or(text).to_owned();
    let (target, path) = (without(&target), without(path));
    let mut ours = path.rsplit('/');
    let mut theirs = target.rsplit('/');
    if ours.next() != theirs.next() {
        return false;
    }
    // above the file's own name one of the two may end
    let target_is_absolute = target.starts_with('/');
    for (ours, theirs) in ours.zip(theirs) {
        if ours != theirs {
            // `/app/run.py` may stand in `web/run.py`: the image was built from there
            return target_is_absolute;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::deployment::{Scope, Variable};

    fn check(command: &str, expected: Option<(StartKind, &str)>) {
        let word = |text: &str| Word { text: text.into(), range: 0..0 };
        let words = command.split(' ').map(word).collect();
        let process = Process { words, range: 0..0, statement: 0..0, scope: 0, when: When::Start };
        let deployment = Deployment {
            scopes: vec![Scope::default()],
            processes: vec![process],
            variables: vec![Variable {
                name: "FLASK_APP".into(),
                value: "shop/main.py".into(),
                range: 0..0,
                statement: 0..0,
                scope: 0,
                is_default: false,
            }],
            settings: Vec::new(),
        };
        let found = started("Dockerfile", &deployment, &|_| 1);
        let found = found.first().map(|started| (started.kind, started.target.as_str()));
        assert_eq!(found, expected, "{command}");
    }

    #[test]
    fn commands_tell_what_they_start() {
        use StartKind::{Module, Script, Wsgi};
        check("python app.py", Some((Script, "app.py")));
        check("python3.12 -u /srv/app.py --port 1", Some((Script, "/srv/app.py")));
        check("poetry run python -m shop.web", Some((Module, "shop.web")));
        check("uv run app.py", Some((Script, "app.py")));
        check("pytest tests/a.py", None);
        check("./manage.py runserver", Some((Script, "./manage.py")));
        check("gunicorn -b 0.0.0.0:80 shop.wsgi:application", Some((Wsgi, "shop.wsgi")));
        check("python -m uvicorn shop.main:app --host 0.0.0.0", Some((Wsgi, "shop.main")));
        check("uwsgi --module=shop.wsgi", Some((Wsgi, "shop.wsgi")));
        check("flask --app shop:create_app run", Some((Wsgi, "shop")));
        check("flask run", Some((Wsgi, "shop.main")));
        check("waitress-serve --port=80 shop:app", Some((Wsgi, "shop")));
        check("python -c print(1)", None);
        check("bundle exec puma", None);
    }

    #[test]
    fn a_start_means_a_file() {
        let check = |kind: StartKind, target: &str, path: &str, expected: bool| {
            let (command, path_of_file) = (SmolStr::default(), "Dockerfile".into());
            let started = Started { path: path_of_file, line: 1, command, kind, target: target.into() };
            assert_eq!(means(&started, path), expected, "{target} {path}");
        };
        check(StartKind::Script, "app.py", "app.py", true);
        check(StartKind::Script, "app.py", "web/app.py", true);
        check(StartKind::Script, "web/app.py", "api/app.py", false);
        check(StartKind::Script, "/srv/app.py", "web/app.py", true);
        check(StartKind::Script, "app.py", "web/other.py", false);
        check(StartKind::Wsgi, "shop.wsgi", "src/shop/wsgi.py", true);
        check(StartKind::Wsgi, "shop", "shop/__init__.py", true);
        check(StartKind::Module, "shop", "shop/__main__.py", true);
    }
}
