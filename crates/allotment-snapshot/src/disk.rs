//! [`DiskFile`]: a file on disk as a source, of which pages are read as they are needed.

use std::fs::File;
use std::io;
use std::path::Path;
use std::vec::Vec;

use crate::source::{Source, Unreadable};

/// A file on disk: pages are read when they are needed, so that any file can be looked into with
/// the memory of a few pages, and without mapping it.
#[derive(Debug)]
pub struct DiskFile(File);

impl DiskFile {
    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// If the system does not open it.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        File::open(path).map(Self)
    }
}

impl From<File> for DiskFile {
    fn from(file: File) -> Self {
        Self(file)
    }
}

impl Source for DiskFile {
    fn size(&self) -> Result<u64, Unreadable> {
        Ok(self.0.metadata()?.len())
    }

    fn bytes<'s>(
        &'s self,
        offset: u64,
        len: usize,
        scratch: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], Unreadable> {
        scratch.resize(len, 0);
        read_at(&self.0, scratch, offset)?;
        Ok(scratch)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let at = offset + done as u64;
        match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Where files cannot be read at a place, the one position of the file is moved.
#[cfg(not(any(unix, windows)))]
fn read_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};

    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}
