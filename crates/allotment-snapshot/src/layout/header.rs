//! [`Header`]: what a file is, at its beginning and again in its footer.

use super::column::Width;
use super::fields::Fields;
#[cfg(any(feature = "std", test))]
use super::fields::Written;
use super::page::{LEAST_LOG2, MOST_LOG2, PageHead};
use crate::codec::Codec;
use crate::name::TypeName;
use crate::open::OpenError;

/// A high byte, and line ends that a transfer as text would change.
pub(crate) const MAGIC: [u8; 8] = *b"\x89ALT\r\n\x1a\n";
/// Files of another one are refused.
pub(crate) const MAJOR: u16 = 1;
/// Files of a higher one are read: it adds what may be ignored.
#[cfg(any(feature = "std", test))]
pub(crate) const MINOR: u16 = 0;
/// XXH3-64, seeded by file and place.
const XXH3: u8 = 1;

/// Whether keys may repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Each key stands once: a map, or a set, whose values are `()`.
    Map,
    /// Keys may repeat, with values that ascend.
    Multi,
}

impl Kind {
    const fn number(self) -> u8 {
        match self {
            Self::Map => 1,
            Self::Multi => 2,
        }
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) minor: u16,
    pub(crate) page_log2: u8,
    pub(crate) codec: Codec,
    pub(crate) kind: Kind,
    /// Features that readers may ignore, of which there are none yet.
    pub(crate) ignorable: u32,
    pub(crate) file_id: u128,
    pub(crate) schema: u64,
    pub(crate) widths: (Width, Width),
    pub(crate) types: (TypeName, TypeName),
}

impl Header {
    /// The bytes that it takes.
    pub(crate) const BYTES: usize = 160;

    #[inline]
    pub(crate) const fn page_size(&self) -> usize {
        1 << self.page_log2
    }

    /// Where pages begin: those that are read in place at a multiple of their size, others soon.
    #[inline]
    pub(crate) const fn pages_begin(&self) -> usize {
        match self.codec {
            Codec::Raw => self.page_size(),
            _ => 1 << LEAST_LOG2,
        }
    }

    /// The header in these bytes, if this version can read such files.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, OpenError> {
        let mut fields = Fields(bytes);
        if bytes.len() < Self::BYTES || fields.array() != MAGIC {
            return Err(OpenError::NotASnapshot);
        }
        let (major, minor) = (fields.u16(), fields.u16());
        if major != MAJOR {
            return Err(OpenError::Version { major, minor });
        }
        let [page_log2, checksum, codec, kind] = fields.array();
        let (required, ignorable, reserved) = (fields.u32(), fields.u32(), fields.u64());
        if required != 0 {
            return Err(OpenError::Features(required));
        }
        let (file_id, schema) = (fields.u128(), fields.u64());
        let widths = (Width::from_number(fields.u16()), Width::from_number(fields.u16()));
        let reserved = reserved | u64::from(fields.u32());
        let names = (TypeName::from_bytes(fields.array()), TypeName::from_bytes(fields.array()));
        let kind = [Kind::Map, Kind::Multi].into_iter().find(|known| known.number() == kind);
        let codec = Codec::from_number(codec).ok_or(OpenError::Codec(codec))?;
        let (Some(kind), (Some(key), Some(value))) = (kind, names) else {
            return Err(OpenError::Header);
        };
        let header = Self {
            minor,
            page_log2,
            codec,
            kind,
            ignorable,
            file_id,
            schema,
            widths,
            types: (key, value),
        };
        let right = checksum == XXH3 && reserved == 0 && header.is_possible();
        if right { Ok(header) } else { Err(OpenError::Header) }
    }

    /// Whether pages are of a size that is known, and can hold at least one entry.
    fn is_possible(&self) -> bool {
        if !(LEAST_LOG2..=MOST_LOG2).contains(&self.page_log2) {
            return false;
        }
        let least = |width: Width| match width {
            Width::Fixed(width) => usize::from(width),
            Width::Variable => width.overhead(),
        };
        least(self.widths.0) + least(self.widths.1) <= self.page_size() - PageHead::BYTES
    }

    #[cfg(any(feature = "std", test))]
    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        Written::new()
            .put(&MAGIC)
            .put(&MAJOR.to_le_bytes())
            .put(&self.minor.to_le_bytes())
            .put(&[self.page_log2, XXH3, self.codec.number(), self.kind.number()])
            .put(&[0; 4])
            .put(&self.ignorable.to_le_bytes())
            .put(&[0; 8])
            .put(&self.file_id.to_le_bytes())
            .put(&self.schema.to_le_bytes())
            .put(&self.widths.0.number().to_le_bytes())
            .put(&self.widths.1.number().to_le_bytes())
            .put(&[0; 4])
            .put(&self.types.0.to_bytes())
            .put(&self.types.1.to_bytes())
            .finish()
    }
}
