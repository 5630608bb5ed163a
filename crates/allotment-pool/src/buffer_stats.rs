//! [`BufferStats`]: what a pool of buffers reports about itself.

use core::fmt;

use crate::units::InBytes;

/// What a [`BufferPool`](crate::BufferPool) keeps, and how often it helped.
///
/// ```
/// let pool = allotment_pool::BufferPool::new(1, 1 << 16);
/// let (mut first, mut second) = (pool.take(), pool.take());
/// (first.push(1), second.push(2));
/// drop((first, second));
/// let stats = pool.stats();
/// assert_eq!((stats.taken, stats.peak_taken, stats.kept, stats.released), (0, 2, 1, 1));
/// println!("{stats}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferStats {
    /// Buffers that are out.
    pub taken: usize,
    /// The most buffers that were out at a time.
    pub peak_taken: usize,
    /// Buffers that are kept.
    pub kept: usize,
    /// The bytes of those.
    pub kept_bytes: usize,
    /// How often a kept buffer was handed out.
    pub reused: usize,
    /// How often there was none.
    pub fresh: usize,
    /// Buffers whose memory went back to the allocator.
    pub released: usize,
}

/// A summary for people, in two lines.
impl fmt::Display for BufferStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buffers out: {} (peak {})", self.taken, self.peak_taken)?;
        writeln!(f, ", kept: {} of {}", self.kept, InBytes(self.kept_bytes))?;
        write!(f, "reused: {}, fresh: {}, released: {}", self.reused, self.fresh, self.released)
    }
}
