//! [`State`]: what all handles of a pool share, and how it deals with the parent.
//!
//! P1. The parent is called with all counts right and no block in flight. It may therefore fail,
//!     unwind or call back into the pool: what a function read before the call, it reads again.
//!
//! All state is in cells, so that there is never an exclusive reference to it.

use core::cell::Cell;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::chunk::Chunks;
use crate::registry::{CHECKED, Registry};
use crate::serve::Serve;
use crate::size_class::{self, Class};
use crate::slabs::{Slabs, add, sub};
use crate::stats::PoolStats;

/// See the file.
pub(crate) struct State<P> {
    slabs: Slabs,
    /// The blocks that are out, in the checked mode.
    registry: Registry,
    handles: Cell<usize>,
    large_blocks: Cell<usize>,
    large_bytes: Cell<usize>,
    peak_reserved_bytes: Cell<usize>,
    requests: Cell<usize>,
    parent: P,
}

/// Ends the program: neither unwinding nor going on would be sound.
#[cold]
pub(crate) extern "C" fn abort_on_overflow() -> ! {
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
        slabs: Slabs::new(),
        registry: Registry::new(),
        handles: Cell::new(1),
        large_blocks: Cell::new(0),
        large_bytes: Cell::new(0),
        peak_reserved_bytes: Cell::new(size_of::<State<P>>()),
        requests: Cell::new(1),
        parent,
    };
    // SAFETY: allocated for this type just now. Moving the parent leaves its blocks valid.
    unsafe { state.write(new) };
    Ok(state)
}

/// Gives everything but large blocks back to the parent and drops it. O(chunks). If the parent
/// unwinds, what remains is leaked.
///
/// # Safety
///
/// `state` came from [`create`], no handle of it is left, and nothing in the pool is used again.
pub(crate) unsafe fn destroy<P: Allocator>(state: NonNull<State<P>>) {
    // SAFETY: `create` wrote it, and it is read out once. The parent's blocks outlive its move.
    let State { slabs, registry, parent, .. } = unsafe { state.read() };
    while let Some((block, layout)) = registry.take_leaked() {
        // SAFETY: it came from this parent with this layout, and is not used again.
        unsafe { parent.deallocate(block, layout) };
    }
    while let Some((chunk, layout)) = slabs.chunks().take_any() {
        // SAFETY: C1: it came from this parent, and nothing in it is used again.
        unsafe { parent.deallocate(chunk, layout) };
    }
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

    /// Bytes held from the parent.
    fn reserved(&self) -> usize {
        size_of::<Self>() + self.slabs.chunks().bytes() + self.large_bytes.get()
    }

    /// Notes that more is held from the parent than before.
    fn note_reserved(&self) {
        self.peak_reserved_bytes.set(self.peak_reserved_bytes.get().max(self.reserved()));
    }

    /// The counts of the pool. O(classes).
    pub(crate) fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::empty();
        self.slabs.add_to(&mut stats);
        stats.live_blocks += self.large_blocks.get();
        stats.reserved_bytes = self.reserved();
        stats.peak_reserved_bytes = self.peak_reserved_bytes.get();
        stats.overhead_bytes += size_of::<Self>();
        stats.idle_bytes = stats.reserved_bytes - stats.live_bytes - stats.overhead_bytes;
        stats.large_blocks = self.large_blocks.get();
        stats.large_bytes = self.large_bytes.get();
        stats.parent_requests = self.requests.get();
        stats
    }
}

impl<P: Allocator> State<P> {
    /// The parent, for one request, which is counted.
    fn ask(&self) -> &P {
        add(&self.requests, 1);
        &self.parent
    }

    /// Starts a chunk and takes its first block.
    #[cold]
    fn start_chunk(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        let (chunk, size) = self.request_chunk(size_class::FIRST_CHUNK)?;
        // No foreign code from here on. If the parent called back, the room in use may be one that
        // this call has not seen; it is cut up as it is now.
        // SAFETY: requested with this size just now.
        unsafe { self.slabs.add_chunk(chunk, size, false) };
        self.note_reserved();
        self.slabs.take(class).ok_or(AllocError)
    }

    /// A chunk of the next size, but of `least` bytes at least; under a parent that is short of
    /// memory, of as much as it gives down to that.
    fn request_chunk(&self, least: usize) -> Result<(NonNull<[u8]>, usize), AllocError> {
        let size = self.slabs.chunks().next_size().max(least);
        Chunks::request_down_to(|| self.ask(), size, least)
    }

    /// Makes sure that `bytes` can be handed out without a request to the parent.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<(), AllocError> {
        if self.slabs.room() >= bytes {
            return Ok(());
        }
        let least = size_class::chunk_with(bytes).ok_or(AllocError)?;
        if CHECKED {
            return Ok(());
        }
        let (chunk, size) = self.request_chunk(least)?;
        // SAFETY: requested with this size just now.
        unsafe { self.slabs.add_chunk(chunk, size, true) };
        self.note_reserved();
        Ok(())
    }

    /// Makes sure that `count` blocks of a class can be handed out without a request to the parent.
    pub(crate) fn reserve_blocks(&self, class: Class, count: usize) -> Result<(), AllocError> {
        let more = count.saturating_sub(self.slabs.free_blocks(class));
        self.reserve(size_class::bytes_of(class, more).ok_or(AllocError)?)
    }

    /// Gives chunks back that no live block lies in; returns their bytes. The last one stays.
    ///
    /// If the parent unwinds, the chunks that it has not got yet are kept for the next time.
    pub(crate) fn trim(&self) -> usize {
        self.slabs.trim(true);
        let mut bytes = 0;
        while let Some((chunk, layout)) = self.slabs.chunks().take_doomed() {
            bytes += layout.size();
            // SAFETY: C1: it came from this parent; S1: nothing in it is used again.
            unsafe { self.parent.deallocate(chunk, layout) };
        }
        bytes
    }
}

// SAFETY: blocks lie in chunks, which stay in place until the last handle is dropped or nothing is
// live in them, or belong to the parent, which the state owns that long. Live blocks never overlap
// (S1, S2), and have the size and alignment of their class.
unsafe impl<P: Allocator> Serve for State<P> {
    #[inline]
    fn take(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        match self.slabs.take(class) {
            Some(block) => Ok(block),
            None => self.start_chunk(class),
        }
    }

    #[inline]
    unsafe fn give(&self, block: NonNull<u8>, class: Class) {
        // SAFETY: as the caller promises.
        unsafe { self.slabs.give(block, class) };
    }

    #[inline(never)]
    fn take_large(&self, layout: Layout, zero: bool) -> Result<NonNull<u8>, AllocError> {
        let parent = self.ask();
        let block = if zero { parent.allocate_zeroed(layout) } else { parent.allocate(layout) }?;
        if CHECKED {
            self.registry.enter(block.cast(), layout);
        }
        add(&self.large_blocks, 1);
        add(&self.large_bytes, layout.size());
        self.slabs.add_live(layout.size());
        self.note_reserved();
        Ok(block.cast())
    }

    #[inline(never)]
    unsafe fn give_large(&self, block: NonNull<u8>, layout: Layout) {
        if CHECKED {
            self.registry.leave(block, layout);
        }
        sub(&self.large_blocks, 1);
        sub(&self.large_bytes, layout.size());
        self.slabs.sub_live(layout.size());
        // SAFETY: the block came from the parent with this layout; the caller gives it up.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline(never)]
    unsafe fn resize_large(
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
        self.slabs.sub_live(old.size());
        self.slabs.add_live(new.size());
        self.note_reserved();
        Ok(resized.cast())
    }
}
