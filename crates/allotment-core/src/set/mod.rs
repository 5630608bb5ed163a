//! [`BTreeSet`]: an ordered set on an allocator of choice.

mod abandon;
mod algebra;
mod by;
mod chunks;
mod clear_step;
mod cursor;
mod entry;
mod extract_if;
mod fallible;
mod fallible_cursor;
mod fallible_entry;
mod iter;
#[cfg(feature = "infallible")]
mod operators;
mod pages;
#[cfg(feature = "rayon")]
pub(crate) mod par;
mod range_edit;
mod ranked;
mod reservation;
mod scan;
mod traits;

use core::borrow::Borrow;
use core::ops::RangeBounds;

use allotment_alloc::{Allocator, Global, SharedAlloc};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap, LeftOut, MemoryUsage};
use crate::raw::shape::{Shape, Standard};

pub use algebra::{Difference, Intersection, SymmetricDifference, Union};
pub use chunks::Chunks;
pub use cursor::{Cursor, CursorMut, CursorMutKey};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use extract_if::ExtractIf;
pub use fallible::Fallible;
pub use fallible_cursor::FallibleCursor;
pub use fallible_entry::{FallibleEntry, FallibleVacantEntry};
pub use iter::{IntoIter, Iter, Range};
pub use range_edit::Drain;
pub use reservation::NodeReservation;
pub use scan::{Scan, ScannedElements};

/// An ordered set over a B-tree, whose nodes come from an allocator of choice.
///
/// It does what [`std::collections::BTreeSet`] does, under the same names. Everything said of
/// [`BTreeMap`] about order, panics and memory holds here too: it is a map whose values take no
/// room (`u64`: 47 to a leaf of 384 bytes).
///
/// [`std::collections::BTreeSet`]: https://doc.rust-lang.org/std/collections/struct.BTreeSet.html
///
/// ```
/// use allotment_core::BTreeSet;
///
/// let mut words = BTreeSet::new();
/// assert!(words.insert("plot"));
/// assert!(words.insert("bed"));
/// assert!(!words.insert("plot"));
/// assert!(words.iter().eq(&["bed", "plot"]));
/// ```
pub struct BTreeSet<T, A: Allocator = Global, S: Shape<T> = Standard> {
    map: BTreeMap<T, (), A, S>,
}

impl<T> BTreeSet<T> {
    /// An empty set on the global allocator. Allocates nothing.
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = allotment_core::BTreeSet::new();
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { map: BTreeMap::new() }
    }
}

impl<T, A: Allocator> BTreeSet<T, A> {
    /// An empty set on `alloc`. Allocates nothing.
    ///
    /// ```
    /// use allotment_bump::Bump;
    /// use allotment_core::BTreeSet;
    ///
    /// let bump = Bump::new();
    /// let mut set = BTreeSet::new_in(&bump);
    /// assert!(set.insert(1));
    /// ```
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }

    /// A set on `alloc` with the elements of an iterator; of equal ones the last stays.
    ///
    /// Ascending elements are noticed as they come: see [`BTreeMap::from_iter_in`].
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    /// use allotment_pool::Pool;
    ///
    /// let set = BTreeSet::from_iter_in([3, 1, 2, 3], Pool::new());
    /// assert!(set.iter().eq(&[1, 2, 3]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn from_iter_in<I>(elements: I, alloc: A) -> Self
    where
        T: Ord,
        I: IntoIterator<Item = T>,
    {
        let pairs = elements.into_iter().map(|element| (element, ()));
        Self { map: BTreeMap::from_iter_in(pairs, alloc) }
    }

    /// A set on `alloc` with the elements of an iterator, as `from_iter_in`; but a failed
    /// allocation is an error, and does not end the program.
    ///
    /// # Errors
    ///
    /// A set of the elements that came before the allocator failed, and the one at which it did;
    /// those after it are still in the iterator: see [`BTreeMap::try_from_iter_in`].
    ///
    /// ```
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Budget;
    ///
    /// let failure = BTreeSet::try_from_iter_in(0..9999, Budget::new(Global, 4096)).unwrap_err();
    /// let (set, element) = failure.returned;
    /// assert!(set.iter().copied().eq(0..element));
    /// ```
    pub fn try_from_iter_in<I>(elements: I, alloc: A) -> Result<Self, LeftOut<Self, T>>
    where
        T: Ord,
        I: IntoIterator<Item = T>,
    {
        let pairs = elements.into_iter().map(|element| (element, ()));
        match BTreeMap::try_from_iter_in(pairs, alloc) {
            Ok(map) => Ok(Self { map }),
            Err(AllocFailure { layout, returned: (map, (element, ())) }) => {
                Err(AllocFailure { layout, returned: (Self { map }, element) })
            }
        }
    }
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// [`new_in`](BTreeSet::new_in) for any shape of node. For tests.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { map: BTreeMap::with_shape_in(alloc) }
    }

    /// The keys of a map, as a set.
    pub(crate) const fn from_map(map: BTreeMap<T, (), A, S>) -> Self {
        Self { map }
    }

    /// Counts the nodes of the set, and what they hold: see
    /// [`BTreeMap::memory_usage`](crate::BTreeMap::memory_usage).
    ///
    /// ```
    /// let set: allotment_core::BTreeSet<u32> = (0..1000).collect();
    /// assert_eq!(set.memory_usage().payload_bytes, 4000);
    /// ```
    #[must_use]
    pub fn memory_usage(&self) -> MemoryUsage {
        self.map.memory_usage()
    }

    /// The allocator.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    /// use allotment_pool::Pool;
    ///
    /// let mut set = BTreeSet::new_in(Pool::new());
    /// set.insert(1);
    /// assert!(set.allocator().stats().live_bytes > 0);
    /// ```
    pub const fn allocator(&self) -> &A {
        self.map.allocator()
    }

    /// How many elements there are. O(1).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([3, 1, 3]);
    /// assert_eq!(set.len(), 2);
    /// ```
    pub const fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no element. O(1).
    ///
    /// ```
    /// assert!(allotment_core::BTreeSet::<u32>::new().is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Drops all elements, in ascending order, and gives all nodes back. O(n).
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2]);
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Whether there is an element equal to `value`. O(log n).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from(["bed".to_owned()]);
    /// assert!(set.contains("bed") && !set.contains("plot"));
    /// ```
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.contains_key(value)
    }

    /// The element equal to `value`. O(log n).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([1, 2]);
    /// assert_eq!(set.get(&2), Some(&2));
    /// ```
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.get_key_value(value).map(|(element, ())| element)
    }

    /// The first element. O(log n).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([3, 1, 2]);
    /// assert_eq!(set.first(), Some(&1));
    /// ```
    pub fn first(&self) -> Option<&T> {
        self.map.first_key_value().map(|(element, ())| element)
    }

    /// The last element. O(log n).
    ///
    /// ```
    /// let set = allotment_core::BTreeSet::from([3, 1, 2]);
    /// assert_eq!(set.last(), Some(&3));
    /// ```
    pub fn last(&self) -> Option<&T> {
        self.map.last_key_value().map(|(element, ())| element)
    }

    /// Puts an element in; answers whether it was not there yet. An equal one stays.
    ///
    /// As [`BTreeMap::insert`], panics and allocation included.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::new();
    /// assert!(set.insert("bed"));
    /// assert!(!set.insert("bed"));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert(&mut self, element: T) -> bool
    where
        T: Ord,
    {
        self.map.insert(element, ()).is_none()
    }

    /// Puts an element in, in place of an equal one, which is returned.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from(["a".to_owned()]);
    /// assert_eq!(set.replace("a".to_owned()).as_deref(), Some("a"));
    /// assert_eq!(set.replace("b".to_owned()), None);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn replace(&mut self, element: T) -> Option<T>
    where
        T: Ord,
    {
        let replaced = self.map.try_replace_pair(element, ());
        replaced.unwrap_or_else(|refused| out_of_memory(refused.layout))
    }

    /// Takes an element out; answers whether it was there. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2]);
    /// assert!(set.remove(&1));
    /// assert!(!set.remove(&1));
    /// ```
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.remove(value).is_some()
    }

    /// Takes an element out and returns it. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from(["bed".to_owned()]);
    /// assert_eq!(set.take("bed").as_deref(), Some("bed"));
    /// assert_eq!(set.take("bed"), None);
    /// ```
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.map.remove_entry(value).map(|(element, ())| element)
    }

    /// Takes the first element out. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([2, 1]);
    /// assert_eq!((set.pop_first(), set.pop_first(), set.pop_first()), (Some(1), Some(2), None));
    /// ```
    pub fn pop_first(&mut self) -> Option<T>
    where
        T: Ord,
    {
        self.map.pop_first().map(|(element, ())| element)
    }

    /// Takes the last element out. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([2, 1]);
    /// assert_eq!((set.pop_last(), set.pop_last(), set.pop_last()), (Some(2), Some(1), None));
    /// ```
    pub fn pop_last(&mut self) -> Option<T>
    where
        T: Ord,
    {
        self.map.pop_last().map(|(element, ())| element)
    }

    /// Keeps the elements for which `keep` answers true: see [`BTreeMap::retain`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2, 3, 4]);
    /// set.retain(|element| element % 2 == 0);
    /// assert!(set.iter().eq(&[2, 4]));
    /// ```
    pub fn retain<F>(&mut self, mut keep: F)
    where
        T: Ord,
        F: FnMut(&T) -> bool,
    {
        self.map.retain(|element, ()| keep(element));
    }

    /// [`retain`](Self::retain) for a range; answers how many elements are gone. See
    /// [`BTreeMap::update_range`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2, 3, 4, 5, 6]);
    /// assert_eq!(set.update_range(3.., |element| element % 2 == 0), 2);
    /// assert!(set.iter().eq(&[1, 2, 4, 6]));
    /// ```
    pub fn update_range<Q, R, F>(&mut self, range: R, mut keep: F) -> usize
    where
        Q: Ord + ?Sized,
        T: Borrow<Q> + Ord,
        R: RangeBounds<Q>,
        F: FnMut(&T) -> bool,
    {
        self.map.update_range(range, |element, ()| keep(element))
    }

    /// Moves all elements of `other` into this set; of equal ones this set's stay. See
    /// [`BTreeMap::append`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 4]);
    /// let mut other = allotment_core::BTreeSet::from([2, 4]);
    /// set.append(&mut other);
    /// assert!(set.iter().eq(&[1, 2, 4]) && other.is_empty());
    /// ```
    #[cfg(feature = "infallible")]
    pub fn append(&mut self, other: &mut Self)
    where
        T: Ord,
        A: SharedAlloc,
    {
        self.map.append(&mut other.map);
    }

    /// Puts elements in that ascend or nearly do; answers how many are new. See
    /// [`BTreeMap::insert_sorted`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 4, 9]);
    /// assert_eq!(set.insert_sorted([2, 4, 5]), 2);
    /// assert!(set.iter().eq(&[1, 2, 4, 5, 9]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_sorted<I>(&mut self, elements: I) -> usize
    where
        T: Ord,
        A: SharedAlloc,
        I: IntoIterator<Item = T>,
    {
        self.map.insert_sorted(elements.into_iter().map(|element| (element, ())))
    }

    /// Takes elements out that ascend or nearly do; answers how many there were. See
    /// [`BTreeMap::remove_sorted`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 4, 9]);
    /// assert_eq!(set.remove_sorted(&[1, 2, 9]), 2);
    /// assert!(set.iter().eq(&[4]));
    /// ```
    pub fn remove_sorted<'q, Q, I>(&mut self, values: I) -> usize
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized + 'q,
        I: IntoIterator<Item = &'q Q>,
    {
        self.map.remove_sorted(values)
    }

    /// Packs the set: see [`BTreeMap::compact`].
    ///
    /// ```
    /// let mut set: allotment_core::BTreeSet<u32> = (0..10_000).collect();
    /// set.retain(|element| element % 10 == 0);
    /// let before = set.memory_usage().live_bytes;
    /// set.compact();
    /// assert!(set.memory_usage().live_bytes < before);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn compact(&mut self) {
        self.map.compact();
    }

    /// Packs the set if it pays: see [`BTreeMap::shrink_to_fit`].
    ///
    /// ```
    /// let mut set: allotment_core::BTreeSet<u32> = (0..10_000).collect();
    /// set.retain(|element| element % 10 == 0);
    /// let before = set.memory_usage().live_bytes;
    /// set.shrink_to_fit();
    /// assert!(set.memory_usage().live_bytes < before);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn shrink_to_fit(&mut self) {
        self.map.shrink_to_fit();
    }

    /// Cuts off all elements not less than `value`, and returns them: see [`BTreeMap::split_off`].
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::from([1, 2, 3]);
    /// let tail = set.split_off(&2);
    /// assert!(set.iter().eq(&[1]) && tail.iter().eq(&[2, 3]));
    /// ```
    #[must_use = "use `retain` to drop elements"]
    #[cfg(feature = "infallible")]
    pub fn split_off<Q>(&mut self, value: &Q) -> Self
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        A: SharedAlloc,
    {
        Self { map: self.map.split_off(value) }
    }

    /// [`BTreeMap::verify`].
    ///
    /// # Errors
    ///
    /// The first violation, in words.
    #[cfg(feature = "verify")]
    pub fn verify(&self) -> Result<(), alloc::string::String>
    where
        T: Ord,
    {
        self.map.verify()
    }

    /// [`BTreeMap::dump`].
    #[cfg(feature = "verify")]
    pub fn dump(&self) -> alloc::string::String
    where
        T: core::fmt::Debug,
    {
        self.map.dump()
    }
}
