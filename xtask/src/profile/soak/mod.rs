//! The long run: maps churn for minutes, each in a process of its own, and memory is watched.
//!
//! Not to be confused with `cargo xtask soak`, which runs tests of the trees at many times their
//! usual amount.

mod growth;
mod sample;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use comfy_table::Cell;
use serde::Serialize;

use self::growth::{CONFIDENCE, FLOOR, Growth, Slope};
use self::sample::{Sample, parse};
use super::catalog::Catalog;
use super::child::{Binaries, ChildError, Options};
use super::pace::in_words;
use crate::exit::{Alarm, Kind, Usage};
use crate::format::{ABSENT, grouped};
use crate::host::Host;
use crate::output;
use crate::parallel::{cores, in_parallel};
use crate::progress::Progress;
use crate::table::{right, ruled};

/// Raised when a field of `soak.json` changes its meaning or goes.
const VERSION: u32 = 1;

/// The backend whose memory grows with whatever churns, by design.
const TAKES_NOTHING_BACK: &str = "bumpalo";

/// The longest soak: a month.
const LONGEST: f64 = 31.0 * 24.0 * 60.0;

/// One backend that churned.
struct Run {
    workload: String,
    backend: String,
    /// The error is what went wrong.
    samples: Result<Vec<Sample>, String>,
}

/// What is found of a run that went well.
#[derive(Serialize)]
struct Finding<'a> {
    workload: &'a str,
    backend: &'a str,
    resident: Option<SlopeReport>,
    live: Option<SlopeReport>,
    grows: bool,
    samples: &'a [Sample],
}

#[derive(Serialize)]
struct SlopeReport {
    bytes_per_second: f64,
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    host: &'a Host,
    quick: bool,
    minutes: f64,
    confidence_percent: u8,
    floor_bytes_per_second: f64,
    runs: &'a [Finding<'a>],
}

/// Whether a length can be asked for.
pub(crate) fn check(minutes: Option<f64>) -> Result<(), Usage> {
    match minutes {
        Some(minutes) if !(minutes > 0.0 && minutes <= LONGEST) => {
            Err(Usage::new(format!("--soak takes minutes, above 0 and up to {LONGEST:.0}")))
        }
        _ => Ok(()),
    }
}

/// Churns for `minutes`: unless the user chose workloads, on the first only; unless backends, on
/// those that take blocks back.
pub(crate) fn run(
    binaries: &Binaries,
    mut picked: Catalog,
    minutes: f64,
    (chose_workloads, chose_backends): (bool, bool),
    options: &Options,
) -> Result<()> {
    if !chose_workloads {
        picked.workloads.truncate(1);
    }
    if !chose_backends {
        picked.backends.retain(|backend| backend.name != TAKES_NOTHING_BACK);
    }
    let host = Host::here();
    let runs = soak_all(binaries, &picked, minutes, options)?;
    let findings: Vec<Finding<'_>> = runs.iter().filter_map(Finding::of).collect();
    output::print(&format!("{}\n\n{}", host.sentence(), render(&findings, minutes)))?;
    let faults: Vec<String> = runs.iter().filter_map(fault).collect();
    faults.iter().for_each(|fault| output::note(&format!("FAILED {fault}")));
    let report = Report {
        version: VERSION,
        host: &host,
        quick: options.quick,
        minutes,
        confidence_percent: CONFIDENCE,
        floor_bytes_per_second: FLOOR,
        runs: &findings,
    };
    let path = options.out.join("soak.json");
    let json = serde_json::to_string_pretty(&report)? + "\n";
    fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
    output::print(&format!("Report: {}\n", path.display()))?;

    if options.interrupt.is_raised() {
        let line = "interrupted; what was sampled by then is written";
        return Err(Alarm::new(Kind::Interrupted, line).into());
    }
    if !faults.is_empty() {
        bail!("{} of {} soaks failed; the others stand", faults.len(), runs.len());
    }
    let growing: Vec<String> = findings.iter().filter_map(Finding::alarm).collect();
    match growing.is_empty() {
        true => Ok(()),
        false => {
            let line = format!("memory grows: {}", growing.join("; "));
            Err(Alarm::new(Kind::Leak, line).into())
        }
    }
}

/// Side by side: memory does not depend on what else the machine does.
fn soak_all(
    binaries: &Binaries,
    picked: &Catalog,
    minutes: f64,
    options: &Options,
) -> Result<Vec<Run>, Usage> {
    let seconds = (minutes * 60.0).ceil() as u64;
    let names = |workload: &str| {
        let pair = |backend: &super::catalog::Backend| (workload.to_owned(), backend.name.clone());
        picked.backends.iter().map(pair).collect::<Vec<_>>()
    };
    let jobs: Vec<(String, String)> =
        picked.workloads.iter().flat_map(|workload| names(&workload.name)).collect();
    let rounds = jobs.len().div_ceil(cores()) as u64;
    let whole = Duration::from_secs(seconds * rounds);
    let (progress, begun) = (Progress::new(jobs.len()), Instant::now());
    let soak = |(workload, backend): &(String, String)| {
        let left = in_words(whole.saturating_sub(begun.elapsed()));
        progress.begin(&format!("soak {workload}/{backend}, {left} left"));
        let said = binaries.soak(workload, backend, seconds, options);
        progress.end();
        said
    };
    let ends = |said: &Result<String, ChildError>| {
        matches!(said, Err(ChildError::Refused(_) | ChildError::Interrupted))
    };
    let answers = in_parallel(cores(), &jobs, soak, ends);
    let mut runs = Vec::new();
    for ((workload, backend), answer) in jobs.into_iter().zip(answers) {
        let samples = match answer {
            None | Some(Err(ChildError::Interrupted)) => continue,
            Some(Err(ChildError::Refused(line))) => return Err(Usage::verbatim(line)),
            Some(Err(ChildError::Failed(why))) => Err(why),
            // Ended before it had said anything.
            Some(Ok(said)) if options.interrupt.is_raised() && said.is_empty() => continue,
            Some(Ok(said)) => parse(&said),
        };
        runs.push(Run { workload, backend, samples });
    }
    Ok(runs)
}

fn fault(run: &Run) -> Option<String> {
    let why = run.samples.as_ref().err()?;
    Some(format!("{}/{} (soak): {why}", run.workload, run.backend))
}

impl Finding<'_> {
    fn of(run: &Run) -> Option<Finding<'_>> {
        let samples = run.samples.as_ref().ok()?;
        let column = |of: fn(&Sample) -> Option<u64>| -> Vec<(f64, f64)> {
            let point = |sample: &Sample| Some((sample.seconds, of(sample)? as f64));
            samples.iter().filter_map(point).collect()
        };
        let resident = Growth::of(&column(|sample| Some(sample.resident_bytes)));
        let live = Growth::of(&column(|sample| sample.live_bytes));
        let report =
            |growth: Growth| {
                growth.slope().map(|Slope { per_second: bytes_per_second, low, high }| {
                    SlopeReport { bytes_per_second, low, high }
                })
            };
        let grows = [resident, live].iter().any(|growth| matches!(growth, Growth::Found(_)));
        Some(Finding {
            workload: &run.workload,
            backend: &run.backend,
            resident: report(resident),
            live: report(live),
            grows,
            samples,
        })
    }

    /// Who grows and by how much.
    fn alarm(&self) -> Option<String> {
        let slopes = [("resident", &self.resident), ("live", &self.live)];
        let told = |(what, slope): (&str, &Option<SlopeReport>)| {
            let slope = slope.as_ref().filter(|slope| slope.low > FLOOR)?;
            Some(format!("{what} {}", slope.text()))
        };
        let told: Vec<String> = slopes.into_iter().filter_map(told).collect();
        let (workload, backend) = (self.workload, self.backend);
        self.grows.then(|| format!("{workload}/{backend}, {}", told.join(", ")))
    }
}

impl SlopeReport {
    fn text(&self) -> String {
        let SlopeReport { bytes_per_second, low, high } = self;
        format!("{bytes_per_second:+.0} B/s ({low:.0} to {high:.0})")
    }
}

fn render(findings: &[Finding<'_>], minutes: f64) -> String {
    let mut table = ruled();
    let heads = ["samples", "resident, last", "resident grows by", "live grows by"];
    let heads = heads.iter().map(|head| right(head));
    table.set_header([Cell::new("")].into_iter().chain(heads).chain([Cell::new("")]));
    for finding in findings {
        let slope = |slope: &Option<SlopeReport>| {
            slope.as_ref().map_or(ABSENT.to_owned(), SlopeReport::text)
        };
        let last = finding
            .samples
            .last()
            .map_or(ABSENT.to_owned(), |sample| format!("{} B", grouped(sample.resident_bytes)));
        let figures = [
            grouped(finding.samples.len() as u64),
            last,
            slope(&finding.resident),
            slope(&finding.live),
        ];
        let verdict = match (&finding.resident, finding.grows) {
            (_, true) => "GROWS",
            (None, _) => "too short to tell",
            _ => "steady",
        };
        let name = format!("{}/{}", finding.workload, finding.backend);
        let figures = figures.iter().map(|text| right(text));
        table.add_row([Cell::new(name)].into_iter().chain(figures).chain([Cell::new(verdict)]));
    }
    let table = table.trim_fmt();
    format!(
        "Churn for {minutes} min on each backend\n{table}\n\
         Slopes are Theil and Sen's, over the time after the first quarter, with {CONFIDENCE}% \
         intervals.\nMemory grows where the interval lies above {FLOOR:.0} B/s, in the later half \
         alone too.\n"
    )
}
