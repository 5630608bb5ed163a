//! Several snapshots as one, entry by entry.

use core::cmp::Ordering;
use core::iter;
use std::io::Write;

use allotment_core::streams::{Keep, merge_by};

use crate::damage::Damage;
use crate::layout::page::Entry;
use crate::snapshot::Snapshot;
use crate::stored::{Stored, StoredKey};
use crate::writer::{SnapshotOptions, SnapshotWriter, Summary, WriteError};

impl SnapshotOptions {
    /// Writes the entries of several snapshots as one, in the memory of a writer and one entry of
    /// each. `keep` says what becomes of keys that several of them have; with [`Keep::All`] that is
    /// an error.
    ///
    /// O(n log k) for n entries of k snapshots. What they hold is copied, and not interpreted.
    ///
    /// # Errors
    ///
    /// If a snapshot is damaged, or as [`SnapshotWriter`] says.
    ///
    /// ```
    /// use allotment_core::streams::Keep;
    /// use allotment_snapshot::{Snapshot, SnapshotOptions};
    ///
    /// let (mut old, mut new, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    /// let options = SnapshotOptions::new();
    /// options.write(&mut old, [("beans", 3), ("kale", 1)])?;
    /// options.write(&mut new, [("beans", 9), ("peas", 2)])?;
    ///
    /// let old = Snapshot::<str, i32, _>::from_bytes(&old)?;
    /// let new = Snapshot::<str, i32, _>::from_bytes(&new)?;
    /// options.merge(&mut merged, &[&old, &new], Keep::Last)?;
    /// let merged = Snapshot::<str, i32, _>::from_bytes(merged)?;
    /// assert_eq!((merged.len(), merged.get("beans")?), (3, Some(9)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge<K, V, B, W>(
        &self,
        out: W,
        snapshots: &[&Snapshot<K, V, B>],
        keep: Keep,
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey + ?Sized,
        V: Stored + ?Sized,
        B: AsRef<[u8]>,
        W: Write,
    {
        let mut writer = SnapshotWriter::<K, V, W>::new(out, self)?;
        let streams = snapshots.iter().map(|snapshot| {
            let mut entries = snapshot.entries();
            iter::from_fn(move || entries.next())
        });
        for entry in merge_by(streams, compare).keep(keep) {
            let entry = entry?;
            writer.push_bytes(entry.key, entry.value)?;
        }
        Ok(writer.finish()?.summary)
    }
}

/// By keys; damage first, which ends the merge, and is never the same as another item.
fn compare(one: &Result<Entry<'_>, Damage>, other: &Result<Entry<'_>, Damage>) -> Ordering {
    match (one, other) {
        (Ok(one), Ok(other)) => one.key.cmp(other.key),
        (Err(_), _) => Ordering::Less,
        (Ok(_), Err(_)) => Ordering::Greater,
    }
}
