//! Sets, and maps that are hung into others, under each failed or panicking request in turn.

use std::ops::Bound;

use allotment_core::shape::Tiny;
use allotment_core::{BTreeMap, BTreeSet, Global, SharedAlloc};
use allotment_meter::{Counting, Faulty};

use allotment_trial::fuse::catch;
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

type Map<B, S> = BTreeMap<Probe, Probe, Counting<B>, S>;

/// Hazard 29, for sets: each operation fails at its first request, and passes when there is memory.
#[test]
fn every_operation_of_a_set_fails_and_then_passes() {
    let faulty = Faulty::new(Counting::new(Global));
    let plan = faulty.plan();
    let alloc = Counting::new(faulty);
    let mut set = BTreeSet::<Probe, _, Tiny>::with_shape_in(alloc.clone());
    let mut other = BTreeSet::with_shape_in(alloc);
    set.extend((0..100).map(|n| Probe::new(2 * n)));
    other.extend((0..60).map(|n| Probe::new(2 * n + 1)));
    /// Fails, leaves the set as it was, and passes.
    macro_rules! twice {
        ($act:expr) => {{
            let before = set.dump();
            plan.fail_from(0);
            let failure = $act.err().expect("there is no memory");
            plan.never();
            assert_eq!(set.dump(), before);
            ($act.expect("there is memory"), failure)
        }};
    }
    let full = |set: &mut BTreeSet<Probe, _, Tiny>, n: u32| set.fallible().insert(Probe::new(n));
    let fails = (0..200).find(|n| {
        plan.fail_from(0);
        let failed = full(&mut set, 2 * n + 1).is_err();
        plan.never();
        failed
    });
    let n = 2 * fails.expect("some leaf is full and so are its neighbours") + 1;
    assert_eq!(twice!(set.fallible().insert(Probe::new(n))).1.returned.n(), n);
    let copy = twice!(set.fallible().try_clone()).0;
    assert!(copy == set);
    let part = twice!(set.fallible().split_range(Probe::new(20)..Probe::new(120))).0;
    part.verify().expect("a valid part");
    let tail = twice!(set.fallible().split_off(&Probe::new(150))).0;
    assert_eq!(part.len() + tail.len() + set.len(), copy.len());
    let drained = twice!(set.fallible().drain(Probe::new(3)..Probe::new(15)).map(|it| it.len())).0;
    assert_eq!(drained, copy.range(Probe::new(3)..Probe::new(15)).count());
    let mut all = copy;
    plan.fail_from(0);
    assert!(all.fallible().append(&mut other).is_err() && all.len() + other.len() >= 160);
    plan.never();
    all.fallible().append(&mut other).expect("there is memory");
    assert!(all.fallible().compact().is_ok() && all.fallible().replace(Probe::new(4)).is_ok());
    assert!(all.fallible().extend((0..50).map(Probe::new)).is_ok());
    all.verify().expect("a valid tree");
    assert!(set.verify().is_ok() && all.fallible().remove_range(..).is_ok() && all.is_empty());
}

/// Hazard 20, for what is hung into a gap: it goes down with the call, and the map is as it was.
#[test]
fn every_request_of_a_splice_panics_in_turn() {
    let mut points = 0;
    for (len, other_len) in [(1, 1), (3, 40), (300, 2), (300, 300), (40, 3000)] {
        for n in 0.. {
            let (books, owed) = (Counting::new(Global), ledger::live());
            let parent = books.counter();
            let faulty = Faulty::new(books);
            let plan = faulty.plan();
            let alloc = Counting::new(faulty);
            let pair = |n: u32| (Probe::new(n), Probe::new(n));
            let mut map: Map<_, Tiny> = BTreeMap::with_shape_in(alloc.clone());
            map.extend((0..len).chain(10_000..10_000 + len).map(pair));
            let mut other = BTreeMap::with_shape_in(alloc);
            other.extend((5000..5000 + other_len).map(pair));
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(7000)));
            plan.panic_at(n);
            let spliced = catch(|| cursor.splice_after(other));
            plan.never();
            // Wherever the cursor is now: all pairs are to be seen from there.
            while cursor.prev().is_some() {}
            let seen = std::iter::from_fn(|| cursor.next().map(drop)).count();
            assert_eq!(seen, map.len());
            map.verify().expect("a valid tree");
            let kept = if spliced.is_some() { other_len } else { 0 };
            assert_eq!(map.len() as u32, 2 * len + kept);
            assert_eq!(ledger::live() - owed, 2 * map.len(), "pairs leaked");
            drop(map);
            assert_eq!(parent.snapshot().live_blocks, 0, "nodes leaked");
            if spliced.is_some() {
                break;
            }
            points += 1;
        }
    }
    assert!(points > 40, "{points}");
}

/// Hazard 20, for maps that are joined: the other one goes down with the call.
#[test]
fn every_request_of_a_join_panics_in_turn() {
    let (mut points, sizes) = (0, [(1, 1), (10, 3), (3, 40), (300, 300)]);
    for ((len, other_len), is_before) in
        sizes.into_iter().flat_map(|size| [(size, false), (size, true)])
    {
        for n in 0.. {
            let owed = ledger::live();
            let alloc = Faulty::new(Counting::new(Global));
            let (plan, pair) = (alloc.plan(), |n: u32| (Probe::new(n), Probe::new(n)));
            let alloc = Counting::new(alloc);
            let mut map: Map<_, Tiny> = BTreeMap::with_shape_in(alloc.clone());
            map.extend((1000..1000 + len).map(pair));
            let mut other = BTreeMap::with_shape_in(alloc);
            let start = if is_before { 0 } else { 5000 };
            other.extend((start..start + other_len).map(pair));
            plan.panic_at(n);
            let joined = catch(|| map.join(other).is_ok());
            plan.never();
            map.verify().expect("a valid tree");
            let kept = if joined.is_some() { other_len } else { 0 };
            assert_eq!(map.len() as u32, len + kept);
            drop(map);
            assert_eq!(ledger::live(), owed);
            if joined.is_some() {
                break;
            }
            points += 1;
        }
    }
    assert!(points > 4, "{points}");
}

/// A map of such numbers, that has values of their own.
fn map_of<A: SharedAlloc>(alloc: A, numbers: impl Iterator<Item = u32>) -> Map<A, Tiny> {
    let mut map = BTreeMap::with_shape_in(Counting::new(alloc));
    map.extend(numbers.map(|n| (Probe::new(n), Probe::new(n))));
    map
}

fn numbers<A: SharedAlloc>(map: &Map<A, Tiny>) -> Vec<u32> {
    map.verify().expect("a valid map");
    map.keys().map(Probe::n).collect()
}

/// A map on another allocator cannot be hung in, and its pairs are put in one by one.
#[test]
fn pairs_come_from_another_allocator() {
    for len in [0, 1, 3, 40] {
        for n in 0.. {
            let owed = ledger::live();
            let (faulty, apart) = (Faulty::new(Global), Faulty::new(Global));
            let plan = faulty.plan();
            let mut map = map_of(faulty, (0..len).map(|n| n * 10));
            let other = map_of(apart, 1..9);
            plan.fail_from(n);
            let (mut cursor, is_after) =
                (map.lower_bound_mut(Bound::Excluded(&Probe::new(0))), n % 2 == 0);
            let spliced = if is_after {
                cursor.fallible().splice_after(other)
            } else {
                cursor.fallible().splice_before(other)
            };
            plan.never();
            let refused = spliced.map_err(|error| error.into_inner());
            let rest = refused.as_ref().err().map_or(Vec::new(), numbers);
            drop(refused);
            let beside = if is_after { cursor.peek_next() } else { cursor.peek_prev() };
            let got_in = 8 - rest.len() as u32;
            let first = if is_after { 1 } else { got_in };
            assert!(got_in == 0 || beside.is_some_and(|(key, _)| key.n() == first));
            assert_eq!(rest, (got_in + 1..9).collect::<Vec<u32>>());
            let multiples = (1..len).map(|n| n * 10);
            let all: Vec<u32> = (0..len.min(1)).chain(1..got_in + 1).chain(multiples).collect();
            assert_eq!(numbers(&map), all);
            drop(map);
            assert_eq!(ledger::live(), owed);
            if rest.is_empty() {
                break;
            }
        }
    }
}
