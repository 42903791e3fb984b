//! prodguard answers one question for every place that uses fake data: can it run when the environment is production?
//!
//! The rooms, lowest first. A room may use the rooms above it in this list, never the ones below; a test holds that.
//!
//! | room | knows |
//! |---|---|
//! | [`text`] | buffers and positions |
//! | [`program`] | the language-neutral program: expressions, definitions, items |
//! | [`syntax`] | grammars, trees, queries |
//! | [`catalog`] | library, accessor and sink names, as data |
//! | [`lang`] | Ruby, Python and C#: syntax to program |
//! | [`worlds`] | the evaluator: lanes, values, reach, because |
//! | [`project`] | configuration, zones, manifests |
//! | [`rules`] | answers to findings |
//! | [`analysis`] | `analyze()`, the one door |
//! | [`report`] | text, JSON, SARIF, GitHub annotations |
//! | [`cli`] | the command line |

pub mod analysis;
pub mod catalog;
pub mod cli;
pub mod lang;
pub mod program;
pub mod project;
pub mod report;
pub mod rules;
pub mod syntax;
pub mod text;
pub mod worlds;
