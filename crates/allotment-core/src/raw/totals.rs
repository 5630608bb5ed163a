//! Totals: how many pairs are at and below each child, kept by nodes of a ranked shape, and what
//! they answer.
//!
//! A subtree that moves as a whole takes its total along, as the files that move edges see to it.
//! What remains is the way to the place of an edit: one more or less on each level if a leaf
//! changed, or the sums taken anew if nodes did.
//!
//! Takes for granted N0 to N2, P1. Totals decide answers, never which memory is touched: whatever
//! they say, no edge or slot behind the last is looked at.

use crate::raw::node::ErasedNode;
use crate::raw::path::{EdgeOf, ErasedRoot, Path, RootOf, SlotOf};
use crate::raw::types::Types;

/// How many pairs are at and below a node.
///
/// # Safety
///
/// The node stands on `level`, and the totals of its own edges are written (N6).
pub(super) unsafe fn total_of(node: ErasedNode, level: usize) -> usize {
    let len = node.len();
    if level == 0 {
        return len;
    }
    // SAFETY: N6, by the caller's promise.
    len + (0..=len).map(|edge| unsafe { node.total(edge) }).sum::<usize>()
}

/// Counts anew what is at and below the child at `edge`, from that child's own totals.
///
/// # Safety
///
/// The node stands on `level`, is internal, and has a child there, whose own totals are written.
pub(super) unsafe fn recount_child(node: ErasedNode, level: usize, edge: usize) {
    if !node.geometry().has_totals {
        return;
    }
    // SAFETY: N2, by the caller's promise. (A node in the making has no slot before its last edge.)
    let block = unsafe { node.children().wrapping_add(edge).read() };
    let child = ErasedNode::of(block, node.geometry());
    // SAFETY: passed on.
    let total = unsafe { total_of(child, level - 1) };
    // SAFETY: the place of an edge.
    unsafe { node.set_total(edge, total) };
}

/// Counts anew what is at and below the nodes on `path` and those beside them: after an edit that
/// moved pairs or edges among these.
#[inline]
pub(super) fn recount(root: ErasedRoot, path: &Path) {
    if !root.node.geometry().has_totals {
        return;
    }
    for level in 1..=root.level {
        let (node, edge) = (root.node_at(path, level), path.edge(level));
        for edge in edge.saturating_sub(1)..=(edge + 1).min(node.len()) {
            // SAFETY: N2; the levels below have been counted.
            unsafe { recount_child(node, level, edge) };
        }
    }
}

/// Counts `change` more pairs below each edge of `path`.
#[inline]
pub(super) fn add_along(root: ErasedRoot, path: &Path, change: isize) {
    if !root.node.geometry().has_totals {
        return;
    }
    let mut node = root.node;
    for level in (1..=root.level).rev() {
        let edge = path.edge(level);
        // SAFETY: N6, P1.
        let total = unsafe { node.total(edge) };
        // SAFETY: as above.
        unsafe { node.set_total(edge, total.wrapping_add_signed(change)) };
        // SAFETY: P1.
        node = unsafe { node.child(edge) };
    }
}

/// The slot that has `n` others before it. O(log n).
pub(crate) fn nth<T: Types>(root: RootOf<T>, mut n: usize) -> Option<(SlotOf<T>, Path)> {
    let (mut node, mut path) = (root.node, Path::new());
    for level in (1..=root.level).rev() {
        let (len, mut edge) = (node.len(), 0);
        loop {
            // SAFETY: N6; `edge <= len`.
            let below = unsafe { node.total(edge) };
            if n < below {
                break;
            }
            n -= below;
            if edge == len {
                return None;
            }
            if n == 0 {
                path.set(level, edge);
                return Some((SlotOf { node, level, index: edge }, path));
            }
            (n, edge) = (n - 1, edge + 1);
        }
        path.set(level, edge);
        // SAFETY: N2, `edge <= len`.
        node = unsafe { node.child(edge) };
    }
    (n < node.len()).then_some((SlotOf { node, level: 0, index: n }, path))
}

/// The edge that has `n` slots before it; the last one, if there are no more. O(log n).
pub(crate) fn edge_at<T: Types>(root: RootOf<T>, n: usize) -> EdgeOf<T> {
    let Some((slot, path)) = nth(root, n) else { return EdgeOf::last(root) };
    let mut edge = EdgeOf { leaf: slot.node, index: slot.index, path };
    if slot.level > 0 {
        // SAFETY: N2, the edge before a slot.
        let child = unsafe { slot.node.child(slot.index) };
        edge.descend_last(child, slot.level - 1);
    }
    edge
}

/// How many slots lie before an edge. O(log n).
pub(crate) fn rank_of<T: Types>(root: RootOf<T>, edge: &EdgeOf<T>) -> usize {
    let (mut node, mut rank) = (root.node, edge.index);
    for level in (1..=root.level).rev() {
        let at = edge.path.edge(level);
        // SAFETY: N6, P1.
        rank += at + (0..at).map(|before| unsafe { node.total(before) }).sum::<usize>();
        // SAFETY: P1.
        node = unsafe { node.child(at) };
    }
    rank
}
