//! The programs of the comparison at a tiny size: every contender runs every row, answers agree,
//! and nothing that the catalogue promises is missing.

use std::fmt::Write as _;
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

const TIME: &str = env!("CARGO_BIN_EXE_compare-time");
const COUNTS: &str = env!("CARGO_BIN_EXE_compare-counts");

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap()
}

fn catalog(program: &str) -> Value {
    let output = run(program, &["--list"]);
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Runs a whole table and returns its rows.
fn rows(program: &str, table: &str, size: &str) -> Vec<Value> {
    let few = ["--rounds", "1", "--ops", "1000"];
    let output = run(program, &[&["--table", table, "--size", size], &few[..]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{table}: {stderr}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_contender_runs_every_row() {
    // brie takes integers only; what is compared does not depend on where the pool has its chunks.
    let brie_lacks = [
        "(u32, u32): ",
        "(i64, u64): ",
        "[u8; 16]: ",
        "[u8; 32]: ",
        "struct: ",
        "struct, opted in: ",
        "struct of 32 bytes: ",
        "(String, u32): ",
        "String keys",
        "comparisons: ",
    ];
    // A vector is not filled or emptied at random where it would take minutes.
    let vectors_lack = ["one hot key", "all numbers", "in 2", "in 16", "in 4096"];
    for program in [TIME, COUNTS] {
        for table in catalog(program)["tables"].as_array().unwrap() {
            let name = table["name"].as_str().unwrap();
            let rows = rows(program, name, "100");
            let promised = table["rows"].as_array().unwrap();
            assert_eq!(rows.len(), promised.len(), "{name}");
            for (row, promised) in rows.iter().zip(promised) {
                let label = row["row"].as_str().unwrap();
                assert_eq!(promised["name"], label);
                let mut contenders = names(&table["contenders"]);
                contenders.retain(|contender| match *contender {
                    "brie" => !brie_lacks.iter().any(|keys| label.starts_with(keys)),
                    "pool heap" => !label.starts_with("comparisons: "),
                    // Nothing of it is in a file.
                    "std" if name == "snapshot" => label != "open",
                    "std" if program == TIME => {
                        !vectors_lack.iter().any(|input| label.ends_with(input))
                    }
                    _ => true,
                });
                let cells = row["cells"].as_array().unwrap();
                let ran: Vec<&str> =
                    cells.iter().map(|cell| cell["contender"].as_str().unwrap()).collect();
                assert_eq!(ran, contenders, "{name}: {label}");
                for cell in cells {
                    let samples = cell["samples"].as_array().unwrap();
                    assert_eq!(samples.len(), 1, "{name}: {label}");
                    let sample = samples[0].as_f64().unwrap();
                    assert!(sample >= 0.0 && sample.is_finite(), "{name}: {label}");
                }
            }
        }
    }
}

/// By its title a table finds its place in the documents.
#[test]
fn each_table_has_a_title_of_its_own() {
    let tables = [TIME, COUNTS].map(catalog).map(|catalog| catalog["tables"].clone());
    let titles: Vec<String> = tables
        .iter()
        .flat_map(|tables| tables.as_array().unwrap())
        .map(|table| table["title"].to_string())
        .collect();
    let different: std::collections::BTreeSet<&String> = titles.iter().collect();
    assert_eq!(different.len(), titles.len(), "{titles:?}");
}

#[test]
fn bytes_are_the_same_on_every_run() {
    let table = || rows(COUNTS, "bytes", "100");
    let first = table();
    assert_eq!(first, table());
    // What std asks for is known: 11 pairs and a header in a leaf.
    let one = first.iter().find(|row| row["row"] == "map of one entry").unwrap();
    let std = &one["cells"][0];
    assert_eq!((&std["contender"], &std["samples"][0]), (&"std".into(), &192.0.into()));
}

/// The figures of ours in both tables, at 10,000 entries: a line for each row.
fn ours_exactly() -> String {
    let mut text = String::new();
    for table in ["bytes", "multimap bytes", "posting bytes", "counts"] {
        for row in rows(COUNTS, table, "10000") {
            write!(text, "{table}, {}:", row["row"].as_str().unwrap()).unwrap();
            for cell in row["cells"].as_array().unwrap() {
                let contender = cell["contender"].as_str().unwrap();
                if ["system", "pool", "pool heap", "dense"].contains(&contender) {
                    write!(text, " {contender} {}", cell["samples"][0]).unwrap();
                }
            }
            text.push('\n');
        }
    }
    text
}

/// What shows that a change made a map larger, or ask or compare more often: without any clock.
#[test]
#[cfg(target_pointer_width = "64")]
fn bytes_requests_and_comparisons_are_as_pinned() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exact.txt");
    let found = ours_exactly();
    if env::var_os("BLESS").is_some() {
        fs::write(path, &found).unwrap();
    }
    let pinned = fs::read_to_string(path).unwrap();
    let changes: Vec<String> = found
        .lines()
        .zip(pinned.lines())
        .filter(|(found, pinned)| found != pinned)
        .map(|(found, pinned)| format!("- {pinned}\n+ {found}"))
        .collect();
    let told = "not as in benches/tests/exact.txt; if that is wanted, run with BLESS=1";
    assert!(found == pinned, "{told}:\n{}", changes.join("\n"));
}

#[test]
fn rows_and_contenders_can_be_picked() {
    let picked = ["--table", "u64", "--size", "100", "--rounds", "2", "--row", "get miss"];
    let output = run(TIME, &[&picked[..], &["--contender", "pool"]].concat());
    let row: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&row["row"], &row["size"]), (&"get miss".into(), &100.into()));
    let cells = row["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 2);
    assert_eq!((&cells[0]["contender"], &cells[1]["contender"]), (&"std".into(), &"pool".into()));
    assert_eq!(cells[1]["samples"].as_array().unwrap().len(), 2);
}

#[test]
fn what_does_not_exist_is_refused() {
    for (arguments, told) in [
        (
            ["--table", "u46"],
            "error: unknown table `u46`; valid: u64, keys, strings, multimap, postings, snapshot, \
             alloc, alloc maps, pauses\n",
        ),
        (["--table", "u64"], "error: unknown row `x`; valid: insert random, "),
    ] {
        let output = run(TIME, &[&arguments[..], &["--row", "x"]].concat());
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.starts_with(told), "{stderr}");
    }
}
