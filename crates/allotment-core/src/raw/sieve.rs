//! [`Sieve`]: going over the pairs of one leaf, dropping those that a closure does not keep.
//!
//! ```text
//! kept, in place | hole | kept, to be moved | not visited yet
//!               kept   run                 next               len
//! ```
//!
//! What is kept moves down a run at a time, and the leaf is refilled once, when it is done with.
//! User code runs while there is a hole, but the tree is borrowed for as long as the sieve lives,
//! and the sieve closes the hole and refills the leaf also if that code unwinds.
//!
//! Takes for granted N0 to N3, T1, T2, P1. Does not care about order.

use allotment_alloc::Allocator;

use crate::raw::gap::Gap;
use crate::raw::pairs::take_pair;
use crate::raw::path::Edge;
use crate::raw::shape::Shape;
use crate::raw::slots::Slots;
use crate::raw::totals::add_along;
use crate::raw::tree::Tree;

/// A leaf that is being gone over: see the file's head.
struct Sieve<'a, K, V, S: Shape<K>, A: Allocator> {
    gap: &'a mut Gap<K, V, S>,
    tree: &'a mut Tree<K, V, S>,
    alloc: &'a A,
    /// Leads to the leaf.
    edge: Edge<K, V, S>,
    kept: usize,
    run: usize,
    next: usize,
}

impl<K, V, S: Shape<K>> Gap<K, V, S> {
    /// Goes over the pairs from the gap up to slot `end` of its leaf, drops those that `keep` does
    /// not keep, and lies behind the last one then; what has been visited by then, if `keep` or a
    /// drop unwinds.
    ///
    /// O(B) for a leaf of B slots, and what refilling it takes if it is left with too few.
    ///
    /// # Safety
    ///
    /// A gap of this tree, whose nodes stem from `alloc`; `end` is at most the length of the leaf,
    /// and not before the gap.
    pub(crate) unsafe fn sieve<A: Allocator>(
        &mut self,
        tree: &mut Tree<K, V, S>,
        end: usize,
        keep: impl FnMut(&K, &mut V) -> bool,
        alloc: &A,
    ) {
        let Some(edge) = self.edge(tree) else { return };
        self.lose();
        let [kept, run, next] = [edge.index; 3];
        let mut sieve = Sieve { gap: self, tree, alloc, edge, kept, run, next };
        // SAFETY: passed on.
        unsafe { sieve.pass(end, keep) };
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Sieve<'_, K, V, S, A> {
    /// # Safety
    ///
    /// `end` is at most the length of the leaf.
    unsafe fn pass(&mut self, end: usize, mut keep: impl FnMut(&K, &mut V) -> bool) {
        let leaf = self.edge.leaf;
        while self.next < end {
            let (key, value) =
                (leaf.keys().wrapping_add(self.next), leaf.values(0).wrapping_add(self.next));
            // SAFETY: N1; slots from `next` on have not been touched.
            let key = unsafe { &*key };
            // SAFETY: as for the key, and the tree is borrowed for writing.
            let value = unsafe { &mut *value };
            if keep(key, value) {
                self.next += 1;
                continue;
            }
            self.close_up(self.next);
            // SAFETY: N1; the slot is part of the hole from here on.
            let pair = unsafe { take_pair(leaf, 0, self.next) };
            self.next += 1;
            self.run = self.next;
            drop(pair);
        }
    }

    /// Moves the slots of the run, which ends at `end`, to where the hole begins.
    fn close_up(&mut self, end: usize) {
        let count = end - self.run;
        if self.kept < self.run {
            // SAFETY: slots of a leaf; those of the hole own nothing.
            unsafe { Slots::of(self.edge.leaf.erased(), 0).shift(self.run, self.kept, count) };
        }
        self.kept += count;
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Sieve<'_, K, V, S, A> {
    fn drop(&mut self) {
        let Edge { leaf, index, path } = &mut self.edge;
        let (leaf, gone) = (*leaf, self.run - self.kept);
        *index = self.next - gone;
        path.set(0, *index);
        if gone == 0 {
            *self.gap = Gap::at(self.edge);
            return;
        }
        self.close_up(leaf.len());
        leaf.shrink(self.kept);
        self.tree.len -= gone;
        let path = &mut self.edge.path;
        if let Some(root) = self.tree.root() {
            add_along(root.erased(), path, -gone.cast_signed());
        }
        if leaf.geometry().falls_short(leaf.len()) {
            // SAFETY: the path leads to the leaf, the only node with too few slots; T4.
            unsafe { self.tree.refill(path, self.alloc) };
        }
        if let Some(root) = self.tree.root() {
            *self.gap = Gap::at(Edge::at(root, *path));
        }
    }
}
