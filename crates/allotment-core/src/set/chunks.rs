//! [`Chunks`]: the elements of a set as slices of neighbours.

use core::fmt;
use core::iter::FusedIterator;

use allotment_alloc::Allocator;

use crate::ascending::{items_of, items_of_back};
use crate::map::Chunks as PairChunks;
use crate::raw::shape::{Shape, Standard};
use crate::set::{BTreeSet, Range};

/// The elements of a set in ascending order, as many at a time as lie side by side: see
/// [`BTreeSet::chunks`].
pub struct Chunks<'a, T, S: Shape<T> = Standard> {
    pairs: PairChunks<'a, T, (), S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The elements in ascending order, in slices: see [`BTreeMap::chunks`].
    ///
    /// O(1) to begin with, O(n) in all; allocates nothing.
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = (0..1000).collect();
    /// assert_eq!(set.chunks().map(|run| run.iter().sum::<u32>()).sum::<u32>(), 499_500);
    /// assert_eq!(set.chunks().next_back().and_then(<[u32]>::last), Some(&999));
    /// ```
    ///
    /// [`BTreeMap::chunks`]: crate::BTreeMap::chunks
    pub fn chunks(&self) -> Chunks<'_, T, S> {
        Chunks { pairs: self.map.chunks() }
    }
}

impl<'a, T, S: Shape<T>> Chunks<'a, T, S> {
    /// Those of a map without values.
    pub(super) fn of(pairs: PairChunks<'a, T, (), S>) -> Self {
        Self { pairs }
    }
}

impl<'a, T, S: Shape<T>> Range<'a, T, S> {
    /// What is left of the range, in slices: see [`BTreeMap::chunks`](crate::BTreeMap::chunks).
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = (0..1000).collect();
    /// assert_eq!(set.range(..500).chunks().map(<[u32]>::len).sum::<usize>(), 500);
    /// ```
    pub fn chunks(self) -> Chunks<'a, T, S> {
        Chunks { pairs: self.pairs.chunks() }
    }
}

impl<'a, T, S: Shape<T>> Iterator for Chunks<'a, T, S> {
    type Item = &'a [T];

    items_of!(pairs, |(elements, _)| elements);
}

impl<T, S: Shape<T>> DoubleEndedIterator for Chunks<'_, T, S> {
    items_of_back!(pairs, |(elements, _)| elements);
}

impl<T, S: Shape<T>> Clone for Chunks<'_, T, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

impl<T, S: Shape<T>> Default for Chunks<'_, T, S> {
    fn default() -> Self {
        Self { pairs: PairChunks::default() }
    }
}

impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for Chunks<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T, S: Shape<T>> FusedIterator for Chunks<'_, T, S> {}
