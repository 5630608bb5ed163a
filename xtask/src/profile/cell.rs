//! One workload on one backend: what was read, and what went wrong.

use std::fmt;
use std::path::Path;

use super::catalog::BASELINE;
use super::child::{Ledger, dhat_file};
use super::dhat::Profile;
use super::frame::Sources;
use super::hotspots::Hotspots;
use super::metric::{Reading, WHOLE_RUN};
use crate::workspace;

/// A cell of the report.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) workload: String,
    pub(crate) backend: String,
    pub(crate) heap: Option<Reading>,
    pub(crate) time: Option<Reading>,
    /// From dhat's file, once that is read.
    pub(crate) hotspots: Option<Hotspots>,
    /// What went wrong, a line each.
    pub(crate) faults: Vec<String>,
}

impl Cell {
    pub(crate) fn new(workload: &str, backend: &str) -> Cell {
        Cell {
            workload: workload.to_owned(),
            backend: backend.to_owned(),
            heap: None,
            time: None,
            hotspots: None,
            faults: Vec::new(),
        }
    }

    /// The figure `phase.name`; the counting process speaks first where both report it.
    pub(crate) fn get(&self, phase: &str, name: &str) -> Option<f64> {
        let readings = [&self.heap, &self.time];
        readings.into_iter().flatten().find_map(|reading| reading.get(phase, name))
    }

    /// The figure `name` of the whole run.
    pub(crate) fn whole(&self, name: &str) -> Option<f64> {
        self.get(WHOLE_RUN, name)
    }

    /// The figure `phase.name` of a limit or a comparison: for the whole run also what no child
    /// reports as such, but each of its phases does.
    pub(crate) fn figure(&self, phase: &str, name: &str) -> Option<f64> {
        let sum = |reading: &Reading| {
            let parts = reading.metrics.iter().filter(|metric| metric.name == name);
            parts.map(|metric| metric.value.as_f64()).reduce(|sum, part| Some(sum? + part?))?
        };
        let readings = || [&self.heap, &self.time].into_iter().flatten();
        match self.get(phase, name) {
            None if phase == WHOLE_RUN => readings().find_map(sum),
            figure => figure,
        }
    }

    /// Whether anything was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.heap.is_none() && self.time.is_none() && self.faults.is_empty()
    }

    /// Blocks that were never given back, if any.
    pub(crate) fn leaked_blocks(&self) -> Option<f64> {
        self.whole("end_blocks").filter(|blocks| *blocks > 0.0)
    }

    fn readings(&self) -> impl Iterator<Item = (Ledger, &Reading)> {
        let heap = self.heap.iter().map(|reading| (Ledger::Heap, reading));
        heap.chain(self.time.iter().map(|reading| (Ledger::Time, reading)))
    }
}

/// Reads dhat's file of every cell that was counted; one that cannot be read is its cell's fault.
pub(crate) fn read_hotspots(cells: &mut [Cell], out: &Path) {
    let sources = Sources::below(workspace::root());
    for cell in cells.iter_mut().filter(|cell| cell.heap.is_some()) {
        match Profile::read(&dhat_file(out, &cell.workload, &cell.backend)) {
            Ok(profile) => cell.hotspots = Some(Hotspots::new(&profile, &sources)),
            Err(why) => cell.faults.push(format!("{}/{}: {why}", cell.workload, cell.backend)),
        }
    }
}

/// The phases of a workload's cells, in the order in which they were first reported.
pub(crate) fn phases(cells: &[Cell]) -> Vec<&str> {
    let mut phases = Vec::new();
    let readings = cells.iter().flat_map(|cell| [&cell.heap, &cell.time]).flatten();
    for metric in readings.flat_map(|reading| &reading.metrics) {
        if metric.phase != WHOLE_RUN && !phases.contains(&metric.phase.as_str()) {
            phases.push(&metric.phase);
        }
    }
    phases
}

/// Marks every cell of one workload whose answers differ from those of std: all of them, and of a
/// map without order those that need none.
pub(crate) fn check_outcomes(cells: &mut [Cell]) {
    let baseline = cells.iter().find(|cell| cell.backend == BASELINE);
    let expected = baseline.and_then(|cell| cell.readings().next());
    let Some(expected) = expected.map(|(_, reading)| reading.clone()) else { return };
    for cell in cells {
        let wrong = cell.readings().filter_map(|(ledger, reading)| {
            let (found, expected) = differing_outcomes(reading, &expected)?;
            let (workload, backend, ledger) = (&cell.workload, &cell.backend, ledger.name());
            Some(format!(
                "{workload}/{backend} ({ledger}): wrong outcome {found}, std's is {expected}"
            ))
        });
        let lines: Vec<String> = wrong.collect();
        cell.faults.extend(lines);
    }
}

/// Why a cell is not compared with what was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Apart {
    NotMeasured,
    OtherAnswers,
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Apart::NotMeasured => "not measured before",
            Apart::OtherAnswers => "other answers than before: other keys, or another script",
        })
    }
}

/// The same cell as it was before.
///
/// # Errors
///
/// [`Apart`], if there is none, or if its answers were others: figures of other work tell nothing.
pub(crate) fn counterpart<'c>(cell: &Cell, before: &'c [Cell]) -> Result<&'c Cell, Apart> {
    let is_it = |past: &&Cell| {
        (&past.workload, &past.backend) == (&cell.workload, &cell.backend)
            && past.readings().next().is_some()
    };
    let past = before.iter().find(is_it).ok_or(Apart::NotMeasured)?;
    let both = past.readings().next().zip(cell.readings().next());
    let differ = both.and_then(|((_, past), (_, now))| differing_outcomes(now, past));
    differ.map_or(Ok(past), |_| Err(Apart::OtherAnswers))
}

/// The outcome of a reading and the expected one, if they differ where both are told.
fn differing_outcomes<'a>(
    reading: &'a Reading,
    expected: &'a Reading,
) -> Option<(&'a str, &'a str)> {
    let pairs = [
        (reading.outcome.as_str(), expected.outcome.as_str()),
        (reading.outcome_unordered.as_str(), expected.outcome_unordered.as_str()),
    ];
    let both_told = |(found, expected): &(&str, &str)| !found.is_empty() && !expected.is_empty();
    let told = pairs.into_iter().filter(both_told);
    // Without one to compare there is nothing that speaks for the answers.
    let none_told = told.clone().next().is_none().then_some(("(none)", "another kind"));
    none_told.or_else(|| told.into_iter().find(|(found, expected)| found != expected))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A cell from figures written as `phase.name=value`.
    pub(crate) fn cell(backend: &str, figures: &str) -> Cell {
        let mut text = String::from("OUTCOME:00000000000000aa\n");
        for figure in figures.split_whitespace() {
            let (key, value) = figure.split_once('=').unwrap();
            text.push_str(&format!("METRIC:{key}:{value}:count\n"));
        }
        let heap = Some(Reading::parse(&text).unwrap());
        Cell { heap, ..Cell::new("uniform", backend) }
    }

    #[test]
    fn phases_keep_the_order_of_appearance() {
        let cells = [
            cell("std", "build.ops=1 all.entries=4 churn.ops=1"),
            cell("pool", "lookup.ops=1 build.ops=1 drop.ops=1"),
        ];
        assert_eq!(phases(&cells), ["build", "churn", "lookup", "drop"]);
    }

    #[test]
    fn a_wrong_outcome_is_laid_to_its_cell() {
        let mut cells = [cell("std", ""), cell("pool", ""), cell("bump", "")];
        cells[1].time = Reading::parse("OUTCOME:00000000000000bb").ok();
        check_outcomes(&mut cells);
        assert!(cells[0].faults.is_empty() && cells[2].faults.is_empty());
        let expected =
            "uniform/pool (time): wrong outcome 00000000000000bb, std's is 00000000000000aa";
        assert_eq!(cells[1].faults, [expected]);
    }

    #[test]
    fn the_whole_run_is_the_sum_of_its_phases() {
        let cell = cell("pool", "build.requests=3 churn.requests=4 all.end_blocks=1");
        assert_eq!(cell.figure("all", "requests"), Some(7.0));
        assert_eq!(cell.figure("all", "end_blocks"), Some(1.0));
        assert_eq!(cell.figure("churn", "requests"), Some(4.0));
        assert_eq!(cell.figure("drain", "requests"), None);
        assert_eq!(cell.figure("all", "grows"), None);
    }

    #[test]
    fn a_map_without_order_is_held_against_what_needs_none() {
        let mut cells = [cell("std", ""), cell("hashed", ""), cell("mishashed", "")];
        let both = "OUTCOME:00000000000000aa\nOUTCOME_UNORDERED:00000000000000cc";
        cells[0].heap = Reading::parse(both).ok();
        cells[1].heap = Reading::parse("OUTCOME_UNORDERED:00000000000000cc").ok();
        cells[2].heap = Reading::parse("OUTCOME_UNORDERED:00000000000000dd").ok();
        check_outcomes(&mut cells);
        assert!(cells[0].faults.is_empty() && cells[1].faults.is_empty());
        let expected =
            "uniform/mishashed (heap): wrong outcome 00000000000000dd, std's is 00000000000000cc";
        assert_eq!(cells[2].faults, [expected]);

        let mut cells = [cell("std", ""), cell("hashed", "")];
        cells[1].heap = Reading::parse("OUTCOME_UNORDERED:00000000000000cc").ok();
        check_outcomes(&mut cells);
        assert_eq!(cells[1].faults.len(), 1, "nothing speaks for the answers");
    }

    #[test]
    fn a_leak_is_more_than_no_blocks() {
        assert_eq!(cell("pool", "all.end_blocks=0").leaked_blocks(), None);
        assert_eq!(cell("pool", "all.end_blocks=3").leaked_blocks(), Some(3.0));
        assert_eq!(cell("pool", "").leaked_blocks(), None);
    }
}
