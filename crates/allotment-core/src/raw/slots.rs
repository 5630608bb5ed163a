//! Moving pairs and edges within a node and between two: the only file that copies columns.
//!
//! ```text
//! insert     a b d e .   ->  a b C d e          remove    a b c d e  ->  a b d e .
//! split      a b c d e   ->  a b | (c) | d e    merge     a b | c | d  ->  a b c d
//! rotate     a b c d | e | f .   ->  a b | c | d e f
//! ```
//!
//! Takes for granted N0 to N3. Does not care about order or fill. Nothing here allocates or panics,
//! and no user code runs but what C1 allows: every function is part of some commit.

use core::ptr;

use crate::raw::heads::{fit, fit_at, note_more, read_heads, sharpen};
use crate::raw::node::Node;
use crate::raw::shape::Shape;
use crate::raw::shift::{down_by_one, up_by_one};

/// Moves `count` slots of one node from index `from` to index `to`; the runs may overlap.
///
/// # Safety
///
/// The node stands on `level`, and both runs lie within its capacity.
pub(super) unsafe fn shift_slots<K, V, S: Shape<K>>(
    node: Node<K, V, S>,
    level: usize,
    from: usize,
    to: usize,
    count: usize,
) {
    debug_assert!(from.max(to) + count <= node.slots());
    let (keys, values) = (node.keys(), node.values(level));
    if Node::<K, V, S>::has_heads() {
        let heads = node.heads();
        // SAFETY: both runs lie in the column of heads, by the caller's promise.
        unsafe { ptr::copy(heads.wrapping_add(from), heads.wrapping_add(to), count) };
    }
    // SAFETY: both runs lie in the key column, by the caller's promise.
    unsafe { ptr::copy(keys.wrapping_add(from), keys.wrapping_add(to), count) };
    // SAFETY: both runs lie in the value column of this level.
    unsafe { ptr::copy(values.wrapping_add(from), values.wrapping_add(to), count) };
}

/// Moves `count` edges of one node from index `from` to index `to`; the runs may overlap.
///
/// # Safety
///
/// The node is internal, and both runs lie within its edges, one more than it has slots.
pub(super) unsafe fn shift_edges<K, V, S: Shape<K>>(
    node: Node<K, V, S>,
    from: usize,
    to: usize,
    count: usize,
) {
    debug_assert!(from.max(to) + count <= node.slots() + 1);
    let children = node.children();
    // SAFETY: both runs lie in the child column, by the caller's promise.
    unsafe { ptr::copy(children.wrapping_add(from), children.wrapping_add(to), count) };
    if S::HAS_TOTALS {
        let totals = node.totals();
        // SAFETY: and so they do in the column of totals.
        unsafe { ptr::copy(totals.wrapping_add(from), totals.wrapping_add(to), count) };
    }
}

/// A run of slots: the node, its level, and the index where the run begins.
pub(super) type Run<K, V, S> = (Node<K, V, S>, usize, usize);

/// Moves `count` slots from one node to another, which does not skip more than it may.
///
/// # Safety
///
/// The nodes differ, stand on the levels given, and both runs lie within capacity; the slots of the
/// source are initialised.
pub(super) unsafe fn transfer_slots<K, V, S: Shape<K>>(
    (source, source_level, from): Run<K, V, S>,
    (target, target_level, to): Run<K, V, S>,
    count: usize,
) {
    debug_assert!(source != target);
    debug_assert!(from + count <= source.slots() && to + count <= target.slots());
    let (keys, new_keys) = (source.keys().wrapping_add(from), target.keys().wrapping_add(to));
    // SAFETY: both runs lie in key columns of different nodes.
    unsafe { ptr::copy_nonoverlapping(keys, new_keys, count) };
    let values = source.values(source_level).wrapping_add(from);
    let new_values = target.values(target_level).wrapping_add(to);
    // SAFETY: both runs lie in value columns of different nodes.
    unsafe { ptr::copy_nonoverlapping(values, new_values, count) };
    if !Node::<K, V, S>::has_heads() {
        return;
    }
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

/// Moves `count` edges from one node to another.
///
/// # Safety
///
/// The nodes differ and are internal, and both runs lie within their edges.
pub(super) unsafe fn transfer_edges<K, V, S: Shape<K>>(
    (source, from): (Node<K, V, S>, usize),
    (target, to): (Node<K, V, S>, usize),
    count: usize,
) {
    debug_assert!(source != target);
    debug_assert!(from + count <= source.slots() + 1 && to + count <= target.slots() + 1);
    let (children, new_children) = (source.children(), target.children());
    let (children, new_children) = (children.wrapping_add(from), new_children.wrapping_add(to));
    // SAFETY: both runs lie in child columns of different nodes.
    unsafe { ptr::copy_nonoverlapping(children, new_children, count) };
    if S::HAS_TOTALS {
        let (totals, new) = (source.totals().wrapping_add(from), target.totals().wrapping_add(to));
        // SAFETY: both runs lie in columns of totals of different nodes.
        unsafe { ptr::copy_nonoverlapping(totals, new, count) };
    }
}

/// Puts a pair in at slot `at` of a leaf.
///
/// # Safety
///
/// The node is a leaf that is not full, and `at <= len`.
#[inline]
pub(super) unsafe fn insert_pair<K, V, S: Shape<K>>(
    leaf: Node<K, V, S>,
    at: usize,
    key: K,
    value: V,
) {
    let len = leaf.len();
    debug_assert!(at <= len && len < leaf.slots());
    let (own_key, own_value) = (leaf.keys().wrapping_add(at), leaf.values(0).wrapping_add(at));
    if Node::<K, V, S>::has_heads() {
        // SAFETY: a key, and `at <= len`.
        unsafe { fit_at(leaf, at, at, &raw const key) };
        // SAFETY: `len < CAPACITY`, so the run behind `at` may move up by one.
        unsafe { up_by_one(leaf.heads().wrapping_add(at), len - at) };
    }
    // SAFETY: `len < CAPACITY`, so the run behind `at` may move up by one.
    unsafe { up_by_one(own_key, len - at) };
    // SAFETY: as for the keys.
    unsafe { up_by_one(own_value, len - at) };
    // SAFETY: slot `at` is within capacity and owns nothing now.
    unsafe { own_key.write(key) };
    // SAFETY: as for the key.
    unsafe { own_value.write(value) };
    // SAFETY: the slot was filled just now.
    unsafe { read_heads(leaf, at, 1) };
    leaf.set_len(len + 1);
    leaf.note_insertion(at);
}

/// Puts the pair that waits in slot `from` in at slot `at` of an internal node, with `right` as the
/// child behind it.
///
/// # Safety
///
/// The node stands on `level`, is internal and not full, and `at <= len`. The pair in `from` is
/// initialised, lies in another node, and counts as moved out from here on.
pub(super) unsafe fn insert_carry<K, V, S: Shape<K>>(
    (node, level, at): Run<K, V, S>,
    from: Run<K, V, S>,
    right: Node<K, V, S>,
) {
    let len = node.len();
    debug_assert!(level > 0 && at <= len && len < node.slots());
    let (waiting, _, last) = from;
    // SAFETY: the pair that waits is initialised, and `at <= len`.
    unsafe { fit_at(node, at, at, waiting.keys().wrapping_add(last)) };
    // SAFETY: there is a slot behind the last one, so the run may move up by one.
    unsafe { shift_slots(node, level, at, at + 1, len - at) };
    // SAFETY: one slot each, in different nodes.
    unsafe { transfer_slots(from, (node, level, at), 1) };
    // The node where it waited may have come to skip more since its head was made.
    // SAFETY: the slot was filled just now.
    unsafe { read_heads(node, at, 1) };
    waiting.pad_slot(last);
    // SAFETY: and so may the edges behind `at`.
    unsafe { shift_edges(node, at + 1, at + 2, len - at) };
    // SAFETY: `at + 1 <= len + 1`, which is at most the number of slots.
    unsafe { node.set_child(at + 1, right) };
    node.set_len(len + 1);
    node.note_insertion(at);
    if (len + 1).is_power_of_two() {
        // Now and then, since a root may grow for long without a split.
        // SAFETY: the slots of a node of the tree have keys.
        unsafe { note_more(node) };
    }
}

/// Reads the pair out of slot `at`, which then owns nothing.
///
/// # Safety
///
/// The node stands on `level` and `at < len`; the caller sees to it that nobody reads the slot
/// again.
#[inline]
pub(super) unsafe fn take_pair<K, V, S: Shape<K>>(
    node: Node<K, V, S>,
    level: usize,
    at: usize,
) -> (K, V) {
    debug_assert!(at < node.slots());
    // SAFETY: N1, and the caller gives up the slot.
    let key = unsafe { node.keys().wrapping_add(at).read() };
    // SAFETY: as for the key.
    let value = unsafe { node.values(level).wrapping_add(at).read() };
    (key, value)
}

/// Removes the pair in slot `at` of a leaf.
///
/// # Safety
///
/// The node is a leaf and `at < len`.
#[inline]
pub(super) unsafe fn remove_pair<K, V, S: Shape<K>>(leaf: Node<K, V, S>, at: usize) -> (K, V) {
    let len = leaf.len();
    debug_assert!(at < len);
    // SAFETY: N1; the gap is closed at once.
    let pair = unsafe { take_pair(leaf, 0, at) };
    if Node::<K, V, S>::has_heads() {
        // SAFETY: the slots behind `at` move down by one.
        unsafe { down_by_one(leaf.heads().wrapping_add(at), len - at - 1) };
    }
    // SAFETY: the slots behind `at` move down by one.
    unsafe { down_by_one(leaf.keys().wrapping_add(at), len - at - 1) };
    // SAFETY: as for the keys.
    unsafe { down_by_one(leaf.values(0).wrapping_add(at), len - at - 1) };
    leaf.shrink_by_one();
    pair
}

/// The first key of a node; `otherwise` if it has none.
fn first_key<K, V, S: Shape<K>>(node: Node<K, V, S>, otherwise: *const K) -> *const K {
    if node.len() > 0 { node.keys() } else { otherwise }
}

/// The last key of a node; `otherwise` if it has none.
fn last_key<K, V, S: Shape<K>>(node: Node<K, V, S>, otherwise: *const K) -> *const K {
    if node.len() > 0 { node.keys().wrapping_add(node.len() - 1) } else { otherwise }
}

/// Splits a full node at slot `pivot`: what lies behind it goes to `right`, a new node of the same
/// level. The pivot itself waits in the last slot of `node`, owned by neither node, until
/// `insert_carry` fetches it.
///
/// # Safety
///
/// Both nodes stand on `level`; `node` is full and `right` empty. The pair that waits must be
/// fetched before anything is written to the last slot of `node`.
pub(super) unsafe fn split<K, V, S: Shape<K>>(
    node: Node<K, V, S>,
    right: Node<K, V, S>,
    level: usize,
    pivot: usize,
) {
    let last = Node::<K, V, S>::capacity() - 1;
    debug_assert!(node.len() == last + 1 && right.len() == 0 && pivot <= last);
    let count = last - pivot;
    right.set_skipped(node.skipped());
    // SAFETY: the run behind the pivot fits an empty node.
    unsafe { transfer_slots((node, level, pivot + 1), (right, level, 0), count) };
    if level > 0 {
        // SAFETY: it has one edge more than slots.
        unsafe { transfer_edges((node, pivot + 1), (right, 0), count + 1) };
    }
    // SAFETY: one slot, within capacity; the last one has been moved out if it is not the pivot.
    unsafe { shift_slots(node, level, pivot, last, 1) };
    node.set_len(pivot);
    node.pad(pivot, last);
    right.set_len(count);
    let waiting = node.keys().wrapping_add(last);
    // SAFETY: the left part is what lies before the pivot, which waits there.
    unsafe { sharpen(node, node.keys(), waiting) };
    // SAFETY: and the right part what lies behind it; without slots, its keys are not looked at.
    unsafe { sharpen(right, waiting, right.keys().wrapping_add(count.saturating_sub(1))) };
}

/// Merges the children around slot `at` of `parent`, and that slot, into the left child; returns
/// the right child, which is out of the tree and owns nothing.
///
/// # Safety
///
/// `parent` stands on `level`, `at < len`, and the two children and the slot fit one node.
pub(super) unsafe fn merge<K, V, S: Shape<K>>(
    parent: Node<K, V, S>,
    level: usize,
    at: usize,
) -> Node<K, V, S> {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (len, left_len, right_len) = (parent.len(), left.len(), right.len());
    debug_assert!(left_len + 1 + right_len <= Node::<K, V, S>::capacity());
    let below = level - 1;
    let between = parent.keys().wrapping_add(at);
    // SAFETY: what the two have, and the slot between them.
    unsafe { fit(left, first_key(left, between), last_key(right, between)) };
    // SAFETY: one slot; the left child has room.
    unsafe { transfer_slots((parent, level, at), (left, below, left_len), 1) };
    // SAFETY: the left child has room for all of the right one.
    unsafe { transfer_slots((right, below, 0), (left, below, left_len + 1), right_len) };
    if below > 0 {
        // SAFETY: one edge more than slots on both sides.
        unsafe { transfer_edges((right, 0), (left, left_len + 1), right_len + 1) };
    }
    // SAFETY: the slots behind `at` move down by one.
    unsafe { shift_slots(parent, level, at + 1, at, len - at - 1) };
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
pub(super) unsafe fn rotate_left<K, V, S: Shape<K>>(
    parent: Node<K, V, S>,
    level: usize,
    at: usize,
    count: usize,
) {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (left_len, rest, below) = (left.len(), right.len() - count, level - 1);
    debug_assert!(count >= 1 && left_len + count <= Node::<K, V, S>::capacity());
    let (between, rising) = (parent.keys().wrapping_add(at), right.keys().wrapping_add(count - 1));
    let highest = if count > 1 { rising.wrapping_sub(1) } else { between };
    // SAFETY: what the left child has, and what comes.
    unsafe { fit(left, first_key(left, between), highest) };
    // SAFETY: a slot of the right child, in place of slot `at`.
    unsafe { fit_at(parent, at, at + 1, rising) };
    // SAFETY: one slot; the left child has room.
    unsafe { transfer_slots((parent, level, at), (left, below, left_len), 1) };
    // SAFETY: the right child has `count` slots, the left one room for them.
    unsafe { transfer_slots((right, below, 0), (left, below, left_len + 1), count - 1) };
    // SAFETY: the slot in the parent was moved out above.
    unsafe { transfer_slots((right, below, count - 1), (parent, level, at), 1) };
    // SAFETY: the slots behind the moved ones close up.
    unsafe { shift_slots(right, below, count, 0, rest) };
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
pub(super) unsafe fn rotate_right<K, V, S: Shape<K>>(
    parent: Node<K, V, S>,
    level: usize,
    at: usize,
    count: usize,
) {
    // SAFETY: N2, `at < len`.
    let left = unsafe { parent.child(at) };
    // SAFETY: N2, `at + 1 <= len`.
    let right = unsafe { parent.child(at + 1) };
    let (rest, right_len, below) = (left.len() - count, right.len(), level - 1);
    debug_assert!(count >= 1 && right_len + count <= Node::<K, V, S>::capacity());
    let (between, rising) = (parent.keys().wrapping_add(at), left.keys().wrapping_add(rest));
    let lowest = if count > 1 { rising.wrapping_add(1) } else { between };
    // SAFETY: what comes, and what the right child has.
    unsafe { fit(right, lowest, last_key(right, between)) };
    // SAFETY: a slot of the left child, in place of slot `at`.
    unsafe { fit_at(parent, at, at + 1, rising) };
    // SAFETY: the right child has room.
    unsafe { shift_slots(right, below, 0, count, right_len) };
    // SAFETY: one slot, into the gap.
    unsafe { transfer_slots((parent, level, at), (right, below, count - 1), 1) };
    // SAFETY: the left child has `count` slots; the gap takes all but the one below.
    unsafe { transfer_slots((left, below, rest + 1), (right, below, 0), count - 1) };
    // SAFETY: the slot in the parent was moved out above.
    unsafe { transfer_slots((left, below, rest), (parent, level, at), 1) };
    if below > 0 {
        // SAFETY: the right child has room for the edges too.
        unsafe { shift_edges(right, 0, count, right_len + 1) };
        // SAFETY: an edge for each slot that came.
        unsafe { transfer_edges((left, rest + 1), (right, 0), count) };
    }
    left.shrink(rest);
    right.set_len(right_len + count);
}
