//! Dissolving one of several neighbouring leaves, where leaves are kept dense.
//!
//! Slots move from leaf to leaf to the left until what is left of one fits the next, as in the
//! B*-tree of Knuth (The Art of Computer Programming, volume 3, 6.2.4). Nothing is allocated.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use crate::raw::node::ErasedNode;
use crate::raw::path::{ErasedRoot, Path};
use crate::raw::slots::{merge, rotate_left};
use crate::raw::totals::recount_child;

/// How many leaves are looked at together: with more, a removal would move more than two nodes'
/// worth beside one a level (decision 0021).
const LEAVES: usize = 4;

/// Dissolves the leaf that `path` leads to or one of its neighbours, if the shape is dense and the
/// others have the room for it; returns the one set free. `path` goes on leading to the same
/// position.
///
/// A leaf with less than the minimum stays as it is: it is refilled in any case.
///
/// # Safety
///
/// What the path leads to is as T2 says but for the leaf.
pub(super) unsafe fn dissolve(root: ErasedRoot, path: &mut Path) -> Option<ErasedNode> {
    let geometry = root.node.geometry();
    if !geometry.is_dense || root.level == 0 || root.node_at(path, 0).len() < geometry.fill_min {
        return None;
    }
    let (parent, at) = (root.node_at(path, 1), path.edge(1));
    let count = LEAVES.min(parent.len() + 1);
    let first = at.saturating_sub(LEAVES / 2).min(parent.len() + 1 - count);
    let len_of = |edge| {
        // SAFETY: N2; asked for edges up to `len`.
        unsafe { parent.child(edge) }.len()
    };
    // With the slot that comes down from the parent.
    let slots = (first..first + count).map(len_of).sum::<usize>() + 1;
    // Some room is left, and in each of the leaves.
    let capacity = geometry.capacity;
    if count < 3 || slots + (capacity / 16).max(count - 1) > (count - 1) * capacity {
        return None;
    }
    let wanted = slots.div_ceil(count - 1);
    let mut slot = first;
    while len_of(slot) + 1 + len_of(slot + 1) > capacity {
        let has = len_of(slot);
        if has < wanted {
            // SAFETY: the two have more than a node takes, which is more than is wanted.
            unsafe { rotate_left(parent, 1, slot, wanted - has) };
            path.follow_left(slot, has, wanted - has);
        }
        slot += 1;
    }
    debug_assert!(slot + 1 < first + count, "as many as are wanted are in each leaf before");
    path.follow_merge(0, slot, len_of(slot));
    // SAFETY: the two and the slot between them fit one node.
    let free = unsafe { merge(parent, 1, slot) };
    for edge in first..first + count - 1 {
        // SAFETY: N2; so many leaves are left.
        unsafe { recount_child(parent, 1, edge) };
    }
    Some(free)
}
