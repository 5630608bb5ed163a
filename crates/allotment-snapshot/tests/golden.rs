//! Files of the first version, which every later one must read. `ALLOTMENT_BLESS=1` writes those
//! that are not there.

mod common;

use std::fs;
use std::path::Path;

use allotment_snapshot::{Codec, MultiSnapshot, PageCache, Snapshot, SnapshotReader};

/// The golden file of this name. The writer still writes the same.
fn golden(name: &str, written: &[u8]) -> Vec<u8> {
    let golden = shipped(name, written);
    assert!(golden == written, "{name} is not what is written now");
    golden
}

/// The golden file of this name. What a codec makes of the same bytes may change.
fn shipped(name: &str, written: &[u8]) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("ALLOTMENT_BLESS").is_some() && !path.exists() {
        fs::write(&path, written).unwrap();
    }
    fs::read(path).unwrap()
}

#[test]
fn compressed_files_of_version_1_0() {
    let words = common::words(3000);
    for codec in [Codec::Lz4, Codec::Zstd] {
        let written = common::packed_file(codec, 4096, words.clone());
        let bytes = shipped(&format!("1.0-{codec}.snapshot"), &written);
        let reader = SnapshotReader::<String, u64, _>::open(&bytes).unwrap();
        let (cache, mut at) = (&mut PageCache::new(1 << 16), 0);
        assert!(reader.verify_all(cache).is_ok());
        let each = reader.iter(cache).for_each(|word, n| {
            assert_eq!((word, n), (words[at].0.as_str(), words[at].1));
            at += 1;
        });
        assert_eq!((each, at), (Ok(()), 3000));
    }
}

#[test]
fn numbers_of_version_1_0() {
    let entries = || (0..400_u64).map(|n| (n * n, n as i32 - 200));
    let bytes = golden("1.0-numbers.snapshot", &common::file(512, entries()));
    let snapshot = Snapshot::<u64, i32, _>::from_bytes(bytes).unwrap();
    snapshot.verify_all().unwrap();
    assert_eq!(snapshot.metadata().version, (1, 0));
    assert!(snapshot.iter().map(Result::unwrap).eq(entries()));
}

#[test]
fn text_of_version_1_0() {
    let words = common::words(200);
    let entries = || words.iter().map(|(word, n)| (word.as_str(), (n % 3 == 0).then_some(*n)));
    let bytes = golden("1.0-text.snapshot", &common::file(512, entries()));
    let snapshot = Snapshot::<str, Option<u64>, _>::from_bytes(bytes).unwrap();
    snapshot.verify_all().unwrap();
    assert!(snapshot.iter().map(Result::unwrap).eq(entries()));
}

#[test]
fn multimap_of_version_1_0() {
    let entries = || (0..300_u32).map(|n| ((n / 90, 1.5 * f64::from(n / 100) - 2.0), n));
    let bytes = golden("1.0-multimap.snapshot", &common::multi_file(512, entries()));
    let snapshot = MultiSnapshot::<(u32, f64), u32, _>::from_bytes(bytes).unwrap();
    snapshot.verify_all().unwrap();
    assert!(snapshot.iter().map(Result::unwrap).eq(entries()));
}
