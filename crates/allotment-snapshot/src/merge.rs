//! Several snapshots as one, entry by entry.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::iter;
use std::io::{self, Write};

use allotment_core::streams::{Keep, try_merge_by};

use crate::damage::Damage;
use crate::layout::header::Kind;
use crate::layout::page::Entry;
use crate::multi::MultiSnapshot;
use crate::reader::cache::PageCache;
use crate::reader::entries::Entries;
use crate::snapshot::Snapshot;
use crate::snapshot_reader::SnapshotReader;
use crate::source::Source;
use crate::stored::{Encoded, Stored, StoredKey};
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
        let entries = in_place(snapshots.iter().map(|snapshot| snapshot.entries()));
        merge(writer, entries, keep, by_key)
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
        let entries = in_place(snapshots.iter().map(|snapshot| snapshot.entries()));
        merge(writer, entries, Keep::First, by_key_and_value)
    }

    /// The same as [`merge`](Self::merge) for snapshots that are compressed, or not in memory: each
    /// is read through a cache of a page for each of its levels. An entry that waits for its turn
    /// is copied, which allocates where its key or its value has more than 64 bytes.
    ///
    /// # Errors
    ///
    /// As `merge`; and if one of them is of a multimap.
    ///
    /// ```
    /// use allotment_core::streams::Keep;
    /// use allotment_snapshot::{Codec, PageCache, SnapshotOptions, SnapshotReader};
    ///
    /// # let codec = if cfg!(feature = "lz4") { Codec::Lz4 } else { Codec::Raw };
    /// // `codec` is `Codec::Lz4`.
    /// let options = SnapshotOptions::new().codec(codec);
    /// let (mut even, mut odd, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    /// options.write(&mut even, (0..1000_u64).map(|n| (2 * n, n)))?;
    /// options.write(&mut odd, (0..1000_u64).map(|n| (2 * n + 1, n)))?;
    ///
    /// let even = SnapshotReader::<u64, u64, _>::open(even)?;
    /// let odd = SnapshotReader::<u64, u64, _>::open(odd)?;
    /// options.merge_readers(&mut merged, &[&even, &odd], Keep::Last)?;
    /// let merged = SnapshotReader::<u64, u64, _>::open(merged)?;
    /// assert_eq!(merged.len(), 2000);
    /// assert_eq!(merged.get(&mut PageCache::new(1 << 16), &7)?, Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_readers<K, V, S, W>(
        &self,
        out: W,
        readers: &[&SnapshotReader<K, V, S>],
        keep: Keep,
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey + ?Sized,
        V: Stored + ?Sized,
        S: Source,
        W: Write,
    {
        check_kind(readers, Kind::Map)?;
        let writer = SnapshotWriter::<K, V, W>::new(out, self)?;
        let mut caches = caches(readers);
        merge(writer, through_caches(readers, &mut caches), keep, by_key)
    }

    /// The same as [`merge_multi`](Self::merge_multi), as
    /// [`merge_readers`](Self::merge_readers) is to [`merge`](Self::merge).
    ///
    /// # Errors
    ///
    /// As `merge_multi`; and if one of them is of no multimap.
    pub fn merge_multi_readers<K, V, S, W>(
        &self,
        out: W,
        readers: &[&SnapshotReader<K, V, S>],
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey + ?Sized,
        V: StoredKey + ?Sized,
        S: Source,
        W: Write,
    {
        check_kind(readers, Kind::Multi)?;
        let writer = SnapshotWriter::<K, V, W>::new_multi(out, self)?;
        let mut caches = caches(readers);
        merge(writer, through_caches(readers, &mut caches), Keep::First, by_key_and_value)
    }
}

/// The bytes of an entry, where they are or copied.
trait EntryBytes {
    fn key(&self) -> &[u8];

    fn value(&self) -> &[u8];
}

impl EntryBytes for Entry<'_> {
    fn key(&self) -> &[u8] {
        self.key
    }

    fn value(&self) -> &[u8] {
        self.value
    }
}

/// An entry out of a page that may be gone before its turn comes.
struct Copied {
    key: Encoded,
    value: Encoded,
}

impl Copied {
    fn of(entry: Entry<'_>) -> Self {
        let (mut key, mut value) = (Encoded::new(), Encoded::new());
        key.push(entry.key);
        value.push(entry.value);
        Self { key, value }
    }
}

impl EntryBytes for Copied {
    fn key(&self) -> &[u8] {
        self.key.as_slice()
    }

    fn value(&self) -> &[u8] {
        self.value.as_slice()
    }
}

fn by_key<T: EntryBytes>(one: &T, other: &T) -> Ordering {
    one.key().cmp(other.key())
}

fn by_key_and_value<T: EntryBytes>(one: &T, other: &T) -> Ordering {
    (one.key(), one.value()).cmp(&(other.key(), other.value()))
}

/// The entries of each reader, through a cache of its own.
fn through_caches<'c, K, V, S>(
    readers: &'c [&SnapshotReader<K, V, S>],
    caches: &'c mut [PageCache],
) -> impl ExactSizeIterator<Item = impl Iterator<Item = Result<Copied, Damage>>>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    S: Source,
{
    readers.iter().zip(caches).map(|(reader, cache)| {
        let mut walk = reader.iter(cache);
        iter::from_fn(move || walk.next_entry().map(|entry| entry.map(Copied::of)))
    })
}

/// A cache for each reader that has a page of each level.
fn caches<K, V, S>(readers: &[&SnapshotReader<K, V, S>]) -> Vec<PageCache>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    S: Source,
{
    let pages = |reader: &&SnapshotReader<K, V, S>| {
        let metadata = reader.metadata();
        PageCache::of_pages(usize::from(metadata.height), metadata.page_size)
    };
    readers.iter().map(pages).collect()
}

/// Whether all are of one kind.
fn check_kind<K, V, S>(readers: &[&SnapshotReader<K, V, S>], kind: Kind) -> Result<(), WriteError>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    S: Source,
{
    let is_of_kind = |reader: &&SnapshotReader<K, V, S>| reader.metadata().kind == kind;
    if readers.iter().all(is_of_kind) { Ok(()) } else { Err(WriteError::Kind) }
}

/// Writes what streams hold, in the order of `compare`. Damage comes first, which ends the merge,
/// and is never the same as another item.
fn merge<T, K, V, W>(
    mut writer: SnapshotWriter<K, V, W>,
    streams: impl ExactSizeIterator<Item = impl Iterator<Item = Result<T, Damage>>>,
    keep: Keep,
    compare: fn(&T, &T) -> Ordering,
) -> Result<Summary, WriteError>
where
    T: EntryBytes,
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    W: Write,
{
    let order = |one: &Result<T, Damage>, other: &Result<T, Damage>| match (one, other) {
        (Ok(one), Ok(other)) => compare(one, other),
        (Err(_), _) => Ordering::Less,
        (Ok(_), Err(_)) => Ordering::Greater,
    };
    let merged = try_merge_by(streams, order)
        .map_err(|_| WriteError::Io(io::ErrorKind::OutOfMemory.into()))?;
    for entry in merged.keep(keep) {
        let entry = entry?;
        writer.push_bytes(entry.key(), entry.value())?;
    }
    Ok(writer.finish()?.summary)
}

/// The entries of each snapshot, in place.
fn in_place<'a, B: AsRef<[u8]> + 'a>(
    entries: impl ExactSizeIterator<Item = Entries<'a, B>>,
) -> impl ExactSizeIterator<Item = impl Iterator<Item = Result<Entry<'a>, Damage>>> {
    entries.map(|mut entries| iter::from_fn(move || entries.next()))
}
