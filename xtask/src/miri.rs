//! `cargo xtask miri`: tests in the interpreter that finds undefined behaviour.

use anyhow::{Result, bail};

use crate::status::{Status, finish_all};
use crate::toolchain::{cargo_of, rustup};

/// Whose tests all run.
const WHOLE: &[&str] = &["allotment-alloc", "allotment-meter", "allotment-pool", "allotment-bump"];

/// Of the trees' tests, those that are small enough are marked by their names.
const MARKED: (&str, &str) = ("allotment-core", "miri_");

/// A model of which pointers may be used after which others.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Model {
    /// Stacked Borrows, the stricter one
    Stacked,
    /// Tree Borrows, its successor
    Tree,
}

/// Run the tests that are meant for it in Miri, under both models of borrowing.
///
/// Needs a nightly toolchain and installs its component if that is missing. Takes about half an
/// hour for each model.
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

/// All tests under each of the models.
pub(crate) fn check(models: &[Model]) -> Status {
    let add = ["component", "add", "miri", "rust-src", "--toolchain", "nightly"];
    if let Err(why) = rustup(&add) {
        return Status::NotRun(why);
    }
    let test = |model: &Model, packages: &[&str], filter: &[&str]| {
        let mut command = cargo_of("nightly");
        // Isolation hides the clock and the current folder, which test kits ask for.
        let mut flags = "-Zmiri-strict-provenance -Zmiri-disable-isolation".to_owned();
        if *model == Model::Tree {
            flags += " -Zmiri-tree-borrows";
        }
        command.env("MIRIFLAGS", flags);
        // Examples of the documentation would each start an interpreter of their own.
        command.args(["miri", "test", "--lib", "--tests"]);
        command.args(packages.iter().flat_map(|name| ["-p", name]));
        command.args(filter);
        command
    };
    let (package, mark) = MARKED;
    let both = |model| [test(model, WHOLE, &[]), test(model, &[package], &[mark])];
    finish_all(models.iter().flat_map(both).collect())
}
