//! Tests of the environment that do not mean what they say.

pub mod constant_comparison;
pub mod dead_guard;
pub mod default_development;
pub mod deny_list_guard;
pub mod fail_open_guard;
pub mod ignored_variable;
pub mod truthy_flag;
pub mod unknown_environment;
