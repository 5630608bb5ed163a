//! Going over ranges that drop part of what they meet: the rest is right, and so is the tree,
//! whatever goes and whatever unwinds.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::fmt::Debug;
use std::ops::{Bound, RangeBounds};

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Dense, Global, Ranked};
use allotment_meter::Counting;
use allotment_trial::bounds::bound_pairs;
use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;
use fastrand::Rng;

/// What is kept of a run: all, nothing, one in some, or all but that.
#[derive(Clone, Copy)]
struct Keeping {
    modulus: u32,
    inverted: bool,
}

impl Keeping {
    fn random(rng: &mut Rng) -> Self {
        Self { modulus: rng.u32(1..9), inverted: rng.bool() }
    }

    fn keeps(self, n: u32) -> bool {
        n.is_multiple_of(self.modulus) != self.inverted
    }
}

/// Updates random ranges of a map until it is empty, beside std's.
fn updated<K: Ord + Clone + Debug, S: Shape<K>>(key_of: fn(u32) -> K, len: u32) {
    let mut rng = Rng::with_seed(u64::from(len));
    for _ in 0..if cfg!(miri) { 1 } else { 20 } {
        let mut map = BTreeMap::<K, u32, _, S>::with_shape_in(Counting::new(Global));
        map.extend((0..len).map(|n| (key_of(n * 7919 % len * 2), n)));
        let mut twin: Twin<K, u32> = map.iter().map(|(key, n)| (key.clone(), *n)).collect();
        let requests = map.allocator().counter().snapshot().requests;
        for step in 0..10 {
            let (one, other) = (key_of(rng.u32(0..2 * len)), key_of(rng.u32(0..2 * len)));
            let (start, end) = (one.clone().min(other.clone()), one.max(other));
            let keeping = Keeping::random(&mut rng);
            let ranges = bound_pairs(start, end);
            let range = &ranges[rng.usize(0..ranges.len())];
            let edit = |n: &mut u32| {
                *n = n.wrapping_add(step);
                keeping.keeps(*n)
            };
            let gone = map.update_range::<K, _, _>(range.clone(), |_, n| edit(n));
            let before = twin.len();
            twin.retain(|key, n| !range.contains(key) || edit(n));
            assert_eq!(gone, before - twin.len());
            assert!(map.iter().eq(&twin));
            map.verify().expect("a valid tree");
        }
        map.retain(|_, _| false);
        map.verify().expect("a valid tree");
        let counts = map.allocator().counter().snapshot();
        assert_eq!((counts.requests, counts.live_blocks), (requests, 0));
    }
}

#[test]
fn ranges_of_maps_are_updated_in_their_place() {
    for len in [1, 5, 40, 300, 3000] {
        if cfg!(miri) && len > 40 {
            return;
        }
        updated::<u32, Tiny>(|n| n, len.min(300));
        updated::<u32, Standard>(|n| n, len);
        updated::<u32, Dense>(|n| n, len);
        updated::<u32, Ranked>(|n| n, len);
        updated::<u32, Ranked<Tiny>>(|n| n, len.min(300));
        updated::<String, Tiny>(|n| format!("a path/{n:08}"), len.min(300));
        updated::<String, Standard>(|n| format!("a path/{n:08}"), len);
    }
}

#[test]
fn ranges_of_sets_and_multimaps_are_sifted() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..if cfg!(miri) { 2 } else { 200 } {
        let len = rng.u32(1..400);
        let mut set: BTreeSet<u32> = (0..len).collect();
        let mut index: BTreeMultiMap<u32, u32> = (0..len).map(|n| (n / 20, n)).collect();
        let mut twin: TwinSet<u32> = (0..len).collect();
        let mut pairs: TwinSet<(u32, u32)> = (0..len).map(|n| (n / 20, n)).collect();
        for _ in 0..4 {
            let keeping = Keeping::random(&mut rng);
            let (one, other) = (rng.u32(0..len), rng.u32(0..len));
            let range = one.min(other)..=one.max(other);
            let gone = set.update_range(range.clone(), |n| keeping.keeps(*n));
            let before = twin.len();
            twin.retain(|n| !range.contains(n) || keeping.keeps(*n));
            assert_eq!(gone, before - twin.len());
            assert!(set.iter().eq(&twin));

            let keys = range.start() / 20..range.end() / 20;
            let gone = index.update_range(keys.clone(), |_, n| keeping.keeps(*n));
            let before = pairs.len();
            pairs.retain(|(key, n)| !keys.contains(key) || keeping.keeps(*n));
            assert_eq!((gone, index.len()), (before - pairs.len(), pairs.len()));
            assert!(index.iter().eq(pairs.iter().map(|(key, n)| (key, n))));
            index.verify().expect("a valid multimap");
        }
    }
}

#[test]
fn ranges_that_end_before_they_start_are_empty() {
    let mut map: BTreeMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    let mut index: BTreeMultiMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    for (start, end) in [(50, 50), (50, 20), (99, 0), (200, 100)] {
        assert_eq!(map.update_range(start..end, |_, _| false), 0);
        assert_eq!(index.update_range(start..end, |_, _| false), 0);
    }
    assert_eq!((map.len(), index.len()), (100, 100));
    let mut words = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let from_b = (Bound::Included("b"), Bound::Unbounded);
    assert_eq!(words.update_range::<str, _, _>(from_b, |_, _| false), 1);
}

/// Hazards 13 and 14: what has been visited by then is kept or gone, as the closure said, and the
/// rest is there.
#[test]
fn closures_and_drops_panic_amid_a_leaf() {
    fn check<S: Shape<Probe>>(act: Act, len: u32, keeping: Keeping, n: u64) -> bool {
        let owed = ledger::live();
        let mut map = BTreeMap::<Probe, Probe, Checked, S>::with_shape_in(Checked::new());
        map.extend((0..len).map(|n| (Probe::new(n * 7919 % len), Probe::new(n))));
        let alloc = map.allocator().clone();
        let (mut visited, range) = (Vec::new(), Probe::new(len / 4)..Probe::new(len - len / 8));
        arm(act, n);
        catch(|| {
            map.update_range(range.start..range.end, |key, _| {
                burn(Act::Call);
                visited.push(key.n());
                keeping.keeps(key.n())
            })
        });
        let met = disarm(act);
        map.verify().expect("a valid tree");
        let is_kept = |n: &u32| keeping.keeps(*n) || !visited.contains(n);
        assert!(map.keys().map(Probe::n).eq((0..len).filter(is_kept)));
        drop(map);
        assert_eq!((ledger::live(), alloc.live(), alloc.handles()), (owed, 0, 1));
        met
    }
    let mut points = 0;
    for len in if cfg!(miri) { 11..12 } else { 11..60 + effort() as u32 } {
        for act in [Act::Call, Act::Drop, Act::Compare] {
            let keeping = Keeping { modulus: 1 + len % 5, inverted: len % 2 == 1 };
            points += (0..).take_while(|&n| check::<Tiny>(act, len, keeping, n)).count();
            points += (0..).take_while(|&n| check::<Standard>(act, len, keeping, n)).count();
        }
    }
    tally("updates of a range that unwound", points as u64);
}
