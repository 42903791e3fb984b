//! # fake-data-written
//!
//! ## What it does
//! Finds fake data that reaches a write in production: `User.create!(name: Faker::Name.name)`, a record that was given fake
//! values and is saved in the same body, a factory that saves by itself (`FactoryBot.create`, `baker.make`).
//!
//! ## Why is this bad?
//! Rows of the production database are made up or overwritten. A backup is the only way back.
//!
//! ## Example
//! ```python
//! def seed():
//!     fake = Faker()
//!     User.objects.create(name=fake.name(), email=fake.email())
//! ```
//!
//! ## Use instead
//! ```python
//! def seed():
//!     if not settings.DEBUG:
//!         raise RuntimeError("seed() is for development only")
//!     fake = Faker()
//!     User.objects.create(name=fake.name(), email=fake.email())
//! ```
//!
//! ## References
//! - `fake-data-reachable`
//! - Rails: `db:seed` runs in production as part of `db:prepare`

use crate::rules::judge::{Group, Judged};

pub const ID: &str = "fake-data-written";

pub(in crate::rules) fn message(judged: &Judged<'_>, group: &Group) -> (String, String) {
    let first = &judged.sites[group.primary];
    let symbol = &first.symbol;
    let help = format!("Run it in development and test only: {}", judged.guard());
    let message = match first.sink {
        Some(sink) => {
            let line = judged.line(first.range.start);
            format!(
                "Fake data is written to the database in production: {} receives {symbol} (line {line}).",
                judged.callee(sink)
            )
        }
        None => format!("Fake data is written to the database in production: {symbol} saves what it makes."),
    };
    let message = if first.doubted { message.replacen(" is written", " may be written", 1) } else { message };
    (message, help)
}
