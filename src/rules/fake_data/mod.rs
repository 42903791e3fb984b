//! Fake-data libraries.

pub mod only_in_production;
pub mod reachable;
pub mod written;
