//! [`FallibleEntry`]: the place of a key, where putting a value in returns a [`Result`].

use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::entry::Seated;
use crate::map::{AllocFailure, Entry, Fallible, OccupiedEntry, VacantEntry};
use crate::raw::shape::{Shape, Standard};

/// The place of a key in a map, occupied or vacant: see [`Fallible::entry`].
pub enum FallibleEntry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    /// There is no pair with this key.
    Vacant(FallibleVacantEntry<'a, K, V, A, S>),
    /// There is a pair with this key: nothing to be done there allocates.
    Occupied(OccupiedEntry<'a, K, V, A, S>),
}

/// The place where a key would go in, and where that returns a [`Result`].
pub struct FallibleVacantEntry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    entry: VacantEntry<'a, K, V, A, S>,
}

/// The value that was there or was put in, or the pair if the allocator failed.
type Value<'a, K, V> = Result<&'a mut V, AllocFailure<(K, V)>>;

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> Fallible<'a, K, V, A, S> {
    /// [`BTreeMap::entry`](crate::BTreeMap::entry).
    ///
    /// ```
    /// use allotment_core::btree_map::FallibleEntry;
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut count = BTreeMap::new_in(alloc);
    /// *count.fallible().entry("a").or_insert(0)? += 1;
    ///
    /// plan.fail_from(0);
    /// *count.fallible().entry("a").or_insert(0)? += 1;
    /// assert_eq!(count["a"], 2);
    /// # for key in ["b", "c", "d"] { count.fallible().entry(key).or_insert(0)?; }
    /// let failure = count.fallible().entry("x").or_insert(7).unwrap_err();
    /// assert_eq!(failure.returned, ("x", 7));
    ///
    /// match count.fallible().entry("x") {
    ///     FallibleEntry::Vacant(entry) => assert!(entry.insert(8).is_err()),
    ///     FallibleEntry::Occupied(entry) => assert_eq!(entry.remove(), 7),
    /// }
    /// # Ok::<(), allotment_core::AllocFailure<(&str, u32)>>(())
    /// ```
    pub fn entry(self, key: K) -> FallibleEntry<'a, K, V, A, S> {
        match self.map.entry(key) {
            Entry::Vacant(entry) => FallibleEntry::Vacant(FallibleVacantEntry { entry }),
            Entry::Occupied(entry) => FallibleEntry::Occupied(entry),
        }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> FallibleEntry<'a, K, V, A, S> {
    /// The key of the place.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([("leek", 2)]);
    /// assert_eq!(beds.fallible().entry("bean").key(), &"bean");
    /// ```
    pub fn key(&self) -> &K {
        match self {
            Self::Vacant(entry) => entry.key(),
            Self::Occupied(entry) => entry.key(),
        }
    }

    /// Changes the value if there is one.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([("leek", 2)]);
    /// assert_eq!(beds.fallible().entry("leek").and_modify(|n| *n += 1).or_insert(9), Ok(&mut 3));
    /// ```
    #[must_use = "go on with `or_insert` or the like"]
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, change: F) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The value, after putting `default` in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([("leek", 2)]);
    /// assert_eq!(beds.fallible().entry("leek").or_insert(9), Ok(&mut 2));
    /// assert_eq!(beds.fallible().entry("bean").or_insert(9), Ok(&mut 9));
    /// ```
    pub fn or_insert(self, default: V) -> Value<'a, K, V> {
        self.or_insert_with(|| default)
    }

    /// The value, after putting the result of `default` in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([("leek", vec![2])]);
    /// beds.fallible().entry("bean").or_insert_with(Vec::new).unwrap().push(9);
    /// assert_eq!(beds["bean"], [9]);
    /// ```
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> Value<'a, K, V> {
        self.or_insert_with_key(|_| default())
    }

    /// The value, after putting in what `default` makes of the key if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert_eq!(map.fallible().entry("four").or_insert_with_key(|key| key.len()), Ok(&mut 4));
    /// ```
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> Value<'a, K, V> {
        match self {
            Self::Occupied(entry) => Ok(entry.into_mut()),
            Self::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// The value, after putting the default in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut count = allotment_core::BTreeMap::<char, u32>::new();
    /// for letter in "leek".chars() {
    ///     *count.fallible().entry(letter).or_default().unwrap() += 1;
    /// }
    /// assert_eq!(count[&'e'], 2);
    /// ```
    pub fn or_default(self) -> Value<'a, K, V>
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The value, after putting the result of `default` in if there is none and that is no error.
    ///
    /// # Errors
    ///
    /// What `default` answers; or key and value, if the allocator failed, made into an error of
    /// that type. The map is as it was.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// let mut ports = allotment_core::BTreeMap::new();
    /// let mut set = |name: &'static str, port: &str| -> Result<u16, Box<dyn Error>> {
    ///     ports.fallible().entry(name).or_try_insert_with(|| Ok(port.parse()?)).map(|port| *port)
    /// };
    /// assert_eq!(set("ssh", "22").unwrap(), 22);
    /// assert!(set("http", "eighty").is_err());
    /// ```
    pub fn or_try_insert_with<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce() -> Result<V, E>,
        E: From<AllocFailure<(K, V)>>,
    {
        self.or_try_insert_with_key(|_| default())
    }

    /// As [`or_try_insert_with`](Self::or_try_insert_with), `default` being given the key.
    ///
    /// # Errors
    ///
    /// As for `or_try_insert_with`.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// let mut ports = allotment_core::BTreeMap::new();
    /// let mut of = |text: &'static str| -> Result<u16, Box<dyn Error>> {
    ///     let place = ports.fallible().entry(text);
    ///     place.or_try_insert_with_key(|text| Ok(text.parse()?)).map(|port| *port)
    /// };
    /// assert_eq!(of("22").unwrap(), 22);
    /// assert!(of("eighty").is_err());
    /// ```
    pub fn or_try_insert_with_key<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce(&K) -> Result<V, E>,
        E: From<AllocFailure<(K, V)>>,
    {
        match self {
            Self::Occupied(entry) => Ok(entry.into_mut()),
            Self::Vacant(entry) => {
                let value = default(entry.key())?;
                Ok(entry.insert(value)?)
            }
        }
    }

    /// Puts a value in, whether there is one or not, and returns the place.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([("leek", 2)]);
    /// let place = beds.fallible().entry("leek").insert_entry(3).unwrap();
    /// assert_eq!((place.key(), place.get()), (&"leek", &3));
    /// ```
    pub fn insert_entry(self, value: V) -> Seated<'a, K, V, A, S> {
        match self {
            Self::Occupied(mut entry) => {
                entry.insert(value);
                Ok(entry)
            }
            Self::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> FallibleVacantEntry<'a, K, V, A, S> {
    /// The key that would go in.
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// Gives the key back.
    ///
    /// ```
    /// use allotment_core::btree_map::FallibleEntry;
    ///
    /// let mut beds = allotment_core::BTreeMap::from([("leek".to_owned(), 2)]);
    /// if let FallibleEntry::Vacant(place) = beds.fallible().entry("bean".to_owned()) {
    ///     assert_eq!(place.into_key(), "bean");
    /// }
    /// assert_eq!(beds.len(), 1);
    /// ```
    pub fn into_key(self) -> K {
        self.entry.into_key()
    }

    /// Puts the pair in and returns the value.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn insert(self, value: V) -> Value<'a, K, V> {
        self.insert_entry(value).map(OccupiedEntry::into_mut)
    }

    /// Puts the pair in and returns its place.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn insert_entry(self, value: V) -> Seated<'a, K, V, A, S> {
        self.entry.seat(value)
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for FallibleEntry<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vacant(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
            Self::Occupied(entry) => f.debug_tuple("FallibleEntry").field(entry).finish(),
        }
    }
}

impl<K: fmt::Debug + Ord, V, A: Allocator, S: Shape<K>> fmt::Debug
    for FallibleVacantEntry<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleVacantEntry").field(self.key()).finish()
    }
}
