//! Damage: whatever happens to a file, it answers what was written, or says that it is damaged.

mod common;

use allotment_snapshot::{Damage, OpenError, Snapshot, StoredKey};
use allotment_trial::effort::{effort, tally};
use allotment_trial::forge;
use common::{ID, file, words};

type Numbers<'a> = Snapshot<u64, u64, &'a [u8]>;

/// How many of the ways to read a file found damage. Those that did not must have been right.
fn refusals(bytes: &[u8], keys: impl Iterator<Item = u64>, count: u64) -> Result<u64, OpenError> {
    let snapshot = Numbers::from_bytes(bytes)?;
    let mut found = 0;
    for key in keys {
        match snapshot.get(&key) {
            Ok(value) => assert_eq!(value, (key < count).then_some(key * 5)),
            Err(_) => found += 1,
        }
    }
    let mut next = 0;
    for entry in &snapshot {
        match entry {
            Ok(entry) => {
                assert_eq!(entry, (next, next * 5));
                next += 1;
            }
            Err(_) => found += 1,
        }
    }
    assert!(found > 0 || next == count);
    Ok(found)
}

fn numbers(page_size: usize, count: u64) -> Vec<u8> {
    file(page_size, (0..count).map(|n| (n, n * 5)))
}

/// Every bit of a file of this many bytes at least, flipped alone, is found.
fn flip_every_bit(page_size: usize, least_bytes: usize, every: usize) {
    let count = (1..).find(|n| numbers(page_size, n * 50).len() >= least_bytes).unwrap() * 50;
    let mut bytes = numbers(page_size, count);
    let mut flips = 0_u64;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let keys = (at as u64 % every as u64..=count).step_by(every);
            assert_ne!(refusals(&bytes, keys, count), Ok(0), "bit {bit} of byte {at}");
            bytes[at] ^= 1 << bit;
            flips += 1;
        }
    }
    assert_eq!(flips, bytes.len() as u64 * 8);
    assert_eq!(refusals(&bytes, 0..=count, count), Ok(0));
}

#[test]
fn every_bit_of_a_small_file_counts() {
    flip_every_bit(512, 6 << 10, 1);
}

/// `ALLOTMENT_FLIP_BYTES=1048576` takes a file of 1 MiB: that takes hours.
#[test]
fn every_bit_of_a_larger_file_counts() {
    let bytes = std::env::var("ALLOTMENT_FLIP_BYTES").ok().and_then(|text| text.parse().ok());
    flip_every_bit(4096, bytes.unwrap_or(12 << 10), 32);
}

#[test]
fn every_bit_of_text_counts() {
    let words = words(150);
    let mut bytes = file(512, words.clone());
    for at in 0..bytes.len() * 8 {
        bytes[at / 8] ^= 1 << (at % 8);
        if let Ok(snapshot) = Snapshot::<String, u64, _>::from_bytes(&bytes[..]) {
            let read: Result<Vec<_>, Damage> = snapshot.iter().collect();
            assert!(read.is_err(), "bit {at}");
            for (word, n) in &words {
                assert!(
                    snapshot.get(word).is_ok_and(|found| found == Some(*n)) || {
                        snapshot.get(word).is_err()
                    }
                );
            }
        }
        bytes[at / 8] ^= 1 << (at % 8);
    }
}

#[test]
fn every_length_but_the_right_one_is_refused() {
    let mut bytes = numbers(512, 300);
    for length in 0..bytes.len() {
        assert!(Numbers::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
        assert!(length == 0 || Numbers::from_bytes(&bytes[length..]).is_err());
    }
    for byte in [0, 1, 255] {
        bytes.push(byte);
        assert_eq!(Numbers::from_bytes(&bytes).unwrap_err(), OpenError::NoFooter);
        bytes.pop();
    }
    // Also if it ends with another footer, or its own once more.
    let footer = bytes[bytes.len() - 256..].to_vec();
    bytes.extend(&footer);
    assert_eq!(Numbers::from_bytes(&bytes).unwrap_err(), OpenError::Footer);
}

#[test]
fn pages_that_change_places_are_found() {
    let bytes = numbers(512, 600);
    let pages = (bytes.len() - 256) / 512;
    for one in 0..pages {
        for other in one + 1..pages {
            let mut swapped = bytes.clone();
            let (low, high) = swapped.split_at_mut(other * 512);
            low[one * 512..][..512].swap_with_slice(&mut high[..512]);
            assert_ne!(refusals(&swapped, 0..=600, 600), Ok(0), "pages {one} and {other}");
        }
    }
}

#[test]
fn pages_of_another_file_are_found() {
    let entries = || (0..600_u64).map(|n| (n, n * 5));
    let bytes = numbers(512, 600);
    let mut other = Vec::new();
    let options = allotment_snapshot::SnapshotOptions::new().page_size(512).file_id(ID + 1);
    options.write(&mut other, entries()).unwrap();
    assert_eq!(bytes.len(), other.len());
    // The same bytes but for the links, and yet another page.
    assert_eq!(bytes[512..1024], other[512..1024]);
    let pages = (bytes.len() - 256) / 512;
    for page in 0..pages {
        let mut spliced = other.clone();
        spliced[page * 512..][..512].copy_from_slice(&bytes[page * 512..][..512]);
        let same = bytes[page * 512..][..512] == other[page * 512..][..512];
        let refused = refusals(&spliced, 0..=600, 600);
        assert_eq!(refused == Ok(0), same, "page {page}");
    }
    let mut spliced = other;
    let footer = bytes.len() - 256;
    spliced[footer..].copy_from_slice(&bytes[footer..]);
    assert_eq!(refusals(&spliced, 0..1, 600), Err(OpenError::Footer));
}

#[test]
fn what_is_not_damaged_stays_readable() {
    let mut bytes = numbers(512, 600);
    bytes[512 + 40] ^= 1;
    let snapshot = Numbers::from_bytes(&bytes).unwrap();
    let damage = snapshot.get(&0).unwrap_err();
    assert_eq!((damage.offset, damage.level), (512, Some(0)));
    let said = damage.to_string();
    assert_eq!(said, "the leaf at byte 512: its bytes are not those that were written");
    // It is no better the next time, and others are none the worse.
    assert_eq!(snapshot.get(&0), Err(damage));
    let readable = (0..600).filter(|key| snapshot.get(key) == Ok(Some(key * 5))).count();
    assert_eq!(readable, 570);
    assert_eq!(snapshot.verify_all(), Err(damage));
    assert_eq!(snapshot.iter().rev().filter(Result::is_ok).count(), 570);
    assert_eq!(snapshot.range(30..).count(), 570);
    assert_eq!(snapshot.range(5..).next(), Some(Err(damage)));
}

#[test]
fn what_opens_says_why_it_does_not() {
    let open = |bytes: &[u8]| Numbers::from_bytes(bytes).unwrap_err();
    let bytes = numbers(512, 100);
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        forge::repair(&mut bytes);
        bytes
    };
    assert_eq!(open(b""), OpenError::NotASnapshot);
    assert_eq!(open(&[7; 4096]), OpenError::NotASnapshot);
    assert_eq!(open(&with(8, 2)), OpenError::Version { major: 2, minor: 0 });
    assert_eq!(open(&with(17, 8)), OpenError::Features(0x800));
    assert_eq!(open(&with(12, 8)), OpenError::Header);
    assert_eq!(open(&with(13, 9)), OpenError::Header);
    assert_eq!(open(&with(14, 99)), OpenError::Codec(99));
    assert_eq!(open(&bytes[..1024]), OpenError::NoFooter);
    // What may be ignored is.
    assert_eq!(refusals(&with(10, 3), 0..100, 100), Ok(0));
    assert_eq!(refusals(&with(20, 1), 0..100, 100), Ok(0));
    // Line ends that were made those of another system.
    let mut text = bytes.clone();
    text.remove(4);
    assert_eq!(open(&text), OpenError::NotASnapshot);
}

#[test]
fn any_alignment_is_read() {
    let bytes = numbers(512, 200);
    for shift in 0..64 {
        let moved = [&vec![0; shift][..], &bytes].concat();
        assert_eq!(refusals(&moved[shift..], 0..=200, 200), Ok(0));
    }
}

/// Reads everything, whatever it is: it must end, without a panic, and within the pages that a
/// look-up may read.
fn exercise<K: StoredKey, V: allotment_snapshot::Stored>(bytes: &[u8], keys: &[K]) -> bool {
    let Ok(snapshot) = Snapshot::<K, V, _>::from_bytes(bytes) else { return false };
    let height = u64::from(snapshot.metadata().height);
    for key in keys {
        let before = snapshot.pages_asked();
        _ = snapshot.get(key);
        assert!(snapshot.pages_asked() - before <= height + 1);
        _ = snapshot.rank(key);
        assert!(snapshot.pages_asked() - before <= 2 * (height + 1));
    }
    let leaves = bytes.len() as u64 / 512;
    let before = snapshot.pages_asked();
    let (mut ahead, mut back) = (0_u64, 0_u64);
    snapshot.iter().for_each(|entry| ahead += u64::from(entry.is_ok()));
    snapshot.iter().rev().for_each(|entry| back += u64::from(entry.is_ok()));
    assert!(snapshot.pages_asked() - before <= 2 * (leaves + 1) * (height + 1));
    _ = snapshot.range(&keys[1]..&keys[0]).count();
    _ = snapshot.nth(ahead / 2);
    let verified = snapshot.verify_all();
    assert!(verified.is_err() || (ahead, back) == (snapshot.len(), snapshot.len()));
    verified.is_ok()
}

/// Changes a few bytes of `file`, most where they count, and makes its checksums right again.
fn tamper(file: &mut [u8], random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..4) {
        let page = 512 * random.usize(..file.len() / 512);
        let at = match random.u8(..8) {
            0 => random.usize(..160),
            1 => file.len() - 256 + random.usize(160..256),
            2..=4 => page + random.usize(..32),
            _ => page + random.usize(32..512),
        };
        let at = at.min(file.len() - 1);
        file[at] = match random.u8(..4) {
            0 => random.u8(..),
            1 => [0, 1, 0x7f, 0x80, 0xff][random.usize(..5)],
            2 => file[at].wrapping_add(1),
            _ => file[at] ^ 1 << random.u8(..8),
        };
    }
    forge::repair(file);
}

#[test]
fn forged_checksums_do_no_harm() {
    let numbers = numbers(512, 500);
    let words = words(400);
    let text = file(512, words.clone());
    let keys: Vec<String> = words.iter().step_by(57).map(|(word, _)| word.clone()).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut opened, mut whole) = (0, 0);
    let rounds = 5_000 * effort();
    for _ in 0..rounds {
        let mut file = numbers.clone();
        tamper(&mut file, &mut random);
        opened += u32::from(Numbers::from_bytes(&file).is_ok());
        whole += u32::from(exercise::<u64, u64>(&file, &[0, 31, 250, 499, u64::MAX]));
        let mut file = text.clone();
        tamper(&mut file, &mut random);
        whole += u32::from(exercise::<String, u64>(&file, &keys));
    }
    // Most open, since checksums are right, and some are but another file.
    assert!(opened > 2000 && whole > 200, "{opened} opened, {whole} were whole");
    tally("forged snapshots, checksums repaired", 2 * rounds);
}

#[test]
fn repair_of_what_is_whole_changes_nothing() {
    for bytes in [numbers(512, 500), file(512, words(400)), numbers(4096, 0)] {
        let mut repaired = bytes.clone();
        forge::repair(&mut repaired);
        assert!(repaired == bytes);
    }
}
