//! Snapshots next to other sorted files: embedded databases, an automaton, and an archive.

mod input;
mod ours;
mod peers;
mod store;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

use allotment_snapshot::Codec;

use self::input::Input;
use self::ours::{InPlace, Packed};
use self::peers::{Automaton, Lmdb, Redb, Rkyv};
use self::store::Store;
use super::clock::{Stopwatch, overhead};
use super::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

const NAME: &str = "snapshot";

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Write,
    Open,
    Get,
    Scan,
    Load,
}

impl Act {
    const ALL: [Act; 5] = [Act::Write, Act::Open, Act::Get, Act::Scan, Act::Load];

    fn name(self) -> &'static str {
        match self {
            Act::Write => "write",
            Act::Open => "open",
            Act::Get => "get, random keys",
            Act::Scan => "scan",
            Act::Load => "load",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Act::Write => {
                "all pairs, which are sorted, or a map of them (rkyv): to memory, or to a file \
                 that is not synced"
            }
            Act::Open => "what was closed, and one look-up; not by entry",
            Act::Get => "keys that are there, in random order, all pages read before",
            Act::Scan => "a loop over all pairs",
            Act::Load => "all pairs into a map in memory; of std, from a sorted vector",
        }
    }
}

type Time = fn(Act, &Input, &Path, Stopwatch) -> Option<(f64, u64)>;

/// The columns. What is compressed is told apart by its codec.
const FIELD: [(&str, Time); 8] = [
    ("std", time::<BTreeMap<u64, u64>>),
    ("snapshot", time::<InPlace>),
    ("snapshot lz4", time::<Packed<{ ours::number(Codec::Lz4) }>>),
    ("snapshot zstd", time::<Packed<{ ours::number(Codec::Zstd) }>>),
    ("lmdb", time::<Lmdb>),
    ("redb", time::<Redb>),
    ("rkyv", time::<Rkyv>),
    ("fst", time::<Automaton>),
];

/// Nanoseconds an entry, and something of all answers; nothing if it cannot be asked.
fn time<S: Store>(
    act: Act,
    input: &Input,
    folder: &Path,
    mut watch: Stopwatch,
) -> Option<(f64, u64)> {
    let keys = &input.keys;
    if act == Act::Open && !S::OPENS {
        return None;
    }
    let per = keys.len() as f64;
    if act == Act::Write {
        let store = watch.time(|| S::write(input, folder));
        return Some((watch.nanos() / per, store.sum_of(&keys[..1])));
    }
    let mut store = S::write(input, folder);
    let (per, check) = match act {
        Act::Get => {
            black_box(store.sum_of(keys));
            (per, watch.time(|| store.sum_of(keys)))
        }
        Act::Scan => {
            black_box(store.sum());
            (per, watch.time(|| store.sum()))
        }
        Act::Load => {
            let (pairs, _map) = watch.time(|| store.load(input));
            (per, pairs as u64)
        }
        Act::Open | Act::Write => {
            let closed = store.close();
            store = watch.time(|| {
                let store = S::open(closed);
                black_box(store.sum_of(&keys[..1]));
                store
            });
            (1.0, store.sum_of(&keys[..1]))
        }
    };
    Some((watch.nanos() / per, check))
}

pub(super) fn table() -> Table {
    let row = |act: Act| RowInfo { name: act.name().to_owned(), about: act.about().to_owned() };
    Table {
        name: NAME,
        title: "u64 -> u64 in a file",
        unit: "ns an entry",
        sizes: vec![1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.iter().map(|(name, _)| *name).collect(),
        rows: Act::ALL.map(row).into(),
    }
}

pub(super) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let overhead = overhead();
    let broken = |error| Failure::Broken(format!("no folder for files: {error}"));
    let field: Vec<_> = FIELD.iter().filter(|(name, _)| args.wants_contender(name)).collect();
    for act in Act::ALL.into_iter().filter(|act| args.wants_row(act.name())) {
        let mut samples = vec![Vec::new(); field.len()];
        for round in 0..args.rounds(1) {
            let input = Input::new(args.size, round);
            let mut expected = None;
            for turn in 0..field.len() {
                let index = (round + turn) % field.len();
                let (contender, time) = field[index];
                let folder = tempfile::tempdir().map_err(broken)?;
                let took = time(act, &input, folder.path(), Stopwatch::new(overhead));
                let Some((nanos, check)) = took else { continue };
                if check != *expected.get_or_insert(check) {
                    let row = act.name();
                    return Err(Failure::Broken(format!("{row}: {contender} gives other answers")));
                }
                samples[index].push(nanos);
            }
        }
        let cells = field.iter().zip(samples).filter(|(_, samples)| !samples.is_empty());
        let cell = |((contender, _), samples): (&&(&'static str, Time), Vec<f64>)| Cell {
            contender,
            samples,
            substitute: None,
        };
        let cells = cells.map(cell).collect();
        emit(Outcome { row: act.name().to_owned(), size: args.size, cells })?;
    }
    Ok(())
}
