//! [`Stretch`]: a part of a tree between two edges, which can be narrowed and halved.

use core::borrow::Borrow;
use core::cmp::Ordering;
#[cfg(feature = "rayon")]
use core::mem;

use crate::raw::path::{Edge, Root};
use crate::raw::search::{Side, move_beside};
use crate::raw::shape::Shape;
use crate::raw::walk::{PartWalk, Walk};

/// What lies between two edges of a tree; nothing, if the first is behind the second.
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

    /// Moves the front beside a key, unless it is behind that place already.
    pub(crate) fn narrow_front<Q>(&mut self, key: &Q, side: Side)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let edge = self.beside(key, side);
        if self.compare(&self.front, &edge).is_lt() {
            self.front = edge;
        }
    }

    /// Moves the back beside a key, unless it is before that place already.
    pub(crate) fn narrow_back<Q>(&mut self, key: &Q, side: Side)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let edge = self.beside(key, side);
        if self.compare(&self.back, &edge).is_gt() {
            self.back = edge;
        }
    }

    fn beside<Q>(&self, key: &Q, side: Side) -> Edge<K, V, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let mut edge = Edge::start(self.root);
        move_beside(self.root, key, side, &mut edge);
        edge
    }

    /// Which of two edges comes first.
    fn compare(&self, edge: &Edge<K, V, S>, other: &Edge<K, V, S>) -> Ordering {
        edge.path.compare(&other.path, self.root.level).then(edge.index.cmp(&other.index))
    }

    /// Cuts it between two children of the topmost node that has some to the front and some to the
    /// back, in the middle. Keeps the front and returns the back; `None` if it lies in one leaf.
    #[cfg(feature = "rayon")]
    pub(crate) fn halve(&mut self) -> Option<Self> {
        let edges = |level| (self.front.path.edge(level), self.back.path.edge(level));
        let top = (1..=self.root.level).rev().find(|&level| edges(level).0 != edges(level).1)?;
        for level in (1..=top).rev() {
            let node = self.root.node_at(&self.front.path, level);
            let first = self.front.path.edge(level);
            // Below the node in which the ends go apart, all behind the front is before the back.
            let last = if level == top { self.back.path.edge(level) } else { node.len() };
            let middle = first + last.checked_sub(first)?.div_ceil(2);
            let mut border = self.front;
            border.path.set(level, middle);
            // SAFETY: N2: `middle` is no further than an edge that an end takes, or than the last.
            let child = unsafe { node.child(middle) };
            border.descend_first(child, level - 1);
            if middle > first && border != self.back {
                let back = mem::replace(&mut self.back, border);
                return Some(Self { root: self.root, front: border, back });
            }
        }
        None
    }

    /// The walk over it.
    pub(crate) fn walk(&self) -> PartWalk<K, V, S> {
        Walk::within(self.root, &self.front, &self.back)
    }
}
