//! Weighing a map: what it asks of the heap, counted by dhat, or of a pool, counted on the way.

use allotment_alloc::Global;
use allotment_core::{BTreeMap as Ours, Dense};
use allotment_meter::{Counting, Counts};
use allotment_pool::Pool;
use bbtree::unsync::BBTreeMap;
use brie_tree::BTree;
use indexset::BTreeMap as IndexMap;
use nonmax::NonMaxU64;
use pstd::collections::BTreeMap as Pstd;

use super::keys::Key;
use super::map::Map;

/// A map whose memory can be told from outside or from within.
pub(crate) trait Weighed<K: Key>: Map<K> {
    /// The column in the table.
    const COLUMN: &'static str = Self::NAME;

    /// What was asked of an allocator between the map and the heap, if there is one.
    fn asked(&self) -> Option<Counts> {
        None
    }
}

impl<K: Key> Weighed<K> for std::collections::BTreeMap<K, u64> {}
impl<K: Key> Weighed<K> for Ours<K, u64, Global> {}
impl<K: Key> Weighed<K> for BBTreeMap<K, u64> {}
impl<K: Key> Weighed<K> for Pstd<K, u64> {}
impl<K: Key> Weighed<K> for IndexMap<K, u64> {}
impl Weighed<u64> for BTree<NonMaxU64, u64> {}

/// On the global heap, with leaves that are kept nearly full.
impl<K: Key> Weighed<K> for Ours<K, u64, Global, Dense> {
    const COLUMN: &'static str = "dense";
}

/// What the pool takes from the heap: its chunks.
impl<K: Key> Weighed<K> for Ours<K, u64, Pool> {
    const COLUMN: &'static str = "pool heap";
}

/// What the map asks of the pool.
impl<K: Key> Weighed<K> for Ours<K, u64, Counting<Pool>> {
    fn asked(&self) -> Option<Counts> {
        Some(self.allocator().counter().snapshot())
    }
}

/// What a map holds and has asked for, and the sum over it.
pub(crate) struct Scale {
    /// Bytes held, and the most there were.
    pub(crate) live: u64,
    pub(crate) peak: u64,
    /// Blocks asked for; one that was moved to another size counts again.
    pub(crate) requests: u64,
    pub(crate) sum: u64,
}

/// Weighs the map that `make` builds.
pub(crate) fn weigh<K: Key, M: Weighed<K>>(make: impl FnOnce() -> M) -> Scale {
    let _profiler = dhat::Profiler::builder().testing().build();
    let map = make();
    let heap = dhat::HeapStats::get();
    let (live, peak, requests) = match map.asked() {
        Some(asked) => {
            (asked.live_bytes, asked.peak_bytes, asked.requests + asked.grows + asked.shrinks)
        }
        None => (heap.curr_bytes as u64, heap.max_bytes as u64, heap.total_blocks),
    };
    Scale { live, peak, requests, sum: map.scan() }
}
