//! [`Ahead`]: asking for the leaves that a walk is about to enter.
//!
//! Leaves are not linked, and need not be: the parent lists them, so that the misses of the next
//! few overlap, which a chain of leaves would serialise.
//!
//! Takes for granted N0, N2, N3, P1. Only hints come of it.

use crate::raw::node::{ErasedNode, NodeOf};
use crate::raw::path::{ErasedRoot, Path, RootOf};
use crate::raw::prefetch::prefetch_all;
use crate::raw::run::FRONT;
use crate::raw::types::Types;

/// Leaves that a walk is ahead of itself.
const DISTANCE: u8 = 4;

/// Leaves asked for as one is entered, until `DISTANCE` is reached: a short walk should not pay for
/// leaves that it never sees.
const RAMP: u8 = 2;

/// How many leaves have been asked for, beyond the one that a walk is in.
#[derive(Clone, Copy)]
pub(crate) struct Ahead(pub(crate) u8);

/// Whether to ask for anything in a tree whose root stands on `level`: a lower one is in the cache.
#[inline]
pub(crate) fn are_worthwhile(level: usize) -> bool {
    level > 2
}

impl Ahead {
    /// None, and none will be.
    pub(crate) const NEVER: Self = Self(u8::MAX);

    /// For a walk over the tree under `root`, or a part of it.
    #[inline]
    pub(crate) fn under<T>(root: RootOf<T>) -> Self {
        if are_worthwhile(root.level) { Self(0) } else { Self::NEVER }
    }

    /// What becomes of it as a walk from `end` enters the child of `parent` at `edge`: asks for
    /// further children. `None` if those to ask for are children of another node.
    #[inline]
    pub(crate) fn among<T: Types>(
        self,
        end: usize,
        parent: NodeOf<T>,
        edge: usize,
    ) -> Option<Self> {
        if self.0 > 2 * DISTANCE {
            return Some(self);
        }
        let last = parent.len();
        let mut ahead = self.0.saturating_sub(1);
        for _ in 0..RAMP {
            if ahead >= DISTANCE {
                break;
            }
            ahead += 1;
            let further = onward(end, edge, ahead.into(), last)?;
            // SAFETY: N2, `further <= len`.
            unsafe { parent.child(further) }.prefetch_leaf();
        }
        Some(Self(ahead))
    }

    /// What becomes of it as a walk from `end` enters the leaf to which `path` leads, wherever
    /// those to ask for are.
    pub(crate) fn beyond(self, end: usize, root: ErasedRoot, path: &Path) -> Self {
        if self.0 > 2 * DISTANCE || root.level < 2 {
            return self;
        }
        let (parent, edge) = (root.node_at(path, 1), path.edge(1));
        let left = if end == FRONT { parent.len() - edge } else { edge };
        let (above, above_edge) = (root.node_at(path, 2), path.edge(2));
        let Some(next) = onward(end, above_edge, 1, above.len()) else {
            // The next parent hangs elsewhere: the walk goes on without.
            return Self(2 * DISTANCE);
        };
        // SAFETY: N2, `next <= len`.
        let next = unsafe { above.child(next) };
        if left > usize::from(DISTANCE) {
            // The parent was entered just now: time enough for all of the next one to come.
            prefetch_all(next.block().as_ptr(), next.geometry().internal.size());
            return self.among(end, parent, edge).unwrap_or(self);
        }
        let last = next.len();
        let begin = if end == FRONT { 0 } else { last };
        let mut ahead = self.0.saturating_sub(1);
        while ahead < 2 * DISTANCE {
            ahead += 1;
            let (node, further) = match usize::from(ahead).checked_sub(left + 1) {
                None => (parent, onward(end, edge, ahead.into(), parent.len())),
                Some(steps) => (next, onward(end, begin, steps, last)),
            };
            let Some(further) = further else { break };
            // SAFETY: N2, `further <= len`.
            unsafe { node.child(further) }.prefetch_leaf();
        }
        Self(2 * DISTANCE)
    }
}

/// The edge `steps` away from `edge` towards the other end, if it is one of those up to `last`.
#[inline]
fn onward(end: usize, edge: usize, steps: usize, last: usize) -> Option<usize> {
    match end {
        FRONT => Some(edge + steps).filter(|further| *further <= last),
        _ => edge.checked_sub(steps),
    }
}

/// Asks for the children of `node`, which stands on `level`, that a walk over all of them comes to
/// soon after the one at `edge`: no more than the first `bytes` of a leaf.
pub(crate) fn ask_for_children(node: ErasedNode, level: usize, edge: usize, bytes: usize) {
    // There is much to do between two internal nodes.
    let distance = if level == 1 { usize::from(DISTANCE) } else { 1 };
    let first = if edge == 0 { 1 } else { edge + distance };
    for further in first..=(edge + distance).min(node.len()) {
        // SAFETY: N2, `further <= len`.
        let child = unsafe { node.child(further) };
        let size = if level == 1 { bytes } else { node.geometry().internal.size() };
        prefetch_all(child.block().as_ptr(), size);
    }
}

/// [`ask_for_children`] for a walk over leaves from the last to the first, as it goes on from the
/// one at `edge` of `node`, where it has just begun or not.
#[inline]
pub(crate) fn ask_for_leaves_before(node: ErasedNode, edge: usize, begins: bool, bytes: usize) {
    let furthest = edge.saturating_sub(usize::from(DISTANCE));
    let end = if begins { edge } else { (furthest + 1).min(edge) };
    for further in furthest..end {
        // SAFETY: N2, `further <= len`.
        let child = unsafe { node.child(further) };
        prefetch_all(child.block().as_ptr(), bytes);
    }
}
