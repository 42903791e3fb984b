//! Entries of a configuration that allow nothing.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use smol_str::SmolStr;

use super::{Part, Workspace, Written};
use crate::cli::paths;
use crate::report::{self, Report};
use crate::rules::configured;
use crate::text::LineIndex;

impl Workspace {
    /// Adds to a report the entries that allowed nothing in it. `roots`, absolute, is all that was checked: an entry whose
    /// configuration speaks for more than that, or that may be about a file that was skipped, is not judged.
    pub fn report_unused(&self, roots: &[PathBuf], report: &mut Report) {
        for part in &self.parts {
            let folder = self.listing.folder.join(part.folder.as_str());
            let Some(written) = part.written.as_ref().filter(|_| roots.iter().any(|root| folder.starts_with(root)))
            else {
                continue;
            };
            let skipped: Vec<SmolStr> = report
                .skipped
                .iter()
                .filter_map(|skipped| {
                    let (owner, inside) = self.part(&skipped.path);
                    std::ptr::eq(owner, part).then(|| inside.into())
                })
                .collect();
            self.report_unused_of(part, written, &skipped, report);
        }
    }

    /// `skipped` are paths in the part.
    fn report_unused_of(&self, part: &Part, written: &Written, skipped: &[SmolStr], report: &mut Report) {
        let config = &part.index.config;
        let unused = config.allow.iter().zip(&written.used).filter(|(allow, used)| {
            // a folder that cannot be read may hold anything
            let may_matter =
                |path: &SmolStr| allow.paths.matches(path) || Path::new(path.as_str()).extension().is_none();
            !used.load(Ordering::Relaxed) && !skipped.iter().any(may_matter)
        });
        let findings: Vec<_> = unused.filter_map(|(allow, _)| configured::unused(config, allow)).collect();
        let path = paths::relative(report.root.as_ref(), &written.path);
        report.findings.extend(report::locate(&path, &LineIndex::new(&written.text), findings));
    }
}
