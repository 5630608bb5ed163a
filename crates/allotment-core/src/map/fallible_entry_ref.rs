//! [`FallibleEntryRef`]: the place of a borrowed key, where putting a pair in returns a [`Result`].

use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::entry::Seated;
use crate::map::{AllocFailure, EntryRef, Fallible, OccupiedEntry, VacantEntryRef};
use crate::raw::shape::{Shape, Standard};

/// The place of a borrowed key in a map, occupied or vacant: see [`Fallible::entry_ref`].
pub enum FallibleEntryRef<'a, 'q, K, Q, V, A = Global, S = Standard>
where
    Q: ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    /// There is a pair with this key: nothing to be done there allocates.
    Occupied(OccupiedEntry<'a, K, V, A, S>),
    /// There is no pair with this key.
    Vacant(FallibleVacantEntryRef<'a, 'q, K, Q, V, A, S>),
}

/// The place where a borrowed key would go in, and where that returns a [`Result`].
pub struct FallibleVacantEntryRef<'a, 'q, K, Q, V, A = Global, S = Standard>
where
    Q: ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    entry: VacantEntryRef<'a, 'q, K, Q, V, A, S>,
}

/// The value that was there or was put in, or the pair if the allocator failed.
type Value<'a, K, V> = Result<&'a mut V, AllocFailure<(K, V)>>;

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> Fallible<'a, K, V, A, S> {
    /// [`BTreeMap::entry_ref`](crate::BTreeMap::entry_ref). What it takes to make an owned key is
    /// the key's own affair: if that allocates, as a `String` does, it may still end the program.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_meter::Faulty;
    ///
    /// let alloc = Faulty::new(Global);
    /// let plan = alloc.plan();
    /// let mut count = BTreeMap::<Arc<str>, u32, _>::new_in(alloc);
    /// plan.fail_at(0);
    /// let failure = count.fallible().entry_ref("a").or_insert(7).unwrap_err();
    /// assert_eq!((&*failure.returned.0, failure.returned.1), ("a", 7));
    ///
    /// *count.fallible().entry_ref("a").or_default().unwrap() += 1;
    /// assert_eq!(count["a"], 1);
    /// ```
    pub fn entry_ref<'q, Q>(self, key: &'q Q) -> FallibleEntryRef<'a, 'q, K, Q, V, A, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        match self.map.entry_ref(key) {
            EntryRef::Occupied(entry) => FallibleEntryRef::Occupied(entry),
            EntryRef::Vacant(entry) => FallibleEntryRef::Vacant(FallibleVacantEntryRef { entry }),
        }
    }
}

impl<'a, 'q, K, Q, V, A, S> FallibleEntryRef<'a, 'q, K, Q, V, A, S>
where
    K: Borrow<Q> + From<&'q Q> + Ord,
    Q: Ord + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    /// The key of the place.
    pub fn key(&self) -> &Q {
        match self {
            Self::Occupied(entry) => entry.key().borrow(),
            Self::Vacant(entry) => entry.key(),
        }
    }

    /// Changes the value if there is one.
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
    /// # Panics
    ///
    /// As [`VacantEntryRef::insert_entry`](crate::btree_map::VacantEntryRef::insert_entry), as the
    /// others that put a pair in.
    pub fn or_insert(self, default: V) -> Value<'a, K, V> {
        self.or_insert_with(|| default)
    }

    /// The value, after putting the result of `default` in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> Value<'a, K, V> {
        self.or_insert_with_key(|_| default())
    }

    /// The value, after putting in what `default` makes of the borrowed key if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn or_insert_with_key<F: FnOnce(&Q) -> V>(self, default: F) -> Value<'a, K, V> {
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
    pub fn or_try_insert_with<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce() -> Result<V, E>,
        E: From<AllocFailure<(K, V)>>,
    {
        self.or_try_insert_with_key(|_| default())
    }

    /// As [`or_try_insert_with`](Self::or_try_insert_with), `default` being given the borrowed key.
    ///
    /// # Errors
    ///
    /// As for `or_try_insert_with`.
    pub fn or_try_insert_with_key<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce(&Q) -> Result<V, E>,
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

impl<'a, 'q, K, Q, V, A, S> FallibleVacantEntryRef<'a, 'q, K, Q, V, A, S>
where
    K: Borrow<Q> + From<&'q Q> + Ord,
    Q: Ord + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    /// The key of which an owned one would go in.
    pub fn key(&self) -> &'q Q {
        self.entry.key()
    }

    /// Puts the pair in and returns the value. As [`insert_entry`](Self::insert_entry).
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
    ///
    /// # Panics
    ///
    /// If the owned key is not equal to the borrowed one, or making it panics; the map is then as
    /// it was.
    pub fn insert_entry(self, value: V) -> Seated<'a, K, V, A, S> {
        self.entry.seat(value)
    }
}

impl<K, Q, V, A, S> fmt::Debug for FallibleEntryRef<'_, '_, K, Q, V, A, S>
where
    K: fmt::Debug + Ord,
    Q: fmt::Debug + ?Sized,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("FallibleEntryRef").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("FallibleEntryRef").field(entry).finish(),
        }
    }
}

impl<K, Q, V, A, S> fmt::Debug for FallibleVacantEntryRef<'_, '_, K, Q, V, A, S>
where
    Q: fmt::Debug + ?Sized,
    A: Allocator,
    S: Shape<K>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleVacantEntryRef").field(&self.entry.key).finish()
    }
}
