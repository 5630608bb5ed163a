//! [`Store`]: pairs in a file, or std's map beside them.

use std::collections::BTreeMap;
use std::path::Path;

use super::input::Input;

/// Sorted pairs that were written, and are open.
pub(super) trait Store: Sized {
    /// Whether it can be closed, and opened again.
    const OPENS: bool = true;

    /// What is left when it is closed.
    type Closed;

    /// Writes the pairs: to memory, or to the folder, and opens them.
    fn write(input: &Input, folder: &Path) -> Self;

    fn close(self) -> Self::Closed;

    fn open(closed: Self::Closed) -> Self;

    /// The sum of the values of keys.
    fn sum_of(&self, keys: &[u64]) -> u64;

    /// The sum of all keys and values.
    fn sum(&self) -> u64;

    /// A map of all pairs in memory, and how many those are. `input` is what was written.
    fn load(&self, input: &Input) -> (usize, impl Sized);
}

/// std's map of pairs, and how many those are.
pub(super) fn collected(pairs: impl Iterator<Item = (u64, u64)>) -> (usize, BTreeMap<u64, u64>) {
    let map: BTreeMap<_, _> = pairs.collect();
    (map.len(), map)
}

/// Adds up without an end.
pub(super) fn added(sum: u64, number: u64) -> u64 {
    sum.wrapping_add(number)
}

impl Store for BTreeMap<u64, u64> {
    const OPENS: bool = false;
    type Closed = Self;

    fn write(input: &Input, _: &Path) -> Self {
        input.pairs.iter().copied().collect()
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

    fn load(&self, input: &Input) -> (usize, impl Sized) {
        collected(input.pairs.iter().copied())
    }
}
