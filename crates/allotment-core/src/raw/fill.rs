//! [`Fill`]: putting pairs in at the end of a tree, so that full nodes stay behind.
//!
//! ```text
//!           [ c ]                  [ c | F ]
//!          /     \       ->       /    |    \
//!       a b      d e            a b   d e    .
//! ```
//!
//! A pair that finds the last leaf full goes up to the first node of the right spine that has room,
//! and a new, empty leaf is begun behind it, with new nodes above it where the spine was full. The
//! new nodes may stay without slots, against T2: [`finish`](Fill::finish) gives each of them one.
//!
//! Takes for granted N0 to N3, T1. Does not care about order.

use crate::raw::heads::{note_behind, note_more};
use crate::raw::node::NodeOf;
use crate::raw::path::{EdgeOf, RootOf, SlotOf};
use crate::raw::shape::MAX_HEIGHT;
use crate::raw::slots::rotate_right;
use crate::raw::spare::Supply;
use crate::raw::totals::{recount, recount_child};
use crate::raw::types::Types;

/// A tree that grows at its end.
pub(super) struct Fill<T> {
    types: T,
    root: Option<RootOf<T>>,
    /// The last leaf.
    leaf: Option<NodeOf<T>>,
    len: usize,
}

impl<T: Types> Fill<T> {
    /// Goes on from the tree under `root`, which has `len` slots.
    pub(super) fn new(types: T, root: Option<RootOf<T>>, len: usize) -> Self {
        Self { types, root, leaf: root.map(|root| last_at(root, 0)), len }
    }

    /// The last leaf and the slots in use there, unless it is full or there is none.
    #[inline]
    pub(super) fn room(&self) -> Option<(NodeOf<T>, usize)> {
        let leaf = self.leaf?;
        let len = leaf.len();
        (len < leaf.slots()).then_some((leaf, len))
    }

    /// Whether the next pair takes another root, one that need not have all slots. To be asked when
    /// there is no [`room`](Self::room).
    pub(super) fn is_outgrown(&self) -> bool {
        self.root.is_none_or(|root| full_levels(root) == root.level)
    }

    /// Counts the pairs that were moved to the end of the last leaf.
    ///
    /// # Safety
    ///
    /// `leaf` is the last leaf, of `len` slots, and the `count` slots behind those own a pair each.
    #[inline]
    pub(super) unsafe fn keep(&mut self, leaf: NodeOf<T>, len: usize, count: usize) {
        leaf.set_len(len + count);
        self.len += count;
        // SAFETY: by the caller's promise.
        unsafe { note_behind(leaf.erased(), len) };
    }

    /// How many leaves and internal nodes it takes to [`grow`](Self::grow).
    ///
    /// # Panics
    ///
    /// If the tree would grow past `MAX_HEIGHT` levels (T1).
    pub(super) fn needs(&self) -> (usize, usize) {
        let Some(root) = self.root else { return (1, 0) };
        let full = full_levels(root);
        let grows = full == root.level;
        assert!(!grows || root.level + 1 < MAX_HEIGHT, "a tree of {MAX_HEIGHT} levels cannot grow");
        (1, full + usize::from(grows))
    }

    /// Begins a tree, or a new leaf behind a full one, and answers the slot where the next pair
    /// goes: at the beginning of the tree, or between the two leaves.
    ///
    /// # Safety
    ///
    /// There is no [`room`](Self::room), and the root has all slots or one to spare; `stock` has
    /// what [`needs`](Self::needs) says. A pair is moved to that slot and
    /// [`seated`](Self::seated) before foreign code runs.
    pub(super) unsafe fn grow(&mut self, stock: &mut dyn Supply) -> SlotOf<T> {
        let leaf = stock.take(0).with(self.types);
        if let Some(full) = self.leaf.replace(leaf) {
            // SAFETY: the last leaf so far, whose slots have keys.
            unsafe { note_more(full.erased()) };
        }
        self.len += 1;
        let Some(root) = self.root.as_mut() else {
            leaf.set_len(1);
            self.root = Some(RootOf { node: leaf, level: 0 });
            return SlotOf { node: leaf, level: 0, index: 0 };
        };
        let mut right = leaf;
        for level in 1..=root.level {
            let node = last_at(*root, level);
            let index = node.len();
            // SAFETY: N2: the last edge so far, below which nothing changes from now on.
            unsafe { recount_child(node.erased(), level, index) };
            if !node.is_full() {
                // SAFETY: `index + 1` is at most the number of slots.
                unsafe { node.set_child(index + 1, right) };
                node.set_len(index + 1);
                return SlotOf { node, level, index };
            }
            // SAFETY: it is full, and its slots have keys.
            unsafe { note_more(node.erased()) };
            let above = stock.take(level).with(self.types);
            // SAFETY: edge 0 of a new internal node.
            unsafe { above.set_child(0, right) };
            right = above;
        }
        let level = root.level + 1;
        let node = stock.take(level).with(self.types);
        // SAFETY: edge 0 of a new internal node.
        unsafe { node.set_child(0, root.node) };
        // SAFETY: as above.
        unsafe { recount_child(node.erased(), level, 0) };
        // SAFETY: edge 1, behind its only slot.
        unsafe { node.set_child(1, right) };
        node.set_len(1);
        *root = RootOf { node, level };
        SlotOf { node, level, index: 0 }
    }

    /// Counts on the pair that was moved to a slot which [`grow`](Self::grow) made.
    ///
    /// # Safety
    ///
    /// It was, and the tree did not change since.
    pub(super) unsafe fn seated(&self, slot: SlotOf<T>) {
        // SAFETY: the last slot of its node; all of them have keys now.
        unsafe { note_behind(slot.node.erased(), slot.index) };
    }

    /// The tree, T2 included, and how many slots it has.
    pub(super) fn finish(&self) -> (Option<RootOf<T>>, usize) {
        let Some(RootOf { mut node, level }) = self.root else { return (None, 0) };
        // SAFETY: the slots of a node of the tree have keys.
        unsafe { note_more(node.erased()) };
        for level in (1..=level).rev() {
            let last = node.len();
            // SAFETY: N2.
            let child = unsafe { node.child(last) };
            if child.len() == 0 {
                // SAFETY: a node without slots was begun behind a full one, which can lend; the
                // root has a slot, and so has each node that was seen to on the way here.
                unsafe { rotate_right(node, level, last - 1, 1) };
            }
            // SAFETY: the slots of a node of the tree have keys.
            unsafe { note_more(child.erased()) };
            node = child;
        }
        if let Some(root) = self.root {
            recount(root.erased(), &EdgeOf::last(root).path);
        }
        (self.root, self.len)
    }
}

/// On how many levels above the leaves the last node is full, from the lowest on without a gap.
fn full_levels<T: Types>(root: RootOf<T>) -> usize {
    (1..=root.level).take_while(|level| last_at(root, *level).is_full()).count()
}

/// The last node on `level` of the tree under `root`.
pub(super) fn last_at<T: Types>(root: RootOf<T>, level: usize) -> NodeOf<T> {
    let mut node = root.node;
    for _ in level..root.level {
        // SAFETY: N2: edge `len` is the last one.
        node = unsafe { node.child(node.len()) };
    }
    node
}
