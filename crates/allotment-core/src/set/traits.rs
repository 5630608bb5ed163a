//! The usual traits of [`BTreeSet`].

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::raw::shape::Shape;
use crate::set::BTreeSet;

impl<T> Default for BTreeSet<T> {
    /// An empty set on the global allocator. Allocates nothing.
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "infallible")]
impl<T: Ord> FromIterator<T> for BTreeSet<T> {
    /// As [`BTreeMap`]'s.
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let pairs = elements.into_iter().map(|element| (element, ()));
        Self { map: BTreeMap::from_iter(pairs) }
    }
}

#[cfg(feature = "infallible")]
impl<T: Ord, const N: usize> From<[T; N]> for BTreeSet<T> {
    /// A set of the elements of an array.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// assert_eq!(BTreeSet::from([2, 1, 2]), BTreeSet::from([1, 2]));
    /// ```
    fn from(elements: [T; N]) -> Self {
        Self::from_iter(elements)
    }
}

#[cfg(feature = "infallible")]
impl<T: Ord, A: Allocator, S: Shape<T>> Extend<T> for BTreeSet<T, A, S> {
    /// Puts elements in; ascending ones behind those of the set cost O(1) amortised each.
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.map.extend(elements.into_iter().map(|element| (element, ())));
    }
}

#[cfg(feature = "infallible")]
impl<'a, T: Ord + Copy + 'a, A: Allocator, S: Shape<T>> Extend<&'a T> for BTreeSet<T, A, S> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

#[cfg(feature = "infallible")]
impl<T: Clone, A: Allocator + Clone, S: Shape<T>> Clone for BTreeSet<T, A, S> {
    /// A set of the same shape on a clone of the allocator. O(n); compares nothing.
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for BTreeSet<T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: PartialEq, A: Allocator, S: Shape<T>> PartialEq for BTreeSet<T, A, S> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Eq, A: Allocator, S: Shape<T>> Eq for BTreeSet<T, A, S> {}

impl<T: PartialOrd, A: Allocator, S: Shape<T>> PartialOrd for BTreeSet<T, A, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> Ord for BTreeSet<T, A, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<T: Hash, A: Allocator, S: Shape<T>> Hash for BTreeSet<T, A, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for element in self {
            element.hash(state);
        }
    }
}
