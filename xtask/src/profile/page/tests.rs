//! The page of reports as full as real ones.

use serde_json::json;

use super::*;

const BACKENDS: [&str; 7] = ["std", "system", "pool", "bump", "mimalloc", "bumpalo", "hashbrown"];
const PHASES: [&str; 10] =
    ["build", "lookup", "scan", "page", "churn", "clone", "clear", "refill", "drain", "drop"];

/// A report of so many workloads on seven backends, each cell as full as a real one.
pub(crate) fn full_report(workloads: u64) -> Value {
    let workload = |index: u64| {
        let cells: Vec<Value> =
            (0..).zip(BACKENDS).map(|(at, name)| cell(index * 7 + at, name)).collect();
        json!({
            "name": format!("workload-{index}"), "description": "u64 keys, uniform at random",
            "verdict": format!("workload-{index}: pool did best (mean 0.49 of std)."),
            "advice": ["Take pool: it asks the heap for the fewest blocks, and is no slower."],
            "cells": cells,
        })
    };
    json!({
        "schema_version": 2, "quick": false,
        "host": {"date": "2026-01-01T00:00:00Z", "cpu": "Some CPU", "cores": 2, "os": "Linux",
            "rustc": "rustc 1.95.0", "revision": "0123456789abcdef", "dirty": false},
        "workloads": (0..workloads).map(workload).collect::<Vec<_>>(),
    })
}

fn cell(seed: u64, backend: &str) -> Value {
    // Spread over many digits, as real figures are.
    let figure = |at: u64| (seed + 3) * (at + 7) * 7919 % 99_999_989;
    let mut metrics = Vec::new();
    for (at, phase) in (0..).zip(PHASES) {
        for (place, name) in (0..).zip([
            "ops",
            "requests",
            "heap_blocks",
            "heap_bytes",
            "grows",
            "shrinks",
            "frees",
            "nanos",
        ]) {
            let value = figure(at * 11 + place) + 1;
            metrics.push(json!({"phase": phase, "name": name, "value": value, "unit": "count"}));
        }
    }
    for (at, name) in (0..).zip([
        "entries",
        "heap_live_bytes",
        "heap_peak_bytes",
        "worst_insert_ns",
        "worst_remove_ns",
        "pause_threshold_ns",
        "reserved_bytes",
    ]) {
        metrics
            .push(json!({"phase": "all", "name": name, "value": figure(at) + 1, "unit": "bytes"}));
    }
    metrics.push(json!({"phase": "all", "name": "end_blocks", "value": 0, "unit": "count"}));
    json!({
        "backend": backend, "faults": [],
        "heap": {"outcome": "0123456789abcdef", "metrics": metrics, "details": heap_details(seed)},
        "time": {"outcome": "0123456789abcdef", "metrics": [], "details": {"pauses": pauses(seed)}},
        "hotspots": hotspots(&figure), "flame": flame(seed, 5, 90_000_000),
    })
}

fn heap_details(seed: u64) -> Value {
    let points = 0..200_u64;
    // Up to the middle and down again, with a wave.
    let held = |at: u64| (seed + 5) * at.min(199 - at) * 17_341 + at % 13 * 90_001;
    json!({
        "size_classes": (0..14).map(|at| json!({"bytes": 1 << (at + 4), "requests": 70_000 >> at,
            "frees": 60_000 >> at, "live": 10_000 >> at})).collect::<Vec<_>>(),
        "timeline": {
            "phase": points.clone().map(|at| PHASES[at as usize / 20]).collect::<Vec<_>>(),
            "ops": points.clone().map(|at| at * 35_117).collect::<Vec<_>>(),
            "live_bytes": points.clone().map(|at| held(at) / 2).collect::<Vec<_>>(),
            "heap_bytes": points.map(held).collect::<Vec<_>>()},
        "lifetimes": (0..22).map(|at| json!({
            "below": (at < 21).then_some(2_u64 << at), "blocks": (at * 7919 + seed) % 60_000,
        })).collect::<Vec<_>>(),
        "fill": [0, 0, 1, 20, 300, 4000, 9000, 12_000, 8000, 20_000],
    })
}

fn pauses(seed: u64) -> Value {
    let mut rows = Vec::new();
    for op in ["insert", "remove", "clear", "drop", "clone"] {
        let is_single = ["insert", "remove"].contains(&op);
        // A map is cleared a few times, entries come and go all the time.
        let (causes, classes, count) = if is_single { (4, 60, 900_000) } else { (1, 3, 1) };
        for (at, cause) in (0..causes).zip(["nothing", "node", "chunk", "free"]) {
            let low = 40_u64 << (2 * at);
            let class = |step| (low + low * step * step / 60, 1 + count / (step + 1 + seed % 5));
            rows.push(json!({
                "op": op, "cause": cause, "count": count, "p50": low, "p99": 3 * low,
                "p999": 9 * low, "max": 60 * low, "over": seed,
                "buckets": (0..classes).map(class).collect::<Vec<_>>(),
            }));
        }
    }
    json!(rows)
}

fn hotspots(figure: &impl Fn(u64) -> u64) -> Value {
    let site = |at: u64| {
        let frame = |depth: u64| {
            let file = format!("crates/allotment-core/src/raw/module_{depth}.rs");
            format!("module_{depth}::function_{at} ({file}:{at})")
        };
        let weight = |by: u64| json!({"blocks": figure(at) / by / 100, "bytes": figure(at) / by});
        json!({"frames": (0..8).map(frame).collect::<Vec<_>>(), "retained": weight(1),
            "peak": weight(2), "total": weight(3), "temporary": weight(4)})
    };
    let ranking: Vec<u64> = (0..20).collect();
    let reverse: Vec<u64> = (5..25).rev().collect();
    json!({"sites": (0..25).map(site).collect::<Vec<_>>(), "retained": [], "peak": ranking,
        "total": reverse, "temporary": ranking})
}

/// Three callees a function, down to a depth.
fn flame(seed: u64, depth: u64, bytes: u64) -> Value {
    let names = ["node::allocate_leaf", "map::insert", "tree::make_room", "run::insert_all"];
    let name = names[((seed + depth + bytes) % 4) as usize];
    let parts = if depth == 0 { &[][..] } else { &[2, 3, 7][..] };
    let large = parts.iter().map(|part| bytes / part).filter(|bytes| *bytes >= 450_000);
    let children: Vec<Value> = large.map(|bytes| flame(seed, depth - 1, bytes)).collect();
    json!({"name": name, "bytes": bytes, "children": children})
}

fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_full_run_stays_small() {
    let report = full_report(20);
    let page = render(&report, Some(&report)).unwrap();
    assert!(page.len() <= LARGEST, "{} bytes", page.len());
    let data = data(&page);
    assert_eq!(data["workloads"].as_array().unwrap().len(), 20);
    for workload in data["workloads"].as_array().unwrap() {
        for cell in workload["cells"].as_array().unwrap() {
            assert!(cell["timeline"]["heap"].as_array().unwrap().len() >= 50);
            assert!(!cell["flame_was"].as_array().unwrap().is_empty());
        }
    }
}

#[test]
fn a_run_that_is_far_too_large_is_thinned() {
    let whole = render(&full_report(2), None).unwrap();
    let sites = |page: &str| {
        data(page)["workloads"][0]["cells"][0]["rankings"][1].as_array().unwrap().len()
    };
    assert_eq!(sites(&whole), 12);
    let page = render(&full_report(36), None).unwrap();
    assert!(sites(&page) < 12 && page.len() <= LARGEST, "{} bytes", page.len());
}

#[test]
fn no_peak_is_lost_to_thinning() {
    let mut report = full_report(1);
    let columns = &mut report["workloads"][0]["cells"][0]["heap"]["details"]["timeline"];
    columns["phase"] = json!(vec!["build"; 1001]);
    columns["ops"] = json!((0..1001).collect::<Vec<u64>>());
    columns["live_bytes"] = json!(vec![1; 1001]);
    columns["heap_bytes"] = json!((0..1001).map(|at| u64::from(at == 503) + 1).collect::<Vec<_>>());
    let data = data(&render(&report, None).unwrap());
    let timeline = &data["workloads"][0]["cells"][0]["timeline"];
    let heap = timeline["heap"].as_array().unwrap();
    // The largest, and then each point in parts of it.
    assert_eq!(heap[0], 2);
    assert_eq!(heap[1..].iter().filter(|held| **held == 10_000).count(), 1);
    assert!(heap.len() <= 201);
    assert_eq!(timeline["phases"].as_array().unwrap().len(), 1);
}

#[test]
fn pauses_are_gathered_by_doublings() {
    let mut report = full_report(1);
    report["workloads"][0]["cells"][0]["time"]["details"]["pauses"] = json!([
        {"op": "drop", "cause": "free", "count": 4, "p50": 1, "p99": 2, "p999": 3, "max": 1024,
         "over": 5, "buckets": [[0, 1], [1, 1], [1024, 1], [1025, 1], [2048, 1]]}]);
    let data = data(&render(&report, None).unwrap());
    let row = &data["workloads"][0]["cells"][0]["pauses"][0];
    assert_eq!(data["names"][row[0].as_u64().unwrap() as usize], "drop");
    assert_eq!(row[8], json!([0, 2, 9, 1, 10, 2]));
}

#[test]
fn nothing_in_the_data_can_leave_its_place() {
    let mut report = full_report(1);
    let text = "</script><!-- <b> /*SCRIPT*/";
    report["workloads"][0]["description"] = json!(text);
    let page = render(&report, None).unwrap();
    assert_eq!(data(&page)["workloads"][0]["description"], text);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<!-- <b>") && !page.contains("/*STYLE*/"));
}

#[test]
fn the_page_asks_for_nothing() {
    let page = render(&full_report(1), None).unwrap();
    let addresses: Vec<&str> = page.split("http").skip(1).map(|rest| &rest[..20]).collect();
    assert!(addresses.iter().all(|rest| rest.starts_with("://www.w3.org/2000/")), "{addresses:?}");
    for word in [" src=", "@import", "url(", "fetch(", "import("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn details_of_another_form_are_left_out() {
    let mut report = full_report(1);
    report["workloads"][0]["cells"][0]["heap"]["details"] = json!({
        "timeline": {"phase": ["build"], "ops": [], "live_bytes": [], "heap_bytes": []},
        "fill": "full", "of_tomorrow": 1,
    });
    let data = data(&render(&report, None).unwrap());
    let cell = &data["workloads"][0]["cells"][0];
    assert_eq!((&cell["timeline"], &cell["fill"]), (&Value::Null, &json!([])));
}

#[test]
fn what_is_no_report_is_refused() {
    let error = render(&json!({"workloads": 1}), None).unwrap_err();
    assert_eq!(error.to_string(), "cannot draw the report");
    let error = render(&full_report(1), Some(&json!([]))).unwrap_err();
    assert_eq!(error.to_string(), "cannot draw the earlier report");
}
