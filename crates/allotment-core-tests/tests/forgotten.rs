//! Hazard 46: what is forgotten in the middle of its work, at each of its steps. It leaks what it
//! held, and nothing worse: the collection is whole, and nothing is dropped twice.

use std::mem::ManuallyDrop;
use std::ops::Bound;

use allotment_core::btree_map::{Entry, EntryRef};
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global, btree_multimap, btree_set};
use allotment_pool::Pool;
use allotment_trial::probe::Probe;

type Map<S> = BTreeMap<u32, Probe, Global, S>;

/// Even numbers, in nodes of many lengths.
fn map_of<S: Shape<u32>>(len: u32) -> Map<S> {
    let mut map = BTreeMap::with_shape_in(Global);
    map.extend((0..len).map(|n| (n * 37 % len * 2, Probe::new(n))));
    map.extend((0..len).map(|n| (n * 2, Probe::new(n))));
    map
}

/// Asserts that a map is whole, has these keys, and can be edited all over; and drops it.
fn assert_whole<S: Shape<u32>>(mut map: Map<S>, keys: impl Iterator<Item = u32>) {
    map.verify().expect("a valid tree");
    assert!(map.keys().copied().eq(keys));
    map.extend((0..60).map(|n| (n * 3, Probe::new(n))));
    map.retain(|key, _| key % 2 > 0);
    map.verify().expect("a valid tree");
}

/// Forgets a value, whether or not it has anything to drop.
fn forget<T>(value: T) {
    let _ = ManuallyDrop::new(value);
}

/// A length for each way that a tree can be shallow, and a place in each part of it.
fn places() -> impl Iterator<Item = (u32, u32)> {
    let lens: &[u32] = if cfg!(miri) { &[1, 9] } else { &[1, 2, 4, 9, 30, 90] };
    lens.iter().flat_map(|&len| (0..=4).map(move |part| (len, len * part / 4)))
}

fn drains<S: Shape<u32>>() {
    for (len, step) in places() {
        for from_back in [false, true] {
            let mut map = map_of::<S>(len);
            let mut pairs = ManuallyDrop::new(map.drain(len / 2..len + len / 2));
            for _ in 0..step {
                drop(if from_back { pairs.next_back() } else { pairs.next() });
            }
            let kept =
                (0..len * 2).step_by(2).filter(|key| !(len / 2..len + len / 2).contains(key));
            assert_whole(map, kept);
        }
    }
}

#[test]
fn drains_are_forgotten() {
    drains::<Tiny>();
    drains::<Standard>();
    for taken in 0..20 {
        let mut set: BTreeSet<u32> = (0..100).collect();
        assert_eq!(ManuallyDrop::new(set.drain(30..50)).by_ref().take(taken).count(), taken);
        set.verify().expect("a valid tree");
        assert!(set.into_iter().eq((0..30).chain(50..100)));
    }
}

fn extractions<S: Shape<u32>>() {
    for (len, step) in places() {
        let (mut map, mut taken) = (map_of::<S>(len), Vec::new());
        let mut picked = ManuallyDrop::new(map.extract_if(.., |key, _| key % 3 > 0));
        taken.extend(picked.by_ref().take(step as usize).map(|(key, _)| key));
        assert_whole(map, (0..len * 2).step_by(2).filter(|key| !taken.contains(key)));
    }
}

#[test]
fn extractions_are_forgotten() {
    extractions::<Tiny>();
    extractions::<Standard>();
    for taken in 0..20 {
        let mut set: BTreeSet<u32> = (0..100).collect();
        let picked = &mut *ManuallyDrop::new(set.extract_if(.., |n| n % 2 > 0));
        let out: Vec<u32> = picked.take(taken).collect();
        set.verify().expect("a valid tree");
        assert_eq!((set.len(), out.len()), (100 - taken, taken));
    }
}

fn cursors<S: Shape<u32>>() {
    for (len, place) in places() {
        let mut map = map_of::<S>(len);
        let mut keys: Vec<u32> = (0..len).map(|n| n * 2).collect();
        let mut cursor = ManuallyDrop::new(map.lower_bound_mut(Bound::Included(&(place * 2))));
        if place < len {
            drop(cursor.remove_next());
            keys.remove(place as usize);
        }
        cursor.insert_before(place * 2, Probe::new(1)).expect("its place");
        keys.insert(place as usize, place * 2);
        cursor.next();
        assert_whole(map, keys.into_iter());

        let mut map = map_of::<S>(len);
        let cursor = map.lower_bound_mut(Bound::Included(&(place * 2)));
        // SAFETY: each key stays between its neighbours.
        let mut cursor = ManuallyDrop::new(unsafe { cursor.with_mutable_key() });
        if let Some((key, value)) = cursor.next() {
            *key += 1;
            *value = Probe::new(*key);
        }
        let odd = if place < len { place * 2 } else { u32::MAX };
        map.verify().expect("a valid tree");
        assert_whole(map, (0..len).map(|n| n * 2 + u32::from(n * 2 == odd)));
    }
}

#[test]
fn cursors_are_forgotten() {
    cursors::<Tiny>();
    cursors::<Standard>();
    for place in 0..100 {
        let mut set: BTreeSet<u32> = (0..100).collect();
        let mut cursor = ManuallyDrop::new(set.lower_bound_mut(Bound::Included(&place)));
        assert_eq!(cursor.remove_next(), Some(place));
        cursor.fallible().insert_after(place).expect("memory enough");
        assert!(set.verify().is_ok() && set.len() == 100);
    }
}

/// The head of a key is kept apart, and is not brought up to date: it need not be found, as the
/// documentation says. Nothing else goes wrong.
#[test]
fn a_cursor_is_forgotten_that_has_changed_a_text() {
    for place in 0..60 {
        let text = |n: u32| format!("{n:04} and more");
        let mut map = BTreeMap::<String, u32, Global, Tiny>::with_shape_in(Global);
        map.extend((0..60).map(|n| (text(n * 2), n)));
        let cursor = map.lower_bound_mut(Bound::Included(&text(place * 2)));
        // SAFETY: the key stays between its neighbours.
        let mut cursor = ManuallyDrop::new(unsafe { cursor.with_mutable_key() });
        let (key, _) = cursor.next().expect("a pair");
        *key = text(place * 2 + 1);
        assert_eq!(map.iter().map(|(_, value)| *value).sum::<u32>(), 59 * 30);
        map.extend((0..40).map(|n| (text(n * 3), n)));
        map.retain(|_, value| *value % 2 > 0);
        let len = map.len();
        let rest = map.split_off(&text(50));
        assert_eq!(map.into_iter().count() + rest.iter().rev().count(), len);
    }
}

#[test]
fn entries_are_forgotten() {
    let mut map: BTreeMap<u32, String> = (0..100).map(|n| (n * 2, n.to_string())).collect();
    let before = map.dump();
    for n in 0..200 {
        match map.entry(n) {
            Entry::Occupied(entry) => assert!(ManuallyDrop::new(entry).key() == &n),
            Entry::Vacant(entry) => assert!(ManuallyDrop::new(entry).key() == &n),
        }
        match map.entry_ref(&n) {
            EntryRef::Occupied(entry) => forget(entry),
            EntryRef::Vacant(entry) => forget(entry),
        }
        forget(map.fallible().entry(n));
        ManuallyDrop::new(map.first_entry().expect("not empty")).get_mut().push('!');
    }
    assert_eq!(map.dump(), before);
    map.verify().expect("a valid tree");
    let mut set: BTreeSet<u32> = (0..100).map(|n| n * 2).collect();
    let mut lists: BTreeMultiMap<u32, u32> = (0..100).map(|n| (n / 10, n)).collect();
    for n in 0..200 {
        match set.entry(n) {
            btree_set::Entry::Occupied(entry) => forget(entry),
            btree_set::Entry::Vacant(entry) => forget(entry),
        }
        match lists.entry(n / 10) {
            btree_multimap::Entry::Occupied(entry) => forget(entry),
            btree_multimap::Entry::Vacant(entry) => forget(entry),
        }
    }
    assert!(set.verify().is_ok() && set.len() == 100);
    assert!(lists.verify().is_ok() && lists.len() == 100);
}

#[test]
fn iterators_are_forgotten() {
    let mut map: BTreeMap<u32, String> = (0..100).map(|n| (n * 2, n.to_string())).collect();
    let before = map.dump();
    for n in 0..200 {
        ManuallyDrop::new(map.range_mut(n..)).next();
        ManuallyDrop::new(map.iter_mut()).nth(n as usize);
        ManuallyDrop::new(map.values_mut()).next_back();
        forget((map.scan(n..), map.pages(n.., 7), map.chunks()));
    }
    assert_eq!(map.dump(), before);
    map.verify().expect("a valid tree");
    // Nodes of plain data from an arena: it takes them back in the end.
    let pool = Pool::new();
    for taken in 0..60 {
        let map = BTreeMap::<_, _, _>::from_iter_in((0..60_u64).map(|n| (n, n)), &pool);
        let mut pairs = map.into_iter();
        assert_eq!(pairs.by_ref().take(taken).count(), taken);
        forget(pairs);
    }
    for taken in 0..60 {
        let map = map_of::<Tiny>(60);
        let mut values = ManuallyDrop::new(map.into_values());
        assert_eq!(values.by_ref().take(taken).count(), taken);
    }
}

#[test]
fn reservations_are_forgotten() {
    for used in 0..20 {
        let mut map = map_of::<Tiny>(40);
        let mut nodes = ManuallyDrop::new(map.reserve_nodes(20).expect("memory enough"));
        for n in 0..used {
            let placed = map.insert_reserved(n * 2 + 1, Probe::new(n), &mut nodes);
            assert!(placed.expect("nodes enough").is_none());
        }
        assert_whole(map, (0..80).filter(|key| key % 2 == 0 || *key < used * 2));
    }
}
