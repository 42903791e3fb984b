//! prodguard answers one question for every place that uses fake data: can it run when the environment is production?
//!
//! The rooms, lowest first. A room imports only what its row names; `tests/rooms.rs` reads this table and holds it.
//!
//! | room | knows | imports |
//! |---|---|---|
//! | [`text`] | buffers and positions | |
//! | [`program`] | the language-neutral program: expressions, definitions, items | |
//! | [`syntax`] | grammars, trees, queries | `program` |
//! | [`catalog`] | library, accessor and sink names, as data | `program` |
//! | [`lang`] | Ruby, Python and C#: syntax to program; how a guard is written there | `text`, `program`, `syntax` |
//! | [`project`] | configuration, zones, manifests | `program`, `catalog` |
//! | [`worlds`] | the evaluator: lanes, values, reach, because | `program`, `catalog`, `project` |
//! | [`rules`] | answers to findings; comments that allow | `text`, `program`, `syntax`, `catalog`, `lang`, `project`, `worlds` |
//! | [`analysis`] | `analyze()`, the one door | all above |
//! | [`fixes`] | guards to insert and corrections: edits that hold | `text`, `program`, `catalog`, `lang`, `project`, `rules`, `analysis` |
//! | [`report`] | text, JSON, SARIF, GitHub annotations | `text`, `catalog`, `rules` |
//! | [`cli`] | the command line | all above |
//! | [`server`] | the language server: the only room that knows the protocol | all above |

pub mod analysis;
pub mod catalog;
pub mod cli;
pub mod fixes;
pub mod lang;
pub mod program;
pub mod project;
pub mod report;
pub mod rules;
pub mod server;
pub mod syntax;
pub mod text;
pub mod worlds;
