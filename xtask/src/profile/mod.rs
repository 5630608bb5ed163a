//! `cargo xtask profile`: what each backend costs on each workload, next to std.
//!
//! One process per (workload, backend), twice: once under dhat for the counts, once without it for
//! the times. The children speak in lines (see `metric`); this side collects, compares and prints.

mod advice;
mod against;
mod baseline;
mod catalog;
mod cell;
mod changes;
mod child;
mod compare;
mod dhat;
mod difference;
mod flame;
mod frame;
mod gate;
mod hotspots;
mod interrupt;
mod json;
mod metric;
mod pace;
mod page;
mod render;
mod report;
mod schedule;
mod sheet;
mod soak;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::against::{Against, Revision, Rival};
use self::baseline::{Baselines, Past};
use self::catalog::{Catalog, KEYS_WORKLOAD, TRACE_WORKLOAD, Workload};
use self::cell::{Cell, check_outcomes, read_hotspots};
use self::child::{Binaries, Options, readable_keys, readable_trace};
use self::difference::Comparison;
use self::gate::{Gate, Verdict, bless};
use self::interrupt::Interrupt;
pub(crate) use self::page::render as render_page;
use self::report::Report;
use self::schedule::{Side, measure_all};
use self::sheet::Sheet;
use crate::exit::{Alarm, Kind, Usage};
use crate::host::Host;
use crate::{output, workspace};

/// Measure every backend on every workload, with std's BTreeMap as the "before".
///
/// Prints a table per workload and writes report.html, report.json, summary.md, and per cell
/// dhat's own file and collapsed stacks. Exit codes: 1 a wrong outcome or a child that died, 2
/// usage, 3 a limit of the gate, 4 a leak or growth, 130 interrupted.
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

    /// Take the keys from this column of a file with commas, from 1 on
    #[arg(long, value_name = "N", requires = "keys")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) column: Option<u32>,

    /// Replay your own trace, recorded by `allotment-trace`; alone unless --workload names others
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,

    /// Count operations that take longer than this as pauses
    #[arg(long, value_name = "NANOS")]
    pub(crate) threshold: Option<u64>,

    /// Run so many timing processes of each cell, and put their samples together [default: 1]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: Option<u32>,

    /// Write the report here [default: the build folder's `profile`]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Keep the report by this name, to compare later runs with
    #[arg(long, value_name = "NAME")]
    pub(crate) save_baseline: Option<String>,

    /// Compare with the report of this name
    #[arg(long, value_name = "NAME", conflicts_with = "against")]
    pub(crate) baseline: Option<String>,

    /// Build and measure this revision too, and compare with it
    #[arg(long, value_name = "REVISION")]
    pub(crate) against: Option<String>,

    /// Hold the figures against the limits in this TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) gate: Option<PathBuf>,

    /// Rewrite the limits with the figures of this run instead
    #[arg(long, requires = "gate")]
    pub(crate) bless: bool,

    /// Churn for so many minutes on each backend instead, and find out whether memory grows
    #[arg(long, value_name = "MINUTES")]
    #[arg(conflicts_with_all = ["repeat", "save_baseline", "baseline", "against", "gate"])]
    #[arg(conflicts_with_all = ["trace", "threshold", "hotspots"])]
    pub(crate) soak: Option<f64>,

    /// Print the largest call sites of each cell, ranked in four ways
    #[arg(long)]
    pub(crate) hotspots: bool,

    /// List workloads and backends, and measure nothing
    #[arg(long, conflicts_with = "against")]
    pub(crate) list: bool,
}

/// What is looked up before anything is built: a wrong name should not cost a minute.
struct Early {
    baselines: Baselines,
    past: Option<Past>,
    /// The text of the gate file.
    gate: Option<(PathBuf, String)>,
}

impl Early {
    fn look_up(flags: &Flags, baselines: Baselines) -> Result<Early, Usage> {
        if let Some(name) = &flags.save_baseline {
            baselines.path(name)?;
        }
        let past = flags.baseline.as_ref().map(|name| baselines.load(name, flags.quick));
        let read = |path: &PathBuf| match fs::read_to_string(path) {
            Ok(text) => Ok((path.clone(), text)),
            Err(error) => {
                Err(Usage::new(format!("cannot read the gate `{}`: {error}", path.display())))
            }
        };
        let (past, gate) = (past.transpose()?, flags.gate.as_ref().map(read).transpose()?);
        soak::check(flags.soak)?;
        Ok(Early { baselines, past, gate })
    }
}

/// Builds the harness and runs it.
pub(crate) fn run(flags: &Flags) -> Result<()> {
    let interrupt = Interrupt::default();
    let _listening = interrupt.listen()?;
    let result = build_and_run(flags, interrupt.clone());
    result.map_err(|error| match interrupt.is_raised() && !error.is::<Alarm>() {
        // Ctrl-C ends git and cargo too, which are then said to have failed.
        true => Alarm::new(Kind::Interrupted, format!("interrupted: {error:#}")).into(),
        false => error,
    })
}

fn build_and_run(flags: &Flags, interrupt: Interrupt) -> Result<()> {
    let keys = flags.keys.as_deref().map(readable_keys).transpose()?;
    let trace = flags.trace.as_deref().map(readable_trace).transpose()?;
    let target = workspace::metadata()?.target_directory;
    let out = flags.out.clone().unwrap_or_else(|| target.join("profile"));
    let early = Early::look_up(flags, Baselines::new(target.join("profile/baselines")))?;
    let find = |name: &String| Revision::find(workspace::root(), name);
    let revision = flags.against.as_ref().map(find).transpose()?;

    let binaries = Binaries::build()?;
    let prepare = |revision: &Revision| {
        Against::prepare(workspace::root(), &target.join("against"), revision)
    };
    let against = revision.as_ref().map(prepare).transpose()?;
    let Flags { quick, hotspots, column, threshold, .. } = *flags;
    let options = Options { quick, hotspots, keys, trace, column, threshold, out, interrupt };
    run_with(&binaries, flags, options, early, against.as_ref().map(|against| &against.rival))
}

fn run_with(
    binaries: &Binaries,
    flags: &Flags,
    options: Options,
    early: Early,
    rival: Option<&Rival>,
) -> Result<()> {
    let catalog = binaries.catalog()?;
    if flags.list {
        return output::print(&catalog.describe());
    }
    let brought = [(KEYS_WORKLOAD, &options.keys), (TRACE_WORKLOAD, &options.trace)];
    let own: Vec<&str> =
        brought.iter().filter(|(_, file)| file.is_some()).map(|(name, _)| *name).collect();
    let mut picked = catalog.select(&flags.workloads, &flags.backends, &own)?;
    let gate = early.gate.map(|(path, text)| Gate::parse(&path, text, &catalog)).transpose()?;
    if let Some(gate) = &gate {
        gate.check_run(options.quick, early.past.is_some() || rival.is_some())?;
    }
    make_folder(&options.out)?;
    if let Some(minutes) = flags.soak {
        let chose = (!flags.workloads.is_empty(), !flags.backends.is_empty());
        return soak::run(binaries, picked, minutes, chose, &options);
    }
    let host = Host::here();
    let (mut cells, past) = measure(binaries, &picked, flags, &options, rival.zip(Some(&host)))?;
    let past = past.or(early.past);
    if let Some(past) = &past {
        make_folder(&options.out.join(BEFORE))?;
        let json = serde_json::to_string_pretty(&past.report)? + "\n";
        write(&options.out.join(BEFORE).join("report.json"), &json)?;
    }
    cells.chunks_mut(picked.backends.len()).for_each(check_outcomes);
    read_hotspots(&mut cells, &options.out);
    let is_whole = !options.interrupt.is_raised();
    keep_measured(&mut picked, &mut cells);

    let before = past.as_ref().map_or(&[][..], |past| &past.cells);
    let wanted = gate.as_ref().filter(|_| is_whole && !flags.bless);
    // An error in the file is told when everything else is.
    let verdict = wanted.map(|gate| gate.check(&cells, before)).transpose();
    let comparison =
        past.as_ref().map(|past| (past.title.as_str(), Comparison::new(&past.cells, &cells)));
    let findings = Findings {
        before: past.as_ref().map(|past| &past.report),
        comparison,
        verdict: verdict.as_ref().ok().and_then(Option::as_ref),
    };
    publish(&host, &picked, &cells, &findings, &options)?;

    let broken = cells.iter().filter(|cell| !cell.faults.is_empty()).count();
    if is_whole && broken == 0 {
        let is_clean = cells.iter().all(|cell| cell.leaked_blocks().is_none());
        // A leak is nothing to take for granted from now on.
        if let Some(gate) = gate.as_ref().filter(|_| flags.bless && is_clean) {
            rewrite(gate, &catalog, &cells)?;
        }
        if let Some(name) = &flags.save_baseline {
            let report = options.out.join("report.json");
            let json = fs::read_to_string(&report)
                .with_context(|| format!("cannot read {}", report.display()))?;
            let path = early.baselines.save(name, &json)?;
            output::print(&format!("Baseline `{name}`: {}\n", path.display()))?;
        }
    } else if flags.bless || flags.save_baseline.is_some() {
        output::note("limits and baselines stay as they are: the run is not whole");
    }
    finish(&cells, is_whole, verdict)
}

/// The part of the report's folder for what it is compared with.
const BEFORE: &str = "before";

/// Measures; beside this revision the other one, on the same machine, if there is one.
fn measure(
    binaries: &Binaries,
    picked: &Catalog,
    flags: &Flags,
    options: &Options,
    rival: Option<(&Rival, &Host)>,
) -> Result<(Vec<Cell>, Option<Past>)> {
    let out = options.out.join(BEFORE);
    let rivals_options = Options { out: out.clone(), ..options.clone() };
    let mut sides = vec![Side { binaries, catalog: picked, options }];
    if let Some((Rival { binaries, catalog, .. }, _)) = rival {
        make_folder(&out)?;
        sides.push(Side { binaries, catalog, options: &rivals_options });
    }
    let repeat = flags.repeat.unwrap_or(1) as usize;
    let mut measured = measure_all(&sides, picked, repeat)?.into_iter();
    let cells = measured.next().expect("there is a first side");
    let Some(((rival, host), mut before)) = rival.zip(measured.next()) else {
        return Ok((cells, None));
    };
    read_hotspots(&mut before, &out);
    let faults = before.iter().flat_map(|cell| &cell.faults);
    faults.for_each(|fault| output::note(&format!("{}: {fault}", rival.title)));
    let host = Host { revision: rival.hash.clone(), dirty: Some(false), ..host.clone() };
    let sheets = sheets(picked, &before);
    let report = serde_json::to_value(report(&host, picked, &before, &sheets, options.quick))?;
    Ok((cells, Some(Past { title: rival.title.clone(), cells: before, report })))
}

/// Leaves out the workloads of which nothing was measured before an interruption.
fn keep_measured(picked: &mut Catalog, cells: &mut Vec<Cell>) {
    let has_any = |name: &str| cells.iter().any(|cell| cell.workload == name && !cell.is_empty());
    picked.workloads.retain(|workload| has_any(&workload.name));
    cells.retain(|cell| picked.workloads.iter().any(|workload| workload.name == cell.workload));
}

/// Puts today's figures into the gate file.
fn rewrite(gate: &Gate, catalog: &Catalog, cells: &[Cell]) -> Result<()> {
    let blessed = bless(gate, catalog, cells)?;
    if blessed.text != gate.text {
        write(&gate.path, &blessed.text)?;
    }
    let (changed, added, path) = (blessed.changed, blessed.added, gate.path.display());
    output::print(&format!("Blessed: {changed} limits changed and {added} added in {path}\n"))
}

/// The end of a run, and with it the exit code: of all that is wrong the gravest.
fn finish(cells: &[Cell], is_whole: bool, verdict: Result<Option<Verdict>, Usage>) -> Result<()> {
    if !is_whole {
        let line = "interrupted; what was measured by then is written";
        return Err(Alarm::new(Kind::Interrupted, line).into());
    }
    let broken = cells.iter().filter(|cell| !cell.faults.is_empty()).count();
    if broken > 0 {
        bail!("{broken} of {} cells failed; the others stand", cells.len());
    }
    let verdict = verdict?;
    let leaky = |cell: &&Cell| cell.leaked_blocks().is_some();
    let leaky: Vec<String> = cells
        .iter()
        .filter(leaky)
        .map(|cell| format!("{}/{}", cell.workload, cell.backend))
        .collect();
    if !leaky.is_empty() {
        return Err(Alarm::new(Kind::Leak, format!("leaks in {}", leaky.join(", "))).into());
    }
    match verdict {
        Some(verdict) if !verdict.holds() => {
            let broken = verdict.lines().count();
            let line = format!("{broken} of {} limits do not hold", verdict.checked);
            Err(Alarm::new(Kind::Gate, line).into())
        }
        _ => Ok(()),
    }
}

/// What a run found beyond its own figures.
struct Findings<'a> {
    /// The report that it is compared with.
    before: Option<&'a Value>,
    /// With the name of what it is compared with.
    comparison: Option<(&'a str, Comparison)>,
    verdict: Option<&'a Verdict>,
}

impl Findings<'_> {
    /// The lines of the gate, the worst first, and each limit that nothing was compared for.
    fn gate_lines(&self) -> String {
        let lines = self.verdict.into_iter().flat_map(Verdict::lines).map(str::to_owned);
        let apart = self.verdict.into_iter().flat_map(Verdict::not_compared);
        let apart = apart.map(|line| format!("not compared: {line}"));
        lines.chain(apart).map(|line| line + "\n").collect()
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        let lines = self.gate_lines();
        if !lines.is_empty() {
            let items: String = lines.lines().map(|line| format!("- {line}\n")).collect();
            let holds = self.verdict.is_none_or(Verdict::holds);
            let title = if holds { "Limits not compared" } else { "Limits that do not hold" };
            text += &format!("\n## {title}\n\n{items}");
        }
        if let Some((title, comparison)) = &self.comparison {
            text += &changes::markdown(title, comparison);
        }
        text
    }
}

/// Workloads with their cells.
fn by_workload<'a>(
    picked: &'a Catalog,
    cells: &'a [Cell],
) -> impl Iterator<Item = (&'a Workload, &'a [Cell])> {
    picked.workloads.iter().zip(cells.chunks(picked.backends.len()))
}

fn sheets(picked: &Catalog, cells: &[Cell]) -> Vec<Sheet> {
    by_workload(picked, cells).map(|(workload, cells)| Sheet::new(workload, cells)).collect()
}

fn report<'a>(
    host: &'a Host,
    picked: &'a Catalog,
    cells: &'a [Cell],
    sheets: &'a [Sheet],
    quick: bool,
) -> Report<'a> {
    let mut report = Report::new(host, quick);
    for ((workload, cells), sheet) in by_workload(picked, cells).zip(sheets) {
        report.add(workload, cells, &sheet.verdict, &sheet.advice);
    }
    report
}

/// Prints the tables and writes the files.
fn publish(
    host: &Host,
    picked: &Catalog,
    cells: &[Cell],
    findings: &Findings<'_>,
    options: &Options,
) -> Result<()> {
    let sheets = sheets(picked, cells);
    let faults: Vec<String> = cells.iter().flat_map(|cell| cell.faults.clone()).collect();

    let mut text = format!("{}{}\n\n", findings.gate_lines(), host.sentence());
    text.extend(sheets.iter().map(|sheet| render::terminal(sheet) + "\n"));
    if let Some((title, comparison)) = &findings.comparison {
        text += &format!("{}\n", changes::terminal(title, comparison));
    }
    text += &format!("{}\n", render::closing(&sheets));
    if options.hotspots {
        text += &format!("{}\n", render::hotspots(cells));
    }
    let leaks = sheets.iter().flat_map(|sheet| &sheet.leaks);
    text.extend(leaks.map(|leak| format!("!!! {}\n", leak.line)));
    output::print(&text)?;
    faults.iter().for_each(|fault| output::note(&format!("FAILED {fault}")));

    let report = report(host, picked, cells, &sheets, options.quick);
    write(&options.out.join("report.json"), &report.to_json()?)?;
    let page = render_page(&serde_json::to_value(&report)?, findings.before)?;
    write(&options.out.join("report.html"), &page)?;
    for cell in cells {
        let sites = cell.hotspots.iter().map(|hotspots| flame::collapsed(hotspots.sites()));
        for stacks in sites {
            write(&collapsed_file(&options.out, cell), &stacks)?;
        }
    }
    let summary = render::markdown(host, &sheets, &faults) + &findings.markdown();
    write(&options.out.join("summary.md"), &summary)?;
    output::print(&format!("Report: {}\n", options.out.display()))
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
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
