//! How a contender runs a round of each row.

use std::hint::black_box;
use std::time::Duration;

use super::clock::Stopwatch;
use super::course::{Base, Input};
use super::keys::Key;
use super::map::Map;
use super::row::{Kept, Row};

/// What a round took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) nanos: f64,
    pub(crate) ops: usize,
    /// Something of all answers, that every contender must agree on.
    pub(crate) check: u64,
}

/// A map in the race, of whatever type.
pub(crate) trait Contender<K: Key> {
    fn name(&self) -> &'static str;

    fn substitute(&self, row: Row) -> Option<&'static str>;

    /// Makes a map that rows to come work on.
    fn prepare(&mut self, kept: Kept, base: &Base<K>);

    fn run(&mut self, row: Row, base: &Base<K>, input: &Input<K>, overhead: Duration) -> Taken;

    /// Whether every map that was prepared holds its pairs in the right order.
    fn is_sound(&self) -> bool;
}

/// The maps that one contender keeps from round to round; each is made once.
pub(crate) struct Entrant<M> {
    random: Option<M>,
    bulk: Option<M>,
    churned: Option<M>,
    sound: bool,
}

impl<M> Entrant<M> {
    pub(crate) fn new() -> Entrant<M> {
        Entrant { random: None, bulk: None, churned: None, sound: true }
    }
}

impl<K: Key, M: Map<K>> Contender<K> for Entrant<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn substitute(&self, row: Row) -> Option<&'static str> {
        M::substitute(row)
    }

    fn is_sound(&self) -> bool {
        self.sound
    }

    fn prepare(&mut self, kept: Kept, base: &Base<K>) {
        match kept {
            Kept::Bulk => self.bulk(base),
            Kept::Random => self.random(base),
            Kept::Churned => self.churned(base),
        };
    }

    fn run(&mut self, row: Row, base: &Base<K>, input: &Input<K>, overhead: Duration) -> Taken {
        let watch = Stopwatch::new(overhead);
        match row {
            Row::InsertRandom
            | Row::InsertAscending
            | Row::InsertDescending
            | Row::InsertStreams => insert::<K, M>(watch, input),
            Row::Overwrite => overwrite(watch, self.random(base), input),
            Row::GetHit | Row::GetMiss => get(watch, self.random(base), input),
            Row::GetHitBulk => get(watch, self.bulk(base), input),
            Row::GetChained => get_chained(watch, self.random(base), input),
            Row::GetEach => get_each(watch, self.random(base), input),
            Row::GetAscending => get(watch, self.random(base), input),
            Row::ScanRandom => scan(watch, base, input, self.random(base), M::scan),
            Row::ScanBulk => scan(watch, base, input, self.bulk(base), M::scan),
            Row::ScanBack => scan(watch, base, input, self.random(base), M::scan_back),
            Row::ScanPaged => scan(watch, base, input, self.random(base), M::scan_paged),
            Row::Fold => scan(watch, base, input, self.random(base), M::fold),
            Row::Slices => scan(watch, base, input, self.random(base), M::slices),
            Row::Range10 => range(watch, self.random(base), input, 10),
            Row::Range1000 => range(watch, self.random(base), input, 1000),
            Row::RangeWithin => range_within(watch, self.random(base), input),
            Row::Churn => churn(watch, self.churned(base), input),
            Row::RemoveRandom => remove::<K, M>(watch, input),
            Row::PopFirst => pop_first::<K, M>(watch, input),
            Row::Clone => clone(watch, base, self.random(base), input),
            Row::Drop => drop_all::<K, M>(watch, input),
            Row::Bulk => bulk::<K, M>(watch, input),
            Row::AppendOverlapping | Row::AppendDisjoint => append::<K, M>(watch, input),
        }
    }
}

impl<M> Entrant<M> {
    fn random<K: Key>(&mut self, base: &Base<K>) -> &mut M
    where
        M: Map<K>,
    {
        let sound = &mut self.sound;
        self.random.get_or_insert_with(|| checked(build(&base.present), base, sound))
    }

    fn bulk<K: Key>(&mut self, base: &Base<K>) -> &mut M
    where
        M: Map<K>,
    {
        let sound = &mut self.sound;
        let build = || M::from_sorted(base.sorted.iter().cloned());
        self.bulk.get_or_insert_with(|| checked(build(), base, sound))
    }

    fn churned<K: Key>(&mut self, base: &Base<K>) -> &mut M
    where
        M: Map<K>,
    {
        let sound = &mut self.sound;
        self.churned.get_or_insert_with(|| checked(build(&base.present), base, sound))
    }
}

/// Passes a new map on, and clears `sound` if the map is not what it should be.
fn checked<K: Key, M: Map<K>>(map: M, base: &Base<K>, sound: &mut bool) -> M {
    *sound &= map.pairs().eq(base.sorted.iter().cloned());
    map
}

pub(crate) fn build<K: Key, M: Map<K>>(pairs: &[(K, u64)]) -> M {
    let mut map = M::empty();
    for (key, value) in pairs {
        map.insert(key.clone(), *value);
    }
    map
}

fn done(watch: &Stopwatch, ops: usize, check: u64) -> Taken {
    Taken { nanos: watch.nanos(), ops, check }
}

/// The new map is part of the time: a pool, for one, has to be set up.
fn insert<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let mut pairs = input.pairs(repetition).to_vec();
        ops += pairs.len();
        let (map, replaced) = watch.time(|| {
            let mut map = M::empty();
            let mut replaced = 0;
            // Drained, so that freeing the list is not timed; the same below.
            for (key, value) in pairs.drain(..) {
                replaced += u64::from(map.insert(key, value).is_some());
            }
            (map, replaced)
        });
        check = check.wrapping_add(map.scan()).wrapping_add(replaced);
    }
    done(&watch, ops, check)
}

fn overwrite<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let mut pairs = input.pairs(0).to_vec();
    let ops = pairs.len();
    let map = black_box(map);
    let check = watch.time(|| {
        let mut sum = 0_u64;
        for (key, value) in pairs.drain(..) {
            sum = sum.wrapping_add(map.insert(key, value).unwrap_or(1));
        }
        sum
    });
    done(&watch, ops, check)
}

fn get<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let map: &M = black_box(map);
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let keys = black_box(input.keys(repetition));
        ops += keys.len();
        let sum = watch.time(|| {
            let mut sum = 0_u64;
            for key in keys {
                sum = sum.wrapping_add(map.get(key).unwrap_or(1));
            }
            sum
        });
        check = check.wrapping_add(sum);
    }
    done(&watch, ops, check)
}

/// The place of the next key is computed from the last answer, with a zero that the compiler
/// cannot see through.
fn get_chained<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let map: &M = black_box(map);
    let keys = black_box(input.keys(0));
    let zero = black_box(0_u64);
    let check = watch.time(|| {
        let (mut sum, mut last) = (0_u64, 0_u64);
        for index in 0..keys.len() {
            let key = &keys[index + (last & zero) as usize];
            last = map.get(key).unwrap_or(1);
            sum = sum.wrapping_add(last);
        }
        sum
    });
    done(&watch, keys.len(), check)
}

fn get_each<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let map: &M = black_box(map);
    let keys = black_box(input.keys(0));
    let check = watch.time(|| map.get_each(keys));
    done(&watch, keys.len(), check)
}

fn scan<K: Key, M: Map<K>>(
    mut watch: Stopwatch,
    base: &Base<K>,
    input: &Input<K>,
    map: &mut M,
    sum: impl Fn(&M) -> u64,
) -> Taken {
    let mut check = 0_u64;
    for _ in 0..input.repetitions {
        let map: &M = black_box(&*map);
        check = check.wrapping_add(watch.time(|| sum(map)));
    }
    done(&watch, base.present.len() * input.repetitions, check)
}

fn range<K: Key, M: Map<K>>(
    mut watch: Stopwatch,
    map: &mut M,
    input: &Input<K>,
    count: usize,
) -> Taken {
    let map: &M = black_box(map);
    let keys = black_box(input.keys(0));
    let check = watch.time(|| {
        let mut sum = 0_u64;
        for key in keys {
            sum = sum.wrapping_add(map.scan_from(key, count));
        }
        sum
    });
    done(&watch, keys.len(), check)
}

fn range_within<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let map: &M = black_box(map);
    let (starts, ends) = (black_box(input.keys(0)), black_box(input.keys(1)));
    let check = watch.time(|| {
        let mut sum = 0_u64;
        for (start, end) in starts.iter().zip(ends) {
            sum = sum.wrapping_add(map.scan_within(start, end));
        }
        sum
    });
    done(&watch, starts.len(), check)
}

fn churn<K: Key, M: Map<K>>(mut watch: Stopwatch, map: &mut M, input: &Input<K>) -> Taken {
    let mut pairs = input.pairs(0).to_vec();
    let keys = black_box(input.keys(0));
    let map = black_box(map);
    let check = watch.time(|| {
        let mut sum = 0_u64;
        for (gone, (key, value)) in keys.iter().zip(pairs.drain(..)) {
            sum = sum.wrapping_add(map.remove(gone).unwrap_or(1));
            sum = sum.wrapping_add(map.insert(key, value).unwrap_or(1));
        }
        sum
    });
    done(&watch, keys.len(), check.wrapping_add(map.scan()))
}

fn remove<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let mut map: M = build(input.pairs(repetition));
        let keys = black_box(input.keys(repetition));
        ops += keys.len();
        let sum = watch.time(|| {
            let mut sum = 0_u64;
            for key in keys {
                sum = sum.wrapping_add(map.remove(key).unwrap_or(1));
            }
            sum
        });
        check = check.wrapping_add(sum).wrapping_add(map.scan());
    }
    done(&watch, ops, check)
}

fn pop_first<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let pairs = input.pairs(repetition);
        let mut map: M = build(pairs);
        ops += pairs.len();
        let sum = watch.time(|| {
            let mut sum = 0_u64;
            while let Some((key, value)) = map.pop_first() {
                // Not a plain sum: the order counts.
                sum = sum.rotate_left(1) ^ key.digest().wrapping_add(value);
            }
            sum
        });
        check = check.wrapping_add(sum);
    }
    done(&watch, ops, check)
}

fn clone<K: Key, M: Map<K>>(
    mut watch: Stopwatch,
    base: &Base<K>,
    map: &mut M,
    input: &Input<K>,
) -> Taken {
    let mut check = 0_u64;
    for _ in 0..input.repetitions {
        let map: &M = black_box(&*map);
        let copy = watch.time(|| map.duplicate());
        check = check.wrapping_add(copy.scan());
    }
    done(&watch, base.present.len() * input.repetitions, check)
}

fn drop_all<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let pairs = input.pairs(repetition);
        let map: M = black_box(build(pairs));
        check = check.wrapping_add(map.scan());
        ops += pairs.len();
        watch.time(|| drop(map));
    }
    done(&watch, ops, check)
}

fn bulk<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let mut pairs = input.pairs(repetition).to_vec();
        ops += pairs.len();
        let map = watch.time(|| M::from_sorted(pairs.drain(..)));
        check = check.wrapping_add(map.scan());
    }
    done(&watch, ops, check)
}

fn append<K: Key, M: Map<K>>(mut watch: Stopwatch, input: &Input<K>) -> Taken {
    let (mut ops, mut check) = (0, 0_u64);
    for repetition in 0..input.repetitions {
        let pairs = input.pairs(repetition);
        let mut map = M::from_sorted(pairs.iter().cloned());
        let other = map.sorted_beside(input.other.iter().cloned());
        ops += pairs.len() + input.other.len();
        watch.time(|| map.append(other));
        check = check.wrapping_add(map.scan());
    }
    done(&watch, ops, check)
}
