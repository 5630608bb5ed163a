//! Sets walked and built by several threads: as maps are.

use core::fmt;

use ::rayon::iter::plumbing::UnindexedConsumer;
use ::rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};
use allotment_alloc::Allocator;

use crate::map::par::ParIter as PairParIter;
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// The elements of a set, for several threads.
///
/// ```
/// use allotment_core::BTreeSet;
/// use rayon::prelude::*;
///
/// let set: BTreeSet<u64> = (0..10_000).into_par_iter().map(|n| n / 2).collect();
/// assert_eq!(set.par_iter().filter(|n| *n % 2 == 0).count(), 2_500);
/// ```
pub struct ParIter<'a, T, S: Shape<T> = Standard> {
    pairs: PairParIter<'a, T, (), S>,
}

impl<'a, T: Sync, S: Shape<T>> ParallelIterator for ParIter<'a, T, S> {
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.pairs.map(|(element, ())| element).drive_unindexed(consumer)
    }
}

impl<T, S: Shape<T>> fmt::Debug for ParIter<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pairs.fmt(f)
    }
}

impl<'a, T: Sync, A: Allocator, S: Shape<T>> IntoParallelIterator for &'a BTreeSet<T, A, S> {
    type Item = &'a T;
    type Iter = ParIter<'a, T, S>;

    fn into_par_iter(self) -> Self::Iter {
        ParIter { pairs: (&self.map).into_par_iter() }
    }
}

/// Moves the elements into a vector first, since its parts can be owned by threads.
impl<T: Send, A: Allocator, S: Shape<T>> IntoParallelIterator for BTreeSet<T, A, S> {
    type Item = T;
    type Iter = ::rayon::vec::IntoIter<T>;

    fn into_par_iter(self) -> Self::Iter {
        self.into_iter().collect::<std::vec::Vec<_>>().into_par_iter()
    }
}

/// Sorts the elements in parallel and builds the set from them.
impl<T: Ord + Send> FromParallelIterator<T> for BTreeSet<T> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(elements: I) -> Self {
        Self { map: elements.into_par_iter().map(|element| (element, ())).collect() }
    }
}

/// As [`Extend`] does, from elements that are sorted in parallel.
impl<T, A, S> ParallelExtend<T> for BTreeSet<T, A, S>
where
    T: Ord + Send,
    A: Allocator,
    S: Shape<T>,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, elements: I) {
        self.map.par_extend(elements.into_par_iter().map(|element| (element, ())));
    }
}
