//! Drops, clones, closures and iterators that panic or lie: nothing is lost, leaked, dropped twice.

use std::cell::RefCell;
use std::collections::BTreeMap as Twin;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeSet, Global};
use allotment_pool::Pool;

use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
use allotment_trial::hinting::{Hinting, LIES};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

type Map<S> = BTreeMap<Probe, Probe, Checked, S>;

/// A map of so many pairs, put in in an order that leaves nodes of many lengths.
fn map_of<S: Shape<Probe>>(len: u32) -> Map<S> {
    let mut map = BTreeMap::with_shape_in(Checked::new());
    map.extend((0..len).map(|n| (Probe::new(n * 37 % len.max(1)), Probe::new(n))));
    map.extend((0..len).map(|n| (Probe::new(n), Probe::new(n))));
    map
}

const SIZES: &[u32] = if cfg!(miri) { &[1, 9] } else { &[1, 2, 3, 4, 7, 12, 31, 64, 100] };

/// Tries `act` on a new map with the fuse at the first act of the kind, the second, and so on until
/// it is not reached; in the end all must be gone. `act` is told how many pairs there are.
fn sweep<S: Shape<Probe>>(kind: Act, mut act: impl FnMut(Map<S>, u32)) {
    // The work grows with the square of the size: a long run is many maps, not vast ones.
    let larger = (1..effort().min(24) as u32).map(|n| 100 + 7 * n);
    let mut points = 0;
    for len in SIZES.iter().copied().chain(larger) {
        for n in 0.. {
            let owed = ledger::live();
            let map = map_of::<S>(len);
            let alloc = map.allocator().clone();
            arm(kind, n);
            // What `act` leaves of the map is dropped within.
            catch(|| act(map, len));
            let met = disarm(kind);
            assert_eq!(ledger::live(), owed, "pairs leaked at fault {n} of {len} pairs");
            assert_eq!((alloc.live(), alloc.handles()), (0, 1), "nodes or handles leaked");
            if !met {
                break;
            }
            points += 1;
        }
    }
    tally(kind.points(), points);
}

/// Hazard 13.
/// What was looked up for a group of keys is no answer for the next one.
#[test]
fn keys_that_panic_get_no_answers_of_others() {
    let map: BTreeMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    let wanted = Vec::from_iter(0..40u32);
    let keys = wanted.iter().inspect(|key| assert!(**key != 35, "no"));
    let mut each = map.get_each(keys);
    let mut got = Vec::new();
    loop {
        match catch_unwind(AssertUnwindSafe(|| each.next())) {
            Ok(Some(value)) => got.push(value.copied()),
            Ok(None) => break,
            Err(_) => continue,
        }
    }
    // The keys that were asked for in one group with the one that panicked have no answer.
    assert!(got.iter().all(|value| value.is_none_or(|value| wanted.contains(&value))));
    let mut seen = got.clone();
    seen.dedup();
    assert!(got == seen && got.is_sorted(), "{got:?}");
}

#[test]
fn drops_panic_in_drop() {
    fn drop_it<S: Shape<Probe>>(map: Map<S>, _: u32) {
        catch(|| drop(map));
    }
    sweep::<Tiny>(Act::Drop, drop_it);
    sweep::<Standard>(Act::Drop, drop_it);
}

/// Hazard 13.
#[test]
fn drops_panic_in_clear() {
    sweep::<Tiny>(Act::Drop, |mut map, _| {
        catch(|| map.clear());
        assert!(map.is_empty());
        map.verify().expect("a valid tree");
        map.insert(Probe::new(1), Probe::new(1));
        assert_eq!(map.len(), 1);
    });
}

/// Hazard 13: from either end, and with the rest left to the drop of the iterator.
#[test]
fn drops_panic_in_into_iter() {
    for from_back in [false, true] {
        for taken in [0, 1, 5, 1000] {
            sweep::<Tiny>(Act::Drop, |map, _| {
                let mut pairs = map.into_iter();
                catch(|| {
                    for _ in 0..taken {
                        drop(if from_back { pairs.next_back() } else { pairs.next() });
                    }
                });
                catch(|| drop(pairs));
            });
        }
    }
}

/// Hazard 13: the halves that are not yielded are dropped on the way.
#[test]
fn drops_panic_in_into_keys_and_into_values() {
    sweep::<Tiny>(Act::Drop, |map, _| {
        catch(|| map.into_keys().for_each(drop));
    });
    sweep::<Tiny>(Act::Drop, |map, _| {
        catch(|| map.into_values().rev().for_each(drop));
    });
}

/// Hazard 13: the pair whose drop panics is out, those after it stay.
#[test]
fn drops_panic_in_retain() {
    sweep::<Tiny>(Act::Drop, |mut map, len| {
        let done = catch(|| map.retain(|key, _| key.n() % 3 == 0)).is_some();
        map.verify().expect("a valid tree");
        let kept = map.keys().filter(|key| key.n() % 3 == 0).count();
        assert_eq!(kept as u32, len.div_ceil(3));
        assert!(!done || kept == map.len());
    });
}

/// Hazard 13: the old value, or the key that is not needed, is dropped when the edit is over.
#[test]
fn drops_panic_in_edits() {
    sweep::<Tiny>(Act::Drop, |mut map, len| {
        for n in 0..len {
            catch(|| drop(map.insert(Probe::new(n), Probe::new(7))));
            map.verify().expect("a valid tree");
        }
        assert_eq!(map.len() as u32, len);
        for n in 0..len / 2 {
            catch(|| drop(map.remove(&Probe::new(n))));
            map.verify().expect("a valid tree");
        }
        assert_eq!(map.len() as u32, len - len / 2);
        catch(|| map.extend((0..len).map(|n| (Probe::new(n), Probe::new(8)))));
        map.verify().expect("a valid tree");
        let mut other = BTreeMap::with_shape_in(Checked::new());
        other.extend((0..len).map(|n| (Probe::new(n), Probe::new(9))));
        catch(|| map.append(&mut other));
        map.verify().expect("a valid tree");
        other.verify().expect("a valid tree");
    });
}

/// Hazard 13: an equal key leaves a key and a value over, which are dropped in between.
#[test]
fn drops_panic_in_append() {
    fn append<S: Shape<Probe>>(mut map: Map<S>, len: u32) {
        let mut other = BTreeMap::with_shape_in(map.allocator().clone());
        other.extend((0..len).map(|n| (Probe::new(n * 3 / 2), Probe::new(900))));
        let equal = other.keys().filter(|key| map.contains_key(key)).count();
        let total = map.len() + other.len();
        let done = catch(|| map.append(&mut other)).is_some();
        map.verify().expect("a valid tree");
        other.verify().expect("a valid other");
        // Each pair is in one of the two, but for those that another took the place of.
        assert!((total - equal..=total).contains(&(map.len() + other.len())));
        assert!(!done || (other.is_empty() && map.len() == total - equal));
        assert!((0..len).all(|n| map.contains_key(&Probe::new(n))));
    }
    sweep::<Tiny>(Act::Drop, append);
    sweep::<Standard>(Act::Drop, append);
}

/// Hazard 13: the pair is out by then.
#[test]
fn drops_panic_in_batches() {
    sweep::<Tiny>(Act::Drop, |mut map, len| {
        let keys: Vec<Probe> = (0..len).step_by(2).map(Probe::new).collect();
        catch(|| map.remove_sorted(&keys));
        map.verify().expect("a valid tree");
        catch(|| map.insert_sorted((0..len).map(|n| (Probe::new(n), Probe::new(n)))));
        map.verify().expect("a valid tree");
        catch(|| map.compact());
        map.verify().expect("a valid tree");
    });
}

/// Hazard 15.
#[test]
fn clones_panic() {
    sweep::<Tiny>(Act::Clone, |map, _| {
        let before = map.dump();
        catch(|| drop(map.clone()));
        assert_eq!(map.dump(), before);
    });
    sweep::<Standard>(Act::Clone, |map, _| {
        let mut copy = map_of::<Standard>(3);
        if catch(|| copy.clone_from(&map)).is_none() {
            assert_eq!(copy.len(), 3);
        }
        copy.verify().expect("a valid tree");
    });
}

/// Hazard 16: the pair in hand is neither lost nor doubled.
#[test]
fn predicates_panic() {
    sweep::<Tiny>(Act::Call, |mut map, len| {
        let mut calls = 0;
        let done = catch(|| {
            map.retain(|key, value| {
                *value = Probe::new(0);
                calls += 1;
                burn(Act::Call);
                key.n() % 2 == 0
            });
        });
        map.verify().expect("a valid tree");
        // The last call of an incomplete run did not decide.
        let decided = if done.is_some() { len } else { calls - 1 };
        assert!(map.keys().map(Probe::n).eq((0..len).filter(|n| n % 2 == 0 || *n >= decided)));
    });
}

/// Hazard 16, for what is taken out one by one: each pair is in the map or was handed out.
#[test]
fn predicates_panic_in_extract_if() {
    sweep::<Tiny>(Act::Call, |mut map, len| {
        let mut taken = Vec::new();
        let mut iter = map.extract_if(.., |key, _| {
            burn(Act::Call);
            key.n() % 3 != 0
        });
        let done = catch(|| taken.extend(iter.by_ref())).is_some();
        assert!(iter.next().is_none(), "it goes on behind a panic");
        map.verify().expect("a valid tree");
        assert_eq!(map.len() + taken.len(), len as usize);
        assert!(!done || map.keys().all(|key| key.n() % 3 == 0));
    });
}

/// Hazard 18: the pair in question goes down with the call, and no other of this map.
#[test]
fn merge_closures_panic() {
    sweep::<Tiny>(Act::Call, |mut map, len| {
        let mut other = BTreeMap::with_shape_in(map.allocator().clone());
        other.extend((len / 2..len * 3 / 2).map(|n| (Probe::new(n), Probe::new(500 + n))));
        let done = catch(|| {
            map.merge(other, |key, own, other| {
                assert_eq!((own.n() % len, other.n()), (key.n(), 500 + key.n()));
                burn(Act::Call);
                own
            });
        });
        map.verify().expect("a valid tree");
        let own = map.keys().filter(|key| key.n() < len).count() as u32;
        assert_eq!(own, len - u32::from(done.is_none()));
        assert!(done.is_none() || map.len() as u32 == (len * 3 / 2).max(len));
    });
}

/// The compiler does not drop what a function was about to return if the drop of something else
/// panics on the way out: that value may leak, with any collection, and nothing besides.
#[test]
fn no_more_leaks_than_what_a_closure_was_to_return() {
    for n in 0..40 {
        let owed = ledger::live();
        let mut map = map_of::<Tiny>(20);
        let mut other = BTreeMap::with_shape_in(map.allocator().clone());
        other.extend((0..20).map(|n| (Probe::new(n), Probe::new(n))));
        let alloc = map.allocator().clone();
        arm(Act::Drop, n);
        // The other value is dropped as the closure returns its own.
        let done = catch(|| map.merge(other, |_, own, _| own)).is_some();
        assert!(disarm(Act::Drop) && !done);
        map.verify().expect("a valid tree");
        assert!(map.len() >= 19);
        drop(map);
        assert!(ledger::live() - owed <= 1, "more than what was to be returned leaked");
        assert_eq!((alloc.live(), alloc.handles()), (0, 1), "nodes or handles leaked");
    }
}

/// Hazard 13: the part is out, and all of it goes.
#[test]
fn drops_panic_in_range_edits() {
    sweep::<Tiny>(Act::Drop, |mut map, len| {
        let bounds = || Probe::new(len / 4)..Probe::new(len - len / 4);
        let left = len / 4 + len - (len - len / 4);
        catch(|| map.remove_range(bounds()));
        map.verify().expect("a valid tree");
        assert!(map.len() as u32 == left || map.len() as u32 == len);
        catch(|| drop(map.drain(Probe::new(0)..).nth(1)));
        map.verify().expect("a valid tree");
    });
}

/// Hazard 18.
#[test]
fn entry_closures_panic() {
    sweep::<Tiny>(Act::Call, |mut map, len| {
        map.remove(&Probe::new(len / 2));
        let before = map.dump();
        let value = || {
            burn(Act::Call);
            Probe::new(1)
        };
        let done = catch(|| {
            map.entry(Probe::new(0)).and_modify(|_| burn(Act::Call)).or_insert_with(value).n();
            map.entry(Probe::new(len / 2)).or_insert_with(value).n()
        });
        map.verify().expect("a valid tree");
        assert!(done.is_some() || len == 1 || map.dump() == before);
        map.remove(&Probe::new(len));
        let vacant = map.dump();
        if catch(|| map.entry(Probe::new(len)).or_insert_with_key(|_| value()).n()).is_none() {
            assert_eq!(map.dump(), vacant);
        }
    });
}

/// Hazard 17.
#[test]
fn iterators_panic() {
    sweep::<Tiny>(Act::Call, |mut map, len| {
        let pairs = (0..20).map(|n| {
            burn(Act::Call);
            (Probe::new(len + n), Probe::new(n))
        });
        let mut seen = 0;
        let done = catch(|| map.extend(pairs.inspect(|_| seen += 1)));
        map.verify().expect("a valid tree");
        assert_eq!(map.len() as u32, len + seen);
        assert!(done.is_none() || seen == 20);
    });
    // A collection that was begun is dropped, sorted or not.
    sweep::<Tiny>(Act::Call, |_, len| {
        for factor in [1, 0x9E37_79B1] {
            let pairs = (0..len).map(|n| {
                burn(Act::Call);
                (Probe::new(n.wrapping_mul(factor)), Probe::new(n))
            });
            assert_eq!(pairs.collect::<BTreeMap<_, _>>().len() as u32, len);
        }
    });
}

/// Hazard 17.
#[test]
fn size_hints_lie() {
    for hint in LIES {
        let liar = || Hinting::new((0..100_u32).map(|n| (n, n)), hint);
        let mut map: BTreeMap<_, _> = liar().collect();
        assert_eq!(map.len(), 100);
        map.clear();
        map.extend(liar());
        assert!(map.keys().copied().eq(0..100));
        assert_eq!(BTreeSet::from_iter(liar()).len(), 100);
        let disordered = Hinting::new((0..100_u32).rev().map(|n| (n, n)), hint);
        assert_eq!(BTreeMap::from_iter(disordered).len(), 100);
        assert_eq!(map.insert_sorted(liar()), 0);
        map.verify().expect("a valid tree");
    }
}

thread_local! {
    static OTHER: RefCell<BTreeMap<u32, u32, Pool>> = RefCell::new(BTreeMap::new_in(Pool::new()));
}

/// On drop, edits another map on the same pool.
struct Meddler(u32);

impl Drop for Meddler {
    fn drop(&mut self) {
        OTHER.with_borrow_mut(|other| match self.0 % 3 {
            0 => drop(other.pop_first()),
            _ => drop(other.insert(self.0.wrapping_mul(0x9E37_79B9), self.0)),
        });
    }
}

/// Hazard 36.
#[test]
fn drops_call_back_into_the_pool() {
    let pool = OTHER.with_borrow(|other| other.allocator().clone());
    let mut map = BTreeMap::<u32, Meddler, Pool, Tiny>::with_shape_in(pool);
    map.extend((0..500).map(|n| (n, Meddler(n))));
    map.retain(|key, _| key % 4 != 1);
    map.extend((0..500).map(|n| (n, Meddler(n))));
    map.verify().expect("a valid tree");
    drop(map.split_off(&300));
    drop(map.into_iter().take(50));
    OTHER.with_borrow(|other| other.verify().expect("a valid tree"));
    OTHER.with_borrow_mut(BTreeMap::clear);
}

/// Hazard 47.
#[test]
fn cloned_iterators_go_their_own_ways() {
    let mut map = BTreeMap::<u32, u32, Global, Tiny>::with_shape_in(Global);
    map.extend((0..40).map(|n| (n, n)));
    let twin: Twin<u32, u32> = (0..40).map(|n| (n, n)).collect();
    for front in 0..=40 {
        for back in 0..=40 - front {
            let (mut ours, mut theirs) = (map.iter(), twin.iter());
            let mut range = map.range(..);
            for _ in 0..front {
                assert_eq!(ours.next(), theirs.next());
                range.next();
            }
            for _ in 0..back {
                assert_eq!(ours.next_back(), theirs.next_back());
                range.next_back();
            }
            assert!(ours.clone().eq(theirs.clone()) && ours.clone().rev().eq(theirs.clone().rev()));
            assert!(range.clone().eq(theirs));
            assert_eq!(ours.len(), range.count());
        }
    }
}
