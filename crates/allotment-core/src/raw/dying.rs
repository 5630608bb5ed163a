//! Taking a tree apart: pairs come out from either end, and nodes go back as they are left behind.
//!
//! The front has left a node for good when no slot of it lies ahead, and the back does the same in
//! the other direction. While a pair remains it lies between the two, so neither gives back a node
//! that the other still stands in.
//!
//! Takes for granted N0 to N3, T1, T3, T4, P1. Nothing is refilled: the tree never is a tree again.

use alloc::boxed::Box;
use core::marker::PhantomData;
use core::mem::needs_drop;

use allotment_alloc::Allocator;

use crate::raw::ahead::{are_worthwhile, ask_for_children};
use crate::raw::node::Node;
use crate::raw::path::{Edge, Root};
use crate::raw::shape::Shape;
use crate::raw::slots::take_pair;
use crate::raw::walk::Walk;

/// What is left of a tree that is being consumed.
pub(crate) struct Dying<K, V, S> {
    root: Option<Root<K, V, S>>,
    front: Option<Edge<K, V, S>>,
    back: Option<Edge<K, V, S>>,
    len: usize,
    /// It owns its pairs.
    pairs: PhantomData<Box<(K, V)>>,
}

impl<K, V, S: Shape<K>> Dying<K, V, S> {
    pub(super) fn new(root: Option<Root<K, V, S>>, len: usize) -> Self {
        Self { root, front: None, back: None, len, pairs: PhantomData }
    }

    /// Pairs left.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// A walk over what is left, to look at it.
    pub(crate) fn walk(&self) -> Walk<K, V, S> {
        let left = self.root.filter(|_| self.len > 0);
        left.map_or(Walk::empty(), |root| Walk::left(root, self.front, self.back, self.len()))
    }

    /// Takes the first pair out.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    #[inline]
    pub(crate) unsafe fn take_first<A: Allocator>(&mut self, alloc: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        let root = self.root?;
        let front = self.front.get_or_insert_with(|| Edge::first(root));
        if front.index < front.leaf.len() {
            front.index += 1;
            // SAFETY: N1; the front has passed the slot.
            return Some(unsafe { take_pair(front.leaf, 0, front.index - 1) });
        }
        let passed = *front;
        let slot = front.next(root)?;
        if slot.level == 1 {
            ask_for_children(slot.node, 1, slot.index + 1, Node::<K, V, S>::leaf_ahead());
        } else {
            ask_for_children(root.node_at(&front.path, 1), 1, 0, Node::<K, V, S>::leaf_ahead());
        }
        // SAFETY: N1; the front has passed the slot.
        let pair = unsafe { take_pair(slot.node, slot.level, slot.index) };
        // SAFETY: nothing below that level lies ahead, and the back is not there.
        unsafe { leave(root, &passed, slot.level, alloc) };
        Some(pair)
    }

    /// Takes the last pair out.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    #[inline]
    pub(crate) unsafe fn take_last<A: Allocator>(&mut self, alloc: &A) -> Option<(K, V)> {
        self.len = self.len.checked_sub(1)?;
        let root = self.root?;
        let back = self.back.get_or_insert_with(|| Edge::last(root));
        if let Some(index) = back.index.checked_sub(1) {
            back.index = index;
            // SAFETY: N1; the back has passed the slot.
            return Some(unsafe { take_pair(back.leaf, 0, index) });
        }
        let passed = *back;
        let slot = back.prev(root)?;
        // SAFETY: N1; the back has passed the slot.
        let pair = unsafe { take_pair(slot.node, slot.level, slot.index) };
        // SAFETY: nothing below that level lies ahead, and the front is not there.
        unsafe { leave(root, &passed, slot.level, alloc) };
        Some(pair)
    }

    /// Drops the pairs left, in ascending order, and gives back the nodes.
    ///
    /// If the drop of a pair panics, the rest is dropped and freed all the same.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    pub(crate) unsafe fn finish<A: Allocator>(&mut self, alloc: &A) {
        if !needs_drop::<K>() && !needs_drop::<V>() && self.front.is_none() && self.back.is_none() {
            self.len = 0;
            if let Some(Root { node, level }) = self.root.take() {
                // SAFETY: the whole tree, of pairs that need no drop.
                unsafe { free_below(node, level, are_worthwhile(level), alloc) };
            }
            return;
        }
        /// Goes on with the rest if the drop of a pair unwinds.
        struct Rest<'a, K, V, S: Shape<K>, A: Allocator>(&'a mut Dying<K, V, S>, &'a A);
        impl<K, V, S: Shape<K>, A: Allocator> Drop for Rest<'_, K, V, S, A> {
            fn drop(&mut self) {
                // SAFETY: as for `finish`.
                while let Some(pair) = unsafe { self.0.take_first(self.1) } {
                    drop(pair);
                }
                // SAFETY: no pair is left.
                unsafe { self.0.free_spines(self.1) };
            }
        }
        let rest = Rest(self, alloc);
        // SAFETY: as for `finish`.
        while let Some(pair) = unsafe { rest.0.take_first(alloc) } {
            drop(pair);
        }
    }

    /// Gives back the nodes on the two paths, all that is left when no pair is.
    ///
    /// # Safety
    ///
    /// `len` is 0, and the nodes stem from `alloc`.
    unsafe fn free_spines<A: Allocator>(&mut self, alloc: &A) {
        let Some(root) = self.root.take() else { return };
        let front = self.front.unwrap_or_else(|| Edge::first(root));
        let back = self.back.unwrap_or_else(|| Edge::last(root));
        let Root { node, level } = root;
        let (mut left, mut right) = (node, node);
        for level in (0..=level).rev() {
            let pair = (left, right);
            if level > 0 {
                // SAFETY: P1; the front still stands in all the nodes of its path.
                left = unsafe { left.child(front.path.edge(level)) };
                // SAFETY: P1; so does the back.
                right = unsafe { right.child(back.path.edge(level)) };
            }
            // SAFETY: its children are known, so nobody needs it any more.
            unsafe { pair.0.deallocate(level, alloc) };
            if pair.0 != pair.1 {
                // SAFETY: as above; a different node.
                unsafe { pair.1.deallocate(level, alloc) };
            }
        }
    }
}

/// Gives back the nodes on the path to `edge` below `level`, lowest first.
///
/// # Safety
///
/// Nobody uses them again, and they stem from `alloc`.
unsafe fn leave<K, V, S: Shape<K>, A: Allocator>(
    root: Root<K, V, S>,
    edge: &Edge<K, V, S>,
    level: usize,
    alloc: &A,
) {
    for below in 0..level {
        // SAFETY: P1; the nodes above are still there.
        unsafe { root.node_at(&edge.path, below).deallocate(below, alloc) };
    }
}

/// Gives back a node and all below it without looking at the pairs.
///
/// # Safety
///
/// `node` stands on `level`, and with all below it is in no tree any more; all stem from `alloc`.
unsafe fn free_below<K, V, S: Shape<K>, A: Allocator>(
    node: Node<K, V, S>,
    level: usize,
    with_hints: bool,
    alloc: &A,
) {
    if level > 0 {
        for edge in 0..=node.len() {
            if with_hints {
                // Where an allocator is likely to write.
                ask_for_children(node, level, edge, 1);
            }
            // SAFETY: N2.
            let child = unsafe { node.child(edge) };
            // SAFETY: passed on; at most `MAX_HEIGHT` calls deep (T1).
            unsafe { free_below(child, level - 1, with_hints, alloc) };
        }
    }
    // SAFETY: nothing below it is left.
    unsafe { node.deallocate(level, alloc) };
}
