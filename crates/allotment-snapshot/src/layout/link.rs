//! [`Link`]: where a page is, and what it must be.

use super::fields::Fields;
#[cfg(any(feature = "std", test))]
use super::fields::Written;

/// Where a page is, and all that its parent, or the footer, knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) offset: u64,
    /// How many bytes of the file it takes.
    pub(crate) stored: u32,
    pub(crate) checksum: u64,
    pub(crate) level: u8,
    /// How many entries come before those of the page.
    pub(crate) first: u64,
    /// The same for what follows it.
    pub(crate) end: u64,
}

/// What an index page has of each child, beside its separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) offset: u64,
    pub(crate) first: u64,
    pub(crate) checksum: u64,
    pub(crate) stored: u32,
}

impl Child {
    /// The bytes that it takes.
    pub(crate) const BYTES: usize = 28;

    #[inline]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut fields = Fields(bytes);
        Self {
            offset: fields.u64(),
            first: fields.u64(),
            checksum: fields.u64(),
            stored: fields.u32(),
        }
    }

    #[cfg(any(feature = "std", test))]
    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        Written::new()
            .put(&self.offset.to_le_bytes())
            .put(&self.first.to_le_bytes())
            .put(&self.checksum.to_le_bytes())
            .put(&self.stored.to_le_bytes())
            .finish()
    }
}
