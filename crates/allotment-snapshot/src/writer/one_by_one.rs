//! [`SnapshotWriter`]: a snapshot, entry by entry.

use core::fmt;
use core::marker::PhantomData;
use std::io::Write;

use super::encoder::{Encoder, WriteBuffers};
use super::error::WriteError;
use super::options::SnapshotOptions;
use super::summary::Summary;
use crate::layout::header::Kind;
use crate::stored::{Encoded, Stored, StoredKey};
use crate::untyped::Untyped;

/// Writes a snapshot, entry by entry, strictly forward: to a file, a pipe, or memory.
///
/// Its memory is one open page for each level of the file, and one that is being written, however
/// many entries there are. The end of the file is what makes it a snapshot: without
/// [`finish`](Self::finish) there is none.
///
/// ```
/// use allotment_snapshot::{Snapshot, SnapshotOptions, SnapshotWriter};
///
/// let mut writer = SnapshotWriter::new(Vec::new(), &SnapshotOptions::new())?;
/// for n in 0..1000_u64 {
///     writer.push(&n, &(n * n))?;
/// }
/// let finished = writer.finish()?;
/// assert_eq!(finished.summary.entries, 1000);
/// let squares = Snapshot::<u64, u64, _>::from_bytes(finished.out)?;
/// assert_eq!(squares.get(&30)?, Some(900));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SnapshotWriter<K: ?Sized, V: ?Sized, W> {
    encoder: Encoder<W>,
    poisoned: bool,
    key: Encoded,
    value: Encoded,
    types: PhantomData<fn(&K, &V)>,
}

/// What is left of a writer that has finished.
#[derive(Debug)]
pub struct Finished<W> {
    /// What was written.
    pub summary: Summary,
    /// What it was written to.
    pub out: W,
    /// The memory, for the next writer.
    pub buffers: WriteBuffers,
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized, W: Write> SnapshotWriter<K, V, W> {
    /// Begins the snapshot of a map; of a set, with values `()`.
    ///
    /// Writes come a page at a time, so that a buffer in between gains little.
    ///
    /// # Errors
    ///
    /// If the size of pages is none, or the header cannot be written.
    pub fn new(out: W, options: &SnapshotOptions) -> Result<Self, WriteError> {
        Self::with_buffers(out, options, WriteBuffers::new())
    }

    /// Begins a snapshot in memory that another writer has left. A file of the same types and page
    /// size that is not higher then allocates nothing.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_buffers(
        out: W,
        options: &SnapshotOptions,
        buffers: WriteBuffers,
    ) -> Result<Self, WriteError> {
        Self::of_kind(out, options, buffers, Kind::Map)
    }

    fn of_kind(
        out: W,
        options: &SnapshotOptions,
        buffers: WriteBuffers,
        kind: Kind,
    ) -> Result<Self, WriteError> {
        const {
            let is_known = !K::TYPE.is(&Untyped::TYPE) && !V::TYPE.is(&Untyped::TYPE);
            assert!(is_known, "entries are written as what they are");
        }
        let header = options.header::<K, V>(kind)?;
        Ok(Self {
            encoder: Encoder::new(out, header, options.codec_level(), buffers)?,
            poisoned: false,
            key: Encoded::new(),
            value: Encoded::new(),
            types: PhantomData,
        })
    }

    /// Writes an entry. O(1) amortised.
    ///
    /// # Errors
    ///
    /// If its key does not come after the one before, if it does not fit a page or has no bytes, or
    /// if a page cannot be written. Nothing else can be written then.
    ///
    /// ```
    /// use allotment_snapshot::{SnapshotOptions, SnapshotWriter};
    ///
    /// let mut writer = SnapshotWriter::new(Vec::new(), &SnapshotOptions::new())?;
    /// writer.push(&1_u32, &10_u32)?;
    /// writer.push(&4, &40)?;
    /// assert!(writer.push(&4, &41).is_err(), "keys ascend");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn push(&mut self, key: &K, value: &V) -> Result<(), WriteError> {
        self.check()?;
        // What panics fails as well.
        self.poisoned = true;
        if !(key.is_storable() && value.is_storable()) {
            return Err(WriteError::Unstorable { entry: self.len() });
        }
        let (key, value) = (key.bytes_in(&mut self.key), value.bytes_in(&mut self.value));
        let pushed = push_checked::<K, V, W>(&mut self.encoder, key, value);
        self.poisoned = pushed.is_err();
        pushed
    }

    /// Writes an entry that is bytes by now, as [`push`](Self::push) does.
    pub(crate) fn push_bytes(&mut self, key: &[u8], value: &[u8]) -> Result<(), WriteError> {
        self.check()?;
        // What panics fails as well.
        self.poisoned = true;
        let pushed = push_checked::<K, V, W>(&mut self.encoder, key, value);
        self.poisoned = pushed.is_err();
        pushed
    }

    /// Writes what is open, and the end of the file.
    ///
    /// # Errors
    ///
    /// If writing fails now, or something failed before: there is no snapshot then.
    pub fn finish(mut self) -> Result<Finished<W>, WriteError> {
        self.check()?;
        let summary = self.encoder.finish()?;
        Ok(Finished { summary, out: self.encoder.out, buffers: self.encoder.buffers })
    }

    /// Nothing has failed so far.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), WriteError> {
        if self.poisoned { Err(WriteError::Poisoned) } else { Ok(()) }
    }

    /// How many entries were written.
    pub fn len(&self) -> u64 {
        self.encoder.entries()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Writes an entry, if it is as wide as its types say.
#[inline]
fn push_checked<K, V, W>(
    encoder: &mut Encoder<W>,
    key: &[u8],
    value: &[u8],
) -> Result<(), WriteError>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    W: Write,
{
    let fits = K::WIDTH.is_none_or(|width| width == key.len())
        && V::WIDTH.is_none_or(|width| width == value.len());
    if fits { encoder.push(key, value) } else { Err(encoder.too_large(key, value)) }
}

impl<K: StoredKey + ?Sized, V: StoredKey + ?Sized, W: Write> SnapshotWriter<K, V, W> {
    /// Begins the snapshot of a multimap: keys may repeat, with values that ascend.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use allotment_snapshot::{SnapshotOptions, SnapshotWriter};
    ///
    /// let mut writer = SnapshotWriter::new_multi(Vec::new(), &SnapshotOptions::new())?;
    /// writer.push(&4_u32, &40_u32)?;
    /// writer.push(&4, &41)?;
    /// assert_eq!(writer.finish()?.summary.entries, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new_multi(out: W, options: &SnapshotOptions) -> Result<Self, WriteError> {
        Self::of_kind(out, options, WriteBuffers::new(), Kind::Multi)
    }
}

impl<K: ?Sized, V: ?Sized, W> fmt::Debug for SnapshotWriter<K, V, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotWriter").field("poisoned", &self.poisoned).finish_non_exhaustive()
    }
}
