//! Writing multimaps with serde, and reading them: as maps of keys to sequences of values.

use core::fmt;
use core::marker::PhantomData;

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};
use serde_core::ser::{Serialize, Serializer};

use allotment_alloc::Allocator;

use crate::multimap::{Entry, Values};
use crate::raw::shape::{Shape, Standard};
use crate::{AllocFailure, BTreeMultiMap};

/// What a seed holds nothing of, and makes.
type Made<K, V, S> = fn() -> (K, V, S);

/// Reads a multimap onto an allocator. A key without values is an error; values that come twice
/// are one, and so are keys.
///
/// ```
/// use allotment_core::serde::MultiMapSeed;
/// use allotment_pool::Pool;
/// use serde::de::DeserializeSeed;
///
/// let seed = MultiMapSeed::<String, u32, _>::new_in(Pool::new());
/// let text = r#"{"north": [17, 4], "shade": [23]}"#;
/// let plants = seed.deserialize(&mut serde_json::Deserializer::from_str(text))?;
/// assert_eq!((plants.len(), plants.get("north").next()), (3, Some(&4)));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct MultiMapSeed<K, V, A, S = Standard> {
    alloc: A,
    multimap: PhantomData<Made<K, V, S>>,
}

impl<K, V, A: Allocator> MultiMapSeed<K, V, A> {
    /// For a multimap on `alloc`.
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> MultiMapSeed<K, V, A, S> {
    /// [`new_in`](MultiMapSeed::new_in) for any shape of node.
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { alloc, multimap: PhantomData }
    }
}

impl<K, V, A: Clone, S> Clone for MultiMapSeed<K, V, A, S> {
    fn clone(&self) -> Self {
        Self { alloc: self.alloc.clone(), multimap: PhantomData }
    }
}

impl<K, V, A: fmt::Debug, S> fmt::Debug for MultiMapSeed<K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiMapSeed").field("alloc", &self.alloc).finish_non_exhaustive()
    }
}

impl<'de, K, V, A, S> DeserializeSeed<'de> for MultiMapSeed<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    type Value = BTreeMultiMap<K, V, A, S>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, K, V, A, S> Visitor<'de> for MultiMapSeed<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    type Value = BTreeMultiMap<K, V, A, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of sequences")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut lists: M) -> Result<Self::Value, M::Error> {
        let mut multimap = BTreeMultiMap::with_shape_in(self.alloc);
        while let Some(key) = lists.next_key()? {
            lists.next_value_seed(ListSeed { entry: multimap.entry(key) })?;
        }
        Ok(multimap)
    }
}

/// Reads the values of a key to its place.
struct ListSeed<'a, K, V, A: Allocator, S: Shape<K> + Shape<V>> {
    entry: Entry<'a, K, V, A, S>,
}

impl<'de, K, V, A, S> DeserializeSeed<'de> for ListSeed<'_, K, V, A, S>
where
    K: Ord,
    V: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, K, V, A, S> Visitor<'de> for ListSeed<'_, K, V, A, S>
where
    K: Ord,
    V: Deserialize<'de> + Ord,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of at least one value")
    }

    fn visit_seq<M: SeqAccess<'de>>(self, mut values: M) -> Result<(), M::Error> {
        let mut entry = self.entry;
        let mut count = 0;
        while let Some(value) = values.next_element()? {
            let inserted = entry.try_insert(value);
            let out_of_memory = |layout| M::Error::custom(AllocFailure::of(layout));
            entry = Entry::Occupied(inserted.map_err(|failure| out_of_memory(failure.layout))?);
            count += 1;
        }
        if count == 0 { Err(M::Error::invalid_length(0, &"one value at least")) } else { Ok(()) }
    }
}

impl<'de, K, V, A, S> Deserialize<'de> for BTreeMultiMap<K, V, A, S>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de> + Ord,
    A: Allocator + Default,
    S: Shape<K> + Shape<V>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        MultiMapSeed::with_shape_in(A::default()).deserialize(deserializer)
    }
}

impl<K, V, A, S> Serialize for BTreeMultiMap<K, V, A, S>
where
    K: Serialize,
    V: Serialize,
    A: Allocator,
    S: Shape<K> + Shape<V>,
{
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_map(self.groups())
    }
}

impl<V: Serialize, S: Shape<V>> Serialize for Values<'_, V, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        serializer.collect_seq(self.clone())
    }
}
