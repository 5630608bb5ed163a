//! [`EntryRef`]: the place of a key that is only borrowed, and owned no sooner than it must be.

use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::entry::Seated;
#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{BTreeMap, OccupiedEntry, VacantEntry};
use crate::raw::path::Edge;
use crate::raw::shape::{Shape, Standard};

/// The place of a borrowed key in a map, occupied or vacant: see [`BTreeMap::entry_ref`].
pub enum EntryRef<'a, 'q, K, Q: ?Sized, V, A: Allocator = Global, S: Shape<K> = Standard> {
    /// There is a pair with this key.
    Occupied(OccupiedEntry<'a, K, V, A, S>),
    /// There is no pair with this key.
    Vacant(VacantEntryRef<'a, 'q, K, Q, V, A, S>),
}

/// The place where a borrowed key would go in.
pub struct VacantEntryRef<'a, 'q, K, Q: ?Sized, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) key: &'q Q,
    /// `None` in an empty map.
    pub(super) edge: Option<Edge<K, V, S>>,
    pub(super) map: &'a mut BTreeMap<K, V, A, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The place of a borrowed key, of which an owned one is made only if it goes in. O(log n).
    ///
    /// ```
    /// let mut count = allotment_core::BTreeMap::<String, u32>::new();
    /// for word in "to be or not to be".split(' ') {
    ///     *count.entry_ref(word).or_insert(0) += 1; // four strings are made, not six
    /// }
    /// assert_eq!((count["be"], count["or"]), (2, 1));
    /// ```
    pub fn entry_ref<'q, Q>(&mut self, key: &'q Q) -> EntryRef<'_, 'q, K, Q, V, A, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        match self.tree.place_of(key) {
            Ok(place) => EntryRef::Occupied(OccupiedEntry { place, map: self }),
            Err(edge) => EntryRef::Vacant(VacantEntryRef { key, edge, map: self }),
        }
    }
}

impl<'a, 'q, K, Q, V, A, S> EntryRef<'a, 'q, K, Q, V, A, S>
where
    K: Borrow<Q> + From<&'q Q> + Ord,
    Q: Ord + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    /// The value, after putting `default` in if there is none.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<String, u32>::new();
    /// *map.entry_ref("a").or_insert(1) += 1;
    /// assert_eq!(map["a"], 2);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value, after putting the result of `default` in if there is none.
    ///
    /// # Panics
    ///
    /// As [`VacantEntryRef::insert_entry`], or if `default` does; the map is then as it was.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<String, Vec<u32>>::new();
    /// map.entry_ref("a").or_insert_with(Vec::new).push(7);
    /// assert_eq!(map["a"], [7]);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// The value, after putting in what `default` makes of the borrowed key if there is none.
    ///
    /// # Panics
    ///
    /// As [`or_insert_with`](Self::or_insert_with).
    ///
    /// ```
    /// let mut lengths = allotment_core::BTreeMap::<String, usize>::new();
    /// assert_eq!(*lengths.entry_ref("four").or_insert_with_key(str::len), 4);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert_with_key<F: FnOnce(&Q) -> V>(self, default: F) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = default(entry.key);
                entry.insert(value)
            }
        }
    }

    /// The value, after putting the result of `default` in if there is none and that is no error.
    ///
    /// # Errors
    ///
    /// What `default` answers; the map is as it was.
    ///
    /// # Panics
    ///
    /// As [`or_insert_with`](Self::or_insert_with).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<String, u8>::new();
    /// assert!(map.entry_ref("a").or_try_insert_with(|| "x".parse()).is_err());
    /// assert_eq!(map.entry_ref("a").or_try_insert_with(|| "7".parse()), Ok(&mut 7));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_try_insert_with<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce() -> Result<V, E>,
    {
        self.or_try_insert_with_key(|_| default())
    }

    /// As [`or_try_insert_with`](Self::or_try_insert_with), `default` being given the borrowed key.
    ///
    /// # Errors
    ///
    /// What `default` answers; the map is as it was.
    ///
    /// # Panics
    ///
    /// As [`or_insert_with`](Self::or_insert_with).
    #[cfg(feature = "infallible")]
    pub fn or_try_insert_with_key<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce(&Q) -> Result<V, E>,
    {
        match self {
            Self::Occupied(entry) => Ok(entry.into_mut()),
            Self::Vacant(entry) => {
                let value = default(entry.key)?;
                Ok(entry.insert(value))
            }
        }
    }

    /// Puts a value in, whether there is one or not, and returns the place.
    ///
    /// # Panics
    ///
    /// As [`VacantEntryRef::insert_entry`].
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<String, u8>::new();
    /// map.entry_ref("a").insert_entry(1);
    /// assert_eq!(map.entry_ref("a").insert_entry(2).remove(), 2);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, A, S> {
        match self {
            Self::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Self::Vacant(entry) => entry.insert_entry(value),
        }
    }

    /// The value, after putting the default in if there is none.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<String, u32>::new();
    /// *map.entry_ref("a").or_default() += 1;
    /// assert_eq!(map["a"], 1);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value if there is one.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([("a".to_owned(), 10)]);
    /// map.entry_ref("a").and_modify(|value| *value += 1).or_insert(0);
    /// assert_eq!(map["a"], 11);
    /// ```
    #[must_use = "go on with `or_insert` or the like"]
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, change: F) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The key of the place.
    pub fn key(&self) -> &Q {
        match self {
            Self::Occupied(entry) => entry.key().borrow(),
            Self::Vacant(entry) => entry.key,
        }
    }
}

impl<'a, 'q, K, Q, V, A, S> VacantEntryRef<'a, 'q, K, Q, V, A, S>
where
    K: Borrow<Q> + From<&'q Q> + Ord,
    Q: Ord + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    /// The key of which an owned one would go in.
    pub fn key(&self) -> &'q Q {
        self.key
    }

    /// Puts the pair in and returns the value. As [`insert_entry`](Self::insert_entry).
    #[cfg(feature = "infallible")]
    pub fn insert(self, value: V) -> &'a mut V {
        self.insert_entry(value).into_mut()
    }

    /// Puts the pair in and returns its place. Allocates as [`BTreeMap::insert`] does.
    ///
    /// # Panics
    ///
    /// If the owned key is not equal to the borrowed one, or making it panics; the map is then as
    /// it was.
    #[cfg(feature = "infallible")]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, A, S> {
        self.seat(value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    /// Puts the pair in and returns its place.
    pub(super) fn seat(self, value: V) -> Seated<'a, K, V, A, S> {
        let Self { key: sought, edge, map } = self;
        let key = K::from(sought);
        assert!(key.borrow() == sought, "the owned key is not equal to the borrowed one");
        VacantEntry { key, edge, map }.seat(value)
    }
}

impl<K, Q, V, A, S> fmt::Debug for EntryRef<'_, '_, K, Q, V, A, S>
where
    K: fmt::Debug + Ord,
    Q: fmt::Debug + ?Sized,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
        }
    }
}

impl<K, Q, V, A, S> fmt::Debug for VacantEntryRef<'_, '_, K, Q, V, A, S>
where
    Q: fmt::Debug + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntryRef").field(&self.key).finish()
    }
}
