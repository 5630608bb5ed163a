//! Moving runs of pairs and of edges within a node and between two.
//!
//! ```text
//! split      a b c d e   ->  a b | (c) | d e    merge     a b | c | d  ->  a b c d
//! rotate     a b c d | e | f .   ->  a b | c | d e f
//! ```
//!
//! Takes for granted N0 to N3. Does not care about order or fill. Nothing here allocates or panics,
//! and no user code runs but what C1 allows: every function is part of some commit.

use core::ptr;

use crate::raw::heads::{fit, fit_at, note_more, read_heads, sharpen};
use crate::raw::node::{ErasedNode, NodeOf};
use crate::raw::shift::copy_slot;
use crate::raw::types::Types;

/// The slots of a node whose level is known: where its columns begin.
#[derive(Clone, Copy)]
pub(super) struct Slots<T: Copy> {
    node: NodeOf<T>,
    keys: *mut u8,
    values: *mut u8,
}

impl<T: Types> Slots<T> {
    /// Those of a node that stands on `level`.
    #[inline]
    pub(super) fn of(node: NodeOf<T>, level: usize) -> Self {
        Self { node, keys: node.key_column(), values: node.value_column(level) }
    }

    #[inline]
    fn key(self, slot: usize) -> *mut u8 {
        self.keys.wrapping_add(slot * self.node.geometry().key.size())
    }

    #[inline]
    fn value(self, slot: usize) -> *mut u8 {
        self.values.wrapping_add(slot * self.node.geometry().value.size())
    }

    /// Moves `count` slots from index `from` to index `to`; the runs may overlap.
    ///
    /// # Safety
    ///
    /// Both runs lie within the capacity of the node.
    #[inline]
    pub(super) unsafe fn shift(self, from: usize, to: usize, count: usize) {
        debug_assert!(from.max(to) + count <= self.node.slots());
        if count == 0 {
            return;
        }
        let geometry = self.node.geometry();
        if self.node.has_heads() {
            let heads = self.node.heads();
            // SAFETY: both runs lie in the column of heads, by the caller's promise.
            unsafe { ptr::copy(heads.wrapping_add(from), heads.wrapping_add(to), count) };
        }
        // SAFETY: both runs lie in the key column, by the caller's promise.
        unsafe { ptr::copy(self.key(from), self.key(to), count * geometry.key.size()) };
        // SAFETY: both runs lie in the value column of this level.
        unsafe { ptr::copy(self.value(from), self.value(to), count * geometry.value.size()) };
    }

    /// Moves `count` slots from index `from` to index `to` of another node, which does not skip
    /// more than it may.
    ///
    /// # Safety
    ///
    /// The nodes differ, and both runs lie within capacity; the slots of this one are initialised.
    #[inline]
    pub(super) unsafe fn transfer(self, from: usize, (target, to): Run<T>, count: usize) {
        debug_assert!(self.node != target.node);
        debug_assert!(from + count <= self.node.slots() && to + count <= target.node.slots());
        if count == 0 {
            return;
        }
        let geometry = self.node.geometry();
        let keys = count * geometry.key.size();
        // SAFETY: both runs lie in key columns of different nodes.
        unsafe { ptr::copy_nonoverlapping(self.key(from), target.key(to), keys) };
        let values = count * geometry.value.size();
        // SAFETY: both runs lie in value columns of different nodes.
        unsafe { ptr::copy_nonoverlapping(self.value(from), target.value(to), values) };
        if self.node.has_heads() {
            // SAFETY: those slots were filled just now.
            unsafe {
                transfer_heads((self.node.erased(), from), (target.node.erased(), to), count)
            };
        }
    }

    /// [`transfer`](Self::transfer) of a single slot.
    ///
    /// # Safety
    ///
    /// As for `transfer`.
    #[inline]
    pub(super) unsafe fn transfer_one(self, from: usize, (target, to): Run<T>) {
        debug_assert!(self.node != target.node);
        debug_assert!(from < self.node.slots() && to < target.node.slots());
        let geometry = self.node.geometry();
        // SAFETY: slots of key columns of different nodes.
        unsafe { copy_slot(self.key(from), target.key(to), geometry.key.size()) };
        // SAFETY: slots of value columns of different nodes.
        unsafe { copy_slot(self.value(from), target.value(to), geometry.value.size()) };
        if self.node.has_heads() {
            // SAFETY: the slot was filled just now.
            unsafe { transfer_heads((self.node.erased(), from), (target.node.erased(), to), 1) };
        }
    }
}

/// A run of slots: those of a node, and the index where the run begins.
pub(super) type Run<T> = (Slots<T>, usize);

/// Copies the heads of slots that were transferred, or makes them anew.
///
/// # Safety
///
/// The nodes differ and have heads, and the slots of the target have keys.
unsafe fn transfer_heads(
    (source, from): (ErasedNode, usize),
    (target, to): (ErasedNode, usize),
    count: usize,
) {
    if source.skipped() == target.skipped() {
        let (heads, new_heads) =
            (source.heads().wrapping_add(from), target.heads().wrapping_add(to));
        // SAFETY: both runs lie in columns of heads of different nodes.
        unsafe { ptr::copy_nonoverlapping(heads, new_heads, count) };
    } else {
        // SAFETY: those slots were filled just now.
        unsafe { read_heads(target, to, count) };
    }
}

/// Moves `count` edges of one node from index `from` to index `to`; the runs may overlap.
///
/// # Safety
///
/// The node is internal, and both runs lie within its edges, one more than it has slots.
pub(super) unsafe fn shift_edges<T: Types>(node: NodeOf<T>, from: usize, to: usize, count: usize) {
    debug_assert!(from.max(to) + count <= node.slots() + 1);
    if count == 0 {
        return;
    }
    let children = node.children();
    // SAFETY: both runs lie in the child column, by the caller's promise.
    unsafe { ptr::copy(children.wrapping_add(from), children.wrapping_add(to), count) };
    if node.geometry().has_totals {
        let totals = node.totals();
        // SAFETY: and so they do in the column of totals.
        unsafe { ptr::copy(totals.wrapping_add(from), totals.wrapping_add(to), count) };
    }
}

/// Moves `count` edges from one node to another.
///
/// # Safety
///
/// The nodes differ and are internal, and both runs lie within their edges.
pub(super) unsafe fn transfer_edges<T: Types>(
    (source, from): (NodeOf<T>, usize),
    (target, to): (NodeOf<T>, usize),
    count: usize,
) {
    debug_assert!(source != target);
    debug_assert!(from + count <= source.slots() + 1 && to + count <= target.slots() + 1);
    if count == 0 {
        return;
    }
    let (children, new_children) = (source.children(), target.children());
    let (children, new_children) = (children.wrapping_add(from), new_children.wrapping_add(to));
    // SAFETY: both runs lie in child columns of different nodes.
    unsafe { ptr::copy_nonoverlapping(children, new_children, count) };
    if source.geometry().has_totals {
        let (totals, new) = (source.totals().wrapping_add(from), target.totals().wrapping_add(to));
        // SAFETY: both runs lie in columns of totals of different nodes.
        unsafe { ptr::copy_nonoverlapping(totals, new, count) };
    }
}

/// Puts the pair that waits in slot `last` of another node in at slot `at` of an internal one, with
/// `right` as the child behind it.
///
/// # Safety
///
/// The node is internal and not full, and `at <= len`. The pair that waits is initialised, lies in
/// another node, and counts as moved out from here on.
pub(super) unsafe fn insert_carry<T: Types>(
    (slots, at): Run<T>,
    (waiting, last): Run<T>,
    right: NodeOf<T>,
) {
    let node = slots.node;
    let len = node.len();
    debug_assert!(at <= len && len < node.slots());
    // SAFETY: the pair that waits is initialised, and `at <= len`.
    unsafe { fit_at(node.erased(), at, at, waiting.key(last)) };
    // SAFETY: there is a slot behind the last one, so the run may move up by one.
    unsafe { slots.shift(at, at + 1, len - at) };
    // SAFETY: one slot each, in different nodes.
    unsafe { waiting.transfer_one(last, (slots, at)) };
    // The node where it waited may have come to skip more since its head was made.
    // SAFETY: the slot was filled just now.
    unsafe { read_heads(node.erased(), at, 1) };
    waiting.node.pad_slot(last);
    // SAFETY: and so may the edges behind `at`.
    unsafe { shift_edges(node, at + 1, at + 2, len - at) };
    // SAFETY: `at + 1 <= len + 1`, which is at most the number of slots.
    unsafe { node.set_child(at + 1, right) };
    node.set_len(len + 1);
    node.note_insertion(at);
    if (len + 1).is_power_of_two() {
        // Now and then, since a root may grow for long without a split.
        // SAFETY: the slots of a node of the tree have keys.
        unsafe { note_more(node.erased()) };
    }
}

/// The first key of a node; `otherwise` if it has none.
fn first_key<T: Types>(node: NodeOf<T>, otherwise: *const u8) -> *const u8 {
    if node.len() > 0 { node.key(0) } else { otherwise }
}

/// The last key of a node; `otherwise` if it has none.
fn last_key<T: Types>(node: NodeOf<T>, otherwise: *const u8) -> *const u8 {
    if node.len() > 0 { node.key(node.len() - 1) } else { otherwise }
}

/// Splits a full node at slot `pivot`: what lies behind it goes to `right`, a new node of the same
/// level. The pivot itself waits in the last slot of `node`, owned by neither node, until
/// `insert_carry` fetches it.
///
/// # Safety
///
/// Both nodes stand on `level`; `node` is full and `right` empty. The pair that waits must be
/// fetched before anything is written to the last slot of `node`.
pub(super) unsafe fn split<T: Types>(
    node: NodeOf<T>,
    right: NodeOf<T>,
    level: usize,
    pivot: usize,
) {
    let (slots, last) = (Slots::of(node, level), node.capacity() - 1);
    debug_assert!(node.len() == last + 1 && right.len() == 0 && pivot <= last);
    let count = last - pivot;
    right.set_skipped(node.skipped());
    // SAFETY: the run behind the pivot fits an empty node.
    unsafe { slots.transfer(pivot + 1, (Slots::of(right, level), 0), count) };
    if level > 0 {
        // SAFETY: it has one edge more than slots.
        unsafe { transfer_edges((node, pivot + 1), (right, 0), count + 1) };
    }
    // SAFETY: one slot, within capacity; the last one has been moved out if it is not the pivot.
    unsafe { slots.shift(pivot, last, usize::from(pivot != last)) };
    node.set_len(pivot);
    node.pad(pivot, last);
    right.set_len(count);
    let waiting = node.key(last);
    // SAFETY: the left part is what lies before the pivot, which waits there.
    unsafe { sharpen(node.erased(), node.key(0), waiting) };
    // SAFETY: and the right part what lies behind it; without slots, its keys are not looked at.
    unsafe { sharpen(right.erased(), waiting, right.key(count.saturating_sub(1))) };
}

/// Merges the children around slot `at` of `parent`, and that slot, into the left child; returns
/// the right child, which is out of the tree and owns nothing.
///
/// # Safety
///
/// `parent` stands on `level`, `at < len`, and the two children and the slot fit one node.
pub(super) unsafe fn merge<T: Types>(parent: NodeOf<T>, level: usize, at: usize) -> NodeOf<T> {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (len, left_len, right_len) = (parent.len(), left.len(), right.len());
    let (left_slots, right_slots) = (Slots::of(left, level - 1), Slots::of(right, level - 1));
    let above = Slots::of(parent, level);
    debug_assert!(left_len + 1 + right_len <= parent.capacity());
    let below = level - 1;
    let between = parent.key(at);
    // SAFETY: what the two have, and the slot between them.
    unsafe { fit(left.erased(), first_key(left, between), last_key(right, between)) };
    // SAFETY: one slot; the left child has room.
    unsafe { above.transfer_one(at, (left_slots, left_len)) };
    // SAFETY: the left child has room for all of the right one.
    unsafe { right_slots.transfer(0, (left_slots, left_len + 1), right_len) };
    if below > 0 {
        // SAFETY: one edge more than slots on both sides.
        unsafe { transfer_edges((right, 0), (left, left_len + 1), right_len + 1) };
    }
    // SAFETY: the slots behind `at` move down by one.
    unsafe { above.shift(at + 1, at, len - at - 1) };
    // SAFETY: and the edges behind `at + 1` with them.
    unsafe { shift_edges(parent, at + 2, at + 1, len - at - 1) };
    parent.shrink_by_one();
    left.set_len(left_len + 1 + right_len);
    right
}

/// Moves `count` slots from the right child of slot `at` to the left one, through that slot.
///
/// # Safety
///
/// `parent` stands on `level`, `at < len`; the right child has at least `count` slots and the left
/// one room for as many; `count >= 1`.
pub(super) unsafe fn rotate_left<T: Types>(
    parent: NodeOf<T>,
    level: usize,
    at: usize,
    count: usize,
) {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (left_len, rest, below) = (left.len(), right.len() - count, level - 1);
    let (left_slots, right_slots) = (Slots::of(left, below), Slots::of(right, below));
    let above = Slots::of(parent, level);
    debug_assert!(count >= 1 && left_len + count <= parent.capacity());
    let (between, rising) = (parent.key(at), right.key(count - 1));
    let highest = if count > 1 { right.key(count - 2) } else { between };
    // SAFETY: what the left child has, and what comes.
    unsafe { fit(left.erased(), first_key(left, between), highest) };
    // SAFETY: a slot of the right child, in place of slot `at`.
    unsafe { fit_at(parent.erased(), at, at + 1, rising) };
    // SAFETY: one slot; the left child has room.
    unsafe { above.transfer_one(at, (left_slots, left_len)) };
    // SAFETY: the right child has `count` slots, the left one room for them.
    unsafe { right_slots.transfer(0, (left_slots, left_len + 1), count - 1) };
    // SAFETY: the slot in the parent was moved out above.
    unsafe { right_slots.transfer_one(count - 1, (above, at)) };
    // SAFETY: the slots behind the moved ones close up.
    unsafe { right_slots.shift(count, 0, rest) };
    if below > 0 {
        // SAFETY: an edge for each slot that came.
        unsafe { transfer_edges((right, 0), (left, left_len + 1), count) };
        // SAFETY: and the others close up.
        unsafe { shift_edges(right, count, 0, rest + 1) };
    }
    left.set_len(left_len + count);
    right.shrink(rest);
}

/// Moves `count` slots from the left child of slot `at` to the right one, through that slot.
///
/// # Safety
///
/// `parent` stands on `level`, `at < len`; the left child has at least `count` slots and the right
/// one room for as many; `count >= 1`.
pub(super) unsafe fn rotate_right<T: Types>(
    parent: NodeOf<T>,
    level: usize,
    at: usize,
    count: usize,
) {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (rest, right_len, below) = (left.len() - count, right.len(), level - 1);
    let (left_slots, right_slots) = (Slots::of(left, below), Slots::of(right, below));
    let above = Slots::of(parent, level);
    debug_assert!(count >= 1 && right_len + count <= parent.capacity());
    let (between, rising) = (parent.key(at), left.key(rest));
    let lowest = if count > 1 { left.key(rest + 1) } else { between };
    // SAFETY: what comes, and what the right child has.
    unsafe { fit(right.erased(), lowest, last_key(right, between)) };
    // SAFETY: a slot of the left child, in place of slot `at`.
    unsafe { fit_at(parent.erased(), at, at + 1, rising) };
    // SAFETY: the right child has room.
    unsafe { right_slots.shift(0, count, right_len) };
    // SAFETY: one slot, into the gap.
    unsafe { above.transfer_one(at, (right_slots, count - 1)) };
    // SAFETY: the left child has `count` slots; the gap takes all but the one below.
    unsafe { left_slots.transfer(rest + 1, (right_slots, 0), count - 1) };
    // SAFETY: the slot in the parent was moved out above.
    unsafe { left_slots.transfer_one(rest, (above, at)) };
    if below > 0 {
        // SAFETY: the right child has room for the edges too.
        unsafe { shift_edges(right, 0, count, right_len + 1) };
        // SAFETY: an edge for each slot that came.
        unsafe { transfer_edges((left, rest + 1), (right, 0), count) };
    }
    left.shrink(rest);
    right.set_len(right_len + count);
}
