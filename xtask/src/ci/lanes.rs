//! The lanes: what each runs, and when it cannot.

use std::process::Command;

use anyhow::Result;

use super::{codegen, page, surface};
use crate::program::PROFILE;
use crate::status::{Status, finish, finish_all, from_result};
use crate::toolchain::{cargo_of, rustup};
use crate::workspace::{self, Package};
use crate::{bench, miri, profile, tidy};

const FACADE: &str = "allotment";
const CORE: &str = "allotment-core";
const FALLIBLE: &str = "allotment-fallible";
const SNAPSHOT: &str = "allotment-snapshot";
const BARE_TARGET: &str = "thumbv7em-none-eabi";
const BARE_CRATES: &[&str] =
    &["allotment-alloc", "allotment-bump", "allotment-pool", "allotment-meter", CORE];

/// The figures that the profile has to give.
const PROFILE_GATE: &str = "xtask/profile-gate.toml";

pub(crate) struct Lane {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn() -> Status,
}

/// In the order in which they run: quick and telling ones first.
pub(crate) const LANES: &[Lane] = &[
    Lane { name: "fmt", about: "formatting", run: fmt },
    Lane { name: "tidy", about: "house rules", run: tidy_lane },
    Lane { name: "clippy", about: "lints, every warning an error", run: clippy },
    Lane { name: "docs", about: "documentation builds without a warning", run: docs },
    Lane { name: "test", about: "all tests and examples of the documentation", run: test },
    Lane { name: "checked", about: "the tests of pool and bump, checking blocks", run: checked },
    Lane {
        name: "features",
        about: "libraries without features, each feature alone, tests without `infallible`",
        run: features,
    },
    Lane { name: "no-std", about: "libraries on a target without std", run: no_std },
    Lane {
        name: "std-allocator",
        about: "std's own allocator trait, on a nightly toolchain",
        run: std_allocator,
    },
    Lane { name: "msrv", about: "libraries on the oldest supported toolchain", run: msrv },
    Lane {
        name: "miri",
        about: "tests in the interpreter that finds undefined behaviour",
        run: miri,
    },
    Lane {
        name: "codegen",
        about: "integer keys are searched without a branch, and ahead of the caches",
        run: codegen::run,
    },
    Lane {
        name: "surface",
        about: "every stable method and trait of std's map and set is here",
        run: surface::run,
    },
    Lane {
        name: "profile",
        about: "the profile at its small size, and its exact figures",
        run: profile_quick,
    },
    Lane {
        name: "page",
        about: "the profile's page, in a browser without a screen",
        run: page::run,
    },
    Lane {
        name: "bench",
        about: "every benchmark and every row of the comparison once",
        run: bench,
    },
];

fn fmt() -> Status {
    finish(&mut cargo(&["fmt", "--all", "--check"]))
}

fn tidy_lane() -> Status {
    from_result(tidy::run(&tidy::Flags {}))
}

fn clippy() -> Status {
    let what = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    finish(&mut unlinked(cargo(&what)))
}

fn docs() -> Status {
    let what = ["doc", "--workspace", "--no-deps", "--all-features"];
    finish(unlinked(cargo(&what)).env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn test() -> Status {
    finish(&mut cargo(&["test", "--workspace"]))
}

fn checked() -> Status {
    let packages = ["-p", "allotment-pool", "-p", "allotment-bump"];
    let what = [&["test"], &packages[..], &["--features", "checked"]].concat();
    finish(&mut cargo(&what))
}

fn features() -> Status {
    let libraries = match libraries() {
        Ok(libraries) => libraries,
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    let mut checks: Vec<Command> = Vec::new();
    for library in &libraries {
        checks.push(cargo(&["check", "-p", &library.name, "--no-default-features"]));
        if library.name == FACADE || library.name == SNAPSHOT {
            let names = library.features.keys().filter(|name| *name != "default");
            let package = library.name.as_str();
            let alone =
                |name| ["check", "-p", package, "--no-default-features", "--features", name];
            checks.extend(names.map(|name| cargo(&alone(name))));
        }
        checks.push(cargo(&["check", "-p", &library.name, "--all-features"]));
    }
    checks = checks.into_iter().map(unlinked).collect();
    // Alone, or another package of the workspace would turn on what it is to do without.
    let mut fallible = cargo(&["test", "-p", FALLIBLE]);
    fallible.env("ALLOTMENT_ALONE", "1");
    checks.push(fallible);
    finish_all(checks)
}

fn no_std() -> Status {
    if let Err(why) = rustup(&["target", "add", BARE_TARGET]) {
        return Status::NotRun(why);
    }
    let mut bare = cargo(&["check", "--target", BARE_TARGET]);
    bare.args(BARE_CRATES.iter().flat_map(|name| ["-p", name]));
    let mut facade = cargo(&["check", "--target", BARE_TARGET]);
    facade.args(["-p", FACADE, "--no-default-features"]);
    let mut snapshot = cargo(&["check", "--target", BARE_TARGET, "-p", SNAPSHOT]);
    snapshot.args(["--no-default-features", "--features", "lz4,serde,zerocopy"]);
    finish_all(vec![bare, facade, snapshot])
}

fn std_allocator() -> Status {
    if let Err(why) = rustup(&["toolchain", "install", "nightly", "--profile", "minimal"]) {
        return Status::NotRun(why);
    }
    let target = match workspace::metadata() {
        Ok(metadata) => metadata.target_directory.join("std-allocator"),
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    let mut test = cargo_of("nightly");
    test.args(["test", "-p", FACADE, "--test", "compat"]);
    test.env("RUSTFLAGS", "--cfg allotment_std_allocator").env("CARGO_TARGET_DIR", target);
    finish(&mut test)
}

fn msrv() -> Status {
    let libraries = match libraries() {
        Ok(libraries) => libraries,
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    let version = libraries.iter().find_map(|library| library.rust_version.as_deref());
    let Some(version) = version else {
        return Status::Failed("no library declares a rust-version".to_owned());
    };
    if let Err(why) = rustup(&["toolchain", "install", version, "--profile", "minimal"]) {
        return Status::NotRun(format!("{why} (clippy's `incompatible_msrv` stands in)"));
    }
    let mut check = unlinked(cargo_of(version));
    check.args(["check", "--all-features"]);
    check.args(libraries.iter().flat_map(|library| ["-p", &library.name]));
    finish(&mut check)
}

fn miri() -> Status {
    miri::check(&[miri::Model::Stacked])
}

fn profile_quick() -> Status {
    let out = match workspace::metadata() {
        Ok(metadata) => metadata.target_directory.join("profile-quick"),
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    let gate = Some(workspace::root().join(PROFILE_GATE));
    let flags = profile::Flags { quick: true, out: Some(out), gate, ..Default::default() };
    from_result(profile::run(&flags))
}

/// Runs both, so that a failure of one does not hide the other.
fn bench() -> Status {
    // In the profile of the comparison, and of the lane before: most of it is built by then.
    let what = ["bench", "--profile", PROFILE, "-p", "allotment-benches", "--", "--test"];
    let criterion = finish(&mut cargo(&what));
    let flags = bench::Flags { sizes: vec![200], rounds: Some(1), ..Default::default() };
    let comparison = from_result(bench::run(&flags));
    if matches!(criterion, Status::Passed) { comparison } else { criterion }
}

/// The packages that users may link.
fn libraries() -> Result<Vec<Package>> {
    let packages = workspace::metadata()?.packages;
    Ok(packages.into_iter().filter(|package| tidy::is_library(&package.name)).collect())
}

/// For what links no program: takes any file for jemalloc, whose build from source is longer than
/// all the rest of such a lane.
fn unlinked(mut command: Command) -> Command {
    command.env("JEMALLOC_OVERRIDE", workspace::root().join("Cargo.toml"));
    command
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = workspace::cargo();
    command.args(arguments);
    command
}
