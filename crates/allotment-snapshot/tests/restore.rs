//! Back into memory, and several files into one.

mod common;

use allotment_core::streams::Keep;
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global};
use allotment_meter::{Budget, Counting};
use allotment_snapshot::{
    DamageKind, MultiSnapshot, RestoreError, Snapshot, SnapshotOptions, WriteError,
};
use common::{file, multi_file, words};

#[test]
fn collections_come_back() {
    let map: BTreeMap<String, u64> = words(3000).into_iter().collect();
    let bytes = file(512, &map);
    let snapshot = Snapshot::<String, u64, _>::from_bytes(bytes).unwrap();
    assert_eq!(snapshot.to_map().unwrap(), map);

    let set: BTreeSet<i32> = (-500..500).collect();
    let bytes = file(512, set.iter().map(|n| (n, ())));
    assert_eq!(Snapshot::<i32, (), _>::from_bytes(bytes).unwrap().to_set().unwrap(), set);

    let multimap: BTreeMultiMap<u8, u16> = (0..900).map(|n| ((n % 7) as u8, n)).collect();
    let bytes = multi_file(512, multimap.iter());
    let snapshot = MultiSnapshot::<u8, u16, _>::from_bytes(bytes).unwrap();
    assert_eq!(snapshot.to_multimap().unwrap(), multimap);
}

#[test]
fn nodes_are_built_full() {
    let bytes = file(4096, (0..10_000_u64).map(|n| (n, n)));
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(bytes).unwrap();
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let map = snapshot.to_map_in(alloc).unwrap();
    let restored = counter.snapshot();
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let built = BTreeMap::from_iter_in((0..10_000_u64).map(|n| (n, n)), alloc);
    assert_eq!(map.len(), built.len());
    assert_eq!(restored, counter.snapshot());
}

#[test]
fn damage_and_failed_allocation_are_told_apart() {
    let mut bytes = file(512, (0..1000_u64).map(|n| (n, n)));
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(&bytes[..]).unwrap();
    let budget = Budget::new(Global, 4 << 10);
    let account = budget.account().clone();
    assert!(matches!(snapshot.to_map_in(budget), Err(RestoreError::Alloc(_))));
    assert_eq!(account.bytes(), 0);
    bytes[5000] ^= 1;
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(&bytes[..]).unwrap();
    let Err(RestoreError::Damage(damage)) = snapshot.to_map() else { panic!("no damage") };
    assert_eq!((damage.offset, damage.kind), (5000 / 512 * 512, DamageKind::Checksum));
}

#[test]
fn several_become_one() {
    let options = SnapshotOptions::new().page_size(512).file_id(common::ID);
    // Each has every number of a few residues; some numbers are in several.
    let files: Vec<Vec<u8>> = (0..4_u64)
        .map(|k| {
            let numbers = (0..2000_u64).filter(move |n| n % 4 == k || n % 10 == 0);
            file(512, numbers.map(move |n| (n, k)))
        })
        .collect();
    let open = |bytes| Snapshot::<u64, u64, _>::from_bytes(bytes).unwrap();
    let snapshots: Vec<_> = files.iter().map(|bytes| open(&bytes[..])).collect();
    let snapshots: Vec<_> = snapshots.iter().collect();
    for (keep, of_tens) in [(Keep::First, 0), (Keep::Last, 3)] {
        let mut merged = Vec::new();
        options.merge(&mut merged, &snapshots, keep).unwrap();
        let expected = (0..2000_u64).map(|n| (n, if n % 10 == 0 { of_tens } else { n % 4 }));
        assert!(merged == file(512, expected));
    }
    let refused = options.merge(Vec::new(), &snapshots, Keep::All);
    assert!(matches!(refused, Err(WriteError::Duplicate { entry: 1 })));
    assert_eq!(options.merge(Vec::new(), &snapshots[..0], Keep::All).unwrap().entries, 0);
    assert_eq!(options.merge(Vec::new(), &snapshots[..1], Keep::All).unwrap().entries, 600);

    let mut damaged = files[1].clone();
    damaged[4 * 512 + 50] ^= 1;
    let damaged = open(&damaged[..]);
    let refused = options.merge(Vec::new(), &[snapshots[0], &damaged], Keep::Last);
    assert!(matches!(refused, Err(WriteError::Damage(damage)) if damage.offset == 4 * 512));
}
