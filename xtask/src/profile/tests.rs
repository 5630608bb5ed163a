//! The whole command against a child that is a shell script.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::exit;

/// Runs the command for `backends` and gives back its result and the folder it wrote.
fn profile(backends: &[&str], change: impl Fn(&mut Flags, &Path)) -> (Result<()>, TempDir) {
    let folder = TempDir::new().unwrap();
    let result = profile_in(folder.path(), backends, Interrupt::default(), change);
    (result, folder)
}

/// The same in a folder that may have been used before. `--against` takes an older child.
fn profile_in(
    folder: &Path,
    backends: &[&str],
    interrupt: Interrupt,
    change: impl Fn(&mut Flags, &Path),
) -> Result<()> {
    let backends = backends.iter().map(|name| (*name).to_owned()).collect();
    let mut flags = Flags { backends, ..Flags::default() };
    change(&mut flags, folder);
    let Flags { quick, hotspots, column, threshold, .. } = flags;
    let (keys, trace) = (flags.keys.clone(), flags.trace.clone());
    let out = folder.join("nested/out");
    let options = Options { quick, hotspots, keys, trace, column, threshold, out, interrupt };
    let early = Early::look_up(&flags, Baselines::new(folder.join("baselines")))?;
    let rival = flags.against.as_ref().map(|name| {
        let binaries = binaries("fake-before.sh");
        let catalog = binaries.catalog().unwrap();
        Rival { title: format!("revision {name}"), hash: "f00".to_owned(), binaries, catalog }
    });
    run_with(&binaries("fake-child.sh"), &flags, options, early, rival.as_ref())
}

fn binaries(script: &str) -> Binaries {
    let script = workspace::root().join("xtask/src/profile").join(script);
    Binaries { heap: script.clone(), time: script }
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join("nested/out").join(name)).unwrap()
}

fn report(folder: &TempDir) -> Value {
    serde_json::from_str(&read(folder, "report.json")).unwrap()
}

#[test]
fn a_run_leaves_its_report() {
    let (result, folder) = profile(&["pool"], |flags, _| flags.quick = true);
    result.unwrap();
    let report = report(&folder);
    assert_eq!(report["schema_version"], 2);
    assert_eq!(report["quick"], true);
    assert_eq!(report["workloads"].as_array().unwrap().len(), 2);
    let cells = report["workloads"][0]["cells"].as_array().unwrap();
    let backends: Vec<&str> = cells.iter().map(|cell| cell["backend"].as_str().unwrap()).collect();
    assert_eq!(backends, ["std", "pool"]);
    assert_eq!(cells[1]["heap"]["metrics"][0]["name"], "ops");
    assert_eq!(cells[1]["heap"]["metrics"][0]["value"], 100);
    assert_eq!(cells[1]["time"]["metrics"][1]["value"], 50000);

    let summary = read(&folder, "summary.md");
    assert!(
        summary.contains("uniform: pool did best (mean 0.83 of std), with 50% less time"),
        "{summary}"
    );
    assert!(summary.contains(" 1,048,576 |"), "{summary}");
    assert!(read(&folder, "dhat-words-pool.json").contains("dhatFileVersion"));
    let stacks = "run::insert_all;map::clone 1024\nrun::insert_all;map::insert 2048\n";
    assert_eq!(read(&folder, "collapsed-uniform-std.txt"), stacks);
    assert!(read(&folder, "report.html").contains("uniform: pool did best"));
}

#[test]
fn a_crash_costs_only_its_own_cell() {
    let (result, folder) = profile(&["crash", "silent", "pool"], |flags, _| {
        flags.workloads = vec!["uniform".to_owned()];
    });
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 1);
    assert_eq!(error.to_string(), "2 of 4 cells failed; the others stand");
    let report = report(&folder);
    let cells = &report["workloads"][0]["cells"];
    assert_eq!(cells[1]["backend"], "pool");
    assert_eq!(cells[1]["faults"].as_array().unwrap().len(), 0);
    let fault = cells[2]["faults"][0].as_str().unwrap();
    assert!(fault.starts_with("uniform/crash (heap): signal: 6"), "{fault}");
    assert!(fault.ends_with(": out of luck"), "{fault}");
    assert_eq!(cells[3]["faults"][1], "uniform/silent (time): no OUTCOME line");
}

#[test]
fn a_wrong_outcome_fails_the_run() {
    let (result, folder) = profile(&["wrong"], |_, _| ());
    assert_eq!(exit::code(&result.unwrap_err()), 1);
    assert!(read(&folder, "summary.md").contains("uniform/wrong (heap): wrong outcome"));
}

#[test]
fn a_map_without_order_is_measured_and_checked() {
    let (result, folder) = profile(&["hashed"], |_, _| ());
    result.unwrap();
    let cell = &report(&folder)["workloads"][0]["cells"][1];
    assert_eq!(cell["backend"], "hashed");
    assert_eq!(cell["heap"]["outcome_unordered"], "fedcba9876543210");
    assert!(cell["heap"].get("outcome").is_none());
    let (result, folder) = profile(&["mishashed"], |_, _| ());
    assert_eq!(exit::code(&result.unwrap_err()), 1);
    assert!(read(&folder, "summary.md").contains("uniform/mishashed (heap): wrong outcome"));
}

#[test]
fn a_leak_is_told_in_the_summary_and_by_the_exit_code() {
    let (result, folder) = profile(&["leaky"], |_, _| ());
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 4);
    assert_eq!(error.to_string(), "leaks in uniform/leaky, words/leaky");
    let summary = read(&folder, "summary.md");
    let leak = "**LEAK in uniform/leaky: 2 blocks, 1024 bytes never freed**\n\n\
                - 2 blocks, 1,024 bytes: map::insert \
                (crates/allotment-core/src/map/mod.rs:318), from run::insert_all\n";
    assert!(summary.contains(leak), "{summary}");
}

#[test]
fn call_sites_that_cannot_be_read_are_a_fault_of_their_cell() {
    let (result, folder) = profile(&["mute"], |_, _| ());
    assert_eq!(exit::code(&result.unwrap_err()), 1);
    let report = report(&folder);
    let cell = &report["workloads"][0]["cells"][1];
    let fault = cell["faults"][0].as_str().unwrap();
    assert!(fault.starts_with("uniform/mute: cannot read dhat-uniform-mute.json: "), "{fault}");
    assert_eq!(cell["hotspots"], Value::Null);
    assert!(cell["heap"].is_object());
}

/// Fields as the document lists them: `a.b[].c`, below a reading `reading.c`.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let path = match path {
        "workloads[].cells[].heap" | "workloads[].cells[].time" => {
            found.insert(path.to_owned());
            "reading"
        }
        _ => path,
    };
    match value {
        // By names that are figures' own.
        Value::Object(_) if path == "reading.samples" => {}
        Value::Object(items) => {
            for (name, item) in items {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let path = path.replace("children[].children", "children");
                found.insert(path.clone());
                // Below it stand names of metrics, which are no fields.
                if path != "reading.samples" {
                    fields(item, &path, found);
                }
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| fields(item, &format!("{path}[]"), found))
        }
        _ => {}
    }
}

#[test]
fn every_field_of_the_report_is_documented() {
    let (_, folder) = profile(&["pool", "crash"], |_, _| ());
    let mut written = BTreeSet::new();
    fields(&report(&folder), "", &mut written);

    let page = fs::read_to_string(workspace::root().join("docs/report-schema.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let documented: BTreeMap<&str, &str> = rows.collect();
    let undocumented: Vec<&String> =
        written.iter().filter(|field| !documented.contains_key(field.as_str())).collect();
    assert!(undocumented.is_empty(), "not in docs/report-schema.md: {undocumented:?}");
    let always = documented.iter().filter(|(_, rest)| !rest.starts_with("optional"));
    let missing: Vec<&str> =
        always.map(|(field, _)| *field).filter(|field| !written.contains(*field)).collect();
    assert!(missing.is_empty(), "documented, but not written: {missing:?}");
}

#[test]
fn unknown_names_are_refused_before_anything_runs() {
    let (result, folder) = profile(&["pol"], |_, _| ());
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 2);
    assert!(exit::line(&error).starts_with("error: unknown backend `pol`; valid: std, pool, "));
    assert!(!folder.path().join("nested").exists());
}

#[test]
fn a_bad_line_in_the_keys_is_passed_on_as_the_child_said_it() {
    let (result, _folder) = profile(&["pool"], |flags, folder| {
        let keys = folder.join("keys.txt");
        fs::write(&keys, "1\nbad\n").unwrap();
        flags.keys = Some(keys);
    });
    let error = result.unwrap_err();
    assert_eq!((exit::code(&error), exit::line(&error)), (2, "keys.txt:2: not a key: bad".into()));
}

#[test]
fn good_keys_run_alone() {
    let (result, folder) = profile(&["pool"], |flags, folder| {
        let keys = folder.join("keys.txt");
        fs::write(&keys, "1\n2\n").unwrap();
        flags.keys = Some(keys);
    });
    result.unwrap();
    let report = report(&folder);
    assert_eq!(report["workloads"].as_array().unwrap().len(), 1);
    assert_eq!(report["workloads"][0]["name"], "keys-file");
}

#[test]
fn samples_of_several_processes_are_put_together() {
    let (result, folder) = profile(&["pool"], |flags, _| {
        flags.workloads = vec!["uniform".to_owned()];
        flags.repeat = Some(2);
    });
    result.unwrap();
    let time = &report(&folder)["workloads"][0]["cells"][1]["time"];
    let expected = serde_json::json!([50020, 50000, 50010, 50020, 50000, 50010]);
    assert_eq!(time["samples"]["build.nanos"], expected);
}

#[test]
fn counts_that_change_between_processes_are_a_fault() {
    let (result, folder) = profile(&["unsteady"], |flags, _| {
        flags.workloads = vec!["uniform".to_owned()];
        flags.repeat = Some(2);
    });
    assert_eq!(exit::code(&result.unwrap_err()), 1);
    let fault = &report(&folder)["workloads"][0]["cells"][1]["faults"][0];
    let fault = fault.as_str().unwrap();
    assert!(fault.starts_with("uniform/unsteady (time): build.ops "), "{fault}");
}

#[test]
fn flags_are_passed_on_to_the_children() {
    let (result, folder) = profile(&["pool"], |flags, folder| {
        let keys = folder.join("keys.csv");
        fs::write(&keys, "1,2\n").unwrap();
        (flags.keys, flags.column, flags.threshold) = (Some(keys), Some(2), Some(5000));
    });
    result.unwrap();
    let cell = report(&folder)["workloads"][0]["cells"][0].clone();
    let has = |ledger: &str, name: &str, value: u64| {
        let metrics = cell[ledger]["metrics"].as_array().unwrap().clone();
        metrics.iter().any(|metric| metric["name"] == name && metric["value"] == value)
    };
    assert!(has("heap", "column", 2) && has("time", "pause_threshold_ns", 5000), "{cell}");
}

#[test]
fn counts_are_byte_for_byte_the_same_in_every_run() {
    let exact = || {
        let (result, folder) = profile(&["pool"], |flags, _| flags.quick = true);
        result.unwrap();
        let mut report = report(&folder);
        report["host"] = Value::Null;
        for workload in report["workloads"].as_array_mut().unwrap() {
            // They speak of times too.
            (workload["verdict"], workload["advice"]) = (Value::Null, Value::Null);
            for cell in workload["cells"].as_array_mut().unwrap() {
                cell["time"] = Value::Null;
            }
        }
        report.to_string()
    };
    assert_eq!(exact(), exact());
}

#[test]
fn a_run_is_compared_with_a_baseline() {
    let folder = TempDir::new().unwrap();
    let run = |change: &dyn Fn(&mut Flags)| {
        profile_in(folder.path(), &["pool"], Interrupt::default(), |flags, _| change(flags))
    };
    run(&|flags| flags.save_baseline = Some("main".to_owned())).unwrap();
    run(&|flags| flags.baseline = Some("main".to_owned())).unwrap();
    let summary = read(&folder, "summary.md");
    assert!(summary.contains("\n## Compared with baseline `main` (revision "), "{summary}");
    assert!(summary.contains("As before (~): 32 exact figures, 4 times."), "{summary}");
    let kept = fs::read_to_string(folder.path().join("baselines/main.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let before: Value = serde_json::from_str(&read(&folder, "before/report.json")).unwrap();
    assert_eq!(before, kept);

    let error = run(&|flags| flags.baseline = Some("mian".to_owned())).unwrap_err();
    assert_eq!(exit::code(&error), 2);
    assert_eq!(exit::line(&error), "error: no baseline `mian`; there are: main");
    let error = run(&|flags| {
        (flags.baseline, flags.quick) = (Some("main".to_owned()), true);
    });
    assert!(
        exit::line(&error.unwrap_err()).contains("taken without --quick, and this run is with")
    );
}

#[test]
fn a_faulty_run_is_no_baseline() {
    let (result, folder) = profile(&["crash"], |flags, _| {
        flags.save_baseline = Some("main".to_owned());
    });
    assert_eq!(exit::code(&result.unwrap_err()), 1);
    assert!(!folder.path().join("baselines").exists());
}

#[test]
fn a_run_is_compared_with_another_revision() {
    let (result, folder) = profile(&["pool", "leaky", "crash"], |flags, _| {
        flags.workloads = vec!["uniform".to_owned()];
        flags.against = Some("v1".to_owned());
    });
    assert_eq!(exit::code(&result.unwrap_err()), 1, "a crash now counts, whatever was before");
    let summary = read(&folder, "summary.md");
    let (_, compared) = summary.split_once("## Compared with revision v1\n").unwrap();
    let rows: Vec<Vec<&str>> = compared
        .lines()
        .filter(|line| line.contains("build."))
        .map(|line| line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["uniform/std", "build.requests", "39", "40", "+2.6%"],
            ["uniform/pool", "build.requests", "39", "40", "+2.6%"],
            ["uniform/std", "build.nanos", "200 us", "100 us", "-50.0%"],
            ["uniform/pool", "build.nanos", "100 us", "50 us", "-50.0%"],
        ]
    );
    assert!(compared.contains("Not compared: uniform/leaky: not measured before."), "{compared}");
    let before: Value = serde_json::from_str(&read(&folder, "before/report.json")).unwrap();
    assert_eq!(
        (&before["host"]["revision"], &before["host"]["dirty"]),
        (&"f00".into(), &false.into())
    );
    assert_eq!(before["workloads"][0]["cells"][1]["heap"]["metrics"][1]["value"], 39);
    // For a difference of flame graphs.
    assert!(read(&folder, "before/dhat-uniform-pool.json").contains("dhat"));
}

/// Runs with a gate of this text.
fn gated(text: &str, change: impl Fn(&mut Flags)) -> (Result<()>, TempDir) {
    profile(&["pool"], |flags, folder| {
        let path = folder.join("gate.toml");
        fs::write(&path, text).unwrap();
        flags.gate = Some(path);
        change(flags);
    })
}

#[test]
fn a_gate_holds_or_has_its_own_exit_code() {
    let text = "[\"*\".\"*\"]\nall.end_blocks = 0\n[uniform.pool]\nbuild.requests = 40\n";
    gated(text, |_| ()).0.unwrap();
    // One more allocation in a thousand inserts.
    let (result, folder) = gated(&text.replace("40", "39"), |_| ());
    let error = result.unwrap_err();
    assert_eq!(
        (exit::code(&error), exit::line(&error)),
        (3, "error: 1 of 5 limits do not hold".into())
    );
    let summary = read(&folder, "summary.md");
    let line = "\n- uniform/pool build.requests 40 > limit 39 (+2.6%)\n";
    assert!(summary.contains(line), "{summary}");
    // Against another revision, in per cent.
    let percent = "[uniform.pool]\nall.requests = { percent = 1 }\n";
    let (result, _folder) = gated(percent, |flags| flags.against = Some("v1".to_owned()));
    assert_eq!(exit::code(&result.unwrap_err()), 3);
}

#[test]
fn mistakes_in_a_gate_are_told_with_their_line() {
    for (text, complaint) in [
        ("[unifrom.pool]\n", ":1: `unifrom` is an unknown workload; valid: *, uniform, words"),
        ("[uniform.pool]\nbuild.request = 3\n", ":2: unknown metric `build.request`"),
        ("[uniform.pool]\nbuild.requests = { percent = 3 }\n", ":2: `percent` needs --baseline"),
        ("quick = true\n", ": the limits are for a run with --quick"),
    ] {
        let (result, _folder) = gated(text, |_| ());
        let error = result.unwrap_err();
        assert_eq!(exit::code(&error), 2);
        assert!(exit::line(&error).contains(&format!("gate.toml{complaint}")), "{error}");
    }
    let (result, _folder) = profile(&[], |flags, _| flags.gate = Some("none.toml".into()));
    assert!(
        exit::line(&result.unwrap_err()).starts_with("error: cannot read the gate `none.toml`")
    );
}

#[test]
fn blessing_rewrites_the_gate_in_place() {
    let text = "# Ours.\n[uniform.pool]\nbuild.requests = { max = 39 } # why\n\n\
                [cover]\nbackends = [\"pool\"]\nmetrics = [\"all.end_blocks\"]\n";
    let (result, folder) = gated(text, |flags| flags.bless = true);
    result.unwrap();
    let after = fs::read_to_string(folder.path().join("gate.toml")).unwrap();
    assert!(after.starts_with("# Ours.\n[uniform.pool]\nbuild.requests = { max = 40 } # why\n"));
    assert!(after.contains("\n[words.pool]\nall.end_blocks = 0\n"), "{after}");
    gated(&after, |_| ()).0.unwrap();
}

#[test]
fn a_leak_is_not_blessed() {
    let text = "[uniform.leaky]\nall.end_blocks = 0\n";
    let (result, folder) = gated(text, |flags| {
        (flags.backends, flags.bless) = (vec!["leaky".to_owned()], true);
    });
    assert_eq!(exit::code(&result.unwrap_err()), 4);
    assert_eq!(fs::read_to_string(folder.path().join("gate.toml")).unwrap(), text);
}

/// Runs uniform on std and on one backend more until only that runs, and then ends it.
fn interrupted(
    backends: &[&str],
    change: impl Fn(&mut Flags, &Path) + Send,
) -> (Result<()>, TempDir) {
    let (folder, interrupt) = (TempDir::new().unwrap(), Interrupt::default());
    let result = std::thread::scope(|scope| {
        let run = scope.spawn(|| profile_in(folder.path(), backends, interrupt.clone(), change));
        while interrupt.counts() != (2, 1) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        interrupt.raise();
        run.join().unwrap()
    });
    (result, folder)
}

#[test]
fn an_interruption_leaves_what_is_done() {
    let (result, folder) = interrupted(&["endless"], |flags, _| {
        flags.workloads = vec!["uniform".to_owned()];
        flags.save_baseline = Some("main".to_owned());
    });
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 130);
    assert!(error.to_string().starts_with("interrupted"));
    let report = report(&folder);
    let cells = &report["workloads"][0]["cells"];
    assert_eq!(cells[0]["heap"]["metrics"][0]["name"], "ops");
    assert_eq!((&cells[1]["heap"], &cells[1]["faults"]), (&Value::Null, &serde_json::json!([])));
    assert!(!folder.path().join("baselines").exists());
}

#[test]
fn a_soak_finds_growth_and_names_the_backend() {
    let soak = |backends: &[&str]| profile(backends, |flags, _| flags.soak = Some(2.0));
    soak(&["pool"]).0.unwrap();
    let (result, folder) = soak(&["growing"]);
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 4);
    let line = error.to_string();
    assert!(line.starts_with("memory grows: uniform/growing, resident +1"), "{line}");
    let report: Value = serde_json::from_str(&read(&folder, "soak.json")).unwrap();
    let runs = report["runs"].as_array().unwrap();
    let grows: Vec<&Value> = runs.iter().map(|run| &run["grows"]).collect();
    assert_eq!(grows, [false, true]);
    let slope = &runs[1]["resident"];
    let bound = |name: &str| slope[name].as_f64().unwrap();
    assert!(bound("low") > 900.0 && bound("high") < 1100.0, "{slope}");

    for minutes in [0.0, -1.0, f64::NAN, 1e9] {
        let (result, _folder) = profile(&[], |flags, _| flags.soak = Some(minutes));
        assert_eq!(exit::code(&result.unwrap_err()), 2);
    }
}

#[test]
fn an_interrupted_soak_tells_what_it_saw() {
    let (result, folder) = interrupted(&["endless"], |flags, _| flags.soak = Some(2.0));
    assert_eq!(exit::code(&result.unwrap_err()), 130);
    let report: Value = serde_json::from_str(&read(&folder, "soak.json")).unwrap();
    assert_eq!(report["runs"][0]["backend"], "std");
    assert_eq!(report["runs"][0]["samples"].as_array().unwrap().len(), 120);
}

#[test]
fn a_trace_is_passed_on_and_runs_alone() {
    let replay = |name: &'static str| {
        profile(&["pool"], |flags, folder| {
            let trace = folder.join(name);
            fs::write(&trace, "recorded").unwrap();
            flags.trace = Some(trace);
        })
    };
    let (result, folder) = replay("map.trace");
    result.unwrap();
    let report = report(&folder);
    assert_eq!(report["workloads"].as_array().unwrap().len(), 1);
    assert_eq!(report["workloads"][0]["name"], "trace");
    let error = replay("cut.trace").0.unwrap_err();
    let line = "cut.trace: byte 8: the trace is cut off, or was never finished";
    assert_eq!((exit::code(&error), exit::line(&error)), (2, line.to_owned()));
}

#[test]
fn flags_that_do_not_go_together_are_refused_before_a_build() {
    let parse = |line: &str| {
        let command = <Flags as clap::Args>::augment_args(clap::Command::new("profile"));
        let matches = command.no_binary_name(true).try_get_matches_from(line.split(' '));
        matches.map_err(|error| error.kind())
    };
    for fine in ["--soak 1 --keys f --column 2", "--list --quick", "--trace f --threshold 9"] {
        assert!(parse(fine).is_ok(), "{fine}");
    }
    for other in ["--trace f", "--threshold 9", "--hotspots", "--repeat 2", "--against main"] {
        let error = parse(&format!("--soak 1 {other}")).unwrap_err();
        assert_eq!(error, clap::error::ErrorKind::ArgumentConflict, "{other}");
    }
    let error = parse("--list --against main").unwrap_err();
    assert_eq!(error, clap::error::ErrorKind::ArgumentConflict);
}
