//! Values whose bytes other crates know: of zerocopy, viewed in place, and of serde, decoded.

mod common;

use std::collections::BTreeMap;

use allotment_snapshot::{
    Codec, DamageKind, InPlace, Named, PageCache, Serialized, Snapshot, SnapshotReader,
    SnapshotWriter, TypeName, WriteError,
};
use allotment_trial::forge;
use common::{file, packed_file, word};
use serde::ser::{Error, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use zerocopy::little_endian::{F64, U16};
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes, Unaligned};

#[derive(
    TryFromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy, Debug, PartialEq,
)]
#[repr(C)]
struct Plot {
    area: F64,
    rows: U16,
    watered: bool,
}

impl Named for Plot {
    const NAME: TypeName = TypeName::new("Plot");
}

fn plot(n: u16) -> Plot {
    Plot { area: F64::new(f64::from(n) / 3.0), rows: U16::new(n), watered: n % 3 < 1 }
}

#[test]
fn zerocopy_types_are_viewed_where_they_stand() {
    let entries = || (0..900_u16).map(|n| (n, InPlace(plot(n))));
    let bytes = file(512, entries());
    let snapshot = Snapshot::<u16, InPlace<Plot>, _>::from_bytes(&bytes[..]).unwrap();
    snapshot.verify_all().unwrap();
    for n in 0..900 {
        let found: &Plot = snapshot.get(&n).unwrap().unwrap();
        assert_eq!(*found, plot(n));
        assert!(bytes.as_ptr_range().contains(&std::ptr::from_ref(found).cast()));
    }
    let map = snapshot.to_map().unwrap();
    assert!(map.into_iter().eq(entries()));
    // A `bool` that is none is damage of that entry, and of no other.
    let mut forged = bytes.clone();
    let values = 512 + 32 + 2 * usize::from(forged[512 + 4]);
    assert_eq!(forged[values + 10..][..12], [&[1][..], &bytes[values + 11..][..11]].concat());
    forged[values + 10] = 2;
    forge::repair(&mut forged);
    let snapshot = Snapshot::<u16, InPlace<Plot>, _>::from_bytes(&forged[..]).unwrap();
    let damage = snapshot.get(&0).unwrap_err();
    assert_eq!((damage.offset, damage.kind), (512, DamageKind::Value));
    assert_eq!(snapshot.get(&1), Ok(Some(&plot(1))));
    assert_eq!(snapshot.verify_all(), Err(damage));
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum Note {
    Empty,
    Words(Vec<String>),
    Map { counts: BTreeMap<char, i64>, weight: Option<f32> },
}

impl Named for Note {
    const NAME: TypeName = TypeName::new("Note");
}

fn note(n: u64) -> Note {
    match n % 3 {
        0 => Note::Empty,
        1 => Note::Words((0..n % 5).map(|k| word(k * n)).collect()),
        _ => Note::Map { counts: [('a', n as i64), ('z', -1)].into(), weight: None },
    }
}

#[test]
fn serde_types_are_decoded() {
    let entries: BTreeMap<_, _> = (0..700_u64).map(|n| (word(n), Serialized(note(n)))).collect();
    for codec in [Codec::Raw, Codec::Lz4, Codec::Zstd] {
        let bytes = packed_file(codec, 1024, &entries);
        let reader = SnapshotReader::<String, Serialized<Note>, _>::open(bytes).unwrap();
        let cache = &mut PageCache::new(1 << 16);
        reader.verify_all(cache).unwrap();
        for (key, value) in &entries {
            assert_eq!(reader.get(cache, key), Ok(Some(value.0.clone())));
        }
    }
    let bytes = file(1024, &entries);
    let snapshot = Snapshot::<String, Serialized<Note>, _>::from_bytes(&bytes[..]).unwrap();
    assert!(snapshot.to_map().unwrap().into_iter().eq(entries));
}

/// A list that does not know its length, or what serde refuses at all.
#[derive(Deserialize)]
struct Refused(bool);

impl Named for Refused {
    const NAME: TypeName = TypeName::new("Refused");
}

impl Serialize for Refused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 {
            return Err(S::Error::custom("as it should"));
        }
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&1)?;
        list.end()
    }
}

#[test]
fn what_serde_refuses_is_no_entry() {
    for refused in [true, false] {
        let options = allotment_snapshot::SnapshotOptions::new();
        let mut writer = SnapshotWriter::new(Vec::new(), &options).unwrap();
        let error = writer.push(&(1_u8), &Some(Serialized(Refused(refused)))).unwrap_err();
        assert!(matches!(error, WriteError::Unstorable { entry: 0 }));
        assert_eq!(error.to_string(), "entry 0 cannot be serialized");
        assert!(matches!(writer.finish(), Err(WriteError::Poisoned)));
    }
}

#[test]
fn bytes_that_do_not_decode_are_damage() {
    let entries = [(1_u8, vec![9_u8]), (2, vec![0]), (3, vec![0, 0]), (4, vec![])];
    let mut bytes = file(512, entries);
    // The same bytes, said to be of another type.
    for header in [0, bytes.len() - 256] {
        bytes[header + 112..][..5].copy_from_slice(b"Note\0");
    }
    forge::repair(&mut bytes);
    let snapshot = Snapshot::<u8, Serialized<Note>, _>::from_bytes(bytes).unwrap();
    assert_eq!(snapshot.get(&2), Ok(Some(Note::Empty)));
    for key in [1, 3, 4] {
        assert_eq!(snapshot.get(&key).unwrap_err().kind, DamageKind::Value, "{key}");
    }
}
