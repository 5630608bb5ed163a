//! [`Report`]: the part of report.json that the page shows.

use anyhow::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::metric::{Metric, Reading};

#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) host: Value,
    #[serde(default)]
    pub(super) quick: bool,
    pub(super) workloads: Vec<Workload>,
}

#[derive(Deserialize)]
pub(super) struct Workload {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) verdict: String,
    #[serde(default)]
    pub(super) advice: Vec<String>,
    pub(super) cells: Vec<Cell>,
}

#[derive(Deserialize)]
pub(super) struct Cell {
    pub(super) backend: String,
    #[serde(default)]
    pub(super) faults: Vec<String>,
    pub(super) heap: Option<Reading>,
    pub(super) time: Option<Reading>,
    pub(super) hotspots: Option<Hotspots>,
    pub(super) flame: Option<Flame>,
}

#[derive(Deserialize)]
pub(super) struct Hotspots {
    pub(super) sites: Vec<Site>,
    pub(super) retained: Vec<usize>,
    pub(super) peak: Vec<usize>,
    pub(super) total: Vec<usize>,
    pub(super) temporary: Vec<usize>,
}

#[derive(Deserialize)]
pub(super) struct Site {
    pub(super) frames: Vec<String>,
    pub(super) retained: Weight,
    pub(super) peak: Weight,
    pub(super) total: Weight,
    pub(super) temporary: Weight,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Weight {
    pub(super) blocks: u64,
    pub(super) bytes: u64,
}

#[derive(Deserialize)]
pub(super) struct Flame {
    pub(super) name: String,
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) children: Vec<Flame>,
}

/// Columns of equal length.
#[derive(Deserialize)]
pub(super) struct Timeline {
    pub(super) phase: Vec<String>,
    pub(super) ops: Vec<u64>,
    pub(super) live_bytes: Vec<u64>,
    pub(super) heap_bytes: Vec<u64>,
}

#[derive(Deserialize)]
pub(super) struct Pauses {
    pub(super) op: String,
    pub(super) cause: String,
    pub(super) count: u64,
    pub(super) p50: u64,
    pub(super) p99: u64,
    pub(super) p999: u64,
    pub(super) max: u64,
    pub(super) over: u64,
    /// Nanoseconds, and how many took at most so long, but more than the bucket before.
    pub(super) buckets: Vec<(u64, u64)>,
}

#[derive(Deserialize)]
pub(super) struct SizeClass {
    pub(super) bytes: u64,
    pub(super) requests: u64,
    pub(super) frees: u64,
    pub(super) live: u64,
}

#[derive(Deserialize)]
pub(super) struct Lifetime {
    pub(super) below: Option<u64>,
    pub(super) blocks: u64,
}

impl Report {
    pub(super) fn read(report: &Value) -> Result<Report> {
        Ok(Report::deserialize(report)?)
    }
}

impl Workload {
    pub(super) fn cell(&self, backend: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.backend == backend)
    }
}

impl Cell {
    /// All figures, those of the counting process first.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        [&self.heap, &self.time].into_iter().flatten().flat_map(|reading| &reading.metrics)
    }

    /// A detail of either process, if it is there and of the form that is known.
    pub(super) fn detail<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let readings = [&self.heap, &self.time].into_iter().flatten();
        let found = readings.filter_map(|reading| reading.details.get(name)).next();
        serde_json::from_value(found?.clone()).ok()
    }
}
