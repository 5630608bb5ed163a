//! What an interpreter that checks each access should see: small, and without input or output.
//!
//! Run under Miri with strict provenance, in both models of borrowing.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_bump::Bump;
use allotment_core::btree_map::Entry;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{
    BTreeMap, BTreeMultiMap, BTreeSet, Dense, Global, PostingList, PostingMap, Ranked,
};
use allotment_pool::Pool;

use allotment_trial::checked::Checked;
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::pairs::{Ghosts, PageValues, Strings};
use allotment_trial::probe::Probe;
use allotment_trial::{set_subject, subject};
use rayon::iter::IntoParallelRefMutIterator;
use rayon::iter::plumbing::{Folder, UnindexedProducer};

/// Steps of a script.
const STEPS: usize = if cfg!(miri) { 20 } else { 2000 };

/// Pairs of a map: two levels in the standard shape, four in the tiny one.
const PAIRS: u32 = if cfg!(miri) { 70 } else { 500 };

fn map_of<S: Shape<u32>>(len: u32) -> BTreeMap<u32, Box<u32>, Checked, S> {
    let mut map = BTreeMap::with_shape_in(Checked::new());
    map.extend((0..len).map(|n| (n * 37 % len, Box::new(n))));
    map
}

/// Hazards 4, 5, 6 and 52, in every operation.
#[test]
fn miri_scripts() {
    subject::run::<Strings, _, Tiny>(Checked::new(), 1, STEPS, 40);
    subject::run::<Strings, _, Standard>(Global, 2, STEPS, 90);
    subject::run::<Ghosts, _, Tiny>(Checked::new(), 3, STEPS / 2, 40);
    subject::run::<PageValues, _, Tiny>(&Bump::new(), 4, STEPS / 4, 20);
    set_subject::run::<Strings, _, Tiny>(Pool::new(), 5, STEPS / 2, 40);
    subject::run::<Strings, _, Ranked<Tiny>>(Checked::new(), 6, STEPS / 2, 40);
    subject::run::<Strings, _, Ranked<Dense<Tiny>>>(Checked::new(), 7, STEPS / 2, 40);
}

/// Lists that go from one value to few and to many, and back.
#[test]
fn miri_lists_of_every_kind() {
    fn check<S: Shape<u32> + Shape<Box<u32>>>(most: u32) {
        let mut lists = BTreeMultiMap::<u32, Box<u32>, _, S>::with_shape_in(Checked::new());
        for n in 0..most {
            for key in 0..3 {
                lists.insert(key, Box::new(n * 11 % most));
            }
        }
        lists.verify().expect("a valid multimap");
        let copy = lists.clone();
        lists.retain(|key, value| *key != 0 && **value % 2 == 0);
        let both = lists.get(&1).intersection(copy.get(&0));
        assert!(both.eq(lists.get(&1)) && copy.iter().rev().count() == 3 * most as usize);
        for n in 0..most {
            lists.remove(&1, &n);
        }
        let left = lists.len();
        assert_eq!((lists.key_count(), lists.remove_all(&2), lists.len()), (1, left, 0));
        drop(copy);
    }
    check::<Tiny>(12);
    check::<Standard>(70);
}

/// Ids in place, in blocks of gaps and of bits, and in groves of them, and back.
#[test]
fn miri_ids_of_every_kind() {
    fn check<S: Shape<u32> + Shape<u64>>(most: u64) {
        let mut map = PostingMap::<u32, u64, _, S>::with_shape_in(Checked::new());
        for n in 0..most {
            map.insert(0, n << 40);
            map.insert(1, most - n);
        }
        map.insert(2, u64::MAX);
        map.verify().expect("a valid posting map");
        let copy = map.clone();
        assert!(copy.get(&0).iter().rev().eq((0..most).rev().map(|n| n << 40)));
        let lists = [0, 1, 2].map(|key| copy.get(&key));
        assert!(PostingList::union_of(lists).count() == 2 * most as usize + 1);
        for n in (0..most).filter(|n| n % 3 != 0) {
            assert!(map.remove(&0, n << 40) && map.remove(&1, most - n));
        }
        map.verify().expect("a valid posting map");
        assert!(map.remove(&2, u64::MAX) && map.key_count() == 2);
        assert_eq!(map.remove_all(&1), most.div_ceil(3) as usize);
    }
    check::<Tiny>(12);
    check::<Standard>(if cfg!(miri) { 40 } else { 3000 });
}

/// Hazard 48: all references at once, and each is good afterwards.
#[test]
fn miri_all_references_are_held_at_once() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        let mut pairs: Vec<_> = map.iter_mut().collect();
        for (key, value) in pairs.iter_mut().rev() {
            ***value = **key + 1;
        }
        drop(pairs);
        let mut values = map.values_mut();
        let (first, last) = (values.next().expect("some"), values.next_back().expect("some"));
        std::mem::swap(first, last);
        let rest: Vec<_> = values.collect();
        rest.into_iter().for_each(|value| **value += 1);
        **first += 1;
        let mut range = map.range_mut(3..PAIRS - 3);
        let (first, last) = (range.next().expect("some"), range.next_back().expect("some"));
        **first.1 += 1;
        let middle: Vec<_> = range.collect();
        **last.1 += 1;
        assert_eq!(**middle[0].1, 6);
        let all: Vec<_> = map.iter().collect();
        assert_eq!(all.len(), map.iter().zip(all.iter()).count());
        map.verify().expect("a valid tree");
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 48, where one call goes over many pairs.
#[test]
fn miri_folds_and_leaps_from_both_ends() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        let mut kept = Vec::new();
        map.iter_mut().for_each(|(key, value)| {
            **value = *key;
            kept.push(value);
        });
        kept.into_iter().for_each(|value| **value += 1);
        let mut pairs = map.iter_mut();
        let ends = (pairs.next().expect("some"), pairs.next_back().expect("some"));
        let kept = pairs.rfold(Vec::new(), |mut kept, (_, value)| {
            **value += 1;
            kept.push(value);
            kept
        });
        kept.into_iter().for_each(|value| **value += 1);
        **ends.0.1 += 2;
        **ends.1.1 += 2;
        assert!(map.iter().all(|(key, value)| **value == key + 3));
        for n in (0..PAIRS).step_by(7) {
            let (mut iter, mut range) = (map.iter_mut(), 3..PAIRS - 3);
            let (first, last) = (iter.nth(n as usize / 2), iter.nth_back(n as usize / 2));
            let rest = iter.len();
            first.into_iter().chain(last).chain(iter.nth(1)).for_each(|(_, value)| **value += 1);
            assert!(rest < PAIRS as usize);
            assert_eq!(
                map.range(range.clone()).nth(n as usize).map(|pair| *pair.0),
                range.nth(n as usize)
            );
            let left = map.range(n..).count();
            assert_eq!(left as u32, PAIRS - n);
        }
        map.verify().expect("a valid tree");
    }
    check::<Tiny>();
    check::<Standard>();
}

#[test]
fn miri_chunks_are_held_at_once() {
    fn check<S: Shape<u32>>() {
        let map = map_of::<S>(PAIRS);
        let (mut chunks, mut front, mut back) = (map.chunks(), Vec::new(), Vec::new());
        while let Some(chunk) = chunks.next() {
            front.push(chunk);
            back.extend(chunks.next_back());
        }
        let all: Vec<_> = front.into_iter().chain(back.into_iter().rev()).collect();
        assert!(all.iter().flat_map(|(keys, _)| *keys).eq(map.keys()));
        assert!(all.iter().flat_map(|(_, values)| *values).eq(map.values()));
        let mut set = BTreeSet::<u32, Checked, S>::with_shape_in(Checked::new());
        set.extend(0..PAIRS);
        let runs: Vec<_> = set.chunks().rev().collect();
        assert!(runs.into_iter().rev().flatten().eq(set.iter()));
    }
    check::<Tiny>();
    check::<Standard>();
    let pairs = BTreeMap::from_iter((0..PAIRS).map(|n| ((), n)));
    assert!(pairs.chunks().eq([(&[()][..], &[PAIRS - 1][..])]));
    assert!(pairs.clone() == pairs);
}

/// A copy of whole columns, and plain data consumed in part.
#[test]
fn miri_plain_data_is_copied() {
    fn check<S: Shape<u32>>() {
        let mut map = BTreeMap::<u32, f64, Checked, S>::with_shape_in(Checked::new());
        for len in 0..PAIRS {
            if len % 9 < 2 {
                let copy = map.clone();
                copy.verify().expect("a valid tree");
                assert!(
                    copy == map && copy.into_iter().nth(len as usize / 2).is_some() == (len > 0)
                );
            }
            map.insert(len * 29 % PAIRS, f64::from(len));
        }
    }
    check::<Tiny>();
    check::<Standard>();
}

#[test]
fn miri_maps_are_consumed_from_both_ends() {
    fn check<S: Shape<u32>>() {
        for taken in [0, 1, PAIRS / 2, PAIRS] {
            let mut pairs = map_of::<S>(PAIRS).into_iter();
            for turn in 0..taken {
                let pair = if turn % 3 == 0 { pairs.next_back() } else { pairs.next() };
                assert!(pair.is_some());
            }
            assert!(!format!("{pairs:?}").is_empty());
            assert_eq!(pairs.len() as u32, PAIRS - taken);
        }
        assert!(map_of::<S>(PAIRS).into_keys().rev().eq((0..PAIRS).rev()));
    }
    check::<Tiny>();
    check::<Standard>();
    drop(BTreeMap::from_iter((0..PAIRS).map(|n| (n, n))));
}

#[test]
fn miri_retain_cut_and_join() {
    fn check<S: Shape<u32>>() {
        for modulus in [2, 3, 7] {
            let mut map = map_of::<S>(PAIRS);
            map.retain(|key, value| {
                **value += 1;
                key % modulus != 0
            });
            let mut tail = map.split_off(&(PAIRS / modulus));
            tail.verify().expect("a valid tail");
            map.verify().expect("a valid head");
            let mut copy = map.clone();
            tail.append(&mut map);
            copy.append(&mut tail);
            copy.verify().expect("a valid tree");
            assert!(copy.keys().copied().eq((0..PAIRS).filter(|key| key % modulus != 0)));
        }
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 32: nodes change owner, in every way that two maps can lie.
#[test]
fn miri_append() {
    fn check<S: Shape<u32>>() {
        let lies: [fn(u32) -> (u32, u32); 4] =
            [|n| (n, n + 1000), |n| (n + 1000, n), |n| (2 * n, 2 * n + 1), |n| (n, 3 * n / 2)];
        for lie in lies {
            for share in [1, 2, 40] {
                let alloc = Checked::new();
                let mut map = BTreeMap::<_, _, _, S>::with_shape_in(alloc.clone());
                let mut other = BTreeMap::<_, _, _, S>::with_shape_in(alloc);
                map.extend((0..PAIRS).map(|n| (lie(n * 7 % PAIRS).0, Box::new(n))));
                other.extend((0..PAIRS / share).map(|n| (lie(n).1, Box::new(n))));
                map.append(&mut other);
                map.verify().expect("a valid tree");
                assert!(other.is_empty());
                map.values_mut().for_each(|value| **value += 1);
                other.append(&mut map);
                assert!(other.into_iter().all(|(_, value)| *value > 0));
            }
        }
        let (mut map, mut other) = (map_of::<S>(PAIRS), map_of::<S>(PAIRS / 2));
        map.append(&mut other);
        map.verify().expect("a valid tree");
    }
    check::<Tiny>();
    check::<Standard>();
    let mut map: BTreeMap<_, _> = (0..200_u64).map(|n| (n * 2, n)).collect();
    map.append(&mut (0..200_u64).map(|n| (n * 3, n)).collect());
    assert_eq!(map.len(), 333);
}

#[test]
fn miri_compact() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        map.retain(|key, _| key % 3 != 1);
        map.compact();
        map.verify().expect("a valid tree");
        map.values_mut().for_each(|value| **value += 1);
        map.shrink_to_fit();
        assert_eq!(map.len() as u32, PAIRS - (PAIRS + 1) / 3);
    }
    check::<Tiny>();
    check::<Standard>();
}

#[test]
fn miri_sorted_batches() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        let keys: Vec<u32> = (0..PAIRS).filter(|n| n % 5 < 3).collect();
        assert_eq!(map.remove_sorted(&keys), keys.len());
        map.verify().expect("a valid tree");
        assert_eq!(map.insert_sorted(keys.iter().map(|&n| (n, Box::new(n)))), keys.len());
        map.verify().expect("a valid tree");
        map.insert_sorted((0..PAIRS).rev().map(|n| (n * 3 / 2, Box::new(n))));
        map.verify().expect("a valid tree");
    }
    check::<Tiny>();
    check::<Standard>();
    let random = (0..PAIRS * 4).map(|n| (n.wrapping_mul(0x9E37_79B9), Box::new(n)));
    let map: BTreeMap<_, _> = random.collect();
    map.verify().expect("a valid tree");
}

#[test]
fn miri_entries() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        for key in 0..PAIRS + 8 {
            match map.entry(key * 5 % (PAIRS + 8)) {
                Entry::Occupied(mut entry) => {
                    **entry.get_mut() += 1;
                    entry.insert(Box::new(key));
                    if key % 2 == 0 {
                        *entry.remove_entry().1 += 1;
                    } else {
                        **entry.into_mut() += 1;
                    }
                }
                Entry::Vacant(entry) => {
                    let mut entry = entry.insert_entry(Box::new(key));
                    **entry.get_mut() += 1;
                    assert_eq!(**entry.get(), key + 1);
                    **entry.into_mut() = 0;
                }
            }
        }
        while let Some(entry) = map.last_entry() {
            entry.remove();
            map.pop_first();
        }
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazards 11, 13 and 15 in small: unwinding from the middle of things.
#[test]
fn miri_panics() {
    let owed = ledger::live();
    for act in [Act::Compare, Act::Drop, Act::Clone] {
        for n in [0, 1, 9, 30] {
            let mut set = BTreeSet::<Probe, Checked, Tiny>::with_shape_in(Checked::new());
            set.extend((0..20).map(Probe::new));
            arm(act, n);
            catch(|| drop(set.clone()));
            catch(|| drop(set.split_off(&Probe::new(7))));
            catch(|| set.retain(|probe| probe.n() % 2 == 0));
            catch(|| set.extend((0..9).map(Probe::new)));
            let mut other = BTreeSet::with_shape_in(set.allocator().clone());
            catch(|| other.extend((0..30).map(|n| Probe::new(n * 2 / 3))));
            catch(|| set.append(&mut other));
            other.verify().expect("a valid other");
            drop(other);
            disarm(act);
            set.verify().expect("a valid tree");
            arm(act, n);
            catch(|| set.into_iter().for_each(drop));
            disarm(act);
        }
    }
    assert_eq!(ledger::live(), owed);
}

/// Hazards 5 and 52, in edits that let nodes change owner, and in those that begin at a gap.
#[test]
fn miri_ranges_and_gaps() {
    fn check<S: Shape<u32>>() {
        let mut map = map_of::<S>(PAIRS);
        let middle = map.split_range(PAIRS / 3..PAIRS / 3 * 2);
        middle.verify().expect("a valid part");
        let mut cursor = map.upper_bound_mut(Bound::Excluded(&(PAIRS / 3)));
        cursor.splice_after(middle).expect("its place");
        while let Some((key, value)) = cursor.next() {
            **value = *key;
            if key % 3 == 0 {
                drop(cursor.remove_prev());
            }
        }
        cursor.insert_before(PAIRS, Box::new(PAIRS)).expect("behind all others");
        assert!(map.lower_bound(Bound::Included(&4)).prev().is_some());
        let some: Vec<_> = map.extract_if(2..PAIRS - 2, |key, _| key % 5 == 0).collect();
        assert!(some.iter().all(|(key, _)| key % 5 == 0));
        let mut pairs = map.drain(1..PAIRS - 1);
        assert!(pairs.next() < pairs.next_back());
        drop(pairs);
        map.merge(map_of(PAIRS), |_, own, other| Box::new(*own + *other));
        // What the closure got is not read again.
        let half = |key: &u32, own, _| if key % 7 == 3 { panic!("no") } else { own };
        for _ in 0..3 {
            assert!(catch_unwind(AssertUnwindSafe(|| map.merge(map_of(PAIRS), half))).is_err());
        }
        map.merge(map_of(PAIRS), |_, own, _| own);
        assert_eq!(map.remove_range(..) as u32, PAIRS + 1);
        map.verify().expect("a valid tree");
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 48: keys are changed in their place, and found where they are then.
#[test]
fn miri_keys_are_changed_at_a_gap() {
    let mut words: BTreeMap<String, u32> =
        (0..PAIRS).map(|n| (format!("word {n:03}"), n)).collect();
    // SAFETY: the order of the keys stays as it is.
    let mut cursor = unsafe { words.lower_bound_mut::<str>(Bound::Unbounded).with_mutable_key() };
    while let Some((key, value)) = cursor.next() {
        key.push('!');
        key.replace_range(..1, if *value < PAIRS / 2 { "c" } else { "v" });
    }
    drop(cursor);
    words.verify().expect("a valid tree");
    for n in 0..PAIRS {
        let letter = if n < PAIRS / 2 { 'c' } else { 'v' };
        assert_eq!(words.get(format!("{letter}ord {n:03}!").as_str()), Some(&n));
    }
}

#[test]
fn miri_walks_search_ahead() {
    let set = |step: usize| (0..PAIRS).step_by(step).collect::<BTreeSet<u32>>();
    let (all, few) = (set(1), set(20));
    assert!(all.intersection(&few).eq(&few) && few.intersection(&all).eq(&few));
    assert_eq!(all.difference(&few).count() + few.len(), all.len());
    assert!((&all | &few).iter().eq(&all) && (&few - &all).is_empty());
}

/// Keeps what it is given.
struct Keeper<T>(Vec<T>);

impl<T> Folder<T> for Keeper<T> {
    type Result = Vec<T>;

    fn consume(mut self, item: T) -> Self {
        self.0.push(item);
        self
    }

    fn complete(self) -> Vec<T> {
        self.0
    }

    fn full(&self) -> bool {
        false
    }
}

/// Hazard 48, where several threads share a walk: the references of all parts live at once.
#[test]
fn miri_walks_are_halved() {
    let mut map = BTreeMap::<u32, u32, Global, Tiny>::with_shape_in(Global);
    map.extend((0..PAIRS).map(|n| (n, n)));
    let (front, back) = UnindexedProducer::split(map.par_iter_mut());
    let (back, rest) = back.expect("several leaves").split();
    let parts = [Some(front), Some(back), rest].into_iter().flatten();
    let pairs: Vec<_> =
        parts.flat_map(|part| part.fold_with(Keeper(Vec::new())).complete()).collect();
    assert_eq!(pairs.len() as u32, PAIRS);
    for (key, value) in pairs {
        *value += key;
    }
    assert!(map.iter().all(|(key, value)| *value == 2 * key));
}
