//! [`Spare`]: nodes that belong to no tree, either not yet or not any more.
//!
//! An edit that grows obtains its nodes here before it begins and takes them out as it commits; one
//! that shrinks puts the nodes it sets free in here. What is left goes back to the allocator when
//! the `Spare` is dropped: after the commit, or when the allocator failed or panicked half-way.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::node::Node;
use crate::raw::shape::{MAX_HEIGHT, Shape};

/// Where an operation takes nodes from, and where it puts those that it sets free.
pub(super) trait Supply<K, V, S> {
    /// Takes out a node for `level`, which was obtained before.
    fn take(&mut self, level: usize) -> Node<K, V, S>;

    /// Puts in a node of `level` that is out of the tree and owns nothing.
    ///
    /// # Safety
    ///
    /// The node came from the allocator of this supply, and no copy of its address is used again.
    unsafe fn put(&mut self, level: usize, node: Node<K, V, S>);
}

/// At most one spare node per level, and one above the root. Too large to be moved about: it stays
/// where it was made.
pub(crate) struct Spare<'a, K, V, S: Shape<K>, A: Allocator> {
    alloc: &'a A,
    nodes: [Option<Node<K, V, S>>; MAX_HEIGHT + 1],
    /// Levels up to which there may be a node.
    levels: usize,
}

impl<'a, K, V, S: Shape<K>, A: Allocator> Spare<'a, K, V, S, A> {
    #[inline]
    pub(crate) fn new(alloc: &'a A) -> Self {
        Self { alloc, nodes: [None; MAX_HEIGHT + 1], levels: 0 }
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
            self.set(level, Node::allocate(level, self.alloc)?);
        }
        Ok(())
    }

    /// Obtains a node for `level` with so many slots, to be a root.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn reserve_root(&mut self, level: usize, slots: usize) -> Result<(), Layout> {
        self.set(level, Node::allocate_with(slots, level, self.alloc)?);
        Ok(())
    }

    /// Nodes in here.
    pub(super) fn len(&self) -> usize {
        self.nodes[..self.levels].iter().flatten().count()
    }

    fn set(&mut self, level: usize, node: Node<K, V, S>) {
        debug_assert!(self.nodes[level].is_none(), "an edit has one spare node a level");
        self.nodes[level] = Some(node);
        self.levels = self.levels.max(level + 1);
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Supply<K, V, S> for Spare<'_, K, V, S, A> {
    fn take(&mut self, level: usize) -> Node<K, V, S> {
        self.nodes[level].take().expect("an edit reserves a node for each level that grows")
    }

    unsafe fn put(&mut self, level: usize, node: Node<K, V, S>) {
        self.set(level, node);
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Spare<'_, K, V, S, A> {
    // Rare, and part of so many operations that its code counts.
    #[inline(never)]
    fn drop(&mut self) {
        for level in 0..self.levels {
            if let Some(node) = self.nodes[level].take() {
                // SAFETY: the node stands on `level`, came from `alloc`, and is in no tree.
                unsafe { node.deallocate(level, self.alloc) };
            }
        }
    }
}
