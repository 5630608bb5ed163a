//! `System` keeps the contract of an allocator, and goes past the program's global allocator.
#![cfg(feature = "std")]

use std::alloc::GlobalAlloc;
use std::cell::Cell;
use std::ptr::NonNull;

use allotment_alloc::{Allocator, Layout, SharedAlloc};
use allotment_system::{Global, System};

/// The global allocator of this program: counts the requests of each thread.
struct Counting;

thread_local! {
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    REQUESTS.with(|requests| requests.set(requests.get() + 1));
}

// SAFETY: passes each request on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the same.
        unsafe { std::alloc::System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise is the same.
        unsafe { std::alloc::System.dealloc(block, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

fn layout(size: usize, align: usize) -> Layout {
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

#[test]
fn requests_go_past_the_global_allocator() {
    let small = layout(1000, 8);
    let large = layout(5000, 8);
    let before = REQUESTS.get();
    let block = System.allocate(small).expect("memory");
    // SAFETY: the block is live with the layout `small`.
    let block = unsafe { System.grow(block.cast(), small, large) }.expect("memory");
    // SAFETY: the block is live with the layout `large`.
    unsafe { System.deallocate(block.cast(), large) };
    assert_eq!(REQUESTS.get(), before);

    let block = Global.allocate(small).expect("memory");
    // SAFETY: the block is live with the layout `small`.
    unsafe { Global.deallocate(block.cast(), small) };
    assert_eq!(REQUESTS.get(), before + 2);
}

#[test]
fn every_pair_of_layouts_resizes_and_keeps_its_bytes() {
    let sizes = [0, 1, 7, 16, 100, 4096, 70_000];
    let aligns = if cfg!(miri) { &[1, 64][..] } else { &[1, 8, 16, 64, 4096][..] };
    let sizes = if cfg!(miri) { &sizes[..5] } else { &sizes[..] };
    let layouts =
        || sizes.iter().flat_map(|&size| aligns.iter().map(move |&align| layout(size, align)));
    for old in layouts() {
        for new in layouts() {
            for zeroed in [false, true] {
                resize_once(old, new, zeroed);
            }
        }
    }
}

fn resize_once(old: Layout, new: Layout, zeroed: bool) {
    let block = System.allocate(old).expect("memory");
    check_place(block, old);
    fill(block);
    let moved = if new.size() < old.size() {
        // SAFETY: the block is live with the layout `old`, and the new size is less.
        unsafe { System.shrink(block.cast(), old, new) }
    } else if zeroed {
        // SAFETY: the block is live with the layout `old`, and the new size is not less.
        unsafe { System.grow_zeroed(block.cast(), old, new) }
    } else {
        // SAFETY: as above.
        unsafe { System.grow(block.cast(), old, new) }
    };
    let moved = moved.expect("memory");
    check_place(moved, new);
    let kept = old.size().min(new.size());
    assert!((0..kept).all(|at| read(moved, at) == pattern(at)), "{old:?} to {new:?}");
    if zeroed {
        assert!((kept..new.size()).all(|at| read(moved, at) == 0), "{old:?} to {new:?}");
    }
    // SAFETY: the block is live with the layout `new`.
    unsafe { System.deallocate(moved.cast(), new) };
}

#[test]
fn zeroed_blocks_are_zero_even_where_others_were_before() {
    for size in [1, 24, 1000, 4096] {
        let layout = layout(size, 8);
        for _ in 0..10 {
            let block = System.allocate_zeroed(layout).expect("memory");
            assert!((0..size).all(|at| read(block, at) == 0));
            fill(block);
            // SAFETY: the block is live with this layout.
            unsafe { System.deallocate(block.cast(), layout) };
        }
    }
}

#[test]
fn empty_blocks_are_aligned_and_may_be_given_back() {
    for shift in 0..16 {
        let empty = layout(0, 1 << shift);
        let block = System.allocate(empty).expect("nothing is always there");
        check_place(block, empty);
        // SAFETY: the block is live with this layout.
        unsafe { System.deallocate(block.cast(), empty) };
    }
}

#[test]
#[cfg_attr(miri, ignore = "the interpreter stops at requests as large as these")]
fn impossible_requests_are_refused_and_change_nothing() {
    let small = layout(64, 8);
    let vast = layout(isize::MAX as usize - 7, 8);
    assert!(System.allocate(vast).is_err());
    assert!(System.allocate_zeroed(vast).is_err());
    let block = System.allocate(small).expect("memory");
    fill(block);
    // SAFETY: the block is live with the layout `small`.
    assert!(unsafe { System.grow(block.cast(), small, vast) }.is_err());
    assert!((0..64).all(|at| read(block, at) == pattern(at)));
    // SAFETY: the block is live with the layout `small`.
    unsafe { System.deallocate(block.cast(), small) };
}

#[test]
fn all_values_are_one_allocator() {
    let other = System;
    assert!(System.same_as(&other));
    assert_eq!(size_of::<System>(), 0);
    assert_eq!(format!("{:?}", <System as Default>::default()), "System");
}
