//! [`Types`]: what is known of the keys and values of a node.
//!
//! What compares or hands out pairs knows their types. What only moves them, splits and merges and
//! all that follows from it, needs their sizes and no more, and is compiled once for all trees: the
//! types are [`Erased`] there.

use core::marker::PhantomData;

use crate::raw::geometry::{Column, Geometry, pad};
use crate::raw::shape::Shape;

/// What is known of keys and values: whatever it is, it tells how nodes are laid out.
pub(crate) trait Types: Copy {
    fn geometry(self) -> &'static Geometry;

    /// [`Geometry::keys_of`].
    #[inline(always)]
    fn keys_of(self, slots: usize) -> usize {
        self.geometry().keys_of(slots)
    }

    /// [`Geometry::children_of`].
    #[inline(always)]
    fn children_of(self, slots: usize) -> usize {
        self.geometry().children_of(slots)
    }

    /// [`Geometry::values_of`].
    #[inline(always)]
    fn values_of(self, level: usize, slots: usize) -> usize {
        self.geometry().values_of(level, slots)
    }

    /// Fills slots of a column of keys as N4 asks, if it asks anything of these keys.
    ///
    /// # Safety
    ///
    /// The slots from `from` to `to` lie in the column, and own nothing.
    unsafe fn pad(self, keys: *mut u8, from: usize, to: usize);
}

/// Ties an address to types, and to nothing else: not to owning or sharing the pairs.
type Marker<K, V, S> = PhantomData<fn() -> (K, V, S)>;

/// The types themselves.
pub(crate) struct Known<K, V, S> {
    marker: Marker<K, V, S>,
}

/// Nothing but the geometry.
pub(crate) type Erased = &'static Geometry;

impl<K, V, S> Known<K, V, S> {
    pub(crate) const NEW: Self = Self { marker: PhantomData };
}

impl<K, V, S> Clone for Known<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Known<K, V, S> {}

impl<K, V, S: Shape<K>> Known<K, V, S> {
    const WITH_INTEGERS: Geometry = Geometry::of::<K, V, S>(Column::Integers);
    const WITH_KEYS: Geometry = Geometry::of::<K, V, S>(Column::Keys);
    const WITH_HEADS: Geometry = Geometry::of::<K, V, S>(Column::Heads);
}

impl<K, V, S: Shape<K>> Types for Known<K, V, S> {
    /// Known as soon as the type of the keys is, though not to `const`.
    #[inline(always)]
    fn geometry(self) -> &'static Geometry {
        if S::MAY_BE_BYTES && S::are_bytes() {
            &Self::WITH_HEADS
        } else if S::MAY_BE_INTEGERS && S::are_integers() {
            &Self::WITH_INTEGERS
        } else {
            &Self::WITH_KEYS
        }
    }

    #[inline(always)]
    unsafe fn pad(self, keys: *mut u8, from: usize, to: usize) {
        // SAFETY: passed on.
        unsafe { pad::<K, S>(keys, from, to) };
    }
}

/// Where columns lie in nodes with all their slots, as most have, is looked up.
impl Types for Erased {
    #[inline(always)]
    fn geometry(self) -> &'static Geometry {
        self
    }

    #[inline]
    fn keys_of(self, slots: usize) -> usize {
        if slots == self.capacity { self.keys } else { (*self).keys_of(slots) }
    }

    #[inline]
    fn children_of(self, slots: usize) -> usize {
        if slots == self.capacity { self.children } else { (*self).children_of(slots) }
    }

    #[inline]
    fn values_of(self, level: usize, slots: usize) -> usize {
        match (slots == self.capacity, level) {
            (true, 0) => self.leaf_values,
            (true, _) => self.internal_values,
            (false, _) => (*self).values_of(level, slots),
        }
    }

    unsafe fn pad(self, keys: *mut u8, from: usize, to: usize) {
        if let Some(pad) = self.pad {
            // SAFETY: passed on.
            unsafe { pad(keys, from, to) };
        }
    }
}

/// The geometry of trees of these types.
#[inline(always)]
pub(crate) fn geometry_of<K, V, S: Shape<K>>() -> Erased {
    Known::<K, V, S>::NEW.geometry()
}
