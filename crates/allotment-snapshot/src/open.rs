//! [`OpenError`]: why bytes are not opened as a snapshot.

use alloc::boxed::Box;
use core::error;
use core::fmt;

use crate::codec::Codec;
use crate::name::TypeName;
use crate::source::Unreadable;

/// Why bytes are not opened as a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// They do not begin as one, or are too few.
    NotASnapshot,
    /// Another version of the format, which this one cannot read.
    Version {
        /// Files of another major version are not read.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
    /// Features that this version does not know, and cannot do without: bits of a word.
    Features(u32),
    /// The header says what cannot be.
    Header,
    /// They do not end as a snapshot: its end was cut off, or never written.
    NoFooter,
    /// The footer is not as it was written, or is not that of this file.
    Footer,
    /// The file holds other types.
    Types(Box<TypeMismatch>),
    /// It is a multimap, and a map was asked for, or the other way round.
    Kind,
    /// Its pages are compressed by a codec that this version does not know: its number.
    Codec(u8),
    /// Its pages are compressed by a codec whose feature is not on.
    CodecOff(Codec),
    /// Its pages are compressed, so that it is not read in place, but by a
    /// [`SnapshotReader`](crate::SnapshotReader).
    Compressed(Codec),
    /// The bytes could not be had from where the file is.
    Unreadable(Unreadable),
}

/// The types that a file holds, and those that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeMismatch {
    /// The types of keys and values that were asked for.
    pub expected: (TypeName, TypeName),
    /// Those of the file.
    pub found: (TypeName, TypeName),
}

impl fmt::Display for TypeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((key, value), (found_key, found_value)) = (self.expected, self.found);
        write!(f, "it holds {found_key} -> {found_value}, where {key} -> {value} was expected")
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => f.write_str("not a snapshot: it does not begin as one"),
            Self::Version { major, minor } => {
                write!(f, "a snapshot of version {major}.{minor}, which is not known")
            }
            Self::Features(bits) => {
                write!(f, "a snapshot with features that are not known (bits {bits:#x})")
            }
            Self::Header => f.write_str("the header is damaged: it says what cannot be"),
            Self::NoFooter => f.write_str(
                "the file does not end as a snapshot: it was cut off, or never finished",
            ),
            Self::Footer => f.write_str("header or footer are damaged"),
            Self::Types(mismatch) => mismatch.fmt(f),
            Self::Kind => f.write_str("a map was expected and it is a multimap, or the reverse"),
            Self::Codec(codec) => {
                write!(f, "its pages are compressed by a codec that is not known ({codec})")
            }
            Self::CodecOff(codec) => {
                write!(f, "its pages are compressed by {codec}, which is not built in")
            }
            Self::Compressed(codec) => {
                write!(f, "its pages are compressed by {codec}: it cannot be read in place")
            }
            Self::Unreadable(why) => why.fmt(f),
        }
    }
}

impl error::Error for OpenError {}

impl From<Unreadable> for OpenError {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}
