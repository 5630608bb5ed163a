//! [`Encoded`]: bytes of one key or value.

use alloc::vec::Vec;
use core::fmt;

const INLINE: usize = 64;

/// Bytes of one key or value, as they are written. Short ones are held in place; others in memory
/// that stays for the next.
#[derive(Clone)]
pub struct Encoded {
    inline: [u8; INLINE],
    len: usize,
    /// All bytes, once they are too many; else empty.
    spilled: Vec<u8>,
}

impl Encoded {
    /// No bytes. Allocates nothing.
    #[inline]
    pub const fn new() -> Self {
        Self { inline: [0; INLINE], len: 0, spilled: Vec::new() }
    }

    /// Appends bytes. Allocates where there are more than 64 and than there ever were.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        let len = self.len + bytes.len();
        if len <= INLINE {
            self.inline[self.len..len].copy_from_slice(bytes);
        } else {
            self.spill(bytes);
        }
        self.len = len;
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if self.len <= INLINE {
            self.spilled.extend_from_slice(&self.inline[..self.len]);
        }
        self.spilled.extend_from_slice(bytes);
    }

    /// Removes all bytes, and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        if self.len <= INLINE { &self.inline[..self.len] } else { &self.spilled }
    }
}

impl Default for Encoded {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_in_order_wherever_they_are() {
        let mut encoded = Encoded::new();
        for round in 0..2 {
            let mut expected = Vec::new();
            for byte in 0..200_u8 {
                encoded.push(&[byte, round]);
                expected.extend([byte, round]);
                assert_eq!(encoded.as_slice(), expected);
            }
            encoded.clear();
            assert!(encoded.as_slice().is_empty());
        }
    }
}
