//! `|`, `&`, `-` and `^` of two sets: a new set of clones, on a clone of the first allocator.

use core::ops::{BitAnd, BitOr, BitXor, Sub};

use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::set::BTreeSet;

/// An operator, and the walk over two sets whose elements it collects.
macro_rules! operator {
    ($(#[$doc:meta])* $trait:ident, $method:ident: $walk:ident) => {
        impl<T: Ord + Clone, A: Allocator + Clone, S: Shape<T>> $trait<&BTreeSet<T, A, S>>
            for &BTreeSet<T, A, S>
        {
            type Output = BTreeSet<T, A, S>;

            $(#[$doc])*
            fn $method(self, other: &BTreeSet<T, A, S>) -> BTreeSet<T, A, S> {
                let mut made = BTreeSet::with_shape_in(self.allocator().clone());
                made.extend(self.$walk(other).cloned());
                made
            }
        }
    };
}

operator! {
    /// The elements of both sets, of equal ones that of the first. O(n + m).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert_eq!(&a | &b, BTreeSet::from([1, 2, 3, 4]));
    /// ```
    BitOr, bitor: union
}

operator! {
    /// The elements that are in both sets. As [`BTreeSet::intersection`].
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert_eq!(&a & &b, BTreeSet::from([2, 3]));
    /// ```
    BitAnd, bitand: intersection
}

operator! {
    /// The elements that only one of the sets has. O(n + m).
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert_eq!(&a ^ &b, BTreeSet::from([1, 4]));
    /// ```
    BitXor, bitxor: symmetric_difference
}

operator! {
    /// The elements of the first set that the second lacks. As [`BTreeSet::difference`].
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (a, b) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([2, 3, 4]));
    /// assert_eq!(&a - &b, BTreeSet::from([1]));
    /// ```
    Sub, sub: difference
}
