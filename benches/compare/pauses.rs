//! How long single inserts take: most are quick, and some wait for a split or for memory.

use std::time::Duration;

use allotment_alloc::Global;
use allotment_core::BTreeMap as Ours;
use allotment_pool::Pool;
use bbtree::unsync::BBTreeMap;
use brie_tree::BTree;
use hdrhistogram::Histogram;
use indexset::BTreeMap as IndexMap;
use nonmax::NonMaxU64;
use pstd::collections::BTreeMap as Pstd;

use super::clock::{Stopwatch, overhead};
use super::course::Course;
use super::keys::Scattered;
use super::map::Map;
use super::program::{Args, Cell, Emit, Failure, Outcome};
use super::row::Row;

/// The rows of the table: names and what they say.
pub(crate) const ROWS: [(&str, &str); 5] = [
    ("insert p50", "half of all inserts take no longer"),
    ("insert p99", "one insert in 100 takes longer"),
    ("insert p99.9", "one insert in 1000 takes longer"),
    ("insert p99.99", "one insert in 10,000 takes longer"),
    ("insert max", "the longest insert of a round; often that of the machine, not of the map"),
];

const QUANTILES: [f64; 5] = [0.5, 0.99, 0.999, 0.9999, 1.0];

/// A map to be filled: pairs in, and what reading the clock takes; a histogram of nanoseconds and
/// the sum over the map out.
type Fill = fn(&[(u64, u64)], Duration) -> (Histogram<u64>, u64);

const FIELD: [(&str, Fill); 7] = [
    ("std", fill::<std::collections::BTreeMap<u64, u64>>),
    ("system", fill::<Ours<u64, u64, Global>>),
    ("pool", fill::<Ours<u64, u64, Pool>>),
    ("brie", fill::<BTree<NonMaxU64, u64>>),
    ("bbtree", fill::<BBTreeMap<u64, u64>>),
    ("pstd", fill::<Pstd<u64, u64>>),
    ("indexset", fill::<IndexMap<u64, u64>>),
];

/// Every round fills a map of each contender; a sample is the quantile of a round.
pub(crate) fn measure(args: &Args, emit: Emit<'_>) -> Result<(), Failure> {
    let field: Vec<_> = FIELD.into_iter().filter(|(name, _)| args.wants_contender(name)).collect();
    let overhead = overhead();
    let mut course = Course::new(u64::scattered(2 * args.size), Vec::new());
    let mut samples = vec![[const { Vec::new() }; QUANTILES.len()]; field.len()];
    for round in 0..args.rounds(1) {
        let input = course.input(Row::InsertRandom);
        let mut expected = None;
        for turn in 0..field.len() {
            let index = (round + turn) % field.len();
            let (name, fill) = field[index];
            let (histogram, sum) = fill(input.pairs(0), overhead);
            if sum != *expected.get_or_insert(sum) {
                return Err(Failure::Broken(format!("inserts: {name} holds other pairs")));
            }
            for (list, quantile) in samples[index].iter_mut().zip(QUANTILES) {
                list.push(histogram.value_at_quantile(quantile) as f64);
            }
        }
    }
    for (place, (row, _)) in ROWS.iter().enumerate().filter(|(_, (row, _))| args.wants_row(row)) {
        let cell = |((contender, _), samples): (&(&'static str, Fill), &[Vec<f64>; 5])| Cell {
            contender,
            samples: samples[place].clone(),
            substitute: None,
        };
        let cells = field.iter().zip(&samples).map(cell).collect();
        emit(Outcome { row: (*row).to_owned(), size: args.size, cells })?;
    }
    Ok(())
}

/// Up to a minute: what is longer counts as that.
fn histogram() -> Histogram<u64> {
    let minute = 60_000_000_000;
    Histogram::new_with_bounds(1, minute, 3).expect("the bounds are within the allowed range")
}

fn fill<M: Map<u64>>(pairs: &[(u64, u64)], overhead: Duration) -> (Histogram<u64>, u64) {
    let mut histogram = histogram();
    let mut map = M::empty();
    for &(key, value) in pairs {
        let mut watch = Stopwatch::new(overhead);
        watch.time(|| map.insert(key, value));
        histogram.saturating_record((watch.nanos() as u64).max(1));
    }
    (histogram, map.scan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_pauses_are_kept_as_they_are() {
        let mut histogram = histogram();
        for nanos in [100, 200, 1_000_000, 2_000_000_000] {
            histogram.saturating_record(nanos);
        }
        let near = |quantile, nanos: u64| histogram.value_at_quantile(quantile).abs_diff(nanos);
        assert!(near(0.5, 200) == 0);
        assert!(near(0.75, 1_000_000) < 1000);
        assert!(near(1.0, 2_000_000_000) < 2_000_000);
    }
}
