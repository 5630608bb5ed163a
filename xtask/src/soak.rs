//! `cargo xtask soak`: the tests of the trees at many times their usual amount.
//!
//! What went well is told by the tests themselves, in a file. Beside them runs a program that makes
//! the same trouble for std's map and for ours, each point of it in a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::exit::Usage;
use crate::format::grouped;
use crate::host::Host;
use crate::parallel::{cores, in_parallel};
use crate::program::{Build, death};
use crate::progress::Progress;
use crate::table::{markdown, right, ruled};
use crate::{output, page, workspace};

/// Where the tables go.
const PAGE: &str = "docs/reliability.md";

/// Test binaries that know how to do more than usual, by their packages.
const TESTS: &[(&str, &[&str])] = &[
    (
        "allotment-core-tests",
        &[
            "chaos",
            "differential",
            "faults",
            "leaks",
            "multimap",
            "multimap_faults",
            "panics",
            "postings",
            "sweeps",
        ],
    ),
    ("allotment-trial", &["exhaustive"]),
    ("allotment-snapshot", &["damage", "flips"]),
];

const POINTS_PACKAGE: &str = "allotment-trial";
const POINTS_PROGRAM: &str = "allotment-trial-points";

/// Optimised, but with every assertion in.
const PROFILE: &str = "soak";

/// Run the tests of the trees at many times their usual amount, and count what they went through.
///
/// At the default effort it takes about ten minutes on two cores. A test that fails ends with its
/// name, its seed and its step; the others go on.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// How many times the usual amount
    #[arg(long, value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    effort: u64,

    /// Only tests whose `package::file::name` contains this (may be given several times)
    #[arg(long = "filter", value_name = "TEXT")]
    filters: Vec<String>,

    /// Write the tables to docs/reliability.md too
    #[arg(long, conflicts_with = "filters")]
    write: bool,
}

/// One test of one binary.
struct Test {
    program: PathBuf,
    package: &'static str,
    binary: &'static str,
    name: String,
}

impl Test {
    /// The package is named without what all packages begin with.
    fn title(&self) -> String {
        let package = self.package.trim_start_matches("allotment-");
        format!("{package}::{}::{}", self.binary, self.name)
    }
}

/// One kind of trouble at every point: points, deaths and leaks.
struct Sweep {
    what: String,
    trouble: String,
    std: [u64; 3],
    ours: [u64; 3],
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    let host = Host::here();
    let tests = tests(&flags.filters)?;
    let points = flags.filters.is_empty().then(points_program).transpose()?;
    let folder = workspace::metadata()?.target_directory.join("soak");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let file = folder.join("tallies");
    fs::write(&file, "").with_context(|| format!("cannot write `{}`", file.display()))?;

    let progress = Progress::new(tests.len() + usize::from(points.is_some()));
    let run = |test: &Test| {
        progress.begin(&test.title());
        let answer = run_one(test, flags.effort, &file);
        progress.end();
        answer
    };
    let answers = in_parallel(cores(), &tests, run, |_| false);
    let failures: Vec<String> = answers.into_iter().flatten().filter_map(Result::err).collect();
    let sweeps = match &points {
        Some(program) => {
            progress.begin("std's map and ours, a process for each point");
            sweeps(program)?
        }
        None => Vec::new(),
    };
    drop(progress);

    let tallies = fs::read_to_string(&file).context("cannot read the tallies")?;
    let tallies = sum(&tallies)?;
    if !failures.is_empty() {
        bail!("{} of {} tests failed:\n{}", failures.len(), tests.len(), failures.join("\n"));
    }
    output::print(&render(&tallies, &sweeps, false))?;
    let harmed = |sweep: &&Sweep| sweep.ours[1] + sweep.ours[2] > 0;
    if let Some(Sweep { what, trouble, .. }) = sweeps.iter().find(harmed) {
        bail!("our map does not survive `{what}` when {trouble}");
    }
    if flags.write {
        let Flags { effort, .. } = flags;
        let text = format!(
            "{}\nMeasured {} with `--effort {effort}`\n\n",
            render(&tallies, &sweeps, true),
            host.sentence()
        );
        page::edit(&workspace::root().join(PAGE), "soak", |_| text)?;
    }
    Ok(())
}

/// Builds the binaries, and lists the tests in them that are asked for; the longest come first.
fn tests(filters: &[String]) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for &(package, binaries) in TESTS {
        let names = binaries.iter().flat_map(|name| ["--test", name]);
        let arguments = ["--profile", PROFILE, "--all-features", "-p", package];
        let arguments: Vec<&str> = arguments.into_iter().chain(names).collect();
        let build = Build::new(package, "tests, optimised", &arguments, &[])?;
        for &binary in binaries {
            tests.extend(listed(build.program(binary)?, package, binary)?);
        }
    }
    let wanted = |test: &Test| filters.iter().any(|filter| test.title().contains(filter));
    tests.retain(|test| filters.is_empty() || wanted(test));
    if tests.is_empty() {
        return Err(Usage::new("no test has such a name; `--help` tells how they are named").into());
    }
    // Those that alone take minutes.
    tests.sort_by_key(|test| !(test.name.contains("long") || test.name.contains("sequence")));
    Ok(tests)
}

/// The tests that a binary says it has.
fn listed(program: PathBuf, package: &'static str, binary: &'static str) -> Result<Vec<Test>> {
    let output = Command::new(&program).args(["--list", "--format", "terse"]).output();
    let output = output.with_context(|| format!("cannot start {binary}"))?;
    ensure!(output.status.success(), "{binary} does not list its tests: {}", death(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    let test =
        |name: &str| Test { program: program.clone(), package, binary, name: name.to_owned() };
    Ok(names.map(test).collect())
}

/// The error is the test's name and the last it said.
fn run_one(test: &Test, effort: u64, tallies: &Path) -> Result<(), String> {
    let mut command = Command::new(&test.program);
    command.args(["--exact", &test.name, "--test-threads", "1", "--nocapture"]);
    command.env("ALLOTMENT_EFFORT", effort.to_string()).env("ALLOTMENT_TALLY", tallies);
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said.lines().rev().take(12).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(format!("{}: {}\n{}", test.title(), output.status, last.join("\n")))
}

fn points_program() -> Result<PathBuf> {
    let arguments = ["--profile", PROFILE, "-p", POINTS_PACKAGE];
    Build::new(POINTS_PACKAGE, "optimised", &arguments, &[])?.program(POINTS_PROGRAM)
}

fn sweeps(program: &Path) -> Result<Vec<Sweep>> {
    let output = Command::new(program).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {POINTS_PROGRAM}"))?;
    ensure!(output.status.success(), "{POINTS_PROGRAM} failed: {}", death(&output));
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Lines by turns of std's map and of ours.
fn parse(text: &str) -> Result<Vec<Sweep>> {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let figures = |fields: &[&str]| -> Option<[u64; 3]> {
        let figures: Result<Vec<u64>, _> = fields.iter().map(|field| field.parse()).collect();
        figures.ok()?.try_into().ok()
    };
    let sweep = |pair: &[Vec<&str>]| {
        let (["std", what, trouble, std @ ..], ["ours", own, own_trouble, ours @ ..]) =
            (&pair.first()?[..], &pair.get(1)?[..])
        else {
            return None;
        };
        let (std, ours) = (figures(std)?, figures(ours)?);
        let alike = (what, trouble) == (own, own_trouble);
        let (what, trouble) = ((*what).to_owned(), (*trouble).to_owned());
        alike.then_some(Sweep { what, trouble, std, ours })
    };
    let read = |pair| sweep(pair).with_context(|| format!("{POINTS_PROGRAM} said {pair:?}"));
    lines.chunks(2).map(read).collect()
}

/// What each line of the file counts, added up.
fn sum(text: &str) -> Result<BTreeMap<&str, u64>> {
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let (count, what) = line.split_once('\t').context("a tally without its name")?;
        *sums.entry(what).or_default() += count.parse::<u64>().context("a tally that is none")?;
    }
    Ok(sums)
}

fn render(tallies: &BTreeMap<&str, u64>, sweeps: &[Sweep], for_page: bool) -> String {
    let new = || if for_page { markdown() } else { ruled() };
    let mut table = new();
    table.set_header(["our collections went through", "how often", "that went wrong"]);
    for (what, count) in tallies {
        // A tally is told of what went well; what does not ends in a failure.
        table.add_row([(*what).into(), right(&grouped(*count)), right("0")]);
    }
    let mut text = format!("{table}\n");
    if sweeps.is_empty() {
        return text;
    }
    let mut table = new();
    let columns = ["points", "deaths", "leaks"];
    let of = |whose: &str| columns.map(|column| format!("{whose}: {column}"));
    let heads = ["map of 200 pairs".to_owned(), "what goes wrong".to_owned()];
    table.set_header(heads.into_iter().chain(of("std")).chain(of("ours")));
    for Sweep { what, trouble, std, ours } in sweeps {
        let figures = std.iter().chain(ours).map(|figure| right(&grouped(*figure)));
        table.add_row([what.into(), trouble.into()].into_iter().chain(figures));
    }
    text += &format!("\n{table}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_are_added_up() {
        let sums = sum("3\tdrops\n4\tclones\n5\tdrops\n").unwrap();
        assert_eq!(Vec::from_iter(sums), [("clones", 4), ("drops", 8)]);
        assert!(sum("three\tdrops\n").is_err() && sum("3 drops\n").is_err());
    }

    #[test]
    fn both_maps_stand_side_by_side() {
        let end = "append\ta drop panics\t";
        let text = format!("std\t{end}116\t4\t30\nours\t{end}1160\t0\t0\n");
        let text = render(&BTreeMap::from([("drops", 8)]), &parse(&text).unwrap(), true);
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
        let rows: Vec<Vec<String>> = text.lines().map(cells).collect();
        assert_eq!(rows[2][1..4], ["drops", "8", "0"]);
        let row = ["append", "a drop panics", "116", "4", "30", "1,160", "0", "0"];
        assert_eq!(rows.last().expect("a table")[1..9], row);
        assert!(parse("std\tappend\n").is_err());
    }

    #[test]
    fn the_page_has_its_marks() {
        let text = fs::read_to_string(workspace::root().join(PAGE)).unwrap();
        assert!(page::edited(&text, "soak", str::to_owned).is_some());
    }
}
