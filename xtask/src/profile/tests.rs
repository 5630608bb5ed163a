//! The whole command against a child that is a shell script.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::exit;

/// Runs the command for `backends` and gives back its result and the folder it wrote.
fn profile(backends: &[&str], change: impl Fn(&mut Flags, &Path)) -> (Result<()>, TempDir) {
    let folder = TempDir::new().unwrap();
    let script = workspace::root().join("xtask/src/profile/fake-child.sh");
    let binaries = Binaries { heap: script.clone(), time: script };
    let backends = backends.iter().map(|name| (*name).to_owned()).collect();
    let mut flags = Flags { backends, ..Flags::default() };
    change(&mut flags, folder.path());
    let options = Options {
        quick: flags.quick,
        hotspots: flags.hotspots,
        keys: flags.keys.clone(),
        out: folder.path().join("nested/out"),
    };
    (run_with(&binaries, &flags, options), folder)
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
fn a_leak_is_told_in_the_summary() {
    let (result, folder) = profile(&["leaky"], |_, _| ());
    result.unwrap();
    let summary = read(&folder, "summary.md");
    let leak = "**LEAK in uniform/leaky: 2 blocks, 1024 bytes never freed**\n\n\
                - 2 blocks, 1,024 bytes: map::insert \
                (crates/allotment-core/src/map/mod.rs:318), from run::insert_all\n";
    assert!(summary.contains(leak), "{summary}");
}

#[test]
fn equal_runs_give_equal_reports_but_for_their_times() {
    let (_, first) = profile(&["pool", "leaky"], |_, _| ());
    let (_, second) = profile(&["pool", "leaky"], |_, _| ());
    let exact = |folder: &TempDir| {
        let mut report = report(folder);
        report["host"] = Value::Null;
        for workload in report["workloads"].as_array_mut().unwrap() {
            for cell in workload["cells"].as_array_mut().unwrap() {
                cell["time"] = Value::Null;
            }
        }
        report.to_string()
    };
    assert_eq!(exact(&first), exact(&second));
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
