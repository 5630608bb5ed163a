//! [`FallibleEntry`]: the place of an element, where putting it in returns a [`Result`].

use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::{AllocFailure, Entry as PairEntry};
use crate::raw::shape::{Shape, Standard};
use crate::set::fallible::element_of;
use crate::set::{Entry, Fallible, OccupiedEntry, VacantEntry};

/// The place of an element in a set, occupied or vacant: see [`Fallible::entry`].
pub enum FallibleEntry<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    /// There is an equal element: nothing to be done there allocates.
    Occupied(OccupiedEntry<'a, T, A, S>),
    /// There is no equal element.
    Vacant(FallibleVacantEntry<'a, T, A, S>),
}

/// The place where an element would go in, and where that returns a [`Result`].
pub struct FallibleVacantEntry<'a, T, A: Allocator = Global, S: Shape<T> = Standard> {
    entry: VacantEntry<'a, T, A, S>,
}

/// The place of an element that was put in, or the element if the allocator failed.
type Seated<'a, T, A, S> = Result<OccupiedEntry<'a, T, A, S>, AllocFailure<T>>;

impl<'a, T: Ord, A: Allocator, S: Shape<T>> Fallible<'a, T, A, S> {
    /// [`BTreeSet::entry`](crate::BTreeSet::entry).
    ///
    /// ```
    /// use allotment_core::btree_set::FallibleEntry;
    /// use allotment_core::{BTreeSet, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut set = BTreeSet::new_in(alloc);
    /// plan.fail_at(0);
    /// assert_eq!(set.fallible().entry("a").or_insert().unwrap_err().returned, "a");
    /// set.fallible().entry("a").or_insert().unwrap();
    /// if let FallibleEntry::Occupied(entry) = set.fallible().entry("a") {
    ///     assert_eq!(entry.remove(), "a");
    /// }
    /// assert!(set.is_empty());
    /// ```
    pub fn entry(self, element: T) -> FallibleEntry<'a, T, A, S> {
        match self.set.entry(element) {
            Entry::Occupied(entry) => FallibleEntry::Occupied(entry),
            Entry::Vacant(entry) => FallibleEntry::Vacant(FallibleVacantEntry { entry }),
        }
    }

    /// [`BTreeSet::get_or_insert`](crate::BTreeSet::get_or_insert).
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    ///
    /// ```
    /// let mut set = allotment_core::BTreeSet::new();
    /// assert_eq!(set.fallible().get_or_insert(1), Ok(&1));
    /// ```
    pub fn get_or_insert(self, element: T) -> Result<&'a T, AllocFailure<T>> {
        match self.set.map.entry(element) {
            PairEntry::Occupied(pair) => Ok(pair.into_key()),
            PairEntry::Vacant(pair) => match pair.seat(()) {
                Ok(pair) => Ok(pair.into_key()),
                Err(failure) => Err(element_of(failure)),
            },
        }
    }

    /// [`BTreeSet::get_or_insert_with`](crate::BTreeSet::get_or_insert_with).
    ///
    /// # Errors
    ///
    /// What `make` answered, if the allocator failed; the set is as it was.
    ///
    /// # Panics
    ///
    /// If what `make` answers is not equal to `value`.
    ///
    /// ```
    /// let mut names: allotment_core::BTreeSet<String> = Default::default();
    /// let name = names.fallible().get_or_insert_with("ada", str::to_owned);
    /// assert_eq!(name.unwrap(), "ada");
    /// ```
    pub fn get_or_insert_with<Q, F>(self, value: &Q, make: F) -> Result<&'a T, AllocFailure<T>>
    where
        T: Borrow<Q>,
        Q: Ord + ?Sized,
        F: FnOnce(&Q) -> T,
    {
        if !self.set.contains(value) {
            let element = make(value);
            assert!(element.borrow() == value, "new value is not equal");
            return self.get_or_insert(element);
        }
        Ok(self.set.get(value).expect("it is there"))
    }
}

impl<'a, T: Ord, A: Allocator, S: Shape<T>> FallibleEntry<'a, T, A, S> {
    /// Puts the element in if none is there, and returns its place.
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    pub fn insert(self) -> Seated<'a, T, A, S> {
        match self {
            Self::Occupied(entry) => Ok(entry),
            Self::Vacant(entry) => entry.insert_entry(),
        }
    }

    /// Puts the element in if none is there.
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    pub fn or_insert(self) -> Result<(), AllocFailure<T>> {
        self.insert().map(drop)
    }

    /// The element that is there, or that would go in.
    pub fn get(&self) -> &T {
        match self {
            Self::Occupied(entry) => entry.get(),
            Self::Vacant(entry) => entry.get(),
        }
    }
}

impl<'a, T: Ord, A: Allocator, S: Shape<T>> FallibleVacantEntry<'a, T, A, S> {
    /// The element that would go in.
    pub fn get(&self) -> &T {
        self.entry.get()
    }

    /// Gives the element back.
    pub fn into_value(self) -> T {
        self.entry.into_value()
    }

    /// Puts the element in.
    ///
    /// # Errors
    ///
    /// The element, if the allocator failed; the set is as it was.
    pub fn insert(self) -> Result<(), AllocFailure<T>> {
        self.insert_entry().map(drop)
    }

    fn insert_entry(self) -> Seated<'a, T, A, S> {
        let seated = self.entry.pair.seat(());
        seated.map(|pair| OccupiedEntry { pair }).map_err(element_of)
    }
}

impl<T: fmt::Debug + Ord, A: Allocator, S: Shape<T>> fmt::Debug for FallibleEntry<'_, T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
        }
    }
}

impl<T: fmt::Debug + Ord, A: Allocator, S: Shape<T>> fmt::Debug
    for FallibleVacantEntry<'_, T, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleVacantEntry").field(self.get()).finish()
    }
}
