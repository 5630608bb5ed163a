//! Takes the time of one workload on one backend, and of its longest pauses.

use std::process::ExitCode;
use std::time::Duration;

use allotment_profile::{Args, Failure, catalog, measure_time, print, run_program, soak};
use allotment_workload::Script;

/// Takes the time of one workload on one backend, and of its longest pauses.
#[derive(clap::Parser)]
struct TimeArgs {
    #[command(flatten)]
    common: Args,

    /// Churn for so long instead, and print how much memory is held.
    #[arg(long, value_name = "SECONDS")]
    soak: Option<u64>,

    /// Leak so many bytes with every sample of the soak; for tests.
    #[arg(long, value_name = "BYTES", hide = true, requires = "soak", default_value_t = 0)]
    plant_growth: usize,
}

fn main() -> ExitCode {
    run_program(|args: TimeArgs| {
        if args.common.list {
            return print(&format!("{}\n", catalog()));
        }
        let job = args.common.job()?;
        let keys = job.load()?;
        if let Some(seconds) = args.soak {
            if job.workload.needs_trace() {
                let why = "a trace has no churn phase that could be repeated";
                return Err(Failure::Refused(why.to_owned()));
            }
            let length = Duration::from_secs(seconds);
            return soak(&Script::new(&keys), job.backend, length, args.plant_growth);
        }
        let report = measure_time(&Script::new(&keys), job.backend, job.threshold)?;
        print(&report.to_string())
    })
}
