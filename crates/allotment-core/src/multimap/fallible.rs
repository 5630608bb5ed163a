//! [`Fallible`]: the operations of a multimap that allocate, with failed allocation as a value.

use core::fmt;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::AllocFailure;
use crate::multimap::BTreeMultiMap;
use crate::raw::shape::{Shape, Standard};

/// A multimap whose allocating operations return a [`Result`]: see [`BTreeMultiMap::fallible`].
pub struct Fallible<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    pub(super) multimap: &'a mut BTreeMultiMap<K, V, A, S>,
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// A view of the multimap whose allocating operations return an error instead of ending the
    /// program.
    ///
    /// ```
    /// use allotment_core::{BTreeMultiMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = BTreeMultiMap::new_in(alloc);
    /// index.insert("a", 1);
    /// plan.fail_at(0);
    /// let failure = index.fallible().insert("a", 2).unwrap_err();
    /// assert_eq!((failure.returned, index.len()), (("a", 2), 1));
    /// ```
    pub fn fallible(&mut self) -> Fallible<'_, K, V, A, S> {
        Fallible { multimap: self }
    }
}

impl<K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> Fallible<'_, K, V, A, S> {
    /// [`BTreeMultiMap::insert`].
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the multimap is as it was.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::new();
    /// assert_eq!(index.fallible().insert("leek", 2), Ok(true));
    /// assert_eq!(index.fallible().insert("leek", 2), Ok(false));
    /// ```
    pub fn insert(&mut self, key: K, value: V) -> Result<bool, AllocFailure<(K, V)>> {
        self.multimap.try_insert_pair(key, value)
    }

    /// [`Extend::extend`].
    ///
    /// # Errors
    ///
    /// The pair at which the allocator failed; those before it are in the multimap, those after it
    /// are still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::{BTreeMultiMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = BTreeMultiMap::new_in(alloc);
    /// plan.fail_from(2);
    /// let mut pairs = (0..100).map(|n| (n, 'a'));
    /// let refused = index.fallible().extend(&mut pairs).unwrap_err();
    /// assert_eq!(refused.returned, (index.len(), 'a'));
    /// assert_eq!(index.len() + 1 + pairs.len(), 100);
    /// ```
    pub fn extend<I>(&mut self, pairs: I) -> Result<(), AllocFailure<(K, V)>>
    where
        I: IntoIterator<Item = (K, V)>,
    {
        self.multimap.try_fill(pairs)
    }

    /// [`BTreeMultiMap::append`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; every pair is in one of the two multimaps.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    ///
    /// let mut index = BTreeMultiMap::from([("leek", 1), ("bean", 1)]);
    /// let mut other = BTreeMultiMap::from([("leek", 2)]);
    /// index.fallible().append(&mut other).unwrap();
    /// assert!(index.get("leek").eq(&[1, 2]) && other.is_empty());
    /// ```
    pub fn append(&mut self, other: &mut BTreeMultiMap<K, V, A, S>) -> Result<(), AllocFailure>
    where
        A: SharedAlloc,
    {
        self.multimap.try_append(other).map_err(AllocFailure::of)
    }

    /// [`BTreeMultiMap::shrink_to_fit`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; no pair is lost.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    ///
    /// let mut index: BTreeMultiMap<_, _> = (0..1000).map(|n| (n % 10, n)).collect();
    /// index.retain(|_, n| n % 3 == 0);
    /// index.fallible().shrink_to_fit().unwrap();
    /// assert_eq!(index.len(), 334);
    /// ```
    pub fn shrink_to_fit(&mut self) -> Result<(), AllocFailure> {
        self.multimap.try_shrink_to_fit().map_err(AllocFailure::of)
    }

    /// [`Clone::clone`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; what had been cloned is dropped.
    ///
    /// ```
    /// use allotment_core::{BTreeMultiMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = BTreeMultiMap::new_in(alloc);
    /// index.extend([("leek", 1), ("leek", 2)]);
    ///
    /// plan.fail_from(0);
    /// assert!(index.fallible().try_clone().is_err());
    /// plan.never();
    /// assert_eq!(index.fallible().try_clone().unwrap().len(), 2);
    /// ```
    pub fn try_clone(&self) -> Result<BTreeMultiMap<K, V, A, S>, AllocFailure>
    where
        K: Clone,
        V: Clone,
        A: Clone,
    {
        self.multimap.try_clone_in(self.multimap.allocator().clone()).map_err(AllocFailure::of)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K> + Shape<V>> fmt::Debug
    for Fallible<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.multimap.fmt(f)
    }
}
