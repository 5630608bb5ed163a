//! `cargo xtask sanitize`: the tests of the libraries under tools that watch each access to memory.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::program::Build;
use crate::status::{Status, finish};
use crate::toolchain::{cargo_of, host_triple};
use crate::workspace;

/// Whose tests run under the sanitizer.
const PACKAGES: &[&str] = &[
    "allotment-alloc",
    "allotment-system",
    "allotment-meter",
    "allotment-pool",
    "allotment-bump",
    "allotment-core",
    "allotment-core-tests",
    "allotment-trial",
];

/// Tests with these words in their names leak on purpose, which the sanitizer would tell.
const LEAKY: &[&str] = &["forgotten", "promises", "giving_back_panics", "covariance"];

/// What runs under valgrind, which is slow: orders that lie, on an allocator that passes each node
/// on to the heap.
const UNDER_VALGRIND: (&str, &str) = ("allotment-core-tests", "chaos");

/// Both tools are slow, and take more of the stack: too slow, and too much, for unoptimised tests.
const OPTIMISED: [&str; 2] = ["--config", "profile.test.opt-level=1"];

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Tool {
    /// AddressSanitizer, with LeakSanitizer where the platform has it; needs a nightly toolchain
    Address,
    /// Valgrind's memcheck, over one test binary
    Valgrind,
}

/// Run the tests of the libraries under AddressSanitizer, and one binary of them under valgrind.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Only under this tool
    #[arg(long, value_name = "NAME")]
    tool: Option<Tool>,
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    match flags.tool {
        Some(Tool::Address) => address(),
        Some(Tool::Valgrind) => valgrind(),
        // One failure does not hide another.
        None => {
            let ends = [address(), valgrind()];
            ends.into_iter().collect()
        }
    }
}

fn address() -> Result<()> {
    let host = host_triple("nightly")?;
    let mut test = cargo_of("nightly");
    test.env("RUSTFLAGS", "-Zsanitizer=address");
    // Tests ask for more than there can be, and look at the refusal.
    test.env("ASAN_OPTIONS", "allocator_may_return_null=1");
    // Flags for everything: a folder of its own, so that other builds stay.
    test.env("CARGO_TARGET_DIR", target("sanitize")?);
    // The target must be named, or else the flags would also be for build scripts.
    test.args(["test", "--lib", "--tests", "--target", &host]).args(OPTIMISED);
    test.args(PACKAGES.iter().flat_map(|name| ["-p", name]));
    test.args(["--no-fail-fast", "--"]).args(LEAKY.iter().flat_map(|word| ["--skip", word]));
    passed(finish(&mut test))
}

fn valgrind() -> Result<()> {
    let (package, name) = UNDER_VALGRIND;
    let [config, optimised] = OPTIMISED;
    let arguments = ["-p", package, "--test", name, config, optimised];
    let build = Build::new(package, "for valgrind", &arguments, &[])?;
    let mut command = std::process::Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=9", "--leak-check=full"]);
    // Threads of the test harness are blocks that it still reaches in the end.
    command.args(["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]);
    command.arg(build.program(name)?).args(["--test-threads", "1"]);
    passed(finish(&mut command))
}

fn target(name: &str) -> Result<PathBuf> {
    let metadata = workspace::metadata().context("cannot find the target folder")?;
    Ok(metadata.target_directory.join(name))
}

fn passed(status: Status) -> Result<()> {
    match status {
        Status::Passed => Ok(()),
        Status::Failed(why) | Status::NotRun(why) => bail!(why),
    }
}
