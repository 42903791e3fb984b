//! # breakpoint
//!
//! ## What it does
//! Finds breakpoints and debuggers that can run when the environment is production: Ruby `binding.pry`, `byebug`, `debugger`,
//! `binding.irb` and the libraries behind them; Python `breakpoint()`, `pdb.set_trace()`, `debugpy.listen()` and their kin; C#
//! `Debugger.Launch()` and `Debugger.Break()`. The guard may stand anywhere on the way.
//!
//! ## Why is this bad?
//! The process stops at the line and waits for a terminal that nobody sits at: the request hangs until it times out, and with
//! it a worker. A debugger that listens on a port lets whoever reaches the port run code.
//!
//! ## Example
//! ```python
//! def charge(order):
//!     import pdb; pdb.set_trace()
//!     gateway.charge(order)
//! ```
//!
//! ## Use instead
//! ```python
//! def charge(order):
//!     gateway.charge(order)
//! ```
//!
//! ## References
//! - Python: `breakpoint()` and `PYTHONBREAKPOINT`
//! - Ruby: the `debug` gem

pub const ID: &str = "breakpoint";
