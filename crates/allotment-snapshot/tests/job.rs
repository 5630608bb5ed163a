//! Snapshots in steps, of maps that change in between.

mod common;

use allotment_core::BTreeMap;
use allotment_snapshot::{Snapshot, SnapshotJob, SnapshotOptions, WriteError};
use common::ID;

fn options() -> SnapshotOptions {
    SnapshotOptions::new().page_size(512).file_id(ID)
}

#[test]
fn steps_of_any_size_write_the_same() {
    let map: BTreeMap<String, u64> = common::words(500).into_iter().collect();
    let whole = common::file(512, &map);
    for budget in [1, 2, 7, 100, 499, 500, 501, usize::MAX] {
        let mut job = SnapshotJob::new(Vec::new(), &options()).unwrap();
        let mut steps = 1;
        while !job.step(&map, budget).unwrap() {
            assert_eq!(job.len(), (steps * budget) as u64);
            steps += 1;
        }
        assert!(job.step(&map, budget).unwrap(), "what is at its end stays there");
        assert!(job.finish().unwrap().out == whole);
    }
}

#[test]
fn what_is_there_throughout_is_written_once() {
    let stays = |key: &u64| key.is_multiple_of(4);
    let mut map: BTreeMap<u64, u64> = (0..2000).map(|n| (n * 2, 0)).collect();
    let mut job = SnapshotJob::new(Vec::new(), &options()).unwrap();
    let mut random = fastrand::Rng::with_seed(3);
    while !job.step(&map, 50).unwrap() {
        for _ in 0..20 {
            let key = random.u64(..4000);
            if stays(&key) {
                continue;
            }
            if random.bool() {
                map.insert(key, 1);
            } else {
                map.remove(&key);
            }
        }
    }
    let bytes = job.finish().unwrap().out;
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(bytes).unwrap();
    snapshot.verify_all().unwrap();
    let written = snapshot.iter().map(|entry| entry.unwrap().0).filter(stays);
    assert!(written.eq((0..4000).step_by(4)));
}

#[test]
fn a_step_that_fails_ends_the_job() {
    let map = BTreeMap::from([("a".to_owned(), "v".repeat(9)), ("b".to_owned(), "v".repeat(999))]);
    let mut job = SnapshotJob::new(Vec::new(), &options()).unwrap();
    assert!(!job.step(&map, 1).unwrap());
    assert!(matches!(job.step(&map, 1), Err(WriteError::TooLarge { entry: 1, .. })));
    assert!(matches!(job.step(&map, 1), Err(WriteError::Poisoned)));
    assert!(matches!(job.finish(), Err(WriteError::Poisoned)));
}
