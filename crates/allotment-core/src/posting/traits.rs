//! Traits of std that a posting map implements.

use core::alloc::Layout;
use core::fmt;

use allotment_alloc::Allocator;

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::posting::{Iter, PostingId, PostingMap};
use crate::raw::path::Edge;
use crate::raw::shape::Shape;

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// Clones the keys, in ascending order, and copies their blocks.
    pub(super) fn try_clone_in(&self, alloc: A) -> Result<Self, Layout>
    where
        K: Clone,
    {
        let mut copy = Self::with_shape_in(alloc);
        for (key, list) in crate::map::Iter::of(&self.lists.tree) {
            let (tree, alloc) = (&mut copy.lists.tree, &copy.lists.alloc);
            let list = list.copy(alloc)?;
            let (key, count) = (key.clone(), list.get().len());
            let mut edge = tree.root().map(Edge::last);
            // SAFETY: the last edge of this tree, and T4; a list is seated next.
            let place = unsafe { tree.room_at(&mut edge, alloc) }?;
            // Not before: if the request panics, the list must know its allocator.
            let list = list.keep();
            // SAFETY: told just now.
            unsafe { tree.seat(place, key, list) };
            copy.len += count;
        }
        Ok(copy)
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, Id: PostingId, A: Allocator> PostingMap<K, Id, A> {
    /// A map on `alloc` with the pairs of an iterator.
    ///
    /// ```
    /// use allotment_core::PostingMap;
    /// use allotment_pool::Pool;
    ///
    /// let map = PostingMap::from_iter_in((0..1000u32).map(|n| (n / 10, n)), Pool::new());
    /// assert!(map.get(&3).iter().eq(30..40));
    /// ```
    pub fn from_iter_in<I: IntoIterator<Item = (K, Id)>>(pairs: I, alloc: A) -> Self {
        let mut map = Self::new_in(alloc);
        map.extend(pairs);
        map
    }
}

/// On a clone of the allocator; keys in full nodes, ids in blocks as they are.
#[cfg(feature = "infallible")]
impl<K: Clone, Id, A: Allocator + Clone, S: Shape<K> + Shape<u64>> Clone
    for PostingMap<K, Id, A, S>
{
    fn clone(&self) -> Self {
        self.try_clone_in(self.allocator().clone()).unwrap_or_else(|layout| out_of_memory(layout))
    }
}

impl<K, Id> Default for PostingMap<K, Id> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, Id: PostingId, A: Allocator, S: Shape<K> + Shape<u64>> Extend<(K, Id)>
    for PostingMap<K, Id, A, S>
{
    fn extend<I: IntoIterator<Item = (K, Id)>>(&mut self, pairs: I) {
        self.try_fill(pairs).unwrap_or_else(|failure| out_of_memory(failure.layout));
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, Id: PostingId> FromIterator<(K, Id)> for PostingMap<K, Id> {
    fn from_iter<I: IntoIterator<Item = (K, Id)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, Id: PostingId, const N: usize> From<[(K, Id); N]> for PostingMap<K, Id> {
    fn from(pairs: [(K, Id); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a, K, Id: PostingId, A: Allocator, S: Shape<K> + Shape<u64>> IntoIterator
    for &'a PostingMap<K, Id, A, S>
{
    type Item = (&'a K, Id);
    type IntoIter = Iter<'a, K, Id, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, Id, A, S> fmt::Debug for PostingMap<K, Id, A, S>
where
    K: fmt::Debug,
    Id: PostingId + fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.groups().fmt(f)
    }
}

impl<K, Id, A, S> PartialEq for PostingMap<K, Id, A, S>
where
    K: PartialEq,
    Id: PostingId,
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
    fn eq(&self, other: &Self) -> bool {
        let bits = |(key, id): (_, Id)| (key, id.to_bits());
        self.len == other.len && self.iter().map(bits).eq(other.iter().map(bits))
    }
}

impl<K, Id, A, S> Eq for PostingMap<K, Id, A, S>
where
    K: Eq,
    Id: PostingId,
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
}
