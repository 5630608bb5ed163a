//! Each method that allocates, by its name: on maps and sets of many sizes, its every request fails
//! or panics in turn, on every backend. What the scripts of `faults.rs` come upon by chance is all
//! here.
//!
//! A single edit leaves its collection as it was, structure included. Of operations on many pairs,
//! each pair is in one of the two collections after a request that failed; after one that panicked,
//! nothing has leaked and what is left is valid.

use std::mem;
use std::ops::Bound;

use allotment_bump::Bump;
use allotment_core::btree_map::EntryRef;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeSet, Dense, Global, Ranked, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::catch;
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

type Map<B, S> = BTreeMap<Probe, Probe, Counting<B>, S>;
type Set<B, S> = BTreeSet<Probe, Counting<B>, S>;

/// A method, and the numbers in the other collection that it is given; and what it does with the
/// two and with a number that is in neither: whether it passed.
struct Method<C> {
    name: &'static str,
    other: Other,
    act: fn(&mut C, &mut C, u32) -> bool,
}

/// Which numbers the other collection has. The first has the multiples of ten.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Other {
    /// It is empty, and the method a single edit.
    None,
    /// Greater ones.
    Behind,
    /// Some that the first has, and some that it has not.
    Overlapping,
    /// Some between two neighbours.
    Between,
}

/// What the sweep must know of a map or a set.
trait Collection: Sized {
    type Alloc;

    /// How many probes there are for each element.
    const PROBES: usize;

    fn of(alloc: Counting<Self::Alloc>, numbers: impl Iterator<Item = u32>) -> Self;

    /// The numbers, if all is valid, and the structure.
    fn look(&self) -> Look;
}

impl<B: SharedAlloc, S: Shape<Probe>> Collection for Map<B, S> {
    type Alloc = B;
    const PROBES: usize = 2;

    fn of(alloc: Counting<B>, numbers: impl Iterator<Item = u32>) -> Self {
        let mut map = BTreeMap::with_shape_in(alloc);
        map.extend(numbers.map(pair));
        map
    }

    fn look(&self) -> Look {
        self.verify().expect("a valid map");
        (self.keys().map(Probe::n).collect(), self.dump())
    }
}

impl<B: SharedAlloc, S: Shape<Probe>> Collection for Set<B, S> {
    type Alloc = B;
    const PROBES: usize = 1;

    fn of(alloc: Counting<B>, numbers: impl Iterator<Item = u32>) -> Self {
        let mut set = BTreeSet::with_shape_in(alloc);
        set.extend(numbers.map(Probe::new));
        set
    }

    fn look(&self) -> Look {
        self.verify().expect("a valid set");
        (self.iter().map(Probe::n).collect(), self.dump())
    }
}

fn pair(n: u32) -> (Probe, Probe) {
    (Probe::new(n), Probe::new(n))
}

fn take_map<B: SharedAlloc, S: Shape<Probe>>(other: &mut Map<B, S>) -> Map<B, S> {
    let empty = BTreeMap::with_shape_in(other.allocator().clone());
    mem::replace(other, empty)
}

fn take_set<B: SharedAlloc, S: Shape<Probe>>(other: &mut Set<B, S>) -> Set<B, S> {
    let empty = BTreeSet::with_shape_in(other.allocator().clone());
    mem::replace(other, empty)
}

/// Every fifth number from one on: as many as make a few leaves.
fn some_from(n: u32) -> impl Iterator<Item = u32> {
    (0..40).map(move |step| n + step * 5)
}

macro_rules! methods {
    ($($name:literal, $other:ident: $act:expr;)*) => {
        vec![$(Method { name: $name, other: Other::$other, act: $act }),*]
    };
}

/// The methods of a map that say so if an allocation fails.
fn fallible_of_map<B: SharedAlloc, S: Shape<Probe>>() -> Vec<Method<Map<B, S>>> {
    methods! {
        "fallible().insert", None: |map, _, n| {
            map.fallible().insert(Probe::new(n), Probe::new(n)).is_ok()
        };
        "fallible().entry().or_insert", None: |map, _, n| {
            map.fallible().entry(Probe::new(n)).or_insert(Probe::new(n)).is_ok()
        };
        "fallible().entry().insert_entry", None: |map, _, n| {
            map.fallible().entry(Probe::new(n)).insert_entry(Probe::new(n)).is_ok()
        };
        "fallible().try_clone", None: |map, _, _| map.fallible().try_clone().is_ok();
        "reserve_nodes", None: |map, _, n| map.reserve_nodes(n as usize % 50).is_ok();
        "fallible().split_off", None: |map, other, n| {
            map.fallible().split_off(&Probe::new(n)).map(|part| *other = part).is_ok()
        };
        "fallible().split_range", None: |map, other, n| {
            let bounds = Probe::new(n)..Probe::new(n + 100);
            map.fallible().split_range(bounds).map(|part| *other = part).is_ok()
        };
        "fallible().drain", None: |map, _, n| map.fallible().drain(..Probe::new(n)).is_ok();
        "fallible().remove_range", None: |map, _, n| {
            map.fallible().remove_range(Probe::new(n / 2)..Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().insert_after", None: |map, _, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.fallible().insert_after(Probe::new(n), Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().insert_before", None: |map, _, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.fallible().insert_before(Probe::new(n), Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().split_after", None: |map, other, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.fallible().split_after().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().split_before", None: |map, other, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.fallible().split_before().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().splice_after", Between: |map, other, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            let spliced = cursor.fallible().splice_after(take_map(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "lower_bound_mut().fallible().splice_before", Between: |map, other, n| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            let spliced = cursor.fallible().splice_before(take_map(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().join", Behind: |map, other, _| {
            let joined = map.fallible().join(take_map(other));
            joined.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().append", Overlapping: |map, other, _| map.fallible().append(other).is_ok();
        "fallible().append of what is behind", Behind: |map, other, _| {
            map.fallible().append(other).is_ok()
        };
        "fallible().compact", Behind: |map, _, _| map.fallible().compact().is_ok();
        "fallible().shrink_to_fit", Behind: |map, _, _| map.fallible().shrink_to_fit().is_ok();
    }
}

/// The methods of a map that do not return if an allocation fails: it panics.
fn infallible_of_map<B: SharedAlloc, S: Shape<Probe>>() -> Vec<Method<Map<B, S>>> {
    methods! {
        "insert", None: |map, _, n| catch(|| map.insert(Probe::new(n), Probe::new(n))).is_some();
        "try_insert", None: |map, _, n| {
            catch(|| map.try_insert(Probe::new(n), Probe::new(n)).is_ok()).is_some()
        };
        "entry().or_insert_with", None: |map, _, n| {
            catch(|| map.entry(Probe::new(n)).or_insert_with(|| Probe::new(n)).n()).is_some()
        };
        "entry().insert_entry", None: |map, _, n| {
            catch(|| map.entry(Probe::new(n)).insert_entry(Probe::new(n)).key().n()).is_some()
        };
        "entry_ref().insert", None: |map, _, n| {
            let key = Probe::new(n);
            catch(|| match map.entry_ref(&key) {
                EntryRef::Vacant(entry) => entry.insert(Probe::new(n)).n(),
                EntryRef::Occupied(_) => unreachable!("it is in neither"),
            }).is_some()
        };
        "lower_bound_mut().insert_after", None: |map, _, n| catch(|| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.insert_after(Probe::new(n), Probe::new(n)).expect("it belongs there");
        }).is_some();
        "lower_bound_mut().split_after", None: |map, other, n| catch(|| {
            *other = map.lower_bound_mut(Bound::Included(&Probe::new(n))).split_after();
        }).is_some();
        "lower_bound_mut().splice_after", Between: |map, other, n| catch(|| {
            let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.splice_after(take_map(other)).expect("they belong there");
        }).is_some();
        "clone", None: |map, _, _| catch(|| map.clone()).is_some();
        "split_off", None: |map, other, n| {
            catch(|| *other = map.split_off(&Probe::new(n))).is_some()
        };
        "split_range", None: |map, other, n| {
            catch(|| *other = map.split_range(Probe::new(n)..Probe::new(n + 100))).is_some()
        };
        "drain", None: |map, _, n| catch(|| map.drain(..Probe::new(n)).len()).is_some();
        "join", Behind: |map, other, _| {
            catch(|| map.join(take_map(other)).expect("they are apart")).is_some()
        };
        "append", Overlapping: |map, other, _| catch(|| map.append(other)).is_some();
        "merge", Overlapping: |map, other, _| {
            catch(|| map.merge(take_map(other), |_, own, _| own)).is_some()
        };
        "extend", Behind: |map, _, n| catch(|| map.extend(some_from(n).map(pair))).is_some();
        "insert_sorted", Behind: |map, _, n| {
            catch(|| map.insert_sorted(some_from(n).map(pair))).is_some()
        };
        "from_iter_in", Behind: |map, _, n| catch(|| {
            let alloc = map.allocator().clone();
            Map::<B, S>::of(alloc, some_from(n).chain(some_from(1)))
        }).is_some();
        "compact", Behind: |map, _, _| catch(|| map.compact()).is_some();
        "shrink_to_fit", Behind: |map, _, _| catch(|| map.shrink_to_fit()).is_some();
    }
}

fn fallible_of_set<B: SharedAlloc, S: Shape<Probe>>() -> Vec<Method<Set<B, S>>> {
    methods! {
        "fallible().insert", None: |set, _, n| set.fallible().insert(Probe::new(n)).is_ok();
        "fallible().replace", None: |set, _, n| set.fallible().replace(Probe::new(n)).is_ok();
        "fallible().try_clone", None: |set, _, _| set.fallible().try_clone().is_ok();
        "fallible().split_off", None: |set, other, n| {
            set.fallible().split_off(&Probe::new(n)).map(|part| *other = part).is_ok()
        };
        "fallible().drain", None: |set, _, n| set.fallible().drain(..Probe::new(n)).is_ok();
        "fallible().join", Behind: |set, other, _| {
            let joined = set.fallible().join(take_set(other));
            joined.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().append", Overlapping: |set, other, _| set.fallible().append(other).is_ok();
        "lower_bound_mut().fallible().splice_after", Between: |set, other, n| {
            let mut cursor = set.lower_bound_mut(Bound::Included(&Probe::new(n)));
            let spliced = cursor.fallible().splice_after(take_set(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "lower_bound_mut().fallible().insert_before", None: |set, _, n| {
            let mut cursor = set.lower_bound_mut(Bound::Included(&Probe::new(n)));
            cursor.fallible().insert_before(Probe::new(n)).is_ok()
        };
        "fallible().shrink_to_fit", Behind: |set, _, _| set.fallible().shrink_to_fit().is_ok();
    }
}

fn infallible_of_set<B: SharedAlloc, S: Shape<Probe>>() -> Vec<Method<Set<B, S>>> {
    methods! {
        "insert", None: |set, _, n| catch(|| set.insert(Probe::new(n))).is_some();
        "replace", None: |set, _, n| catch(|| set.replace(Probe::new(n))).is_some();
        "get_or_insert", None: |set, _, n| catch(|| set.get_or_insert(Probe::new(n)).n()).is_some();
        "get_or_insert_with", None: |set, _, n| {
            let value = Probe::new(n);
            catch(|| set.get_or_insert_with(&value, |_| Probe::new(n)).n()).is_some()
        };
        "entry().or_insert", None: |set, _, n| {
            catch(|| set.entry(Probe::new(n)).or_insert()).is_some()
        };
        "append", Overlapping: |set, other, _| catch(|| set.append(other)).is_some();
        "|", Overlapping: |set, other, _| catch(|| &*set | &*other).is_some();
        "&", Overlapping: |set, other, _| catch(|| &*set & &*other).is_some();
        "-", Overlapping: |set, other, _| catch(|| &*set - &*other).is_some();
        "^", Overlapping: |set, other, _| catch(|| &*set ^ &*other).is_some();
        "insert_sorted", Behind: |set, _, n| {
            catch(|| set.insert_sorted(some_from(n).map(Probe::new))).is_some()
        };
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Fail,
    Panic,
}

/// The numbers of a collection, and its structure.
type Look = (Vec<u32>, String);

/// The numbers that are in either of two collections.
fn union(((own, _), (other, _)): &(Look, Look)) -> Vec<u32> {
    let mut all = [&own[..], &other[..]].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// Runs a method on a collection of `len` numbers, once for each of its requests: that one meets
/// with trouble. Answers how many there were.
fn sweep<C: Collection<Alloc: SharedAlloc>>(
    method: &Method<C>,
    (alloc, plan): (&C::Alloc, &FaultPlan),
    (len, at): (u32, u32),
    trouble: Trouble,
) -> u64 {
    let n = at * 10 + 5;
    let numbers: Vec<u32> = match method.other {
        Other::None => Vec::new(),
        Other::Behind => (0..len / 2 + 1).map(|step| len * 10 + step).collect(),
        Other::Overlapping => (0..len / 2 + 1).map(|step| step * 15).collect(),
        Other::Between => (n - 4..n + 5).collect(),
    };
    for point in 0.. {
        let owed = ledger::live();
        let counting = Counting::new(alloc.clone());
        let counter = counting.counter();
        let mut own = C::of(counting.clone(), (0..len).map(|step| step * 10));
        let mut other = C::of(counting, numbers.iter().copied());
        let before = (own.look(), other.look());
        match trouble {
            Trouble::Fail => plan.fail_from(point),
            Trouble::Panic => plan.panic_at(point),
        }
        let passed = (method.act)(&mut own, &mut other, n);
        let met = plan.faults() > 0;
        plan.never();
        let what = format!("{} of {len} at {at}, request {point}", method.name);
        let after = (own.look(), other.look());
        assert_eq!(passed, !met, "{what}");
        if !passed && method.other == Other::None {
            assert_eq!(after, before, "{what}: changed");
        } else if !passed && trouble == Trouble::Fail {
            assert_eq!(union(&after), union(&before), "{what}: lost");
        }
        let held = C::PROBES * (after.0.0.len() + after.1.0.len());
        assert_eq!(ledger::live() - owed, held, "{what}: elements leaked");
        drop((own, other));
        assert_eq!(ledger::live(), owed, "{what}: elements leaked");
        assert_eq!(counter.snapshot().live_blocks, 0, "{what}: nodes leaked");
        if passed {
            return point;
        }
    }
    unreachable!("requests are counted without an end")
}

/// [`sweep`] for each method, each size and some places.
fn sweep_all<C: Collection<Alloc: SharedAlloc>>(
    methods: &[Method<C>],
    make: impl Fn(Faulty<Global>) -> C::Alloc,
    sizes: &[u32],
    trouble: Trouble,
) -> u64 {
    let mut points = 0;
    for method in methods {
        for &len in sizes {
            for at in [0, len / 2, len] {
                let faulty = Faulty::new(Global);
                let plan = faulty.plan();
                points += sweep(method, (&make(faulty), &plan), (len, at), trouble);
            }
        }
    }
    points
}

/// All methods of maps and sets on one backend.
fn check<B: SharedAlloc, S: Shape<Probe>>(
    make: impl Fn(Faulty<Global>) -> B,
    sizes: &[u32],
) -> u64 {
    let fails = sweep_all(&fallible_of_map::<B, S>(), &make, sizes, Trouble::Fail)
        + sweep_all(&fallible_of_set::<B, S>(), &make, sizes, Trouble::Fail);
    let panics = sweep_all(&infallible_of_map::<B, S>(), &make, sizes, Trouble::Panic)
        + sweep_all(&infallible_of_set::<B, S>(), &make, sizes, Trouble::Panic);
    tally("allocations that failed", fails);
    tally("allocations that panicked", panics);
    fails + panics
}

/// Sizes of trees of three slots a node, of up to five levels; all of them if there is time.
fn small() -> Vec<u32> {
    if effort() > 1 {
        return (0..=120).collect();
    }
    [0, 1, 2, 3, 4, 5, 7, 8, 11, 15, 16, 31, 63, 120].to_vec()
}

/// Sizes of trees of 47 slots a node and thereabouts.
const LARGE: [u32; 5] = [0, 4, 30, 64, 700];

#[test]
fn every_request_of_every_method_fails_and_panics() {
    assert!(check::<_, Tiny>(|parent| parent, &small()) > 13_000);
    assert!(check::<_, Standard>(|parent| parent, &LARGE) > 4000);
    assert!(check::<_, Ranked<Tiny>>(|parent| parent, &small()) > 13_000);
    assert!(check::<_, Dense<Tiny>>(|parent| parent, &small()) > 9000);
}

/// Hazard 58: what a pool or an arena asks of its parent.
#[test]
fn so_does_every_request_of_a_backend() {
    // A pool asks seldom: it takes longer maps to meet so many requests.
    let longer: Vec<u32> = small().into_iter().chain([300, 700]).collect();
    assert!(check::<_, Tiny>(Pool::new_in, &longer) > 200);
    assert!(check::<_, Tiny>(Bump::new_in, &small()) > 200);
}

/// A map on another allocator cannot be hung in, and its pairs are put in one by one.
#[test]
fn pairs_come_from_another_allocator() {
    for len in [0, 1, 3, 40] {
        for n in 0.. {
            let owed = ledger::live();
            let (faulty, apart) = (Faulty::new(Global), Faulty::new(Global));
            let plan = faulty.plan();
            let mut map = Map::<_, Tiny>::of(Counting::new(faulty), (0..len).map(|n| n * 10));
            let other = Map::<_, Tiny>::of(Counting::new(apart), 1..9);
            plan.fail_from(n);
            let (mut cursor, is_after) =
                (map.lower_bound_mut(Bound::Excluded(&Probe::new(0))), n % 2 == 0);
            let spliced = if is_after {
                cursor.fallible().splice_after(other)
            } else {
                cursor.fallible().splice_before(other)
            };
            plan.never();
            let rest = spliced.map_err(|error| error.into_inner());
            let rest = rest.as_ref().err().map_or(Vec::new(), |rest| rest.look().0);
            let beside = if is_after { cursor.peek_next() } else { cursor.peek_prev() };
            let got_in = 8 - rest.len() as u32;
            let first = if is_after { 1 } else { got_in };
            assert!(got_in == 0 || beside.is_some_and(|(key, _)| key.n() == first));
            assert_eq!(rest, (got_in + 1..9).collect::<Vec<u32>>());
            let multiples = (1..len).map(|n| n * 10);
            let all: Vec<u32> = (0..len.min(1)).chain(1..got_in + 1).chain(multiples).collect();
            assert_eq!(map.look().0, all);
            drop(map);
            if rest.is_empty() {
                break;
            }
            assert!(ledger::live() >= owed);
        }
    }
}
