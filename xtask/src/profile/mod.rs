//! `cargo xtask profile`: what each backend costs on each workload, next to std.
//!
//! One process per (workload, backend), twice: once under dhat for the counts, once without it for
//! the times. The children speak in lines (see `metric`); this side collects, compares and prints.

mod catalog;
mod cell;
mod child;
mod compare;
mod dhat;
mod flame;
mod frame;
mod hotspots;
mod json;
mod metric;
mod page;
mod render;
mod report;
mod schedule;
mod sheet;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::catalog::Catalog;
use self::cell::{Cell, check_outcomes, read_hotspots};
use self::child::{Binaries, Options, readable_keys};
use self::report::Report;
use self::sheet::Sheet;
use crate::host::Host;
use crate::workspace;

/// Measure every backend on every workload, with std's BTreeMap as the "before".
///
/// Prints a table per workload and writes report.html, report.json, summary.md, and per cell
/// dhat's own file and collapsed stacks.
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

    /// Write the report here [default: the build folder's `profile`]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Print the largest call sites of each cell, ranked in four ways
    #[arg(long)]
    pub(crate) hotspots: bool,

    /// List workloads and backends, and measure nothing
    #[arg(long)]
    pub(crate) list: bool,
}

/// Builds the harness and runs it.
pub(crate) fn run(flags: &Flags) -> Result<()> {
    // Before the build: a wrong path should not cost a minute.
    let keys = flags.keys.as_deref().map(readable_keys).transpose()?;
    let out = match &flags.out {
        Some(out) => out.clone(),
        None => workspace::metadata()?.target_directory.join("profile"),
    };
    run_with(
        &Binaries::build()?,
        flags,
        Options { quick: flags.quick, hotspots: flags.hotspots, keys, out },
    )
}

fn run_with(binaries: &Binaries, flags: &Flags, options: Options) -> Result<()> {
    let catalog = binaries.catalog()?;
    if flags.list {
        print!("{}", catalog.describe());
        return Ok(());
    }
    let picked = catalog.select(&flags.workloads, &flags.backends, options.keys.is_some())?;
    fs::create_dir_all(&options.out)
        .with_context(|| format!("cannot make the folder {}", options.out.display()))?;
    let host = Host::here();
    let mut cells = schedule::measure_all(binaries, &picked, &options)?;
    cells.chunks_mut(picked.backends.len()).for_each(check_outcomes);
    read_hotspots(&mut cells, &options.out);
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
    if options.hotspots {
        println!("{}", render::hotspots(cells));
    }
    let leaks = sheets.iter().flat_map(|sheet| &sheet.leaks);
    leaks.for_each(|leak| println!("!!! {}", leak.line));
    faults.iter().for_each(|fault| eprintln!("FAILED {fault}"));

    let mut report = Report::new(host, options.quick);
    for ((workload, cells), sheet) in by_workload().zip(&sheets) {
        report.add(workload, cells, &sheet.verdict);
    }
    write(&options.out.join("report.json"), &report.to_json()?)?;
    write(&options.out.join("report.html"), &page::render(&serde_json::to_value(&report)?, None)?)?;
    for cell in cells {
        let sites = cell.hotspots.iter().map(|hotspots| flame::collapsed(hotspots.sites()));
        for stacks in sites {
            write(&collapsed_file(&options.out, cell), &stacks)?;
        }
    }
    write(&options.out.join("summary.md"), &render::markdown(host, &sheets, &faults))?;
    println!("Report: {}", options.out.display());
    Ok(())
}

/// Where the stacks of a cell at its peak go, for other tools.
fn collapsed_file(out: &Path, cell: &Cell) -> PathBuf {
    out.join(format!("collapsed-{}-{}.txt", cell.workload, cell.backend))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(all(test, unix))]
mod tests;
