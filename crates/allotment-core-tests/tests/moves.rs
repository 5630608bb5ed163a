//! How many bytes a single edit moves, exactly, seen from outside: the keys and values that lie
//! elsewhere after it. One that an edit moves twice counts once; the addresses of children, which
//! move with the pairs beside them, do not count, nor are they in the bytes of the node that the
//! bounds are told in.
//!
//! This is what bounds the longest pause of an edit, beside the requests that `memory.rs` counts.

use std::ptr;

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, Dense, Global};
use fastrand::Rng;

/// How many leaves away a full leaf of a dense shape looks for room.
const DENSE_REACH: usize = 16;

/// Ascending sequences that take turns.
const STREAMS: u64 = 64;

/// Where a pair lies.
struct Place {
    key: u64,
    addresses: [usize; 2],
}

/// What edits of a map move.
struct Watched<S: Shape<u64>> {
    map: BTreeMap<u64, u64, Global, S>,
    /// Where its pairs lie, in ascending order of the keys.
    places: Vec<Place>,
    /// Bytes of a leaf: the smaller kind of node.
    node: usize,
    /// How many leaves away a full one looks for room.
    reach: usize,
    /// The most bytes that one edit moved.
    most: usize,
}

impl<S: Shape<u64>> Watched<S> {
    fn new(reach: usize) -> Self {
        let map = BTreeMap::with_shape_in(Global);
        Self { map, places: Vec::new(), node: leaf_bytes::<S>(), reach, most: 0 }
    }

    /// A map of keys that were inserted one after the other.
    fn filled(reach: usize, keys: impl IntoIterator<Item = u64>) -> Self {
        let mut watched = Self::new(reach);
        for key in keys {
            watched.edit(|map| assert_eq!(map.insert(key, key), None));
        }
        watched
    }

    /// Makes one edit, of at most one pair, and counts what it moves: no more than two nodes' worth
    /// beside one a level, or one a leaf in reach.
    fn edit<R>(&mut self, act: impl FnOnce(&mut BTreeMap<u64, u64, Global, S>) -> R) {
        let levels = self.map.memory_usage().levels;
        act(&mut self.map);
        let places: Vec<Place> = self.map.iter().map(|(key, value)| place(key, value)).collect();
        assert!(places.len().abs_diff(self.places.len()) <= 1);
        let moved = moved(&self.places, &places);
        let reach = if places.len() > self.places.len() { self.reach } else { 0 };
        let nodes = levels.max(reach) + 2;
        assert!(moved <= nodes * self.node, "{moved} bytes at {levels} levels of {}", self.node);
        self.places = places;
        self.most = self.most.max(moved);
    }

    /// The most bytes that an edit moved since it was last asked.
    fn most(&mut self) -> usize {
        self.map.verify().expect("a valid tree");
        std::mem::take(&mut self.most)
    }
}

fn place(key: &u64, value: &u64) -> Place {
    Place { key: *key, addresses: [ptr::from_ref(key).addr(), ptr::from_ref(value).addr()] }
}

/// Bytes of the keys and values that are in both, and lie elsewhere.
fn moved(before: &[Place], after: &[Place]) -> usize {
    let (mut moved, mut after) = (0, after.iter().peekable());
    for old in before {
        while after.next_if(|new| new.key < old.key).is_some() {}
        if let Some(new) = after.next_if(|new| new.key == old.key) {
            let is_elsewhere = |column: &usize| old.addresses[*column] != new.addresses[*column];
            moved += size_of::<u64>() * (0..2).filter(is_elsewhere).count();
        }
    }
    moved
}

/// Bytes of a leaf with all its slots.
fn leaf_bytes<S: Shape<u64>>() -> usize {
    let (mut map, mut bytes) = (BTreeMap::<u64, u64, _, S>::with_shape_in(Global), 0);
    for key in 0.. {
        map.insert(key, key);
        match map.memory_usage() {
            usage if usage.leaves == 1 => bytes = usage.live_bytes,
            _ => break,
        }
    }
    bytes
}

/// So many random keys, the same every time.
fn random_keys(entries: u64) -> Vec<u64> {
    let mut rng = Rng::with_seed(1);
    (0..entries).map(|_| rng.u64(..)).collect()
}

/// Levels of a map that is filled at random.
fn levels<S: Shape<u64>>(entries: u64) -> usize {
    let mut map = BTreeMap::<u64, u64, _, S>::with_shape_in(Global);
    map.extend(random_keys(entries).into_iter().map(|key| (key, key)));
    map.memory_usage().levels
}

/// The most bytes that an edit moves: insertions in ascending order, in descending order, from 64
/// streams, at random.
fn insertions<S: Shape<u64>>(reach: usize, entries: u64) -> [usize; 4] {
    let streams = (0..entries).map(|n| ((n % STREAMS) << 32) | (n / STREAMS));
    [
        Watched::<S>::filled(reach, 0..entries).most(),
        Watched::<S>::filled(reach, (0..entries).rev()).most(),
        Watched::<S>::filled(reach, streams).most(),
        Watched::<S>::filled(reach, random_keys(entries)).most(),
    ]
}

/// The same of a map filled at random: removals and insertions by turns, removals at random until
/// it is empty, those of the first pair, and those of the last.
fn removals<S: Shape<u64>>(reach: usize, entries: u64) -> [usize; 4] {
    let filled = || {
        let mut watched = Watched::<S>::filled(reach, random_keys(entries));
        watched.most = 0;
        watched
    };
    let mut random = filled();
    let (mut keys, mut rng) = (random_keys(entries), Rng::with_seed(2));
    for _ in 0..entries / 2 {
        let key = &mut keys[rng.usize(..entries as usize)];
        random.edit(|map| assert!(map.remove(key).is_some()));
        *key = rng.u64(..);
        random.edit(|map| assert_eq!(map.insert(*key, 0), None));
    }
    let churned = random.most();
    for key in &keys {
        random.edit(|map| assert!(map.remove(key).is_some()));
    }
    let (mut first, mut last) = (filled(), filled());
    for _ in 0..entries {
        first.edit(|map| assert!(map.pop_first().is_some()));
        last.edit(|map| assert!(map.pop_last().is_some()));
    }
    assert!(random.map.is_empty() && first.map.is_empty() && last.map.is_empty());
    [churned, random.most(), first.most(), last.most()]
}

#[test]
#[cfg_attr(miri, ignore = "walks a whole map for each edit")]
fn an_edit_moves_two_nodes_more_than_there_are_levels_at_most() {
    assert_eq!(leaf_bytes::<Standard>(), 760);
    assert_eq!(levels::<Standard>(3000), 3);
    assert_eq!(insertions::<Standard>(1, 3000), [768, 1504, 1344, 1392]);
    assert_eq!(removals::<Standard>(1, 3000), [1360, 1232, 1632, 800]);
}

/// Three levels of nodes of three slots, and six.
#[test]
#[cfg_attr(miri, ignore = "walks a whole map for each edit")]
fn so_do_edits_of_high_trees() {
    assert_eq!(leaf_bytes::<Tiny>(), 56);
    assert_eq!([40, 800].map(levels::<Tiny>), [3, 6]);
    assert_eq!(insertions::<Tiny>(1, 40), [64, 128, 64, 112]);
    assert_eq!(removals::<Tiny>(1, 40), [112, 112, 128, 48]);
    assert_eq!(insertions::<Tiny>(1, 800), [80, 240, 176, 192]);
    assert_eq!(removals::<Tiny>(1, 800), [176, 176, 240, 80]);
}

/// An insertion may move what all leaves in reach hold.
#[test]
#[cfg_attr(miri, ignore = "walks a whole map for each edit")]
fn edits_of_dense_leaves_move_the_leaves_in_reach() {
    assert_eq!(leaf_bytes::<Dense>(), 760);
    assert_eq!(levels::<Dense>(3000), 3);
    assert_eq!(insertions::<Dense>(DENSE_REACH, 3000), [768, 1504, 12_192, 12_768]);
    assert_eq!(removals::<Dense>(DENSE_REACH, 3000), [11_104, 2544, 2752, 1856]);
}
