//! [`Footer`]: the end of a file, without which it is none.

use super::fields::Fields;
#[cfg(any(feature = "std", test))]
use super::fields::Written;
use super::header::Header;
use super::link::Link;
use super::page::PageHead;
use crate::checksum;
use crate::open::OpenError;

/// What a file ends with.
pub(crate) const END_MAGIC: [u8; 8] = *b"\x89ALTEND\n";
/// More levels than any file can have whose pages hold two children each.
pub(crate) const MOST_LEVELS: u8 = 48;

/// What the end of a file says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) entries: u64,
    pub(crate) leaves: u64,
    pub(crate) index_pages: u64,
    /// How many levels of pages there are.
    pub(crate) height: u8,
    /// Of the root: where it is, how many bytes it takes, and its checksum.
    pub(crate) root: (u64, u32, u64),
    /// The checksum of the page that the header stands in.
    pub(crate) head_checksum: u64,
    /// The length of the file.
    pub(crate) length: u64,
}

impl Footer {
    /// The bytes that it takes, with the copy of the header that it begins with.
    pub(crate) const BYTES: usize = 256;
    /// What its checksum is over.
    const SUMMED: usize = Self::BYTES - 16;

    /// The footer in the last bytes of a file of `length` bytes, and its checksum, if it is whole.
    /// It stands for the file: its checksum is over all that the others depend on.
    pub(crate) fn read(
        bytes: &[u8; Self::BYTES],
        header: &Header,
        header_bytes: &[u8],
        length: u64,
    ) -> Result<(Self, u64), OpenError> {
        let (summed, end) = bytes.split_at(Self::SUMMED);
        let mut end = Fields(end);
        let (sum, magic) = (end.u64(), end.array());
        if magic != END_MAGIC {
            return Err(OpenError::NoFooter);
        }
        let offset = length.saturating_sub(Self::BYTES as u64);
        let whole = checksum::at(header.file_id, offset, summed) == sum;
        if !whole || summed.get(..Header::BYTES) != Some(header_bytes) {
            return Err(OpenError::Footer);
        }
        let mut fields = Fields(&summed[Header::BYTES..]);
        let (entries, leaves, index_pages) = (fields.u64(), fields.u64(), fields.u64());
        let [height, reserved @ ..] = fields.array::<8>();
        let (offset, stored, padding) = (fields.u64(), fields.u32(), fields.u32());
        let footer = Self {
            entries,
            leaves,
            index_pages,
            height,
            root: (offset, stored, fields.u64()),
            head_checksum: fields.u64(),
            length: fields.u64(),
        };
        let reserved_is_zero = reserved == [0; 7] && padding == 0 && fields.u64() == 0;
        if reserved_is_zero && footer.is_possible(length) {
            Ok((footer, sum))
        } else {
            Err(OpenError::Footer)
        }
    }

    /// Whether the numbers agree with one another, and with the file.
    fn is_possible(&self, length: u64) -> bool {
        self.length == length
            && self.height <= MOST_LEVELS
            && (self.entries == 0) == (self.height == 0)
            && (self.leaves == 0) == (self.height == 0)
            && (self.index_pages == 0) == (self.height <= 1)
            && self.leaves <= self.entries
            && (self.height > 0 || self.root == (0, 0, 0))
            && self
                .leaves
                .checked_add(self.index_pages)
                .is_some_and(|pages| pages <= length / PageHead::BYTES as u64)
    }

    /// What leads to the root, unless the file is empty.
    #[inline]
    pub(crate) fn root(&self) -> Option<Link> {
        let (offset, stored, checksum) = self.root;
        let level = self.height.checked_sub(1)?;
        Some(Link { offset, stored, checksum, level, first: 0, end: self.entries })
    }

    /// The bytes, and the checksum in them, of a footer that stands at `offset`.
    #[cfg(any(feature = "std", test))]
    pub(crate) fn to_bytes(self, header: &Header, offset: u64) -> ([u8; Self::BYTES], u64) {
        let mut written = Written::new();
        written
            .put(&header.to_bytes())
            .put(&self.entries.to_le_bytes())
            .put(&self.leaves.to_le_bytes())
            .put(&self.index_pages.to_le_bytes())
            .put(&[self.height, 0, 0, 0, 0, 0, 0, 0])
            .put(&self.root.0.to_le_bytes())
            .put(&self.root.1.to_le_bytes())
            .put(&[0; 4])
            .put(&self.root.2.to_le_bytes())
            .put(&self.head_checksum.to_le_bytes())
            .put(&self.length.to_le_bytes())
            .put(&[0; 8]);
        let sum = checksum::at(header.file_id, offset, written.so_far());
        (written.put(&sum.to_le_bytes()).put(&END_MAGIC).finish(), sum)
    }
}
