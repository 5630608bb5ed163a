//! Writing all entries at once, by the [`SnapshotOptions`].

use std::io::Write;

use super::error::WriteError;
use super::one_by_one::SnapshotWriter;
use super::options::SnapshotOptions;
use super::summary::Summary;
use crate::stored::{Stored, StoredKey};

impl SnapshotOptions {
    /// Writes entries, which ascend by their keys, to `out`. Elements of a set have values `()`.
    ///
    /// Memory is a few pages, however many entries there are; see [`SnapshotWriter`].
    ///
    /// # Errors
    ///
    /// What [`SnapshotWriter::push`] and [`finish`](SnapshotWriter::finish) say; `out` then has no
    /// snapshot.
    pub fn write<K, V, W, I>(&self, out: W, entries: I) -> Result<Summary, WriteError>
    where
        K: StoredKey,
        V: Stored,
        W: Write,
        I: IntoIterator<Item = (K, V)>,
    {
        fill(SnapshotWriter::<K, V, W>::new(out, self)?, entries)
    }

    /// Writes the entries of a multimap, which ascend by their keys and under each key by their
    /// values: as [`write`](Self::write) does.
    ///
    /// # Errors
    ///
    /// As `write`.
    ///
    /// ```
    /// use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write_multi(&mut bytes, [("beans", 2), ("beans", 7), ("kale", 5)])?;
    /// let index = MultiSnapshot::<str, i32, _>::from_bytes(&bytes)?;
    /// assert_eq!(index.get("beans").next_back(), Some(Ok(7)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_multi<K, V, W, I>(&self, out: W, entries: I) -> Result<Summary, WriteError>
    where
        K: StoredKey,
        V: StoredKey,
        W: Write,
        I: IntoIterator<Item = (K, V)>,
    {
        fill(SnapshotWriter::<K, V, W>::new_multi(out, self)?, entries)
    }
}

/// Writes all of `entries`, and the end of the file.
fn fill<K, V, W>(
    mut writer: SnapshotWriter<K, V, W>,
    entries: impl IntoIterator<Item = (K, V)>,
) -> Result<Summary, WriteError>
where
    K: StoredKey,
    V: Stored,
    W: Write,
{
    for (key, value) in entries {
        writer.push(&key, &value)?;
    }
    Ok(writer.finish()?.summary)
}
