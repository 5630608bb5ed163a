//! Room that is made ahead of time, and chunks that are given back.
#![cfg(not(feature = "checked"))]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use allotment_alloc::{Allocator, Layout};
use allotment_pool::Pool;
use common::model::layout;
use common::parent::{Fault, Parent, Plan};

type Blocks = Vec<(NonNull<[u8]>, Layout)>;

/// Blocks of nodes, keys and lists, as trees ask for them.
fn fill(pool: &Pool<&Parent>, count: usize) -> Blocks {
    let sizes = [504, 760, 24, 504, 96, 1300];
    let layouts = (0..count).map(|index| layout(sizes[index % sizes.len()], 3));
    layouts.map(|layout| (pool.allocate(layout).unwrap(), layout)).collect()
}

fn free(pool: &Pool<&Parent>, blocks: impl IntoIterator<Item = (NonNull<[u8]>, Layout)>) {
    for (block, layout) in blocks {
        // SAFETY: `fill` took it from this pool with this layout, and it is given back once.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
}

const COUNT: usize = if cfg!(miri) { 60 } else { 6000 };

#[test]
fn after_clear_and_trim_one_chunk_is_left() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    for _ in 0..3 {
        let mut blocks = fill(&pool, COUNT);
        // Freed out of order, as a tree of random keys is.
        let mut at = 0;
        while !blocks.is_empty() {
            at = (at * 5 + 1) % blocks.len();
            free(&pool, [blocks.swap_remove(at)]);
        }
        let before = pool.stats();
        let bytes = pool.trim();
        let after = pool.stats();
        assert_eq!((after.chunks, after.live_blocks), (1, 0));
        assert_eq!(before.reserved_bytes - after.reserved_bytes, bytes);
        assert_eq!(after.peak_reserved_bytes, before.peak_reserved_bytes);
        assert!(after.classes().all(|class| class.free == 0), "the chunk is whole again");
        assert_eq!(parent.balance(), (2, after.reserved_bytes));
        assert_eq!(pool.trim(), 0);
    }
}

#[test]
fn what_is_live_stays_where_it_is() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let blocks = fill(&pool, COUNT);
    let (kept, freed): (Vec<_>, Vec<_>) =
        blocks.into_iter().enumerate().partition(|(index, _)| index % 50 == 0 && *index < 400);
    for (index, (block, layout)) in &kept {
        // SAFETY: a live block with this layout.
        unsafe { block.cast::<u8>().write_bytes(*index as u8, layout.size()) };
    }
    free(&pool, freed.into_iter().map(|(_, block)| block));
    let chunks = pool.stats().chunks;
    pool.trim();
    assert!(pool.stats().chunks < chunks);
    assert_eq!(pool.stats().live_blocks, kept.len());
    let more = fill(&pool, COUNT);
    for (index, (block, layout)) in &kept {
        // SAFETY: a live block that was filled.
        let bytes =
            unsafe { NonNull::slice_from_raw_parts(block.cast::<u8>(), layout.size()).as_ref() };
        assert!(bytes.iter().all(|byte| *byte == *index as u8));
    }
    free(&pool, more);
    free(&pool, kept.into_iter().map(|(_, block)| block));
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn a_trim_of_nothing_does_nothing() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    assert_eq!((pool.trim(), parent.balance().0), (0, 1));
    let blocks = fill(&pool, COUNT);
    let before = pool.stats();
    pool.trim();
    assert_eq!(pool.stats().chunks, before.chunks);
    free(&pool, blocks);
}

#[test]
fn a_trim_that_panics_loses_nothing() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let blocks = fill(&pool, COUNT);
    free(&pool, blocks);
    let chunks = pool.stats().chunks;
    assert!(chunks >= 4);
    parent.panic_on_free(true);
    for given in 1..=2 {
        assert!(catch_unwind(AssertUnwindSafe(|| pool.trim())).is_err());
        let stats = pool.stats();
        assert_eq!(stats.chunks, chunks - given, "the one that the parent got");
        let total = stats.live_bytes + stats.idle_bytes + stats.overhead_bytes;
        assert_eq!(stats.reserved_bytes, total);
    }
    parent.panic_on_free(false);
    let blocks = fill(&pool, COUNT);
    pool.trim();
    free(&pool, blocks);
    pool.trim();
    assert_eq!((pool.stats().chunks, parent.balance().0), (1, 2));
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn free_blocks_are_handed_out_by_address_after_a_trim() {
    let pool = Pool::new();
    let node = layout(512, 6);
    let blocks: Vec<_> = (0..100).map(|_| pool.allocate(node).unwrap()).collect();
    for block in blocks.iter().rev().step_by(2).chain(blocks.iter().skip(2).step_by(2)) {
        // SAFETY: from this pool with this layout, and given back once.
        unsafe { pool.deallocate(block.cast(), node) };
    }
    pool.trim();
    let free = pool.stats().classes().find(|class| class.size == 512).unwrap().free;
    let again: Vec<_> = (0..free).map(|_| pool.allocate(node).unwrap().cast::<u8>()).collect();
    assert!(free > 0 && again.is_sorted());
}

#[test]
fn reserved_room_is_used_without_a_request() {
    let parent = Parent::new();
    let pool = Pool::with_capacity_in(100 * 512, &parent);
    assert_eq!((pool.stats().chunks, parent.requests()), (1, 2));
    let blocks: Vec<_> = (0..100).map(|_| pool.allocate(layout(512, 3)).unwrap()).collect();
    assert_eq!(parent.requests(), 2);

    // Free blocks count.
    for block in &blocks[..60] {
        // SAFETY: from this pool with this layout, and given back once.
        unsafe { pool.deallocate(block.cast(), layout(512, 3)) };
    }
    pool.reserve_blocks(layout(500, 3), 60);
    assert_eq!(parent.requests(), 2);
    pool.reserve_blocks(layout(500, 3), 100);
    assert_eq!(parent.requests(), 3);
    for _ in 0..100 {
        pool.allocate(layout(500, 3)).unwrap();
    }
    assert_eq!(parent.requests(), 3);
}

#[test]
fn reserving_keeps_the_room_there_was() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    pool.allocate(layout(64, 0)).unwrap();
    pool.reserve(10_000);
    let idle = pool.stats().idle_bytes;
    assert!(pool.stats().classes().all(|class| class.free == 0), "nothing is cut ahead of time");
    for _ in 0..idle / 64 {
        pool.allocate(layout(64, 0)).unwrap();
    }
    assert_eq!((pool.stats().idle_bytes, parent.requests()), (0, 3));
}

#[test]
fn absurd_reservations_are_refused() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let before = pool.stats();
    for bytes in [usize::MAX, usize::MAX - 63, usize::MAX - 127, isize::MAX as usize, 1 << 40] {
        assert!(pool.try_reserve(bytes).is_err());
    }
    for count in [usize::MAX, usize::MAX / 2, usize::MAX / 512, isize::MAX as usize / 512] {
        assert!(pool.try_reserve_blocks(layout(512, 3), count).is_err());
        assert!(pool.try_reserve_blocks(layout(1, 0), count.max(1 << 40)).is_err());
    }
    assert!(pool.try_reserve_blocks(layout(4096, 3), 1).is_err(), "large blocks are the parent's");
    assert!(pool.try_reserve_blocks(layout(0, 3), usize::MAX).is_ok());
    let mut after = pool.stats();
    after.parent_requests = before.parent_requests;
    assert_eq!(after, before);
}

#[test]
fn a_parent_short_of_memory_gives_what_is_needed() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    pool.reserve(100_000);
    // The next chunk would be twice as large; the parent refuses it once, and gives the half.
    parent.plan(Plan::Once(3), Fault::Fail);
    pool.try_reserve(130_000).unwrap();
    assert_eq!(parent.requests(), 4);
    parent.plan(Plan::From(5), Fault::Fail);
    assert!(pool.try_reserve(1_000_000).is_err());
    assert!(pool.stats().idle_bytes >= 230_000);
    pool.allocate(layout(100, 3)).unwrap();
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}
