//! The two programs as `cargo xtask profile` runs them: lines, exit codes, errors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use allotment_trace::{Key, KeyKind, TraceOp, TraceWriter};
use allotment_workload::{Backend, Phase};
use serde_json::Value;

const HEAP: &str = env!("CARGO_BIN_EXE_allotment-profile-heap");
const TIME: &str = env!("CARGO_BIN_EXE_allotment-profile-time");

/// The phases of a workload of keys on a backend.
fn phases_of_keys(backend: Backend) -> Vec<Phase> {
    let is_of =
        |phase: &Phase| *phase != Phase::Replay && (backend.is_ordered() || !phase.needs_order());
    Phase::ALL.into_iter().filter(is_of).collect()
}

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
    samples: BTreeMap<String, Vec<u64>>,
    details: BTreeMap<String, Value>,
    outcome: Option<String>,
    unordered: String,
}

/// The 16 digits of an outcome.
fn hash(text: &str) -> String {
    assert!(text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    text.to_owned()
}

impl Figures {
    /// Reads lines, every one of which must have the documented form.
    fn parse(text: &str) -> Figures {
        let (mut metrics, mut samples) = (BTreeMap::new(), BTreeMap::new());
        let mut details = BTreeMap::new();
        let (mut outcome, mut unordered) = (None, None);
        for line in text.lines() {
            let (kind, rest) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
            match kind {
                "METRIC" => {
                    let [key, value, unit] = rest.split(':').collect::<Vec<_>>()[..] else {
                        panic!("{line}")
                    };
                    let known = ["count", "bytes", "ns"].contains(&unit);
                    assert!(known && key.split('.').count() == 2, "{line}");
                    let figure = (value.parse().unwrap(), unit.to_owned());
                    assert!(metrics.insert(key.to_owned(), figure).is_none(), "{line}");
                }
                "SAMPLES" => {
                    let (key, values) = rest.split_once(':').unwrap();
                    let values = values.split(',').map(|value| value.parse().unwrap()).collect();
                    assert!(samples.insert(key.to_owned(), values).is_none(), "{line}");
                }
                "DETAIL" => {
                    let (name, json) = rest.split_once(':').unwrap();
                    let json = serde_json::from_str(json).unwrap();
                    assert!(details.insert(name.to_owned(), json).is_none(), "{line}");
                }
                "OUTCOME" => assert!(outcome.replace(hash(rest)).is_none()),
                "OUTCOME_UNORDERED" => assert!(unordered.replace(hash(rest)).is_none()),
                _ => panic!("{line}"),
            }
        }
        let unordered = unordered.expect("an outcome");
        Figures { metrics, samples, details, outcome, unordered }
    }

    fn get(&self, key: &str) -> u64 {
        self.metrics.get(key).unwrap_or_else(|| panic!("no {key}")).0
    }

    /// A column of a detail that is a list of objects.
    fn column(&self, detail: &str, name: &str) -> Vec<u64> {
        let rows = self.details[detail].as_array().unwrap().iter();
        rows.filter_map(|row| row[name].as_u64()).collect()
    }

    /// Checks that exactly the documented figures are there, in their units.
    fn check_names(
        &self,
        phases: &[Phase],
        by_phase: &[(&str, &str)],
        of_run: &[(&str, &str)],
        details: &[&str],
    ) {
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
        let seen: Vec<_> = self.details.keys().map(String::as_str).collect();
        assert_eq!(seen, details);
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

/// The documented figures of the program that counts.
fn check_heap_names(backend: Backend, heap: &Figures) {
    let mut by_phase = vec![
        ("ops", "count"),
        ("requests", "count"),
        ("frees", "count"),
        ("heap_blocks", "count"),
        ("heap_bytes", "bytes"),
    ];
    let mut of_run = vec![
        ("entries", "count"),
        ("live_bytes", "bytes"),
        ("peak_bytes", "bytes"),
        ("heap_live_bytes", "bytes"),
        ("heap_peak_bytes", "bytes"),
        ("heap_churn_blocks", "count"),
        ("end_blocks", "count"),
        ("end_bytes", "bytes"),
    ];
    let mut details = vec!["timeline"];
    if backend.takes_allocator() {
        by_phase.extend([("grows", "count"), ("shrinks", "count")]);
        of_run.extend([("temporary_blocks", "count"), ("slack_bytes", "bytes")]);
        details.extend(["fill", "lifetimes", "size_classes"]);
    }
    if backend.is_on_global_heap() {
        of_run.extend([("reserved_bytes", "bytes"), ("idle_bytes", "bytes")]);
    }
    if backend.is_ordered() {
        of_run.push(("page_peak_bytes", "bytes"));
    }
    details.sort_unstable();
    heap.check_names(&phases_of_keys(backend), &by_phase, &of_run, &details);
}

#[test]
fn figures_are_the_documented_ones_and_outcomes_agree() {
    let (mut outcomes, mut unordered) = (Vec::new(), Vec::new());
    for backend in Backend::ALL {
        let heap = Figures::parse(&run(HEAP, "zipf-u64", backend, &[]));
        check_heap_names(backend, &heap);
        assert_eq!(heap.outcome.is_some(), backend.is_ordered());
        assert!(heap.samples.is_empty());
        let time = Figures::parse(&run(TIME, "zipf-u64", backend, &["--threshold", "777"]));
        let of_ops = [
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
        ];
        let of_run = [&[("entries", "count"), ("pause_threshold_ns", "ns")], &of_ops[..]].concat();
        let by_phase = [("ops", "count"), ("nanos", "ns")];
        time.check_names(&phases_of_keys(backend), &by_phase, &of_run, &["pauses"]);
        assert_eq!(time.get("all.pause_threshold_ns"), 777);
        // Every duration but the threshold is the smallest of its samples.
        let sampled = time
            .metrics
            .iter()
            .filter(|(key, (_, unit))| unit == "ns" && key.as_str() != "all.pause_threshold_ns");
        let sampled: Vec<_> = sampled.map(|(key, (value, _))| (key, *value)).collect();
        assert_eq!(time.samples.len(), sampled.len());
        for (key, value) in sampled {
            assert_eq!(time.samples[key].iter().min(), Some(&value), "{key}");
        }
        assert_eq!(heap.get("build.ops"), 2000);
        assert_eq!(heap.get("all.entries"), time.get("all.entries"));
        outcomes.extend([heap.outcome, time.outcome].into_iter().flatten());
        unordered.extend([heap.unordered, time.unordered]);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    assert!(unordered.iter().all(|outcome| *outcome == unordered[0]), "{unordered:?}");
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
        for phase in
            Phase::ALL.into_iter().filter(|phase| backend.is_ordered() || !phase.needs_order())
        {
            if matches!(phase, Phase::Lookup | Phase::Scan | Phase::Page | Phase::Drop) {
                assert_eq!(figures.get(&format!("{}.requests", phase.name())), 0, "{name}");
                assert_eq!(figures.get(&format!("{}.heap_blocks", phase.name())), 0, "{name}");
            }
        }
        assert!(figures.get("drop.frees") > 0, "{name}");
        let (requests, blocks) = (figures.get("build.requests"), figures.get("build.heap_blocks"));
        assert!(requests > 0 && blocks > 0, "{name}");
        match backend {
            // A node of the standard library's map holds 5 to 11 entries.
            Backend::Std => assert!(requests == blocks && (182..=400).contains(&blocks)),
            Backend::System | Backend::MiMalloc | Backend::Hashbrown => {
                assert_eq!(requests, blocks);
            }
            Backend::Pool | Backend::Bump | Backend::Bumpalo => {
                assert!(blocks < requests, "{name} {blocks}");
                assert!(figures.get("all.idle_bytes") > 0, "{name}");
            }
        }
    }
}

#[test]
fn ledgers_add_up() {
    for backend in Backend::ALL.into_iter().filter(|backend| backend.takes_allocator()) {
        let name = backend.name();
        let figures = Figures::parse(&run(HEAP, "zipf-lists", backend, &[]));
        let sum = |metric: &str| -> u64 {
            let phases = Phase::ALL.into_iter().map(|phase| format!("{}.{metric}", phase.name()));
            phases.filter_map(|key| figures.metrics.get(&key).map(|(value, _)| *value)).sum()
        };
        let obtained = sum("requests") - sum("grows") - sum("shrinks");
        assert_eq!(obtained, sum("frees"), "{name}");
        // Nothing is left: each block of each class is given back, and has a lifetime.
        let requests: u64 = figures.column("size_classes", "requests").iter().sum();
        assert_eq!(requests, sum("requests"), "{name}");
        assert_eq!(
            figures.column("size_classes", "requests"),
            figures.column("size_classes", "frees"),
            "{name}"
        );
        let lifetimes: u64 = figures.column("lifetimes", "blocks").iter().sum();
        assert_eq!(lifetimes, sum("frees"), "{name}");
        assert!(figures.column("size_classes", "bytes").is_sorted());
        assert!(figures.column("lifetimes", "below").is_sorted());
        let temporary = figures.get("all.temporary_blocks");
        assert!(temporary < sum("frees"), "{name} {temporary}");
        if backend.is_on_global_heap() {
            let (reserved, idle) =
                (figures.get("all.reserved_bytes"), figures.get("all.idle_bytes"));
            assert_eq!(reserved - idle, figures.get("all.live_bytes"), "{name}");
            assert_eq!(idle > 0, backend.takes_chunks(), "{name}");
        }
    }
}

#[test]
fn timelines_show_what_phases_hold() {
    for backend in Backend::ALL {
        let name = backend.name();
        let figures = Figures::parse(&run(HEAP, "uniform-u64", backend, &[]));
        let timeline = &figures.details["timeline"];
        let column = |name: &str| -> Vec<u64> {
            let column = timeline[name].as_array().unwrap().iter();
            column.map(|value| value.as_u64().unwrap()).collect()
        };
        let phases: Vec<_> = timeline["phase"].as_array().unwrap().iter().collect();
        let (ops, live, heap) = (column("ops"), column("live_bytes"), column("heap_bytes"));
        assert!(live.len() == ops.len() && heap.len() == ops.len() && phases.len() == ops.len());
        assert!((100..250).contains(&ops.len()), "{name} {}", ops.len());
        assert!(ops.is_sorted() && ops[0] == 0, "{name} {ops:?}");
        assert_eq!((live[0], heap[0], live.last()), (0, 0, Some(&0)), "{name}");
        let built = phases.iter().rposition(|phase| **phase == "build").unwrap();
        assert_eq!((ops[built], live[built]), (2000, figures.get("all.live_bytes")), "{name}");
        assert_eq!(heap[built], figures.get("all.heap_live_bytes"), "{name}");
        assert!(heap.iter().zip(&live).all(|(heap, live)| heap >= live), "{name}");
    }
}

#[test]
fn pages_take_their_buffer_and_nothing_else() {
    let page_peak = |workload, backend, entries| {
        let figures = Figures::parse(&run(HEAP, workload, backend, &["--entries", entries]));
        figures.get("all.page_peak_bytes")
    };
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_ordered()) {
        let name = backend.name();
        // 16 bytes an entry: a map that is smaller than a page, and one that is larger.
        assert_eq!(page_peak("uniform-u64", backend, "2000"), 32_000, "{name}");
        assert_eq!(page_peak("uniform-u64", backend, "70000"), 1 << 20, "{name}");
        // 24 bytes, of which as many as can be are in a page.
        assert_eq!(page_peak("zipf-lists", backend, "70000"), 43_690 * 24, "{name}");
    }
}

#[test]
fn the_second_snapshot_allocates_nothing() {
    let ours = Backend::ALL.into_iter().filter(|backend| backend.takes_allocator());
    for backend in ours.chain([Backend::Std]) {
        let figures = Figures::parse(&run(HEAP, "snapshot", backend, &["--entries", "20000"]));
        assert_eq!(figures.get("all.end_blocks"), 0);
        if backend == Backend::Std {
            assert!(!figures.metrics.contains_key("all.snapshot_bytes"));
            continue;
        }
        let first = figures.get("all.snapshot_first_write_blocks");
        assert!((1..100).contains(&first), "{first}");
        assert_eq!(figures.get("all.snapshot_second_write_blocks"), 0);
        assert!(figures.get("all.snapshot_open_blocks") <= 1);
        // A page a level: 20,000 entries of 16 bytes are some 80 leaves below one page.
        assert_eq!(figures.get("all.snapshot_pages_cold"), 2);
        let (lookups, pages) =
            (figures.get("all.snapshot_lookups"), figures.get("all.snapshot_pages_read"));
        assert!(lookups == 20_000 && pages > lookups / 2 && pages < 2 * lookups, "{pages}");
        let bytes = figures.get("all.snapshot_bytes");
        assert!((320_000..360_000).contains(&bytes), "{bytes}");
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
        assert_eq!(workloads[0]["entries"], 400_000);
        assert_eq!(workloads[0]["quick_entries"], 30_000);
        let [.., keys, trace] = &workloads[..] else { panic!("two workloads at least") };
        assert_eq!((&keys["name"], &trace["name"]), (&"keys-file".into(), &"trace".into()));
        assert!(keys.get("entries").is_none() && trace.get("entries").is_none());
        let backends = json["backends"].as_array().unwrap();
        let names: Vec<_> = backends.iter().map(|backend| backend["name"].as_str()).collect();
        let ours = ["std", "system", "pool", "bump", "mimalloc", "bumpalo", "hashbrown"];
        assert_eq!(names, ours.map(Some));
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
    let table = folder.path().join("table.csv");
    let rows: String = (0..500).map(|row| format!("name {row},{}\n", row * 17 % 500)).collect();
    fs::write(&table, format!("name,id\n{rows}")).unwrap();
    let cells = ["--keys", table.to_str().unwrap(), "--column", "2"];
    for program in [HEAP, TIME] {
        let figures = Figures::parse(&run(program, "keys-file", Backend::System, &cells));
        assert_eq!(figures.get("all.entries"), 500);
    }
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
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_ordered()) {
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
        let column = ["--column", "2"];
        let short = ":1: the row has 1 cell; column 2 is wanted";
        says(&[&keys[..], &[bad], &column[..]].concat(), &[bad, short]);
        says(&[&keys[..], &[bad, "--column", "0"]].concat(), &["--column"]);
        says(&[&keys[..4], &column[..]].concat(), &["--keys"]);
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
