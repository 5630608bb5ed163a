//! The tables of `docs/trace-format.md`, compared with what the code writes.

use std::ops::Bound;

use crate::code;
use crate::key::{Key, KeyKind};
use crate::layout::{
    BlockHead, HEAD_BYTES, HEADER_BYTES, Header, MAGIC, MAX_BLOCK_BYTES, MAX_KEY_BYTES, checksum,
    seal,
};
use crate::op::TraceOp;
use crate::writer::TraceWriter;

const PAGE: &str = include_str!("../../../docs/trace-format.md");

/// The cells of the table below a heading that begins with this row.
fn table(heading: &str, head: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let table = section.split(&format!("{head}\n")).nth(1).unwrap();
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The rows are one behind the other, and each has the bytes of its field.
fn check(heading: &str, bytes: &[u8], fields: &[(&str, &[u8])]) {
    let rows = table(heading, "| offset | bytes | field |");
    let mut end = 0;
    assert_eq!(rows.len(), fields.len());
    for (row, (name, expected)) in rows.iter().zip(fields) {
        let (offset, len): (usize, usize) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        assert_eq!(offset, end, "{name}");
        end += len;
        assert_eq!(row[2].split([':', ',']).next(), Some(*name));
        assert_eq!(&bytes[offset..end], *expected, "{name}");
    }
    assert_eq!(end, bytes.len());
}

/// Bytes as the page writes them, in runs between back quotes.
fn hex(text: &str) -> Vec<u8> {
    let words = text.split(['`', ' ']).filter(|word| !word.is_empty());
    words.map(|word| u8::from_str_radix(word, 16).unwrap()).collect()
}

#[test]
fn headers_are_as_described() {
    let header = Header { kind: KeyKind::Text, value_bytes: 0x0102_0304 };
    let bytes = header.to_bytes();
    let sum = checksum(0, &bytes[..16]).to_le_bytes();
    check(
        "Header",
        &bytes,
        &[
            ("magic", &MAGIC),
            ("version", &[1, 0]),
            ("keys", &[2]),
            ("zero", &[0]),
            ("value bytes", &[4, 3, 2, 1]),
            ("checksum of the header", &sum),
        ],
    );
    assert!(PAGE.contains("| magic: `89 54 52 43 0D 0A 1A 0A` |"));
    assert_eq!(hex("`89 54 52 43 0D 0A 1A 0A`"), MAGIC);
    assert!(PAGE.contains("| keys: 1, integers; 2, text |"));
    assert_eq!(Header { kind: KeyKind::Integers, ..header }.to_bytes()[10], 1);
    assert_eq!(Header::read(&bytes).ok(), Some(header));
}

#[test]
fn blocks_are_as_described() {
    let mut block = vec![7; HEAD_BYTES + 0x0203];
    let sum = seal(&mut block, 0x0405, 0x77);
    assert_eq!(sum, checksum(0x77, &block[8..]));
    check(
        "Block",
        &block[..HEAD_BYTES],
        &[
            ("checksum of the block", &sum.to_le_bytes()),
            ("length", &[3, 2, 0, 0]),
            ("operations", &[5, 4, 0, 0]),
        ],
    );
    let head = BlockHead { checksum: sum, length: 0x0203, ops: 0x0405 };
    assert_eq!(BlockHead::read(&block), head);
}

#[test]
fn sizes_are_as_described() {
    assert_eq!((HEADER_BYTES, HEAD_BYTES), (24, 16));
    assert_eq!((MAX_BLOCK_BYTES, MAX_KEY_BYTES), (65_536, 16_384));
    for text in ["24 bytes ", "16 + 65,536 bytes", " 16 bytes\n", "1 to 65,536", "most 16,384"] {
        assert!(PAGE.contains(text), "{text}");
    }
}

#[test]
fn codes_are_as_described() {
    let codes = [
        ("insert", code::INSERT),
        ("get", code::GET),
        ("remove", code::REMOVE),
        ("scan from a key", code::SCAN_FROM),
        ("scan from behind a key", code::SCAN_BEHIND),
        ("scan from the first entry", code::SCAN_FIRST),
        ("pop the first entry", code::POP_FIRST),
        ("pop the last entry", code::POP_LAST),
        ("clear", code::CLEAR),
        ("clone, and drop the clone", code::CLONE),
    ];
    let rows = table("Operations", "| code | operation | key | number |");
    assert_eq!(rows.len(), codes.len());
    for (row, (name, code)) in rows.iter().zip(codes) {
        assert_eq!((row[1], row[0]), (name, code.to_string().as_str()));
    }
}

#[test]
fn operations_are_as_described() {
    let integer = Key::Integer;
    let integers = [
        TraceOp::Insert { key: integer(5) },
        TraceOp::Insert { key: integer(6) },
        TraceOp::Get { key: integer(6) },
        TraceOp::PopFirst,
    ];
    let texts = [
        TraceOp::Insert { key: Key::Text("bean") },
        TraceOp::Get { key: Key::Text("beans") },
        TraceOp::Scan { from: Bound::Excluded(Key::Text("bed")), entries: 300 },
    ];
    let rows = table("Operations", "| operations | bytes |");
    for (row, (kind, ops)) in
        rows.iter().zip([(KeyKind::Integers, &integers[..]), (KeyKind::Text, &texts)])
    {
        let mut writer = TraceWriter::new(Vec::new(), kind, 8);
        ops.iter().for_each(|op| writer.push(*op));
        let file = writer.finish().unwrap();
        assert_eq!(file[HEADER_BYTES + HEAD_BYTES..file.len() - HEAD_BYTES], hex(row[1]));
    }
    assert_eq!(rows.len(), 2);
}
