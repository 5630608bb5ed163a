//! Clearing a tree in steps, from its end, so that each step visits few nodes.
//!
//! The last leaf goes, and with it the slot before it in the parent; which is a tree but for its
//! right border, where nodes may come to have too few slots. [`mend`] sees to that: when a parent
//! has no slot left, and when a step ends or unwinds.
//!
//! Takes for granted N0 to N3, T1 to T4. What is dropped is out of the tree before.

use core::mem::needs_drop;
use core::ptr::{drop_in_place, slice_from_raw_parts_mut};

use allotment_alloc::Allocator;

use crate::raw::ahead::ask_for_leaves_before;
use crate::raw::counted::{Count, Counted};
use crate::raw::hint::Hint;
use crate::raw::node::Node;
use crate::raw::owned::{Free, Owned};
use crate::raw::pairs::take_pair;
use crate::raw::path::Edge;
use crate::raw::shape::Shape;
use crate::raw::tree::Tree;

/// A value that holds blocks, of which all but a few can be given back before it is.
pub(crate) trait Reap: Free + Count {
    /// Drops what is in the blocks, until `left` of them have gone back, which is counted down, or
    /// few are left. It is not empty afterwards. Whether only [so few](Reap::blocks) are left.
    ///
    /// # Safety
    ///
    /// They stem from `alloc`.
    unsafe fn reap<A: Allocator>(&mut self, left: &mut usize, alloc: &A) -> bool;

    /// How many are left when there are few: three at most.
    fn blocks(&self) -> usize;
}

/// Drops the last pairs of a tree, until `left` nodes have gone back, which is counted down, or the
/// tree is empty.
///
/// # Safety
///
/// The nodes stem from `alloc`.
pub(crate) unsafe fn reap<K, V, S: Shape<K>, A: Allocator>(
    tree: &mut Tree<K, V, S>,
    left: &mut usize,
    alloc: &A,
) {
    // SAFETY: passed on.
    unsafe { reap_but_one(tree, left, alloc) };
    if let Some(root) = tree.root.filter(|root| *left > 0 && root.level == 0) {
        *tree = Tree::new();
        *left -= 1;
        // SAFETY: the leaf was the whole tree, and is out of it.
        unsafe { end_leaf(root.node, alloc) };
    }
}

/// [`reap`], which stops before the last leaf.
///
/// # Safety
///
/// As for `reap`.
pub(crate) unsafe fn reap_but_one<K, V, S: Shape<K>, A: Allocator>(
    tree: &mut Tree<K, V, S>,
    left: &mut usize,
    alloc: &A,
) {
    let mut end = End { tree, left, alloc, is_whole: true };
    while *end.left > 0
        && let Some(parent) = end.last_parent()
    {
        // Where an allocator is likely to write, and what is to be dropped.
        let bytes = if needs_drop::<(K, V)>() { parent.leaf_ahead() } else { 1 };
        let last = parent.len();
        while *end.left > 0 && parent.len() > 0 {
            ask_for_leaves_before(parent.erased(), parent.len(), parent.len() == last, bytes);
            // SAFETY: it has a slot, and a leaf behind it.
            unsafe { end.drop_last(parent) };
        }
    }
}

/// [`reap`] for a tree whose values hold blocks: `total` tells how much is in them. Unless
/// `to_the_end` it stops before the last pair.
///
/// # Safety
///
/// As for `reap`, and for the blocks of the values too.
pub(crate) unsafe fn reap_lists<K, T: Reap, S: Shape<K>, A: Allocator>(
    (tree, total): (&mut Tree<K, T, S>, &mut usize),
    to_the_end: bool,
    left: &mut usize,
    alloc: &A,
) {
    let mut end = End { tree, left, alloc, is_whole: true };
    let least = if to_the_end { 0 } else { 1 };
    while *end.left > 0
        && end.tree.len > least
        && let Some(root) = end.tree.root
    {
        let leaf = Edge::last(root).leaf;
        while *end.left > 0 && leaf.len() > 0 && end.tree.len > least {
            // SAFETY: the last leaf, which has a slot.
            if !unsafe { end.take_list(leaf, total) } {
                return;
            }
        }
        if leaf.len() == 0 {
            *end.left = end.left.saturating_sub(1);
            end.mend();
        }
    }
}

/// The end of a tree, where it is being given up; mended when this is dropped.
struct End<'a, K, V, S: Shape<K>, A: Allocator> {
    tree: &'a mut Tree<K, V, S>,
    left: &'a mut usize,
    alloc: &'a A,
    /// Whether all is as T2 says.
    is_whole: bool,
}

impl<K, V, S: Shape<K>, A: Allocator> End<'_, K, V, S, A> {
    /// The parent of the last leaf, which has a slot; `None` if no leaf has one.
    fn last_parent(&mut self) -> Option<Node<K, V, S>> {
        loop {
            let root = self.tree.root.filter(|root| root.level > 0)?;
            let mut parent = root.node;
            for _ in 1..root.level {
                // SAFETY: N2: edge `len` is the last one.
                parent = unsafe { parent.child(parent.len()) };
            }
            if parent.len() > 0 {
                return Some(parent);
            }
            self.mend();
        }
    }

    /// Drops the last leaf under `parent`, and the pair before it.
    ///
    /// # Safety
    ///
    /// `parent` is the one of the last leaf, and has a slot.
    unsafe fn drop_last(&mut self, parent: Node<K, V, S>) {
        let at = parent.len();
        // SAFETY: N2: edge `len` is the last one.
        let leaf = unsafe { parent.child(at) };
        // SAFETY: N1; the slot is given up at once.
        let pair = unsafe { take_pair(parent, 1, at - 1) };
        parent.shrink_by_one();
        self.begin();
        self.tree.len -= leaf.len() + 1;
        *self.left -= 1;
        // SAFETY: out of the tree just now.
        unsafe { end_leaf(leaf, self.alloc) };
        drop(pair);
    }

    /// Notes that the border is no longer as it should be.
    fn begin(&mut self) {
        self.is_whole = false;
        self.tree.hint = Hint::NONE;
    }

    /// Sees to it that the right border is as it should be; what that sets free counts.
    fn mend(&mut self) {
        self.is_whole = true;
        // SAFETY: only the right border can be short of slots; T4.
        let freed = unsafe { self.tree.edit().mend_end(self.alloc) };
        *self.left = self.left.saturating_sub(freed);
    }
}

impl<K, T: Reap, S: Shape<K>, A: Allocator> End<'_, K, T, S, A> {
    /// Takes the last pair out and frees it, unless that takes more steps: whether it did.
    ///
    /// # Safety
    ///
    /// `leaf` is the last one, and has a slot.
    unsafe fn take_list(&mut self, leaf: Node<K, T, S>, total: &mut usize) -> bool {
        let last = leaf.len() - 1;
        // SAFETY: N1; the tree is borrowed for writing.
        let list = unsafe { &mut *leaf.values(0).wrapping_add(last) };
        let counted = Counted::new(list, total);
        // SAFETY: T4.
        let is_reaped = unsafe { counted.list.reap(self.left, self.alloc) };
        drop(counted);
        if !is_reaped {
            return false;
        }
        // SAFETY: N1; the slot is given up at once.
        let (key, list) = unsafe { take_pair(leaf, 0, last) };
        leaf.shrink_by_one();
        self.begin();
        self.tree.len -= 1;
        *total -= list.len();
        *self.left = self.left.saturating_sub(list.blocks());
        // SAFETY: T4.
        let list = unsafe { Owned::new(list, self.alloc) };
        drop(key);
        drop(list);
        true
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for End<'_, K, V, S, A> {
    fn drop(&mut self) {
        if !self.is_whole {
            self.mend();
        }
    }
}

/// Drops the pairs of a leaf and gives it back, that even if a drop unwinds.
///
/// # Safety
///
/// The leaf is in no tree any more, and stems from `alloc`.
unsafe fn end_leaf<K, V, S: Shape<K>, A: Allocator>(leaf: Node<K, V, S>, alloc: &A) {
    struct Block<'a, K, V, S: Shape<K>, A: Allocator>(Node<K, V, S>, &'a A);
    impl<K, V, S: Shape<K>, A: Allocator> Drop for Block<'_, K, V, S, A> {
        fn drop(&mut self) {
            // SAFETY: by the promise of whoever calls `end_leaf`.
            unsafe { self.0.deallocate(0, self.1) };
        }
    }
    struct Column<T>(*mut [T]);
    impl<T> Drop for Column<T> {
        fn drop(&mut self) {
            // SAFETY: N1; nobody reads them again.
            unsafe { drop_in_place(self.0) };
        }
    }
    let block = Block(leaf, alloc);
    if needs_drop::<(K, V)>() {
        let values = Column(slice_from_raw_parts_mut(leaf.values(0), leaf.len()));
        drop(Column(slice_from_raw_parts_mut(leaf.keys(), leaf.len())));
        drop(values);
    }
    drop(block);
}
