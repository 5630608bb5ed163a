//! [`Fallible`]: the operations that allocate, with failed allocation as a value.

use core::borrow::Borrow;
use core::fmt;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::range::OF_MAP;
use crate::map::{AllocFailure, BTreeMap, CountOrLeftOut, Drain, EditError};
use crate::raw::shape::{Shape, Standard};
use crate::raw::tree::OnEqual;

/// A map whose allocating operations return a [`Result`]: see [`BTreeMap::fallible`].
pub struct Fallible<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) map: &'a mut BTreeMap<K, V, A, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// A view of the map whose allocating operations return an error instead of ending the program.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_meter::Faulty;
    /// use allotment_core::Global;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// plan.fail_at(0);
    /// let failure = map.fallible().insert(1, "one").unwrap_err();
    /// assert_eq!(failure.returned, (1, "one"));
    /// assert!(map.is_empty());
    /// ```
    pub fn fallible(&mut self) -> Fallible<'_, K, V, A, S> {
        Fallible { map: self }
    }
}

impl<K: Ord, V, A: Allocator, S: Shape<K>> Fallible<'_, K, V, A, S> {
    /// [`BTreeMap::insert`].
    ///
    /// # Errors
    ///
    /// The pair, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// plan.fail_from(1);
    /// let refused = (0..100).find_map(|n| map.fallible().insert(n, 'a').err()).unwrap();
    /// assert_eq!(refused.returned, (map.len(), 'a'));
    /// ```
    pub fn insert(&mut self, key: K, value: V) -> Result<Option<V>, AllocFailure<(K, V)>> {
        self.map.try_insert_pair(key, value).map_err(AllocFailure::from)
    }

    /// [`Extend::extend`].
    ///
    /// # Errors
    ///
    /// The pair at which the allocator failed; those before it are in the map, those after it are
    /// still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// plan.fail_from(1);
    /// let mut pairs = (0..100).map(|n| (n, 'a'));
    /// let refused = map.fallible().extend(&mut pairs).unwrap_err();
    /// assert_eq!(refused.returned, (map.len(), 'a'));
    /// assert_eq!(map.len() + 1 + pairs.len(), 100);
    /// ```
    pub fn extend<I>(&mut self, pairs: I) -> Result<(), AllocFailure<(K, V)>>
    where
        I: IntoIterator<Item = (K, V)>,
    {
        self.map.try_fill(pairs, OnEqual::KeepKey).map_err(AllocFailure::from)
    }

    /// [`BTreeMap::insert_sorted`].
    ///
    /// # Errors
    ///
    /// What was taken from the iterator and did not get in, if the allocator failed: a map of such
    /// pairs, and the pair at which it failed, if it was one. Others are in the map, and those
    /// after them are still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// map.fallible().insert_sorted((0..100).map(|n| (n, 'a'))).unwrap();
    ///
    /// plan.fail_from(2);
    /// let mut more = (100..200).map(|n| (n, 'b'));
    /// let (apart, refused) = map.fallible().insert_sorted(&mut more).unwrap_err().returned;
    /// assert_eq!(map.len() + apart.len() + refused.iter().len() + more.len(), 200);
    /// ```
    pub fn insert_sorted<I>(&mut self, pairs: I) -> CountOrLeftOut<BTreeMap<K, V, A, S>, (K, V)>
    where
        A: SharedAlloc,
        I: IntoIterator<Item = (K, V)>,
    {
        self.map.try_insert_sorted(pairs)
    }

    /// [`BTreeMap::append`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; every pair is then in one of the two maps.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc.clone());
    /// let mut other = BTreeMap::new_in(alloc);
    /// map.extend((0..100).map(|n| (2 * n, 'a')));
    /// other.extend((0..100).map(|n| (2 * n + 1, 'b')));
    ///
    /// plan.fail_from(0);
    /// assert!(map.fallible().append(&mut other).is_err());
    /// assert_eq!(map.len() + other.len(), 200);
    /// plan.never();
    /// map.fallible().append(&mut other).unwrap();
    /// assert_eq!((map.len(), other.len()), (200, 0));
    /// ```
    pub fn append(&mut self, other: &mut BTreeMap<K, V, A, S>) -> Result<(), AllocFailure>
    where
        A: SharedAlloc,
    {
        self.map.try_append(other).map_err(AllocFailure::of)
    }

    /// [`BTreeMap::merge`].
    ///
    /// # Errors
    ///
    /// A map of the pairs that did not get in, if the allocator failed; the others did, and each
    /// was given to `conflict` if it had to be.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([("a", 1), ("b", 2)]);
    /// map.fallible().merge([("b", 3), ("c", 4)].into(), |_, own, other| own + other).unwrap();
    /// assert!(map.into_iter().eq([("a", 1), ("b", 5), ("c", 4)]));
    /// ```
    pub fn merge(
        &mut self,
        other: BTreeMap<K, V, A, S>,
        conflict: impl FnMut(&K, V, V) -> V,
    ) -> Result<(), AllocFailure<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.map.try_merge(other, conflict)
    }

    /// [`BTreeMap::compact`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; no pair is lost.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, _> = (0..10_000).map(|n| (n, n)).collect();
    /// map.retain(|n, _| n % 5 == 0);
    /// let before = map.memory_usage().leaves;
    /// map.fallible().compact().unwrap();
    /// assert!(map.memory_usage().leaves < before);
    /// ```
    pub fn compact(&mut self) -> Result<(), AllocFailure> {
        self.map.try_compact().map_err(AllocFailure::of)
    }

    /// [`BTreeMap::shrink_to_fit`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; no pair is lost.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, _> = (0..10_000).map(|n| (n, n)).collect();
    /// map.retain(|n, _| n % 5 == 0);
    /// map.fallible().shrink_to_fit().unwrap();
    /// assert_eq!(map.len(), 2000);
    /// ```
    pub fn shrink_to_fit(&mut self) -> Result<(), AllocFailure> {
        self.map.try_shrink_to_fit().map_err(AllocFailure::of)
    }

    /// [`BTreeMap::join`].
    ///
    /// # Errors
    ///
    /// The other map, if the keys of the two overlap, or if the allocator failed; every pair is
    /// then in the map where it was or, if the allocators do not share their memory, in one of the
    /// two.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// map.fallible().join([(3, 'c')].into()).unwrap();
    /// let overlapping = map.fallible().join([(2, 'd')].into()).unwrap_err();
    /// assert!(overlapping.into_inner().into_iter().eq([(2, 'd')]));
    /// ```
    pub fn join(
        &mut self,
        other: BTreeMap<K, V, A, S>,
    ) -> Result<(), EditError<BTreeMap<K, V, A, S>>>
    where
        A: SharedAlloc,
    {
        self.map.try_join(other)
    }

    /// [`BTreeMap::split_off`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the map is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// map.extend((0..100).map(|n| (n, 'a')));
    ///
    /// plan.fail_from(0);
    /// assert!(map.fallible().split_off(&20).is_err());
    /// assert_eq!(map.len(), 100);
    /// plan.never();
    /// assert_eq!(map.fallible().split_off(&20).unwrap().len(), 80);
    /// ```
    pub fn split_off<Q>(&mut self, key: &Q) -> Result<BTreeMap<K, V, A, S>, AllocFailure>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
        A: SharedAlloc,
    {
        self.map.try_split_off(key).map_err(AllocFailure::of)
    }

    /// [`BTreeMap::drain`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the map is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, _> = (0..100).map(|n| (n, 'a')).collect();
    /// assert_eq!(map.fallible().drain(10..90).unwrap().map(|(n, _)| n).sum::<i32>(), 3960);
    /// assert_eq!(map.len(), 20);
    /// ```
    pub fn drain<T, R>(&mut self, bounds: R) -> Result<Drain<'_, K, V, A, S>, AllocFailure>
    where
        K: Borrow<T>,
        T: Ord + ?Sized,
        R: RangeBounds<T>,
    {
        self.map.try_drain(bounds, OF_MAP).map_err(AllocFailure::of)
    }

    /// [`BTreeMap::remove_range`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the map is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// map.extend((0..100).map(|n| (n, 'a')));
    ///
    /// plan.fail_from(0);
    /// assert!(map.fallible().remove_range(10..90).is_err());
    /// assert_eq!(map.len(), 100);
    /// plan.never();
    /// assert_eq!(map.fallible().remove_range(10..90), Ok(80));
    /// ```
    pub fn remove_range<T, R>(&mut self, bounds: R) -> Result<usize, AllocFailure>
    where
        K: Borrow<T>,
        T: Ord + ?Sized,
        R: RangeBounds<T>,
    {
        self.drain(bounds).map(|pairs| pairs.len())
    }

    /// [`BTreeMap::split_range`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the map is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, _> = (0..100).map(|n| (n, 'a')).collect();
    /// let middle = map.fallible().split_range(10..90).unwrap();
    /// assert_eq!((map.len(), middle.len()), (20, 80));
    /// ```
    pub fn split_range<T, R>(&mut self, bounds: R) -> Result<BTreeMap<K, V, A, S>, AllocFailure>
    where
        K: Borrow<T>,
        T: Ord + ?Sized,
        R: RangeBounds<T>,
        A: SharedAlloc,
    {
        self.map.try_split_range(bounds, OF_MAP).map_err(AllocFailure::of)
    }

    /// [`Clone::clone`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; what had been cloned is dropped.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut map = BTreeMap::new_in(alloc);
    /// map.extend((0..100).map(|n| (n, 'a')));
    ///
    /// plan.fail_from(0);
    /// assert!(map.fallible().try_clone().is_err());
    /// plan.never();
    /// assert_eq!(map.fallible().try_clone().unwrap().len(), 100);
    /// ```
    pub fn try_clone(&self) -> Result<BTreeMap<K, V, A, S>, AllocFailure>
    where
        K: Clone,
        V: Clone,
        A: Clone,
    {
        self.map.try_clone_in(self.map.alloc.clone()).map_err(AllocFailure::of)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for Fallible<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}
