//! [`Args`]: the command line that both programs share, and the [`Job`] it asks for.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use allotment_workload::{Backend, Keys, Size, Workload};

use crate::Failure;

/// The flags that both programs take.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Print the workloads and backends as JSON, and measure nothing.
    #[arg(long)]
    pub list: bool,

    /// The workload to run.
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub workload: Option<String>,

    /// The map and backend to run it on.
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub backend: Option<String>,

    /// Take 30,000 keys instead of some 400,000; of a trace, the first operations.
    #[arg(long)]
    pub quick: bool,

    /// The file of keys that the workload keys-file reads: one a line, or CSV with --column.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,

    /// The recorded trace that the workload trace replays.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,

    /// The column of the file of keys that they are in, counted from 1: the file is CSV.
    #[arg(long, value_name = "N", requires = "keys")]
    pub column: Option<NonZeroUsize>,

    /// Count pauses that take more nanoseconds than this.
    #[arg(long, value_name = "NANOS", default_value_t = 10_000)]
    pub threshold: u64,

    /// Take so many keys; for tests.
    #[arg(long, value_name = "COUNT", hide = true, conflicts_with = "quick")]
    pub entries: Option<usize>,
}

/// What is to be measured, checked.
#[derive(Clone, Debug)]
pub struct Job {
    /// The workload.
    pub workload: &'static Workload,
    /// The map and backend.
    pub backend: Backend,
    /// How many keys.
    pub size: Size,
    /// The file of keys, or the trace, if the workload reads one.
    pub file: Option<PathBuf>,
    /// The column of that file, if it is CSV.
    pub column: Option<NonZeroUsize>,
    /// Nanoseconds that a pause may take without being counted.
    pub threshold: u64,
}

impl Args {
    /// Looks the names up.
    ///
    /// # Errors
    ///
    /// [`Failure::Refused`], if a name is missing or unknown.
    pub fn job(&self) -> Result<Job, Failure> {
        let workload = find(
            "workload",
            self.workload.as_deref(),
            Workload::find,
            Workload::ALL.iter().map(Workload::name),
        )?;
        let backend = find(
            "backend",
            self.backend.as_deref(),
            Backend::find,
            Backend::ALL.into_iter().map(Backend::name),
        )?;
        let size = match (self.entries, self.quick) {
            (Some(entries), _) => Size::Entries(entries),
            (None, true) => Size::Quick,
            (None, false) => Size::Full,
        };
        let named = if workload.needs_trace() { &self.trace } else { &self.keys };
        let file = named.clone().filter(|_| workload.needs_file());
        let (column, threshold) = (self.column, self.threshold);
        if workload.needs_trace() && !backend.is_ordered() {
            let (workload, backend) = (workload.name(), backend.name());
            let why = format!("workload {workload} needs an order, and {backend} has none");
            return Err(Failure::Refused(why));
        }
        Ok(Job { workload, backend, size, file, column, threshold })
    }
}

impl Job {
    /// Loads the keys.
    ///
    /// # Errors
    ///
    /// [`Failure::Refused`], if the workload reads a file and it is not named, cannot be read or
    /// has a bad line, or is a bad trace.
    pub fn load(&self) -> Result<Keys, Failure> {
        let loaded = match (self.file.as_deref(), self.column) {
            (Some(file), Some(column)) if !self.workload.needs_trace() => {
                self.workload.load_column(self.size, file, column)
            }
            (file, _) => self.workload.load(self.size, file),
        };
        loaded.map_err(|error| {
            let hint = match &self.file {
                None if self.workload.needs_trace() => ": --trace FILE",
                None if self.workload.needs_file() => ": --keys FILE",
                _ => "",
            };
            Failure::Refused(format!("{error}{hint}"))
        })
    }
}

fn find<T>(
    kind: &str,
    name: Option<&str>,
    lookup: impl FnOnce(&str) -> Option<T>,
    valid: impl Iterator<Item = &'static str>,
) -> Result<T, Failure> {
    let problem = match name {
        Some(name) => match lookup(name) {
            Some(found) => return Ok(found),
            None => format!("unknown {kind} `{}`", name.escape_debug()),
        },
        None => format!("no {kind} is named"),
    };
    let valid: Vec<_> = valid.collect();
    Err(Failure::Refused(format!("{problem}; valid: {}", valid.join(", "))))
}
