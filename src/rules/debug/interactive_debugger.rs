//! # interactive-debugger
//!
//! ## What it does
//! Finds debuggers inside web pages that can be on when the environment is production: `app.run(debug=True)` of Flask and
//! Dash, Werkzeug's `DebuggedApplication` and `run_simple(use_debugger=True)`, the consoles of web-console and Better Errors.
//!
//! ## Why is this bad?
//! Whoever makes the application fail gets a console in the browser and runs code on the server. The PIN of Werkzeug's has been
//! worked out from outside more than once.
//!
//! ## Example
//! ```python
//! app.run(host="0.0.0.0", debug=True)
//! ```
//!
//! ## Use instead
//! ```python
//! app.run(host="0.0.0.0")   # FLASK_DEBUG=1 turns it on where you develop
//! ```
//!
//! ## References
//! - Werkzeug: using the debugger
//! - Flask: debug mode

pub const ID: &str = "interactive-debugger";
