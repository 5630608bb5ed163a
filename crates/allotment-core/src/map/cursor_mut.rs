//! [`CursorMut`]: a gap between two pairs, at which a map is edited step by step.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::fmt;
use core::ops::Bound;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::cursor::{Cursor, fmt_around, lower_gap, upper_gap};
#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap, EditError, UnorderedKeyError};
use crate::raw::gap::Gap;
use crate::raw::search::Side;
use crate::raw::shape::{Shape, Standard};
use crate::raw::splice::Freed;
use crate::raw::types::geometry_of;

/// A gap in a map that is edited: see [`BTreeMap::lower_bound_mut`].
///
/// Every edit is at most an insertion or a removal without its search: O(1) amortised, and O(log n)
/// if nodes must be split or refilled. If the allocator panics in an edit, the map is whole, and
/// the cursor may be at its beginning.
pub struct CursorMut<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) map: &'a mut BTreeMap<K, V, A, S>,
    pub(super) gap: Gap<K, V, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// As [`lower_bound`](Self::lower_bound), to edit the map there.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (4, 'd')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// cursor.insert_before(2, 'b').unwrap();
    /// cursor.insert_after(3, 'c').unwrap();
    /// assert!(cursor.insert_after(3, 'x').is_err());
    /// assert!(map.into_iter().eq([(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')]));
    /// ```
    pub fn lower_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, K, V, A, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { gap: lower_gap(&self.tree, bound), map: self }
    }

    /// As [`upper_bound`](Self::upper_bound), to edit the map there.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (3, 'c')]);
    /// assert_eq!(map.upper_bound_mut(Bound::Excluded(&3)).remove_prev(), Some((1, 'a')));
    /// ```
    pub fn upper_bound_mut<Q>(&mut self, bound: Bound<&Q>) -> CursorMut<'_, K, V, A, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        CursorMut { gap: upper_gap(&self.tree, bound), map: self }
    }
}

impl<'a, K, V, A: Allocator, S: Shape<K>> CursorMut<'a, K, V, A, S> {
    /// Steps over the pair behind the gap; at the end, stays there. O(1) amortised.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// *cursor.next().unwrap().1 = 'x';
    /// assert_eq!(cursor.next(), Some((&3, &mut 'c')));
    /// assert_eq!(map[&2], 'x');
    /// ```
    #[expect(clippy::should_implement_trait, reason = "std's name; the item borrows the cursor")]
    pub fn next(&mut self) -> Option<(&K, &mut V)> {
        let slot = self.gap.next(&self.map.tree)?;
        // SAFETY: N1; the map is borrowed for writing as long as the cursor is.
        Some(unsafe { slot.pair_mut() })
    }

    /// Steps back over the pair before the gap; at the beginning, stays there. O(1) amortised.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// *cursor.prev().unwrap().1 = 'x';
    /// assert_eq!(cursor.prev(), None);
    /// assert_eq!(map[&1], 'x');
    /// ```
    pub fn prev(&mut self) -> Option<(&K, &mut V)> {
        let slot = self.gap.prev(&self.map.tree)?;
        // SAFETY: N1; the map is borrowed for writing as long as the cursor is.
        Some(unsafe { slot.pair_mut() })
    }

    /// The pair behind the gap.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// assert_eq!(cursor.peek_next(), Some((&2, &mut 'b')));
    /// ```
    pub fn peek_next(&mut self) -> Option<(&K, &mut V)> {
        let slot = self.gap.slot_after(&self.map.tree)?;
        // SAFETY: N1; the map is borrowed for writing as long as the cursor is.
        Some(unsafe { slot.pair_mut() })
    }

    /// The pair before the gap.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// assert_eq!(cursor.peek_prev(), Some((&1, &mut 'a')));
    /// ```
    pub fn peek_prev(&mut self) -> Option<(&K, &mut V)> {
        let slot = self.gap.slot_before(&self.map.tree)?;
        // SAFETY: N1; the map is borrowed for writing as long as the cursor is.
        Some(unsafe { slot.pair_mut() })
    }

    /// The same gap, to look about from.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let cursor = map.lower_bound_mut(Bound::Included(&2));
    /// let mut ahead = cursor.as_cursor();
    /// assert_eq!((ahead.next(), ahead.next()), (Some((&2, &'b')), Some((&3, &'c'))));
    /// ```
    pub fn as_cursor(&self) -> Cursor<'_, K, V, S> {
        Cursor { tree: &self.map.tree, gap: self.gap }
    }

    /// Takes out the pair behind the gap. Allocates nothing.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&2));
    /// assert_eq!(cursor.remove_next(), Some((2, 'b')));
    /// assert_eq!(cursor.peek_next(), Some((&3, &mut 'c')));
    /// ```
    pub fn remove_next(&mut self) -> Option<(K, V)> {
        // SAFETY: a gap of this tree, and T4.
        unsafe { self.gap.remove(&mut self.map.tree, &self.map.alloc) }
    }

    /// Takes out the pair before the gap. Allocates nothing.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&3));
    /// assert_eq!(cursor.remove_prev(), Some((2, 'b')));
    /// assert_eq!(cursor.peek_prev(), Some((&1, &mut 'a')));
    /// ```
    pub fn remove_prev(&mut self) -> Option<(K, V)> {
        self.gap.prev(&self.map.tree)?;
        self.remove_next()
    }

    /// Cuts off all pairs behind the gap and returns them. As
    /// [`split_off`](BTreeMap::split_off), without its search.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let tail = map.lower_bound_mut(Bound::Included(&2)).split_after();
    /// assert!(map.into_keys().eq([1]) && tail.into_keys().eq([2, 3]));
    /// ```
    #[must_use = "the pairs are out of the map"]
    #[cfg(feature = "infallible")]
    pub fn split_after(&mut self) -> BTreeMap<K, V, A, S>
    where
        A: SharedAlloc,
    {
        self.try_split_after().unwrap_or_else(|layout| out_of_memory(layout))
    }

    pub(super) fn try_split_after(&mut self) -> Result<BTreeMap<K, V, A, S>, Layout>
    where
        A: SharedAlloc,
    {
        let (start, end) = (self.gap, Gap::last(&self.map.tree));
        let part = self.cut(&start, &end)?;
        self.gap = Gap::last(&self.map.tree);
        Ok(part)
    }

    /// Cuts off all pairs before the gap and returns them. As [`split_after`](Self::split_after).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// let head = map.lower_bound_mut(Bound::Included(&2)).split_before();
    /// assert!(head.into_keys().eq([1]) && map.into_keys().eq([2, 3]));
    /// ```
    #[must_use = "the pairs are out of the map"]
    #[cfg(feature = "infallible")]
    pub fn split_before(&mut self) -> BTreeMap<K, V, A, S>
    where
        A: SharedAlloc,
    {
        self.try_split_before().unwrap_or_else(|layout| out_of_memory(layout))
    }

    pub(super) fn try_split_before(&mut self) -> Result<BTreeMap<K, V, A, S>, Layout>
    where
        A: SharedAlloc,
    {
        let (start, end) = (Gap::first(&self.map.tree), self.gap);
        let part = self.cut(&start, &end)?;
        self.gap = Gap::first(&self.map.tree);
        Ok(part)
    }

    /// Cuts out what lies between two gaps; where the gap of the cursor is then, is for the caller
    /// to say. If the allocator fails, it is where it was.
    fn cut(
        &mut self,
        start: &Gap<K, V, S>,
        end: &Gap<K, V, S>,
    ) -> Result<BTreeMap<K, V, A, S>, Layout>
    where
        A: SharedAlloc,
    {
        let (alloc, gap) = (self.map.alloc.clone(), self.gap);
        self.gap.lose();
        match self.map.cut_between(start, end) {
            // The part may go with a clone of the allocator, since that is the same one.
            Ok(part) => Ok(BTreeMap { tree: part.into_tree(), alloc }),
            Err(layout) => {
                self.gap = gap;
                Err(layout)
            }
        }
    }
}

impl<K: Ord, V, A: Allocator, S: Shape<K>> CursorMut<'_, K, V, A, S> {
    /// Puts a pair in, behind the gap. Allocates as [`BTreeMap::insert`] does.
    ///
    /// # Safety
    ///
    /// The key is greater than that of the pair before the gap and less than that behind.
    #[cfg(feature = "infallible")]
    pub unsafe fn insert_after_unchecked(&mut self, key: K, value: V) {
        self.put_after(key, value).unwrap_or_else(|failure| out_of_memory(failure.layout));
    }

    /// Puts a pair in, behind the gap, wherever its key belongs.
    pub(super) fn put_after(&mut self, key: K, value: V) -> Result<(), AllocFailure<(K, V)>> {
        // SAFETY: a gap of this tree, and T4.
        unsafe { self.gap.insert(&mut self.map.tree, (key, value), &self.map.alloc) }
            .map_err(AllocFailure::from)
    }

    /// Puts a pair in, before the gap. Allocates as [`BTreeMap::insert`] does.
    ///
    /// # Safety
    ///
    /// As for [`insert_after_unchecked`](Self::insert_after_unchecked).
    #[cfg(feature = "infallible")]
    pub unsafe fn insert_before_unchecked(&mut self, key: K, value: V) {
        self.put_before(key, value).unwrap_or_else(|failure| out_of_memory(failure.layout));
    }

    /// Puts a pair in, before the gap, wherever its key belongs.
    pub(super) fn put_before(&mut self, key: K, value: V) -> Result<(), AllocFailure<(K, V)>> {
        self.put_after(key, value)?;
        self.gap.next(&self.map.tree);
        Ok(())
    }

    /// Puts a pair in, behind the gap, which is in front of it afterwards. O(log n), and two
    /// comparisons; allocates as [`BTreeMap::insert`] does.
    ///
    /// # Panics
    ///
    /// If a comparison does; the map is then as it was.
    ///
    /// # Errors
    ///
    /// The pair, if its key does not belong there: if it is not greater than the key before the
    /// gap, or not less than that behind.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (4, 'd')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&4));
    /// cursor.insert_after(3, 'c').unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&3, &mut 'c')));
    /// assert_eq!(cursor.insert_after(5, 'e').unwrap_err().into_inner(), (5, 'e'));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_after(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError<(K, V)>> {
        self.try_insert_after(key, value).map_err(EditError::or_end)
    }

    pub(super) fn try_insert_after(&mut self, key: K, value: V) -> Result<(), EditError<(K, V)>> {
        if !self.fits(&key, &key) {
            return Err(EditError::unordered((key, value)));
        }
        self.put_after(key, value).map_err(EditError::Alloc)
    }

    /// Puts a pair in, before the gap, which is behind it afterwards. Otherwise as
    /// [`insert_after`](Self::insert_after).
    ///
    /// # Errors
    ///
    /// As for [`insert_after`](Self::insert_after).
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (4, 'd')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&4));
    /// cursor.insert_before(3, 'c').unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&4, &mut 'd')));
    /// assert!(cursor.insert_before(2, 'b').is_err());
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_before(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError<(K, V)>> {
        self.try_insert_before(key, value).map_err(EditError::or_end)
    }

    pub(super) fn try_insert_before(&mut self, key: K, value: V) -> Result<(), EditError<(K, V)>> {
        self.try_insert_after(key, value)?;
        self.gap.next(&self.map.tree);
        Ok(())
    }

    /// Whether keys from `first` to `last` belong into the gap.
    fn fits(&self, first: &K, last: &K) -> bool {
        let cursor = self.as_cursor();
        cursor.peek_prev().is_none_or(|(before, _)| before < first)
            && cursor.peek_next().is_none_or(|(behind, _)| last < behind)
    }

    /// Puts all pairs of another map in, behind the gap.
    ///
    /// O(log n + log m) if the two allocators share their memory: the other tree is hung in, and a
    /// few nodes a level are asked for at most. Otherwise each pair is inserted.
    ///
    /// # Errors
    ///
    /// The other map, if its keys do not belong there; nothing has changed.
    ///
    /// ```
    /// use std::ops::Bound;
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (4, 'd')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Excluded(&1));
    /// cursor.splice_after(BTreeMap::from([(2, 'b'), (3, 'c')])).unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&2, &mut 'b')));
    /// assert!(map.keys().eq(&[1, 2, 3, 4]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn splice_after(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), UnorderedKeyError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.try_splice(other, Side::Before).map_err(EditError::or_end)
    }

    /// Puts all pairs of another map in, before the gap. Otherwise as
    /// [`splice_after`](Self::splice_after).
    ///
    /// # Errors
    ///
    /// As for [`splice_after`](Self::splice_after).
    ///
    /// ```
    /// use std::ops::Bound;
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (4, 'd')]);
    /// let mut cursor = map.lower_bound_mut(Bound::Included(&4));
    /// cursor.splice_before(BTreeMap::from([(2, 'b'), (3, 'c')])).unwrap();
    /// assert_eq!(cursor.peek_next(), Some((&4, &mut 'd')));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn splice_before(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), UnorderedKeyError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.try_splice(other, Side::After).map_err(EditError::or_end)
    }

    /// Puts all pairs of another map in; the gap lies on that side of them afterwards.
    pub(super) fn try_splice(
        &mut self,
        mut other: BTreeMap<K, V, A, S>,
        side: Side,
    ) -> Result<(), EditError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        if let Some(((first, _), (last, _))) = other.first_key_value().zip(other.last_key_value())
            && !self.fits(first, last)
        {
            return Err(EditError::unordered(other));
        }
        let BTreeMap { tree, alloc } = &mut *self.map;
        let spliced = if alloc.same_as(&other.alloc) {
            let mut freed = Freed::new(geometry_of::<K, V, S>(), alloc);
            // SAFETY: a gap of this tree; the two share their memory.
            unsafe { self.gap.splice(tree, side, &mut other.tree, alloc, &mut freed) }
        } else {
            let (other, other_alloc) = (&mut other.tree, &other.alloc);
            // SAFETY: a gap of this tree, and T4, for each of the two.
            unsafe { self.gap.insert_all(tree, side, other, alloc, other_alloc) }
        };
        spliced.map_err(|layout| EditError::Alloc(AllocFailure { layout, returned: other }))
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for CursorMut<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_around("CursorMut", &self.as_cursor(), f)
    }
}
