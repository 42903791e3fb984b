//! What bad or large input costs: every nesting ends, and work grows with the length of a file and no faster.

mod support;

use std::fmt::Write;

use prodguard::program::Language;

use support::{analyze, deep, meter, on_scan_thread, wide};

#[global_allocator]
static METER: meter::Meter = meter::Meter;

/// A panic, a hang or an overflow fails; what is said of such a text is not asked.
#[test]
fn every_nesting_ends() {
    for language in Language::ALL {
        for (_, text) in deep::shapes(language, 50_000) {
            on_scan_thread(move || drop(analyze(language, &text, false)));
        }
    }
}

#[test]
fn work_grows_with_the_length() {
    const PARTS: usize = 1_200;
    const TIMES: usize = 4;
    let mut steep = String::new();
    for language in Language::ALL {
        let cost = |parts| {
            let texts = wide::shapes(language, parts).into_iter();
            texts.map(move |(name, text)| {
                on_scan_thread(move || {
                    // what is made once for all files is not the file's
                    drop(analyze(language, "x = 1\n", false));
                    (name, meter::measure(|| analyze(language, &text, false)).1)
                })
            })
        };
        for ((name, small), (_, large)) in cost(PARTS).zip(cost(PARTS * TIMES)) {
            let times = large as f64 / small as f64;
            // twice as much per part leaves room for tables that double
            if times > 2.0 * TIMES as f64 {
                let _ = writeln!(steep, "{language:?}: {name}: {TIMES} times the parts cost {times:.1} times");
            }
        }
    }
    assert!(steep.is_empty(), "{steep}");
}
