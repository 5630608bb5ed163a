//! Traits of other crates, on maps and sets.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};

use allotment_core::equivalent::by;
use allotment_core::proptest::{btree_map, btree_set};
use allotment_core::shape::{Shape, Small, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeSet, Global};
use arbitrary::Unstructured;
use borsh::BorshDeserialize;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use quickcheck::Gen;
use rayon::iter::plumbing::{Folder, UnindexedProducer};
use rayon::prelude::*;

/// Trees of many sizes, walked by several threads: each pair once, in order where that is asked.
#[test]
fn threads_share_a_walk() {
    fn check<S: Shape<u32> + Send>() {
        for len in (0..40).chain([100, 1000, 5000]) {
            let mut map = BTreeMap::<u32, u32, Global, S>::with_shape_in(Global);
            map.extend((0..len).map(|n| (n * 7919 % len * 2, n)));
            let seen: Vec<(u32, u32)> = map.par_iter().map(|(key, value)| (*key, *value)).collect();
            assert!(seen.iter().copied().eq(map.iter().map(|(key, value)| (*key, *value))));
            let twin: Twin<u32, u32> = seen.into_iter().map(|(key, n)| (key, n + key)).collect();
            map.par_iter_mut().for_each(|(key, value)| *value += key);
            assert!(map.iter().eq(&twin));
            assert_eq!(map.par_iter().find_any(|(key, _)| **key == 1), None);
            assert_eq!(map.par_iter().count(), len as usize);
            let mut set = BTreeSet::<u32, _, S>::with_shape_in(Global);
            set.par_extend(twin.par_iter().map(|(key, _)| *key));
            set.verify().expect("a valid tree");
            assert!(set.par_iter().copied().collect::<Vec<_>>().into_iter().eq(twin.into_keys()));
        }
    }
    check::<Tiny>();
    check::<Small>();
    check::<Standard>();
}

/// Parts that no thread can share any further are leaves, and none is empty.
#[test]
fn walks_are_cut_down_to_leaves() {
    fn cut<P: UnindexedProducer<Item = (T, U)>, T, U>(part: P, sizes: &mut Vec<usize>) {
        match part.split() {
            (part, None) => sizes.push(part.fold_with(Count(0)).0),
            (front, Some(back)) => {
                cut(front, sizes);
                cut(back, sizes);
            }
        }
    }
    fn check<S: Shape<u32>>(leaf: usize) {
        for len in [1, 5, 40, 700, 9000] {
            let mut map = BTreeMap::<u32, u32, Global, S>::with_shape_in(Global);
            map.extend((0..len).map(|n| (n * 7919 % len, n)));
            let mut sizes = Vec::new();
            cut(map.par_iter(), &mut sizes);
            assert_eq!(sizes.iter().sum::<usize>(), len as usize);
            // A leaf and the pair above it.
            assert!(sizes.iter().all(|size| (1..=leaf + 1).contains(size)), "{len}: {sizes:?}");
            let mut sizes_mut = Vec::new();
            cut(map.par_iter_mut(), &mut sizes_mut);
            assert_eq!(sizes_mut, sizes);
        }
    }
    check::<Tiny>(3);
    check::<Small>(5);
    check::<Standard>(63);
}

/// Counts what it is given.
struct Count(usize);

impl<T> Folder<T> for Count {
    type Result = ();

    fn consume(self, _: T) -> Self {
        Self(self.0 + 1)
    }

    fn complete(self) {}

    fn full(&self) -> bool {
        false
    }
}

#[test]
fn threads_build_a_map() {
    let numbers = 0..20_000_u32;
    let pair = |n: u32| (n.wrapping_mul(0x9E37_79B1) % 9000, n);
    let map: BTreeMap<u32, u32> = numbers.clone().into_par_iter().map(pair).collect();
    let twin: Twin<u32, u32> = numbers.clone().map(pair).collect();
    map.verify().expect("a valid tree");
    assert!(map.iter().eq(&twin), "of equal keys the last one stays");
    let set: BTreeSet<u32> = map.into_par_iter().map(|(key, _)| key / 3).collect();
    let twin_set: TwinSet<u32> = twin.into_keys().map(|key| key / 3).collect();
    assert!(set.iter().eq(&twin_set));
    assert_eq!(
        set.into_par_iter().map(u64::from).sum::<u64>(),
        twin_set.iter().map(|&n| u64::from(n)).sum::<u64>()
    );
    let mut map = BTreeMap::from([(7, 1), (8, 1)]);
    map.par_extend([(8, 2), (9, 2), (9, 3)]);
    assert_eq!(map, BTreeMap::from([(7, 1), (8, 2), (9, 3)]));
}

/// A panic of one thread reaches the one that asked, and nothing is lost by it.
#[test]
fn threads_panic() {
    let map: BTreeMap<u32, String> = (0..5000).map(|n| (n, n.to_string())).collect();
    let outcome = std::panic::catch_unwind(|| {
        map.par_iter().for_each(|(key, _)| assert!(*key != 2500, "as planned"));
    });
    assert!(outcome.is_err());
    assert!(map.iter().all(|(key, text)| key.to_string() == *text));
    map.verify().expect("a valid tree");
}

#[test]
fn what_compares_is_looked_up() {
    let map: BTreeMap<String, usize> =
        ["ash", "elm", "fir"].map(|tree| (tree.to_owned(), 3)).into();
    assert_eq!(map.get_by(by("elm")), Some((&"elm".to_owned(), &3)));
    assert_eq!(map.get_by(by("oak")), None);
    assert_eq!(map.range_by(by("ash")).count(), 1);
    let set: BTreeSet<u8> = (0..100).collect();
    assert_eq!(set.get_by(by(&70)), Some(&70));
}

#[test]
fn any_bytes_are_a_map() {
    let mut rng = fastrand::Rng::with_seed(5);
    let (mut largest, mut smallest) = (0, usize::MAX);
    for _ in 0..200 {
        let bytes: Vec<u8> = (0..400).map(|_| rng.u8(..)).collect();
        let map: BTreeMap<u16, Vec<u8>> =
            Unstructured::new(&bytes).arbitrary().expect("there are bytes");
        map.verify().expect("a valid tree");
        // The same bytes are the same pairs.
        let twin: Twin<u16, Vec<u8>> = Unstructured::new(&bytes).arbitrary().expect("as many");
        assert!(map.iter().eq(&twin));
        let set: BTreeSet<u16> = Unstructured::new(&bytes).arbitrary().expect("as many");
        (largest, smallest) = (largest.max(set.len()), smallest.min(set.len()));
    }
    assert!(largest > 8 && smallest < 3, "{smallest} to {largest}");
}

#[test]
fn maps_are_shrunk() {
    use quickcheck::Arbitrary;

    let mut random = Gen::new(40);
    let map: BTreeMap<u32, String> = Arbitrary::arbitrary(&mut random);
    let set: BTreeSet<i64> = Arbitrary::arbitrary(&mut random);
    assert!(Arbitrary::shrink(&map).take(50).all(|small| small.len() <= map.len()));
    assert!(Arbitrary::shrink(&set).take(50).all(|small| small.len() <= set.len()));
    let smaller = Arbitrary::shrink(&map).any(|small| small.len() < map.len());
    assert!(smaller || map.is_empty());
}

#[test]
fn strategies_keep_to_their_sizes() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..50 {
        let draw =
            btree_map(0..1000_u32, any::<bool>(), 3..9).new_tree(&mut runner).expect("a draw");
        assert!((3..9).contains(&draw.current().len()));
        let mut draw = btree_set("[a-z]{8}", 5).new_tree(&mut runner).expect("a draw");
        assert_eq!(draw.current().len(), 5);
        while draw.simplify() {
            assert_eq!(draw.current().len(), 5);
        }
        let draw = any::<BTreeMap<u8, u8>>().new_tree(&mut runner).expect("a draw");
        draw.current().verify().expect("a valid tree");
        assert!(any::<BTreeSet<i32>>().new_tree(&mut runner).is_ok());
    }
}

#[test]
fn borsh_reads_what_std_writes() {
    let twin: Twin<String, u32> = (0..500).map(|n| (format!("bed {n}"), n)).collect();
    let map: BTreeMap<String, u32> = twin.clone().into_iter().collect();
    let bytes = borsh::to_vec(&map).expect("memory");
    assert_eq!(bytes, borsh::to_vec(&twin).expect("memory"));
    assert_eq!(BTreeMap::<String, u32>::try_from_slice(&bytes).expect("it was written"), map);
    let twin_set: TwinSet<u16> = (0..300).collect();
    let bytes = borsh::to_vec(&twin_set).expect("memory");
    let set = BTreeSet::<u16>::try_from_slice(&bytes).expect("std's are the same");
    assert!(set.iter().eq(&twin_set));
    assert_eq!(borsh::to_vec(&set).expect("memory"), bytes);
}

#[test]
fn borsh_refuses_what_is_not_canonical() {
    let read = |pairs: &[(u8, u8)]| {
        BTreeMap::<u8, u8>::try_from_slice(&borsh::to_vec(pairs).expect("memory"))
    };
    assert_eq!(read(&[(1, 9), (2, 8)]).expect("ascending").len(), 2);
    for pairs in [[(2, 8), (1, 9)], [(1, 8), (1, 8)]] {
        let error = read(&pairs).expect_err("not ascending");
        assert_eq!(error.to_string(), "keys that do not ascend");
    }
    let elements = borsh::to_vec(&[3_u8, 3][..]).expect("memory");
    assert!(BTreeSet::<u8>::try_from_slice(&elements).is_err());
    // A length that is not there asks for no memory.
    let error = BTreeMap::<u64, u64>::try_from_slice(&u32::MAX.to_le_bytes()).expect_err("short");
    assert_eq!(error.kind(), borsh::io::ErrorKind::InvalidData);
}

#[test]
fn sizes_are_nodes_and_what_is_in_them() {
    use get_size2::GetSize;

    let text = |n: u32| "x".repeat(n as usize);
    let map: BTreeMap<u32, String> = (0..500).map(|n| (n, text(n))).collect();
    let owned: usize = map.values().map(String::capacity).sum();
    assert_eq!(map.get_heap_size(), map.memory_usage().live_bytes + owned);
    assert_eq!(map.get_size(), size_of_val(&map) + map.get_heap_size());
    let set: BTreeSet<String> = (0..500).map(text).collect();
    let owned: usize = set.iter().map(String::capacity).sum();
    assert_eq!(set.get_heap_size(), set.memory_usage().live_bytes + owned);
    assert_eq!(BTreeSet::<u32>::new().get_heap_size(), 0);
}

#[test]
fn schemas_are_those_of_std() {
    use schemars::schema_for;

    assert_eq!(schema_for!(BTreeMap<String, u32>), schema_for!(Twin<String, u32>));
    assert_eq!(schema_for!(BTreeMap<u8, Vec<bool>>), schema_for!(Twin<u8, Vec<bool>>));
    assert_eq!(schema_for!(BTreeSet<i64>), schema_for!(TwinSet<i64>));
    assert_ne!(schema_for!(BTreeSet<i64>), schema_for!(Vec<i64>));
}
