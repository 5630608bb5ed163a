//! `cargo xtask fuzz`: libFuzzer drives the targets of `allotment-fuzz`.
//!
//! What cargo-fuzz does, without having to install it: the targets are built by a nightly compiler
//! that counts the branches taken and watches each access to memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::builder::PossibleValuesParser;

use crate::format::grouped;
use crate::host::Host;
use crate::parallel::{cores, in_parallel};
use crate::progress::Progress;
use crate::status::{Status, finish};
use crate::table::{markdown, right, ruled};
use crate::toolchain::{cargo_of, host_triple};
use crate::{output, page, workspace};

/// Where the table goes.
const PAGE: &str = "docs/reliability.md";

const PACKAGE: &str = "allotment-fuzz";

/// The targets, and what each tries.
const TARGETS: &[(&str, &str)] = &[
    ("map", "operations of a map, on seven kinds of pairs"),
    ("set", "operations of a set, on four kinds of elements"),
    ("cursor", "cursors, and what else edits ranges and gaps"),
    ("bulk", "operations on many pairs at once"),
    ("lists", "multimaps and posting maps"),
    ("alloc", "pools and arenas"),
    ("snapshot", "files of any bytes, read as snapshots"),
    ("forged", "snapshots that were changed, and whose checksums are right"),
    ("written", "snapshots of any entries, by any codec"),
];

/// The flags of cargo-fuzz: branches are counted, in tables that libFuzzer reads.
const FLAGS: &str = "-Cpasses=sancov-module \
                     -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares \
                     --cfg fuzzing -Zsanitizer=address -Cdebug-assertions -Ccodegen-units=1";

/// Inputs that the project ships for each target: all that reach something of their own would be
/// megabytes.
const SHIPPED: usize = 64;

/// The longest input: some two hundred steps.
const LENGTH_MAX: &str = "-max_len=1800";

/// Fuzz the collections and the allocators.
///
/// Needs a nightly toolchain and a C++ compiler. Inputs that reach something new are kept in the
/// target folder, and with --keep a sample of them goes to the corpus of `allotment-fuzz`; an input
/// that fails is kept and named.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Only this target (may be given several times)
    #[arg(value_name = "TARGET", value_parser = names())]
    targets: Vec<String>,

    /// How long each target is fuzzed
    #[arg(long, value_name = "N", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,

    /// Renew the corpus that the project ships
    #[arg(long)]
    keep: bool,

    /// Write the table to docs/reliability.md too
    #[arg(long, conflicts_with = "targets")]
    write: bool,
}

/// What came of a target.
struct Outcome {
    executions: u64,
    /// Branches with how often they were taken, as libFuzzer tells them apart.
    reached: u64,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(TARGETS.iter().map(|(name, _)| *name))
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    let host = Host::here();
    let wanted = |name: &str| flags.targets.is_empty() || flags.targets.iter().any(|t| t == name);
    let targets: Vec<_> = TARGETS.iter().filter(|(name, _)| wanted(name)).collect();
    let programs = build()?;
    let folder = workspace::metadata()?.target_directory.join("fuzz-inputs");

    let progress = Progress::new(targets.len());
    let fuzz = |(name, _): &&(&str, &str)| {
        progress.begin(&format!("{name}, for {} min", flags.minutes));
        let outcome = fuzz(&programs, name, &folder, flags);
        progress.end();
        outcome
    };
    let outcomes = in_parallel(cores(), &targets, fuzz, |_| false);
    drop(progress);

    let mut failures = Vec::new();
    let (mut table, mut page_table) = (ruled(), markdown());
    for table in [&mut table, &mut page_table] {
        table.set_header(["fuzz target", "what it tries", "executions", "reached", "crashes"]);
    }
    for ((name, about), outcome) in targets.iter().zip(outcomes.into_iter().flatten()) {
        match outcome {
            Ok(Outcome { executions, reached }) => {
                let figures = [executions, reached, 0].map(|figure| right(&grouped(figure)));
                let row: Vec<_> =
                    [(*name).into(), (*about).into()].into_iter().chain(figures).collect();
                table.add_row(row.clone());
                page_table.add_row(row);
            }
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    output::print(&format!("{table}\n"))?;
    if !failures.is_empty() {
        bail!("{} of {} targets failed:\n{}", failures.len(), targets.len(), failures.join("\n"));
    }
    if flags.write {
        let (minutes, host) = (flags.minutes, host.sentence());
        let text = format!("{page_table}\n\nMeasured {host}; {minutes} minutes each\n\n");
        page::edit(&workspace::root().join(PAGE), "fuzz", |_| text)?;
    }
    Ok(())
}

/// Builds all targets; answers the folder that they are in.
fn build() -> Result<PathBuf> {
    let host = host_triple("nightly")?;
    let target = workspace::metadata()?.target_directory.join("fuzz");
    let mut command = cargo_of("nightly");
    command.env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &target);
    command.args(["build", "--release", "-p", PACKAGE, "--features", "libfuzzer", "--bins"]);
    // The target must be named, or else the flags would also be for build scripts.
    command.args(["--target", &host]);
    match finish(&mut command) {
        Status::Passed => Ok(target.join(host).join("release")),
        Status::Failed(why) | Status::NotRun(why) => bail!(why),
    }
}

/// Runs one target from the inputs that are known, and minds what it finds.
fn fuzz(programs: &Path, name: &str, folder: &Path, flags: &Flags) -> Result<Outcome> {
    let program = programs.join(format!("fuzz-{name}"));
    let corpus = workspace::root().join("crates").join(PACKAGE).join("corpus").join(name);
    let (found, bad) = (folder.join(name), folder.join(format!("{name}-failed")));
    for folder in [&corpus, &found, &bad] {
        let path = folder.display();
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{path}`"))?;
    }
    let mut command = Command::new(&program);
    command.arg(format!("-max_total_time={}", flags.minutes * 60));
    command.args([LENGTH_MAX, "-print_final_stats=1", "-timeout=60", "-rss_limit_mb=4096"]);
    command.arg(format!("-artifact_prefix={}/", bad.display()));
    command.args([&found, &corpus]).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{}; the input is in {}\n{}", output.status, bad.display(), complaint(&said));
    }
    if flags.keep {
        merge(&program, &corpus, &found)?;
    }
    outcome(&said).with_context(|| format!("{name} told no figures"))
}

/// Puts into the corpus a sample of the fewest inputs that reach all that is reached.
fn merge(program: &Path, corpus: &Path, found: &Path) -> Result<()> {
    let fresh = found.with_extension("merged");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    let mut command = Command::new(program);
    // Not how often a branch was taken, only whether: some hundred inputs instead of thousands.
    command.args(["-set_cover_merge=1", "-use_counters=0", "-use_value_profile=0", LENGTH_MAX]);
    command.args([&fresh, &found.to_owned(), &corpus.to_owned()]);
    let output = command.stdin(Stdio::null()).output().context("cannot merge")?;
    ensure!(output.status.success(), "merging failed: {}", output.status);
    let files = fs::read_dir(&fresh)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(!files.is_empty(), "merging kept nothing");
    // Their names are hashes: the first are a sample.
    let mut names: Vec<_> = files.iter().map(|file| file.file_name()).collect();
    names.sort();
    fs::remove_dir_all(corpus)?;
    fs::create_dir_all(corpus)?;
    for name in names.iter().take(SHIPPED) {
        fs::copy(fresh.join(name), corpus.join(name))?;
    }
    Ok(fs::remove_dir_all(&fresh)?)
}

/// What a target that failed says of it: the message of its panic, or what the sanitizer found.
fn complaint(said: &str) -> String {
    let tells = |line: &&str| {
        ["panicked at", "==ERROR:", "SUMMARY:"].iter().any(|part| line.contains(part))
    };
    let lines: Vec<&str> = said.lines().collect();
    let found = lines.iter().position(tells).unwrap_or(lines.len());
    lines[found..].iter().take(8).map(|line| format!("  {line}\n")).collect()
}

/// Reads what libFuzzer says in the end.
fn outcome(said: &str) -> Option<Outcome> {
    let executions = said.lines().find_map(|line| {
        line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok()
    })?;
    let reached = said.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(" ft: ")?;
        rest.split(' ').next()?.parse().ok()
    })?;
    Some(Outcome { executions, reached })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read() {
        let said = "#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0\n\
                    #94\tDONE   cov: 20 ft: 35 corp: 9/2Kb lim: 4 exec/s: 4 rss: 40Mb\n\
                    Done 94 runs in 3 second(s)\n\
                    stat::number_of_executed_units: 94\n";
        let outcome = outcome(said).unwrap();
        assert_eq!((outcome.executions, outcome.reached), (94, 35));
        assert!(super::outcome("ERROR: AddressSanitizer").is_none());
    }

    #[test]
    fn complaints_are_found() {
        let said = "INFO: seed\n\nthread 'main' panicked at src/a.rs:1:2:\nnot so\n";
        assert_eq!(complaint(said), "  thread 'main' panicked at src/a.rs:1:2:\n  not so\n");
        assert_eq!(complaint("killed"), "");
    }

    #[test]
    fn each_target_is_one_of_the_package() {
        let manifest = workspace::root().join("crates").join(PACKAGE).join("Cargo.toml");
        let text = fs::read_to_string(manifest).unwrap();
        for (name, _) in TARGETS {
            assert!(text.contains(&format!("name = \"fuzz-{name}\"")), "{name}");
        }
    }

    #[test]
    fn the_page_has_its_marks() {
        let text = fs::read_to_string(workspace::root().join(PAGE)).unwrap();
        assert!(page::edited(&text, "fuzz", str::to_owned).is_some());
    }
}
