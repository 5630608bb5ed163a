//! [`FallibleCursor`]: the edits of a cursor that allocate, with failed allocation as a value.

use core::fmt;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::{AllocFailure, EditError, FallibleCursor as Pairs};
use crate::raw::shape::{Shape, Standard};
use crate::set::{BTreeSet, CursorMut, CursorMutKey};

/// A gap in a set where edits return a [`Result`]: see [`CursorMut::fallible`].
pub struct FallibleCursor<'c, 'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pairs: Pairs<'c, 'a, T, (), A, S>,
}

impl<'a, T, A: Allocator, S: Shape<T>> CursorMut<'a, T, A, S> {
    /// A view of the cursor whose allocating edits return an error instead of ending the program:
    /// see [`fallible`](crate::btree_map::CursorMut::fallible) of a map.
    pub fn fallible(&mut self) -> FallibleCursor<'_, 'a, T, A, S> {
        FallibleCursor { pairs: self.pairs.fallible() }
    }
}

impl<'a, T, A: Allocator, S: Shape<T>> CursorMutKey<'a, T, A, S> {
    /// A view of the cursor whose allocating edits return an error instead of ending the program:
    /// see [`fallible`](crate::btree_map::CursorMutKey::fallible) of a map.
    pub fn fallible(&mut self) -> FallibleCursor<'_, 'a, T, A, S> {
        FallibleCursor { pairs: self.pairs.fallible() }
    }
}

impl<T, A: SharedAlloc, S: Shape<T>> FallibleCursor<'_, '_, T, A, S> {
    /// [`CursorMut::split_after`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; set and cursor are as they were.
    pub fn split_after(&mut self) -> Result<BTreeSet<T, A, S>, AllocFailure> {
        self.pairs.split_after().map(BTreeSet::from_map)
    }

    /// [`CursorMut::split_before`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; set and cursor are as they were.
    pub fn split_before(&mut self) -> Result<BTreeSet<T, A, S>, AllocFailure> {
        self.pairs.split_before().map(BTreeSet::from_map)
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> FallibleCursor<'_, '_, T, A, S> {
    /// [`CursorMut::insert_after`].
    ///
    /// # Errors
    ///
    /// The element, if it does not belong there, or if the allocator failed; set and cursor are as
    /// they were.
    pub fn insert_after(&mut self, element: T) -> Result<(), EditError<T>> {
        let inserted = self.pairs.insert_after(element, ());
        inserted.map_err(|error| error.map(|(element, ())| element))
    }

    /// [`CursorMut::insert_before`].
    ///
    /// # Errors
    ///
    /// As for [`insert_after`](Self::insert_after).
    pub fn insert_before(&mut self, element: T) -> Result<(), EditError<T>> {
        let inserted = self.pairs.insert_before(element, ());
        inserted.map_err(|error| error.map(|(element, ())| element))
    }

    /// [`CursorMut::splice_after`].
    ///
    /// # Errors
    ///
    /// The other set, as [`splice_after`](crate::btree_map::FallibleCursor::splice_after) of a map.
    pub fn splice_after(
        &mut self,
        other: BTreeSet<T, A, S>,
    ) -> Result<(), EditError<BTreeSet<T, A, S>>>
    where
        A: SharedAlloc,
    {
        let spliced = self.pairs.splice_after(other.map);
        spliced.map_err(|error| error.map(BTreeSet::from_map))
    }

    /// [`CursorMut::splice_before`].
    ///
    /// # Errors
    ///
    /// As for [`splice_after`](Self::splice_after).
    pub fn splice_before(
        &mut self,
        other: BTreeSet<T, A, S>,
    ) -> Result<(), EditError<BTreeSet<T, A, S>>>
    where
        A: SharedAlloc,
    {
        let spliced = self.pairs.splice_before(other.map);
        spliced.map_err(|error| error.map(BTreeSet::from_map))
    }
}

impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for FallibleCursor<'_, '_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pairs.fmt(f)
    }
}
