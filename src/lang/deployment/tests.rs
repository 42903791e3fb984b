//! What the readers make of texts, whole and broken.

use proptest::prelude::*;

use super::read;
use crate::program::deployment::{Deployment, Format, Ships, When};

const ALL: [Format; 14] = [
    Format::Image,
    Format::Compose,
    Format::Manifest,
    Format::Toml,
    Format::Json,
    Format::Variables,
    Format::Procfile,
    Format::Unit,
    Format::Infrastructure,
    Format::Shell,
    Format::WebConfig,
    Format::WebTransform,
    Format::AppSettings,
    Format::Workflow,
];

/// What ships, one piece a line: `A=b` for a variable, `? A=b` where it is a default, `> words` for what is started.
fn show(deployment: &Deployment) -> String {
    let ships = |scope: usize| deployment.scopes[scope].ships == Ships::Runs;
    let variables = deployment.variables.iter().filter(|variable| ships(variable.scope)).map(|variable| {
        let mark = if variable.is_default { "? " } else { "" };
        format!("{mark}{}={}", variable.name, variable.value)
    });
    let starts = deployment.processes.iter().filter(|process| process.when == When::Start && ships(process.scope));
    let starts = starts.map(|process| {
        let words: Vec<&str> = process.words.iter().map(|word| word.text.as_str()).collect();
        format!("> {}", words.join(" "))
    });
    let settings = deployment.settings.iter().map(|setting| format!("{:?}", setting.what));
    variables.chain(starts).chain(settings).collect::<Vec<_>>().join("; ")
}

fn check(format: Format, text: &str, expected: &str) {
    let deployment = read(format, text);
    holds(&deployment, text);
    assert_eq!(show(&deployment), expected, "{format:?}\n{text}");
}

/// What is true of every answer.
fn holds(deployment: &Deployment, text: &str) {
    let inside = |range: &std::ops::Range<usize>| text.get(range.clone()).is_some();
    for variable in &deployment.variables {
        assert!(inside(&variable.range) && inside(&variable.statement), "{variable:?}");
        assert!(variable.scope < deployment.scopes.len());
    }
    for process in &deployment.processes {
        assert!(inside(&process.range) && inside(&process.statement), "{process:?}");
        assert!(process.words.iter().all(|word| inside(&word.range)), "{process:?}");
        assert!(process.scope < deployment.scopes.len() && !process.words.is_empty());
    }
    assert!(deployment.settings.iter().all(|setting| inside(&setting.range)));
}

#[test]
fn images() {
    let check = |text: &str, expected: &str| check(Format::Image, text, expected);
    check("FROM ruby\nENV A=1 B=\"x y\" \\\n  # no\n  C='$A'\nENV D e f\n", "A=1; B=x y; C=$A; D=e f");
    check("ARG V=dev\nFROM ruby:$V\nARG V\nENV E=$V F=${G:-x}", "? E=dev; ? F=x");
    check("FROM a AS base\nENV A=1\nFROM base AS other\nENV A=2\nFROM base\nENV B=$A", "A=1; B=1");
    check("FROM a AS build\nENV A=1\nCMD x\nFROM b\nCOPY --from=build /x /x\nCMD [\"y\", \"z\"]", "> y z");
    check("FROM a AS release\nCMD a\nFROM release AS test\nCMD b", "> a");
    check("FROM a\nENTRYPOINT [\"python\"]\nCMD [\"app.py\"]", "> python app.py");
    check("FROM a\nENTRYPOINT python app.py\nCMD [\"x\"]", "> python app.py");
    check("FROM a\nCMD [\"sh\", \"-c\", \"A=1 x && y\"]", "A=1; > x; > y");
    check("FROM a\r\nENV A=1\r\nCMD x\r\n", "A=1; > x");
    check("FROM a\nENV A=1\nRU\nENV B=\nCMD [\"x\", ", "A=1; > [x,");
    check("FROM a AS dev\nCMD x", "");
}

#[test]
fn compose_files() {
    let check = |text: &str, expected: &str| check(Format::Compose, text, expected);
    check(
        "services:\n  web:\n    environment:\n      A: 1\n      B: \"${C:-x}\"\n    command: a b\n",
        "A=1; ? B=x; > a b",
    );
    check(
        "services:\n  web:\n    environment: [A=1, \"B=2\"]\n    command: [\"sh\", \"-c\", \"a && b\"]\n",
        "A=1; B=2; > a; > b",
    );
    check("services:\n  web:\n    environment:\n      - A=1\n    profiles: [dev]\n", "");
    check("services:\n  web-test:\n    command: a\n", "");
    check("services:\n  web:\n    build: .\n    volumes: ['.:/app']\n    command: a\n", "");
    check(
        "services:\n  web:\n    build: .\n    volumes: ['./data:/data', './nginx:/etc/nginx', 'x:/x']\n    command: a\n",
        "> a",
    );
    check("web:\n  environment:\n    A: 1\n", "A=1");
    let anchors = "x-env: &env\n  A: 1\nservices:\n  web:\n    environment:\n      <<: *env\n      B: 2\n  job:\n    environment: *env\n";
    check(anchors, "B=2; A=1; A=1");
    // half typed
    check("services:\n  web:\n    environment:\n      A: \"1\n      B: 2\n    comm", "A=\"1; B=2");
    check("services:\n  web:\n    environment:\n    - A=1\n    command: {{ x }}\n", "A=1; > {{ x }}");
}

#[test]
fn manifests() {
    let check = |text: &str, expected: &str| check(Format::Manifest, text, expected);
    let container = "spec:\n  containers:\n    - name: web\n      env:\n        - name: A\n          value: \"1\"\n      command: [a]\n      args: [b]\n";
    check(container, "A=1; > a b");
    check(&format!("---\n{container}---\nkind: ConfigMap\ndata:\n  B_C: \"2\"\n"), "A=1; B_C=2; > a b");
    check(&format!("metadata:\n  namespace: test\n{container}"), "");
    // a template
    check(&format!("{{{{- if .Values.x }}}}\nname: {{{{ .x }}}}\n{container}{{{{- end }}}}\n"), "A=1; > a b");
    check("web:\n  command: |\n    A=1 a \\\n      b\n    c\n", "A=1; > a b; > c");
    check("dev:\n  env:\n    A_B: 1\nproduction:\n  env:\n    A_B: 2\n", "A_B=2");
    check("livenessProbe:\n  exec:\n    command: [a]\n", "");
}

#[test]
fn tables() {
    check(Format::Toml, "app = \"x\"\n[env]\n  A_B = \"1\"\n[processes]\nweb = \"a b\"\n[", "A_B=1; > a b");
    check(
        Format::Json,
        "{\"env\": {\"A_B\": {\"value\": \"1\"}, \"C_D\": \"2\"}, // x\n \"environments\": {\"test\": {\"env\": {\"A_B\": 1}}}}",
        "A_B=1; C_D=2",
    );
    check(
        Format::AppSettings,
        "{\"DetailedErrors\": true, \"Logging\": {\"DetailedErrors\": true},}",
        "DetailedErrors",
    );
    check(Format::AppSettings, "{\"DetailedErrors\": false}", "");
}

#[test]
fn lines_of_variables_and_commands() {
    check(Format::Variables, "\u{feff}A=1\r\n# B=2\nexport C=\"x # y\" # z\nD = 'e'\nF", "A=1; C=x # y; D=e");
    check(Format::Procfile, "web: A=1 a b\n# x\nworker-dev: c\nrelease: d && e\n", "A=1; > a b; > d; > e");
    check(Format::Unit, "[Service]\nEnvironment=\"A=1\" B=2\nExecStart=-/usr/bin/a b\n", "A=1; B=2; > /usr/bin/a b");
    check(
        Format::Infrastructure,
        "env: [\n  {\n    name: 'A'\n    value: 'x'\n  }\n { name = \"B\", value = \"y\" }\n]\nC_D = \"z\" // E_F = \"1\"\n\"G_H\" : \"w\"\nname: 'I'\nvalue: i\n",
        "A=x; B=y; C_D=z; G_H=w",
    );
    check(Format::Infrastructure, "value: prod ? 'Production' : 'Development'\n", "");
}

#[test]
fn scripts() {
    let check = |text: &str, expected: &str| check(Format::Shell, text, expected);
    check("set -e\nexport A=${A:-x}\na b\nexec c \"$@\"", "? A=x; > set -e; > a b; > c $@");
    check("if x; then a; fi\ncase $1 in b) b;; esac\nf() { c; }\n[ -n \"$X\" ] && d\ne || f\ng && h", "> g; > h");
}

#[test]
fn settings_in_xml() {
    let check = |format: Format, text: &str, expected: &str| check(format, text, expected);
    check(
        Format::WebConfig,
        "<a><compilation debug=\"true\" /><customErrors mode=\"Off\"></customErrors></a>",
        "CompilationDebug; CustomErrorsOff",
    );
    check(Format::WebConfig, "<!-- <compilation debug=\"true\" /> --><compilation debug=\"false\"/>", "");
    check(Format::WebConfig, "<a><environmentVariable name=\"A\" value=\"x\" /></a>", "A=x");
    check(Format::WebTransform, "<compilation xdt:Transform=\"RemoveAttributes(debug)\" />", "CompilationDebug");
    check(Format::WebTransform, "<compilation debug=\"true\" xdt:Transform=\"SetAttributes\" />", "");
    check(Format::WebTransform, "<customErrors mode=\"On\" xdt:Transform=\"Replace\" />", "CustomErrorsOff");
}

#[test]
fn workflows_that_deploy() {
    let check = |text: &str, expected: &str| check(Format::Workflow, text, expected);
    check(
        "jobs:\n  test:\n    env:\n      A: 1\n  deploy:\n    env:\n      B: 2\n    steps:\n      - env:\n          C: 3\n      - name: run tests\n        env:\n          D: 4\n",
        "B=2; C=3",
    );
    check("jobs:\n  deploy:\n    environment: staging\n    env:\n      B: 2\n", "");
    check("deploy-production:\n  variables:\n    A: 1\n", "A=1");
}

#[test]
fn depth_and_size_are_no_danger() {
    let deep: String = (0..300).map(|depth| format!("{}a:\n", "  ".repeat(depth))).collect();
    let laughs: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    let merges: String = (1..200).map(|n| format!("a{n}: &a{n}\n  <<: [*a{0}, *a{0}]\n", n - 1)).collect();
    let wide = "- name: A\n  value: b\n".repeat(200_000);
    for text in [
        deep,
        "- ".repeat(1000),
        "[".repeat(100_000),
        "{\"a\":".repeat(20_000),
        "<a>".repeat(5_000),
        "FROM a\n".repeat(2_000),
        "a0: &a0 1\n".to_owned() + &laughs,
        "services: &a0\n".to_owned() + &merges,
        wide,
        "\"".repeat(100_000),
        "A=1 ".repeat(50_000),
    ] {
        for format in ALL {
            holds(&read(format, &text), &text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        ALL.into_iter().for_each(|format| holds(&read(format, &text), &text));
    }

    #[test]
    fn any_mixture_of_what_files_hold_is_answered(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "FROM a AS b\n", "FROM b\n", "ENV A=1\n", "ENV", "CMD [\"x\", ", "\"", "'", "\\\n", "- ", "  ", "\n", "a: ", "a:\n", "&x ", "*x", "<<: *x\n", "|\n",
            "services:\n", "environment:\n", "command: ", "{{ x }}", "[", "]", "{", "}", "# c\n", "é", "\u{1f600}", "<compilation debug=", "/>", "=", "$A", "${B:-", "---\n",
            "name: A\n", "value: b\n", "&& ", "\r\n", "\r", "\t", "jobs:\n", "deploy:\n", "env:\n", "ExecStart=",
        ]), 0..60)
    ) {
        let text = parts.concat();
        ALL.into_iter().for_each(|format| holds(&read(format, &text), &text));
    }
}
