//! [`Seen`]: which pages have passed their checks, a bit each.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Which pages have passed their checks in this process.
#[derive(Debug)]
pub(crate) struct Seen(Vec<AtomicUsize>);

const BITS: usize = usize::BITS as usize;

impl Seen {
    /// None of this many. A bit each of memory.
    pub(crate) fn none_of(pages: usize) -> Self {
        Self((0..pages.div_ceil(BITS)).map(|_| AtomicUsize::new(0)).collect())
    }

    // Relaxed: a bit says something of bytes that do not change, and of nothing else in memory.

    #[inline]
    pub(crate) fn contains(&self, page: usize) -> bool {
        let word = self.0.get(page / BITS);
        word.is_some_and(|word| word.load(Ordering::Relaxed) >> (page % BITS) & 1 == 1)
    }

    pub(crate) fn insert(&self, page: usize) {
        if let Some(word) = self.0.get(page / BITS) {
            word.fetch_or(1 << (page % BITS), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_apart() {
        let seen = Seen::none_of(130);
        for page in [0, 63, 64, 129] {
            assert!(!seen.contains(page));
            seen.insert(page);
        }
        assert!((0..200).filter(|page| seen.contains(*page)).eq([0, 63, 64, 129]));
        seen.insert(100_000);
        assert!(!seen.contains(100_000));
    }
}
