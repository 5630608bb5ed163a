//! The operations of a multimap.

use allotment_core::btree_multimap::Entry;
use allotment_core::shape::Shape;
use allotment_core::{BTreeMultiMap, SharedAlloc};
use allotment_trial::probe::Probe;

use crate::operation::{Lists, answered, listed, made, operations, some_from};

operations! {
    /// All that edits.
    that_edit of Lists;
    may {
        "fallible().insert", None, Whole: |lists, _, n| {
            let (key, value) = listed(n);
            lists.fallible().insert(key, value).is_ok()
        };
        "fallible().entry().or_insert_with", None, Whole: |lists, _, n| {
            let (key, _) = listed(n + 3000);
            lists.fallible().entry(key).or_insert_with(|| made(n + 3000)).is_ok()
        };
        "fallible().entry().insert", None, Whole: |lists, _, n| {
            let (key, value) = listed(n);
            lists.fallible().entry(key).insert(value).is_ok()
        };
        "try_from_iter_in", None, Whole: |lists, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(listed);
            BTreeMultiMap::try_from_iter_in(pairs, lists.allocator().clone()).is_ok()
        };
        "fallible().extend", None, Rest: |lists, _, n| {
            lists.fallible().extend(some_from(n).map(listed)).is_ok()
        };
        "fallible().append", Overlapping, Each: |lists, other, _| {
            lists.fallible().append(other).is_ok()
        };
        "fallible().try_clone", None, Whole: |lists, _, _| lists.fallible().try_clone().is_ok();
        "fallible().shrink_to_fit", None, Each: |lists, _, _| {
            lists.fallible().shrink_to_fit().is_ok()
        };
    }
    must {
        "insert", None, Whole: |lists, _, n| {
            let (key, value) = listed(n);
            assert!(lists.insert(key, value));
        };
        "entry().or_insert_with", None, Whole: |lists, _, n| {
            let (key, _) = listed(n + 3000);
            lists.entry(key).or_insert_with(|| made(n + 3000));
        };
        "entry().insert", None, Whole: |lists, _, n| {
            let (key, value) = listed(n);
            lists.entry(key).insert(value);
        };
        "entry().remove", None, Whole: |lists, _, n| {
            let (key, value) = listed(n - 5);
            if let Entry::Occupied(entry) = lists.entry(key) {
                entry.remove(&value);
            }
        };
        "remove", None, Whole: |lists, _, n| {
            let (key, value) = listed(n - 5);
            lists.remove(&key, &value);
        };
        "remove_all", None, Whole: |lists, _, n| {
            lists.remove_all(&listed(n).0);
        };
        "extend", None, Rest: |lists, _, n| lists.extend(some_from(n).map(listed));
        "from_iter_in", None, Whole: |lists, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(listed);
            BTreeMultiMap::from_iter_in(pairs, lists.allocator().clone());
        };
        "from_iter", None, Whole: |_, _, n| {
            let pairs = some_from(n).chain(some_from(1)).map(listed);
            drop(pairs.collect::<BTreeMultiMap<Probe, Probe>>());
        };
        "append", Overlapping, Each: |lists, other, _| lists.append(other);
        "retain", None, Rest: |lists, _, _| {
            lists.retain(|_, value| answered(value.n().is_multiple_of(3)));
        };
        "clone", None, Whole: |lists, _, _| drop(lists.clone());
        "shrink_to_fit", None, Each: |lists, _, _| lists.shrink_to_fit();
        "clear_step", None, Rest: |lists, _, _| while !lists.clear_step(2) {};
        "clear", None, Rest: |lists, _, _| lists.clear();
        "get and its kin", None, Whole: |lists, _, n| {
            let (key, value) = listed(n);
            assert!(!lists.contains(&key, &value) && lists.get_range(&key, ..&value).count() < 99);
            let (own, next) = (lists.get(&key), lists.get(&listed(n + 150).0));
            let (one, other) = (own.clone(), next.clone());
            assert_eq!(one.clone().intersection(other.clone()).count(), 0);
            assert_eq!(one.union(other).count(), own.len() + next.len());
        };
    }
}
