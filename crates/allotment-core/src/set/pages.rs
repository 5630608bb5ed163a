//! A set read page by page.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::Allocator;

use crate::map::Pages;
use crate::raw::shape::Shape;
use crate::set::{BTreeSet, Range};

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The elements within `bounds`, as iterators over `most` of them each: as
    /// [`pages`](crate::BTreeMap::pages) of a map.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = (0..250).collect();
    /// assert!(set.pages(.., 100).map(Iterator::count).eq([100, 100, 50]));
    /// ```
    pub fn pages<Q, R>(&self, bounds: R, most: usize) -> Pages<Range<'_, T, S>>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        Pages::of(self.range(bounds), most)
    }

    /// Calls `visit` with each element within `bounds`, in ascending order. Allocates nothing.
    ///
    /// # Panics
    ///
    /// As [`range`](Self::range).
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = (0..250).collect();
    /// let mut sum = 0;
    /// set.for_each_in(100..102, |n| sum += n);
    /// assert_eq!(sum, 201);
    /// ```
    pub fn for_each_in<Q, R>(&self, bounds: R, visit: impl FnMut(&T))
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.range(bounds).for_each(visit);
    }
}
