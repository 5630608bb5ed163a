//! The keys of a run, and what each round of a row is given. All of it is made before the clock
//! starts, from a fixed seed, and is the same for every contender.

use fastrand::Rng;

use super::keys::Key;
use super::row::Row;

/// The least and the most operations in a round where their number is free. A short list of keys
/// would be learned by the branch predictor.
pub(crate) const OPS_MIN: usize = 200_000;
pub(crate) const OPS_MAX: usize = 1_000_000;

/// Pairs of a range that has two ends.
const STRETCH: usize = 16;

/// Pairs that scans go over in the time of an operation.
const SCANNED: usize = 10;

/// The keys of a run.
pub(crate) struct Base<K> {
    /// The pairs of the maps that are read, in random order.
    pub(crate) present: Vec<(K, u64)>,
    /// The same in ascending order.
    pub(crate) sorted: Vec<(K, u64)>,
    /// As many keys that are not in the maps.
    absent: Vec<K>,
    /// Keys of interleaved ascending sequences, where the row is run.
    streams: Vec<K>,
}

/// What one round of a row is given.
pub(crate) struct Input<K> {
    /// What a repetition builds from or inserts; in turn, if there are more repetitions.
    pub(crate) pairs: Vec<Vec<(K, u64)>>,
    /// What a repetition looks up or removes, likewise.
    pub(crate) keys: Vec<Vec<K>>,
    /// The pairs of the second map of an append.
    pub(crate) other: Vec<(K, u64)>,
    pub(crate) repetitions: usize,
}

/// Makes the inputs, round by round.
pub(crate) struct Course<K> {
    pub(crate) base: Base<K>,
    ops_min: usize,
    rng: Rng,
    /// The keys in the maps that churn, and those that are not.
    live: Vec<K>,
    away: Vec<K>,
}

/// The value of a key: anything that is not the key.
fn value<K: Key>(key: &K) -> u64 {
    key.digest().rotate_left(32) ^ 0x5555_5555
}

fn pair<K: Key>(key: &K) -> (K, u64) {
    (key.clone(), value(key))
}

impl<K: Key> Course<K> {
    /// From twice as many distinct keys, in random order, as a map shall hold.
    pub(crate) fn new(mut keys: Vec<K>, streams: Vec<K>) -> Course<K> {
        let mut rng = Rng::with_seed(0x6265_6e63);
        rng.shuffle(&mut keys);
        let absent = keys.split_off(keys.len() / 2);
        let present: Vec<(K, u64)> = keys.iter().map(pair).collect();
        let mut sorted = present.clone();
        sorted.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let (live, away) = (keys, absent.clone());
        let base = Base { present, sorted, absent, streams };
        Course { base, ops_min: OPS_MIN, rng, live, away }
    }

    /// The same with another least number of operations: not more than [`OPS_MAX`].
    pub(crate) fn with_ops(self, ops_min: usize) -> Course<K> {
        Course { ops_min, ..self }
    }

    /// Entries of a map.
    pub(crate) fn len(&self) -> usize {
        self.base.present.len()
    }

    /// What the next round of `row` is given.
    pub(crate) fn input(&mut self, row: Row) -> Input<K> {
        let builds = (self.ops_min / self.len()).max(1);
        let scans = (SCANNED * self.ops_min / self.len()).max(1);
        match row {
            Row::InsertRandom | Row::PopFirst | Row::Drop => self.shuffled_maps(builds),
            Row::InsertAscending | Row::Bulk => self.in_order(builds),
            Row::InsertDescending => {
                let mut input = self.in_order(builds);
                input.pairs[0].reverse();
                input
            }
            Row::InsertStreams => self.interleaved(),
            Row::Overwrite => self.overwrites(),
            Row::GetHit | Row::GetHitBulk | Row::GetChained | Row::GetEach => self.hits(ops(self)),
            Row::GetMiss => self.misses(),
            Row::GetAscending => Input {
                keys: vec![self.base.sorted.iter().map(|(key, _)| key.clone()).collect()],
                ..Input::repeated(builds)
            },
            Row::Range10 => self.hits(ops(self) / 20),
            Row::Range1000 => self.hits(ops(self) / 500),
            Row::RangeWithin => self.stretches(ops(self) / 20),
            Row::ScanRandom
            | Row::ScanBulk
            | Row::ScanBack
            | Row::ScanPaged
            | Row::Fold
            | Row::Slices => Input::repeated(scans),
            Row::Clone => Input::repeated(builds),
            Row::Churn => self.swaps(),
            Row::RemoveRandom => self.removals(builds),
            Row::AppendOverlapping => self.overlapping(builds),
            Row::AppendDisjoint => self.disjoint(builds),
        }
    }

    fn shuffled_maps(&mut self, builds: usize) -> Input<K> {
        let pairs = (0..builds).map(|_| self.shuffled()).collect();
        Input { pairs, ..Input::repeated(builds) }
    }

    fn shuffled(&mut self) -> Vec<(K, u64)> {
        let mut pairs = self.base.present.clone();
        self.rng.shuffle(&mut pairs);
        pairs
    }

    fn in_order(&self, builds: usize) -> Input<K> {
        Input { pairs: vec![self.base.sorted.clone()], ..Input::repeated(builds) }
    }

    /// Each repetition goes on where the one before left off, so that none is like another.
    fn interleaved(&self) -> Input<K> {
        let chunk = |keys: &[K]| keys.iter().map(pair).collect();
        let pairs: Vec<Vec<(K, u64)>> = self.base.streams.chunks(self.len()).map(chunk).collect();
        Input { repetitions: pairs.len(), pairs, ..Input::repeated(0) }
    }

    fn overwrites(&mut self) -> Input<K> {
        let salt = self.rng.u64(..);
        let keys = self.draw(ops(self));
        let pairs = keys.into_iter().map(|key| (key, salt)).collect();
        Input { pairs: vec![pairs], ..Input::repeated(1) }
    }

    fn hits(&mut self, count: usize) -> Input<K> {
        Input { keys: vec![self.draw(count)], ..Input::repeated(1) }
    }

    /// Keys to begin a range with, and those before which it ends.
    fn stretches(&mut self, count: usize) -> Input<K> {
        let sorted = &self.base.sorted;
        let key = |index: usize| sorted[index.min(sorted.len() - 1)].0.clone();
        let starts: Vec<usize> = (0..count).map(|_| self.rng.usize(..sorted.len())).collect();
        let ends = starts.iter().map(|start| key(start + STRETCH)).collect();
        Input { keys: vec![starts.into_iter().map(key).collect(), ends], ..Input::repeated(1) }
    }

    fn misses(&mut self) -> Input<K> {
        let count = ops(self);
        let mut keys = Vec::with_capacity(count);
        while keys.len() < count {
            let mut all = self.base.absent.clone();
            self.rng.shuffle(&mut all);
            all.truncate(count - keys.len());
            keys.append(&mut all);
        }
        Input { keys: vec![keys], ..Input::repeated(1) }
    }

    /// Present keys: all of them in random order, and again in another, until there are enough.
    fn draw(&mut self, count: usize) -> Vec<K> {
        let mut keys = Vec::with_capacity(count);
        while keys.len() < count {
            let rest = count - keys.len();
            keys.extend(self.shuffled().into_iter().take(rest).map(|(key, _)| key));
        }
        keys
    }

    fn swaps(&mut self) -> Input<K> {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for _ in 0..ops(self) {
            let here = self.rng.usize(..self.live.len());
            let there = self.rng.usize(..self.away.len());
            gone.push(self.live[here].clone());
            come.push(pair(&self.away[there]));
            std::mem::swap(&mut self.live[here], &mut self.away[there]);
        }
        Input { pairs: vec![come], keys: vec![gone], ..Input::repeated(1) }
    }

    fn removals(&mut self, builds: usize) -> Input<K> {
        let mut input = self.shuffled_maps(builds);
        let half = self.len().div_ceil(2);
        let mut victims = || self.shuffled().into_iter().take(half).map(|(key, _)| key).collect();
        input.keys = (0..builds).map(|_| victims()).collect();
        input
    }

    fn overlapping(&mut self, builds: usize) -> Input<K> {
        let half = self.len().div_ceil(2);
        let shared = half / 8;
        let mut other: Vec<(K, u64)> = self.base.absent[shared..half].iter().map(pair).collect();
        // Other values, to see which of the two stays.
        other.extend(self.base.present[..shared].iter().map(|(key, value)| (key.clone(), !value)));
        other.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        Input { other, ..self.in_order(builds) }
    }

    fn disjoint(&mut self, builds: usize) -> Input<K> {
        let mut all: Vec<(K, u64)> = self.base.sorted.clone();
        all.extend(self.base.absent[..self.len().div_ceil(2)].iter().map(pair));
        all.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let other = all.split_off(self.len());
        Input { pairs: vec![all], other, ..Input::repeated(builds) }
    }
}

impl<K> Input<K> {
    fn repeated(repetitions: usize) -> Input<K> {
        Input { pairs: Vec::new(), keys: Vec::new(), other: Vec::new(), repetitions }
    }

    pub(crate) fn pairs(&self, repetition: usize) -> &[(K, u64)] {
        &self.pairs[repetition % self.pairs.len()]
    }

    pub(crate) fn keys(&self, repetition: usize) -> &[K] {
        &self.keys[repetition % self.keys.len()]
    }
}

/// Operations of a round whose number is free.
fn ops<K: Key>(course: &Course<K>) -> usize {
    course.len().clamp(course.ops_min, OPS_MAX)
}

/// Keys that [`Course::new`] takes as `streams` for maps of `entries`.
pub(crate) fn streams_needed(entries: usize, ops_min: usize) -> usize {
    (ops_min / entries).max(1) * entries
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::keys::{Scattered, streams};
    use super::*;

    fn course(entries: usize) -> Course<u64> {
        Course::new(u64::scattered(2 * entries), streams(streams_needed(entries, OPS_MIN)))
    }

    #[test]
    fn look_ups_are_long_and_different_each_round() {
        let mut course = course(500);
        let (first, second) = (course.input(Row::GetHit), course.input(Row::GetHit));
        assert_eq!(first.keys[0].len(), OPS_MIN);
        assert_ne!(first.keys[0], second.keys[0]);
        assert_ne!(first.keys[0][..500], first.keys[0][500..1000]);
        let present: BTreeSet<u64> = course.base.present.iter().map(|(key, _)| *key).collect();
        assert!(first.keys[0].iter().all(|key| present.contains(key)));
        assert!(course.input(Row::GetMiss).keys[0].iter().all(|key| !present.contains(key)));
    }

    #[test]
    fn swaps_always_find_their_key() {
        let mut course = course(50);
        let mut map: BTreeSet<u64> = course.base.present.iter().map(|(key, _)| *key).collect();
        for _ in 0..3 {
            let input = course.input(Row::Churn);
            for (gone, (come, _)) in input.keys[0].iter().zip(&input.pairs[0]) {
                assert!(map.remove(gone) && map.insert(*come));
            }
        }
        assert_eq!(map.len(), 50);
    }

    #[test]
    fn appended_pairs_overlap_or_do_not() {
        let mut course = course(400);
        let input = course.input(Row::AppendOverlapping);
        let first: BTreeSet<u64> = input.pairs[0].iter().map(|(key, _)| *key).collect();
        let shared = input.other.iter().filter(|(key, _)| first.contains(key)).count();
        assert_eq!((input.other.len(), shared), (200, 25));
        assert!(input.other.is_sorted());

        let input = course.input(Row::AppendDisjoint);
        assert_eq!((input.pairs[0].len(), input.other.len()), (400, 200));
        assert!(input.pairs[0].last().unwrap().0 < input.other[0].0);
    }

    #[test]
    fn repetitions_of_streams_go_on() {
        let mut course = course(1000);
        let input = course.input(Row::InsertStreams);
        assert_eq!((input.repetitions, input.pairs[0].len()), (200, 1000));
        assert_ne!(input.pairs[0], input.pairs[1]);
    }
}
