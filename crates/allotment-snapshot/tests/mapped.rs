//! Files that are mapped into memory.

use std::fs::{self, File};

use allotment_snapshot::{Mapped, MultiSnapshot, ReadError, Snapshot, SnapshotOptions};

type Numbers = Snapshot<u64, u64, Mapped>;

#[test]
fn a_mapped_file_is_read_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beds");
    let options = SnapshotOptions::new();
    options.write_file(&path, (0..10_000_u64).map(|n| (n, n * 2))).unwrap();
    // SAFETY: nobody else knows of the file; it is replaced below, and not changed.
    let old = unsafe { Numbers::map(&File::open(&path).unwrap()) }.unwrap();
    options.write_file(&path, (0..10_000_u64).map(|n| (n, n * 3))).unwrap();
    // SAFETY: nobody else knows of the file.
    let new = unsafe { Numbers::map(&File::open(&path).unwrap()) }.unwrap();
    for key in 0..10_000 {
        assert_eq!((old.get(&key), new.get(&key)), (Ok(Some(key * 2)), Ok(Some(key * 3))));
    }
    new.verify_all().unwrap();

    let path = folder.path().join("index");
    options.write_multi_file(&path, [(1_u8, 1_u8), (1, 2)]).unwrap();
    // SAFETY: nobody else knows of the file.
    let index = unsafe { MultiSnapshot::<u8, u8, Mapped>::map(&File::open(&path).unwrap()) };
    assert_eq!(index.unwrap().get(&1).count(), 2);
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beds");
    for bytes in [&b""[..], b"beans", &[0; 10_000]] {
        fs::write(&path, bytes).unwrap();
        // SAFETY: nobody else knows of the file, which is closed before it is written again.
        let refused = unsafe { Numbers::map(&File::open(&path).unwrap()) };
        assert!(matches!(refused, Err(ReadError::Open(_) | ReadError::Io(_))));
    }
}
