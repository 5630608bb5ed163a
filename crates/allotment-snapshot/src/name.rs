//! [`TypeName`]: what a file says of the types of its keys and values.

use core::fmt;
use core::str;

/// The name of a stored type, as it stands in the header of a file: `u64`, `(u32,str)`.
///
/// At most [`MAX`](Self::MAX) printable ASCII characters. A longer one does not compile, where the
/// name is a constant, as all names of [`Stored`](crate::Stored) types are.
///
/// ```
/// use allotment_snapshot::{Stored, TypeName};
///
/// assert_eq!(<(u32, Option<&str>)>::TYPE.as_str(), "(u32,Option<str>)");
/// assert_eq!(TypeName::new("bed").as_str(), "bed");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName {
    /// The name, and zeros up to the end.
    bytes: [u8; Self::MAX],
}

impl TypeName {
    /// The longest name.
    pub const MAX: usize = 48;

    const EMPTY: Self = Self { bytes: [0; Self::MAX] };

    /// A name of one's own. It says how the bytes are to be read: another encoding wants another
    /// name.
    ///
    /// # Panics
    ///
    /// If it is empty, too long, or not of printable ASCII characters.
    pub const fn new(name: &str) -> Self {
        assert!(!name.is_empty(), "a type without a name");
        Self::EMPTY.with(name.as_bytes())
    }

    /// The name of an optional `inner`.
    pub const fn option(inner: Self) -> Self {
        Self::EMPTY.with(b"Option<").with_name(inner).with(b">")
    }

    /// The name of a tuple.
    pub const fn tuple(parts: &[Self]) -> Self {
        let mut name = Self::EMPTY.with(b"(");
        let mut at = 0;
        while at < parts.len() {
            if at > 0 {
                name = name.with(b",");
            }
            name = name.with_name(parts[at]);
            at += 1;
        }
        name.with(b")")
    }

    /// The name of an array of bytes.
    pub const fn byte_array(len: usize) -> Self {
        let mut digits = [0; 20];
        let (mut at, mut rest) = (digits.len(), len);
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let (_, digits) = digits.split_at(at);
        Self::EMPTY.with(b"[u8;").with(digits).with(b"]")
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.len()]).unwrap_or_default()
    }

    /// Whether the names are the same, for constants.
    pub const fn is(&self, other: &Self) -> bool {
        let mut at = 0;
        while at < Self::MAX {
            if self.bytes[at] != other.bytes[at] {
                return false;
            }
            at += 1;
        }
        true
    }

    /// The bytes as they stand in a file.
    #[cfg(any(feature = "std", test))]
    pub(crate) const fn to_bytes(self) -> [u8; Self::MAX] {
        self.bytes
    }

    /// The name that stands in a file, if it is one.
    pub(crate) fn from_bytes(bytes: [u8; Self::MAX]) -> Option<Self> {
        let name = Self { bytes };
        let (text, rest) = bytes.split_at(name.len());
        let fits = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
        (fits && !text.is_empty() && rest.iter().all(|byte| *byte == 0)).then_some(name)
    }

    const fn len(&self) -> usize {
        let mut len = 0;
        while len < Self::MAX && self.bytes[len] != 0 {
            len += 1;
        }
        len
    }

    const fn with_name(self, other: Self) -> Self {
        let (text, _) = other.bytes.split_at(other.len());
        self.with(text)
    }

    const fn with(mut self, text: &[u8]) -> Self {
        let (len, mut at) = (self.len(), 0);
        assert!(len + text.len() <= Self::MAX, "the name of a type is too long");
        while at < text.len() {
            assert!(matches!(text[at], b' '..=b'~'), "the name of a type is not printable ASCII");
            self.bytes[len + at] = text[at];
            at += 1;
        }
        self
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
