//! Allocators of other versions of the trait in our maps, and our pool in their collections.
#![cfg_attr(allotment_std_allocator, feature(allocator_api))]

use std::collections::BTreeMap as Twin;

use allotment::meter::{Counting, Faulty};
use allotment::pool::Pool;
use allotment::{BTreeMap, Compat03, Compat04, Global, SharedAlloc};

/// Builds a map, cuts it and joins it again, which takes an allocator that is known to be shared.
fn cut_and_join(alloc: impl SharedAlloc) {
    let pairs = || (0..1000_u32).map(|n| (n.wrapping_mul(7919) % 4096, n));
    let mut map = BTreeMap::from_iter_in(pairs(), alloc);
    let mut tail = map.split_off(&2000);
    assert!(tail.keys().all(|&key| key >= 2000));
    map.append(&mut tail);
    map.verify().expect("a valid tree");
    assert!(map.iter().eq(&pairs().collect::<Twin<_, _>>()));
}

#[test]
fn their_global_allocators_serve_our_maps() {
    cut_and_join(Compat03(allocator_api2_03::alloc::Global));
    cut_and_join(Compat04(allocator_api2_04::alloc::Global));
}

/// There and back again.
#[test]
fn wrappers_can_be_nested() {
    let alloc = Counting::new(Compat04(Compat04(Pool::new())));
    let counter = alloc.counter();
    let mut map = BTreeMap::new_in(alloc);
    map.extend((0..500).map(|n| (n, n.to_string())));
    assert!(counter.snapshot().live_blocks > 5);
    drop(map);
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn our_pool_serves_their_collections() {
    let pool = Pool::new();
    let mut third = allocator_api2_03::vec::Vec::new_in(Compat03(pool.clone()));
    let mut fourth = allocator_api2_04::vec::Vec::new_in(Compat04(pool.clone()));
    for n in 0..1000_u64 {
        third.push(n);
        fourth.push(n * 2);
    }
    assert!(third.iter().zip(&fourth).all(|(a, b)| a * 2 == *b));
    assert_eq!(pool.stats().live_blocks, 2);
    drop((third, fourth));
    assert_eq!(pool.stats().live_blocks, 0);
}

/// A refusal of one trait is one of the other.
#[test]
fn what_cannot_be_served_is_refused() {
    let faulty = Faulty::new(Global);
    let plan = faulty.plan();
    let mut map = BTreeMap::new_in(Compat03(Compat03(faulty)));
    plan.fail_at(0);
    assert_eq!(map.fallible().insert(1, 'a').expect_err("it is told to fail").returned, (1, 'a'));
    assert_eq!(map.fallible().insert(1, 'a').expect("once only"), None);
}

/// Run by `cargo xtask ci --lane std-allocator`, on a nightly toolchain.
#[cfg(allotment_std_allocator)]
#[test]
fn so_do_those_of_the_standard_library() {
    use allotment::CompatStd;

    cut_and_join(CompatStd(std::alloc::Global));
    let pool = Pool::new();
    let mut list = Vec::new_in(CompatStd(pool.clone()));
    list.extend(0..1000);
    assert_eq!((list.len(), pool.stats().live_blocks), (1000, 1));
    drop(list);
    assert_eq!(pool.stats().live_blocks, 0);
}
