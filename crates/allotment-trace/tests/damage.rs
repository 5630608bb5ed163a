//! What is damaged or cut off is found, wherever it is, and told with its place.

use std::io::{self, Read};

use allotment_trace::{Key, KeyKind, ReadError, ReadFault, TraceOp, TraceReader, TraceWriter};

/// A small trace of three blocks, and where each begins; the last place is that of the end.
fn trace(kind: KeyKind) -> (Vec<u8>, Vec<u64>) {
    let mut writer = TraceWriter::new(Vec::new(), kind, 8);
    let mut starts = vec![24];
    for block in 0..3_u64 {
        let mut bytes = 16;
        for step in 0..4_u64 {
            let (number, text) = (block * 1000 + step, format!("key {block} {step}"));
            let key = match kind {
                KeyKind::Integers => Key::Integer(number),
                KeyKind::Text => Key::Text(&text),
            };
            writer.push(TraceOp::Insert { key });
            bytes += match (kind, step) {
                (KeyKind::Integers, 0) => [1, 3, 3][block as usize],
                (KeyKind::Integers, _) => 2,
                (KeyKind::Text, 0) => 3 + 7,
                (KeyKind::Text, _) => 3 + 1,
            };
        }
        writer.flush();
        starts.push(starts[block as usize] + bytes);
    }
    let bytes = writer.finish().unwrap();
    assert_eq!(bytes.len() as u64, starts[3] + 16);
    (bytes, starts)
}

/// How many operations are read before what happens.
fn read(bytes: &[u8]) -> (usize, Result<(), ReadError>) {
    let mut reader = match TraceReader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (0, Err(error)),
    };
    let mut count = 0;
    loop {
        match reader.next_op() {
            Ok(Some(_)) => count += 1,
            Ok(None) => return (count, Ok(())),
            Err(error) => {
                let again = reader.next_op().unwrap_err();
                assert!(matches!(again.fault, ReadFault::Malformed("an error came before")));
                return (count, Err(error));
            }
        }
    }
}

fn fault(bytes: &[u8]) -> ReadError {
    read(bytes).1.unwrap_err()
}

/// The block that holds a byte.
fn block_of(starts: &[u64], offset: u64) -> usize {
    starts.iter().filter(|start| **start <= offset).count()
}

#[test]
fn every_flipped_bit_is_found() {
    for kind in [KeyKind::Integers, KeyKind::Text] {
        let (bytes, starts) = trace(kind);
        assert_eq!(read(&bytes).0, 12);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let (count, result) = read(&damaged);
                let error = result.expect_err("a bit was flipped");
                let block = block_of(&starts, at as u64);
                // Nothing of the block, and all before it.
                assert_eq!(count, 4 * block.saturating_sub(1), "bit {bit} of byte {at}");
                assert!(!error.to_string().contains('\n'));
                match error.fault {
                    ReadFault::NotATrace => assert!(at < 8),
                    ReadFault::Version(_) => assert_eq!(error.offset, 8),
                    ReadFault::Truncated => assert_eq!(error.offset, bytes.len() as u64),
                    ReadFault::Checksum | ReadFault::BlockTooLong(_) => {
                        let start = if block == 0 { 0 } else { starts[block - 1] };
                        assert_eq!(error.offset, start);
                    }
                    other => panic!("bit {bit} of byte {at}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn every_truncation_is_found() {
    for kind in [KeyKind::Integers, KeyKind::Text] {
        let (bytes, starts) = trace(kind);
        for length in 0..bytes.len() {
            let (count, result) = read(&bytes[..length]);
            let error = result.expect_err("the end is missing");
            assert!(matches!(error.fault, ReadFault::Truncated), "{length}: {error}");
            assert_eq!(error.offset, length as u64);
            let whole = block_of(&starts, length as u64).saturating_sub(1);
            assert_eq!(count, 4 * whole, "{length}");
        }
    }
}

#[test]
fn blocks_in_the_wrong_place_are_found() {
    let (bytes, starts) = trace(KeyKind::Integers);
    let starts: Vec<_> = starts.into_iter().map(|start| start as usize).collect();
    let part = |block: usize| &bytes[starts[block]..starts[block + 1]];
    let (header, end) = (&bytes[..24], &bytes[starts[3]..]);
    for (blocks, wrong_at) in [
        (vec![part(0), part(2), end], starts[1]),
        (vec![part(1), part(0), part(2), end], 24),
        (vec![part(0), part(0), part(1), part(2), end], starts[1]),
        (vec![part(0), part(1), end], starts[2]),
        (vec![end], 24),
    ] {
        let error = fault(&[header, &blocks.concat()].concat());
        assert!(matches!(error.fault, ReadFault::Checksum), "{error}");
        assert_eq!(error.offset, wrong_at as u64);
    }
    // The first block of another recording.
    let other = TraceWriter::new(Vec::new(), KeyKind::Integers, 9).finish().unwrap();
    let error = fault(&[&other[..24], &bytes[24..]].concat());
    assert!(matches!(error.fault, ReadFault::Checksum), "{error}");
}

#[test]
fn other_files_are_no_traces() {
    for text in [&b"key,value\n"[..], b"\x89PNG\r\n\x1a\n and so on and so on", b"a"] {
        let error = fault(text);
        assert!(matches!(error.fault, ReadFault::NotATrace), "{error}");
    }
    let error = fault(b"");
    assert_eq!(error.to_string(), "byte 0: the trace is cut off, or was never finished");
}

#[test]
fn what_comes_behind_the_end_is_found() {
    let (bytes, _) = trace(KeyKind::Text);
    let (count, result) = read(&[&bytes[..], b"\n"].concat());
    let error = result.unwrap_err();
    assert_eq!((count, error.offset), (12, bytes.len() as u64));
    assert_eq!(
        error.to_string(),
        format!("byte {}: bytes behind the end of the trace", bytes.len())
    );
}

/// Gives what it has, and then an error.
struct Broken<'a>(&'a [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn what_the_system_says_is_passed_on() {
    let (bytes, _) = trace(KeyKind::Text);
    for length in [0, 10, 24, 50] {
        let error = TraceReader::new(Broken(&bytes[..length]))
            .and_then(|mut reader| reader.next_op().map(|_| ()))
            .unwrap_err();
        assert_eq!(error.to_string(), format!("byte {length}: cannot be read: the disk is gone"));
    }
}

#[test]
fn lengths_drive_no_allocation() {
    let (mut bytes, _) = trace(KeyKind::Integers);
    bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = fault(&bytes);
    assert!(matches!(error.fault, ReadFault::BlockTooLong(u32::MAX)), "{error}");
    assert_eq!(error.offset, 24);
}
