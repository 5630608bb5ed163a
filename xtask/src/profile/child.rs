//! The measuring processes: built once, then one process per figure set, so that peaks are honest.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use super::catalog::Catalog;
use super::metric::Reading;
use crate::exit::Usage;
use crate::program::{Build, death, last_line};

const PACKAGE: &str = "allotment-profile";
const HEAP: &str = "allotment-profile-heap";
const TIME: &str = "allotment-profile-time";

/// The two programs: one counts under dhat, the other takes the time without it.
pub(crate) struct Binaries {
    pub(crate) heap: PathBuf,
    pub(crate) time: PathBuf,
}

/// What every child of a run is told besides its cell.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) keys: Option<PathBuf>,
    pub(crate) trace: Option<PathBuf>,
    pub(crate) out: PathBuf,
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
}

impl Binaries {
    /// Builds the harness and learns from cargo where its programs are.
    pub(crate) fn build() -> Result<Binaries> {
        let arguments = ["--profile", "profiling", "-p", PACKAGE, "--bins"];
        let build = Build::new(PACKAGE, "cargo profile `profiling`", &arguments, &[])?;
        Ok(Binaries { heap: build.program(HEAP)?, time: build.program(TIME)? })
    }

    /// Asks what can be measured.
    pub(crate) fn catalog(&self) -> Result<Catalog> {
        let output = spawn(Command::new(&self.heap).arg("--list"))
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
        let mut command = Command::new(program);
        command.args(["--workload", workload, "--backend", backend]);
        if options.quick {
            command.arg("--quick");
        }
        if let Some(keys) = &options.keys {
            command.arg("--keys").arg(keys);
        }
        if let Some(trace) = &options.trace {
            command.arg("--trace").arg(trace);
        }
        if ledger == Ledger::Heap {
            command.arg("--dhat-out").arg(dhat_file(&options.out, workload, backend));
        }
        let output = spawn(&mut command)
            .map_err(|error| ChildError::Failed(format!("cannot start: {error}")))?;
        if output.status.code() == Some(2) {
            return Err(ChildError::Refused(last_line(&output.stderr)));
        }
        if !output.status.success() {
            return Err(ChildError::Failed(death(&output)));
        }
        Reading::parse(&String::from_utf8_lossy(&output.stdout)).map_err(ChildError::Failed)
    }
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

fn spawn(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
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
