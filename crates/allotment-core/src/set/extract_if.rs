//! [`ExtractIf`]: taking out, one by one, the elements that a closure picks.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global};

use crate::map::Extraction;
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// The elements that a closure picks, taken out of a set: see [`BTreeSet::extract_if`].
#[must_use = "it takes out nothing until it is asked for the next element; to drop elements, use \
              `retain`"]
pub struct ExtractIf<'a, T, R, F, A: Allocator = Global, S: Shape<T> = Standard> {
    picked: Extraction<'a, T, (), R, A, S>,
    pick: F,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// Takes out the elements of a range for which `pick` answers true, as they are asked for: see
    /// [`BTreeMap::extract_if`].
    ///
    /// ```
    /// let mut set: allotment_core::BTreeSet<_> = (0..8).collect();
    /// assert!(set.extract_if(3.., |element| element % 2 == 1).eq([3, 5, 7]));
    /// assert!(set.into_iter().eq([0, 1, 2, 4, 6]));
    /// ```
    ///
    /// [`BTreeMap::extract_if`]: crate::BTreeMap::extract_if
    pub fn extract_if<F, R>(&mut self, range: R, pick: F) -> ExtractIf<'_, T, R, F, A, S>
    where
        T: Ord,
        R: RangeBounds<T>,
        F: FnMut(&T) -> bool,
    {
        ExtractIf { picked: self.map.extraction(range), pick }
    }
}

impl<T, R, F, A, S> Iterator for ExtractIf<'_, T, R, F, A, S>
where
    T: PartialOrd,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    A: Allocator,
    S: Shape<T>,
{
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let (element, ()) = self.picked.next(|element, ()| (self.pick)(element))?;
        Some(element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.picked.size_hint()
    }
}

impl<T, R, F, A, S> FusedIterator for ExtractIf<'_, T, R, F, A, S>
where
    T: PartialOrd,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    A: Allocator,
    S: Shape<T>,
{
}

impl<T, R, F, A, S> fmt::Debug for ExtractIf<'_, T, R, F, A, S>
where
    T: fmt::Debug,
    A: Allocator,
    S: Shape<T>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peek = self.picked.peek().map(|(element, ())| element);
        f.debug_struct("ExtractIf").field("peek", &peek).finish_non_exhaustive()
    }
}
