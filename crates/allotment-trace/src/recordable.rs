//! [`Recordable`]: what a recorder asks of the map that it is put around.

use std::borrow::Borrow;
use std::collections::BTreeMap as StdBTreeMap;
use std::ops::RangeBounds;

/// A map that a [`Recorder`](crate::Recorder) can be put around, with the methods that it forwards.
///
/// Implemented for the standard library's `BTreeMap`, and with the feature `allotment` for
/// allotment's on any allocator. For a map of another crate, it is a line for each method.
pub trait Recordable {
    /// The keys.
    type Key: Ord;
    /// The values.
    type Value;

    /// Inserts, and returns the value that was there.
    fn insert(&mut self, key: Self::Key, value: Self::Value) -> Option<Self::Value>;

    /// The value of a key.
    fn get<Q>(&self, key: &Q) -> Option<&Self::Value>
    where
        Self::Key: Borrow<Q>,
        Q: Ord + ?Sized;

    /// The value of a key, to be changed.
    fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut Self::Value>
    where
        Self::Key: Borrow<Q>,
        Q: Ord + ?Sized;

    /// Removes an entry and returns it.
    fn remove_entry<Q>(&mut self, key: &Q) -> Option<(Self::Key, Self::Value)>
    where
        Self::Key: Borrow<Q>,
        Q: Ord + ?Sized;

    /// All entries, in ascending order of keys.
    fn iter(&self) -> impl Iterator<Item = (&Self::Key, &Self::Value)>;

    /// The entries within bounds, in ascending order of keys.
    fn range<Q, R>(&self, bounds: R) -> impl Iterator<Item = (&Self::Key, &Self::Value)>
    where
        Self::Key: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>;

    /// Removes the entry with the smallest key and returns it.
    fn pop_first(&mut self) -> Option<(Self::Key, Self::Value)>;

    /// Removes the entry with the largest key and returns it.
    fn pop_last(&mut self) -> Option<(Self::Key, Self::Value)>;

    /// Keeps the entries that `keep` approves of, asked in ascending order of keys.
    fn retain(&mut self, keep: impl FnMut(&Self::Key, &mut Self::Value) -> bool);

    /// Removes all entries.
    fn clear(&mut self);
}

/// Implements [`Recordable`] for a map with the interface of the standard library's.
macro_rules! recordable {
    ($map:ty $(, $alloc:ident: $trait:path)?) => {
        impl<K: Ord, V $(, $alloc: $trait)?> Recordable for $map {
            type Key = K;
            type Value = V;

            #[inline]
            fn insert(&mut self, key: K, value: V) -> Option<V> {
                self.insert(key, value)
            }

            #[inline]
            fn get<Q>(&self, key: &Q) -> Option<&V>
            where
                K: Borrow<Q>,
                Q: Ord + ?Sized,
            {
                self.get(key)
            }

            #[inline]
            fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
            where
                K: Borrow<Q>,
                Q: Ord + ?Sized,
            {
                self.get_mut(key)
            }

            #[inline]
            fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
            where
                K: Borrow<Q>,
                Q: Ord + ?Sized,
            {
                self.remove_entry(key)
            }

            #[inline]
            fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
                self.iter()
            }

            #[inline]
            fn range<Q, R>(&self, bounds: R) -> impl Iterator<Item = (&K, &V)>
            where
                K: Borrow<Q>,
                Q: Ord + ?Sized,
                R: RangeBounds<Q>,
            {
                self.range(bounds)
            }

            #[inline]
            fn pop_first(&mut self) -> Option<(K, V)> {
                self.pop_first()
            }

            #[inline]
            fn pop_last(&mut self) -> Option<(K, V)> {
                self.pop_last()
            }

            #[inline]
            fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
                self.retain(keep);
            }

            #[inline]
            fn clear(&mut self) {
                self.clear();
            }
        }
    };
}

recordable!(StdBTreeMap<K, V>);

#[cfg(feature = "allotment")]
recordable!(allotment_core::BTreeMap<K, V, A>, A: allotment_alloc::Allocator);
