//! Free lists: blocks that were given back, one list per size class, linked through the blocks.
//!
//! The lists trust their caller about sizes; which blocks may serve a class is decided in
//! `arithmetic/footprint.rs`.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::arithmetic::footprint::{CLASSES, Class, GRAIN};

/// The start of a free block.
struct FreeBlock {
    next: Option<NonNull<FreeBlock>>,
    /// Shows in debug builds that nobody wrote to the block while it was free.
    #[cfg(debug_assertions)]
    seal: usize,
}

const _: () = assert!(size_of::<FreeBlock>() <= GRAIN && align_of::<FreeBlock>() <= GRAIN);

/// What free blocks are filled with in debug builds.
#[cfg(debug_assertions)]
const POISON: u8 = 0xFB;

/// The free blocks of an arena.
///
/// - L1: a block in a list is unused memory of the arena with the footprint of that list's class.
#[derive(Debug)]
pub(crate) struct FreeLists {
    heads: [Cell<Option<NonNull<FreeBlock>>>; CLASSES],
    bytes: Cell<usize>,
}

impl FreeLists {
    pub(crate) const fn new() -> Self {
        Self { heads: [const { Cell::new(None) }; CLASSES], bytes: Cell::new(0) }
    }

    /// The bytes in all lists.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Whether a block of this class is at hand.
    #[inline]
    pub(crate) fn has(&self, class: Class) -> bool {
        self.heads[class.index()].get().is_some()
    }

    /// Forgets all blocks.
    pub(crate) fn clear(&self) {
        for head in &self.heads {
            head.set(None);
        }
        self.bytes.set(0);
    }

    /// All blocks, taken out.
    pub(crate) fn take(&self) -> Self {
        let heads = core::array::from_fn(|index| Cell::new(self.heads[index].take()));
        Self { heads, bytes: Cell::new(self.bytes.take()) }
    }

    /// Takes over the blocks of other lists, in place of its own, which are forgotten.
    pub(crate) fn replace(&self, others: &Self) {
        for (head, other) in self.heads.iter().zip(&others.heads) {
            head.set(other.take());
        }
        self.bytes.set(others.bytes.take());
    }

    /// Puts a block of `size` bytes into the list of its class.
    ///
    /// # Safety
    ///
    /// `size` and the alignment of `block` are those of the class's footprint, the memory belongs
    /// to the arena, and nobody uses it until [`pop`](Self::pop) hands it out.
    #[inline]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>, size: usize, class: Class) {
        let head = &self.heads[class.index()];
        let free = block.cast::<FreeBlock>();
        debug_assert!(free.addr().get().is_multiple_of(GRAIN), "the block is foreign");
        debug_assert!(head.get() != Some(free), "the block was given back twice");
        // SAFETY: the memory is unused and `size` bytes long.
        #[cfg(debug_assertions)]
        unsafe {
            block.write_bytes(POISON, size);
        }
        let link = FreeBlock {
            next: head.get(),
            #[cfg(debug_assertions)]
            seal: seal_of(free),
        };
        // SAFETY: the memory is unused; a grain, the least there is, holds and aligns a link.
        unsafe { free.write(link) };
        head.set(Some(free));
        self.bytes.set(self.bytes.get() + size);
    }

    /// Takes a block of the class, whose footprint has `size` bytes.
    #[inline]
    pub(crate) fn pop(&self, class: Class, size: usize) -> Option<NonNull<u8>> {
        let head = &self.heads[class.index()];
        let free = head.get()?;
        // SAFETY: L1, and `push` wrote the link.
        let link = unsafe { free.read() };
        #[cfg(debug_assertions)]
        assert!(link.seal == seal_of(free), "a block was written to after it was given back");
        head.set(link.next);
        self.bytes.set(self.bytes.get() - size);
        Some(free.cast())
    }
}

/// A word that depends on the place, so that a copied block does not pass for a free one.
#[cfg(debug_assertions)]
fn seal_of(free: NonNull<FreeBlock>) -> usize {
    !free.addr().get().rotate_left(7)
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroUsize;

    use super::*;
    use crate::arithmetic::footprint::Footprint;

    fn class(size: usize) -> Class {
        let size = NonZeroUsize::new(size).expect("a size");
        Footprint::of(size, 1).and_then(|footprint| footprint.class).expect("a class")
    }

    #[repr(align(64))]
    struct Memory(#[expect(dead_code, reason = "only its place is used")] [u8; 256]);

    #[test]
    fn blocks_come_back_in_reverse_order_and_by_class() {
        let mut memory = Memory([0; 256]);
        let start = NonNull::from(&mut memory).cast::<u8>();
        let lists = FreeLists::new();
        // SAFETY: within the memory.
        let second = unsafe { start.add(64) };
        // SAFETY: within the memory.
        let third = unsafe { start.add(128) };
        // SAFETY: unused memory of the class's footprint.
        unsafe { lists.push(start, 64, class(64)) };
        // SAFETY: as above.
        unsafe { lists.push(second, 64, class(64)) };
        // SAFETY: as above.
        unsafe { lists.push(third, 16, class(16)) };
        assert_eq!(lists.bytes(), 144);
        assert!(lists.has(class(64)) && lists.has(class(16)) && !lists.has(class(128)));
        assert_eq!(lists.pop(class(64), 64), Some(second));
        assert_eq!(lists.pop(class(64), 64), Some(start));
        assert_eq!(lists.pop(class(64), 64), None);
        assert_eq!(lists.pop(class(16), 16), Some(third));
        assert_eq!(lists.bytes(), 0);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "written to after it was given back")]
    fn a_write_to_a_free_block_is_noticed() {
        let mut memory = Memory([0; 256]);
        let start = NonNull::from(&mut memory).cast::<u8>();
        let lists = FreeLists::new();
        // SAFETY: unused memory of the class's footprint.
        unsafe { lists.push(start, 64, class(64)) };
        // SAFETY: within the memory; the mistake is the point of the test.
        unsafe { start.write_bytes(0, 64) };
        lists.pop(class(64), 64);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "given back twice")]
    fn giving_a_block_back_twice_in_a_row_is_noticed() {
        let mut memory = Memory([0; 256]);
        let start = NonNull::from(&mut memory).cast::<u8>();
        let lists = FreeLists::new();
        for _ in 0..2 {
            // SAFETY: unused memory; the mistake is the point of the test.
            unsafe { lists.push(start, 64, class(64)) };
        }
    }
}
