//! Entries of a set: one search, then insertion or removal at the place found.

use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::{Entry as PairEntry, OccupiedEntry as OccupiedPair, VacantEntry as VacantPair};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;

/// The place of an element in a set, occupied or vacant: see [`BTreeSet::entry`].
pub enum Entry<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    /// There is an equal element.
    Occupied(OccupiedEntry<'a, T, A, S>),
    /// There is no equal element.
    Vacant(VacantEntry<'a, T, A, S>),
}

/// The place of an element that is there.
pub struct OccupiedEntry<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pub(super) pair: OccupiedPair<'a, T, (), A, S>,
}

/// The place where an element would go in.
pub struct VacantEntry<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    pub(super) pair: VacantPair<'a, T, (), A, S>,
}

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// The place of an element, to look, insert or remove there. O(log n).
    ///
    /// ```
    /// use allotment_core::{BTreeSet, btree_set::Entry};
    ///
    /// let mut set = BTreeSet::from([1, 2]);
    /// set.entry(3).or_insert();
    /// if let Entry::Occupied(entry) = set.entry(1) {
    ///     assert_eq!(entry.remove(), 1);
    /// }
    /// assert!(set.iter().eq(&[2, 3]));
    /// ```
    pub fn entry(&mut self, element: T) -> Entry<'_, T, A, S>
    where
        T: Ord,
    {
        match self.map.entry(element) {
            PairEntry::Occupied(pair) => Entry::Occupied(OccupiedEntry { pair }),
            PairEntry::Vacant(pair) => Entry::Vacant(VacantEntry { pair }),
        }
    }

    /// The element equal to `element`, after putting that in if there is none. O(log n).
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::new();
    /// assert_eq!(set.get_or_insert(1), &1);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn get_or_insert(&mut self, element: T) -> &T
    where
        T: Ord,
    {
        match self.map.entry(element) {
            PairEntry::Occupied(pair) => pair.into_key(),
            PairEntry::Vacant(pair) => pair.insert_entry(()).into_key(),
        }
    }

    /// The element equal to `value`, after putting in what `make` makes of it if there is none.
    ///
    /// O(log n); two searches if the element is not there.
    ///
    /// # Panics
    ///
    /// If what `make` answers is not equal to `value`.
    ///
    /// ```
    /// let mut names: allotment_core::BTreeSet<String> = Default::default();
    /// assert_eq!(names.get_or_insert_with("ada", str::to_owned), "ada");
    /// assert_eq!(names.get_or_insert_with("ada", |_| unreachable!()), "ada");
    /// ```
    #[cfg(feature = "infallible")]
    pub fn get_or_insert_with<Q, F>(&mut self, value: &Q, make: F) -> &T
    where
        T: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        F: FnOnce(&Q) -> T,
    {
        if !self.contains(value) {
            let element = make(value);
            assert!(element.borrow() == value, "new value is not equal");
            return self.get_or_insert(element);
        }
        self.get(value).expect("it is there")
    }
}

impl<'a, T: Ord, A: Allocator, S: Shape<T>> Entry<'a, T, A, S> {
    /// Puts the element in if none is there, and returns its place.
    #[cfg(feature = "infallible")]
    pub fn insert(self) -> OccupiedEntry<'a, T, A, S> {
        match self {
            Self::Occupied(entry) => entry,
            Self::Vacant(VacantEntry { pair }) => OccupiedEntry { pair: pair.insert_entry(()) },
        }
    }

    /// Puts the element in if none is there.
    #[cfg(feature = "infallible")]
    pub fn or_insert(self) {
        if let Self::Vacant(entry) = self {
            entry.insert();
        }
    }

    /// The element that is there, or that would go in.
    pub fn get(&self) -> &T {
        match self {
            Self::Occupied(entry) => entry.get(),
            Self::Vacant(entry) => entry.get(),
        }
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> OccupiedEntry<'_, T, A, S> {
    /// The element.
    pub fn get(&self) -> &T {
        self.pair.key()
    }

    /// Takes the element out. O(log n); allocates nothing.
    pub fn remove(self) -> T {
        self.pair.remove_entry().0
    }
}

impl<T: Ord, A: Allocator, S: Shape<T>> VacantEntry<'_, T, A, S> {
    /// The element that would go in.
    pub fn get(&self) -> &T {
        self.pair.key()
    }

    /// Gives the element back.
    pub fn into_value(self) -> T {
        self.pair.into_key()
    }

    /// Puts the element in. Allocates as [`BTreeSet::insert`] does.
    #[cfg(feature = "infallible")]
    pub fn insert(self) {
        self.pair.insert(());
    }
}

impl<T: fmt::Debug + Ord, A: Allocator, S: Shape<T>> fmt::Debug for Entry<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<T: fmt::Debug + Ord, A: Allocator, S: Shape<T>> fmt::Debug for OccupiedEntry<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("value", self.get()).finish()
    }
}

impl<T: fmt::Debug + Ord, A: Allocator, S: Shape<T>> fmt::Debug for VacantEntry<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.get()).finish()
    }
}
