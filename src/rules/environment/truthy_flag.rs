//! # truthy-flag
//!
//! ## What it does
//! Finds conditions on the mere text of a debug variable: `if os.environ.get("DEBUG"):`, `bool(os.getenv("DEBUG", "False"))`.
//!
//! ## Why is this bad?
//! Every non-empty string is true, `"False"` and `"0"` as well. Whoever sets `DEBUG=False` in production turns it on.
//!
//! ## Example
//! ```python
//! if os.environ.get("DEBUG"):
//!     seed()
//! ```
//!
//! ## Use instead
//! ```python
//! if os.environ.get("DEBUG", "").lower() in {"1", "true", "yes", "on"}:
//!     seed()
//! ```
//!
//! ## References
//! - Python: truth value testing

use crate::program::NodeRef;
use crate::rules::judge::Judged;
use crate::rules::{Confidence, Finding, Severity, Verdict};

pub const ID: &str = "truthy-flag";

pub(in crate::rules) fn finding(judged: &Judged<'_>, at: NodeRef) -> Finding {
    let text = judged.quote_node(at);
    judged.environment(
        ID,
        at,
        Severity::Warning,
        Confidence::High,
        Verdict::Reachable,
        format!(
            "`{text}` is true for every text, \"False\" and \"0\" included: setting the variable to false turns it on."
        ),
        "Compare with the words that mean true: .lower() in {\"1\", \"true\", \"yes\", \"on\"}".to_owned(),
    )
}
