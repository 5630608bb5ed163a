//! [`Stretch`]: a part of a tree that can be halved, for several threads to walk.

use core::mem;

use crate::raw::path::{Edge, Root};
use crate::raw::shape::Shape;
use crate::raw::walk::Walk;

/// What lies between two edges of a tree, the first of which is not behind the second.
pub(crate) struct Stretch<K, V, S> {
    root: Root<K, V, S>,
    front: Edge<K, V, S>,
    back: Edge<K, V, S>,
}

impl<K, V, S: Shape<K>> Stretch<K, V, S> {
    /// The whole tree.
    pub(crate) fn whole(root: Root<K, V, S>) -> Self {
        Self { root, front: Edge::first(root), back: Edge::last(root) }
    }

    /// Cuts it between two children of the node in which its ends go apart, at the one in the
    /// middle. Keeps the front and returns the back; `None` if it lies within one leaf.
    pub(crate) fn halve(&mut self) -> Option<Self> {
        let edges = |level| (self.front.path.edge(level), self.back.path.edge(level));
        let level = (1..=self.root.level).rev().find(|&level| edges(level).0 != edges(level).1)?;
        let (first, last) = edges(level);
        let middle = first + (last - first).div_ceil(2);
        let node = self.root.node_at(&self.front.path, level);
        let mut border = self.front;
        border.path.set(level, middle);
        // SAFETY: N2: the edges that the ends take are of this node, and this one is no further.
        let child = unsafe { node.child(middle) };
        border.descend_first(child, level - 1);
        let back = mem::replace(&mut self.back, border);
        Some(Self { root: self.root, front: border, back })
    }

    /// The walk over it.
    pub(crate) fn walk(&self) -> Walk<K, V, S> {
        Walk::within(self.root, &self.front, &self.back)
    }
}
