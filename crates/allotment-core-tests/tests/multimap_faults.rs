//! Multimaps whose every request, comparison, drop, clone and closure fails in turn.

use std::collections::BTreeSet;

use allotment_bump::Bump;
use allotment_core::btree_multimap::Entry;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMultiMap, Global, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::effort::effort;
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;
use fastrand::Rng;

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
        ("entry", |lists, n, trouble| {
            if trouble == Trouble::Fail {
                return lists.fallible().insert(Probe::new(2), Probe::new(n)).is_ok();
            }
            catch(|| lists.entry(Probe::new(2)).insert(Probe::new(n)).values().len()).is_some()
        }),
        ("entry of the view", |lists, n, trouble| {
            if trouble == Trouble::Fail {
                let entry = lists.fallible().entry(Probe::new(n + 10));
                let placed = entry.or_insert_with(|| Probe::new(n));
                return placed.map_err(|back| assert_eq!(back.returned.1.n(), n)).is_ok();
            }
            let place =
                || lists.entry(Probe::new(n + 10)).or_insert_with(|| Probe::new(n)).key().n();
            catch(place).is_some()
        }),
        ("shrink_to_fit", |lists, _, trouble| {
            if trouble == Trouble::Fail {
                return lists.fallible().shrink_to_fit().is_ok();
            }
            catch(|| lists.shrink_to_fit()).is_some()
        }),
        ("remove of an entry", |lists, n, _| {
            let value = Probe::new(n.saturating_sub(5));
            let remove = || match lists.entry(Probe::new(2)) {
                Entry::Occupied(place) => place.remove(&value),
                Entry::Vacant(_) => false,
            };
            catch(remove).is_some()
        }),
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
        assert_eq!(
            counter.snapshot().live_bytes,
            subject.memory_usage().live_bytes as u64,
            "{what}: bytes"
        );
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

/// Appends, with each request or comparison in trouble: every pair is in one of the two.
fn append_in_trouble<B: SharedAlloc, S: Shape<Probe>>(
    make: impl Fn(Faulty<Global>) -> B,
    sizes: &[u32],
    trouble: Trouble,
) {
    for (&len, shares) in sizes.iter().flat_map(|len| [(len, false), (len, true)]) {
        for point in 0.. {
            let owed = ledger::live();
            let faulty = Faulty::new(Global);
            let plan = faulty.plan();
            let alloc = Counting::new(make(faulty));
            let other_alloc =
                if shares { alloc.clone() } else { Counting::new(make(Faulty::new(Global))) };
            let mut ours = lists::<B, S>(alloc, len);
            let mut other = Probes::<B, S>::with_shape_in(other_alloc);
            let pairs = (2..6).flat_map(|key| (0..len).map(move |n| (key, n * 15)));
            other.extend(pairs.clone().map(|(key, value)| (Probe::new(key), Probe::new(value))));
            let all: BTreeSet<(u32, u32)> =
                (1..4).flat_map(|key| (0..len).map(move |n| (key, n * 10))).chain(pairs).collect();
            match trouble {
                Trouble::Fail => plan.fail_from(point),
                Trouble::Panic => plan.panic_at(point),
                Trouble::Compare => arm(Act::Compare, point),
            }
            let passed = match trouble {
                Trouble::Fail => ours.fallible().append(&mut other).is_ok(),
                _ => catch(|| ours.append(&mut other)).is_some(),
            };
            let met = plan.faults() > 0 || trouble == Trouble::Compare && disarm(Act::Compare);
            plan.never();
            assert_eq!(passed, !met);
            ours.verify().expect("a valid multimap");
            other.verify().expect("a valid multimap");
            let numbers = |(key, value): (&Probe, &Probe)| (key.n(), value.n());
            let left = ours.iter().chain(&other).map(numbers).collect::<BTreeSet<_>>();
            assert!(left == all, "{trouble:?} at {point}, lists of {len}: a pair was lost");
            assert!(!passed || other.is_empty());
            drop((ours, other));
            assert_eq!(ledger::live(), owed, "something leaked");
            if passed {
                break;
            }
        }
    }
}

#[test]
fn multimaps_are_appended_in_trouble() {
    for trouble in [Trouble::Fail, Trouble::Panic, Trouble::Compare] {
        append_in_trouble::<_, Tiny>(|parent| parent, &[0, 1, 2, 5, 14], trouble);
        append_in_trouble::<_, Standard>(|parent| parent, &[1, 3, 70], trouble);
        append_in_trouble::<_, Tiny>(Pool::new_in, &[1, 5, 14], trouble);
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

/// A list that came down to one value because of a panic is as good as any other.
#[test]
fn lists_of_one_in_a_block_or_a_tree_are_appended() {
    fn check<S: Shape<u32>>(len: u32) {
        let mut other = BTreeMultiMap::<u32, u32, _, S>::with_shape_in(Checked::new());
        other.extend((0..len).map(|n| (7, n)));
        let mut asked = 0;
        let panics = || {
            other.retain(|_, _| {
                asked += 1;
                assert!(asked < len, "the last value stays");
                false
            });
        };
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        other.verify().expect("a valid multimap");
        assert_eq!(other.len(), 1);
        let mut ours = BTreeMultiMap::<u32, u32, _, S>::with_shape_in(Checked::new());
        ours.insert(7, 1_000_000);
        ours.append(&mut other);
        assert!(ours.get(&7).eq(&[len - 1, 1_000_000]) && other.is_empty());
        ours.verify().expect("a valid multimap");
        other.verify().expect("a valid multimap");
    }
    for len in [2, 5, 14] {
        check::<Tiny>(len);
    }
    for len in [2, 60, 100] {
        check::<Standard>(len);
    }
}

/// A drop that panics as lists are put together drops that one value, or that key, and no other.
#[test]
fn every_drop_in_an_append_panics() {
    for len in [1, 2, 5, 14] {
        for n in 0.. {
            let owed = ledger::live();
            let mut ours = lists::<_, Tiny>(Counting::new(Global), len);
            let mut other = lists::<_, Tiny>(Counting::new(Global), len + 1);
            arm(Act::Drop, n);
            let passed = catch(|| ours.append(&mut other)).is_some();
            disarm(Act::Drop);
            ours.verify().expect("a valid multimap");
            other.verify().expect("a valid multimap");
            let numbers = |(key, value): (&Probe, &Probe)| (key.n(), value.n());
            let left: BTreeSet<_> = ours.iter().chain(&other).map(numbers).collect();
            assert_eq!(left.len(), 3 * (len + 1) as usize, "{len}, {n}: a pair was lost");
            drop((ours, other));
            assert_eq!(ledger::live(), owed, "{len}, {n}: something leaked");
            if passed {
                break;
            }
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
