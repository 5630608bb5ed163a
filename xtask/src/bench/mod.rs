//! `cargo xtask bench`: our map beside std's and its peers, row by row.
//!
//! One process for each table and size; inside of it the contenders take turns round by round. This
//! side picks, collects, compares and prints.

mod catalog;
mod child;
mod document;
mod outcome;
mod render;
mod report;
mod sheet;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::catalog::{Job, Wish};
use self::child::Programs;
use self::outcome::Outcome;
use self::report::Report;
use self::sheet::Sheet;
use crate::exit::Usage;
use crate::format::grouped;
use crate::host::Host;
use crate::progress::Progress;
use crate::table::wrapped;
use crate::{output, workspace};

/// Where the tables go.
const PAGE: &str = "docs/performance.md";

/// Compare our map with std's BTreeMap and its peers, in time and in bytes.
///
/// Prints the tables; everything takes about ten minutes on a quiet machine. A run without --quick,
/// --filter, --size, --rounds and --native also writes them to docs/performance.md, all but those
/// that failed.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Flags {
    /// Small maps and few rounds: about a minute
    #[arg(long)]
    pub(crate) quick: bool,

    /// Only rows whose `table: name` contains this, or else contenders (may be given several times)
    #[arg(long = "filter", value_name = "TEXT")]
    pub(crate) filters: Vec<String>,

    /// Maps of so many entries, in place of each table's usual ones (may be given several times)
    #[arg(long = "size", value_name = "N", value_parser = entries)]
    pub(crate) sizes: Vec<usize>,

    /// How often every contender runs each row [default: 3 to 15, by the size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,

    /// Write the tables to docs/performance.md too, in place of those of the same name and size;
    /// none may lack a row or a contender
    #[arg(long, conflicts_with_all = ["quick", "rounds", "native"])]
    pub(crate) write: bool,

    /// Write every figure of every round to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Build everything, peers too, for the very processor of this machine
    #[arg(long)]
    pub(crate) native: bool,
}

/// As many as the measuring programs take.
fn entries(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(entries @ 16..=1_000_000_000) => Ok(entries),
        Ok(_) => Err("16 to 1000000000 entries can be measured".to_owned()),
        Err(error) => Err(format!("{error}")),
    }
}

/// What a job gave.
struct Finished {
    job: Job,
    outcomes: Vec<Outcome>,
    fault: Option<String>,
}

/// Builds the measuring programs and runs them.
pub(crate) fn run(flags: &Flags) -> Result<()> {
    // Before the build: a wrong path should not cost minutes.
    if let Some(path) = &flags.json {
        output::writable(path)?;
    }
    let programs = Programs::build(flags.native)?;
    let page = workspace::root().join(PAGE);
    run_with(&programs, flags, &page, &child::peers()?)
}

fn run_with(programs: &Programs, flags: &Flags, page: &Path, peers: &str) -> Result<()> {
    let wish = Wish {
        quick: flags.quick,
        filters: flags.filters.clone(),
        sizes: flags.sizes.clone(),
        rounds: flags.rounds,
    };
    let jobs = wish.jobs(&programs.catalogs()?)?;
    if flags.write
        && let Some(part) = jobs.iter().find(|job| !job.whole)
    {
        let why = format!("cannot write `{}` to {PAGE}: it is not whole", part.table.name);
        return Err(Usage::new(why).into());
    }
    let host = Host::here();
    let finished = measure(programs, jobs, &wish);

    let native = if flags.native { "; built with target-cpu=native" } else { "" };
    let circumstances = format!("{}; {peers}{native}.", host.sentence());
    let sheet = |one: &Finished| Sheet::new(&one.job.table, one.job.size, &one.outcomes);
    let sheets: Vec<Sheet> = finished.iter().map(sheet).collect();
    output::print(&text(&circumstances, &sheets))?;
    if let Some(path) = &flags.json {
        let mut report = Report::new(&host, flags.native, peers);
        for one in &finished {
            report.add(&one.job, &one.outcomes, one.fault.as_deref());
        }
        let json = serde_json::to_string_pretty(&report)? + "\n";
        fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if flags.write || wish.is_full() && !flags.native {
        let sound = finished.iter().zip(&sheets).filter(|(one, _)| one.fault.is_none());
        let tables: Vec<_> = sound.map(|(one, sheet)| (&one.job, sheet)).collect();
        document::update(page, &circumstances, &tables)?;
        output::print(&format!("Written: {} tables, {}\n", tables.len(), page.display()))?;
    }
    let faults: Vec<&String> = finished.iter().filter_map(|one| one.fault.as_ref()).collect();
    faults.iter().for_each(|fault| output::note(&format!("FAILED {fault}")));
    if !faults.is_empty() {
        bail!("{} of {} tables failed", faults.len(), finished.len());
    }
    Ok(())
}

/// Runs the jobs one after the other: no process of ours runs beside one that takes the time.
fn measure(programs: &Programs, jobs: Vec<Job>, wish: &Wish) -> Vec<Finished> {
    let progress = Progress::new(jobs.iter().map(|job| job.table.rows.len()).sum());
    let run = |job: Job| {
        let begin = |row: usize| {
            if let Some(row) = job.table.rows.get(row) {
                let (table, size) = (&job.table.name, grouped(job.size as u64));
                progress.begin(&format!("{table}, {size} entries: {}", row.name));
            }
        };
        let mut outcomes = Vec::new();
        begin(0);
        let ended = programs.run(&job, wish, |outcome| {
            outcomes.push(outcome);
            progress.end();
            begin(outcomes.len());
        });
        let rows = || job.table.rows.iter().map(|row| &row.name);
        let fault = match ended {
            Ok(()) if rows().eq(outcomes.iter().map(|outcome| &outcome.row)) => None,
            Ok(()) => Some("its rows are not those that were asked for".to_owned()),
            Err(why) => Some(why),
        };
        let place = format!("{}, {} entries", job.table.name, grouped(job.size as u64));
        Finished { fault: fault.map(|why| format!("{place}: {why}")), job, outcomes }
    };
    jobs.into_iter().map(run).collect()
}

/// All that is printed.
fn text(circumstances: &str, sheets: &[Sheet]) -> String {
    let mut text = format!("{}\n{}\n", wrapped(circumstances), render::LEGEND);
    text.extend(sheets.iter().map(|sheet| render::terminal(sheet) + "\n"));
    for sheet in sheets {
        text += &wrapped(&format!("- {}: {}", sheet.name, sheet.verdict));
    }
    text
}

#[cfg(all(test, unix))]
mod tests;
