//! Blocks over the global allocator: how chunks are cut, trimmed and used up.

use std::vec::Vec;

use allotment_alloc::{Allocator, Global};

use super::*;
use crate::size_class::{FIRST_CHUNK, LINE, Route};

/// Slabs over the global allocator, which release their chunks, also when a test panics.
struct Guard(Slabs);

impl Guard {
    fn new() -> Guard {
        Guard(Slabs::new())
    }

    fn grow(&self) {
        let size = self.0.chunks().next_size();
        let chunk = Chunks::request(&Global, size).unwrap();
        // SAFETY: requested with this size just now.
        unsafe { self.0.add_chunk(chunk, size, false) };
    }

    fn take(&self, size: usize) -> NonNull<u8> {
        self.0.take(class(size)).unwrap_or_else(|| {
            self.grow();
            self.0.take(class(size)).unwrap()
        })
    }

    fn give(&self, block: NonNull<u8>, size: usize) {
        // SAFETY: the tests give back what they took, whole.
        unsafe { self.0.give(block, class(size)) };
    }

    fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::empty();
        self.0.add_to(&mut stats);
        let idle = stats.reserved_bytes - stats.live_bytes - stats.overhead_bytes;
        let free: usize = stats.classes().map(|class| class.free * class.size).sum();
        let mut rooms = self.0.room();
        self.0.rooms.for_each_spare(|room| rooms += room.bytes);
        assert_eq!(idle, free + rooms, "idle is free or not yet cut");
        assert_eq!(self.0.room() % LINE, 0);
        stats
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        while let Some((chunk, layout)) = self.0.chunks().take_any() {
            // SAFETY: from `Global`, taken out, and nothing is used again.
            unsafe { Global.deallocate(chunk, layout) };
        }
    }
}

fn class(size: usize) -> Class {
    match Route::of(size, 1) {
        Route::Class(class) => class,
        route => panic!("{size} is {route:?}"),
    }
}

#[test]
fn the_rest_of_a_chunk_goes_to_the_class_it_fits() {
    let slabs = Guard::new();
    slabs.take(2048);
    assert_eq!(slabs.0.room(), FIRST_CHUNK - HEADER - 2048);
    slabs.take(2048);

    let rest = FIRST_CHUNK - HEADER - 2048;
    let stats = slabs.stats();
    assert_eq!(stats.chunks, 2);
    let free: Vec<_> = stats.classes().filter(|class| class.free > 0).collect();
    assert_eq!(free.len(), 1);
    assert_eq!((free[0].size, free[0].free), (rest, 1));

    slabs.take(rest);
    assert_eq!(slabs.stats().chunks, 2, "served from the rest");
}

#[test]
fn retiring_leaves_no_rest_of_any_size() {
    for lines in 0..(FIRST_CHUNK - HEADER) / LINE {
        let slabs = Guard::new();
        for _ in 0..=lines {
            slabs.take(LINE);
        }
        slabs.0.retire();
        assert_eq!(slabs.0.room(), 0);
        slabs.stats();
    }
}

#[test]
fn small_blocks_lie_side_by_side() {
    for class in Class::all() {
        let slabs = Guard::new();
        let blocks: Vec<_> = (0..class.run()).map(|_| slabs.take(class.size())).collect();
        for pair in blocks.windows(2) {
            assert_eq!(pair[1].addr().get() - pair[0].addr().get(), class.size());
        }
        assert!(blocks.iter().all(|block| block.addr().get().is_multiple_of(class.align())));
        let stats = slabs.stats();
        assert_eq!(stats.classes().map(|class| class.free).sum::<usize>(), 0, "a whole run");
    }
}

#[test]
fn a_trim_finds_the_empty_chunks() {
    let slabs = Guard::new();
    let blocks: Vec<_> = (0..200).map(|_| slabs.take(500)).collect();
    let chunks = slabs.stats().chunks;
    assert!(chunks >= 4);
    // All but the first block, in an order that is not that of addresses.
    for index in (1..200).rev().step_by(2).chain((2..200).step_by(2)) {
        slabs.give(blocks[index], 500);
    }
    slabs.0.trim(true);
    while let Some((chunk, layout)) = slabs.0.chunks().take_doomed() {
        // SAFETY: from `Global`, taken out, and nothing in it is live.
        unsafe { Global.deallocate(chunk, layout) };
    }
    let stats = slabs.stats();
    assert_eq!((stats.chunks, stats.live_blocks), (1, 1));

    slabs.give(blocks[0], 500);
    slabs.0.trim(true);
    assert!(slabs.0.chunks().take_doomed().is_none(), "the last chunk stays");
    assert_eq!(slabs.0.room(), FIRST_CHUNK - HEADER, "and is whole again");
    slabs.stats();

    slabs.0.trim(false);
    let (chunk, layout) = slabs.0.chunks().take_doomed().unwrap();
    // SAFETY: from `Global`, taken out, and nothing in it is live.
    unsafe { Global.deallocate(chunk, layout) };
    assert_eq!((slabs.stats().chunks, slabs.0.room()), (0, 0));
    slabs.take(8);
}

#[test]
fn a_shelved_room_is_used_later() {
    let slabs = Guard::new();
    slabs.take(64);
    let chunk = Chunks::request(&Global, 8192).unwrap();
    // SAFETY: requested with this size just now.
    unsafe { slabs.0.add_chunk(chunk, 8192, true) };
    assert_eq!(slabs.0.room(), 8192 - HEADER);
    slabs.stats();
    let lines = (4096 + 8192) / LINE - 3;
    for _ in 0..lines {
        assert!(slabs.0.take(class(64)).is_some());
    }
    assert!(slabs.0.take(class(64)).is_none());
    slabs.stats();
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "written to after it was freed")]
fn a_write_after_free_is_noticed() {
    let slabs = Guard::new();
    let block = slabs.take(256);
    slabs.give(block, 256);
    // SAFETY: still the pool's memory, though no longer ours: the bug to be noticed.
    let inside = unsafe { block.add(100) };
    // SAFETY: as above.
    unsafe { inside.write(1) };
    slabs.take(256);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "not of this pool")]
fn a_foreign_block_is_noticed() {
    #[repr(align(64))]
    struct Block([u8; 64]);
    let slabs = Guard::new();
    slabs.take(64);
    let mut foreign = Block([0; 64]);
    // Not kept to: the block is foreign, which the check must notice before it is used.
    slabs.give(NonNull::from(&mut foreign.0).cast(), 64);
}
