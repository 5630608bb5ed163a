//! Runs every cell: the counting processes side by side, then the timing processes one by one.
//!
//! Counts do not depend on what else the machine does, times do: no process of ours runs beside
//! one that takes the time.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::catalog::Catalog;
use super::cell::Cell;
use super::child::{Binaries, ChildError, Ledger, Options};
use super::metric::Reading;
use crate::exit::Usage;
use crate::progress::Progress;

type Answer = Result<Reading, ChildError>;

/// Measures every workload of `picked` on every backend of it, workload by workload.
///
/// A child that dies is a fault of its cell; one that refuses its input ends the run.
pub(crate) fn measure_all(
    binaries: &Binaries,
    picked: &Catalog,
    options: &Options,
) -> Result<Vec<Cell>, Usage> {
    let mut cells: Vec<Cell> = Vec::new();
    for workload in &picked.workloads {
        let on_backend = |name| Cell::new(&workload.name, name);
        cells.extend(picked.backends.iter().map(|backend| on_backend(&backend.name)));
    }
    let progress = Progress::new(cells.len() * 2);
    let measure = |ledger: Ledger, cell: &Cell| {
        progress.begin(&format!("{} {}/{}", ledger.name(), cell.workload, cell.backend));
        let answer = binaries.measure(ledger, &cell.workload, &cell.backend, options);
        progress.end();
        answer
    };

    let side_by_side = thread::available_parallelism().map_or(1, NonZero::get);
    for (ledger, workers) in [(Ledger::Heap, side_by_side), (Ledger::Time, 1)] {
        let answers = in_parallel(workers, &cells, |cell| measure(ledger, cell));
        for (cell, answer) in cells.iter_mut().zip(answers) {
            // No answer: another child refused its input before this one's turn.
            if let Some(answer) = answer {
                record(cell, ledger, answer)?;
            }
        }
    }
    Ok(cells)
}

fn record(cell: &mut Cell, ledger: Ledger, answer: Answer) -> Result<(), Usage> {
    let place = match ledger {
        Ledger::Heap => &mut cell.heap,
        Ledger::Time => &mut cell.time,
    };
    match answer {
        Ok(reading) => *place = Some(reading),
        Err(ChildError::Refused(line)) => return Err(Usage::verbatim(line)),
        Err(ChildError::Failed(why)) => {
            let (workload, backend, ledger) = (&cell.workload, &cell.backend, ledger.name());
            cell.faults.push(format!("{workload}/{backend} ({ledger}): {why}"));
        }
    }
    Ok(())
}

/// Calls `measure` once per cell on `workers` threads; no new cell is begun after a refusal.
fn in_parallel(
    workers: usize,
    cells: &[Cell],
    measure: impl Fn(&Cell) -> Answer + Sync,
) -> Vec<Option<Answer>> {
    let next = AtomicUsize::new(0);
    let answers: Vec<Mutex<Option<Answer>>> = cells.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(cell) = cells.get(index) else { break };
            let answer = measure(cell);
            if matches!(answer, Err(ChildError::Refused(_))) {
                next.store(cells.len(), Ordering::Relaxed);
            }
            *answers[index].lock().expect("no worker panics here") = Some(answer);
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers.min(cells.len()) {
            scope.spawn(work);
        }
    });
    let open = |slot: Mutex<Option<Answer>>| slot.into_inner().expect("no worker panics here");
    answers.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(count: usize) -> Vec<Cell> {
        (0..count).map(|number| Cell::new("w", &number.to_string())).collect()
    }

    #[test]
    fn each_cell_gets_its_own_answer() {
        let cells = cells(20);
        let answers = in_parallel(3, &cells, |cell| Err(ChildError::Failed(cell.backend.clone())));
        for (cell, answer) in cells.iter().zip(answers) {
            assert_eq!(answer, Some(Err(ChildError::Failed(cell.backend.clone()))));
        }
    }

    #[test]
    fn one_worker_runs_one_at_a_time() {
        let running = AtomicUsize::new(0);
        in_parallel(1, &cells(10), |_| {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            Err(ChildError::Failed(String::new()))
        });
    }

    #[test]
    fn a_refusal_ends_the_run() {
        let calls = AtomicUsize::new(0);
        let answers = in_parallel(1, &cells(10), |cell| {
            calls.fetch_add(1, Ordering::Relaxed);
            Err(if cell.backend == "2" {
                ChildError::Refused("bad line".to_owned())
            } else {
                ChildError::Failed(String::new())
            })
        });
        assert_eq!(calls.into_inner(), 3);
        assert_eq!(answers.iter().flatten().count(), 3);
    }
}
