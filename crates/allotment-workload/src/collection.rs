//! [`Collection`]: a kind of collection, the standard library's and ours.

use std::collections::BTreeMap as StdBTreeMap;

use allotment_alloc::Allocator;
use allotment_core::{BTreeMap, BTreeMultiMap, PostingMap};

use crate::index::VecIndex;
use crate::key::Key;
use crate::pair::Pair;
use crate::subject::Subject;

/// A kind of collection whose keys are `K`: what is compared, and with what.
pub(crate) trait Collection<K: Key> {
    /// The before.
    type Std: Subject<K>;

    /// Ours on an allocator.
    type Ours<A: Allocator + Clone>: Subject<K>;

    /// Makes an empty one.
    fn make_std() -> Self::Std;

    /// Makes an empty one.
    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A>;
}

/// A map to `u64`.
pub(crate) struct Map;

impl<K: Key> Collection<K> for Map {
    type Std = StdBTreeMap<K, u64>;
    type Ours<A: Allocator + Clone> = BTreeMap<K, u64, A>;

    fn make_std() -> Self::Std {
        StdBTreeMap::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        BTreeMap::new_in(alloc)
    }
}

/// An index whose ids are as they are.
pub(crate) struct SortedIndex;

impl<K: Key> Collection<Pair<K>> for SortedIndex {
    type Std = VecIndex<K>;
    type Ours<A: Allocator + Clone> = BTreeMultiMap<K, u32, A>;

    fn make_std() -> Self::Std {
        VecIndex::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        BTreeMultiMap::new_in(alloc)
    }
}

/// An index whose ids are compressed.
pub(crate) struct PackedIndex;

impl<K: Key> Collection<Pair<K>> for PackedIndex {
    type Std = VecIndex<K>;
    type Ours<A: Allocator + Clone> = PostingMap<K, u32, A>;

    fn make_std() -> Self::Std {
        VecIndex::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        PostingMap::new_in(alloc)
    }
}
