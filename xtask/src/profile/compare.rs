//! Sums over a run, and which backend did best by them.

use super::catalog::BASELINE;
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
struct Ratios {
    time: f64,
    blocks: f64,
    bytes: f64,
}

impl Ratios {
    fn of(totals: Totals, baseline: Totals) -> Option<Ratios> {
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
    fn mean(&self) -> f64 {
        (self.time + self.blocks + self.bytes) / 3.0
    }

    /// What is better than std, and after a "but" what is worse.
    fn in_words(&self) -> String {
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

/// What "best" means in a closing line.
pub(crate) const BEST: &str = "Best is the lowest mean of three ratios to std: time of all phases, \
                               heap blocks of all phases, peak heap bytes.";

/// The closing line of a workload; see [`BEST`].
///
/// A cell with a fault, a leak or a figure missing cannot win.
pub(crate) fn verdict(workload: &str, cells: &[Cell], phases: &[&str]) -> String {
    let baseline = cells.iter().find(|cell| cell.backend == BASELINE);
    let Some(baseline) = baseline.filter(|cell| cell.faults.is_empty()) else {
        return format!("{workload}: no verdict, std was not measured.");
    };
    let base = Totals::of(baseline, phases);
    let sound = |cell: &&Cell| {
        cell.backend != BASELINE && cell.faults.is_empty() && cell.leaked_blocks().is_none()
    };
    let ratios = |cell| Some((cell, Ratios::of(Totals::of(cell, phases), base)?));
    let rivals = cells.iter().filter(sound).filter_map(ratios);
    let best = rivals.min_by(|(_, left), (_, right)| left.mean().total_cmp(&right.mean()));
    let Some((cell, ratios)) = best else {
        return format!("{workload}: no verdict, nothing to hold against std.");
    };
    let (backend, mean, against) = (&cell.backend, ratios.mean(), ratios.in_words());
    if mean < 1.0 {
        format!("{workload}: {backend} did best (mean {mean:.2} of std), with {against}.")
    } else {
        format!("{workload}: std did best; next {backend} (mean {mean:.2} of std), with {against}.")
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::*;

    const PHASES: [&str; 2] = ["build", "drop"];

    fn figures(nanos: u32, blocks: u32, peak: u32) -> String {
        format!(
            "build.nanos={nanos} drop.nanos=0 build.heap_blocks={blocks} drop.heap_blocks=0 \
             all.heap_peak_bytes={peak}"
        )
    }

    #[test]
    fn a_sum_is_absent_when_a_part_is() {
        let whole = cell("std", "build.nanos=5 drop.nanos=7 all.worst_insert_ns=3");
        let totals = Totals::of(&whole, &PHASES);
        assert_eq!((totals.nanos, totals.heap_blocks, totals.pause), (Some(12.0), None, None));
        assert_eq!(Totals::of(&cell("std", "build.nanos=5"), &PHASES).nanos, None);
    }

    #[test]
    fn the_lowest_mean_wins() {
        let cells = [
            cell("std", &figures(100, 1000, 400)),
            cell("system", &figures(70, 500, 300)),
            cell("pool", &figures(69, 10, 304)),
        ];
        assert_eq!(
            verdict("uniform", &cells, &PHASES),
            "uniform: pool did best (mean 0.49 of std), with 31% less time, 99% fewer heap \
             blocks and 24% less peak heap."
        );
    }

    #[test]
    fn no_blocks_do_not_excuse_slowness() {
        let cells = [cell("std", &figures(100, 1000, 400)), cell("bump", &figures(300, 0, 400))];
        let line = verdict("uniform", &cells, &PHASES);
        assert_eq!(
            line,
            "uniform: std did best; next bump (mean 1.33 of std), with 100% fewer heap blocks and \
             the same peak heap, but 3.0 times the time."
        );
    }

    #[test]
    fn leaks_and_faults_cannot_win() {
        let leaky = format!("{} all.end_blocks=1", figures(1, 1, 1));
        let mut cells = [
            cell("std", &figures(100, 1000, 400)),
            cell("bump", &leaky),
            cell("pool", &figures(1, 1, 1)),
            cell("system", &figures(90, 900, 390)),
        ];
        cells[2].faults.push("wrong outcome".to_owned());
        assert!(verdict("uniform", &cells, &PHASES).contains("system did best"));
        cells[0].faults.push("killed".to_owned());
        assert!(verdict("uniform", &cells, &PHASES).contains("no verdict"));
    }
}
