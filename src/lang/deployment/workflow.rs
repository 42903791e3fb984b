//! CI workflows: only jobs and steps that say that they deploy to production, and only the variables that they set.

use super::data::{Data, Entry, Id, Value};
use super::{expand, silent};
use crate::program::deployment::{Deployment, Scope, Ships, Variable, says_other, says_production};

pub(super) fn read(data: &Data, _text: &str) -> Deployment {
    let mut found = Deployment::default();
    for root in &data.roots {
        let jobs = data.get(*root, "jobs").unwrap_or(*root);
        for job in data.entries(jobs) {
            if data.is_map(job.value) {
                read_job(data, job, &mut found);
            }
        }
    }
    found
}

fn deploys(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (lower.contains("deploy") || says_production(name)) && !says_other(name)
}

fn read_job(data: &Data, job: &Entry, found: &mut Deployment) {
    let name = data.get_text(job.value, "name").unwrap_or_default();
    let target = data.get(job.value, "environment");
    let target = target.and_then(|it| data.text(it).or_else(|| data.get_text(it, "name"))).unwrap_or_default();
    if says_other(target) || !(deploys(&job.key) || deploys(name) || says_production(target)) {
        return;
    }
    let scope = found.scopes.len();
    found.scopes.push(Scope { ships: Ships::Runs, ..silent(&job.key) });
    let mut read = |map: Id| {
        for key in ["env", "variables"] {
            let Some(block) = data.get(map, key) else { continue };
            for entry in data.entries(block) {
                let Some(value) = data.text(entry.value) else { continue };
                let (value, is_default) = expand(value, &|_| None);
                let range = entry.key_range.start..data.range(entry.value).end.max(entry.key_range.end);
                let statement = range.clone();
                found.variables.push(Variable { name: entry.key.clone(), value, range, statement, scope, is_default });
            }
        }
    };
    read(job.value);
    let steps = data.get(job.value, "steps");
    for step in steps.map(|steps| data.list(steps)).unwrap_or_default() {
        // a step that tests before it deploys
        let says = data.get_text(*step, "name").is_some_and(says_other);
        if !says && matches!(data.nodes[data.target(*step)].value, Value::Map(_)) {
            read(*step);
        }
    }
}
