//! The writer refuses what is no snapshot, and leaves none behind where writing fails.

mod common;

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_snapshot::{Snapshot, SnapshotOptions, SnapshotWriter, WriteError};
use common::{ID, word};

type Numbers<'a> = Snapshot<u64, u64, &'a [u8]>;

fn options() -> SnapshotOptions {
    SnapshotOptions::new().page_size(512).file_id(ID)
}

/// The error that the last of these pairs makes; nothing can be done with the writer then.
fn error_of_last(pairs: &[(&str, &str)]) -> WriteError {
    let mut bytes = Vec::new();
    let mut writer = SnapshotWriter::<str, str, _>::new(&mut bytes, &options()).unwrap();
    let (last, others) = pairs.split_last().unwrap();
    for (key, value) in others {
        writer.push(key, value).unwrap();
    }
    let error = writer.push(last.0, last.1).unwrap_err();
    assert_eq!(writer.len(), others.len() as u64);
    assert!(matches!(writer.push("z", "z"), Err(WriteError::Poisoned)));
    assert!(matches!(writer.finish(), Err(WriteError::Poisoned)));
    assert!(Snapshot::<str, str, _>::from_bytes(&bytes[..]).is_err());
    error
}

#[test]
fn keys_must_ascend() {
    let error = error_of_last(&[("a", "1"), ("c", "2"), ("b", "3")]);
    assert!(matches!(error, WriteError::OutOfOrder { entry: 2 }));
    assert_eq!(error.to_string(), "entry 2 comes before the previous one");
    let error = error_of_last(&[("a", "1"), ("a", "2")]);
    assert!(matches!(error, WriteError::Duplicate { entry: 1 }));
    // Also where the entry before is on the page before.
    let value = "v".repeat(400);
    let error = error_of_last(&[("b", &value), ("a", &value)]);
    assert!(matches!(error, WriteError::OutOfOrder { entry: 1 }));
    let error = error_of_last(&[("b", &value), ("b", &value)]);
    assert!(matches!(error, WriteError::Duplicate { entry: 1 }));
}

#[test]
fn entries_must_fit() {
    let most = (512 - 32) / 2 - 2 - 28;
    for (key, value) in [(1, 476), (most, 1), (0, 477), (0, 1000), (most + 1, 0), (10_000, 0)] {
        let (key, value) = ("k".repeat(key), "v".repeat(value));
        let fits = key.len() <= most && key.len() + value.len() + 4 <= 480;
        if fits {
            let mut writer = SnapshotWriter::new(Vec::new(), &options()).unwrap();
            writer.push(key.as_str(), value.as_str()).unwrap();
            writer.finish().unwrap();
        } else {
            let error = error_of_last(&[(&key, &value)]);
            let WriteError::TooLarge { entry: 0, bytes } = error else { panic!("{error}") };
            assert_eq!(bytes, (key.len(), value.len()));
        }
    }
    let refused = SnapshotOptions::new().page_size(512).write(Vec::new(), [([0_u8; 300], ())]);
    assert!(matches!(refused, Err(WriteError::TooLarge { .. })));
}

#[test]
fn sizes_of_pages_are_checked() {
    for size in [0, 1, 256, 513, 1000, 131_072, usize::MAX] {
        let refused = SnapshotOptions::new().page_size(size).write(Vec::new(), [(1, 1)]);
        assert!(matches!(refused, Err(WriteError::PageSize(refused)) if refused == size));
    }
}

/// Takes so many bytes, a few at a time, and fails then.
struct Failing {
    written: Vec<u8>,
    room: usize,
    kind: io::ErrorKind,
    interrupt: bool,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = bytes.len().min(self.room).min(97);
        if len == 0 {
            return Err(self.kind.into());
        }
        self.written.extend(&bytes[..len]);
        self.room -= len;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_write_that_fails_at_any_byte_leaves_no_snapshot() {
    let entries = || (0..300_u64).map(|n| (n, n));
    let whole = common::file(512, entries());
    for room in 0..=whole.len() {
        let kind = io::ErrorKind::StorageFull;
        let mut out = Failing { written: Vec::new(), room, kind, interrupt: false };
        let written = options().write(&mut out, entries());
        assert_eq!(out.written, whole[..room]);
        if room == whole.len() {
            assert_eq!(written.unwrap().bytes, room as u64);
        } else {
            let Err(WriteError::Io(error)) = written else { panic!("{room}: {written:?}") };
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert!(Numbers::from_bytes(&out.written).is_err());
        }
    }
}

/// Panics at the second write.
struct Panicking(u8);

impl Write for Panicking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        assert!(self.0 < 2, "as it should");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_write_that_panics_ends_the_writer() {
    let mut writer = SnapshotWriter::<u64, u64, _>::new(Panicking(0), &options()).unwrap();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        (0..100).try_for_each(|n| writer.push(&n, &n)).unwrap();
    }));
    assert!(caught.is_err());
    assert_eq!(writer.len(), 30);
    assert!(matches!(writer.push(&1000, &0), Err(WriteError::Poisoned)));
    assert!(matches!(writer.finish(), Err(WriteError::Poisoned)));
}

#[test]
fn the_summary_says_what_was_written() {
    let mut bytes = Vec::new();
    let summary = options().write(&mut bytes, (0..1000_u64).map(|n| (n, word(n)))).unwrap();
    let metadata = Snapshot::<u64, String, _>::from_bytes(&bytes[..]).unwrap().metadata();
    assert_eq!((summary.entries, summary.bytes), (1000, bytes.len() as u64));
    assert_eq!(summary.pages, metadata.leaves + metadata.index_pages);
    assert_eq!((summary.root_hash, summary.file_id), (metadata.root_hash, ID));
    assert_eq!(summary.height, metadata.height);
    let other = options().write(Vec::new(), (1..1000_u64).map(|n| (n, word(n)))).unwrap();
    assert_ne!(other.root_hash, summary.root_hash);
    // Ids that are not given are never the same.
    let id = || SnapshotOptions::new().write(Vec::new(), [(1, 2)]).unwrap().file_id;
    assert_ne!(id(), id());
}

#[test]
fn numbers_and_text_take_as_many_bytes_as_they_should() {
    let per_entry = |bytes: u64, entries: u64| bytes as f64 / entries as f64;
    let numbers = |n| SnapshotOptions::new().write(io::sink(), (0..n).map(|n: u64| (n, n)));
    let bytes = numbers(1_000_000).unwrap().bytes;
    assert!(per_entry(bytes, 1_000_000) <= 16.3, "{bytes}");
    let words = common::words(50_000);
    let text: u64 = words.iter().map(|(word, _)| word.len() as u64).sum();
    let bytes = SnapshotOptions::new().write(io::sink(), words).unwrap().bytes;
    assert!(per_entry(bytes - text, 50_000) <= 11.0, "{bytes}");
}
