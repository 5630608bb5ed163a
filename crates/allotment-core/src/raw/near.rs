//! Taking many pairs out whose keys ascend: most are in the leaf of the one before.

use core::borrow::Borrow;

use allotment_alloc::Allocator;

use crate::raw::node::Node;
use crate::raw::path::Slot;
use crate::raw::search::{Search, rank_in_leaf};
use crate::raw::shape::Shape;
use crate::raw::tree::Tree;

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// Takes the pair with this key out. First looks into the leaf that it left in `near` the last
    /// time, in case the key belongs there.
    ///
    /// # Safety
    ///
    /// `near` is `None` or what the last call left in it, with no other edit in between; the nodes
    /// stem from `alloc`.
    pub(crate) unsafe fn remove_near<Q, A: Allocator>(
        &mut self,
        near: &mut Option<Node<K, V, S>>,
        key: &Q,
        alloc: &A,
    ) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let slot = match near.and_then(|leaf| search_within(leaf, key)) {
            Some((slot, is_equal)) => Some(slot).filter(|_| is_equal)?,
            None => self.find(key)?,
        };
        *near = (slot.level == 0).then_some(slot.node);
        // SAFETY: a slot of this tree, found just now.
        if let Some(pair) = unsafe { self.remove_in_leaf(slot) } {
            return Some(pair);
        }
        // More nodes than this one are concerned: the way there is needed.
        *near = None;
        let mut edge = self.start();
        let Search::Found(slot) = self.search(key, &mut edge) else { return None };
        // SAFETY: a slot of this tree, to which the path leads; the rest is passed on.
        edge.map(|mut edge| unsafe { self.remove_at(slot, &mut edge.path, alloc) }.0)
    }
}

/// The first slot of a leaf whose key is not less, and whether it is equal; `None` if the key may
/// belong to another leaf.
fn search_within<K, V, S: Shape<K>, Q>(
    leaf: Node<K, V, S>,
    key: &Q,
) -> Option<(Slot<K, V, S>, bool)>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
{
    // SAFETY: N1; every leaf has a pair (T2).
    let last = unsafe { &*leaf.keys().wrapping_add(leaf.len() - 1) };
    if last.borrow() < key {
        return None;
    }
    let (index, is_equal) = rank_in_leaf(leaf, key);
    let is_within = is_equal || index > 0;
    is_within.then_some((Slot { node: leaf, level: 0, index }, is_equal))
}
