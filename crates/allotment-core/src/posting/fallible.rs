//! [`Fallible`]: the operations of a posting map that allocate, with failed allocation as a value.

use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::AllocFailure;
use crate::posting::{PostingId, PostingMap};
use crate::raw::shape::{Shape, Standard};

/// A posting map whose allocating operations return a [`Result`]: see [`PostingMap::fallible`].
pub struct Fallible<'a, K, Id, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
    map: &'a mut PostingMap<K, Id, A, S>,
}

impl<K, Id, A: Allocator, S: Shape<K> + Shape<u64>> PostingMap<K, Id, A, S> {
    /// A view of the map whose allocating operations return an error instead of ending the program.
    ///
    /// ```
    /// use allotment_core::{Global, PostingMap};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = PostingMap::new_in(alloc);
    /// map.insert("a", 1u32);
    /// plan.fail_at(0);
    /// let failure = map.fallible().insert("a", 2).unwrap_err();
    /// assert_eq!((failure.returned, map.len()), (("a", 2), 1));
    /// ```
    pub fn fallible(&mut self) -> Fallible<'_, K, Id, A, S> {
        Fallible { map: self }
    }
}

impl<K: Ord, Id: PostingId, A: Allocator, S: Shape<K> + Shape<u64>> Fallible<'_, K, Id, A, S> {
    /// [`PostingMap::insert`].
    ///
    /// # Errors
    ///
    /// Key and id, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut index = allotment_core::PostingMap::new();
    /// assert_eq!(index.fallible().insert("leek", 2_u32), Ok(true));
    /// assert_eq!(index.fallible().insert("leek", 2), Ok(false));
    /// ```
    pub fn insert(&mut self, key: K, id: Id) -> Result<bool, AllocFailure<(K, Id)>> {
        self.map.try_insert_pair(key, id)
    }

    /// [`Extend::extend`].
    ///
    /// # Errors
    ///
    /// The pair at which the allocator failed; those before it are in the map, those after it are
    /// still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::{Global, PostingMap};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = PostingMap::new_in(alloc);
    /// plan.fail_from(2);
    /// let mut pairs = (0..100_u32).map(|n| (n, n));
    /// let refused = index.fallible().extend(&mut pairs).unwrap_err();
    /// assert_eq!(refused.returned.0 as usize, index.len());
    /// assert_eq!(index.len() + 1 + pairs.len(), 100);
    /// ```
    pub fn extend<I>(&mut self, pairs: I) -> Result<(), AllocFailure<(K, Id)>>
    where
        I: IntoIterator<Item = (K, Id)>,
    {
        self.map.try_fill(pairs)
    }

    /// `remove` of the map, which may allocate.
    ///
    /// # Errors
    ///
    /// If the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut index = allotment_core::PostingMap::from([("leek", 2_u32), ("leek", 3)]);
    /// assert_eq!(index.fallible().remove("leek", 2), Ok(true));
    /// assert_eq!(index.fallible().remove("leek", 2), Ok(false));
    /// ```
    pub fn remove<Q>(&mut self, key: &Q, id: Id) -> Result<bool, AllocFailure>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.map.try_remove(key, id).map_err(AllocFailure::of)
    }

    /// [`Clone::clone`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; what had been cloned is dropped.
    ///
    /// ```
    /// use allotment_core::{Global, PostingMap};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = PostingMap::new_in(alloc);
    /// index.extend([("leek", 1_u32), ("leek", 2)]);
    ///
    /// plan.fail_from(0);
    /// assert!(index.fallible().try_clone().is_err());
    /// plan.never();
    /// assert_eq!(index.fallible().try_clone().unwrap().len(), 2);
    /// ```
    pub fn try_clone(&self) -> Result<PostingMap<K, Id, A, S>, AllocFailure>
    where
        K: Clone,
        A: Clone,
    {
        self.map.try_clone_in(self.map.allocator().clone()).map_err(AllocFailure::of)
    }
}

impl<K, Id, A, S> fmt::Debug for Fallible<'_, K, Id, A, S>
where
    K: fmt::Debug,
    Id: PostingId + fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<u64>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}
