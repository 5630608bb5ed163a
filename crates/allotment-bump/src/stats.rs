//! What an arena holds: [`BumpStats`], and the counters behind it.

use core::cell::Cell;
use core::fmt;

/// The memory of an arena at one moment, as [`Bump::stats`](crate::Bump::stats) tells it.
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_bump::Bump;
///
/// let bump = Bump::new();
/// bump.allocate(Layout::new::<[u64; 100]>())?;
/// let stats = bump.stats();
/// assert_eq!((stats.live_blocks, stats.live_bytes), (1, 800));
/// assert!(stats.to_string().starts_with("800 B live in 1 block (peak 800 B)"));
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BumpStats {
    /// Bytes of the live blocks, as they were asked for.
    pub live_bytes: usize,
    /// Blocks that were handed out and not given back. Requests for zero bytes do not count.
    pub live_blocks: usize,
    /// Bytes held from the parent: the chunks with their headers, and the arena's own state.
    pub reserved_bytes: usize,
    /// Bytes ready for the next requests: the free lists, the rest of the current chunk, and the
    /// chunk that a scope left behind.
    pub idle_bytes: usize,
    /// Chunks held from the parent.
    pub chunks: usize,
    /// The most that `live_bytes` has been.
    pub peak_live_bytes: usize,
    /// Blocks ever asked of the parent, whether it gave them or not.
    pub parent_requests: u64,
}

impl BumpStats {
    /// Bytes that are neither live nor idle: headers, rounding, and what only
    /// [`reset`](crate::Bump::reset) brings back.
    pub const fn slack_bytes(&self) -> usize {
        self.reserved_bytes - self.live_bytes - self.idle_bytes
    }
}

impl fmt::Display for BumpStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} live in {} (peak {}), {} reserved in {}, {} idle, {} slack, {} to the parent",
            Bytes(self.live_bytes),
            Count(self.live_blocks as u64, "block"),
            Bytes(self.peak_live_bytes),
            Bytes(self.reserved_bytes),
            Count(self.chunks as u64, "chunk"),
            Bytes(self.idle_bytes),
            Bytes(self.slack_bytes()),
            Count(self.parent_requests, "request"),
        )
    }
}

/// A number of bytes in the largest unit that leaves a whole part.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut unit = 0;
        let mut whole = self.0 / 1024;
        let mut rest = self.0 % 1024;
        while whole >= 1024 && unit + 1 < UNITS.len() {
            rest = whole % 1024;
            whole /= 1024;
            unit += 1;
        }
        write!(f, "{whole}.{} {}", rest * 10 / 1024, UNITS[unit])
    }
}

/// A number and what it counts.
struct Count(u64, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

/// The counters of an arena.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) live_bytes: Cell<usize>,
    pub(crate) live_blocks: Cell<usize>,
    pub(crate) peak_live_bytes: Cell<usize>,
    pub(crate) reserved_bytes: Cell<usize>,
    pub(crate) chunks: Cell<usize>,
    pub(crate) parent_requests: Cell<u64>,
}

impl Tally {
    /// A block was handed out.
    #[inline]
    pub(crate) fn block_taken(&self, bytes: usize) {
        self.live_blocks.set(self.live_blocks.get() + 1);
        self.set_live_bytes(self.live_bytes.get() + bytes);
    }

    /// A block came back.
    #[inline]
    pub(crate) fn block_released(&self, bytes: usize) {
        debug_assert!(self.live_blocks.get() > 0, "more blocks come back than were handed out");
        debug_assert!(self.live_bytes.get() >= bytes, "a block comes back with another layout");
        self.live_blocks.set(self.live_blocks.get().wrapping_sub(1));
        self.live_bytes.set(self.live_bytes.get().wrapping_sub(bytes));
    }

    /// A block changed its size in place.
    pub(crate) fn block_resized(&self, old: usize, new: usize) {
        debug_assert!(self.live_bytes.get() >= old, "a block comes back with another layout");
        self.set_live_bytes(self.live_bytes.get().wrapping_sub(old).wrapping_add(new));
    }

    /// The blocks handed out since these were the counts have come back.
    pub(crate) fn blocks_since(&self, bytes: usize, blocks: usize) {
        self.live_bytes.set(bytes);
        self.live_blocks.set(blocks);
    }

    /// The parent gave a chunk.
    pub(crate) fn chunk_added(&self, bytes: usize) {
        self.chunks.set(self.chunks.get() + 1);
        self.reserved(bytes);
    }

    /// A chunk goes back to the parent.
    pub(crate) fn chunk_removed(&self, bytes: usize) {
        self.chunks.set(self.chunks.get() - 1);
        self.unreserved(bytes);
    }

    /// The parent gave so many bytes.
    pub(crate) fn reserved(&self, bytes: usize) {
        self.reserved_bytes.set(self.reserved_bytes.get() + bytes);
    }

    /// So many bytes go back to the parent.
    pub(crate) fn unreserved(&self, bytes: usize) {
        self.reserved_bytes.set(self.reserved_bytes.get() - bytes);
    }

    #[inline]
    fn set_live_bytes(&self, bytes: usize) {
        self.live_bytes.set(bytes);
        if bytes > self.peak_live_bytes.get() {
            self.peak_live_bytes.set(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::*;

    #[test]
    fn bytes_read_well() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (2 * 1024 * 1024 - 1, "1.9 MiB"),
            (2 * 1024 * 1024, "2.0 MiB"),
            (3 << 30, "3.0 GiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn one_is_not_many() {
        let stats = BumpStats { live_blocks: 1, chunks: 2, ..BumpStats::default() };
        assert_eq!(
            stats.to_string().as_str(),
            "0 B live in 1 block (peak 0 B), 0 B reserved in 2 chunks, 0 B idle, 0 B slack, \
             0 requests to the parent",
        );
    }
}
