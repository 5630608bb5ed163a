//! [`Shelf`] and [`Stock`]: any number of nodes out of any tree, to be used again or given back.
//!
//! Operations on whole trees take nodes from one place and need them in another. A stock hands them
//! on, so that the allocator is asked for what is missing only, and in advance.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::node::Node;
use crate::raw::shape::Shape;
use crate::raw::spare::Supply;

/// Nodes in no tree that own nothing: leaves and internal nodes, with all their slots.
pub(crate) struct Shelf<K, V, S> {
    leaves: Chain<K, V, S>,
    internals: Chain<K, V, S>,
}

/// A shelf and the allocator of its nodes.
///
/// Dropped, it gives back what is left: foreign code, so all trees must have an owner by then.
pub(super) struct Stock<'a, K, V, S: Shape<K>, A: Allocator> {
    alloc: &'a A,
    shelf: Shelf<K, V, S>,
}

/// Nodes of one kind, each holding the next in its first bytes.
struct Chain<K, V, S> {
    first: Option<Node<K, V, S>>,
    count: usize,
}

impl<K, V, S: Shape<K>> Chain<K, V, S> {
    /// # Safety
    ///
    /// The node is in no tree and owns nothing.
    unsafe fn push(&mut self, node: Node<K, V, S>) {
        debug_assert!(node.is_whole());
        let link = node.block().cast::<Option<Node<K, V, S>>>();
        // SAFETY: N0; the header has room for an address and is aligned for one, and nobody reads
        // it as a header before `pop` has written one again.
        unsafe { link.write(self.first) };
        self.first = Some(node);
        self.count += 1;
    }

    fn pop(&mut self) -> Option<Node<K, V, S>> {
        let node = self.first?;
        // SAFETY: `push` wrote the link.
        self.first = unsafe { node.block().cast::<Option<Node<K, V, S>>>().read() };
        self.count -= 1;
        node.begin(Node::<K, V, S>::capacity());
        Some(node)
    }
}

impl<K, V, S> Shelf<K, V, S> {
    pub(crate) const fn new() -> Self {
        let (leaves, internals) =
            (Chain { first: None, count: 0 }, Chain { first: None, count: 0 });
        Self { leaves, internals }
    }

    /// Leaves, and internal nodes.
    pub(crate) const fn counts(&self) -> (usize, usize) {
        (self.leaves.count, self.internals.count)
    }
}

impl<K, V, S: Shape<K>> Shelf<K, V, S> {
    /// Sees to it that there are at least so many nodes of each kind.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn reserve<A: Allocator>(
        &mut self,
        leaves: usize,
        internals: usize,
        alloc: &A,
    ) -> Result<(), Layout> {
        while self.leaves.count < leaves {
            let node = Node::allocate(0, alloc)?;
            // SAFETY: a new node.
            unsafe { self.leaves.push(node) };
        }
        while self.internals.count < internals {
            let node = Node::allocate(1, alloc)?;
            // SAFETY: a new node; internal nodes of all levels are alike.
            unsafe { self.internals.push(node) };
        }
        Ok(())
    }

    fn chain(&mut self, level: usize) -> &mut Chain<K, V, S> {
        if level == 0 { &mut self.leaves } else { &mut self.internals }
    }

    /// Gives all nodes back.
    ///
    /// # Safety
    ///
    /// They stem from `alloc`.
    #[inline(never)]
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

/// What goes in is any number of nodes a level, with all their slots.
impl<K, V, S: Shape<K>> Supply<K, V, S> for Shelf<K, V, S> {
    fn take(&mut self, level: usize) -> Node<K, V, S> {
        let node = self.chain(level).pop().expect("an edit reserves the nodes that it takes");
        node.pad(0, Node::<K, V, S>::capacity());
        node
    }

    unsafe fn put(&mut self, level: usize, node: Node<K, V, S>) {
        // SAFETY: passed on.
        unsafe { self.chain(level).push(node) };
    }
}

impl<'a, K, V, S: Shape<K>, A: Allocator> Stock<'a, K, V, S, A> {
    pub(super) fn new(alloc: &'a A) -> Self {
        Self { alloc, shelf: Shelf::new() }
    }

    /// [`Shelf::reserve`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn reserve(&mut self, leaves: usize, internals: usize) -> Result<(), Layout> {
        self.shelf.reserve(leaves, internals, self.alloc)
    }

    /// Gives all nodes back.
    pub(super) fn give_back(&mut self) {
        // SAFETY: what is put in came from this allocator.
        unsafe { self.shelf.give_back(self.alloc) };
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Supply<K, V, S> for Stock<'_, K, V, S, A> {
    fn take(&mut self, level: usize) -> Node<K, V, S> {
        self.shelf.take(level)
    }

    unsafe fn put(&mut self, level: usize, node: Node<K, V, S>) {
        // SAFETY: passed on.
        unsafe { self.shelf.put(level, node) };
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Stock<'_, K, V, S, A> {
    fn drop(&mut self) {
        self.give_back();
    }
}
