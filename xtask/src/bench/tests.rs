//! The whole command against programs that are a shell script.

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::exit;

const PAGE: &str = "# Page\n\n\
                    <!-- bench: from here to the end mark, `cargo xtask bench` writes -->\n\
                    <!-- bench: end -->\n";

/// Runs the command in a folder of its own, and gives back its result, report and page.
fn bench(change: impl Fn(&mut Flags)) -> (Result<()>, Value, String) {
    let folder = TempDir::new().unwrap();
    let (page, json) = (folder.path().join("page.md"), folder.path().join("report.json"));
    fs::write(&page, PAGE).unwrap();
    let script = workspace::root().join("xtask/src/bench/fake-compare.sh");
    let mut flags = Flags { json: Some(json.clone()), ..Flags::default() };
    change(&mut flags);
    let result = run_with(&Programs::at(script), &flags, &page, "peer 1.0");
    let report = fs::read_to_string(json).unwrap_or("null".to_owned());
    (result, serde_json::from_str(&report).unwrap(), fs::read_to_string(page).unwrap())
}

#[test]
fn a_full_run_writes_the_page() {
    let (result, report, page) = bench(|_| ());
    result.unwrap();
    let sizes = |index: usize| report["tables"][index]["size"].as_u64();
    assert_eq!((sizes(0), sizes(1), sizes(2)), (Some(1000), Some(2000), None));
    assert_eq!(report["tables"][0]["rows"][1]["cells"][1]["ratio"], 0.3);
    assert!(page.starts_with("# Page\n\n<!-- bench"), "{page}");
    assert_eq!(page.matches("; peer 1.0.\n").count(), 2, "{page}");
    assert!(page.contains("\n## numbers\n\n- *get*: look-ups\n\n### numbers, 1,000"), "{page}");
    assert!(page.contains("| 0.30 (6.00/5.00) | **0.25**~ (5.00/4.00) |  brie |"), "{page}");
    let end = "; peer 1.0.\n\n<!-- bench: end -->\n";
    assert!(page.contains("\nIn short: ours lead 0 of 2 rows; brie 2.\n\nMeasured "), "{page}");
    assert!(page.ends_with(end), "{page}");
}

#[test]
fn whole_tables_are_written_where_that_is_wanted() {
    let write = |filter: &str| {
        let filters = vec![filter.to_owned()];
        bench(|flags| {
            (flags.filters, flags.sizes, flags.write) = (filters.clone(), vec![500], true);
        })
    };
    let (result, _, page) = write("u64: ");
    result.unwrap();
    assert!(page.contains("\n## numbers\n\n- *get*: look-ups\n\n### numbers, 500"), "{page}");
    let (result, _, page) = write("u64: get");
    let told = "error: cannot write `u64` to docs/performance.md: it is not whole";
    assert_eq!((exit::line(&result.unwrap_err()), page.as_str()), (told.into(), PAGE));
}

#[test]
fn a_table_that_fails_keeps_no_other_off_the_page() {
    let (result, _, page) = bench(|flags| {
        flags.filters = vec!["u64: ".to_owned(), "bad: ".to_owned()];
        (flags.sizes, flags.write) = (vec![500], true);
    });
    assert_eq!(exit::line(&result.unwrap_err()), "error: 1 of 2 tables failed");
    assert!(page.contains("\n### numbers, 500") && !page.contains("faults"), "{page}");
}

#[test]
fn other_runs_leave_the_page_alone() {
    let changes: [fn(&mut Flags); 4] = [
        |flags| flags.filters = vec!["get".to_owned()],
        |flags| (flags.sizes, flags.filters) = (vec![500], vec!["u64".to_owned()]),
        |flags| flags.rounds = Some(1),
        |flags| flags.native = true,
    ];
    for change in changes {
        let (result, report, page) = bench(change);
        result.unwrap();
        assert_eq!(page, PAGE);
        assert!(!report["tables"].as_array().unwrap().is_empty());
    }
}

#[test]
fn faults_fail_the_run_and_are_told_after_the_rest() {
    let faults = [
        ("crash", "bad, 1,000 entries: signal: 6"),
        ("wrong", "bad, 1,000 entries: exit status: 1: error: wrong: pool answers 1, std 2"),
        ("short", "bad, 1,000 entries: its rows are not those that were asked for"),
    ];
    for (row, told) in faults {
        let (result, report, page) = bench(|flags| {
            flags.filters = vec!["u64: get".to_owned(), row.to_owned()];
            flags.quick = true;
        });
        let error = result.unwrap_err();
        assert_eq!(
            (exit::code(&error), exit::line(&error)),
            (1, "error: 1 of 2 tables failed".into())
        );
        assert_eq!(report["tables"][0]["fault"], Value::Null);
        let fault = report["tables"][1]["fault"].as_str().unwrap();
        assert!(fault.starts_with(told), "{fault}");
        assert_eq!(page, PAGE);
    }
}

#[test]
fn names_that_do_not_exist_are_refused() {
    let (result, ..) = bench(|flags| flags.filters = vec!["gte".to_owned()]);
    let error = result.unwrap_err();
    assert_eq!(exit::code(&error), 2);
    assert!(exit::line(&error).starts_with("error: no row and no contender contains `gte`"));
}
