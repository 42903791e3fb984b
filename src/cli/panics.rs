//! A panic while one file is analysed is that file's failure, not the program's.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    /// Outside of [`guard`] nothing; inside the place of the panic, once there was one.
    static GUARDED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics inside [`guard`] silent. Others keep the hook that was there.
pub fn install() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let is_guarded = GUARDED.with_borrow_mut(|guarded| {
            let Some(place) = guarded else {
                return false;
            };
            if let Some(location) = info.location() {
                *place = format!(" ({}:{})", location.file(), location.line());
            }
            true
        });
        if !is_guarded {
            previous(info);
        }
    }));
}

/// Runs `work`; a panic becomes an error that says where it happened.
pub fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    GUARDED.set(Some(String::new()));
    // what `work` shares with other files is a cache or immutable, and parsers start afresh with every text
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    let place = GUARDED.take().unwrap_or_default();
    result.map_err(|_| format!("internal error{place}"))
}
