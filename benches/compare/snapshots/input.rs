//! What is written, and what is looked up.

use std::collections::BTreeMap;

use fastrand::Rng;

/// Pairs of a round.
pub(super) struct Input {
    /// In ascending order.
    pub(super) pairs: Vec<(u64, u64)>,
    /// The same as a map, for what only takes one.
    pub(super) map: BTreeMap<u64, u64>,
    /// Their keys in random order.
    pub(super) keys: Vec<u64>,
}

impl Input {
    pub(super) fn new(size: usize, round: usize) -> Input {
        let mut random = Rng::with_seed(round as u64);
        let map: BTreeMap<u64, u64> =
            std::iter::repeat_with(|| (random.u64(..), random.u64(..))).take(size).collect();
        let pairs = map.iter().map(|(key, value)| (*key, *value)).collect();
        let mut keys: Vec<u64> = map.keys().copied().collect();
        random.shuffle(&mut keys);
        Input { pairs, map, keys }
    }
}
