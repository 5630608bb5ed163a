//! `cargo xtask miri`: tests in the interpreter that finds undefined behaviour.

use std::process::Command;

use anyhow::{Result, bail};

use crate::parallel::{cores, in_parallel};
use crate::status::{Status, finish};
use crate::toolchain::{cargo_of, rustup};

/// Packages, and the beginning of the names of those of their tests that are small enough; the
/// longest runs come first.
const PACKAGES: &[(&str, &str)] = &[
    ("allotment-core", "miri_"),
    ("allotment-snapshot", "miri_"),
    ("allotment-pool", ""),
    ("allotment-bump", ""),
    ("allotment-meter", ""),
    ("allotment-alloc", ""),
];

/// Where numbers lie the other way round, for files that must be the same everywhere.
const BIG_ENDIAN: &str = "s390x-unknown-linux-gnu";
const GOLDEN: (&str, &str) = ("allotment-snapshot", "miri_golden");

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

/// All tests under each of the models, several packages at a time.
pub(crate) fn check(models: &[Model]) -> Status {
    let add = ["component", "add", "miri", "rust-src", "--toolchain", "nightly"];
    if let Err(why) = rustup(&add) {
        return Status::NotRun(why);
    }
    let of = |model: Model| PACKAGES.iter().map(move |package| (model, *package));
    let here = models.iter().copied().flat_map(of).map(|(model, which)| (model, which, None));
    let elsewhere = models.first().map(|model| (*model, GOLDEN, Some(BIG_ENDIAN)));
    let runs: Vec<_> = here.chain(elsewhere).collect();
    let run = |(model, which, target): &(Model, (&str, &str), Option<&str>)| {
        finish(&mut test(*model, *which, *target))
    };
    let ends = in_parallel(cores(), &runs, run, |_| false);
    let failed = ends.into_iter().flatten().find(|end| !matches!(end, Status::Passed));
    failed.unwrap_or(Status::Passed)
}

/// The tests of one package whose names contain `filter`, here or as on another machine.
fn test(model: Model, (package, filter): (&str, &str), target: Option<&str>) -> Command {
    let mut command = cargo_of("nightly");
    // Isolation hides the clock and the current folder, which test kits ask for.
    let mut flags = "-Zmiri-strict-provenance -Zmiri-disable-isolation".to_owned();
    if model == Model::Tree {
        flags += " -Zmiri-tree-borrows";
    }
    command.env("MIRIFLAGS", flags);
    // Tests that mean to panic would wait for their backtraces, which are slow to find there.
    command.env("RUST_BACKTRACE", "0");
    // Examples of the documentation would each start an interpreter of their own.
    command.args(["miri", "test", "--lib", "--tests", "-p", package]);
    if !filter.is_empty() {
        command.arg(filter);
    }
    if let Some(target) = target {
        command.args(["--target", target]);
        // Nothing is linked, so that any compiler does for the C that a test depends on.
        let name = target.replace('-', "_");
        command.env(format!("CC_{name}"), "cc").env(format!("AR_{name}"), "ar");
    }
    command
}
