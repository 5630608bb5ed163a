//! The size and address arithmetic of the pools: pure functions on integers that touch no memory.
//!
//! Classes are geometric up to 256 bytes, four to a doubling from 32 on, and go by whole lines from
//! there: a request of more than 24 bytes wastes less than a quarter of its block.
//!
//! ```text
//! 8 16 24 32 40 48 56 64 | 80 96 112 128 | 160 192 256 | 320 384 448 ... 2048
//! ```
//!
//! What is cut from a chunk is always a multiple of [`LINE`]: one block of a class of whole lines,
//! or a *run* of blocks of another, as many as fill whole lines. That is why the rest of a chunk
//! is always a whole number of blocks.
//!
//! ```text
//! chunk:  | header 64 | block | run of blocks | ... | rest: a multiple of 64 |
//! ```
#![forbid(unsafe_code)]

/// One cache line: what blocks of whole lines are aligned to, and chunks are cut by.
pub(crate) const LINE: usize = 64;

/// The largest size that has a class.
pub(crate) const LARGEST_CLASS: usize = 2048;

/// The step between the smallest classes. A free block holds a link: a pointer has at most 8 bytes.
const STEP: usize = 8;

/// The sizes up to which a table names the class; beyond, classes go by lines.
const TABLED: usize = 256;

/// The sizes of the classes that are in the table.
const TABLED_SIZES: [usize; 15] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256];

/// The number of classes.
pub(crate) const CLASSES: usize = TABLED_SIZES.len() + (LARGEST_CLASS - TABLED) / LINE;

/// The size of each class.
const SIZES: [u16; CLASSES] = {
    let mut sizes = [0; CLASSES];
    let mut index = 0;
    while index < CLASSES {
        sizes[index] = match index.checked_sub(TABLED_SIZES.len()) {
            None => TABLED_SIZES[index] as u16,
            Some(lines) => (TABLED + (lines + 1) * LINE) as u16,
        };
        index += 1;
    }
    sizes
};

/// The class for each number of steps up to `TABLED`; the first entry is not used.
const BY_STEPS: [u8; TABLED / STEP + 1] = {
    let mut classes = [0; TABLED / STEP + 1];
    let (mut steps, mut index) = (1, 0);
    while steps < classes.len() {
        if steps * STEP > TABLED_SIZES[index] {
            index += 1;
        }
        classes[steps] = index as u8;
        steps += 1;
    }
    classes
};

/// The bytes at the start of a chunk that its header takes.
pub(crate) const HEADER: usize = LINE;

/// The first chunk of a pool, small enough for a pool of one small map.
pub(crate) const FIRST_CHUNK: usize = 4 << 10;

/// The chunk size at which doubling stops: a huge page, and a bound on what lies idle.
pub(crate) const LARGEST_CHUNK: usize = 2 << 20;

const _: () = {
    assert!(LINE.is_power_of_two() && LARGEST_CLASS.is_multiple_of(LINE));
    assert!(TABLED_SIZES[TABLED_SIZES.len() - 1] == TABLED);
    assert!(size_of::<usize>() <= STEP, "a free block has room for a link");
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

    /// The class for a size from 1 to `LARGEST_CLASS`.
    #[inline]
    const fn of(size: usize) -> Class {
        if size <= TABLED {
            Class(BY_STEPS[size.div_ceil(STEP)] as usize)
        } else {
            Class(TABLED_SIZES.len() + (size - TABLED - 1) / LINE)
        }
    }

    /// The largest class of whole lines whose block fits into `bytes`.
    pub(crate) const fn largest_within(bytes: usize) -> Option<Class> {
        let whole = if bytes < LARGEST_CLASS { bytes - bytes % LINE } else { LARGEST_CLASS };
        if whole == 0 { None } else { Some(Class::of(whole)) }
    }

    /// The index of the class, below [`CLASSES`].
    #[inline]
    pub(crate) const fn index(self) -> usize {
        self.0
    }

    /// The bytes of a block of the class.
    #[inline]
    pub(crate) const fn size(self) -> usize {
        SIZES[self.0] as usize
    }

    /// What blocks of the class are aligned to: they lie side by side from the start of a line.
    pub(crate) const fn align(self) -> usize {
        let power = 1 << self.size().trailing_zeros();
        if power < LINE { power } else { LINE }
    }

    /// The number of blocks that are cut at once: the fewest that fill whole lines.
    #[inline]
    pub(crate) const fn run(self) -> usize {
        LINE / self.align()
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
    /// same route with the same alignment, so a block may be given back under any of them.
    #[inline]
    pub(crate) const fn of(size: usize, align: usize) -> Route {
        // Zero wraps to the largest number, so one comparison rules out both ends.
        if size.wrapping_sub(1) < LARGEST_CLASS && align <= LINE {
            // A multiple of the alignment is in a class of such multiples.
            Route::Class(Class::of((size + (align - 1)) & !(align - 1)))
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

/// The bytes of a chunk that are used when the parent hands out `len` bytes: whole lines.
pub(crate) const fn usable(len: usize) -> usize {
    len - len % LINE
}

/// What is left of `left` bytes after a run of `class` is cut off; `None` if they are too few.
#[inline]
pub(crate) const fn carve(left: usize, class: Class) -> Option<usize> {
    left.checked_sub(class.run() * class.size())
}

/// The bytes that `count` blocks of `class` are cut from; `None` if there are no so many.
pub(crate) const fn bytes_of(class: Class, count: usize) -> Option<usize> {
    let Some(blocks) = count.checked_next_multiple_of(class.run()) else { return None };
    blocks.checked_mul(class.size())
}

/// The size of a chunk with room for `bytes`, in whole lines; `None` if there is none so large.
pub(crate) const fn chunk_with(bytes: usize) -> Option<usize> {
    let Some(size) = bytes.checked_add(HEADER) else { return None };
    size.checked_next_multiple_of(LINE)
}

/// Whether `addr` can be the address of a block of `class` in the chunk of `chunk` bytes at `base`.
pub(crate) const fn holds(base: usize, chunk: usize, addr: usize, class: Class) -> bool {
    match addr.checked_sub(base) {
        Some(offset) => {
            offset >= HEADER
                && offset.is_multiple_of(class.align())
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
            assert!(class.size() >= size, "{size}");
            if let Some(smaller) = class.index().checked_sub(1) {
                assert!(Class(smaller).size() < size, "{size}");
            }
        }
    }

    #[test]
    fn slack_is_below_a_quarter() {
        for size in 1..=LARGEST_CLASS {
            let block = Class::of(size).size();
            assert!((block - size) * 4 < block || block - size < STEP, "{size} in {block}");
        }
    }

    #[test]
    fn every_alignment_is_kept() {
        for size in 1..=LARGEST_CLASS {
            for shift in 0..=6 {
                let Route::Class(class) = Route::of(size, 1 << shift) else { panic!() };
                assert!(class.size() >= size);
                assert!(class.align() >= 1 << shift, "{size} at {}", 1 << shift);
            }
        }
    }

    #[test]
    fn runs_are_whole_lines() {
        for class in Class::all() {
            assert!((class.run() * class.size()).is_multiple_of(LINE));
            assert!(class.run() * class.size() <= LARGEST_CLASS);
        }
    }

    #[test]
    fn reservations_are_exact_or_refused() {
        let (small, line) = (Class::of(40), Class::of(512));
        assert_eq!(bytes_of(small, 0), Some(0));
        assert_eq!(bytes_of(small, 1), Some(320));
        assert_eq!(bytes_of(small, 9), Some(640));
        assert_eq!(bytes_of(line, 3), Some(1536));
        assert_eq!(bytes_of(line, usize::MAX), None);
        assert_eq!(bytes_of(small, usize::MAX), None);
        assert_eq!(chunk_with(1), Some(128));
        assert_eq!(chunk_with(64), Some(128));
        assert_eq!(chunk_with(usize::MAX), None);
        assert_eq!(chunk_with(usize::MAX - HEADER), None);
    }

    #[test]
    fn borders_of_the_routes() {
        assert_eq!(Route::of(0, 1), Route::Empty);
        assert_eq!(Route::of(0, 4096), Route::Empty);
        let route = |size, align| match Route::of(size, align) {
            Route::Class(class) => class.size(),
            route => panic!("{route:?}"),
        };
        assert_eq!([route(1, 1), route(8, 8), route(9, 8), route(1, 64)], [8, 8, 16, 64]);
        assert_eq!([route(64, 64), route(65, 1), route(65, 64)], [64, 80, 128]);
        assert_eq!([route(256, 1), route(257, 1), route(2048, 64)], [256, 320, 2048]);
        assert_eq!(Route::of(2049, 1), Route::Large);
        assert_eq!(Route::of(1, 128), Route::Large);
        assert_eq!(Route::of(isize::MAX as usize, 1), Route::Large);
    }

    #[test]
    fn class_indices_and_sizes_run_in_step() {
        assert_eq!(Class::all().count(), CLASSES);
        for (index, class) in Class::all().enumerate() {
            assert_eq!(class.index(), index);
            assert_eq!(Route::of(class.size(), class.align()), Route::Class(class));
        }
    }

    #[test]
    fn largest_within_never_exceeds_the_space() {
        assert_eq!(Class::largest_within(0), None);
        assert_eq!(Class::largest_within(63), None);
        for lines in 1..=40 {
            let largest = Class::largest_within(lines * LINE + 63).unwrap();
            assert_eq!(largest.size(), (lines * LINE).min(LARGEST_CLASS));
        }
        assert_eq!(Class::largest_within(usize::MAX), Some(Class(CLASSES - 1)));
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
                prop_assert_eq!(left - rest, class.run() * class.size());
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
            let aligned = addr % class.align() == 0;
            prop_assert_eq!(holds(base, total, addr, class), inside && aligned);
        }
    }
}
