//! [`Pool`]: the handle, and the allocator that it is.

use core::fmt;
use core::marker::PhantomData;
use core::num::NonZero;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::size_class::{Class, Route};
use crate::state::{self, State};
use crate::stats::PoolStats;

/// A handle of a pool of blocks, over the parent allocator `P`.
///
/// Clones are handles of the same pool: a block of one may be freed through another, and the pool
/// lives as long as any of them. With the last handle, the chunks go back to the parent, even if
/// blocks in them were never freed. Only large blocks (more than 2048 bytes, or aligned to more
/// than 64) are the parent's, and leaked if they are not freed.
///
/// A pool belongs to one thread: its handles are neither `Send` nor `Sync`.
///
/// # Memory
///
/// Creating a pool makes one request to the parent, of about 1 KiB, for the state that the handles
/// share; the first chunk comes with the first block. A chunk is asked for at twice the size of the
/// last one, from 4 KiB to 2 MiB, and at half of that while the parent refuses. Memory goes from
/// chunks to blocks, never back: a pool holds its chunks until it ends.
///
/// # Cost
///
/// `allocate` and `deallocate` of a small block are O(1): one list operation and three counts,
/// unless a chunk must be started. `grow` and `shrink` stay in place within a size class and copy
/// otherwise. Large requests cost what the parent takes.
///
/// # Safety of blocks
///
/// A pointer that is given back must reach the whole block, as the one from `allocate` does. One
/// that was narrowed through a reference to part of the block must not be given back.
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_pool::Pool;
///
/// let pool = Pool::new();
/// let layout = Layout::new::<[u64; 10]>();
/// let first = pool.allocate(layout)?;
/// assert_eq!(first.len(), 128);
/// // SAFETY: `first` came from this pool with this layout and is given back once.
/// unsafe { pool.deallocate(first.cast(), layout) };
///
/// // The block freed last is handed out first.
/// let second = pool.allocate(layout)?;
/// assert_eq!(first, second);
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Pool<P: Allocator = Global> {
    /// From `state::create`, destroyed with the last handle.
    state: NonNull<State<P>>,
    /// The last handle drops the parent.
    owns: PhantomData<P>,
}

const _: () = assert!(size_of::<Option<Pool>>() == size_of::<usize>());

impl Pool {
    /// A new pool over the global allocator.
    ///
    /// Allocates the shared state, about 1 KiB, and no chunk. Calls `handle_alloc_error` if that
    /// fails, as `Box::new` does; [`try_new`](Pool::try_new) returns the error.
    ///
    /// ```
    /// let pool = allotment_pool::Pool::new();
    /// assert_eq!(pool.stats().chunks, 0);
    /// ```
    #[must_use]
    pub fn new() -> Pool {
        Pool::new_in(Global)
    }

    /// A new pool over the global allocator, or an error if there is no memory for its state.
    ///
    /// # Errors
    ///
    /// If the allocation of the shared state, about 1 KiB, fails.
    ///
    /// ```
    /// let pool = allotment_pool::Pool::try_new()?;
    /// assert_eq!(pool.stats().live_blocks, 0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_new() -> Result<Pool, AllocError> {
        Pool::try_new_in(Global)
    }
}

impl<P: Allocator> Pool<P> {
    /// A new pool over `parent`.
    ///
    /// Allocates the shared state, about 1 KiB, and no chunk. Calls `handle_alloc_error` if that
    /// fails; [`try_new_in`](Pool::try_new_in) returns the error.
    ///
    /// ```
    /// use allotment_pool::Pool;
    ///
    /// // Small blocks of the inner pool come out of large blocks of the outer one.
    /// let outer = Pool::new();
    /// let inner = Pool::new_in(outer.clone());
    /// assert_eq!(outer.stats().live_bytes, inner.stats().reserved_bytes.next_multiple_of(64));
    /// ```
    #[must_use]
    pub fn new_in(parent: P) -> Pool<P> {
        match Pool::try_new_in(parent) {
            Ok(pool) => pool,
            Err(AllocError) => alloc::alloc::handle_alloc_error(Layout::new::<State<P>>()),
        }
    }

    /// A new pool over `parent`, or an error if the parent has no memory for its state.
    ///
    /// # Errors
    ///
    /// If the parent refuses the shared state, about 1 KiB. The parent is dropped then.
    ///
    /// ```
    /// use allotment_alloc::Global;
    /// use allotment_pool::Pool;
    ///
    /// let pool = Pool::try_new_in(Global)?;
    /// assert_eq!(pool.stats().parent_requests, 1);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_new_in(parent: P) -> Result<Pool<P>, AllocError> {
        Ok(Pool { state: state::create(parent)?, owns: PhantomData })
    }

    /// The allocator that the pool takes its memory from.
    ///
    /// ```
    /// use allotment_alloc::{Global, SharedAlloc};
    ///
    /// let pool = allotment_pool::Pool::new();
    /// assert!(pool.parent().same_as(&Global));
    /// ```
    #[must_use]
    pub fn parent(&self) -> &P {
        self.state().parent()
    }

    /// What the pool holds and has handed out. Takes the time to copy 32 size classes; does not
    /// allocate.
    ///
    /// ```
    /// let stats = allotment_pool::Pool::new().stats();
    /// assert_eq!((stats.live_bytes, stats.idle_bytes, stats.chunks), (0, 0, 0));
    /// assert_eq!(stats.reserved_bytes, stats.overhead_bytes);
    /// ```
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.state().stats()
    }

    #[inline]
    fn state(&self) -> &State<P> {
        // SAFETY: the state lives as long as this handle, and no exclusive reference is ever made.
        unsafe { self.state.as_ref() }
    }

    /// Grows or shrinks a block, in place where it keeps its class.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this pool, `old` fits it, and it is not used again unless an
    /// error is returned.
    #[inline]
    unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        match (route(old), route(new)) {
            (Route::Class(class), Route::Class(same)) if class == same => Ok(whole(block, class)),
            (Route::Large, Route::Large) => {
                // SAFETY: the route of `old` says that `take_large` or `resize_large` made it.
                let block = unsafe { self.state().resize_large(block, old, new) }?;
                Ok(NonNull::slice_from_raw_parts(block, new.size()))
            }
            // SAFETY: as the caller promises.
            _ => unsafe { self.relocate(block, old, new) },
        }
    }

    /// Moves the contents of a block to a new one.
    ///
    /// # Safety
    ///
    /// As for [`resize`](Pool::resize).
    #[inline(never)]
    unsafe fn relocate(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.allocate(new)?;
        let len = old.size().min(new.size());
        // SAFETY: both blocks are live, hence apart, and at least as large as their layouts.
        unsafe { block.copy_to_nonoverlapping(moved.cast(), len) };
        // SAFETY: as the caller promises; the contents were moved.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

/// Where a request for `layout` is served from.
#[inline]
fn route(layout: Layout) -> Route {
    Route::of(layout.size(), layout.align())
}

/// A block of a class, with its size.
#[inline]
fn whole(block: NonNull<u8>, class: Class) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, class.size())
}

/// A block without memory, for a request of no bytes.
fn empty(layout: Layout) -> NonNull<[u8]> {
    debug_assert_eq!(layout.size(), 0);
    // The alignment of a layout is a power of two, so the default is never taken.
    let addr = NonZero::new(layout.align()).unwrap_or(NonZero::<usize>::MIN);
    NonNull::slice_from_raw_parts(NonNull::without_provenance(addr), 0)
}

/// Overwrites a block with zeroes from byte `from` to its end.
///
/// # Safety
///
/// `block` is valid for writes, and `from` is at most its length.
#[inline]
unsafe fn zero_from(block: NonNull<[u8]>, from: usize) {
    // SAFETY: at most the end of the block.
    let tail = unsafe { block.cast::<u8>().add(from) };
    // SAFETY: the rest of the block, valid for writes.
    unsafe { tail.write_bytes(0, block.len() - from) };
}

// SAFETY: blocks lie in chunks, which stay in place until the last handle is dropped, or belong to
// the parent, which the state owns that long. Live blocks never overlap (S1, S2). Clones share the
// state, and moving a handle moves nothing else. A block has at least the size asked for; classes
// are aligned to 64, and requests for more are the parent's.
unsafe impl<P: Allocator> Allocator for Pool<P> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match route(layout) {
            Route::Class(class) => Ok(whole(self.state().take(class)?, class)),
            Route::Empty => Ok(empty(layout)),
            Route::Large => {
                let block = self.state().take_large(layout, false)?;
                Ok(NonNull::slice_from_raw_parts(block, layout.size()))
            }
        }
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if route(layout) == Route::Large {
            // The parent may know that its memory is zero already.
            let block = self.state().take_large(layout, true)?;
            return Ok(NonNull::slice_from_raw_parts(block, layout.size()));
        }
        let block = self.allocate(layout)?;
        // SAFETY: allocated just now.
        unsafe { zero_from(block, 0) };
        Ok(block)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        match route(layout) {
            // SAFETY: all layouts that fit a block take its route, so `take` made it for this
            // class; the caller gives it up.
            Route::Class(class) => unsafe { self.state().give(block, class) },
            Route::Empty => {}
            // SAFETY: likewise, and a large block fits one size only.
            Route::Large => unsafe { self.state().give_large(block, layout) },
        }
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "grow to a smaller size");
        // SAFETY: as the caller promises.
        unsafe { self.resize(block, old, new) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "grow to a smaller size");
        // The parent's `grow_zeroed` would not do: it may keep what lies past the size that the
        // caller was told, since to the parent that belongs to the block.
        // SAFETY: as the caller promises.
        let grown = unsafe { self.resize(block, old, new) }?;
        // SAFETY: the block is at least `new.size()` long, which is at least `old.size()`.
        unsafe { zero_from(grown, old.size()) };
        Ok(grown)
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() <= old.size(), "shrink to a larger size");
        // SAFETY: as the caller promises.
        unsafe { self.resize(block, old, new) }
    }
}

// SAFETY: clones share one state: what one handle does, any other could have done. The state, the
// chunks and the parent live until the last handle is dropped. `same_as` compares the states.
// `clone` adds to a count and aborts on overflow; neither unwinds.
unsafe impl<P: Allocator> SharedAlloc for Pool<P> {
    #[inline]
    fn same_as(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

/// Another handle of the same pool. O(1), does not allocate; aborts after `usize::MAX` handles.
impl<P: Allocator> Clone for Pool<P> {
    #[inline]
    fn clone(&self) -> Self {
        self.state().add_handle();
        Pool { state: self.state, owns: PhantomData }
    }
}

/// The last handle gives all chunks back to the parent, in O(chunks).
impl<P: Allocator> Drop for Pool<P> {
    #[inline]
    fn drop(&mut self) {
        if self.state().drop_handle() {
            // SAFETY: this was the last handle, and blocks do not outlive it.
            unsafe { state::destroy(self.state) };
        }
    }
}

/// A new pool over a new parent, as [`new_in`](Pool::new_in) makes it.
impl<P: Allocator + Default> Default for Pool<P> {
    fn default() -> Self {
        Pool::new_in(P::default())
    }
}

impl<P: Allocator> fmt::Debug for Pool<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.stats();
        f.debug_struct("Pool")
            .field("live_bytes", &stats.live_bytes)
            .field("live_blocks", &stats.live_blocks)
            .field("reserved_bytes", &stats.reserved_bytes)
            .field("chunks", &stats.chunks)
            .finish_non_exhaustive()
    }
}

// Foreign code runs in the parent only, and is called with the state in order (S3).
impl<P: Allocator + RefUnwindSafe> UnwindSafe for Pool<P> {}
impl<P: Allocator + RefUnwindSafe> RefUnwindSafe for Pool<P> {}
