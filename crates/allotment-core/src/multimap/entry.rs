//! Entries: one search for a key, then looks at its values and edits of them.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::fmt;

use allotment_alloc::{Allocator, Global};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{self, AllocFailure};
use crate::multimap::{BTreeMultiMap, Values};
use crate::raw::counted::Counted;
use crate::raw::owned::Owned;
use crate::raw::postings::Postings;
use crate::raw::shape::{Shape, Standard};

/// The place of a key that was put in, or key and value.
pub(super) type Seated<'a, K, V, A, S> =
    Result<OccupiedEntry<'a, K, V, A, S>, AllocFailure<(K, V)>>;

/// The place of a key that a value was put in for, or the value, and the key if it was not there.
pub(super) type Inserted<'a, K, V, A, S> =
    Result<OccupiedEntry<'a, K, V, A, S>, AllocFailure<(Option<K>, V)>>;

/// The place of a key in a multimap: see [`BTreeMultiMap::entry`].
pub enum Entry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    /// The key has no value.
    Vacant(VacantEntry<'a, K, V, A, S>),
    /// The key has values.
    Occupied(OccupiedEntry<'a, K, V, A, S>),
}

/// The place where a key would go in.
pub struct VacantEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    place: map::VacantEntry<'a, K, Postings<V, S>, A, S>,
    /// Values in all lists.
    len: &'a mut usize,
}

/// The place of a key and its values.
pub struct OccupiedEntry<'a, K, V, A = Global, S = Standard>
where
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    place: map::OccupiedEntry<'a, K, Postings<V, S>, A, S>,
    /// Values in all lists.
    len: &'a mut usize,
}

impl<K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// The place of a key, to look at its values, and to put in or take out there. O(log n).
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("a", 1), ("a", 2)]);
    /// for key in ["a", "b"] {
    ///     let entry = index.entry(key);
    ///     if entry.values().len() < 2 {
    ///         entry.insert(7);
    ///     }
    /// }
    /// assert!(index.iter().eq([(&"a", &1), (&"a", &2), (&"b", &7)]));
    /// ```
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, A, S> {
        let Self { lists, len } = self;
        match lists.entry(key) {
            map::Entry::Vacant(place) => Entry::Vacant(VacantEntry { place, len }),
            map::Entry::Occupied(place) => Entry::Occupied(OccupiedEntry { place, len }),
        }
    }

    /// The place of a key that is there.
    pub(super) fn occupied<Q>(&mut self, key: &Q) -> Option<OccupiedEntry<'_, K, V, A, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let Self { lists, len } = self;
        lists.occupied(key).map(|place| OccupiedEntry { place, len })
    }

    /// The place of the first key.
    pub(super) fn first_occupied(&mut self) -> Option<OccupiedEntry<'_, K, V, A, S>> {
        let Self { lists, len } = self;
        lists.first_entry().map(|place| OccupiedEntry { place, len })
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> Entry<'a, K, V, A, S> {
    /// The key of the place.
    pub fn key(&self) -> &K {
        match self {
            Self::Vacant(entry) => entry.key(),
            Self::Occupied(entry) => entry.key(),
        }
    }

    /// The values of the key; none if it is not there.
    pub fn values(&self) -> Values<'_, V, S> {
        match self {
            Self::Vacant(_) => Values::of(None),
            Self::Occupied(entry) => entry.values(),
        }
    }

    /// Puts a value in, unless an equal one is there, and returns the place.
    #[cfg(feature = "infallible")]
    pub fn insert(self, value: V) -> OccupiedEntry<'a, K, V, A, S>
    where
        V: Ord,
    {
        self.try_insert(value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    /// # Errors
    ///
    /// The value, and the key if it is not there, if the allocator failed.
    pub(crate) fn try_insert(self, value: V) -> Inserted<'a, K, V, A, S>
    where
        V: Ord,
    {
        match self {
            Self::Vacant(entry) => entry.try_insert(value).map_err(|failure| {
                let (key, value) = failure.returned;
                AllocFailure { layout: failure.layout, returned: (Some(key), value) }
            }),
            Self::Occupied(mut entry) => match entry.try_insert(value) {
                Ok(_) => Ok(entry),
                Err(AllocFailure { layout, returned }) => {
                    Err(AllocFailure { layout, returned: (None, returned) })
                }
            },
        }
    }

    /// The place of the key and its values, after putting the result of `default` in if there is
    /// none.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("a", 1)]);
    /// index.entry("a").or_insert_with(|| 9);
    /// index.entry("b").or_insert_with(|| 9).insert(8);
    /// assert!(index.iter().eq([(&"a", &1), (&"b", &8), (&"b", &9)]));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> OccupiedEntry<'a, K, V, A, S> {
        match self {
            Self::Vacant(entry) => entry.insert(default()),
            Self::Occupied(entry) => entry,
        }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> VacantEntry<'a, K, V, A, S> {
    /// The key that would go in.
    pub fn key(&self) -> &K {
        self.place.key()
    }

    /// Gives the key back.
    pub fn into_key(self) -> K {
        self.place.into_key()
    }

    /// Puts the key in with this value, and returns their place. Allocates as
    /// [`BTreeMap::insert`](crate::BTreeMap::insert) does.
    #[cfg(feature = "infallible")]
    pub fn insert(self, value: V) -> OccupiedEntry<'a, K, V, A, S> {
        self.try_insert(value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    /// # Errors
    ///
    /// Key and value, if the allocator failed.
    pub(super) fn try_insert(self, value: V) -> Seated<'a, K, V, A, S> {
        let Self { place, len } = self;
        match place.seat(Postings::One(value)) {
            Ok(place) => {
                *len += 1;
                Ok(OccupiedEntry { place, len })
            }
            Err(AllocFailure { layout, returned: (key, Postings::One(value)) }) => {
                Err(AllocFailure { layout, returned: (key, value) })
            }
            Err(_) => unreachable!("what was to be seated comes back"),
        }
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K> + Shape<V>> OccupiedEntry<'a, K, V, A, S> {
    /// The stored key.
    pub fn key(&self) -> &K {
        self.place.key()
    }

    /// The values of the key: one at least.
    pub fn values(&self) -> Values<'_, V, S> {
        Values::of(Some(self.place.get()))
    }

    /// The values of the key, as long as the multimap is borrowed.
    pub fn into_values(self) -> Values<'a, V, S> {
        Values::of(Some(self.place.into_mut()))
    }

    /// Puts a value in; answers whether it is new. Allocates as [`BTreeMultiMap::insert`].
    #[cfg(feature = "infallible")]
    pub fn insert(&mut self, value: V) -> bool
    where
        V: Ord,
    {
        self.try_insert(value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    /// # Errors
    ///
    /// The value, if the allocator failed.
    pub(super) fn try_insert(&mut self, value: V) -> Result<bool, AllocFailure<V>>
    where
        V: Ord,
    {
        let (list, alloc) = self.place.value_and_alloc();
        // SAFETY: T4, for lists too; the value is seated next.
        let spot = match unsafe { list.ready(&value, alloc) } {
            Ok(spot) => spot,
            Err(layout) => return Err(AllocFailure { layout, returned: value }),
        };
        // SAFETY: told just now.
        let is_new = unsafe { list.seat(spot, value) };
        *self.len += usize::from(is_new);
        Ok(is_new)
    }

    /// Takes a value out, and the key if it was the last; answers whether it was there. O(log n);
    /// allocates nothing.
    ///
    /// ```
    /// use allotment_core::btree_multimap::Entry;
    ///
    /// let mut index = allotment_core::BTreeMultiMap::from([("a", 1), ("a", 2)]);
    /// if let Entry::Occupied(entry) = index.entry("a") {
    ///     assert!(entry.remove(&1));
    /// }
    /// assert_eq!(index.len(), 1);
    /// ```
    pub fn remove<Q>(mut self, value: &Q) -> bool
    where
        V: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        if self.place.get().len() == 1 {
            return self.place.get().contains(value) && self.remove_all() == 1;
        }
        let (list, alloc) = self.place.value_and_alloc();
        let counted = Counted::new(list, self.len);
        // SAFETY: T4, for lists too.
        let removed = unsafe { counted.list.remove(value, alloc) };
        drop(counted);
        removed.is_some()
    }

    /// Takes the key and all its values out; answers how many there were. O(log n), and as much as
    /// it takes to drop them.
    pub fn remove_all(self) -> usize {
        let count = self.list().len();
        self.move_out(|key, list, alloc| {
            // SAFETY: T4, for lists too.
            let list = unsafe { Owned::new(list, alloc) };
            drop(list);
            drop(key);
        });
        count
    }

    /// Takes the key and its list out and hands them to `seat`, with their allocator, before that
    /// gets what this sets free.
    pub(super) fn move_out<T>(self, seat: impl FnOnce(K, Postings<V, S>, &'a A) -> T) -> T {
        let Self { place, len } = self;
        place.move_out(|(key, list), alloc| {
            *len -= list.len();
            seat(key, list, alloc)
        })
    }

    /// The values.
    pub(super) fn list(&self) -> &Postings<V, S> {
        self.place.get()
    }

    /// Moves the values to another list, one after the other, and takes the key out with the last;
    /// `count` goes up by those that are new there.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; every value is in one of the two lists.
    ///
    /// # Safety
    ///
    /// What the other list is in stems from `alloc`.
    pub(super) unsafe fn pour(
        mut self,
        other: &mut Postings<V, S>,
        alloc: &A,
        count: &mut usize,
    ) -> Result<(), Layout>
    where
        V: Ord,
    {
        while self.list().len() > 1 {
            // SAFETY: passed on; a value is seated next.
            let spot = unsafe { other.ready(self.list().first(), alloc) }?;
            let Self { place, len } = &mut self;
            let (list, own_alloc) = place.value_and_alloc();
            let seat = |value| {
                **len -= 1;
                // SAFETY: told just now.
                *count += usize::from(unsafe { other.seat(spot, value) });
            };
            // SAFETY: T4, for lists too; there are two or more.
            unsafe { list.move_first(own_alloc, seat) };
        }
        let (list, own_alloc) = self.place.value_and_alloc();
        // SAFETY: T4, for lists too.
        unsafe { list.settle(own_alloc) };
        // SAFETY: as above.
        let spot = unsafe { other.ready(self.list().first(), alloc) }?;
        self.move_out(|key, list, _| {
            // SAFETY: told just now.
            *count += usize::from(unsafe { other.seat(spot, list.into_only()) });
            // Not before: should this panic, the value has its place.
            drop(key);
        });
        Ok(())
    }
}

impl<K, V, A, S> fmt::Debug for Entry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K, V, A, S> fmt::Debug for VacantEntry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}

impl<K, V, A, S> fmt::Debug for OccupiedEntry<'_, K, V, A, S>
where
    K: fmt::Debug + Ord,
    V: fmt::Debug,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("OccupiedEntry");
        f.field("key", self.key()).field("values", &self.values()).finish()
    }
}
