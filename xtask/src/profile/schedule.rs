//! Runs every cell: the counting processes side by side, then the timing processes one by one.
//!
//! Counts do not depend on what else the machine does, times do: no process of ours runs beside
//! one that takes the time. Where another revision is measured too, the timing processes of both
//! take turns, so that whatever slows the machine down for a while slows both.

use std::time::Instant;

use super::catalog::Catalog;
use super::cell::Cell;
use super::child::{Binaries, ChildError, Ledger, Options};
use super::metric::Reading;
use super::pace::Pace;
use crate::exit::Usage;
use crate::parallel::{cores, in_parallel};
use crate::progress::Progress;

/// Programs, what they can measure, and what they are told.
pub(crate) struct Side<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) catalog: &'a Catalog,
    pub(crate) options: &'a Options,
}

impl Side<'_> {
    fn knows(&self, cell: &Cell) -> bool {
        let Catalog { workloads, backends } = self.catalog;
        let workload = workloads.iter().find(|workload| workload.name == cell.workload);
        let backend = backends.iter().find(|backend| backend.name == cell.backend);
        workload
            .zip(backend)
            .is_some_and(|(workload, backend)| !(workload.needs_order && backend.is_unordered))
    }
}

/// A process to run: which side's, what it takes, and of which cell.
struct Job {
    side: usize,
    ledger: Ledger,
    cell: usize,
}

type Answer = Result<Reading, ChildError>;

/// Measures every workload of `picked` on every backend of it, workload by workload, with `repeat`
/// timing processes a cell; on the second side, if there is one, the cells that it knows. The cells
/// are given back side by side.
///
/// A child that dies is a fault of its cell. One of the first side that refuses its input ends the
/// run. An interruption leaves cells without their readings.
pub(crate) fn measure_all(
    sides: &[Side<'_>],
    picked: &Catalog,
    repeat: usize,
) -> Result<Vec<Vec<Cell>>, Usage> {
    let mut empty: Vec<Cell> = Vec::new();
    for workload in &picked.workloads {
        let on_backend = |name| Cell::new(&workload.name, name);
        empty.extend(picked.backends.iter().map(|backend| on_backend(&backend.name)));
    }
    let jobs = jobs(sides, &empty, repeat);
    let [heap, time] = [(&jobs[0], cores()), (&jobs[1], 1)];
    let progress = Progress::new(heap.0.len() + time.0.len());
    let pace = Pace::new(&[(heap.0.len(), heap.1), (time.0.len(), time.1)]);
    let measure = |job: &Job| {
        let (Side { binaries, options, .. }, cell) = (&sides[job.side], &empty[job.cell]);
        if options.interrupt.is_raised() {
            return (job.side, Err(ChildError::Interrupted));
        }
        let before = if job.side > 0 { ", before" } else { "" };
        let (ledger, left) = (job.ledger.name(), pace.left());
        progress.begin(&format!("{ledger} {}/{}{before}{left}", cell.workload, cell.backend));
        let begun = Instant::now();
        let answer = binaries.measure(job.ledger, &cell.workload, &cell.backend, options);
        pace.took(job.ledger as usize, begun.elapsed());
        progress.end();
        (job.side, answer)
    };

    let mut cells = vec![empty.clone(); sides.len()];
    for (jobs, workers) in [heap, time] {
        let ends = |(side, answer): &(usize, Answer)| match answer {
            Err(ChildError::Refused(_)) => *side == 0,
            Err(ChildError::Interrupted) => true,
            _ => false,
        };
        let answers = in_parallel(workers, jobs, measure, ends);
        for (job, answer) in jobs.iter().zip(answers) {
            // No answer: another child refused its input before this one's turn.
            if let Some((side, answer)) = answer {
                record(&mut cells[side][job.cell], job, answer)?;
            }
        }
    }
    Ok(cells)
}

/// The jobs of both ledgers, those of a cell together.
fn jobs(sides: &[Side<'_>], cells: &[Cell], repeat: usize) -> [Vec<Job>; 2] {
    let turn = |ledger, cell: usize, turn: usize| {
        let order = (0..sides.len()).map(move |place| (place + turn) % sides.len());
        let known = order.filter(move |side| sides[*side].knows(&cells[cell]));
        known.map(move |side| Job { side, ledger, cell })
    };
    let all = 0..cells.len();
    let heap = all.clone().flat_map(|cell| turn(Ledger::Heap, cell, 0)).collect();
    let times = all.flat_map(|cell| (0..repeat).flat_map(move |n| turn(Ledger::Time, cell, n)));
    [heap, times.collect()]
}

fn record(cell: &mut Cell, job: &Job, answer: Answer) -> Result<(), Usage> {
    let place = match job.ledger {
        Ledger::Heap => &mut cell.heap,
        Ledger::Time => &mut cell.time,
    };
    let why = match answer {
        Ok(reading) => match place {
            Some(first) => first.join(reading).err(),
            None => {
                *place = Some(reading);
                None
            }
        },
        Err(ChildError::Refused(line)) if job.side == 0 => return Err(Usage::verbatim(line)),
        Err(ChildError::Refused(why) | ChildError::Failed(why)) => Some(why),
        Err(ChildError::Interrupted) => None,
    };
    if let Some(why) = why {
        let (workload, backend, ledger) = (&cell.workload, &cell.backend, job.ledger.name());
        cell.faults.push(format!("{workload}/{backend} ({ledger}): {why}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn catalog(json: &str) -> Catalog {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn both_sides_take_turns_on_what_both_know() {
        let none = || PathBuf::from("none");
        let binaries = Binaries { heap: none(), time: none() };
        let now = r#"{"workloads": [{"name": "w"}], "backends": [{"name": "a"}, {"name": "b"}]}"#;
        let before = r#"{"workloads": [{"name": "w"}], "backends": [{"name": "b"}]}"#;
        let catalogs = [catalog(now), catalog(before)];
        let options = Options::default();
        let sides = catalogs.each_ref().map(|catalog| Side {
            binaries: &binaries,
            catalog,
            options: &options,
        });
        let cells = [Cell::new("w", "a"), Cell::new("w", "b")];
        let [heap, time] = jobs(&sides, &cells, 2);
        let places = |jobs: &[Job]| Vec::from_iter(jobs.iter().map(|job| (job.cell, job.side)));
        assert_eq!(places(&heap), [(0, 0), (1, 0), (1, 1)]);
        assert_eq!(places(&time), [(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (1, 0)]);
    }

    #[test]
    fn a_map_without_order_is_not_asked_for_it() {
        let none = || PathBuf::from("none");
        let side = Side {
            binaries: &Binaries { heap: none(), time: none() },
            catalog: &catalog(
                r#"{"workloads": [{"name": "keys-file"}, {"name": "trace", "needs_order": true}],
                    "backends": [{"name": "std"}, {"name": "hashed", "is_unordered": true}]}"#,
            ),
            options: &Options::default(),
        };
        let knows = |workload, backend| side.knows(&Cell::new(workload, backend));
        assert!(knows("keys-file", "std") && knows("keys-file", "hashed"));
        assert!(knows("trace", "std") && !knows("trace", "hashed"));
        assert!(!knows("words", "std") && !knows("trace", "pool"));
    }
}
