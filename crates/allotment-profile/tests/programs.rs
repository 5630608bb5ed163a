//! The two programs as `cargo xtask profile` runs them: lines, exit codes, errors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use allotment_trace::{Key, KeyKind, TraceOp, TraceWriter};
use allotment_workload::{Backend, Phase};

const HEAP: &str = env!("CARGO_BIN_EXE_allotment-profile-heap");
const TIME: &str = env!("CARGO_BIN_EXE_allotment-profile-time");

/// The phases of a workload of keys.
const OF_KEYS: &[Phase] = Phase::ALL.split_at(9).0;

fn output(program: &str, args: &[&str]) -> Output {
    Command::new(program).args(args).stdin(Stdio::null()).output().unwrap()
}

/// Runs a cell, at a small size unless another is asked for; the program must succeed.
fn run(program: &str, workload: &str, backend: Backend, more: &[&str]) -> String {
    let mut args = vec!["--workload", workload, "--backend", backend.name()];
    args.extend(more);
    if !more.contains(&"--entries") {
        args.extend(["--entries", "2000"]);
    }
    let output = output(program, &args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a program printed: figures by `phase.name`, with their units, and the outcome.
struct Figures {
    metrics: BTreeMap<String, (u64, String)>,
    outcome: String,
}

impl Figures {
    /// Reads lines, every one of which must have the documented form.
    fn parse(text: &str) -> Figures {
        let mut metrics = BTreeMap::new();
        let mut outcome = None;
        for line in text.lines() {
            if let Some(metric) = line.strip_prefix("METRIC:") {
                let [key, value, unit] = metric.split(':').collect::<Vec<_>>()[..] else {
                    panic!("{line}")
                };
                let known = ["count", "bytes", "ns"].contains(&unit);
                assert!(known && key.split('.').count() == 2, "{line}");
                let figure = (value.parse().unwrap(), unit.to_owned());
                assert!(metrics.insert(key.to_owned(), figure).is_none(), "{line}");
            } else {
                let hash = line.strip_prefix("OUTCOME:").unwrap_or_else(|| panic!("{line}"));
                assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
                assert!(outcome.replace(hash.to_owned()).is_none());
            }
        }
        Figures { metrics, outcome: outcome.expect("an outcome") }
    }

    fn get(&self, key: &str) -> u64 {
        self.metrics.get(key).unwrap_or_else(|| panic!("no {key}")).0
    }

    /// Checks that exactly the documented figures are there, in their units.
    fn check_names(&self, phases: &[Phase], by_phase: &[(&str, &str)], of_run: &[(&str, &str)]) {
        let mut names = BTreeMap::new();
        for phase in phases {
            for (name, unit) in by_phase {
                names.insert(format!("{}.{name}", phase.name()), unit.to_string());
            }
        }
        for (name, unit) in of_run {
            names.insert(format!("all.{name}"), unit.to_string());
        }
        let seen: BTreeMap<_, _> =
            self.metrics.iter().map(|(name, (_, unit))| (name.clone(), unit.clone())).collect();
        assert_eq!(seen, names);
    }
}

#[test]
fn heap_figures_are_the_same_in_every_run() {
    for workload in ["uniform-u64", "npm-names", "npm-scopes", "zipf-lists-packed"] {
        for backend in Backend::ALL {
            let first = run(HEAP, workload, backend, &[]);
            assert_eq!(first, run(HEAP, workload, backend, &[]), "{}", backend.name());
        }
    }
}

#[test]
fn figures_are_the_documented_ones_and_outcomes_agree() {
    let mut outcomes = Vec::new();
    for backend in Backend::ALL {
        let heap = Figures::parse(&run(HEAP, "zipf-u64", backend, &[]));
        let counts = [("ops", "count"), ("requests", "count"), ("heap_blocks", "count")];
        heap.check_names(
            OF_KEYS,
            &[&counts[..], &[("heap_bytes", "bytes")]].concat(),
            &[
                ("entries", "count"),
                ("live_bytes", "bytes"),
                ("peak_bytes", "bytes"),
                ("heap_live_bytes", "bytes"),
                ("heap_peak_bytes", "bytes"),
                ("page_peak_bytes", "bytes"),
                ("heap_churn_blocks", "count"),
                ("end_blocks", "count"),
                ("end_bytes", "bytes"),
            ],
        );
        let time = Figures::parse(&run(TIME, "zipf-u64", backend, &[]));
        time.check_names(
            OF_KEYS,
            &[("ops", "count"), ("nanos", "ns")],
            &[
                ("entries", "count"),
                ("worst_insert_ns", "ns"),
                ("worst_remove_ns", "ns"),
                ("p50_insert_ns", "ns"),
                ("p99_insert_ns", "ns"),
                ("p999_insert_ns", "ns"),
                ("p50_remove_ns", "ns"),
                ("p99_remove_ns", "ns"),
                ("p999_remove_ns", "ns"),
                ("clear_ns", "ns"),
                ("clone_ns", "ns"),
                ("drop_ns", "ns"),
            ],
        );
        assert_eq!(heap.get("build.ops"), 2000);
        assert_eq!(heap.get("all.entries"), time.get("all.entries"));
        outcomes.extend([heap.outcome, time.outcome]);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
}

#[test]
fn the_ledgers_make_sense() {
    for backend in Backend::ALL {
        let name = backend.name();
        let figures = Figures::parse(&run(HEAP, "uniform-u64", backend, &[]));
        assert_eq!(figures.get("all.entries"), 2000);
        // An entry is 16 bytes; no map here needs as much as four times that.
        for bytes in ["live_bytes", "peak_bytes", "heap_live_bytes", "heap_peak_bytes"] {
            let bytes = figures.get(&format!("all.{bytes}"));
            assert!((32_000..128_000).contains(&bytes), "{name} {bytes}");
        }
        assert!(figures.get("all.peak_bytes") >= figures.get("all.live_bytes"));
        assert!(figures.get("all.heap_live_bytes") >= figures.get("all.live_bytes"), "{name}");
        assert_eq!((figures.get("all.end_blocks"), figures.get("all.end_bytes")), (0, 0), "{name}");
        for phase in ["lookup", "scan", "page", "drop"] {
            assert_eq!(figures.get(&format!("{phase}.requests")), 0, "{name}");
            assert_eq!(figures.get(&format!("{phase}.heap_blocks")), 0, "{name}");
        }
        let (requests, blocks) = (figures.get("build.requests"), figures.get("build.heap_blocks"));
        assert!(requests > 0 && blocks > 0, "{name}");
        match backend {
            // A node of the standard library's map holds 5 to 11 entries.
            Backend::Std => assert!(requests == blocks && (182..=400).contains(&blocks)),
            Backend::System => assert_eq!(requests, blocks),
            Backend::Pool | Backend::Bump => assert!(blocks < requests, "{name} {blocks}"),
        }
    }
}

#[test]
fn pages_take_their_buffer_and_nothing_else() {
    let page_peak = |workload, backend, entries| {
        let figures = Figures::parse(&run(HEAP, workload, backend, &["--entries", entries]));
        figures.get("all.page_peak_bytes")
    };
    for backend in Backend::ALL {
        let name = backend.name();
        // 16 bytes an entry: a map that is smaller than a page, and one that is larger.
        assert_eq!(page_peak("uniform-u64", backend, "2000"), 32_000, "{name}");
        assert_eq!(page_peak("uniform-u64", backend, "70000"), 1 << 20, "{name}");
        // 24 bytes, of which as many as can be are in a page.
        assert_eq!(page_peak("zipf-lists", backend, "70000"), 43_690 * 24, "{name}");
    }
}

#[test]
fn dhat_writes_its_file_where_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heap.json");
    let plain = run(HEAP, "uniform-u32", Backend::Std, &[]);
    let text = run(HEAP, "uniform-u32", Backend::Std, &["--dhat-out", path.to_str().unwrap()]);
    assert_eq!(plain, text);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(json["mode"], "rust-heap");
    assert!(!json["pps"].as_array().unwrap().is_empty());
}

#[test]
fn the_list_names_every_workload_and_backend() {
    for program in [HEAP, TIME] {
        let output = output(program, &["--list"]);
        assert!(output.status.success());
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let workloads = json["workloads"].as_array().unwrap();
        assert_eq!(workloads.len(), allotment_workload::Workload::ALL.len());
        assert_eq!(workloads[0]["name"], "uniform-u64");
        assert_eq!(workloads[0]["entries"], 1_000_000);
        assert_eq!(workloads[0]["quick_entries"], 50_000);
        let [.., keys, trace] = &workloads[..] else { panic!("two workloads at least") };
        assert_eq!((&keys["name"], &trace["name"]), (&"keys-file".into(), &"trace".into()));
        assert!(keys.get("entries").is_none() && trace.get("entries").is_none());
        let backends = json["backends"].as_array().unwrap();
        let names: Vec<_> = backends.iter().map(|backend| backend["name"].as_str()).collect();
        assert_eq!(names, [Some("std"), Some("system"), Some("pool"), Some("bump")]);
    }
}

#[test]
fn a_file_of_keys_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.txt");
    let keys: String = (0..300).map(|line| format!("{}\n", line * 17 % 300)).collect();
    fs::write(&path, keys).unwrap();
    let file = ["--keys", path.to_str().unwrap()];
    let figures = Figures::parse(&run(HEAP, "keys-file", Backend::System, &file));
    assert_eq!(figures.get("all.entries"), 300);
    // Other workloads leave the file alone.
    let figures = Figures::parse(&run(HEAP, "uniform-u64", Backend::System, &file));
    assert_eq!(figures.get("all.entries"), 2000);
}

/// A trace of 300 inserts, of which the first 200 are popped.
fn write_trace(path: &Path) {
    let file = fs::File::create(path).unwrap();
    let mut writer = TraceWriter::new(file, KeyKind::Integers, 8);
    (0..300).for_each(|key| writer.push(TraceOp::Insert { key: Key::Integer(key * 17 % 300) }));
    (0..200).for_each(|_| writer.push(TraceOp::PopFirst));
    writer.finish().unwrap();
}

#[test]
fn a_recorded_trace_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.trace");
    write_trace(&path);
    let file = ["--trace", path.to_str().unwrap()];
    let mut outcomes = Vec::new();
    for backend in Backend::ALL {
        let heap = run(HEAP, "trace", backend, &file);
        assert_eq!(heap, run(HEAP, "trace", backend, &file), "{}", backend.name());
        let (heap, time) =
            (Figures::parse(&heap), Figures::parse(&run(TIME, "trace", backend, &file)));
        for figures in [&heap, &time] {
            assert_eq!((figures.get("replay.ops"), figures.get("drop.ops")), (500, 100));
            assert_eq!(figures.get("all.entries"), 300);
            assert!(!figures.metrics.keys().any(|key| key.starts_with("build")));
        }
        assert!(heap.get("replay.requests") > 0 && heap.get("all.heap_peak_bytes") >= 4800);
        assert_eq!(heap.get("all.end_blocks"), 0);
        assert!(time.get("replay.nanos") > 0 && time.get("all.worst_remove_ns") > 0);
        assert!(!time.metrics.contains_key("all.clear_ns"), "nothing was cleared");
        outcomes.extend([heap.outcome, time.outcome]);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    // A smaller size has the first operations only.
    let quick = [&file[..], &["--entries", "300"]].concat();
    let figures = Figures::parse(&run(HEAP, "trace", Backend::Pool, &quick));
    assert_eq!((figures.get("replay.ops"), figures.get("drop.ops")), (300, 300));
}

/// The one line that a refused command line gives on standard error.
fn refusal(program: &str, args: &[&str]) -> String {
    let output = output(program, args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
    stderr.trim_end().to_owned()
}

#[test]
fn mistakes_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.txt");
    fs::write(&bad, b"one\n\xFFtwo\n").unwrap();
    let bad = bad.to_str().unwrap();
    let cut = folder.path().join("cut.trace");
    write_trace(&cut);
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 20]).unwrap();
    let cut = cut.to_str().unwrap();
    let missing = folder.path().join("missing.txt");
    let missing = missing.to_str().unwrap();
    for program in [HEAP, TIME] {
        let says = |args: &[&str], parts: &[&str]| {
            let line = refusal(program, args);
            assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        };
        says(
            &["--workload", "uniform", "--backend", "std"],
            &["unknown workload `uniform`", "uniform-u64, ascending-u64", "keys-file"],
        );
        says(
            &["--workload", "uniform-u64", "--backend", "pond\n"],
            &["unknown backend `pond\\n`", "std, system, pool, bump"],
        );
        says(&["--workload", "keys-file", "--backend", "std"], &["keys-file", "--keys FILE"]);
        let keys = ["--workload", "keys-file", "--backend", "std", "--keys"];
        says(&[&keys[..], &[bad]].concat(), &[bad, ":2: the line is not UTF-8"]);
        says(&[&keys[..], &[missing]].concat(), &[missing, "cannot be read"]);
        let trace = ["--workload", "trace", "--backend", "std"];
        says(&trace, &["trace", "--trace FILE"]);
        says(&[&trace[..], &["--keys", bad]].concat(), &["trace", "--trace FILE"]);
        let trace = [&trace[..], &["--trace"]].concat();
        says(&[&trace[..], &[cut]].concat(), &[cut, "byte ", "cut off, or was never finished"]);
        says(&[&trace[..], &[bad]].concat(), &[bad, "not a trace"]);
        says(&[&trace[..], &[missing]].concat(), &[missing, "cannot be read"]);
        says(&[], &["--workload", "--backend"]);
        says(&["--colour"], &["--colour"]);
    }
    let cell = ["--workload", "uniform-u64", "--backend", "std", "--entries", "10"];
    let nowhere = folder.path().join("no/heap.json");
    let nowhere = nowhere.to_str().unwrap();
    let line = refusal(HEAP, &[&cell[..], &["--dhat-out", nowhere]].concat());
    assert!(line.contains(nowhere) && line.contains("cannot be written"), "{line}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heap.json");
    let dhat = ["--dhat-out", path.to_str().unwrap()];
    let cell = ["--workload", "uniform-u64", "--backend", "std", "--entries", "100"];
    let commands: [(&str, Vec<&str>, i32); 5] = [
        (HEAP, [&cell[..], &dhat].concat(), 0),
        (TIME, cell.to_vec(), 0),
        (HEAP, vec!["--list"], 0),
        (HEAP, vec!["--help"], 0),
        (TIME, vec!["--workload", "none", "--backend", "std"], 2),
    ];
    for (program, args, code) in commands {
        let mut command = Command::new(program);
        command.args(&args).stdout(Stdio::piped());
        // dhat says what it did on standard error, and gives up if it cannot.
        let mute = args.contains(&"--dhat-out");
        command.stderr(if mute { Stdio::null() } else { Stdio::piped() });
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}");
    }
    assert!(fs::metadata(Path::new(&path)).unwrap().len() > 0);
}
