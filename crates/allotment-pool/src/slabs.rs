//! [`Slabs`]: the blocks of all classes, and the chunks they are cut from.
//!
//! ```text
//! take(class):  pop the free list of the class
//!               or cut a run of blocks from the room in use
//!               or put what is left of it on the free lists it fits, and go on to a spare room
//!               or else: the caller must add a chunk
//! give(block):  push it on the free list of its class
//! ```
//!
//! S1. What is in [`Rooms`] and on free lists lies in one of the chunks and is used by nobody.
//! S2. A block on the free list of a class has the size and alignment of the class, and its pointer
//!     reaches the whole block.
//!
//! No foreign code runs here: the parent is the caller's business. All state is in cells, so that
//! there is never an exclusive reference to it.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::chunk::Chunks;
use crate::list::List;
use crate::poison;
use crate::room::Rooms;
use crate::size_class::{CLASSES, Class, HEADER};
use crate::stats::PoolStats;

/// The blocks of one class.
struct Slab {
    free: List,
    /// Blocks handed out.
    live: Cell<usize>,
    /// Blocks ever cut for the class: those handed out and those on the free list.
    cut: Cell<usize>,
}

/// See the file.
pub(crate) struct Slabs {
    slabs: [Slab; CLASSES],
    rooms: Rooms,
    chunks: Chunks,
    live_bytes: Cell<usize>,
    peak_live_bytes: Cell<usize>,
}

/// Adds to a count.
#[inline]
pub(crate) fn add(count: &Cell<usize>, amount: usize) {
    count.set(count.get() + amount);
}

/// Subtracts from a count.
#[inline]
pub(crate) fn sub(count: &Cell<usize>, amount: usize) {
    count.set(count.get() - amount);
}

impl Slabs {
    /// No blocks and no chunks.
    pub(crate) const fn new() -> Slabs {
        Slabs {
            slabs: [const { Slab { free: List::new(), live: Cell::new(0), cut: Cell::new(0) } };
                CLASSES],
            rooms: Rooms::new(),
            chunks: Chunks::new(),
            live_bytes: Cell::new(0),
            peak_live_bytes: Cell::new(0),
        }
    }

    #[inline]
    fn slab(&self, class: Class) -> &Slab {
        &self.slabs[class.index()]
    }

    /// The chunks.
    pub(crate) fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Counts bytes that are handed out.
    #[inline]
    pub(crate) fn add_live(&self, bytes: usize) {
        add(&self.live_bytes, bytes);
        let peak = self.peak_live_bytes.get().max(self.live_bytes.get());
        self.peak_live_bytes.set(peak);
    }

    /// Counts bytes that came back.
    #[inline]
    pub(crate) fn sub_live(&self, bytes: usize) {
        sub(&self.live_bytes, bytes);
    }

    /// Hands out a block of a class, if there is one without another chunk.
    #[inline]
    pub(crate) fn take(&self, class: Class) -> Option<NonNull<u8>> {
        let block = match self.pop(class) {
            Some(block) => block,
            None => self.take_fresh(class)?,
        };
        add(&self.slab(class).live, 1);
        self.add_live(class.size());
        Some(block)
    }

    /// Hands out blocks of a class that lie side by side and were never used: up to `count`, and
    /// one run at most beyond it. Returns the first one, and how many.
    #[cfg(feature = "std")]
    pub(crate) fn take_span(&self, class: Class, count: usize) -> Option<(NonNull<u8>, usize)> {
        let (start, count) = self.rooms.cut_span(class, count)?;
        add(&self.slab(class).cut, count);
        add(&self.slab(class).live, count);
        self.add_live(count * class.size());
        Some((start, count))
    }

    /// Hands out a block of a class, if there is one that no room need be given up for.
    #[cfg(feature = "std")]
    pub(crate) fn take_at_hand(&self, class: Class) -> Option<NonNull<u8>> {
        let block = self.pop(class).or_else(|| self.cut(class))?;
        add(&self.slab(class).live, 1);
        self.add_live(class.size());
        Some(block)
    }

    /// Takes a block off the free list of its class.
    #[inline]
    fn pop(&self, class: Class) -> Option<NonNull<u8>> {
        let block = self.slab(class).free.pop()?;
        if cfg!(debug_assertions) {
            // SAFETY: S2: `push` filled the block, and it is nobody else's now.
            unsafe { poison::check(block, class.size()) };
        }
        Some(block)
    }

    /// A block that was never used before.
    #[inline(never)]
    fn take_fresh(&self, class: Class) -> Option<NonNull<u8>> {
        loop {
            if let Some(block) = self.cut(class) {
                return Some(block);
            }
            if !self.rooms.has_spare() {
                return None;
            }
            self.retire();
            self.rooms.go_on();
        }
    }

    /// Takes back a block.
    ///
    /// # Safety
    ///
    /// `block` came from [`take`](Slabs::take) of these slabs and this class, is not used again,
    /// and reaches the whole block.
    #[inline]
    pub(crate) unsafe fn give(&self, block: NonNull<u8>, class: Class) {
        debug_assert!(self.chunks.hold(block, class), "a block was freed that is not of this pool");
        sub(&self.slab(class).live, 1);
        self.sub_live(class.size());
        // SAFETY: S2, by the caller's promise.
        unsafe { self.push(block, class) };
    }

    /// Puts a block on the free list of its class.
    ///
    /// # Safety
    ///
    /// S1 and S2 hold for `block`.
    #[inline]
    unsafe fn push(&self, block: NonNull<u8>, class: Class) {
        if cfg!(debug_assertions) {
            // SAFETY: S2: the block has the size of its class.
            unsafe { poison::fill(block, class.size()) };
        }
        // SAFETY: L1, by S1 and S2: a trim takes blocks off before their chunk goes.
        unsafe { self.slab(class).free.push(block) };
    }

    /// Cuts a run of blocks from the room in use, and returns the first one.
    #[inline]
    fn cut(&self, class: Class) -> Option<NonNull<u8>> {
        let run = self.rooms.cut(class)?;
        add(&self.slab(class).cut, class.run());
        for index in (1..class.run()).rev() {
            // SAFETY: below the number of blocks in a run.
            let block = unsafe { run.add(index * class.size()) };
            // SAFETY: S2: cut for this class just now, from the chunk's own pointer.
            unsafe { self.push(block, class) };
        }
        Some(run)
    }

    /// Cuts what is left of the room in use into free blocks.
    fn retire(&self) {
        while let Some(class) = Class::largest_within(self.rooms.left()) {
            let Some(block) = self.cut(class) else { break };
            // SAFETY: S2: cut for this class just now, from the chunk's own pointer.
            unsafe { self.push(block, class) };
        }
        debug_assert_eq!(self.rooms.left(), 0, "a room is cut without rest");
    }

    /// Adds a chunk of the parent. Blocks are cut from it next; with `shelve`, what is left of the
    /// room in use is kept whole for later.
    ///
    /// # Safety
    ///
    /// As for [`Chunks::link`].
    pub(crate) unsafe fn add_chunk(&self, chunk: NonNull<[u8]>, size: usize, shelve: bool) {
        if shelve {
            self.rooms.shelve();
        } else {
            self.retire();
        }
        // SAFETY: as the caller promises.
        let space = unsafe { self.chunks.link(chunk, size) };
        // SAFETY: R1, R2: the space of a new chunk, with the chunk's own pointer.
        unsafe { self.rooms.store(space) };
        self.rooms.go_on();
    }

    /// The bytes that can be cut without another chunk in whatever classes they are asked for.
    pub(crate) fn room(&self) -> usize {
        self.rooms.left()
    }

    /// Blocks of a class on its free list.
    pub(crate) fn free_blocks(&self, class: Class) -> usize {
        self.slab(class).cut.get() - self.slab(class).live.get()
    }

    /// Finds the chunks that no live block lies in and dooms them; [`Chunks::take_doomed`] has them
    /// then. If that is all chunks and `keep` says so, the smallest stays. Free blocks are in the
    /// order of their addresses afterwards. O(b log b + chunks) for b idle blocks.
    pub(crate) fn trim(&self, keep: bool) {
        self.rooms.shelve();
        self.chunks.begin_trim();
        self.credit_idle();
        self.forget_emptied();
        // SAFETY: S1: nothing is handed out from an empty chunk, and no idle block in one is left.
        if let Some(space) = unsafe { self.chunks.doom_empty(keep) } {
            // SAFETY: R1, R2: the space of a chunk that nothing lies in.
            unsafe { self.rooms.store(space) };
        }
        self.rooms.go_on();
    }

    /// Tells each chunk of its idle bytes.
    fn credit_idle(&self) {
        for (slab, class) in self.slabs.iter().zip(Class::all()) {
            slab.free.sort();
            let mut chunk_of = self.chunks.finder();
            for block in slab.free.iter() {
                if let Some(chunk) = chunk_of(block) {
                    chunk.credit(class.size());
                }
            }
        }
        let mut chunk_of = self.chunks.finder();
        self.rooms.for_each_spare(|room| {
            if let Some(chunk) = chunk_of(room.start) {
                chunk.credit(room.bytes);
            }
        });
    }

    /// Drops the idle blocks and rooms of empty chunks.
    fn forget_emptied(&self) {
        for slab in &self.slabs {
            let mut chunk_of = self.chunks.finder();
            slab.free.retain(|block| {
                let stays = !chunk_of(block).is_some_and(|chunk| chunk.is_empty());
                sub(&slab.cut, usize::from(!stays));
                stays
            });
        }
        let mut chunk_of = self.chunks.finder();
        self.rooms.retain_spare(|room| !chunk_of(room).is_some_and(|chunk| chunk.is_empty()));
    }

    /// Adds what these slabs hold to the counts of a pool, all but the sums of bytes.
    pub(crate) fn add_to(&self, stats: &mut PoolStats) {
        for (slab, class) in self.slabs.iter().zip(&mut stats.classes) {
            let live = slab.live.get();
            class.live += live;
            class.free += slab.cut.get() - live;
            stats.live_blocks += live;
        }
        stats.live_bytes += self.live_bytes.get();
        stats.peak_live_bytes += self.peak_live_bytes.get();
        stats.chunks += self.chunks.count();
        stats.overhead_bytes += self.chunks.count() * HEADER;
        stats.reserved_bytes += self.chunks.bytes();
    }
}

#[cfg(test)]
#[path = "slabs_tests.rs"]
mod tests;
