//! What the values of multimaps and posting maps give back in steps: [`Reap`] for their lists.

use allotment_alloc::Allocator;

use crate::raw::block::Block;
use crate::raw::counted::Count;
use crate::raw::ids::{List, View, ViewMut};
use crate::raw::postings::Postings;
use crate::raw::reap::{Reap, reap_but_one, reap_lists};
use crate::raw::shape::Shape;

impl<V, S: Shape<V>> Count for Postings<V, S> {
    fn len(&self) -> usize {
        self.len()
    }
}

impl<V, S: Shape<V>> Reap for Postings<V, S> {
    unsafe fn reap<A: Allocator>(&mut self, left: &mut usize, alloc: &A) -> bool {
        let Self::Many(many) = self else { return true };
        let tree = many.get_mut();
        // SAFETY: passed on.
        unsafe { reap_but_one(tree, left, alloc) };
        tree.root().is_none_or(|root| root.level == 0)
    }

    fn blocks(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Few(_) => 1,
            // The leaf, and the block of the tree.
            Self::Many(_) => 2,
        }
    }
}

impl Count for Block {
    fn len(&self) -> usize {
        self.len()
    }
}

impl Reap for Block {
    unsafe fn reap<A: Allocator>(&mut self, _left: &mut usize, _alloc: &A) -> bool {
        true
    }

    fn blocks(&self) -> usize {
        1
    }
}

impl<S: Shape<u64>> Count for List<S> {
    fn len(&self) -> usize {
        self.len()
    }
}

impl<S: Shape<u64>> Reap for List<S> {
    unsafe fn reap<A: Allocator>(&mut self, left: &mut usize, alloc: &A) -> bool {
        let ViewMut::Grove(grove) = self.view_mut() else { return true };
        // Not known from here on.
        grove.last = u64::MAX;
        // SAFETY: passed on.
        unsafe { reap_lists((&mut grove.tree, &mut grove.len), false, left, alloc) };
        grove.tree.len() == 1
    }

    fn blocks(&self) -> usize {
        match self.view() {
            View::One(_) => 0,
            View::Block(_) => 1,
            // The last block, the leaf that it is in, and the grove.
            View::Grove(_) => 3,
        }
    }
}
