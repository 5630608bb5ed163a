//! Merging two maps, with a closure to decide what becomes of two values of one key.

use core::mem::{MaybeUninit, forget};
use core::ptr;

use allotment_alloc::{Allocator, SharedAlloc};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap, EditError};
use crate::raw::path::Place;
use crate::raw::shape::Shape;
use crate::raw::tree::Tree;
use crate::raw::types::Known;

/// A pair whose value was moved out. Dropped, as a closure unwinds, it takes the rest of it out.
struct Hole<'a, K, V, A: Allocator, S: Shape<K>> {
    tree: &'a mut Tree<K, V, S>,
    place: Place<K, V, S>,
    alloc: &'a A,
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for Hole<'_, K, V, A, S> {
    fn drop(&mut self) {
        let Self { tree, place, alloc } = self;
        // What is no value must not be moved as one, so it is no tree of values meanwhile.
        let root = tree.erased_root();
        let mut vacant = Tree::<K, MaybeUninit<V>, S>::of_erased(root, tree.len());
        let slot = place.slot.erased().with(Known::NEW);
        // SAFETY: a place in this tree, and T4.
        let ((key, _), _) = unsafe { vacant.remove_at(slot, &mut place.path, *alloc) };
        **tree = Tree::of_erased(vacant.erased_root(), vacant.len());
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
    #[cfg(feature = "infallible")]
    pub fn merge(&mut self, other: Self, conflict: impl FnMut(&K, V, V) -> V)
    where
        K: Ord,
        A: SharedAlloc,
    {
        self.try_merge(other, conflict).unwrap_or_else(|failure| out_of_memory(failure.layout));
    }

    pub(super) fn try_merge(
        &mut self,
        other: Self,
        mut conflict: impl FnMut(&K, V, V) -> V,
    ) -> Result<(), AllocFailure<Self>>
    where
        K: Ord,
        A: SharedAlloc,
    {
        let mut other = match self.try_join(other) {
            Ok(()) => return Ok(()),
            Err(EditError::Alloc(failure)) => return Err(failure),
            Err(EditError::Unordered(overlapping)) => overlapping.into_inner(),
        };
        let Self { tree, alloc } = self;
        let on_equal = |tree: &mut Tree<K, V, S>, place, (key, value): (K, V)| {
            drop(key);
            merge_value(tree, place, alloc, value, &mut conflict);
        };
        // SAFETY: T4, for each of the two.
        let merged = unsafe { tree.append_with(alloc, &mut other.tree, &other.alloc, on_equal) };
        merged.map_err(|layout| AllocFailure { layout, returned: other })
    }
}

/// Makes one value of that in a place of a tree and another.
fn merge_value<K, V, A: Allocator, S: Shape<K>>(
    tree: &mut Tree<K, V, S>,
    place: Place<K, V, S>,
    alloc: &A,
    other: V,
    conflict: &mut impl FnMut(&K, V, V) -> V,
) {
    let slot = place.slot;
    // SAFETY: N1; the tree is borrowed for writing, and the hole sees to the slot.
    let own = unsafe { slot.value().read() };
    let hole = Hole { tree, place, alloc };
    // SAFETY: N1; nobody else has access to the tree.
    let merged = conflict(unsafe { &*slot.key() }, own, other);
    // SAFETY: the slot owns no value.
    unsafe { ptr::write(slot.value(), merged) };
    forget(hole);
}
