//! [`Token`] and [`Ghost`]: things whose drops are counted, so that a leak or a second drop shows.

use std::cell::{Cell, RefCell};

thread_local! {
    /// For each token made on this thread since none was left, whether it lives.
    static TOKENS: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Tokens and ghosts of this thread that have not been dropped.
pub fn live() -> usize {
    LIVE.get()
}

/// Is entered in the books of its thread when made, and struck out when dropped.
///
/// A second drop of one token is noticed even if another token was leaked.
#[derive(Debug)]
pub struct Token {
    id: usize,
}

impl Token {
    /// Enters it.
    #[must_use]
    pub fn new() -> Self {
        LIVE.set(LIVE.get() + 1);
        TOKENS.with_borrow_mut(|tokens| {
            tokens.push(true);
            Self { id: tokens.len() - 1 }
        })
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let lived = TOKENS.with_borrow_mut(|tokens| std::mem::replace(&mut tokens[self.id], false));
        assert!(lived, "token {} is dropped for a second time", self.id);
        LIVE.set(LIVE.get() - 1);
        if live() == 0 {
            // Long runs would fill the memory with the dead.
            TOKENS.with_borrow_mut(Vec::clear);
        }
    }
}

/// A value without size whose drops are counted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ghost(());

impl Ghost {
    /// Enters it.
    #[must_use]
    pub fn new() -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(())
    }
}

impl Default for Ghost {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for Ghost {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Drop for Ghost {
    fn drop(&mut self) {
        let live = LIVE.get().checked_sub(1);
        LIVE.set(live.expect("a ghost is dropped that does not live"));
    }
}
