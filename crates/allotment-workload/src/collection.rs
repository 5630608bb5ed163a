//! [`Collection`]: a kind of collection: the standard library's, ours, and a hash map.

use std::collections::BTreeMap as StdBTreeMap;

use allotment_alloc::Allocator;
use allotment_core::{BTreeMap, BTreeMultiMap, PostingMap};

use crate::hashed::{HashedIndex, HashedMap};
use crate::index::VecIndex;
use crate::key::Key;
use crate::pair::Pair;
use crate::subject::{Dictionary, Subject};

/// A kind of collection whose keys are `K`: what is compared, and with what.
pub(crate) trait Collection<K: Key> {
    /// The before.
    type Std: Subject<K>;

    /// Ours on an allocator.
    type Ours<A: Allocator + Clone>: Subject<K>;

    /// That without order.
    type Hashed: Dictionary<K>;

    /// Makes an empty one.
    fn make_std() -> Self::Std;

    /// Makes an empty one.
    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A>;

    /// Makes an empty one.
    fn make_hashed() -> Self::Hashed;
}

/// A map to `u64`.
pub(crate) struct Map;

impl<K: Key> Collection<K> for Map {
    type Std = StdBTreeMap<K, u64>;
    type Ours<A: Allocator + Clone> = BTreeMap<K, u64, A>;
    type Hashed = HashedMap<K>;

    fn make_std() -> Self::Std {
        StdBTreeMap::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        BTreeMap::new_in(alloc)
    }

    fn make_hashed() -> Self::Hashed {
        HashedMap::default()
    }
}

/// An index whose ids are as they are.
pub(crate) struct SortedIndex;

impl<K: Key> Collection<Pair<K>> for SortedIndex {
    type Std = VecIndex<K>;
    type Ours<A: Allocator + Clone> = BTreeMultiMap<K, u32, A>;
    type Hashed = HashedIndex<K>;

    fn make_std() -> Self::Std {
        VecIndex::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        BTreeMultiMap::new_in(alloc)
    }

    fn make_hashed() -> Self::Hashed {
        HashedIndex::new()
    }
}

/// An index whose ids are compressed.
pub(crate) struct PackedIndex;

impl<K: Key> Collection<Pair<K>> for PackedIndex {
    type Std = VecIndex<K>;
    type Ours<A: Allocator + Clone> = PostingMap<K, u32, A>;
    type Hashed = HashedIndex<K>;

    fn make_std() -> Self::Std {
        VecIndex::new()
    }

    fn make_ours<A: Allocator + Clone>(alloc: A) -> Self::Ours<A> {
        PostingMap::new_in(alloc)
    }

    fn make_hashed() -> Self::Hashed {
        HashedIndex::new()
    }
}

#[cfg(test)]
mod tests {
    use allotment_alloc::Global;

    use super::*;
    use crate::page::Page;
    use crate::script::{Script, Steps};
    use crate::workload::{Size, Workload};

    /// Reads a collection page by page; no page but the last may hold less than a full one.
    fn check_pages<K: Key, S: Subject<K>>(steps: &Steps<K>, mut map: S) {
        for (key, value) in steps.build.iter().zip(0..) {
            map.insert(*key, value);
        }
        let mut page = Page::new(map.len());
        let (mut entries, mut after) = (Vec::new(), None);
        loop {
            page.clear();
            after = map.read_page(after, &mut page);
            entries.extend(page.iter());
            if after.is_none() {
                break;
            }
            assert_eq!(page.len(), page.entries());
        }
        assert!(entries.len() > page.entries(), "there are several pages");
        assert!(map.iter().eq(entries));
    }

    fn check<K: Key, C: Collection<K>>(_: C, steps: &Steps<K>) {
        check_pages(steps, C::make_std());
        check_pages(steps, C::make_ours(Global));
    }

    #[test]
    fn pages_join_without_a_seam() {
        let maps = ["uniform-u32", "uniform-u64", "uniform-u128", "short-text"];
        let indexes = ["secondary-index", "npm-scopes", "zipf-lists", "unique-emails"];
        for name in maps.into_iter().chain(indexes) {
            let keys = Workload::find(name).unwrap().load(Size::Entries(100_000), None).unwrap();
            match Script::new(&keys) {
                Script::U64Trace(_) | Script::TextTrace(_) => panic!("{name} has no pages"),
                Script::U32(steps) => check(Map, &steps),
                Script::U64(steps) => check(Map, &steps),
                Script::U128(steps) => check(Map, &steps),
                Script::Text(steps) => check(Map, &steps),
                Script::U64Pairs { steps, .. } => {
                    check(SortedIndex, &steps);
                    check(PackedIndex, &steps);
                }
                Script::TextPairs { steps, .. } => {
                    check(SortedIndex, &steps);
                    check(PackedIndex, &steps);
                }
            }
        }
    }
}
