//! Counting the slots or the leaves of a tree.
//!
//! Takes for granted N0, N2. Does not care about order or fill.

use crate::raw::ahead::ask_for_children;
use crate::raw::path::ErasedRoot;
use crate::raw::totals::total_of;

/// Slots of the tree under `root`: reads its internal nodes, and one line of each leaf; of a ranked
/// shape, the root.
pub(super) fn count_slots(root: ErasedRoot) -> usize {
    let len = root.node.len();
    if root.level == 0 {
        return len;
    }
    if root.node.geometry().has_totals {
        // SAFETY: N6: the root of a tree.
        return unsafe { total_of(root.node, root.level) };
    }
    let below = |edge: usize| {
        ask_for_children(root.node, root.level, edge, 1);
        // SAFETY: N2; asked for edges up to `len`, below.
        let node = unsafe { root.node.child(edge) };
        count_slots(ErasedRoot { node, level: root.level - 1 })
    };
    len + (0..=len).map(below).sum::<usize>()
}

/// Leaves of the tree under `root`: reads its internal nodes.
pub(super) fn count_leaves(root: ErasedRoot) -> usize {
    let len = root.node.len();
    let below = |edge: usize| {
        // SAFETY: N2; asked for edges up to `len`, below.
        let node = unsafe { root.node.child(edge) };
        count_leaves(ErasedRoot { node, level: root.level - 1 })
    };
    match root.level {
        0 => 1,
        1 => len + 1,
        _ => (0..=len).map(below).sum(),
    }
}
