//! Counts what one workload on one backend asks for, and what reaches the heap.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use allotment_profile::{
    Args, Failure, HeapBooks, SnapshotBooks, catalog, measure_heap, plant_leak, print, run_program,
};
use allotment_workload::Script;

#[global_allocator]
static GLOBAL: dhat::Alloc = dhat::Alloc;

/// Counts what one workload on one backend asks for, and what reaches the heap.
#[derive(clap::Parser)]
struct HeapArgs {
    #[command(flatten)]
    common: Args,

    /// Where to write dhat's own JSON, for its viewer.
    #[arg(long, value_name = "FILE")]
    dhat_out: Option<PathBuf>,

    /// Leak a block in the middle of the run; for tests.
    #[arg(long, hide = true)]
    plant_leak: bool,
}

fn main() -> ExitCode {
    run_program(|args: HeapArgs| {
        if args.common.list {
            return print(&format!("{}\n", catalog()));
        }
        let job = args.common.job()?;
        let keys = job.load()?;
        let script = Script::new(&keys);
        if let Some(path) = &args.dhat_out {
            check_writable(path)?;
        }

        if args.plant_leak {
            plant_leak();
        }
        let books = HeapBooks::new(&script);
        // Those that are not ours have no snapshots.
        let has_snapshot = job.workload.has_snapshot() && job.backend.takes_allocator();
        let snapshot = if has_snapshot { SnapshotBooks::new(&script) } else { None };
        let profiler = start(args.dhat_out.as_deref());
        let run = measure_heap(&script, job.backend, books);
        let snapshot = snapshot.map(SnapshotBooks::measure).transpose()?;
        finish(profiler, args.dhat_out.as_deref())?;
        let mut report = run.report();
        if let Some(snapshot) = snapshot {
            snapshot.report(&mut report);
        }
        print(&report.to_string())
    })
}

/// Frames of a stack that are kept: enough to get from an allocator to the step of a script.
const FRAMES: usize = 24;

/// Starts the profiler. It writes a file only if there is one to write.
fn start(path: Option<&Path>) -> dhat::Profiler {
    let builder = dhat::Profiler::builder().trim_backtraces(Some(FRAMES));
    match path {
        Some(path) => builder.file_name(path).build(),
        None => builder.testing().build(),
    }
}

/// Has dhat write its file, and checks that it did: dhat only mentions a failure in passing, and
/// panics if it cannot mention it.
fn finish(profiler: dhat::Profiler, path: Option<&Path>) -> Result<(), Failure> {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(profiler)));
    let Some(path) = path else { return Ok(()) };
    let written = fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0);
    if written {
        Ok(())
    } else {
        let why = if dropped.is_err() { "dhat panicked" } else { "dhat wrote nothing" };
        Err(Failure::Broken(format!("{}: {why}", path.display())))
    }
}

/// Finds out early whether the file can be written. It is left empty.
fn check_writable(path: &Path) -> Result<(), Failure> {
    match File::create(path) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(Failure::Refused(format!("{}: cannot be written: {error}", path.display())))
        }
    }
}
