//! Generated integer keys: uniform, ascending, descending, streams, Zipf, clustered.
//!
//! Keys that must be distinct are images of distinct numbers under a permutation, so that no check
//! is needed and each platform gets the same.

use crate::keys::{Keys, Sequence, Victims};
use crate::rng::{Rng, Zipf, mix32, mix64};

/// Keys that churn brings in beyond those that are built, where it re-uses what it removed.
pub(crate) fn fresh_count(entries: usize) -> usize {
    entries / 8 + 1
}

/// `entries` keys and some to spare from a function that gives distinct keys to distinct numbers,
/// and whose keys come in no particular order.
fn scattered<K: Clone>(entries: usize, key: impl Fn(u64) -> K) -> Sequence<K> {
    let all = entries + fresh_count(entries);
    let mut build: Vec<K> = (0..all as u64).map(key).collect();
    let fresh = build.split_off(entries);
    Sequence { build, misses: fresh.clone(), fresh, victims: Victims::Random }
}

pub(crate) fn uniform_u32(entries: usize) -> Keys {
    // The numbers stay distinct up to 2^32, far above any size that is meant.
    Keys::U32(scattered(entries, |number| mix32(number as u32)))
}

pub(crate) fn uniform_u64(entries: usize) -> Keys {
    Keys::U64(scattered(entries, mix64))
}

pub(crate) fn uniform_u128(entries: usize) -> Keys {
    Keys::U128(scattered(entries, |number| {
        (u128::from(mix64(number)) << 64) | u128::from(mix64(!number))
    }))
}

/// A sequence that goes on and on: churn removes the oldest entry and inserts the next. Positions
/// are spread out by 8, with the last 3 bits random below 4, and misses fall into the gaps.
fn endless(entries: usize, seed: u64, mut next: impl FnMut(&mut Rng, u64) -> u64) -> Keys {
    let mut rng = Rng::new(seed);
    let mut keys = (0..2 * entries as u64).map(|number| {
        let jitter = rng.below(4);
        next(&mut rng, number) + jitter
    });
    let build: Vec<u64> = keys.by_ref().take(entries).collect();
    let fresh: Vec<u64> = keys.collect();
    let mut rng = Rng::new(!seed);
    let misses = (0..fresh_count(entries)).map(|_| (build[rng.index(entries)] & !7) + 5).collect();
    Keys::U64(Sequence { build, misses, fresh, victims: Victims::Oldest })
}

pub(crate) fn ascending_u64(entries: usize) -> Keys {
    endless(entries, 1, |_, number| number * 8)
}

pub(crate) fn descending_u64(entries: usize) -> Keys {
    endless(entries, 2, |_, number| (1 << 63) - number * 8)
}

/// 64 streams, each ascending in a range of its own; the next key belongs to any of them.
pub(crate) fn streams_u64(entries: usize) -> Keys {
    let mut lengths = [0; 64];
    endless(entries, 3, move |rng, _| {
        let stream = rng.index(lengths.len());
        let position = lengths[stream];
        lengths[stream] += 1;
        ((stream as u64) << 48) | (position * 8)
    })
}

/// Draws with repeats from `entries` scattered keys, by Zipf's law.
pub(crate) fn zipf_u64(entries: usize) -> Keys {
    let (zipf, mut rng) = (Zipf::new(entries), Rng::new(4));
    let universe = scattered(entries, mix64);
    let build = (0..entries).map(|_| universe.build[zipf.draw(&mut rng)]).collect();
    Keys::U64(Sequence { build, ..universe })
}

/// Runs of 64 close keys around scattered places; within a run the order is mixed.
pub(crate) fn clustered_u64(entries: usize) -> Keys {
    Keys::U64(scattered(entries, |number| {
        let (run, place) = (number / 64, number % 64);
        let start = u64::from(mix32(run as u32)) << 32;
        start + (place * 37 % 64) * 8
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn sequence(keys: Keys) -> Sequence<u64> {
        match keys {
            Keys::U64(sequence) => sequence,
            other => panic!("not u64 keys: {other:?}"),
        }
    }

    const ALL: [fn(usize) -> Keys; 6] =
        [uniform_u64, ascending_u64, descending_u64, streams_u64, zipf_u64, clustered_u64];

    /// The index of the one that repeats keys.
    const ZIPF: usize = 4;

    #[test]
    fn roles_are_disjoint_and_distinct_but_for_zipf() {
        for (index, generate) in ALL.into_iter().enumerate() {
            for entries in [1, 2, 63, 1000] {
                let keys = sequence(generate(entries));
                assert_eq!(keys.build.len(), entries);
                let build: HashSet<_> = keys.build.iter().copied().collect();
                let fresh: HashSet<_> = keys.fresh.iter().copied().collect();
                assert_eq!(fresh.len(), keys.fresh.len());
                assert!(!fresh.is_empty() && build.is_disjoint(&fresh));
                assert!(!keys.misses.is_empty());
                assert!(keys.misses.iter().all(|miss| !build.contains(miss)));
                assert!(build.len() == entries || index == ZIPF);
            }
        }
    }

    #[test]
    fn orders_are_what_they_are_called() {
        let ascending = sequence(ascending_u64(1000));
        assert!(ascending.build.is_sorted());
        assert!(ascending.fresh[0] > ascending.build[999]);
        assert!(sequence(descending_u64(1000)).build.is_sorted_by(|a, b| a > b));

        let streams = sequence(streams_u64(10_000)).build;
        assert!(!streams.is_sorted());
        let used: HashSet<_> = streams.iter().map(|key| key >> 48).collect();
        assert_eq!(used.len(), 64);
        for stream in used {
            assert!(streams.iter().filter(|&key| key >> 48 == stream).is_sorted());
        }
    }

    #[test]
    fn zipf_repeats_and_clusters_cluster() {
        let distinct: HashSet<_> = sequence(zipf_u64(10_000)).build.into_iter().collect();
        assert!((2_000..5_000).contains(&distinct.len()), "{}", distinct.len());

        let mut clustered = sequence(clustered_u64(6400)).build;
        clustered.sort_unstable();
        let close = clustered.windows(2).filter(|pair| pair[1] - pair[0] == 8).count();
        assert_eq!(close, 6300);
    }

    #[test]
    fn first_keys_never_change() {
        assert_eq!(
            sequence(uniform_u64(4)).build[1..3],
            [6_238_072_747_940_578_789, 15_839_785_061_582_574_730]
        );
    }
}
