//! What a pool reports about itself.

use core::fmt;

use crate::size_class::{CLASSES, Class};
use crate::units::InBytes;

/// What a pool holds and has handed out, as [`Pool::stats`](crate::Pool::stats) found it.
///
/// `reserved_bytes == live_bytes + idle_bytes + overhead_bytes`, always.
///
/// ```
/// # if cfg!(feature = "checked") { return Ok(()) }
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_pool::Pool;
///
/// let pool = Pool::new();
/// let layout = Layout::new::<[u8; 100]>();
/// let block = pool.allocate(layout)?;
/// let stats = pool.stats();
/// assert_eq!((stats.live_bytes, stats.live_blocks, stats.chunks), (112, 1, 1));
/// assert_eq!(stats.reserved_bytes, stats.live_bytes + stats.idle_bytes + stats.overhead_bytes);
/// // SAFETY: `block` came from this pool with this layout and is given back once.
/// unsafe { pool.deallocate(block.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Bytes handed out and not given back: blocks at the size of their class, large blocks at the
    /// size that was asked for.
    pub live_bytes: usize,
    /// Blocks handed out and not given back, large ones included.
    pub live_blocks: usize,
    /// The most that `live_bytes` has been. For a `SyncPool`, blocks that wait in caches count, and
    /// large ones do not: no less than the true one of all others.
    pub peak_live_bytes: usize,
    /// Bytes held from the parent: the chunks, the large blocks and the pool's own state.
    pub reserved_bytes: usize,
    /// The most that `reserved_bytes` has been.
    pub peak_reserved_bytes: usize,
    /// Bytes on free lists or not yet cut into blocks: what the pool can still hand out.
    pub idle_bytes: usize,
    /// Bytes of chunk headers and of the pool's own state.
    pub overhead_bytes: usize,
    /// Chunks held from the parent.
    pub chunks: usize,
    /// Live blocks that were passed on to the parent.
    pub large_blocks: usize,
    /// The bytes of those blocks.
    pub large_bytes: usize,
    /// Requests made to the parent since the pool was created: allocate, grow and shrink, refused
    /// ones included, the one for the pool's own state too.
    pub parent_requests: usize,
    pub(crate) classes: [ClassStats; CLASSES],
}

/// The blocks of one size class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClassStats {
    /// The size of a block.
    pub size: usize,
    /// Blocks handed out and not given back.
    pub live: usize,
    /// Blocks on the free list.
    pub free: usize,
}

impl PoolStats {
    /// The size classes, smallest first, the unused ones included.
    ///
    /// ```
    /// let classes = allotment_pool::Pool::new().stats();
    /// assert!(classes.classes().is_sorted_by(|less, more| less.size < more.size));
    /// assert_eq!(classes.classes().next().unwrap().size, 8);
    /// assert_eq!(classes.classes().last().unwrap().size, 2048);
    /// ```
    pub fn classes(&self) -> impl ExactSizeIterator<Item = ClassStats> + DoubleEndedIterator {
        self.classes.iter().copied()
    }

    /// A pool that holds nothing.
    pub(crate) fn empty() -> PoolStats {
        let mut classes = [ClassStats { size: 0, live: 0, free: 0 }; CLASSES];
        for class in Class::all() {
            classes[class.index()].size = class.size();
        }
        PoolStats {
            live_bytes: 0,
            live_blocks: 0,
            peak_live_bytes: 0,
            reserved_bytes: 0,
            peak_reserved_bytes: 0,
            idle_bytes: 0,
            overhead_bytes: 0,
            chunks: 0,
            large_blocks: 0,
            large_bytes: 0,
            parent_requests: 0,
            classes,
        }
    }

    /// Bytes held for each byte handed out; none if nothing is.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Layout};
    ///
    /// let pool = allotment_pool::Pool::new();
    /// assert_eq!(pool.stats().reserved_to_live(), None);
    /// pool.allocate(Layout::new::<[u8; 2048]>())?;
    /// assert!(pool.stats().reserved_to_live().unwrap() < 3.0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    #[must_use]
    pub fn reserved_to_live(&self) -> Option<f64> {
        (self.live_bytes > 0).then(|| self.reserved_bytes as f64 / self.live_bytes as f64)
    }
}

/// A summary for people: totals first, then a line for each class in use.
impl fmt::Display for PoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} live", InBytes(self.live_bytes))?;
        writeln!(f, " (peak {}), blocks: {}", InBytes(self.peak_live_bytes), self.live_blocks)?;
        write!(f, "{} reserved", InBytes(self.reserved_bytes))?;
        write!(f, " (peak {}), chunks: {}", InBytes(self.peak_reserved_bytes), self.chunks)?;
        write!(f, ", large blocks: {}", self.large_blocks)?;
        writeln!(f, ", requests to the parent: {}", self.parent_requests)?;
        write!(f, "{} idle, {} overhead", InBytes(self.idle_bytes), InBytes(self.overhead_bytes))?;
        let used = || self.classes().filter(|class| class.live + class.free > 0);
        if used().next().is_some() {
            write!(f, "\n{:>6} {:>12} {:>12}", "class", "live", "free")?;
        }
        for ClassStats { size, live, free } in used() {
            write!(f, "\n{size:>6} {live:>12} {free:>12}")?;
        }
        Ok(())
    }
}
