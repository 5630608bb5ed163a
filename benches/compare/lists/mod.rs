//! Many values under a key: the multimap next to what people put together from std's collections.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use allotment_alloc::{Allocator, Global};
use allotment_core::BTreeMultiMap;
use allotment_meter::Counting;
use allotment_pool::Pool;
use fastrand::Rng;

use super::clock::{Stopwatch, overhead};
use super::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

/// An index: distinct values under each key, in ascending order.
trait Index: Sized {
    fn empty() -> Self;

    fn insert(&mut self, key: u64, value: u64);

    fn remove(&mut self, key: u64, value: u64);

    /// The sum of the values of a key.
    fn sum(&self, key: u64) -> u64;

    /// What was asked of an allocator between the index and the heap, if there is one.
    fn asked(&self) -> Option<u64> {
        None
    }
}

/// As most programs do it.
impl Index for BTreeMap<u64, Vec<u64>> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        let list = self.entry(key).or_default();
        if let Err(at) = list.binary_search(&value) {
            list.insert(at, value);
        }
    }

    fn remove(&mut self, key: u64, value: u64) {
        let Some(list) = self.get_mut(&key) else { return };
        if let Ok(at) = list.binary_search(&value) {
            list.remove(at);
        }
        if list.is_empty() {
            BTreeMap::remove(self, &key);
        }
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).map_or(0, |list| list.iter().fold(0, |sum, n| sum.wrapping_add(*n)))
    }
}

impl Index for BTreeSet<(u64, u64)> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        BTreeSet::insert(self, (key, value));
    }

    fn remove(&mut self, key: u64, value: u64) {
        BTreeSet::remove(self, &(key, value));
    }

    fn sum(&self, key: u64) -> u64 {
        let values = self.range((key, 0)..=(key, u64::MAX));
        values.fold(0, |sum, (_, n)| sum.wrapping_add(*n))
    }
}

impl Index for BTreeMap<u64, BTreeSet<u64>> {
    fn empty() -> Self {
        Self::new()
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.entry(key).or_default().insert(value);
    }

    fn remove(&mut self, key: u64, value: u64) {
        let Some(list) = self.get_mut(&key) else { return };
        list.remove(&value);
        if list.is_empty() {
            BTreeMap::remove(self, &key);
        }
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).map_or(0, |list| list.iter().fold(0, |sum, n| sum.wrapping_add(*n)))
    }
}

/// Backends that a multimap can be made on.
trait Backend: Allocator {
    fn make() -> Self;

    fn asked(&self) -> Option<u64> {
        None
    }
}

impl Backend for Global {
    fn make() -> Self {
        Self
    }
}

impl Backend for Pool {
    fn make() -> Self {
        Self::new()
    }
}

impl Backend for Counting<Pool> {
    fn make() -> Self {
        Self::new(Pool::new())
    }

    fn asked(&self) -> Option<u64> {
        Some(self.counter().snapshot().live_bytes)
    }
}

impl<A: Backend> Index for BTreeMultiMap<u64, u64, A> {
    fn empty() -> Self {
        Self::new_in(A::make())
    }

    fn insert(&mut self, key: u64, value: u64) {
        self.insert(key, value);
    }

    fn remove(&mut self, key: u64, value: u64) {
        self.remove(&key, &value);
    }

    fn sum(&self, key: u64) -> u64 {
        self.get(&key).fold(0, |sum, n| sum.wrapping_add(*n))
    }

    fn asked(&self) -> Option<u64> {
        self.allocator().asked()
    }
}

/// What is done with an index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Insert,
    Read,
    Remove,
}

impl Act {
    const ALL: [Act; 3] = [Act::Insert, Act::Read, Act::Remove];

    fn name(self) -> &'static str {
        match self {
            Act::Insert => "insert",
            Act::Read => "read",
            Act::Remove => "remove",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Act::Insert => "a pair in random order, into an index that grows from nothing",
            Act::Read => "look up random keys and sum the values of each; by value",
            Act::Remove => "a pair in random order, until nothing is left",
        }
    }
}

/// Values under each key.
const EACH: [usize; 4] = [1, 4, 16, 64];

/// Pairs, and their keys, both in random order.
struct Input {
    pairs: Vec<(u64, u64)>,
    keys: Vec<u64>,
}

impl Input {
    fn new(size: usize, each: usize, round: usize) -> Input {
        let mut rng = Rng::with_seed(0x6c69_7374 + round as u64);
        let mut keys: Vec<u64> = (0..size.div_ceil(each)).map(|_| rng.u64(..)).collect();
        let values = |key: &u64| -> Vec<(u64, u64)> {
            (0..each as u64)
                .map(|n| (*key, (key ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
                .collect()
        };
        let mut pairs: Vec<(u64, u64)> = keys.iter().flat_map(values).collect();
        rng.shuffle(&mut pairs);
        rng.shuffle(&mut keys);
        Input { pairs, keys }
    }
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

type Time = fn(Act, &Input, Stopwatch) -> (f64, u64);
type Weigh = fn(&Input) -> (f64, u64);

/// The columns of both tables; the pool is weighed by what is asked of it.
const FIELD: [(&str, Time, Weigh); 5] = [
    ("std", time::<BTreeMap<u64, Vec<u64>>>, weigh::<BTreeMap<u64, Vec<u64>>>),
    ("std pairs", time::<BTreeSet<(u64, u64)>>, weigh::<BTreeSet<(u64, u64)>>),
    ("std sets", time::<BTreeMap<u64, BTreeSet<u64>>>, weigh::<BTreeMap<u64, BTreeSet<u64>>>),
    ("system", time::<BTreeMultiMap<u64, u64>>, weigh::<BTreeMultiMap<u64, u64>>),
    (
        "pool",
        time::<BTreeMultiMap<u64, u64, Pool>>,
        weigh::<BTreeMultiMap<u64, u64, Counting<Pool>>>,
    ),
];

fn name(act: Option<Act>, each: usize) -> String {
    act.map_or_else(|| format!("{each} a key"), |act| format!("{}, {each} a key", act.name()))
}

fn table(name: &'static str, unit: &'static str, rows: Vec<RowInfo>) -> Table {
    Table {
        name,
        title: "u64 -> many u64: std's map of vectors, set of pairs, map of sets",
        unit,
        sizes: vec![1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, ..)| name).into(),
        rows,
    }
}

/// The table of times.
pub(crate) fn times() -> Table {
    let info = |act: Act, each| RowInfo { name: name(Some(act), each), about: act.about().into() };
    let rows = EACH.iter().flat_map(|&each| Act::ALL.map(|act| info(act, each)));
    table("multimap", "ns a value", rows.collect())
}

/// The table of bytes.
pub(crate) fn bytes() -> Table {
    let about = "bytes a value once all are in, in random order";
    let rows = EACH.map(|each| RowInfo { name: name(None, each), about: about.into() });
    table("multimap bytes", "bytes a value", rows.into())
}

fn broken(row: &str, contender: &str) -> Failure {
    Failure::Broken(format!("{row}: {contender} gives other answers"))
}

/// Fills the table of times.
pub(crate) fn measure_times(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let field: Vec<_> = FIELD.into_iter().filter(|(name, ..)| args.wants_contender(name)).collect();
    let overhead = overhead();
    for each in EACH {
        for act in Act::ALL {
            let row = name(Some(act), each);
            if !args.wants_row(&row) {
                continue;
            }
            let mut samples = vec![Vec::new(); field.len()];
            for round in 0..args.rounds(1) {
                let input = Input::new(args.size, each, round);
                let mut expected = None;
                for turn in 0..field.len() {
                    let index = (round + turn) % field.len();
                    let (contender, time, _) = field[index];
                    let (nanos, check) = time(act, &input, Stopwatch::new(overhead));
                    if check != *expected.get_or_insert(check) {
                        return Err(broken(&row, contender));
                    }
                    samples[index].push(nanos);
                }
            }
            let cells = field.iter().zip(samples).map(|((contender, ..), samples)| Cell {
                contender,
                samples,
                substitute: None,
            });
            let cells = cells.collect();
            emit(Outcome { row, size: args.size, cells })?;
        }
    }
    Ok(())
}

/// Fills the table of bytes.
pub(crate) fn measure_bytes(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    for each in EACH {
        let row = name(None, each);
        if !args.wants_row(&row) {
            continue;
        }
        let input = Input::new(args.size, each, 0);
        let (mut cells, mut expected) = (Vec::new(), None);
        for (contender, _, weigh) in FIELD.into_iter().filter(|it| args.wants_contender(it.0)) {
            let (bytes, check) = weigh(&input);
            if check != *expected.get_or_insert(check) {
                return Err(broken(&row, contender));
            }
            cells.push(Cell { contender, samples: vec![bytes], substitute: None });
        }
        emit(Outcome { row, size: args.size, cells })?;
    }
    Ok(())
}
