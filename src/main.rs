use prodguard::*;
use std::sync::Arc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = args.last().unwrap().clone();
    let mut catalog = catalog::Catalog::builtin().clone();
    let config = std::fs::read_to_string(format!("{path}/prodguard.toml")).unwrap_or_default();
    let (config, problems) = project::config::Config::parse(&config, &[]);
    if !problems.is_empty() {
        eprintln!("{problems:?}");
    }
    config.extend(&mut catalog);
    let catalog = Arc::new(catalog);
    let mut findings = vec![];
    let mut sites = vec![];
    for entry in ignore::WalkBuilder::new(&path).build().flatten() {
        let name = entry.path().to_string_lossy().to_string();
        let language = match name.rsplit('.').next() {
            Some("rb" | "rake" | "ru") => program::Language::Ruby,
            Some("py") => program::Language::Python,
            Some("cs") => program::Language::CSharp,
            _ => continue,
        };
        let Ok(bytes) = std::fs::read(entry.path()) else {
            continue;
        };
        let Ok(decoded) = text::decode(bytes) else {
            continue;
        };
        let rel = name
            .strip_prefix(&format!("{path}/"))
            .unwrap_or(&name)
            .to_string();
        let facts = project::FileFacts {
            path: rel.clone().into(),
            catalog: catalog.clone(),
            packages: None,
            own_names: Default::default(),
            environments: Default::default(),
            production_names: Default::default(),
            versions: Default::default(),
            pinned: Default::default(),
            global_usings: Default::default(),
            predicates: Default::default(),
        };
        let trig = analysis::triggers(&catalog, language);
        let around = project::zones::Around::default();
        let zone = project::zones::zone(language, &rel, &around);
        let t = decoded.text.clone();
        let out = std::thread::Builder::new()
            .stack_size(256 << 20)
            .spawn(move || {
                if std::env::var("DUMP").is_ok() {
                    eprintln!(
                        "{}",
                        program::dump(&lang::build(language, &t, false, &trig))
                    );
                }
                analysis::analyze(&analysis::Input {
                    text: &t,
                    language,
                    template: false,
                    zone,
                    facts: &facts,
                    triggers: &trig,
                })
            })
            .unwrap()
            .join();
        let Ok(out) = out else {
            eprintln!("PANIC {rel}");
            continue;
        };
        let index = text::LineIndex::new(&decoded.text);
        for f in out.findings {
            let p = index.position(f.range.start);
            findings.push(serde_json::json!({"rule": f.rule, "family": f.family, "severity": f.severity, "verdict": f.verdict, "path": rel, "line": p.line, "message": f.message, "because": f.because.iter().map(|b| format!("{}: {}", index.line(b.range.start), b.text)).collect::<Vec<_>>(), "sites": f.sites.iter().map(|s| serde_json::json!({"line": index.line(s.range.start), "symbol": s.symbol})).collect::<Vec<_>>()}));
        }
        for s in out.sites {
            let p = index.position(s.range.start);
            sites.push(serde_json::json!({"path": rel, "line": p.line, "family": s.family, "symbol": s.symbol, "verdict": s.verdict, "worlds": s.worlds}));
        }
    }
    println!(
        "{}",
        serde_json::json!({"version": 1, "root": std::fs::canonicalize(&path).unwrap(), "findings": findings, "sites": sites})
    );
}
