//! What every heap must do, whatever it is.
#![allow(dead_code, reason = "each test file uses a part")]

use std::ptr::NonNull;

use allotment_alloc::{Allocator, Layout};

pub(crate) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a layout")
}

fn fill(block: NonNull<[u8]>) {
    for at in 0..block.len() {
        // SAFETY: within the block.
        let byte = unsafe { block.cast::<u8>().add(at) };
        // SAFETY: the block is ours.
        unsafe { byte.write(pattern(at)) };
    }
}

fn pattern(at: usize) -> u8 {
    (at % 251) as u8 + 1
}

fn read(block: NonNull<[u8]>, at: usize) -> u8 {
    assert!(at < block.len());
    // SAFETY: within the block.
    let byte = unsafe { block.cast::<u8>().add(at) };
    // SAFETY: initialised by the pattern or by a zeroed request.
    unsafe { byte.read() }
}

fn check_place(block: NonNull<[u8]>, layout: Layout) {
    assert_eq!(block.len(), layout.size());
    assert!(block.cast::<u8>().addr().get().is_multiple_of(layout.align()));
}

pub(crate) fn resize_every_pair_of_layouts(heap: impl Allocator) {
    let sizes = [0, 1, 7, 16, 100, 4096, 70_000];
    let aligns = if cfg!(miri) { &[1, 64][..] } else { &[1, 8, 16, 64, 4096][..] };
    let sizes = if cfg!(miri) { &sizes[..5] } else { &sizes[..] };
    let layouts =
        || sizes.iter().flat_map(|&size| aligns.iter().map(move |&align| layout(size, align)));
    for old in layouts() {
        for new in layouts() {
            for zeroed in [false, true] {
                resize_once(&heap, old, new, zeroed);
            }
        }
    }
}

/// Fills a block, resizes it, and looks whether its bytes came along.
pub(crate) fn resize_once(heap: &impl Allocator, old: Layout, new: Layout, zeroed: bool) {
    let block = heap.allocate(old).expect("memory");
    check_place(block, old);
    fill(block);
    let moved = if new.size() < old.size() {
        // SAFETY: the block is live with the layout `old`, and the new size is less.
        unsafe { heap.shrink(block.cast(), old, new) }
    } else if zeroed {
        // SAFETY: the block is live with the layout `old`, and the new size is not less.
        unsafe { heap.grow_zeroed(block.cast(), old, new) }
    } else {
        // SAFETY: as above.
        unsafe { heap.grow(block.cast(), old, new) }
    };
    let moved = moved.expect("memory");
    check_place(moved, new);
    let kept = old.size().min(new.size());
    assert!((0..kept).all(|at| read(moved, at) == pattern(at)), "{old:?} to {new:?}");
    if zeroed {
        assert!((kept..new.size()).all(|at| read(moved, at) == 0), "{old:?} to {new:?}");
    }
    // SAFETY: the block is live with the layout `new`.
    unsafe { heap.deallocate(moved.cast(), new) };
}

pub(crate) fn zero_where_others_were_before(heap: impl Allocator) {
    for size in [1, 24, 1000, 4096] {
        let layout = layout(size, 8);
        for _ in 0..10 {
            let block = heap.allocate_zeroed(layout).expect("memory");
            assert!((0..size).all(|at| read(block, at) == 0));
            fill(block);
            // SAFETY: the block is live with this layout.
            unsafe { heap.deallocate(block.cast(), layout) };
        }
    }
}

pub(crate) fn hand_out_empty_blocks(heap: impl Allocator) {
    for shift in 0..16 {
        let empty = layout(0, 1 << shift);
        let block = heap.allocate(empty).expect("nothing is always there");
        check_place(block, empty);
        // SAFETY: the block is live with this layout.
        unsafe { heap.deallocate(block.cast(), empty) };
    }
}

pub(crate) fn refuse_impossible_requests(heap: impl Allocator) {
    let small = layout(64, 8);
    let vast = layout(isize::MAX as usize - 7, 8);
    assert!(heap.allocate(vast).is_err());
    assert!(heap.allocate_zeroed(vast).is_err());
    let block = heap.allocate(small).expect("memory");
    fill(block);
    // SAFETY: the block is live with the layout `small`.
    assert!(unsafe { heap.grow(block.cast(), small, vast) }.is_err());
    assert!((0..64).all(|at| read(block, at) == pattern(at)));
    // SAFETY: the block is live with the layout `small`.
    unsafe { heap.deallocate(block.cast(), small) };
}

/// Random blocks of every size and alignment, live at once, each checked as it is touched.
pub(crate) fn churn(heap: impl Allocator) {
    let mut live: Vec<(NonNull<[u8]>, Layout)> = Vec::new();
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..if cfg!(miri) { 200 } else { 20_000 } {
        let most = 1 << next(14);
        let new = layout(next(most), 1 << next(8));
        if live.len() < 100 {
            let block = heap.allocate(new).expect("memory");
            check_place(block, new);
            fill(block);
            live.push((block, new));
            continue;
        }
        let (block, old) = live.swap_remove(next(live.len()));
        assert!((0..old.size()).all(|at| read(block, at) == pattern(at)));
        if next(2) == 0 {
            // SAFETY: the block is live with this layout.
            unsafe { heap.deallocate(block.cast(), old) };
            continue;
        }
        let moved = if new.size() < old.size() {
            // SAFETY: the block is live with the layout `old`, and the new size is less.
            unsafe { heap.shrink(block.cast(), old, new) }
        } else {
            // SAFETY: the block is live with the layout `old`, and the new size is not less.
            unsafe { heap.grow(block.cast(), old, new) }
        };
        let moved = moved.expect("memory");
        check_place(moved, new);
        fill(moved);
        live.push((moved, new));
    }
    for (block, layout) in live {
        assert!((0..layout.size()).all(|at| read(block, at) == pattern(at)));
        // SAFETY: the block is live with this layout.
        unsafe { heap.deallocate(block.cast(), layout) };
    }
}

/// Runs all of the above on a heap, as tests of a module.
macro_rules! is_an_allocator {
    ($module:ident, $heap:expr) => {
        mod $module {
            #[test]
            fn every_pair_of_layouts_resizes_and_keeps_its_bytes() {
                crate::common::resize_every_pair_of_layouts($heap);
            }

            #[test]
            fn zeroed_blocks_are_zero_even_where_others_were_before() {
                crate::common::zero_where_others_were_before($heap);
            }

            #[test]
            fn empty_blocks_are_aligned_and_may_be_given_back() {
                crate::common::hand_out_empty_blocks($heap);
            }

            #[test]
            #[cfg_attr(miri, ignore = "the interpreter stops at requests as large as these")]
            fn impossible_requests_are_refused_and_change_nothing() {
                crate::common::refuse_impossible_requests($heap);
            }

            #[test]
            fn churn_leaves_every_block_alone() {
                crate::common::churn($heap);
            }
        }
    };
}

pub(crate) use is_an_allocator;
