//! Flipped bits in files of a MiB (less at the usual effort): each is found, whatever is read where
//! it is.
//!
//! A page is taken for what it is only once its checksum was right, and pages know nothing of each
//! other but by the links in those above them. So after each flip all keys of the page that it is
//! in are looked up, and the entries of the page and of its neighbours are walked over; all others
//! are read once for each page.

mod common;

use std::ops::{ControlFlow, Range};

use allotment_snapshot::{Codec, OpenError, PageCache, Snapshot, SnapshotReader};
use allotment_trial::effort::{effort, tally};
use allotment_trial::forge;
use common::packed_file;

const FOOTER: usize = 256;

/// At the usual effort, one bit of so many.
const STRIDE: u64 = 50_021;

/// At the usual effort, one key of so many of a leaf is looked up, and one leaf of so many has the
/// whole file read; at that many times the usual effort, all.
fn sparsely() -> u64 {
    (16 / effort()).max(1)
}

/// Of the entries below a page above the leaves, and of a whole file, one of so many is looked up.
const SPARSELY: u64 = 331;

fn of(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A part of the file, and the entries that are in it or below it.
struct Part {
    bytes: Range<usize>,
    entries: Range<u64>,
    level: Level,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// All keys are looked up, and entries walked over from a neighbour to the other.
    Leaf,
    /// Some keys are looked up, and a few entries walked over.
    Above,
    /// Some keys of the file, and all entries.
    Whole,
}

/// All parts of a file of so many entries: the header, pages, the footer.
fn parts(bytes: &[u8], count: u64) -> Vec<Part> {
    let is_raw = bytes[14] == 0;
    let begin = if is_raw { forge::page_size(bytes) } else { 512 };
    let end = bytes.len() - FOOTER;
    let ends = |bytes| Part { bytes, entries: 0..count, level: Level::Above };
    let mut parts = vec![ends(0..begin), ends(end..bytes.len())];
    let mut at = begin;
    while at < end {
        let number = |offset, len| forge::number(bytes, at + offset, len);
        let (level, stored) = (bytes[at + 1], number(12, 4) as usize);
        let (first, entries) = (number(24, 8), number(4, 4));
        let (entries, level) = match level {
            0 => (first..first + entries, Level::Leaf),
            _ => (0..count, Level::Above),
        };
        parts.push(Part { bytes: at..at + stored, entries, level });
        at += stored;
    }
    parts
}

/// How a file is read.
type Refusals = fn(&[u8], &Part, u64) -> Result<u64, OpenError>;

/// Asserts that an answer is right, if it is one; counts those that are none.
fn judge<E>(key: u64, count: u64, answer: Result<Option<u64>, E>) -> u64 {
    match answer {
        Ok(value) => {
            assert_eq!(value, (key < count).then(|| of(key)), "key {key}");
            0
        }
        Err(_) => 1,
    }
}

/// The keys of a part that are looked up.
fn keys(part: &Part) -> impl Iterator<Item = u64> {
    let every = if part.level == Level::Leaf { sparsely() } else { SPARSELY };
    part.entries.clone().step_by(every as usize).chain([part.entries.end])
}

/// The entries that are walked over.
fn walked(part: &Part, count: u64) -> Range<u64> {
    let Range { start, end } = part.entries;
    match part.level {
        Level::Leaf => start.saturating_sub(1)..(end + 1).min(count),
        Level::Above => start..start + 1,
        Level::Whole => start..end,
    }
}

/// How many of the ways to read a part in place found damage.
fn in_place(bytes: &[u8], part: &Part, count: u64) -> Result<u64, OpenError> {
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(bytes)?;
    let mut found: u64 = keys(part).map(|key| judge(key, count, snapshot.get(&key))).sum();
    let mut expected = walked(part, count);
    for entry in snapshot.range(expected.clone()) {
        match entry {
            Ok((key, value)) => assert_eq!((Some(key), value), (expected.next(), of(key))),
            Err(_) => found += 1,
        }
    }
    assert!(found > 0 || expected.is_empty());
    Ok(found)
}

/// The same through a cache.
fn through_a_cache(bytes: &[u8], part: &Part, count: u64) -> Result<u64, OpenError> {
    let reader = SnapshotReader::<u64, u64, _>::open(bytes)?;
    let cache = &mut PageCache::new(1 << 16);
    let mut found: u64 = keys(part).map(|key| judge(key, count, reader.get(cache, &key))).sum();
    let mut expected = walked(part, count);
    let walk = reader.range(cache, expected.clone()).try_for_each(|key, value| {
        assert_eq!((Some(key), value), (expected.next(), of(key)));
        ControlFlow::<()>::Continue(())
    });
    found += u64::from(walk.is_err());
    assert!(found > 0 || expected.is_empty());
    Ok(found)
}

/// Flips bits of a file, as many as the effort says, spread evenly.
fn flip(codec: Codec, page_size: usize, refusals: Refusals) {
    let least = if effort() == 1 { 1 << 17 } else { 1 << 20 };
    let file = |count: u64| packed_file(codec, page_size, (0..count).map(|n| (n, of(n))));
    let each = file(100_000).len() as u64;
    let count = least as u64 * 100_000 / each;
    let mut bytes = file(count);
    assert!(bytes.len().abs_diff(least) < least / 8, "{} bytes", bytes.len());

    let parts = parts(&bytes, count);
    let whole = Part { bytes: 0..0, entries: 0..count, level: Level::Whole };
    assert_eq!(refusals(&bytes, &whole, count), Ok(0));
    let step = (STRIDE / effort()).max(1) as usize;
    // Not always the same bit of a byte.
    let step = step + usize::from(step > 1 && step.is_multiple_of(2));
    let mut flips = 0_u64;
    for (at, part) in parts.iter().enumerate() {
        let bits = part.bytes.start * 8..part.bytes.end * 8;
        for (number, bit) in bits.step_by(step).enumerate() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(refusals(&bytes, part, count), Ok(0), "{codec}: bit {bit}");
            if number == 0 && at.is_multiple_of(sparsely() as usize) {
                assert_ne!(refusals(&bytes, &whole, count), Ok(0), "{codec}: bit {bit}");
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
        }
    }
    assert_eq!(refusals(&bytes, &whole, count), Ok(0));
    tally(&format!("bits flipped in a snapshot, {codec}"), flips);
}

#[test]
fn bits_count_in_place() {
    flip(Codec::Raw, 4096, in_place);
}

#[test]
fn bits_count_in_lz4() {
    flip(Codec::Lz4, 16_384, through_a_cache);
}

#[test]
fn bits_count_in_zstd() {
    flip(Codec::Zstd, 16_384, through_a_cache);
}
