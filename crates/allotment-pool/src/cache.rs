//! [`Cache`]: free blocks of each class that the threads of one shard have at hand.
//!
//! A1. A block in a cache was handed out by the slabs for its class, has not been given back to
//!     them, and is used by nobody. Its pointer reaches the whole block.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::list::List;
use crate::poison;
use crate::size_class::{CLASSES, Class};

/// Free blocks of one class.
pub(crate) struct Batch {
    list: List,
    len: Cell<usize>,
}

impl Batch {
    /// No blocks.
    pub(crate) const fn new() -> Batch {
        Batch { list: List::new(), len: Cell::new(0) }
    }

    /// The number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    /// Takes a block out, as it is.
    #[inline]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let block = self.list.pop()?;
        self.len.set(self.len.get() - 1);
        Some(block)
    }

    /// Adds a block.
    ///
    /// # Safety
    ///
    /// A1 holds for `block`, and all blocks of a batch are of one class.
    #[inline]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>) {
        // SAFETY: L1, by A1: a block is larger than a link.
        unsafe { self.list.push(block) };
        self.len.set(self.len.get() + 1);
    }

    /// Moves up to `count` blocks to another batch of the same class.
    pub(crate) fn move_to(&self, other: &Batch, count: usize) {
        for _ in 0..count {
            let Some(block) = self.pop() else { break };
            // SAFETY: A1 held here.
            unsafe { other.push(block) };
        }
    }
}

/// See the file.
pub(crate) struct Cache {
    batches: [Batch; CLASSES],
}

/// The number of blocks that go to a cache and come from it at once: 8 KiB of them, but 64 at most.
pub(crate) fn batch_of(class: Class) -> usize {
    (8192 / class.size()).min(64)
}

impl Cache {
    /// No blocks.
    pub(crate) const fn new() -> Cache {
        Cache { batches: [const { Batch::new() }; CLASSES] }
    }

    /// The blocks of a class.
    #[inline]
    pub(crate) fn batch(&self, class: Class) -> &Batch {
        &self.batches[class.index()]
    }

    /// Takes a block out, to hand it out.
    #[inline]
    pub(crate) fn take(&self, class: Class) -> Option<NonNull<u8>> {
        let block = self.batch(class).pop()?;
        if cfg!(debug_assertions) {
            // SAFETY: A1: what is in a cache was filled by `give` or by the slabs, and is nobody's.
            unsafe { poison::check(block, class.size()) };
        }
        Some(block)
    }

    /// Takes a block back. If these are too many then, a batch of them is moved to `surplus`.
    ///
    /// # Safety
    ///
    /// A1 holds for `block`, which is of this class.
    #[inline]
    pub(crate) unsafe fn give(&self, block: NonNull<u8>, class: Class, surplus: &Batch) {
        if cfg!(debug_assertions) {
            // SAFETY: A1: the block has the size of its class.
            unsafe { poison::fill(block, class.size()) };
        }
        let batch = self.batch(class);
        // SAFETY: as the caller promises.
        unsafe { batch.push(block) };
        if batch.len() >= 2 * batch_of(class) {
            batch.move_to(surplus, batch_of(class));
        }
    }
}
