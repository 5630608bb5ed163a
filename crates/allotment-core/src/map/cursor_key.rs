//! [`CursorMutKey`]: a gap between two pairs, at which a map is edited, keys and all.

use core::fmt;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::cursor::{Cursor, fmt_around};
use crate::map::cursor_mut::CursorMut;
use crate::map::{BTreeMap, UnorderedKeyError};
use crate::raw::heads::renew_head;
use crate::raw::path::Slot;
use crate::raw::shape::{Shape, Standard};

/// A gap in a map that is edited, keys and all: see [`CursorMut::with_mutable_key`].
///
/// What a search looks at first is kept apart from some keys, and is brought up to date with the
/// next step, or as the cursor is dropped. If it is leaked instead, neither the key handed out last
/// nor those beside it need be found.
pub struct CursorMutKey<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) cursor: CursorMut<'a, K, V, A, S>,
    /// The slot whose key was handed out last: what is kept of it in its node may be out of date.
    exposed: Option<Slot<K, V, S>>,
}

impl<'a, K, V, A: Allocator, S: Shape<K>> CursorMut<'a, K, V, A, S> {
    /// The same gap, with access to the keys.
    ///
    /// # Safety
    ///
    /// A key may only be changed such that the keys of the map still ascend, all different.
    pub unsafe fn with_mutable_key(self) -> CursorMutKey<'a, K, V, A, S> {
        CursorMutKey { cursor: self, exposed: None }
    }
}

impl<K, V, A: Allocator, S: Shape<K>> CursorMutKey<'_, K, V, A, S> {
    /// Brings up to date what is kept of a key that was handed out.
    pub(super) fn settle(&mut self) {
        if let Some(slot) = self.exposed.take() {
            // SAFETY: a slot of the tree, which has not been edited since.
            unsafe { renew_head(slot.node.erased(), slot.index) };
        }
    }

    /// Hands a pair out.
    ///
    /// # Safety
    ///
    /// A slot of the tree.
    unsafe fn expose(&mut self, slot: Option<Slot<K, V, S>>) -> Option<(&mut K, &mut V)> {
        self.exposed = slot;
        let slot = slot?;
        // SAFETY: N1; the map is borrowed for writing as long as the cursor is.
        Some((unsafe { &mut *slot.key() }, unsafe { &mut *slot.value() }))
    }

    /// Steps over the pair behind the gap; at the end, stays there. O(1) amortised.
    #[expect(clippy::should_implement_trait, reason = "std's name; the item borrows the cursor")]
    pub fn next(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let slot = self.cursor.gap.next(&self.cursor.map.tree);
        // SAFETY: found just now.
        unsafe { self.expose(slot) }
    }

    /// Steps back over the pair before the gap; at the beginning, stays there. O(1) amortised.
    pub fn prev(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let slot = self.cursor.gap.prev(&self.cursor.map.tree);
        // SAFETY: found just now.
        unsafe { self.expose(slot) }
    }

    /// The pair behind the gap.
    pub fn peek_next(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let slot = self.cursor.gap.slot_after(&self.cursor.map.tree);
        // SAFETY: found just now.
        unsafe { self.expose(slot) }
    }

    /// The pair before the gap.
    pub fn peek_prev(&mut self) -> Option<(&mut K, &mut V)> {
        self.settle();
        let slot = self.cursor.gap.slot_before(&self.cursor.map.tree);
        // SAFETY: found just now.
        unsafe { self.expose(slot) }
    }

    /// The same gap, to look about from.
    pub fn as_cursor(&self) -> Cursor<'_, K, V, S> {
        self.cursor.as_cursor()
    }

    /// [`CursorMut::remove_next`].
    pub fn remove_next(&mut self) -> Option<(K, V)> {
        self.settle();
        self.cursor.remove_next()
    }

    /// [`CursorMut::remove_prev`].
    pub fn remove_prev(&mut self) -> Option<(K, V)> {
        self.settle();
        self.cursor.remove_prev()
    }
}

impl<K: Ord, V, A: Allocator, S: Shape<K>> CursorMutKey<'_, K, V, A, S> {
    /// [`CursorMut::insert_after_unchecked`].
    ///
    /// # Safety
    ///
    /// As there.
    #[cfg(feature = "infallible")]
    pub unsafe fn insert_after_unchecked(&mut self, key: K, value: V) {
        self.settle();
        // SAFETY: passed on.
        unsafe { self.cursor.insert_after_unchecked(key, value) };
    }

    /// [`CursorMut::insert_before_unchecked`].
    ///
    /// # Safety
    ///
    /// As there.
    #[cfg(feature = "infallible")]
    pub unsafe fn insert_before_unchecked(&mut self, key: K, value: V) {
        self.settle();
        // SAFETY: passed on.
        unsafe { self.cursor.insert_before_unchecked(key, value) };
    }

    /// [`CursorMut::insert_after`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "infallible")]
    pub fn insert_after(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError<(K, V)>> {
        self.settle();
        self.cursor.insert_after(key, value)
    }

    /// [`CursorMut::insert_before`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "infallible")]
    pub fn insert_before(&mut self, key: K, value: V) -> Result<(), UnorderedKeyError<(K, V)>> {
        self.settle();
        self.cursor.insert_before(key, value)
    }
}

impl<K, V, A: SharedAlloc, S: Shape<K>> CursorMutKey<'_, K, V, A, S> {
    /// [`CursorMut::split_after`].
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (4, 'd')]);
    /// // SAFETY: the key stays between its neighbours.
    /// let mut cursor = unsafe { map.lower_bound_mut(Bound::Included(&2)).with_mutable_key() };
    /// *cursor.peek_next().unwrap().0 = 3;
    /// let tail = cursor.split_after();
    /// drop(cursor);
    /// assert!(map.into_keys().eq([1]) && tail.into_keys().eq([3, 4]));
    /// ```
    #[must_use = "the pairs are out of the map"]
    #[cfg(feature = "infallible")]
    pub fn split_after(&mut self) -> BTreeMap<K, V, A, S> {
        self.settle();
        self.cursor.split_after()
    }

    /// [`CursorMut::split_before`].
    #[must_use = "the pairs are out of the map"]
    #[cfg(feature = "infallible")]
    pub fn split_before(&mut self) -> BTreeMap<K, V, A, S> {
        self.settle();
        self.cursor.split_before()
    }

    /// [`CursorMut::splice_after`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// ```
    /// use std::ops::Bound;
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (2, 'd')]);
    /// // SAFETY: the key stays behind its neighbour.
    /// let mut cursor = unsafe { map.lower_bound_mut(Bound::Included(&2)).with_mutable_key() };
    /// *cursor.peek_next().unwrap().0 = 4;
    /// cursor.splice_after(BTreeMap::from([(2, 'b'), (3, 'c')])).unwrap();
    /// drop(cursor);
    /// assert!(map.into_keys().eq([1, 2, 3, 4]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn splice_after(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), UnorderedKeyError<BTreeMap<K, V, A, S>>>
    where
        K: Ord,
    {
        self.settle();
        self.cursor.splice_after(other)
    }

    /// [`CursorMut::splice_before`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "infallible")]
    pub fn splice_before(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), UnorderedKeyError<BTreeMap<K, V, A, S>>>
    where
        K: Ord,
    {
        self.settle();
        self.cursor.splice_before(other)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for CursorMutKey<'_, K, V, A, S> {
    fn drop(&mut self) {
        self.settle();
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for CursorMutKey<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_around("CursorMutKey", &self.as_cursor(), f)
    }
}
