//! [`FallibleCursor`]: the edits of a cursor that allocate, with failed allocation as a value.

use core::fmt;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::{AllocFailure, BTreeMap, CursorMut, CursorMutKey, EditError};
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};

/// A gap in a map where edits return a [`Result`]: see [`CursorMut::fallible`].
pub struct FallibleCursor<'c, 'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    cursor: &'c mut CursorMut<'a, K, V, A, S>,
}

impl<'a, K, V, A: Allocator, S: Shape<K>> CursorMut<'a, K, V, A, S> {
    /// A view of the cursor whose allocating edits return an error instead of ending the program.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// plan.fail_at(0);
    /// let mut cursor = map.lower_bound_mut(Bound::Unbounded);
    /// let failure = cursor.fallible().insert_after(1, "one").unwrap_err();
    /// assert_eq!(failure.into_inner(), (1, "one"));
    /// cursor.fallible().insert_after(1, "one").unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&1, &mut "one")));
    /// ```
    pub fn fallible(&mut self) -> FallibleCursor<'_, 'a, K, V, A, S> {
        FallibleCursor { cursor: self }
    }
}

impl<'a, K, V, A: Allocator, S: Shape<K>> CursorMutKey<'a, K, V, A, S> {
    /// A view of the cursor whose allocating edits return an error instead of ending the program.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (5, 'e')]);
    /// // SAFETY: the key stays between its neighbours.
    /// let mut cursor = unsafe { map.lower_bound_mut(Bound::Included(&5)).with_mutable_key() };
    /// *cursor.peek_next().unwrap().0 = 3;
    /// cursor.fallible().insert_after(2, 'b').unwrap();
    /// drop(cursor);
    /// assert!(map.keys().eq(&[1, 2, 3]));
    /// ```
    pub fn fallible(&mut self) -> FallibleCursor<'_, 'a, K, V, A, S> {
        self.settle();
        self.cursor.fallible()
    }
}

impl<K, V, A: SharedAlloc, S: Shape<K>> FallibleCursor<'_, '_, K, V, A, S> {
    /// [`CursorMut::split_after`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; map and cursor are as they were.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let behind = map.lower_bound_mut(Bound::Included(&2)).fallible().split_after().unwrap();
    /// assert!(map.keys().eq(&[1]) && behind.keys().eq(&[2, 3]));
    /// ```
    pub fn split_after(&mut self) -> Result<BTreeMap<K, V, A, S>, AllocFailure> {
        self.cursor.try_split_after().map_err(AllocFailure::of)
    }

    /// [`CursorMut::split_before`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; map and cursor are as they were.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let before = map.lower_bound_mut(Bound::Included(&2)).fallible().split_before().unwrap();
    /// assert!(before.keys().eq(&[1]) && map.keys().eq(&[2, 3]));
    /// ```
    pub fn split_before(&mut self) -> Result<BTreeMap<K, V, A, S>, AllocFailure> {
        self.cursor.try_split_before().map_err(AllocFailure::of)
    }
}

impl<K: Ord, V, A: Allocator, S: Shape<K>> FallibleCursor<'_, '_, K, V, A, S> {
    /// [`CursorMut::insert_after`].
    ///
    /// # Errors
    ///
    /// The pair, if its key does not belong there, or if the allocator failed; map and cursor are
    /// as they were.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (5, 'e')]);
    /// let mut cursor = map.upper_bound_mut(Bound::Included(&1));
    /// cursor.fallible().insert_after(2, 'b').unwrap();
    /// assert_eq!(cursor.fallible().insert_after(7, 'g').unwrap_err().into_inner(), (7, 'g'));
    /// assert_eq!(cursor.peek_next(), Some((&2, &mut 'b')));
    /// ```
    pub fn insert_after(&mut self, key: K, value: V) -> Result<(), EditError<(K, V)>> {
        self.cursor.try_insert_after(key, value)
    }

    /// [`CursorMut::insert_before`].
    ///
    /// # Errors
    ///
    /// As for [`insert_after`](Self::insert_after).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (5, 'e')]);
    /// let mut cursor = map.upper_bound_mut(Bound::Included(&1));
    /// cursor.fallible().insert_before(2, 'b').unwrap();
    /// assert_eq!(cursor.peek_prev(), Some((&2, &mut 'b')));
    /// ```
    pub fn insert_before(&mut self, key: K, value: V) -> Result<(), EditError<(K, V)>> {
        self.cursor.try_insert_before(key, value)
    }

    /// [`CursorMut::insert_after_unchecked`].
    ///
    /// # Errors
    ///
    /// The pair, if the allocator failed; map and cursor are as they were.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn insert_after_unchecked(
        &mut self,
        key: K,
        value: V,
    ) -> Result<(), AllocFailure<(K, V)>> {
        self.cursor.put_after(key, value)
    }

    /// [`CursorMut::insert_before_unchecked`].
    ///
    /// # Errors
    ///
    /// The pair, if the allocator failed; map and cursor are as they were.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn insert_before_unchecked(
        &mut self,
        key: K,
        value: V,
    ) -> Result<(), AllocFailure<(K, V)>> {
        self.cursor.put_before(key, value)
    }

    /// [`CursorMut::splice_after`].
    ///
    /// # Errors
    ///
    /// The other map, if its keys do not belong there, or if the allocator failed; both are as they
    /// were, but if the allocators do not share their memory: then every pair is in one of the two,
    /// and the gap lies before those that got in.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (5, 'e')]);
    /// let mut cursor = map.upper_bound_mut(Bound::Included(&1));
    /// cursor.fallible().splice_after([(2, 'b'), (3, 'c')].into()).unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&2, &mut 'b')));
    /// let refused = cursor.fallible().splice_after([(9, 'i')].into()).unwrap_err();
    /// assert!(refused.into_inner().into_iter().eq([(9, 'i')]));
    /// ```
    pub fn splice_after(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), EditError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.cursor.try_splice(other, Side::Before)
    }

    /// [`CursorMut::splice_before`].
    ///
    /// # Errors
    ///
    /// As for [`splice_after`](Self::splice_after); but the gap lies behind those that got in.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (5, 'e')]);
    /// let mut cursor = map.upper_bound_mut(Bound::Included(&1));
    /// cursor.fallible().splice_before([(2, 'b'), (3, 'c')].into()).unwrap();
    /// assert_eq!(cursor.peek_prev(), Some((&3, &mut 'c')));
    /// ```
    pub fn splice_before(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), EditError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.cursor.try_splice(other, Side::After)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for FallibleCursor<'_, '_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleCursor").field(&self.cursor).finish()
    }
}
