//! Union, intersection and differences of two sets: both are walked at once, in ascending order.
//!
//! Where one of them has many elements that the other lacks, those are not compared one by one: the
//! walk searches for the element where the two may meet again. So the intersection of a small set
//! and a large one costs a search in the large one for each element of the small one, and no set
//! needs to be told which of the two it is.

use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;

use allotment_alloc::Allocator;

use crate::map::Range;
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// Elements that are passed by one by one before it pays to search for the next one wanted.
const STEPS: u32 = 8;

/// A walk over a set, one element ahead.
struct Front<'a, T, S: Shape<T>> {
    head: Option<&'a T>,
    behind: Range<'a, T, (), S>,
    /// How many there are at most, the head included: no order, however false, has it go on for
    /// longer.
    most: usize,
    /// Elements passed by since the last that was wanted.
    passed: u32,
}

impl<T, S: Shape<T>> Clone for Front<'_, T, S> {
    fn clone(&self) -> Self {
        let Self { head, most, passed, .. } = *self;
        Self { head, behind: self.behind.clone(), most, passed }
    }
}

impl<'a, T: Ord, S: Shape<T>> Front<'a, T, S> {
    fn new<A: Allocator>(set: &'a BTreeSet<T, A, S>) -> Self {
        let mut behind = set.map.range::<T, _>(..);
        let head = behind.next().map(|(element, ())| element);
        Self { head, behind, most: set.len(), passed: 0 }
    }

    /// Steps over the head, which is wanted.
    fn take(&mut self) -> Option<&'a T> {
        let head = self.head?;
        self.passed = 0;
        self.step();
        Some(head)
    }

    /// Passes by the head, and by whatever is less than `element`, which is greater than the head.
    fn pass(&mut self, element: &T) {
        self.passed += 1;
        if self.passed > STEPS {
            self.passed = 0;
            self.behind.seek(element);
        }
        self.step();
    }

    fn step(&mut self) {
        self.most = self.most.saturating_sub(1);
        let next = if self.most > 0 { self.behind.next() } else { None };
        self.head = next.map(|(element, ())| element);
        if self.head.is_none() {
            self.most = 0;
        }
    }
}

/// Two sets that are walked at once.
struct Pair<'a, T, S: Shape<T>> {
    own: Front<'a, T, S>,
    other: Front<'a, T, S>,
}

impl<T, S: Shape<T>> Clone for Pair<'_, T, S> {
    fn clone(&self) -> Self {
        Self { own: self.own.clone(), other: self.other.clone() }
    }
}

impl<'a, T: Ord, S: Shape<T>> Pair<'a, T, S> {
    fn new<A: Allocator, B: Allocator>(
        own: &'a BTreeSet<T, A, S>,
        other: &'a BTreeSet<T, B, S>,
    ) -> Self {
        Self { own: Front::new(own), other: Front::new(other) }
    }

    /// How the two heads compare; an end comes after everything. `None` at the end of both.
    fn compare(&self) -> Option<Ordering> {
        match (self.own.head, self.other.head) {
            (Some(own), Some(other)) => Some(own.cmp(other)),
            (Some(_), None) => Some(Ordering::Less),
            (None, Some(_)) => Some(Ordering::Greater),
            (None, None) => None,
        }
    }

    /// Steps over both heads, which are equal; answers the own one.
    fn take_both(&mut self) -> Option<&'a T> {
        self.other.take();
        self.own.take()
    }

    fn next_of_union(&mut self) -> Option<&'a T> {
        match self.compare()? {
            Ordering::Less => self.own.take(),
            Ordering::Greater => self.other.take(),
            Ordering::Equal => self.take_both(),
        }
    }

    fn next_of_intersection(&mut self) -> Option<&'a T> {
        loop {
            let (own, other) = (self.own.head?, self.other.head?);
            match own.cmp(other) {
                Ordering::Less => {
                    self.other.passed = 0;
                    self.own.pass(other);
                }
                Ordering::Greater => {
                    self.own.passed = 0;
                    self.other.pass(own);
                }
                Ordering::Equal => return self.take_both(),
            }
        }
    }

    fn next_of_difference(&mut self) -> Option<&'a T> {
        loop {
            let own = self.own.head?;
            match self.compare()? {
                Ordering::Less => {
                    self.other.passed = 0;
                    return self.own.take();
                }
                Ordering::Greater => self.other.pass(own),
                Ordering::Equal => {
                    self.take_both();
                }
            }
        }
    }

    fn next_of_symmetric_difference(&mut self) -> Option<&'a T> {
        loop {
            match self.compare()? {
                Ordering::Less => return self.own.take(),
                Ordering::Greater => return self.other.take(),
                Ordering::Equal => {
                    self.take_both();
                }
            }
        }
    }
}

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
        Difference { pair: Pair::new(self, other) }
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
        SymmetricDifference { pair: Pair::new(self, other) }
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
        Intersection { pair: Pair::new(self, other) }
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
        Union { pair: Pair::new(self, other) }
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
            pair: Pair<'a, T, S>,
        }

        impl<'a, T: Ord, S: Shape<T>> Iterator for $name<'a, T, S> {
            type Item = &'a T;

            fn next(&mut self) -> Option<&'a T> {
                self.pair.$next()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                let ($own, $other) = (&self.pair.own, &self.pair.other);
                $left
            }

            fn min(mut self) -> Option<&'a T> {
                self.next()
            }
        }

        impl<T: Ord, S: Shape<T>> FusedIterator for $name<'_, T, S> {}

        impl<T, S: Shape<T>> Clone for $name<'_, T, S> {
            fn clone(&self) -> Self {
                Self { pair: self.pair.clone() }
            }
        }

        impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for $name<'_, T, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut f = f.debug_tuple(stringify!($name));
                f.field(&self.pair.own).field(&self.pair.other).finish()
            }
        }
    };
}

impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for Front<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let behind = self.behind.clone().map(|(element, ())| element);
        f.debug_list().entries(self.head.into_iter().chain(behind)).finish()
    }
}

of_two_sets! {
    /// The elements of one set that another lacks: see [`BTreeSet::difference`].
    Difference: next_of_difference, |own, other| {
        (own.most.saturating_sub(other.most), Some(own.most))
    }
}

of_two_sets! {
    /// The elements that one of two sets has: see [`BTreeSet::symmetric_difference`].
    SymmetricDifference: next_of_symmetric_difference, |own, other| {
        (0, own.most.checked_add(other.most))
    }
}

of_two_sets! {
    /// The elements that two sets have: see [`BTreeSet::intersection`].
    Intersection: next_of_intersection, |own, other| (0, Some(own.most.min(other.most)))
}

of_two_sets! {
    /// The elements of two sets: see [`BTreeSet::union`].
    Union: next_of_union, |own, other| {
        (own.most.max(other.most), own.most.checked_add(other.most))
    }
}
