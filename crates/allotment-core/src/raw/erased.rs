//! [`ErasedTree`]: what takes nodes from the allocator or gives some back, and does not look at a
//! pair. Compiled once for each type of allocator.
//!
//! To give nodes back runs the allocator, which may unwind, so a tree is whole before that.
//!
//! Takes for granted N0 to N3, T1 to T4, P1. Does not care about order.

use core::alloc::Layout;
use core::mem::take;

use allotment_alloc::Allocator;

use crate::raw::cut::{Border, cut, mend};
use crate::raw::insert::replace_root;
use crate::raw::join::{join, join_needs};
use crate::raw::path::{ErasedEdge, ErasedRoot, Path};
use crate::raw::refill::refill;
use crate::raw::source::Source;
use crate::raw::spare::Spare;
use crate::raw::stock::Stock;

/// A tree of whose pairs no more is known. It owns nothing: it stands for one that does.
#[derive(Clone, Copy, Default)]
pub(super) struct ErasedTree {
    pub(super) root: Option<ErasedRoot>,
    pub(super) len: usize,
}

impl ErasedTree {
    /// Gives the tree another root, of so many slots, unless it has as many.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`, and `slots` are enough for what the root has.
    pub(super) unsafe fn resize_root<A: Allocator>(
        &mut self,
        slots: usize,
        alloc: &A,
    ) -> Result<(), Layout> {
        if let Some(root) = self.root.filter(|root| root.node.slots() != slots) {
            let mut spare = Spare::new(root.node.geometry(), alloc);
            spare.reserve_root(root.level, slots)?;
            // SAFETY: its slots are enough.
            self.root = Some(unsafe { replace_root(root, &mut spare) });
        }
        Ok(())
    }

    /// Gives the root all slots, as operations on whole trees ask: it may become a node like any
    /// other.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`.
    pub(super) unsafe fn make_whole<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        let slots = self.root.map_or(0, |root| root.node.capacity());
        // SAFETY: all slots are enough; the rest is passed on.
        unsafe { self.resize_root(slots, alloc) }
    }

    /// Refills the leaf that `path` leads to, which goes on leading to the same position.
    ///
    /// # Safety
    ///
    /// No other node has too few slots; all stem from `alloc`.
    pub(super) unsafe fn refill<A: Allocator>(&mut self, path: &mut Path, alloc: &A) {
        if let Some(root) = self.root {
            let mut freed = Spare::new(root.node.geometry(), alloc);
            // SAFETY: passed on.
            unsafe { refill(&mut self.root, path, &mut freed) };
        }
    }

    /// Cuts the tree at `edge`: it keeps what lies before, and what lies behind is answered.
    ///
    /// `freed` gets nodes that the cut sets free: to be dropped when both trees have an owner.
    ///
    /// O(log n), and O(m) to count the smaller part, of m pairs.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`; `freed` is of it too.
    pub(super) unsafe fn cut<A: Allocator>(
        &mut self,
        edge: &ErasedEdge,
        alloc: &A,
        freed: &mut [Spare<'_, A>; 2],
    ) -> Result<Self, Layout> {
        // SAFETY: passed on.
        let (root, len) = unsafe { cut((&mut self.root, self.len), edge, alloc, freed) }?;
        self.len -= len;
        Ok(Self { root, len })
    }

    /// [`cut`](Self::cut) for a tree that has an owner already, and becomes what lies behind.
    ///
    /// # Errors
    ///
    /// As for `cut`.
    ///
    /// # Safety
    ///
    /// As for `cut`; `behind` is empty.
    pub(super) unsafe fn cut_off<A: Allocator>(
        &mut self,
        edge: &ErasedEdge,
        behind: &mut Self,
        alloc: &A,
    ) -> Result<(), Layout> {
        if let Some(root) = self.root {
            let mut freed = Spare::several(root.node.geometry(), alloc);
            // SAFETY: passed on.
            *behind = unsafe { self.cut(edge, alloc, &mut freed) }?;
        }
        Ok(())
    }

    /// Joins `other`, all of whose pairs come before those of this tree or behind. O(height).
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the trees have the pairs that they had.
    ///
    /// # Safety
    ///
    /// The nodes of both stem from `alloc` or one that shares memory. Neither is empty.
    pub(super) unsafe fn join<A: Allocator>(
        &mut self,
        other: &mut Self,
        is_before: bool,
        alloc: &A,
    ) -> Result<(), Layout> {
        for tree in [&mut *self, &mut *other] {
            // SAFETY: the allocators share memory.
            unsafe { tree.make_whole(alloc) }?;
        }
        let (left, right) =
            if is_before { (&mut *other, &mut *self) } else { (&mut *self, &mut *other) };
        let (Some(root), Some(_)) = (left.root, right.root) else {
            unreachable!("both trees have a pair")
        };
        let mut stock = Stock::new(root.node.geometry(), alloc);
        let mut freed: [_; 2] = stock.spares();
        // SAFETY: T2 holds, so a border is not too short of slots.
        unsafe { mend(&mut left.root, Border::Right, &mut freed[0]) };
        // SAFETY: as above.
        unsafe { mend(&mut right.root, Border::Left, &mut freed[1]) };
        let (Some(left), Some(right)) = (left.root, right.root) else {
            unreachable!("mending takes no pair away")
        };
        stock.reserve(0, join_needs(left, right))?;
        // SAFETY: both borders are mended, and the nodes are reserved.
        self.root = Some(unsafe { join(left, right, &mut stock) });
        self.len += take(other).len;
        Ok(())
    }

    /// Sees to it that the right border has slots enough; answers how many nodes that set free.
    ///
    /// # Safety
    ///
    /// No other node has too few slots; all stem from `alloc`.
    pub(super) unsafe fn mend_end<A: Allocator>(&mut self, alloc: &A) -> usize {
        let Some(root) = self.root else { return 0 };
        let mut freed = Spare::new(root.node.geometry(), alloc);
        // SAFETY: passed on.
        unsafe { mend(&mut self.root, Border::Right, &mut freed) };
        freed.len()
    }

    /// Becomes what is left of a tree behind its front.
    ///
    /// # Safety
    ///
    /// The source is not used again; the nodes stem from the allocator of `stock`.
    pub(super) unsafe fn set_rest<A: Allocator>(&mut self, source: &Source, stock: &Stock<'_, A>) {
        let [mut freed] = stock.spares();
        // SAFETY: passed on.
        (self.root, self.len) = unsafe { source.whole(&mut freed) };
    }
}
