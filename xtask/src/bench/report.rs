//! The JSON of `--json`: every figure of a run, with the circumstances it was taken in.

use serde::Serialize;

use super::catalog::{BASELINE, Job};
use super::outcome::{Cell, Outcome};
use crate::host::Host;

/// Raised when a field changes its meaning or goes; new fields leave it as it is.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
pub(crate) struct Report<'a> {
    schema_version: u32,
    host: &'a Host,
    /// Whether everything was built for the very processor of the machine.
    native: bool,
    peers: &'a str,
    tables: Vec<TableReport<'a>>,
}

#[derive(Serialize)]
struct TableReport<'a> {
    table: &'a str,
    title: &'a str,
    unit: &'a str,
    size: usize,
    /// Why figures are missing, if any are.
    fault: Option<&'a str>,
    rows: Vec<RowReport<'a>>,
}

#[derive(Serialize)]
struct RowReport<'a> {
    row: &'a str,
    cells: Vec<CellReport<'a>>,
}

#[derive(Serialize)]
struct CellReport<'a> {
    #[serde(flatten)]
    cell: &'a Cell,
    median: f64,
    minimum: f64,
    /// To std's, by the medians and by the minima.
    ratio: Option<f64>,
    ratio_of_minima: Option<f64>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(host: &'a Host, native: bool, peers: &'a str) -> Report<'a> {
        Report { schema_version: SCHEMA_VERSION, host, native, peers, tables: Vec::new() }
    }

    pub(crate) fn add(&mut self, job: &'a Job, outcomes: &'a [Outcome], fault: Option<&'a str>) {
        let rows = outcomes.iter().map(|outcome| RowReport {
            row: &outcome.row,
            cells: outcome.cells.iter().map(|cell| cell_report(cell, outcome)).collect(),
        });
        self.tables.push(TableReport {
            table: &job.table.name,
            title: &job.table.title,
            unit: &job.table.unit,
            size: job.size,
            fault,
            rows: rows.collect(),
        });
    }
}

fn cell_report<'a>(cell: &'a Cell, outcome: &Outcome) -> CellReport<'a> {
    let base = outcome.cell(BASELINE);
    let finite = |ratio: f64| ratio.is_finite().then_some(ratio);
    CellReport {
        cell,
        median: cell.median(),
        minimum: cell.minimum(),
        ratio: base.and_then(|base| finite(cell.median() / base.median())),
        ratio_of_minima: base.and_then(|base| finite(cell.minimum() / base.minimum())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::catalog::tests::table;
    use super::super::sheet::tests::outcome;
    use super::*;

    #[test]
    fn every_figure_is_in_the_report() {
        let table = table("u64", &["get"], &["std", "pool"]);
        let job = Job { program: 0, table, size: 1000, whole: true };
        let outcomes = [outcome("get", "std=4,2 ~pool=1,2"), outcome("drop", "std=0 pool=1")];
        let host = Host::default();
        let mut report = Report::new(&host, true, "bbtree 0.2.0");
        report.add(&job, &outcomes, Some("killed"));
        let text = serde_json::to_string(&report).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["schema_version"], &value["native"]), (&1.into(), &true.into()));
        let table = &value["tables"][0];
        assert_eq!((&table["size"], &table["fault"]), (&1000.into(), &"killed".into()));
        let pool = &table["rows"][0]["cells"][1];
        assert_eq!(pool["samples"], serde_json::json!([1.0, 2.0]));
        assert_eq!(pool["substitute"], "a loop");
        let figures = ["median", "minimum", "ratio", "ratio_of_minima"].map(|name| &pool[name]);
        assert_eq!(figures, [1.5, 1.0, 0.5, 0.5].map(Value::from).each_ref());
        assert_eq!(table["rows"][1]["cells"][1]["ratio"], Value::Null);
    }
}
