//! The measuring processes: built once, then one process per figure set, so that peaks are honest.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

use super::catalog::Catalog;
use super::interrupt::Interrupt;
use super::metric::Reading;
use crate::exit::Usage;
use crate::program::{Build, PROFILE, PROFILE_NOTE, death, last_line};

const PACKAGE: &str = "allotment-profile";
const HEAP: &str = "allotment-profile-heap";
const TIME: &str = "allotment-profile-time";

/// The two programs: one counts under dhat, the other takes the time without it.
pub(crate) struct Binaries {
    pub(crate) heap: PathBuf,
    pub(crate) time: PathBuf,
}

/// What every child of a run is told besides its cell.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    /// Whether call sites are printed.
    pub(crate) hotspots: bool,
    pub(crate) keys: Option<PathBuf>,
    /// The column of the keys, from 1 on.
    pub(crate) column: Option<u32>,
    pub(crate) trace: Option<PathBuf>,
    /// The nanoseconds above which an operation counts as a pause.
    pub(crate) threshold: Option<u64>,
    pub(crate) out: PathBuf,
    /// What ends them all.
    pub(crate) interrupt: Interrupt,
}

impl Options {
    /// A program with what it is told, whatever it does with that.
    fn command(&self, program: &Path, workload: &str, backend: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["--workload", workload, "--backend", backend]);
        if self.quick {
            command.arg("--quick");
        }
        if let Some(keys) = &self.keys {
            command.arg("--keys").arg(keys);
        }
        if let Some(column) = self.column {
            command.arg("--column").arg(column.to_string());
        }
        if let Some(trace) = &self.trace {
            command.arg("--trace").arg(trace);
        }
        if let Some(threshold) = self.threshold {
            command.arg("--threshold").arg(threshold.to_string());
        }
        command
    }
}

/// Which figures a child takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ledger {
    Heap,
    Time,
}

impl Ledger {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Ledger::Heap => "heap",
            Ledger::Time => "time",
        }
    }
}

/// Why a child gave no reading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ChildError {
    /// It refused its input; the line is for the user as it stands.
    Refused(String),
    /// It died or printed nonsense.
    Failed(String),
    /// It was ended, or not begun, since the user has had enough.
    Interrupted,
}

impl Binaries {
    /// Builds the harness and learns from cargo where its programs are.
    pub(crate) fn build() -> Result<Binaries> {
        let arguments = ["--profile", PROFILE, "-p", PACKAGE, "--bins"];
        Binaries::of(&Build::new(PACKAGE, PROFILE_NOTE, &arguments, &[])?)
    }

    /// The same from the workspace that lies in `folder`, which builds in `target`.
    pub(crate) fn build_at(folder: &Path, target: &Path) -> Result<Binaries> {
        let target = target.to_str().context("the build folder's path is not UTF-8")?;
        let arguments = ["--profile", PROFILE, "-p", PACKAGE, "--bins", "--target-dir", target];
        Binaries::of(&Build::at(folder, PACKAGE, PROFILE_NOTE, &arguments, &[])?)
    }

    fn of(build: &Build) -> Result<Binaries> {
        Ok(Binaries { heap: build.program(HEAP)?, time: build.program(TIME)? })
    }

    /// Asks what can be measured.
    pub(crate) fn catalog(&self) -> Result<Catalog> {
        let output = Interrupt::default()
            .output(Command::new(&self.heap).arg("--list"))
            .with_context(|| format!("cannot start {}", self.heap.display()))?;
        if !output.status.success() {
            bail!("`{HEAP} --list` failed: {}", death(&output));
        }
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("cannot read the output of `{HEAP} --list`"))
    }

    /// Runs one child to its end.
    pub(crate) fn measure(
        &self,
        ledger: Ledger,
        workload: &str,
        backend: &str,
        options: &Options,
    ) -> Result<Reading, ChildError> {
        let program = match ledger {
            Ledger::Heap => &self.heap,
            Ledger::Time => &self.time,
        };
        let mut command = options.command(program, workload, backend);
        if ledger == Ledger::Heap {
            command.arg("--dhat-out").arg(dhat_file(&options.out, workload, backend));
        }
        let output = run(&mut command, options)?;
        match check(&output) {
            // It was ended in the middle, or even before its first line.
            Err(_) if options.interrupt.is_raised() => Err(ChildError::Interrupted),
            Err(error) => Err(error),
            Ok(stdout) => Reading::parse(&stdout).map_err(ChildError::Failed),
        }
    }

    /// Runs a child for so many seconds, and gives back all that it said; also if it was ended
    /// before.
    pub(crate) fn soak(
        &self,
        workload: &str,
        backend: &str,
        seconds: u64,
        options: &Options,
    ) -> Result<String, ChildError> {
        let mut command = options.command(&self.time, workload, backend);
        let output = run(command.arg("--soak").arg(seconds.to_string()), options)?;
        match check(&output) {
            Err(_) if options.interrupt.is_raised() => Ok(text(&output)),
            other => other,
        }
    }
}

fn run(command: &mut Command, options: &Options) -> Result<Output, ChildError> {
    options.interrupt.output(command).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => ChildError::Interrupted,
        _ => ChildError::Failed(format!("cannot start: {error}")),
    })
}

/// What a child said, if it ended well.
fn check(output: &Output) -> Result<String, ChildError> {
    if output.status.code() == Some(2) {
        return Err(ChildError::Refused(last_line(&output.stderr)));
    }
    if !output.status.success() {
        return Err(ChildError::Failed(death(output)));
    }
    Ok(text(output))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Where a cell's dhat file goes.
pub(crate) fn dhat_file(out: &Path, workload: &str, backend: &str) -> PathBuf {
    out.join(format!("dhat-{workload}-{backend}.json"))
}

/// A file of keys that can be opened, or the reason why not.
pub(crate) fn readable_keys(path: &Path) -> Result<PathBuf, Usage> {
    readable(path, "keys")
}

/// A file of recorded operations that can be opened, or the reason why not.
pub(crate) fn readable_trace(path: &Path) -> Result<PathBuf, Usage> {
    readable(path, "operations")
}

fn readable(path: &Path, content: &str) -> Result<PathBuf, Usage> {
    let refuse = |error: io::Error| {
        Usage::new(format!("cannot read the {content} of `{}`: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(refuse)?;
    if file.metadata().map_err(refuse)?.is_dir() {
        let message = format!("`{}` is a folder, not a file of {content}", path.display());
        return Err(Usage::new(message));
    }
    std::path::absolute(path).map_err(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_of_keys_is_named() {
        let error = readable_keys(Path::new("no/such/keys.txt")).unwrap_err().to_string();
        assert!(
            error.starts_with("error: cannot read the keys of `no/such/keys.txt`: "),
            "{error}"
        );
        let error = readable_keys(Path::new(".")).unwrap_err().to_string();
        assert!(error.contains("`.` is a folder"), "{error}");
        let error = readable_trace(Path::new("no/such.trace")).unwrap_err().to_string();
        assert!(
            error.starts_with("error: cannot read the operations of `no/such.trace`: "),
            "{error}"
        );
    }
}
