//! [`Pages`]: a range in parts of so many entries.

use core::borrow::Borrow;
use core::iter::{FusedIterator, Take};
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Range};
use crate::raw::shape::Shape;

/// Iterators over so many entries of a range each: see [`BTreeMap::pages`].
#[derive(Clone, Debug)]
pub struct Pages<I> {
    rest: I,
    most: usize,
}

impl<I> Pages<I> {
    /// Those of `most` entries, or of one if that is 0.
    pub(crate) fn of(entries: I, most: usize) -> Self {
        Self { rest: entries, most: most.max(1) }
    }
}

impl<I: FusedIterator + Clone> Iterator for Pages<I> {
    type Item = Take<I>;

    fn next(&mut self) -> Option<Take<I>> {
        let page = self.rest.clone();
        if self.rest.nth(self.most - 1).is_none() {
            // The last one, if there is an entry left at all.
            page.clone().next()?;
        }
        Some(page.take(self.most))
    }
}

impl<I: FusedIterator + Clone> FusedIterator for Pages<I> {}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The pairs within `bounds`, as iterators over `most` of them each; the last one may have
    /// fewer. 0 is taken for 1.
    ///
    /// O(log n) to begin with, and O(most / B) to go on to the next page; allocates nothing. Where
    /// the map changes between two pages, [`scan`](Self::scan) is what goes on by a token.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..250).map(|n| (n, n)).collect();
    /// let sums = map.pages(50.., 100).map(|page| page.map(|(_, value)| value).sum::<u32>());
    /// assert!(sums.eq([9_950, 19_950]));
    /// ```
    pub fn pages<Q, R>(&self, bounds: R, most: usize) -> Pages<Range<'_, K, V, S>>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        Pages::of(self.range(bounds), most)
    }

    /// Calls `visit` with each pair within `bounds`, in ascending order: faster than a loop over
    /// [`range`](Self::range), since it goes by the slices of the leaves. Allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..250).map(|n| (n, n)).collect();
    /// let mut sum = 0;
    /// map.for_each_in(100..102, |_, value| sum += value);
    /// assert_eq!(sum, 201);
    /// ```
    pub fn for_each_in<Q, R>(&self, bounds: R, mut visit: impl FnMut(&K, &V))
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.range(bounds).for_each(|(key, value)| visit(key, value));
    }
}
