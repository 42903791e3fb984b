//! # developer-exception-page
//!
//! ## What it does
//! Finds `UseDeveloperExceptionPage()`, `UseMigrationsEndPoint()` and `UseDatabaseErrorPage()` that can run when the
//! environment is production. A machine without `ASPNETCORE_ENVIRONMENT` is a production machine.
//!
//! ## Why is this bad?
//! The page shows stack traces, query strings, cookies and headers to every visitor; the end point for migrations lets them
//! change the database's schema.
//!
//! ## Example
//! ```csharp
//! public void Configure(IApplicationBuilder app)
//! {
//!     app.UseDeveloperExceptionPage();
//! }
//! ```
//!
//! ## Use instead
//! ```csharp
//! public void Configure(IApplicationBuilder app, IWebHostEnvironment env)
//! {
//!     if (env.IsDevelopment())
//!     {
//!         app.UseDeveloperExceptionPage();
//!     }
//! }
//! ```
//!
//! ## References
//! - ASP.NET Core: handle errors
//! - ASP.NET Core 6 and later use the page in development by themselves

pub const ID: &str = "developer-exception-page";
