//! [`FallibleEntry`]: the place of a key, where putting a value in returns a [`Result`].

use core::fmt;

use allotment_alloc::{Allocator, Global};

use crate::multimap::entry::{Inserted, Seated};
use crate::multimap::{Entry, Fallible, Values};
use crate::raw::shape::{Shape, Standard};

/// The place of a key in a multimap: see [`Fallible::entry`].
pub struct FallibleEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    entry: Entry<'a, K, V, A, S>,
}

impl<'a, K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> Fallible<'a, K, V, A, S> {
    /// [`BTreeMultiMap::entry`](crate::BTreeMultiMap::entry).
    ///
    /// ```
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
    /// # Ok::<(), allotment_core::AllocFailure<(Option<&str>, i32)>>(())
    /// ```
    pub fn entry(self, key: K) -> FallibleEntry<'a, K, V, A, S> {
        FallibleEntry { entry: self.multimap.entry(key) }
    }
}

impl<'a, K: Ord, V: Ord, A: Allocator, S: Shape<K> + Shape<V>> FallibleEntry<'a, K, V, A, S> {
    /// The key of the place.
    pub fn key(&self) -> &K {
        self.entry.key()
    }

    /// The values of the key; none if it is not there.
    pub fn values(&self) -> Values<'_, V, S> {
        self.entry.values()
    }

    /// Puts a value in, unless an equal one is there, and returns the place.
    ///
    /// # Errors
    ///
    /// The value, and the key if it is not there, if the allocator failed; the multimap is as it
    /// was.
    pub fn insert(self, value: V) -> Inserted<'a, K, V, A, S> {
        self.entry.try_insert(value)
    }

    /// The place of the key and its values, after putting the result of `default` in if there is
    /// none.
    ///
    /// # Errors
    ///
    /// Key and value, if the allocator failed; the multimap is as it was.
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> Seated<'a, K, V, A, S> {
        match self.entry {
            Entry::Vacant(entry) => entry.try_insert(default()),
            Entry::Occupied(entry) => Ok(entry),
        }
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
        f.debug_tuple("FallibleEntry").field(&self.entry).finish()
    }
}
