//! [`Codec`]: how pages are compressed.

use core::fmt;

/// How the pages of a file are compressed: each for itself, and stored as it is where it does not
/// shrink.
///
/// A file that is compressed is not read in place: a [`SnapshotReader`](crate::SnapshotReader)
/// decompresses pages into a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// Not at all: the file is read in place.
    #[default]
    Raw,
    /// LZ4, in its block format: quick to read. Needs the feature `lz4`.
    Lz4,
    /// Zstandard: the smaller file. Needs the feature `zstd`.
    Zstd,
}

impl Codec {
    const ALL: [Self; 3] = [Self::Raw, Self::Lz4, Self::Zstd];

    /// Whether it can be written and read: whether its feature is on.
    ///
    /// ```
    /// use allotment_snapshot::Codec;
    ///
    /// assert!(Codec::Raw.is_available());
    /// assert_eq!(Codec::Lz4.is_available(), cfg!(feature = "lz4"));
    /// ```
    pub const fn is_available(self) -> bool {
        match self {
            Self::Raw => true,
            Self::Lz4 => cfg!(feature = "lz4"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }

    /// How large pages are, unless told otherwise.
    #[cfg(feature = "std")]
    pub(crate) const fn page_size(self) -> usize {
        match self {
            Self::Raw => 4 << 10,
            Self::Lz4 | Self::Zstd => 16 << 10,
        }
    }

    /// The number that stands for it in files.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Lz4 => 1,
            Self::Zstd => 2,
        }
    }

    /// The codec of a number, if it is known.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.number() == number)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Raw => "raw",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        })
    }
}
