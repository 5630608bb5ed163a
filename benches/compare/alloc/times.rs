//! How long allocators take for what trees ask of them.

use fastrand::Rng;

use super::heaps::FIELD;
use super::trace::{self, Trace};
use crate::compare::clock::{Stopwatch, overhead};
use crate::compare::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

type Record = fn(usize, &mut Rng) -> Trace;

const ROWS: [(&str, &str, Record); 5] = [
    ("random inserts", "the nodes of n random inserts", trace::inserts),
    ("churn", "what 2n swaps of a random pair take and give back", trace::churn),
    ("free in order", "all nodes of a random map given back as it is dropped", |n, rng| {
        trace::frees(n, false, rng)
    }),
    ("free at random", "the same in random order", |n, rng| trace::frees(n, true, rng)),
    ("small maps", "maps of 100 pairs that come and go", trace::small_maps),
];

pub(crate) fn table() -> Table {
    let info = |(name, about, _): (&str, &str, Record)| RowInfo {
        name: name.to_owned(),
        about: about.to_owned(),
    };
    Table {
        name: "alloc",
        title: "a block taken or given back, as by a map of u64 -> u64",
        unit: "ns/op",
        sizes: vec![10_000, 1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, _)| name).into(),
        rows: ROWS.map(info).into(),
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let field: Vec<_> = FIELD.into_iter().filter(|(name, _)| args.wants_contender(name)).collect();
    let overhead = overhead();
    for (row, _, record) in ROWS.into_iter().filter(|(name, ..)| args.wants_row(name)) {
        let mut samples = vec![Vec::new(); field.len()];
        let mut rng = Rng::with_seed(7);
        let trace = record(args.size, &mut rng);
        // Small traces take less than the clock can tell: several at a time.
        // And a small map may churn without a request.
        let requests = trace.timed.len().max(1);
        let repetitions = (20_000 / requests).clamp(1, 200);
        for round in 0..args.rounds(1) {
            for turn in 0..field.len() {
                let index = (round + turn) % field.len();
                let mut watch = Stopwatch::new(overhead);
                for _ in 0..repetitions {
                    let mut heap = field[index].1(trace.blocks);
                    heap.replay(&trace.before);
                    watch.time(|| heap.replay(&trace.timed));
                    heap.release(&trace);
                }
                let ops = repetitions * requests;
                samples[index].push(watch.nanos() / ops as f64);
            }
        }
        let cell = |((contender, _), samples)| Cell { contender, samples, substitute: None };
        let cells = field.iter().copied().zip(samples).map(cell).collect();
        emit(Outcome { row: row.to_owned(), size: args.size, cells })?;
    }
    Ok(())
}
