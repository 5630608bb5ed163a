//! Multimaps next to std's maps of sets, and what they cost.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::ops::Bound;

use allotment_bump::Bump;
use allotment_core::btree_multimap::Entry;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMultiMap, BTreeSet, Dense, Global, SharedAlloc};
use allotment_meter::Counting;
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;
use fastrand::Rng;

/// Keys or values of a test: made of a number, in its order.
trait Element: Ord + Clone + std::fmt::Debug {
    fn of(n: u32) -> Self;
}

impl Element for u32 {
    fn of(n: u32) -> Self {
        n
    }
}

impl Element for u64 {
    fn of(n: u32) -> Self {
        u64::from(n) << 20
    }
}

impl Element for String {
    fn of(n: u32) -> Self {
        format!("https://example.org/{n:08}")
    }
}

impl Element for Probe {
    fn of(n: u32) -> Self {
        Self::new(n)
    }
}

/// A large one, of which few are few.
impl Element for [u64; 40] {
    fn of(n: u32) -> Self {
        [n.into(); 40]
    }
}

type Lists<K, V> = Twin<K, TwinSet<V>>;

/// Everything there is to see.
fn assert_same<K: Element, V: Element, A: SharedAlloc, S: Shape<K> + Shape<V>>(
    ours: &BTreeMultiMap<K, V, A, S>,
    twin: &Lists<K, V>,
) {
    ours.verify().expect("a valid multimap");
    let pairs = || twin.iter().flat_map(|(key, list)| list.iter().map(move |value| (key, value)));
    assert_eq!((ours.len(), ours.key_count()), (pairs().count(), twin.len()));
    assert!(ours.iter().eq(pairs()) && ours.keys().eq(twin.keys()));
    let reversed: Vec<_> = pairs().collect();
    assert!(ours.iter().rev().eq(reversed.into_iter().rev()));
    for ((key, values), (twin_key, list)) in ours.groups().zip(twin) {
        assert_eq!((key, values.len()), (twin_key, list.len()));
        assert!(values.clone().eq(list) && values.rev().eq(list.iter().rev()));
    }
}

/// Looks at parts: lists and ranges.
fn look<K: Element, V: Element, A: SharedAlloc, S: Shape<K> + Shape<V>>(
    ours: &BTreeMultiMap<K, V, A, S>,
    twin: &Lists<K, V>,
    rng: &mut Rng,
    (keys, values): (u32, u32),
) {
    let none = TwinSet::new();
    let (key, other) = (K::of(rng.u32(0..keys)), K::of(rng.u32(0..keys)));
    let (low, high) = (rng.u32(0..values), rng.u32(0..values));
    let (low, high) = (V::of(low.min(high)), V::of(low.max(high)));
    let (list, others) = (twin.get(&key).unwrap_or(&none), twin.get(&other).unwrap_or(&none));
    assert!(ours.get(&key).eq(list));
    assert_eq!((ours.count(&key), ours.contains_key(&key)), (list.len(), !list.is_empty()));
    assert_eq!(ours.contains(&key, &low), list.contains(&low));
    assert!(ours.get_range(&key, &low..=&high).eq(list.range(&low..=&high)));
    let open = (Bound::Excluded(&low), Bound::Unbounded);
    assert!(ours.get_range::<K, V, _>(&key, open).rev().eq(list.range::<V, _>(open).rev()));
    let (own, theirs) = (|| ours.get(&key), || ours.get(&other));
    assert!(own().intersection(theirs()).eq(list.intersection(others)));
    assert!(own().union(theirs()).eq(list.union(others)));
    assert!(own().difference(theirs()).eq(list.difference(others)));
    let (part, twin_part) =
        (|| ours.get_range(&key, &low..=&high), list.range(&low..=&high).cloned().collect());
    assert!(part().intersection(theirs()).eq(TwinSet::intersection(&twin_part, others)));
    assert!(theirs().union(part()).eq(others.union(&twin_part)));
    assert!(theirs().difference(part()).eq(others.difference(&twin_part)));
    let nth = rng.usize(0..list.len() + 2);
    assert_eq!(
        (own().nth(nth), own().nth_back(nth)),
        (list.iter().nth(nth), list.iter().nth_back(nth))
    );
    assert_eq!((own().last(), part().nth(nth)), (list.last(), twin_part.iter().nth(nth)));
    assert_eq!((own().min(), own().max()), (list.first(), list.last()));
    assert_eq!(ours.iter().last(), ours.iter().next_back());
    let (first, last) = (key.clone().min(other.clone()), key.max(other));
    let groups = ours.range(&first..&last).map(|(key, values)| (key, values.len()));
    assert!(groups.eq(twin.range(&first..&last).map(|(key, list)| (key, list.len()))));
    let flat: TwinSet<(K, V)> = twin
        .range(&first..=&last)
        .flat_map(|(key, list)| list.iter().map(move |value| (key.clone(), value.clone())))
        .collect();
    let bounds = (first, high.clone())..(last, low);
    if bounds.start <= bounds.end {
        let (ranged, expected) = (ours.range_pairs(bounds.clone()), flat.range(bounds));
        let expected: Vec<_> = expected.map(|(key, value)| (key, value)).collect();
        assert!(ranged.clone().eq(expected.iter().copied()));
        assert!(ranged.rev().eq(expected.iter().rev().copied()));
    }
}

/// Keeps the values for whose numbers the mask, repeated, has a bit.
fn retain<K: Element, V: Element, A: SharedAlloc, S: Shape<K> + Shape<V>>(
    ours: &mut BTreeMultiMap<K, V, A, S>,
    twin: &mut Lists<K, V>,
    mask: u64,
    values: u32,
) {
    let numbers: Vec<V> = (0..values).map(V::of).collect();
    let keep = |value: &V| {
        let n = numbers.binary_search(value).expect("one of them");
        mask.rotate_right(n as u32) & 1 == 1
    };
    ours.retain(|_, value| keep(value));
    twin.values_mut().for_each(|list| list.retain(&keep));
    twin.retain(|_, list| !list.is_empty());
}

/// Puts a pair in, or takes one out: by the methods of the map or by an entry.
fn edit<K: Element, V: Element, A: SharedAlloc, S: Shape<K> + Shape<V>>(
    ours: &mut BTreeMultiMap<K, V, A, S>,
    twin: &mut Lists<K, V>,
    (key, value): (K, V),
    (inserts, by_entry): (bool, bool),
) {
    let list = twin.entry(key.clone()).or_default();
    if inserts {
        let is_new = list.insert(value.clone());
        if by_entry {
            let len = ours.len();
            let place = ours.entry(key).insert(value);
            assert!(place.values().eq(list.iter()));
            assert_eq!(ours.len(), len + usize::from(is_new));
        } else {
            assert_eq!(ours.insert(key, value), is_new);
        }
        return;
    }
    let was_there = list.remove(&value);
    if list.is_empty() {
        twin.remove(&key);
    }
    let removed = match ours.entry(key.clone()) {
        Entry::Occupied(place) if by_entry => place.remove(&value),
        Entry::Vacant(place) if by_entry => place.into_key() != key,
        _ => ours.remove(&key, &value),
    };
    assert_eq!(removed, was_there);
}

/// Steps that make lists of all sizes, and of one key a long one.
fn script<K: Element, V: Element, A: SharedAlloc, S: Shape<K> + Shape<V>>(
    alloc: A,
    seed: u64,
    steps: u32,
    (keys, values): (u32, u32),
) {
    let owed = ledger::live();
    let mut rng = Rng::with_seed(seed);
    let mut ours = BTreeMultiMap::<K, V, A, S>::with_shape_in(alloc);
    let mut twin = Lists::<K, V>::new();
    for step in 0..steps {
        let hot = if step / 256 % 3 == 0 { 1 } else { keys };
        let (key, value) = (rng.u32(0..hot), rng.u32(0..values));
        let grows = step / 512 % 2 == 0;
        match rng.u32(0..100) {
            0 => {
                let gone = ours.remove_all(&K::of(key));
                assert_eq!(gone, twin.remove(&K::of(key)).map_or(0, |list| list.len()));
            }
            1 => retain(&mut ours, &mut twin, rng.u64(..) | rng.u64(..), values),
            5 => ours.shrink_to_fit(),
            2 => {
                let pairs = || (value..value + 70).map(|n| (K::of(key), V::of(n % values)));
                ours.extend(pairs());
                for (key, value) in pairs() {
                    twin.entry(key).or_default().insert(value);
                }
            }
            3 => {
                let copy = ours.clone();
                assert_same(&copy, &twin);
                assert!(copy == ours && copy.cmp(&ours).is_eq());
                ours = copy;
            }
            4 if rng.u32(0..3) > 0 => {
                let mut other = BTreeMultiMap::with_shape_in(ours.allocator().clone());
                for _ in 0..rng.u32(0..80) {
                    let (key, value) = (rng.u32(0..keys + 3), rng.u32(0..values));
                    other.insert(K::of(key), V::of(value));
                    twin.entry(K::of(key)).or_default().insert(V::of(value));
                }
                ours.append(&mut other);
                assert_same(&other, &Lists::new());
            }
            4 if rng.u32(0..8) == 0 => {
                ours.clear();
                twin.clear();
            }
            6..16 => look(&ours, &twin, &mut rng, (keys, values)),
            dice => {
                let inserts = if grows { dice < 75 } else { dice >= 75 };
                let pair = (K::of(key), V::of(value));
                edit(&mut ours, &mut twin, pair, (inserts, rng.bool()));
            }
        }
        if step % 64 == 0 {
            assert_same(&ours, &twin);
        }
    }
    drop((ours, twin));
    assert_eq!(ledger::live(), owed, "something leaked");
    tally("operations on multimaps, compared with std's", steps.into());
}

#[test]
fn scripts_next_to_maps_of_sets() {
    let steps = if cfg!(miri) { 600 } else { 12_000 };
    for seed in 0..effort() {
        script::<u32, u32, _, Tiny>(Checked::new(), seed, steps, (20, 60));
        script::<u64, u64, _, Standard>(Pool::new(), seed, steps, (8, 400));
        script::<String, u32, _, Standard>(Checked::new(), seed, steps, (8, 400));
        script::<u32, String, _, Tiny>(Bump::new(), seed, steps, (8, 60));
        script::<u32, String, _, Standard>(Checked::new(), seed, steps / 2, (8, 200));
        script::<Probe, Probe, _, Tiny>(Checked::new(), seed, steps / 2, (8, 40));
        script::<Probe, Probe, _, Standard>(Counting::new(Global), seed, steps / 2, (8, 300));
        script::<u32, [u64; 40], _, Standard>(Checked::new(), seed, steps / 4, (8, 60));
    }
}

#[test]
fn lists_move_between_multimaps() {
    let pool = Pool::new();
    for (first, second) in [(pool.clone(), pool.clone()), (Pool::new(), pool.clone())] {
        let pairs = |from: u32| (from..from + 900).map(|n| (n % 9, n.to_string()));
        let (mut ours, mut other) = (BTreeMultiMap::new_in(first), BTreeMultiMap::new_in(second));
        ours.extend(pairs(0));
        other.extend(pairs(450).chain([(77, "one".to_owned())]));
        let mut twin = Lists::new();
        for (key, value) in pairs(0).chain(pairs(450)).chain([(77, "one".to_owned())]) {
            twin.entry(key).or_default().insert(value);
        }
        ours.append(&mut other);
        assert!(other.is_empty() && other.key_count() == 0);
        other.verify().expect("a valid multimap");
        assert_eq!(ours.len(), twin.values().map(TwinSet::len).sum::<usize>());
        ours.verify().expect("a valid multimap");
        assert!(
            ours.groups().zip(&twin).all(|((key, own), (twin, list))| key == twin && own.eq(list))
        );
    }
    assert_eq!(pool.stats().live_blocks, 0);
}

/// Bytes a record, keys and values of eight bytes, all that is asked of the allocator; random keys,
/// so many values under each.
#[test]
#[cfg_attr(miri, ignore = "counts, on more values than Miri gets through")]
fn bytes_a_record_are_as_told() {
    fn bytes<S: Shape<u64>>(keys: u64, each: u64) -> usize {
        let mut rng = Rng::with_seed(5);
        let mut lists = BTreeMultiMap::<u64, u64, _, S>::with_shape_in(Global);
        let mut pairs: Vec<(u64, u64)> = (0..keys)
            .map(|_| rng.u64(..))
            .flat_map(|key| (0..each).map(move |n| (key, n)))
            .collect();
        rng.shuffle(&mut pairs);
        pairs.iter_mut().for_each(|(key, n)| *n = *n << 32 | *key >> 40);
        let count = pairs.len();
        lists.extend(pairs);
        assert_eq!(lists.len(), count);
        10 * lists.memory_usage().live_bytes / count
    }
    fn tenths<S: Shape<u64>>() -> [usize; 5] {
        let shapes = [(40_000, 1), (10_000, 4), (2500, 16), (700, 64), (1, 40_000)];
        shapes.map(|(keys, each)| bytes::<S>(keys, each))
    }
    assert_eq!(tenths::<Standard>(), [298, 174, 103, 86, 103]);
    assert_eq!(tenths::<Dense>(), [257, 164, 101, 85, 88]);
}

/// One list of a thousand values and one of a million: the smaller one decides what it costs.
#[test]
fn lists_of_very_different_lengths_meet_by_searching() {
    use std::cell::Cell;

    thread_local! {
        static COMPARISONS: Cell<u64> = const { Cell::new(0) };
    }

    #[derive(PartialEq, Eq)]
    struct Counted(u32);
    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Counted {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            COMPARISONS.set(COMPARISONS.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    let many = if cfg!(miri) { 2000 } else { 1_000_000 };
    let few = if cfg!(miri) { 20 } else { 1000 };
    let mut lists = BTreeMultiMap::new();
    lists.extend((0..many).map(|n| (1, Counted(n))));
    lists.extend((0..few).map(|n| (2, Counted(n * (many / few) + 7))));
    COMPARISONS.set(0);
    assert_eq!(lists.get(&1).intersection(lists.get(&2)).count(), few as usize);
    let comparisons = COMPARISONS.replace(0);
    assert!(comparisons <= 40 * u64::from(few), "{comparisons}");
}

/// A key with many values takes the next one as a set does: no step grows with how many there are.
#[test]
#[cfg_attr(miri, ignore = "counts, on more values than Miri gets through")]
fn a_hot_key_asks_for_as_little_as_a_set() {
    let (ours, theirs) = (Counting::new(Global), Counting::new(Global));
    let (books, set_books) = (ours.counter(), theirs.counter());
    let mut lists = BTreeMultiMap::new_in(ours);
    let mut set = BTreeSet::new_in(theirs);
    let mut rng = Rng::with_seed(3);
    for _ in 0..20_000 {
        let value = rng.u64(..);
        lists.insert("hot", value);
        set.insert(value);
    }
    let (ours, theirs) = (books.snapshot(), set_books.snapshot());
    assert!(ours.requests <= theirs.requests + 16, "{} {}", ours.requests, theirs.requests);
    assert!(ours.live_bytes <= theirs.live_bytes + 512);
}
