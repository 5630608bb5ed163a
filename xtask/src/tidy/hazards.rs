//! The hazards that maps and backends must meet: each has a row, and a test that names its number.

use std::collections::BTreeSet;
use std::path::Path;

use super::finding::Finding;
use super::source::Source;

/// Where the rows are, and under which heading.
const PAGE: &str = "docs/reliability.md";
const HEADING: &str = "## Hazards";

/// The numbers of the hazards: up to 52 of the trees, then of the backends.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=62;

/// How a row begins that says why there is no test.
const NEEDLESS: &str = "cannot be";

/// Where tests are, and what they are made of.
const TESTS: &[&str] = &[
    "crates/allotment-bump/",
    "crates/allotment-core/src/compile_fail",
    "crates/allotment-core-tests/",
    "crates/allotment-meter/tests/",
    "crates/allotment-pool/",
    "crates/allotment-system/tests/",
    "crates/allotment-trial/",
];

/// Folders in which a file is that a row names.
const FOLDERS: &[&str] = &[
    "crates/allotment-core-tests/tests",
    "crates/allotment-trial/tests",
    "crates/allotment-core",
    "crates/allotment-bump/tests",
    "crates/allotment-pool/tests",
    "crates/allotment-pool",
    "crates",
    "docs",
];

pub(crate) fn check(sources: &[Source], root: &Path) -> Vec<Finding> {
    let Some(page) = sources.iter().find(|source| source.path == PAGE) else { return Vec::new() };
    let is_test = |source: &&Source| TESTS.iter().any(|place| source.path.starts_with(place));
    let named: BTreeSet<u32> =
        sources.iter().filter(is_test).flat_map(|source| named(&source.text)).collect();
    let exists = |file: &str| FOLDERS.iter().any(|folder| root.join(folder).join(file).exists());
    check_page(page, &named, exists)
}

fn check_page(page: &Source, named: &BTreeSet<u32>, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line, message: String| findings.push(Finding::new(PAGE, line, message));
    let mut rows = BTreeSet::new();
    for (line, numbers, place) in rows_of(&page.text) {
        for number in numbers {
            if !rows.insert(number) {
                find(line, format!("hazard {number} has two rows"));
            }
            if !place.starts_with(NEEDLESS) && !named.contains(&number) {
                find(line, format!("no test names hazard {number}"));
            }
        }
        // Every other part is within backticks.
        for file in place.split('`').skip(1).step_by(2).filter(|code| is_file(code)) {
            if !exists(file) {
                find(line, format!("`{file}` does not exist"));
            }
        }
    }
    for number in NUMBERS.filter(|number| !rows.contains(number)) {
        find(1, format!("hazard {number} has no row"));
    }
    findings
}

fn is_file(code: &str) -> bool {
    code.ends_with(".rs") || code.ends_with('/')
}

/// The rows under the heading: line, numbers, and what the last cell says.
fn rows_of(text: &str) -> Vec<(usize, Vec<u32>, &str)> {
    let lines = text.lines().enumerate().skip_while(|(_, line)| *line != HEADING);
    let rows = lines.filter_map(|(index, line)| {
        let mut cells = line.strip_prefix("| ")?.trim_end_matches([' ', '|']).split(" | ");
        let numbers = cells.next()?.split(", ").map(str::parse).collect::<Result<_, _>>().ok()?;
        Some((index + 1, numbers, cells.last()?))
    });
    rows.collect()
}

/// The numbers behind each "hazard" or "hazards" of a text: `11`, `1, 2 and 7`, `16 to 18`.
fn named(text: &str) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for part in text.split("azard").skip(1) {
        let mut rest = part.strip_prefix('s').unwrap_or(part).strip_prefix(' ').unwrap_or("");
        let mut first = None;
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let Ok(number) = rest[..digits].parse::<u32>() else { break };
            numbers.extend(first.take().unwrap_or(number)..=number);
            rest = &rest[digits..];
            if let Some(behind) = rest.strip_prefix(" to ") {
                (first, rest) = (Some(number), behind);
            } else if let Some(behind) =
                rest.strip_prefix(" and ").or_else(|| rest.strip_prefix(", "))
            {
                rest = behind;
            } else {
                break;
            }
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let text = "/// Hazard 3: x. Hazards 1, 2 and 7.\n// (hazard 40) hazards 16 to 18, in 9";
        assert_eq!(Vec::from_iter(named(text)), [1, 2, 3, 7, 16, 17, 18, 40]);
        assert!(named("hazards of the design, 12").is_empty());
    }

    fn messages(rows: &str, named: &[u32]) -> Vec<String> {
        let page = Source::new(PAGE, &format!("| 1 | not a row | x |\n{HEADING}\n\n{rows}"));
        let named = named.iter().copied().collect();
        let findings = check_page(&page, &named, |file| file == "a.rs");
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn each_hazard_has_a_row_and_a_test() {
        let all: Vec<u32> = NUMBERS.collect();
        let rows: String = all.iter().map(|n| format!("| {n} | what | `a.rs` |\n")).collect();
        assert_eq!(messages(&rows, &all), [""; 0]);
        assert_eq!(messages(&rows, &all[1..]), ["no test names hazard 1"]);
        let fewer = rows.replace("| 7 |", "| 8 |");
        assert_eq!(messages(&fewer, &all), ["hazard 8 has two rows", "hazard 7 has no row"]);
        let other = rows.replacen("`a.rs`", "`a.rs`, `b.rs`", 1);
        assert_eq!(messages(&other, &all), ["`b.rs` does not exist"]);
        let needless = rows.replacen("`a.rs`", "cannot be: nothing is pinned", 1);
        assert_eq!(messages(&needless, &all[1..]), [""; 0]);
    }
}
