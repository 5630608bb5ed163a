//! Whatever is written is read back the same, from readers of every kind.

use std::io::{self, Read, Write};
use std::ops::Bound;
use std::panic::{self, AssertUnwindSafe};

use allotment_trace::{
    Key, KeyKind, MAX_BLOCK_BYTES, MAX_KEY_BYTES, ReadError, ReadFault, TraceOp, TraceReader,
    TraceWriter, WriteError,
};
use fastrand::Rng;

/// An operation that owns its key.
type Op = TraceOp<Owned>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Owned {
    Integer(u64),
    Text(String),
}

fn own(key: Key<'_>) -> Owned {
    match key {
        Key::Integer(key) => Owned::Integer(key),
        Key::Text(key) => Owned::Text(key.to_owned()),
    }
}

fn lend(key: &Owned) -> Key<'_> {
    match key {
        Owned::Integer(key) => Key::Integer(*key),
        Owned::Text(key) => Key::Text(key),
    }
}

/// Keys near to each other and far away, with every number of bits.
fn integer(rng: &mut Rng, before: u64) -> u64 {
    match rng.u8(..4) {
        0 => before.wrapping_add(rng.u64(..3)).wrapping_sub(1),
        1 => rng.u64(..) >> rng.u32(..64),
        2 => *rng.choice(&[0, 1, 1 << 63, u64::MAX]).unwrap(),
        _ => rng.u64(..),
    }
}

/// Texts that begin alike, or not, some with characters of several bytes, some as long as can be.
fn text(rng: &mut Rng, before: &str) -> String {
    let mut text = match rng.u8(..8) {
        0 => String::new(),
        1 => "\u{e9}\u{20ac}\u{1f331}".repeat(rng.usize(..5)),
        2 if rng.u8(..50) == 0 => "x".repeat(MAX_KEY_BYTES - 8),
        _ => before.chars().take(rng.usize(..=before.len().min(60))).collect(),
    };
    text.extend((0..rng.usize(..8)).map(|_| rng.lowercase()));
    text
}

fn ops(rng: &mut Rng, kind: KeyKind, count: usize) -> Vec<Op> {
    let (mut number, mut string) = (0, String::new());
    let mut key = |rng: &mut Rng| match kind {
        KeyKind::Integers => {
            number = integer(rng, number);
            Owned::Integer(number)
        }
        KeyKind::Text => {
            string = text(rng, &string);
            Owned::Text(string.clone())
        }
    };
    let op = |_| {
        let code = rng.u8(..10);
        let key = key(rng);
        let entries = rng.u64(..) >> rng.u32(..64);
        match code {
            0 => TraceOp::Insert { key },
            1 => TraceOp::Get { key },
            2 => TraceOp::Remove { key },
            3 => TraceOp::Scan { from: Bound::Included(key), entries },
            4 => TraceOp::Scan { from: Bound::Excluded(key), entries },
            5 => TraceOp::Scan { from: Bound::Unbounded, entries },
            6 => TraceOp::PopFirst,
            7 => TraceOp::PopLast,
            8 => TraceOp::Clear,
            _ => TraceOp::Clone,
        }
    };
    (0..count).map(op).collect()
}

fn write(ops: &[Op], kind: KeyKind) -> Vec<u8> {
    let mut writer = TraceWriter::new(Vec::new(), kind, 8);
    for op in ops {
        // A copy of the shape, with the key borrowed.
        let lent = op.clone();
        let key = op.key().map(lend);
        writer.push(lent.map(|_| key.expect("an operation with a key")));
    }
    assert_eq!(writer.len(), ops.len() as u64);
    writer.finish().unwrap()
}

fn read(source: impl Read) -> Result<Vec<Op>, ReadError> {
    let mut reader = TraceReader::new(source)?;
    let mut ops = Vec::new();
    while let Some(op) = reader.next_op()? {
        ops.push(op.map(own));
    }
    assert_eq!(reader.next_op()?, None);
    Ok(ops)
}

/// Gives a few bytes at a time, and is interrupted.
struct Slow<'a>(&'a [u8], Rng);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.u8(..4) == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.1.usize(1..40).min(buffer.len());
        self.0.read(&mut buffer[..count])
    }
}

#[test]
fn any_stream_is_read_back_as_it_was_written() {
    for seed in 0..60 {
        let mut rng = Rng::with_seed(seed);
        for kind in [KeyKind::Integers, KeyKind::Text] {
            let magnitude = rng.u32(..12);
            let count = rng.usize(..1 << magnitude);
            let ops = ops(&mut rng, kind, count);
            let bytes = write(&ops, kind);
            assert_eq!(read(&bytes[..]).unwrap(), ops, "seed {seed}, {kind:?}");
            let slow = Slow(&bytes, rng.fork());
            assert_eq!(read(slow).unwrap(), ops, "seed {seed}, {kind:?}");
        }
    }
}

#[test]
fn long_streams_have_many_blocks() {
    for kind in [KeyKind::Integers, KeyKind::Text] {
        let ops = ops(&mut Rng::with_seed(7), kind, 60_000);
        let bytes = write(&ops, kind);
        assert!(bytes.len() > 4 * MAX_BLOCK_BYTES, "{}", bytes.len());
        assert_eq!(read(&bytes[..]).unwrap(), ops);
    }
}

#[test]
fn a_flushed_block_is_as_good_as_a_full_one() {
    let mut writer = TraceWriter::new(Vec::new(), KeyKind::Integers, 8);
    writer.flush();
    for key in [7, 8, 8] {
        writer.push(TraceOp::Get { key: Key::Integer(key) });
        writer.flush();
        writer.flush();
    }
    let bytes = writer.finish().unwrap();
    assert_eq!(bytes.len(), 24 + 3 * (16 + 2) + 16);
    let keys: Vec<_> = read(&bytes[..]).unwrap().iter().map(|op| op.key().cloned()).collect();
    assert_eq!(keys, [7, 8, 8].map(|key| Some(Owned::Integer(key))));
}

#[test]
fn streams_of_neighbours_take_two_bytes_each() {
    let mut writer = TraceWriter::new(Vec::new(), KeyKind::Integers, 8);
    for key in 1 << 40..(1 << 40) + 1000 {
        writer.push(TraceOp::Insert { key: Key::Integer(key) });
    }
    assert_eq!(writer.finish().unwrap().len(), 24 + 16 + 5 + 2 * 1000 + 16);
}

#[test]
fn what_goes_wrong_is_kept_until_the_end() {
    let mut writer = TraceWriter::new(Vec::new(), KeyKind::Text, 8);
    let longest = "x".repeat(MAX_KEY_BYTES);
    writer.push(TraceOp::Get { key: Key::Text(&longest) });
    assert!(writer.error().is_none());
    let longer = longest + "x";
    writer.push(TraceOp::Get { key: Key::Text(&longer) });
    writer.push(TraceOp::Get { key: Key::Text("good") });
    assert!(matches!(writer.error(), Some(WriteError::KeyTooLong { bytes: 16_385 })));
    let error = writer.finish().unwrap_err();
    assert_eq!(error.to_string(), "a key of 16385 bytes is too long for a trace");

    let mut writer = TraceWriter::new(Vec::new(), KeyKind::Integers, 8);
    writer.push(TraceOp::Get { key: Key::Text("bean") });
    let error = writer.finish().unwrap_err();
    assert_eq!(error.to_string(), "a text among keys that are integers");
}

#[test]
fn a_trace_that_lacks_something_is_never_whole() {
    let longer = "x".repeat(MAX_KEY_BYTES + 1);
    let mut bytes = Vec::new();
    for finishes in [true, false] {
        bytes.clear();
        let mut writer = TraceWriter::new(&mut bytes, KeyKind::Text, 8);
        writer.push(TraceOp::Get { key: Key::Text("before") });
        writer.push(TraceOp::Get { key: Key::Text(&longer) });
        writer.push(TraceOp::Get { key: Key::Text("behind") });
        if finishes {
            assert!(writer.finish().is_err());
        } else {
            drop(writer);
        }
        let error = read(&bytes[..]).unwrap_err();
        assert!(matches!(error.fault, ReadFault::Truncated), "{error}");
    }
}

/// Panics at the second write.
struct Bomb<'a>(&'a mut Vec<u8>);

impl Write for Bomb<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(self.0.is_empty(), "boom");
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_sink_that_panics_is_left_alone() {
    let mut bytes = Vec::new();
    let mut writer = TraceWriter::new(Bomb(&mut bytes), KeyKind::Integers, 8);
    writer.push(TraceOp::Clear);
    assert!(panic::catch_unwind(AssertUnwindSafe(|| writer.flush())).is_err());
    writer.push(TraceOp::Clear);
    writer.flush();
    let error = writer.finish().err().unwrap();
    let text = "the trace cannot be written: what it is written to panicked";
    assert_eq!(error.to_string(), text);
    assert_eq!(bytes.len(), 24);
    // One that is dropped as the program unwinds.
    bytes.clear();
    let unwound = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut writer = TraceWriter::new(Bomb(&mut bytes), KeyKind::Integers, 8);
        writer.push(TraceOp::Clear);
        writer.flush();
    }));
    assert!(unwound.is_err());
}

#[test]
fn a_full_disk_is_an_error_and_no_panic() {
    let full = vec![0; 100_000].into_boxed_slice();
    let mut writer = TraceWriter::new(io::Cursor::new(full), KeyKind::Integers, 8);
    let mut rng = Rng::with_seed(1);
    for _ in 0..20_000 {
        writer.push(TraceOp::Get { key: Key::Integer(rng.u64(..)) });
    }
    let error = writer.finish().unwrap_err();
    assert!(matches!(&error, WriteError::Io(error) if error.kind() == io::ErrorKind::WriteZero));
    assert!(error.to_string().starts_with("the trace cannot be written: "), "{error}");
}
