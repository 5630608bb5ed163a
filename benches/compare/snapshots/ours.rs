//! Ours: in place, and compressed through a cache.

use std::cell::RefCell;
use std::path::Path;

use allotment_alloc::Global;
use allotment_snapshot::{Codec, PageCache, Snapshot, SnapshotOptions, SnapshotReader};

use super::input::Input;
use super::store::{Store, added};

/// Read in place, each page checked once.
pub(super) struct InPlace(Snapshot<u64, u64, Vec<u8>>);

fn written(codec: Codec, pairs: &[(u64, u64)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(pairs.len() * 17);
    let options = SnapshotOptions::new().codec(codec);
    options.write(&mut bytes, pairs.iter().copied()).expect("memory takes all");
    bytes
}

impl Store for InPlace {
    type Closed = Vec<u8>;

    fn write(input: &Input, _: &Path) -> Self {
        Self::open(written(Codec::Raw, &input.pairs))
    }

    fn close(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    fn open(bytes: Vec<u8>) -> Self {
        Self(Snapshot::from_bytes(bytes).expect("what was written"))
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        let value = |key| self.0.get(key).expect("no damage").unwrap_or(0);
        keys.iter().map(value).fold(0, added)
    }

    fn sum(&self) -> u64 {
        self.0.iter().fold(0, |sum, pair| {
            let (key, value) = pair.expect("no damage");
            added(added(sum, key), value)
        })
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        let map = self.0.to_map().expect("no damage");
        (map.len(), map)
    }
}

/// Compressed by the codec of a number, and read through a cache that has room for all of it: what
/// is measured is the reading of pages, not their going.
pub(super) struct Packed<const CODEC: usize> {
    reader: SnapshotReader<u64, u64, Vec<u8>>,
    cache: RefCell<PageCache>,
}

const CODECS: [Codec; 2] = [Codec::Lz4, Codec::Zstd];

pub(super) const fn number(codec: Codec) -> usize {
    match codec {
        Codec::Zstd => 1,
        _ => 0,
    }
}

impl<const CODEC: usize> Store for Packed<CODEC> {
    type Closed = Vec<u8>;

    fn write(input: &Input, _: &Path) -> Self {
        Self::open(written(CODECS[CODEC], &input.pairs))
    }

    fn close(self) -> Vec<u8> {
        self.reader.into_source()
    }

    fn open(bytes: Vec<u8>) -> Self {
        let reader = SnapshotReader::open(bytes).expect("what was written");
        let room = 2 * 16 * reader.len() as usize + (1 << 20);
        Self { reader, cache: RefCell::new(PageCache::new(room)) }
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        let cache = &mut *self.cache.borrow_mut();
        let value = |key| self.reader.get(cache, key).expect("no damage").unwrap_or(0);
        keys.iter().map(value).fold(0, added)
    }

    fn sum(&self) -> u64 {
        let (mut sum, mut cache) = (0, self.cache.borrow_mut());
        let walk = self.reader.iter(&mut cache);
        walk.for_each(|key, value| sum = added(added(sum, key), value)).expect("no damage");
        sum
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        let cache = &mut *self.cache.borrow_mut();
        let map = self.reader.to_map_in(cache, Global).expect("no damage");
        (map.len(), map)
    }
}
