//! `report.json`: every figure of a run, with the circumstances it was taken in.

use serde::Serialize;

use super::catalog::Workload;
use super::cell::Cell;
use super::metric::Reading;
use crate::host::Host;

/// Raised when a field changes its meaning or goes; new fields leave it as it is.
pub(crate) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
pub(crate) struct Report<'a> {
    schema_version: u32,
    host: &'a Host,
    quick: bool,
    workloads: Vec<WorkloadReport<'a>>,
}

#[derive(Serialize)]
struct WorkloadReport<'a> {
    name: &'a str,
    description: &'a str,
    verdict: &'a str,
    advice: &'a [String],
    cells: Vec<CellReport<'a>>,
}

#[derive(Serialize)]
struct CellReport<'a> {
    backend: &'a str,
    faults: &'a [String],
    heap: Option<&'a Reading>,
    time: Option<&'a Reading>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(host: &'a Host, quick: bool) -> Report<'a> {
        Report { schema_version: SCHEMA_VERSION, host, quick, workloads: Vec::new() }
    }

    pub(crate) fn add(
        &mut self,
        workload: &'a Workload,
        cells: &'a [Cell],
        verdict: &'a str,
        advice: &'a [String],
    ) {
        let cell_report = |cell: &'a Cell| CellReport {
            backend: &cell.backend,
            faults: &cell.faults,
            heap: cell.heap.as_ref(),
            time: cell.time.as_ref(),
        };
        self.workloads.push(WorkloadReport {
            name: &workload.name,
            description: &workload.description,
            verdict,
            advice,
            cells: cells.iter().map(cell_report).collect(),
        });
    }
}
