//! [`List`]: memory that lies idle or is kept in order, in a list that is threaded through it.
//!
//! ```text
//! head -> | next | unused ... |
//!            '-> | next | unused ... |
//!                   '-> none
//! ```
//!
//! Last in, first out: the block freed last is the one most likely in the cache.
//!
//! L1. Every piece of memory on a list is at least as large and as aligned as a [`Link`], valid for
//!     reads and writes, on no other list, and its first word is written by the list alone. `push`
//!     takes this promise, so all else is safe.
//!
//! Addresses become pointers nowhere: what `pop` returns is the pointer that `push` was given, with
//! its provenance. It must therefore reach the whole block.

use core::cell::Cell;
use core::ptr::NonNull;

/// What the first word of a piece on a list holds.
struct Link {
    next: Option<NonNull<Link>>,
}

/// The bytes at the start of a piece that the list uses.
pub(crate) const LINK_SIZE: usize = size_of::<Link>();

/// Sorted runs of one piece, two, four, and so on: as many as there can be.
type Runs = [List; usize::BITS as usize];

/// A list of pieces of memory.
pub(crate) struct List {
    head: Cell<Option<NonNull<Link>>>,
}

impl List {
    /// A list without pieces.
    pub(crate) const fn new() -> List {
        List { head: Cell::new(None) }
    }

    /// Whether there is no piece.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.get().is_none()
    }

    /// Takes the piece that was pushed last.
    #[inline]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let link = self.head.get()?;
        // SAFETY: L1: the piece is valid, and its link was written.
        let Link { next } = unsafe { link.read() };
        self.head.set(next);
        Some(link.cast())
    }

    /// Adds a piece.
    ///
    /// # Safety
    ///
    /// L1 holds for `piece` until it is popped.
    #[inline]
    pub(crate) unsafe fn push(&self, piece: NonNull<u8>) {
        let link = piece.cast::<Link>();
        debug_assert!(link.is_aligned(), "what is on a list is aligned");
        // SAFETY: L1, as the caller promises: valid for writes and nobody else's.
        unsafe { link.write(Link { next: self.head.get() }) };
        self.head.set(Some(link));
    }

    /// The pieces, first the one that was pushed last. The list must not change on the way.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NonNull<u8>> + '_ {
        let mut next = self.head.get();
        core::iter::from_fn(move || {
            let link = next?;
            // SAFETY: L1: the piece is on the list, so it is valid and its link was written.
            next = unsafe { link.read() }.next;
            Some(link.cast())
        })
    }

    /// Removes the pieces that `keep` refuses, and leaves the others in their order.
    pub(crate) fn retain(&self, mut keep: impl FnMut(NonNull<u8>) -> bool) {
        let mut kept = Chain::new();
        while let Some(piece) = self.pop() {
            if keep(piece) {
                // SAFETY: L1 held on this list, which the piece has left.
                unsafe { kept.append(piece) };
            }
        }
        self.head.set(kept.head);
    }

    /// Puts the pieces in the order of their addresses. O(n log n), without memory of its own.
    pub(crate) fn sort(&self) {
        let runs: Runs = [const { List::new() }; _];
        while let Some(piece) = self.pop() {
            let mut run = List::new();
            // SAFETY: L1 held on this list, which the piece has left.
            unsafe { run.push(piece) };
            for other in &runs {
                if other.is_empty() {
                    other.head.set(run.head.get());
                    break;
                }
                run = other.take().merge(run);
            }
        }
        let sorted = runs.iter().fold(List::new(), |sorted, run| run.take().merge(sorted));
        self.head.set(sorted.head.get());
    }

    /// All pieces, taken out.
    pub(crate) fn take(&self) -> List {
        List { head: Cell::new(self.head.take()) }
    }

    /// Takes over the pieces of another list, in place of its own, which are on no list then.
    #[cfg(feature = "std")]
    pub(crate) fn set(&self, other: &List) {
        self.head.set(other.head.take());
    }

    /// One sorted list of two.
    fn merge(self, other: List) -> List {
        let mut merged = Chain::new();
        loop {
            let first = match (self.head.get(), other.head.get()) {
                (Some(mine), Some(theirs)) if mine.addr() < theirs.addr() => &self,
                (Some(_), None) => &self,
                _ => &other,
            };
            let Some(piece) = first.pop() else { break };
            // SAFETY: L1 held on the list that the piece has left.
            unsafe { merged.append(piece) };
        }
        List { head: Cell::new(merged.head) }
    }
}

/// A list that grows at its end, while it is made.
struct Chain {
    head: Option<NonNull<Link>>,
    last: Option<NonNull<Link>>,
}

impl Chain {
    fn new() -> Chain {
        Chain { head: None, last: None }
    }

    /// Adds a piece at the end.
    ///
    /// # Safety
    ///
    /// L1 holds for `piece` as long as for the others.
    unsafe fn append(&mut self, piece: NonNull<u8>) {
        let link = piece.cast::<Link>();
        // SAFETY: L1, as the caller promises.
        unsafe { link.write(Link { next: None }) };
        match self.last.replace(link) {
            None => self.head = Some(link),
            // SAFETY: L1: appended before, and on no other list.
            Some(last) => unsafe { last.write(Link { next: Some(link) }) },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    /// Blocks at ascending addresses, which live as long as the vector.
    fn blocks(memory: &mut Vec<[usize; 8]>) -> Vec<NonNull<u8>> {
        let start = NonNull::new(memory.as_mut_ptr()).unwrap();
        let at = |index| {
            // SAFETY: below the length of the vector.
            unsafe { start.add(index) }.cast()
        };
        (0..memory.len()).map(at).collect()
    }

    fn push(list: &List, block: NonNull<u8>) {
        // SAFETY: the blocks are distinct, aligned, and outlive the list.
        unsafe { list.push(block) };
    }

    #[test]
    fn blocks_come_back_in_reverse_order() {
        let mut memory = Vec::from([[0; 8]; 5]);
        let mut blocks = blocks(&mut memory);
        let list = List::new();
        assert_eq!(list.pop(), None);
        for block in &blocks {
            push(&list, *block);
        }
        assert!(list.iter().eq(blocks.iter().rev().copied()));
        while let Some(block) = list.pop() {
            assert_eq!(Some(block), blocks.pop());
        }
        assert!(blocks.is_empty());
    }

    #[test]
    fn sorting_orders_lists_of_every_length() {
        for len in 0..if cfg!(miri) { 20 } else { 200 } {
            let mut memory = Vec::from_iter((0..len).map(|_| [0; 8]));
            let blocks = blocks(&mut memory);
            let list = List::new();
            // 211 is prime and larger than any length: each index comes once.
            let shuffled = (0..211).map(|n| n * 98 % 211).filter(|index| *index < len);
            shuffled.for_each(|index| push(&list, blocks[index]));
            list.sort();
            assert!(list.iter().eq(blocks.iter().copied()), "{len}");
            list.sort();
            assert!(list.iter().eq(blocks.iter().copied()), "{len} again");
        }
    }

    #[test]
    fn retaining_keeps_the_order() {
        let mut memory = Vec::from([[0; 8]; 9]);
        let blocks = blocks(&mut memory);
        let list = List::new();
        for block in &blocks {
            push(&list, *block);
        }
        let mut index = 0;
        list.retain(|_| {
            index += 1;
            index % 3 == 0
        });
        assert!(list.iter().eq([blocks[6], blocks[3], blocks[0]]));
        list.retain(|_| false);
        assert!(list.is_empty());
    }
}
