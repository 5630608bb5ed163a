//! Union, intersection and differences of two sets: both are walked at once, in ascending order.

use core::fmt;
use core::iter::FusedIterator;

use allotment_alloc::Allocator;

use crate::map::abreast::Abreast;
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The elements that are in this set and not in the other, in ascending order.
    ///
    /// O(n + m) for n and m elements, and O(n log m) where the other has many more. Allocates
    /// nothing, as all operations on two sets here.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert!(a.difference(&b).eq(&[1]));
    /// ```
    pub fn difference<'a, B: Allocator>(
        &'a self,
        other: &'a BTreeSet<T, B, S>,
    ) -> Difference<'a, T, S>
    where
        T: Ord,
    {
        Difference { sets: Abreast::new(&self.map, &other.map) }
    }

    /// The elements that are in one of the two sets and not in both, in ascending order. O(n + m).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert!(a.symmetric_difference(&b).eq(&[1, 4]));
    /// ```
    pub fn symmetric_difference<'a, B: Allocator>(
        &'a self,
        other: &'a BTreeSet<T, B, S>,
    ) -> SymmetricDifference<'a, T, S>
    where
        T: Ord,
    {
        SymmetricDifference { sets: Abreast::new(&self.map, &other.map) }
    }

    /// The elements that are in both sets, in ascending order; those of this set.
    ///
    /// O(n + m), and O(n log m) where one set has n elements, and the other has many more.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert!(a.intersection(&b).eq(&[2, 3]));
    /// ```
    pub fn intersection<'a, B: Allocator>(
        &'a self,
        other: &'a BTreeSet<T, B, S>,
    ) -> Intersection<'a, T, S>
    where
        T: Ord,
    {
        Intersection { sets: Abreast::new(&self.map, &other.map) }
    }

    /// The elements of both sets, in ascending order; of equal ones that of this set. O(n + m).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert!(a.union(&b).eq(&[1, 2, 3, 4]));
    /// ```
    pub fn union<'a, B: Allocator>(&'a self, other: &'a BTreeSet<T, B, S>) -> Union<'a, T, S>
    where
        T: Ord,
    {
        Union { sets: Abreast::new(&self.map, &other.map) }
    }

    /// Whether the two sets have no element in common. As [`intersection`](Self::intersection).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// assert!(BTreeSet::from([1, 3]).is_disjoint(&BTreeSet::from([2, 4])));
    /// ```
    pub fn is_disjoint<B: Allocator>(&self, other: &BTreeSet<T, B, S>) -> bool
    where
        T: Ord,
    {
        self.intersection(other).next().is_none()
    }

    /// Whether all elements of this set are in the other. As [`difference`](Self::difference).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// assert!(BTreeSet::from([1, 3]).is_subset(&BTreeSet::from([1, 2, 3])));
    /// ```
    pub fn is_subset<B: Allocator>(&self, other: &BTreeSet<T, B, S>) -> bool
    where
        T: Ord,
    {
        self.len() <= other.len() && self.difference(other).next().is_none()
    }

    /// Whether all elements of the other set are in this one. As [`difference`](Self::difference).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// assert!(BTreeSet::from([1, 2, 3]).is_superset(&BTreeSet::from([1, 3])));
    /// ```
    pub fn is_superset<B: Allocator>(&self, other: &BTreeSet<T, B, S>) -> bool
    where
        T: Ord,
    {
        other.is_subset(self)
    }
}

/// An iterator over two sets: how it goes on, and how many items are left for so many elements of
/// either.
macro_rules! of_two_sets {
    ($(#[$doc:meta])* $name:ident: $next:ident, |$own:ident, $other:ident| $left:expr) => {
        $(#[$doc])*
        pub struct $name<'a, T, S: Shape<T> = Standard> {
            sets: Abreast<'a, T, (), (), S>,
        }

        impl<'a, T: Ord, S: Shape<T>> Iterator for $name<'a, T, S> {
            type Item = &'a T;

            fn next(&mut self) -> Option<&'a T> {
                self.sets.$next().map(|item| item.0)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                let ($own, $other) = (self.sets.own.most, self.sets.other.most);
                $left
            }

            fn min(mut self) -> Option<&'a T> {
                self.next()
            }
        }

        impl<T: Ord, S: Shape<T>> FusedIterator for $name<'_, T, S> {}

        impl<T, S: Shape<T>> Clone for $name<'_, T, S> {
            fn clone(&self) -> Self {
                Self { sets: self.sets.clone() }
            }
        }

        impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for $name<'_, T, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut f = f.debug_tuple(stringify!($name));
                f.field(&self.sets.own.keys()).field(&self.sets.other.keys()).finish()
            }
        }
    };
}

of_two_sets! {
    /// The elements of one set that another lacks: see [`BTreeSet::difference`].
    Difference: next_of_own_alone, |own, other| {
        (own.saturating_sub(other), Some(own))
    }
}

of_two_sets! {
    /// The elements that one of two sets has: see [`BTreeSet::symmetric_difference`].
    SymmetricDifference: next_of_one_alone, |own, other| {
        (0, own.checked_add(other))
    }
}

of_two_sets! {
    /// The elements that two sets have: see [`BTreeSet::intersection`].
    Intersection: next_of_both, |own, other| (0, Some(own.min(other)))
}

of_two_sets! {
    /// The elements of two sets: see [`BTreeSet::union`].
    Union: next_of_either, |own, other| {
        (own.max(other), own.checked_add(other))
    }
}
