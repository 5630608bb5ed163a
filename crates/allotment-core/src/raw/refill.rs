//! Refilling the nodes that fall below their minimum after a removal.
//!
//! A node left with too little merges with a sibling if the two and the slot between them fit one
//! node, which may leave the parent with too little; or it borrows half of what the fuller sibling
//! has more. Dense shapes look further: see `dissolve`. Nothing is allocated.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use crate::raw::dissolve::dissolve;
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
    // SAFETY: passed on.
    if let Some(leaf) = unsafe { dissolve(root, path) } {
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
    let lens = |slot| {
        // SAFETY: N2, `slot < len`.
        let (left, right) = (unsafe { parent.child(slot) }, unsafe { parent.child(slot + 1) });
        (left.len(), right.len())
    };
    let both = |slot| {
        let (left, right) = lens(slot);
        left + 1 + right
    };
    let capacity = parent.capacity();
    // With a sibling that fits, if there is one, else with the one that has more to give.
    let slot = match edge.checked_sub(1) {
        Some(before)
            if edge == parent.len()
                || both(before) <= capacity
                || both(edge) > capacity && both(before) >= both(edge) =>
        {
            before
        }
        _ => edge,
    };
    let (left_len, right_len) = lens(slot);
    if both(slot) <= capacity {
        path.follow_merge(level, slot, left_len);
        // SAFETY: the two and the slot between them fit one node.
        return Some(unsafe { merge(parent, level + 1, slot) });
    }
    // The two do not fit one node, so the sibling has more than enough for both.
    let count = left_len.abs_diff(right_len) / 2;
    if slot < edge {
        // SAFETY: the left node has that many to give, the right one has room up to the middle.
        unsafe { rotate_right(parent, level + 1, slot, count) };
        path.set(level, path.edge(level) + count);
    } else {
        // SAFETY: as above, with the sides exchanged.
        unsafe { rotate_left(parent, level + 1, slot, count) };
    }
    None
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
