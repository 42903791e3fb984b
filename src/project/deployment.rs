//! Environment variables that deployment files pin to production: simple line scans, facts only.

use smol_str::SmolStr;

use super::manifests::split;

/// Whether a path is that of a file that says with which variables production starts.
pub fn is_deployment_file(path: &str) -> bool {
    let (folder, file) = split(path);
    let lower = file.to_ascii_lowercase();
    // of development, tests and examples
    let other = ["dev", "test", "local", "override", "example", "sample", "ci"];
    if lower.split(['.', '-', '_']).any(|word| other.contains(&word)) || lower.contains("development") {
        return false;
    }
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    let image =
        |name: &str| lower == name || lower.starts_with(&format!("{name}.")) || lower.ends_with(&format!(".{name}"));
    if image("dockerfile") || image("containerfile") || lower == "procfile" {
        return true;
    }
    if matches!(lower.as_str(), "fly.toml" | "render.yaml" | "app.json" | "app.yaml" | "heroku.yml") {
        return true;
    }
    if matches!(lower.as_str(), ".env.production" | ".env.prod" | "production.env" | "prod.env")
        || lower.ends_with(".service")
    {
        return true;
    }
    if yaml && (lower.starts_with("docker-compose") || lower.starts_with("compose")) {
        return true;
    }
    // Cloud Foundry
    if yaml && lower.split(['.', '-', '_']).next() == Some("manifest") {
        return true;
    }
    // Kamal
    if matches!(path, "config/deploy.yml") || path.ends_with("/config/deploy.yml") {
        return true;
    }
    const FOLDERS: &[&str] =
        &["k8s", "kubernetes", "helm", "charts", "deploy", "deployment", "manifests", "kustomize", "infra"];
    yaml && folder.split('/').any(|dir| FOLDERS.contains(&dir))
}

/// The variables that a deployment file sets, with their values, in the order of the text. Values that refer to other
/// variables are left out.
pub fn variables(text: &str) -> Vec<(SmolStr, SmolStr)> {
    let mut found = Vec::new();
    // `- name: X` waits for `value: y`
    let mut named: Option<&str> = None;
    // what a step of the build is given, the image does not keep
    let mut in_step = false;
    for line in text.lines() {
        let line = line.trim();
        in_step = in_step && !line.is_empty() || line.starts_with("RUN ");
        let is_of_step = in_step;
        in_step = in_step && line.ends_with('\\');
        if is_of_step {
            continue;
        }
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        if let Some((key, value)) = entry(line) {
            match key {
                "name" | "key" => named = Some(value).filter(|name| is_name(name)),
                "value" => push(&mut found, named.take(), value),
                key if is_name(key) => push(&mut found, Some(key), value),
                _ => {}
            }
        }
        // `ENV A=1 B=2`, `web: A=1 run`, `Environment="A=1"`, `- A=1`
        let (head, rest) = line.split_once(char::is_whitespace).unwrap_or(("", line));
        if head.eq_ignore_ascii_case("env")
            && let Some((name, value)) = rest.trim().split_once(char::is_whitespace)
            && is_name(name)
        {
            push(&mut found, Some(name), value);
        }
        for word in line.split(char::is_whitespace) {
            let word = word.strip_prefix("Environment=").unwrap_or(word);
            let word = word.trim_matches(['"', '\'', ',', '[', ']']);
            if let Some((name, value)) = word.split_once('=')
                && is_name(name)
            {
                push(&mut found, Some(name), value);
            }
        }
    }
    found.dedup();
    found
}

/// `KEY: value`, `"KEY": "value",`, `- key: value`, `KEY = "value"`.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let (key, value) = match (line.split_once(": "), line.split_once(" = ")) {
        (Some(yaml), _) => yaml,
        (None, Some(toml)) => toml,
        (None, None) => return None,
    };
    Some((key.trim().trim_matches('"'), value.trim()))
}

fn push(found: &mut Vec<(SmolStr, SmolStr)>, name: Option<&str>, value: &str) {
    let value = value.split(" #").next().unwrap_or_default();
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    if let Some(name) = name
        && !value.is_empty()
        && !value.contains(['$', '{'])
    {
        found.push((SmolStr::new(name), SmolStr::new(value)));
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A value by which a deployment says "production": a name of it, or a debug flag that is off.
pub fn means_production(value: &str, more: &[SmolStr]) -> bool {
    let lower = value.to_lowercase();
    let names = ["production", "prod", "prd", "live"];
    let off = ["false", "0", "off", "no"];
    names.contains(&lower.as_str()) || off.contains(&lower.as_str()) || more.iter().any(|name| name == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_from_every_kind_of_file() {
        let table = [
            (
                "FROM ruby\nENV RAILS_ENV=production \\\n    BUNDLE_WITHOUT=\"development\"",
                "RAILS_ENV=production BUNDLE_WITHOUT=development",
            ),
            ("ENV RAILS_ENV production", "RAILS_ENV=production"),
            ("RUN DEBUG=False make && \\\n  A=1 make\nENV B=2", "B=2"),
            ("# ENV A=1\nARG B=2\nENV C=$B", "B=2"),
            ("    environment:\n      - RAILS_ENV=production\n      - X=${Y}", "RAILS_ENV=production"),
            ("    environment:\n      DJANGO_DEBUG: \"False\"  # off", "DJANGO_DEBUG=False"),
            ("- name: APP_ENV\n  value: production\n- name: lower\n  value: x", "APP_ENV=production"),
            ("- key: APP_ENV\n  value: production", "APP_ENV=production"),
            ("[env]\n  RAILS_ENV = \"production\"", "RAILS_ENV=production"),
            ("{\"env\": {\n  \"RAILS_ENV\": \"production\",\n}}", "RAILS_ENV=production"),
            ("web: RAILS_ENV=production bundle exec puma", "RAILS_ENV=production"),
            ("Environment=\"DOTNET_ENVIRONMENT=Production\"", "DOTNET_ENVIRONMENT=Production"),
            ("export APP_ENV='live'", "APP_ENV=live"),
            ("command: run", ""),
        ];
        for (text, expected) in table {
            let found: Vec<String> = variables(text).iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn files_of_development_do_not_count() {
        let table = [
            ("Dockerfile", true),
            ("docker/Dockerfile.web", true),
            ("Dockerfile.dev", false),
            ("docker-compose.yml", true),
            ("docker-compose.prod.yml", true),
            ("docker-compose.override.yml", false),
            ("docker-compose.test.yml", false),
            (".env.production", true),
            (".env", false),
            (".env.development", false),
            ("deploy/k8s/web.yaml", true),
            ("config/deploy.yml", true),
            ("config/database.yml", false),
            ("Procfile", true),
            ("Procfile.dev", false),
            ("fly.toml", true),
        ];
        for (path, expected) in table {
            assert_eq!(is_deployment_file(path), expected, "{path}");
        }
    }
}
