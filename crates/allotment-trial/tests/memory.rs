//! What the maps ask of their allocator, exactly: bytes an entry, nodes an insertion, and who asks
//! for nothing.

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeSet, Dense, Global};
use allotment_meter::{Counter, Counting, Faulty};
use allotment_pool::Pool;
use fastrand::Rng;

use allotment_trial::checked::Checked;

const ENTRIES: u64 = 1_000_000;

/// A tree that is one leaf begins with one of four slots; those of eight, 16, 32 and all replace
/// it. Roots above leaves do so too, but for the one of 32.
const fn roots_replaced(whole_levels: u64) -> u64 {
    4 + 3 * (whole_levels - 1)
}

/// Bytes of the larger kind of node, for pairs of `u64`.
const NODE_BYTES: u64 = 1144;

type Map = BTreeMap<u64, u64, Counting<Global>>;

fn counted() -> (Map, Counter) {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    (BTreeMap::new_in(alloc), counter)
}

/// Fills a map and answers the bytes and the nodes that it then holds.
fn held(keys: impl Iterator<Item = u64>) -> (u64, u64) {
    let (mut map, counter) = counted();
    for key in keys {
        map.insert(key, key);
    }
    assert_eq!(map.len() as u64, ENTRIES);
    let counts = counter.snapshot();
    drop(map);
    assert_eq!(counter.snapshot().live_blocks, 0);
    (counts.live_bytes, counts.live_blocks)
}

fn per_entry(bytes: u64) -> f64 {
    bytes as f64 / ENTRIES as f64
}

#[test]
fn random_insertions_take_less_than_std() {
    let mut rng = Rng::with_seed(1);
    let (bytes, nodes) = held((0..ENTRIES).map(|_| rng.u64(..)));
    assert!(per_entry(bytes) < 27.1, "std takes 27.1 bytes an entry");
    assert_eq!((bytes, nodes), (19_930_048, 25_816));
}

#[test]
fn ascending_insertions_fill_the_nodes() {
    let (bytes, nodes) = held(0..ENTRIES);
    assert!(per_entry(bytes) <= 17.5, "std takes 34.3 bytes an entry");
    assert_eq!((bytes, nodes), (16_353_616, 21_289));
}

#[test]
fn descending_insertions_fill_the_nodes() {
    let (bytes, nodes) = held((0..ENTRIES).rev());
    assert!(per_entry(bytes) <= 17.5, "std takes 34.3 bytes an entry");
    assert_eq!((bytes, nodes), (16_353_616, 21_289));
}

#[test]
fn interleaved_ascending_streams_fill_the_nodes() {
    let (bytes, nodes) = held((0..ENTRIES).map(|n| ((n % 64) << 32) | (n / 64)));
    assert!(per_entry(bytes) <= 16.9, "std takes 34.3 bytes an entry");
    assert_eq!((bytes, nodes), (16_484_328, 21_414));
}

/// Hundredths of a byte an entry, of a map whose leaves are kept full: at random, after two
/// replacements of each entry, after removing 90 %, and of interleaved streams.
#[test]
fn dense_leaves_take_less() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let mut map = BTreeMap::<u64, u64, _, Dense>::with_shape_in(alloc);
    let hundredths = |len: usize| 100 * counter.snapshot().live_bytes / len as u64;
    let mut rng = Rng::with_seed(1);
    let mut keys: Vec<u64> = (0..ENTRIES).map(|_| rng.u64(..)).collect();
    map.extend(keys.iter().map(|&key| (key, key)));
    let random = hundredths(map.len());
    for _ in 0..2 * keys.len() {
        let key = &mut keys[rng.usize(..ENTRIES as usize)];
        map.remove(key);
        *key = rng.u64(..);
        map.insert(*key, *key);
    }
    let replaced = hundredths(map.len());
    rng.shuffle(&mut keys);
    for key in keys.drain(100_000..) {
        map.remove(&key);
    }
    let removed = hundredths(map.len());
    map.verify().expect("a valid tree");
    map.clear();
    map.extend((0..ENTRIES).map(|n| (((n % 64) << 32) | (n / 64), n)));
    assert_eq!([random, replaced, removed, hundredths(map.len())], [1693, 1752, 1998, 1685]);
}

#[test]
fn small_maps_take_small_leaves() {
    let sizes = [1, 2, 4, 5, 8, 9, 16, 17, 32, 33, 47].map(|entries| {
        let (mut map, counter) = counted();
        map.extend((0..entries).map(|key| (key, key)));
        let counts = counter.snapshot();
        assert_eq!(counts.live_blocks, 1);
        counts.live_bytes
    });
    // Eight bytes of header, and 16 for each slot.
    assert_eq!(sizes, [72, 72, 72, 136, 136, 264, 264, 520, 520, 760, 760]);
    let sizes = [1, 2, 3, 5].map(|entries| {
        let alloc = Counting::new(Global);
        let counter = alloc.counter();
        let mut map = BTreeMap::<u64, u64, _, Dense>::with_shape_in(alloc);
        map.extend((0..entries).map(|key| (key, key)));
        counter.snapshot().live_bytes
    });
    assert_eq!(sizes, [40, 40, 72, 136]);
    let sizes = [1, 4, 5, 9, 17, 33].map(|entries| {
        let (mut map, counter) = counted();
        map.extend((0..60).map(|key| (key, key)));
        map.retain(|key, _| *key < entries);
        map.shrink_to_fit();
        map.verify().expect("a valid tree");
        counter.snapshot().live_bytes
    });
    assert_eq!(sizes, [72, 72, 136, 264, 520, 760]);
}

/// What a few leaves need above them, and not what many would.
#[test]
fn small_maps_take_small_roots() {
    let mut rng = Rng::with_seed(3);
    let sizes = [48, 100, 200, 400, 1000].map(|entries| {
        let (mut map, counter) = counted();
        (0..entries).for_each(|n| assert_eq!(map.insert(rng.u64(..), n), None));
        counter.snapshot().live_bytes
    });
    assert_eq!(sizes, [1632, 2392, 3912, 8760, 24_704]);
    let sizes = [48, 100, 200, 400, 1000].map(|entries| {
        let (mut map, counter) = counted();
        map.extend((0..2 * entries).map(|key| (key, key)));
        map.retain(|key, _| key % 2 == 0);
        map.compact();
        map.verify().expect("a valid tree");
        counter.snapshot().live_bytes
    });
    assert_eq!(sizes, [1632, 2392, 3912, 7048, 17_104]);
}

#[test]
fn bulk_building_fills_the_nodes() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let map: Map = BTreeMap::from_iter_in((0..ENTRIES).map(|key| (key, key)), alloc);
    let ascending = counter.snapshot();
    assert_eq!((ascending.live_bytes, ascending.live_blocks), (16_343_320, 21_280));
    // Nine slots in the root, on the fourth level.
    assert_eq!(ascending.frees, roots_replaced(3) + 2, "no other node is built twice");
    let copy = map.clone();
    let both = counter.snapshot();
    assert_eq!(both.live_bytes, 2 * ascending.live_bytes);
    assert_eq!(copy.len(), map.len());
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let set: BTreeSet<u64, _> = BTreeSet::from_iter_in(0..ENTRIES, alloc);
    assert!(per_entry(counter.snapshot().live_bytes) < 9.0);
    assert_eq!(set.len() as u64, ENTRIES);
}

/// Levels of a map, from its picture.
fn height(map: &Map) -> u64 {
    let dump = map.dump();
    let deepest = dump.lines().skip(1).map(|line| line.len() - line.trim_start().len()).max();
    deepest.map_or(0, |indent| indent as u64 / 2 + 1)
}

#[test]
fn an_insertion_asks_for_at_most_a_node_a_level_and_a_root() {
    let (mut map, counter) = counted();
    let (mut rng, mut levels) = (Rng::with_seed(2), 0);
    for step in 0..30_000_u64 {
        let before = counter.snapshot().requests;
        let key = if step % 3 == 0 { step << 40 } else { rng.u64(..1 << 55) };
        map.insert(key, step);
        let asked = counter.snapshot().requests - before;
        assert!(asked <= levels + 1, "{asked} nodes for a tree of {levels} levels");
        if asked > 1 {
            levels = height(&map);
        }
        levels = levels.max(1);
    }
    assert_eq!(counter.snapshot().frees, roots_replaced(3));
}

/// Asserts that `act` asks for nothing.
fn asks_for_nothing<R>(counter: &Counter, act: impl FnOnce() -> R) -> R {
    let before = counter.snapshot();
    let result = act();
    let after = counter.snapshot();
    assert_eq!((after.requests, after.grows, after.failed), (before.requests, before.grows, 0));
    result
}

#[test]
fn only_what_grows_asks_for_memory() {
    let (mut map, counter) = counted();
    asks_for_nothing(&counter, || map.clear());
    let mut rng = Rng::with_seed(3);
    map.extend((0..20_000).map(|n| (rng.u64(..1 << 20), n)));
    asks_for_nothing(&counter, || {
        assert_eq!(map.iter().count(), map.len());
        assert_eq!(map.iter_mut().rev().count(), map.len());
        for n in 0..2000 {
            map.get(&(n * 500));
            map.range(n * 400..n * 401).count();
            map.range_mut(n * 400..).next();
            map.remove(&(n * 450));
            map.pop_first();
            map.pop_last();
        }
        map.retain(|key, _| key % 3 != 0);
        map.remove_sorted(&Vec::from_iter(0..30_000));
    });
    asks_for_nothing(&counter, || {
        while let Some(entry) = map.first_entry() {
            entry.remove_entry();
        }
    });
    assert_eq!(counter.snapshot().live_blocks, 0, "an empty map holds nothing");
    map.extend((0..1000).map(|n| (n, n)));
    asks_for_nothing(&counter, || map.retain(|_, _| false));
    assert_eq!(counter.snapshot().live_blocks, 0, "an empty map holds nothing");
    map.extend((0..1000).map(|n| (n, n)));
    map.clear();
    assert_eq!(counter.snapshot().live_blocks, 0, "an empty map holds nothing");
    map.extend((0..1000).map(|n| (n, n)));
    asks_for_nothing(&counter, || map.into_iter().rev().count());
    assert_eq!(counter.snapshot().live_blocks, 0);
}

/// Hazard 10: nothing that an empty map does touches a node.
#[test]
fn an_empty_map_asks_for_nothing() {
    let alloc = Faulty::new(Global);
    alloc.plan().panic_from(0);
    let mut map = BTreeMap::<u64, String, _>::new_in(alloc.clone());
    assert!(map.get(&1).is_none() && map.get_mut(&1).is_none() && !map.contains_key(&1));
    assert!(map.remove(&1).is_none() && map.remove_entry(&1).is_none());
    assert_eq!((map.pop_first(), map.pop_last()), (None, None));
    assert!(map.first_key_value().is_none() && map.last_key_value().is_none());
    assert!(map.first_entry().is_none() && map.last_entry().is_none());
    assert_eq!((map.iter().count(), map.iter_mut().rev().count()), (0, 0));
    assert_eq!((map.range(1..).count(), map.range_mut(..3).rev().count()), (0, 0));
    assert_eq!((map.keys().len(), map.values().len(), map.values_mut().len()), (0, 0, 0));
    map.retain(|_, _| false);
    map.extend([]);
    assert_eq!(map.entry(1).key(), &1);
    let mut tail = map.split_off(&1);
    map.append(&mut tail);
    map.compact();
    map.shrink_to_fit();
    assert_eq!((map.insert_sorted([]), map.remove_sorted(&[1, 2])), (0, 0));
    assert_eq!(map, map.clone());
    assert_eq!(format!("{map:?} {:?}", map.iter()), "{} []");
    map.verify().expect("a valid tree");
    map.clear();
    assert_eq!(map.into_iter().rev().count(), 0);
    assert_eq!(tail.into_keys().count(), 0);
    assert_eq!(alloc.plan().requests(), 0);
}

#[test]
fn steady_churn_on_a_pool_leaves_the_parent_alone() {
    let parent = Counting::new(Global);
    let counter = parent.counter();
    let mut map = BTreeMap::new_in(Pool::new_in(parent));
    let mut rng = Rng::with_seed(4);
    let mut keys: Vec<u64> = (0..20_000).map(|_| rng.u64(..)).collect();
    map.extend(keys.iter().map(|&key| (key, key)));
    let mut churn = |rounds: usize| {
        for _ in 0..rounds {
            let key = &mut keys[rng.usize(..20_000)];
            map.remove(key);
            *key = rng.u64(..);
            map.insert(*key, *key);
        }
    };
    churn(100_000);
    let warm = counter.snapshot();
    churn(300_000);
    let after = counter.snapshot();
    assert_eq!((after.requests, after.frees), (warm.requests, warm.frees));
    map.verify().expect("a valid tree");
}

/// Hazards 21, 30 and 35: a map holds one handle, and edits neither clone nor drop it.
#[test]
fn edits_leave_the_handle_alone() {
    let alloc = Checked::new();
    let mut map = BTreeMap::new_in(alloc.clone());
    let before = alloc.clones();
    map.extend((0..500).map(|n| (n * 7 % 500, n)));
    for n in 0..250 {
        map.remove(&n);
        *map.entry(n * 3).or_insert(0) += 1;
        map.entry(n).insert_entry(2).remove_entry();
        map.pop_last();
        map.fallible().insert(n, n).expect("memory enough");
    }
    map.retain(|key, _| key % 5 != 0);
    assert_eq!(map.range(10..).count() + map.range(..10).count(), map.len());
    assert_eq!((alloc.clones(), alloc.handles()), (before, 2));

    let mut copy = map.clone();
    let mut tail = map.split_off(&100);
    assert_eq!((alloc.clones(), alloc.handles()), (before + 2, 4));
    map.append(&mut tail);
    copy.clear();
    drop((copy, tail));
    assert_eq!(alloc.handles(), 2);
    let mut pairs = map.into_iter();
    pairs.next();
    assert_eq!((alloc.clones(), alloc.handles()), (before + 2, 2));
    drop(pairs);
    assert_eq!((alloc.live(), alloc.handles()), (0, 1));
}

/// Two maps on one counted allocator.
fn counted_pair() -> (Map, Map, Counter) {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    (BTreeMap::new_in(alloc.clone()), BTreeMap::new_in(alloc), counter)
}

#[test]
fn packing_leaves_full_nodes_behind() {
    let (mut map, counter) = counted();
    let mut rng = Rng::with_seed(5);
    map.extend((0..ENTRIES).map(|n| (rng.u64(..), n)));
    let levels = height(&map);
    let mut kept = 0;
    map.retain(|_, _| {
        kept += 1;
        kept % 10 == 0
    });
    assert_eq!(map.len(), 100_000);
    let before = counter.snapshot();
    map.compact();
    let after = counter.snapshot();
    map.verify().expect("a valid tree");
    assert!(after.live_bytes as f64 / 1e5 <= 16.9, "{} bytes", after.live_bytes);
    assert_eq!((after.live_bytes, after.live_blocks), (1_635_320, 2129));
    let reserve = 2 * levels + 1;
    assert!(after.requests - before.requests <= reserve);
    assert!(after.peak_bytes <= before.peak_bytes.max(before.live_bytes + reserve * NODE_BYTES));
    map.compact();
    assert_eq!(counter.snapshot().live_bytes, after.live_bytes);
    asks_for_nothing(&counter, || map.shrink_to_fit());
    map.retain(|key, _| key % 4 != 0);
    map.shrink_to_fit();
    assert!(counter.snapshot().live_bytes as f64 / map.len() as f64 <= 16.9);
    map.verify().expect("a valid tree");
}

#[test]
fn appending_disjoint_maps_asks_for_a_node_a_level_and_a_root() {
    for (before, behind) in [(1000, 1000), (1000, 200_000), (200_000, 1000), (300_000, 100_000)] {
        for swapped in [false, true] {
            let (mut map, mut other, counter) = counted_pair();
            map.extend((0..before).map(|n| (n, n)));
            other.extend((before..before + behind).map(|n| (n, n)));
            if swapped {
                std::mem::swap(&mut map, &mut other);
            }
            let levels = height(&map).max(height(&other));
            let requests = counter.snapshot().requests;
            map.append(&mut other);
            let after = counter.snapshot();
            assert!(after.requests - requests <= levels, "{} nodes", after.requests - requests);
            map.verify().expect("a valid tree");
            assert!(map.keys().copied().eq(0..before + behind));
        }
    }
}

#[test]
fn merging_uses_the_nodes_of_both() {
    let (mut map, mut other, counter) = counted_pair();
    let mut rng = Rng::with_seed(6);
    for n in 0..200_000 {
        map.insert(rng.u64(..), n);
        if n % 2 == 0 {
            other.insert(rng.u64(..), n);
        }
    }
    let (before, levels) = (counter.snapshot(), height(&map));
    map.append(&mut other);
    let after = counter.snapshot();
    map.verify().expect("a valid tree");
    assert_eq!((map.len(), other.len()), (300_000, 0));
    // Two nodes a level, two more, and another root for each tree if it is small.
    let asked = 2 * levels + 4;
    assert!(after.requests - before.requests <= asked);
    assert!(after.peak_bytes <= before.peak_bytes + asked * NODE_BYTES);
    assert!(after.live_bytes as f64 / 3e5 <= 16.6, "what is merged is packed");
}

#[test]
fn building_from_sorted_pairs_holds_what_the_map_does() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let map: Map = BTreeMap::from_iter_in((0..ENTRIES).map(|key| (key, key)), alloc);
    let counts = counter.snapshot();
    assert_eq!((map.len() as u64, counts.peak_bytes), (ENTRIES, counts.live_bytes));
    assert!(per_entry(counts.peak_bytes) <= 17.5);
}

/// Hazard 32: pairs move between allocators, nodes do not.
#[test]
fn append_keeps_to_each_allocator() {
    let (first, second) = (Checked::new(), Checked::new());
    let mut map = BTreeMap::new_in(first.clone());
    let mut other = BTreeMap::new_in(second.clone());
    map.extend((0..400).map(|n| (n * 2, n.to_string())));
    other.extend((0..400).map(|n| (n * 3, n.to_string())));
    map.append(&mut other);
    assert_eq!(second.live(), 0);
    std::mem::swap(&mut map, &mut other);
    assert!(map.is_empty() && !other.is_empty());
    map.append(&mut other);
    assert_eq!(first.live(), 0);
    map.verify().expect("a valid tree");
    drop((map, other));
    assert_eq!((first.handles(), second.handles(), second.live()), (1, 1, 0));
}

/// The account of a map is what the allocator was asked for, in every shape and at every size.
#[test]
fn usage_is_what_was_asked_for() {
    fn check<S: Shape<u64> + Shape<String>>(rng: &mut Rng) {
        let alloc = Counting::new(Global);
        let counter = alloc.counter();
        let mut map = BTreeMap::<u64, u32, _, S>::with_shape_in(alloc);
        for step in 0..3000 {
            match rng.u32(0..3) {
                0 => drop(map.remove(&rng.u64(0..2000))),
                _ => drop(map.insert(rng.u64(0..2000), step)),
            }
            if step % 50 == 0 || step < 100 {
                let (usage, counts) = (map.memory_usage(), counter.snapshot());
                assert_eq!(usage.live_bytes as u64, counts.live_bytes);
                assert_eq!((usage.leaves + usage.internals) as u64, counts.live_blocks);
                assert_eq!(usage.fill.iter().sum::<usize>() as u64, counts.live_blocks);
                assert_eq!((usage.entries, usage.payload_bytes), (map.len(), map.len() * 12));
                assert!(usage.levels > 0 || map.is_empty());
                assert!((0.0..=1.0).contains(&usage.fill_mean()));
            }
        }
        map.compact();
        assert!(map.memory_usage().fill_mean() > 0.9);
        drop(map);
        let mut set = BTreeSet::<String, _, S>::with_shape_in(Counting::new(Global));
        set.extend((0..500).map(|n| format!("{n}")));
        let counts = set.allocator().counter().snapshot();
        assert_eq!(set.memory_usage().live_bytes as u64, counts.live_bytes);
    }
    let mut rng = Rng::with_seed(8);
    check::<Tiny>(&mut rng);
    check::<Standard>(&mut rng);
    let empty = BTreeMap::<u8, u8>::new().memory_usage();
    assert_eq!((empty.live_bytes, empty.levels, empty.bytes_per_entry()), (0, 0, 0.0));
}

#[test]
fn usage_can_be_read() {
    let map: BTreeMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
    let text = map.memory_usage().to_string();
    assert!(text.starts_with("1000 entries in 17104 bytes, 17.1 each\n"), "{text}");
    let full = "\n  21 leaves, 1 internal nodes, 2 levels\n";
    assert!(text.contains(full) && text.contains("nodes 90 to 100 % full: 21 (95 %)"), "{text}");
}
