//! [`TraceOp`]: an operation on a map.

use std::ops::Bound;

/// An operation on a map. Values are not recorded: what a map does depends on their size, not on
/// what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TraceOp<K> {
    /// Inserts a value, in place of the one that may be there.
    Insert {
        /// The key.
        key: K,
    },
    /// Looks a key up, which may not be there.
    Get {
        /// The key.
        key: K,
    },
    /// Removes a key, which may not be there.
    Remove {
        /// The key.
        key: K,
    },
    /// Reads entries, in ascending order of keys.
    Scan {
        /// Where it begins: at a key, behind it, or at the first one.
        from: Bound<K>,
        /// How many are read. If there are not so many, all up to the last.
        entries: u64,
    },
    /// Removes the entry with the smallest key.
    PopFirst,
    /// Removes the entry with the largest key.
    PopLast,
    /// Removes all entries.
    Clear,
    /// Clones the map. The clone is dropped at once: what is done to it is no part of the trace.
    Clone,
}

impl<K> TraceOp<K> {
    /// The key, if the operation names one.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// use allotment_trace::TraceOp;
    ///
    /// assert_eq!(TraceOp::Scan { from: Bound::Excluded(7), entries: 2 }.key(), Some(&7));
    /// assert_eq!(TraceOp::<u64>::Clear.key(), None);
    /// ```
    pub fn key(&self) -> Option<&K> {
        match self {
            TraceOp::Insert { key } | TraceOp::Get { key } | TraceOp::Remove { key } => Some(key),
            TraceOp::Scan { from: Bound::Included(key) | Bound::Excluded(key), .. } => Some(key),
            _ => None,
        }
    }

    /// The same operation on another key.
    ///
    /// ```
    /// use allotment_trace::TraceOp;
    ///
    /// assert_eq!(TraceOp::Get { key: 7 }.map(|key| key + 1), TraceOp::Get { key: 8 });
    /// ```
    pub fn map<L>(self, change: impl FnOnce(K) -> L) -> TraceOp<L> {
        match self {
            TraceOp::Insert { key } => TraceOp::Insert { key: change(key) },
            TraceOp::Get { key } => TraceOp::Get { key: change(key) },
            TraceOp::Remove { key } => TraceOp::Remove { key: change(key) },
            TraceOp::Scan { from, entries } => TraceOp::Scan { from: from.map(change), entries },
            TraceOp::PopFirst => TraceOp::PopFirst,
            TraceOp::PopLast => TraceOp::PopLast,
            TraceOp::Clear => TraceOp::Clear,
            TraceOp::Clone => TraceOp::Clone,
        }
    }
}
