//! [`Key`]: what a script asks of the keys it uses.

use std::fmt::Debug;
use std::hash::Hash;

use crate::digest::Digest;

/// A key of a workload: an integer, or text that is borrowed from the loaded input; or either of
/// them with an id, in an index.
///
/// Keys own no memory, so that every block of the heap that is counted is the map's own.
pub trait Key: Ord + Copy + Hash + Debug {
    /// Enters the whole key in the digest.
    fn absorb(self, digest: &mut Digest);

    /// Enters what the key holds without reaching into other memory: an integer's value, a text's
    /// length. Scans use it, so that the time they take is the map's. It is enough to tell keys
    /// apart where the value comes with it, since no two insertions of a script share a value.
    fn absorb_tag(self, digest: &mut Digest);
}

impl Key for u32 {
    #[inline]
    fn absorb(self, digest: &mut Digest) {
        digest.word(u64::from(self));
    }

    #[inline]
    fn absorb_tag(self, digest: &mut Digest) {
        self.absorb(digest);
    }
}

impl Key for u64 {
    #[inline]
    fn absorb(self, digest: &mut Digest) {
        digest.word(self);
    }

    #[inline]
    fn absorb_tag(self, digest: &mut Digest) {
        self.absorb(digest);
    }
}

impl Key for u128 {
    #[inline]
    fn absorb(self, digest: &mut Digest) {
        digest.word(self as u64);
        digest.word((self >> 64) as u64);
    }

    #[inline]
    fn absorb_tag(self, digest: &mut Digest) {
        self.absorb(digest);
    }
}

impl Key for &str {
    fn absorb(self, digest: &mut Digest) {
        digest.word(self.len() as u64);
        for bytes in self.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            digest.word(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn absorb_tag(self, digest: &mut Digest) {
        digest.word(self.len() as u64);
    }
}
