//! Several snapshots that are read through caches become one.

mod common;

use allotment_core::streams::Keep;
use allotment_snapshot::{Codec, SnapshotOptions, SnapshotReader, WriteError};
use common::{ID, packed_file};

const CODECS: [Codec; 3] = [Codec::Raw, Codec::Lz4, Codec::Zstd];

/// Numbers that have nothing in common.
fn of(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[test]
fn readers_of_any_codec_become_one() {
    let open = |bytes: Vec<u8>| SnapshotReader::<u64, u64, _>::open(bytes).unwrap();
    let part = |k: u64| (0..3000_u64).filter(move |n| n % 3 == k || n % 10 == 0);
    let readers: Vec<_> = CODECS
        .into_iter()
        .zip(0..)
        .map(|(codec, k)| open(packed_file(codec, 512, part(k).map(move |n| (n, of(n) + k)))))
        .collect();
    let readers: Vec<_> = readers.iter().collect();
    let options = SnapshotOptions::new().page_size(512).file_id(ID);
    for (keep, of_tens) in [(Keep::First, 0), (Keep::Last, 2)] {
        let mut merged = Vec::new();
        options.merge_readers(&mut merged, &readers, keep).unwrap();
        let from = |n: u64| if n.is_multiple_of(10) { of_tens } else { n % 3 };
        let expected = (0..3000).map(|n| (n, of(n) + from(n)));
        assert!(merged == packed_file(Codec::Raw, 512, expected));
    }
    let refused = options.merge_readers(Vec::new(), &readers, Keep::All);
    assert!(matches!(refused, Err(WriteError::Duplicate { entry: 1 })));
    let refused = options.merge_multi_readers(Vec::new(), &readers);
    assert!(matches!(refused, Err(WriteError::Kind)));

    let mut damaged = packed_file(Codec::Lz4, 512, part(1).map(|n| (n, n)));
    damaged[2000] ^= 1;
    let damaged = open(damaged);
    let refused = options.merge_readers(Vec::new(), &[readers[0], &damaged], Keep::Last);
    assert!(matches!(refused, Err(WriteError::Damage(_))));
}

#[test]
fn readers_of_multimaps_become_one() {
    let options = SnapshotOptions::new().codec(Codec::Zstd).page_size(512).file_id(ID);
    // Some pairs are in both; some keys and values are longer than what is held in place.
    let pair = |n: u64| (format!("{:070}", n / 5), format!("{n:080}"));
    let readers = [2, 3].map(|k| {
        let mut bytes = Vec::new();
        options.write_multi(&mut bytes, (0..600).filter(|n| n % k == 0).map(pair)).unwrap();
        SnapshotReader::<String, String, _>::open(bytes).unwrap()
    });
    let mut merged = Vec::new();
    options.merge_multi_readers(&mut merged, &readers.each_ref()).unwrap();
    let mut expected = Vec::new();
    let both = (0..600).filter(|n| n % 2 == 0 || n % 3 == 0);
    options.write_multi(&mut expected, both.map(pair)).unwrap();
    assert!(merged == expected);
}
