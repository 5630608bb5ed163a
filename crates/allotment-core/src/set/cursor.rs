//! Cursors over a set: those of the map underneath, without the empty values.

use core::borrow::Borrow;
use core::fmt;
use core::ops::Bound;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::{
    Cursor as PairCursor, CursorMut as PairCursorMut, CursorMutKey as PairCursorMutKey,
    UnorderedKeyError,
};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// A gap in a set that is read: see [`BTreeSet::lower_bound`].
pub struct Cursor<'a, T, S: Shape<T> = Standard> {
    pub(super) pairs: PairCursor<'a, T, (), S>,
}

/// A gap in a set that is edited: see [`BTreeSet::lower_bound_mut`].
pub struct CursorMut<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pub(super) pairs: PairCursorMut<'a, T, (), A, S>,
}

/// A gap in a set that is edited, elements and all: see [`CursorMut::with_mutable_key`].
pub struct CursorMutKey<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pub(super) pairs: PairCursorMutKey<'a, T, (), A, S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The gap before the first element within a lower bound: see
    /// [`BTreeMap::lower_bound`](crate::BTreeMap::lower_bound).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let set = allotment_core::BTreeSet::from([1, 3, 5]);
    /// let mut cursor = set.lower_bound(Bound::Excluded(&1));
    /// assert_eq!((cursor.peek_prev(), cursor.next()), (Some(&1), Some(&3)));
    /// ```
    pub fn lower_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { pairs: self.map.lower_bound(bound) }
    }

    /// The gap behind the last element within an upper bound: see
    /// [`BTreeMap::upper_bound`](crate::BTreeMap::upper_bound).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let set = allotment_core::BTreeSet::from([1, 3, 5]);
    /// assert_eq!(set.upper_bound(Bound::Included(&4)).prev(), Some(&3));
    /// ```
    pub fn upper_bound<Q>(&self, bound: Bound<&Q>) -> Cursor<'_, T, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        Cursor { pairs: self.map.upper_bound(bound) }
    }

    /// As [`lower_bound`](Self::lower_bound), to edit the set there.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut set = allotment_core::BTreeSet::from([1, 4]);
    /// let mut cursor = set.lower_bound_mut(Bound::Included(&2));
    /// cursor.insert_before(2).unwrap();
    /// assert_eq!(cursor.insert_before(2).unwrap_err().into_inner(), 2);
    /// assert_eq!(cursor.remove_next(), Some(4));
    /// assert!(set.iter().eq(&[1, 2]));
    /// ```
    pub fn lower_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, T, A, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { pairs: self.map.lower_bound_mut(bound) }
    }

    /// As [`upper_bound`](Self::upper_bound), to edit the set there.
    pub fn upper_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, T, A, S>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { pairs: self.map.upper_bound_mut(bound) }
    }
}

/// Moving and looking about, alike for all three; `$element` is what they hand out.
macro_rules! moves {
    ($element:ty, $peek:ty) => {
        /// Steps over the element behind the gap; at the end, stays there. O(1) amortised.
        #[expect(clippy::should_implement_trait, reason = "std's name, and no iterator")]
        pub fn next(&mut self) -> Option<$element> {
            self.pairs.next().map(|(element, _)| element)
        }

        /// Steps back over the element before the gap; at the beginning, stays there. O(1)
        /// amortised.
        pub fn prev(&mut self) -> Option<$element> {
            self.pairs.prev().map(|(element, _)| element)
        }

        /// The element behind the gap.
        pub fn peek_next(self: $peek) -> Option<$element> {
            self.pairs.peek_next().map(|(element, _)| element)
        }

        /// The element before the gap.
        pub fn peek_prev(self: $peek) -> Option<$element> {
            self.pairs.peek_prev().map(|(element, _)| element)
        }
    };
}

impl<'a, T, S: Shape<T>> Cursor<'a, T, S> {
    moves!(&'a T, &Self);
}

impl<'a, T, A: Allocator, S: Shape<T>> CursorMut<'a, T, A, S> {
    moves!(&T, &mut Self);

    /// The same gap, with access to the elements.
    ///
    /// # Safety
    ///
    /// An element may only be changed such that those of the set still ascend, all different.
    pub unsafe fn with_mutable_key(self) -> CursorMutKey<'a, T, A, S> {
        // SAFETY: passed on.
        CursorMutKey { pairs: unsafe { self.pairs.with_mutable_key() } }
    }
}

impl<T, A: Allocator, S: Shape<T>> CursorMutKey<'_, T, A, S> {
    moves!(&mut T, &mut Self);
}

/// Edits, alike for both cursors.
macro_rules! edits {
    ($name:ident) => {
        impl<T, A: Allocator, S: Shape<T>> $name<'_, T, A, S> {
            /// The same gap, to look about from.
            pub fn as_cursor(&self) -> Cursor<'_, T, S> {
                Cursor { pairs: self.pairs.as_cursor() }
            }

            /// Takes out the element behind the gap. Allocates nothing.
            pub fn remove_next(&mut self) -> Option<T> {
                self.pairs.remove_next().map(|(element, ())| element)
            }

            /// Takes out the element before the gap. Allocates nothing.
            pub fn remove_prev(&mut self) -> Option<T> {
                self.pairs.remove_prev().map(|(element, ())| element)
            }

            /// Cuts off all elements behind the gap and returns them: see
            /// [`split_after`](crate::btree_map::CursorMut::split_after) of a map.
            #[must_use = "the elements are out of the set"]
            #[cfg(feature = "infallible")]
            pub fn split_after(&mut self) -> BTreeSet<T, A, S>
            where
                A: SharedAlloc,
            {
                BTreeSet { map: self.pairs.split_after() }
            }

            /// Cuts off all elements before the gap and returns them.
            #[must_use = "the elements are out of the set"]
            #[cfg(feature = "infallible")]
            pub fn split_before(&mut self) -> BTreeSet<T, A, S>
            where
                A: SharedAlloc,
            {
                BTreeSet { map: self.pairs.split_before() }
            }
        }

        impl<T: Ord, A: Allocator, S: Shape<T>> $name<'_, T, A, S> {
            /// Puts an element in, behind the gap. Allocates as [`BTreeSet::insert`] does.
            ///
            /// # Safety
            ///
            /// It is greater than the element before the gap and less than that behind.
            #[cfg(feature = "infallible")]
            pub unsafe fn insert_after_unchecked(&mut self, element: T) {
                // SAFETY: passed on.
                unsafe { self.pairs.insert_after_unchecked(element, ()) };
            }

            /// Puts an element in, before the gap. Allocates as [`BTreeSet::insert`] does.
            ///
            /// # Safety
            ///
            /// As for [`insert_after_unchecked`](Self::insert_after_unchecked).
            #[cfg(feature = "infallible")]
            pub unsafe fn insert_before_unchecked(&mut self, element: T) {
                // SAFETY: passed on.
                unsafe { self.pairs.insert_before_unchecked(element, ()) };
            }

            /// Puts an element in, behind the gap. Allocates as [`BTreeSet::insert`] does.
            ///
            /// # Errors
            ///
            /// The element, if it does not belong there.
            #[cfg(feature = "infallible")]
            pub fn insert_after(&mut self, element: T) -> Result<(), UnorderedKeyError<T>> {
                let inserted = self.pairs.insert_after(element, ());
                inserted.map_err(|error| error.map(|(element, ())| element))
            }

            /// Puts an element in, before the gap. Allocates as [`BTreeSet::insert`] does.
            ///
            /// # Errors
            ///
            /// The element, if it does not belong there.
            #[cfg(feature = "infallible")]
            pub fn insert_before(&mut self, element: T) -> Result<(), UnorderedKeyError<T>> {
                let inserted = self.pairs.insert_before(element, ());
                inserted.map_err(|error| error.map(|(element, ())| element))
            }

            /// Puts all elements of another set in, behind the gap: see
            /// [`splice_after`](crate::btree_map::CursorMut::splice_after) of a map.
            ///
            /// # Errors
            ///
            /// The other set, if its elements do not belong there; nothing has changed.
            #[cfg(feature = "infallible")]
            pub fn splice_after(
                &mut self,
                other: BTreeSet<T, A, S>,
            ) -> Result<(), UnorderedKeyError<BTreeSet<T, A, S>>>
            where
                A: SharedAlloc,
            {
                let refused = |error: UnorderedKeyError<_>| error.map(|map| BTreeSet { map });
                self.pairs.splice_after(other.map).map_err(refused)
            }

            /// Puts all elements of another set in, before the gap.
            ///
            /// # Errors
            ///
            /// As for [`splice_after`](Self::splice_after).
            #[cfg(feature = "infallible")]
            pub fn splice_before(
                &mut self,
                other: BTreeSet<T, A, S>,
            ) -> Result<(), UnorderedKeyError<BTreeSet<T, A, S>>>
            where
                A: SharedAlloc,
            {
                let refused = |error: UnorderedKeyError<_>| error.map(|map| BTreeSet { map });
                self.pairs.splice_before(other.map).map_err(refused)
            }
        }

        impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for $name<'_, T, A, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt_around(stringify!($name), &self.as_cursor(), f)
            }
        }
    };
}

edits!(CursorMut);
edits!(CursorMutKey);

impl<T, S: Shape<T>> Clone for Cursor<'_, T, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

/// What lies on both sides of a gap.
fn fmt_around<T: fmt::Debug, S: Shape<T>>(
    name: &str,
    cursor: &Cursor<'_, T, S>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut f = f.debug_struct(name);
    f.field("prev", &cursor.peek_prev()).field("next", &cursor.peek_next()).finish()
}

impl<T: fmt::Debug, S: Shape<T>> fmt::Debug for Cursor<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_around("Cursor", self, f)
    }
}
