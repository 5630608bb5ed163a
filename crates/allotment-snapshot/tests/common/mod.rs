//! What the tests of snapshots share: files made of entries.
#![allow(dead_code, reason = "no test uses all of it")]

use allotment_snapshot::{Codec, SnapshotOptions, Stored, StoredKey};

pub(crate) const ID: u128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;

/// A file of these entries, on pages of this size.
pub(crate) fn file<K, V>(page_size: usize, entries: impl IntoIterator<Item = (K, V)>) -> Vec<u8>
where
    K: StoredKey,
    V: Stored,
{
    let mut bytes = Vec::new();
    let options = SnapshotOptions::new().page_size(page_size).file_id(ID);
    options.write(&mut bytes, entries).unwrap();
    bytes
}

/// A file of these entries, compressed.
pub(crate) fn packed_file<K, V>(
    codec: Codec,
    page_size: usize,
    entries: impl IntoIterator<Item = (K, V)>,
) -> Vec<u8>
where
    K: StoredKey,
    V: Stored,
{
    let mut bytes = Vec::new();
    let options = SnapshotOptions::new().codec(codec).page_size(page_size).file_id(ID);
    options.write(&mut bytes, entries).unwrap();
    bytes
}

pub(crate) fn multi_file<K, V>(
    page_size: usize,
    entries: impl IntoIterator<Item = (K, V)>,
) -> Vec<u8>
where
    K: StoredKey,
    V: StoredKey,
{
    let mut bytes = Vec::new();
    let options = SnapshotOptions::new().page_size(page_size).file_id(ID);
    options.write_multi(&mut bytes, entries).unwrap();
    bytes
}

/// Numbers as text, which do not all take as many bytes.
pub(crate) fn word(n: u64) -> String {
    format!("{n:x}-{}", "bed".repeat((n % 7) as usize))
}

/// Words in their order, each with a number.
pub(crate) fn words(count: u64) -> Vec<(String, u64)> {
    let mut words: Vec<_> = (0..count).map(|n| (word(n * 7919), n)).collect();
    words.sort();
    words
}
