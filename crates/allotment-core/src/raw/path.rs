//! Places in a tree: [`Slot`], [`Edge`], and the [`Path`] that leads to one.
//!
//! A path holds one byte a level, the edge taken there, and no addresses: the nodes are found again
//! by walking down from the root, through lines that the search has just brought in. That keeps
//! cursors and entries small, and a leaf with room for an edit never asks for its ancestors.
//!
//! Between two neighbouring pairs there is exactly one edge of a leaf, so that a leaf edge names a
//! position in the whole order, and two positions are equal if leaf and edge are.

use core::cmp::Ordering;
use core::fmt;

use crate::raw::node::{ErasedNode, NodeOf};
use crate::raw::shape::{MAX_HEIGHT, Shape};
use crate::raw::types::{Erased, Known, Types};

/// The top of a tree that has at least one pair.
#[derive(Clone, Copy)]
pub(crate) struct RootOf<T> {
    pub(crate) node: NodeOf<T>,
    /// The level that `node` stands on: 0 for a lone leaf.
    pub(crate) level: usize,
}

pub(crate) type Root<K, V, S> = RootOf<Known<K, V, S>>;

pub(crate) type ErasedRoot = RootOf<Erased>;

impl ErasedRoot {
    /// The same root, of a tree with these types.
    #[inline]
    pub(crate) fn with<T: Types>(self, types: T) -> RootOf<T> {
        RootOf { node: self.node.with(types), level: self.level }
    }

    /// [`slot_above_after`](RootOf::slot_above_after), compiled once.
    fn slot_after_leaf(self, path: &Path) -> Option<ErasedSlot> {
        self.slot_above_after(path)
    }

    /// The pair before the leaf that `path` leads to: in an internal node, if there is one.
    fn slot_before_leaf(self, path: &Path) -> Option<ErasedSlot> {
        (1..=self.level).find_map(|level| {
            let index = path.edge(level).checked_sub(1)?;
            Some(SlotOf { node: self.node_at(path, level), level, index })
        })
    }

    /// Moves `path` from one leaf to the next; returns that leaf and the pair between the two, or
    /// `None` if the leaf was the last one.
    pub(crate) fn next_leaf(self, path: &mut Path) -> Option<Crossing> {
        let slot = self.slot_after_leaf(path)?;
        path.set(slot.level, slot.index + 1);
        // SAFETY: N2, `index + 1 <= len`.
        let child = unsafe { slot.node.child(slot.index + 1) };
        Some((path.descend_first(child, slot.level - 1), slot))
    }

    /// Moves `path` from one leaf to the one before; returns that leaf and the pair between the
    /// two, or `None` if the leaf was the first one.
    pub(crate) fn prev_leaf(self, path: &mut Path) -> Option<Crossing> {
        let slot = self.slot_before_leaf(path)?;
        path.set(slot.level, slot.index);
        // SAFETY: N2, `index < len`.
        let child = unsafe { slot.node.child(slot.index) };
        Some((path.descend_last(child, slot.level - 1), slot))
    }
}

impl<T: Types> RootOf<T> {
    /// The same root, of whose pairs no more is known.
    #[inline]
    pub(crate) fn erased(self) -> ErasedRoot {
        RootOf { node: self.node.erased(), level: self.level }
    }

    /// The node on `level` that `path` leads to, by the edges above that level.
    pub(crate) fn node_at(self, path: &Path, level: usize) -> NodeOf<T> {
        debug_assert!(level <= self.level);
        let mut node = self.node;
        for above in (level + 1..=self.level).rev() {
            // SAFETY: P1: the edge taken at each level above is one of its node's.
            node = unsafe { node.child(path.edge(above)) };
        }
        node
    }

    /// The pair after the edge at `index` of `leaf`, to which `path` leads.
    #[inline]
    pub(super) fn slot_after(
        self,
        leaf: NodeOf<T>,
        index: usize,
        path: &Path,
    ) -> Option<SlotOf<T>> {
        if index < leaf.len() {
            return Some(SlotOf { node: leaf, level: 0, index });
        }
        self.slot_above_after(path)
    }

    /// The pair after the leaf that `path` leads to: in an internal node, if there is one.
    #[inline]
    fn slot_above_after(self, path: &Path) -> Option<SlotOf<T>> {
        (1..=self.level).find_map(|level| {
            let (node, index) = (self.node_at(path, level), path.edge(level));
            (index < node.len()).then_some(SlotOf { node, level, index })
        })
    }
}

/// A leaf that a walk comes to, and the pair that it goes over to get there.
pub(crate) type Crossing = (ErasedNode, ErasedSlot);

/// The way from the root to a place: the edge taken at each level above it.
///
/// The lowest index of a place is not part of its path but a field beside it, since that is the one
/// that changes with every step: a byte written here is read back as part of a wide copy, and the
/// processor would wait for it. Only while a removal runs does level 0 hold it.
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

    /// Goes on leading to the same edge of a leaf where `count` slots went over `slot` to the leaf
    /// on the left, which had `left`.
    pub(super) fn follow_left(&mut self, slot: usize, left: usize, count: usize) {
        let index = self.edge(0);
        if self.edge(1) == slot + 1 && index < count {
            self.set(1, slot);
            self.set(0, left + 1 + index);
        } else if self.edge(1) == slot + 1 {
            self.set(0, index - count);
        }
    }

    /// Goes on leading to the same edge where the nodes of `level` on both sides of `slot` became
    /// one, the left of which had `left`.
    pub(super) fn follow_merge(&mut self, level: usize, slot: usize, left: usize) {
        let edge = self.edge(level + 1);
        if edge == slot + 1 {
            self.set(level, left + 1 + self.edge(level));
        }
        if edge > slot {
            self.set(level + 1, edge - 1);
        }
    }

    /// Goes on to the first leaf under `node`, to which the path leads; returns that leaf.
    #[inline]
    pub(crate) fn descend_first<T: Types>(
        &mut self,
        mut node: NodeOf<T>,
        level: usize,
    ) -> NodeOf<T> {
        for level in (1..=level).rev() {
            self.set(level, 0);
            // SAFETY: N2: an internal node has an edge 0.
            node = unsafe { node.child(0) };
        }
        node
    }

    /// Goes on to the last leaf under `node`, to which the path leads; returns that leaf.
    #[inline]
    pub(crate) fn descend_last<T: Types>(
        &mut self,
        mut node: NodeOf<T>,
        level: usize,
    ) -> NodeOf<T> {
        for level in (1..=level).rev() {
            let len = node.len();
            self.set(level, len);
            // SAFETY: N2: edge `len` is the last one.
            node = unsafe { node.child(len) };
        }
        node
    }

    /// Whether this way leads to a leaf before the one that `other` leads to, or behind it, or to
    /// the same one, in a tree whose root stands on `top`.
    pub(crate) fn compare(&self, other: &Self, top: usize) -> Ordering {
        let own = self.edges[1..=top].iter().rev();
        own.cmp(other.edges[1..=top].iter().rev())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.edges.fmt(f)
    }
}

/// A stored pair.
#[derive(Clone, Copy)]
pub(crate) struct SlotOf<T> {
    pub(crate) node: NodeOf<T>,
    pub(crate) level: usize,
    pub(crate) index: usize,
}

pub(crate) type Slot<K, V, S> = SlotOf<Known<K, V, S>>;

pub(crate) type ErasedSlot = SlotOf<Erased>;

impl ErasedSlot {
    /// The same slot, of a tree with these types.
    #[inline]
    pub(crate) fn with<T: Types>(self, types: T) -> SlotOf<T> {
        SlotOf { node: self.node.with(types), level: self.level, index: self.index }
    }
}

impl<T: Types> SlotOf<T> {
    /// The same slot, of whose pair no more is known.
    #[inline]
    pub(crate) fn erased(self) -> ErasedSlot {
        SlotOf { node: self.node.erased(), level: self.level, index: self.index }
    }
}

impl<K, V, S: Shape<K>> Slot<K, V, S> {
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

    /// The pair, to be looked at.
    ///
    /// # Safety
    ///
    /// The slot is one of a tree that is borrowed for `'a`, and its value is not borrowed for
    /// writing.
    #[inline]
    pub(crate) unsafe fn pair<'a>(self) -> (&'a K, &'a V) {
        // SAFETY: N1; nobody writes as long as the tree is borrowed.
        (unsafe { &*self.key() }, unsafe { &*self.value() })
    }

    /// The pair, the value to be changed.
    ///
    /// # Safety
    ///
    /// The slot is one of a tree that is borrowed for writing for `'a`, and nothing else borrows
    /// its value.
    #[inline]
    pub(crate) unsafe fn pair_mut<'a>(self) -> (&'a K, &'a mut V) {
        // SAFETY: N1; nobody else reads or writes the value.
        (unsafe { &*self.key() }, unsafe { &mut *self.value() })
    }
}

/// A stored pair and the way to it.
pub(crate) struct Place<K, V, S> {
    pub(crate) slot: Slot<K, V, S>,
    pub(crate) path: Path,
}

/// A position between two pairs, or before the first, or after the last: an edge of a leaf.
#[derive(Clone, Copy)]
pub(crate) struct EdgeOf<T> {
    pub(crate) leaf: NodeOf<T>,
    pub(crate) index: usize,
    pub(crate) path: Path,
}

pub(crate) type Edge<K, V, S> = EdgeOf<Known<K, V, S>>;

pub(crate) type ErasedEdge = EdgeOf<Erased>;

impl<T> PartialEq for EdgeOf<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.leaf == other.leaf && self.index == other.index
    }
}

impl ErasedEdge {
    /// The same edge, of a tree with these types.
    #[inline]
    pub(crate) fn with<T: Types>(self, types: T) -> EdgeOf<T> {
        EdgeOf { leaf: self.leaf.with(types), index: self.index, path: self.path }
    }
}

impl<T: Types> EdgeOf<T> {
    /// The same edge, of a tree of whose pairs no more is known.
    #[inline]
    pub(crate) fn erased(self) -> ErasedEdge {
        EdgeOf { leaf: self.leaf.erased(), index: self.index, path: self.path }
    }

    /// The edge that `path` leads to, which has the leaf's index on level 0.
    pub(crate) fn at(root: RootOf<T>, path: Path) -> Self {
        Self { leaf: root.node_at(&path, 0), index: path.edge(0), path }
    }

    /// Where a search or a descent begins. Not an edge of the tree yet, since its node need not be
    /// a leaf: nothing may be done with it before it has been moved.
    #[inline]
    pub(crate) fn start(root: RootOf<T>) -> Self {
        Self { leaf: root.node, index: 0, path: Path::new() }
    }

    /// The edge before the first pair.
    #[inline]
    pub(crate) fn first(root: RootOf<T>) -> Self {
        let mut edge = Self::start(root);
        // The path is right as it is: edge 0 at each level.
        for _ in 0..root.level {
            // SAFETY: N2: an internal node has an edge 0.
            edge.leaf = unsafe { edge.leaf.child(0) };
        }
        edge
    }

    /// The edge after the last pair.
    #[inline]
    pub(crate) fn last(root: RootOf<T>) -> Self {
        let mut edge = Self::start(root);
        edge.descend_last(root.node, root.level);
        edge
    }

    /// Goes on to the first edge under `node`, to which the path leads.
    pub(crate) fn descend_first(&mut self, node: NodeOf<T>, level: usize) {
        self.leaf = self.path.descend_first(node, level);
        self.index = 0;
    }

    /// Goes on to the last edge under `node`, to which the path leads.
    pub(crate) fn descend_last(&mut self, node: NodeOf<T>, level: usize) {
        self.leaf = self.path.descend_last(node, level);
        self.index = self.leaf.len();
    }

    /// Steps over the next pair and returns its slot; `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self, root: RootOf<T>) -> Option<SlotOf<T>> {
        let index = self.index;
        if index < self.leaf.len() {
            self.index = index + 1;
            return Some(SlotOf { node: self.leaf, level: 0, index });
        }
        self.next_above(root)
    }

    /// Steps back over the pair before and returns its slot; `None` at the beginning.
    #[inline]
    pub(crate) fn prev(&mut self, root: RootOf<T>) -> Option<SlotOf<T>> {
        if let Some(index) = self.index.checked_sub(1) {
            self.index = index;
            return Some(SlotOf { node: self.leaf, level: 0, index });
        }
        self.prev_above(root)
    }

    /// `next` at the end of a leaf: the pair is in an internal node, if there is one.
    #[cold]
    fn next_above(&mut self, root: RootOf<T>) -> Option<SlotOf<T>> {
        let (leaf, slot) = root.erased().next_leaf(&mut self.path)?;
        let types = self.leaf.types();
        (self.leaf, self.index) = (leaf.with(types), 0);
        Some(slot.with(types))
    }

    /// `prev` at the beginning of a leaf.
    #[cold]
    fn prev_above(&mut self, root: RootOf<T>) -> Option<SlotOf<T>> {
        let (leaf, slot) = root.erased().prev_leaf(&mut self.path)?;
        let types = self.leaf.types();
        (self.leaf, self.index) = (leaf.with(types), leaf.len());
        Some(slot.with(types))
    }

    /// The pair after this edge; the path of the edge leads to it.
    #[inline]
    pub(crate) fn slot_after(&self, root: RootOf<T>) -> Option<SlotOf<T>> {
        if self.index < self.leaf.len() {
            return Some(SlotOf { node: self.leaf, level: 0, index: self.index });
        }
        let slot = root.erased().slot_after_leaf(&self.path)?;
        Some(slot.with(self.leaf.types()))
    }

    /// The pair before this edge; the path of the edge leads to it.
    #[inline]
    pub(crate) fn slot_before(&self, root: RootOf<T>) -> Option<SlotOf<T>> {
        if let Some(index) = self.index.checked_sub(1) {
            return Some(SlotOf { node: self.leaf, level: 0, index });
        }
        let slot = root.erased().slot_before_leaf(&self.path)?;
        Some(slot.with(self.leaf.types()))
    }
}
