//! Takes the time of one workload on one backend, and of its longest pauses.

use std::process::ExitCode;

use allotment_profile::{Args, catalog, measure_time, print, run_program};
use allotment_workload::Script;

/// Takes the time of one workload on one backend, and of its longest pauses.
#[derive(clap::Parser)]
struct TimeArgs {
    #[command(flatten)]
    common: Args,
}

fn main() -> ExitCode {
    run_program(|args: TimeArgs| {
        if args.common.list {
            return print(&format!("{}\n", catalog()));
        }
        let job = args.common.job()?;
        let keys = job.load()?;
        let report = measure_time(&Script::new(&keys), job.backend, job.threshold)?;
        print(&report.to_string())
    })
}
