//! Refilling the nodes that fall below their minimum after a removal.
//!
//! A node left with too little merges with a sibling if the two and the slot between them fit one
//! node, which may leave the parent with too little; or it borrows half of what the sibling has
//! more. In a dense shape, three leaves that fit two are made two. Nothing is allocated.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use core::cmp::Ordering;

use crate::raw::node::ErasedNode;
use crate::raw::path::{ErasedRoot, Path};
use crate::raw::slots::{merge, rotate_left, rotate_right};
use crate::raw::spare::Supply;
use crate::raw::totals::recount;

/// Refills the leaf that `path` leads to, and then each node above that falls short by it. `path`
/// goes on leading to the same position; `freed` gets at most one node a level.
///
/// # Safety
///
/// All nodes on the path but the leaf are as T2 says.
pub(crate) unsafe fn refill(
    tree: &mut Option<ErasedRoot>,
    path: &mut Path,
    freed: &mut dyn Supply,
) {
    // SAFETY: passed on.
    unsafe { refill_upwards(tree, path, freed) };
    if let Some(root) = *tree {
        recount(root, path);
    }
}

/// [`refill`], but for the totals.
///
/// # Safety
///
/// As for `refill`.
unsafe fn refill_upwards(tree: &mut Option<ErasedRoot>, path: &mut Path, freed: &mut dyn Supply) {
    let Some(root) = *tree else { return };
    let mut from = 0;
    if root.node.geometry().is_dense
        && root.level > 0
        // SAFETY: passed on.
        && let Some(leaf) = unsafe { close_ranks(root, path) }
    {
        // SAFETY: the leaf is out of the tree.
        unsafe { freed.put(0, leaf) };
        from = 1;
    }
    for level in from..root.level {
        if root.node_at(path, level).len() >= root.node.geometry().fill_min {
            return;
        }
        // SAFETY: the node has a parent, and with it a sibling (T2).
        match unsafe { refill_from_sibling(root, path, level) } {
            None => return,
            // SAFETY: the node is out of the tree, and was on this level.
            Some(merged) => unsafe { freed.put(level, merged) },
        }
    }
    // SAFETY: passed on; what a merge left of the root is still a root.
    unsafe { shrink_root(tree, freed) };
}

/// Merges the node on `level` of `path` with a sibling, and returns the node set free; or borrows
/// from the sibling, and returns `None`.
///
/// # Safety
///
/// The level is below the root's, and the parent has at least one slot.
unsafe fn refill_from_sibling(
    root: ErasedRoot,
    path: &mut Path,
    level: usize,
) -> Option<ErasedNode> {
    let (parent, edge) = (root.node_at(path, level + 1), path.edge(level + 1));
    // With the left sibling, unless there is none.
    let (slot, is_right) = if edge > 0 { (edge - 1, true) } else { (0, false) };
    // SAFETY: N2, `slot < len`.
    let (left, right) = (unsafe { parent.child(slot) }, unsafe { parent.child(slot + 1) });
    let (left_len, right_len) = (left.len(), right.len());
    if left_len + 1 + right_len <= parent.capacity() {
        if is_right {
            path.set(level, left_len + 1 + path.edge(level));
            path.set(level + 1, slot);
        }
        // SAFETY: the two and the slot between them fit one node.
        return Some(unsafe { merge(parent, level + 1, slot) });
    }
    // The two do not fit one node, so the sibling has more than enough for both.
    if is_right {
        let count = (left_len - right_len) / 2;
        // SAFETY: the left node has that many to give, the right one has room up to the middle.
        unsafe { rotate_right(parent, level + 1, slot, count) };
        path.set(level, path.edge(level) + count);
    } else {
        let count = (right_len - left_len) / 2;
        // SAFETY: as above, with the sides exchanged.
        unsafe { rotate_left(parent, level + 1, slot, count) };
    }
    None
}

/// Makes two leaves of three, the one that `path` leads to among them, if that leaves some room in
/// the two; returns the one set free.
///
/// # Safety
///
/// The root is above the leaves; what the path leads to is as T2 says but for the leaf.
unsafe fn close_ranks(root: ErasedRoot, path: &mut Path) -> Option<ErasedNode> {
    let (parent, at) = (root.node_at(path, 1), path.edge(1));
    let middle = at.clamp(1, parent.len().checked_sub(1).filter(|last| *last > 0)?);
    let len = |edge| {
        // SAFETY: N2; `middle` has a neighbour on each side.
        unsafe { parent.child(edge) }.len()
    };
    let [left, own, right] = [middle - 1, middle, middle + 1].map(len);
    let (capacity, index) = (parent.capacity(), path.edge(0));
    let all = left + own + right + 1;
    if all + (capacity / 16).max(1) > 2 * capacity {
        return None;
    }
    if left + 1 + own <= capacity {
        match at.cmp(&middle) {
            Ordering::Less => {}
            Ordering::Equal => {
                path.set(1, middle - 1);
                path.set(0, left + 1 + index);
            }
            // It would go on as it is, with too little perhaps.
            Ordering::Greater => return None,
        }
        // SAFETY: the two and the slot between them fit one node.
        return Some(unsafe { merge(parent, 1, middle - 1) });
    }
    // So many go to the left that both have about as many then. As the left and the middle leaf do
    // not fit one, the right one is not full.
    let least = (own + 1 + right).saturating_sub(capacity);
    let count = (all / 2).saturating_sub(left).clamp(least, own.saturating_sub(1));
    if count > 0 {
        // SAFETY: the middle leaf has more, and the left one has room.
        unsafe { rotate_left(parent, 1, middle - 1, count) };
    }
    let (edge, index) = match at {
        at if at < middle => (at, index),
        at if at > middle => (middle, own - count + 1 + index),
        _ if index < count => (middle - 1, left + 1 + index),
        _ => (middle, index - count),
    };
    path.set(1, edge);
    path.set(0, index);
    // SAFETY: what is left of the middle leaf fits the right one, with the slot between them.
    Some(unsafe { merge(parent, 1, middle) })
}

/// Takes away a root without slots: its only child becomes the root, or the tree is empty.
///
/// # Safety
///
/// Nothing but this tree holds the root.
pub(super) unsafe fn shrink_root(tree: &mut Option<ErasedRoot>, freed: &mut dyn Supply) {
    while let Some(ErasedRoot { node, level }) = *tree
        && node.len() == 0
    {
        *tree = level.checked_sub(1).map(|level| {
            // SAFETY: N2: a node without slots still has edge 0.
            let node = unsafe { node.child(0) };
            ErasedRoot { node, level }
        });
        // SAFETY: the node is out of the tree now and owns nothing.
        unsafe { freed.put(level, node) };
    }
}
