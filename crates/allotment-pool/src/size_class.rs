//! The size and address arithmetic of the pool: pure functions on integers that touch no memory.
//!
//! Everything here is a multiple of [`LINE`]: class sizes, chunk sizes, the chunk header, and so
//! the space left in a chunk. That is why the rest of a chunk is always a whole number of blocks.
//!
//! ```text
//! chunk:  | header 64 | block | block | ... | rest: a multiple of 64 |
//! ```
#![forbid(unsafe_code)]

/// The step between size classes and the alignment of every block: one cache line.
pub(crate) const LINE: usize = 64;

/// The largest size that has a class.
pub(crate) const LARGEST_CLASS: usize = 2048;

/// The number of classes.
pub(crate) const CLASSES: usize = LARGEST_CLASS / LINE;

/// The bytes at the start of a chunk that its header takes.
pub(crate) const HEADER: usize = LINE;

/// The first chunk of a pool, small enough for a pool of one small map.
pub(crate) const FIRST_CHUNK: usize = 4 << 10;

/// The chunk size at which doubling stops: a huge page, and a bound on what lies idle.
pub(crate) const LARGEST_CHUNK: usize = 2 << 20;

const _: () = {
    assert!(LINE.is_power_of_two() && LARGEST_CLASS.is_multiple_of(LINE));
    assert!(FIRST_CHUNK.is_power_of_two() && LARGEST_CHUNK.is_power_of_two());
    // A new chunk always holds the block it was started for.
    assert!(FIRST_CHUNK >= HEADER + LARGEST_CLASS && LARGEST_CHUNK >= FIRST_CHUNK);
};

/// A size class. Invariant: the index is below [`CLASSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(usize);

impl Class {
    /// All classes, smallest first.
    pub(crate) fn all() -> impl Iterator<Item = Class> {
        (0..CLASSES).map(Class)
    }

    /// The largest class whose block fits into `bytes`.
    pub(crate) const fn largest_within(bytes: usize) -> Option<Class> {
        let lines = if bytes < LARGEST_CLASS { bytes / LINE } else { CLASSES };
        match lines.checked_sub(1) {
            Some(index) => Some(Class(index)),
            None => None,
        }
    }

    /// The index of the class, below [`CLASSES`].
    #[inline]
    pub(crate) const fn index(self) -> usize {
        self.0
    }

    /// The bytes of a block of the class.
    #[inline]
    pub(crate) const fn size(self) -> usize {
        (self.0 + 1) * LINE
    }
}

/// Where a request of some size and alignment is served from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Nowhere: no memory is needed.
    Empty,
    /// The free list of a class, or a chunk.
    Class(Class),
    /// The parent.
    Large,
}

impl Route {
    /// The route of a request. All sizes from the one asked for to the size of the class take the
    /// same route, so a block may be given back under any of them.
    #[inline]
    pub(crate) const fn of(size: usize, align: usize) -> Route {
        // Zero wraps to the largest number, so one comparison rules out both ends.
        let last = size.wrapping_sub(1);
        if last < LARGEST_CLASS && align <= LINE {
            Route::Class(Class(last / LINE))
        } else if size == 0 {
            Route::Empty
        } else {
            Route::Large
        }
    }
}

/// The size of the chunk to ask for after one of `last` bytes (0: there is none yet).
pub(crate) const fn next_chunk(last: usize) -> usize {
    if last < FIRST_CHUNK {
        FIRST_CHUNK
    } else if last > LARGEST_CHUNK / 2 {
        LARGEST_CHUNK
    } else {
        last * 2
    }
}

/// The size to try when the parent refuses a chunk of `size` bytes; `None` at the smallest.
pub(crate) const fn smaller_chunk(size: usize) -> Option<usize> {
    if size > FIRST_CHUNK { Some(size / 2) } else { None }
}

/// The bytes of a chunk that are used when the parent hands out `len` bytes: whole lines.
pub(crate) const fn usable(len: usize) -> usize {
    len - len % LINE
}

/// What is left of `left` bytes after a block of `class` is cut off; `None` if they are too few.
#[inline]
pub(crate) const fn carve(left: usize, class: Class) -> Option<usize> {
    left.checked_sub(class.size())
}

/// Whether `addr` can be the address of a block of `class` in the chunk of `chunk` bytes at `base`.
pub(crate) const fn holds(base: usize, chunk: usize, addr: usize, class: Class) -> bool {
    match addr.checked_sub(base) {
        Some(offset) => {
            offset >= HEADER
                && offset.is_multiple_of(LINE)
                && offset <= chunk
                && class.size() <= chunk - offset
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{
        ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, proptest,
    };

    use super::*;

    /// Cases a property is tried with: the interpreter is some hundred times slower.
    fn config() -> ProptestConfig {
        let cases = if cfg!(miri) { 8 } else { 1024 };
        ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
    }

    #[test]
    fn every_small_size_takes_the_tightest_class() {
        for size in 1..=LARGEST_CLASS {
            let Route::Class(class) = Route::of(size, 1) else { panic!("{size} has no class") };
            assert!(class.index() < CLASSES);
            assert!(class.size() >= size && class.size() - size < LINE, "{size}");
        }
    }

    #[test]
    fn borders_of_the_routes() {
        assert_eq!(Route::of(0, 1), Route::Empty);
        assert_eq!(Route::of(0, 4096), Route::Empty);
        assert_eq!(Route::of(1, 64), Route::Class(Class(0)));
        assert_eq!(Route::of(64, 64), Route::Class(Class(0)));
        assert_eq!(Route::of(65, 64), Route::Class(Class(1)));
        assert_eq!(Route::of(2048, 64), Route::Class(Class(31)));
        assert_eq!(Route::of(2049, 1), Route::Large);
        assert_eq!(Route::of(1, 128), Route::Large);
        assert_eq!(Route::of(isize::MAX as usize, 1), Route::Large);
    }

    #[test]
    fn class_indices_and_sizes_run_in_step() {
        assert_eq!(Class::all().count(), CLASSES);
        for (index, class) in Class::all().enumerate() {
            assert_eq!(class.index(), index);
            assert_eq!(Route::of(class.size(), LINE), Route::Class(class));
        }
    }

    #[test]
    fn largest_within_never_exceeds_the_space() {
        assert_eq!(Class::largest_within(0), None);
        assert_eq!(Class::largest_within(63), None);
        assert_eq!(Class::largest_within(64), Some(Class(0)));
        assert_eq!(Class::largest_within(2047), Some(Class(30)));
        assert_eq!(Class::largest_within(usize::MAX), Some(Class(31)));
    }

    #[test]
    fn chunks_double_from_first_to_largest() {
        let mut sizes = std::vec::Vec::new();
        let mut last = 0;
        for _ in 0..12 {
            last = next_chunk(last);
            sizes.push(last >> 10);
        }
        assert_eq!(sizes, [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 2048, 2048]);
    }

    #[test]
    fn refused_chunks_halve_down_to_the_first() {
        let mut size = LARGEST_CHUNK;
        let mut steps = 0;
        while let Some(smaller) = smaller_chunk(size) {
            assert_eq!(smaller * 2, size);
            size = smaller;
            steps += 1;
        }
        assert_eq!((size, steps), (FIRST_CHUNK, 9));
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn sizes_between_request_and_class_share_a_route(
            size in 1..=LARGEST_CLASS,
            slack in 0..LINE,
            shift in 0..=6_u32,
        ) {
            let Route::Class(class) = Route::of(size, 1 << shift) else { panic!() };
            let within = (size + slack).min(class.size());
            prop_assert_eq!(Route::of(within, 1 << shift), Route::Class(class));
        }

        #[test]
        fn chunk_sizes_stay_in_bounds(last in any::<usize>()) {
            let next = next_chunk(last);
            prop_assert!((FIRST_CHUNK..=LARGEST_CHUNK).contains(&next));
            prop_assert!(next >= last.min(LARGEST_CHUNK));
        }

        #[test]
        fn a_chunk_is_cut_up_without_rest(
            len in FIRST_CHUNK..FIRST_CHUNK * 4,
            indices in prop::collection::vec(0..CLASSES, 1..64),
        ) {
            let total = usable(len);
            prop_assert!(total <= len && len - total < LINE);
            let mut left = total - HEADER;
            for class in indices.into_iter().map(Class) {
                let Some(rest) = carve(left, class) else { break };
                // A base of one is never aligned: only the offset counts.
                prop_assert!(holds(1, total, 1 + total - left, class));
                prop_assert_eq!(left - rest, class.size());
                left = rest;
            }
            while let Some(class) = Class::largest_within(left) {
                left = carve(left, class).unwrap();
            }
            prop_assert_eq!(left, 0);
        }

        #[test]
        fn holds_accepts_exactly_the_lines_that_fit(
            base in (1..1_usize << 40).prop_map(|lines| lines * LINE),
            total in (FIRST_CHUNK / LINE..256).prop_map(|lines| lines * LINE),
            delta in -200_isize..20_000,
            index in 0..CLASSES,
        ) {
            let class = Class(index);
            let addr = base.wrapping_add_signed(delta);
            let inside = addr >= base + HEADER && addr + class.size() <= base + total;
            prop_assert_eq!(holds(base, total, addr, class), inside && addr % LINE == 0);
        }
    }
}
