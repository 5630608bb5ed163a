//! Writing maps, sets and multimaps with serde, and reading them, on an allocator of choice.
//!
//! A map is `Serialize`, and `Deserialize` if its allocator is `Default`; to read onto another one,
//! or to say what becomes of equal keys, there are seeds. Input in ascending order, as a map is
//! written, costs one comparison a pair and fills its leaves; any other is inserted pair by pair.
//!
//! Running out of memory is an error of the deserializer, and so is an equal key, if asked for.

use core::fmt;
use core::marker::PhantomData;

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_core::ser::{Serialize, Serializer};

use allotment_alloc::Allocator;

use crate::raw::shape::{Shape, Standard};
use crate::{BTreeMap, BTreeSet};

pub use crate::integrations::serde_lists::MultiMapSeed;

/// What becomes of a pair whose key has been read before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Its value takes the place of the other, as in a map of std.
    #[default]
    LastWins,
    /// It is dropped.
    FirstWins,
    /// It is an error.
    Refuse,
}

/// What a seed holds nothing of, and makes.
type Made<K, V, S> = fn() -> (K, V, S);

/// Reads a map onto an allocator.
///
/// ```
/// use allotment_core::serde::{Duplicates, MapSeed};
/// use allotment_pool::Pool;
/// use serde::de::DeserializeSeed;
///
/// let pool = Pool::new();
/// let text = r#"{"bean": 7, "carrot": 3, "bean": 8}"#;
///
/// let seed = MapSeed::<String, u32, _>::new_in(pool.clone());
/// let beds = seed.deserialize(&mut serde_json::Deserializer::from_str(text))?;
/// assert_eq!((beds.len(), beds["bean"]), (2, 8));
///
/// let strict = MapSeed::<String, u32, _>::new_in(pool).duplicates(Duplicates::Refuse);
/// assert!(strict.deserialize(&mut serde_json::Deserializer::from_str(text)).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct MapSeed<K, V, A, S = Standard> {
    alloc: A,
    duplicates: Duplicates,
    map: PhantomData<Made<K, V, S>>,
}

impl<K, V, A: Allocator> MapSeed<K, V, A> {
    /// For a map on `alloc`.
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> MapSeed<K, V, A, S> {
    /// [`new_in`](MapSeed::new_in) for any shape of node.
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { alloc, duplicates: Duplicates::LastWins, map: PhantomData }
    }

    /// What becomes of equal keys.
    #[must_use]
    pub fn duplicates(self, duplicates: Duplicates) -> Self {
        Self { duplicates, ..self }
    }
}

impl<K, V, A: Clone, S> Clone for MapSeed<K, V, A, S> {
    fn clone(&self) -> Self {
        Self { alloc: self.alloc.clone(), duplicates: self.duplicates, map: PhantomData }
    }
}

impl<K, V, A: fmt::Debug, S> fmt::Debug for MapSeed<K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("MapSeed");
        f.field("alloc", &self.alloc).field("duplicates", &self.duplicates).finish_non_exhaustive()
    }
}

impl<'de, K, V, A, S> DeserializeSeed<'de> for MapSeed<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
    A: Allocator,
    S: Shape<K>,
{
    type Value = BTreeMap<K, V, A, S>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, K, V, A, S> Visitor<'de> for MapSeed<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
    A: Allocator,
    S: Shape<K>,
{
    type Value = BTreeMap<K, V, A, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut pairs: M) -> Result<Self::Value, M::Error> {
        let mut map = BTreeMap::with_shape_in(self.alloc);
        while let Some((key, value)) = pairs.next_entry()? {
            add(&mut map, (key, value), self.duplicates)?;
        }
        Ok(map)
    }
}

/// Puts a pair in that was read.
fn add<K, V, A, S, E>(
    map: &mut BTreeMap<K, V, A, S>,
    (key, value): (K, V),
    duplicates: Duplicates,
) -> Result<(), E>
where
    K: Ord,
    A: Allocator,
    S: Shape<K>,
    E: Error,
{
    if duplicates != Duplicates::LastWins {
        let is_behind = map.last_key_value().is_none_or(|(last, _)| *last < key);
        if !is_behind && map.contains_key(&key) {
            let refuses = duplicates == Duplicates::Refuse;
            return if refuses { Err(E::custom("a key comes twice")) } else { Ok(()) };
        }
    }
    map.fallible().insert(key, value).map(drop).map_err(E::custom)
}

impl<'de, K, V, A, S> Deserialize<'de> for BTreeMap<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
    A: Allocator + Default,
    S: Shape<K>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        MapSeed::with_shape_in(A::default()).deserialize(deserializer)
    }
}

impl<K: Serialize, V: Serialize, A: Allocator, S: Shape<K>> Serialize for BTreeMap<K, V, A, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_map(self)
    }
}

/// Reads a set onto an allocator.
///
/// ```
/// use allotment_core::serde::SetSeed;
/// use allotment_pool::Pool;
/// use serde::de::DeserializeSeed;
///
/// let seed = SetSeed::<u32, _>::new_in(Pool::new());
/// let set = seed.deserialize(&mut serde_json::Deserializer::from_str("[3, 1, 2, 3]"))?;
/// assert!(set.iter().eq(&[1, 2, 3]));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct SetSeed<T, A, S = Standard> {
    pairs: MapSeed<T, (), A, S>,
}

impl<T, A: Allocator> SetSeed<T, A> {
    /// For a set on `alloc`.
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<T, A: Allocator, S: Shape<T>> SetSeed<T, A, S> {
    /// [`new_in`](SetSeed::new_in) for any shape of node.
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { pairs: MapSeed::with_shape_in(alloc) }
    }

    /// What becomes of equal elements.
    #[must_use]
    pub fn duplicates(self, duplicates: Duplicates) -> Self {
        Self { pairs: self.pairs.duplicates(duplicates) }
    }
}

impl<T, A: Clone, S> Clone for SetSeed<T, A, S> {
    fn clone(&self) -> Self {
        Self { pairs: self.pairs.clone() }
    }
}

impl<T, A: fmt::Debug, S> fmt::Debug for SetSeed<T, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MapSeed { alloc, duplicates, .. } = &self.pairs;
        let mut f = f.debug_struct("SetSeed");
        f.field("alloc", alloc).field("duplicates", duplicates).finish_non_exhaustive()
    }
}

impl<'de, T, A, S> DeserializeSeed<'de> for SetSeed<T, A, S>
where
    T: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<T>,
{
    type Value = BTreeSet<T, A, S>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T, A, S> Visitor<'de> for SetSeed<T, A, S>
where
    T: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<T>,
{
    type Value = BTreeSet<T, A, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<M: SeqAccess<'de>>(self, mut elements: M) -> Result<Self::Value, M::Error> {
        let MapSeed { alloc, duplicates, .. } = self.pairs;
        let mut map = BTreeMap::with_shape_in(alloc);
        while let Some(element) = elements.next_element()? {
            add(&mut map, (element, ()), duplicates)?;
        }
        Ok(BTreeSet::from_map(map))
    }
}

impl<'de, T, A, S> Deserialize<'de> for BTreeSet<T, A, S>
where
    T: Deserialize<'de> + Ord,
    A: Allocator + Default,
    S: Shape<T>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SetSeed::with_shape_in(A::default()).deserialize(deserializer)
    }
}

impl<T: Serialize, A: Allocator, S: Shape<T>> Serialize for BTreeSet<T, A, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_seq(self)
    }
}
