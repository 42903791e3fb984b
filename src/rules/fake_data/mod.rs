//! Fake-data libraries.

pub mod reachable;
pub mod written;
