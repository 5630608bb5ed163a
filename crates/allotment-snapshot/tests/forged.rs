//! Files that say of themselves what is not so, with the right checksums: they are refused, or do
//! harm to no other.

mod common;

use std::cell::Cell;

use allotment_core::streams::Keep;
use allotment_snapshot::{
    OpenError, PageCache, Snapshot, SnapshotOptions, SnapshotReader, Source, Unreadable, WriteError,
};
use allotment_trial::forge;
use common::{ID, file};

/// Where a header has the widths of keys and values.
const KEY_WIDTH: usize = 56;
const VALUE_WIDTH: usize = 58;

/// Bytes in memory that count how often they are read, of which one may be another the first time.
struct Memory {
    bytes: Vec<u8>,
    reads: Cell<usize>,
    other_first: Option<Vec<u8>>,
}

impl Memory {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, reads: Cell::new(0), other_first: None }
    }
}

impl Source for Memory {
    fn size(&self) -> Result<u64, Unreadable> {
        self.bytes.size()
    }

    fn bytes<'s>(
        &'s self,
        offset: u64,
        len: usize,
        scratch: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], Unreadable> {
        let reads = self.reads.replace(self.reads.get() + 1);
        let bytes = self.other_first.as_ref().filter(|_| reads == 0).unwrap_or(&self.bytes);
        bytes.bytes(offset, len, scratch)
    }
}

/// A page is decompressed by what the header says: so a copy with another header must have its own.
#[test]
#[cfg(feature = "lz4")]
fn a_cache_gives_no_file_a_page_of_another() {
    let entries = || (0..30_u64).map(|n| (n, n * n));
    let good = common::packed_file(allotment_snapshot::Codec::Lz4, 1024, entries());
    let mut forged = good.clone();
    (forged[KEY_WIDTH], forged[VALUE_WIDTH]) = (4, 12);
    forge::repair(&mut forged);
    let good = SnapshotReader::<u64, u64, _>::open(good).unwrap();
    let forged = SnapshotReader::open_untyped(forged).unwrap();
    assert_eq!(good.metadata().file_id, forged.metadata().file_id);
    let mut cache = PageCache::new(1 << 20);
    // Whatever that finds: it is in the cache.
    let _ = forged.iter(&mut cache).for_each(|_, _| ());
    assert!(entries().all(|(key, value)| good.get(&mut cache, &key) == Ok(Some(value))));
}

#[test]
fn the_header_is_the_one_that_was_checked() {
    let bytes = file(512, (0..1000_u64).map(|n| (n, n)));
    // The kind, and the schema.
    for (at, other) in [(15, 2), (48, 77)] {
        let mut other_first = bytes.clone();
        other_first[at] = other;
        let source = Memory { other_first: Some(other_first), ..Memory::new(bytes.clone()) };
        let reader = SnapshotReader::<u64, u64, _>::open(source).unwrap();
        let right = Snapshot::<u64, u64, _>::from_bytes(&bytes).unwrap().metadata();
        assert_eq!(reader.metadata(), right);
    }
    // Pages of another size begin elsewhere.
    let mut other_first = bytes.clone();
    other_first[12] += 1;
    let source = Memory { other_first: Some(other_first), ..Memory::new(bytes) };
    assert!(matches!(SnapshotReader::<u64, u64, _>::open(source), Err(OpenError::Footer)));
}

/// Entries without bytes cost a file nothing, so it may not have any number of them.
#[test]
fn entries_without_bytes_are_one() {
    let one = file(512, [([0_u8; 0], ())]);
    assert_eq!(Snapshot::<[u8; 0], (), _>::from_bytes(&one).unwrap().iter().count(), 1);
    // The header is followed by a leaf; the footer says how many entries there are.
    let footer = one.len() - 256;
    let mut many = one.clone();
    many[512 + 4..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
    many[footer + 160..][..8].copy_from_slice(&u64::from(u32::MAX).to_le_bytes());
    forge::repair(&mut many);
    let opened = Snapshot::<[u8; 0], (), _>::from_bytes(&many);
    assert!(matches!(opened, Err(OpenError::Footer)), "{opened:?}");
    assert!(SnapshotReader::open_untyped(many).is_err());
}

#[test]
fn entries_are_as_wide_as_their_types() {
    let mut narrow = file(512, [("", ())]);
    narrow[KEY_WIDTH..][..2].copy_from_slice(&4_u16.to_le_bytes());
    forge::repair(&mut narrow);
    let opened = Snapshot::<str, (), _>::from_bytes(&narrow);
    assert!(matches!(opened, Err(OpenError::Header)), "{opened:?}");
}

#[test]
fn more_pages_than_bytes_are_refused() {
    let bytes = file(512, [(1_u8, 2_u8), (3, 4)]);
    let footer = bytes.len() - 256;
    for at in [168, 176] {
        let mut many = bytes.clone();
        many[footer + 160..][..8].copy_from_slice(&u64::MAX.to_le_bytes());
        many[footer + at..][..8].copy_from_slice(&u64::MAX.to_le_bytes());
        forge::repair(&mut many);
        assert!(matches!(SnapshotReader::open_untyped(many), Err(OpenError::Footer)));
    }
}

/// The same keys are refused wherever they stand.
#[test]
fn a_key_of_more_than_half_a_page_is_refused_anywhere() {
    let long = "b".repeat(300);
    let options = SnapshotOptions::new().page_size(512).file_id(ID);
    for before in [&[][..], &["a"]] {
        let entries = before.iter().copied().chain([&*long]).map(|key| (key, ()));
        let written = options.write(Vec::new(), entries);
        let entry = before.len() as u64;
        let too_large =
            |error| matches!(error, WriteError::TooLarge { entry: at, .. } if at == entry);
        assert!(written.is_err_and(too_large));
    }
}

/// A merge reads each page once.
#[test]
fn caches_of_a_merge_have_a_page_for_each_level() {
    let bytes = file(512, (0..10_000_u64).map(|n| (n, n)));
    let reader = SnapshotReader::<u64, u64, _>::open(Memory::new(bytes)).unwrap();
    let (metadata, ends) = (reader.metadata(), 3);
    assert!(metadata.height >= 3);
    let mut merged = Vec::new();
    SnapshotOptions::new().merge_readers(&mut merged, &[&reader], Keep::Last).unwrap();
    let pages = (metadata.leaves + metadata.index_pages) as usize;
    assert_eq!(reader.into_source().reads.get(), ends + pages);
}
