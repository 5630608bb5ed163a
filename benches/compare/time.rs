//! The tables of times.

use allotment_alloc::Global;
use allotment_core::{BTreeMap as Ours, IntegerKey, IntegerKeys};
use allotment_pool::Pool;
use bbtree::unsync::BBTreeMap;
use brie_tree::BTree;
use indexset::BTreeMap as IndexMap;
use pstd::collections::BTreeMap as Pstd;

use super::brie::Integer;
use super::course::{Course, streams_needed};
use super::keys::{Id, Key, Marked, Reading, Scattered, Stamp, Text, streams};
use super::program::{Args, Catalog, Emit, Failure, RowInfo, Table};
use super::race::{Field, race};
use super::row::Row;
use super::tasks::{Contender, Entrant};
use super::{alloc, lists, pauses, snapshots};

const CONTENDERS: [&str; 7] = ["std", "system", "pool", "brie", "bbtree", "pstd", "indexset"];

/// The contenders that take keys of any type.
const GENERAL: [&str; 6] = ["std", "system", "pool", "bbtree", "pstd", "indexset"];

const KEY_ROWS: [Row; 4] = [Row::GetHit, Row::InsertRandom, Row::RemoveRandom, Row::ScanRandom];
const TEXT_ROWS: [Row; 3] = [Row::GetHit, Row::InsertRandom, Row::RemoveRandom];

/// In the order of the table; `u64` again, for the newtype to be compared with.
const KEY_TYPES: [&str; 13] = [
    u32::NAME,
    i64::NAME,
    u128::NAME,
    u64::NAME,
    Id::NAME,
    <(u32, u32)>::NAME,
    <(i64, u64)>::NAME,
    <[u8; 16]>::NAME,
    <[u8; 32]>::NAME,
    Stamp::NAME,
    Marked::NAME,
    Reading::NAME,
    <(String, u32)>::NAME,
];

pub(crate) fn catalog() -> Catalog {
    let info = |name: String, about: &str| RowInfo { name, about: about.to_owned() };
    let keys = KEY_TYPES.iter().flat_map(|name| KEY_ROWS.map(|row| label(name, row)));
    let texts = Text::ALL
        .iter()
        .flat_map(|text| TEXT_ROWS.map(|row| info(label(text.name(), row), text.about())));
    let table = |name, title, sizes, quick_sizes| Table {
        name,
        title,
        unit: "ns/op",
        sizes,
        quick_sizes,
        contenders: CONTENDERS.to_vec(),
        rows: Vec::new(),
    };
    Catalog {
        tables: vec![
            Table {
                rows: Row::ALL.map(|row| info(row.name().to_owned(), row.about())).into(),
                ..table("u64", "u64 -> u64", vec![1000, 100_000, 1_000_000], vec![1000, 100_000])
            },
            Table {
                rows: keys.map(|name| info(name, "")).collect(),
                ..table("keys", "other keys -> u64", vec![100_000], vec![100_000])
            },
            Table {
                rows: texts.collect(),
                contenders: GENERAL.to_vec(),
                ..table("strings", "String -> u64", vec![500_000], vec![50_000])
            },
            lists::multimap().times(),
            lists::postings().times(),
            snapshots::table(),
            alloc::table(),
            alloc::maps::table(),
            Table {
                unit: "ns",
                rows: pauses::ROWS.map(|(name, about)| info(name.to_owned(), about)).into(),
                ..table("pauses", "one insert of many, u64 -> u64", vec![1_000_000], vec![100_000])
            },
        ],
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    match args.table.as_deref() {
        Some("u64") => integers(args, emit),
        Some("keys") => other_keys(args, emit),
        Some("strings") => texts(args, emit),
        Some("multimap") => lists::multimap().measure_times(args, emit),
        Some("snapshot") => snapshots::measure(args, emit),
        Some("alloc") => alloc::measure(args, emit),
        Some("alloc maps") => alloc::maps::measure(args, emit),
        Some("postings") => lists::postings().measure_times(args, emit),
        _ => pauses::measure(args, emit),
    }
}

fn integers(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let rows = Row::ALL.map(|row| (row, row.name().to_owned()));
    let streams = streams(streams_needed(args.size, args.ops()));
    let mut course = Course::new(u64::scattered(2 * args.size), streams).with_ops(args.ops());
    run(args, &rows, with_brie(), &mut course, args.rounds(1), emit)
}

fn other_keys(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    key_type::<u32>(args, with_brie(), emit)?;
    key_type::<i64>(args, with_brie(), emit)?;
    key_type::<u128>(args, with_brie(), emit)?;
    key_type::<u64>(args, with_brie(), emit)?;
    key_type::<Id>(args, opted_in(with_brie()), emit)?;
    key_type::<(u32, u32)>(args, general(), emit)?;
    key_type::<(i64, u64)>(args, general(), emit)?;
    key_type::<[u8; 16]>(args, general(), emit)?;
    key_type::<[u8; 32]>(args, general(), emit)?;
    key_type::<Stamp>(args, general(), emit)?;
    key_type::<Marked>(args, opted_in(general()), emit)?;
    key_type::<Reading>(args, general(), emit)?;
    key_type::<(String, u32)>(args, general(), emit)
}

fn key_type<K: Scattered>(args: &Args, field: Field<K>, emit: Emit<'_>) -> Result<(), Failure> {
    let rows = KEY_ROWS.map(|row| (row, label(K::NAME, row)));
    if !rows.iter().any(|(_, name)| args.wants_row(name)) {
        return Ok(());
    }
    let keys = K::scattered(2 * args.size);
    let mut course = Course::new(keys, Vec::new()).with_ops(args.ops());
    run(args, &rows, field, &mut course, args.rounds(KEY_TYPES.len()), emit)
}

fn texts(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    for text in Text::ALL {
        let rows = TEXT_ROWS.map(|row| (row, label(text.name(), row)));
        if rows.iter().any(|(_, name)| args.wants_row(name)) {
            let keys = text.keys(2 * args.size);
            let mut course = Course::new(keys, Vec::new()).with_ops(args.ops());
            run(args, &rows, general(), &mut course, args.rounds(Text::ALL.len()), emit)?;
        }
    }
    Ok(())
}

fn run<K: Key>(
    args: &Args,
    rows: &[(Row, String)],
    mut field: Field<K>,
    course: &mut Course<K>,
    rounds: usize,
    emit: Emit<'_>,
) -> Result<(), Failure> {
    let rows: Vec<_> = rows.iter().filter(|(_, name)| args.wants_row(name)).cloned().collect();
    field.retain(|contender| args.wants_contender(contender.name()));
    race(&rows, &mut field, course, rounds, emit)
}

fn label(kind: &str, row: Row) -> String {
    let row = match row {
        Row::GetHit => "get",
        Row::InsertRandom => "insert",
        Row::RemoveRandom => "remove",
        Row::ScanRandom => "scan",
        other => other.name(),
    };
    format!("{kind}: {row}")
}

/// In the order of [`GENERAL`].
fn general<K: Key>() -> Field<K> {
    vec![
        Box::new(Entrant::<std::collections::BTreeMap<K, u64>>::new()),
        Box::new(Entrant::<Ours<K, u64, Global>>::new()),
        Box::new(Entrant::<Ours<K, u64, Pool>>::new()),
        Box::new(Entrant::<BBTreeMap<K, u64>>::new()),
        Box::new(Entrant::<Pstd<K, u64>>::new()),
        Box::new(Entrant::<IndexMap<K, u64>>::new()),
    ]
}

/// In the order of [`CONTENDERS`].
fn with_brie<K: Integer>() -> Field<K> {
    let mut field = general();
    let brie: Box<dyn Contender<K>> = Box::new(Entrant::<BTree<K::NonMax, u64>>::new());
    field.insert(3, brie);
    field
}

/// The same contenders, with ours told that the keys are ordered as integers.
fn opted_in<K: Key + IntegerKey>(mut field: Field<K>) -> Field<K> {
    field[1] = Box::new(Entrant::<Ours<K, u64, Global, IntegerKeys>>::new());
    field[2] = Box::new(Entrant::<Ours<K, u64, Pool, IntegerKeys>>::new());
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_the_order_of_the_catalogue() {
        let names = |field: Field<u64>| field.iter().map(|one| one.name()).collect::<Vec<_>>();
        assert_eq!(names(general()), GENERAL);
        assert_eq!(names(with_brie()), CONTENDERS);
        assert!(opted_in::<Id>(with_brie()).iter().map(|one| one.name()).eq(CONTENDERS));
    }
}
