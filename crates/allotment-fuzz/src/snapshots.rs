//! Snapshots: files of any bytes, files that were forged, and files of any entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use allotment_snapshot::{
    Codec, MultiSnapshot, PageCache, Restored, Snapshot, SnapshotOptions, SnapshotReader, Stored,
    StoredKey,
};
use allotment_trial::forge;

const CODECS: [Codec; 3] = [Codec::Raw, Codec::Lz4, Codec::Zstd];

/// How many pages a snapshot was asked for, which only builds that check themselves count.
fn asked<K: StoredKey, V: Stored>(snapshot: &Snapshot<K, V, &[u8]>) -> u64 {
    #[cfg(debug_assertions)]
    {
        snapshot.pages_asked()
    }
    #[cfg(not(debug_assertions))]
    {
        _ = snapshot;
        0
    }
}

/// Reads all there is in place, if it opens: look-ups read a page a level and no more, walks end.
fn in_place<K, V>(bytes: &[u8], keys: &[K])
where
    K: StoredKey,
    V: Stored,
{
    let Ok(snapshot) = Snapshot::<K, V, _>::from_bytes(bytes) else { return };
    let most = u64::from(snapshot.metadata().height) + 1;
    for key in keys {
        let before = asked(&snapshot);
        let found = snapshot.get(key);
        assert!(asked(&snapshot) - before <= most);
        // What was found once is found again.
        assert_eq!(found.is_ok(), snapshot.get(key).is_ok());
        _ = snapshot.rank(key);
        _ = snapshot.range(key..).next();
        _ = snapshot.range(..key).next_back();
    }
    // A leaf has an entry at least, and none is read twice.
    let leaves = bytes.len() as u64 / 512 + 1;
    let before = asked(&snapshot);
    let ahead = snapshot.iter().filter(Result::is_ok).count() as u64;
    let back = snapshot.iter().rev().filter(Result::is_ok).count() as u64;
    assert!(asked(&snapshot) - before <= 2 * leaves * most);
    if snapshot.verify_all().is_ok() {
        assert_eq!((ahead, back), (snapshot.len(), snapshot.len()));
    }
}

/// The same through a cache of one page, for files of any codec and kind.
fn through_cache<K, V>(bytes: &[u8], keys: &[K])
where
    K: StoredKey,
    V: StoredKey,
{
    _ = MultiSnapshot::<K, V, _>::from_bytes(bytes).map(|snapshot| {
        for key in keys {
            _ = snapshot.get(key).count();
            _ = snapshot.contains_key(key);
        }
        _ = snapshot.iter().count();
    });
    let Ok(reader) = SnapshotReader::<K, V, _>::open(bytes) else { return };
    let metadata = reader.metadata();
    let height = u64::from(metadata.height);
    let cache = &mut PageCache::new(0);
    for key in keys {
        let before = cache.pages_read();
        _ = reader.rank(cache, key);
        assert!(cache.pages_read() - before <= height + 1);
        _ = reader.get(cache, key);
        // In a multimap, by number once the number is known.
        assert!(cache.pages_read() - before <= 3 * (height + 1));
        _ = reader.range(cache, key..).next();
    }
    let mut back = 0;
    let mut walk = reader.iter(cache);
    while let Some(Ok(_)) = walk.next_back() {
        back += 1;
    }
    let verified = reader.verify_all(&mut PageCache::new(1 << 20));
    assert!(verified.is_err() || back == reader.len());
    assert!(cache.bytes() <= metadata.page_size + 128);
}

/// Whatever the bytes are, they are read or refused.
pub(crate) fn read(bytes: &[u8]) {
    let numbers = [0_u64, 7, 250, u64::MAX];
    in_place::<u64, u64>(bytes, &numbers);
    through_cache::<u64, u64>(bytes, &numbers);
    let words = ["", "2", "7f-bed", "zz"].map(String::from);
    in_place::<String, u64>(bytes, &words);
    through_cache::<String, u64>(bytes, &words);
    let pairs = [(0_u8, Some(3_i16)), (4, None)];
    in_place::<(u8, Option<i16>), Vec<u8>>(bytes, &pairs);
    through_cache::<(u8, Option<i16>), Vec<u8>>(bytes, &pairs);
}

/// A file of each kind: small pages on several levels, in place or compressed, where there is but
/// one page whose checksum stands outside of what is compressed.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let word = |n: u64| format!("{n:x}-{}", "bed".repeat((n % 7) as usize));
    let words =
        |count: u64| (0..count).map(move |n| (word(n * 7919), n)).collect::<BTreeMap<_, _>>();
    let mut files = Vec::new();
    for (codec, page_size, count) in
        [(Codec::Raw, 512, 300), (Codec::Lz4, 4096, 150), (Codec::Zstd, 4096, 150)]
    {
        let options = SnapshotOptions::new().codec(codec).page_size(page_size).file_id(7);
        let mut write = |file: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = Vec::new();
            file(&mut bytes);
            files.push(bytes);
        };
        write(&|out| drop(options.write(out, (0..count).map(|n| (n, n * 5)))));
        write(&|out| drop(options.write(out, words(count))));
        write(&|out| drop(options.write_multi(out, (0..count).map(|n| (n / 40, n)))));
        let pairs =
            || (0..100_i16).map(|n| ((n as u8, (n > 50).then_some(n)), vec![1; n as usize % 9]));
        write(&|out| drop(options.write(out, pairs())));
    }
    files
});

/// Steps of three bytes change a file; its checksums are right again then.
pub(crate) fn forge(kind: u8, steps: &[u8]) {
    let mut file = FILES[usize::from(kind) % FILES.len()].clone();
    let len = file.len();
    let begin = if file[14] == 0 { forge::page_size(&file) } else { 512 };
    for step in steps.chunks_exact(3).take(20) {
        let place = usize::from(u16::from_le_bytes([step[0], step[1]]));
        // Heads count for more than what is behind them.
        let at = match place % 8 {
            0 => (place / 8) % 160,
            1 => len - 256 + 160 + (place / 8) % 96,
            2 | 3 => (begin + (place / 8) / 32 * forge::page_size(&file) + (place / 8) % 32) % len,
            _ => (begin + place / 8 * 8 + usize::from(step[2] % 8)) % len,
        };
        file[at] = match step[2] % 4 {
            0 => step[2],
            1 => file[at].wrapping_add(1),
            2 => file[at] ^ 1 << (step[2] / 4 % 8),
            _ => [0, 1, 0x7f, 0xff][usize::from(step[2] / 4 % 4)],
        };
    }
    forge::repair(&mut file);
    read(&file);
}

/// Entries that the bytes are become a file, and come back from it.
pub(crate) fn round_trip(kind: u8, data: &[u8]) {
    let options = SnapshotOptions::new()
        .codec(CODECS[usize::from(kind) % 3])
        .page_size(512 << (kind / 3 % 3))
        .file_id(data.len() as u128);
    match kind / 9 % 4 {
        0 => {
            check(&options, data.chunks_exact(3).map(|b| (u16::from_le_bytes([b[0], b[1]]), b[2])))
        }
        1 => check(&options, data.chunks(5).map(|b| (b.to_vec(), i16::from(b[0]) - 100))),
        2 => {
            let text = |b: &[u8]| b.iter().map(|byte| char::from(*byte)).collect::<String>();
            check(&options, data.chunks(7).map(|b| (text(&b[..b.len() / 2]), Some(text(b)))));
        }
        _ => check_multi(&options, data.chunks_exact(2).map(|b| (b[0] % 16, u32::from(b[1])))),
    }
}

fn check<K, V>(options: &SnapshotOptions, entries: impl Iterator<Item = (K, V)>)
where
    K: StoredKey + Restored + Ord + Debug,
    V: Restored + PartialEq + Debug,
{
    let map: BTreeMap<K, V> = entries.collect();
    let mut bytes = Vec::new();
    let written = options.write(&mut bytes, &map).expect("entries that fit");
    assert_eq!((written.entries, written.bytes), (map.len() as u64, bytes.len() as u64));
    let reader = SnapshotReader::<K, V, _>::open(&bytes).expect("what was written");
    let cache = &mut PageCache::new(2000);
    reader.verify_all(cache).expect("what was written");
    let (mut walk, mut expected) = (reader.iter(cache), map.iter());
    while let Some(entry) = walk.next() {
        let (key, value) = entry.expect("what was written");
        assert_eq!(expected.next(), Some((&K::restore(key), &V::restore(value))));
    }
    assert!(expected.next().is_none());
    for (at, (key, value)) in map.iter().enumerate() {
        let found = reader.get(cache, key).expect("what was written");
        assert_eq!(found.map(V::restore).as_ref(), Some(value));
        assert_eq!(reader.rank(cache, key), Ok(at as u64));
    }
    let Ok(snapshot) = Snapshot::<K, V, _>::from_bytes(&bytes[..]) else {
        assert_ne!(reader.metadata().codec, Codec::Raw);
        return;
    };
    let restore = |entry: Result<(K::View<'_>, _), _>| K::restore(entry.expect("written").0);
    assert!(snapshot.iter().rev().map(restore).eq(map.into_keys().rev()));
}

fn check_multi<K, V>(options: &SnapshotOptions, entries: impl Iterator<Item = (K, V)>)
where
    K: StoredKey + Restored + Ord + Copy + Debug,
    V: StoredKey + Restored + Ord + Copy + Debug,
{
    let pairs: BTreeSet<(K, V)> = entries.collect();
    let mut bytes = Vec::new();
    options.write_multi(&mut bytes, pairs.iter().copied()).expect("entries that fit");
    let reader = SnapshotReader::<K, V, _>::open(&bytes).expect("what was written");
    let cache = &mut PageCache::new(2000);
    reader.verify_all(cache).expect("what was written");
    for (key, value) in &pairs {
        assert_eq!(reader.contains_value(cache, key, value), Ok(true));
        let mut list = Vec::new();
        let walk = reader.values(cache, key);
        walk.for_each(|_, value| list.push(V::restore(value))).expect("what was written");
        let expected = pairs.iter().filter(|pair| pair.0 == *key).map(|pair| pair.1);
        assert!(list.into_iter().eq(expected));
    }
}
