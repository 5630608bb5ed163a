//! [`File`]: what header and footer say, each checked against the other.

use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::checksum;
use crate::codec::Codec;
use crate::layout::column::Width;
use crate::layout::footer::Footer;
use crate::layout::header::{Header, Kind, MAJOR};
use crate::name::TypeName;
use crate::open::OpenError;
use crate::source::Source;

/// What header and footer say of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    /// Which of those opened in this process it is: what a file says of itself may be forged.
    pub(crate) number: usize,
    pub(crate) header: Header,
    pub(crate) footer: Footer,
    pub(crate) root_hash: u64,
}

impl File {
    /// Reads the two ends of a file, and nothing else.
    pub(crate) fn open<S: Source + ?Sized>(source: &S) -> Result<Self, OpenError> {
        let (length, mut scratch) = (source.size()?, Vec::new());
        let least = length.min(Header::BYTES as u64) as usize;
        let header = Header::read(source.bytes(0, least, &mut scratch)?)?;
        let (begin, end) = (header.pages_begin(), length.saturating_sub(Footer::BYTES as u64));
        if end < begin as u64 {
            return Err(OpenError::NoFooter);
        }
        // What the checksum is of: a source may answer other bytes than the last time.
        let head = source.bytes(0, begin, &mut scratch)?;
        let header = Header::read(head)?;
        let head_checksum = checksum::at(header.file_id, 0, head);
        let header_bytes: [u8; Header::BYTES] = *head.first_chunk().ok_or(OpenError::Header)?;
        let tail = source.bytes(end, Footer::BYTES, &mut scratch)?;
        let tail = tail.first_chunk().ok_or(OpenError::NoFooter)?;
        let (footer, root_hash) = Footer::read(tail, &header, &header_bytes, length)?;
        let is_sound = header.pages_begin() == begin
            && head_checksum == footer.head_checksum
            && footer.entries <= most_entries(&header);
        if is_sound {
            let number = OPENED.fetch_add(1, Ordering::Relaxed);
            Ok(Self { number, header, footer, root_hash })
        } else {
            Err(OpenError::Footer)
        }
    }

    /// How many pages there can be.
    pub(crate) fn most_pages(&self) -> usize {
        let pages = self.footer.leaves + self.footer.index_pages;
        usize::try_from(pages).unwrap_or(usize::MAX)
    }

    /// Where pages end, and the footer begins.
    #[inline]
    pub(crate) const fn pages_end(&self) -> u64 {
        self.footer.length.saturating_sub(Footer::BYTES as u64)
    }

    pub(crate) const fn metadata(&self) -> Metadata {
        Metadata {
            version: (MAJOR, self.header.minor),
            kind: self.header.kind,
            key: self.header.types.0,
            value: self.header.types.1,
            entries: self.footer.entries,
            leaves: self.footer.leaves,
            index_pages: self.footer.index_pages,
            height: self.footer.height,
            page_size: self.header.page_size(),
            codec: self.header.codec,
            bytes: self.footer.length,
            file_id: self.header.file_id,
            schema: self.header.schema,
            root_hash: self.root_hash,
        }
    }
}

/// How many files were opened.
static OPENED: AtomicUsize = AtomicUsize::new(0);

/// How many entries a file can have: one, if they have no bytes by which they could differ.
fn most_entries(header: &Header) -> u64 {
    let (key, value) = header.widths;
    let is_empty = |width| width == Width::Fixed(0);
    if is_empty(key) && (header.kind == Kind::Map || is_empty(value)) { 1 } else { u64::MAX }
}

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The version of the format, major and minor.
    pub version: (u16, u16),
    /// Whether keys may repeat.
    pub kind: Kind,
    /// The type of the keys.
    pub key: TypeName,
    /// The type of the values: `()` in a set.
    pub value: TypeName,
    /// How many entries there are.
    pub entries: u64,
    /// How many pages have entries.
    pub leaves: u64,
    /// How many pages have links to others.
    pub index_pages: u64,
    /// How many levels of pages there are.
    pub height: u8,
    /// The bytes of a page.
    pub page_size: usize,
    /// How pages are compressed.
    pub codec: Codec,
    /// The length of the file.
    pub bytes: u64,
    /// The id that the checksums depend on.
    pub file_id: u128,
    /// What the writer gave as [`schema`](Self::schema).
    pub schema: u64,
    /// The checksum that stands for the file: see [`Summary`](Self::root_hash) of the writer.
    pub root_hash: u64,
}

impl fmt::Display for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Map if self.value.as_str() == "()" => "set",
            Kind::Map => "map",
            Kind::Multi => "multimap",
        };
        writeln!(f, "kind         {kind}")?;
        writeln!(f, "keys         {}", self.key)?;
        writeln!(f, "values       {}", self.value)?;
        writeln!(f, "entries      {}", self.entries)?;
        writeln!(f, "pages        {} leaves, {} index", self.leaves, self.index_pages)?;
        writeln!(f, "height       {}", self.height)?;
        writeln!(f, "page size    {}, {}", self.page_size, self.codec)?;
        writeln!(f, "bytes        {}", self.bytes)?;
        writeln!(f, "file id      {:032x}", self.file_id)?;
        writeln!(f, "schema       {:016x}", self.schema)?;
        writeln!(f, "root hash    {:016x}", self.root_hash)?;
        write!(f, "version      {}.{}", self.version.0, self.version.1)
    }
}
