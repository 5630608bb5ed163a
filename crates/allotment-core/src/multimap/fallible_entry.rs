//! [`FallibleEntry`]: the place of a key, where putting a value in returns a [`Result`].

use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::AllocFailure;
use crate::multimap::entry::{Inserted, Seated};
use crate::multimap::{Entry, Fallible, OccupiedEntry, VacantEntry, Values};
use crate::raw::shape::{Shape, Standard};

/// The place of a key in a multimap: see [`Fallible::entry`].
pub enum FallibleEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    /// The key has no value.
    Vacant(FallibleVacantEntry<'a, K, V, A, S>),
    /// The key has values.
    Occupied(FallibleOccupiedEntry<'a, K, V, A, S>),
}

/// The place where a key would go in, and where that returns a [`Result`].
pub struct FallibleVacantEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    entry: VacantEntry<'a, K, V, A, S>,
}

/// The place of a key and its values, where putting one in returns a [`Result`].
pub struct FallibleOccupiedEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    entry: OccupiedEntry<'a, K, V, A, S>,
}

impl<'a, K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> Fallible<'a, K, V, A, S> {
    /// [`BTreeMultiMap::entry`](crate::BTreeMultiMap::entry).
    ///
    /// ```
    /// use allotment_core::btree_multimap::FallibleEntry;
    /// use allotment_core::{BTreeMultiMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut index = BTreeMultiMap::new_in(alloc);
    /// index.fallible().entry("a").insert(1)?;
    ///
    /// plan.fail_from(0);
    /// let failure = index.fallible().entry("a").insert(2).unwrap_err();
    /// assert_eq!((failure.returned, index.len()), ((None, 2), 1));
    ///
    /// plan.never();
    /// if let FallibleEntry::Occupied(mut entry) = index.fallible().entry("a") {
    ///     assert!(entry.insert(2).unwrap() && entry.insert(3).unwrap());
    /// }
    /// assert!(index.get("a").eq(&[1, 2, 3]));
    /// # Ok::<(), allotment_core::AllocFailure<(Option<&str>, i32)>>(())
    /// ```
    pub fn entry(self, key: K) -> FallibleEntry<'a, K, V, A, S> {
        match self.multimap.entry(key) {
            Entry::Vacant(entry) => FallibleEntry::Vacant(FallibleVacantEntry { entry }),
            Entry::Occupied(entry) => FallibleEntry::Occupied(FallibleOccupiedEntry { entry }),
        }
    }
}

impl<'a, K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> FallibleEntry<'a, K, V, A, S> {
    /// The key of the place.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("leek", 2)]);
    /// assert_eq!(index.fallible().entry("bean").key(), &"bean");
    /// ```
    pub fn key(&self) -> &K {
        match self {
            Self::Vacant(entry) => entry.key(),
            Self::Occupied(entry) => entry.key(),
        }
    }

    /// The values of the key; none if it is not there.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("leek", 2), ("leek", 3)]);
    /// assert!(index.fallible().entry("leek").values().eq(&[2, 3]));
    /// assert_eq!(index.fallible().entry("bean").values().len(), 0);
    /// ```
    pub fn values(&self) -> Values<'_, V, S> {
        match self {
            Self::Vacant(_) => Values::of(None),
            Self::Occupied(entry) => entry.values(),
        }
    }

    /// Puts a value in, unless an equal one is there, and returns the place.
    ///
    /// # Errors
    ///
    /// The value, and the key if it is not there, if the allocator failed; the multimap is as it
    /// was.
    pub fn insert(self, value: V) -> Inserted<'a, K, V, A, S> {
        match self {
            Self::Vacant(FallibleVacantEntry { entry }) => Entry::Vacant(entry),
            Self::Occupied(FallibleOccupiedEntry { entry }) => Entry::Occupied(entry),
        }
        .try_insert(value)
    }

    /// The place of the key and its values, after putting the result of `default` in if there is
    /// none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the multimap is as it was.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("leek", 2)]);
    /// let place = index.fallible().entry("leek").or_insert_with(|| 9).unwrap();
    /// assert!(place.values().eq(&[2]));
    /// ```
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> Seated<'a, K, V, A, S> {
        match self {
            Self::Vacant(entry) => entry.insert(default()),
            Self::Occupied(entry) => Ok(entry.into_entry()),
        }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> FallibleVacantEntry<'a, K, V, A, S> {
    /// The key that would go in.
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// Gives the key back.
    ///
    /// ```
    /// use allotment_core::btree_multimap::FallibleEntry;
    ///
    /// let mut index = allotment_core::BTreeMultiMap::from([("leek".to_owned(), 2)]);
    /// if let FallibleEntry::Vacant(place) = index.fallible().entry("bean".to_owned()) {
    ///     assert_eq!(place.into_key(), "bean");
    /// }
    /// assert_eq!(index.len(), 1);
    /// ```
    pub fn into_key(self) -> K {
        self.entry.into_key()
    }

    /// Puts the key in with this value, and returns their place.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the multimap is as it was.
    pub fn insert(self, value: V) -> Seated<'a, K, V, A, S> {
        self.entry.try_insert(value)
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> FallibleOccupiedEntry<'a, K, V, A, S> {
    /// The stored key.
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// The values of the key: one at least.
    pub fn values(&self) -> Values<'_, V, S> {
        self.entry.values()
    }

    /// Puts a value in; answers whether it is new.
    ///
    /// # Errors
    ///
    /// The value, if the allocator failed; the multimap is as it was.
    pub fn insert(&mut self, value: V) -> Result<bool, AllocFailure<V>>
    where
        V: Ord,
    {
        self.entry.try_insert(value)
    }

    /// The same place, to look and to remove there.
    ///
    /// ```
    /// use allotment_core::btree_multimap::FallibleEntry;
    ///
    /// let mut index = allotment_core::BTreeMultiMap::from([("leek", 2), ("leek", 3)]);
    /// if let FallibleEntry::Occupied(place) = index.fallible().entry("leek") {
    ///     assert_eq!(place.into_entry().remove_all(), 2);
    /// }
    /// assert!(index.is_empty());
    /// ```
    pub fn into_entry(self) -> OccupiedEntry<'a, K, V, A, S> {
        self.entry
    }
}

impl<K, V, A, S> fmt::Debug for FallibleEntry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vacant(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
            Self::Occupied(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
        }
    }
}

impl<K, V, A, S> fmt::Debug for FallibleVacantEntry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleVacantEntry").field(self.key()).finish()
    }
}

impl<K, V, A, S> fmt::Debug for FallibleOccupiedEntry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleOccupiedEntry").field(&self.entry).finish()
    }
}
