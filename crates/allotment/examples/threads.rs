//! Maps on threads of their own, over one pool: how much more two threads do than one.
//!
//! `cargo run --release -p allotment --example threads`

use std::time::Instant;

use allotment::sync_pool::SyncPool;
use allotment::{Allocator, Global};

const ENTRIES: u64 = 3_000;
const RUNS: usize = 400;

/// Builds a map of random keys, churns it, and drops it. Returns the number of operations.
fn work<A: Allocator>(alloc: A, seed: u64) -> u64 {
    let mut map = allotment::BTreeMap::new_in(alloc);
    // Numbers times an odd one are all different, and in no order.
    let key = |n: u64| (n + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for n in 0..ENTRIES {
        map.insert(key(n), n);
    }
    for n in 0..ENTRIES {
        map.remove(&key(n));
        map.insert(key(n + ENTRIES), n);
    }
    assert_eq!(map.len() as u64, ENTRIES);
    3 * ENTRIES
}

/// Work for which threads need nothing from one another, and hardly any memory.
fn arithmetic(seed: u64) -> u64 {
    let steps = 500_000;
    let end = (0..steps).fold(seed, |state, n| (state ^ n).wrapping_mul(0x5851_F42D_4C95_7F2D));
    std::hint::black_box(end);
    steps
}

/// Operations in a second on so many threads.
fn rate(threads: u64, act: &(impl Fn(u64) -> u64 + Sync)) -> f64 {
    let start = Instant::now();
    let done: u64 = std::thread::scope(|scope| {
        let run = |thread: u64| {
            scope.spawn(move || (0..4_u64).map(|n| act((thread << 32) + (n << 20))).sum::<u64>())
        };
        let threads: Vec<_> = (0..threads).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    done as f64 / start.elapsed().as_secs_f64()
}

/// The best of several runs on one thread and on two, by turns.
fn row(name: &str, act: impl Fn(u64) -> u64 + Sync) {
    let (mut one, mut two) = (0.0_f64, 0.0_f64);
    for _ in 0..RUNS {
        one = one.max(rate(1, &act));
        two = two.max(rate(2, &act));
    }
    let (one, two, ratio) = (one / 1e6, two / 1e6, two / one);
    println!("{name:<12} one thread {one:7.2} M/s, two {two:7.2} M/s, {ratio:.2} times as much");
}

fn main() {
    let pool = SyncPool::new();
    row("arithmetic", arithmetic);
    row("global heap", |seed| work(Global, seed));
    row("shared pool", |seed| work(pool.clone(), seed));
    println!("{}", pool.stats());
}
