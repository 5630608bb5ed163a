//! What a contender can do: one method for each operation that is timed.

use super::keys::Key;
use super::row::Row;

/// A map from `K` to `u64`, as its authors would have it used.
pub(crate) trait Map<K: Key>: Sized {
    /// The name in the tables.
    const NAME: &'static str;

    fn empty() -> Self;

    fn insert(&mut self, key: K, value: u64) -> Option<u64>;

    fn get(&self, key: &K) -> Option<u64>;

    /// The sum of the values of a list of keys. A map that looks up many keys at once does it here.
    fn get_each(&self, keys: &[K]) -> u64 {
        keys.iter().filter_map(|key| self.get(key)).fold(0, u64::wrapping_add)
    }

    fn remove(&mut self, key: &K) -> Option<u64>;

    fn pop_first(&mut self) -> Option<(K, u64)>;

    /// The pairs in ascending order.
    fn pairs(&self) -> impl Iterator<Item = (K, u64)>;

    /// A sum over all pairs by a plain loop.
    fn scan(&self) -> u64;

    /// The same from the last to the first.
    fn scan_back(&self) -> u64;

    /// The same by pages, between which nothing is held but a key.
    fn scan_paged(&self) -> u64;

    /// The same by `fold`.
    fn fold(&self) -> u64;

    /// The same over slices of neighbours. A map that hands out none folds.
    fn slices(&self) -> u64 {
        self.fold()
    }

    /// The same over at most `count` pairs from `key` on.
    fn scan_from(&self, key: &K, count: usize) -> u64;

    /// The same over the pairs from `start` on and before `end`.
    fn scan_within(&self, start: &K, end: &K) -> u64;

    /// A map of pairs in ascending order.
    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self;

    /// Like [`from_sorted`](Map::from_sorted), on the allocator of this map where it has one.
    fn sorted_beside(&self, pairs: impl Iterator<Item = (K, u64)>) -> Self {
        Self::from_sorted(pairs)
    }

    fn append(&mut self, other: Self);

    fn duplicate(&self) -> Self;

    /// Gives back room that removals left, if there is a way to.
    fn pack(&mut self) {}

    /// What stands in for an operation that the map does not offer as such.
    fn substitute(_: Row) -> Option<&'static str> {
        None
    }
}

/// Bytes of a page.
pub(crate) const PAGE_BYTES: usize = 1 << 20;

/// Pairs of a page.
pub(crate) const fn pairs_a_page<K>() -> usize {
    PAGE_BYTES / size_of::<(K, u64)>()
}

/// What a pair adds to a sum.
#[inline(always)]
pub(crate) fn add<K: Key>(sum: u64, key: &K, value: u64) -> u64 {
    sum.wrapping_add(key.digest()).wrapping_add(value)
}

/// The methods of [`Map`] but `fold` for a type whose own are those of the standard library's map.
macro_rules! methods_of_std {
    () => {
        #[inline]
        fn insert(&mut self, key: K, value: u64) -> Option<u64> {
            self.insert(key, value)
        }

        #[inline]
        fn get(&self, key: &K) -> Option<u64> {
            self.get(key).copied()
        }

        #[inline]
        fn remove(&mut self, key: &K) -> Option<u64> {
            self.remove(key)
        }

        #[inline]
        fn pop_first(&mut self) -> Option<(K, u64)> {
            self.pop_first()
        }

        fn pairs(&self) -> impl Iterator<Item = (K, u64)> {
            self.iter().map(|(key, &value)| (key.clone(), value))
        }

        fn scan(&self) -> u64 {
            let mut sum = 0;
            for (key, &value) in self.iter() {
                sum = $crate::compare::map::add(sum, key, value);
            }
            sum
        }

        fn scan_back(&self) -> u64 {
            let mut sum = 0;
            for (key, &value) in self.iter().rev() {
                sum = $crate::compare::map::add(sum, key, value);
            }
            sum
        }

        #[inline]
        fn scan_from(&self, key: &K, count: usize) -> u64 {
            let bounds = (std::ops::Bound::Included(key), std::ops::Bound::Unbounded);
            let mut sum = 0;
            for (key, &value) in self.range::<K, _>(bounds).take(count) {
                sum = $crate::compare::map::add(sum, key, value);
            }
            sum
        }

        #[inline]
        fn scan_within(&self, start: &K, end: &K) -> u64 {
            let bounds = (std::ops::Bound::Included(start), std::ops::Bound::Excluded(end));
            let mut sum = 0;
            for (key, &value) in self.range::<K, _>(bounds) {
                sum = $crate::compare::map::add(sum, key, value);
            }
            sum
        }

        fn append(&mut self, mut other: Self) {
            self.append(&mut other);
        }

        fn duplicate(&self) -> Self {
            self.clone()
        }
    };
}

/// [`Map::fold`] by the iterator's.
macro_rules! fold_of_std {
    () => {
        fn fold(&self) -> u64 {
            let add = |sum, (key, &value): (&K, &u64)| $crate::compare::map::add(sum, key, value);
            self.iter().fold(0, add)
        }
    };
}

/// [`Map::scan_paged`] by ranges, from behind a key on.
macro_rules! pages_by_range {
    () => {
        fn scan_paged(&self) -> u64 {
            use std::ops::Bound::{Excluded, Unbounded};
            let (mut sum, mut last) = (0, None);
            loop {
                let start = last.as_ref().map_or(Unbounded, Excluded);
                let (mut count, mut end) = (0, None);
                let page = self.range::<K, _>((start, Unbounded));
                for (key, &value) in page.take($crate::compare::map::pairs_a_page::<K>()) {
                    sum = $crate::compare::map::add(sum, key, value);
                    (count, end) = (count + 1, Some(key));
                }
                if count < $crate::compare::map::pairs_a_page::<K>() {
                    return sum;
                }
                last = end.cloned();
            }
        }
    };
}

pub(crate) use {fold_of_std, methods_of_std, pages_by_range};
