//! The table of one workload: sections of rows, a column per backend.

use super::advice::{advice, verdict};
use super::catalog::{BASELINE, Workload};
use super::cell::{Cell, phases};
use super::compare::Totals;
use super::hotspots::Ranking;
use crate::format::{ABSENT, change, duration, grouped, number, ratio};

/// A finished table with its closing lines.
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) columns: Vec<String>,
    pub(crate) sections: Vec<Section>,
    pub(crate) leaks: Vec<Leak>,
    pub(crate) verdict: String,
    /// What to make of it, a sentence or two each.
    pub(crate) advice: Vec<String>,
}

/// A cell that kept blocks to the end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    /// How much, in one line.
    pub(crate) line: String,
    /// Who asked for it, the most bytes first.
    pub(crate) sites: Vec<String>,
}

pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) cells: Vec<String>,
}

/// A figure of one cell.
type Figure<'a> = &'a dyn Fn(&Cell) -> Option<f64>;

/// How a figure is shown next to the baseline's, which the baseline itself is not given.
type Show = fn(f64, Option<f64>) -> String;

/// Up to so many columns there is room for a time and its ratio.
const FULL_COLUMNS: usize = 4;

/// One of a cell's sums.
type Sum = fn(Totals) -> Option<f64>;

impl Sheet {
    /// The sheet of `workload`, whose cells are `cells`.
    pub(crate) fn new(workload: &Workload, cells: &[Cell]) -> Sheet {
        let phases = phases(cells);
        let entries = cells.iter().find_map(|cell| cell.whole("entries"));
        let size = entries.map(|entries| format!(", {entries:.0} entries")).unwrap_or_default();
        let title = match workload.description.as_str() {
            "" => format!("{}{size}", workload.name),
            description => format!("{}{size}: {description}", workload.name),
        };
        let mut sections = vec![
            per_operation("Requests per operation", "requests", cells, &phases),
            per_operation("Heap blocks per operation", "heap_blocks", cells, &phases),
            times(cells, &phases),
            bytes_per_entry(cells),
            beside_the_map(cells),
            pauses(cells),
            pauses_by_cause("Pauses by cause, 99.9 %", "p999", timed_alone, cells),
            pauses_by_cause("Pauses over the threshold", "over", plain, cells),
            leftovers(cells),
            snapshots(cells),
            against_std(cells, &phases),
        ];
        sections.retain(|section| !section.rows.is_empty());
        Sheet {
            title,
            columns: cells.iter().map(|cell| cell.backend.clone()).collect(),
            sections,
            leaks: cells.iter().filter_map(leak).collect(),
            verdict: verdict(&workload.name, cells, &phases),
            advice: advice(cells, &phases),
        }
    }
}

/// A row, unless no cell has the figure.
fn row(label: &str, cells: &[Cell], figure: Figure<'_>, show: Show) -> Option<Row> {
    let base = cells.iter().find(|cell| cell.backend == BASELINE).and_then(figure);
    if cells.iter().all(|cell| figure(cell).is_none()) {
        return None;
    }
    let text = |cell: &Cell| match figure(cell) {
        Some(value) => show(value, base.filter(|_| cell.backend != BASELINE)),
        None => ABSENT.to_owned(),
    };
    Some(Row { label: label.to_owned(), cells: cells.iter().map(text).collect() })
}

fn plain(value: f64, _: Option<f64>) -> String {
    number(value)
}

fn exact(value: f64, _: Option<f64>) -> String {
    grouped(value as u64)
}

fn timed(value: f64, base: Option<f64>) -> String {
    match base.filter(|base| *base > 0.0) {
        Some(base) => format!("{} {}", duration(value), ratio(value / base)),
        None => duration(value),
    }
}

fn timed_alone(value: f64, _: Option<f64>) -> String {
    duration(value)
}

/// Next to the baseline's, the ratio alone.
fn timed_in_short(value: f64, base: Option<f64>) -> String {
    match base.filter(|base| *base > 0.0) {
        Some(base) => ratio(value / base),
        None => duration(value),
    }
}

fn changed(value: f64, base: Option<f64>) -> String {
    base.map_or(ABSENT.to_owned(), |base| change(value, base))
}

fn changed_in_short(value: f64, base: Option<f64>) -> String {
    changed(value, base).replace(" times", "x")
}

/// Of several ways to show a figure, the one that fits so many columns.
fn fitting(cells: &[Cell], full: Show, short: Show) -> Show {
    if cells.len() > FULL_COLUMNS { short } else { full }
}

fn ratio_to(value: Option<f64>, divisor: Option<f64>) -> Option<f64> {
    Some(value? / divisor.filter(|divisor| *divisor > 0.0)?)
}

/// Phases in which no cell has anything to show share one row.
fn per_operation(title: &'static str, name: &str, cells: &[Cell], phases: &[&str]) -> Section {
    let is_idle = |phase: &&&str| {
        let mut figures = cells.iter().filter_map(|cell| cell.get(phase, name)).peekable();
        figures.peek().is_some() && figures.all(|figure| figure == 0.0)
    };
    let (idle, busy): (Vec<&str>, Vec<&str>) = phases.iter().partition(is_idle);
    let phase_row = |phase: &&str| {
        row(phase, cells, &|cell| ratio_to(cell.get(phase, name), cell.get(phase, "ops")), plain)
    };
    let mut rows: Vec<Row> = busy.iter().filter_map(phase_row).collect();
    if !idle.is_empty() {
        rows.extend(row(&idle.join(", "), cells, &|_| Some(0.0), plain));
    }
    Section { title, rows }
}

fn times(cells: &[Cell], phases: &[&str]) -> Section {
    let phase_row = |phase: &&str| {
        let figure = |cell: &Cell| ratio_to(cell.get(phase, "nanos"), cell.get(phase, "ops"));
        row(phase, cells, &figure, fitting(cells, timed, timed_in_short))
    };
    let rows = phases.iter().filter_map(phase_row).collect();
    Section { title: "Time per operation, to std", rows }
}

fn bytes_per_entry(cells: &[Cell]) -> Section {
    let names = [
        ("requested, live", "live_bytes"),
        ("requested, peak", "peak_bytes"),
        ("heap, live", "heap_live_bytes"),
        ("heap, peak", "heap_peak_bytes"),
        ("reserved but idle", "idle_bytes"),
        ("slack in nodes", "slack_bytes"),
    ];
    let per_entry = |(label, name): (&str, &str)| {
        row(label, cells, &|cell| ratio_to(cell.whole(name), cell.whole("entries")), plain)
    };
    Section { title: "Bytes per entry", rows: names.into_iter().filter_map(per_entry).collect() }
}

fn beside_the_map(cells: &[Cell]) -> Section {
    let page = row("page, with its buffer", cells, &|cell| cell.whole("page_peak_bytes"), exact);
    Section { title: "Bytes beside the map", rows: page.into_iter().collect() }
}

fn pauses(cells: &[Cell]) -> Section {
    let names = [
        ("worst single insert", "worst_insert_ns"),
        ("worst single remove", "worst_remove_ns"),
        ("clear, whole map", "clear_ns"),
        ("drop, whole map", "drop_ns"),
        ("clone, whole map", "clone_ns"),
    ];
    let show = fitting(cells, timed, timed_in_short);
    let pause = |(label, name): (&str, &str)| row(label, cells, &|cell| cell.whole(name), show);
    Section { title: "Pauses, to std", rows: names.into_iter().filter_map(pause).collect() }
}

/// A figure of the pauses of inserts and removals, by what they did to memory.
fn pauses_by_cause(title: &'static str, name: &str, show: Show, cells: &[Cell]) -> Section {
    let mut rows = Vec::new();
    for op in ["insert", "remove"] {
        for cause in ["nothing", "node", "chunk", "free", "unknown"] {
            let figure = |cell: &Cell| {
                let pauses = cell.time.as_ref()?.details.get("pauses")?.as_array()?;
                let found = pauses.iter().find(|row| row["op"] == op && row["cause"] == cause);
                found?[name].as_f64()
            };
            rows.extend(row(&format!("{op}, {cause}"), cells, &figure, show));
        }
    }
    Section { title, rows }
}

fn leftovers(cells: &[Cell]) -> Section {
    let names = [
        ("blocks left at the end", "end_blocks"),
        ("bytes left at the end", "end_bytes"),
        ("heap blocks, warm churn", "heap_churn_blocks"),
        ("freed within 100 requests", "temporary_blocks"),
    ];
    let left = |(label, name): (&str, &str)| row(label, cells, &|cell| cell.whole(name), plain);
    Section { title: "Leaks, steady state", rows: names.into_iter().filter_map(left).collect() }
}

fn snapshots(cells: &[Cell]) -> Section {
    let names = [
        ("first write, heap blocks", "snapshot_first_write_blocks"),
        ("second write, heap blocks", "snapshot_second_write_blocks"),
        ("opening, heap blocks", "snapshot_open_blocks"),
    ];
    let count = |(label, name): (&str, &str)| row(label, cells, &|cell| cell.whole(name), plain);
    let mut rows: Vec<Row> = names.into_iter().filter_map(count).collect();
    let of_pages =
        |cell: &Cell| ratio_to(cell.whole("snapshot_pages_read"), cell.whole("snapshot_lookups"));
    rows.extend(row("pages read a look-up", cells, &of_pages, plain));
    let bytes = |cell: &Cell| ratio_to(cell.whole("snapshot_bytes"), cell.whole("entries"));
    rows.extend(row("bytes per entry", cells, &bytes, plain));
    Section { title: "Snapshot", rows }
}

fn against_std(cells: &[Cell], phases: &[&str]) -> Section {
    let sums: [(&str, Sum); 6] = [
        ("time, all phases", |totals| totals.nanos),
        ("requests, all phases", |totals| totals.requests),
        ("heap blocks, all phases", |totals| totals.heap_blocks),
        ("heap bytes, live", |totals| totals.heap_live),
        ("heap bytes, peak", |totals| totals.heap_peak),
        ("worst insert or remove", |totals| totals.pause),
    ];
    let compared = |(label, sum): (&str, Sum)| {
        let show = fitting(cells, changed, changed_in_short);
        row(label, cells, &|cell| sum(Totals::of(cell, phases)), show)
    };
    let rows = sums.into_iter().filter_map(compared).collect();
    Section { title: "Against std", rows }
}

/// Call sites that are told of a leak.
const LEAK_SITES: usize = 10;

fn leak(cell: &Cell) -> Option<Leak> {
    let blocks = cell.leaked_blocks()?;
    let bytes = cell.whole("end_bytes").unwrap_or_default();
    let Cell { workload, backend, .. } = cell;
    let line =
        format!("LEAK in {workload}/{backend}: {blocks:.0} blocks, {bytes:.0} bytes never freed");
    let retained = Ranking::Retained;
    let sites = cell.hotspots.iter().flat_map(|hotspots| hotspots.top(retained, LEAK_SITES));
    Some(Leak { line, sites: sites.map(|site| site.told(retained)).collect() })
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::super::hotspots::tests::at_peak;
    use super::super::metric::Reading;
    use super::*;

    fn workload() -> Workload {
        let description = "keys in random order".to_owned();
        Workload {
            name: "uniform".to_owned(),
            description,
            entries: 10,
            quick_entries: 1,
            needs_order: false,
        }
    }

    fn find<'a>(sheet: &'a Sheet, section: &str, label: &str) -> &'a [String] {
        let section = sheet.sections.iter().find(|found| found.title.starts_with(section));
        let rows = &section.expect("the section exists").rows;
        &rows.iter().find(|row| row.label == label).expect("the row exists").cells
    }

    #[test]
    fn figures_are_per_operation_and_per_entry() {
        let cells = [
            cell(
                "std",
                "build.ops=100 build.heap_blocks=20 build.nanos=10000 all.entries=50 \
                 all.heap_live_bytes=1355 all.heap_peak_bytes=2000 all.end_blocks=0 \
                 all.page_peak_bytes=1048576",
            ),
            cell(
                "pool",
                "build.ops=100 build.requests=30 build.heap_blocks=1 build.nanos=7100 \
                 all.entries=50 all.heap_live_bytes=1000 all.heap_peak_bytes=5000",
            ),
        ];
        let sheet = Sheet::new(&workload(), &cells);
        assert_eq!(sheet.title, "uniform, 50 entries: keys in random order");
        assert_eq!(sheet.columns, ["std", "pool"]);
        assert_eq!(find(&sheet, "Requests", "build"), ["-", "0.300"]);
        assert_eq!(find(&sheet, "Heap blocks", "build"), ["0.200", "0.010"]);
        assert_eq!(find(&sheet, "Time", "build"), ["100 ns", "71 ns 0.71x"]);
        assert_eq!(find(&sheet, "Bytes", "heap, live"), ["27.1", "20"]);
        assert_eq!(find(&sheet, "Bytes beside", "page, with its buffer"), ["1,048,576", "-"]);
        assert_eq!(find(&sheet, "Leaks", "blocks left at the end"), ["0", "-"]);
        assert_eq!(find(&sheet, "Against", "time, all phases"), ["-", "-29%"]);
        assert_eq!(find(&sheet, "Against", "heap bytes, peak"), ["-", "2.50 times"]);
        assert_eq!(find(&sheet, "Against", "requests, all phases"), ["-", "-"]);
        assert!(sheet.leaks.is_empty());
    }

    #[test]
    fn phases_without_requests_share_a_row() {
        let figures = "lookup.ops=9 lookup.requests=0 build.ops=9 build.requests=9 drop.ops=9 \
                       drop.requests=0";
        let sheet = Sheet::new(&workload(), &[cell("std", figures), cell("pool", figures)]);
        let labels: Vec<&str> = sheet.sections[0].rows.iter().map(|row| &*row.label).collect();
        assert_eq!(labels, ["build", "lookup, drop"]);
        assert_eq!(find(&sheet, "Requests", "lookup, drop"), ["0", "0"]);
    }

    #[test]
    fn many_backends_are_shown_in_short() {
        let mut cells: Vec<Cell> = ["std", "b", "c", "d", "e"]
            .map(|name| cell(name, "build.ops=2 build.nanos=8 all.heap_live_bytes=30"))
            .into();
        cells[1] = cell("b", "build.ops=2 build.nanos=6 all.heap_live_bytes=90");
        let sheet = Sheet::new(&workload(), &cells);
        assert_eq!(find(&sheet, "Time", "build")[..2], ["4 ns", "0.75x"]);
        assert_eq!(find(&sheet, "Against", "heap bytes, live")[..2], ["-", "3x"]);
    }

    #[test]
    fn pauses_are_told_by_their_cause() {
        let mut cells = [cell("std", ""), cell("pool", "")];
        let pauses = |cause, p999, over| {
            let line =
                format!(r#"[{{"op":"insert","cause":"{cause}","p999":{p999},"over":{over}}}]"#);
            Reading::parse(&format!("DETAIL:pauses:{line}\nOUTCOME:00000000000000aa")).ok()
        };
        cells[0].time = pauses("unknown", 900, 4);
        cells[1].time = pauses("chunk", 25_000, 19);
        let sheet = Sheet::new(&workload(), &cells);
        assert_eq!(find(&sheet, "Pauses by cause", "insert, unknown"), ["900 ns", "-"]);
        assert_eq!(find(&sheet, "Pauses by cause", "insert, chunk"), ["-", "25 us"]);
        assert_eq!(find(&sheet, "Pauses over", "insert, chunk"), ["-", "19"]);
    }

    #[test]
    fn a_cell_that_died_shows_dashes() {
        let mut dead = cell("pool", "");
        dead.heap = None;
        let sheet = Sheet::new(&workload(), &[cell("std", "build.ops=2 build.nanos=8"), dead]);
        assert_eq!(find(&sheet, "Time", "build"), ["4 ns", "-"]);
        assert!(sheet.verdict.contains("no verdict"));
    }

    #[test]
    fn a_leak_is_called_one() {
        let mut cells = [cell("std", ""), cell("bump", "all.end_blocks=3 all.end_bytes=192")];
        cells[1].hotspots = Some(at_peak(&[("run insert", 190), ("run clone", 10)]));
        let sheet = Sheet::new(&workload(), &cells);
        let [leak] = sheet.leaks.as_slice() else { panic!("{:?}", sheet.leaks) };
        assert_eq!(leak.line, "LEAK in uniform/bump: 3 blocks, 192 bytes never freed");
        let expected = [
            "19 blocks, 190 bytes: x::insert (src/x.rs:1)\nfrom x::run",
            "1 block, 10 bytes: x::clone (src/x.rs:1)\nfrom x::run",
        ];
        assert_eq!(leak.sites, expected);
    }
}
