//! The standard library's map, and peers that take its place: bbtree, pstd and indexset.

use std::collections::BTreeMap as Std;

use bbtree::unsync::BBTreeMap;
use indexset::BTreeMap as IndexMap;
use pstd::collections::BTreeMap as Pstd;
use pstd::collections::btree_map::{DefaultTuning, Tuning};

use super::keys::Key;
use super::map::{Map, fold_of_std, methods_of_std, pages_by_range};
use super::row::Row;

const LOOP_OF_INSERTS: &str = "a loop of inserts";

impl<K: Key> Map<K> for Std<K, u64> {
    const NAME: &'static str = "std";

    fn empty() -> Self {
        Std::new()
    }

    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        pairs.collect()
    }

    fold_of_std!();

    pages_by_range!();

    methods_of_std!();
}

impl<K: Key> Map<K> for BBTreeMap<K, u64> {
    const NAME: &'static str = "bbtree";

    fn empty() -> Self {
        BBTreeMap::new()
    }

    /// Its own batches, of the length that its `extend` uses.
    fn get_each(&self, keys: &[K]) -> u64 {
        let (batches, rest) = keys.as_chunks::<16>();
        let mut sum = 0_u64;
        for batch in batches {
            for value in self.get_many(batch.each_ref()).into_iter().flatten() {
                sum = sum.wrapping_add(*value);
            }
        }
        for key in rest {
            sum = sum.wrapping_add(self.get(key).copied().unwrap_or(0));
        }
        sum
    }

    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        BBTreeMap::from_sorted_in(pairs, bbtree::Auto, bbtree::Global)
    }

    fold_of_std!();

    pages_by_range!();

    methods_of_std!();
}

impl<K: Key> Map<K> for Pstd<K, u64> {
    const NAME: &'static str = "pstd";

    fn empty() -> Self {
        Pstd::new()
    }

    /// In the mode that it has for keys in order.
    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        let mut tuning = DefaultTuning::default();
        let mode = tuning.set_seq(true);
        let mut map = Pstd::with_tuning(tuning);
        map.extend(pairs);
        map.tuning_mut().set_seq(mode);
        map
    }

    fn substitute(row: Row) -> Option<&'static str> {
        match row {
            Row::Bulk => Some("a loop of inserts in its mode for sequences"),
            Row::AppendOverlapping | Row::AppendDisjoint => Some(LOOP_OF_INSERTS),
            _ => None,
        }
    }

    fold_of_std!();

    pages_by_range!();

    methods_of_std!();
}

impl<K: Key> Map<K> for IndexMap<K, u64> {
    const NAME: &'static str = "indexset";

    fn empty() -> Self {
        IndexMap::new()
    }

    fn from_sorted(pairs: impl Iterator<Item = (K, u64)>) -> Self {
        pairs.collect()
    }

    fn substitute(row: Row) -> Option<&'static str> {
        (row == Row::Bulk).then_some(LOOP_OF_INSERTS)
    }

    fold_of_std!();

    pages_by_range!();

    methods_of_std!();
}
