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

use crate::raw::count::count_slots;
use crate::raw::node::ErasedNode;
use crate::raw::path::{ErasedEdge, ErasedRoot, Path};
use crate::raw::refill::shrink_root;
use crate::raw::slots::{Slots, merge, rotate_left, rotate_right, transfer_edges};
use crate::raw::spare::{Spare, Supply};
use crate::raw::totals::recount;

/// A border of a tree: the nodes down one side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Border {
    Left,
    Right,
}

/// Slots of a root up to which its children are looked at to tell which part of a tree is less.
const FEW: usize = 8;

impl Border {
    /// The way down it.
    pub(super) fn path(self, root: ErasedRoot) -> Path {
        match self {
            Self::Left => ErasedEdge::first(root).path,
            Self::Right => ErasedEdge::last(root).path,
        }
    }
}

/// Cuts a tree that has `len` slots at `edge`: it keeps what lies before, and what lies behind is
/// answered, with its number of slots. `freed` gets nodes that mending sets free, of either part.
///
/// Needs a node for each level, and takes time in proportion to the height; and O(m) to count the
/// smaller part, of m slots.
///
/// # Errors
///
/// The layout that the allocator could not serve; the tree is as it was.
///
/// # Safety
///
/// `edge` is an edge of the tree, whose nodes stem from `alloc`.
pub(crate) unsafe fn cut<A: Allocator>(
    (tree, len): (&mut Option<ErasedRoot>, usize),
    edge: &ErasedEdge,
    alloc: &A,
    freed: &mut [Spare<'_, A>; 2],
) -> Result<(Option<ErasedRoot>, usize), Layout> {
    let Some(root) = *tree else { return Ok((None, 0)) };
    if *edge == ErasedEdge::first(root) {
        return Ok((tree.take(), len));
    }
    if *edge == ErasedEdge::last(root) {
        return Ok((None, 0));
    }
    let mut spare = Spare::new(root.node.geometry(), alloc);
    spare.reserve(root.level + 1)?;
    let [left_freed, right_freed] = freed;
    // SAFETY: passed on, and the nodes are reserved.
    Ok(unsafe { cut_within((tree, root, len), edge, &mut spare, [left_freed, right_freed]) })
}

/// [`cut`] in the midst of a tree, whose root is `root`.
///
/// # Safety
///
/// As for `cut`; `supply` has a node for each level.
unsafe fn cut_within(
    (tree, root, len): (&mut Option<ErasedRoot>, ErasedRoot, usize),
    edge: &ErasedEdge,
    supply: &mut dyn Supply,
    [left_freed, right_freed]: [&mut dyn Supply; 2],
) -> (Option<ErasedRoot>, usize) {
    let counts_right = is_right_smaller(root, edge);
    // SAFETY: passed on.
    let mut right = Some(unsafe { sever(root, edge, supply) });
    // SAFETY: only the border of each part can be short of slots.
    unsafe { mend(tree, Border::Right, left_freed) };
    // SAFETY: as above.
    unsafe { mend(&mut right, Border::Left, right_freed) };
    let counted = if counts_right { right } else { *tree }.map_or(0, count_slots);
    (right, if counts_right { counted } else { len - counted })
}

/// Whether what lies behind `edge` is less than what lies before, more or less.
fn is_right_smaller(root: ErasedRoot, edge: &ErasedEdge) -> bool {
    let (at, len) = (edge.path.edge(root.level), root.node.len());
    if root.level < 2 || len > FEW {
        return 2 * at > len;
    }
    // Of few children, the outermost may have next to nothing: by the children of these.
    let edges = |child: usize| {
        // SAFETY: N2; an edge of the root.
        unsafe { root.node.child(child) }.len() + 1
    };
    let below = edge.path.edge(root.level - 1);
    let before = (0..at).map(edges).sum::<usize>() + below;
    before > (at..=len).map(edges).sum::<usize>() - below
}

/// Severs the tree under `root` at `edge`: it keeps what lies before, and what lies behind is
/// answered. Where the two part, either may have too few slots, or none: see [`mend`].
///
/// # Safety
///
/// `edge` is an edge of the tree, and `supply` has a node for each level. What lies before `edge`
/// may itself have been severed before.
pub(super) unsafe fn sever(
    root: ErasedRoot,
    edge: &ErasedEdge,
    supply: &mut dyn Supply,
) -> ErasedRoot {
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
    ErasedRoot { node: right, level: root.level }
}

/// Moves the slots behind edge `at`, and the edges behind those, to `right`, whose edge 0 is left
/// for the caller to set.
///
/// # Safety
///
/// Both nodes stand on `level`, `right` is empty, and `at <= len`.
unsafe fn halve((node, level, at): (ErasedNode, usize, usize), right: ErasedNode) {
    let count = node.len() - at;
    right.set_skipped(node.skipped());
    // SAFETY: the run behind the edge fits an empty node.
    unsafe { Slots::of(node, level).transfer(at, (Slots::of(right, level), 0), count) };
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
pub(super) unsafe fn mend(tree: &mut Option<ErasedRoot>, border: Border, freed: &mut dyn Supply) {
    // SAFETY: a cut may leave roots without slots.
    unsafe { shrink_root(tree, freed) };
    let Some(ErasedRoot { mut node, level }) = *tree else { return };
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
struct Mended {
    child: ErasedNode,
    merged: Option<ErasedNode>,
}

/// Sees to it that the child of `parent` at the border has slots enough: see `mend`.
///
/// # Safety
///
/// `parent` stands on `level`, is internal, and has a slot.
unsafe fn mend_child(parent: ErasedNode, level: usize, border: Border) -> Mended {
    let slot = if border == Border::Left { 0 } else { parent.len() - 1 };
    // SAFETY: N2, `slot < len`.
    let left = unsafe { parent.child(slot) };
    // SAFETY: N2, `slot + 1 <= len`.
    let right = unsafe { parent.child(slot + 1) };
    let child = if border == Border::Left { left } else { right };
    let wanted = parent.geometry().fill_min + 1;
    if child.len() >= wanted {
        return Mended { child, merged: None };
    }
    if left.len() + 1 + right.len() <= parent.capacity() {
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
