//! Strategies for maps and sets, as proptest has them for those of std.

use std::fmt::Debug;

use ::proptest::arbitrary::{Arbitrary, any_with};
use ::proptest::collection::{SizeRange, vec};
use ::proptest::strategy::{BoxedStrategy, Strategy};

use crate::{BTreeMap, BTreeSet};

/// Maps of as many pairs as `size` says, with keys and values of these strategies.
///
/// A draw with equal keys is thrown away if it makes the map too small, and counts as a rejection
/// then: let `key` have more values than a map needs.
///
/// ```
/// use allotment_core::proptest::btree_map;
/// use proptest::prelude::*;
///
/// proptest!(|(beds in btree_map(0..500_u32, "[a-z]+", 1..20))| {
///     prop_assert!(beds.first_key_value() <= beds.last_key_value());
/// });
/// ```
pub fn btree_map<K, V>(
    key: K,
    value: V,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = BTreeMap<K::Value, V::Value>> + Clone
where
    K: Strategy<Value: Ord> + Clone,
    V: Strategy + Clone,
{
    let size = size.into();
    let least = size.start();
    vec((key, value), size)
        .prop_map(BTreeMap::from_iter)
        .prop_filter("equal keys make the map too small", move |map| map.len() >= least)
}

/// Sets of as many elements as `size` says: see [`btree_map`].
///
/// ```
/// use allotment_core::proptest::btree_set;
/// use proptest::prelude::*;
///
/// proptest!(|(set in btree_set(any::<u64>(), 3))| prop_assert_eq!(set.len(), 3));
/// ```
pub fn btree_set<T>(
    element: T,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = BTreeSet<T::Value>> + Clone
where
    T: Strategy<Value: Ord> + Clone,
{
    let size = size.into();
    let least = size.start();
    vec(element, size)
        .prop_map(BTreeSet::from_iter)
        .prop_filter("equal elements make the set too small", move |set| set.len() >= least)
}

impl<K, V> Arbitrary for BTreeMap<K, V>
where
    K: Arbitrary<Strategy: Clone + 'static> + Ord + Debug + 'static,
    V: Arbitrary<Strategy: Clone + 'static> + Debug + 'static,
{
    type Parameters = (SizeRange, K::Parameters, V::Parameters);
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((size, key, value): Self::Parameters) -> Self::Strategy {
        btree_map(any_with::<K>(key), any_with::<V>(value), size).boxed()
    }
}

impl<T> Arbitrary for BTreeSet<T>
where
    T: Arbitrary<Strategy: Clone + 'static> + Ord + Debug + 'static,
{
    type Parameters = (SizeRange, T::Parameters);
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((size, element): Self::Parameters) -> Self::Strategy {
        btree_set(any_with::<T>(element), size).boxed()
    }
}
