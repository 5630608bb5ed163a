//! The table of counts: comparisons and requests for memory, the same on every run.

use std::cell::Cell;
use std::cmp::Ordering;

use allotment_alloc::Global;
use allotment_core::BTreeMap as Ours;
use allotment_meter::Counting;
use allotment_pool::Pool;
use bbtree::unsync::BBTreeMap;
use brie_tree::BTree;
use indexset::BTreeMap as IndexMap;
use nonmax::NonMaxU64;
use pstd::collections::BTreeMap as Pstd;

use super::course::{Course, Input};
use super::keys::{Key, Scattered};
use super::map::Map;
use super::program::{Args, Cell as Figures, Emit, Failure, Outcome, RowInfo, Table};
use super::row::Row;
use super::scale::{Weighed, weigh};
use super::tasks::build;

thread_local! {
    static COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

/// A number that no map knows for one, and whose comparisons are counted.
#[derive(Clone, Copy)]
struct Watched(u64);

impl Ord for Watched {
    fn cmp(&self, other: &Self) -> Ordering {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Watched {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Watched {}

impl Key for Watched {
    fn digest(&self) -> u64 {
        self.0
    }
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// By an operation, on keys that are not known to be numbers.
    Comparisons,
    /// By 1000 operations, on keys of `u64`.
    Requests,
}

const UNITS: [(Unit, &str, &[Row]); 2] = [
    (
        Unit::Comparisons,
        "comparisons: ",
        &[Row::GetHit, Row::GetMiss, Row::InsertRandom, Row::InsertAscending, Row::RemoveRandom],
    ),
    (
        Unit::Requests,
        "requests: ",
        &[Row::InsertRandom, Row::InsertAscending, Row::Bulk, Row::Clone, Row::Churn],
    ),
];

fn name(title: &str, row: Row) -> String {
    format!("{title}{}", row.name())
}

/// Compares or asks for memory as a row demands, and answers how often for how many operations.
type Count = fn(Unit, Row, &Input<u64>) -> Option<Counted>;

struct Counted {
    count: u64,
    ops: usize,
    /// Something of all answers.
    check: u64,
}

/// In the order of the columns.
const FIELD: [(&str, Count); 8] = [
    entry::<std::collections::BTreeMap<u64, u64>, std::collections::BTreeMap<Watched, u64>>(),
    entry::<Ours<u64, u64, Global>, Ours<Watched, u64, Global>>(),
    entry::<Ours<u64, u64, Counting<Pool>>, Ours<Watched, u64, Pool>>(),
    ("pool heap", requests_only::<Ours<u64, u64, Pool>>),
    ("brie", requests_only::<BTree<NonMaxU64, u64>>),
    entry::<BBTreeMap<u64, u64>, BBTreeMap<Watched, u64>>(),
    entry::<Pstd<u64, u64>, Pstd<Watched, u64>>(),
    entry::<IndexMap<u64, u64>, IndexMap<Watched, u64>>(),
];

const fn entry<M: Weighed<u64>, W: Map<Watched>>() -> (&'static str, Count) {
    (M::COLUMN, count::<M, W>)
}

fn count<M: Weighed<u64>, W: Map<Watched>>(
    unit: Unit,
    row: Row,
    input: &Input<u64>,
) -> Option<Counted> {
    match unit {
        Unit::Comparisons => Some(comparisons::<W>(row, input)),
        Unit::Requests => Some(requests::<M>(row, input)),
    }
}

fn requests_only<M: Weighed<u64>>(unit: Unit, row: Row, input: &Input<u64>) -> Option<Counted> {
    (unit == Unit::Requests).then(|| requests::<M>(row, input))
}

/// Maps of look-ups and removals are built from the pairs first, which is not counted.
fn comparisons<W: Map<Watched>>(row: Row, input: &Input<u64>) -> Counted {
    let pairs: Vec<(Watched, u64)> =
        input.pairs(0).iter().map(|(key, value)| (Watched(*key), *value)).collect();
    let is_insertion = matches!(row, Row::InsertRandom | Row::InsertAscending);
    let mut map = if is_insertion { W::empty() } else { build(&pairs) };
    let before = COMPARISONS.get();
    let (ops, answers) = if is_insertion {
        map = build(&pairs);
        (pairs.len(), 0)
    } else {
        let answer = |key: &u64| match row {
            Row::RemoveRandom => map.remove(&Watched(*key)),
            _ => map.get(&Watched(*key)),
        };
        let keys = input.keys(0);
        (keys.len(), keys.iter().filter_map(answer).fold(0, u64::wrapping_add))
    };
    let count = COMPARISONS.get() - before;
    Counted { count, ops, check: answers.wrapping_add(map.scan()) }
}

fn requests<M: Weighed<u64>>(row: Row, input: &Input<u64>) -> Counted {
    let pairs = input.pairs(0);
    let built = || build::<u64, M>(pairs);
    let asked = |make: &dyn Fn() -> M| weigh::<u64, M>(make);
    // What a map needs to come about is not in what it needs afterwards.
    let (scale, before, ops) = match row {
        Row::Bulk => (asked(&|| M::from_sorted(pairs.iter().copied())), 0, pairs.len()),
        Row::Clone => {
            let map = built();
            // A clone shares the books of the map it is made from.
            let before = map.asked().map_or(0, |asked| asked.requests);
            (asked(&|| map.duplicate()), before, pairs.len())
        }
        Row::Churn => {
            let swapped = || {
                let mut map = built();
                for (gone, (key, value)) in input.keys(0).iter().zip(&input.other) {
                    map.remove(gone);
                    map.insert(*key, *value);
                }
                map
            };
            (asked(&swapped), asked(&built).requests, input.other.len())
        }
        _ => (asked(&built), 0, pairs.len()),
    };
    Counted { count: 1000 * (scale.requests - before), ops, check: scale.sum }
}

/// What a row is given: the pairs of its map, and keys beside them.
fn input(course: &mut Course<u64>, row: Row) -> Input<u64> {
    let random = course.base.present.clone();
    let mut input = course.input(row);
    match row {
        Row::GetHit | Row::GetMiss => input.pairs = vec![random],
        Row::Churn => {
            input.other = input.pairs.remove(0);
            input.pairs = vec![random];
        }
        Row::Clone => input.pairs = vec![random],
        _ => (),
    }
    input
}

pub(crate) fn table() -> Table {
    let about = |unit| match unit {
        Unit::Comparisons => "calls of Ord::cmp by an operation; keys are a struct of one u64",
        Unit::Requests => "blocks asked for by 1000 operations (pairs, for a clone); keys are u64",
    };
    let rows = UNITS.iter().flat_map(|(unit, title, rows)| {
        rows.iter()
            .map(move |row| RowInfo { name: name(title, *row), about: about(*unit).to_owned() })
    });
    Table {
        name: "counts",
        title: "comparisons and requests",
        unit: "counts",
        sizes: vec![1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, _)| name).into(),
        rows: rows.collect(),
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let mut course = Course::new(u64::scattered(2 * args.size), Vec::new());
    for (unit, title, rows) in UNITS {
        for row in rows.iter().copied().filter(|row| args.wants_row(&name(title, *row))) {
            let input = input(&mut course, row);
            emit(outcome(args, unit, name(title, row), row, &input)?)?;
        }
    }
    Ok(())
}

fn outcome(
    args: &Args,
    unit: Unit,
    name: String,
    row: Row,
    input: &Input<u64>,
) -> Result<Outcome, Failure> {
    let mut cells = Vec::new();
    let mut expected = None;
    for (contender, count) in FIELD.into_iter().filter(|(name, _)| args.wants_contender(name)) {
        let Some(Counted { count, ops, check }) = count(unit, row, input) else { continue };
        if check != *expected.get_or_insert(check) {
            return Err(Failure::Broken(format!("{name}: {contender} gives other answers")));
        }
        let samples = vec![count as f64 / ops as f64];
        cells.push(Figures { contender, samples, substitute: None });
    }
    Ok(Outcome { row: name, size: args.size, cells })
}
