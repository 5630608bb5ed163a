//! The nine pairs of bounds that a range can have.

use std::ops::Bound;

/// All pairs of bounds at `start` and `end`; those that make up no range are left out.
pub fn bound_pairs<K: Ord + Clone>(start: K, end: K) -> Vec<(Bound<K>, Bound<K>)> {
    let (start, end) = if start <= end { (start, end) } else { (end, start) };
    let mut pairs = Vec::with_capacity(9);
    for first in 0..3 {
        for last in 0..3 {
            if (first, last) != (1, 1) || start != end {
                pairs.push((bound(first, &start), bound(last, &end)));
            }
        }
    }
    pairs
}

fn bound<K: Clone>(kind: u8, key: &K) -> Bound<K> {
    match kind {
        0 => Bound::Included(key.clone()),
        1 => Bound::Excluded(key.clone()),
        _ => Bound::Unbounded,
    }
}
