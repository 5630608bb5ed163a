//! [`SyncPool`]: the handle of a pool for threads, and the allocator that it is.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::primitives::Std;
use crate::serve::{Serve, allocator_by_serve};
use crate::shards::{self, Shards};
use crate::stats::PoolStats;

/// The number of caches that threads are spread over.
const CACHES: usize = 16;

/// A handle of a pool of blocks that threads share, over the parent allocator `P`.
///
/// Handles are `Send` and `Sync` if the parent is. A block may be freed on another thread than the
/// one it was handed out on, and through another handle: what one thread frees and does not use
/// comes back to the others. With the last handle, the chunks go back to the parent, even if blocks
/// in them were never freed. Only large blocks (more than 2048 bytes, or aligned to more than 64)
/// are the parent's, and leaked if they are not freed.
///
/// For one thread [`Pool`](crate::Pool) is faster and smaller.
///
/// # Memory
///
/// Creating a pool makes one request to the parent, of about 25 KiB: for 16 caches and the slabs
/// behind them. Threads are spread over the caches in the order in which they first use a pool. A
/// cache holds 16 KiB of free blocks of each class at most. Chunks start at 64 KiB and double up
/// to 2 MiB.
///
/// # Cost
///
/// `allocate` and `deallocate` of a small block take the lock of a cache, which other threads want
/// only if there are more than 16, and one list operation. Once in up to 64 blocks they go on to
/// the slabs, which are behind one lock. The parent is called under no lock.
///
/// # Safety of blocks
///
/// As for [`Pool`](crate::Pool): a pointer that is given back must reach the whole block.
///
/// ```
/// use std::ptr::NonNull;
///
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_pool::SyncPool;
///
/// struct Block(NonNull<u8>);
/// // SAFETY: the block is its owner's alone.
/// unsafe impl Send for Block {}
///
/// let pool = SyncPool::new();
/// let layout = Layout::new::<[u64; 10]>();
/// let block = Block(pool.allocate(layout)?.cast());
/// let other = pool.clone();
/// let thread = std::thread::spawn(move || {
///     let Block(block) = { block };
///     // SAFETY: the block came from this pool with this layout and is given back once.
///     unsafe { other.deallocate(block, layout) };
/// });
/// thread.join().unwrap();
/// assert_eq!(pool.stats().live_blocks, 0);
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct SyncPool<P: Allocator = Global> {
    /// From `shards::create`, destroyed with the last handle.
    shards: NonNull<Shards<P, Std, CACHES>>,
    /// The last handle drops the parent.
    owns: PhantomData<P>,
}

// SAFETY: what handles share is behind locks and atomic counts, and the parent may be called from
// any thread (`Sync`), and dropped on any (`Send`).
unsafe impl<P: Allocator + Send + Sync> Send for SyncPool<P> {}

// SAFETY: as above; a shared handle can do no more than a clone of it.
unsafe impl<P: Allocator + Send + Sync> Sync for SyncPool<P> {}

impl SyncPool {
    /// A new pool over the global allocator.
    ///
    /// Allocates what handles share, about 25 KiB, and no chunk. Calls `handle_alloc_error` if that
    /// fails; [`try_new_in`](SyncPool::try_new_in) returns the error.
    ///
    /// ```
    /// let pool = allotment_pool::SyncPool::new();
    /// assert_eq!(pool.stats().chunks, 0);
    /// ```
    #[must_use]
    pub fn new() -> SyncPool {
        SyncPool::new_in(Global)
    }
}

impl<P: Allocator> SyncPool<P> {
    /// A new pool over `parent`.
    ///
    /// Allocates what handles share, about 25 KiB, and no chunk. Calls `handle_alloc_error` if that
    /// fails; [`try_new_in`](SyncPool::try_new_in) returns the error.
    ///
    /// ```
    /// use allotment_alloc::Global;
    ///
    /// let pool = allotment_pool::SyncPool::new_in(Global);
    /// assert_eq!(pool.stats().parent_requests, 1);
    /// ```
    #[must_use]
    pub fn new_in(parent: P) -> SyncPool<P> {
        match SyncPool::try_new_in(parent) {
            Ok(pool) => pool,
            Err(AllocError) => {
                alloc::alloc::handle_alloc_error(Layout::new::<Shards<P, Std, CACHES>>());
            }
        }
    }

    /// A new pool over `parent`, or an error if the parent has no memory for what handles share.
    ///
    /// # Errors
    ///
    /// If the parent refuses about 25 KiB. The parent is dropped then.
    ///
    /// ```
    /// use allotment_alloc::Global;
    ///
    /// let pool = allotment_pool::SyncPool::try_new_in(Global)?;
    /// assert_eq!(pool.stats().live_blocks, 0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_new_in(parent: P) -> Result<SyncPool<P>, AllocError> {
        Ok(SyncPool { shards: shards::create(parent)?, owns: PhantomData })
    }

    /// Makes room for `bytes` more of blocks, in one chunk. Does nothing if there is as much.
    ///
    /// Threads take blocks by the batch: count 8 KiB more for each thread and class in use.
    ///
    /// # Errors
    ///
    /// If the parent fails, or no chunk can be so large. The pool is as it was before.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// let pool = allotment_pool::SyncPool::new();
    /// pool.try_reserve(1 << 20)?;
    /// assert!(pool.stats().idle_bytes >= 1 << 20);
    /// assert!(pool.try_reserve(usize::MAX).is_err());
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_reserve(&self, bytes: usize) -> Result<(), AllocError> {
        self.server().reserve(bytes)
    }

    /// Empties the caches, gives the chunks back that no live block lies in, and returns their
    /// bytes. If nothing is live at all, the smallest chunk stays.
    ///
    /// Takes O(b log b) for b free blocks, during which other threads wait if they need more than
    /// their cache has; allocates nothing.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// let pool = allotment_pool::SyncPool::new();
    /// pool.try_reserve(1 << 20)?;
    /// pool.try_reserve(1 << 21)?;
    /// assert!(pool.trim() >= 1 << 20);
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
    /// assert!(allotment_pool::SyncPool::new().parent().same_as(&Global));
    /// ```
    #[must_use]
    pub fn parent(&self) -> &P {
        self.server().parent()
    }

    /// What the pool holds and has handed out: exact while no other thread uses it, and close to it
    /// otherwise. Takes each lock once, and goes over all caches; does not allocate.
    ///
    /// ```
    /// let stats = allotment_pool::SyncPool::new().stats();
    /// assert_eq!((stats.live_bytes, stats.idle_bytes, stats.chunks), (0, 0, 0));
    /// ```
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.server().stats()
    }

    #[inline]
    fn server(&self) -> &Shards<P, Std, CACHES> {
        // SAFETY: the shards live as long as this handle, and no exclusive reference is ever made.
        unsafe { self.shards.as_ref() }
    }
}

allocator_by_serve!(impl[P: Allocator] for SyncPool<P>);

// SAFETY: clones share all there is: what one handle does, any other could have done. The chunks
// and the parent live until the last handle is dropped. `same_as` compares what they share. `clone`
// adds to a count and aborts on overflow; neither unwinds.
unsafe impl<P: Allocator> SharedAlloc for SyncPool<P> {
    #[inline]
    fn same_as(&self, other: &Self) -> bool {
        self.shards == other.shards
    }
}

/// Another handle of the same pool. O(1), does not allocate.
impl<P: Allocator> Clone for SyncPool<P> {
    #[inline]
    fn clone(&self) -> Self {
        self.server().add_handle();
        SyncPool { shards: self.shards, owns: PhantomData }
    }
}

/// The last handle gives all chunks back to the parent, in O(chunks).
impl<P: Allocator> Drop for SyncPool<P> {
    #[inline]
    fn drop(&mut self) {
        if self.server().drop_handle() {
            // SAFETY: this was the last handle, all others are done, and blocks do not outlive it.
            unsafe { shards::destroy(self.shards) };
        }
    }
}

/// A new pool over a new parent, as [`new_in`](SyncPool::new_in) makes it.
impl<P: Allocator + Default> Default for SyncPool<P> {
    fn default() -> Self {
        SyncPool::new_in(P::default())
    }
}

impl<P: Allocator> fmt::Debug for SyncPool<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.stats();
        f.debug_struct("SyncPool")
            .field("live_bytes", &stats.live_bytes)
            .field("live_blocks", &stats.live_blocks)
            .field("reserved_bytes", &stats.reserved_bytes)
            .field("chunks", &stats.chunks)
            .finish_non_exhaustive()
    }
}

// Foreign code runs in the parent only, and is called with all in order (T2).
impl<P: Allocator + RefUnwindSafe> UnwindSafe for SyncPool<P> {}
impl<P: Allocator + RefUnwindSafe> RefUnwindSafe for SyncPool<P> {}
