//! [`Shelf`] and [`Stock`]: any number of nodes out of any tree, to be used again or given back.
//!
//! Operations on whole trees take nodes from one place and need them in another. A stock hands them
//! on, so that the allocator is asked for what is missing only, and in advance.

use core::alloc::Layout;
use core::ptr::NonNull;

use allotment_alloc::Allocator;

use crate::raw::node::ErasedNode;
use crate::raw::spare::{Spare, Supply};
use crate::raw::types::Erased;

/// Nodes in no tree that own nothing: leaves and internal nodes, with all their slots.
pub(crate) struct Shelf {
    leaves: Chain,
    internals: Chain,
}

/// A shelf, the allocator of its nodes, and their geometry.
///
/// Dropped, it gives back what is left: foreign code, so all trees must have an owner by then.
pub(super) struct Stock<'a, A: Allocator> {
    alloc: &'a A,
    geometry: Erased,
    shelf: Shelf,
}

/// Nodes of one kind and geometry, each holding the block of the next in its first bytes.
struct Chain {
    first: Option<ErasedNode>,
    count: usize,
}

impl Chain {
    /// # Safety
    ///
    /// The node is in no tree and owns nothing.
    unsafe fn push(&mut self, node: ErasedNode) {
        debug_assert!(node.is_whole());
        let link = node.block().cast::<Option<NonNull<u8>>>();
        // SAFETY: N0; the header has room for an address and is aligned for one, and nobody reads
        // it as a header before `pop` has written one again.
        unsafe { link.write(self.first.map(ErasedNode::block)) };
        self.first = Some(node);
        self.count += 1;
    }

    fn pop(&mut self) -> Option<ErasedNode> {
        let node = self.first?;
        // SAFETY: `push` wrote the link.
        let next = unsafe { node.block().cast::<Option<NonNull<u8>>>().read() };
        self.first = next.map(|block| ErasedNode::of(block, node.geometry()));
        self.count -= 1;
        node.begin(node.capacity());
        Some(node)
    }
}

impl Shelf {
    pub(crate) const fn new() -> Self {
        let (leaves, internals) =
            (Chain { first: None, count: 0 }, Chain { first: None, count: 0 });
        Self { leaves, internals }
    }

    /// Leaves, and internal nodes.
    pub(crate) const fn counts(&self) -> (usize, usize) {
        (self.leaves.count, self.internals.count)
    }

    /// Sees to it that there are at least so many nodes of each kind.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn reserve<A: Allocator>(
        &mut self,
        (leaves, internals): (usize, usize),
        geometry: Erased,
        alloc: &A,
    ) -> Result<(), Layout> {
        while self.leaves.count < leaves {
            let node = ErasedNode::allocate(geometry, geometry.capacity, 0, alloc)?;
            // SAFETY: a new node.
            unsafe { self.leaves.push(node) };
        }
        while self.internals.count < internals {
            let node = ErasedNode::allocate(geometry, geometry.capacity, 1, alloc)?;
            // SAFETY: a new node; internal nodes of all levels are alike.
            unsafe { self.internals.push(node) };
        }
        Ok(())
    }

    fn chain(&mut self, level: usize) -> &mut Chain {
        if level == 0 { &mut self.leaves } else { &mut self.internals }
    }

    /// Takes a node for `level` out, of which there is one.
    pub(super) fn take(&mut self, level: usize) -> ErasedNode {
        let node = self.chain(level).pop().expect("an edit reserves the nodes that it takes");
        node.pad(0, node.capacity());
        node
    }

    /// Gives all nodes back.
    ///
    /// # Safety
    ///
    /// They stem from `alloc`.
    pub(crate) unsafe fn give_back<A: Allocator>(&mut self, alloc: &A) {
        while let Some(leaf) = self.leaves.pop() {
            // SAFETY: a leaf that came from `alloc` and is in no tree.
            unsafe { leaf.deallocate(0, alloc) };
        }
        while let Some(node) = self.internals.pop() {
            // SAFETY: an internal node that came from `alloc` and is in no tree.
            unsafe { node.deallocate(1, alloc) };
        }
    }
}

impl<'a, A: Allocator> Stock<'a, A> {
    /// For trees of this geometry.
    pub(super) fn new(geometry: Erased, alloc: &'a A) -> Self {
        Self { alloc, geometry, shelf: Shelf::new() }
    }

    /// [`Shelf::reserve`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn reserve(&mut self, leaves: usize, internals: usize) -> Result<(), Layout> {
        self.shelf.reserve((leaves, internals), self.geometry, self.alloc)
    }

    /// Places for nodes that go back to the same allocator by themselves, level by level.
    pub(super) fn spares<const N: usize>(&self) -> [Spare<'a, A>; N] {
        Spare::several(self.geometry, self.alloc)
    }

    /// Gives all nodes back.
    pub(super) fn give_back(&mut self) {
        // SAFETY: what is put in came from this allocator.
        unsafe { self.shelf.give_back(self.alloc) };
    }
}

/// What goes in is any number of nodes a level, with all their slots.
impl<A: Allocator> Supply for Stock<'_, A> {
    fn take(&mut self, level: usize) -> ErasedNode {
        self.shelf.take(level)
    }

    unsafe fn put(&mut self, level: usize, node: ErasedNode) {
        // SAFETY: passed on.
        unsafe { self.shelf.chain(level).push(node) };
    }
}

impl<A: Allocator> Drop for Stock<'_, A> {
    fn drop(&mut self) {
        self.give_back();
    }
}
