//! [`Hint`]: the outer leaf where the last insertion made room, so that a stream of keys beyond an
//! end of the map needs no search.
//!
//! Takes for granted N0, H1. Whatever frees a leaf or hangs one before or behind it resets the
//! hint.

use core::cmp::Ordering;
use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::raw::insert::Ends;
use crate::raw::node::Node;
use crate::raw::shape::Shape;

/// The first or the last leaf of a tree, if either is known.
///
/// One word: blocks of nodes have even addresses, and an odd one says "first".
pub(crate) struct Hint<K, V, S> {
    tagged: Option<NonNull<u8>>,
    marker: PhantomData<Node<K, V, S>>,
}

impl<K, V, S> Clone for Hint<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Hint<K, V, S> {}

// SAFETY: it stands for a node, which can be sent: an address gives no access by itself.
unsafe impl<K, V, S> Send for Hint<K, V, S> {}

// SAFETY: as for `Send`.
unsafe impl<K, V, S> Sync for Hint<K, V, S> {}

impl<K, V, S> Hint<K, V, S> {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self { tagged: None, marker: PhantomData };
}

impl<K, V, S: Shape<K>> Hint<K, V, S> {
    /// The leaf of an edge, if that is at an end of the tree.
    pub(crate) fn of(leaf: Node<K, V, S>, ends: Ends) -> Self {
        let block = leaf.block();
        let tagged = if ends.last {
            Some(block)
        } else if ends.first {
            Some(block.map_addr(|address| address | 1))
        } else {
            None
        };
        Self { tagged, marker: PhantomData }
    }

    /// The leaf, and whether it is the first one.
    #[inline]
    pub(crate) fn leaf(self) -> Option<(Node<K, V, S>, bool)> {
        let tagged = self.tagged?;
        let is_first = tagged.addr().get() & 1 == 1;
        let block = NonNull::new(tagged.as_ptr().map_addr(|address| address & !1))?;
        Some((Node::from_block(block), is_first))
    }

    /// Where `key` goes in if it lies beyond the end that the hint knows, and there is room.
    #[inline]
    pub(crate) fn place(self, key: &K) -> Option<(Node<K, V, S>, usize)>
    where
        K: Ord,
    {
        let (leaf, is_first) = self.leaf()?;
        let len = leaf.len();
        if len == leaf.slots() {
            return None;
        }
        // The leaf has a pair (T2).
        let slot = if is_first { 0 } else { len - 1 };
        // SAFETY: N1, H1: a slot of the tree.
        let own = unsafe { &*leaf.keys().wrapping_add(slot) };
        let (beyond, index) = if is_first { (Ordering::Less, 0) } else { (Ordering::Greater, len) };
        (key.cmp(own) == beyond).then_some((leaf, index))
    }
}
