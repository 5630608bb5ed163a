//! Joining two trees, all of one before all of the other, by hanging the lower one at the border of
//! the higher one.
//!
//! ```text
//!     [ d | h ]                             [ d | h | l ]
//!    /    |    \        [ n ]        ->    /    |    |    \
//!  a b   e f   i j l   /     \           a b   e f  i j   [ n ]
//!                     m       o                          /     \
//!                                                       m       o
//! ```
//!
//! The pair between them comes out of a leaf at the seam. The two borders there lie within the tree
//! from now on, so both must have been mended.
//!
//! Takes for granted N0 to N3, T1, T2. Does not care about order.

use crate::raw::cut::{Border, mend};
use crate::raw::fill::last_at;
use crate::raw::heads::fit;
use crate::raw::node::ErasedNode;
use crate::raw::path::{ErasedEdge, ErasedRoot};
use crate::raw::shape::MAX_HEIGHT;
use crate::raw::slots::{Run, Slots, insert_carry, split};
use crate::raw::spare::Supply;
use crate::raw::totals::{add_along, recount};
use crate::raw::types::Erased;

/// How many internal nodes it takes to join two trees.
///
/// # Panics
///
/// If the tree would grow past `MAX_HEIGHT` levels (T1).
pub(super) fn join_needs(left: ErasedRoot, right: ErasedRoot) -> usize {
    let top = left.level.max(right.level);
    let is_full = |level: &usize| {
        let node =
            if left.level > right.level { last_at(left, *level) } else { first_at(right, *level) };
        node.len() == node.capacity()
    };
    let levels = left.level.min(right.level) + 1..=top;
    let height = levels.clone().count();
    let full = levels.take_while(is_full).count();
    let grows = full == height;
    assert!(!grows || top + 1 < MAX_HEIGHT, "a tree of {MAX_HEIGHT} levels cannot grow");
    full + usize::from(grows)
}

/// Mends the right border of `left` and joins the two, either of which may be empty.
///
/// # Safety
///
/// As for [`join`], but for the right border of `left`, which is as T2 says. `freed` is of the same
/// allocator, and empty.
pub(super) unsafe fn join_mending(
    mut left: Option<ErasedRoot>,
    right: Option<ErasedRoot>,
    stock: &mut dyn Supply,
    freed: &mut dyn Supply,
) -> Option<ErasedRoot> {
    let Some(right) = right else { return left };
    // SAFETY: a border as T2 says is not too short of slots.
    unsafe { mend(&mut left, Border::Right, freed) };
    let Some(left) = left else { return Some(right) };
    // SAFETY: both borders are mended now; the rest is passed on.
    Some(unsafe { join(left, right, stock) })
}

/// Joins two trees and returns the root of the whole. O(height).
///
/// # Safety
///
/// The nodes of both stem from the allocator of `stock`, which has what [`join_needs`] says. The
/// right border of `left` and the left one of `right` are mended; both roots have all slots.
pub(super) unsafe fn join(
    left: ErasedRoot,
    right: ErasedRoot,
    stock: &mut dyn Supply,
) -> ErasedRoot {
    let (before, behind) = (last_at(left, 0), first_at(right, 0));
    let (len, behind_len) = (before.len(), behind.len());
    if left.level + right.level == 0 && len + behind_len <= before.capacity() {
        // SAFETY: the first key of the one and the last key of the other, which have one (T2).
        unsafe { fit(before, before.key(0), behind.key(behind_len - 1)) };
        // SAFETY: the two fit one leaf.
        unsafe { Slots::of(behind, 0).transfer(0, (Slots::of(before, 0), len), behind_len) };
        before.set_len(len + behind_len);
        // SAFETY: it owns nothing any more.
        unsafe { stock.put(0, behind) };
        return left;
    }
    // The longer leaf has two slots at least: mended ones have, and so has the longer of two that
    // do not fit one leaf.
    let is_left = len >= behind_len;
    let between = if is_left { (Slots::of(before, 0), len - 1) } else { (Slots::of(behind, 0), 0) };
    let (giver, border) = if is_left { (left, Border::Right) } else { (right, Border::Left) };
    add_along(giver, &border.path(giver), -1);
    // SAFETY: the pair counts as moved out; the gap is closed below.
    let root = unsafe { hang(left, right, between, stock) };
    if is_left {
        before.shrink(len - 1);
    } else {
        // SAFETY: the slots behind the first one close up.
        unsafe { Slots::of(behind, 0).shift(1, 0, behind_len - 1) };
        behind.shrink(behind_len - 1);
    }
    let border = if left.level >= right.level { Border::Right } else { Border::Left };
    recount(root, &border.path(root));
    root
}

/// [`join`], which also answers the edge between the last pair of the one and the first pair of the
/// other.
///
/// # Safety
///
/// As for [`join`].
pub(super) unsafe fn join_at_seam(
    left: ErasedRoot,
    right: ErasedRoot,
    stock: &mut dyn Supply,
) -> (ErasedRoot, ErasedEdge) {
    let (len, behind_len) = (last_at(left, 0).len(), first_at(right, 0).len());
    let (at_end, level) = (left.level >= right.level, left.level.min(right.level) + 1);
    // SAFETY: passed on.
    let root = unsafe { join(left, right, stock) };
    let mut edge = ErasedEdge::start(root);
    if root.level == 0 {
        edge.index = len;
        return (root, edge);
    }
    // The pair at the seam is on the border of the higher tree, one level above the lower one.
    for level in (level..=root.level).rev() {
        edge.path.set(level, if at_end { root.node_at(&edge.path, level).len() } else { 0 });
    }
    let node = root.node_at(&edge.path, level);
    let slot = if at_end { node.len() - 1 } else { 0 };
    // It is the one before the edge if it came out of the leaf on the left, and so was longer.
    let is_left = len >= behind_len;
    edge.path.set(level, slot + usize::from(is_left));
    // SAFETY: N2: both edges beside a slot exist.
    let child = unsafe { node.child(slot + usize::from(is_left)) };
    if is_left {
        edge.descend_first(child, level - 1);
    } else {
        edge.descend_last(child, level - 1);
    }
    (root, edge)
}

/// Hangs the lower tree at the border of the higher one, with the pair in `between` between them.
///
/// # Safety
///
/// As for `join`; the pair counts as moved out.
unsafe fn hang(
    left: ErasedRoot,
    right: ErasedRoot,
    between: Run<Erased>,
    stock: &mut dyn Supply,
) -> ErasedRoot {
    let capacity = left.node.capacity();
    let at_end = left.level >= right.level;
    let (higher, lower) = if at_end { (left, right) } else { (right, left) };
    let (mut waiting, mut new) = (between, right.node);
    for level in lower.level + 1..=higher.level {
        let node = if at_end { last_at(higher, level) } else { first_at(higher, level) };
        let is_full = node.len() == capacity;
        let mut target = node;
        let mut next = None;
        if is_full {
            let half = stock.take(level);
            // SAFETY: a full node and a new one.
            unsafe { split(node, half, level, if at_end { capacity - 1 } else { 0 }) };
            if at_end {
                target = half;
            }
            next = Some(half);
        }
        if !at_end && level == lower.level + 1 {
            // SAFETY: N2. The first child goes behind the pair, and the lower tree in its place.
            new = unsafe { target.child(0) };
        }
        let at = if at_end { target.len() } else { 0 };
        // SAFETY: there is room, and the pair waits in another node.
        unsafe { insert_carry((Slots::of(target, level), at), waiting, new) };
        if !at_end && level == lower.level + 1 {
            // SAFETY: edge 0; the child that was there is at edge 1.
            unsafe { target.set_child(0, lower.node) };
        }
        let Some(half) = next else { return higher };
        (waiting, new) = ((Slots::of(node, level), capacity - 1), half);
    }
    let level = higher.level + 1;
    let node = stock.take(level);
    // SAFETY: edge 0 of a new internal node; of two equally high trees, `left` is the higher one.
    unsafe { node.set_child(0, higher.node) };
    // SAFETY: there is room, and the pair waits in another node.
    unsafe { insert_carry((Slots::of(node, level), 0), waiting, new) };
    ErasedRoot { node, level }
}

/// The first node on `level` of the tree under `root`.
fn first_at(root: ErasedRoot, level: usize) -> ErasedNode {
    let mut node = root.node;
    for _ in level..root.level {
        // SAFETY: N2: an internal node has an edge 0.
        node = unsafe { node.child(0) };
    }
    node
}
