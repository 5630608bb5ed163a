//! Taking a pair out.
//!
//! A pair in an internal node is replaced by the one before it, which is the last of a leaf; so
//! every removal takes a slot out of a leaf, which may then be short of slots: see `refill`.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use crate::raw::heads::fit_at;
use crate::raw::node::ErasedNode;
use crate::raw::pairs::{remove_pair, take_pair};
use crate::raw::path::{ErasedSlot, Path, Slot};
use crate::raw::shape::Shape;
use crate::raw::slots::Slots;

/// What a removal took out and left behind.
pub(crate) struct Removed<K, V> {
    pub(crate) pair: (K, V),
    /// Whether the pair after the edge is the one that was before it, having moved up into the
    /// internal node: a walk in ascending order has seen it already.
    pub(crate) replaced: bool,
    /// Whether the leaf needs a `refill`.
    pub(crate) falls_short: bool,
}

/// Takes the pair in `slot` out, to which `path` leads. Afterwards the path leads to the edge of a
/// leaf where the pair was, its index on level 0.
///
/// Its leaf may have too few slots now: see [`Removed::falls_short`].
///
/// # Safety
///
/// `slot` is a slot of the tree.
#[inline]
pub(crate) unsafe fn remove<K, V, S: Shape<K>>(
    slot: Slot<K, V, S>,
    path: &mut Path,
) -> Removed<K, V> {
    let (replaced, geometry) = (slot.level > 0, slot.node.geometry());
    let (left, pair) = if replaced {
        // SAFETY: passed on; the slot is filled again at once.
        let leaf = unsafe { prepare(slot.erased(), path) };
        // SAFETY: N1; as above.
        let pair = unsafe { take_pair(slot.node, slot.level, slot.index) };
        // SAFETY: that leaf, and the slot just emptied.
        unsafe { lend(leaf, slot.erased()) };
        (leaf.len(), pair)
    } else {
        path.set(0, slot.index);
        // SAFETY: a slot of a leaf, by the caller's promise.
        let pair = unsafe { remove_pair(slot.node, slot.index) };
        (slot.node.len(), pair)
    };
    Removed { pair, replaced, falls_short: geometry.falls_short(left) }
}

/// Gets ready to put the pair before `slot`, which is in an internal node, in its place: answers
/// the leaf whose last slot has it, to which `path` then leads.
///
/// # Safety
///
/// `slot` is a slot of an internal node, and `path` leads to it.
unsafe fn prepare(slot: ErasedSlot, path: &mut Path) -> ErasedNode {
    path.set(slot.level, slot.index);
    // SAFETY: N2, the edge before a slot.
    let child = unsafe { slot.node.child(slot.index) };
    let leaf = path.descend_last(child, slot.level - 1);
    let last = leaf.len() - 1;
    path.set(0, last);
    // SAFETY: the last key of a leaf, which has one (T2), in place of that slot.
    unsafe { fit_at(slot.node, slot.index, slot.index + 1, leaf.key(last)) };
    leaf
}

/// Moves the last pair of a leaf to `slot`.
///
/// # Safety
///
/// [`prepare`] answered the leaf, and the pair in `slot` was moved out.
unsafe fn lend(leaf: ErasedNode, slot: ErasedSlot) {
    let to = (Slots::of(slot.node, slot.level), slot.index);
    // SAFETY: one slot, in different nodes.
    unsafe { Slots::of(leaf, 0).transfer_one(leaf.len() - 1, to) };
    leaf.shrink_by_one();
}
