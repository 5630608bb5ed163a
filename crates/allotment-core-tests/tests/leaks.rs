//! Steady churn on each backend: a live set of fixed size, memory that stays flat, and nothing left
//! at the end. `cargo xtask soak` runs it for longer.

use allotment_bump::Bump;
use allotment_core::{Allocator, BTreeMap, BTreeMultiMap, Global};
use allotment_meter::Counting;
use allotment_pool::{Pool, SyncPool};
use allotment_trial::effort::{effort, tally};
use fastrand::Rng;

const STEPS: u64 = if cfg!(miri) { 300 } else { 100_000 };
const LIVE: u64 = if cfg!(miri) { 40 } else { 2_000 };

/// What is live in the midst of the churn and at its end, and what is held for it.
struct Flat {
    held: [usize; 2],
    /// Less than what may come on top: a chunk.
    slack: usize,
}

/// Swaps random pairs of a map, and values of a multimap beside it. `held` tells the bytes that the
/// backend holds.
fn churn<A: Allocator + Clone>(alloc: A, held: impl Fn() -> usize, slack: usize) -> Flat {
    let mut rng = Rng::with_seed(5);
    let mut map = BTreeMap::new_in(alloc.clone());
    let mut lists = BTreeMultiMap::new_in(alloc);
    let mut keys = Vec::from_iter(0..LIVE);
    for key in &keys {
        map.insert(*key, *key);
        lists.insert(*key % 31, *key);
    }
    let steps = STEPS * effort();
    let mut halfway = 0;
    for step in 0..steps {
        let key = &mut keys[rng.usize(..LIVE as usize)];
        assert!(map.remove(key).is_some() && lists.remove(&(*key % 31), key));
        *key = LIVE + step;
        map.insert(*key, step);
        lists.insert(*key % 31, *key);
        if step == steps / 2 {
            halfway = held();
        }
    }
    assert_eq!((map.len(), lists.len()), (LIVE as usize, LIVE as usize));
    tally("steps of steady churn on a backend", steps);
    Flat { held: [halfway, held()], slack }
}

impl Flat {
    fn check(self, backend: &str) {
        let Self { held: [halfway, end], slack } = self;
        assert!(end <= halfway + slack, "{backend} grew from {halfway} to {end} bytes");
    }
}

#[test]
fn churn_on_the_global_allocator_stays_flat() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let held = || counter.snapshot().live_bytes as usize;
    // Nodes come and go, so what is live is not the same to the byte.
    churn(alloc.clone(), held, 40_000).check("the global allocator");
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn churn_on_a_pool_stays_flat() {
    let parent = Counting::new(Global);
    let counter = parent.counter();
    let pool = Pool::new_in(parent);
    churn(pool.clone(), || pool.stats().reserved_bytes, 256 << 10).check("a pool");
    assert_eq!(pool.stats().live_blocks, 0);
    pool.trim();
    assert_eq!(pool.stats().chunks, 1);
    drop(pool);
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn churn_on_a_pool_for_threads_stays_flat() {
    let pool = SyncPool::new();
    churn(pool.clone(), || pool.stats().reserved_bytes, 256 << 10).check("a pool for threads");
    assert_eq!(pool.stats().live_blocks, 0);
}

/// Hazard 59: an arena that takes nothing back would grow with each step.
#[test]
fn hazard_59_churn_on_an_arena_stays_flat() {
    let parent = Counting::new(Global);
    let counter = parent.counter();
    let bump = Bump::new_in(parent);
    churn(&bump, || bump.stats().reserved_bytes, 256 << 10).check("an arena");
    assert_eq!(bump.stats().live_blocks, 0);
    drop(bump);
    assert_eq!(counter.snapshot().live_blocks, 0);
}
