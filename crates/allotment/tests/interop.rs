//! One allocator for collections of different crates.

use allotment::BTreeMap;
use allotment::bump::Bump;
use allotment::pool::Pool;
use hashbrown::{DefaultHashBuilder, HashMap};

#[test]
fn a_pool_serves_a_hash_map_and_a_tree() {
    let pool = Pool::new();
    let mut by_hash = HashMap::with_hasher_in(DefaultHashBuilder::default(), pool.clone());
    let mut by_order = BTreeMap::new_in(pool.clone());
    for key in 0..1_000_u32 {
        by_hash.insert(key, key * 2);
        by_order.insert(key, key * 2);
    }
    assert!(by_order.iter().all(|(key, value)| by_hash[key] == *value));
    let shared = pool.stats().live_bytes;
    drop(by_hash);
    assert!(pool.stats().live_bytes < shared);
    drop(by_order);
    assert_eq!(pool.stats().live_blocks, 0);
}

#[test]
fn a_borrowed_arena_serves_both_and_is_reset() {
    let mut bump = Bump::new();
    {
        let mut by_hash = HashMap::new_in(&bump);
        let mut by_order = BTreeMap::new_in(&bump);
        by_hash.insert("bean", 2);
        by_order.insert("bean", by_hash["bean"]);
        assert_eq!(by_order["bean"], 2);
    }
    bump.reset().expect("nothing else holds the arena");
    assert_eq!(bump.stats().live_blocks, 0);
}

#[test]
fn bumpalo_serves_both() {
    let arena = bumpalo::Bump::new();
    let mut by_hash = HashMap::new_in(&arena);
    let mut by_order = BTreeMap::new_in(&arena);
    for key in 0..500_u64 {
        by_hash.insert(key, ());
        by_order.insert(key, ());
    }
    for key in 0..400 {
        by_order.remove(&key);
    }
    assert_eq!((by_hash.len(), by_order.len()), (500, 100));
}
