//! Runs every cell: the counting processes side by side, then the timing processes one by one.
//!
//! Counts do not depend on what else the machine does, times do: no process of ours runs beside
//! one that takes the time.

use super::catalog::Catalog;
use super::cell::Cell;
use super::child::{Binaries, ChildError, Ledger, Options};
use super::metric::Reading;
use crate::exit::Usage;
use crate::parallel::{cores, in_parallel};
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

    for (ledger, workers) in [(Ledger::Heap, cores()), (Ledger::Time, 1)] {
        let refused = |answer: &Answer| matches!(answer, Err(ChildError::Refused(_)));
        let answers = in_parallel(workers, &cells, |cell| measure(ledger, cell), refused);
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
