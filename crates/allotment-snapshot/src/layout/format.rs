//! The tables of `docs/format.md`, compared with what the code writes.

use alloc::vec::Vec;

use super::column::Width;
use super::footer::{END_MAGIC, Footer};
use super::header::{Header, Kind, MAGIC};
use super::link::Child;
use super::page::PageHead;
use crate::codec::Codec;
use crate::name::TypeName;

const PAGE: &str = include_str!("../../../../docs/format.md");

/// A field: where it is, how many bytes it takes, and its name, up to a colon or a comma.
type Row = (usize, usize, &'static str);

/// The fields of the table below a heading, whose last column has this title.
fn rows(heading: &str, title: &str) -> Vec<Row> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let head = alloc::format!("| offset | bytes | {title} |\n");
    let table = section.split(head.as_str()).nth(1).unwrap();
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[2].split([':', ',']).next().unwrap();
        (cells[0].parse().unwrap(), cells[1].parse().unwrap(), name)
    };
    lines.map(row).collect()
}

/// The rows are one behind the other, and each has the bytes of its field.
fn check(rows: &[Row], bytes: &[u8], fields: &[(&str, &[u8])]) {
    let mut end = 0;
    for (offset, len, name) in rows {
        assert_eq!(*offset, end, "{name}");
        end += len;
        let found = &bytes[*offset..end];
        match fields.iter().find(|(known, _)| known == name) {
            Some((_, expected)) => assert_eq!(found, *expected, "{name}"),
            None => assert!(*name == "zero" && found.iter().all(|byte| *byte == 0), "{name}"),
        }
    }
    assert_eq!(end, bytes.len());
    assert!(fields.iter().all(|(name, _)| rows.iter().any(|row| row.2 == *name)));
}

fn header() -> Header {
    Header {
        minor: 0x0304,
        page_log2: 12,
        codec: Codec::Raw,
        kind: Kind::Multi,
        ignorable: 0x0506_0708,
        file_id: 0x1112_1314_1516_1718_2122_2324_2526_2728,
        schema: 0x3132_3334_3536_3738,
        widths: (Width::Fixed(0x0102), Width::Variable),
        types: (TypeName::byte_array(258), TypeName::new("str")),
    }
}

#[test]
fn headers_are_as_described() {
    let mut types = [[0; 48]; 2];
    types[0][..8].copy_from_slice(b"[u8;258]");
    types[1][..3].copy_from_slice(b"str");
    let bytes = header().to_bytes();
    check(
        &rows("Header", "field"),
        &bytes,
        &[
            ("magic", &MAGIC),
            ("major version", &[1, 0]),
            ("minor version", &[4, 3]),
            ("page size", &[12]),
            ("checksum", &[1]),
            ("codec", &[0]),
            ("kind", &[2]),
            ("required features", &[0; 4]),
            ("ignorable features", &[8, 7, 6, 5]),
            ("file id", &header().file_id.to_le_bytes()),
            ("schema", &header().schema.to_le_bytes()),
            ("key width", &[2, 1]),
            ("value width", &[255, 255]),
            ("key type", &types[0]),
            ("value type", &types[1]),
        ],
    );
    assert_eq!(Header::read(&bytes), Ok(header()));
}

#[test]
fn pages_are_as_described() {
    let head =
        PageHead { level: 3, codec: 0, count: 7, payload: 99, stored: 4096, offset: 88, first: 66 };
    check(
        &rows("Page\n", "field"),
        &head.to_bytes(),
        &[
            ("kind", &[2]),
            ("level", &[3]),
            ("codec of this page", &[0]),
            ("count of entries", &7_u32.to_le_bytes()),
            ("payload", &99_u32.to_le_bytes()),
            ("stored", &4096_u32.to_le_bytes()),
            ("page offset in the file", &88_u64.to_le_bytes()),
            ("first", &66_u64.to_le_bytes()),
        ],
    );
    assert_eq!(PageHead { level: 0, ..head }.to_bytes()[..2], [1, 0]);
    let child = Child { offset: 1 << 40, first: 2, checksum: 3 << 50, stored: 4 };
    check(
        &rows("Page\n", "child"),
        &child.to_bytes(),
        &[
            ("child offset in the file", &child.offset.to_le_bytes()),
            ("child first", &child.first.to_le_bytes()),
            ("child checksum", &child.checksum.to_le_bytes()),
            ("child stored", &child.stored.to_le_bytes()),
        ],
    );
    assert_eq!(Child::from_bytes(&child.to_bytes()), child);
}

#[test]
fn footers_are_as_described() {
    let footer = Footer {
        entries: 1000,
        leaves: 20,
        index_pages: 2,
        height: 3,
        root: (4096, 512, 5 << 50),
        head_checksum: 6 << 50,
        length: 9000 + 256,
    };
    let (bytes, sum) = footer.to_bytes(&header(), 9000);
    check(
        &rows("Footer", "field"),
        &bytes,
        &[
            ("header", &header().to_bytes()),
            ("entries", &1000_u64.to_le_bytes()),
            ("leaves", &20_u64.to_le_bytes()),
            ("index pages", &2_u64.to_le_bytes()),
            ("height", &[3]),
            ("root offset", &4096_u64.to_le_bytes()),
            ("root stored", &512_u32.to_le_bytes()),
            ("root checksum", &footer.root.2.to_le_bytes()),
            ("header checksum", &footer.head_checksum.to_le_bytes()),
            ("length of the file", &footer.length.to_le_bytes()),
            ("footer checksum", &sum.to_le_bytes()),
            ("end magic", &END_MAGIC),
        ],
    );
    let read = Footer::read(&bytes, &header(), &header().to_bytes(), footer.length);
    assert_eq!(read, Ok((footer, sum)));
}

#[test]
fn magic_numbers_are_as_described() {
    for magic in [MAGIC, END_MAGIC] {
        let bytes: Vec<_> = magic.iter().map(|byte| alloc::format!("{byte:02X}")).collect();
        assert!(PAGE.contains(&alloc::format!("magic: `{}`", bytes.join(" "))));
    }
    assert!(PAGE.contains(&alloc::format!("{:#x}", crate::checksum::PLACE_FACTOR)));
}
