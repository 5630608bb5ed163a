//! Sums over a run, and their ratios to std's.

use super::cell::Cell;
use crate::format::change_in_words;

/// The sums that a cell is judged by; a sum is absent when a part of it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    /// Time of all phases, in nanoseconds.
    pub(crate) nanos: Option<f64>,
    /// What the map asked of its backend in all phases.
    pub(crate) requests: Option<f64>,
    /// Blocks that reached the system in all phases.
    pub(crate) heap_blocks: Option<f64>,
    /// Bytes held from the system with every entry in place.
    pub(crate) heap_live: Option<f64>,
    /// The most bytes ever held from the system.
    pub(crate) heap_peak: Option<f64>,
    /// The longest single insert or remove, in nanoseconds.
    pub(crate) pause: Option<f64>,
}

impl Totals {
    pub(crate) fn of(cell: &Cell, phases: &[&str]) -> Totals {
        let sum = |name| phases.iter().map(|phase| cell.get(phase, name)).sum::<Option<f64>>();
        let worst_insert = cell.whole("worst_insert_ns");
        let worst_remove = cell.whole("worst_remove_ns");
        Totals {
            nanos: sum("nanos"),
            requests: sum("requests"),
            heap_blocks: sum("heap_blocks"),
            heap_live: cell.whole("heap_live_bytes"),
            heap_peak: cell.whole("heap_peak_bytes"),
            pause: worst_insert.zip(worst_remove).map(|(insert, remove)| insert.max(remove)),
        }
    }
}

/// The three ratios to std that decide.
#[derive(Clone, Copy)]
pub(crate) struct Ratios {
    pub(crate) time: f64,
    pub(crate) blocks: f64,
    pub(crate) bytes: f64,
}

impl Ratios {
    pub(crate) fn of(totals: Totals, baseline: Totals) -> Option<Ratios> {
        let to = |value: Option<f64>, base: Option<f64>| match (value?, base?) {
            (0.0, 0.0) => Some(1.0),
            (value, base) => Some(value / base),
        };
        Some(Ratios {
            time: to(totals.nanos, baseline.nanos)?,
            blocks: to(totals.heap_blocks, baseline.heap_blocks)?,
            bytes: to(totals.heap_peak, baseline.heap_peak)?,
        })
    }

    /// The plain mean: doing without the heap cannot make up for being several times slower.
    pub(crate) fn mean(&self) -> f64 {
        (self.time + self.blocks + self.bytes) / 3.0
    }

    /// What is better than std, and after a "but" what is worse.
    pub(crate) fn in_words(&self) -> String {
        let all = [
            (self.time, change_in_words(self.time, "less", "more", "time")),
            (self.blocks, change_in_words(self.blocks, "fewer", "more", "heap blocks")),
            (self.bytes, change_in_words(self.bytes, "less", "more", "peak heap")),
        ];
        let (better, worse): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(ratio, _)| *ratio <= 1.0);
        let join = |part: Vec<(f64, String)>| {
            let words: Vec<String> = part.into_iter().map(|(_, words)| words).collect();
            match words.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, others)) => format!("{} and {last}", others.join(", ")),
                None => String::new(),
            }
        };
        match (join(better), join(worse)) {
            (better, worse) if worse.is_empty() => better,
            (better, worse) if better.is_empty() => worse,
            (better, worse) => format!("{better}, but {worse}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::*;

    const PHASES: [&str; 2] = ["build", "drop"];

    #[test]
    fn a_sum_is_absent_when_a_part_is() {
        let whole = cell("std", "build.nanos=5 drop.nanos=7 all.worst_insert_ns=3");
        let totals = Totals::of(&whole, &PHASES);
        assert_eq!((totals.nanos, totals.heap_blocks, totals.pause), (Some(12.0), None, None));
        assert_eq!(Totals::of(&cell("std", "build.nanos=5"), &PHASES).nanos, None);
    }
}
