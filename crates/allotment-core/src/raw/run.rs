//! [`At`], the addresses of a pair; [`Columns`], those of a leaf; [`Run`], those of neighbours.
//!
//! Takes for granted N1. Does not care about levels, paths or order.

use core::hint::assert_unchecked;
use core::{ptr, slice};

use crate::raw::node::Node;
use crate::raw::path::Slot;
use crate::raw::shape::Shape;

/// The end of a walk or a run at its first pair.
pub(crate) const FRONT: usize = 0;

/// The end of a walk or a run behind its last pair.
pub(crate) const BACK: usize = 1;

/// Where a pair is.
pub(crate) struct At<K, V> {
    key: *mut K,
    value: *mut V,
}

impl<K, V> PartialEq for At<K, V> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl<K, V> At<K, V> {
    /// The pair `index` slots after the one at `key` and `value`.
    #[inline]
    pub(crate) fn beyond(key: *mut K, value: *mut V, index: usize) -> Self {
        Self { key: key.wrapping_add(index), value: value.wrapping_add(index) }
    }

    /// The pair, to be looked at.
    ///
    /// # Safety
    ///
    /// It is a pair of a tree that is borrowed for `'a`, and its value is not borrowed for writing.
    #[inline]
    pub(crate) unsafe fn pair<'a>(self) -> (&'a K, &'a V) {
        // SAFETY: N1. Known for sure, it spares each step of a loop a test.
        unsafe { assert_unchecked(!self.key.is_null()) };
        // SAFETY: N1; nobody writes as long as the tree is borrowed.
        (unsafe { &*self.key }, unsafe { &*self.value })
    }

    /// The pair, the value to be changed.
    ///
    /// # Safety
    ///
    /// It is a pair of a tree that is borrowed for writing for `'a`, and nothing else borrows its
    /// value.
    #[inline]
    pub(crate) unsafe fn pair_mut<'a>(self) -> (&'a K, &'a mut V) {
        // SAFETY: as for `pair`.
        unsafe { assert_unchecked(!self.key.is_null()) };
        // SAFETY: N1; nobody else reads or writes the value.
        (unsafe { &*self.key }, unsafe { &mut *self.value })
    }
}

impl<K, V, S: Shape<K>> From<Slot<K, V, S>> for At<K, V> {
    #[inline]
    fn from(slot: Slot<K, V, S>) -> Self {
        Self { key: slot.key(), value: slot.value() }
    }
}

/// Where the keys and the values of a leaf begin: for as long as it lives, no other has the same.
pub(crate) struct Columns<K, V> {
    // `const` for the variance of it.
    keys: *const K,
    values: *const V,
}

// SAFETY: as for `Node`: addresses give no access by themselves.
unsafe impl<K, V> Send for Columns<K, V> {}

// SAFETY: as for `Send`.
unsafe impl<K, V> Sync for Columns<K, V> {}

impl<K, V> Clone for Columns<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Columns<K, V> {}

impl<K, V> PartialEq for Columns<K, V> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys
    }
}

impl<K, V> Columns<K, V> {
    /// Those of no leaf.
    pub(crate) const NONE: Self = Self { keys: ptr::null(), values: ptr::null() };

    #[inline]
    pub(crate) fn of<S: Shape<K>>(leaf: Node<K, V, S>) -> Self {
        Self { keys: leaf.keys(), values: leaf.values(0) }
    }

    /// The slot at `index`.
    #[inline]
    pub(crate) fn at(self, index: usize) -> At<K, V> {
        At::beyond(self.keys.cast_mut(), self.values.cast_mut(), index)
    }
}

/// Neighbouring slots of one node, to be yielded together.
pub(crate) struct Run<K, V> {
    keys: *mut K,
    values: *mut V,
    len: usize,
}

impl<K, V> Run<K, V> {
    /// `len` slots from `first` on.
    #[inline]
    pub(crate) fn of(first: At<K, V>, len: usize) -> Self {
        Self { keys: first.key, values: first.value, len }
    }

    /// Slots in the run.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Hands all slots to `act`, beginning at an end.
    #[inline]
    pub(crate) fn fold<const END: usize, B>(
        self,
        mut acc: B,
        act: &mut impl FnMut(B, At<K, V>) -> B,
    ) -> B {
        for step in 0..self.len {
            let index = if END == FRONT { step } else { self.len - 1 - step };
            acc = act(acc, At::beyond(self.keys, self.values, index));
        }
        acc
    }

    /// The slots as two slices.
    ///
    /// # Safety
    ///
    /// They are slots of a tree that is borrowed for `'a`, and no value is borrowed for writing.
    #[inline]
    pub(crate) unsafe fn slices<'a>(self) -> (&'a [K], &'a [V]) {
        // SAFETY: N1: a run of one column, which nobody writes as long as the tree is borrowed.
        let keys = unsafe { slice::from_raw_parts(self.keys, self.len) };
        // SAFETY: as for the keys.
        (keys, unsafe { slice::from_raw_parts(self.values, self.len) })
    }
}
