//! Entries: one search, then insertion, change or removal at the place found.

use core::borrow::Borrow;
use core::error::Error;
use core::fmt;
use core::mem;

use allotment_alloc::{Allocator, Global};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap};
use crate::raw::path::{Edge, Place, Slot};
use crate::raw::shape::{Shape, Standard};

/// The place of a key in a map, occupied or vacant: see [`BTreeMap::entry`].
pub enum Entry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    /// There is no pair with this key.
    Vacant(VacantEntry<'a, K, V, A, S>),
    /// There is a pair with this key.
    Occupied(OccupiedEntry<'a, K, V, A, S>),
}

/// The place where a key would go in.
pub struct VacantEntry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) key: K,
    /// `None` in an empty map.
    pub(super) edge: Option<Edge<K, V, S>>,
    pub(super) map: &'a mut BTreeMap<K, V, A, S>,
}

/// The place of a pair.
pub struct OccupiedEntry<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(super) place: Place<K, V, S>,
    pub(super) map: &'a mut BTreeMap<K, V, A, S>,
}

/// The place of a pair that was put in, or the pair if the allocator failed.
pub(crate) type Seated<'a, K, V, A, S> =
    Result<OccupiedEntry<'a, K, V, A, S>, AllocFailure<(K, V)>>;

/// What [`BTreeMap::try_insert`] found, and what did not get in.
#[non_exhaustive]
pub struct OccupiedError<'a, K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    /// The place of the pair that is there.
    pub entry: OccupiedEntry<'a, K, V, A, S>,
    /// The key that did not get in.
    pub key: K,
    /// The value that did not get in.
    pub value: V,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The place of a key, to look, insert, change or remove there. O(log n).
    ///
    /// ```
    /// let mut count = allotment_core::BTreeMap::new();
    /// for letter in "allotment".chars() {
    ///     *count.entry(letter).or_insert(0) += 1;
    /// }
    /// assert_eq!((count[&'l'], count[&'t'], count[&'a']), (2, 2, 1));
    /// ```
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, A, S>
    where
        K: Ord,
    {
        match self.tree.place_of(&key) {
            Ok(place) => Entry::Occupied(OccupiedEntry { place, map: self }),
            Err(edge) => Entry::Vacant(VacantEntry { key, edge, map: self }),
        }
    }

    /// The place of a pair, if its key is there. O(log n).
    pub(crate) fn occupied<Q>(&mut self, key: &Q) -> Option<OccupiedEntry<'_, K, V, A, S>>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let place = self.tree.place_of(key).ok()?;
        Some(OccupiedEntry { place, map: self })
    }

    /// Puts a pair in, unless its key is there. O(log n).
    ///
    /// Not to be confused with an insertion that may run out of memory: that is
    /// [`fallible().insert`](crate::btree_map::Fallible::insert).
    ///
    /// # Errors
    ///
    /// The place of the pair that is there, and the one that did not get in.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert_eq!(map.try_insert(1, 'a').unwrap(), &'a');
    /// let refused = map.try_insert(1, 'b').unwrap_err();
    /// assert_eq!((refused.entry.get(), refused.value), (&'a', 'b'));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<&mut V, OccupiedError<'_, K, V, A, S>>
    where
        K: Ord,
    {
        match self.tree.place_of(&key) {
            Ok(place) => {
                Err(OccupiedError { entry: OccupiedEntry { place, map: self }, key, value })
            }
            Err(edge) => Ok(VacantEntry { key, edge, map: self }.insert(value)),
        }
    }

    /// The place of the first pair. O(log n).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.first_entry().unwrap().remove_entry(), (1, 'a'));
    /// ```
    pub fn first_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, A, S>>
    where
        K: Ord,
    {
        self.tree.first().map(|place| OccupiedEntry { place, map: self })
    }

    /// The place of the last pair. O(log n).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.last_entry().unwrap().key(), &2);
    /// ```
    pub fn last_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, A, S>>
    where
        K: Ord,
    {
        self.tree.last().map(|place| OccupiedEntry { place, map: self })
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> Entry<'a, K, V, A, S> {
    /// The value, after putting `default` in if there is none. Allocates as [`BTreeMap::insert`]
    /// does, and so do all of these.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// *map.entry("a").or_insert(1) += 1;
    /// assert_eq!(*map.entry("a").or_insert(9), 2);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value, after putting the result of `default` in if there is none.
    ///
    /// # Panics
    ///
    /// If `default` does; the map is then as it was.
    ///
    /// ```
    /// let mut map: allotment_core::BTreeMap<&str, String> = Default::default();
    /// map.entry("a").or_insert_with(|| "hello".to_owned()).push('!');
    /// assert_eq!(map["a"], "hello!");
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// The value, after putting in what `default` makes of the key if there is none.
    ///
    /// # Panics
    ///
    /// As [`or_insert_with`](Self::or_insert_with).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert_eq!(*map.entry("four").or_insert_with_key(|key| key.len()), 4);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = default(entry.key());
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
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert!(map.entry("a").or_try_insert_with(|| "x".parse::<u8>()).is_err());
    /// assert_eq!(map.entry("a").or_try_insert_with(|| "7".parse::<u8>()), Ok(&mut 7));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_try_insert_with<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce() -> Result<V, E>,
    {
        self.or_try_insert_with_key(|_| default())
    }

    /// As [`or_try_insert_with`](Self::or_try_insert_with), `default` being given the key.
    ///
    /// # Errors
    ///
    /// What `default` answers; the map is as it was.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert!(map.entry("x").or_try_insert_with_key(|key| key.parse::<u8>()).is_err());
    /// assert_eq!(map.entry("7").or_try_insert_with_key(|key| key.parse::<u8>()), Ok(&mut 7));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn or_try_insert_with_key<F, E>(self, default: F) -> Result<&'a mut V, E>
    where
        F: FnOnce(&K) -> Result<V, E>,
    {
        match self {
            Self::Occupied(entry) => Ok(entry.into_mut()),
            Self::Vacant(entry) => {
                let value = default(entry.key())?;
                Ok(entry.insert(value))
            }
        }
    }

    /// The value, after putting the default in if there is none.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<char, u32>::new();
    /// *map.entry('x').or_default() += 1;
    /// assert_eq!(map[&'x'], 1);
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
    /// let mut map = allotment_core::BTreeMap::from([(1, 10)]);
    /// map.entry(1).and_modify(|value| *value += 1).or_insert(0);
    /// assert_eq!(map[&1], 11);
    /// ```
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, change: F) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The key of the place.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::<_, u32>::new();
    /// assert_eq!(map.entry("a").key(), &"a");
    /// ```
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => entry.key(),
            Self::Vacant(entry) => entry.key(),
        }
    }

    /// Puts a value in, whether there is one or not, and returns the place.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert_eq!(*map.entry(1).insert_entry('a').get(), 'a');
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
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> VacantEntry<'a, K, V, A, S> {
    /// The key that would go in.
    ///
    /// ```
    /// use allotment_core::btree_map::{BTreeMap, Entry};
    ///
    /// let mut map = BTreeMap::<_, u32>::new();
    /// let Entry::Vacant(entry) = map.entry("a") else { unreachable!() };
    /// assert_eq!(entry.key(), &"a");
    /// ```
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Gives the key back.
    ///
    /// ```
    /// use allotment_core::btree_map::{BTreeMap, Entry};
    ///
    /// let mut map = BTreeMap::<_, u32>::new();
    /// let Entry::Vacant(entry) = map.entry("a".to_owned()) else { unreachable!() };
    /// assert_eq!(entry.into_key(), "a");
    /// ```
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts the pair in and returns the value. Allocates as [`BTreeMap::insert`] does.
    ///
    /// ```
    /// use allotment_core::btree_map::{BTreeMap, Entry};
    ///
    /// let mut map = BTreeMap::new();
    /// if let Entry::Vacant(entry) = map.entry("a") {
    ///     *entry.insert(1) += 1;
    /// }
    /// assert_eq!(map["a"], 2);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert(self, value: V) -> &'a mut V {
        self.insert_entry(value).into_mut()
    }

    /// Puts the pair in and returns its place. Allocates as [`BTreeMap::insert`] does.
    ///
    /// ```
    /// use allotment_core::btree_map::{BTreeMap, Entry};
    ///
    /// let mut map = BTreeMap::new();
    /// let Entry::Vacant(entry) = map.entry("a") else { unreachable!() };
    /// assert_eq!(entry.insert_entry(1).remove_entry(), ("a", 1));
    /// assert!(map.is_empty());
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, A, S> {
        self.seat(value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    /// Puts the pair in and returns its place.
    pub(crate) fn seat(mut self, value: V) -> Seated<'a, K, V, A, S> {
        // The edge stays where it is: a copy would be waited for.
        let Self { key, ref mut edge, map } = self;
        // SAFETY: an edge of this tree, which has been borrowed since it was found, and T4.
        unsafe { map.tree.insert_at(edge, key, value, &map.alloc) }?;
        let Some(Edge { leaf, index, path }) = *edge else {
            unreachable!("a pair was put in at an edge")
        };
        let slot = Slot { node: leaf, level: 0, index };
        Ok(OccupiedEntry { place: Place { slot, path }, map })
    }
}

impl<'a, K: Ord, V, A: Allocator, S: Shape<K>> OccupiedEntry<'a, K, V, A, S> {
    /// The stored key.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.first_entry().unwrap().key(), &1);
    /// ```
    pub fn key(&self) -> &K {
        // SAFETY: N1; borrowed as long as the entry.
        unsafe { &*self.place.slot.key() }
    }

    /// The value.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.first_entry().unwrap().get(), &'a');
    /// ```
    pub fn get(&self) -> &V {
        // SAFETY: N1; borrowed as long as the entry.
        unsafe { &*self.place.slot.value() }
    }

    /// The value, to change it while the entry is held.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// let mut entry = map.first_entry().unwrap();
    /// *entry.get_mut() = 'b';
    /// assert_eq!(entry.remove(), 'b');
    /// ```
    pub fn get_mut(&mut self) -> &mut V {
        // SAFETY: N1; borrowed for writing as long as the entry.
        unsafe { &mut *self.place.slot.value() }
    }

    /// The stored key, as long as the map is borrowed.
    pub(crate) fn into_key(self) -> &'a K {
        // SAFETY: N1; the map is borrowed for 'a.
        unsafe { &*self.place.slot.key() }
    }

    /// The value, to change it as long as the map is borrowed.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// let value = map.first_entry().unwrap().into_mut();
    /// *value = 'b';
    /// assert_eq!(map[&1], 'b');
    /// ```
    pub fn into_mut(self) -> &'a mut V {
        // SAFETY: N1; the map is borrowed for writing for 'a.
        unsafe { &mut *self.place.slot.value() }
    }

    /// Replaces the value and returns the old one.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.first_entry().unwrap().insert('b'), 'a');
    /// assert_eq!(map[&1], 'b');
    /// ```
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Takes the pair out and returns the value. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.last_entry().unwrap().remove(), 'b');
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn remove(self) -> V {
        let (key, value) = self.remove_entry();
        // Now, while the value is still a local: should this panic, it is dropped as well.
        drop(key);
        value
    }

    /// Takes the pair out and returns it. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.last_entry().unwrap().remove_entry(), (2, 'b'));
    /// ```
    pub fn remove_entry(self) -> (K, V) {
        let Self { mut place, map } = self;
        // SAFETY: a place in this tree, which has been borrowed since it was found, and T4.
        unsafe { map.tree.remove_at(place.slot, &mut place.path, &map.alloc) }.0
    }

    /// Takes the pair out and hands it to `seat`, before the allocator gets what this sets free.
    pub(crate) fn move_out<T>(self, seat: impl FnOnce((K, V), &'a A) -> T) -> T {
        let Self { mut place, map: BTreeMap { tree, alloc } } = self;
        let (slot, path, alloc) = (place.slot, &mut place.path, &*alloc);
        // SAFETY: as for `remove_entry`.
        unsafe { tree.move_out(slot, path, alloc, |pair| seat(pair, alloc)) }
    }

    /// The value, to change it, and the allocator of the map.
    pub(crate) fn value_and_alloc(&mut self) -> (&mut V, &A) {
        // SAFETY: N1; borrowed for writing as long as the entry.
        (unsafe { &mut *self.place.slot.value() }, &self.map.alloc)
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for Entry<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K: fmt::Debug + Ord, V, A: Allocator, S: Shape<K>> fmt::Debug for VacantEntry<'_, K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for OccupiedEntry<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", self.key()).field("value", self.get()).finish()
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Debug
    for OccupiedError<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("OccupiedError");
        f.field("key", self.entry.key()).field("uninserted_key", &self.key);
        f.field("old_value", self.entry.get()).field("new_value", &self.value).finish()
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> fmt::Display
    for OccupiedError<'_, K, V, A, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, old, new) = (self.entry.key(), self.entry.get(), &self.value);
        write!(f, "failed to insert {new:?}, key {key:?} already exists with value {old:?}")
    }
}

impl<K: fmt::Debug + Ord, V: fmt::Debug, A: Allocator, S: Shape<K>> Error
    for OccupiedError<'_, K, V, A, S>
{
}
