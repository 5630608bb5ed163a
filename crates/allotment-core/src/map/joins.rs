//! Pairs of two maps by their keys, as databases join tables: both are walked at once.

use core::fmt;
use core::iter::FusedIterator;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::map::abreast::{Abreast, Either};
use crate::raw::shape::{Shape, Standard};

impl<K: Ord, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The keys that both maps have, in ascending order, with the values of both.
    ///
    /// O(n + m) for n and m pairs, and O(n log m) where one map has n pairs, and the other has many
    /// more. Allocates nothing, as all joins.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let beds = BTreeMap::from([("beans", 3), ("kale", 1), ("peas", 2)]);
    /// let prices = BTreeMap::from([("beans", 1.5), ("leek", 2.0), ("peas", 0.5)]);
    /// let rows = beds.inner_join(&prices).map(|(_, beds, price)| f64::from(*beds) * price);
    /// assert_eq!(rows.sum::<f64>(), 5.5);
    /// ```
    pub fn inner_join<'a, W, B: Allocator>(
        &'a self,
        other: &'a BTreeMap<K, W, B, S>,
    ) -> InnerJoin<'a, K, V, W, S> {
        InnerJoin { maps: Abreast::new(self, other) }
    }

    /// All keys of this map, in ascending order, with the value of the other if it has them.
    ///
    /// O(n + m) for n and m pairs, and O(n log m) where the other map has many more.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let (own, other) = (BTreeMap::from([(1, 'a'), (2, 'b')]), BTreeMap::from([(2, "two")]));
    /// assert!(own.left_join(&other).eq([(&1, &'a', None), (&2, &'b', Some(&"two"))]));
    /// ```
    pub fn left_join<'a, W, B: Allocator>(
        &'a self,
        other: &'a BTreeMap<K, W, B, S>,
    ) -> LeftJoin<'a, K, V, W, S> {
        LeftJoin { maps: Abreast::new(self, other) }
    }

    /// All keys of either map, in ascending order, with the values of those that have them.
    ///
    /// O(n + m).
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let old = BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// let new = BTreeMap::from([(2, 'b'), (3, 'c')]);
    /// let changed = old.outer_join(&new).filter(|(_, old, new)| old != new);
    /// assert!(changed.map(|(key, ..)| *key).eq([1, 3]));
    /// ```
    pub fn outer_join<'a, W, B: Allocator>(
        &'a self,
        other: &'a BTreeMap<K, W, B, S>,
    ) -> OuterJoin<'a, K, V, W, S> {
        OuterJoin { maps: Abreast::new(self, other) }
    }

    /// The pairs of this map whose keys the other lacks, in ascending order.
    ///
    /// As [`left_join`](Self::left_join).
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let (own, other) = (BTreeMap::from([(1, 'a'), (2, 'b')]), BTreeMap::from([(2, ())]));
    /// assert!(own.anti_join(&other).eq([(&1, &'a')]));
    /// ```
    pub fn anti_join<'a, W, B: Allocator>(
        &'a self,
        other: &'a BTreeMap<K, W, B, S>,
    ) -> AntiJoin<'a, K, V, W, S> {
        AntiJoin { maps: Abreast::new(self, other) }
    }
}

/// An iterator over two maps: what it yields, how it goes on, and how many items are left for at
/// most so many pairs of either.
macro_rules! of_two_maps {
    ($(#[$doc:meta])* $name:ident yields $item:ty: $next:ident, |$own:ident, $other:ident|
        $left:expr) => {
        $(#[$doc])*
        pub struct $name<'a, K, V, W, S: Shape<K> = Standard> {
            maps: Abreast<'a, K, V, W, S>,
        }

        impl<'a, K: Ord, V, W, S: Shape<K>> Iterator for $name<'a, K, V, W, S> {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                self.maps.$next()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                let ($own, $other) = (self.maps.own.most, self.maps.other.most);
                $left
            }
        }

        impl<K: Ord, V, W, S: Shape<K>> FusedIterator for $name<'_, K, V, W, S> {}

        impl<K, V, W, S: Shape<K>> Clone for $name<'_, K, V, W, S> {
            fn clone(&self) -> Self {
                Self { maps: self.maps.clone() }
            }
        }

        impl<K, V, W, S> fmt::Debug for $name<'_, K, V, W, S>
        where
            K: fmt::Debug,
            V: fmt::Debug,
            W: fmt::Debug,
            S: Shape<K>,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut f = f.debug_tuple(stringify!($name));
                f.field(&self.maps.own).field(&self.maps.other).finish()
            }
        }
    };
}

of_two_maps! {
    /// The keys that two maps have, with their values: see [`BTreeMap::inner_join`].
    InnerJoin yields (&'a K, &'a V, &'a W): next_of_both, |own, other| (0, Some(own.min(other)))
}

of_two_maps! {
    /// The keys of one map, with the values of two: see [`BTreeMap::left_join`].
    LeftJoin yields (&'a K, &'a V, Option<&'a W>): next_of_own, |own, _other| (own, Some(own))
}

of_two_maps! {
    /// The keys of two maps, with their values: see [`BTreeMap::outer_join`].
    OuterJoin yields Either<'a, K, V, W>: next_of_either, |own, other| {
        (own.max(other), own.checked_add(other))
    }
}

of_two_maps! {
    /// The pairs whose keys another map lacks: see [`BTreeMap::anti_join`].
    AntiJoin yields (&'a K, &'a V): next_of_own_alone, |own, other| {
        (own.saturating_sub(other), Some(own))
    }
}
