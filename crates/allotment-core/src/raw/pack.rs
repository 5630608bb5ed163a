//! Packing a tree: its pairs move to the front of its own nodes, and the nodes left over go back.
//!
//! Takes for granted N0 to N3, T1 to T3. Compares nothing, and does not care about order.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::count::count_leaves;
use crate::raw::erased::ErasedTree;
use crate::raw::fill::Fill;
use crate::raw::join::join_mending;
use crate::raw::path::{ErasedRoot, ErasedSlot};
use crate::raw::shape::Shape;
use crate::raw::slots::Slots;
use crate::raw::source::Source;
use crate::raw::stock::Stock;
use crate::raw::tree::Tree;
use crate::raw::types::Erased;

/// A tree that is being packed. Dropped, it is one tree again: what was packed, and the rest.
struct Pack<'a, A: Allocator> {
    tree: &'a mut ErasedTree,
    rest: Source,
    packed: Fill<Erased>,
    /// Beyond what the next step needs, it has what the last join does.
    stock: Stock<'a, A>,
    /// Internal nodes that the last join needs at most.
    kept: usize,
}

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// [`ErasedTree::compact`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    pub(crate) unsafe fn compact<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        // SAFETY: passed on.
        unsafe { self.edit().compact(alloc) }
    }

    /// [`ErasedTree::shrink_to_fit`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    pub(crate) unsafe fn shrink_to_fit<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        // SAFETY: passed on.
        unsafe { self.edit().shrink_to_fit(alloc) }
    }
}

impl ErasedTree {
    /// Packs the tree, so that all leaves but the last two are full, and the root has as few slots
    /// as it can. O(n).
    ///
    /// Asks the allocator for two nodes a level and two more, and for nothing while it moves: each
    /// node that empties comes in time for the one that is needed.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    unsafe fn compact<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        if self.root.is_some_and(|root| root.level > 0) {
            // SAFETY: passed on.
            unsafe { self.pack(alloc) }?;
        }
        let Some(ErasedRoot { node, level }) = self.root else { return Ok(()) };
        let mut slots = node.geometry().slots_after(0, level);
        while slots < node.len() {
            slots = node.geometry().slots_after(slots, level);
        }
        // SAFETY: slots enough for what the root has; the rest is passed on.
        unsafe { self.resize_root(slots, alloc) }
    }

    /// `compact` for a tree of several leaves.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    unsafe fn pack<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        // SAFETY: passed on.
        unsafe { self.make_whole(alloc) }?;
        let Some(root) = self.root else { return Ok(()) };
        let kept = root.level + 1;
        let geometry = root.node.geometry();
        let mut stock = Stock::new(geometry, alloc);
        stock.reserve(2, kept + root.level)?;
        let rest = Source::new(root, self.len);
        let packed = Fill::new(geometry, None, 0);
        let mut pack = Pack { tree: self, rest, packed, stock, kept };
        while pack.step()? {}
        Ok(())
    }

    /// Packs the tree if that frees an eighth of its leaves or more. O(n) then, and otherwise a
    /// walk over the internal nodes.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    unsafe fn shrink_to_fit<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        let Some(root) = self.root else { return Ok(()) };
        let leaves = count_leaves(root);
        // Each leaf but the last comes with the slot behind it.
        let packed = (self.len + 1).div_ceil(root.node.capacity() + 1);
        if leaves > 1 && leaves - packed.min(leaves) < leaves.div_ceil(8) {
            return Ok(());
        }
        // SAFETY: passed on.
        unsafe { self.compact(alloc) }
    }
}

impl<A: Allocator> Pack<'_, A> {
    /// Moves slots until a leaf of either kind is at its end; answers whether there were any.
    fn step(&mut self) -> Result<bool, Layout> {
        let Some(span) = self.rest.span() else { return Ok(false) };
        let from = Slots::of(span.node, span.level);
        let count = if let Some((leaf, len)) = self.packed.room() {
            let count = span.count.min(leaf.capacity() - len);
            // SAFETY: slots of the span, and as many with room.
            unsafe { from.transfer(span.index, (Slots::of(leaf, 0), len), count) };
            // SAFETY: they were moved there.
            unsafe { self.packed.keep(leaf, len, count) };
            count
        } else {
            let (leaves, internals) = self.packed.needs();
            self.stock.reserve(leaves, internals + self.kept)?;
            // SAFETY: there is no room, and the nodes were reserved.
            let ErasedSlot { node, level, index } = unsafe { self.packed.grow(&mut self.stock) };
            // SAFETY: a slot of the span, to the one made for it.
            unsafe { from.transfer_one(span.index, (Slots::of(node, level), index)) };
            // SAFETY: just now.
            unsafe { self.packed.seated(ErasedSlot { node, level, index }) };
            1
        };
        // SAFETY: they were moved out.
        unsafe { self.rest.advance(&span, count, &mut self.stock) };
        Ok(true)
    }
}

impl<A: Allocator> Drop for Pack<'_, A> {
    fn drop(&mut self) {
        let mut freed: [_; 2] = self.stock.spares();
        // SAFETY: the source is not used again.
        let (rest, rest_len) = unsafe { self.rest.whole(&mut freed[0]) };
        let (packed, len) = self.packed.finish();
        // SAFETY: the rest is mended at its left border, and enough nodes were kept.
        let root = unsafe { join_mending(packed, rest, &mut self.stock, &mut freed[1]) };
        *self.tree = ErasedTree { root, len: len + rest_len };
    }
}
