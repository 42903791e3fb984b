//! # development-server
//!
//! ## What it does
//! Finds development servers that can be what serves production: `runserver` of Django, `uvicorn.run(reload=True)`.
//!
//! ## Why is this bad?
//! They serve one request after the other or watch the source tree, were never meant to face the public, and show their errors
//! to it.
//!
//! ## Example
//! ```python
//! uvicorn.run("shop:app", host="0.0.0.0", reload=True)
//! ```
//!
//! ## Use instead
//! ```sh
//! uvicorn shop:app --host 0.0.0.0 --workers 4
//! ```
//!
//! ## References
//! - Django: `runserver`
//! - Uvicorn: deployment

pub const ID: &str = "development-server";
