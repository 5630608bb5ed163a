//! What a set of a ranked shape knows besides: positions.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::range::OF_SET;
use crate::raw::ranked::Ranked;
use crate::raw::shape::Shape;
use crate::set::{BTreeSet, Range};

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, Ranked<S>> {
    /// The element that has `n` others before it. O(log n); allocates nothing.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global, Ranked};
    ///
    /// let mut set = BTreeSet::<_, _, Ranked>::with_shape_in(Global);
    /// set.extend([30, 10, 20]);
    /// assert_eq!((set.nth(1), set.nth(3)), (Some(&20), None));
    /// ```
    #[must_use]
    pub fn nth(&self, n: usize) -> Option<&T> {
        self.map.nth(n).map(|(element, ())| element)
    }

    /// The elements from one position up to another, in ascending order: see
    /// [`BTreeMap::nth_range`](crate::BTreeMap::nth_range).
    ///
    /// # Panics
    ///
    /// As that.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global, Ranked};
    ///
    /// let mut set = BTreeSet::<_, _, Ranked>::with_shape_in(Global);
    /// set.extend([30, 10, 20]);
    /// assert!(set.nth_range(1..).eq(&[20, 30]));
    /// ```
    pub fn nth_range(&self, bounds: impl RangeBounds<usize>) -> Range<'_, T, Ranked<S>> {
        Range { pairs: self.map.nth_range_of(bounds, OF_SET) }
    }

    /// How many elements are less than this one, which need not be in the set. O(log n); allocates
    /// nothing.
    ///
    /// # Panics
    ///
    /// If a comparison does.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global, Ranked};
    ///
    /// let mut set = BTreeSet::<_, _, Ranked>::with_shape_in(Global);
    /// set.extend(["ant", "bee", "cat"]);
    /// assert_eq!(set.rank("bat"), 1);
    /// ```
    pub fn rank<Q>(&self, element: &Q) -> usize
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.rank(element)
    }

    /// How many elements lie within `bounds`. O(log n); allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global, Ranked};
    ///
    /// let mut set = BTreeSet::<_, _, Ranked>::with_shape_in(Global);
    /// set.extend(["ant", "bee", "cat"]);
    /// assert_eq!(set.count_range("b"..), 2);
    /// ```
    pub fn count_range<Q, R>(&self, bounds: R) -> usize
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.map.count_range_of(&bounds, OF_SET)
    }
}
