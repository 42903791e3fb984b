//! # allow-without-reason
//!
//! ## What it does
//! Finds `prodguard: allow(…)` comments without a reason.
//!
//! ## Why is this bad?
//! Whoever reads the line later cannot tell a decision from a shrug.
//!
//! ## Example
//! ```ruby
//! name = Faker::Name.name # prodguard: allow(fake-data)
//! ```
//!
//! ## Use instead
//! ```ruby
//! name = Faker::Name.name # prodguard: allow(fake-data) anonymises the export
//! ```
//!
//! ## References
//! - `unused-allow`

pub const ID: &str = "allow-without-reason";
