//! [`FallibleEntry`]: the place of a key, where putting a value in returns a [`Result`].

use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::map::entry::Seated;
use crate::map::{AllocFailure, Entry, Fallible, OccupiedEntry};
use crate::raw::shape::{Shape, Standard};

/// The place of a key in a map, occupied or vacant: see [`Fallible::entry`].
pub struct FallibleEntry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    entry: Entry<'a, K, V, A, S>,
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> Fallible<'a, K, V, A, S> {
    /// [`BTreeMap::entry`](crate::BTreeMap::entry).
    ///
    /// ```
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
    /// # Ok::<(), allotment_core::AllocFailure<(&str, u32)>>(())
    /// ```
    pub fn entry(self, key: K) -> FallibleEntry<'a, K, V, A, S> {
        FallibleEntry { entry: self.map.entry(key) }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> FallibleEntry<'a, K, V, A, S> {
    /// The key of the place.
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// Changes the value if there is one.
    #[must_use = "go on with `or_insert` or the like"]
    pub fn and_modify<F: FnOnce(&mut V)>(self, change: F) -> Self {
        Self { entry: self.entry.and_modify(change) }
    }

    /// The value, after putting `default` in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn or_insert(self, default: V) -> Result<&'a mut V, AllocFailure<(K, V)>> {
        self.or_insert_with(|| default)
    }

    /// The value, after putting the result of `default` in if there is none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn or_insert_with<F>(self, default: F) -> Result<&'a mut V, AllocFailure<(K, V)>>
    where
        F: FnOnce() -> V,
    {
        match self.entry {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => entry.seat(default()).map(OccupiedEntry::into_mut),
        }
    }

    /// Puts a value in, whether there is one or not, and returns the place.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the map is as it was.
    pub fn insert_entry(self, value: V) -> Seated<'a, K, V, A, S> {
        match self.entry {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                Ok(entry)
            }
            Entry::Vacant(entry) => entry.seat(value),
        }
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for FallibleEntry<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FallibleEntry").field(&self.entry).finish()
    }
}
