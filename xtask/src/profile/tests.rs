//! The whole command against a child that is a shell script.

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
    assert_eq!(report["schema_version"], 1);
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
    for file in ["dhat-uniform-std.json", "dhat-words-pool.json"] {
        assert!(read(&folder, file).contains("dhat"));
    }
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
fn a_leak_is_told_in_the_summary() {
    let (result, folder) = profile(&["leaky"], |_, _| ());
    result.unwrap();
    assert!(read(&folder, "summary.md").contains("**LEAK in uniform/leaky: 2 blocks"));
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
