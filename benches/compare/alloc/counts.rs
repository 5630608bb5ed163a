//! What allocators ask of the heap for the nodes of trees, counted by dhat.

use allotment_alloc::Global;
use allotment_bump::Bump;
use allotment_core::BTreeMap;
use allotment_pool::Pool;
use fastrand::Rng;

use super::home::Home;
use crate::compare::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

/// Pairs of a small map.
const SMALL: usize = 1000;

const ROWS: [(&str, &str); 4] = [
    ("requests", "blocks asked of the heap for n random inserts"),
    ("held by one map", "bytes held from the heap for each that the nodes of one map take"),
    ("held by many", "the same for maps of 1000 pairs on one allocator"),
    ("left", "blocks still held when the maps are dropped, and the allocator trimmed or reset"),
];

/// What came of a round: a figure for each row.
type Figures = [f64; ROWS.len()];

type Weigh = fn(&[u64]) -> Figures;

const FIELD: [(&str, Weigh); 4] = [
    ("std", weigh::<Global>),
    ("bumpalo", weigh::<bumpalo::Bump>),
    ("bump", weigh::<Bump>),
    ("pool", weigh::<Pool>),
];

pub(crate) fn table() -> Table {
    let info =
        |(name, about): (&str, &str)| RowInfo { name: name.to_owned(), about: about.to_owned() };
    Table {
        name: "alloc counts",
        title: "what allocators hold for maps of u64 -> u64",
        unit: "",
        sizes: vec![1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, _)| name).into(),
        rows: ROWS.map(info).into(),
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(11);
    let keys = Vec::from_iter((0..args.size).map(|_| rng.u64(..)));
    let field = FIELD.into_iter().filter(|(name, _)| args.wants_contender(name));
    let figures = Vec::from_iter(field.map(|(name, weigh)| (name, weigh(&keys))));
    for (at, (row, _)) in ROWS.into_iter().enumerate().filter(|(_, (row, _))| args.wants_row(row)) {
        let cell = |(contender, figures): &(&'static str, Figures)| Cell {
            contender,
            samples: vec![figures[at]],
            substitute: None,
        };
        let cells = figures.iter().map(cell).collect();
        emit(Outcome { row: row.to_owned(), size: args.size, cells })?;
    }
    Ok(())
}

/// Fills one map, then many, each time on an allocator of its own.
fn weigh<H: Home>(keys: &[u64]) -> Figures {
    let [requests, one, left] = fill::<H>(keys, keys.len());
    let [_, many, _] = fill::<H>(keys, SMALL);
    [requests, one, many, left]
}

/// Fills maps of so many pairs: blocks asked of the heap, bytes held for each that is live, and
/// blocks left in the end.
fn fill<H: Home>(keys: &[u64], each: usize) -> [f64; 3] {
    let _profiler = dhat::Profiler::builder().testing().build();
    let mut home = H::new();
    let (filled, list, live) = {
        let mut maps = Vec::with_capacity(keys.len().div_ceil(each));
        for keys in keys.chunks(each) {
            let mut map = BTreeMap::new_in(home.lend());
            for key in keys {
                map.insert(*key, 0_u64);
            }
            maps.push(map);
        }
        let live: usize = maps.iter().map(|map| map.memory_usage().live_bytes).sum();
        (dhat::HeapStats::get(), maps.capacity() * size_of_val(&maps[0]), live)
    };
    home.tidy();
    let left = dhat::HeapStats::get().curr_blocks;
    // The list of maps is on the heap too.
    let held = filled.curr_bytes - list;
    [(filled.total_blocks - 1) as f64, held as f64 / live as f64, left as f64]
}
