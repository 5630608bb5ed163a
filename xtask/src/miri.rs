//! `cargo xtask miri`: tests in the interpreter that finds undefined behaviour.

use std::process::Command;

use anyhow::{Result, bail};

use crate::parallel::{cores, in_parallel};
use crate::status::{Status, finish};
use crate::toolchain::{cargo_of, rustup};

/// Tests that are run by one command.
#[derive(Clone, Copy)]
struct Run {
    package: &'static str,
    /// The file that they are in; all of the package if there is none.
    file: Option<&'static str>,
    /// How their names begin.
    names: &'static str,
    /// What kind of machine to be, if not this one.
    target: Option<&'static str>,
}

/// How the names of those tests begin that are small enough, where others are not.
const SMALL: &str = "miri_";

/// The longest come first.
const RUNS: &[Run] = &[
    small("allotment-core-tests", "miri"),
    small("allotment-core-tests", "keys"),
    small("allotment-core-tests", "text"),
    whole("allotment-pool"),
    small("allotment-snapshot", "miri"),
    small("allotment-core-tests", "clear_step"),
    whole("allotment-bump"),
    whole("allotment-meter"),
    small("allotment-core-tests", "on_arena"),
    whole("allotment-alloc"),
];

/// Where numbers lie the other way round, for files that must be the same everywhere.
const GOLDEN: Run = Run {
    names: "miri_golden",
    target: Some("s390x-unknown-linux-gnu"),
    ..small("allotment-snapshot", "miri")
};

const fn small(package: &'static str, file: &'static str) -> Run {
    Run { package, file: Some(file), names: SMALL, target: None }
}

const fn whole(package: &'static str) -> Run {
    Run { package, file: None, names: "", target: None }
}

/// A model of which pointers may be used after which others.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Model {
    /// Stacked Borrows, the stricter one
    Stacked,
    /// Tree Borrows, its successor
    Tree,
}

/// Run the tests that are meant for it in Miri, under both models of borrowing, and read golden
/// files as a big-endian machine does.
///
/// Needs a nightly toolchain and installs its component if that is missing. Takes about ten minutes
/// for each model on two cores.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Only under this model
    #[arg(long, value_name = "NAME")]
    model: Option<Model>,
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    let models = flags.model.map_or(vec![Model::Stacked, Model::Tree], |model| vec![model]);
    match check(&models) {
        Status::Passed => Ok(()),
        Status::Failed(why) | Status::NotRun(why) => bail!(why),
    }
}

/// All tests under each of the models, several runs at a time.
pub(crate) fn check(models: &[Model]) -> Status {
    let add = ["component", "add", "miri", "rust-src", "--toolchain", "nightly"];
    if let Err(why) = rustup(&add) {
        return Status::NotRun(why);
    }
    let of = |model: Model| RUNS.iter().map(move |run| (model, *run));
    let here = models.iter().copied().flat_map(of);
    let runs: Vec<_> = here.chain(models.first().map(|model| (*model, GOLDEN))).collect();
    let ends =
        in_parallel(cores(), &runs, |(model, run)| finish(&mut command(*model, *run)), |_| false);
    let failed = ends.into_iter().flatten().find(|end| !matches!(end, Status::Passed));
    failed.unwrap_or(Status::Passed)
}

fn command(model: Model, run: Run) -> Command {
    let mut command = cargo_of("nightly");
    // Isolation hides the clock and the current folder, which test kits ask for.
    let mut flags = "-Zmiri-strict-provenance -Zmiri-disable-isolation".to_owned();
    if model == Model::Tree {
        flags += " -Zmiri-tree-borrows";
    }
    command.env("MIRIFLAGS", flags);
    // Tests that mean to panic would wait for their backtraces, which are slow to find there.
    command.env("RUST_BACKTRACE", "0");
    command.args(["miri", "test", "-p", run.package]);
    match run.file {
        Some(file) => command.args(["--test", file]),
        // Examples of the documentation would each start an interpreter of their own.
        None => command.args(["--lib", "--tests"]),
    };
    if !run.names.is_empty() {
        command.arg(run.names);
    }
    if let Some(target) = run.target {
        command.args(["--target", target]);
        // Nothing is linked, so that any compiler does for the C that a test depends on.
        let name = target.replace('-', "_");
        command.env(format!("CC_{name}"), "cc").env(format!("AR_{name}"), "ar");
    }
    command
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::workspace;

    /// The files of a package's tests in which some are small enough.
    fn files_with_small_tests(package: &'static str) -> Vec<(&'static str, String)> {
        let folder = workspace::root().join("crates").join(package).join("tests");
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let rust = paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
        rust.filter(|path| fs::read_to_string(path).unwrap().contains("fn miri_"))
            .map(|path| (package, path.file_stem().unwrap().to_str().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn each_file_with_small_tests_is_run() {
        let run: BTreeSet<_> =
            RUNS.iter().filter_map(|run| Some((run.package, run.file?.to_owned()))).collect();
        let packages: BTreeSet<_> = run.iter().map(|(package, _)| *package).collect();
        let small: BTreeSet<_> = packages.into_iter().flat_map(files_with_small_tests).collect();
        assert_eq!(run, small);
    }
}
