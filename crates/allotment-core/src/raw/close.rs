//! Making one leaf fewer of several neighbours, where leaves are kept dense.
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

/// Makes one leaf fewer of the one that `path` leads to and its neighbours, if the shape is dense
/// and they have the room for it; returns the one set free. `path` goes on leading to the same
/// position.
///
/// A leaf with less than the minimum stays as it is: it is refilled in any case.
///
/// # Safety
///
/// What the path leads to is as T2 says but for the leaf.
pub(super) unsafe fn close_up(root: ErasedRoot, path: &mut Path) -> Option<ErasedNode> {
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
            follow_left(path, slot, has, wanted - has);
        }
        slot += 1;
    }
    debug_assert!(slot + 1 < first + count, "as many as are wanted are in each leaf before");
    follow_merge(path, slot, len_of(slot));
    // SAFETY: the two and the slot between them fit one node.
    let free = unsafe { merge(parent, 1, slot) };
    for edge in first..first + count - 1 {
        // SAFETY: N2; so many leaves are left.
        unsafe { recount_child(parent, 1, edge) };
    }
    Some(free)
}

/// Corrects `path` where `count` slots went over `slot` to the left leaf, which had `left`.
fn follow_left(path: &mut Path, slot: usize, left: usize, count: usize) {
    let index = path.edge(0);
    if path.edge(1) == slot + 1 && index < count {
        path.set(1, slot);
        path.set(0, left + 1 + index);
    } else if path.edge(1) == slot + 1 {
        path.set(0, index - count);
    }
}

/// Corrects `path` where the leaves on both sides of `slot` become one, the left of which has
/// `left`.
fn follow_merge(path: &mut Path, slot: usize, left: usize) {
    let edge = path.edge(1);
    if edge == slot + 1 {
        path.set(0, left + 1 + path.edge(0));
    }
    if edge > slot {
        path.set(1, edge - 1);
    }
}
