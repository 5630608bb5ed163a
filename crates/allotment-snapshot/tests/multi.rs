//! Multimaps and posting maps: keys that repeat, over as many pages as it takes.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use allotment_core::{BTreeMultiMap, PostingMap};
use allotment_snapshot::{MultiSnapshot, OpenError, Snapshot, SnapshotOptions, WriteError};
use common::{ID, multi_file};

#[test]
fn values_come_back_by_key() {
    // From no value to some that fill many pages.
    let counts = [1_u32, 500, 2, 29, 30, 31, 60, 1, 0, 1000, 3];
    let lists: BTreeMap<u32, BTreeSet<u32>> = (0_u32..)
        .zip(counts)
        .map(|(key, count)| (key * 2, (0..count).map(|n| n * 3).collect()))
        .collect();
    let pairs = || lists.iter().flat_map(|(key, list)| list.iter().map(move |n| (*key, *n)));
    let multimap: BTreeMultiMap<u32, u32> = pairs().collect();
    let bytes = multi_file(512, multimap.iter());
    let snapshot = MultiSnapshot::<u32, u32, _>::from_bytes(&bytes[..]).unwrap();
    assert_eq!(snapshot.verify_all().unwrap().entries, pairs().count() as u64);
    assert!(snapshot.iter().map(Result::unwrap).eq(pairs()));
    for key in 0..24 {
        let none = BTreeSet::new();
        let list = lists.get(&key).unwrap_or(&none);
        assert!(snapshot.get(&key).map(Result::unwrap).eq(list.iter().copied()));
        assert!(snapshot.get(&key).rev().map(Result::unwrap).eq(list.iter().rev().copied()));
        assert_eq!(snapshot.get(&key).remaining(), list.len() as u64);
        assert_eq!(snapshot.contains_key(&key), Ok(!list.is_empty()));
        for value in 0..3010 {
            assert_eq!(snapshot.contains(&key, &value), Ok(list.contains(&value)));
        }
        let range: Vec<_> = snapshot.range(key..key + 5).map(Result::unwrap).collect();
        let expected = pairs().filter(|(other, _)| (key..key + 5).contains(other));
        assert!(range.into_iter().eq(expected));
    }
}

#[test]
fn posting_maps_are_multimaps() {
    let postings: PostingMap<String, u64> =
        (0..2000_u64).map(|n| (common::word(n % 13), n)).collect();
    let bytes = multi_file(512, postings.iter());
    let snapshot = MultiSnapshot::<String, u64, _>::from_bytes(&bytes[..]).unwrap();
    snapshot.verify_all().unwrap();
    for n in 0..13 {
        let ids = snapshot.get(common::word(n).as_str()).map(Result::unwrap);
        assert!(ids.eq((n..2000).step_by(13)));
    }
}

#[test]
fn values_must_ascend() {
    let options = SnapshotOptions::new().page_size(512).file_id(ID);
    let write = |pairs: &[(u8, u8)]| options.write_multi(Vec::new(), pairs.iter().copied());
    assert!(write(&[(1, 1), (1, 2), (2, 0)]).is_ok());
    assert!(matches!(write(&[(1, 1), (1, 1)]), Err(WriteError::Duplicate { entry: 1 })));
    assert!(matches!(write(&[(1, 2), (1, 1)]), Err(WriteError::OutOfOrder { entry: 1 })));
    assert!(matches!(write(&[(2, 1), (1, 1)]), Err(WriteError::OutOfOrder { entry: 1 })));
}

#[test]
fn maps_and_multimaps_are_told_apart() {
    let (map, multi) = (common::file(512, [(1_u8, 2_u8)]), multi_file(512, [(1_u8, 2_u8)]));
    assert_eq!(MultiSnapshot::<u8, u8, _>::from_bytes(&map[..]).unwrap_err(), OpenError::Kind);
    assert_eq!(Snapshot::<u8, u8, _>::from_bytes(&multi[..]).unwrap_err(), OpenError::Kind);
}

#[test]
fn a_bit_that_flips_is_found() {
    let pairs = || (0..300_u16).map(|n| (n / 100, n));
    let mut bytes = multi_file(512, pairs());
    for at in 0..bytes.len() * 8 {
        bytes[at / 8] ^= 1 << (at % 8);
        if let Ok(snapshot) = MultiSnapshot::<u16, u16, _>::from_bytes(&bytes[..]) {
            assert!(snapshot.iter().any(|entry| entry.is_err()), "bit {at}");
            for key in 0..4 {
                let read: Result<Vec<_>, _> = snapshot.get(&key).collect();
                let right = || pairs().filter(|(other, _)| *other == key).map(|(_, n)| n);
                assert!(read.is_err() || read.unwrap().into_iter().eq(right()));
                let value = key * 100 + 50;
                assert!(
                    snapshot.contains(&key, &value).is_ok_and(|has| has == (key < 3))
                        || snapshot.contains(&key, &value).is_err()
                );
            }
        }
        bytes[at / 8] ^= 1 << (at % 8);
    }
}

#[test]
fn multimaps_and_posting_maps_become_one() {
    let pairs =
        |k: u64| (0..3000_u64).filter(move |n| n % 5 == k || n % 7 == 0).map(|n| (n % 40, n));
    let lists: Vec<BTreeSet<(u64, u64)>> = (0..3).map(|k| pairs(k).collect()).collect();
    let postings: PostingMap<u64, u64> = lists[0].iter().copied().collect();
    let mut files: Vec<_> = lists[1..].iter().map(|list| multi_file(512, list.clone())).collect();
    files.push(multi_file(1024, postings.iter()));
    let open = |bytes| MultiSnapshot::<u64, u64, _>::from_bytes(bytes).unwrap();
    let snapshots: Vec<_> = files.iter().map(|bytes| open(&bytes[..])).collect();
    let options = SnapshotOptions::new().page_size(512).file_id(ID);
    let mut merged = Vec::new();
    options.merge_multi(&mut merged, &snapshots.iter().collect::<Vec<_>>()).unwrap();
    let union: BTreeSet<_> = lists.iter().flatten().copied().collect();
    assert!(merged == multi_file(512, union));

    let mut damaged = files[1].clone();
    damaged[3 * 512 + 40] ^= 1;
    let refused = options.merge_multi(Vec::new(), &[&snapshots[0], &open(&damaged[..])]);
    assert!(matches!(refused, Err(WriteError::Damage(damage)) if damage.offset == 3 * 512));
}
