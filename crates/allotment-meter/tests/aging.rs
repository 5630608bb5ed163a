//! Lifetimes: counted in requests, carried through resizing, out of the heap that is watched.

use std::ptr::NonNull;

use allotment_alloc::{Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{Aging, Counting, Faulty, Lifetimes};

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small size")
}

fn take(alloc: &impl Allocator, size: usize) -> NonNull<u8> {
    alloc.allocate(bytes(size)).expect("memory").cast()
}

fn free(alloc: &impl Allocator, block: NonNull<u8>, size: usize) {
    // SAFETY: the tests give each block back once, in its size.
    unsafe { alloc.deallocate(block, bytes(size)) };
}

/// Ends of classes, and how many blocks are in them.
fn classes<B: Allocator>(lifetimes: &Lifetimes<B>) -> Vec<(u64, u64)> {
    lifetimes.classes().map(|class| (class.below, class.blocks)).collect()
}

#[test]
fn lifetimes_are_the_requests_in_between() {
    let lifetimes = Lifetimes::new(5);
    let alloc = Aging::new(Global, lifetimes.clone());
    // While block n lives, 9 - n others are asked for.
    let blocks: Vec<_> = (0..10).map(|_| take(&alloc, 16)).collect();
    assert_eq!(lifetimes.live_blocks(), 10);
    for block in blocks {
        free(&alloc.clone(), block, 16);
    }
    drop(alloc);
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (10, 0));
    // 0 | 1 | 2, 3 | 4 to 7 | 8, 9
    assert_eq!(classes(&lifetimes), [(1, 1), (2, 1), (4, 2), (8, 4), (16, 2)]);
    assert_eq!(lifetimes.temporary_blocks(), 5);
}

#[test]
fn a_resized_block_stays_what_it_was() {
    let lifetimes = Lifetimes::new(3);
    let alloc = Aging::new(Global, lifetimes.clone());
    let block = take(&alloc, 8);
    // SAFETY: live, of this layout, and to be larger.
    let block = unsafe { alloc.grow(block, bytes(8), bytes(4000)) }.expect("memory").cast();
    // SAFETY: as above.
    let block = unsafe { alloc.grow_zeroed(block, bytes(4000), bytes(9000)) }.expect("memory");
    // SAFETY: live, of this layout, and to be smaller.
    let block = unsafe { alloc.shrink(block.cast(), bytes(9000), bytes(16)) }.expect("memory");
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (4, 1));
    free(&alloc, block.cast(), 16);
    // Three requests were made after its own.
    assert_eq!((lifetimes.temporary_blocks(), classes(&lifetimes).last()), (0, Some(&(4, 1))));
}

#[test]
fn blocks_without_bytes_are_none() {
    let lifetimes = Lifetimes::new(1);
    let alloc = Aging::new(Global, lifetimes.clone());
    let (one, other) = (take(&alloc, 0), take(&alloc, 0));
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (0, 0));
    // SAFETY: live, of this layout, and to be larger.
    let one = unsafe { alloc.grow(one, bytes(0), bytes(8)) }.expect("memory");
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (1, 1));
    // SAFETY: live, of this layout, and to be smaller.
    let one = unsafe { alloc.shrink(one.cast(), bytes(8), bytes(0)) }.expect("memory");
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (2, 0));
    assert_eq!((lifetimes.temporary_blocks(), classes(&lifetimes)), (1, vec![(1, 1)]));
    free(&alloc, one.cast(), 0);
    free(&alloc, other, 0);
}

#[test]
fn what_is_refused_is_not_entered() {
    let lifetimes = Lifetimes::new(1);
    let alloc = Aging::new(Faulty::new(Global), lifetimes.clone());
    let block = take(&alloc, 8);
    alloc.inner().plan().fail_from(0);
    assert!(alloc.allocate(bytes(8)).is_err());
    // SAFETY: live, of this layout, and to be larger.
    assert!(unsafe { alloc.grow(block, bytes(8), bytes(16)) }.is_err());
    assert_eq!((lifetimes.requests(), lifetimes.live_blocks()), (1, 1));
    free(&alloc, block, 8);
    assert_eq!(classes(&lifetimes), [(1, 1)]);
}

#[test]
fn the_table_is_where_it_is_told() {
    let table = Counting::new(Global);
    let books = table.counter();
    let lifetimes = Lifetimes::new_in(1, table);
    let watched = Counting::new(Global);
    let requests = watched.counter();
    let alloc = Aging::new(watched, lifetimes.clone());
    let blocks: Vec<_> = (0..1000).map(|_| take(&alloc, 8)).collect();
    assert_eq!(requests.snapshot().requests, 1000);
    assert!(books.snapshot().live_bytes > 16_000);
    blocks.into_iter().for_each(|block| free(&alloc, block, 8));
    drop((alloc, lifetimes));
    assert_eq!(books.snapshot().live_blocks, 0);
}

#[test]
fn clones_are_the_same_and_others_are_not() {
    let one = Aging::new(Global, Lifetimes::new(1));
    let other = Aging::new(Global, Lifetimes::new(1));
    assert!(one.same_as(&one.clone()));
    assert!(!one.same_as(&other));
    assert!(format!("{one:?}").contains("live_blocks: 0"));
}
