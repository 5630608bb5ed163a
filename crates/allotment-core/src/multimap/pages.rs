//! A multimap read page by page.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::Pages;
use crate::multimap::{BTreeMultiMap, RangePairs};
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// The pairs of the keys within `bounds`, as iterators over `most` of them each, wherever that
    /// is amid the values of a key: as [`pages`](crate::BTreeMap::pages) of a map.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let index: allotment_core::BTreeMultiMap<_, _> = (0..250).map(|n| (n / 90, n)).collect();
    /// assert!(index.pages(1.., 100).map(Iterator::count).eq([100, 60]));
    /// ```
    pub fn pages<Q, R>(&self, bounds: R, most: usize) -> Pages<RangePairs<'_, K, V, S>>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        let groups = self.range(bounds);
        Pages::of(RangePairs { groups, front: None, back: None }, most)
    }

    /// Calls `visit` with each pair of the keys within `bounds`, in ascending order. Allocates
    /// nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([(1, 5), (2, 7), (2, 8), (3, 9)]);
    /// let mut sum = 0;
    /// index.for_each_in(2..3, |_, value| sum += value);
    /// assert_eq!(sum, 15);
    /// ```
    pub fn for_each_in<Q, R>(&self, bounds: R, mut visit: impl FnMut(&K, &V))
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.range(bounds).for_each(|(key, values)| values.for_each(|value| visit(key, value)));
    }
}
