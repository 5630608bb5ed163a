//! [`Codec`]: how pages are compressed.

use core::fmt;

/// How the pages of a file are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not at all: the file is read in place.
    #[default]
    Raw,
}

impl Codec {
    /// How large pages are, unless told otherwise.
    #[cfg(feature = "std")]
    pub(crate) const fn page_size(self) -> usize {
        match self {
            Self::Raw => 4 << 10,
        }
    }

    /// The number that stands for it in files.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Raw => 0,
        }
    }

    /// The codec of a number, if it is known.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Raw),
            _ => None,
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Raw => "raw",
        })
    }
}
