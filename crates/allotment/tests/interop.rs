//! One allocator for collections of different crates.

use allocator_api2::boxed::Box;
use allocator_api2::vec::Vec;
use allotment::bump::Bump;
use allotment::meter::{Budget, Counting, Faulty, Ledger};
use allotment::pool::Pool;
use allotment::{BTreeMap, BTreeMultiMap, BTreeSet};
use bump_scope::Bump as ScopedBump;
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

#[test]
fn bump_scope_serves_maps_and_takes_their_nodes_back_as_a_whole() {
    let mut arena: ScopedBump = ScopedBump::new();
    let longest = arena.scoped(|scope| {
        let mut by_order = BTreeMap::new_in(&scope);
        let mut lists = BTreeMultiMap::new_in(&scope);
        for key in 0..1_000_u64 {
            by_order.insert(key, key * key);
            lists.insert(key % 7, key);
        }
        assert!(by_order.range(10..).next().is_some_and(|(_, square)| *square == 100));
        lists.get(&3).count()
    });
    assert_eq!(longest, 143);
}

#[test]
fn bumpalo_serves_sets_and_lists_beside_its_own_values() {
    let arena = bumpalo::Bump::new();
    let names = ["pea", "bean", "leek"].map(|name| &*arena.alloc_str(name));
    let mut set = BTreeSet::new_in(&arena);
    set.extend(names);
    let mut lists = BTreeMultiMap::new_in(&arena);
    lists.extend(names.into_iter().map(|name| (name.len(), name)));
    assert_eq!((set.first(), lists.get(&4).count()), (Some(&"bean"), 2));
    // Nodes end with the arena: nothing in them needs to be dropped.
    let arena_again: &bumpalo::Bump = set.abandon();
    assert!(arena_again.allocated_bytes() > 0);
}

#[test]
fn a_pool_serves_vectors_and_boxes() {
    let pool = Pool::new();
    let mut squares = Vec::new_in(pool.clone());
    squares.extend((0..1_000_u64).map(|n| n * n));
    squares.truncate(20);
    squares.shrink_to_fit();
    let boxed = Box::new_in([7_u64; 12], pool.clone());
    let mut by_order = BTreeMap::new_in(pool.clone());
    for (at, square) in squares.iter().enumerate() {
        by_order.insert(*square, Box::new_in(at, pool.clone()));
    }
    assert_eq!((*by_order[&81], boxed[11]), (9, 7));
    assert!(pool.stats().live_blocks >= 22);
    drop((squares, boxed, by_order));
    assert_eq!(pool.stats().live_blocks, 0);
    assert_eq!(pool.stats().large_bytes, 0);
}

#[test]
fn an_arena_serves_vectors_and_boxes() {
    let mut bump = Bump::new();
    for _ in 0..3 {
        let scope = bump.scope().expect("nothing else holds the arena");
        let mut words = Vec::new_in(&scope);
        words.extend((0..100).map(|n| Box::new_in(n, &scope)));
        let mut by_hash = HashMap::new_in(&scope);
        by_hash.extend(words.iter().map(|word| (**word, **word * 2)));
        let mut by_order = BTreeMap::new_in(&scope);
        by_order.extend(by_hash.iter().map(|(key, value)| (*key, *value)));
        assert!(by_order.values().eq((0..100).map(|n| n * 2).collect::<std::vec::Vec<_>>().iter()));
    }
    assert_eq!(bump.stats().live_blocks, 0);
}

/// Meters wrap one another: each tells what went through it.
#[test]
fn a_budget_over_a_count_over_a_pool() {
    let parent = Counting::new(allotment::Global);
    let chunks = parent.counter();
    let counted = Counting::new(Pool::new_in(parent));
    let nodes = counted.counter();
    let mut map = BTreeMap::new_in(Budget::new(counted, 100_000));
    let refused = (0..).find_map(|n: u64| map.fallible().insert(n, n).err()).expect("it is full");
    assert_eq!(refused.returned.0, map.len() as u64);
    map.verify().expect("a whole map");
    let (bytes, blocks) = (map.allocator().account().bytes(), map.allocator().account().blocks());
    assert!(bytes <= 100_000);
    assert_eq!(nodes.snapshot().live_bytes as usize, bytes);
    assert_eq!(nodes.snapshot().live_blocks as usize, blocks);
    // The pool takes what it hands out from its parent in a few chunks.
    assert!(chunks.snapshot().requests < 10);
    assert!(chunks.snapshot().live_bytes >= nodes.snapshot().live_bytes);
    drop(map);
    assert_eq!(chunks.snapshot().live_blocks, 0);
}

/// A parent that fails amid the chunks of an arena, and a ledger that knows what is out.
#[test]
fn what_fails_under_an_arena_is_an_error_and_no_loss() {
    for at in 0..6 {
        let ledger = Ledger::new(allotment::Global);
        let book = ledger.book();
        let faulty = Faulty::new(ledger);
        faulty.plan().fail_from(at);
        let Ok(bump) = Bump::try_new_in(faulty) else {
            assert_eq!((at, book.live_blocks()), (0, 0));
            continue;
        };
        let mut map = BTreeMap::new_in(bump);
        let refused = (0..).find_map(|n: u64| map.fallible().insert(n, n).err()).expect("refused");
        assert_eq!(refused.returned.0, map.len() as u64);
        map.verify().expect("a whole map");
        drop(map);
        assert_eq!((book.live_blocks(), book.misuses().len()), (0, 0));
    }
}
