//! Maps and sets of `alloc`, which are those of std, become ours, and the other way round.

use alloc::collections;

use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::{BTreeMap, BTreeSet};

#[cfg(feature = "infallible")]
impl<K: Ord, V> From<collections::BTreeMap<K, V>> for BTreeMap<K, V> {
    /// The pairs of a map of std, in full nodes: O(n), with nothing allocated but those.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let beds = std::collections::BTreeMap::from([(2, "leek"), (1, "bean")]);
    /// assert!(BTreeMap::from(beds.clone()).iter().eq(&beds));
    /// ```
    fn from(map: collections::BTreeMap<K, V>) -> Self {
        Self::from_iter(map)
    }
}

impl<K: Ord, V, A: Allocator, S: Shape<K>> From<BTreeMap<K, V, A, S>>
    for collections::BTreeMap<K, V>
{
    /// The pairs of a map on any allocator, for code that takes one of std: O(n), by a list of all.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let beds = BTreeMap::from([(2, "leek"), (1, "bean")]);
    /// assert!(std::collections::BTreeMap::from(beds.clone()).iter().eq(&beds));
    /// ```
    fn from(map: BTreeMap<K, V, A, S>) -> Self {
        Self::from_iter(map)
    }
}

#[cfg(feature = "infallible")]
impl<T: Ord> From<collections::BTreeSet<T>> for BTreeSet<T> {
    /// The elements of a set of std: as for maps.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let beds = std::collections::BTreeSet::from(["leek", "bean"]);
    /// assert!(BTreeSet::from(beds.clone()).iter().eq(&beds));
    /// ```
    fn from(set: collections::BTreeSet<T>) -> Self {
        Self::from_iter(set)
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> From<BTreeSet<T, A, S>> for collections::BTreeSet<T> {
    /// The elements of a set on any allocator: as for maps.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let beds = BTreeSet::from(["leek", "bean"]);
    /// assert!(std::collections::BTreeSet::from(beds.clone()).iter().eq(&beds));
    /// ```
    fn from(set: BTreeSet<T, A, S>) -> Self {
        Self::from_iter(set)
    }
}
