//! Small enough for Miri: files of the first version, and a round trip by each codec that is Rust.

mod common;

use std::fs;
use std::path::Path;

use allotment_snapshot::{
    Codec, InPlace, MultiSnapshot, Named, PageCache, Snapshot, SnapshotReader,
};
use allotment_snapshot::{Damage, TypeName};
use common::{file, multi_file, packed_file, word, words};
use zerocopy::big_endian::U32;

fn golden(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)).unwrap()
}

#[test]
fn miri_golden_files_are_read() {
    let snapshot = Snapshot::<u64, i32, _>::from_bytes(golden("1.0-numbers.snapshot")).unwrap();
    for n in [0, 1, 200, 399] {
        assert_eq!(snapshot.get(&(n * n)), Ok(Some(n as i32 - 200)));
    }
    let bytes = golden("1.0-multimap.snapshot");
    let index = MultiSnapshot::<(u32, f64), u32, _>::from_bytes(bytes).unwrap();
    assert_eq!(index.get(&(1, -0.5)).count(), 80);
    let reader = SnapshotReader::<String, u64, _>::open(golden("1.0-lz4.snapshot")).unwrap();
    let cache = &mut PageCache::new(20_000);
    for n in [0, 7, 2999] {
        assert_eq!(reader.get(cache, &word(n * 7919)), Ok(Some(n)));
    }
}

#[test]
fn miri_what_is_written_is_read_at_any_alignment() {
    let bytes = file(512, words(60));
    for shift in [1, 4] {
        let moved = [&vec![0; shift][..], &bytes].concat();
        let snapshot = Snapshot::<String, u64, _>::from_bytes(&moved[shift..]).unwrap();
        let read: Result<Vec<_>, Damage> = snapshot.iter().rev().collect();
        assert!(read.unwrap().into_iter().rev().eq(words(60).iter().map(|(w, n)| (&**w, *n))));
    }
    let packed = packed_file(Codec::Lz4, 512, (0..60_u64).map(|n| (n, n * 7)));
    let reader = SnapshotReader::<u64, u64, _>::open(packed).unwrap();
    let mut sum = 0;
    reader.iter(&mut PageCache::new(0)).for_each(|_, n| sum += n).unwrap();
    assert_eq!(sum, 59 * 30 * 7);
    let multi = multi_file(512, (0..60_u32).map(|n| (n / 9, n)));
    let index = MultiSnapshot::<u32, u32, _>::from_bytes(multi).unwrap();
    assert_eq!(index.contains(&3, &28), Ok(true));
}

#[derive(
    zerocopy::FromBytes,
    zerocopy::IntoBytes,
    zerocopy::Immutable,
    zerocopy::KnownLayout,
    zerocopy::Unaligned,
    Clone,
    Copy,
    Debug,
    PartialEq,
)]
#[repr(C)]
struct Plot(U32, [u8; 3]);

impl Named for Plot {
    const NAME: TypeName = TypeName::new("Plot");
}

#[test]
fn miri_values_are_viewed_in_place() {
    let plot = |n: u32| Plot(U32::new(n), [n as u8; 3]);
    let bytes = file(512, (0..50_u32).map(|n| (n, InPlace(plot(n)))));
    let snapshot = Snapshot::<u32, InPlace<Plot>, _>::from_bytes(&bytes[..]).unwrap();
    assert!((0..50).all(|n| snapshot.get(&n) == Ok(Some(&plot(n)))));
}
