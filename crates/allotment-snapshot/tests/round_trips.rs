//! What is written is read, whatever the type, the size of pages and the number of entries.

mod common;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Bound;

use allotment_snapshot::{OpenError, Restored, Snapshot, StoredKey};
use common::{file, word, words};

/// The entries come back by every way there is to them.
fn check<K, V>(page_size: usize, entries: &BTreeMap<K, V>)
where
    K: StoredKey + Restored + Ord + Clone + Debug,
    V: Restored + PartialEq + Clone + Debug,
{
    let bytes = file(page_size, entries);
    let snapshot = Snapshot::<K, V, _>::from_bytes(&bytes[..]).unwrap();
    let read = snapshot.verify_all().unwrap();
    assert_eq!((read.entries, snapshot.len()), (entries.len() as u64, entries.len() as u64));
    let metadata = snapshot.metadata();
    assert_eq!(metadata.leaves + metadata.index_pages, read.pages);
    assert_eq!(metadata.bytes, bytes.len() as u64);

    let restore = |pair: Result<_, _>| {
        let (key, value): (K::View<'_>, V::View<'_>) = pair.unwrap();
        (K::restore(key), V::restore(value))
    };
    let expected = || entries.iter().map(|(key, value)| (key.clone(), value.clone()));
    assert!(snapshot.iter().map(restore).eq(expected()));
    assert!(snapshot.iter().rev().map(restore).eq(expected().rev()));
    let mut folded = Vec::new();
    snapshot.iter().for_each(|pair| folded.push(restore(pair)));
    assert!(folded.into_iter().eq(expected()));
    let ends = [snapshot.first(), snapshot.last()];
    let ends = ends.map(|end| end.unwrap().map(|pair| restore(Ok(pair)).0));
    assert_eq!(ends, [entries.keys().next().cloned(), entries.keys().next_back().cloned()]);

    let before = snapshot.pages_asked();
    for (at, (key, value)) in entries.iter().enumerate() {
        assert_eq!(snapshot.get(key).unwrap().map(V::restore).as_ref(), Some(value));
        assert_eq!(snapshot.rank(key), Ok(at as u64));
        let nth = snapshot.nth(at as u64).unwrap().map(|pair| restore(Ok(pair)).0);
        assert_eq!(nth.as_ref(), Some(key));
    }
    // Each of the three reads a page a level.
    let asked = snapshot.pages_asked() - before;
    assert_eq!(asked, 3 * entries.len() as u64 * u64::from(metadata.height));
    assert!(snapshot.nth(snapshot.len()).unwrap().is_none());
    let found = snapshot.get_many(entries.keys()).map(|found| found.unwrap().map(V::restore));
    assert!(found.eq(entries.values().cloned().map(Some)));
}

#[test]
fn numbers_of_every_count() {
    for count in (0..200).chain([1000, 5000]) {
        check(512, &(0..count).map(|n: u64| (n * 3, n)).collect());
    }
    check(4096, &(0..5000).map(|n: u64| (n * n, n as u8)).collect());
    check(65_536, &(0..20_000).map(|n: u32| (n, ())).collect());
}

#[test]
fn text_of_every_count() {
    for count in (0..100).chain([1000, 4000]) {
        check(512, &words(count).into_iter().collect());
    }
    check(4096, &words(4000).into_iter().collect());
    check(1024, &(0..1500).map(|n: u64| (n, word(n))).collect());
    check(512, &(0..1500).map(|n: u64| (word(n).into_bytes(), word(n * n))).collect());
}

#[test]
fn types_of_every_kind() {
    check(512, &(-300..300).map(|n: i64| (n, n as f64 / 7.0)).collect());
    check(512, &(-300..300).map(|n: i16| ((n, n % 2 == 0), [n as u8; 5])).collect());
    check(512, &(0..900).map(|n: u32| ((n / 9, word(n.into())), Some(n as u16))).collect());
    check(512, &(0..99).map(|n: u8| (Some((n, 'x')), (n, word(n.into())))).collect());
    check(512, &(0..500).map(|n: u128| (n << 70, (n as i128, true))).collect());
    check(512, &(0..99).map(|n: u8| ([n; 20], Some(vec![n; n.into()]))).collect());
    check(512, &BTreeMap::from([((), String::from("one"))]));
}

#[test]
fn entries_as_large_as_a_page_allows() {
    // A key may take half of a page, up to two links; an entry all of it.
    let key = "k".repeat((512 - 32) / 2 - 2 - 28);
    let entries = (0..40).map(|n| {
        let key = format!("{n:02}{}", &key[2..]);
        let value = "v".repeat(512 - 32 - 4 - key.len());
        (key, value)
    });
    check(512, &entries.collect());
}

#[test]
fn ranges_are_those_of_a_map() {
    let map: BTreeMap<u64, u64> = (0..2000).map(|n| (n * 10, n)).collect();
    let bytes = file(512, &map);
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(&bytes[..]).unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..3000 {
        let mut ends = [random.u64(..20_100), random.u64(..20_100)];
        ends.sort_unstable();
        let bound = |end: u64, kind| match kind {
            0 => Bound::Included(end),
            1 => Bound::Excluded(end),
            _ => Bound::Unbounded,
        };
        let bounds = (bound(ends[0], random.u8(..3)), bound(ends[1], random.u8(..3)));
        if ends[0] == ends[1] && bounds == (Bound::Excluded(ends[0]), Bound::Excluded(ends[1])) {
            continue;
        }
        let mut expected = map.range(bounds).map(|(key, value)| (*key, *value));
        let mut range = snapshot.range(bounds);
        loop {
            let (next, from_front) = (random.bool(), expected.clone().count() as u64);
            assert_eq!(range.remaining(), from_front);
            let (ours, std) = if next {
                (range.next(), expected.next())
            } else {
                (range.next_back(), expected.next_back())
            };
            assert_eq!(ours.transpose(), Ok(std));
            if std.is_none() || random.u8(..20) == 0 {
                break;
            }
        }
    }
    assert!(snapshot.range((Bound::Included(30), Bound::Excluded(20))).next().is_none());
    assert_eq!(snapshot.iter().nth(700), Some(Ok((7000, 700))));
    assert_eq!(snapshot.iter().nth_back(0), Some(Ok((19_990, 1999))));
    assert!(snapshot.iter().nth(2000).is_none());
}

#[test]
fn the_same_entries_make_the_same_bytes() {
    let map: BTreeMap<String, u64> = words(1000).into_iter().collect();
    assert_eq!(file(1024, &map), file(1024, words(1000)));
}

#[test]
fn another_type_is_refused() {
    let bytes = file(512, [(1_u32, 2_u64)]);
    let error = Snapshot::<u32, i64, _>::from_bytes(&bytes[..]).unwrap_err();
    assert!(matches!(error, OpenError::Types(_)));
    assert_eq!(error.to_string(), "it holds u32 -> u64, where u32 -> i64 was expected");
    assert!(Snapshot::<&u32, &u64, _>::from_bytes(bytes).is_ok());
}
