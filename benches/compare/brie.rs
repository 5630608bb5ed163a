//! brie-tree, a map whose keys are integers below the highest one.

use std::ops::Bound;

use brie_tree::{BTree, BTreeKey};
use nonmax::{NonMaxI64, NonMaxU32, NonMaxU64, NonMaxU128};

use super::keys::{Id, Key};
use super::map::{Map, add, pairs_a_page};
use super::row::Row;

/// A key that brie-tree takes, in the type it takes it in.
pub(crate) trait Integer: Key + Copy {
    type NonMax: BTreeKey + Copy;

    fn pack(self) -> Self::NonMax;

    fn unpack(packed: Self::NonMax) -> Self;
}

macro_rules! integers {
    ($($int:ty => $nonmax:ty),*) => {$(
        impl Integer for $int {
            type NonMax = $nonmax;

            #[inline(always)]
            fn pack(self) -> $nonmax {
                <$nonmax>::new(self).expect("no key is the highest one")
            }

            #[inline(always)]
            fn unpack(packed: $nonmax) -> $int {
                packed.get()
            }
        }
    )*};
}

integers!(u32 => NonMaxU32, u64 => NonMaxU64, i64 => NonMaxI64, u128 => NonMaxU128);

impl Integer for Id {
    type NonMax = NonMaxU64;

    #[inline(always)]
    fn pack(self) -> NonMaxU64 {
        self.0.pack()
    }

    #[inline(always)]
    fn unpack(packed: NonMaxU64) -> Id {
        Id(packed.get())
    }
}

impl<K: Integer> Map<K> for BTree<K::NonMax, u64> {
    const NAME: &'static str = "brie";

    fn empty() -> Self {
        BTree::new()
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> Option<u64> {
        self.insert(key.pack(), value)
    }

    #[inline]
    fn get(&self, key: &K) -> Option<u64> {
        self.get(key.pack()).copied()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        self.remove(key.pack())
    }

    /// Its cursor at the first pair; there is no other way to the first key.
    #[inline]
    fn pop_first(&mut self) -> Option<(K, u64)> {
        let mut cursor = self.cursor_mut();
        if cursor.is_end() {
            return None;
        }
        let (key, value) = cursor.remove();
        Some((K::unpack(key), value))
    }

    fn pairs(&self) -> impl Iterator<Item = (K, u64)> {
        self.iter().map(|(key, &value)| (K::unpack(key), value))
    }

    fn scan(&self) -> u64 {
        let mut sum = 0;
        for (key, &value) in self.iter() {
            sum = add(sum, &K::unpack(key), value);
        }
        sum
    }

    fn scan_back(&self) -> u64 {
        let mut cursor = self.cursor_at(Bound::Unbounded);
        let mut sum = 0;
        while cursor.prev() {
            let (key, &value) = cursor.entry().expect("a cursor that moved back is on a pair");
            sum = add(sum, &K::unpack(key), value);
        }
        sum
    }

    fn scan_paged(&self) -> u64 {
        let (mut sum, mut start) = (0, Bound::Unbounded);
        loop {
            let (mut count, mut end) = (0, Bound::Unbounded);
            for (key, &value) in self.iter_from(start).take(pairs_a_page::<K>()) {
                let key = K::unpack(key);
                sum = add(sum, &key, value);
                (count, end) = (count + 1, Bound::Excluded(key.pack()));
            }
            if count < pairs_a_page::<K>() {
                return sum;
            }
            start = end;
        }
    }

    fn fold(&self) -> u64 {
        self.iter().fold(0, |sum, (key, &value)| add(sum, &K::unpack(key), value))
    }

    #[inline]
    fn scan_from(&self, key: &K, count: usize) -> u64 {
        let mut sum = 0;
        for (key, &value) in self.iter_from(Bound::Included(key.pack())).take(count) {
            sum = add(sum, &K::unpack(key), value);
        }
        sum
    }

    #[inline]
    fn scan_within(&self, start: &K, end: &K) -> u64 {
        let mut sum = 0;
        for (key, &value) in self.range(start.pack()..end.pack()) {
            sum = add(sum, &K::unpack(key), value);
        }
        sum
    }

    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        pairs.map(|(key, value)| (key.pack(), value)).collect()
    }

    fn append(&mut self, other: Self) {
        self.extend(other);
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn substitute(row: Row) -> Option<&'static str> {
        match row {
            Row::ScanBack => Some("a cursor; iterators only go forwards"),
            Row::PopFirst => Some("removal at a cursor"),
            Row::Bulk | Row::Clone | Row::AppendOverlapping | Row::AppendDisjoint => {
                Some("a loop of inserts")
            }
            _ => None,
        }
    }
}
