//! Intersection, union and difference of two lists of values.
//!
//! Where one list has many values that the other lacks, they are not compared one by one: the walk
//! searches for the value where the two may meet again, as that of sets does.

use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;

use crate::multimap::{Values, ValuesRange};
use crate::raw::shape::{Shape, Standard};

/// Values that are passed by one by one before it pays to search for the next one wanted.
const STEPS: u32 = 8;

/// A list of which the next value is known.
struct Front<'a, V, S: Shape<V>> {
    head: Option<&'a V>,
    behind: ValuesRange<'a, V, S>,
    /// How many there are at most, the head included: no order, however false, has it go on for
    /// longer.
    most: usize,
    /// Values passed by since the last that was wanted.
    passed: u32,
}

impl<V, S: Shape<V>> Clone for Front<'_, V, S> {
    fn clone(&self) -> Self {
        Self { behind: self.behind.clone(), ..*self }
    }
}

impl<'a, V: Ord, S: Shape<V>> Front<'a, V, S> {
    fn new(values: ValuesRange<'a, V, S>) -> Self {
        let most = values.most();
        let mut behind = values;
        Self { head: behind.next(), behind, most, passed: 0 }
    }

    /// Steps over the head, which is wanted.
    fn take(&mut self) -> Option<&'a V> {
        let head = self.head?;
        self.passed = 0;
        self.step();
        Some(head)
    }

    /// Passes by the head, and by whatever is less than `value`, which is greater than the head.
    fn pass(&mut self, value: &V) {
        self.passed += 1;
        if self.passed > STEPS {
            self.passed = 0;
            self.behind.seek(value);
        }
        self.step();
    }

    fn step(&mut self) {
        self.most = self.most.saturating_sub(1);
        self.head = if self.most > 0 { self.behind.next() } else { None };
        if self.head.is_none() {
            self.most = 0;
        }
    }
}

impl<'a, V: Ord, S: Shape<V>> ValuesRange<'a, V, S> {
    /// The values that are in both lists, in ascending order; those of this one.
    ///
    /// The other may be a range as well, or the values of a key. O(n + m), and O(n log m) where one
    /// list has n values, and the other has many more. Allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([
    ///     ("even", 2), ("even", 6), ("even", 12), ("thirds", 3), ("thirds", 6), ("thirds", 9),
    ///     ("thirds", 12),
    /// ]);
    /// assert!(index.get("even").intersection(index.get("thirds")).eq(&[6, 12]));
    /// // A page of it: what lies behind the last value that was seen.
    /// let behind = index.get_range("even", 7..);
    /// assert!(behind.intersection(index.get("thirds")).eq(&[12]));
    /// ```
    pub fn intersection(self, other: impl Into<Self>) -> Intersection<'a, V, S> {
        Intersection { own: Front::new(self), other: Front::new(other.into()) }
    }

    /// The values of both lists, in ascending order; of equal ones that of this list.
    ///
    /// The other may be a range as well, or the values of a key. O(n + m); allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([
    ///     ("even", 2), ("even", 6), ("even", 12), ("thirds", 3), ("thirds", 6), ("thirds", 9),
    ///     ("thirds", 12),
    /// ]);
    /// assert!(index.get("even").union(index.get("thirds")).eq(&[2, 3, 6, 9, 12]));
    /// ```
    pub fn union(self, other: impl Into<Self>) -> Union<'a, V, S> {
        Union { own: Front::new(self), other: Front::new(other.into()) }
    }

    /// The values that are in this list and not in the other, in ascending order.
    ///
    /// The other may be a range as well, or the values of a key. O(n + m), and O(n log m) where the
    /// other has many more. Allocates nothing.
    ///
    /// ```
    /// let index = allotment_core::BTreeMultiMap::from([
    ///     ("even", 2), ("even", 6), ("even", 12), ("thirds", 3), ("thirds", 6), ("thirds", 9),
    ///     ("thirds", 12),
    /// ]);
    /// assert!(index.get("even").difference(index.get("thirds")).eq(&[2]));
    /// ```
    pub fn difference(self, other: impl Into<Self>) -> Difference<'a, V, S> {
        Difference { own: Front::new(self), other: Front::new(other.into()) }
    }
}

impl<'a, V: Ord, S: Shape<V>> Values<'a, V, S> {
    /// As [`ValuesRange::intersection`].
    pub fn intersection(self, other: impl Into<ValuesRange<'a, V, S>>) -> Intersection<'a, V, S> {
        ValuesRange::from(self).intersection(other)
    }

    /// As [`ValuesRange::union`].
    pub fn union(self, other: impl Into<ValuesRange<'a, V, S>>) -> Union<'a, V, S> {
        ValuesRange::from(self).union(other)
    }

    /// As [`ValuesRange::difference`].
    pub fn difference(self, other: impl Into<ValuesRange<'a, V, S>>) -> Difference<'a, V, S> {
        ValuesRange::from(self).difference(other)
    }
}

/// Two lists that are walked at once: the iterator, and how it takes its next step.
macro_rules! walk_of_two {
    ($(#[$doc:meta])* $name:ident, $self:ident, $next:block, $hint:expr) => {
        $(#[$doc])*
        pub struct $name<'a, V, S: Shape<V> = Standard> {
            own: Front<'a, V, S>,
            other: Front<'a, V, S>,
        }

        impl<'a, V: Ord, S: Shape<V>> Iterator for $name<'a, V, S> {
            type Item = &'a V;

            fn next(&mut $self) -> Option<&'a V> $next

            fn size_hint(&$self) -> (usize, Option<usize>) {
                $hint
            }
        }

        impl<V: Ord, S: Shape<V>> FusedIterator for $name<'_, V, S> {}

        impl<V, S: Shape<V>> Clone for $name<'_, V, S> {
            fn clone(&self) -> Self {
                Self { own: self.own.clone(), other: self.other.clone() }
            }
        }

        impl<V: fmt::Debug + Ord, S: Shape<V>> fmt::Debug for $name<'_, V, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

walk_of_two! {
    /// The values that are in both lists: see [`ValuesRange::intersection`].
    Intersection, self,
    {
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
                Ordering::Equal => {
                    self.other.take();
                    return self.own.take();
                }
            }
        }
    },
    (0, Some(self.own.most.min(self.other.most)))
}

walk_of_two! {
    /// The values of both lists: see [`ValuesRange::union`].
    Union, self,
    {
        let (Some(own), Some(other)) = (self.own.head, self.other.head) else {
            return self.own.take().or_else(|| self.other.take());
        };
        match own.cmp(other) {
            Ordering::Less => self.own.take(),
            Ordering::Greater => self.other.take(),
            Ordering::Equal => {
                self.other.take();
                self.own.take()
            }
        }
    },
    {
        let least = usize::from(self.own.head.or(self.other.head).is_some());
        (least, self.own.most.checked_add(self.other.most))
    }
}

walk_of_two! {
    /// The values that are in this list alone: see [`ValuesRange::difference`].
    Difference, self,
    {
        loop {
            let own = self.own.head?;
            let Some(other) = self.other.head else { return self.own.take() };
            match own.cmp(other) {
                Ordering::Less => {
                    self.other.passed = 0;
                    return self.own.take();
                }
                Ordering::Greater => self.other.pass(own),
                Ordering::Equal => {
                    self.other.take();
                    self.own.take();
                }
            }
        }
    },
    (0, Some(self.own.most))
}
