//! Texts and positions: how bytes become text, and how byte offsets become lines and columns.
//!
//! Offsets everywhere else in the crate are bytes of the decoded text; only this room counts characters.

mod decode;
pub mod edits;
mod lines;

pub use decode::{Binary, Decoded, Encoding, decode, encoding, is_binary};
pub use edits::{Edit, apply};
pub use lines::{LineIndex, Position, Utf16Position};
