//! Maps and sets of a fuzzer's bytes.

use ::arbitrary::{Arbitrary, Result, Unstructured};
use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::{BTreeMap, BTreeSet};

impl<'a, K, V, A, S> Arbitrary<'a> for BTreeMap<K, V, A, S>
where
    K: Arbitrary<'a> + Ord,
    V: Arbitrary<'a>,
    A: Allocator + Default,
    S: Shape<K>,
{
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut map = Self::with_shape_in(A::default());
        for pair in bytes.arbitrary_iter()? {
            let (key, value) = pair?;
            map.insert(key, value);
        }
        Ok(map)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (0, None)
    }
}

impl<'a, T, A, S> Arbitrary<'a> for BTreeSet<T, A, S>
where
    T: Arbitrary<'a> + Ord,
    A: Allocator + Default,
    S: Shape<T>,
{
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut set = Self::with_shape_in(A::default());
        for element in bytes.arbitrary_iter()? {
            set.insert(element?);
        }
        Ok(set)
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (0, None)
    }
}
