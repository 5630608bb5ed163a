//! Taking whole ranges out of a set and putting whole sets in.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global, SharedAlloc};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::range::OF_SET;
use crate::map::{Drain as PairDrain, UnorderedKeyError};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// The elements of a range, which is no longer in the set: see [`BTreeSet::drain`].
pub struct Drain<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pairs: PairDrain<'a, T, (), A, S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// Takes the elements of a range out at once, and returns them in ascending order: see
    /// [`BTreeMap::drain`](crate::BTreeMap::drain).
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2, 3, 4]);
    /// assert!(set.drain(2..4).eq([2, 3]));
    /// assert!(set.iter().eq(&[1, 4]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn drain<Q, R>(&mut self, bounds: R) -> Drain<'_, T, A, S>
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
    {
        let pairs = self.map.try_drain(bounds, OF_SET);
        Drain { pairs: pairs.unwrap_or_else(|layout| out_of_memory(layout)) }
    }

    /// Takes the elements of a range out and drops them; answers how many there were: see
    /// [`BTreeMap::remove_range`](crate::BTreeMap::remove_range).
    ///
    /// ```
    /// let mut set: allotment_core::BTreeSet<_> = (0..1000).collect();
    /// assert_eq!(set.remove_range(10..990), 980);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn remove_range<Q, R>(&mut self, bounds: R) -> usize
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
    {
        self.drain(bounds).len()
    }

    /// Takes the elements of a range out and returns them as a set: see
    /// [`BTreeMap::split_range`](crate::BTreeMap::split_range).
    ///
    /// ```
    /// let mut set: allotment_core::BTreeSet<_> = (0..8).collect();
    /// assert!(set.split_range(3..6).iter().eq(&[3, 4, 5]));
    /// assert_eq!(set.len(), 5);
    /// ```
    #[must_use = "use `remove_range` to drop elements"]
    #[cfg(feature = "infallible")]
    pub fn split_range<Q, R>(&mut self, bounds: R) -> Self
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
        A: SharedAlloc,
    {
        let part = self.map.try_split_range(bounds, OF_SET);
        Self { map: part.unwrap_or_else(|layout| out_of_memory(layout)) }
    }

    /// Puts all elements of another set in, which lie all before those of this one or all behind:
    /// see [`BTreeMap::join`](crate::BTreeMap::join).
    ///
    /// # Errors
    ///
    /// The other set, if the two overlap; this one is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2]);
    /// set.join(BTreeSet::from([3])).unwrap();
    /// assert!(set.join(BTreeSet::from([2])).is_err());
    /// assert!(set.iter().eq(&[1, 2, 3]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn join(&mut self, other: Self) -> Result<(), UnorderedKeyError<Self>>
    where
        T: Ord,
        A: SharedAlloc,
    {
        let refused = |error: UnorderedKeyError<_>| error.map(|map| Self { map });
        self.map.join(other.map).map_err(refused)
    }
}

impl<'a, T, A: Allocator, S: Shape<T>> Drain<'a, T, A, S> {
    pub(super) fn of_pairs(pairs: PairDrain<'a, T, (), A, S>) -> Self {
        Self { pairs }
    }
}

impl<T, A: Allocator, S: Shape<T>> Iterator for Drain<'_, T, A, S> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.pairs.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl<T, A: Allocator, S: Shape<T>> DoubleEndedIterator for Drain<'_, T, A, S> {
    fn next_back(&mut self) -> Option<T> {
        self.pairs.next_back().map(|(element, ())| element)
    }
}

impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for Drain<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.rest().map(|(element, ())| element)).finish()
    }
}

impl<T, A: Allocator, S: Shape<T>> ExactSizeIterator for Drain<'_, T, A, S> {}
impl<T, A: Allocator, S: Shape<T>> FusedIterator for Drain<'_, T, A, S> {}
