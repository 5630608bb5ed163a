//! [`Pool`]: the handle, and the allocator that it is.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::serve::{Serve, allocator_by_serve};
use crate::size_class::Route;
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
/// Creating a pool makes one request to the parent, about 1.3 KiB for the state that the handles
/// share; the first chunk comes with the first block. A chunk is asked for at twice the size of the
/// last one, from 4 KiB to 2 MiB, and at half of that while the parent refuses. A pool holds its
/// chunks until it ends, or until [`trim`](Pool::trim) finds that nothing in them is live.
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
/// # if cfg!(feature = "checked") { return Ok(()) }
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_pool::Pool;
///
/// let pool = Pool::new();
/// let layout = Layout::new::<[u64; 10]>();
/// let first = pool.allocate(layout)?;
/// assert_eq!(first.len(), 80); // a class of its own
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
    /// Allocates the shared state, about 1.3 KiB, and no chunk. Calls `handle_alloc_error` if that
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
    /// If the allocation of the shared state, about 1.3 KiB, fails.
    ///
    /// ```
    /// let pool = allotment_pool::Pool::try_new()?;
    /// assert_eq!(pool.stats().live_blocks, 0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_new() -> Result<Pool, AllocError> {
        Pool::try_new_in(Global)
    }

    /// A new pool over the global allocator that has room for `bytes` of blocks.
    ///
    /// Calls `handle_alloc_error` if there is no memory; [`try_reserve`](Pool::try_reserve) on a
    /// new pool returns the error.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// use allotment_alloc::{Allocator, Layout};
    /// use allotment_pool::Pool;
    ///
    /// let pool = Pool::with_capacity(1 << 20);
    /// let requests = pool.stats().parent_requests;
    /// for _ in 0..2048 {
    ///     pool.allocate(Layout::new::<[u8; 512]>())?;
    /// }
    /// assert_eq!(pool.stats().parent_requests, requests);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Pool {
        Pool::with_capacity_in(bytes, Global)
    }
}

impl<P: Allocator> Pool<P> {
    /// A new pool over `parent`.
    ///
    /// Allocates the shared state, about 1.3 KiB, and no chunk. Calls `handle_alloc_error` if that
    /// fails; [`try_new_in`](Pool::try_new_in) returns the error.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
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

    /// A new pool over `parent` that has room for `bytes` of blocks.
    ///
    /// Calls `handle_alloc_error` if the parent fails.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
    /// use allotment_alloc::Global;
    ///
    /// let pool = allotment_pool::Pool::with_capacity_in(10_000, Global);
    /// assert!(pool.stats().idle_bytes >= 10_000);
    /// ```
    #[must_use]
    pub fn with_capacity_in(bytes: usize, parent: P) -> Pool<P> {
        let pool = Pool::new_in(parent);
        pool.reserve(bytes);
        pool
    }

    /// Makes room for `bytes` more of blocks, in one chunk.
    ///
    /// Requests for blocks of `bytes` in all, each counted at the size of its class, then reach no
    /// further than the pool. Blocks of less than a cache line are cut several at a time: round
    /// their bytes up by a few lines for each class, or reserve blocks. Does nothing if there is as
    /// much room. Calls `handle_alloc_error` if the parent fails.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
    /// let pool = allotment_pool::Pool::new();
    /// pool.reserve(100_000);
    /// pool.reserve(50_000);
    /// assert_eq!(pool.stats().chunks, 1);
    /// ```
    pub fn reserve(&self, bytes: usize) {
        if self.try_reserve(bytes).is_err() {
            refuse(bytes);
        }
    }

    /// Like [`reserve`](Pool::reserve), with an error in place of the end of the program.
    ///
    /// # Errors
    ///
    /// If the parent fails, or no chunk can be so large. The pool is as it was before.
    ///
    /// ```
    /// let pool = allotment_pool::Pool::new();
    /// assert!(pool.try_reserve(usize::MAX).is_err());
    /// assert!(pool.try_reserve(1000).is_ok());
    /// ```
    pub fn try_reserve(&self, bytes: usize) -> Result<(), AllocError> {
        self.server().reserve(bytes)
    }

    /// Makes room for `count` blocks of a layout that are free now or cut later, such as the nodes
    /// of a tree that is about to grow. Calls `handle_alloc_error` if the parent fails or the
    /// layout is large.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
    /// use allotment_alloc::Layout;
    ///
    /// let pool = allotment_pool::Pool::new();
    /// pool.reserve_blocks(Layout::new::<[u64; 5]>(), 1000);
    /// assert!(pool.stats().idle_bytes >= 40_000);
    /// ```
    pub fn reserve_blocks(&self, layout: Layout, count: usize) {
        if self.try_reserve_blocks(layout, count).is_err() {
            refuse(layout.size().saturating_mul(count));
        }
    }

    /// Like [`reserve_blocks`](Pool::reserve_blocks), with an error in place of the end of the
    /// program.
    ///
    /// # Errors
    ///
    /// If the parent fails, no chunk can be so large, or the layout is: large blocks are the
    /// parent's, which keeps none for later. The pool is as it was before.
    ///
    /// ```
    /// use allotment_alloc::Layout;
    ///
    /// let pool = allotment_pool::Pool::new();
    /// let node = Layout::new::<[u64; 60]>();
    /// assert!(pool.try_reserve_blocks(node, 100).is_ok());
    /// assert!(pool.try_reserve_blocks(node, usize::MAX).is_err());
    /// assert!(pool.try_reserve_blocks(Layout::new::<[u64; 6000]>(), 1).is_err());
    /// ```
    pub fn try_reserve_blocks(&self, layout: Layout, count: usize) -> Result<(), AllocError> {
        match Route::of(layout.size(), layout.align()) {
            Route::Empty => Ok(()),
            Route::Class(class) => self.server().reserve_blocks(class, count),
            Route::Large => Err(AllocError),
        }
    }

    /// Gives the chunks back that no live block lies in, and returns their bytes.
    ///
    /// If nothing is live at all, the smallest chunk stays. Free blocks are handed out in the order
    /// of their addresses from then on, which brings together what a tree uses together.
    ///
    /// Takes O(b log b) for b free blocks; allocates nothing.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// use allotment_alloc::{Allocator, Layout};
    ///
    /// let pool = allotment_pool::Pool::new();
    /// let node = Layout::new::<[u64; 60]>();
    /// let blocks = (0..1000).map(|_| pool.allocate(node)).collect::<Result<Vec<_>, _>>()?;
    /// assert!(pool.stats().chunks > 1);
    /// for block in blocks {
    ///     // SAFETY: `block` came from this pool with this layout and is given back once.
    ///     unsafe { pool.deallocate(block.cast(), node) };
    /// }
    /// assert!(pool.trim() > 500_000);
    /// assert_eq!(pool.stats().chunks, 1);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn trim(&self) -> usize {
        self.server().trim()
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
        self.server().parent()
    }

    /// What the pool holds and has handed out. Takes the time to copy the counts of 43 size
    /// classes; does not allocate.
    ///
    /// ```
    /// let stats = allotment_pool::Pool::new().stats();
    /// assert_eq!((stats.live_bytes, stats.idle_bytes, stats.chunks), (0, 0, 0));
    /// assert_eq!(stats.reserved_bytes, stats.overhead_bytes);
    /// ```
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.server().stats()
    }

    #[inline]
    fn server(&self) -> &State<P> {
        // SAFETY: the state lives as long as this handle, and no exclusive reference is ever made.
        unsafe { self.state.as_ref() }
    }
}

allocator_by_serve!(impl[P: Allocator] for Pool<P>);

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
        self.server().add_handle();
        Pool { state: self.state, owns: PhantomData }
    }
}

/// The last handle gives all chunks back to the parent, in O(chunks).
impl<P: Allocator> Drop for Pool<P> {
    #[inline]
    fn drop(&mut self) {
        if self.server().drop_handle() {
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

/// Ends the program, or calls the hook that does, for want of `bytes`.
#[cold]
fn refuse(bytes: usize) -> ! {
    let layout = Layout::from_size_align(bytes, 1).unwrap_or(Layout::new::<u8>());
    alloc::alloc::handle_alloc_error(layout)
}

// Foreign code runs in the parent only, and is called with the state in order (P1).
impl<P: Allocator + RefUnwindSafe> UnwindSafe for Pool<P> {}
impl<P: Allocator + RefUnwindSafe> RefUnwindSafe for Pool<P> {}
