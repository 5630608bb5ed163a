//! What the views for failed allocations answer: each request fails in turn, nothing is lost, and
//! what comes back goes in once there is memory.

use std::ops::Bound;

use allotment_core::btree_map::{FallibleEntry, FallibleEntryRef};
use allotment_core::shape::Tiny;
use allotment_core::{AllocFailure, BTreeMap, BTreeMultiMap, BTreeSet, Global, btree_multimap};
use allotment_core::{SharedAlloc, btree_set};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

type Alloc = Counting<Faulty<Counting<Global>>>;
type Map = BTreeMap<Probe, Probe, Alloc, Tiny>;
type Set = BTreeSet<Probe, Alloc, Tiny>;
type Failure = AllocFailure<(Probe, Probe)>;

/// An allocator, and what makes it fail.
fn faulty() -> (Alloc, FaultPlan) {
    let faulty = Faulty::new(Counting::new(Global));
    let plan = faulty.plan();
    (Counting::new(faulty), plan)
}

fn pair(n: u32) -> (Probe, Probe) {
    (Probe::new(n), Probe::new(n))
}

fn map_of(alloc: Alloc, numbers: impl Iterator<Item = u32>) -> Map {
    let mut map = BTreeMap::with_shape_in(alloc);
    map.extend(numbers.map(pair));
    map
}

/// The keys of a valid map.
fn keys<A: SharedAlloc>(map: &BTreeMap<Probe, Probe, A, Tiny>) -> Vec<u32> {
    map.verify().expect("a valid map");
    map.keys().map(Probe::n).collect()
}

/// Runs `act` with the number of the request to fail until it passes; answers how many there were.
fn each_request(mut act: impl FnMut(u64) -> bool) -> u64 {
    (0..).find(|n| act(*n)).expect("there are as many numbers as requests")
}

#[test]
fn what_was_built_before_a_failure_comes_back() {
    let (alloc, plan) = faulty();
    let points = each_request(|n| {
        let mut pairs = (0..500).map(pair);
        plan.fail_from(n);
        match BTreeMap::try_from_iter_in(&mut pairs, alloc.clone()) {
            Ok(map) => map.len() == 500,
            Err(AllocFailure { returned: (mut map, refused), .. }) => {
                map.verify().expect("a valid map");
                assert_eq!(refused.0.n() as usize, map.len());
                plan.never();
                map.extend([refused]);
                map.extend(pairs);
                assert!(map.keys().map(Probe::n).eq(0..500));
                false
            }
        }
    });
    assert!(points > 15, "{points}");
    let set = BTreeSet::try_from_iter_in([3, 1, 2, 1], Global).unwrap();
    assert!(set.iter().eq(&[1, 2, 3]));
    assert_eq!(ledger::live(), 0);
}

/// Few pairs go in one by one, and many by way of a map of their own.
#[test]
fn of_sorted_pairs_each_is_somewhere() {
    for (own, more) in [(2000, 3), (200, 300)] {
        let (alloc, plan) = faulty();
        let points = each_request(|n| {
            let mut map = map_of(alloc.clone(), (0..own).map(|n| n * 2));
            let mut pairs = (0..more).map(|n| pair(own + n * 3));
            plan.fail_from(n);
            let inserted = map.fallible().insert_sorted(&mut pairs);
            plan.never();
            let Err(failure) = inserted else { return true };
            let (apart, refused) = failure.returned;
            let found = keys(&map);
            let mut all = [found, keys(&apart)].concat();
            all.extend(refused.iter().map(|pair| pair.0.n()));
            all.extend(pairs.map(|pair| pair.0.n()));
            all.sort_unstable();
            all.dedup();
            let mut expected: Vec<_> = (0..own).map(|n| n * 2).collect();
            expected.extend((0..more).map(|n| own + n * 3));
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(all, expected);
            false
        });
        assert!(points > 0);
        let mut set = Set::with_shape_in(alloc);
        plan.fail_at(0);
        let failure = set.fallible().insert_sorted([4, 9].map(Probe::new)).unwrap_err();
        assert_eq!(failure.returned.1.map(|probe| probe.n()), Some(4));
        assert_eq!(set.fallible().insert_sorted([4, 9].map(Probe::new)).ok(), Some(2));
    }
    assert_eq!(ledger::live(), 0);
}

#[test]
fn maps_that_do_not_merge_come_back() {
    let (alloc, plan) = faulty();
    let points = each_request(|n| {
        let mut map = map_of(alloc.clone(), (0..300).map(|n| n * 2));
        let other = map_of(alloc.clone(), (0..200).map(|n| n * 3));
        let mut conflicts = 0;
        plan.fail_from(n);
        let merged = map.fallible().merge(other, |key, own, other| {
            conflicts += 1;
            assert!(key.n() == own.n() && key.n() == other.n());
            Probe::new(own.n() + other.n())
        });
        plan.never();
        let found = keys(&map);
        // Zero came first, and twice that is that.
        let summed = map.iter().filter(|(key, value)| value.n() == 2 * key.n()).count();
        assert_eq!(summed, conflicts.max(1));
        match merged {
            Ok(()) => conflicts == 100 && found.len() == 400,
            Err(failure) => {
                let rest = keys(&failure.returned);
                let there = |n: &u32| found.binary_search(n).is_ok();
                assert!((0..200).map(|n| n * 3).all(|n| there(&n) || rest.contains(&n)));
                assert_eq!(found.len() + rest.len() + conflicts, 500);
                false
            }
        }
    });
    assert!(points > 5, "{points}");
    assert_eq!(ledger::live(), 0);
}

/// Hazard 16: the pair that it was asked about is gone, and so are those that were yet to come.
#[test]
fn a_conflict_that_panics_leaves_a_valid_map() {
    for n in [0, 1, 50, 99] {
        let (alloc, _) = faulty();
        let mut map = map_of(alloc.clone(), (0..300).map(|n| n * 2));
        let other = map_of(alloc, (0..200).map(|n| n * 3));
        arm(Act::Call, n);
        let merged = catch(|| {
            map.merge(other, |_, own, _| {
                burn(Act::Call);
                own
            });
        });
        assert!(merged.is_none());
        assert_eq!(keys(&map).len() as u64, 299 + n);
        assert_eq!(ledger::live(), 2 * map.len());
    }
}

#[test]
fn a_comparison_that_panics_in_a_merge_loses_nothing_of_the_map() {
    for n in 0.. {
        let (alloc, _) = faulty();
        let mut map = map_of(alloc.clone(), (0..40).map(|n| n * 2));
        let other = map_of(alloc, (0..10).map(|n| n * 3));
        arm(Act::Compare, n);
        let merged = catch(|| map.merge(other, |_, own, _| own));
        disarm(Act::Compare);
        let found = keys(&map);
        assert!((0..40).all(|n| found.binary_search(&(n * 2)).is_ok()));
        assert_eq!(ledger::live(), 2 * map.len());
        if merged.is_some() {
            assert!(n > 20, "{n}");
            break;
        }
    }
}

/// A map in which the next insertion of a number must ask for nodes.
fn full(plan: &FaultPlan, alloc: Alloc) -> (Map, u32) {
    let mut map = map_of(alloc, (0..100).map(|n| n * 2));
    for n in (0..200).map(|n| n * 2 + 1) {
        plan.fail_from(0);
        let failed = map.fallible().insert(Probe::new(n), Probe::new(n)).is_err();
        plan.never();
        if failed {
            return (map, n);
        }
    }
    unreachable!("some leaf is full, and so are its neighbours")
}

#[test]
fn every_way_to_fill_an_entry_fails_and_then_passes() {
    let (alloc, plan) = faulty();
    let n = full(&plan, alloc.clone()).1;
    let mut map: Map;
    /// Fails, leaves the map as it was, gives the pair back, and passes.
    macro_rules! fails_and_passes {
        ($($act:expr;)*) => {$({
            map = full(&plan, alloc.clone()).0;
            let before = map.dump();
            plan.fail_from(0);
            let failure = $act.err().expect("there is no memory");
            plan.never();
            assert_eq!((failure.returned.0.n(), failure.returned.1.n() % 100), (n, 7));
            assert_eq!(map.dump(), before);
            assert!($act.is_ok() && map.contains_key(&Probe::new(n)));
        })*};
    }
    let (key, seven) = (|| Probe::new(n), || Probe::new(7));
    fails_and_passes! {
        map.fallible().entry(key()).or_insert(seven());
        map.fallible().entry(key()).or_insert_with(seven);
        map.fallible().entry(key()).or_insert_with_key(|_| seven());
        map.fallible().entry(key()).or_try_insert_with::<_, Failure>(|| Ok(seven()));
        map.fallible().entry(key()).insert_entry(seven());
        match map.fallible().entry(key()) {
            FallibleEntry::Vacant(entry) => entry.insert(seven()),
            FallibleEntry::Occupied(entry) => Ok(entry.into_mut()),
        };
        map.fallible().entry_ref(&key()).or_insert(seven());
        map.fallible().entry_ref(&key()).or_insert_with(seven);
        map.fallible().entry_ref(&key()).or_insert_with_key(|_| seven());
        map.fallible().entry_ref(&key()).or_try_insert_with::<_, Failure>(|| Ok(seven()));
        map.fallible().entry_ref(&key()).insert_entry(seven());
        match map.fallible().entry_ref(&key()) {
            FallibleEntryRef::Vacant(entry) => entry.insert(seven()),
            FallibleEntryRef::Occupied(entry) => Ok(entry.into_mut()),
        };
    }
    let there = Probe::new(0);
    plan.fail_from(0);
    assert!(map.fallible().entry(Probe::new(0)).or_default().is_ok());
    assert!(map.fallible().entry_ref(&there).and_modify(|it| *it = seven()).or_default().is_ok());
    plan.never();
    assert_eq!(map[&there].n(), 7);
    assert!(format!("{:?}", map.fallible().entry_ref(&key())).starts_with("FallibleEntryRef"));
}

#[test]
fn an_error_of_the_value_is_not_one_of_the_allocator() {
    #[derive(Debug, PartialEq)]
    enum Error {
        Value,
        Memory(u32, u32),
    }
    impl From<AllocFailure<(u32, u32)>> for Error {
        fn from(failure: AllocFailure<(u32, u32)>) -> Self {
            Self::Memory(failure.returned.0, failure.returned.1)
        }
    }
    let alloc = Faulty::new(Global);
    let plan = alloc.plan();
    let mut map = BTreeMap::new_in(alloc);
    plan.fail_from(0);
    let refused = map.fallible().entry(1).or_try_insert_with(|| Err(Error::Value));
    assert_eq!(refused, Err(Error::Value));
    let refused = map.fallible().entry(1).or_try_insert_with_key(|key| Ok(key + 1));
    assert_eq!(refused, Err(Error::Memory(1, 2)));
    assert!(map.is_empty());
}

#[test]
fn entries_of_sets_fail_and_then_pass() {
    let (alloc, plan) = faulty();
    let mut set = Set::with_shape_in(alloc);
    /// Fails, gives the element back, and passes.
    macro_rules! fails_and_passes {
        ($($act:expr;)*) => {$({
            plan.fail_from(0);
            assert_eq!($act.err().expect("there is no memory").returned.n(), 5);
            plan.never();
            assert!(set.is_empty() && $act.is_ok() && set.len() == 1);
            set.clear();
        })*};
    }
    let (five, value) = (|| Probe::new(5), Probe::new(5));
    fails_and_passes! {
        set.fallible().entry(five()).insert();
        set.fallible().entry(five()).or_insert();
        match set.fallible().entry(five()) {
            btree_set::FallibleEntry::Vacant(entry) => entry.insert(),
            btree_set::FallibleEntry::Occupied(_) => Ok(()),
        };
        set.fallible().get_or_insert(five());
        set.fallible().get_or_insert_with(&value, Clone::clone);
    }
    set.insert(five());
    plan.fail_from(0);
    assert!(set.fallible().get_or_insert(five()).is_ok());
    assert!(set.fallible().entry(five()).or_insert().is_ok());
    assert!(set.reserve_nodes(1).is_err());
    plan.never();
    let mut nodes = set.reserve_nodes(20).expect("there is memory");
    plan.fail_from(0);
    for n in 10..30 {
        assert_eq!(set.insert_reserved(Probe::new(n), &mut nodes).ok(), Some(true));
    }
    plan.never();
    set.verify().expect("a valid set");
    assert_eq!(set.len(), 21);
}

#[test]
fn cursors_with_keys_fail_and_then_pass() {
    let (alloc, plan) = faulty();
    let (mut map, n) = full(&plan, alloc);
    let bound = Probe::new(n);
    // SAFETY: no key is changed.
    let mut cursor = unsafe { map.lower_bound_mut(Bound::Included(&bound)).with_mutable_key() };
    plan.fail_from(0);
    let failure = cursor.fallible().insert_after(Probe::new(n), Probe::new(7)).unwrap_err();
    assert_eq!(failure.into_inner().1.n(), 7);
    // SAFETY: the place of the key.
    let failed = unsafe { cursor.fallible().insert_before_unchecked(Probe::new(n), Probe::new(7)) };
    assert_eq!(failed.unwrap_err().returned.0.n(), n);
    plan.never();
    // SAFETY: as above.
    let passed = unsafe { cursor.fallible().insert_before_unchecked(Probe::new(n), Probe::new(7)) };
    assert!(passed.is_ok());
    assert_eq!(cursor.peek_prev().map(|(key, _)| key.n()), Some(n));
    drop(cursor);
    assert_eq!(keys(&map).len(), map.len());
    let mut set = BTreeSet::from([1, 5]);
    // SAFETY: as above.
    let mut cursor = unsafe { set.lower_bound_mut(Bound::Included(&5)).with_mutable_key() };
    assert!(
        cursor.fallible().insert_after(3).is_ok() && cursor.fallible().insert_after(4).is_err()
    );
    drop(cursor);
    assert!(set.iter().eq(&[1, 3, 5]));
}

#[test]
fn entries_of_multimaps_fail_and_then_pass() {
    use btree_multimap::FallibleEntry;

    let (alloc, plan) = faulty();
    let mut index = BTreeMultiMap::<u32, u32, _, Tiny>::with_shape_in(alloc);
    plan.fail_from(0);
    match index.fallible().entry(1) {
        FallibleEntry::Vacant(entry) => assert_eq!(entry.insert(7).unwrap_err().returned, (1, 7)),
        FallibleEntry::Occupied(_) => unreachable!("it is empty"),
    }
    plan.never();
    assert!(index.fallible().entry(1).or_insert_with(|| 7).is_ok());
    let FallibleEntry::Occupied(mut entry) = index.fallible().entry(1) else {
        unreachable!("it was put in just now")
    };
    plan.fail_from(0);
    assert_eq!((entry.insert(7), entry.insert(8).unwrap_err().returned), (Ok(false), 8));
    plan.never();
    assert_eq!((entry.insert(8), entry.values().len()), (Ok(true), 2));
    assert!(entry.into_entry().remove(&7) && index.get(&1).eq(&[8]));
    index.verify().expect("a valid multimap");
}
