//! [`NodeUsage`]: how well a collection of ours fills its nodes.

use allotment_core::btree_map::MemoryUsage;
use allotment_core::btree_multimap::ListsUsage;

/// How well a collection of ours fills its nodes, as its `memory_usage()` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeUsage {
    /// Bytes of its blocks that hold no key or value. Of a posting map, those of the tree of its
    /// keys: its lists are compressed, and smaller than what is in them.
    pub slack_bytes: u64,
    /// How many nodes have up to a tenth of their slots in use, up to two tenths, and so on. Of an
    /// index, those of the tree of its keys.
    pub fill: [u64; 10],
}

impl NodeUsage {
    /// That of a map.
    pub(crate) fn of_map(usage: &MemoryUsage) -> Self {
        let fill = usage.fill.map(|nodes| nodes as u64);
        Self { slack_bytes: usage.slack_bytes() as u64, fill }
    }

    /// That of an index whose ids are as they are.
    pub(crate) fn of_lists(usage: &ListsUsage) -> Self {
        let slack_bytes = usage.live_bytes.saturating_sub(usage.payload_bytes) as u64;
        Self { slack_bytes, ..Self::of_map(&usage.keys) }
    }
}
