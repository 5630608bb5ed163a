//! Several collections at once: merged, and joined by their keys.

use std::cell::Cell;
use std::collections::BTreeMap as Twin;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_core::shape::{Standard, Tiny};
use allotment_core::streams::{
    Keep, merge_by, merge_elements, merge_pairs, try_merge_by, try_merge_elements, try_merge_pairs,
};
use allotment_core::{BTreeMap, BTreeSet, Global, Shape};
use allotment_meter::Counting;
use allotment_trial::chaos::{ChaosKey, Order, set_order};
use allotment_trial::ledger;
use fastrand::Rng;

#[test]
fn any_number_of_streams_is_one() {
    let mut rng = Rng::with_seed(1);
    for count in (0..12).chain([100]) {
        let streams: Vec<Vec<(u32, (usize, usize))>> = (0..count)
            .map(|stream| {
                let mut keys: Vec<u32> = (0..rng.usize(0..40)).map(|_| rng.u32(0..60)).collect();
                keys.sort_unstable();
                keys.into_iter().enumerate().map(|(at, key)| (key, (stream, at))).collect()
            })
            .collect();
        let mut all: Vec<_> = streams.iter().flatten().copied().collect();
        all.sort_by_key(|(key, _)| *key);
        let merge = merge_pairs(streams.clone());
        assert_eq!(merge.size_hint(), (all.len(), Some(all.len())));
        assert!(merge.eq(all.iter().copied()), "{count} streams");
        let mut last = all.clone();
        last.reverse();
        last.dedup_by_key(|(key, _)| *key);
        last.reverse();
        all.dedup_by_key(|(key, _)| *key);
        let first: BTreeMap<_, _> = merge_pairs(streams.clone()).keep(Keep::First).collect();
        assert!(first.into_iter().eq(all));
        assert!(merge_pairs(streams).keep(Keep::Last).eq(last));
    }
}

/// Items that are dropped, left in a merge that is dropped, or lost to a panic.
#[test]
fn merges_lose_nothing() {
    set_order(Order::Honest);
    let owed = ledger::live();
    let stream = |step: u32| (0..20).map(move |n| ChaosKey::new(n * step)).collect::<Vec<_>>();
    let streams = || [stream(1), stream(2), stream(3)];
    assert_eq!(merge_elements(streams()).keep(Keep::First).count(), 40);
    assert_eq!(merge_elements(streams()).take(17).count(), 17);
    let calls = Cell::new(0);
    for n in 0..200 {
        calls.set(0);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let compare = |a: &ChaosKey, b: &ChaosKey| {
                calls.set(calls.get() + 1);
                if calls.get() == n {
                    std::panic::resume_unwind(Box::new(()));
                }
                a.cmp(b)
            };
            merge_by(streams(), compare).count()
        }));
        assert!(outcome.is_err() || outcome.is_ok_and(|count| count == 60));
        assert_eq!(ledger::live(), owed);
    }
    for order in Order::ALL {
        set_order(order);
        assert_eq!(merge_elements(streams()).count(), 60);
    }
    set_order(Order::Honest);
    assert_eq!(ledger::live(), owed);
}

/// A merge of ascending streams is a source of the bulk build: leaves are full.
#[test]
fn a_merge_builds_a_packed_map() {
    let parts: Vec<BTreeMap<u64, u64>> =
        (0..4).map(|part| (0..1000).map(|n| (4 * n + part, n)).collect()).collect();
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let merged = BTreeMap::<u64, u64, _>::from_iter_in(merge_pairs(parts), alloc);
    assert!(merged.keys().copied().eq(0..4000));
    let plain = Counting::new(Global);
    let plain_counter = plain.counter();
    let built = BTreeMap::<u64, u64, _>::from_iter_in((0..4000).map(|n| (n, n / 4)), plain);
    assert!(built == BTreeMap::from_iter_in(merged, Counting::new(Global)));
    assert_eq!(counter.snapshot().requests, plain_counter.snapshot().requests);
}

#[test]
fn maps_are_joined_by_their_keys() {
    fn check<S: Shape<u32>>(rng: &mut Rng) {
        let sizes = [0, 1, 7, 60, 3000];
        for (own_len, other_len) in sizes.into_iter().flat_map(|a| sizes.map(|b| (a, b))) {
            let mut own = BTreeMap::<u32, u32, _, S>::with_shape_in(Global);
            let mut other = BTreeMap::<u32, char, _, S>::with_shape_in(Counting::new(Global));
            own.extend((0..own_len).map(|n| (rng.u32(0..4000), n)));
            other.extend((0..other_len).map(|_| (rng.u32(0..4000), rng.alphabetic())));
            let mut both: Twin<u32, (Option<u32>, Option<char>)> = Twin::new();
            own.iter().for_each(|(key, value)| both.entry(*key).or_default().0 = Some(*value));
            other.iter().for_each(|(key, value)| both.entry(*key).or_default().1 = Some(*value));

            let outer = own.outer_join(&other);
            let (least, most) = outer.size_hint();
            assert!(least <= both.len() && most.is_some_and(|most| most >= both.len()));
            let outer = outer.map(|(key, own, other)| (*key, (own.copied(), other.copied())));
            assert!(outer.eq(both.iter().map(|(key, values)| (*key, *values))));
            let inner = own.inner_join(&other).map(|(key, own, other)| (*key, *own, *other));
            let theirs =
                both.iter().filter_map(|(key, (own, other))| Some((*key, (*own)?, (*other)?)));
            assert!(inner.eq(theirs));
            let left = own.left_join(&other);
            assert_eq!(left.size_hint(), (own.len(), Some(own.len())));
            let left = left.map(|(key, own, other)| (*key, *own, other.copied()));
            assert!(left.eq(both.iter().filter_map(|(key, (own, other))| Some((
                *key,
                (*own)?,
                *other
            )))));
            let alone = own.anti_join(&other).map(|(key, own)| (*key, *own));
            let theirs = both.iter().filter(|(_, values)| values.1.is_none());
            assert!(alone.eq(theirs.filter_map(|(key, (own, _))| Some((*key, (*own)?)))));
        }
    }
    let mut rng = Rng::with_seed(2);
    check::<Tiny>(&mut rng);
    check::<Standard>(&mut rng);
}

#[test]
fn joins_can_be_looked_at() {
    let (own, other) = (BTreeMap::from([(1, 'a'), (2, 'b')]), BTreeMap::from([(2, "b")]));
    let mut join = own.inner_join(&other);
    assert_eq!(format!("{join:?}"), r#"InnerJoin({1: 'a', 2: 'b'}, {2: "b"})"#);
    join.next();
    assert_eq!(format!("{:?}", join.clone()), "InnerJoin({}, {})");
    let merge = merge_elements([BTreeSet::from([3, 4]), BTreeSet::from([1])]);
    assert_eq!(format!("{merge:?}"), "{1: 1, 0: 3}");
}

/// An iterator that says how many items it has, and lies.
struct Liar<I>(I, usize);

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

impl<I: Iterator> ExactSizeIterator for Liar<I> {}

#[test]
fn streams_are_counted_before_one_is_taken() {
    let streams = || [[1, 5], [2, 4], [3, 3]].into_iter();
    assert!(try_merge_elements(streams()).unwrap().eq([1, 2, 3, 3, 4, 5]));
    let pairs = streams().map(|[key, other]| [(key, 'a'), (other, 'b')]);
    assert!(try_merge_pairs(pairs).unwrap().keep(Keep::First).eq(merge_pairs([[
        (1, 'a'),
        (2, 'a'),
        (3, 'a'),
        (4, 'b'),
        (5, 'b'),
    ]])));
    // Fewer than there are: those left are not read. More, or more than there can be: see below.
    assert!(try_merge_elements(Liar(streams(), 2)).unwrap().eq([1, 2, 4, 5]));
    assert!(try_merge_elements(Liar(streams(), 9)).unwrap().eq([1, 2, 3, 3, 4, 5]));
    for count in [usize::MAX, isize::MAX as usize / 8] {
        let failure = try_merge_by(Liar(streams(), count), i32::cmp).unwrap_err();
        assert_eq!(failure.returned.0.count(), 3);
        assert!(failure.layout.size() > 0);
    }
}
