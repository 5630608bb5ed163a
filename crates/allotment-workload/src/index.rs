//! Indexes as subjects of a script: many ids under a key, in ascending order.
//!
//! An entry is a [`Pair`]; its value is its id, since an index holds nothing else.

use std::collections::BTreeMap as StdBTreeMap;
use std::ops::{Bound, RangeBounds};

use allotment_alloc::Allocator;
use allotment_core::{BTreeMultiMap, PostingMap};

use crate::key::Key;
use crate::page::Page;
use crate::pair::Pair;
use crate::subject::{Dictionary, Subject};
use crate::usage::NodeUsage;

/// The entry of an id under a key.
#[inline]
pub(crate) fn entry<K>(key: K, id: u32) -> (Pair<K>, u64) {
    (Pair { key, id }, u64::from(id))
}

/// Inserts an id into a sorted list, and answers whether it is new there.
#[inline]
pub(crate) fn insert_id(ids: &mut Vec<u32>, id: u32) -> bool {
    let place = ids.binary_search(&id);
    if let Err(at) = place {
        ids.insert(at, id);
    }
    place.is_err()
}

/// Removes an id from a sorted list, if it is there, and returns it.
#[inline]
pub(crate) fn remove_id(ids: &mut Vec<u32>, id: u32) -> Option<u32> {
    let at = ids.binary_search(&id).ok()?;
    Some(ids.remove(at))
}

/// Which ids of a key.
type IdBounds = (Bound<u32>, Bound<u32>);

/// The key that pairs begin with, and those of its ids that are among them.
fn key_and_ids<K>(start: Bound<Pair<K>>) -> Option<(K, IdBounds)> {
    match start {
        Bound::Included(Pair { key, id }) => Some((key, (Bound::Included(id), Bound::Unbounded))),
        Bound::Excluded(Pair { key, id }) => Some((key, (Bound::Excluded(id), Bound::Unbounded))),
        Bound::Unbounded => None,
    }
}

/// What most programs make an index of: the standard library's map, and in it a sorted vector for
/// each key. It counts its ids, as the others do.
#[derive(Clone, Debug)]
pub(crate) struct VecIndex<K> {
    lists: StdBTreeMap<K, Vec<u32>>,
    len: usize,
}

impl<K> VecIndex<K> {
    pub(crate) const fn new() -> Self {
        Self { lists: StdBTreeMap::new(), len: 0 }
    }
}

impl<K: Key> VecIndex<K> {
    /// The pairs from one on, or behind one.
    fn pairs_within(&self, start: Bound<Pair<K>>) -> impl Iterator<Item = (Pair<K>, u64)> {
        let start = key_and_ids(start);
        let from = start.map_or(Bound::Unbounded, |(key, _)| Bound::Included(key));
        let mut lists =
            self.lists.range((from, Bound::Unbounded)).map(|(key, ids)| (key, &ids[..]));
        // Only the first list may begin within.
        let first = lists.next().map(|(key, ids)| {
            let ids_before = match start {
                Some((at, bounds)) if at == *key => ids.partition_point(|id| !bounds.contains(id)),
                _ => 0,
            };
            (key, &ids[ids_before..])
        });
        let lists = first.into_iter().chain(lists);
        lists.flat_map(|(key, ids)| ids.iter().map(|id| entry(*key, *id)))
    }
}

impl<K: Key> Dictionary<Pair<K>> for VecIndex<K> {
    fn len(&self) -> usize {
        self.len
    }

    fn insert(&mut self, pair: Pair<K>, _value: u64) -> Option<u64> {
        let is_new = insert_id(self.lists.entry(pair.key).or_default(), pair.id);
        self.len += usize::from(is_new);
        (!is_new).then_some(u64::from(pair.id))
    }

    fn get(&self, pair: &Pair<K>) -> Option<u64> {
        let found = self.lists.get(&pair.key)?.binary_search(&pair.id);
        found.is_ok().then_some(u64::from(pair.id))
    }

    fn remove_entry(&mut self, pair: &Pair<K>) -> Option<(Pair<K>, u64)> {
        let ids = self.lists.get_mut(&pair.key)?;
        remove_id(ids, pair.id)?;
        if ids.is_empty() {
            self.lists.remove(&pair.key);
        }
        self.len -= 1;
        Some(entry(pair.key, pair.id))
    }

    fn clear(&mut self) {
        self.lists.clear();
        self.len = 0;
    }
}

impl<K: Key> Subject<Pair<K>> for VecIndex<K> {
    fn pop_first(&mut self) -> Option<(Pair<K>, u64)> {
        let mut first = self.lists.first_entry()?;
        let (key, id) = (*first.key(), first.get_mut().remove(0));
        if first.get().is_empty() {
            first.remove();
        }
        self.len -= 1;
        Some(entry(key, id))
    }

    fn retain_values(&mut self, mut keep: impl FnMut(u64) -> bool) {
        let mut len = 0;
        self.lists.retain(|_, ids| {
            ids.retain(|id| keep(u64::from(*id)));
            len += ids.len();
            !ids.is_empty()
        });
        self.len = len;
    }

    fn iter(&self) -> impl Iterator<Item = (Pair<K>, u64)> {
        self.lists.iter().flat_map(|(key, ids)| ids.iter().map(|id| entry(*key, *id)))
    }

    fn range_from(&self, start: &Pair<K>) -> impl Iterator<Item = (Pair<K>, u64)> {
        self.pairs_within(Bound::Included(*start))
    }

    fn read_page(&self, after: Option<Pair<K>>, page: &mut Page<Pair<K>>) -> Option<Pair<K>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        page.extend(self.pairs_within(start).take(page.entries()));
        page.next_after()
    }
}

impl<K: Key, A: Allocator + Clone> Dictionary<Pair<K>> for BTreeMultiMap<K, u32, A> {
    fn len(&self) -> usize {
        self.len()
    }

    fn insert(&mut self, pair: Pair<K>, _value: u64) -> Option<u64> {
        let is_new = self.insert(pair.key, pair.id);
        (!is_new).then_some(u64::from(pair.id))
    }

    fn get(&self, pair: &Pair<K>) -> Option<u64> {
        self.contains(&pair.key, &pair.id).then_some(u64::from(pair.id))
    }

    fn remove_entry(&mut self, pair: &Pair<K>) -> Option<(Pair<K>, u64)> {
        self.remove(&pair.key, &pair.id).then_some(entry(pair.key, pair.id))
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn usage(&self) -> Option<NodeUsage> {
        Some(NodeUsage::of_lists(&self.memory_usage()))
    }
}

impl<K: Key, A: Allocator + Clone> Subject<Pair<K>> for BTreeMultiMap<K, u32, A> {
    fn pop_first(&mut self) -> Option<(Pair<K>, u64)> {
        let (key, id) = self.first_group().and_then(|(key, mut ids)| Some((*key, *ids.next()?)))?;
        self.remove(&key, &id);
        Some(entry(key, id))
    }

    fn retain_values(&mut self, mut keep: impl FnMut(u64) -> bool) {
        self.retain(|_, id| keep(u64::from(*id)));
    }

    fn iter(&self) -> impl Iterator<Item = (Pair<K>, u64)> {
        self.iter().map(|(key, id)| entry(*key, *id))
    }

    fn range_from(&self, start: &Pair<K>) -> impl Iterator<Item = (Pair<K>, u64)> {
        self.range_pairs((start.key, start.id)..).map(|(key, id)| entry(*key, *id))
    }

    fn read_page(&self, after: Option<Pair<K>>, page: &mut Page<Pair<K>>) -> Option<Pair<K>> {
        let start = after.map_or(Bound::Unbounded, |Pair { key, id }| Bound::Excluded((key, id)));
        let pairs = self.range_pairs((start, Bound::Unbounded)).take(page.entries());
        page.extend(pairs.map(|(key, id)| entry(*key, *id)));
        page.next_after()
    }
}

/// Ids that are looked at before those among them that go are removed: few enough for the stack.
const SOME: usize = 256;

/// The pairs of a posting map from one on, or behind one.
fn pairs_within<K: Key, A: Allocator>(
    map: &PostingMap<K, u32, A>,
    start: Bound<Pair<K>>,
) -> impl Iterator<Item = (Pair<K>, u64)> {
    let start = key_and_ids(start);
    let behind = start.map_or(Bound::Unbounded, |(key, _)| Bound::Excluded(key));
    let first = start.map(|(key, bounds)| (key, map.get(&key).range(bounds)));
    let others = map.range((behind, Bound::Unbounded));
    let first = first.into_iter().flat_map(|(key, ids)| ids.map(move |id| entry(key, id)));
    first.chain(others.flat_map(|(key, ids)| ids.iter().map(|id| entry(*key, id))))
}

impl<K: Key, A: Allocator + Clone> Dictionary<Pair<K>> for PostingMap<K, u32, A> {
    fn len(&self) -> usize {
        self.len()
    }

    fn insert(&mut self, pair: Pair<K>, _value: u64) -> Option<u64> {
        let is_new = self.insert(pair.key, pair.id);
        (!is_new).then_some(u64::from(pair.id))
    }

    fn get(&self, pair: &Pair<K>) -> Option<u64> {
        self.contains(&pair.key, pair.id).then_some(u64::from(pair.id))
    }

    fn remove_entry(&mut self, pair: &Pair<K>) -> Option<(Pair<K>, u64)> {
        self.remove(&pair.key, pair.id).then_some(entry(pair.key, pair.id))
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn usage(&self) -> Option<NodeUsage> {
        Some(NodeUsage::of_map(&self.memory_usage().keys))
    }
}

impl<K: Key, A: Allocator + Clone> Subject<Pair<K>> for PostingMap<K, u32, A> {
    fn pop_first(&mut self) -> Option<(Pair<K>, u64)> {
        let (key, id) = self.first_group().and_then(|(key, ids)| Some((*key, ids.first()?)))?;
        self.remove(&key, id);
        Some(entry(key, id))
    }

    /// It has no `retain`: pairs that go are found some at a time, and removed one by one.
    fn retain_values(&mut self, mut keep: impl FnMut(u64) -> bool) {
        let mut start = Bound::Unbounded;
        loop {
            let mut some = [None; SOME];
            for (place, (pair, id)) in some.iter_mut().zip(pairs_within(self, start)) {
                *place = Some((pair, keep(id)));
            }
            for (pair, is_kept) in some.into_iter().flatten() {
                if !is_kept {
                    self.remove(&pair.key, pair.id);
                }
                start = Bound::Excluded(pair);
            }
            if some[SOME - 1].is_none() {
                break;
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = (Pair<K>, u64)> {
        self.iter().map(|(key, id)| entry(*key, id))
    }

    fn range_from(&self, start: &Pair<K>) -> impl Iterator<Item = (Pair<K>, u64)> {
        pairs_within(self, Bound::Included(*start))
    }

    fn read_page(&self, after: Option<Pair<K>>, page: &mut Page<Pair<K>>) -> Option<Pair<K>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        page.extend(pairs_within(self, start).take(page.entries()));
        page.next_after()
    }
}
