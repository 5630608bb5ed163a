//! [`Gap`]: a position between two pairs, at which a tree is read and edited step by step.
//!
//! An edit there moves slots, and may split or merge nodes; the gap goes with it, so that the next
//! edit needs no search.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::mem;

use allotment_alloc::Allocator;

use crate::raw::path::{Edge, Slot};
use crate::raw::search::Side;
use crate::raw::shape::Shape;
use crate::raw::splice::Freed;
use crate::raw::tree::{Refused, Tree};

/// A position in a tree, which every method must be given again; nothing else may edit it.
///
/// If the allocator unwinds in the midst of an edit, where the gap was is lost, and it is the one
/// before the first pair from then on.
pub(crate) struct Gap<K, V, S> {
    /// `None` in an empty tree, and if it was lost.
    edge: Option<Edge<K, V, S>>,
}

impl<K, V, S> Clone for Gap<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Gap<K, V, S> {}

impl<K, V, S: Shape<K>> Gap<K, V, S> {
    /// The gap that an edge of the tree is.
    pub(crate) fn at(edge: Edge<K, V, S>) -> Self {
        Self { edge: Some(edge) }
    }

    /// The gap before the first pair.
    pub(crate) fn first(tree: &Tree<K, V, S>) -> Self {
        Self { edge: tree.root().map(Edge::first) }
    }

    /// The gap behind the last pair.
    pub(crate) fn last(tree: &Tree<K, V, S>) -> Self {
        Self { edge: tree.root().map(Edge::last) }
    }

    /// The gap beside a key.
    pub(crate) fn beside<Q>(tree: &Tree<K, V, S>, key: &Q, side: Side) -> Self
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        Self { edge: tree.edge_beside(key, side) }
    }

    /// The edge that it is, if the tree has any.
    pub(crate) fn edge(&self, tree: &Tree<K, V, S>) -> Option<Edge<K, V, S>> {
        self.edge.or_else(|| tree.root().map(Edge::first))
    }

    /// Forgets where it is, before an edit of the tree by other means.
    pub(crate) fn lose(&mut self) {
        self.edge = None;
    }

    /// The edge that it is, to be moved.
    fn edge_mut(&mut self, tree: &Tree<K, V, S>) -> Option<&mut Edge<K, V, S>> {
        if self.edge.is_none() {
            self.edge = self.edge(tree);
        }
        self.edge.as_mut()
    }

    /// The pair behind the gap.
    pub(crate) fn slot_after(&self, tree: &Tree<K, V, S>) -> Option<Slot<K, V, S>> {
        let root = tree.root()?;
        match &self.edge {
            Some(edge) => edge.slot_after(root),
            None => Edge::first(root).slot_after(root),
        }
    }

    /// The pair before the gap.
    pub(crate) fn slot_before(&self, tree: &Tree<K, V, S>) -> Option<Slot<K, V, S>> {
        self.edge.as_ref()?.slot_before(tree.root()?)
    }

    /// Steps over the pair behind the gap.
    pub(crate) fn next(&mut self, tree: &Tree<K, V, S>) -> Option<Slot<K, V, S>> {
        self.edge_mut(tree)?.next(tree.root()?)
    }

    /// Steps back over the pair before the gap.
    pub(crate) fn prev(&mut self, tree: &Tree<K, V, S>) -> Option<Slot<K, V, S>> {
        self.edge_mut(tree)?.prev(tree.root()?)
    }

    /// Puts all pairs of `other` in, and lies on that side of them afterwards. O(log n + log m).
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; both trees are as they were.
    ///
    /// # Safety
    ///
    /// A gap of this tree. The nodes of both stem from `alloc` or from one that shares memory.
    pub(crate) unsafe fn splice<'a, A: Allocator>(
        &mut self,
        tree: &mut Tree<K, V, S>,
        side: Side,
        other: &mut Tree<K, V, S>,
        alloc: &'a A,
        freed: &mut Freed<'a, A>,
    ) -> Result<(), Layout> {
        if other.len() == 0 {
            return Ok(());
        }
        let Some(mut edge) = self.edge(tree) else {
            mem::swap(tree, other);
            *self = if side == Side::Before { Self::first(tree) } else { Self::last(tree) };
            return Ok(());
        };
        self.lose();
        // SAFETY: neither is empty; the rest is passed on.
        let spliced = unsafe { tree.splice(&mut edge, side, other, alloc, freed) };
        self.edge = Some(edge);
        spliced
    }

    /// Puts all pairs of a tree of another allocator in, and lies on that side of them afterwards.
    /// O(m log n) for m of them.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; every pair is in one of the two trees.
    ///
    /// # Safety
    ///
    /// A gap of this tree, whose nodes stem from `alloc`; those of the other from `other_alloc`.
    pub(crate) unsafe fn insert_all<A: Allocator>(
        &mut self,
        tree: &mut Tree<K, V, S>,
        side: Side,
        other: &mut Tree<K, V, S>,
        alloc: &A,
        other_alloc: &A,
    ) -> Result<(), Layout> {
        let mut edge = self.edge(tree);
        self.lose();
        // SAFETY: passed on.
        let (count, inserted) = unsafe { tree.insert_all(&mut edge, alloc, other, other_alloc) };
        self.edge = edge;
        if side == Side::Before {
            for _ in 0..count {
                self.prev(tree);
            }
        }
        inserted
    }

    /// Puts a pair in, behind the gap.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; tree and gap are as they were.
    ///
    /// # Safety
    ///
    /// A gap of this tree, whose nodes stem from `alloc`.
    pub(crate) unsafe fn insert<A: Allocator>(
        &mut self,
        tree: &mut Tree<K, V, S>,
        (key, value): (K, V),
        alloc: &A,
    ) -> Result<(), Refused<K, V>> {
        self.edge_mut(tree);
        // SAFETY: passed on.
        unsafe { tree.insert_at(&mut self.edge, key, value, alloc) }
    }

    /// Takes the pair behind the gap out.
    ///
    /// # Safety
    ///
    /// A gap of this tree, whose nodes stem from `alloc`.
    pub(crate) unsafe fn remove<A: Allocator>(
        &mut self,
        tree: &mut Tree<K, V, S>,
        alloc: &A,
    ) -> Option<(K, V)> {
        let slot = self.slot_after(tree)?;
        // SAFETY: a slot of this tree.
        if let Some(pair) = unsafe { tree.remove_in_leaf(slot) } {
            return Some(pair);
        }
        let mut path = self.edge(tree)?.path;
        self.lose();
        // SAFETY: as above, and the path leads to it; the rest is passed on.
        let (pair, replaced) = unsafe { tree.remove_at(slot, &mut path, alloc) };
        self.edge = tree.root().map(|root| Edge::at(root, path));
        if replaced {
            // The pair before the gap has moved behind it.
            self.next(tree);
        }
        Some(pair)
    }
}
