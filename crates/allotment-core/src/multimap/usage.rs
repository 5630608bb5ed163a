//! [`ListsUsage`]: what the keys of a multimap and their lists take.

use core::fmt;

use allotment_alloc::Allocator;

use crate::map::{self, MemoryUsage};
use crate::multimap::BTreeMultiMap;
use crate::raw::postings::Postings;
use crate::raw::shape::Shape;

/// What a multimap or a posting map takes: see [`BTreeMultiMap::memory_usage`].
///
/// ```
/// let index: allotment_core::BTreeMultiMap<u32, u64> =
///     (0..3000).map(|n| (if n < 1000 { 0 } else { n / 4 }, n as u64)).collect();
/// let usage = index.memory_usage();
/// assert_eq!((usage.entries, usage.in_blocks, usage.in_trees), (3000, 500, 1));
/// println!("{usage}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListsUsage {
    /// The tree of the keys, in which each list takes a place.
    pub keys: MemoryUsage,
    /// Values or ids in all lists.
    pub entries: usize,
    /// Bytes of the keys, and of the values as they would be in an array.
    pub payload_bytes: usize,
    /// Bytes of all blocks: exactly what was asked of the allocator and not given back.
    pub live_bytes: usize,
    /// Lists that take no block of their own.
    pub in_place: usize,
    /// Lists that are in one block.
    pub in_blocks: usize,
    /// Lists that are in a tree.
    pub in_trees: usize,
}

impl ListsUsage {
    /// That of lists which are still to be counted.
    pub(crate) fn of(keys: MemoryUsage, entries: usize, payload_bytes: usize) -> Self {
        let live_bytes = keys.live_bytes;
        Self { keys, entries, payload_bytes, live_bytes, in_place: 0, in_blocks: 0, in_trees: 0 }
    }

    /// Bytes for each value or id; 0 if there is none.
    #[must_use]
    pub fn bytes_per_entry(&self) -> f64 {
        if self.entries == 0 { 0.0 } else { self.live_bytes as f64 / self.entries as f64 }
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Counts what the keys and their lists take. Visits each node and each list; allocates
    /// nothing.
    #[must_use]
    pub fn memory_usage(&self) -> ListsUsage {
        let payload = self.key_count() * size_of::<K>() + self.len() * size_of::<V>();
        let mut usage = ListsUsage::of(self.lists.memory_usage(), self.len(), payload);
        for (_, list) in map::Iter::of(&self.lists.tree) {
            usage.live_bytes += list.bytes();
            match list {
                Postings::One(_) => usage.in_place += 1,
                Postings::Few(_) => usage.in_blocks += 1,
                Postings::Many(_) => usage.in_trees += 1,
            }
        }
        usage
    }
}

impl fmt::Display for ListsUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entries, live_bytes, payload_bytes, in_place, in_blocks, in_trees, .. } = self;
        let keys = self.keys.entries;
        writeln!(f, "{entries} entries in {live_bytes} bytes, {:.1} each", self.bytes_per_entry())?;
        writeln!(f, "  {payload_bytes} of keys and values")?;
        writeln!(
            f,
            "  {keys} lists: {in_place} in place, {in_blocks} in blocks, {in_trees} in trees"
        )?;
        write!(f, "  {} bytes for the tree of the keys", self.keys.live_bytes)
    }
}
