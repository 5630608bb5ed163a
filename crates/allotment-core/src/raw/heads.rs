//! Keeping the heads of a node.
//!
//! ```text
//! keys                              skipped        heads
//! example.org/about                 example.org/   about
//! example.org/archive/2024                         archive/
//! example.org/archive/2025                         archive/
//! ```
//!
//! All keys of a node begin with the bytes that it skips, and each head is what follows them (N5).
//! A key that comes in at an end of a node may not, and then the node skips less: the heads that
//! follow are made of what was skipped, and no key is looked at but one. A node may come to have
//! keys with much more in common, by a split above all; then it skips more, and all its keys are
//! read once.
//!
//! Takes for granted N1, N5. Were the order of keys not what it should be, only answers would be
//! wrong.

use core::mem::forget;

use crate::raw::bytes::{alike, head_of, shared};
use crate::raw::node::{ErasedNode, NodeOf};
use crate::raw::types::{Erased, Types};

/// Bytes that all heads of a node may begin with alike before it pays to skip them.
const ALIKE_MAX: usize = 4;

/// The bytes of a key, asked for in the midst of a commit: there is no way back from a panic.
///
/// # Safety
///
/// The key is initialised, is not in two places, and lasts for `'a`.
#[inline]
unsafe fn bytes<'a>(geometry: Erased, key: *const u8) -> &'a [u8] {
    struct Abort;

    impl Drop for Abort {
        fn drop(&mut self) {
            panic!("`ByteKey::bytes` panicked while a map was being changed"); // the second ends it
        }
    }

    let abort = Abort;
    // SAFETY: passed on.
    let bytes = unsafe { (geometry.bytes)(key) };
    forget(abort);
    // SAFETY: they last as long as the key.
    unsafe { &*bytes }
}

/// Makes a node that has heads skip no more than it may if its keys are to lie between `lowest` and
/// `highest`, those included.
///
/// # Safety
///
/// Both keys are initialised.
#[inline]
pub(super) unsafe fn fit(node: ErasedNode, lowest: *const u8, highest: *const u8) {
    if !node.has_heads() || node.skipped() == 0 {
        return;
    }
    // SAFETY: passed on.
    let common = unsafe { common(node, lowest, highest) };
    if common < node.skipped() {
        skip_less(node, common);
    }
}

/// [`fit`] for a key that is to come in at `slot`, in place of the one there or before it, as
/// `behind` says: where the first one behind it will be.
///
/// # Safety
///
/// The key is initialised; `slot <= behind` and `behind <= slot + 1`, and both are at most `len`.
#[inline]
pub(super) unsafe fn fit_at(node: ErasedNode, slot: usize, behind: usize, key: *const u8) {
    let len = node.len();
    let lowest = if slot == 0 { key } else { node.key(0) };
    let highest = if behind == len { key } else { node.key(len - 1) };
    if lowest == key || highest == key {
        // SAFETY: that key, or keys of the node.
        unsafe { fit(node, lowest, highest) };
    }
}

/// Bytes that two keys begin with alike.
///
/// # Safety
///
/// Both are initialised.
unsafe fn common(node: ErasedNode, a: *const u8, b: *const u8) -> usize {
    let geometry = node.geometry();
    // SAFETY: passed on.
    shared(unsafe { bytes(geometry, a) }, unsafe { bytes(geometry, b) })
}

/// Makes a node skip fewer bytes of its keys.
#[cold]
fn skip_less(node: ErasedNode, skipped: usize) {
    let more = node.skipped() - skipped;
    node.set_skipped(skipped);
    let len = node.len();
    if len == 0 {
        return;
    }
    // SAFETY: a slot of the node.
    let first = unsafe { bytes(node.geometry(), node.key(0)) };
    // All heads begin with what was skipped, which is in any key.
    let lead = head_of(first, skipped);
    for slot in 0..len {
        let head = match more {
            1..8 => (lead & !(u64::MAX >> (8 * more))) | (node.head(slot) >> (8 * more)),
            _ => lead,
        };
        node.set_head(slot, head);
    }
}

/// Makes a node skip more if its heads begin alike. What comes in later is likely to lie between
/// `lowest` and `highest`, and to begin with what these share.
///
/// # Safety
///
/// If the node has two slots or more, all its keys are initialised and lie between `lowest` and
/// `highest`, which are so too.
#[inline]
pub(super) unsafe fn sharpen(node: ErasedNode, lowest: *const u8, highest: *const u8) {
    if node.has_heads() && node.len() >= 2 {
        // SAFETY: passed on.
        unsafe { skip_more(node, lowest, highest) };
    }
}

/// [`sharpen`] for a node that has heads, and two slots or more.
///
/// # Safety
///
/// As for `sharpen`.
unsafe fn skip_more(node: ErasedNode, lowest: *const u8, highest: *const u8) {
    let len = node.len();
    if alike(node.head(0), node.head(len - 1)) < ALIKE_MAX {
        return;
    }
    // SAFETY: passed on.
    let likely = unsafe { common(node, lowest, highest) };
    // SAFETY: two keys of the node.
    let own = unsafe { common(node, node.key(0), node.key(len - 1)) };
    let skipped = if own < likely + ALIKE_MAX { likely } else { own }.min(u16::MAX.into());
    if skipped >= node.skipped() + ALIKE_MAX {
        node.set_skipped(skipped);
        // SAFETY: all its slots.
        unsafe { read_heads(node, 0, len) };
    }
}

/// Makes heads for pairs that were put in behind the others, in the slots from `from` on.
///
/// # Safety
///
/// All slots of the node have keys.
#[inline]
pub(super) unsafe fn note_behind(node: ErasedNode, from: usize) {
    let count = node.len() - from;
    if count > 0 && node.has_heads() {
        // SAFETY: two keys of the node.
        unsafe { fit(node, node.key(0), node.key(node.len() - 1)) };
        // SAFETY: slots of the node.
        unsafe { read_heads(node, from, count) };
    }
}

/// [`sharpen`] for a node that has got more keys, and of which no more is known.
///
/// # Safety
///
/// All slots of the node have keys.
#[inline]
pub(super) unsafe fn note_more(node: ErasedNode) {
    // SAFETY: passed on; without slots, no key is looked at.
    unsafe { sharpen(node, node.key(0), node.key(node.len().saturating_sub(1))) };
}

/// Where to divide a node: at `middle`, unless its keys are byte strings. Then it is the slot
/// nearby whose key begins least like the one before, so that the halves have more to skip.
///
/// Takes for granted that the node is full; leaves `least` slots on either side.
pub(super) fn divide(node: ErasedNode, middle: usize, least: usize) -> usize {
    if !node.has_heads() {
        return middle;
    }
    let behind = node.len() - 1 - middle;
    let reach = (middle / 4).min(middle.min(behind).saturating_sub(least));
    let likeness = |slot: usize| alike(node.head(slot - 1), node.head(slot));
    let near = middle - reach..=middle + reach;
    near.min_by_key(|slot| (likeness(*slot), slot.abs_diff(middle))).unwrap_or(middle)
}

/// Reads `count` heads, from `slot` on, out of their keys.
///
/// # Safety
///
/// The slots have keys.
#[inline]
pub(super) unsafe fn read_heads(node: ErasedNode, slot: usize, count: usize) {
    if node.has_heads() {
        // SAFETY: passed on.
        unsafe { make_heads(node, slot, count) };
    }
}

/// [`read_heads`] for a node that has heads.
///
/// # Safety
///
/// As for `read_heads`.
unsafe fn make_heads(node: ErasedNode, slot: usize, count: usize) {
    for slot in slot..slot + count {
        // SAFETY: passed on.
        unsafe { read_head(node, slot) };
    }
}

/// Reads one head out of its key.
///
/// # Safety
///
/// The node has heads, and the slot a key.
#[inline]
pub(super) unsafe fn read_head<T: Types>(node: NodeOf<T>, slot: usize) {
    // SAFETY: passed on.
    let bytes = unsafe { bytes(node.geometry(), node.key(slot)) };
    node.set_head(slot, head_of(bytes, node.skipped()));
}

/// Makes the head of a key anew that may have been changed in its place, and makes the node skip no
/// more than it may.
///
/// # Safety
///
/// A slot of the node, which is borrowed for writing.
pub(crate) unsafe fn renew_head(node: ErasedNode, slot: usize) {
    let len = node.len();
    let is_outer = slot == 0 || slot + 1 == len;
    if node.has_heads() && node.skipped() > 0 && is_outer {
        // SAFETY: two keys of the node.
        let common = unsafe { common(node, node.key(0), node.key(len - 1)) };
        if common < node.skipped() {
            // All of them anew: `skip_less` asks the first key for what all of them began with.
            node.set_skipped(common);
            // SAFETY: slots of the node.
            unsafe { read_heads(node, 0, len) };
            return;
        }
    }
    // SAFETY: a slot of the node.
    unsafe { read_heads(node, slot, 1) };
}
