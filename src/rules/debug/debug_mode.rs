//! # debug-mode
//!
//! ## What it does
//! Finds debug settings that can be on when the environment is production: Flask's `app.debug` and `app.config["DEBUG"]`,
//! Django's `DEBUG`, `debug=True` of FastAPI, Starlette and others; `consider_all_requests_local` and
//! `show_detailed_exceptions?` of Rails, `show_exceptions` of Sinatra; `EnableSensitiveDataLogging`, `DetailedErrors` and
//! `ShowPII` of .NET. The value is evaluated in each environment, not matched: a variable whose text `"False"` counts as true,
//! or a default that is on, are found as well; `settings.DEBUG` or `env.IsDevelopment()` are not.
//!
//! ## Why is this bad?
//! Error pages and logs then show source code, settings, queries and personal data to whoever makes the application fail.
//!
//! ## Example
//! ```python
//! DEBUG = bool(os.environ.get("DJANGO_DEBUG", "False"))   # any text but the empty one is true
//! ```
//!
//! ## Use instead
//! ```python
//! DEBUG = os.environ.get("DJANGO_DEBUG", "").lower() in {"1", "true", "yes", "on"}
//! ```
//!
//! ## References
//! - Django: deployment checklist, `DEBUG`
//! - Flask: debug mode
//! - Rails: configuring Rails applications, `config.consider_all_requests_local`
//! - `interactive-debugger`, where visitors can run code

pub const ID: &str = "debug-mode";
