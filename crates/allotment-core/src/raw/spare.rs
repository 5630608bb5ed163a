//! [`Spare`]: nodes that belong to no tree, either not yet or not any more.
//!
//! An edit that grows obtains its nodes here before it begins and takes them out as it commits; one
//! that shrinks puts the nodes it sets free in here. What is left goes back to the allocator when
//! the `Spare` is dropped: after the commit, or when the allocator failed or panicked half-way.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use allotment_alloc::Allocator;

use crate::raw::node::ErasedNode;
use crate::raw::shape::MAX_HEIGHT;
use crate::raw::types::Erased;

/// Where an operation takes nodes from, and where it puts those that it sets free.
pub(super) trait Supply {
    /// Takes out a node for `level`, which was obtained before.
    fn take(&mut self, level: usize) -> ErasedNode;

    /// Puts in a node of `level` that is out of the tree and owns nothing.
    ///
    /// # Safety
    ///
    /// The node came from the allocator of this supply, and no copy of its address is used again.
    unsafe fn put(&mut self, level: usize, node: ErasedNode);
}

/// At most one spare node per level, and one above the root. Too large to be moved about: it stays
/// where it was made.
pub(crate) struct Spare<'a, A: Allocator> {
    alloc: &'a A,
    geometry: Erased,
    /// Written where `filled` says so: most edits need one or two, and none should have to clear
    /// them all.
    blocks: [MaybeUninit<NonNull<u8>>; MAX_HEIGHT + 1],
    /// A bit for each level that there is a node for.
    filled: u64,
}

const _: () = assert!(MAX_HEIGHT < u64::BITS as usize);

impl<'a, A: Allocator> Spare<'a, A> {
    /// For trees of this geometry.
    #[inline]
    pub(crate) fn new(geometry: Erased, alloc: &'a A) -> Self {
        Self { alloc, geometry, blocks: [MaybeUninit::uninit(); MAX_HEIGHT + 1], filled: 0 }
    }

    /// So many of them.
    #[inline]
    pub(crate) fn several<const N: usize>(geometry: Erased, alloc: &'a A) -> [Self; N] {
        [(); N].map(|()| Self::new(geometry, alloc))
    }

    pub(super) fn geometry(&self) -> Erased {
        self.geometry
    }

    /// Obtains a node for each of the lowest `levels` levels.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; what was obtained so far is still here.
    ///
    /// # Panics
    ///
    /// If the tree would grow past `MAX_HEIGHT` levels (T1).
    pub(super) fn reserve(&mut self, levels: usize) -> Result<(), Layout> {
        assert!(levels <= MAX_HEIGHT, "a tree of {MAX_HEIGHT} levels cannot grow");
        for level in 0..levels {
            self.reserve_root(level, self.geometry.capacity)?;
        }
        Ok(())
    }

    /// Obtains a node for `level` with so many slots, to be a root.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn reserve_root(&mut self, level: usize, slots: usize) -> Result<(), Layout> {
        let node = ErasedNode::allocate(self.geometry, slots, level, self.alloc)?;
        self.set(level, node);
        Ok(())
    }

    /// Gives the node for `level` to the allocator.
    pub(super) fn give_back(&mut self, level: usize) {
        let node = self.take(level);
        // SAFETY: the node stands on `level`, came from `alloc`, and is in no tree.
        unsafe { node.deallocate(level, self.alloc) };
    }

    /// Nodes in here.
    pub(super) fn len(&self) -> usize {
        self.filled.count_ones() as usize
    }

    fn set(&mut self, level: usize, node: ErasedNode) {
        debug_assert!(self.filled & 1 << level == 0, "an edit has one spare node a level");
        self.blocks[level].write(node.block());
        self.filled |= 1 << level;
    }
}

impl<A: Allocator> Supply for Spare<'_, A> {
    fn take(&mut self, level: usize) -> ErasedNode {
        assert!(self.filled & 1 << level != 0, "an edit reserves a node for each level that grows");
        self.filled &= !(1 << level);
        // SAFETY: `set` wrote it, by the bit that was there.
        let block = unsafe { self.blocks[level].assume_init() };
        ErasedNode::of(block, self.geometry)
    }

    unsafe fn put(&mut self, level: usize, node: ErasedNode) {
        self.set(level, node);
    }
}

impl<A: Allocator> Drop for Spare<'_, A> {
    fn drop(&mut self) {
        while self.filled != 0 {
            self.give_back(self.filled.trailing_zeros() as usize);
        }
    }
}
