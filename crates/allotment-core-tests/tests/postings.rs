//! Posting maps next to std's maps of sets, what they cost, and with everything that can go wrong.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::ops::Bound;

use allotment_bump::Bump;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{Global, PostingList, PostingMap, Ranked, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;
use fastrand::Rng;

type Lists = Twin<String, TwinSet<u64>>;

/// Where the ids of a script come from: how close they lie decides how they are written.
#[derive(Clone, Copy, Debug)]
enum Ids {
    /// Far apart, up to the greatest there is.
    Sparse,
    /// One in some thousands.
    Rows,
    /// Nearly all of a range.
    Dense,
    /// Runs, far apart.
    Runs,
}

impl Ids {
    fn draw(self, rng: &mut Rng) -> u64 {
        match self {
            Self::Sparse => rng.u64(..) >> rng.u32(0..64),
            Self::Rows => rng.u64(0..40_000_000),
            Self::Dense => 7_000_000 + rng.u64(0..6000),
            Self::Runs => (rng.u64(0..4) << 40) + rng.u64(0..1500),
        }
    }
}

/// Everything there is to see.
fn assert_same<A: SharedAlloc, S: Shape<String> + Shape<u64>>(
    ours: &PostingMap<String, u64, A, S>,
    twin: &Lists,
) {
    ours.verify().expect("a valid map");
    assert_eq!((ours.len(), ours.key_count()), (twin.values().map(TwinSet::len).sum(), twin.len()));
    assert!(ours.keys().eq(twin.keys()));
    let pairs = twin.iter().flat_map(|(key, list)| list.iter().map(move |id| (key, *id)));
    assert!(ours.iter().eq(pairs));
    for ((_, ids), list) in ours.groups().zip(twin.values()) {
        assert!(ids.iter().rev().eq(list.iter().rev().copied()));
        assert_eq!((ids.first(), ids.last()), (list.first().copied(), list.last().copied()));
        assert_eq!(
            ids.iter().fold(0, u64::wrapping_add),
            list.iter().copied().fold(0, u64::wrapping_add)
        );
    }
}

/// Looks at parts: ids, ranges, lists with one another.
fn look<A: SharedAlloc, S: Shape<String> + Shape<u64>>(
    ours: &PostingMap<String, u64, A, S>,
    twin: &Lists,
    rng: &mut Rng,
    ids: Ids,
) {
    let none = TwinSet::new();
    let keys = [0, 1, 2].map(|_| rng.u32(0..8).to_string());
    let [own, other, third] = keys.each_ref().map(|key| twin.get(key).unwrap_or(&none));
    let lists = keys.each_ref().map(|key| ours.get(key));
    let (low, high) = (ids.draw(rng), ids.draw(rng));
    let (low, high) = (low.min(high), low.max(high));
    assert_eq!(lists[0].contains(low), own.contains(&low));
    assert!(lists[0].range(low..=high).eq(own.range(low..=high).copied()));
    let open = (Bound::Excluded(low), Bound::Unbounded);
    assert!(lists[0].range(open).eq(own.range(open).copied()));
    assert_eq!(lists[0].range(high..low).next(), None);
    let both = own.iter().filter(|id| other.contains(id));
    assert!(PostingList::intersection_of([lists[0], lists[1]]).eq(both.clone().copied()));
    let all = both.filter(|id| third.contains(id));
    assert!(PostingList::intersection_of(lists).eq(all.copied()));
    let either: TwinSet<u64> = [own, other, third].into_iter().flatten().copied().collect();
    assert!(PostingList::union_of(lists).eq(either));
    let rest = own.iter().filter(|id| !other.contains(id) && !third.contains(id));
    assert!(lists[0].difference([lists[1], lists[2]]).eq(rest.copied()));
    // From both ends at once.
    let mut ends = lists[0].iter();
    let mut expected = own.iter().copied();
    for _ in 0..own.len() + 1 {
        assert_eq!(ends.len(), expected.len());
        if rng.bool() {
            assert_eq!(ends.next(), expected.next());
        } else {
            assert_eq!(ends.next_back(), expected.next_back());
        }
    }
}

/// Steps that make lists of all sizes, and of one key a long one.
fn script<A: SharedAlloc, S: Shape<String> + Shape<u64>>(
    alloc: A,
    seed: u64,
    steps: u32,
    ids: Ids,
) {
    let mut rng = Rng::with_seed(seed);
    let mut ours = PostingMap::<String, u64, A, S>::with_shape_in(alloc);
    let mut twin = Lists::new();
    for step in 0..steps {
        let keys = if step / 1024 % 3 == 0 { 8 } else { 1 };
        let key = rng.u32(0..keys).to_string();
        let grows = step / 4096 % 2 == 0;
        match rng.u32(0..1000) {
            0 => {
                let gone = ours.remove_all(&key);
                assert_eq!(gone, twin.remove(&key).map_or(0, |list| list.len()));
            }
            1 => {
                let copy = ours.clone();
                assert!(copy == ours);
                ours = copy;
            }
            2 if rng.u32(0..9) == 0 => {
                ours.clear();
                twin.clear();
            }
            3..20 => look(&ours, &twin, &mut rng, ids),
            // What is there, so that lists become short again.
            dice if (dice < 300) == grows => {
                let Some(list) = twin.get_mut(&key) else { continue };
                let from = ids.draw(&mut rng);
                let id = list.range(from..).next().copied().unwrap_or(from);
                assert_eq!(ours.remove(&key, id), list.remove(&id));
                twin.retain(|_, list| !list.is_empty());
            }
            _ => {
                let id = ids.draw(&mut rng);
                let is_new = twin.entry(key.clone()).or_default().insert(id);
                assert_eq!(ours.insert(key, id), is_new);
            }
        }
        if step % 512 == 0 {
            assert_same(&ours, &twin);
        }
    }
    assert_same(&ours, &twin);
    tally("operations on posting maps, compared with std's", steps.into());
}

#[test]
fn scripts_next_to_maps_of_sets() {
    let steps = if cfg!(miri) { 500 } else { 24_000 };
    for seed in 0..effort() {
        for ids in [Ids::Sparse, Ids::Rows, Ids::Dense, Ids::Runs] {
            script::<_, Tiny>(Checked::new(), seed, steps, ids);
            script::<_, Standard>(Pool::new(), seed, steps, ids);
        }
        script::<_, Ranked<Tiny>>(Bump::new(), seed, steps / 2, Ids::Rows);
    }
}

/// Ids in order, from either end, and the extremes.
#[test]
fn ascending_descending_and_extreme_ids() {
    let count = if cfg!(miri) { 600 } else { 20_000 };
    for step in [1, 2, 900, 1 << 40] {
        let ids: Vec<u64> = (0..count).map(|n| n * step).collect();
        for backwards in [false, true] {
            let mut map = PostingMap::new();
            if backwards {
                map.extend(ids.iter().rev().map(|id| ((), *id)));
            } else {
                map.extend(ids.iter().map(|id| ((), *id)));
            }
            map.verify().expect("a valid map");
            assert!(map.get(&()).iter().eq(ids.iter().copied()));
            assert!(map.get(&()).iter().rev().eq(ids.iter().rev().copied()));
        }
    }
    let extremes = [0, 1, u64::MAX >> 1, (u64::MAX >> 1) + 1, u64::MAX - 1, u64::MAX];
    for (n, &id) in extremes.iter().enumerate() {
        let mut map = PostingMap::new();
        map.insert("a", id);
        assert_eq!((map.get("a").first(), map.get("a").last()), (Some(id), Some(id)));
        map.extend(extremes.map(|id| ("a", id)));
        assert!(map.get("a").iter().eq(extremes));
        assert!(map.get("a").range(..=id).eq(extremes[..=n].iter().copied()));
        assert!(
            map.get("a")
                .range((Bound::Excluded(id), Bound::Unbounded))
                .eq(extremes[n + 1..].iter().copied())
        );
        for &other in extremes.iter().filter(|other| **other != id) {
            assert!(map.remove("a", other));
        }
        assert!(map.get("a").iter().eq([id]));
        map.verify().expect("a valid map");
    }
    // Bits that would reach beyond the greatest id.
    let mut map = PostingMap::from([((), 1u64)]);
    let ids = (0..7828).filter(|n| n % 100 < 30).map(|n| u64::MAX - 7928 + n);
    map.extend(ids.chain([u64::MAX - 5]).map(|id| ((), id)));
    assert_eq!(map.get(&()).last(), Some(u64::MAX - 5));
    map.verify().expect("a valid map");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Fail,
    Panic,
    Compare,
}

type Probes<B, S> = PostingMap<Probe, u32, Counting<B>, S>;
type Edit<B, S> = fn(&mut Probes<B, S>, u32, Trouble) -> bool;

/// Edits that leave everything as it was unless they pass.
fn edits<B: SharedAlloc, S: Shape<Probe> + Shape<u64>>() -> Vec<(&'static str, Edit<B, S>)> {
    vec![
        ("insert", |map, id, trouble| {
            if trouble == Trouble::Fail {
                return map.fallible().insert(Probe::new(2), id).is_ok();
            }
            catch(|| map.insert(Probe::new(2), id)).is_some()
        }),
        ("insert of a key", |map, id, trouble| {
            if trouble == Trouble::Fail {
                let inserted = map.fallible().insert(Probe::new(9), id);
                return inserted.map_err(|back| assert_eq!(back.returned.1, id)).is_ok();
            }
            catch(|| map.insert(Probe::new(9), id)).is_some()
        }),
        ("remove", |map, id, trouble| {
            let there = |map: &Probes<B, S>| map.get(&Probe::new(2)).range(id / 2..).next();
            if trouble == Trouble::Fail {
                let there = there(map).unwrap_or(0);
                return map.fallible().remove(&Probe::new(2), there).is_ok();
            }
            catch(|| {
                let there = there(map).unwrap_or(0);
                map.remove(&Probe::new(2), there)
            })
            .is_some()
        }),
        ("remove_all", |map, _, _| catch(|| map.remove_all(&Probe::new(2))).is_some()),
        ("clone", |map, _, trouble| {
            if trouble == Trouble::Fail {
                return map.fallible().try_clone().is_ok();
            }
            catch(|| map.clone()).is_some()
        }),
    ]
}

fn sweep_one<B: SharedAlloc, S: Shape<Probe> + Shape<u64>>(
    make: impl Fn(Faulty<Global>) -> B,
    (name, edit): (&str, Edit<B, S>),
    (len, id): (u32, u32),
    trouble: Trouble,
) -> u64 {
    let owed = ledger::live();
    let faulty = Faulty::new(Global);
    let plan: FaultPlan = faulty.plan();
    let alloc = Counting::new(make(faulty));
    let counter = alloc.counter();
    let mut subject = Probes::<B, S>::with_shape_in(alloc);
    for key in 1..4 {
        subject.extend((0..len).map(|n| (Probe::new(key), n * n % 9000 * 500)));
    }
    for point in 0.. {
        let before = (format!("{subject:?}"), subject.len());
        match trouble {
            Trouble::Fail => plan.fail_from(point),
            Trouble::Panic => plan.panic_at(point),
            Trouble::Compare => arm(Act::Compare, point),
        }
        let passed = edit(&mut subject, id, trouble);
        let met = plan.faults() > 0 || trouble == Trouble::Compare && disarm(Act::Compare);
        plan.never();
        let what = format!("{name} in lists of {len} at {id}, {trouble:?} {point}");
        // A block that is not made smaller, for want of memory, is no failure.
        assert!(passed || met, "{what}");
        assert!(passed != met || ["insert", "remove"].contains(&name), "{what}");
        subject.verify().unwrap_or_else(|why| panic!("{what}: {why}"));
        if !passed {
            assert_eq!((format!("{subject:?}"), subject.len()), before, "{what}: changed");
        }
        assert_eq!(ledger::live() - owed, subject.key_count(), "{what}: something leaked");
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

#[test]
fn every_request_and_every_comparison_is_met_with_trouble() {
    let mut points = 0;
    let mut sweep = |len| {
        for trouble in [Trouble::Fail, Trouble::Panic, Trouble::Compare] {
            for id in [0, 777, 1_000_001, 2_250_000, u32::MAX] {
                for edit in edits::<_, Tiny>() {
                    points += sweep_one(|parent| parent, edit, (len, id), trouble);
                }
                for edit in edits::<_, Standard>() {
                    points += sweep_one(Pool::new_in, edit, (len, id), trouble);
                }
            }
        }
    };
    let lengths: &[u32] = if cfg!(miri) { &[1, 4] } else { &[0, 1, 2, 3, 40, 300, 1200] };
    lengths.iter().for_each(|len| sweep(*len));
    assert!(points > if cfg!(miri) { 40 } else { 300 }, "{points}");
}

/// Bytes an id, keys of eight bytes, all that is asked of the allocator: ids that number the
/// records, and ids from anywhere below 2^32; so many under each key.
#[test]
#[cfg_attr(miri, ignore = "counts, on more ids than Miri gets through")]
fn bytes_an_id_are_as_told() {
    let hundredths = |keys: u64, each: u64, most: u64| {
        let mut rng = Rng::with_seed(5);
        let own: Vec<u64> = (0..keys).map(|_| rng.u64(..)).collect();
        let mut pairs: Vec<(u64, u64)> =
            (0..keys * each).map(|n| (own[(n / each) as usize], rng.u64(0..most))).collect();
        rng.shuffle(&mut pairs);
        let map: PostingMap<u64, u64> = pairs.into_iter().collect();
        100 * map.memory_usage().live_bytes / map.len()
    };
    let shapes = [(40_000, 1), (10_000, 4), (2500, 16), (625, 64), (1, 40_000)];
    let among = |most| shapes.map(|(keys, each)| hundredths(keys, each, most));
    assert_eq!(among(1 << 20), [1996, 885, 391, 264, 117]);
    assert_eq!(among(1 << 32), [1996, 985, 610, 414, 272]);
}

/// Blocks that have become small are put together.
#[test]
#[cfg_attr(miri, ignore = "counts, on more ids than Miri gets through")]
fn a_list_that_shrinks_gives_memory_back() {
    let mut map: PostingMap<(), u32> = (0..200_000).map(|n| ((), n * 37)).collect();
    for n in (0..200_000).filter(|n| n % 100 != 0) {
        assert!(map.remove(&(), n * 37));
    }
    map.verify().expect("a valid map");
    assert_eq!(100 * map.memory_usage().live_bytes / map.len(), 208);
}

/// Runs of close ids, far apart: their blocks are of bits, with room behind the last one.
#[test]
fn runs_that_grow_at_their_end_are_taken_apart() {
    let ids = || (0..2000u32).map(|n| n + n / 20 * 150);
    let mut map: PostingMap<(), u32> = ids().map(|id| ((), id)).collect();
    for id in ids() {
        assert!(map.remove(&(), id), "{id}");
    }
    assert!(map.is_empty());
}

/// Lists as gaps, as bits, without holes and of single ids meet 64 numbers at a time, to the last
/// number there is.
#[test]
fn lists_of_every_density_meet() {
    let mut rng = Rng::with_seed(6);
    let most = if cfg!(miri) { 300 } else { 20_000 };
    for base in [0, 1, 63, 1 << 32, u64::MAX - 1 - 2 * most] {
        let mut twins = Twin::<u64, TwinSet<u64>>::new();
        for every in [1, 2, 5, 40, 900] {
            let start = base + rng.u64(0..most);
            let ids = (start..=start + most).filter(|_| every == 1 || rng.u64(0..every) == 0);
            twins.insert(every, ids.chain([base, u64::MAX]).collect());
        }
        let mut map = PostingMap::<u64, u64>::new();
        for (key, ids) in &twins {
            map.extend(ids.iter().map(|id| (*key, *id)));
        }
        for (one, twin) in &twins {
            for (other, other_twin) in &twins {
                let [list, others] = [one, other].map(|key| map.get(key));
                let met = PostingList::intersection_of([list, others]);
                assert!(met.eq(twin.intersection(other_twin).copied()), "{one} {other} {base}");
                let either = PostingList::union_of([list, others]);
                assert!(either.eq(twin.union(other_twin).copied()), "{one} {other} {base}");
                let left = list.difference([others]);
                assert!(left.eq(twin.difference(other_twin).copied()), "{one} {other} {base}");
            }
        }
        let lists = || twins.keys().map(|key| map.get(key));
        let mut met: Vec<u64> = twins[&1].iter().copied().collect();
        met.retain(|id| twins.values().all(|twin| twin.contains(id)));
        assert!(PostingList::intersection_of(lists()).eq(met.iter().copied()));
        assert!(PostingList::try_intersection_of(lists()).unwrap().eq(met));
        let gone = map.get(&1).try_difference(lists()).unwrap();
        assert_eq!(gone.count(), 0);
        let all: TwinSet<u64> = twins.values().flatten().copied().collect();
        assert!(PostingList::union_of(lists()).eq(all.iter().copied()));
        assert!(PostingList::try_union_of(lists()).unwrap().eq(all));
    }
}
