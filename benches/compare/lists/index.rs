//! [`Index`]: what is compared, and what people put together from std's collections and others.

use std::collections::{BTreeMap, BTreeSet};

use allotment_alloc::{Allocator, Global};
use allotment_core::{BTreeMultiMap, PostingList, PostingMap};
use allotment_meter::Counting;
use allotment_pool::Pool;
use roaring::RoaringBitmap;

/// Distinct values under each key, in ascending order. Values are numbers, whatever they are kept
/// as.
pub(super) trait Index: Sized {
    fn empty() -> Self;

    fn insert(&mut self, key: u64, value: u64);

    fn remove(&mut self, key: u64, value: u64);

    /// The sum of the values of a key.
    fn sum(&self, key: u64) -> u64;

    /// The sum of the values that two keys have both.
    fn sum_of_both(&self, keys: [u64; 2]) -> u64;

    /// The sum of the values that one of two keys has.
    fn sum_of_either(&self, keys: [u64; 2]) -> u64;

    /// What was asked of an allocator between the index and the heap, if there is one.
    fn asked(&self) -> Option<u64> {
        None
    }
}

/// What a value is kept as.
pub(super) trait Value: Copy + Ord {
    fn of(number: u64) -> Self;

    fn number(self) -> u64;
}

impl Value for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(self) -> u64 {
        self
    }
}

impl Value for u32 {
    fn of(number: u64) -> Self {
        number as u32
    }

    fn number(self) -> u64 {
        self.into()
    }
}

fn sum<V: Value>(values: impl Iterator<Item = V>) -> u64 {
    values.fold(0, |sum, value| sum.wrapping_add(value.number()))
}

/// As most programs do it.
impl<V: Value> Index for BTreeMap<u64, Vec<V>> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        let (list, value) = (self.entry(key).or_default(), V::of(value));
        if let Err(at) = list.binary_search(&value) {
            list.insert(at, value);
        }
    }

    fn remove(&mut self, key: u64, value: u64) {
        let Some(list) = self.get_mut(&key) else { return };
        if let Ok(at) = list.binary_search(&V::of(value)) {
            list.remove(at);
        }
        if list.is_empty() {
            BTreeMap::remove(self, &key);
        }
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).map_or(0, |list| sum(list.iter().copied()))
    }

    /// The shorter list is looked up in the longer one.
    fn sum_of_both(&self, keys: [u64; 2]) -> u64 {
        let [a, b] = keys.map(|key| self.get(&key).map_or(&[][..], Vec::as_slice));
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        sum(few.iter().copied().filter(|value| many.binary_search(value).is_ok()))
    }

    fn sum_of_either(&self, keys: [u64; 2]) -> u64 {
        let [a, b] = keys.map(|key| self.get(&key).map_or(&[][..], Vec::as_slice));
        let mut all = [a, b].concat();
        all.sort();
        all.dedup();
        sum(all.into_iter())
    }
}

impl<V: Value> Index for BTreeSet<(u64, V)> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        BTreeSet::insert(self, (key, V::of(value)));
    }

    fn remove(&mut self, key: u64, value: u64) {
        BTreeSet::remove(self, &(key, V::of(value)));
    }

    fn sum(&self, key: u64) -> u64 {
        sum(list_of(self, key))
    }

    fn sum_of_both(&self, [a, b]: [u64; 2]) -> u64 {
        sum(list_of(self, a).filter(|value| self.contains(&(b, *value))))
    }

    fn sum_of_either(&self, [a, b]: [u64; 2]) -> u64 {
        self.sum(b).wrapping_add(sum(list_of(self, a).filter(|value| !self.contains(&(b, *value)))))
    }
}

/// The values of a key in a set of pairs.
fn list_of<V: Value>(pairs: &BTreeSet<(u64, V)>, key: u64) -> impl Iterator<Item = V> + '_ {
    pairs.range((key, V::of(0))..).take_while(move |pair| pair.0 == key).map(|pair| pair.1)
}

impl Index for BTreeMap<u64, BTreeSet<u64>> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.entry(key).or_default().insert(value);
    }

    fn remove(&mut self, key: u64, value: u64) {
        let Some(list) = self.get_mut(&key) else { return };
        list.remove(&value);
        if list.is_empty() {
            BTreeMap::remove(self, &key);
        }
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).map_or(0, |list| sum(list.iter().copied()))
    }

    fn sum_of_both(&self, keys: [u64; 2]) -> u64 {
        match keys.map(|key| self.get(&key)) {
            [Some(a), Some(b)] => sum(a.intersection(b).copied()),
            _ => 0,
        }
    }

    fn sum_of_either(&self, keys: [u64; 2]) -> u64 {
        match keys.map(|key| self.get(&key)) {
            [Some(a), Some(b)] => sum(a.union(b).copied()),
            lists => lists.into_iter().flatten().map(|list| sum(list.iter().copied())).sum(),
        }
    }
}

impl Index for BTreeMap<u64, RoaringBitmap> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.entry(key).or_default().insert(value as u32);
    }

    fn remove(&mut self, key: u64, value: u64) {
        let Some(list) = self.get_mut(&key) else { return };
        list.remove(value as u32);
        if list.is_empty() {
            BTreeMap::remove(self, &key);
        }
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).map_or(0, |list| sum(list.iter()))
    }

    fn sum_of_both(&self, keys: [u64; 2]) -> u64 {
        match keys.map(|key| self.get(&key)) {
            [Some(a), Some(b)] => sum((a & b).iter()),
            _ => 0,
        }
    }

    fn sum_of_either(&self, keys: [u64; 2]) -> u64 {
        match keys.map(|key| self.get(&key)) {
            [Some(a), Some(b)] => sum((a | b).iter()),
            lists => lists.into_iter().flatten().map(|list| sum(list.iter())).sum(),
        }
    }
}

/// What roaring bitmaps take in a file, and the keys beside them.
pub(super) struct RoaringFile(BTreeMap<u64, RoaringBitmap>);

impl Index for RoaringFile {
    fn empty() -> Self {
        Self(BTreeMap::empty())
    }

    fn insert(&mut self, key: u64, value: u64) {
        Index::insert(&mut self.0, key, value);
    }

    fn remove(&mut self, key: u64, value: u64) {
        Index::remove(&mut self.0, key, value);
    }

    fn sum(&self, key: u64) -> u64 {
        self.0.sum(key)
    }

    fn sum_of_both(&self, keys: [u64; 2]) -> u64 {
        self.0.sum_of_both(keys)
    }

    fn sum_of_either(&self, keys: [u64; 2]) -> u64 {
        self.0.sum_of_either(keys)
    }

    fn asked(&self) -> Option<u64> {
        let bytes = |list: &RoaringBitmap| {
            let mut list = list.clone();
            list.optimize();
            list.serialized_size() as u64 + 8
        };
        Some(self.0.values().map(bytes).sum())
    }
}

/// Backends that an index can be made on.
pub(super) trait Backend: Allocator {
    fn make() -> Self;

    fn asked(&self) -> Option<u64> {
        None
    }
}

impl Backend for Global {
    fn make() -> Self {
        Self
    }
}

impl Backend for Pool {
    fn make() -> Self {
        Self::new()
    }
}

impl Backend for Counting<Pool> {
    fn make() -> Self {
        Self::new(Pool::new())
    }

    fn asked(&self) -> Option<u64> {
        Some(self.counter().snapshot().live_bytes)
    }
}

impl<V: Value, A: Backend> Index for BTreeMultiMap<u64, V, A> {
    fn empty() -> Self {
        Self::new_in(A::make())
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.insert(key, V::of(value));
    }

    fn remove(&mut self, key: u64, value: u64) {
        self.remove(&key, &V::of(value));
    }

    fn sum(&self, key: u64) -> u64 {
        sum(self.get(&key).copied())
    }

    fn sum_of_both(&self, [a, b]: [u64; 2]) -> u64 {
        sum(self.get(&a).intersection(self.get(&b)).copied())
    }

    fn sum_of_either(&self, [a, b]: [u64; 2]) -> u64 {
        sum(self.get(&a).union(self.get(&b)).copied())
    }

    fn asked(&self) -> Option<u64> {
        self.allocator().asked()
    }
}

impl<A: Backend> Index for PostingMap<u64, u32, A> {
    fn empty() -> Self {
        Self::new_in(A::make())
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.insert(key, value as u32);
    }

    fn remove(&mut self, key: u64, value: u64) {
        self.remove(&key, value as u32);
    }

    fn sum(&self, key: u64) -> u64 {
        sum(self.get(&key).iter())
    }

    fn sum_of_both(&self, keys: [u64; 2]) -> u64 {
        sum(PostingList::intersection_of(keys.map(|key| self.get(&key))))
    }

    fn sum_of_either(&self, keys: [u64; 2]) -> u64 {
        sum(PostingList::union_of(keys.map(|key| self.get(&key))))
    }

    fn asked(&self) -> Option<u64> {
        self.allocator().asked()
    }
}
