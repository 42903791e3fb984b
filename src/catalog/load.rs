//! Reads the embedded data.

use super::Catalog;

pub(super) fn builtin() -> Catalog {
    Catalog::default()
}
