//! [`Probe`]: a number whose drops are counted and whose user code can be made to panic.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::fuse::{Act, burn};
use crate::ledger::Token;

/// A key or value: comparing, cloning and dropping it burns the fuses of those acts.
pub struct Probe {
    n: u32,
    /// A block of its own, so that tools see a use after the drop.
    _token: Box<Token>,
}

impl Probe {
    /// A probe that compares as this number does.
    #[must_use]
    pub fn new(n: u32) -> Self {
        Self { n, _token: Box::new(Token::new()) }
    }

    /// The number.
    pub fn n(&self) -> u32 {
        self.n
    }
}

impl Default for Probe {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        burn(Act::Clone);
        Self::new(self.n)
    }
}

/// Clones it.
impl From<&Probe> for Probe {
    fn from(probe: &Probe) -> Self {
        probe.clone()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // The token goes even if this panics: fields are dropped while it unwinds.
        burn(Act::Drop);
    }
}

impl PartialEq for Probe {
    fn eq(&self, other: &Self) -> bool {
        self.n == other.n
    }
}

impl Eq for Probe {}

impl PartialOrd for Probe {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Probe {
    fn cmp(&self, other: &Self) -> Ordering {
        burn(Act::Compare);
        self.n.cmp(&other.n)
    }
}

impl Hash for Probe {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.n.hash(state);
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.n.fmt(f)
    }
}

/// Reads the number.
#[cfg(feature = "serde")]
impl<'de> serde_core::Deserialize<'de> for Probe {
    fn deserialize<D: serde_core::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        burn(Act::Call);
        u32::deserialize(deserializer).map(Self::new)
    }
}

/// Reads the number.
#[cfg(feature = "borsh")]
impl borsh::BorshDeserialize for Probe {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        burn(Act::Call);
        u32::deserialize_reader(reader).map(Self::new)
    }
}
