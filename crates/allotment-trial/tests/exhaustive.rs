//! Every case there is, up to a size: operation sequences, reachable shapes, and trees of up to 64
//! pairs, with three slots a node, and some with five.

use std::collections::BTreeMap as Twin;
use std::collections::HashSet;
use std::ops::Bound;

use allotment_core::shape::{Shape, Small, Tiny};
use allotment_core::{BTreeMap, Dense, Global, Ranked};

use allotment_trial::effort::{effort, tally};
use allotment_trial::walks::assert_same;

type Map<S = Tiny> = BTreeMap<u128, u32, Global, S>;

fn empty<S: Shape<u128>>() -> Map<S> {
    BTreeMap::with_shape_in(Global)
}

/// One operation of a sequence.
#[derive(Clone, Copy, Debug)]
enum Op {
    Insert(u128),
    Remove(u128),
    PopFirst,
    PopLast,
    /// Splits off, and appends what was split off.
    CutAndJoin(u128),
    /// Splits off, and keeps what was split off.
    CutAndSwap(u128),
    /// Takes out what lies between two keys, the second not included.
    CutOut(u128, u128),
    /// Takes out what lies between two keys, and hangs it in again.
    CutAndSplice(u128, u128),
    Compact,
    /// Keeps the pairs at whose positions the mask, repeated, has a bit.
    Retain(u32),
}

/// Whether all leaves but the last two are full; those may share, so that neither is empty.
fn is_packed<S: Shape<u128>>(map: &Map<S>) -> bool {
    let dump = map.dump();
    let leaves = dump.lines().filter_map(|line| line.trim_start().strip_prefix("leaf "));
    let room = leaves.map(|leaf| {
        let (len, rest) = leaf.split_once('/').expect("a length and a capacity");
        let capacity = rest.split_once(':').expect("keys").0;
        capacity.parse::<usize>().expect("a number") - len.parse::<usize>().expect("a number")
    });
    let room: Vec<usize> = room.collect();
    room.iter().rev().skip(2).all(|&room| room == 0)
        && room.iter().rev().nth(1).is_none_or(|&room| room <= 1)
}

fn act<S: Shape<u128>>(map: &mut Map<S>, op: Op) {
    match op {
        Op::Insert(key) => {
            map.insert(key, key as u32);
        }
        Op::Remove(key) => {
            map.remove(&key);
        }
        Op::PopFirst => {
            map.pop_first();
        }
        Op::PopLast => {
            map.pop_last();
        }
        Op::CutAndJoin(key) => {
            let mut tail = map.split_off(&key);
            tail.verify().expect("a valid tail");
            map.verify().expect("a valid head");
            map.append(&mut tail);
        }
        Op::CutAndSwap(key) => {
            let tail = map.split_off(&key);
            map.verify().expect("a valid head");
            *map = tail;
        }
        Op::CutOut(start, end) => {
            map.remove_range(start..end);
        }
        Op::CutAndSplice(start, end) => {
            let middle = map.split_range(start..end);
            middle.verify().expect("a valid middle");
            map.verify().expect("valid sides");
            let mut cursor = map.lower_bound_mut(Bound::Included(&start));
            let first = middle.first_key_value().map(|(key, _)| *key);
            cursor.splice_after(middle).expect("it was cut out there");
            let found = cursor.as_cursor().peek_next().map(|(key, _)| *key);
            assert!(
                first.is_none() || first == found,
                "{found:?} is behind the gap, not {first:?}"
            );
        }
        Op::Compact => {
            map.compact();
            assert!(is_packed(map), "{}", map.dump());
        }
        Op::Retain(mask) => {
            let mut at = 0;
            map.retain(|_, _| {
                at += 1;
                mask.rotate_right(at) & 1 == 1
            });
        }
    }
}

fn act_on_twin(twin: &mut Twin<u128, u32>, op: Op) {
    match op {
        Op::Insert(key) => drop(twin.insert(key, key as u32)),
        Op::Remove(key) => drop(twin.remove(&key)),
        Op::PopFirst => drop(twin.pop_first()),
        Op::PopLast => drop(twin.pop_last()),
        Op::CutAndJoin(_) | Op::CutAndSplice(..) | Op::Compact => {}
        Op::CutOut(start, end) => twin.retain(|key, _| !(start..end).contains(key)),
        Op::CutAndSwap(key) => *twin = twin.split_off(&key),
        Op::Retain(mask) => {
            let mut at = 0;
            twin.retain(|_, _| {
                at += 1;
                mask.rotate_right(at) & 1 == 1
            });
        }
    }
}

fn assert_equal<S: Shape<u128>>(map: &Map<S>, twin: &Twin<u128, u32>, ops: &[Op]) {
    if let Err(violation) = map.verify() {
        panic!("{violation} after {ops:?}\n{}", map.dump());
    }
    assert!(map.iter().eq(twin), "{map:?} is not {twin:?} after {ops:?}\n{}", map.dump());
}

/// Runs all sequences that begin with `ops`, up to `len` operations.
fn sequences(ops: &mut Vec<Op>, alphabet: &[Op], len: usize) -> usize {
    let (mut map, mut twin) = (empty::<Tiny>(), Twin::new());
    for &op in &*ops {
        act(&mut map, op);
        act_on_twin(&mut twin, op);
    }
    assert_equal(&map, &twin, ops);
    let mut count = 1;
    if ops.len() < len {
        for &op in alphabet {
            ops.push(op);
            count += sequences(ops, alphabet, len);
            ops.pop();
        }
    }
    count
}

/// Sequences of five operations, or of six if there is time.
#[test]
fn every_sequence_of_operations_on_four_keys() {
    let mut alphabet = vec![Op::PopFirst, Op::PopLast, Op::Retain(0x5555_5555)];
    for key in 1..=4 {
        alphabet.extend([Op::Insert(key), Op::Remove(key), Op::CutAndJoin(key)]);
    }
    let most = if effort() > 1 { 6 } else { 5 };
    let count = sequences(&mut Vec::new(), &alphabet, most);
    assert_eq!(count, (0..=most).map(|len| 15_usize.pow(len as u32)).sum::<usize>());
    tally("sequences of up to six operations", count as u64);
}

/// The structure without the keys: a line for each node with its level and its length.
fn shape_of<S: Shape<u128>>(map: &Map<S>) -> String {
    let dump = map.dump();
    dump.lines().filter_map(|line| Some(line.split_once('/')?.0.to_owned() + "\n")).collect()
}

/// Every operation on a tree with these keys: each insertion between two, each removal and cut, and
/// some ways to keep a part.
fn all_operations(keys: &[u128]) -> Vec<Op> {
    let mut ops = vec![Op::PopFirst, Op::PopLast, Op::Compact];
    let fences: Vec<u128> =
        [0].into_iter().chain(keys.iter().copied()).chain([u128::MAX]).collect();
    ops.extend(fences.windows(2).map(|pair| Op::Insert(pair[0] + (pair[1] - pair[0]) / 2)));
    for &key in keys {
        ops.extend([Op::Remove(key), Op::CutAndJoin(key), Op::CutAndSwap(key)]);
    }
    for (at, &start) in fences.iter().enumerate() {
        let ends = fences[at + 1..].iter();
        ops.extend(ends.flat_map(|&end| [Op::CutOut(start, end), Op::CutAndSplice(start, end)]));
    }
    for mask in 0..8 {
        ops.push(Op::Retain(mask * 0x0924_9249));
    }
    ops
}

/// Finds every structure that operations can make of up to `pairs_max` pairs, and runs every
/// operation on each. Answers how many structures and how many operations there were.
fn explore<S: Shape<u128>>(pairs_max: usize) -> (usize, usize) {
    let mut known = HashSet::from([shape_of(&empty::<S>())]);
    let mut queue: Vec<Vec<Op>> = vec![Vec::new()];
    let mut operations = 0;
    let mut next = 0;
    while next < queue.len() {
        let replay = || {
            let (mut map, mut twin) = (empty::<S>(), Twin::new());
            for &op in &queue[next] {
                act(&mut map, op);
                act_on_twin(&mut twin, op);
            }
            (map, twin)
        };
        let keys: Vec<u128> = replay().0.into_keys().collect();
        let mut found = Vec::new();
        for op in all_operations(&keys) {
            let (mut map, mut twin) = replay();
            act(&mut map, op);
            act_on_twin(&mut twin, op);
            operations += 1;
            assert_equal(&map, &twin, &[&queue[next][..], &[op]].concat());
            if map.len() <= pairs_max && known.insert(shape_of(&map)) {
                found.push([&queue[next][..], &[op]].concat());
            }
        }
        queue.append(&mut found);
        next += 1;
    }
    (queue.len(), operations)
}

/// Fewer structures than when this was written mean that some can no longer be reached.
fn explore_at_least<S: Shape<u128>>(pairs_max: usize, least: (usize, usize)) {
    let (structures, operations) = explore::<S>(if cfg!(miri) { 4 } else { pairs_max });
    let enough = structures >= least.0 && operations >= least.1;
    assert!(cfg!(miri) || enough, "{structures}, {operations}");
    tally("operations on each structure that small trees can have", operations as u64);
}

#[test]
fn every_operation_on_every_reachable_structure() {
    explore_at_least::<Tiny>(17, (4101, 299_895));
}

/// Each of them with its totals right.
#[test]
fn every_operation_on_every_reachable_structure_that_is_ranked() {
    explore_at_least::<Ranked<Tiny>>(12, (302, 60_298));
}

/// Whose leaves look further for room, and close ranks.
#[test]
fn every_operation_on_every_reachable_structure_that_is_dense() {
    explore_at_least::<Dense<Tiny>>(14, (846, 221_084));
    explore_at_least::<Ranked<Dense<Small>>>(15, (635, 180_548));
}

/// With five slots, nodes on the outer spines can have fewer than the minimum of the others.
#[test]
fn every_operation_on_every_reachable_structure_with_thin_spines() {
    explore_at_least::<Small>(20, (1747, 140_505));
}

/// How the keys of a tree come in.
#[derive(Clone, Copy, Debug)]
enum Build {
    Ascending,
    Descending,
    Zigzag,
}

const BUILDS: [Build; 3] = [Build::Ascending, Build::Descending, Build::Zigzag];

/// A tree of the odd keys below `2 * size`, and its twin.
fn built(size: u128, build: Build) -> (Map, Twin<u128, u32>) {
    let (mut map, mut twin) = (empty(), Twin::new());
    for n in 0..size {
        let rank = match build {
            Build::Ascending => n,
            Build::Descending => size - 1 - n,
            Build::Zigzag if n % 2 == 0 => n / 2,
            Build::Zigzag => size - 1 - n / 2,
        };
        map.insert(2 * rank + 1, n as u32);
        twin.insert(2 * rank + 1, n as u32);
    }
    map.verify().expect("a valid tree");
    (map, twin)
}

/// Runs a check on trees of every size up to 64, however they were built.
fn on_every_tree(check: impl Fn(u128, &dyn Fn() -> (Map, Twin<u128, u32>))) {
    for size in 0..=64 {
        for build in BUILDS {
            check(size, &|| built(size, build));
        }
    }
}

#[test]
fn each_key_is_removed_or_inserted() {
    on_every_tree(|size, tree| {
        for key in 0..=2 * size {
            let (mut map, mut twin) = tree();
            assert_eq!(map.remove(&key), twin.remove(&key));
            assert_equal(&map, &twin, &[Op::Remove(key)]);
            let (mut map, mut twin) = tree();
            assert_eq!(map.insert(key, 7), twin.insert(key, 7));
            assert_equal(&map, &twin, &[Op::Insert(key)]);
        }
    });
}

#[test]
fn trees_are_cut_at_each_key_and_joined() {
    on_every_tree(|size, tree| {
        for key in 0..=2 * size {
            let (mut map, mut twin) = tree();
            let (mut tail, mut twin_tail) = (map.split_off(&key), twin.split_off(&key));
            assert_equal(&map, &twin, &[Op::CutAndSwap(key)]);
            assert_equal(&tail, &twin_tail, &[Op::CutAndSwap(key)]);
            // Once in order and once the wrong way round.
            if key % 2 == 0 {
                map.append(&mut tail);
                twin.append(&mut twin_tail);
                assert_equal(&map, &twin, &[Op::CutAndJoin(key)]);
            } else {
                tail.append(&mut map);
                twin_tail.append(&mut twin);
                assert_equal(&tail, &twin_tail, &[Op::CutAndJoin(key)]);
            }
        }
    });
}

#[test]
fn ranges_between_each_pair_of_keys() {
    for size in (0..=64).step_by(4) {
        for build in BUILDS {
            let (map, twin) = built(size, build);
            for start in 0..=2 * size {
                for end in start..=2 * size {
                    let turns = 0x5A5A_0FF0_1234_5678;
                    assert_same(map.range(start..=end), twin.range(start..=end), turns, 200);
                    let open = (Bound::Excluded(start), Bound::Excluded(end + 1));
                    assert_same(map.range(open), twin.range(open), !turns, 200);
                }
            }
        }
    }
}

#[test]
fn each_residue_is_retained() {
    on_every_tree(|_, tree| {
        for modulus in 1..=7 {
            for residue in 0..modulus {
                let (mut map, mut twin) = tree();
                map.retain(|key, _| key / 2 % modulus == residue);
                twin.retain(|key, _| key / 2 % modulus == residue);
                assert_equal(&map, &twin, &[]);
                let (mut map, mut twin) = tree();
                map.retain(|key, _| key / 2 % modulus != residue);
                twin.retain(|key, _| key / 2 % modulus != residue);
                assert_equal(&map, &twin, &[]);
            }
        }
    });
}

/// Hazard 49: all ways to take up to 8 pairs from the two ends.
#[test]
fn two_ends_meet_in_every_way() {
    for size in 0..=8 {
        for build in BUILDS {
            for turns in 0..1_u64 << size {
                let (mut map, mut twin) = built(size, build);
                assert_same(map.iter(), twin.iter(), turns, 99);
                assert_same(map.iter_mut(), twin.iter_mut(), turns, 99);
                assert_same(map.range(..), twin.range(..), turns, 99);
                assert_same(map.range_mut(1..), twin.range_mut(1..), turns, 99);
                for take in 0..=size as usize + 1 {
                    let (map, twin) = (built(size, build).0, twin.clone());
                    assert_same(map.into_iter(), twin.into_iter(), turns, take);
                }
            }
        }
    }
}

/// Trees of all sizes up to 32 are appended to each other, whichever way their keys lie.
fn append_all<S: Shape<u128>>() {
    // For the n-th key of either tree, where it goes.
    type Lie = fn(u128) -> u128;
    let lies: [(Lie, Lie); 7] = [
        (|n| n, |n| n + 100),
        (|n| n + 100, |n| n),
        (|n| 2 * n, |n| 2 * n + 1),
        (|n| 3 * n, |n| 2 * n),
        (|n| n, |n| n),
        (|n| n, |n| 7 * n + 3),
        (|n| 7 * n + 3, |n| n + 20),
    ];
    let sizes = || (0..=32).step_by(if cfg!(miri) { 8 } else { 1 });
    for (lie, other_lie) in lies {
        for size in sizes() {
            for other_size in sizes() {
                for build in BUILDS {
                    let make = |size: u128, lie: Lie, seed: u32| {
                        let (mut map, mut twin) = (empty::<S>(), Twin::new());
                        for key in built(size, build).0.keys().map(|key| lie(key / 2)) {
                            map.insert(key, key as u32 + seed);
                            twin.insert(key, key as u32 + seed);
                        }
                        (map, twin)
                    };
                    let (mut map, mut twin) = make(size, lie, 0);
                    let (mut other, mut other_twin) = make(other_size, other_lie, 1000);
                    map.append(&mut other);
                    twin.append(&mut other_twin);
                    assert_equal(&map, &twin, &[]);
                    assert_eq!(other.len(), 0);
                    other.verify().expect("an empty tree");
                    map.compact();
                    assert_equal(&map, &twin, &[Op::Compact]);
                    assert!(is_packed(&map), "{}", map.dump());
                }
            }
        }
    }
}

#[test]
fn trees_are_appended_to_each_other() {
    append_all::<Tiny>();
    append_all::<Ranked<Tiny>>();
    append_all::<Dense<Tiny>>();
    append_all::<Small>();
}
