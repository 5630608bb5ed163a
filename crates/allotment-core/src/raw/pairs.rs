//! Putting a pair in and taking one out, within a node: what most edits come down to.
//!
//! Takes for granted N0, N1, N3. Does not care about order or fill. Nothing here allocates or
//! panics, and no user code runs but what C1 allows: every function is part of some commit.

use crate::raw::heads::{fit_at, read_head};
use crate::raw::node::Node;
use crate::raw::shape::Shape;
use crate::raw::shift::{down_by_one, up_by_one};

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
    if leaf.has_heads() {
        // SAFETY: a key, and `at <= len`.
        unsafe { fit_at(leaf.erased(), at, at, (&raw const key).cast()) };
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
    if leaf.has_heads() {
        // SAFETY: the slot was filled just now.
        unsafe { read_head(leaf, at) };
    }
    leaf.set_len(len + 1);
    leaf.note_insertion(at);
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
// Inlined, its chunks leave the registers (decision 0008).
#[inline(never)]
pub(super) unsafe fn remove_pair<K, V, S: Shape<K>>(leaf: Node<K, V, S>, at: usize) -> (K, V) {
    let len = leaf.len();
    debug_assert!(at < len);
    // SAFETY: N1; the gap is closed at once.
    let pair = unsafe { take_pair(leaf, 0, at) };
    if leaf.has_heads() {
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
