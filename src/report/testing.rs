//! Hand-made reports for the tests of the formats.

use std::ops::Range;

use smol_str::SmolStr;

use crate::catalog::Family;
use crate::rules::{Confidence, Finding, OtherSite, Reach, Severity, Site, Step, Verdict, Worlds, Zone};
use crate::text::LineIndex;

use super::{Report, Skipped, locate, locate_site};

pub const USER: &str = "\
class User < ApplicationRecord
  # zażółć 😀
  def self.demo
    return if Rails.env.test?

    puts \"one\"
    puts \"two\"
    create!(name: Faker::Name.name, email: Faker::Internet.email)
    create!(name: Faker::Name.name)
    /* 😀 */ Faker::Lorem.word do
      1
    end
  end
end
";

/// The bytes of the `nth` (0-based) occurrence of `part`.
pub fn range(text: &str, part: &str, nth: usize) -> Range<usize> {
    let start = text.match_indices(part).nth(nth).map_or(0, |(at, _)| at);
    start..start + part.len()
}

fn step(part: &str, text: &str) -> Step {
    Step { range: range(USER, part, 0), text: text.to_owned(), file: None }
}

pub fn written() -> Finding {
    Finding {
        rule: "fake-data-written",
        family: Family::FakeData,
        severity: Severity::Error,
        confidence: Confidence::High,
        verdict: Verdict::Reachable,
        range: range(USER, "Faker::Name.name", 0),
        symbol: "Faker::Name.name".into(),
        message: "Fake data is written to the database in production: create! receives Faker::Name.name.".into(),
        help: "Return early unless Rails.env.local?".into(),
        because: vec![
            step("def self.demo", "User.demo is public and nothing in sight calls it"),
            step("Rails.env.test?", "`Rails.env.test?` is false in production"),
        ],
        sites: vec![
            OtherSite { range: range(USER, "Faker::Internet.email", 0), symbol: "Faker::Internet.email".into() },
            OtherSite { range: range(USER, "Faker::Name.name", 1), symbol: "Faker::Name.name".into() },
        ],
    }
}

fn unsure() -> Finding {
    Finding {
        rule: "fake-data-reachable",
        family: Family::FakeData,
        severity: Severity::Note,
        confidence: Confidence::Low,
        verdict: Verdict::Reachable,
        range: range(USER, "Faker::Lorem.word do\n      1\n    end", 0),
        symbol: "Faker::Lorem.word".into(),
        message: "Faker::Lorem.word may run in production.\nTwo lines, 100%.".into(),
        help: String::new(),
        because: vec![step("def self.demo", "one step")],
        sites: Vec::new(),
    }
}

pub fn site() -> Site {
    let [cut, reached] = [Reach::Cut, Reach::Reached];
    Site {
        range: range(USER, "Faker::Internet.email", 0),
        family: Family::FakeData,
        symbol: "Faker::Internet.email".into(),
        zone: Zone::OnDemand,
        verdict: Verdict::WeaklyGuarded,
        worlds: Worlds { production: cut, unset: reached, other: Reach::Unknown, development: reached, test: reached },
        config: false,
        because: vec![
            ("production", cut, vec![step("return if Rails.env.test?", "`Rails.env.test?` is true in production")]),
            ("unset", reached, vec![]),
        ],
    }
}

/// Two findings, a place, a skipped file, an allowed place.
pub fn report() -> Report {
    let lines = LineIndex::new(USER);
    let path = SmolStr::new("app/models/user, old.rb");
    let mut report = Report {
        root: "/srv/my shop".into(),
        findings: locate(&path, &lines, vec![unsure(), written()]),
        sites: Some(vec![locate_site(&path, &lines, site())]),
        skipped: vec![Skipped { path: "lib/huge.rb".into(), why: "larger than 2 MB".into() }],
        allowed: 1,
        scanned: 7,
        generated: 2,
    };
    report.sort();
    report
}

pub fn empty() -> Report {
    Report { root: "/srv/shop".into(), ..Report::default() }
}
