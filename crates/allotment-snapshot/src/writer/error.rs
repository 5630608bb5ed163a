//! [`WriteError`]: why a snapshot could not be written.

use core::error;
use core::fmt;
use std::io;

use crate::codec::Codec;
use crate::damage::Damage;

/// Why a snapshot could not be written. The writer then refuses whatever else it is asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The key comes before the one of the entry before it. In a multimap, or the value does where
    /// the keys are the same.
    OutOfOrder {
        /// Which entry, counted from 0.
        entry: u64,
    },
    /// The key is that of the entry before it. In a multimap, and the value is too.
    Duplicate {
        /// Which entry, counted from 0.
        entry: u64,
    },
    /// The entry does not fit a page: larger pages may help.
    TooLarge {
        /// Which entry, counted from 0.
        entry: u64,
        /// The bytes of its key and its value.
        bytes: (usize, usize),
    },
    /// There are no bytes for the key or the value: serde refused it.
    Unstorable {
        /// Which entry, counted from 0.
        entry: u64,
    },
    /// The size of pages is no power of two between 512 and 65,536.
    PageSize(usize),
    /// Pages cannot be compressed so: the feature of that name is not on.
    CodecOff(Codec),
    /// What is written to failed.
    Io(io::Error),
    /// A snapshot that entries were taken from is damaged.
    Damage(Damage),
    /// A snapshot that entries were to be taken from is of a multimap, or is not where one should
    /// be.
    Kind,
    /// There was an error before.
    Poisoned,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfOrder { entry } => write!(f, "entry {entry} comes before the previous one"),
            Self::Duplicate { entry } => write!(f, "entry {entry} repeats the previous one"),
            Self::TooLarge { entry, bytes: (key, value) } => write!(
                f,
                "entry {entry} does not fit a page: its key has {key} bytes, its value {value}"
            ),
            Self::Unstorable { entry } => write!(f, "entry {entry} cannot be serialized"),
            Self::PageSize(size) => {
                write!(f, "{size} bytes is no power of two between 512 and 65536")
            }
            Self::CodecOff(codec) => write!(f, "{codec} is not built in"),
            Self::Io(error) => write!(f, "writing failed: {error}"),
            Self::Damage(damage) => write!(f, "what is copied is damaged: {damage}"),
            Self::Kind => f.write_str("maps and multimaps do not merge with one another"),
            Self::Poisoned => f.write_str("the writer has failed before"),
        }
    }
}

impl error::Error for WriteError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Damage(damage) => Some(damage),
            _ => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Damage> for WriteError {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}
