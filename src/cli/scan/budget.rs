//! How much is worked on at once: what files may take together is bounded, whatever the number of threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::syntax::{self, memory};

/// Bytes that a tree takes for each word, sign and line of a text; the densest texts that were measured (lists of calls in
/// Ruby) take so much, ordinary code half of it.
const DENSEST: usize = 512;

/// What the files that are analysed may still take, in bytes of their trees.
pub struct Budget {
    left: Mutex<usize>,
    changed: Condvar,
    /// Held by whoever waits, so that a large file is not overtaken for ever.
    turn: Mutex<()>,
}

/// A share of the budget, given back when dropped.
pub struct Share<'b> {
    budget: &'b Budget,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        // one tree of the largest size
        Budget { left: Mutex::new(syntax::LARGEST), changed: Condvar::new(), turn: Mutex::new(()) }
    }
}

impl Budget {
    /// Waits until a text can be analysed beside those that are.
    pub fn share(&self, text: &[u8]) -> Share<'_> {
        let bytes = tokens(text).saturating_mul(DENSEST).min(syntax::LARGEST);
        let turn = lock(&self.turn);
        let left = lock(&self.left);
        let mut left = self.changed.wait_while(left, |left| *left < bytes).unwrap_or_else(PoisonError::into_inner);
        *left -= bytes;
        drop((left, turn));
        if bytes > memory::LARGE {
            memory::give_back();
        }
        Share { budget: self, bytes }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if self.bytes > memory::LARGE {
            memory::give_back();
        }
        *lock(&self.budget.left) += self.bytes;
        self.budget.changed.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Words, signs and line ends.
fn tokens(text: &[u8]) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let mut count = 0;
    let mut in_word = false;
    for byte in text {
        let word = is_word(*byte);
        let counts = if word { !in_word } else { *byte == b'\n' || !byte.is_ascii_whitespace() };
        count += usize::from(counts);
        in_word = word;
    }
    count
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn what_counts() {
        let check = |text: &str, expected: usize| assert_eq!(tokens(text.as_bytes()), expected, "{text:?}");
        check("", 0);
        check("  \t ", 0);
        check("a_b1 c", 2);
        check("f(x)\n", 5);
        check("é́a = 1;", 4);
    }

    #[test]
    fn shares_never_exceed_the_budget() {
        let budget = Budget::default();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // halves of the budget, and one that takes all
        let half = "+".repeat(syntax::LARGEST / DENSEST / 2);
        let texts = [half.as_str(), &half, "+", &half.repeat(3), &half, "+", &half];
        std::thread::scope(|scope| {
            for text in texts {
                let (budget, now, most) = (&budget, &now, &most);
                scope.spawn(move || {
                    let share = budget.share(text.as_bytes());
                    most.fetch_max(now.fetch_add(share.bytes, Ordering::SeqCst) + share.bytes, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(share.bytes, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(*lock(&budget.left), syntax::LARGEST, "everything is given back");
        assert!((1..=syntax::LARGEST).contains(&most.into_inner()));
    }
}
