//! [`MemoryUsage`]: what the nodes of a map hold, and how well.

use core::fmt;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::raw::shape::Shape;
use crate::raw::usage::{TENTHS, Usage};

/// What the nodes of a map or a set take: see [`BTreeMap::memory_usage`].
///
/// ```
/// let map: allotment_core::BTreeMap<u64, u64> = (0..10_000).map(|n| (n, n)).collect();
/// let usage = map.memory_usage();
/// assert_eq!((usage.entries, usage.payload_bytes), (10_000, 160_000));
/// assert!(usage.live_bytes < 170_000 && usage.fill_mean() > 0.95);
/// println!("{usage}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryUsage {
    /// Pairs or elements.
    pub entries: usize,
    /// Bytes of the keys and values themselves, without what they point to.
    pub payload_bytes: usize,
    /// Bytes of all nodes: exactly what was asked of the allocator and not given back. What a
    /// backend reserves beyond that, its own figures say.
    pub live_bytes: usize,
    /// Nodes that have no children.
    pub leaves: usize,
    /// Nodes that have children.
    pub internals: usize,
    /// Nodes from the root down to a leaf.
    pub levels: usize,
    /// How many nodes have up to a tenth of their slots in use, up to two tenths, and so on.
    pub fill: [usize; TENTHS],
    slots: usize,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Counts the nodes of the map, and what they hold.
    ///
    /// Visits each node: O(n/B). Allocates nothing.
    #[must_use]
    pub fn memory_usage(&self) -> MemoryUsage {
        let Usage { levels, leaves, internals, bytes, slots, fill } =
            Usage::of(self.tree.erased_root());
        MemoryUsage {
            entries: self.len(),
            payload_bytes: self.len() * (size_of::<K>() + size_of::<V>()),
            live_bytes: bytes,
            leaves,
            internals,
            levels,
            fill,
            slots,
        }
    }
}

impl MemoryUsage {
    /// Bytes of the nodes that hold no key or value: free slots, headers, addresses of children.
    #[must_use]
    pub fn slack_bytes(&self) -> usize {
        self.live_bytes - self.payload_bytes
    }

    /// Bytes of the nodes for each entry; 0 if there is none.
    #[must_use]
    pub fn bytes_per_entry(&self) -> f64 {
        ratio(self.live_bytes, self.entries)
    }

    /// The part of all slots that is in use, between 0 and 1; 0 if there are none.
    #[must_use]
    pub fn fill_mean(&self) -> f64 {
        ratio(self.entries, self.slots)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for MemoryUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entries, live_bytes, payload_bytes, leaves, internals, levels, .. } = self;
        writeln!(f, "{entries} entries in {live_bytes} bytes, {:.1} each", self.bytes_per_entry())?;
        writeln!(f, "  {payload_bytes} of keys and values, {} of slack", self.slack_bytes())?;
        writeln!(f, "  {leaves} leaves, {internals} internal nodes, {levels} levels")?;
        write!(f, "  {:.0} % of the slots in use", 100.0 * self.fill_mean())?;
        let nodes = leaves + internals;
        for (tenth, count) in self.fill.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (from, to) = (10 * tenth, 10 * tenth + 10);
            write!(
                f,
                "\n  nodes {from:2} to {to:3} % full: {count} ({:.0} %)",
                100.0 * ratio(*count, nodes)
            )?;
        }
        Ok(())
    }
}
