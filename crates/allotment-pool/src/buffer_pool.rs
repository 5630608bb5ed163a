//! [`BufferPool`]: buffers that are kept when they are dropped, and handed out again.

use core::fmt;

use allotment_alloc::{AllocError, Allocator, Global};

use crate::buffer::Buffer;
use crate::buffer_stats::BufferStats;
use crate::shelf::Shelf;

/// A pool of byte buffers, for encoders that need one at a time and again and again.
///
/// [`take`](BufferPool::take) hands out an empty [`Buffer`] with the memory of one that was dropped
/// before, so that steady work allocates nothing. What is kept idle is bounded twice, by a number
/// of buffers and by their bytes: a buffer that would exceed either goes to the allocator when it
/// is dropped. How many are out, and how large they grow, is the program's business.
///
/// A pool belongs to one thread; buffers borrow it. It keeps no list of its own beside the buffers:
/// a kept buffer is linked through its own memory.
///
/// ```
/// use allotment_pool::BufferPool;
///
/// let pool = BufferPool::new(8, 1 << 20);
/// for record in [&b"first"[..], b"second", b"third"] {
///     let mut buffer = pool.take();
///     buffer.extend_from_slice(record);
///     assert_eq!(*buffer, *record);
/// }
/// let stats = pool.stats();
/// assert_eq!((stats.fresh, stats.reused, stats.kept), (1, 2, 1));
/// ```
pub struct BufferPool<A: Allocator = Global> {
    shelf: Shelf<A>,
}

impl BufferPool {
    /// A pool over the global allocator that keeps at most `max_buffers` buffers of `max_bytes`
    /// bytes in all. Allocates nothing. With a bound of zero, it keeps none.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(16, 1 << 20);
    /// assert_eq!(pool.stats().kept, 0);
    /// ```
    #[must_use]
    pub fn new(max_buffers: usize, max_bytes: usize) -> BufferPool {
        BufferPool::new_in(max_buffers, max_bytes, Global)
    }
}

/// Sixteen buffers of a mebibyte in all.
impl<A: Allocator + Default> Default for BufferPool<A> {
    fn default() -> Self {
        BufferPool::new_in(16, 1 << 20, A::default())
    }
}

impl<A: Allocator> BufferPool<A> {
    /// Like [`new`](BufferPool::new), over another allocator.
    ///
    /// ```
    /// use allotment_pool::{BufferPool, Pool};
    ///
    /// let blocks = Pool::new();
    /// let buffers = BufferPool::new_in(4, 1 << 16, blocks.clone());
    /// buffers.take().push(1);
    /// assert_eq!(blocks.stats().live_blocks, 1);
    /// ```
    #[must_use]
    pub fn new_in(max_buffers: usize, max_bytes: usize, alloc: A) -> BufferPool<A> {
        BufferPool { shelf: Shelf::new(max_buffers, max_bytes, alloc) }
    }

    /// The allocator that buffers come from.
    ///
    /// ```
    /// use allotment_alloc::{Global, SharedAlloc};
    ///
    /// assert!(allotment_pool::BufferPool::new(1, 1).allocator().same_as(&Global));
    /// ```
    #[must_use]
    pub fn allocator(&self) -> &A {
        self.shelf.allocator()
    }

    /// An empty buffer: the one that was dropped last, or one without memory, which asks for some
    /// when it is written to. O(1), allocates nothing.
    pub fn take(&self) -> Buffer<'_, A> {
        Buffer::new(&self.shelf, self.shelf.take())
    }

    /// An empty buffer with room for `capacity` bytes.
    ///
    /// Calls `handle_alloc_error` if the allocator fails.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(4, 1 << 16);
    /// assert!(pool.take_with_capacity(5000).capacity() >= 5000);
    /// ```
    pub fn take_with_capacity(&self, capacity: usize) -> Buffer<'_, A> {
        let mut buffer = self.take();
        buffer.reserve(capacity);
        buffer
    }

    /// Like [`take_with_capacity`](BufferPool::take_with_capacity), with an error in place of the
    /// end of the program.
    ///
    /// # Errors
    ///
    /// If the allocator fails, or there can be no so many bytes.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(4, 1 << 16);
    /// assert!(pool.try_take_with_capacity(usize::MAX).is_err());
    /// assert_eq!(pool.stats().taken, 0);
    /// ```
    pub fn try_take_with_capacity(&self, capacity: usize) -> Result<Buffer<'_, A>, AllocError> {
        let mut buffer = self.take();
        buffer.try_reserve(capacity)?;
        Ok(buffer)
    }

    /// Releases all buffers that are kept, and returns their bytes. O(kept).
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(4, 1 << 16);
    /// drop(pool.take_with_capacity(1000));
    /// assert_eq!(pool.trim(), 1000);
    /// assert_eq!(pool.stats().kept_bytes, 0);
    /// ```
    pub fn trim(&self) -> usize {
        self.shelf.trim()
    }

    /// What the pool keeps, and how often it helped. O(1), allocates nothing.
    #[must_use]
    pub fn stats(&self) -> BufferStats {
        self.shelf.stats()
    }
}

impl<A: Allocator> fmt::Debug for BufferPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (max_buffers, max_bytes) = self.shelf.bounds();
        f.debug_struct("BufferPool")
            .field("max_buffers", &max_buffers)
            .field("max_bytes", &max_bytes)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
