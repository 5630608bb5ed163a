//! The operations of a set.

use std::cmp::Ordering;
use std::ops::Bound;

use allotment_core::btree_set::{CursorMut, Entry};
use allotment_core::serde::SetSeed;
use allotment_core::shape::Shape;
use allotment_core::{BTreeSet, SharedAlloc};
use allotment_meter::Counting;
use allotment_trial::probe::Probe;
use borsh::BorshDeserialize;
use rayon::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator};
use serde::de::DeserializeSeed;
use serde::de::value::{Error, SeqDeserializer};

use crate::ambient::Ambient;
use crate::operation::{Set, answered, made, operations, some_from};

fn taken<B: SharedAlloc, S: Shape<Probe>>(other: &mut Set<B, S>) -> Set<B, S> {
    let alloc = other.allocator().clone();
    crate::operation::take(other, alloc)
}

/// A cursor in front of a number.
fn at<B: SharedAlloc, S: Shape<Probe>>(
    set: &mut Set<B, S>,
    n: u32,
) -> CursorMut<'_, Probe, Counting<B>, S> {
    set.lower_bound_mut(Bound::Included(&Probe::new(n)))
}

operations! {
    /// All that allocates, by its own name or by that of the trait.
    that_allocate of Set;
    may {
        "fallible().insert", None, Whole: |set, _, n| {
            set.fallible().insert(Probe::new(n)).is_ok()
        };
        "fallible().replace", None, Whole: |set, _, n| {
            set.fallible().replace(Probe::new(n)).is_ok()
        };
        "fallible().entry().or_insert", None, Whole: |set, _, n| {
            set.fallible().entry(Probe::new(n)).or_insert().is_ok()
        };
        "fallible().entry().insert", None, Whole: |set, _, n| {
            set.fallible().entry(Probe::new(n)).insert().is_ok()
        };
        "fallible().get_or_insert", None, Whole: |set, _, n| {
            set.fallible().get_or_insert(Probe::new(n)).is_ok()
        };
        "fallible().get_or_insert_with", None, Whole: |set, _, n| {
            set.fallible().get_or_insert_with(&Probe::new(n), |_| made(n)).is_ok()
        };
        "reserve_nodes and insert_reserved", None, Whole: |set, _, n| {
            let Ok(mut nodes) = set.reserve_nodes(n as usize % 50 + 1) else { return false };
            set.insert_reserved(Probe::new(n), &mut nodes).is_ok()
        };
        "fallible().insert_sorted", None, Rest: |set, _, n| {
            set.fallible().insert_sorted(some_from(n).map(Probe::new)).is_ok()
        };
        "try_from_iter_in", None, Whole: |set, _, n| {
            let elements = some_from(n).chain(some_from(1)).map(Probe::new);
            BTreeSet::try_from_iter_in(elements, set.allocator().clone()).is_ok()
        };
        "fallible().extend", None, Rest: |set, _, n| {
            set.fallible().extend(some_from(n).map(Probe::new)).is_ok()
        };
        "fallible().try_clone", None, Whole: |set, _, _| set.fallible().try_clone().is_ok();
        "fallible().split_off", None, Whole: |set, other, n| {
            set.fallible().split_off(&Probe::new(n)).map(|part| *other = part).is_ok()
        };
        "fallible().split_range", None, Whole: |set, other, n| {
            let bounds = Probe::new(n)..Probe::new(n + 100);
            set.fallible().split_range(bounds).map(|part| *other = part).is_ok()
        };
        "fallible().remove_range", None, Whole: |set, _, n| {
            set.fallible().remove_range(Probe::new(n / 2)..Probe::new(n)).is_ok()
        };
        "fallible().drain", None, Whole: |set, _, n| set.fallible().drain(..Probe::new(n)).is_ok();
        "fallible().join", Behind, Own: |set, other, _| {
            let joined = set.fallible().join(taken(other));
            joined.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().append", Overlapping, Each: |set, other, _| {
            set.fallible().append(other).is_ok()
        };
        "lower_bound_mut().fallible().insert_after", None, Whole: |set, _, n| {
            at(set, n).fallible().insert_after(Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().insert_before", None, Whole: |set, _, n| {
            at(set, n).fallible().insert_before(Probe::new(n)).is_ok()
        };
        "lower_bound_mut().fallible().split_after", None, Whole: |set, other, n| {
            at(set, n).fallible().split_after().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().split_before", None, Whole: |set, other, n| {
            at(set, n).fallible().split_before().map(|part| *other = part).is_ok()
        };
        "lower_bound_mut().fallible().splice_after", Between, Own: |set, other, n| {
            let spliced = at(set, n).fallible().splice_after(taken(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "lower_bound_mut().fallible().splice_before", Between, Own: |set, other, n| {
            let spliced = at(set, n).fallible().splice_before(taken(other));
            spliced.map_err(|error| *other = error.into_inner()).is_ok()
        };
        "fallible().compact", None, Each: |set, _, _| set.fallible().compact().is_ok();
        "fallible().shrink_to_fit", None, Each: |set, _, _| {
            set.fallible().shrink_to_fit().is_ok()
        };
        "serde", None, Whole: |set, _, n| {
            let elements = some_from(n).chain(some_from(1));
            let seed = SetSeed::<Probe, _, S>::with_shape_in(set.allocator().clone());
            seed.deserialize(SeqDeserializer::<_, Error>::new(elements)).is_ok()
        };
        "borsh", None, Whole: |_, _, n| {
            let count = some_from(n).count() as u32;
            let numbers = [count].into_iter().chain(some_from(n));
            let bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
            BTreeSet::<Probe, Ambient, S>::deserialize(&mut &bytes[..]).is_ok()
        };
    }
    must {
        "insert", None, Whole: |set, _, n| assert!(set.insert(Probe::new(n)));
        "replace", None, Whole: |set, _, n| drop(set.replace(Probe::new(n - 5)));
        "get_or_insert", None, Whole: |set, _, n| {
            set.get_or_insert(Probe::new(n));
        };
        "get_or_insert_with", None, Whole: |set, _, n| {
            set.get_or_insert_with(&Probe::new(n), |_| made(n));
        };
        "entry().or_insert", None, Whole: |set, _, n| set.entry(Probe::new(n)).or_insert();
        "entry().insert", None, Whole: |set, _, n| {
            set.entry(Probe::new(n)).insert();
        };
        "lower_bound_mut().insert_after", None, Whole: |set, _, n| {
            at(set, n).insert_after(Probe::new(n)).expect("its place");
        };
        "lower_bound_mut().insert_before", None, Whole: |set, _, n| {
            at(set, n).insert_before(Probe::new(n)).expect("its place");
        };
        "with_mutable_key().insert_before", None, Whole: |set, _, n| {
            // SAFETY: no element is changed.
            let mut cursor = unsafe { at(set, n).with_mutable_key() };
            cursor.insert_before(Probe::new(n)).expect("its place");
        };
        "with_mutable_key().split_before", None, Whole: |set, other, n| {
            // SAFETY: no element is changed.
            let mut cursor = unsafe { at(set, n).with_mutable_key() };
            *other = cursor.split_before();
        };
        "with_mutable_key().splice_before", Between, Own: |set, other, n| {
            // SAFETY: no element is changed.
            let mut cursor = unsafe { at(set, n).with_mutable_key() };
            cursor.splice_before(taken(other)).expect("their place");
        };
        "lower_bound_mut().split_after", None, Whole: |set, other, n| {
            *other = at(set, n).split_after();
        };
        "lower_bound_mut().split_before", None, Whole: |set, other, n| {
            *other = at(set, n).split_before();
        };
        "lower_bound_mut().splice_after", Between, Own: |set, other, n| {
            at(set, n).splice_after(taken(other)).expect("their place");
        };
        "lower_bound_mut().splice_before", Between, Own: |set, other, n| {
            at(set, n).splice_before(taken(other)).expect("their place");
        };
        "clone", None, Whole: |set, _, _| drop(set.clone());
        "split_off", None, Whole: |set, other, n| *other = set.split_off(&Probe::new(n));
        "split_range", None, Whole: |set, other, n| {
            *other = set.split_range(Probe::new(n)..Probe::new(n + 100));
        };
        "drain", None, Whole: |set, _, n| drop(set.drain(..Probe::new(n)));
        "remove_range", None, Whole: |set, _, n| {
            set.remove_range(Probe::new(n / 2)..Probe::new(n));
        };
        "join", Behind, Own: |set, other, _| set.join(taken(other)).expect("they are apart");
        "append", Overlapping, Each: |set, other, _| set.append(other);
        "|", Overlapping, Whole: |set, other, _| drop(&*set | &*other);
        "&", Overlapping, Whole: |set, other, _| drop(&*set & &*other);
        "-", Overlapping, Whole: |set, other, _| drop(&*set - &*other);
        "^", Overlapping, Whole: |set, other, _| drop(&*set ^ &*other);
        "extend", None, Rest: |set, _, n| set.extend(some_from(n).map(Probe::new));
        "insert_sorted", None, Rest: |set, _, n| {
            set.insert_sorted(some_from(n).map(Probe::new));
        };
        "from_iter_in", None, Whole: |set, _, n| {
            let elements = some_from(n).chain(some_from(1)).map(Probe::new);
            BTreeSet::from_iter_in(elements, set.allocator().clone());
        };
        "from_iter", None, Whole: |_, _, n| {
            drop(some_from(n).chain(some_from(1)).map(Probe::new).collect::<BTreeSet<Probe>>());
        };
        "par_extend", None, Rest: |set, _, n| {
            let numbers: Vec<u32> = some_from(n).chain(some_from(1)).collect();
            set.par_extend(numbers.into_par_iter().map(made));
        };
        "compact", None, Each: |set, _, _| set.compact();
        "shrink_to_fit", None, Each: |set, _, _| set.shrink_to_fit();
    }
}

operations! {
    /// What takes out or reads, and asks for no memory.
    that_do_not_allocate of Set;
    may {}
    must {
        "remove", None, Whole: |set, _, n| assert!(!set.remove(&Probe::new(n)));
        "take", None, Whole: |set, _, n| drop(set.take(&Probe::new(n - 5)));
        "take_by", None, Whole: |set, _, n| {
            drop(set.take_by(|element| answered(element.n().cmp(&(n - 5)))));
        };
        "clear_step", None, Rest: |set, _, _| while !set.clear_step(2) {};
        "entry().remove", None, Whole: |set, _, n| {
            if let Entry::Occupied(entry) = set.entry(Probe::new(n - 5)) {
                drop(entry.remove());
            }
        };
        "remove_sorted", None, Rest: |set, _, n| {
            let elements: Vec<Probe> = some_from(n - 5).map(Probe::new).collect();
            set.remove_sorted(elements.iter().map(answered));
        };
        "retain", None, Rest: |set, _, _| {
            set.retain(|element| answered(element.n().is_multiple_of(3)));
        };
        "extract_if", None, Rest: |set, _, n| {
            let range = Probe::new(n / 2)..=Probe::new(n);
            let picks = |element: &Probe| answered(element.n().is_multiple_of(20));
            set.extract_if(range, picks).for_each(drop);
        };
        "lower_bound_mut().remove_next", None, Rest: |set, _, n| {
            let mut cursor = at(set, n);
            drop((cursor.remove_next(), cursor.remove_prev(), cursor.remove_next()));
        };
        "into_iter", None, Rest: |set, _, n| drop(taken(set).into_iter().nth(n as usize / 20));
        "range and range_by", None, Whole: |set, _, n| {
            let within = set.range(Probe::new(n)..Probe::new(n + 60)).count();
            let place = |element: &Probe| answered(match element.n() {
                low if low < n => Ordering::Less,
                high if high >= n + 60 => Ordering::Greater,
                _ => Ordering::Equal,
            });
            assert_eq!(set.range_by(place).count(), within);
            assert_eq!(set.get_by(place).is_some(), within > 0);
        };
        "union and its kin", Overlapping, Whole: |set, other, _| {
            let (all, both) = (set.union(other).count(), set.intersection(other).count());
            assert_eq!(all + both, set.len() + other.len());
            assert_eq!(set.symmetric_difference(other).count(), all - both);
            assert_eq!(set.difference(other).count(), set.len() - both);
        };
        "is_subset and its kin", Overlapping, Whole: |set, other, _| {
            let disjoint = set.is_disjoint(other);
            assert!(!disjoint || !set.is_subset(other) || set.is_empty());
            assert!(!disjoint || !set.is_superset(other) || other.is_empty());
        };
    }
}
