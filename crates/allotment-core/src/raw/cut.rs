//! Cutting a tree in two at an edge.
//!
//! ```text
//!            [ b | d | f ]                 [ b ]          [ f ]
//!           /   |    |   \        ->      /    \          /    \
//!          a   c^c   e    g              a     c         c,d,e  g
//! ```
//!
//! Each node on the path gives what lies behind the path to a new node, which hangs at the same
//! place of the right tree. The new borders may have too few slots, or none; walking down each
//! once, from the root, refills them.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::node::Node;
use crate::raw::path::{Edge, Path, Root};
use crate::raw::remove::shrink_root;
use crate::raw::shape::Shape;
use crate::raw::slots::{merge, rotate_left, rotate_right, transfer_edges, transfer_slots};
use crate::raw::spare::{Spare, Supply};
use crate::raw::totals::recount;

/// A border of a tree: the nodes down one side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Border {
    Left,
    Right,
}

impl Border {
    /// The way down it.
    pub(super) fn path<K, V, S: Shape<K>>(self, root: Root<K, V, S>) -> Path {
        match self {
            Self::Left => Edge::first(root).path,
            Self::Right => Edge::last(root).path,
        }
    }
}

/// Cuts `tree`, whose root is `root`, at `edge`: it keeps what lies before, and what lies behind is
/// answered. `freed` gets nodes that mending sets free, of either part.
///
/// Needs a node for each level, and takes time in proportion to the height.
///
/// # Errors
///
/// The layout that the allocator could not serve; the tree is as it was.
///
/// # Safety
///
/// `edge` is an edge of the tree, whose nodes stem from `alloc`.
pub(crate) unsafe fn cut<K, V, S: Shape<K>, A: Allocator>(
    tree: &mut Option<Root<K, V, S>>,
    root: Root<K, V, S>,
    edge: &Edge<K, V, S>,
    alloc: &A,
    freed: &mut [Spare<'_, K, V, S, A>; 2],
) -> Result<Option<Root<K, V, S>>, Layout> {
    let mut spare = Spare::new(alloc);
    spare.reserve(root.level + 1)?;
    // SAFETY: passed on, and the nodes are reserved.
    let mut right = Some(unsafe { sever(root, edge, &mut spare) });
    // SAFETY: only the border of each part can be short of slots.
    unsafe { mend(tree, Border::Right, &mut freed[0]) };
    // SAFETY: as above.
    unsafe { mend(&mut right, Border::Left, &mut freed[1]) };
    Ok(right)
}

/// Severs the tree under `root` at `edge`: it keeps what lies before, and what lies behind is
/// answered. Where the two part, either may have too few slots, or none: see [`mend`].
///
/// # Safety
///
/// `edge` is an edge of the tree, and `supply` has a node for each level. What lies before `edge`
/// may itself have been severed before.
pub(super) unsafe fn sever<K, V, S: Shape<K>>(
    root: Root<K, V, S>,
    edge: &Edge<K, V, S>,
    supply: &mut impl Supply<K, V, S>,
) -> Root<K, V, S> {
    let mut right = supply.take(0);
    // SAFETY: an edge of the leaf, and a new node.
    unsafe { halve((edge.leaf, 0, edge.index), right) };
    for level in 1..=root.level {
        let (node, above) = (root.node_at(&edge.path, level), supply.take(level));
        // SAFETY: an edge of the node (P1), and a new node.
        unsafe { halve((node, level, edge.path.edge(level)), above) };
        // SAFETY: edge 0 of an internal node; the path's own child stays on the left.
        unsafe { above.set_child(0, right) };
        right = above;
    }
    Root { node: right, level: root.level }
}

/// Moves the slots behind edge `at`, and the edges behind those, to `right`, whose edge 0 is left
/// for the caller to set.
///
/// # Safety
///
/// Both nodes stand on `level`, `right` is empty, and `at <= len`.
unsafe fn halve<K, V, S: Shape<K>>(
    (node, level, at): (Node<K, V, S>, usize, usize),
    right: Node<K, V, S>,
) {
    let count = node.len() - at;
    right.set_skipped(node.skipped());
    // SAFETY: the run behind the edge fits an empty node.
    unsafe { transfer_slots((node, level, at), (right, level, 0), count) };
    if level > 0 {
        // SAFETY: one edge for each slot.
        unsafe { transfer_edges((node, at + 1), (right, 1), count) };
    }
    node.shrink(at);
    right.set_len(count);
}

/// Refills the nodes down one border, from the root, so that T2 holds. `freed` gets at most one
/// node a level: roots without slots, merged nodes below them, and between the two a root that a
/// merge empties. But two a level if the other border is to be mended too: while the two spines
/// merge with each other, each merge empties the node above.
///
/// Each node is left with two slots at least, since its child may take one away by a merge; with
/// one more than the minimum, unless it has merged with a sibling on the other spine.
///
/// # Safety
///
/// Everything but the borders is as T2 says, and the other border has edges to nodes at least.
pub(super) unsafe fn mend<K, V, S: Shape<K>>(
    tree: &mut Option<Root<K, V, S>>,
    border: Border,
    freed: &mut impl Supply<K, V, S>,
) {
    // SAFETY: a cut may leave roots without slots.
    unsafe { shrink_root(tree, freed) };
    let Some(Root { mut node, level }) = *tree else { return };
    for level in (1..=level).rev() {
        // SAFETY: the root has a slot, and so has each node that was refilled on the way here.
        let mended = unsafe { mend_child(node, level, border) };
        if let Some(merged) = mended.merged {
            // SAFETY: out of the tree, from the level below.
            unsafe { freed.put(level - 1, merged) };
        }
        node = mended.child;
    }
    // SAFETY: the root may have lost its last slot to a merge.
    unsafe { shrink_root(tree, freed) };
    if let Some(root) = *tree {
        recount(root, &border.path(root));
    }
}

/// A child at a border that has slots enough now, and the node that a merge set free.
struct Mended<K, V, S> {
    child: Node<K, V, S>,
    merged: Option<Node<K, V, S>>,
}

/// Sees to it that the child of `parent` at the border has slots enough: see `mend`.
///
/// # Safety
///
/// `parent` stands on `level`, is internal, and has a slot.
unsafe fn mend_child<K, V, S: Shape<K>>(
    parent: Node<K, V, S>,
    level: usize,
    border: Border,
) -> Mended<K, V, S> {
    let slot = if border == Border::Left { 0 } else { parent.len() - 1 };
    // SAFETY: N2, `slot < len`.
    let left = unsafe { parent.child(slot) };
    // SAFETY: N2, `slot + 1 <= len`.
    let right = unsafe { parent.child(slot + 1) };
    let child = if border == Border::Left { left } else { right };
    let wanted = Node::<K, V, S>::fill_min() + 1;
    if child.len() >= wanted {
        return Mended { child, merged: None };
    }
    if left.len() + 1 + right.len() <= Node::<K, V, S>::capacity() {
        // SAFETY: the two and the slot between them fit one node.
        let merged = Some(unsafe { merge(parent, level, slot) });
        return Mended { child: left, merged };
    }
    let count = wanted - child.len();
    match border {
        // SAFETY: the two do not fit one node, so the sibling keeps its minimum after lending.
        Border::Left => unsafe { rotate_left(parent, level, slot, count) },
        // SAFETY: as above.
        Border::Right => unsafe { rotate_right(parent, level, slot, count) },
    }
    Mended { child, merged: None }
}
