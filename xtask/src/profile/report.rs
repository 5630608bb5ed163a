//! `report.json`: every figure of a run, with the circumstances it was taken in.
//!
//! docs/report-schema.md tells what each field means.

use anyhow::Result;
use serde::Serialize;
use serde_json::Serializer;

use super::catalog::Workload;
use super::cell::Cell;
use super::flame::Flame;
use super::hotspots::Hotspots;
use super::json::Lines;
use super::metric::Reading;
use crate::host::Host;

/// The list of the metrics of a reading lies so deep; each of them is one line.
const BROKEN_DEPTH: usize = 7;

/// Raised when a field changes its meaning or goes; new fields leave it as it is.
pub(crate) const SCHEMA_VERSION: u32 = 2;

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
    hotspots: Option<&'a Hotspots>,
    flame: Option<Flame>,
}

impl Report<'_> {
    /// The text of the file: figures on a line each, so that two reports can be compared by lines.
    pub(crate) fn to_json(&self) -> Result<String> {
        let mut text = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut text, Lines::new(BROKEN_DEPTH));
        self.serialize(&mut serializer)?;
        text.push(b'\n');
        Ok(String::from_utf8(text)?)
    }
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
            hotspots: cell.hotspots.as_ref(),
            flame: cell.hotspots.as_ref().and_then(|hotspots| Flame::at_peak(hotspots.sites())),
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
