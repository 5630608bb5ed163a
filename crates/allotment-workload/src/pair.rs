//! [`Pair`]: what the script of an index uses as a key.

use crate::digest::Digest;
use crate::key::Key;

/// A key of an index and one of the ids under it.
///
/// The id comes with a pair as its value, so that the tag of a pair is that of its key: in a script
/// each id belongs to one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair<K> {
    /// What records are found by.
    pub key: K,
    /// A record.
    pub id: u32,
}

impl<K: Key> Key for Pair<K> {
    #[inline]
    fn absorb(self, digest: &mut Digest) {
        self.key.absorb(digest);
        digest.word(u64::from(self.id));
    }

    #[inline]
    fn absorb_tag(self, digest: &mut Digest) {
        self.key.absorb_tag(digest);
    }
}
