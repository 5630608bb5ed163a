//! Blocks that are given back are used again, and churn of any kind does not grow the arena.
#![cfg(not(feature = "checked"))]

mod common;

use std::ptr::NonNull;

use allotment_alloc::{Allocator, Layout};
use allotment_bump::{Bump, BumpStats};
use common::{Oracle, Parent, layout};

/// Operations of a churn; the steady state is long reached by half of them.
const CHURN: usize = if cfg!(miri) { 400 } else { 1_000_000 };

/// Keeps `count` blocks live and replaces one at a time; the statistics half way and at the end.
fn churn(count: usize, mut next: impl FnMut(&mut fastrand::Rng) -> Layout) -> [BumpStats; 2] {
    let mut random = fastrand::Rng::with_seed(7);
    let bump = Bump::new();
    let mut live: Vec<(NonNull<u8>, Layout)> = Vec::new();
    let mut halfway = bump.stats();
    for step in 0..CHURN {
        if live.len() == count {
            let (block, layout) = live.swap_remove(random.usize(..count));
            // SAFETY: the block is live with this layout and forgotten here.
            unsafe { bump.deallocate(block, layout) };
        }
        let layout = next(&mut random);
        live.push((bump.allocate(layout).expect("memory").cast(), layout));
        if step == CHURN / 2 {
            halfway = bump.stats();
        }
    }
    [halfway, bump.stats()]
}

/// Hazard 59: an arena that takes nothing back would grow with each step.
#[test]
fn churn_of_one_node_size_does_not_grow_the_arena() {
    for size in [16, 48, 512, 2048, 9000] {
        let count = if cfg!(miri) { 20 } else { 1000 };
        let [halfway, end] = churn(count, |_| layout(size, 8));
        assert_eq!(end.parent_requests, halfway.parent_requests, "size {size}");
        assert_eq!(end.reserved_bytes, halfway.reserved_bytes);
        assert_eq!(end.live_blocks, count);
    }
}

/// The numbers of blocks of each size are fixed, as leaves and inner nodes of a steady tree are.
#[test]
fn churn_of_a_fixed_mix_grows_to_its_peak_and_no_further() {
    let sizes = [16, 40, 80, 144, 272, 512, 776, 1536, 2304, 20_000];
    let per_size = if cfg!(miri) { 3 } else { 100 };
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    let mut random = fastrand::Rng::with_seed(11);
    let mut live: Vec<(NonNull<u8>, Layout)> = Vec::new();
    for size in sizes.into_iter().cycle().take(per_size * sizes.len()) {
        let layout = layout(size, 16);
        live.push((bump.allocate(layout).expect("memory").cast(), layout));
    }
    let mut warm = 0;
    for step in 0..CHURN {
        // Give two back, take the same two sizes in the other order.
        let (first, second) = (random.usize(..live.len()), random.usize(..live.len()));
        if first != second {
            for at in [first, second] {
                // SAFETY: the block is live with this layout; its entry is replaced below.
                unsafe { bump.deallocate(live[at].0, live[at].1) };
            }
            for at in [second, first] {
                live[at].0 = bump.allocate(live[at].1).expect("memory").cast();
            }
        }
        if step == CHURN / 10 {
            warm = parent.requests.get();
        }
    }
    assert_eq!(parent.requests.get(), warm, "{}", bump.stats());
}

/// Blocks that change their class, with a neighbour and without, all the time.
#[test]
fn churn_of_growing_and_shrinking_blocks_levels_off() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    let mut oracle = Oracle::new(&bump);
    let mut random = fastrand::Rng::with_seed(13);
    let rounds = CHURN / 20;
    let mut warm = 0;
    for round in 0..rounds {
        while oracle.live.len() < 8 {
            oracle.allocate(layout(random.usize(1..600), 8), false).expect("memory");
        }
        let at = random.usize(..oracle.live.len());
        oracle.resize(at, layout(random.usize(1..600), 8), false).expect("memory");
        let at = random.usize(..oracle.live.len());
        oracle.deallocate(at);
        if round == rounds / 2 {
            warm = parent.requests.get();
        }
    }
    oracle.check_all();
    // The interpreter does not get far enough to see it level off.
    if cfg!(miri) {
        return;
    }
    assert_eq!(parent.requests.get(), warm, "{}", bump.stats());
}

#[test]
fn the_last_block_goes_back_to_the_room() {
    let bump = Bump::with_capacity(4096);
    let idle = bump.stats().idle_bytes;
    let layout = layout(3000, 8);
    let block = bump.allocate(layout).expect("memory").cast::<u8>();
    assert!(bump.stats().idle_bytes < idle);
    // SAFETY: the block is live with this layout and forgotten here.
    unsafe { bump.deallocate(block, layout) };
    assert_eq!(bump.stats().idle_bytes, idle);
}

#[test]
fn the_last_block_grows_and_shrinks_where_it_is() {
    let bump = Bump::with_capacity(100_000);
    let mut oracle = Oracle::new(&bump);
    oracle.allocate(layout(100, 8), false).expect("memory");
    let start = oracle.live[0].start;
    for size in [128, 1000, 50_000, 99_000, 70_000, 65] {
        oracle.resize(0, layout(size, 8), false).expect("memory");
        assert_eq!(oracle.live[0].start, start);
    }
    assert_eq!(bump.stats().chunks, 1);
    assert_eq!(bump.stats().idle_bytes, 100_032 - 128);
}

#[test]
fn a_shrinking_block_stays_and_its_tail_is_used() {
    let bump = Bump::new();
    let mut oracle = Oracle::new(&bump);
    oracle.allocate(layout(512, 8), false).expect("memory");
    oracle.allocate(layout(512, 8), false).expect("memory");
    let start = oracle.live[0].start;
    oracle.resize(0, layout(128, 8), false).expect("memory");
    assert_eq!(oracle.live[0].start, start);
    oracle.allocate(layout(384, 8), false).expect("memory");
    assert_eq!(oracle.live[2].start.addr().get(), start.addr().get() + 128);
    oracle.check_all();
}

#[test]
fn the_gap_before_an_aligned_block_is_used() {
    let bump = Bump::new();
    let small = bump.allocate(layout(16, 8)).expect("memory").cast::<u8>().addr().get();
    let node = bump.allocate(layout(64, 64)).expect("memory").cast::<u8>().addr().get();
    let gap = bump.allocate(layout(48, 8)).expect("memory").cast::<u8>().addr().get();
    assert_eq!((node, gap), (small + 64, small + 16));
}

#[test]
fn a_large_block_leaves_the_room_of_the_chunk_before() {
    let bump = Bump::new();
    let first = bump.allocate(layout(64, 8)).expect("memory").cast::<u8>().addr().get();
    bump.allocate(layout(100_000, 8)).expect("memory");
    let second = bump.allocate(layout(64, 8)).expect("memory").cast::<u8>().addr().get();
    assert_eq!(second, first + 64);
    assert_eq!(bump.stats().chunks, 2);
}

#[test]
fn chunks_double() {
    let bump = Bump::new();
    // All payloads from 4 KiB up, each twice the one before; then seven of 2 MiB.
    let (bytes, chunks) = if cfg!(miri) { (60 << 10, 4) } else { ((16 << 20) - 4096, 16) };
    for _ in 0..bytes / 512 {
        bump.allocate(layout(512, 64)).expect("memory");
    }
    assert_eq!(bump.stats().chunks, chunks);
    let stats = bump.stats();
    assert_eq!(stats.reserved_bytes - stats.live_bytes - stats.idle_bytes, stats.slack_bytes());
    assert!(stats.slack_bytes() < 1024 + 64 * stats.chunks, "{stats}");
    assert_eq!(stats.idle_bytes, 0, "nodes of a power of two fill each chunk");
}

#[test]
fn empty_blocks_take_no_memory() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    for shift in 0..12 {
        let empty = layout(0, 1 << shift);
        let block = bump.allocate(empty).expect("nothing is always there");
        assert_eq!(block.len(), 0);
        assert!(block.cast::<u8>().addr().get().is_multiple_of(1 << shift));
        // SAFETY: the block is live with this layout and forgotten here.
        unsafe { bump.deallocate(block.cast(), empty) };
    }
    assert_eq!(parent.requests.get(), 1);
    assert_eq!(bump.stats().live_blocks, 0);
}
