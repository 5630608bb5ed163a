//! [`Store`]: pairs in a file, or std's map beside them.

use std::collections::BTreeMap;
use std::path::Path;

/// Sorted pairs that were written, and are open.
pub(super) trait Store: Sized {
    /// Whether it can be closed, and opened again.
    const OPENS: bool = true;

    /// What is left when it is closed.
    type Closed;

    /// Writes the pairs: to memory, or to the folder, and opens them.
    fn write(pairs: &[(u64, u64)], folder: &Path) -> Self;

    fn close(self) -> Self::Closed;

    fn open(closed: Self::Closed) -> Self;

    /// The sum of the values of keys.
    fn sum_of(&self, keys: &[u64]) -> u64;

    /// The sum of all keys and values.
    fn sum(&self) -> u64;

    /// How many pairs there are in the map that they make in memory; `pairs` are the same.
    fn load(&self, pairs: &[(u64, u64)]) -> usize;
}

/// Adds up without an end.
pub(super) fn added(sum: u64, number: u64) -> u64 {
    sum.wrapping_add(number)
}

impl Store for BTreeMap<u64, u64> {
    const OPENS: bool = false;
    type Closed = Self;

    fn write(pairs: &[(u64, u64)], _: &Path) -> Self {
        pairs.iter().copied().collect()
    }

    fn close(self) -> Self {
        self
    }

    fn open(closed: Self) -> Self {
        closed
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        keys.iter().map(|key| self[key]).fold(0, added)
    }

    fn sum(&self) -> u64 {
        self.iter().fold(0, |sum, (key, value)| added(added(sum, *key), *value))
    }

    fn load(&self, pairs: &[(u64, u64)]) -> usize {
        pairs.iter().copied().collect::<Self>().len()
    }
}
