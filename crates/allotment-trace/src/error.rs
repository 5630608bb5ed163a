//! [`ReadError`] and [`WriteError`]: why a trace cannot be read, or has not been written.

use std::{error, fmt, io};

use crate::key::KeyKind;

/// Why a trace cannot be read on, and where that shows. The message is one line.
///
/// ```
/// use allotment_trace::{ReadFault, TraceReader};
///
/// let error = TraceReader::new(&b"key,value\n1,one\n2,two\n3,three\n"[..]).unwrap_err();
/// assert!(matches!(error.fault, ReadFault::NotATrace));
/// assert_eq!(error.to_string(), "byte 0: not a trace: it does not begin as one does");
/// ```
#[derive(Debug)]
pub struct ReadError {
    /// How many bytes of the file lie before the place that is at fault.
    pub offset: u64,
    /// What is wrong there.
    pub fault: ReadFault,
}

/// What is wrong with a trace.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadFault {
    /// The system cannot read it.
    Io(io::Error),
    /// It begins with other bytes than a trace.
    NotATrace,
    /// It is a trace of a version that this crate does not know.
    Version(u16),
    /// It ends before it is whole. Either something is cut off, or the program that recorded it
    /// ended without finishing it.
    Truncated,
    /// The bytes of the header or of a block are not those that were written.
    Checksum,
    /// A block says that it is longer than blocks can be.
    BlockTooLong(u32),
    /// The checksum is right, and what it is made of is not what a trace has there.
    Malformed(&'static str),
    /// Bytes come behind the end.
    Trailing,
}

impl ReadError {
    pub(crate) fn new(offset: u64, fault: ReadFault) -> Self {
        ReadError { offset, fault }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: ", self.offset)?;
        match &self.fault {
            ReadFault::Io(error) => write!(f, "cannot be read: {error}"),
            ReadFault::NotATrace => f.write_str("not a trace: it does not begin as one does"),
            ReadFault::Version(version) => write!(f, "a trace of unknown version {version}"),
            ReadFault::Truncated => f.write_str("the trace is cut off, or was never finished"),
            ReadFault::Checksum => f.write_str("the trace is damaged: a checksum is wrong"),
            ReadFault::BlockTooLong(length) => {
                write!(f, "the trace is damaged: a block of {length} bytes")
            }
            ReadFault::Malformed(what) => write!(f, "no good trace: {what}"),
            ReadFault::Trailing => f.write_str("bytes behind the end of the trace"),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.fault {
            ReadFault::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Why a trace has not been written. The message is one line.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The system cannot write it.
    Io(io::Error),
    /// A text is longer than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES).
    KeyTooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A key is not what the keys of the trace were said to be.
    WrongKind {
        /// What they were said to be.
        expected: KeyKind,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Io(error) => write!(f, "the trace cannot be written: {error}"),
            WriteError::KeyTooLong { bytes } => {
                write!(f, "a key of {bytes} bytes is too long for a trace")
            }
            WriteError::WrongKind { expected: KeyKind::Integers } => {
                f.write_str("a text among keys that are integers")
            }
            WriteError::WrongKind { expected: KeyKind::Text } => {
                f.write_str("an integer among keys that are text")
            }
        }
    }
}

impl error::Error for WriteError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            WriteError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Io(error)
    }
}
