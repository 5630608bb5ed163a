//! Several snapshots as one, entry by entry.

use core::cmp::Ordering;
use core::iter;
use std::io::{self, Write};

use allotment_core::streams::{Keep, try_merge_by};

use crate::damage::Damage;
use crate::layout::page::Entry;
use crate::multi::MultiSnapshot;
use crate::reader::entries::Entries;
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
        let writer = SnapshotWriter::<K, V, W>::new(out, self)?;
        let entries = snapshots.iter().map(|snapshot| snapshot.entries());
        merge(writer, entries, keep, |one, other| one.key.cmp(other.key))
    }

    /// Writes the entries of several multimaps as one: under each key the values that any of them
    /// has, each once. As [`merge`](Self::merge).
    ///
    /// # Errors
    ///
    /// As `merge`.
    ///
    /// ```
    /// use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    ///
    /// let (mut old, mut new, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    /// let options = SnapshotOptions::new();
    /// options.write_multi(&mut old, [("beans", 3), ("beans", 7), ("kale", 1)])?;
    /// options.write_multi(&mut new, [("beans", 5), ("beans", 7)])?;
    ///
    /// let old = MultiSnapshot::<str, i32, _>::from_bytes(&old)?;
    /// let new = MultiSnapshot::<str, i32, _>::from_bytes(&new)?;
    /// options.merge_multi(&mut merged, &[&old, &new])?;
    /// let merged = MultiSnapshot::<str, i32, _>::from_bytes(merged)?;
    /// assert_eq!(merged.get("beans").collect::<Result<Vec<_>, _>>()?, [3, 5, 7]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_multi<K, V, B, W>(
        &self,
        out: W,
        snapshots: &[&MultiSnapshot<K, V, B>],
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey + ?Sized,
        V: StoredKey + ?Sized,
        B: AsRef<[u8]>,
        W: Write,
    {
        let writer = SnapshotWriter::<K, V, W>::new_multi(out, self)?;
        let entries = snapshots.iter().map(|snapshot| snapshot.entries());
        merge(writer, entries, Keep::First, |one, other| {
            (one.key, one.value).cmp(&(other.key, other.value))
        })
    }
}

/// Writes what streams hold, in the order of `compare`. Damage comes first, which ends the merge,
/// and is never the same as another item.
fn merge<'a, K, V, B, W>(
    mut writer: SnapshotWriter<K, V, W>,
    streams: impl ExactSizeIterator<Item = Entries<'a, B>>,
    keep: Keep,
    compare: fn(&Entry<'_>, &Entry<'_>) -> Ordering,
) -> Result<Summary, WriteError>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    B: AsRef<[u8]> + 'a,
    W: Write,
{
    type Item<'a> = Result<Entry<'a>, Damage>;
    let streams = streams.map(|mut entries| iter::from_fn(move || entries.next()));
    let order = |one: &Item<'_>, other: &Item<'_>| match (one, other) {
        (Ok(one), Ok(other)) => compare(one, other),
        (Err(_), _) => Ordering::Less,
        (Ok(_), Err(_)) => Ordering::Greater,
    };
    let merged = try_merge_by(streams, order)
        .map_err(|_| WriteError::Io(io::ErrorKind::OutOfMemory.into()))?;
    for entry in merged.keep(keep) {
        let entry = entry?;
        writer.push_bytes(entry.key, entry.value)?;
    }
    Ok(writer.finish()?.summary)
}
