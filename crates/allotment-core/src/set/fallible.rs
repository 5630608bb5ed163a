//! [`Fallible`]: the operations of a set that allocate, with failed allocation as a value.

use core::borrow::Borrow;
use core::fmt;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::range::OF_SET;
use crate::map::{AllocFailure, CountOrLeftOut, EditError};
use crate::raw::shape::{Shape, Standard};
use crate::set::{BTreeSet, Drain};

/// A set whose allocating operations return a [`Result`]: see [`BTreeSet::fallible`].
pub struct Fallible<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pub(super) set: &'a mut BTreeSet<T, A, S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The operations that allocate, with failed allocation as a value in place of the end of the
    /// program.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    ///
    /// plan.fail_from(0);
    /// let failure = set.fallible().insert(1).unwrap_err();
    /// assert_eq!(failure.returned, 1);
    /// assert!(set.is_empty());
    /// ```
    pub fn fallible(&mut self) -> Fallible<'_, T, A, S> {
        Fallible { set: self }
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> Fallible<'_, T, A, S> {
    /// [`BTreeSet::insert`].
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// plan.fail_at(0);
    /// assert_eq!(set.fallible().insert("leek").unwrap_err().returned, "leek");
    /// assert_eq!(set.fallible().insert("leek"), Ok(true));
    /// ```
    pub fn insert(&mut self, element: T) -> Result<bool, AllocFailure<T>> {
        let inserted = self.set.map.fallible().insert(element, ());
        inserted.map(|old| old.is_none()).map_err(element_of)
    }

    /// [`BTreeSet::replace`].
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// plan.fail_at(0);
    /// assert_eq!(set.fallible().replace("leek").unwrap_err().returned, "leek");
    /// assert_eq!(set.fallible().replace("leek"), Ok(None));
    /// assert_eq!(set.fallible().replace("leek"), Ok(Some("leek")));
    /// ```
    pub fn replace(&mut self, element: T) -> Result<Option<T>, AllocFailure<T>> {
        let replaced = self.set.map.try_replace_pair(element, ());
        replaced.map_err(|refused| element_of(refused.into()))
    }

    /// [`Extend::extend`].
    ///
    /// # Errors
    ///
    /// The element at which the allocator failed; those before it are in the set, those after it
    /// are still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// plan.fail_from(1);
    /// let mut elements = 0..100;
    /// let refused = set.fallible().extend(&mut elements).unwrap_err();
    /// assert_eq!(refused.returned, set.len());
    /// assert_eq!(set.len() + 1 + elements.len(), 100);
    /// ```
    pub fn extend<I>(&mut self, elements: I) -> Result<(), AllocFailure<T>>
    where
        I: IntoIterator<Item = T>,
    {
        let pairs = elements.into_iter().map(|element| (element, ()));
        self.set.map.fallible().extend(pairs).map_err(element_of)
    }

    /// [`BTreeSet::insert_sorted`].
    ///
    /// # Errors
    ///
    /// What was taken from the iterator and did not get in, if the allocator failed: a set of such
    /// elements, and the one at which it failed, if it was one. Others are in the set, and those
    /// after them are still in the iterator: pass `&mut iter` to go on.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([2, 4]);
    /// assert_eq!(set.fallible().insert_sorted([1, 2, 3]).unwrap(), 2);
    /// assert!(set.into_iter().eq(1..=4));
    /// ```
    pub fn insert_sorted<I>(&mut self, elements: I) -> CountOrLeftOut<BTreeSet<T, A, S>, T>
    where
        A: SharedAlloc,
        I: IntoIterator<Item = T>,
    {
        let pairs = elements.into_iter().map(|element| (element, ()));
        self.set.map.fallible().insert_sorted(pairs).map_err(|failure| {
            let AllocFailure { layout, returned: (map, refused) } = failure;
            let refused = refused.map(|(element, ())| element);
            AllocFailure { layout, returned: (BTreeSet { map }, refused) }
        })
    }

    /// [`BTreeSet::append`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; every element is then in one of the two sets.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let (mut set, mut other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    /// set.fallible().append(&mut other).unwrap();
    /// assert!(set.into_iter().eq(1..=3) && other.is_empty());
    /// ```
    pub fn append(&mut self, other: &mut BTreeSet<T, A, S>) -> Result<(), AllocFailure>
    where
        A: SharedAlloc,
    {
        self.set.map.fallible().append(&mut other.map)
    }

    /// [`BTreeSet::compact`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; no element is lost.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set: BTreeSet<_> = (0..10_000).collect();
    /// set.retain(|n| n % 5 == 0);
    /// let before = set.memory_usage().leaves;
    /// set.fallible().compact().unwrap();
    /// assert!(set.memory_usage().leaves < before);
    /// ```
    pub fn compact(&mut self) -> Result<(), AllocFailure> {
        self.set.map.fallible().compact()
    }

    /// [`BTreeSet::shrink_to_fit`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; no element is lost.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set: BTreeSet<_> = (0..10_000).collect();
    /// set.retain(|n| n % 5 == 0);
    /// set.fallible().shrink_to_fit().unwrap();
    /// assert_eq!(set.len(), 2000);
    /// ```
    pub fn shrink_to_fit(&mut self) -> Result<(), AllocFailure> {
        self.set.map.fallible().shrink_to_fit()
    }

    /// [`BTreeSet::join`].
    ///
    /// # Errors
    ///
    /// The other set, if the two overlap, or if the allocator failed: see
    /// [`join`](crate::btree_map::Fallible::join) of a map.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2]);
    /// set.fallible().join([3].into()).unwrap();
    /// let overlapping = set.fallible().join([2, 9].into()).unwrap_err();
    /// assert!(overlapping.into_inner().into_iter().eq([2, 9]));
    /// ```
    pub fn join(&mut self, other: BTreeSet<T, A, S>) -> Result<(), EditError<BTreeSet<T, A, S>>>
    where
        A: SharedAlloc,
    {
        let joined = self.set.map.fallible().join(other.map);
        joined.map_err(|error| error.map(BTreeSet::from_map))
    }

    /// [`BTreeSet::split_off`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// set.extend(0..100);
    ///
    /// plan.fail_from(0);
    /// assert!(set.fallible().split_off(&20).is_err());
    /// assert_eq!(set.len(), 100);
    /// plan.never();
    /// assert_eq!(set.fallible().split_off(&20).unwrap().len(), 80);
    /// ```
    pub fn split_off<Q>(&mut self, value: &Q) -> Result<BTreeSet<T, A, S>, AllocFailure>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
        A: SharedAlloc,
    {
        self.set.map.fallible().split_off(value).map(|map| BTreeSet { map })
    }

    /// [`BTreeSet::drain`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set: BTreeSet<_> = (0..100).collect();
    /// assert_eq!(set.fallible().drain(10..90).unwrap().sum::<i32>(), 3960);
    /// assert_eq!(set.len(), 20);
    /// ```
    pub fn drain<Q, R>(&mut self, bounds: R) -> Result<Drain<'_, T, A, S>, AllocFailure>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.set.map.try_drain(bounds, OF_SET).map(Drain::of_pairs).map_err(AllocFailure::of)
    }

    /// [`BTreeSet::remove_range`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set: BTreeSet<_> = (0..100).collect();
    /// assert_eq!(set.fallible().remove_range(10..90), Ok(80));
    /// assert_eq!(set.len(), 20);
    /// ```
    pub fn remove_range<Q, R>(&mut self, bounds: R) -> Result<usize, AllocFailure>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        self.drain(bounds).map(|elements| elements.len())
    }

    /// [`BTreeSet::split_range`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; the set is as it was.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    ///
    /// let mut set: BTreeSet<_> = (0..100).collect();
    /// let middle = set.fallible().split_range(10..90).unwrap();
    /// assert_eq!((set.len(), middle.len()), (20, 80));
    /// ```
    pub fn split_range<Q, R>(&mut self, bounds: R) -> Result<BTreeSet<T, A, S>, AllocFailure>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
        R: RangeBounds<Q>,
        A: SharedAlloc,
    {
        let part = self.set.map.try_split_range(bounds, OF_SET);
        part.map(|map| BTreeSet { map }).map_err(AllocFailure::of)
    }

    /// [`Clone::clone`].
    ///
    /// # Errors
    ///
    /// If the allocator failed; what had been cloned is dropped.
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// set.extend(0..100);
    ///
    /// plan.fail_from(0);
    /// assert!(set.fallible().try_clone().is_err());
    /// plan.never();
    /// assert_eq!(set.fallible().try_clone().unwrap().len(), 100);
    /// ```
    pub fn try_clone(&self) -> Result<BTreeSet<T, A, S>, AllocFailure>
    where
        T: Clone,
        A: Clone,
    {
        let map = self.set.map.try_clone_in(self.set.allocator().clone());
        map.map(|map| BTreeSet { map }).map_err(AllocFailure::of)
    }
}

/// What comes back of a pair that did not get in.
pub(super) fn element_of<T>(failure: AllocFailure<(T, ())>) -> AllocFailure<T> {
    let AllocFailure { layout, returned: (element, ()) } = failure;
    AllocFailure { layout, returned: element }
}

impl<T: fmt::Debug, A: Allocator, S: Shape<T>> fmt::Debug for Fallible<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fallible").field(&self.set).finish()
    }
}
