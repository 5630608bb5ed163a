//! [`catalog`]: what can be measured, as JSON.

use allotment_workload::{Backend, Size, Workload};
use serde::Serialize;

#[derive(Serialize)]
struct Catalog {
    workloads: Vec<WorkloadEntry>,
    backends: Vec<BackendEntry>,
}

#[derive(Serialize)]
struct WorkloadEntry {
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_entries: Option<usize>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    needs_order: bool,
}

#[derive(Serialize)]
struct BackendEntry {
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_unordered: bool,
}

/// All workloads and backends as a JSON object, in the form that the crate's documentation shows.
///
/// ```
/// let json: serde_json::Value = serde_json::from_str(&allotment_profile::catalog()).unwrap();
/// assert_eq!(json["backends"][0]["name"], "std");
/// ```
pub fn catalog() -> String {
    let workloads = Workload::ALL.iter().map(|workload| WorkloadEntry {
        name: workload.name(),
        description: workload.description(),
        entries: workload.entries(Size::Full),
        quick_entries: workload.entries(Size::Quick),
        needs_order: workload.needs_trace(),
    });
    let backends = Backend::ALL.into_iter().map(|backend| BackendEntry {
        name: backend.name(),
        description: backend.description(),
        is_unordered: !backend.is_ordered(),
    });
    let catalog = Catalog { workloads: workloads.collect(), backends: backends.collect() };
    serde_json::to_string_pretty(&catalog).expect("plain text and numbers are always JSON")
}
