//! The table of bytes: what the maps ask of the heap, counted by dhat; ours also at the pool.
//!
//! Counts are exact and the same on every run. They are of bytes asked for: what an allocator
//! rounds them up to is not in them.

use allotment_alloc::Global;
use allotment_core::{BTreeMap as Ours, Dense};
use allotment_meter::Counting;
use allotment_pool::Pool;
use bbtree::unsync::BBTreeMap;
use brie_tree::BTree;
use indexset::BTreeMap as IndexMap;
use nonmax::NonMaxU64;
use pstd::collections::BTreeMap as Pstd;

use super::course::{Course, OPS_MIN, streams_needed};
use super::keys::{Scattered, Text, streams};
use super::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};
use super::row::Row;
use super::scale::{Scale, Weighed, weigh};
use super::tasks::build;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Random,
    Ascending,
    Descending,
    Streams,
    Bulk,
    Replaced,
    Removed,
    Packed,
    One,
    Four,
    Fifty,
    Hundred,
    PeakBulk,
    Strings,
}

impl Weight {
    const ALL: [Weight; 14] = [
        Weight::Random,
        Weight::Ascending,
        Weight::Descending,
        Weight::Streams,
        Weight::Bulk,
        Weight::Replaced,
        Weight::Removed,
        Weight::Packed,
        Weight::One,
        Weight::Four,
        Weight::Fifty,
        Weight::Hundred,
        Weight::PeakBulk,
        Weight::Strings,
    ];

    const fn name(self) -> &'static str {
        match self {
            Weight::Random => "random inserts",
            Weight::Ascending => "ascending inserts",
            Weight::Descending => "descending inserts",
            Weight::Streams => "64 ascending streams",
            Weight::Bulk => "bulk build from sorted",
            Weight::Replaced => "after 2n replacements",
            Weight::Removed => "after removing 90 %",
            Weight::Packed => "the same, then packed",
            Weight::One => "map of one entry",
            Weight::Four => "map of four entries",
            Weight::Fifty => "map of 50 entries",
            Weight::Hundred => "map of 100 entries",
            Weight::PeakBulk => "peak of a bulk build",
            Weight::Strings => "String keys, random",
        }
    }

    /// Entries of a map that is of this size whatever that of the others.
    const fn entries(self) -> Option<usize> {
        match self {
            Weight::One => Some(1),
            Weight::Four => Some(4),
            Weight::Fifty => Some(50),
            Weight::Hundred => Some(100),
            _ => None,
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Weight::Random | Weight::Ascending | Weight::Descending | Weight::Streams => {
                "bytes per entry once all are in"
            }
            Weight::Bulk => "bytes per entry of a map built from an iterator over sorted pairs",
            Weight::Replaced => "bytes per entry after n random inserts and 2n swaps of an entry",
            Weight::Removed => "bytes per entry that is left of n random inserts",
            Weight::Packed => "the same once the map was packed, if there is a way to",
            Weight::One | Weight::Four | Weight::Fifty | Weight::Hundred => {
                "bytes of the whole map, not per entry"
            }
            Weight::PeakBulk => "the most bytes at any time of a bulk build, per entry",
            Weight::Strings => "bytes per entry of the nodes, without the text of the keys",
        }
    }
}

type Weigh = fn(Weight, &Stock) -> Option<Scale>;

const FIELD: [(&str, Weigh); 9] = [
    entry::<std::collections::BTreeMap<u64, u64>, std::collections::BTreeMap<String, u64>>(),
    entry::<Ours<u64, u64, Global>, Ours<String, u64, Global>>(),
    entry::<Ours<u64, u64, Counting<Pool>>, Ours<String, u64, Counting<Pool>>>(),
    entry::<Ours<u64, u64, Pool>, Ours<String, u64, Pool>>(),
    entry::<Ours<u64, u64, Global, Dense>, Ours<String, u64, Global, Dense>>(),
    (<BTree<NonMaxU64, u64> as Weighed<u64>>::COLUMN, integers::<BTree<NonMaxU64, u64>>),
    entry::<BBTreeMap<u64, u64>, BBTreeMap<String, u64>>(),
    entry::<Pstd<u64, u64>, Pstd<String, u64>>(),
    entry::<IndexMap<u64, u64>, IndexMap<String, u64>>(),
];

const fn entry<M: Weighed<u64>, T: Weighed<String>>() -> (&'static str, Weigh) {
    (M::COLUMN, both::<M, T>)
}

fn both<M: Weighed<u64>, T: Weighed<String>>(weight: Weight, stock: &Stock) -> Option<Scale> {
    match weight {
        Weight::Strings => {
            // Made before dhat looks, so that their text is not counted.
            let pairs: Vec<(String, u64)> =
                stock.strings.iter().map(|key| (key.clone(), 1)).collect();
            Some(weigh::<String, T>(|| {
                let mut map = T::empty();
                for (key, value) in pairs {
                    map.insert(key, value);
                }
                map
            }))
        }
        _ => integers::<M>(weight, stock),
    }
}

fn integers<M: Weighed<u64>>(weight: Weight, stock: &Stock) -> Option<Scale> {
    let sorted = &stock.sorted;
    let scale = match weight {
        Weight::Random => weigh::<u64, M>(|| build(&stock.random)),
        Weight::Ascending => weigh::<u64, M>(|| build(sorted)),
        Weight::Descending => weigh::<u64, M>(|| build(&stock.descending)),
        Weight::Streams => weigh::<u64, M>(|| build(&stock.streams)),
        Weight::Bulk | Weight::PeakBulk => {
            weigh::<u64, M>(|| M::from_sorted(sorted.iter().copied()))
        }
        Weight::Replaced => weigh::<u64, M>(|| {
            let mut map: M = build(&stock.random);
            for (gone, (key, value)) in &stock.swaps {
                map.remove(gone);
                map.insert(*key, *value);
            }
            map
        }),
        Weight::Removed | Weight::Packed => weigh::<u64, M>(|| {
            let mut map: M = build(&stock.random);
            for (key, _) in &stock.random[stock.left()..] {
                map.remove(key);
            }
            if weight == Weight::Packed {
                map.pack();
            }
            map
        }),
        Weight::One | Weight::Four | Weight::Fifty | Weight::Hundred => {
            let few = &stock.few[..weight.entries()?];
            weigh::<u64, M>(|| build(few))
        }
        Weight::Strings => return None,
    };
    Some(scale)
}

/// The keys of all rows, made before anything is counted.
struct Stock {
    random: Vec<(u64, u64)>,
    /// A hundred, whatever the size of the other maps.
    few: Vec<(u64, u64)>,
    sorted: Vec<(u64, u64)>,
    descending: Vec<(u64, u64)>,
    streams: Vec<(u64, u64)>,
    swaps: Vec<(u64, (u64, u64))>,
    strings: Vec<String>,
}

impl Stock {
    fn new(entries: usize) -> Stock {
        let keys = streams(streams_needed(entries, OPS_MIN));
        let mut course = Course::new(u64::scattered(2 * entries), keys);
        let mut swaps = Vec::new();
        while swaps.len() < 2 * entries {
            let input = course.input(Row::Churn);
            let rest = 2 * entries - swaps.len();
            swaps.extend(input.keys(0).iter().copied().zip(input.pairs(0).to_vec()).take(rest));
        }
        let mut descending = course.base.sorted.clone();
        descending.reverse();
        let streams = course.input(Row::InsertStreams).pairs(0).to_vec();
        let random = course.base.present;
        let few = u64::scattered(100).into_iter().map(|key| (key, key)).collect();
        let strings = Text::Hex.keys(entries);
        Stock { random, few, sorted: course.base.sorted, descending, streams, swaps, strings }
    }

    /// Entries that are left of a map when nine in ten are removed.
    fn left(&self) -> usize {
        self.random.len().div_ceil(10)
    }

    /// What the bytes of a row are divided by.
    fn divisor(&self, weight: Weight) -> usize {
        match weight {
            _ if weight.entries().is_some() => 1,
            Weight::Removed | Weight::Packed => self.left(),
            _ => self.random.len(),
        }
    }
}

pub(crate) fn table() -> Table {
    let info = |weight: Weight| RowInfo {
        name: weight.name().to_owned(),
        about: weight.about().to_owned(),
    };
    Table {
        name: "bytes",
        title: "bytes requested, u64 -> u64",
        unit: "bytes",
        sizes: vec![1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, _)| name).into(),
        rows: Weight::ALL.map(info).into(),
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let stock = Stock::new(args.size);
    for weight in Weight::ALL.into_iter().filter(|weight| args.wants_row(weight.name())) {
        let mut cells = Vec::new();
        let mut expected = None;
        for (contender, weigh) in FIELD.into_iter().filter(|(name, _)| args.wants_contender(name)) {
            let Some(scale) = weigh(weight, &stock) else { continue };
            if scale.sum != *expected.get_or_insert(scale.sum) {
                let row = weight.name();
                return Err(Failure::Broken(format!("{row}: {contender} holds other pairs")));
            }
            let bytes = if weight == Weight::PeakBulk { scale.peak } else { scale.live };
            let samples = vec![bytes as f64 / stock.divisor(weight) as f64];
            cells.push(Cell { contender, samples, substitute: None });
        }
        emit(Outcome { row: weight.name().to_owned(), size: args.size, cells })?;
    }
    Ok(())
}
