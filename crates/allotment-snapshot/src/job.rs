//! [`SnapshotJob`]: a map written in steps, between other work.

use core::fmt;
use core::ops::ControlFlow;
use std::io::Write;

use allotment_core::btree_map::{ScanEnd, ScanToken};
use allotment_core::{Allocator, BTreeMap, Shape};

use crate::stored::{Stored, StoredKey};
use crate::writer::{Finished, SnapshotOptions, SnapshotWriter, WriteError};

/// A map that is written in steps, between which it may change.
///
/// Each step writes the next entries, as they are by then, and remembers the key of the last. So an
/// entry that is there throughout is written once; one that comes, goes or changes meanwhile is
/// written as it was when its turn came. For the state of one moment, write a clone of the map, or
/// do not change it.
///
/// ```
/// use allotment_core::BTreeMap;
/// use allotment_snapshot::{Snapshot, SnapshotJob, SnapshotOptions};
///
/// let mut map: BTreeMap<u64, u64> = (0..1000).map(|n| (n, n * n)).collect();
/// let mut job = SnapshotJob::new(Vec::new(), &SnapshotOptions::new())?;
/// while !job.step(&map, 100)? {
///     // Other work, also with the map.
///     map.insert(5000, 25_000_000);
/// }
/// let squares = Snapshot::<u64, u64, _>::from_bytes(job.finish()?.out)?;
/// assert_eq!(squares.len(), 1001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SnapshotJob<K, V, W> {
    writer: SnapshotWriter<K, V, W>,
    /// The last key that was written.
    written: Option<ScanToken<K>>,
}

impl<K: StoredKey + Ord + Clone, V: Stored, W: Write> SnapshotJob<K, V, W> {
    /// Begins the snapshot.
    ///
    /// # Errors
    ///
    /// As [`SnapshotWriter::new`].
    pub fn new(out: W, options: &SnapshotOptions) -> Result<Self, WriteError> {
        Ok(Self { writer: SnapshotWriter::new(out, options)?, written: None })
    }

    /// Writes the next entries of `map`, `budget` of them at most and one at least; answers whether
    /// they were the last. Another step then writes what has come behind them.
    ///
    /// O(log n) to go on, and O(1) for each entry. Clones a key.
    ///
    /// # Errors
    ///
    /// As [`SnapshotWriter::push`]: the job can do nothing more then.
    pub fn step<A: Allocator, S: Shape<K>>(
        &mut self,
        map: &BTreeMap<K, V, A, S>,
        budget: usize,
    ) -> Result<bool, WriteError> {
        self.writer.check()?;
        let scan = map.scan::<K, _>(..).entries(budget).resume(self.written.take());
        let outcome = scan.try_for_each(|key, value| match self.writer.push(key, value) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        });
        self.written = outcome.token();
        match outcome.end {
            ScanEnd::Broken(error) => Err(error),
            end => Ok(matches!(end, ScanEnd::Exhausted)),
        }
    }

    /// How many entries were written.
    pub fn len(&self) -> u64 {
        self.writer.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.writer.is_empty()
    }

    /// Writes what is open, and the end of the file, whether or not the map was written to its end.
    ///
    /// # Errors
    ///
    /// As [`SnapshotWriter::finish`].
    pub fn finish(self) -> Result<Finished<W>, WriteError> {
        self.writer.finish()
    }
}

impl<K, V, W> fmt::Debug for SnapshotJob<K, V, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SnapshotJob").field(&self.writer).finish()
    }
}
