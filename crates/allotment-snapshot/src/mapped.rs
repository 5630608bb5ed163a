//! [`Mapped`]: a file that is mapped into memory. The only file of the crate with unsafe code.
#![allow(unsafe_code, reason = "nobody but the caller can know what others do to the file")]

use std::fs::File;

use memmap2::Mmap;

use crate::files::ReadError;
use crate::multi::MultiSnapshot;
use crate::snapshot::Snapshot;
use crate::stored::{Stored, StoredKey};

/// The bytes of a file, mapped into memory: the system reads them when they are looked at.
#[derive(Debug)]
pub struct Mapped(Mmap);

impl AsRef<[u8]> for Mapped {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized> Snapshot<K, V, Mapped> {
    /// Maps a file into memory, and opens it. Takes as long whatever its size, but for a bit a
    /// page.
    ///
    /// [`read`](Snapshot::read) is the safe way, if the file fits memory.
    ///
    /// # Errors
    ///
    /// If it cannot be mapped, or [`from_bytes`](Self::from_bytes) refuses it.
    ///
    /// # Safety
    ///
    /// As long as the snapshot lives, nobody may change the file or cut it off: bytes that change
    /// while they are borrowed are undefined behaviour, and to read what was cut off ends the
    /// program. Files that [`write_file`](crate::SnapshotOptions::write_file) publishes are
    /// replaced and never changed: to do that is allowed, and the mapping stays that of the old
    /// file.
    ///
    /// ```
    /// use std::fs::File;
    ///
    /// use allotment_snapshot::{Mapped, Snapshot, SnapshotOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("beds");
    /// SnapshotOptions::new().write_file(&path, [("beans", 2), ("carrots", 4)])?;
    /// // SAFETY: the file is ours, and replaced as a whole if at all.
    /// let beds = unsafe { Snapshot::<str, i32, Mapped>::map(&File::open(&path)?) }?;
    /// assert_eq!(beds.get("beans")?, Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub unsafe fn map(file: &File) -> Result<Self, ReadError> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { Mmap::map(file) }?;
        Ok(Self::from_bytes(Mapped(bytes))?)
    }
}

impl<K: StoredKey + ?Sized, V: StoredKey + ?Sized> MultiSnapshot<K, V, Mapped> {
    /// Maps a file into memory, and opens it: as [`Snapshot::map`].
    ///
    /// # Errors
    ///
    /// As `Snapshot::map`.
    ///
    /// # Safety
    ///
    /// As `Snapshot::map`.
    pub unsafe fn map(file: &File) -> Result<Self, ReadError> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { Mmap::map(file) }?;
        Ok(Self::from_bytes(Mapped(bytes))?)
    }
}
