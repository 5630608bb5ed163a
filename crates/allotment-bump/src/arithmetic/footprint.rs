//! How much memory a request takes, and which size class it belongs to.
//!
//! The rule, for a request of `size` bytes at alignment `align`:
//!
//! | request | takes a multiple of | aligned to | class |
//! | --- | --- | --- | --- |
//! | `size <= 48`, `align <= 16` | 16 | 16 | 3 classes: 16, 32, 48 |
//! | `size <= 2 KiB`, `align <= 64` | 64 | 64 | 32 classes: 64, 128, ... 2048 |
//! | `size <= 32 KiB`, `align <= 64` | 1/16 to 1/8 of itself | 64 | 32: 2304, ... 32768 |
//! | anything else | 64 | `max(align, 64)` | none |
//!
//! The footprint depends on the layout alone, so it is the same when a block is taken and when it
//! is given back, and every block of a class is large enough and aligned well enough for every
//! request of that class. That is all the free lists need to be sound.
//!
//! Why these steps: 16 bytes is the least that holds a free-list link and suits the short value
//! lists of a multimap; tree nodes are multiples of a cache line and start on one; nodes with
//! large values go past 2 KiB, where eight classes for each doubling waste 1/8 at most.

use core::num::NonZeroUsize;

/// The alignment of every footprint above [`SMALL_MAX`], of chunks and of their payload.
pub(crate) const LINE: usize = 64;

/// The step of the small classes. Every address the arena works with is a multiple of it.
pub(crate) const GRAIN: usize = 16;

/// The largest small class.
const SMALL_MAX: usize = 48;

/// The largest class in steps of [`LINE`].
const FINE_MAX: usize = 2048;

/// The largest class; eight for each doubling above [`FINE_MAX`].
const COARSE_MAX: usize = 32 * 1024;

const SMALL_CLASSES: usize = SMALL_MAX / GRAIN;
const FINE_CLASSES: usize = FINE_MAX / LINE;
const COARSE_PER_DOUBLING: usize = 8;
const COARSE_CLASSES: usize = COARSE_PER_DOUBLING * (COARSE_MAX / FINE_MAX).ilog2() as usize;

/// How many size classes there are.
pub(crate) const CLASSES: usize = SMALL_CLASSES + FINE_CLASSES + COARSE_CLASSES;

const _: () = assert!(CLASSES == 67);

/// The index of a size class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// Below [`CLASSES`], always.
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    const fn new(index: usize) -> Self {
        debug_assert!(index < CLASSES, "there is no such class");
        Self(index as u8)
    }
}

/// What a block occupies.
///
/// - F1: `size` is a multiple of [`GRAIN`] and not zero; of [`LINE`] where `align >= LINE`.
/// - F2: `align` is a power of two, [`GRAIN`] at least.
/// - F3: footprints of one class are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) size: usize,
    pub(crate) align: usize,
    pub(crate) class: Option<Class>,
}

impl Footprint {
    /// The footprint of a request; `None` if it is too large to be one.
    #[inline]
    pub(crate) const fn of(size: NonZeroUsize, align: usize) -> Option<Self> {
        debug_assert!(align.is_power_of_two(), "an alignment is a power of two");
        let size = size.get();
        if size <= SMALL_MAX && align <= GRAIN {
            let size = size.next_multiple_of(GRAIN);
            let class = Some(Class::new(size / GRAIN - 1));
            return Some(Self { size, align: GRAIN, class });
        }
        if size <= FINE_MAX && align <= LINE {
            let size = size.next_multiple_of(LINE);
            let class = Some(Class::new(SMALL_CLASSES + size / LINE - 1));
            return Some(Self { size, align: LINE, class });
        }
        if size <= COARSE_MAX && align <= LINE {
            return Some(Self::coarse(size));
        }
        match size.checked_next_multiple_of(LINE) {
            Some(size) => {
                let align = if align > LINE { align } else { LINE };
                Some(Self { size, align, class: None })
            }
            None => None,
        }
    }

    /// The footprint of a request above [`FINE_MAX`], up to [`COARSE_MAX`].
    const fn coarse(size: usize) -> Self {
        // `floor` is the power of two below `size`: 2048 for 2049 to 4096.
        let doubling = ((size - 1) / FINE_MAX).ilog2() as usize;
        let floor = FINE_MAX << doubling;
        let step = floor / COARSE_PER_DOUBLING;
        let size = size.next_multiple_of(step);
        let within = (size - floor) / step - 1;
        let before = SMALL_CLASSES + FINE_CLASSES + doubling * COARSE_PER_DOUBLING;
        Self { size, align: LINE, class: Some(Class::new(before + within)) }
    }

    /// The class that a stretch of spare memory can serve as a whole, if there is one.
    pub(crate) fn class_of_span(start: usize, size: usize) -> Option<Class> {
        let exact = Self::of(NonZeroUsize::new(size)?, 1)?;
        let fits = exact.size == size && start.is_multiple_of(exact.align);
        if fits { exact.class } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: usize, align: usize) -> Footprint {
        Footprint::of(NonZeroUsize::new(size).expect("a size"), align).expect("a footprint")
    }

    #[test]
    #[cfg_attr(miri, ignore = "no memory is touched, and the loop is long")]
    fn classes_are_dense_and_ascend_with_the_size() {
        let mut last = None;
        for size in 1..=COARSE_MAX {
            let index = of(size, 1).class.expect("a class").index();
            match last {
                None => assert_eq!(index, 0),
                Some(last) => assert!(index == last || index == last + 1, "size {size}"),
            }
            last = Some(index);
        }
        assert_eq!(last, Some(CLASSES - 1));
        assert_eq!(of(COARSE_MAX + 1, 1).class, None);
    }

    #[test]
    #[cfg_attr(miri, ignore = "no memory is touched, and the loop is long")]
    fn footprints_of_one_class_are_equal_and_hold_their_requests() {
        let mut seen = [None; CLASSES];
        for size in 1..=COARSE_MAX {
            for align in [1, 2, 4, 8, 16, 32, 64] {
                let footprint = of(size, align);
                assert!(footprint.size >= size && footprint.align >= align);
                assert!(footprint.size.is_multiple_of(GRAIN));
                assert!(footprint.align < LINE || footprint.size.is_multiple_of(LINE));
                let class = footprint.class.expect("a class").index();
                assert_eq!(*seen[class].get_or_insert(footprint), footprint);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "no memory is touched, and the loop is long")]
    fn rounding_up_is_bounded() {
        for size in 49..=COARSE_MAX {
            let spare = of(size, 1).size - size;
            assert!(spare < LINE || spare <= size / 8, "size {size} wastes {spare}");
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "no memory is touched, and the loop is long")]
    fn a_footprint_is_its_own_footprint() {
        for size in (1..=COARSE_MAX + 4 * LINE).step_by(5) {
            for align in [1, 16, 64, 128, 4096] {
                let footprint = of(size, align);
                assert_eq!(of(footprint.size, footprint.align), footprint);
            }
        }
    }

    #[test]
    fn over_aligned_and_large_requests_have_no_class() {
        assert_eq!(of(64, 128), Footprint { size: 64, align: 128, class: None });
        assert_eq!(of(1, 4096), Footprint { size: 64, align: 4096, class: None });
        assert_eq!(of(40_000, 8), Footprint { size: 40_000, align: 64, class: None });
        assert_eq!(of(33_000, 8), Footprint { size: 33_024, align: 64, class: None });
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        assert_eq!(of(isize::MAX as usize, 1).size, isize::MAX as usize + 1);
        assert!(Footprint::of(NonZeroUsize::MAX, 1).is_none());
    }

    #[test]
    fn spans_serve_a_class_only_when_they_fit_exactly() {
        assert_eq!(Footprint::class_of_span(16, 48), of(48, 1).class);
        assert_eq!(Footprint::class_of_span(64, 64), of(64, 1).class);
        assert_eq!(Footprint::class_of_span(128, 2304), of(2304, 1).class);
        assert_eq!(Footprint::class_of_span(16, 64), None, "not on a line");
        assert_eq!(Footprint::class_of_span(64, 80), None, "no class of 80");
        assert_eq!(Footprint::class_of_span(64, 0), None);
        assert_eq!(Footprint::class_of_span(64, 1 << 20), None);
    }
}
