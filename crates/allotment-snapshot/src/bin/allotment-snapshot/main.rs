//! `allotment-snapshot`: looks into snapshots, and says where and why a file is damaged.

mod commands;
mod diff;
mod failure;
mod progress;
mod types;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// Look into snapshots: what they hold, and where and why one is damaged.
///
/// Exit codes: 0 all is well; 1 the files differ; 2 the command line cannot be used; 3 a file is
/// damaged, or is no snapshot; 4 a file could not be read, or the output not be written.
#[derive(Parser)]
#[command(name = "allotment-snapshot", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what a file holds, from its two ends
    Inspect { file: PathBuf },
    /// Read the whole of a file, and check all that can be checked
    Verify { file: PathBuf },
    /// Print the entries, a line each: key, tab, value
    Dump {
        file: PathBuf,
        /// Leave out so many entries first
        #[arg(long, value_name = "N", default_value_t = 0)]
        skip: u64,
        /// Print so many entries at most
        #[arg(long, value_name = "N")]
        limit: Option<u64>,
    },
    /// Print the entries that only one of two files has: `-` the first, `+` the second
    Diff {
        old: PathBuf,
        new: PathBuf,
        /// Only say how many they are
        #[arg(long)]
        quiet: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let done = run(&arguments.command, &mut out).and_then(|()| Ok(out.flush()?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Who reads the output has enough of it.
            if failure.is_closed_pipe() {
                return ExitCode::SUCCESS;
            }
            _ = out.flush();
            _ = writeln!(io::stderr(), "{failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: &Command, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        Command::Inspect { file } => commands::inspect(file, out),
        Command::Verify { file } => commands::verify(file, out),
        Command::Dump { file, skip, limit } => commands::dump(file, *skip, *limit, out),
        Command::Diff { old, new, quiet } => diff::diff(old, new, *quiet, out),
    }
}
