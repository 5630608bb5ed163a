//! [`Many`]: a tree of values that is itself a value, and [`ManyRoom`]: one to be.

use core::alloc::Layout;
use core::ptr::NonNull;

use allotment_alloc::Allocator;

use crate::raw::fill::Fill;
use crate::raw::obtain::obtain;
use crate::raw::path::ErasedSlot;
use crate::raw::shape::Shape;
use crate::raw::stock::Stock;
use crate::raw::tree::Tree;
use crate::raw::types::{Known, geometry_of};

/// The address of a tree of values, in a block of its own.
pub(crate) struct Many<V, S> {
    tree: NonNull<Tree<V, (), S>>,
}

// SAFETY: it owns the tree and nothing else, as a box does.
unsafe impl<V: Send, S> Send for Many<V, S> {}

// SAFETY: as for `Send`.
unsafe impl<V: Sync, S> Sync for Many<V, S> {}

impl<V, S: Shape<V>> Many<V, S> {
    pub(super) fn get(&self) -> &Tree<V, (), S> {
        // SAFETY: the block holds a tree from birth to `take`, and is borrowed as this is.
        unsafe { self.tree.as_ref() }
    }

    pub(super) fn get_mut(&mut self) -> &mut Tree<V, (), S> {
        // SAFETY: as for `get`, and borrowed for writing.
        unsafe { self.tree.as_mut() }
    }

    /// An empty tree in a new block.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn new<A: Allocator>(alloc: &A) -> Result<Self, Layout> {
        let layout = Layout::new::<Tree<V, (), S>>();
        let tree = obtain(layout, alloc)?.cast();
        // SAFETY: a new block of this layout.
        unsafe { tree.write(Tree::new()) };
        Ok(Self { tree })
    }

    /// The tree; its block goes back.
    ///
    /// # Safety
    ///
    /// The block came from `alloc`.
    pub(super) unsafe fn take<A: Allocator>(self, alloc: &A) -> Tree<V, (), S> {
        // SAFETY: the block holds a tree, and is given up.
        let tree = unsafe { self.tree.read() };
        // SAFETY: T4, and the layout is the one it was allocated with.
        unsafe { alloc.deallocate(self.tree.cast(), Layout::new::<Tree<V, (), S>>()) };
        tree
    }
}

/// Nodes for a tree of values, and its block: asked for in advance, so that nothing is left half
/// moved.
pub(crate) struct ManyRoom<'a, V, S: Shape<V>, A: Allocator> {
    /// Until it is filled.
    many: Option<Many<V, S>>,
    stock: Stock<'a, A>,
    alloc: &'a A,
}

impl<'a, V, S: Shape<V>, A: Allocator> ManyRoom<'a, V, S, A> {
    /// Room for `count` values.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn new(count: usize, alloc: &'a A) -> Result<Self, Layout> {
        let geometry = geometry_of::<V, (), S>();
        let edges = geometry.capacity + 1;
        let leaves = count / edges + 1;
        let (mut level, mut internals) = (leaves, 0);
        while level > 1 {
            level = level.div_ceil(edges);
            internals += level;
        }
        let mut stock = Stock::new(geometry, alloc);
        stock.reserve(leaves, internals)?;
        Ok(Self { many: Some(Many::new(alloc)?), stock, alloc })
    }

    /// Makes a tree of ascending values, of which there are as many as there is room for. Compares
    /// nothing.
    pub(super) fn fill(mut self, mut next: impl FnMut() -> Option<V>) -> Many<V, S> {
        let mut many = self.many.take().expect("filled once");
        let mut fill = Fill::new(geometry_of::<V, (), S>(), None, 0);
        while let Some(value) = next() {
            if let Some((leaf, len)) = fill.room() {
                let slot = ErasedSlot { node: leaf, level: 0, index: len };
                // SAFETY: there is room for a slot, which owns nothing yet.
                unsafe { slot.with(Known::<V, (), S>::NEW).key().write(value) };
                // SAFETY: one pair was put in.
                unsafe { fill.keep(leaf, len, 1) };
            } else {
                // SAFETY: there is no room, and enough nodes were reserved.
                let slot = unsafe { fill.grow(&mut self.stock) };
                // SAFETY: the slot was made for the value.
                unsafe { slot.with(Known::<V, (), S>::NEW).key().write(value) };
                // SAFETY: just now.
                unsafe { fill.seated(slot) };
            }
        }
        let (root, len) = fill.finish();
        *many.get_mut() = Tree::of_erased(root, len);
        many
    }
}

impl<V, S: Shape<V>, A: Allocator> Drop for ManyRoom<'_, V, S, A> {
    fn drop(&mut self) {
        if let Some(many) = self.many.take() {
            // SAFETY: the block came from this allocator; the tree in it is empty.
            unsafe { many.take(self.alloc) };
        }
    }
}
