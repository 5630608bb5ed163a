//! Merging two maps, with a closure to decide what becomes of two values of one key.

use allotment_alloc::{Allocator, SharedAlloc};

use crate::map::{BTreeMap, out_of_memory};
use crate::raw::gap::Gap;
use crate::raw::search::Side;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Moves all pairs of `other` into this map. Where both have a key, this map keeps its key, and
    /// `conflict` makes one value of its own and the other's.
    ///
    /// If all keys of one map come before all of the other, or one is empty, as
    /// [`append`](Self::append); otherwise O(m log n) for m pairs of the other.
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
            let mut gap = Gap::beside(&self.tree, &key, Side::Before);
            let slot = gap.slot_after(&self.tree);
            // SAFETY: N1; nobody writes to the map while keys are compared.
            let is_there = slot.is_some_and(|slot| unsafe { &*slot.key() }.cmp(&key).is_eq());
            let mut pair = (key, value);
            if is_there {
                // SAFETY: a gap of this tree, and T4.
                let own = unsafe { gap.remove(&mut self.tree, &self.alloc) };
                let (key, own) = own.expect("the pair behind the gap");
                let merged = conflict(&key, own, pair.1);
                pair = (key, merged);
            }
            // SAFETY: as above.
            unsafe { gap.insert(&mut self.tree, pair, &self.alloc) }
                .unwrap_or_else(|refused| out_of_memory(refused.layout));
        }
    }
}
