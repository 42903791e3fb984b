#![no_main]
//! Arbitrary bytes as a file of each language: the first byte chooses, the rest is the file.

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use prodguard::analysis::{self, Input};
use prodguard::catalog::Catalog;
use prodguard::lang::Triggers;
use prodguard::program::Language;
use prodguard::project::FileFacts;
use prodguard::rules::Zone;
use prodguard::text;

static FACTS: LazyLock<FileFacts> =
    LazyLock::new(|| FileFacts { catalog: Arc::new(Catalog::builtin().clone()), ..FileFacts::default() });

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let Ok(decoded) = text::decode(bytes.to_vec()) else { return };
    let language = Language::ALL[usize::from(*choice) % 3];
    let input = Input {
        text: &decoded.text,
        language,
        template: *choice >= 250 && language == Language::Ruby,
        zone: Zone::Production,
        facts: &FACTS,
        triggers: &Triggers::everything(),
    };
    for finding in analysis::analyze(&input).findings {
        assert!(decoded.text.get(finding.range).is_some());
    }
});
