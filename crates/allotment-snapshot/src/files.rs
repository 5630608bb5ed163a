//! Snapshots as files: published whole or not at all, and read.

use core::error;
use core::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::vec::Vec;

use crate::disk::DiskFile;
use crate::multi::MultiSnapshot;
use crate::open::OpenError;
use crate::publish::{self, DiskFolder};
use crate::snapshot::Snapshot;
use crate::snapshot_reader::SnapshotReader;
use crate::stored::{Stored, StoredKey};
use crate::writer::{SnapshotOptions, Summary, WriteError};

/// Why a file was not read.
#[derive(Debug)]
pub enum ReadError {
    /// The system did not read it.
    Io(io::Error),
    /// It is not what was asked for.
    Open(OpenError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "reading failed: {error}"),
            Self::Open(error) => error.fmt(f),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Open(error) => Some(error),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl SnapshotOptions {
    /// Writes entries to the file at `path`, as [`write`](Self::write) does; whoever opens it finds
    /// the file that was there before, or the whole of the new one.
    ///
    /// They are written to another file in the same folder, which is synced and renamed, and then
    /// the folder is synced. If `path` is a link, that is the folder of the file that it leads to.
    /// On Unix the new file has the permissions of the old one. What a crash leaves behind is named
    /// `.*.snapshot-draft`.
    ///
    /// # Errors
    ///
    /// As `write`. The file that was there before then still is, and nothing else is left; unless
    /// the folder could not be synced at the end, when the new file is there and may be gone after
    /// a crash.
    ///
    /// ```
    /// use allotment_snapshot::{Snapshot, SnapshotOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("beds");
    /// SnapshotOptions::new().write_file(&path, [("beans", 2), ("carrots", 4)])?;
    /// let beds = Snapshot::<str, i32, _>::read(&path)?;
    /// assert_eq!(beds.get("beans")?, Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_file<K, V, I>(
        &self,
        path: impl AsRef<Path>,
        entries: I,
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey,
        V: Stored,
        I: IntoIterator<Item = (K, V)>,
    {
        publish(path.as_ref(), |file| self.write(file, entries))
    }

    /// Writes the entries of a multimap to the file at `path`, as
    /// [`write_multi`](Self::write_multi) and [`write_file`](Self::write_file) do.
    ///
    /// # Errors
    ///
    /// As these.
    pub fn write_multi_file<K, V, I>(
        &self,
        path: impl AsRef<Path>,
        entries: I,
    ) -> Result<Summary, WriteError>
    where
        K: StoredKey,
        V: StoredKey,
        I: IntoIterator<Item = (K, V)>,
    {
        publish(path.as_ref(), |file| self.write_multi(file, entries))
    }
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized> Snapshot<K, V, Vec<u8>> {
    /// Reads a file into memory, and opens it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or [`from_bytes`](Self::from_bytes) refuses it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Ok(Self::from_bytes(fs::read(path)?)?)
    }
}

impl<K: StoredKey + ?Sized, V: StoredKey + ?Sized> MultiSnapshot<K, V, Vec<u8>> {
    /// Reads a file into memory, and opens it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or [`from_bytes`](Self::from_bytes) refuses it.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Ok(Self::from_bytes(fs::read(path)?)?)
    }
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized> SnapshotReader<K, V, DiskFile> {
    /// Opens a file, of which pages are read as they are needed.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or [`open`](Self::open) refuses it.
    pub fn open_file(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Ok(Self::open(DiskFile::open(path)?)?)
    }
}

/// Has a file written beside the one at `path`, and puts it in its place.
fn publish(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<Summary, WriteError>,
) -> Result<Summary, WriteError> {
    let (folder, name) = DiskFolder::of(path)?;
    publish::publish(&folder, &name, write)
}
