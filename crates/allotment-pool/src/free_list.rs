//! A list of free blocks that is threaded through the blocks themselves.
//!
//! ```text
//! head -> | next | unused ... |
//!            '-> | next | unused ... |
//!                   '-> none
//! ```
//!
//! Last in, first out: the block freed last is the one most likely in the cache.
//!
//! F1. Every block on a list is at least as large and as aligned as a [`Link`], valid for reads and
//!     writes, on no other list, and used by nobody else. `push` takes this promise, so `pop` is
//!     safe.
//!
//! Addresses become pointers nowhere: what `pop` returns is the pointer that `push` was given, with
//! its provenance. It must therefore reach the whole block.

use core::cell::Cell;
use core::ptr::NonNull;

/// What the first word of a free block holds.
struct Link {
    next: Option<NonNull<Link>>,
}

/// The bytes at the start of a free block that the list uses.
pub(crate) const LINK_SIZE: usize = size_of::<Link>();

/// A list of free blocks of one class.
pub(crate) struct FreeList {
    head: Cell<Option<NonNull<Link>>>,
}

impl FreeList {
    /// A list without blocks.
    pub(crate) const fn new() -> FreeList {
        FreeList { head: Cell::new(None) }
    }

    /// Takes the block that was pushed last.
    #[inline]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let link = self.head.get()?;
        // SAFETY: F1: the block is valid, and `push` wrote its link.
        let Link { next } = unsafe { link.read() };
        self.head.set(next);
        Some(link.cast())
    }

    /// Adds a block.
    ///
    /// # Safety
    ///
    /// F1 holds for `block` until it is popped.
    #[inline]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>) {
        let link = block.cast::<Link>();
        debug_assert!(link.is_aligned(), "a free block is aligned");
        // SAFETY: F1, as the caller promises: valid for writes and nobody else's.
        unsafe { link.write(Link { next: self.head.get() }) };
        self.head.set(Some(link));
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn blocks_come_back_in_reverse_order() {
        let mut blocks = Vec::from([[0_usize; 8]; 5]);
        let start = NonNull::new(blocks.as_mut_ptr()).unwrap();

        let list = FreeList::new();
        assert_eq!(list.pop(), None);
        let mut pushed = Vec::new();
        for index in 0..5 {
            // SAFETY: below the length of the vector.
            let block = unsafe { start.add(index) }.cast::<u8>();
            // SAFETY: the blocks are distinct, aligned, and outlive the list.
            unsafe { list.push(block) };
            pushed.push(block);
        }
        while let Some(block) = list.pop() {
            assert_eq!(Some(block), pushed.pop());
        }
        assert!(pushed.is_empty());
    }
}
