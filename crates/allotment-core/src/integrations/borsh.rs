//! Maps and sets in the form of borsh: how many there are, and then all of them in ascending order.
//!
//! The form is canonical, so that equal maps are equal bytes: what does not ascend is refused.

use ::borsh::io::{Error, ErrorKind, Read, Result, Write};
use ::borsh::{BorshDeserialize, BorshSerialize};
use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::{BTreeMap, BTreeSet};

impl<K, V, A, S> BorshSerialize for BTreeMap<K, V, A, S>
where
    K: BorshSerialize,
    V: BorshSerialize,
    A: Allocator,
    S: Shape<K>,
{
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        serialize_len(self.len(), writer)?;
        self.iter().try_for_each(|pair| pair.serialize(writer))
    }
}

impl<T, A, S> BorshSerialize for BTreeSet<T, A, S>
where
    T: BorshSerialize,
    A: Allocator,
    S: Shape<T>,
{
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        serialize_len(self.len(), writer)?;
        self.iter().try_for_each(|element| element.serialize(writer))
    }
}

impl<K, V, A, S> BorshDeserialize for BTreeMap<K, V, A, S>
where
    K: BorshDeserialize + Ord,
    V: BorshDeserialize,
    A: Allocator + Default,
    S: Shape<K>,
{
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let mut map = Self::with_shape_in(A::default());
        for _ in 0..u32::deserialize_reader(reader)? {
            let (key, value) = <(K, V)>::deserialize_reader(reader)?;
            if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(Error::new(ErrorKind::InvalidData, "keys that do not ascend"));
            }
            let inserted = map.fallible().insert(key, value);
            inserted.map_err(|_| Error::new(ErrorKind::OutOfMemory, "no memory for a map"))?;
        }
        Ok(map)
    }
}

impl<T, A, S> BorshDeserialize for BTreeSet<T, A, S>
where
    T: BorshDeserialize + Ord,
    A: Allocator + Default,
    S: Shape<T>,
{
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        // A unit takes no bytes.
        let map = BTreeMap::<T, (), A, S>::deserialize_reader(reader)?;
        Ok(Self::from_map(map))
    }
}

fn serialize_len<W: Write>(len: usize, writer: &mut W) -> Result<()> {
    let Ok(len) = u32::try_from(len) else {
        return Err(Error::new(ErrorKind::InvalidData, "more than borsh can count"));
    };
    len.serialize(writer)
}
