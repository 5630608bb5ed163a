//! Files of each codec, through caches of any size: what is written is read, whatever happens to a
//! file is found, and forged ones do no harm.

mod common;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::ControlFlow;

use allotment_core::Global;
use allotment_snapshot::{
    Codec, Damage, DamageKind, MultiSnapshot, OpenError, PageCache, RestoreError, Restored,
    Snapshot, SnapshotOptions, SnapshotReader, StoredKey,
};
use allotment_trial::forge;
use common::{ID, packed_file, word, words};

/// Numbers that have nothing in common.
fn of(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

const CODECS: [Codec; 3] = [Codec::Raw, Codec::Lz4, Codec::Zstd];

/// The entries come back by every way there is to them.
fn check<K, V>(codec: Codec, page_size: usize, entries: &BTreeMap<K, V>)
where
    K: StoredKey + Restored + Ord + Debug,
    V: Restored + PartialEq + Debug,
{
    let bytes = packed_file(codec, page_size, entries);
    let reader = SnapshotReader::<K, V, _>::open(&bytes).unwrap();
    let metadata = reader.metadata();
    assert_eq!((metadata.codec, metadata.page_size), (codec, page_size));
    // One page, some, and all.
    for limit in [0, 20 * page_size, 1 << 24] {
        let cache = &mut PageCache::new(limit);
        let verified = reader.verify_all(cache).unwrap();
        assert_eq!(verified.entries, entries.len() as u64);
        assert_eq!(verified.pages, metadata.leaves + metadata.index_pages);

        let mut expected = entries.iter();
        let mut walk = reader.iter(cache);
        assert_eq!(walk.remaining(), entries.len() as u64);
        while let Some(entry) = walk.next() {
            let (key, value) = entry.unwrap();
            assert_eq!(expected.next(), Some((&K::restore(key), &V::restore(value))));
        }
        assert!(expected.next().is_none() && walk.next_back().is_none());
        let mut expected = entries.iter().rev();
        let mut walk = reader.iter(cache);
        while let Some(entry) = walk.next_back() {
            let (key, value) = entry.unwrap();
            assert_eq!(expected.next(), Some((&K::restore(key), &V::restore(value))));
        }
        assert!(expected.next().is_none());
        let mut expected = entries.iter();
        let each = reader.iter(cache).for_each(|key, value| {
            assert_eq!(expected.next(), Some((&K::restore(key), &V::restore(value))));
        });
        assert!(each.is_ok() && expected.next().is_none());

        for (at, (key, value)) in entries.iter().enumerate().step_by(7) {
            let before = cache.pages_read();
            assert_eq!(reader.get(cache, key).unwrap().map(V::restore).as_ref(), Some(value));
            assert!(cache.pages_read() - before <= u64::from(metadata.height));
            assert_eq!(reader.contains(cache, key), Ok(true));
            assert_eq!(reader.rank(cache, key), Ok(at as u64));
            let nth = reader.nth(cache, at as u64).unwrap().map(|pair| K::restore(pair.0));
            assert_eq!(nth.as_ref(), Some(key));
        }
        let first = reader.first(cache).unwrap().map(|pair| K::restore(pair.0));
        assert_eq!(first.as_ref(), entries.keys().next());
        let last = reader.last(cache).unwrap().map(|pair| K::restore(pair.0));
        assert_eq!(last.as_ref(), entries.keys().next_back());
        assert!(reader.nth(cache, entries.len() as u64).unwrap().is_none());
        assert!(cache.bytes() <= limit.max(page_size + 128));
    }
}

#[test]
fn what_is_written_is_read() {
    for codec in CODECS {
        for count in [0, 1, 2, 30, 31, 500, 5000] {
            check(codec, 512, &(0..count).map(|n: u64| (n * 3, n)).collect());
            check(codec, 1024, &words(count).into_iter().collect());
        }
        check(codec, 16_384, &(0..50_000).map(|n: u32| (n * 7, (n, n > 7))).collect());
        check(codec, 65_536, &words(9000).into_iter().collect());
        check(codec, 4096, &(0..999).map(|n: i16| (n - 500, word(n as u64))).collect());
        check(codec, 512, &BTreeMap::from([((), "one".to_owned())]));
    }
}

#[test]
fn ranges_and_walks_go_on_where_they_stopped() {
    for codec in CODECS {
        let bytes = packed_file(codec, 512, (0..2000_u64).map(|n| (n * 10, n)));
        let reader = SnapshotReader::<u64, u64, _>::open(bytes).unwrap();
        let cache = &mut PageCache::new(4096);
        let mut walk = reader.range(cache, 95..=10_000);
        assert_eq!(walk.remaining(), 991);
        assert_eq!(walk.next(), Some(Ok((100, 10))));
        assert_eq!(walk.next_back(), Some(Ok((10_000, 1000))));
        let flow = walk.try_for_each(|key, _| match key {
            500 => ControlFlow::Break(key),
            _ => ControlFlow::Continue(()),
        });
        assert_eq!(flow, Ok(ControlFlow::Break(500)));
        assert_eq!((walk.next(), walk.remaining()), (Some(Ok((510, 51))), 948));
        walk.skip(900);
        assert_eq!(walk.next(), Some(Ok((9520, 952))));
        walk.skip(u64::MAX);
        assert_eq!((walk.next(), walk.next_back()), (None, None));
        let (low, high) = (20, 30);
        assert_eq!(reader.range(cache, high..low).remaining(), 0);
        assert_eq!(reader.rank(cache, &55), Ok(6));
        assert_eq!(reader.get(cache, &55), Ok(None));
    }
}

#[test]
fn multimaps_have_their_values() {
    let pairs = || (0..4000_u32).map(|n| (n / 37 * 2, n));
    for codec in CODECS {
        let mut bytes = Vec::new();
        let options = SnapshotOptions::new().codec(codec).page_size(512);
        options.write_multi(&mut bytes, pairs()).unwrap();
        let reader = SnapshotReader::<u32, u32, _>::open(&bytes).unwrap();
        let cache = &mut PageCache::new(8192);
        reader.verify_all(cache).unwrap();
        for key in 0..220 {
            let mut found = Vec::new();
            reader.values(cache, &key).for_each(|_, value| found.push(value)).unwrap();
            let expected: Vec<u32> = pairs().filter(|pair| pair.0 == key).map(|p| p.1).collect();
            assert_eq!(reader.get(cache, &key), Ok(expected.first().copied()));
            assert_eq!(reader.contains(cache, &key), Ok(!expected.is_empty()));
            for value in [0, 36, 37, key * 37 / 2, key * 37 / 2 + 9, 4000] {
                let contains = expected.contains(&value);
                assert_eq!(reader.contains_value(cache, &key, &value), Ok(contains));
            }
            assert_eq!(found, expected);
        }
        let in_place = MultiSnapshot::<u32, u32, _>::from_bytes(&bytes[..]);
        let refused = in_place.err();
        assert_eq!(refused, (codec != Codec::Raw).then_some(OpenError::Compressed(codec)));
    }
}

#[test]
fn what_does_not_shrink_is_stored_as_it_is() {
    let mut random = fastrand::Rng::with_seed(5);
    let noise = |_| std::iter::repeat_with(|| random.u8(..)).take(3000).collect::<Vec<u8>>();
    let noise: BTreeMap<_, _> = (0..5_u8).zip((0..5).map(noise)).collect();
    let text = || (0..800_u32).map(|n| (n, "beans, carrots, kale and peas"));
    for codec in [Codec::Lz4, Codec::Zstd] {
        let bytes = packed_file(codec, 4096, &noise);
        let (mut at, mut codecs) = (512, Vec::new());
        while at < bytes.len() - 256 {
            codecs.push(bytes[at + 2]);
            at += forge::number(&bytes, at + 12, 4) as usize;
        }
        assert_eq!(at, bytes.len() - 256);
        // The index page shrinks, or does not.
        let (_, leaves) = codecs.split_last().unwrap();
        assert!(leaves.len() == 5 && leaves.iter().all(|codec| *codec == 0));
        check(codec, 4096, &noise);
        let packed = packed_file(codec, 16_384, text()).len();
        assert!(packed * 5 < packed_file(Codec::Raw, 16_384, text()).len(), "{packed}");
    }
}

type Numbers<'a> = SnapshotReader<u64, u64, &'a [u8]>;

/// How many of the ways to read a file found damage. Those that did not must have been right.
fn refusals(bytes: &[u8], keys: impl Iterator<Item = u64>, count: u64) -> Result<u64, OpenError> {
    let reader = Numbers::open(bytes)?;
    let cache = &mut PageCache::new(1 << 16);
    let mut found = 0;
    for key in keys {
        match reader.get(cache, &key) {
            Ok(value) => assert_eq!(value, (key < count).then(|| of(key))),
            Err(_) => found += 1,
        }
    }
    let mut next = 0;
    let mut walk = reader.iter(cache);
    let read = walk.try_for_each(|key, value| {
        assert_eq!((key, value), (next, of(next)));
        next += 1;
        ControlFlow::<()>::Continue(())
    });
    found += u64::from(read.is_err());
    assert!(found > 0 || next == count);
    Ok(found)
}

fn numbers(codec: Codec, page_size: usize, count: u64) -> Vec<u8> {
    packed_file(codec, page_size, (0..count).map(|n| (n, of(n))))
}

fn flip_every_bit(codec: Codec, page_size: usize, least_bytes: usize, every: usize) {
    let long_enough = |n: &u64| numbers(codec, page_size, n * 50).len() >= least_bytes;
    let count = (1..).find(long_enough).unwrap() * 50;
    let mut bytes = numbers(codec, page_size, count);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let keys = (at as u64 % every as u64..=count).step_by(every);
            assert_ne!(refusals(&bytes, keys, count), Ok(0), "{codec}: bit {bit} of byte {at}");
            bytes[at] ^= 1 << bit;
        }
    }
    assert_eq!(refusals(&bytes, 0..=count, count), Ok(0));
}

#[test]
fn every_bit_counts() {
    for codec in CODECS {
        flip_every_bit(codec, 512, 2 << 10, 40);
    }
}

/// `ALLOTMENT_FLIP_BYTES=1048576` takes files of 1 MiB: that takes hours.
#[test]
fn every_bit_of_larger_pages_counts() {
    let bytes = std::env::var("ALLOTMENT_FLIP_BYTES").ok().and_then(|text| text.parse().ok());
    for codec in [Codec::Lz4, Codec::Zstd] {
        flip_every_bit(codec, 16_384, bytes.unwrap_or(2 << 10), 64);
    }
}

#[test]
fn every_length_but_the_right_one_is_refused() {
    for codec in CODECS {
        let mut bytes = numbers(codec, 512, 300);
        for length in 0..bytes.len() {
            assert!(Numbers::open(&bytes[..length]).is_err(), "{codec}: {length} bytes");
            assert!(length == 0 || Numbers::open(&bytes[length..]).is_err());
        }
        for byte in [0, 1, 255] {
            bytes.push(byte);
            assert_eq!(Numbers::open(&bytes).unwrap_err(), OpenError::NoFooter);
            bytes.pop();
        }
    }
}

/// Where pages begin, up to the footer.
fn places(bytes: &[u8]) -> Vec<usize> {
    let mut places = vec![if bytes[14] == 0 { forge::page_size(bytes) } else { 512 }];
    while places[places.len() - 1] < bytes.len() - 256 {
        let at = places[places.len() - 1];
        places.push(at + forge::number(bytes, at + 12, 4) as usize);
    }
    places
}

#[test]
fn pages_that_change_places_are_found() {
    for codec in CODECS {
        let bytes = numbers(codec, 512, 900);
        let places = places(&bytes);
        assert!(places.len() > 20 && places[places.len() - 1] == bytes.len() - 256);
        for one in 0..places.len() - 1 {
            for other in one + 1..places.len() - 1 {
                // In the order of the file, but for these two.
                let mut order: Vec<usize> = (0..places.len() - 1).collect();
                order.swap(one, other);
                let pages = order.iter().map(|at| &bytes[places[*at]..places[at + 1]]);
                let footer = &bytes[bytes.len() - 256..];
                let swapped = [&bytes[..places[0]], &pages.collect::<Vec<_>>().concat(), footer];
                let refused = refusals(&swapped.concat(), 0..=900, 900);
                assert_ne!(refused, Ok(0), "{codec}: pages {one} and {other}");
            }
        }
    }
}

#[test]
fn pages_of_another_file_are_found() {
    for codec in [Codec::Lz4, Codec::Zstd] {
        let bytes = numbers(codec, 512, 900);
        let mut other = Vec::new();
        let options = SnapshotOptions::new().codec(codec).page_size(512).file_id(ID + 1);
        options.write(&mut other, (0..900_u64).map(|n| (n, of(n)))).unwrap();
        // The same leaves: their bytes say nothing of the file, and their checksums do.
        assert_eq!(bytes[512..700], other[512..700]);
        let ends = places(&bytes);
        let page = ends[3]..ends[4];
        assert_eq!(bytes[page.clone()], other[page.clone()]);
        for (at, pair) in ends.windows(2).enumerate() {
            let mut spliced = other.clone();
            let page = pair[0]..pair[1];
            if spliced.len() < page.end || bytes[page.clone()] == spliced[page.clone()] {
                continue;
            }
            spliced[page.clone()].copy_from_slice(&bytes[page]);
            assert_ne!(refusals(&spliced, 0..=900, 900), Ok(0), "{codec}: page {at}");
        }
    }
}

#[test]
fn what_is_not_damaged_stays_readable() {
    for codec in CODECS {
        let mut bytes = numbers(codec, 512, 600);
        let place = places(&bytes)[2];
        bytes[place + 40] ^= 1;
        let reader = Numbers::open(&bytes).unwrap();
        let cache = &mut PageCache::new(4096);
        let damage = reader.get(cache, &70).unwrap_err();
        let expected = Damage { offset: place as u64, level: Some(0), kind: DamageKind::Checksum };
        assert_eq!(damage, expected);
        // It is no better the next time, and others are none the worse.
        assert_eq!(reader.get(cache, &70), Err(damage));
        let mut readable = 0;
        (0..600).for_each(|key| readable += u32::from(reader.get(cache, &key).is_ok()));
        assert_eq!(readable, 570);
        assert_eq!(reader.verify_all(cache), Err(damage));
        let mut walk = reader.iter(cache);
        walk.skip(55);
        assert!((0..5).all(|_| walk.next().is_some_and(|entry| entry.is_ok())));
        assert_eq!((walk.next(), walk.next()), (Some(Err(damage)), None));
        assert_eq!(reader.range(cache, 65..).next(), Some(Err(damage)));
    }
}

/// Reads everything, whatever it is, within the pages that a look-up may read.
fn exercise<K: StoredKey>(bytes: &[u8], keys: &[K]) -> Option<Result<(), Damage>> {
    let reader = SnapshotReader::<K, u64, _>::open(bytes).ok()?;
    let height = u64::from(reader.metadata().height);
    // A cache of one page: what is asked for is read.
    let cache = &mut PageCache::new(0);
    for key in keys {
        let before = cache.pages_read();
        _ = reader.get(cache, key);
        assert!(cache.pages_read() - before <= height + 1);
        _ = reader.rank(cache, key);
        assert!(cache.pages_read() - before <= 2 * (height + 1));
    }
    let mut back = 0;
    let mut walk = reader.iter(cache);
    while let Some(Ok(_)) = walk.next_back() {
        back += 1;
    }
    let verified = reader.verify_all(&mut PageCache::new(1 << 20));
    assert!(verified.is_err() || back == reader.len());
    assert!(cache.bytes() <= reader.metadata().page_size + 128);
    Some(verified.map(|_| ()))
}

#[test]
fn forged_checksums_do_no_harm() {
    let keys: Vec<String> = words(400).into_iter().step_by(57).map(|(word, _)| word).collect();
    let mut random = fastrand::Rng::with_seed(11);
    for codec in CODECS {
        // One page, whose root is a leaf, if it is compressed: see `forge::repair`.
        let (size, count) = if codec == Codec::Raw { (512, 400) } else { (16_384, 400) };
        let text = packed_file(codec, size, words(count));
        let mut kinds = [0; 3];
        for _ in 0..4000 {
            let mut file = text.clone();
            for _ in 0..random.usize(1..4) {
                let (last, at) = (file.len() - 1, random.usize(..file.len()));
                let at = match random.u8(..8) {
                    0 => random.usize(..160),
                    1 => last - random.usize(..100),
                    2 => 512 + random.usize(..32),
                    _ => at,
                };
                file[at] = match random.u8(..3) {
                    0 => random.u8(..),
                    1 => [0, 1, 0x7f, 0x80, 0xff][random.usize(..5)],
                    _ => file[at] ^ 1 << random.u8(..8),
                };
            }
            forge::repair(&mut file);
            match exercise(&file, &keys) {
                None => kinds[0] += 1,
                Some(Ok(())) => kinds[1] += 1,
                Some(Err(_)) => kinds[2] += 1,
            }
        }
        // Some are refused, some damaged, and some but another file.
        assert!(kinds.iter().all(|kind| *kind > 50), "{codec}: {kinds:?}");
    }
}

#[test]
fn codecs_are_told_apart() {
    for codec in [Codec::Lz4, Codec::Zstd] {
        let bytes = numbers(codec, 512, 100);
        let refused = Snapshot::<u64, u64, _>::from_bytes(&bytes[..]).unwrap_err();
        assert_eq!(refused, OpenError::Compressed(codec));
        let said = format!("its pages are compressed by {codec}: it cannot be read in place");
        assert_eq!(refused.to_string(), said);
        // A page says what it is, and no other codec than that of the file, or none.
        let mut other = bytes.clone();
        other[14] = 3 - other[14];
        forge::repair(&mut other);
        let reader = Numbers::open(&other).unwrap();
        assert!(reader.get(&mut PageCache::new(0), &5).is_err());
    }
    let mut bytes = numbers(Codec::Lz4, 512, 100);
    bytes[14] = 9;
    assert_eq!(Numbers::open(&bytes).unwrap_err(), OpenError::Codec(9));
}

#[test]
fn files_on_disk_are_read_by_the_page() {
    let folder = tempfile::tempdir().unwrap();
    for codec in CODECS {
        let path = folder.path().join("numbers");
        let entries = (0..100_000_u64).map(|n| (n, of(n)));
        SnapshotOptions::new().codec(codec).write_file(&path, entries).unwrap();
        let reader = SnapshotReader::<u64, u64, _>::open_file(&path).unwrap();
        let cache = &mut PageCache::new(100_000);
        for key in (0..100_001).step_by(913) {
            let value = (key < 100_000).then(|| of(key));
            assert_eq!(reader.get(cache, &key), Ok(value));
        }
        reader.verify_all(cache).unwrap();
        // What is cut off while it is read cannot be read, and what was read still can.
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        assert_eq!(reader.get(cache, &99_999), Ok(Some(of(99_999))));
        file.set_len(1000).unwrap();
        assert_eq!(reader.get(cache, &99_999), Ok(Some(of(99_999))));
        let damage = reader.get(cache, &50_000).unwrap_err();
        assert!(matches!(damage.kind, DamageKind::Unreadable(_)), "{damage}");
    }
}

#[test]
fn one_cache_serves_many() {
    let one = packed_file(Codec::Lz4, 1024, (0..3000_u64).map(|n| (n, n)));
    let mut two = Vec::new();
    let options = SnapshotOptions::new().codec(Codec::Lz4).page_size(1024).file_id(ID + 1);
    options.write(&mut two, (0..3000_u64).map(|n| (n, n + 1))).unwrap();
    let three = packed_file(Codec::Zstd, 4096, (0..3000_u64).map(|n| (n, n + 2)));
    let readers = [&one, &two, &three].map(|bytes| Numbers::open(bytes).unwrap());
    let cache = &mut PageCache::new(1 << 18);
    for key in (0..3000).step_by(11) {
        for (more, reader) in (0..).zip(&readers) {
            assert_eq!(reader.get(cache, &key), Ok(Some(key + more)));
        }
    }
}

/// Entries and a file of them, beside the same data one after the other, through zstd as a whole.
fn against_zstd<K: StoredKey, V: allotment_snapshot::Stored>(
    entries: impl Iterator<Item = (K, V)>,
    flat: &[u8],
) -> f64 {
    let mut bytes = Vec::new();
    let options = SnapshotOptions::new().codec(Codec::Zstd).file_id(ID);
    options.write(&mut bytes, entries).unwrap();
    bytes.len() as f64 / zstd::bulk::compress(flat, 3).unwrap().len() as f64
}

#[test]
fn zstd_takes_little_more_than_zstd_of_the_whole() {
    let mut random = fastrand::Rng::with_seed(3);
    let numbers: BTreeMap<u64, u64> = (0..50_000).map(|n| (random.u64(..1 << 40), n)).collect();
    let flat = |pairs: &mut dyn Iterator<Item = (u64, u64)>| -> Vec<u8> {
        pairs.flat_map(|(key, value)| [key.to_le_bytes(), value.to_le_bytes()].concat()).collect()
    };
    let bytes = flat(&mut numbers.iter().map(|(key, value)| (*key, *value)));
    let ratio = against_zstd(numbers.iter(), &bytes);
    assert!(ratio <= 1.25, "{ratio} of random keys");
    let steps = || (0..50_000_u64).map(|n| (n, n * 5));
    let ratio = against_zstd(steps(), &flat(&mut steps()));
    assert!(ratio <= 0.2, "{ratio} of steps");
    let words = words(50_000);
    let bytes: Vec<u8> = words
        .iter()
        .flat_map(|(word, n)| [word.as_bytes(), b"\n", &n.to_le_bytes()].concat())
        .collect();
    let ratio = against_zstd(words.iter().map(|(word, n)| (word, *n)), &bytes);
    assert!(ratio <= 1.25, "{ratio} of text");
}

#[test]
fn compressed_files_come_back_into_memory() {
    for codec in CODECS {
        let words: BTreeMap<String, u64> = words(2000).into_iter().collect();
        let mut bytes = packed_file(codec, 1024, &words);
        let cache = &mut PageCache::new(8192);
        let reader = SnapshotReader::<String, u64, _>::open(&bytes[..]).unwrap();
        let map = reader.to_map_in(cache, Global).unwrap();
        assert!(map.into_iter().eq(words));
        assert_eq!(reader.to_multimap_in(cache, Global).unwrap_err(), RestoreError::Kind);
        let page = places(&bytes)[5];
        bytes[page + 40] ^= 1;
        let reader = SnapshotReader::<String, u64, _>::open(&bytes[..]).unwrap();
        cache.clear();
        let refused = reader.to_map_in(cache, Global).unwrap_err();
        assert!(matches!(refused, RestoreError::Damage(damage) if damage.offset == page as u64));

        let pairs = || (0..2000_u32).map(|n| (n / 30, n));
        let mut bytes = Vec::new();
        SnapshotOptions::new().codec(codec).write_multi(&mut bytes, pairs()).unwrap();
        let reader = SnapshotReader::<u32, u32, _>::open(&bytes[..]).unwrap();
        let multimap = reader.to_multimap_in(cache, Global).unwrap();
        assert!(multimap.iter().map(|(key, value)| (*key, *value)).eq(pairs()));
        assert_eq!(reader.to_map_in(cache, Global).unwrap_err(), RestoreError::Kind);
    }
}
