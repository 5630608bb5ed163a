//! [`Digest`]: the order-sensitive hash of all that a script reads back.

/// A running hash of 64-bit words, in order.
///
/// Each word is xored into the state, which is then multiplied by an odd constant and has its upper
/// half folded into its lower one. The same words in another order give another hash; so do a word
/// more or less, but for a chance of about 1 in 2^64. It is not meant to withstand an adversary.
///
/// ```
/// use allotment_workload::Digest;
///
/// let mut forth = Digest::new();
/// forth.word(1);
/// forth.word(2);
/// let mut back = Digest::new();
/// back.word(2);
/// back.word(1);
/// assert_ne!(forth.finish(), back.finish());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    state: u64,
}

impl Digest {
    /// The hash of nothing.
    pub const fn new() -> Self {
        Digest { state: 0xCBF2_9CE4_8422_2325 }
    }

    /// Enters a word.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        let product = (self.state ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.state = product ^ (product >> 32);
    }

    /// Enters a value that may be absent. Absent and 0 differ.
    #[inline]
    pub const fn optional(&mut self, value: Option<u64>) {
        match value {
            Some(value) => {
                self.word(1);
                self.word(value);
            }
            None => self.word(0),
        }
    }

    /// The hash of all that was entered.
    pub const fn finish(self) -> u64 {
        self.state
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}
