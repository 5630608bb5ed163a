//! [`Source`]: where the bytes of a file come from, a page at a time.

use alloc::vec::Vec;
use core::error;
use core::fmt;

/// Where a [`SnapshotReader`](crate::SnapshotReader) has bytes from: memory, or a
/// [`DiskFile`](crate::DiskFile), or what one implements it for.
///
/// What it gives is checked before it is used: a source may answer anything, also other bytes than
/// the last time.
pub trait Source {
    /// How many bytes there are.
    ///
    /// # Errors
    ///
    /// If that cannot be found out.
    fn size(&self) -> Result<u64, Unreadable>;

    /// `len` bytes from `offset` on, 64 KiB at most: in place, or read to `scratch`.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or are not there.
    fn bytes<'s>(
        &'s self,
        offset: u64,
        len: usize,
        scratch: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], Unreadable>;
}

/// Memory: a slice, a vector, a mapped file.
impl<B: AsRef<[u8]> + ?Sized> Source for B {
    fn size(&self) -> Result<u64, Unreadable> {
        Ok(self.as_ref().len() as u64)
    }

    #[inline]
    fn bytes<'s>(
        &'s self,
        offset: u64,
        len: usize,
        _: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], Unreadable> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.as_ref().get(start..));
        rest.and_then(|rest| rest.get(..len)).ok_or(Unreadable::new())
    }
}

/// Bytes could not be had from a [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unreadable {
    #[cfg(feature = "std")]
    kind: std::io::ErrorKind,
}

impl Unreadable {
    /// For no reason that has a name.
    pub const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            kind: std::io::ErrorKind::Other,
        }
    }

    /// What kind of error it was.
    #[cfg(feature = "std")]
    pub const fn kind(&self) -> std::io::ErrorKind {
        self.kind
    }
}

impl Default for Unreadable {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "std")]
        return write!(f, "it cannot be read: {}", self.kind);
        #[cfg(not(feature = "std"))]
        f.write_str("it cannot be read")
    }
}

impl error::Error for Unreadable {}

#[cfg(feature = "std")]
impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self { kind: error.kind() }
    }
}
