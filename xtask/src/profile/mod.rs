//! `cargo xtask profile`: what each backend costs on each workload, next to std.
//!
//! One process per (workload, backend), twice: once under dhat for the counts, once without it for
//! the times. The children speak in lines (see `metric`); this side collects, compares and prints.

mod catalog;
mod cell;
mod child;
mod compare;
mod metric;
mod render;
mod report;
mod schedule;
mod sheet;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::catalog::{Catalog, KEYS_WORKLOAD, TRACE_WORKLOAD};
use self::cell::{Cell, check_outcomes};
use self::child::{Binaries, Options, readable_keys, readable_trace};
use self::report::Report;
use self::sheet::Sheet;
use crate::host::Host;
use crate::workspace;

/// Measure every backend on every workload, with std's BTreeMap as the "before".
///
/// Prints a table per workload and writes report.json, summary.md and dhat's own files.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Flags {
    /// Use the small size of each workload: under a minute in all
    #[arg(long)]
    pub(crate) quick: bool,

    /// Measure this workload only (may be given several times; --list names them)
    #[arg(long = "workload", value_name = "NAME")]
    pub(crate) workloads: Vec<String>,

    /// Measure this backend only, beside std (may be given several times; --list names them)
    #[arg(long = "backend", value_name = "NAME")]
    pub(crate) backends: Vec<String>,

    /// Measure your own keys, one a line; alone unless --workload names others
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,

    /// Replay your own trace, recorded by `allotment-trace`; alone unless --workload names others
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,

    /// Write the report here [default: the build folder's `profile`]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// List workloads and backends, and measure nothing
    #[arg(long)]
    pub(crate) list: bool,
}

/// Builds the harness and runs it.
pub(crate) fn run(flags: &Flags) -> Result<()> {
    // Before the build: a wrong path should not cost a minute.
    let keys = flags.keys.as_deref().map(readable_keys).transpose()?;
    let trace = flags.trace.as_deref().map(readable_trace).transpose()?;
    let out = match &flags.out {
        Some(out) => out.clone(),
        None => workspace::metadata()?.target_directory.join("profile"),
    };
    run_with(&Binaries::build()?, flags, Options { quick: flags.quick, keys, trace, out })
}

fn run_with(binaries: &Binaries, flags: &Flags, options: Options) -> Result<()> {
    let catalog = binaries.catalog()?;
    if flags.list {
        print!("{}", catalog.describe());
        return Ok(());
    }
    let brought = [(KEYS_WORKLOAD, &options.keys), (TRACE_WORKLOAD, &options.trace)];
    let own: Vec<&str> =
        brought.iter().filter(|(_, file)| file.is_some()).map(|(name, _)| *name).collect();
    let picked = catalog.select(&flags.workloads, &flags.backends, &own)?;
    fs::create_dir_all(&options.out)
        .with_context(|| format!("cannot make the folder {}", options.out.display()))?;
    let host = Host::here();
    let mut cells = schedule::measure_all(binaries, &picked, &options)?;
    cells.chunks_mut(picked.backends.len()).for_each(check_outcomes);
    publish(&host, &picked, &cells, &options)?;

    let broken = cells.iter().filter(|cell| !cell.faults.is_empty()).count();
    if broken > 0 {
        bail!("{broken} of {} cells failed; the others stand", cells.len());
    }
    Ok(())
}

/// Prints the tables and writes the files.
fn publish(host: &Host, picked: &Catalog, cells: &[Cell], options: &Options) -> Result<()> {
    let by_workload = || picked.workloads.iter().zip(cells.chunks(picked.backends.len()));
    let sheets: Vec<Sheet> = by_workload().map(|(work, cells)| Sheet::new(work, cells)).collect();
    let faults: Vec<String> = cells.iter().flat_map(|cell| cell.faults.clone()).collect();

    println!("{}\n", host.sentence());
    for sheet in &sheets {
        println!("{}", render::terminal(sheet));
    }
    println!("{}", render::closing(&sheets));
    let leaks: Vec<&String> = sheets.iter().flat_map(|sheet| &sheet.leaks).collect();
    leaks.iter().for_each(|leak| println!("!!! {leak}"));
    faults.iter().for_each(|fault| eprintln!("FAILED {fault}"));

    let mut report = Report::new(host, options.quick);
    for ((workload, cells), sheet) in by_workload().zip(&sheets) {
        report.add(workload, cells, &sheet.verdict);
    }
    let json = serde_json::to_string_pretty(&report)? + "\n";
    write(&options.out.join("report.json"), &json)?;
    write(&options.out.join("summary.md"), &render::markdown(host, &sheets, &faults))?;
    println!("Report: {}", options.out.display());
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(all(test, unix))]
mod tests;
