//! The usual traits of [`BTreeMap`].

use core::alloc::Layout;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Index;
use core::panic::{RefUnwindSafe, UnwindSafe};

use allotment_alloc::Allocator;

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{BTreeMap, Iter, IterMut};
use crate::raw::shape::Shape;

impl<K, V> Default for BTreeMap<K, V> {
    /// An empty map on the global allocator. Allocates nothing.
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V> FromIterator<(K, V)> for BTreeMap<K, V> {
    /// As [`BTreeMap::from_iter_in`], on the global allocator. But if a key comes out of order, all
    /// pairs are collected and sorted first, which is faster than to insert them one by one.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self::from_pairs(pairs.into_iter())
    }
}

#[cfg(feature = "infallible")]
impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    /// A map of the pairs of an array; of those with equal keys the last one stays.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// assert_eq!(BTreeMap::from([(2, 'b'), (1, 'a')]), BTreeMap::from([(1, 'a'), (2, 'b')]));
    /// ```
    fn from(pairs: [(K, V); N]) -> Self {
        Self::from_iter(pairs)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    pub(crate) fn try_clone_in(&self, alloc: A) -> Result<Self, Layout>
    where
        K: Clone,
        V: Clone,
    {
        let tree = self.tree.copy(&alloc)?;
        Ok(Self { tree, alloc })
    }
}

#[cfg(feature = "infallible")]
impl<K: Clone, V: Clone, A: Allocator + Clone, S: Shape<K>> Clone for BTreeMap<K, V, A, S> {
    /// A map of the same shape on a clone of the allocator. O(n); compares nothing.
    fn clone(&self) -> Self {
        self.try_clone_in(self.alloc.clone()).unwrap_or_else(|layout| out_of_memory(layout))
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug for BTreeMap<K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq, A: Allocator, S: Shape<K>> PartialEq for BTreeMap<K, V, A, S> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq, A: Allocator, S: Shape<K>> Eq for BTreeMap<K, V, A, S> {}

impl<K: PartialOrd, V: PartialOrd, A: Allocator, S: Shape<K>> PartialOrd for BTreeMap<K, V, A, S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord, A: Allocator, S: Shape<K>> Ord for BTreeMap<K, V, A, S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: Hash, V: Hash, A: Allocator, S: Shape<K>> Hash for BTreeMap<K, V, A, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for pair in self {
            pair.hash(state);
        }
    }
}

impl<K, Q, V, A, S> Index<&Q> for BTreeMap<K, V, A, S>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    type Output = V;

    /// The value of a key.
    ///
    /// # Panics
    ///
    /// If there is none.
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

/// As std's: a panic never leaves a map half-changed.
impl<K, V, A, S> UnwindSafe for BTreeMap<K, V, A, S>
where
    K: RefUnwindSafe,
    V: RefUnwindSafe,
    A: Allocator + UnwindSafe,
    S: Shape<K>,
{
}

impl<'a, K, V, A: Allocator, S: Shape<K>> IntoIterator for &'a BTreeMap<K, V, A, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V, A: Allocator, S: Shape<K>> IntoIterator for &'a mut BTreeMap<K, V, A, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
