//! Traits of std that a multimap implements.

use core::alloc::Layout;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use allotment_alloc::Allocator;

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, LeftOut};
use crate::multimap::{BTreeMultiMap, Iter, Range};
use crate::raw::owned::Owned;
use crate::raw::path::Edge;
use crate::raw::shape::Shape;

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Clones all pairs, key by key in ascending order.
    pub(super) fn try_clone_in(&self, alloc: A) -> Result<Self, Layout>
    where
        K: Clone,
        V: Clone,
    {
        let mut copy = Self::with_shape_in(alloc);
        for (key, list) in crate::map::Iter::of(&self.lists.tree) {
            let (tree, alloc) = (&mut copy.lists.tree, &copy.lists.alloc);
            let list = list.copy(alloc)?;
            // SAFETY: made on this allocator just now.
            let list = unsafe { Owned::new(list, alloc) };
            let (key, count) = (key.clone(), list.get().len());
            let mut edge = tree.root().map(Edge::last);
            // SAFETY: the last edge of this tree, and T4; a pair is seated next.
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

impl<K: Ord, V: Ord, A: Allocator> BTreeMultiMap<K, V, A> {
    /// A multimap on `alloc` with the pairs of an iterator. Sorted pairs go in without a search for
    /// each.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    /// use allotment_pool::Pool;
    ///
    /// let index = BTreeMultiMap::from_iter_in((0..1000).map(|n| (n / 10, n)), Pool::new());
    /// assert!(index.get(&3).copied().eq(30..40));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn from_iter_in<I: IntoIterator<Item = (K, V)>>(pairs: I, alloc: A) -> Self {
        let mut multimap = Self::new_in(alloc);
        multimap.extend(pairs);
        multimap
    }

    /// A multimap on `alloc` with the pairs of an iterator, as `from_iter_in`; but a failed
    /// allocation is an error, and does not end the program.
    ///
    /// # Errors
    ///
    /// A multimap of the pairs that came before the allocator failed, and the pair at which it did;
    /// those after it are still in the iterator: pass `&mut iter` to go on, by
    /// [`extend`](crate::btree_multimap::Fallible::extend).
    ///
    /// ```
    /// use allotment_core::{BTreeMultiMap, Global};
    /// use allotment_meter::Budget;
    ///
    /// let pairs = (0..1000).map(|n| (n / 10, n));
    /// let alloc = Budget::new(Global, 2048);
    /// let failure = BTreeMultiMap::try_from_iter_in(pairs, alloc).unwrap_err();
    /// let (index, (key, value)) = failure.returned;
    /// assert_eq!((index.len(), key), (value as usize, value / 10));
    /// ```
    pub fn try_from_iter_in<I>(pairs: I, alloc: A) -> Result<Self, LeftOut<Self, (K, V)>>
    where
        I: IntoIterator<Item = (K, V)>,
    {
        let mut multimap = Self::new_in(alloc);
        match multimap.try_fill(pairs) {
            Ok(()) => Ok(multimap),
            Err(AllocFailure { layout, returned: pair }) => {
                Err(AllocFailure { layout, returned: (multimap, pair) })
            }
        }
    }
}

/// On a clone of the allocator; keys in full nodes, whatever those of this one are like.
#[cfg(feature = "infallible")]
impl<K: Clone, V: Clone, A: Allocator + Clone, S: Shape<K> + Shape<V>> Clone
    for BTreeMultiMap<K, V, A, S>
{
    fn clone(&self) -> Self {
        self.try_clone_in(self.allocator().clone()).unwrap_or_else(|layout| out_of_memory(layout))
    }
}

impl<K, V> Default for BTreeMultiMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> Extend<(K, V)>
    for BTreeMultiMap<K, V, A, S>
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.try_fill(pairs).unwrap_or_else(|failure| out_of_memory(failure.layout));
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V: Ord> FromIterator<(K, V)> for BTreeMultiMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut multimap = Self::new();
        multimap.extend(pairs);
        multimap
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V: Ord, const N: usize> From<[(K, V); N]> for BTreeMultiMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a, K, V, A: Allocator, S: Shape<K> + Shape<V>> IntoIterator
    for &'a BTreeMultiMap<K, V, A, S>
{
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K> + Shape<V>> fmt::Debug
    for BTreeMultiMap<K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.groups().fmt(f)
    }
}

impl<K: PartialEq, V: PartialEq, A: Allocator, S: Shape<K> + Shape<V>> PartialEq
    for BTreeMultiMap<K, V, A, S>
{
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.key_count() == other.key_count() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq, A: Allocator, S: Shape<K> + Shape<V>> Eq for BTreeMultiMap<K, V, A, S> {}

/// As the lists of their pairs.
impl<K: PartialOrd, V: PartialOrd, A: Allocator, S: Shape<K> + Shape<V>> PartialOrd
    for BTreeMultiMap<K, V, A, S>
{
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> Ord for BTreeMultiMap<K, V, A, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: Hash, V: Hash, A: Allocator, S: Shape<K> + Shape<V>> Hash for BTreeMultiMap<K, V, A, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len);
        self.iter().for_each(|pair| pair.hash(state));
    }
}

impl<K, V, S: Shape<K> + Shape<V>> Default for Range<'_, K, V, S> {
    fn default() -> Self {
        Self { lists: crate::map::Range::default() }
    }
}
