//! Comments that allow findings.

pub mod allow_without_reason;
pub mod unused_allow;
