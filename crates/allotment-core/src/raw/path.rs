//! Places in a tree: [`Slot`], [`Edge`], [`Place`], and the [`Path`] that leads to one.
//!
//! A path holds one byte a level, the edge taken there, and no addresses: the nodes are found again
//! by walking down from the root, through lines that the search has just brought in. That keeps
//! cursors and entries small, and a leaf with room for an edit never asks for its ancestors.
//!
//! Between two neighbouring pairs there is exactly one edge of a leaf, so that a leaf edge names a
//! position in the whole order, and two positions are equal if leaf and edge are.

use core::fmt;

use crate::raw::node::Node;
use crate::raw::shape::{MAX_HEIGHT, Shape};

/// The top of a tree that has at least one pair.
pub(crate) struct Root<K, V, S> {
    pub(crate) node: Node<K, V, S>,
    /// The level that `node` stands on: 0 for a lone leaf.
    pub(crate) level: usize,
}

impl<K, V, S> Clone for Root<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Root<K, V, S> {}

impl<K, V, S: Shape> Root<K, V, S> {
    /// The node on `level` that `path` leads to, by the edges above that level.
    pub(crate) fn node_at(self, path: &Path, level: usize) -> Node<K, V, S> {
        debug_assert!(level <= self.level);
        let mut node = self.node;
        for above in (level + 1..=self.level).rev() {
            // SAFETY: P1: the edge taken at each level above is one of its node's.
            node = unsafe { node.child(path.edge(above)) };
        }
        node
    }
}

/// The way from the root to a place: the edge taken at each level, and at the lowest level of the
/// place its slot or edge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path {
    edges: [u8; MAX_HEIGHT],
}

impl Path {
    pub(crate) const fn new() -> Self {
        Self { edges: [0; MAX_HEIGHT] }
    }

    #[inline]
    pub(crate) fn edge(&self, level: usize) -> usize {
        usize::from(self.edges[level])
    }

    #[inline]
    pub(crate) fn set(&mut self, level: usize, edge: usize) {
        debug_assert!(edge <= usize::from(u8::MAX));
        self.edges[level] = edge as u8;
    }

    /// Whether `self` lies before `other` in a tree whose root stands on `top`.
    pub(crate) fn is_before(&self, other: &Self, top: usize) -> bool {
        self.edges[..=top].iter().rev().lt(other.edges[..=top].iter().rev())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.edges.fmt(f)
    }
}

/// A stored pair.
pub(crate) struct Slot<K, V, S> {
    pub(crate) node: Node<K, V, S>,
    pub(crate) level: usize,
    pub(crate) index: usize,
}

impl<K, V, S> Clone for Slot<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Slot<K, V, S> {}

impl<K, V, S: Shape> Slot<K, V, S> {
    /// Address of the key.
    #[inline]
    pub(crate) fn key(self) -> *mut K {
        self.node.keys().wrapping_add(self.index)
    }

    /// Address of the value.
    #[inline]
    pub(crate) fn value(self) -> *mut V {
        self.node.values(self.level).wrapping_add(self.index)
    }
}

/// A stored pair and the way to it: what a removal starts from.
pub(crate) struct Place<K, V, S> {
    pub(crate) node: Node<K, V, S>,
    pub(crate) level: usize,
    pub(crate) path: Path,
}

impl<K, V, S> Clone for Place<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Place<K, V, S> {}

impl<K, V, S: Shape> Place<K, V, S> {
    #[inline]
    pub(crate) fn slot(&self) -> Slot<K, V, S> {
        Slot { node: self.node, level: self.level, index: self.path.edge(self.level) }
    }
}

/// A position between two pairs, or before the first, or after the last: an edge of a leaf.
pub(crate) struct Edge<K, V, S> {
    pub(crate) leaf: Node<K, V, S>,
    pub(crate) path: Path,
}

impl<K, V, S> Clone for Edge<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Edge<K, V, S> {}

impl<K, V, S> PartialEq for Edge<K, V, S> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.leaf == other.leaf && self.path.edge(0) == other.path.edge(0)
    }
}

impl<K, V, S: Shape> Edge<K, V, S> {
    /// The edge before the first pair.
    pub(crate) fn first(root: Root<K, V, S>) -> Self {
        Self::first_below(root.node, root.level, Path::new())
    }

    /// The edge after the last pair.
    pub(crate) fn last(root: Root<K, V, S>) -> Self {
        Self::last_below(root.node, root.level, Path::new())
    }

    /// The first edge under `node`, to which `path` leads.
    pub(crate) fn first_below(node: Node<K, V, S>, level: usize, path: Path) -> Self {
        let mut edge = Self { leaf: node, path };
        for level in (1..=level).rev() {
            edge.path.set(level, 0);
            // SAFETY: N2: an internal node has an edge 0.
            edge.leaf = unsafe { edge.leaf.child(0) };
        }
        edge.path.set(0, 0);
        edge
    }

    /// The last edge under `node`, to which `path` leads.
    pub(crate) fn last_below(node: Node<K, V, S>, level: usize, path: Path) -> Self {
        let mut edge = Self { leaf: node, path };
        for level in (1..=level).rev() {
            let len = edge.leaf.len();
            edge.path.set(level, len);
            // SAFETY: N2: edge `len` is the last one.
            edge.leaf = unsafe { edge.leaf.child(len) };
        }
        edge.path.set(0, edge.leaf.len());
        edge
    }

    /// Steps over the next pair and returns its slot; `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self, root: Root<K, V, S>) -> Option<Slot<K, V, S>> {
        let index = self.path.edge(0);
        if index < self.leaf.len() {
            self.path.set(0, index + 1);
            return Some(Slot { node: self.leaf, level: 0, index });
        }
        self.next_above(root)
    }

    /// Steps back over the pair before and returns its slot; `None` at the beginning.
    #[inline]
    pub(crate) fn prev(&mut self, root: Root<K, V, S>) -> Option<Slot<K, V, S>> {
        if let Some(index) = self.path.edge(0).checked_sub(1) {
            self.path.set(0, index);
            return Some(Slot { node: self.leaf, level: 0, index });
        }
        self.prev_above(root)
    }

    /// `next` at the end of a leaf: the pair is in an internal node, if there is one.
    #[cold]
    fn next_above(&mut self, root: Root<K, V, S>) -> Option<Slot<K, V, S>> {
        for level in 1..=root.level {
            let (node, index) = (root.node_at(&self.path, level), self.path.edge(level));
            if index < node.len() {
                self.path.set(level, index + 1);
                // SAFETY: N2, `index + 1 <= len`.
                let child = unsafe { node.child(index + 1) };
                *self = Self::first_below(child, level - 1, self.path);
                return Some(Slot { node, level, index });
            }
        }
        None
    }

    /// `prev` at the beginning of a leaf.
    #[cold]
    fn prev_above(&mut self, root: Root<K, V, S>) -> Option<Slot<K, V, S>> {
        for level in 1..=root.level {
            let node = root.node_at(&self.path, level);
            if let Some(index) = self.path.edge(level).checked_sub(1) {
                self.path.set(level, index);
                // SAFETY: N2, `index < len`.
                let child = unsafe { node.child(index) };
                *self = Self::last_below(child, level - 1, self.path);
                return Some(Slot { node, level, index });
            }
        }
        None
    }

    /// The pair after this edge and the way to it.
    pub(crate) fn place_after(self, root: Root<K, V, S>) -> Option<Place<K, V, S>> {
        let (mut node, path) = (self.leaf, self.path);
        for level in 0..=root.level {
            if level > 0 {
                node = root.node_at(&path, level);
            }
            if path.edge(level) < node.len() {
                return Some(Place { node, level, path });
            }
        }
        None
    }

    /// The pair before this edge and the way to it.
    pub(crate) fn place_before(self, root: Root<K, V, S>) -> Option<Place<K, V, S>> {
        let (mut node, mut path) = (self.leaf, self.path);
        for level in 0..=root.level {
            if level > 0 {
                node = root.node_at(&path, level);
            }
            if let Some(index) = path.edge(level).checked_sub(1) {
                path.set(level, index);
                return Some(Place { node, level, path });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_compare_from_the_top() {
        let (mut a, mut b) = (Path::new(), Path::new());
        a.set(1, 2);
        a.set(0, 9);
        b.set(1, 3);
        assert!(a.is_before(&b, 1) && !b.is_before(&a, 1));
        assert!(b.is_before(&a, 0));
        assert!(!a.is_before(&a, 1));
    }
}
