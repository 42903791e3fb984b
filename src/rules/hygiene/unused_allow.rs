//! # unused-allow
//!
//! ## What it does
//! Finds `prodguard: allow(…)` comments, and entries of `[[allow]]` in `prodguard.toml`, that allow nothing.
//!
//! ## Why is this bad?
//! The comment outlived what it was about, and the next finding on that line will be allowed by accident.
//!
//! ## Example
//! ```ruby
//! # prodguard: allow(fake-data) demo tenant
//! name = "Ann"
//! ```
//!
//! ## Use instead
//! ```ruby
//! name = "Ann"
//! ```
//!
//! ## References
//! - `allow-without-reason`

pub const ID: &str = "unused-allow";
