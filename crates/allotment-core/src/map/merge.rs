//! Merging two maps, with a closure to decide what becomes of two values of one key.

use core::mem::forget;
use core::ptr;

use allotment_alloc::{Allocator, SharedAlloc};

use crate::map::{BTreeMap, out_of_memory};
use crate::raw::path::Place;
use crate::raw::shape::Shape;

/// A pair whose value was moved out. Dropped, as a closure unwinds, it takes the rest of it out.
struct Hole<'a, K, V, A: Allocator, S: Shape<K>> {
    map: &'a mut BTreeMap<K, V, A, S>,
    place: Place<K, V, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for Hole<'_, K, V, A, S> {
    fn drop(&mut self) {
        let Self { map, place } = self;
        // SAFETY: a place in this tree, and T4.
        let ((key, value), _) =
            unsafe { map.tree.remove_at(place.slot, &mut place.path, &map.alloc) };
        forget(value);
        drop(key);
    }
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Moves all pairs of `other` into this map. Where both have a key, this map keeps its key, and
    /// `conflict` makes one value of its own and the other's.
    ///
    /// If all keys of one map come before all of the other, or one is empty, as
    /// [`join`](Self::join); otherwise O(m log n) for m pairs of the other.
    ///
    /// # Panics
    ///
    /// If `conflict` does: the pair that it was asked about is gone then, as are those that had not
    /// been moved yet. Or if a comparison or the allocator does, after which only the latter are.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([("a", 1), ("b", 2)]);
    /// map.merge(BTreeMap::from([("b", 3), ("c", 4)]), |_, own, other| own + other);
    /// assert!(map.into_iter().eq([("a", 1), ("b", 5), ("c", 4)]));
    /// ```
    pub fn merge(&mut self, other: Self, mut conflict: impl FnMut(&K, V, V) -> V)
    where
        K: Ord,
        A: SharedAlloc,
    {
        let Err(overlapping) = self.join(other) else { return };
        for (key, value) in overlapping.into_inner() {
            match self.tree.place_of(&key) {
                Ok(place) => {
                    drop(key);
                    self.merge_value(place, value, &mut conflict);
                }
                // SAFETY: an edge of this tree, and T4.
                Err(mut edge) => unsafe { self.tree.insert_at(&mut edge, key, value, &self.alloc) }
                    .unwrap_or_else(|refused| out_of_memory(refused.layout)),
            }
        }
    }

    /// Makes one value of that in a place and another.
    fn merge_value(
        &mut self,
        place: Place<K, V, S>,
        other: V,
        conflict: &mut impl FnMut(&K, V, V) -> V,
    ) {
        let slot = place.slot;
        // SAFETY: N1; the map is borrowed for writing, and the hole sees to the slot.
        let own = unsafe { slot.value().read() };
        let hole = Hole { map: self, place };
        // SAFETY: N1; nobody else has access to the map.
        let merged = conflict(unsafe { &*slot.key() }, own, other);
        // SAFETY: the slot owns no value.
        unsafe { ptr::write(slot.value(), merged) };
        forget(hole);
    }
}
