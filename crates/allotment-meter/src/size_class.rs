//! Classes of block size, and the tally of one class: a table of fixed length.

/// Sizes up to this many bytes are told apart in steps of [`STEP`].
const FINE_MAX: usize = 4096;

/// Width of a fine class: one cache line.
const STEP: usize = 64;

/// Fine classes: 1 to 64 bytes, 65 to 128, and so on.
const FINE: usize = FINE_MAX / STEP;

/// Classes in all. The coarse ones double, from `FINE_MAX` to the largest power of two, and the
/// last takes what is above that; a layout is never that large.
pub(crate) const CLASSES: usize = FINE + (usize::BITS - FINE_MAX.ilog2()) as usize;

/// The blocks of one range of sizes, as [`Counter::by_size`](crate::Counter::by_size) reports them.
///
/// Up to 4096 bytes the ranges are 64 bytes wide, above that each is twice the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeClass {
    /// The largest size in the range, in bytes.
    pub size_max: usize,
    /// Blocks of this range obtained so far, those that became so by growing or shrinking included.
    pub requests: u64,
    /// Blocks of this range held now.
    pub live: u64,
}

/// The index of the class that `size` belongs to.
pub(crate) const fn class_of(size: usize) -> usize {
    if size <= FINE_MAX {
        size.saturating_sub(1) / STEP
    } else {
        FINE + ((size - 1).ilog2() - FINE_MAX.ilog2()) as usize
    }
}

/// The largest size of the class at `index`.
pub(crate) const fn size_max(index: usize) -> usize {
    if index < FINE {
        (index + 1) * STEP
    } else {
        // The last class has no power of two above it.
        match FINE_MAX.checked_shl((index - FINE + 1) as u32) {
            Some(0) | None => usize::MAX,
            Some(size) => size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_ends_where_the_next_begins() {
        for index in 0..CLASSES - 1 {
            let last = size_max(index);
            assert_eq!(class_of(last), index, "{last}");
            assert_eq!(class_of(last + 1), index + 1, "{last}");
        }
        assert_eq!(size_max(CLASSES - 1), usize::MAX);
        assert_eq!(class_of(usize::MAX), CLASSES - 1);
    }

    #[test]
    fn sizes_fall_where_the_docs_say() {
        assert_eq!(size_max(class_of(0)), 64);
        assert_eq!(size_max(class_of(64)), 64);
        assert_eq!(size_max(class_of(512)), 512);
        assert_eq!(size_max(class_of(513)), 576);
        assert_eq!(size_max(class_of(4096)), 4096);
        assert_eq!(size_max(class_of(4097)), 8192);
        assert_eq!(size_max(class_of(2 << 20)), 2 << 20);
    }
}
