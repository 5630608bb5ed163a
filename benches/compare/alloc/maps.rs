//! How long maps take that are filled on an allocator, and end with it.

use allotment_alloc::Global;
use allotment_bump::Bump;
use allotment_core::BTreeMap;
use allotment_pool::Pool;
use allotment_system::MiMalloc;
use fastrand::Rng;

use super::home::Home;
use crate::compare::clock::{Stopwatch, overhead};
use crate::compare::program::{Args, Cell, Emit, Failure, Outcome, RowInfo, Table};

const ROWS: [(&str, &str); 2] = [
    ("fill", "n random inserts into a map, and the making of its allocator"),
    ("end", "the drop of that map, and of its allocator"),
];

/// What came of a round: nanoseconds an entry for each row.
type Figures = [f64; ROWS.len()];

type Measure = fn(&[u64], std::time::Duration) -> Figures;

const FIELD: [(&str, Measure); 5] = [
    ("std", fill_and_end::<Global>),
    ("mimalloc", fill_and_end::<MiMalloc>),
    ("bumpalo", fill_and_end::<bumpalo::Bump>),
    ("bump", fill_and_end::<Bump>),
    ("pool", fill_and_end::<Pool>),
];

pub(crate) fn table() -> Table {
    let info =
        |(name, about): (&str, &str)| RowInfo { name: name.to_owned(), about: about.to_owned() };
    Table {
        name: "alloc maps",
        title: "a map of u64 -> u64, filled on an allocator and ended with it",
        unit: "ns an entry",
        sizes: vec![10_000, 1_000_000],
        quick_sizes: vec![100_000],
        contenders: FIELD.map(|(name, _)| name).into(),
        rows: ROWS.map(info).into(),
    }
}

pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let field: Vec<_> = FIELD.into_iter().filter(|(name, _)| args.wants_contender(name)).collect();
    let overhead = overhead();
    let mut rng = Rng::with_seed(7);
    let keys = Vec::from_iter((0..args.size).map(|_| rng.u64(..)));
    let mut samples = vec![[const { Vec::new() }; ROWS.len()]; field.len()];
    // Small maps take less than the clock can tell: several in a round.
    let repetitions = (100_000 / args.size).clamp(1, 100);
    for round in 0..args.rounds(2) {
        for turn in 0..field.len() {
            let index = (round + turn) % field.len();
            let mut sums = [0.0; ROWS.len()];
            for _ in 0..repetitions {
                let figures = field[index].1(&keys, overhead);
                sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
            }
            for (samples, sum) in samples[index].iter_mut().zip(sums) {
                samples.push(sum / repetitions as f64);
            }
        }
    }
    for (at, (row, _)) in ROWS.into_iter().enumerate().filter(|(_, (row, _))| args.wants_row(row)) {
        let cell =
            |((contender, _), samples): (&(&'static str, Measure), &[Vec<f64>; ROWS.len()])| Cell {
                contender,
                samples: samples[at].clone(),
                substitute: None,
            };
        let cells = field.iter().zip(&samples).map(cell).collect();
        emit(Outcome { row: row.to_owned(), size: args.size, cells })?;
    }
    Ok(())
}

fn fill_and_end<H: Home>(keys: &[u64], overhead: std::time::Duration) -> Figures {
    let mut watch = Stopwatch::new(overhead);
    let home = watch.time(H::new);
    let map = watch.time(|| {
        let mut map = BTreeMap::new_in(home.lend());
        for key in keys {
            map.insert(*key, *key);
        }
        map
    });
    let filled = watch.nanos();
    watch.time(|| drop(map));
    watch.time(|| drop(home));
    [filled, watch.nanos() - filled].map(|nanos| nanos / keys.len() as f64)
}
