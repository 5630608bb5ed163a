//! Everything that a build without the feature `infallible` can do, with each request refused: no
//! request of any operation goes to another allocator than its own, and none ends the program.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::env;
use std::ops::Bound;
use std::rc::Rc;

use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global, PostingMap, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use fastrand::Rng;

thread_local! {
    /// Requests of this thread to the global heap.
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts.
struct Counted;

#[global_allocator]
static HEAP: Counted = Counted;

// SAFETY: each block is one of the system's, which are what they should be.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.set(REQUESTS.get() + 1);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: it came from the system's `alloc`, with this layout.
        unsafe { System.dealloc(block, layout) };
    }
}

type Alloc<B> = Counting<B>;
type Map<B> = BTreeMap<u32, Rc<u32>, Alloc<B>>;
type Set<B> = BTreeSet<u32, Alloc<B>>;

/// Whether the build has operations that end the program: then `insert` is the map's own.
#[allow(dead_code, reason = "hidden by the map's own method, where there is one")]
mod absence {
    use super::*;

    pub(super) struct Missing;

    pub(super) trait Insert {
        fn insert(&mut self, _: u32, _: u32) -> Missing {
            Missing
        }
    }

    impl Insert for BTreeMap<u32, u32> {}
}

/// Alone, this package builds the trees without the feature. `ALLOTMENT_ALONE` says that it is,
/// which a build of the whole workspace is not.
#[test]
fn nothing_is_there_that_ends_the_program() {
    #[allow(unused_imports, reason = "the map's own method hides it, where there is one")]
    use absence::Insert;

    let outcome = BTreeMap::<u32, u32>::new().insert(1, 2);
    let is_missing = std::any::type_name_of_val(&outcome).ends_with("Missing");
    assert!(is_missing || env::var_os("ALLOTMENT_ALONE").is_none(), "`infallible` is on");
}

/// What collections are made on, and what refuses their requests.
struct Bench<B> {
    alloc: Alloc<B>,
    plan: FaultPlan,
}

impl<B: SharedAlloc> Bench<B> {
    fn new(make: impl FnOnce(Faulty<Global>) -> B) -> Self {
        let faulty = Faulty::new(Global);
        let plan = faulty.plan();
        Self { alloc: Counting::new(make(faulty)), plan }
    }

    /// Does something with request after request refused, once and then from that one on, until it
    /// passes; after each refusal, `same` looks whether all is as before. Answers how many there
    /// were.
    fn sweep<C, T>(
        &self,
        subject: &mut C,
        mut act: impl FnMut(&mut C) -> Option<T>,
        same: impl Fn(&C),
    ) -> (T, u64) {
        for point in 0.. {
            self.plan.fail_from(point);
            let refused = act(subject);
            if refused.is_none() {
                same(subject);
                self.plan.fail_at(point);
            }
            let outcome = refused.or_else(|| act(subject));
            let met = self.plan.faults() > 0;
            self.plan.never();
            match outcome {
                Some(outcome) => return (outcome, point),
                None => assert!(met, "it fails without a reason"),
            }
            same(subject);
        }
        unreachable!("points are counted without an end")
    }
}

/// What a map should hold.
fn assert_holds<B: SharedAlloc>(map: &Map<B>, twin: &Twin<u32, u32>) {
    map.verify().expect("a valid map");
    assert!(map.iter().map(|(key, value)| (*key, **value)).eq(twin.iter().map(|(k, v)| (*k, *v))));
}

/// A map, and std's that must do the same.
struct Subject<B: SharedAlloc> {
    bench: Bench<B>,
    map: Map<B>,
    twin: Twin<u32, u32>,
}

impl<B: SharedAlloc> Subject<B> {
    /// An edit with all of its requests refused; what it answers, and how many they were.
    fn sweep<T>(&mut self, act: impl FnMut(&mut Map<B>) -> Option<T>) -> (T, u64) {
        let Self { bench, map, twin } = self;
        bench.sweep(map, act, |map| assert_holds(map, twin))
    }

    /// One of all edits that there are, on both.
    fn step(&mut self, step: u32, n: u32) -> u64 {
        match step % 12 {
            0..5 => {
                let (_, points) = self.sweep(|map| map.fallible().insert(n, Rc::new(n)).ok());
                self.twin.insert(n, n);
                points
            }
            5 => {
                let (_, points) = self.sweep(|map| {
                    map.fallible().entry(n).or_insert_with(|| Rc::new(0)).ok().map(drop)
                });
                self.twin.entry(n).or_insert(0);
                points
            }
            6 => {
                let (tail, points) = self.sweep(|map| map.fallible().split_off(&n).ok());
                let twin_tail = self.twin.split_off(&n);
                assert_holds(&tail, &twin_tail);
                self.map.fallible().join(tail).expect("all behind");
                self.twin.extend(twin_tail);
                points
            }
            7 if step.is_multiple_of(5) => {
                let (_, points) = self.sweep(|map| map.fallible().remove_range(n..n + 60).ok());
                self.twin.retain(|key, _| !(n..n + 60).contains(key));
                points
            }
            8 if step.is_multiple_of(7) => {
                let (copy, points) = self.sweep(|map| map.fallible().try_clone().ok());
                assert_holds(&copy, &self.twin);
                points
            }
            9 if !self.twin.contains_key(&n) => {
                let (_, points) = self.sweep(|map| {
                    let mut cursor = map.lower_bound_mut(Bound::Included(&n));
                    cursor.fallible().insert_after(n, Rc::new(n)).ok()
                });
                self.twin.insert(n, n);
                points
            }
            10 if step % 3 == 1 => self.sweep(|map| map.fallible().compact().ok()).1,
            _ => {
                assert_eq!(self.map.remove(&n).map(|value| *value), self.twin.remove(&n));
                0
            }
        }
    }
}

/// Edits a map, next to std's, each with all of its requests refused.
fn maps<B: SharedAlloc>(make: impl FnOnce(Faulty<Global>) -> B) -> u64 {
    let bench = Bench::new(make);
    let (counter, mut rng) = (bench.alloc.counter(), Rng::with_seed(7));
    let map = BTreeMap::new_in(bench.alloc.clone());
    let mut subject = Subject { bench, map, twin: Twin::new() };
    let mut points = 0;
    for step in 0..3000 {
        points += subject.step(step, rng.u32(0..900));
        assert_holds(&subject.map, &subject.twin);
    }
    drop(subject);
    assert_eq!(counter.snapshot().live_blocks, 0, "nodes leaked");
    points
}

#[test]
fn maps_are_as_before_when_memory_runs_out() {
    assert!(maps(|parent| parent) > 300);
    assert!(maps(Pool::new_in) > 0);
}

/// Sets, with each request refused.
#[test]
fn sets_are_as_before_when_memory_runs_out() {
    let bench = Bench::new(|parent| parent);
    let mut set: Set<Faulty<Global>> = BTreeSet::new_in(bench.alloc.clone());
    let mut twin = TwinSet::new();
    let (mut rng, mut points) = (Rng::with_seed(9), 0);
    for step in 0..2000_u32 {
        let (n, before) = (rng.u32(0..900), twin.clone());
        let same = |set: &Set<_>| {
            set.verify().expect("a valid set");
            assert!(set.iter().eq(&before));
        };
        points += match step % 8 {
            0..5 => {
                let insert = |set: &mut Set<_>| set.fallible().insert(n).ok();
                let (is_new, points) = bench.sweep(&mut set, insert, same);
                assert_eq!(is_new, twin.insert(n));
                points
            }
            5 => {
                let replace = |set: &mut Set<_>| set.fallible().replace(n).ok();
                let (old, points) = bench.sweep(&mut set, replace, same);
                assert_eq!(old, twin.replace(n));
                points
            }
            6 if step.is_multiple_of(5) => {
                let split = |set: &mut Set<_>| set.fallible().split_range(n..n + 40).ok();
                let (part, points) = bench.sweep(&mut set, split, same);
                twin.retain(|element| !(n..n + 40).contains(element));
                assert!(part.iter().all(|element| (n..n + 40).contains(element)));
                points
            }
            _ => {
                assert_eq!(set.remove(&n), twin.remove(&n));
                0
            }
        };
        assert!(set.iter().eq(&twin));
    }
    assert!(points > 100, "{points}");
}

/// Multimaps and posting maps, with each request refused.
#[test]
fn lists_are_as_before_when_memory_runs_out() {
    let (bench, mut points) = (Bench::new(|parent| parent), 0);
    let mut lists = BTreeMultiMap::<u32, u32, _>::new_in(bench.alloc.clone());
    let mut ids = PostingMap::<u32, u64, _>::new_in(bench.alloc.clone());
    let mut twin = TwinSet::new();
    let mut rng = Rng::with_seed(11);
    for _ in 0..1500 {
        let (key, n, before) = (rng.u32(0..6), rng.u32(0..400), twin.clone());
        let is_new = twin.insert((key, n));
        let same = |lists: &BTreeMultiMap<u32, u32, _>| {
            assert!(lists.iter().map(|(key, value)| (*key, *value)).eq(before.iter().copied()));
        };
        let insert = |lists: &mut BTreeMultiMap<u32, u32, _>| lists.fallible().insert(key, n).ok();
        let (inserted, met) = bench.sweep(&mut lists, insert, same);
        assert_eq!(inserted, is_new);
        points += met;
        let count = before.len();
        let same = |ids: &PostingMap<u32, u64, _>| assert_eq!(ids.len(), count);
        let insert = |ids: &mut PostingMap<u32, u64, _>| ids.fallible().insert(key, n.into()).ok();
        let (inserted, met) = bench.sweep(&mut ids, insert, same);
        assert_eq!(inserted, is_new);
        points += met;
    }
    lists.verify().expect("a valid multimap");
    assert!(points > 100, "{points}");
}

/// What an operation asks for, it asks its allocator for: the global heap sees the same requests.
#[test]
fn no_request_goes_past_the_allocator() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let heap = REQUESTS.get();
    let mut map = BTreeMap::<u32, u32, _>::new_in(alloc.clone());
    let mut set = BTreeSet::<u32, _>::new_in(alloc.clone());
    let mut lists = BTreeMultiMap::<u32, u32, _>::new_in(alloc.clone());
    let mut ids = PostingMap::<u32, u64, _>::new_in(alloc);
    for n in (0..2000).map(|n| n * 1031 % 2000) {
        map.fallible().insert(n, n).expect("memory enough");
        set.fallible().insert(n).expect("memory enough");
        lists.fallible().insert(n % 9, n).expect("memory enough");
        ids.fallible().insert(n % 9, u64::from(n) * 7).expect("memory enough");
    }
    let mut tail = map.fallible().split_off(&700).expect("memory enough");
    tail.fallible().append(&mut map).expect("memory enough");
    tail.fallible().compact().expect("memory enough");
    let copy = tail.fallible().try_clone().expect("memory enough");
    tail.fallible().drain(100..300).expect("memory enough").for_each(drop);
    assert_eq!(copy.inner_join(&tail).count() + 200, copy.len());
    assert_eq!(copy.range(5..900).chunks().map(|(keys, _)| keys.len()).sum::<usize>(), 895);
    assert_eq!(copy.scan(100..).entries(50).for_each(|_, _| ()).entries, 50);
    let other = set.fallible().split_off(&1000).expect("memory enough");
    assert_eq!(set.union(&other).count(), 2000);
    assert_eq!(lists.get(&1).intersection(lists.get(&2)).count(), 0);
    assert_eq!(ids.iter().count(), 2000);
    drop((map, tail, copy, set, other, lists, ids));
    assert_eq!(REQUESTS.get() - heap, counter.snapshot().requests);
}
