//! The operations of a map.

use std::cmp::Ordering;
use std::ops::Bound;

use allotment_core::btree_map::{AllocFailure, CursorMut, Entry, EntryRef};
use allotment_core::serde::{Duplicates, MapSeed};
use allotment_core::shape::Shape;
use allotment_core::{BTreeMap, SharedAlloc};
use allotment_meter::Counting;
use allotment_trial::probe::Probe;
use borsh::BorshDeserialize;
use rayon::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator};
use serde::de::DeserializeSeed;
use serde::de::value::{Error, MapDeserializer};

use crate::ambient::Ambient;
use crate::operation::{Map, answered, made, operations, pair, some_from};

fn taken<B: SharedAlloc, S: Shape<Probe>>(other: &mut Map<B, S>) -> Map<B, S> {
    let alloc = other.allocator().clone();
    crate::operation::take(other, alloc)
}

/// A cursor in front of a number.
fn at<B: SharedAlloc, S: Shape<Probe>>(
    map: &mut Map<B, S>,
    n: u32,
) -> CursorMut<'_, Probe, Probe, Counting<B>, S> {
    map.lower_bound_mut(Bound::Included(&Probe::new(n)))
}

/// Where a key lies next to a range of numbers.
fn place(key: &Probe, n: u32) -> Ordering {
    answered(match key.n() {
        low if low < n => Ordering::Less,
        high if high > n + 60 => Ordering::Greater,
        _ => Ordering::Equal,
    })
}

/// Where a key lies next to one that is there.
fn near(key: &Probe, n: u32) -> Ordering {
    answered(key.n().cmp(&(n - 5)))
}

operations! {
    /// All that allocates, by its own name or by that of the trait.
    that_allocate of Map;
    may {
        "fallible().insert", None, Whole: |map, _, n| {
            map.fallible().insert(Probe::new(n), Probe::new(n)).is_ok()
        };
        "fallible().entry().or_insert", None, Whole: |map, _, n| {
            map.fallible().entry(Probe::new(n)).or_insert(Probe::new(n)).is_ok()
        };
        "fallible().entry().or_insert_with", None, Whole: |map, _, n| {
            map.fallible().entry(Probe::new(n)).or_insert_with(|| made(n)).is_ok()
        };
        "fallible().entry().insert_entry", None, Whole: |map, _, n| {
            map.fallible().entry(Probe::new(n)).insert_entry(Probe::new(n)).is_ok()
        };
        "fallible().entry().or_try_insert_with", None, Whole: |map, _, n| {
            let entry = map.fallible().entry(Probe::new(n));
            entry.or_try_insert_with(|| Ok::<_, AllocFailure<_>>(made(n))).is_ok()
        };
        "fallible().entry_ref().or_insert_with", None, Whole: |map, _, n| {
            map.fallible().entry_ref(&Probe::new(n)).or_insert_with(|| made(n)).is_ok()
        };
        "fallible().entry_ref().insert_entry", None, Whole: |map, _, n| {
            map.fallible().entry_ref(&Probe::new(n)).insert_entry(Probe::new(n)).is_ok()
        };
        "fallible().insert_sorted", None, Rest: |map, _, n| {
            map.fallible().insert_sorted(some_from(n).map(pair)).is_ok()
        };
        "try_from_iter_in", None, Whole: |map, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(pair);
            BTreeMap::try_from_iter_in(pairs, map.allocator().clone()).is_ok()
        };
        "fallible().merge", Overlapping, OwnButOne: |map, other, _| {
            let merged = map.fallible().merge(taken(other), |_, own, other| {
                drop(own);
                answered(other)
            });
            merged.map_err(|failure| *other = failure.returned).is_ok()
        };
        "with_mutable_key().fallible().insert_before", None, Whole: |map, _, n| {
            // SAFETY: no key is changed.
            let mut cursor = unsafe { at(map, n).with_mutable_key() };
            cursor.fallible().insert_before(Probe::new(n), Probe::new(n)).is_ok()
        };
        "fallible().extend", None, Rest: |map, _, n| {
            map.fallible().extend(some_from(n).map(pair)).is_ok()
        };
        "fallible().try_clone", None, Whole: |map, _, _| map.fallible().try_clone().is_ok();
        "reserve_nodes and insert_reserved", None, Whole: |map, _, n| {
            let Ok(mut nodes) = map.reserve_nodes(n as usize % 50 + 1) else { return false };
            map.insert_reserved(Probe::new(n), Probe::new(n), &mut nodes).is_ok()
        };
        "fallible().split_off", None, Whole: |map, other, n| {
            map.fallible().split_off(&Probe::new(n)).map(|part| *other = part).is_ok()
        };
        "fallible().split_range", None, Whole: |map, other, n| {
            let bounds = Probe::new(n)..Probe::new(n + 100);
            map.fallible().split_range(bounds).map(|part| *other = part).is_ok()
        };
        "fallible().drain", None, Whole: |map, _, n| {
            map.fallible().drain(..Probe::new(n)).is_ok()
        };
        "fallible().remove_range", None, Whole: |map, _, n| {
            map.fallible().remove_range(Probe::new(n / 2)..Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().insert_after", None, Whole: |map, _, n| {
            at(map, n).fallible().insert_after(Probe::new(n), Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().insert_before", None, Whole: |map, _, n| {
            at(map, n).fallible().insert_before(Probe::new(n), Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().split_after", None, Whole: |map, other, n| {
            at(map, n).fallible().split_after().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().split_before", None, Whole: |map, other, n| {
            at(map, n).fallible().split_before().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().splice_after", Between, Own: |map, other, n| {
            let spliced = at(map, n).fallible().splice_after(taken(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "lower_bound_mut().fallible().splice_before", Between, Own: |map, other, n| {
            let spliced = at(map, n).fallible().splice_before(taken(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().join", Behind, Own: |map, other, _| {
            let joined = map.fallible().join(taken(other));
            joined.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().append", Overlapping, Each: |map, other, _| {
            map.fallible().append(other).is_ok()
        };
        "fallible().append of what is behind", Behind, Each: |map, other, _| {
            map.fallible().append(other).is_ok()
        };
        "fallible().compact", None, Each: |map, _, _| map.fallible().compact().is_ok();
        "fallible().shrink_to_fit", None, Each: |map, _, _| {
            map.fallible().shrink_to_fit().is_ok()
        };
        "serde", None, Whole: |map, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(|n| (n, n));
            let seed = MapSeed::<Probe, Probe, _, S>::with_shape_in(map.allocator().clone());
            let seed = seed.duplicates(Duplicates::FirstWins);
            seed.deserialize(MapDeserializer::<_, Error>::new(pairs)).is_ok()
        };
        "borsh", None, Whole: |_, _, n| {
            let numbers = || some_from(n).flat_map(|n| [n, n]);
            let count = numbers().count() as u32 / 2;
            let numbers = [count].into_iter().chain(numbers());
            let bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
            BTreeMap::<Probe, Probe, Ambient, S>::deserialize(&mut &bytes[..]).is_ok()
        };
    }
    must {
        "insert", None, Whole: |map, _, n| drop(map.insert(Probe::new(n), Probe::new(n)));
        "insert of what is there", None, Whole: |map, _, n| {
            drop(map.insert(Probe::new(n - 5), Probe::new(n - 5)));
        };
        "try_insert", None, Whole: |map, _, n| {
            assert!(map.try_insert(Probe::new(n), Probe::new(n)).is_ok());
        };
        "entry().or_insert", None, Whole: |map, _, n| {
            map.entry(Probe::new(n)).or_insert(Probe::new(n));
        };
        "entry().or_insert_with", None, Whole: |map, _, n| {
            map.entry(Probe::new(n)).or_insert_with(|| made(n));
        };
        "entry().or_insert_with_key", None, Whole: |map, _, n| {
            map.entry(Probe::new(n)).or_insert_with_key(|key| made(key.n()));
        };
        "entry().or_try_insert_with", None, Whole: |map, _, n| {
            let found = map.entry(Probe::new(n)).or_try_insert_with(|| answered(Err(())));
            assert!(found.is_err());
            let placed = map.entry(Probe::new(n)).or_try_insert_with(|| Ok::<_, ()>(made(n)));
            assert!(placed.is_ok());
        };
        "entry().or_try_insert_with_key", None, Whole: |map, _, n| {
            let made = |key: &Probe| Ok::<_, ()>(made(key.n()));
            assert!(map.entry(Probe::new(n)).or_try_insert_with_key(made).is_ok());
        };
        "entry().and_modify", None, Whole: |map, _, n| {
            map.entry(Probe::new(n - 5))
                .and_modify(|value| *value = made(n - 5))
                .or_insert_with(|| Probe::new(n - 5));
        };
        "entry().insert_entry", None, Whole: |map, _, n| {
            map.entry(Probe::new(n)).insert_entry(Probe::new(n));
        };
        "entry_ref().insert", None, Whole: |map, _, n| match map.entry_ref(&Probe::new(n)) {
            EntryRef::Vacant(entry) => drop(entry.insert(Probe::new(n)).n()),
            EntryRef::Occupied(_) => unreachable!("it is in neither"),
        };
        "entry_ref().or_insert_with", None, Whole: |map, _, n| {
            map.entry_ref(&Probe::new(n)).or_insert_with(|| made(n));
        };
        "entry_ref().and_modify", None, Whole: |map, _, n| {
            map.entry_ref(&Probe::new(n - 5))
                .and_modify(|value| *value = made(n - 5))
                .or_insert_with(|| Probe::new(n - 5));
        };
        "lower_bound_mut().insert_after", None, Whole: |map, _, n| {
            at(map, n).insert_after(Probe::new(n), Probe::new(n)).expect("its place");
        };
        "lower_bound_mut().insert_before", None, Whole: |map, _, n| {
            at(map, n).insert_before(Probe::new(n), Probe::new(n)).expect("its place");
        };
        "with_mutable_key().insert_after", None, Whole: |map, _, n| {
            // SAFETY: no key is changed.
            let mut cursor = unsafe { at(map, n).with_mutable_key() };
            cursor.insert_after(Probe::new(n), Probe::new(n)).expect("its place");
        };
        "with_mutable_key().split_after", None, Whole: |map, other, n| {
            // SAFETY: no key is changed.
            let mut cursor = unsafe { at(map, n).with_mutable_key() };
            *other = cursor.split_after();
        };
        "with_mutable_key().splice_after", Between, Own: |map, other, n| {
            // SAFETY: no key is changed.
            let mut cursor = unsafe { at(map, n).with_mutable_key() };
            cursor.splice_after(taken(other)).expect("their place");
        };
        "lower_bound_mut_by().insert_after", None, Whole: |map, _, n| {
            let mut cursor = map.lower_bound_mut_by(|key| answered(key.n().cmp(&n)));
            cursor.insert_after(Probe::new(n), Probe::new(n)).expect("its place");
        };
        "lower_bound_mut().split_after", None, Whole: |map, other, n| {
            *other = at(map, n).split_after();
        };
        "lower_bound_mut().split_before", None, Whole: |map, other, n| {
            *other = at(map, n).split_before();
        };
        "lower_bound_mut().splice_after", Between, Own: |map, other, n| {
            at(map, n).splice_after(taken(other)).expect("their place");
        };
        "lower_bound_mut().splice_before", Between, Own: |map, other, n| {
            at(map, n).splice_before(taken(other)).expect("their place");
        };
        "clone", None, Whole: |map, _, _| drop(map.clone());
        "clone_from", None, Each: |map, other, _| {
            let from = map.clone();
            other.clone_from(&from);
            *other = taken(map);
            map.clone_from(&from);
        };
        "split_off", None, Whole: |map, other, n| *other = map.split_off(&Probe::new(n));
        "split_range", None, Whole: |map, other, n| {
            *other = map.split_range(Probe::new(n)..Probe::new(n + 100));
        };
        "drain", None, Whole: |map, _, n| drop(map.drain(..Probe::new(n)));
        "remove_range", None, Whole: |map, _, n| {
            map.remove_range(Probe::new(n / 2)..Probe::new(n));
        };
        "join", Behind, Own: |map, other, _| map.join(taken(other)).expect("they are apart");
        "append", Overlapping, Each: |map, other, _| map.append(other);
        "append of what is behind", Behind, Each: |map, other, _| map.append(other);
        "merge", Overlapping, OwnButOne: |map, other, _| {
            // By name: what the end of a closure drops may panic, and the language then leaks
            // what it was to return.
            map.merge(taken(other), |_, own, other| {
                drop(other);
                own
            });
        };
        "merge with a closure", Overlapping, OwnButOne: |map, other, _| {
            map.merge(taken(other), |_, own, other| {
                drop(own);
                answered(other)
            });
        };
        "extend", None, Rest: |map, _, n| map.extend(some_from(n).map(pair));
        "extend from the front", None, Rest: |map, _, _| {
            map.extend(some_from(2).collect::<Vec<_>>().into_iter().rev().map(pair));
        };
        "insert_sorted", None, Rest: |map, _, n| {
            map.insert_sorted(some_from(n).map(pair));
        };
        "from_iter_in", None, Whole: |map, _, n| {
            let alloc = map.allocator().clone();
            let pairs = some_from(n).chain(some_from(1)).map(pair);
            BTreeMap::from_iter_in(pairs, alloc);
        };
        "from_iter", None, Whole: |_, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(pair);
            drop(pairs.collect::<BTreeMap<Probe, Probe>>());
        };
        "par_extend", None, Rest: |map, _, n| {
            let numbers: Vec<u32> = some_from(n).chain(some_from(1)).collect();
            map.par_extend(numbers.into_par_iter().map(|n| pair(answered(n))));
        };
        "compact", None, Each: |map, _, _| map.compact();
        "shrink_to_fit", None, Each: |map, _, _| map.shrink_to_fit();
    }
}

operations! {
    /// What takes out or reads, and asks for no memory.
    that_do_not_allocate of Map;
    may {}
    must {
        "remove", None, Whole: |map, _, n| drop(map.remove(&Probe::new(n - 5)));
        "remove_entry", None, Whole: |map, _, n| drop(map.remove_entry(&Probe::new(n - 5)));
        "remove_by", None, Whole: |map, _, n| drop(map.remove_by(|key| near(key, n)));
        "remove_entry_by", None, Whole: |map, _, n| drop(map.remove_entry_by(|key| near(key, n)));
        "find_entry_by", None, Whole: |map, _, n| {
            if let Some(entry) = map.find_entry_by(|key| near(key, n)) {
                drop(entry.remove());
            }
        };
        "clear_step", None, Rest: |map, _, _| while !map.clear_step(2) {};
        "entry().remove", None, Whole: |map, _, n| {
            if let Entry::Occupied(entry) = map.entry(Probe::new(n - 5)) {
                drop(entry.remove_entry());
            }
        };
        "pop_first and pop_last", None, Rest: |map, _, _| {
            drop((map.pop_first(), map.pop_last()));
        };
        "remove_sorted", None, Rest: |map, _, n| {
            let keys: Vec<Probe> = some_from(n - 5).map(Probe::new).collect();
            map.remove_sorted(keys.iter().map(answered));
        };
        "retain", None, Rest: |map, _, _| map.retain(|key, _| answered(key.n().is_multiple_of(3)));
        "extract_if", None, Rest: |map, _, n| {
            let picks = |key: &Probe, _: &mut Probe| answered(key.n().is_multiple_of(20));
            map.extract_if(Probe::new(n / 2)..=Probe::new(n), picks).for_each(drop);
        };
        "extract_if, in part", None, Rest: |map, _, _| {
            let picks = |key: &Probe, _: &mut Probe| answered(key.n().is_multiple_of(30));
            map.extract_if(.., picks).take(3).for_each(drop);
        };
        "update_range", None, Rest: |map, _, n| {
            let range = Probe::new(n / 2)..Probe::new(n + 100);
            map.update_range(range, |key, value| {
                *value = made(key.n());
                key.n().is_multiple_of(20)
            });
        };
        "lower_bound_mut().remove_next", None, Rest: |map, _, n| {
            let mut cursor = at(map, n);
            drop((cursor.remove_next(), cursor.remove_prev(), cursor.remove_next()));
        };
        "drain of nothing, and clear", None, Rest: |map, _, n| {
            drop(map.drain(Probe::new(n)..Probe::new(n)));
            map.clear();
        };
        "into_iter", None, Rest: |map, _, n| {
            drop(taken(map).into_iter().nth(n as usize / 20));
        };
        "get and its kin", None, Whole: |map, _, n| {
            let (key, end) = (Probe::new(n), Probe::new(n + 50));
            assert!(map.get(&key).is_none() && map.get_mut(&end).is_none());
            assert!(!map.contains_key(&key) && map.get_key_value(&key).is_none());
            assert_eq!(map.get_many([&key, &end]), [None, None]);
            assert_eq!(map.get_each([&key, &end]).flatten().count(), 0);
        };
        "range and range_mut", None, Whole: |map, _, n| {
            let bounds = || Probe::new(n)..Probe::new(n + 100);
            assert_eq!(map.range(bounds()).count(), map.range_mut(bounds()).count());
            map.for_each_in(bounds(), |key, _| assert!(answered(key.n()) > n));
        };
        "range_by, range_mut_by and get_by", None, Whole: |map, _, n| {
            let found = map.get_by(|key| place(key, n)).is_some();
            assert_eq!(map.get_mut_by(|key| place(key, n)).is_some(), found);
            assert_eq!(map.contains_key_by(|key| place(key, n)), found);
            assert_eq!(map.range_by(|key| place(key, n)).next().is_some(), found);
            assert_eq!(map.range_mut_by(|key| place(key, n)).next_back().is_some(), found);
        };
        "scan", None, Whole: |map, _, n| {
            let scan = map.scan(Probe::new(n)..).entries(9).weigh(|_, _| answered(1));
            let scan = scan.until(|| answered(false));
            scan.for_each(|key, _| assert!(answered(key.n()) > n));
        };
        "joins", Overlapping, Whole: |map, other, _| {
            let both = map.inner_join(other).count();
            assert_eq!(map.left_join(other).count(), map.anti_join(other).count() + both);
            assert_eq!(map.outer_join(other).count(), map.len() + other.len() - both);
        };
        "comparison", Overlapping, Whole: |map, other, _| {
            assert_eq!((*map).cmp(other).is_eq(), *map == *other);
        };
    }
}
