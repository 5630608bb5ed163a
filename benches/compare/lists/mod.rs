//! Many values under a key: multimaps and posting maps next to what people put together from std's
//! collections, and to roaring bitmaps.

mod index;
mod input;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use allotment_core::{BTreeMultiMap, PostingMap};
use allotment_meter::Counting;
use allotment_pool::Pool;
use roaring::RoaringBitmap;

use self::index::{Index, RoaringFile};
use self::input::{Input, Kind};
use super::clock::{Stopwatch, overhead};
use super::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

/// What is done with an index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Insert,
    Read,
    Remove,
    Intersect,
    Unite,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Act::Insert => "insert",
            Act::Read => "read",
            Act::Remove => "remove",
            Act::Intersect => "intersect",
            Act::Unite => "unite",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Act::Insert => "a pair in random order, into an index that grows from nothing",
            Act::Read => "look up random keys and sum the values of each; by value",
            Act::Remove => "a pair in random order, until nothing is left",
            Act::Intersect => "sum what two lists have both; by value of all lists",
            Act::Unite => "sum what one of two lists has; by value of all lists",
        }
    }
}

type Time = fn(Act, &Input, Stopwatch) -> (f64, u64);
type Weigh = fn(&Input) -> (f64, u64);

/// A column of both tables. The pool is weighed by what is asked of it.
struct Contender {
    name: &'static str,
    /// Not of what is a file.
    time: Option<Time>,
    weigh: Weigh,
}

const fn contender<M: Index, W: Index>(name: &'static str) -> Contender {
    Contender { name, time: Some(time::<M>), weigh: weigh::<W> }
}

/// A table of times and one of bytes.
pub(super) struct Pair {
    times: &'static str,
    bytes: &'static str,
    /// Of the table of times, and of that of bytes: each has a place of its own in the documents.
    titles: [&'static str; 2],
    field: Vec<Contender>,
    rows: Vec<(Act, Kind)>,
    kinds: Vec<Kind>,
}

/// Values of any type.
pub(super) fn multimap() -> Pair {
    let kinds =
        [Kind::Words(1), Kind::Words(4), Kind::Words(16), Kind::Words(64), Kind::OneOfWords];
    Pair {
        times: "multimap",
        bytes: "multimap bytes",
        titles: [
            "u64 -> many u64: std's map of vectors, set of pairs, map of sets",
            "bytes, u64 -> many u64: std's map of vectors, set of pairs, map of sets",
        ],
        field: vec![
            contender::<BTreeMap<u64, Vec<u64>>, BTreeMap<u64, Vec<u64>>>("std"),
            contender::<BTreeSet<(u64, u64)>, BTreeSet<(u64, u64)>>("std pairs"),
            contender::<BTreeMap<u64, BTreeSet<u64>>, BTreeMap<u64, BTreeSet<u64>>>("std sets"),
            contender::<BTreeMultiMap<u64, u64>, BTreeMultiMap<u64, u64>>("system"),
            contender::<BTreeMultiMap<u64, u64, Pool>, BTreeMultiMap<u64, u64, Counting<Pool>>>(
                "pool",
            ),
        ],
        rows: kinds.into_iter().flat_map(in_turn).collect(),
        kinds: kinds.into(),
    }
}

/// Ids of 32 bits.
pub(super) fn postings() -> Pair {
    let several = [1, 4, 16, 64].map(Kind::Records);
    let of_lists = [
        (Act::Intersect, Kind::FewAndMany),
        (Act::Intersect, Kind::Halves),
        (Act::Unite, Kind::Halves),
    ];
    let one = [4096, 16, 2, 1].map(Kind::OneIn);
    Pair {
        times: "postings",
        bytes: "posting bytes",
        titles: [
            "u64 -> many u32: std's map of vectors, set of pairs, a map of roaring bitmaps",
            "bytes, u64 -> many u32: std's map of vectors, set of pairs, a map of roaring bitmaps",
        ],
        field: vec![
            contender::<BTreeMap<u64, Vec<u32>>, BTreeMap<u64, Vec<u32>>>("std"),
            contender::<BTreeSet<(u64, u32)>, BTreeSet<(u64, u32)>>("std pairs"),
            contender::<BTreeMap<u64, RoaringBitmap>, BTreeMap<u64, RoaringBitmap>>("roaring"),
            Contender { name: "roaring file", time: None, weigh: weigh::<RoaringFile> },
            contender::<BTreeMultiMap<u64, u32, Pool>, BTreeMultiMap<u64, u32, Counting<Pool>>>(
                "multimap",
            ),
            contender::<PostingMap<u64, u32>, PostingMap<u64, u32>>("system"),
            contender::<PostingMap<u64, u32, Pool>, PostingMap<u64, u32, Counting<Pool>>>("pool"),
        ],
        rows: several
            .into_iter()
            .chain([Kind::OneIn(16)])
            .flat_map(in_turn)
            .chain(of_lists)
            .collect(),
        kinds: several.into_iter().chain([Kind::Scattered(64)]).chain(one).collect(),
    }
}

/// The rows of one kind of input.
fn in_turn(kind: Kind) -> impl Iterator<Item = (Act, Kind)> {
    [Act::Insert, Act::Read, Act::Remove].into_iter().map(move |act| (act, kind))
}

fn built<M: Index>(pairs: &[(u64, u64)]) -> M {
    let mut index = M::empty();
    for &(key, value) in pairs {
        index.insert(key, value);
    }
    index
}

fn digest<M: Index>(index: &M, keys: &[u64]) -> u64 {
    keys.iter().fold(0, |sum, key| sum.wrapping_add(index.sum(*key)))
}

/// Nanoseconds a value, and something of all answers.
fn time<M: Index>(act: Act, input: &Input, mut watch: Stopwatch) -> (f64, u64) {
    let Input { pairs, keys } = input;
    let check = match act {
        Act::Insert => digest(&watch.time(|| built::<M>(pairs)), keys),
        Act::Read => {
            let index = built::<M>(pairs);
            watch.time(|| digest(&index, keys))
        }
        Act::Remove => {
            let mut index = built::<M>(pairs);
            watch.time(|| pairs.iter().for_each(|(key, value)| index.remove(*key, *value)));
            black_box(digest(&index, keys))
        }
        Act::Intersect => {
            let index = built::<M>(&input.in_order().pairs);
            watch.time(|| index.sum_of_both([0, 1]))
        }
        Act::Unite => {
            let index = built::<M>(&input.in_order().pairs);
            watch.time(|| index.sum_of_either([0, 1]))
        }
    };
    (watch.nanos() / pairs.len() as f64, check)
}

/// Bytes held for each value, and something of all answers.
fn weigh<M: Index>(input: &Input) -> (f64, u64) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let index = built::<M>(&input.pairs);
    let heap = dhat::HeapStats::get().curr_bytes as u64;
    let bytes = index.asked().unwrap_or(heap);
    (bytes as f64 / input.pairs.len() as f64, digest(&index, &input.keys))
}

fn broken(row: &str, contender: &str) -> Failure {
    Failure::Broken(format!("{row}: {contender} gives other answers"))
}

fn name(act: Act, kind: Kind) -> String {
    format!("{}, {}", act.name(), kind.name())
}

impl Pair {
    fn table(&self, [name, title, unit]: [&'static str; 3], rows: Vec<RowInfo>) -> Table {
        Table {
            name,
            title,
            unit,
            sizes: vec![1_000_000],
            quick_sizes: vec![100_000],
            contenders: self.field.iter().map(|contender| contender.name).collect(),
            rows,
        }
    }

    /// The table of times.
    pub(super) fn times(&self) -> Table {
        let info = |&(act, kind): &(Act, Kind)| RowInfo {
            name: name(act, kind),
            about: act.about().into(),
        };
        let names = [self.times, self.titles[0], "ns a value"];
        let mut table = self.table(names, self.rows.iter().map(info).collect());
        let timed = |contender: &&Contender| contender.time.is_some();
        table.contenders = self.field.iter().filter(timed).map(|it| it.name).collect();
        table
    }

    /// The table of bytes.
    pub(super) fn bytes(&self) -> Table {
        let about = "bytes a value once all are in, in random order (std's vectors of one list: \
                     in ascending order); a roaring file is what `serialized_size` says once \
                     `optimize` has run, and 8 bytes for each key";
        let info = |kind: &Kind| RowInfo { name: kind.name(), about: about.into() };
        let names = [self.bytes, self.titles[1], "bytes a value"];
        self.table(names, self.kinds.iter().map(info).collect())
    }

    /// Fills the table of times.
    pub(super) fn measure_times(&self, args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
        let overhead = overhead();
        for &(act, kind) in &self.rows {
            let row = name(act, kind);
            if !args.wants_row(&row) {
                continue;
            }
            let timed = |it: &Contender| Some((it.name, it.time?));
            let field: Vec<_> = self
                .field
                .iter()
                .filter_map(timed)
                .filter(|(name, _)| args.wants_contender(name) && can_take(name, act, kind))
                .collect();
            let mut samples = vec![Vec::new(); field.len()];
            for round in 0..args.rounds(1) {
                let input = Input::new(kind, args.size, round);
                let mut expected = None;
                for turn in 0..field.len() {
                    let index = (round + turn) % field.len();
                    let (contender, time) = field[index];
                    let (nanos, check) = time(act, &input, Stopwatch::new(overhead));
                    if check != *expected.get_or_insert(check) {
                        return Err(broken(&row, contender));
                    }
                    samples[index].push(nanos);
                }
            }
            let cell = |((contender, _), samples)| Cell { contender, samples, substitute: None };
            let cells = field.into_iter().zip(samples).map(cell).collect();
            emit(Outcome { row, size: args.size, cells })?;
        }
        Ok(())
    }

    /// Fills the table of bytes.
    pub(super) fn measure_bytes(&self, args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
        for &kind in &self.kinds {
            let row = kind.name();
            if !args.wants_row(&row) {
                continue;
            }
            let input = Input::new(kind, args.size, 0);
            let (mut cells, mut expected) = (Vec::new(), None);
            let wanted = |it: &&Contender| args.wants_contender(it.name);
            for Contender { name: contender, weigh, .. } in self.field.iter().filter(wanted) {
                let (bytes, check) = if can_take(contender, Act::Insert, kind) {
                    weigh(&input)
                } else {
                    weigh(&input.in_order())
                };
                if check != *expected.get_or_insert(check) {
                    return Err(broken(&row, contender));
                }
                cells.push(Cell { contender, samples: vec![bytes], substitute: None });
            }
            emit(Outcome { row, size: args.size, cells })?;
        }
        Ok(())
    }
}

/// Whether a contender can be asked: a vector of a million values takes minutes to be filled or
/// emptied at random.
fn can_take(contender: &str, act: Act, kind: Kind) -> bool {
    let is_of_two = matches!(act, Act::Intersect | Act::Unite);
    contender != "std" || is_of_two || !kind.is_long()
}
