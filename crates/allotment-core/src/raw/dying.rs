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
use crate::raw::node::ErasedNode;
use crate::raw::pairs::take_pair;
use crate::raw::path::{Crossing, Edge, ErasedRoot, ErasedSlot, Path, Root};
use crate::raw::run::{BACK, FRONT};
use crate::raw::shape::Shape;
use crate::raw::types::Known;
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
        let (leaf, slot) = go_on(root.erased(), &mut front.path)?;
        (front.leaf, front.index) = (leaf.with(Known::NEW), 0);
        // SAFETY: N1; the front has passed the slot.
        let pair = unsafe { take_pair(slot.node.with(root.node.types()), slot.level, slot.index) };
        // SAFETY: nothing before the slot lies ahead, and the back is not there.
        unsafe { leave(slot, FRONT, alloc) };
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
        let (leaf, slot) = root.erased().prev_leaf(&mut back.path)?;
        (back.leaf, back.index) = (leaf.with(Known::NEW), leaf.len());
        // SAFETY: N1; the back has passed the slot.
        let pair = unsafe { take_pair(slot.node.with(root.node.types()), slot.level, slot.index) };
        // SAFETY: nothing behind the slot lies ahead, and the front is not there.
        unsafe { leave(slot, BACK, alloc) };
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
                unsafe { free_below(node.erased(), level, are_worthwhile(level), alloc) };
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
        // SAFETY: passed on; both ends still stand in all the nodes of their paths.
        unsafe { free_paths(root.erased(), &front.path, &back.path, alloc) };
    }
}

/// Gives back the nodes on two paths.
///
/// # Safety
///
/// Nobody uses them again, and they stem from `alloc`.
unsafe fn free_paths<A: Allocator>(root: ErasedRoot, front: &Path, back: &Path, alloc: &A) {
    let ErasedRoot { node, level } = root;
    let (mut left, mut right) = (node, node);
    for level in (0..=level).rev() {
        let pair = (left, right);
        if level > 0 {
            // SAFETY: P1.
            left = unsafe { left.child(front.edge(level)) };
            // SAFETY: P1.
            right = unsafe { right.child(back.edge(level)) };
        }
        // SAFETY: its children are known, so nobody needs it any more.
        unsafe { pair.0.deallocate(level, alloc) };
        if pair.0 != pair.1 {
            // SAFETY: as above; a different node.
            unsafe { pair.1.deallocate(level, alloc) };
        }
    }
}

/// Moves `path` from one leaf to the next, and asks for those after it; answers that leaf and the
/// pair between the two.
fn go_on(root: ErasedRoot, path: &mut Path) -> Option<Crossing> {
    let (leaf, slot) = root.next_leaf(path)?;
    let (parent, edge) = match slot.level {
        1 => (slot.node, slot.index + 1),
        _ => (root.node_at(path, 1), 0),
    };
    ask_for_children(parent, 1, edge, parent.leaf_ahead());
    Some((leaf, slot))
}

/// Gives back the nodes that an end has left for good, by going over `slot`: one a level below it,
/// each at that side of the one above where the slot is.
///
/// # Safety
///
/// Nobody uses them again, and they stem from `alloc`.
unsafe fn leave<A: Allocator>(slot: ErasedSlot, end: usize, alloc: &A) {
    // SAFETY: N2, an edge beside a slot.
    let mut node = unsafe { slot.node.child(slot.index + end) };
    for level in (0..slot.level).rev() {
        let left = node;
        if level > 0 {
            // SAFETY: N2, the first or the last edge.
            node = unsafe { left.child(if end == FRONT { left.len() } else { 0 }) };
        }
        // SAFETY: its child is known, so nobody needs it any more.
        unsafe { left.deallocate(level, alloc) };
    }
}

/// Gives back a node and all below it without looking at the pairs.
///
/// # Safety
///
/// `node` stands on `level`, and with all below it is in no tree any more; all stem from `alloc`.
unsafe fn free_below<A: Allocator>(node: ErasedNode, level: usize, with_hints: bool, alloc: &A) {
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
