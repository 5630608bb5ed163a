//! Multimaps next to std's maps of sets, and with everything that can go wrong.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::ops::Bound;

use allotment_bump::Bump;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMultiMap, BTreeSet, Global, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
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
            5..15 => look(&ours, &twin, &mut rng, (keys, values)),
            15..75 if grows => {
                let is_new = twin.entry(K::of(key)).or_default().insert(V::of(value));
                assert_eq!(ours.insert(K::of(key), V::of(value)), is_new);
            }
            75.. if !grows => {
                let is_new = twin.entry(K::of(key)).or_default().insert(V::of(value));
                assert_eq!(ours.insert(K::of(key), V::of(value)), is_new);
            }
            _ => {
                let key = K::of(key);
                let was_there = twin.get_mut(&key).is_some_and(|list| list.remove(&V::of(value)));
                twin.retain(|_, list| !list.is_empty());
                assert_eq!(ours.remove(&key, &V::of(value)), was_there);
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

type Probes<B, S> = BTreeMultiMap<Probe, Probe, Counting<B>, S>;

/// A list of `len` values under each of a few keys.
fn lists<B: SharedAlloc, S: Shape<Probe>>(alloc: Counting<B>, len: u32) -> Probes<B, S> {
    let mut lists = BTreeMultiMap::with_shape_in(alloc);
    let values = (0..len).map(|n| n * 10);
    lists.extend(
        [1, 2, 3]
            .iter()
            .flat_map(|&key| values.clone().map(move |value| (Probe::new(key), Probe::new(value)))),
    );
    lists
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Fail,
    Panic,
    Compare,
}

type Edit<B, S> = fn(&mut Probes<B, S>, u32, Trouble) -> bool;

/// Edits that leave everything as it was unless they pass.
fn edits<B: SharedAlloc, S: Shape<Probe>>() -> Vec<(&'static str, Edit<B, S>)> {
    vec![
        ("insert", |lists, n, trouble| {
            let (key, value) = (Probe::new(2), Probe::new(n));
            if trouble == Trouble::Fail {
                return lists.fallible().insert(key, value).is_ok();
            }
            catch(|| lists.insert(key, value)).is_some()
        }),
        ("insert of a key", |lists, n, trouble| {
            let (key, value) = (Probe::new(n + 10), Probe::new(n));
            if trouble == Trouble::Fail {
                let inserted = lists.fallible().insert(key, value);
                return inserted.map_err(|back| assert_eq!(back.returned.1.n(), n)).is_ok();
            }
            catch(|| lists.insert(key, value)).is_some()
        }),
        ("remove", |lists, n, _| {
            let (key, value) = (Probe::new(2), Probe::new(n.saturating_sub(5)));
            catch(|| lists.remove(&key, &value)).is_some()
        }),
        ("remove_all", |lists, _, _| catch(|| lists.remove_all(&Probe::new(2))).is_some()),
        ("clone", |lists, _, trouble| {
            if trouble == Trouble::Fail {
                return lists.fallible().try_clone().is_ok();
            }
            catch(|| lists.clone()).is_some()
        }),
    ]
}

/// Runs each edit on lists of many lengths, once for each request or comparison: that one meets
/// with trouble. Answers how many there were.
fn sweep<B: SharedAlloc, S: Shape<Probe>>(
    make: impl Fn(Faulty<Global>) -> B,
    sizes: &[u32],
    trouble: Trouble,
) -> u64 {
    let mut points = 0;
    for (name, edit) in edits::<B, S>() {
        for &len in sizes {
            for at in [0, len / 2, len] {
                points += sweep_one(&make, (name, edit), (len, at * 10 + 5), trouble);
            }
        }
    }
    points
}

fn sweep_one<B: SharedAlloc, S: Shape<Probe>>(
    make: impl Fn(Faulty<Global>) -> B,
    (name, edit): (&str, Edit<B, S>),
    (len, n): (u32, u32),
    trouble: Trouble,
) -> u64 {
    let owed = ledger::live();
    let faulty = Faulty::new(Global);
    let plan: FaultPlan = faulty.plan();
    let alloc = Counting::new(make(faulty));
    let counter = alloc.counter();
    let mut subject = lists::<B, S>(alloc, len);
    for point in 0.. {
        let before = (format!("{subject:?}"), subject.len(), counter.snapshot().live_bytes);
        match trouble {
            Trouble::Fail => plan.fail_from(point),
            Trouble::Panic => plan.panic_at(point),
            Trouble::Compare => arm(Act::Compare, point),
        }
        let passed = edit(&mut subject, n, trouble);
        let met = plan.faults() > 0 || trouble == Trouble::Compare && disarm(Act::Compare);
        plan.never();
        let what = format!("{name} in lists of {len} at {n}, point {point}");
        assert_eq!(passed, !met, "{what}");
        subject.verify().unwrap_or_else(|why| panic!("{what}: {why}"));
        if !passed {
            let after = (format!("{subject:?}"), subject.len());
            assert_eq!(after, (before.0, before.1), "{what}: changed");
        }
        let held = subject.len() + subject.key_count();
        assert_eq!(ledger::live() - owed, held, "{what}: something leaked");
        assert_eq!(counter.snapshot().live_bytes, subject.live_bytes() as u64, "{what}: bytes");
        if passed {
            drop(subject);
            assert_eq!(ledger::live(), owed, "{what}: something leaked");
            assert_eq!(counter.snapshot().live_blocks, 0, "{what}: blocks leaked");
            return point;
        }
    }
    unreachable!("points are counted without an end")
}

/// Lengths around each at which a list changes what it is in.
const TINY: [u32; 9] = [0, 1, 2, 3, 4, 5, 6, 14, 40];
const STANDARD: [u32; 10] = [0, 1, 2, 3, 8, 63, 64, 65, 66, 300];

#[test]
fn every_request_and_every_comparison_is_met_with_trouble() {
    for trouble in [Trouble::Fail, Trouble::Panic, Trouble::Compare] {
        let tiny = sweep::<_, Tiny>(|parent| parent, &TINY, trouble);
        let standard = sweep::<_, Standard>(|parent| parent, &STANDARD, trouble);
        assert!(tiny > 100 && standard > 100, "{trouble:?}: {tiny}, {standard}");
        sweep::<_, Tiny>(Pool::new_in, &TINY, trouble);
        sweep::<_, Tiny>(Bump::new_in, &TINY, trouble);
    }
}

/// What is done with a whole multimap.
type Run<S> = fn(Probes<Global, S>);

/// A drop or a clone that panics, at each that there is, leaks nothing but what it was to drop.
#[test]
fn every_drop_and_every_clone_panics() {
    fn check<S: Shape<Probe>>(len: u32) {
        let acts: [(Act, Run<S>); 6] = [
            (Act::Drop, |lists| drop(lists)),
            (Act::Drop, |mut lists| lists.clear()),
            (Act::Drop, |mut lists| {
                lists.remove_all(&Probe::new(2));
            }),
            (Act::Drop, |mut lists| lists.retain(|_, value| value.n() % 20 == 0)),
            (Act::Drop, |mut lists| lists.retain(|key, _| key.n() == 2)),
            (Act::Clone, |lists| drop(lists.clone())),
        ];
        for (act, run) in acts {
            for n in 0.. {
                let owed = ledger::live();
                let alloc = Counting::new(Global);
                let counter = alloc.counter();
                let subject = lists::<_, S>(alloc, len);
                arm(act, n);
                let passed = catch(|| run(subject)).is_some();
                disarm(act);
                assert_eq!(counter.snapshot().live_blocks, 0, "{len}, {n}: a block leaked");
                assert_eq!(ledger::live(), owed, "{len}, {n}: something leaked");
                if passed {
                    break;
                }
            }
        }
    }
    for len in [1, 2, 5, 14] {
        check::<Tiny>(len);
    }
    for len in [1, 2, 60, 100] {
        check::<Standard>(len);
    }
}

/// A closure that panics leaves what it has not been asked about.
#[test]
fn a_closure_panics() {
    for len in [1, 2, 5, 14] {
        for n in 0..3 * len {
            let mut subject = lists::<_, Tiny>(Counting::new(Global), len);
            arm(Act::Call, n.into());
            let mut asked = 0;
            let passed = catch(|| {
                subject.retain(|_, _| {
                    burn(Act::Call);
                    asked += 1;
                    asked % 2 == 0
                });
            });
            assert!(passed.is_none());
            subject.verify().expect("a valid multimap");
            assert!(subject.len() >= (3 * len - n) as usize);
        }
    }
}

/// Orders that contradict themselves cost answers, and nothing else.
#[test]
fn a_lying_order_does_no_harm() {
    use std::cell::RefCell;
    use std::cmp::Ordering;

    thread_local! {
        static RNG: RefCell<Rng> = const { RefCell::new(Rng::with_seed(0)) };
    }

    #[derive(Debug, Clone)]
    struct Liar(Box<u32>);
    impl PartialEq for Liar {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }
    impl Eq for Liar {}
    impl PartialOrd for Liar {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Liar {
        fn cmp(&self, other: &Self) -> Ordering {
            match RNG.with_borrow_mut(|rng| rng.u32(0..8)) {
                0 => Ordering::Less,
                1 => Ordering::Greater,
                2 => Ordering::Equal,
                _ => self.0.cmp(&other.0),
            }
        }
    }

    for seed in 0..20 * effort() {
        RNG.set(Rng::with_seed(seed));
        let mut rng = Rng::with_seed(!seed);
        let mut lists = BTreeMultiMap::<Liar, Liar, _, Tiny>::with_shape_in(Checked::new());
        let liar = |n| Liar(Box::new(n));
        for _ in 0..if cfg!(miri) { 60 } else { 600 } {
            let (key, value) = (liar(rng.u32(0..6)), liar(rng.u32(0..30)));
            match rng.u32(0..12) {
                0 => {
                    lists.remove_all(&key);
                }
                1..4 => {
                    lists.remove(&key, &value);
                }
                4 => lists.retain(|_, _| rng.u32(0..9) > 0),
                5 => lists = lists.clone(),
                6 => {
                    let both = lists.get(&key).intersection(lists.get(&value));
                    assert!(both.count() <= lists.len());
                    let either = lists.get(&key).union(lists.get(&value));
                    assert!(either.count() <= 2 * lists.len());
                }
                _ => {
                    lists.insert(key, value);
                }
            }
            assert_eq!(lists.iter().count(), lists.len());
        }
    }
}

/// Bytes a record, keys and values of eight bytes, all that is asked of the allocator; random keys,
/// so many values under each.
#[test]
#[cfg_attr(miri, ignore = "counts, on more values than Miri gets through")]
fn bytes_a_record_are_as_told() {
    let bytes = |keys: u64, each: u64| {
        let mut rng = Rng::with_seed(5);
        let mut lists = BTreeMultiMap::<u64, u64>::new();
        let mut pairs: Vec<(u64, u64)> = (0..keys)
            .map(|_| rng.u64(..))
            .flat_map(|key| (0..each).map(move |n| (key, n)))
            .collect();
        rng.shuffle(&mut pairs);
        pairs.iter_mut().for_each(|(key, n)| *n = *n << 32 | *key >> 40);
        let count = pairs.len();
        lists.extend(pairs);
        assert_eq!(lists.len(), count);
        10 * lists.live_bytes() / count
    };
    let tenths = [bytes(40_000, 1), bytes(10_000, 4), bytes(2500, 16), bytes(700, 64)];
    assert_eq!(tenths, [299, 174, 104, 85]);
    assert_eq!(bytes(1, 40_000), 102);
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
