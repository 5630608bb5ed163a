//! The state that all handles of a pool share, and the rules by which blocks come and go.
//!
//! ```text
//! take(class):  pop the free list of the class
//!               or cut a block from the youngest chunk
//!               or ask the parent for a chunk, put what is left of the old one on the
//!               free lists it fits, and cut the block from the new one
//! give(block):  push it on the free list of its class
//! ```
//!
//! S1. `left` bytes from `cursor` on belong to the youngest chunk, are used by nobody, and `left`
//!     is a multiple of `LINE`.
//! S2. A block on the free list of a class lies in one of the chunks, has the size of the class,
//!     and its pointer reaches the whole block.
//! S3. The parent is called with all counts right and no block in flight. It may therefore fail,
//!     unwind or call back into the pool: what a function read before the call, it reads again.
//!
//! All state is in cells, so that there is never an exclusive reference to it.

use core::cell::Cell;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::chunk::Chunks;
use crate::free_list::FreeList;
use crate::poison;
use crate::size_class::{self, CLASSES, Class, HEADER};
use crate::stats::PoolStats;

/// The blocks of one class.
struct Slab {
    free: FreeList,
    /// Blocks handed out.
    live: Cell<usize>,
    /// Blocks ever cut for the class: those handed out and those on the free list.
    cut: Cell<usize>,
}

/// What the handles of a pool share.
pub(crate) struct State<P> {
    slabs: [Slab; CLASSES],
    live_bytes: Cell<usize>,
    peak_live_bytes: Cell<usize>,
    /// S1.
    cursor: Cell<NonNull<u8>>,
    /// S1.
    left: Cell<usize>,
    handles: Cell<usize>,
    chunks: Chunks,
    large_blocks: Cell<usize>,
    large_bytes: Cell<usize>,
    requests: Cell<usize>,
    parent: P,
}

/// Adds to a count.
#[inline]
fn add(count: &Cell<usize>, amount: usize) {
    count.set(count.get() + amount);
}

/// Subtracts from a count.
#[inline]
fn sub(count: &Cell<usize>, amount: usize) {
    count.set(count.get() - amount);
}

/// Ends the program: neither unwinding nor going on would be sound.
#[cold]
extern "C" fn abort_on_overflow() -> ! {
    // Unwinding out of a function of the C ABI aborts.
    panic!("too many handles of one pool")
}

/// A pool's state in memory of the parent, and the parent in it, with one handle.
///
/// # Errors
///
/// If the parent fails; it is dropped then.
pub(crate) fn create<P: Allocator>(parent: P) -> Result<NonNull<State<P>>, AllocError> {
    let state = parent.allocate(Layout::new::<State<P>>())?.cast::<State<P>>();
    debug_assert!(state.is_aligned(), "the parent returned misaligned memory");
    let new = State {
        slabs: [const { Slab { free: FreeList::new(), live: Cell::new(0), cut: Cell::new(0) } };
            CLASSES],
        live_bytes: Cell::new(0),
        peak_live_bytes: Cell::new(0),
        cursor: Cell::new(NonNull::dangling()),
        left: Cell::new(0),
        handles: Cell::new(1),
        chunks: Chunks::new(),
        large_blocks: Cell::new(0),
        large_bytes: Cell::new(0),
        requests: Cell::new(1),
        parent,
    };
    // SAFETY: allocated for this type just now. Moving the parent leaves its blocks valid.
    unsafe { state.write(new) };
    Ok(state)
}

/// Gives everything but large blocks back to the parent and drops it. O(chunks).
///
/// # Safety
///
/// `state` came from [`create`], no handle of it is left, and nothing in the pool is used again.
pub(crate) unsafe fn destroy<P: Allocator>(state: NonNull<State<P>>) {
    // SAFETY: `create` wrote it, and it is read out once. The parent's blocks outlive its move.
    let State { chunks, parent, .. } = unsafe { state.read() };
    // SAFETY: the chunks came from this parent, and nothing in them is used again.
    unsafe { chunks.release(&parent) };
    // SAFETY: allocated by this parent with this layout in `create`, given back once.
    unsafe { parent.deallocate(state.cast(), Layout::new::<State<P>>()) };
}

impl<P> State<P> {
    /// The allocator that memory comes from.
    pub(crate) fn parent(&self) -> &P {
        &self.parent
    }

    /// Counts a new handle. Aborts if the count overflows.
    #[inline]
    pub(crate) fn add_handle(&self) {
        match self.handles.get().checked_add(1) {
            Some(handles) => self.handles.set(handles),
            None => abort_on_overflow(),
        }
    }

    /// Counts a handle less; whether it was the last.
    #[inline]
    pub(crate) fn drop_handle(&self) -> bool {
        sub(&self.handles, 1);
        self.handles.get() == 0
    }

    #[inline]
    fn slab(&self, class: Class) -> &Slab {
        &self.slabs[class.index()]
    }

    #[inline]
    fn add_live(&self, bytes: usize) {
        add(&self.live_bytes, bytes);
        let peak = self.peak_live_bytes.get().max(self.live_bytes.get());
        self.peak_live_bytes.set(peak);
    }

    /// Takes back a block.
    ///
    /// # Safety
    ///
    /// `block` came from [`take`](State::take) of this state and class, is not used again, and
    /// reaches the whole block.
    #[inline]
    pub(crate) unsafe fn give(&self, block: NonNull<u8>, class: Class) {
        debug_assert!(self.chunks.hold(block, class), "a block was freed that is not of this pool");
        let slab = self.slab(class);
        sub(&slab.live, 1);
        sub(&self.live_bytes, class.size());
        // SAFETY: S2, by the caller's promise.
        unsafe { self.push(block, class) };
    }

    /// Puts a block on the free list of its class.
    ///
    /// # Safety
    ///
    /// S2 holds for `block`, and nobody uses it.
    #[inline]
    unsafe fn push(&self, block: NonNull<u8>, class: Class) {
        if cfg!(debug_assertions) {
            // SAFETY: S2: the block has the size of its class.
            unsafe { poison::fill(block, class.size()) };
        }
        // SAFETY: S2: chunks stay until the state is destroyed; a block is larger than a link.
        unsafe { self.slab(class).free.push(block) };
    }

    /// Cuts a block from the youngest chunk.
    #[inline]
    fn cut(&self, class: Class) -> Option<NonNull<u8>> {
        let left = size_class::carve(self.left.get(), class)?;
        let block = self.cursor.get();
        // SAFETY: S1: the block lies within what was left, so it ends with the chunk at most.
        let cursor = unsafe { block.add(class.size()) };
        self.cursor.set(cursor);
        self.left.set(left);
        add(&self.slab(class).cut, 1);
        Some(block)
    }

    /// Cuts what is left of the youngest chunk into free blocks.
    fn retire(&self) {
        while let Some(class) = Class::largest_within(self.left.get()) {
            let Some(block) = self.cut(class) else { break };
            // SAFETY: S2: cut for this class just now, from the chunk's own pointer.
            unsafe { self.push(block, class) };
        }
        debug_assert_eq!(self.left.get(), 0, "a chunk is cut without rest");
    }
}

impl<P: Allocator> State<P> {
    /// The parent, for one request, which is counted.
    fn ask(&self) -> &P {
        add(&self.requests, 1);
        &self.parent
    }

    /// Hands out a block of a class.
    #[inline]
    pub(crate) fn take(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        let slab = self.slab(class);
        let block = match slab.free.pop() {
            Some(block) => {
                if cfg!(debug_assertions) {
                    // SAFETY: S2: `push` filled the block, and it is nobody else's now.
                    unsafe { poison::check(block, class.size()) };
                }
                block
            }
            None => self.take_fresh(class)?,
        };
        add(&slab.live, 1);
        self.add_live(class.size());
        Ok(block)
    }

    /// A block that was never used before.
    #[inline(never)]
    fn take_fresh(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        match self.cut(class) {
            Some(block) => Ok(block),
            None => self.start_chunk(class),
        }
    }

    /// Starts a chunk and cuts its first block.
    #[cold]
    fn start_chunk(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        let (chunk, size) = self.request_chunk()?;
        // No foreign code from here on. If the parent called back, the youngest chunk may be one
        // that this call has not seen; `retire` takes it as it is now.
        self.retire();
        // SAFETY: requested with this size just now.
        let space = unsafe { self.chunks.link(chunk, size) };
        self.cursor.set(space.start);
        self.left.set(space.bytes);
        self.cut(class).ok_or(AllocError)
    }

    /// A chunk of the next size or, under a parent that is short of memory, of a smaller one.
    fn request_chunk(&self) -> Result<(NonNull<[u8]>, usize), AllocError> {
        let mut size = self.chunks.next_size();
        loop {
            match Chunks::request(self.ask(), size) {
                Ok(chunk) => return Ok((chunk, size)),
                Err(error) => size = size_class::smaller_chunk(size).ok_or(error)?,
            }
        }
    }

    /// Passes a request on to the parent. The block has exactly the size that was asked for: it
    /// could not be counted right if it might come back under a larger one.
    #[inline(never)]
    pub(crate) fn take_large(&self, layout: Layout, zero: bool) -> Result<NonNull<u8>, AllocError> {
        let parent = self.ask();
        let block = if zero { parent.allocate_zeroed(layout) } else { parent.allocate(layout) }?;
        add(&self.large_blocks, 1);
        add(&self.large_bytes, layout.size());
        self.add_live(layout.size());
        Ok(block.cast())
    }

    /// Gives a large block back to the parent.
    ///
    /// # Safety
    ///
    /// `block` came from [`take_large`](State::take_large) or [`resize_large`](State::resize_large)
    /// of this state, for `layout`, and is not used again.
    #[inline(never)]
    pub(crate) unsafe fn give_large(&self, block: NonNull<u8>, layout: Layout) {
        sub(&self.large_blocks, 1);
        sub(&self.large_bytes, layout.size());
        sub(&self.live_bytes, layout.size());
        // SAFETY: the block came from the parent with this layout; the caller gives it up.
        unsafe { self.parent.deallocate(block, layout) };
    }

    /// Has the parent grow or shrink a large block that stays large.
    ///
    /// # Safety
    ///
    /// As for [`give_large`](State::give_large) with `old`, unless an error is returned.
    #[inline(never)]
    pub(crate) unsafe fn resize_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let parent = self.ask();
        let resized = if new.size() >= old.size() {
            // SAFETY: the block came from the parent with `old`, and `new` is not smaller.
            unsafe { parent.grow(block, old, new) }
        } else {
            // SAFETY: the block came from the parent with `old`, and `new` is smaller.
            unsafe { parent.shrink(block, old, new) }
        }?;
        sub(&self.large_bytes, old.size());
        add(&self.large_bytes, new.size());
        sub(&self.live_bytes, old.size());
        self.add_live(new.size());
        Ok(resized.cast())
    }

    /// The counts of the pool. O(classes).
    pub(crate) fn stats(&self) -> PoolStats {
        let mut classes = PoolStats::no_classes();
        let mut live_blocks = self.large_blocks.get();
        for (slab, class) in self.slabs.iter().zip(&mut classes) {
            class.live = slab.live.get();
            class.free = slab.cut.get() - class.live;
            live_blocks += class.live;
        }
        let live_bytes = self.live_bytes.get();
        let large_bytes = self.large_bytes.get();
        let overhead_bytes = size_of::<Self>() + self.chunks.count() * HEADER;
        let reserved_bytes = size_of::<Self>() + self.chunks.bytes() + large_bytes;
        PoolStats {
            live_bytes,
            live_blocks,
            peak_live_bytes: self.peak_live_bytes.get(),
            reserved_bytes,
            idle_bytes: reserved_bytes - live_bytes - overhead_bytes,
            overhead_bytes,
            chunks: self.chunks.count(),
            large_blocks: self.large_blocks.get(),
            large_bytes,
            parent_requests: self.requests.get(),
            classes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use allotment_alloc::Global;

    use super::*;
    use crate::size_class::{FIRST_CHUNK, LINE, Route};

    /// Destroys its state, also when a test panics.
    struct Guard(NonNull<State<Global>>);

    impl Guard {
        fn new() -> Guard {
            Guard(create(Global).unwrap())
        }

        fn state(&self) -> &State<Global> {
            // SAFETY: created in `new`, destroyed in `drop`.
            unsafe { self.0.as_ref() }
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            // SAFETY: the only handle; nothing is used again.
            unsafe { destroy(self.0) };
        }
    }

    fn class(size: usize) -> Class {
        match Route::of(size, 1) {
            Route::Class(class) => class,
            route => panic!("{size} is {route:?}"),
        }
    }

    fn check(state: &State<Global>) {
        let stats = state.stats();
        let free: usize = stats.classes().map(|class| class.free * class.size).sum();
        assert_eq!(stats.idle_bytes, free + state.left.get(), "idle is free or not yet cut");
        assert_eq!(state.left.get() % LINE, 0);
    }

    #[test]
    fn the_rest_of_a_chunk_goes_to_the_class_it_fits() {
        let guard = Guard::new();
        let state = guard.state();
        let large = class(2048);
        state.take(large).unwrap();
        check(state);
        assert_eq!(state.left.get(), FIRST_CHUNK - HEADER - 2048);
        state.take(large).unwrap();
        check(state);

        let rest = FIRST_CHUNK - HEADER - 2048;
        let stats = state.stats();
        assert_eq!(stats.chunks, 2);
        let free: Vec<_> = stats.classes().filter(|class| class.free > 0).collect();
        assert_eq!(free.len(), 1);
        assert_eq!((free[0].size, free[0].free), (rest, 1));

        state.take(class(rest)).unwrap();
        check(state);
        assert_eq!(state.stats().chunks, 2, "served from the rest");
    }

    #[test]
    fn retire_leaves_no_rest_of_any_size() {
        for lines in 0..(FIRST_CHUNK - HEADER) / LINE {
            let guard = Guard::new();
            let state = guard.state();
            for _ in 0..=lines {
                state.take(class(LINE)).unwrap();
            }
            state.retire();
            assert_eq!(state.left.get(), 0);
            check(state);
        }
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "written to after it was freed")]
    fn a_write_after_free_is_noticed() {
        let guard = Guard::new();
        let state = guard.state();
        let block = state.take(class(256)).unwrap();
        // SAFETY: taken with this class, reaches the whole block.
        unsafe { state.give(block, class(256)) };
        // SAFETY: still the pool's memory, though no longer ours: the bug to be noticed.
        let inside = unsafe { block.add(100) };
        // SAFETY: as above.
        unsafe { inside.write(1) };
        let _ = state.take(class(256));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "not of this pool")]
    fn a_foreign_block_is_noticed() {
        #[repr(align(64))]
        struct Block([u8; 64]);
        let guard = Guard::new();
        let state = guard.state();
        state.take(class(64)).unwrap();
        let mut foreign = Block([0; 64]);
        let block = NonNull::from(&mut foreign.0).cast();
        // SAFETY: not kept: the block is foreign, which the check must notice before it is used.
        unsafe { state.give(block, class(64)) };
    }
}
