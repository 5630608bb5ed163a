//! `System` keeps the contract of an allocator, and goes past the program's global allocator.
#![cfg(feature = "std")]

mod common;

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

use allotment_alloc::{Allocator, SharedAlloc};
use allotment_system::{Global, System};
use common::{is_an_allocator, layout};

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

is_an_allocator!(system, allotment_system::System);

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
fn all_values_are_one_allocator() {
    let other = System;
    assert!(System.same_as(&other));
    assert_eq!(size_of::<System>(), 0);
    assert_eq!(format!("{:?}", <System as Default>::default()), "System");
}
