//! Iterators over a set: those of the map underneath, without the empty values.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global};

use crate::ascending::{ascending_shortcuts, items_of, items_of_back};
use crate::map::range::OF_SET;
use crate::map::{IntoKeys, Keys, Range as Pairs};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// The elements of a set in ascending order: see [`BTreeSet::iter`].
pub struct Iter<'a, T, S: Shape<T> = Standard> {
    elements: Keys<'a, T, (), S>,
}

/// The elements between two bounds: see [`BTreeSet::range`].
pub struct Range<'a, T, S: Shape<T> = Standard> {
    pub(super) pairs: Pairs<'a, T, (), S>,
}

/// The elements of a set that is no more, in ascending order.
pub struct IntoIter<T, A: Allocator = Global, S: Shape<T> = Standard> {
    elements: IntoKeys<T, (), A, S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The elements in ascending order. O(1) to begin with, O(n) in all; allocates nothing.
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([2, 1]);
    /// assert!(set.iter().eq(&[1, 2]));
    /// ```
    pub fn iter(&self) -> Iter<'_, T, S> {
        Iter { elements: self.map.keys() }
    }

    /// The elements within `bounds`, in ascending order: see [`BTreeMap::range`].
    ///
    /// # Panics
    ///
    /// If the start is greater than the end, or equal to it with both excluded.
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([1, 3, 5]);
    /// assert!(set.range(2..).eq(&[3, 5]));
    /// ```
    ///
    /// [`BTreeMap::range`]: crate::BTreeMap::range
    pub fn range<Q, R>(&self, bounds: R) -> Range<'_, T, S>
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
    {
        Range { pairs: Pairs::of(&self.map.tree, &bounds, OF_SET) }
    }
}

impl<'a, T, S: Shape<T>> Iterator for Iter<'a, T, S> {
    type Item = &'a T;

    items_of!(elements, |element| element);

    ascending_shortcuts!();
}

impl<'a, T, S: Shape<T>> DoubleEndedIterator for Iter<'a, T, S> {
    items_of_back!(elements, |element| element);
}

impl<'a, T, S: Shape<T>> Iterator for Range<'a, T, S> {
    type Item = &'a T;

    items_of!(pairs, |(element, ())| element);

    ascending_shortcuts!();
}

impl<'a, T, S: Shape<T>> DoubleEndedIterator for Range<'a, T, S> {
    items_of_back!(pairs, |(element, ())| element);
}

impl<T, A: Allocator, S: Shape<T>> Iterator for IntoIter<T, A, S> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.elements.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.elements.size_hint()
    }
}

impl<T, A: Allocator, S: Shape<T>> DoubleEndedIterator for IntoIter<T, A, S> {
    fn next_back(&mut self) -> Option<T> {
        self.elements.next_back()
    }
}

impl<T, A: Allocator, S: Shape<T>> IntoIterator for BTreeSet<T, A, S> {
    type Item = T;
    type IntoIter = IntoIter<T, A, S>;

    /// The elements in ascending order; the set and its allocator go with them. O(1) to begin with.
    fn into_iter(self) -> IntoIter<T, A, S> {
        IntoIter { elements: self.map.into_keys() }
    }
}

impl<'a, T, A: Allocator, S: Shape<T>> IntoIterator for &'a BTreeSet<T, A, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T, S>;

    fn into_iter(self) -> Iter<'a, T, S> {
        self.iter()
    }
}

impl<T, S: Shape<T>> Clone for Iter<'_, T, S> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone() }
    }
}

impl<T, S: Shape<T>> Clone for Range<'_, T, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

impl<T, S: Shape<T>> Default for Iter<'_, T, S> {
    fn default() -> Self {
        Self { elements: Keys::default() }
    }
}

impl<T, S: Shape<T>> Default for Range<'_, T, S> {
    fn default() -> Self {
        Self { pairs: Pairs::default() }
    }
}

impl<T, A: Allocator + Default, S: Shape<T>> Default for IntoIter<T, A, S> {
    fn default() -> Self {
        Self { elements: IntoKeys::default() }
    }
}

impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for Iter<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.elements).finish()
    }
}

impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for Range<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for IntoIter<T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.elements).finish()
    }
}

impl<T, S: Shape<T>> ExactSizeIterator for Iter<'_, T, S> {}
impl<T, S: Shape<T>> FusedIterator for Iter<'_, T, S> {}
impl<T, S: Shape<T>> FusedIterator for Range<'_, T, S> {}
impl<T, A: Allocator, S: Shape<T>> ExactSizeIterator for IntoIter<T, A, S> {}
impl<T, A: Allocator, S: Shape<T>> FusedIterator for IntoIter<T, A, S> {}
