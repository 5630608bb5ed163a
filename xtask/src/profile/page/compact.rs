//! [`compact`]: a report as the script of the page reads it, each name once and figures in columns.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Number, Value, json};

use super::super::hotspots::renumbered;
use super::report::{
    Cell, Flame, Hotspots, Lifetime, Pauses, Report, Site, SizeClass, Timeline, Weight,
};

/// Steps of a column from nothing to its largest; the script knows this number, too.
const PARTS: f64 = 10_000.0;

/// How much of each cell is kept.
#[derive(Clone, Copy)]
pub(super) struct Thrift {
    /// Points of a line over time.
    points: usize,
    /// Call sites of each ranking.
    sites: usize,
    /// The smallest part of a flame graph.
    flame: f64,
}

impl Thrift {
    /// From all that is worth showing down to what shows the shape of things.
    pub(super) const STEPS: [Thrift; 4] = [
        Thrift { points: 200, sites: 12, flame: 0.005 },
        Thrift { points: 100, sites: 8, flame: 0.01 },
        Thrift { points: 50, sites: 4, flame: 0.02 },
        Thrift { points: 25, sites: 2, flame: 0.05 },
    ];
}

#[derive(Serialize)]
pub(super) struct Page<'a> {
    host: &'a Value,
    before: Option<&'a Value>,
    quick: bool,
    names: Vec<String>,
    /// Phase, name, unit; what `values` of a cell are.
    metrics: Vec<[String; 3]>,
    workloads: Vec<PageWorkload<'a>>,
}

#[derive(Serialize)]
struct PageWorkload<'a> {
    name: &'a str,
    description: &'a str,
    verdict: &'a str,
    advice: &'a [String],
    cells: Vec<PageCell<'a>>,
}

#[derive(Serialize)]
struct PageCell<'a> {
    backend: &'a str,
    faults: &'a [String],
    values: Vec<Option<Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Vec<Option<Number>>>,
    /// Depth, name, bytes of each node, outer ones first.
    flame: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flame_was: Option<Vec<u64>>,
    sites: Vec<Value>,
    rankings: [Vec<usize>; 4],
    timeline: Option<Value>,
    pauses: Vec<Value>,
    sizes: Vec<[u64; 4]>,
    lifetimes: Vec<(Option<u64>, u64)>,
    fill: Vec<u64>,
}

/// Names by their places in a list.
#[derive(Default)]
struct Names {
    places: BTreeMap<String, usize>,
}

impl Names {
    fn place(&mut self, name: &str) -> usize {
        let next = self.places.len();
        *self.places.entry(name.to_owned()).or_insert(next)
    }

    fn list(self) -> Vec<String> {
        let mut places: Vec<(String, usize)> = self.places.into_iter().collect();
        places.sort_by_key(|(_, place)| *place);
        places.into_iter().map(|(name, _)| name).collect()
    }
}

/// What the page holds of a report, and of an earlier one beside it.
pub(super) fn compact<'a>(
    report: &'a Report,
    before: Option<&'a Report>,
    thrift: Thrift,
) -> Page<'a> {
    let metrics = metrics(report);
    let mut names = Names::default();
    let mut workloads = Vec::new();
    for workload in &report.workloads {
        let earlier = before.and_then(|before| {
            before.workloads.iter().find(|earlier| earlier.name == workload.name)
        });
        let cells = workload.cells.iter().map(|cell| {
            let earlier = earlier.and_then(|earlier| earlier.cell(&cell.backend));
            page_cell(cell, earlier, &metrics, &mut names, thrift)
        });
        workloads.push(PageWorkload {
            name: &workload.name,
            description: &workload.description,
            verdict: &workload.verdict,
            advice: &workload.advice,
            cells: cells.collect(),
        });
    }
    Page {
        host: &report.host,
        before: before.map(|before| &before.host),
        quick: report.quick,
        names: names.list(),
        metrics,
        workloads,
    }
}

/// Every figure that any cell has, in the order of appearance.
fn metrics(report: &Report) -> Vec<[String; 3]> {
    let mut metrics: Vec<[String; 3]> = Vec::new();
    for cell in report.workloads.iter().flat_map(|workload| &workload.cells) {
        for metric in cell.metrics() {
            if !metrics
                .iter()
                .any(|[phase, name, _]| *phase == metric.phase && *name == metric.name)
            {
                metrics.push([&metric.phase, &metric.name, &metric.unit].map(String::clone));
            }
        }
    }
    metrics
}

fn page_cell<'a>(
    cell: &'a Cell,
    earlier: Option<&Cell>,
    metrics: &[[String; 3]],
    names: &mut Names,
    thrift: Thrift,
) -> PageCell<'a> {
    let (sites, rankings) = match &cell.hotspots {
        Some(hotspots) => kept_sites(hotspots, names, thrift.sites),
        None => Default::default(),
    };
    let sizes: Vec<SizeClass> = cell.detail("size_classes").unwrap_or_default();
    let lifetimes: Vec<Lifetime> = cell.detail("lifetimes").unwrap_or_default();
    let pauses: Vec<Pauses> = cell.detail("pauses").unwrap_or_default();
    let timeline = cell.detail::<Timeline>("timeline");
    let timeline = timeline.and_then(|timeline| thinned(&timeline, names, thrift.points));
    let pauses = pauses.iter().map(|pauses| binned(pauses, names)).collect();
    let mut flame = |flame: &Flame| flat(flame, names, thrift.flame);
    PageCell {
        backend: &cell.backend,
        faults: &cell.faults,
        values: values(cell, metrics),
        was: earlier.map(|earlier| values(earlier, metrics)),
        flame: cell.flame.as_ref().map(&mut flame).unwrap_or_default(),
        flame_was: earlier.and_then(|cell| cell.flame.as_ref()).map(&mut flame),
        sites,
        rankings,
        timeline,
        pauses,
        sizes: sizes.iter().map(|of| [of.bytes, of.requests, of.frees, of.live]).collect(),
        lifetimes: lifetimes.iter().map(|lifetime| (lifetime.below, lifetime.blocks)).collect(),
        fill: cell.detail("fill").unwrap_or_default(),
    }
}

fn values(cell: &Cell, metrics: &[[String; 3]]) -> Vec<Option<Number>> {
    let value = |[phase, name, _]: &[String; 3]| {
        let found = cell.metrics().find(|metric| metric.phase == *phase && metric.name == *name);
        found.map(|metric| metric.value.clone())
    };
    metrics.iter().map(value).collect()
}

/// A tree as a list, each node before its children, without parts that are too small.
fn flat(flame: &Flame, names: &mut Names, smallest: f64) -> Vec<u64> {
    let smallest = (flame.bytes as f64 * smallest) as u64;
    let mut list = Vec::new();
    let mut open = vec![(0, flame)];
    while let Some((depth, node)) = open.pop() {
        list.extend([depth, names.place(&node.name) as u64, node.bytes]);
        let large = node.children.iter().rev().filter(|child| child.bytes >= smallest);
        open.extend(large.map(|child| (depth + 1, child)));
    }
    list
}

/// The first sites of each ranking, and the rankings as places in the list of them.
fn kept_sites(
    hotspots: &Hotspots,
    names: &mut Names,
    count: usize,
) -> (Vec<Value>, [Vec<usize>; 4]) {
    let rankings =
        [&hotspots.retained, &hotspots.peak, &hotspots.total, &hotspots.temporary].map(|ranking| {
            let known = ranking.iter().filter(|site| **site < hotspots.sites.len());
            known.take(count).copied().collect::<Vec<usize>>()
        });
    let (kept, places) = renumbered(rankings);
    let mut site = |index: &usize| {
        let Site { frames, retained, peak, total, temporary } = &hotspots.sites[*index];
        let frames: Vec<usize> = frames.iter().map(|frame| names.place(frame)).collect();
        let pair = |weight: &Weight| [weight.blocks, weight.bytes];
        json!([frames, pair(retained), pair(peak), pair(total), pair(temporary)])
    };
    (kept.iter().map(&mut site).collect(), places)
}

/// The largest of each few points, so that no peak is lost; `None` if the columns do not match.
fn thinned(timeline: &Timeline, names: &mut Names, count: usize) -> Option<Value> {
    let Timeline { phase, ops, live_bytes, heap_bytes } = timeline;
    let length = ops.len();
    if [phase.len(), live_bytes.len(), heap_bytes.len()] != [length; 3] || length == 0 {
        return None;
    }
    let indices: Vec<usize> = (0..length).collect();
    let largest = |few: &[usize]| few.iter().copied().max_by_key(|index| heap_bytes[*index]);
    let kept: Vec<usize> = indices.chunks(length.div_ceil(count)).filter_map(largest).collect();
    let column = |of: &[u64]| scaled(kept.iter().map(|index| of[*index]).collect());
    let mut phases: Vec<[usize; 2]> = Vec::new();
    for index in &kept {
        let name = names.place(&phase[*index]);
        match phases.last_mut() {
            Some([last, points]) if *last == name => *points += 1,
            _ => phases.push([name, 1]),
        }
    }
    Some(json!({
        "phases": phases, "ops": column(ops), "live": column(live_bytes),
        "heap": column(heap_bytes),
    }))
}

/// A column as parts of its largest, which stands first: so fine that no eye can tell.
fn scaled(column: Vec<u64>) -> Vec<u64> {
    let largest = column.iter().copied().max().unwrap_or_default().max(1);
    let part = |value: u64| (value as f64 * PARTS / largest as f64).round() as u64;
    [largest].into_iter().chain(column.into_iter().map(part)).collect()
}

/// A histogram by doublings: class, count, class, count and so on. Class 5 is more than 32
/// nanoseconds and at most 64.
fn binned(pauses: &Pauses, names: &mut Names) -> Value {
    let mut bins: BTreeMap<u32, u64> = BTreeMap::new();
    for (nanos, count) in &pauses.buckets {
        *bins.entry(nanos.saturating_sub(1).max(1).ilog2()).or_default() += count;
    }
    let bins: Vec<u64> =
        bins.into_iter().flat_map(|(class, count)| [class.into(), count]).collect();
    let Pauses { op, cause, count, p50, p99, p999, max, over, .. } = pauses;
    let (op, cause) = (names.place(op), names.place(cause));
    json!([op, cause, count, p50, p99, p999, max, over, bins])
}
