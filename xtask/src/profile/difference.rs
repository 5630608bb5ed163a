//! [`Comparison`]: what differs between two measurements of the same cells, before and after.

use super::cell::{Apart, Cell, counterpart};
use super::compare::Totals;
use super::metric::{NANOS, Reading};

/// A figure that is not what it was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) workload: String,
    pub(crate) backend: String,
    /// `phase.name`
    pub(crate) metric: String,
    pub(crate) is_time: bool,
    pub(crate) before: f64,
    pub(crate) after: f64,
}

impl Difference {
    /// How many times what it was; infinite where there was nothing.
    pub(crate) fn ratio(&self) -> f64 {
        self.after / self.before
    }
}

/// A sum over a run, before and after, over all workloads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mean {
    /// No workload has it on both sides.
    Absent,
    /// Every exact sum is what it was; or times do not tell the two apart.
    Equal,
    /// The geometric mean of the ratios.
    Ratio(f64),
}

/// The sums of [`Comparison::means`], by name.
pub(crate) const SUMS: [&str; 5] =
    ["requests", "heap blocks", "heap bytes, live", "heap bytes, peak", "time"];

/// Everything that can be said of two measurements.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Exact figures that differ, and then times; of each the worst first.
    pub(crate) differences: Vec<Difference>,
    /// Figures that do not: exact ones, and times.
    pub(crate) equal: [usize; 2],
    /// By backend: a mean for each of [`SUMS`].
    pub(crate) means: Vec<(String, [Mean; SUMS.len()])>,
    /// Samples of a time that can be told apart, before and after, at least.
    pub(crate) samples: Option<[usize; 2]>,
    /// Times that cannot, for want of a second sample on either side.
    pub(crate) untold: usize,
    /// How many times are told apart by luck alone, if nothing but luck is at work.
    pub(crate) by_luck: f64,
    /// What could not be compared, and why; a line each.
    pub(crate) notes: Vec<String>,
}

/// A cell before and after.
type Pair<'a> = (&'a Cell, &'a Cell);

impl Comparison {
    /// Compares the cells of `after` with those of `before` of the same workload and backend.
    pub(crate) fn new(before: &[Cell], after: &[Cell]) -> Comparison {
        let mut comparison = Comparison::default();
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        for cell in after.iter().filter(|cell| !cell.is_empty()) {
            match counterpart(cell, before) {
                Ok(past) => pairs.push((past, cell)),
                Err(apart) => comparison.note(cell, apart),
            }
        }
        pairs.iter().for_each(|pair| comparison.exact(*pair));
        pairs.iter().for_each(|pair| comparison.times(*pair));
        let worst = |one: &Difference, other: &Difference| {
            let by_ratio = other.ratio().total_cmp(&one.ratio());
            one.is_time.cmp(&other.is_time).then(by_ratio)
        };
        comparison.differences.sort_by(worst);
        comparison.means = means(&pairs);
        comparison
    }

    fn note(&mut self, cell: &Cell, why: Apart) {
        self.notes.push(format!("{}/{}: {why}", cell.workload, cell.backend));
    }

    fn exact(&mut self, (before, after): Pair<'_>) {
        let (Some(past), Some(now)) = (&before.heap, &after.heap) else { return };
        for metric in &now.metrics {
            let (phase, name) = (&metric.phase, &metric.name);
            let Some([before, now]) = both(past, now, phase, name) else { continue };
            let difference = || difference(after, phase, name, false, before, now);
            self.add(before == now, 0, difference);
        }
    }

    fn times(&mut self, (before, after): Pair<'_>) {
        let (Some(past), Some(now)) = (&before.time, &after.time) else { return };
        for metric in now.metrics.iter().filter(|metric| metric.unit == NANOS) {
            let (phase, name) = (&metric.phase, &metric.name);
            let samples = [past, now].map(|reading| reading.samples(phase, name));
            let Some([before, now]) = both(past, now, phase, name) else { continue };
            if samples.iter().any(Vec::is_empty) {
                continue;
            }
            if samples.iter().any(|samples| samples.len() < 2) {
                self.untold += 1;
                continue;
            }
            self.by_luck += luck(samples[0].len(), samples[1].len());
            let fewest = self.samples.unwrap_or([usize::MAX; 2]);
            self.samples = Some([0, 1].map(|side| fewest[side].min(samples[side].len())));
            let difference = || difference(after, phase, name, true, before, now);
            self.add(overlap(&samples[0], &samples[1]), 1, difference);
        }
    }

    fn add(&mut self, is_equal: bool, kind: usize, difference: impl FnOnce() -> Difference) {
        match is_equal {
            true => self.equal[kind] += 1,
            false => self.differences.push(difference()),
        }
    }
}

fn both(before: &Reading, after: &Reading, phase: &str, name: &str) -> Option<[f64; 2]> {
    Some([before.get(phase, name)?, after.get(phase, name)?])
}

fn difference(
    cell: &Cell,
    phase: &str,
    name: &str,
    is_time: bool,
    before: f64,
    after: f64,
) -> Difference {
    Difference {
        workload: cell.workload.clone(),
        backend: cell.backend.clone(),
        metric: format!("{phase}.{name}"),
        is_time,
        before,
        after,
    }
}

/// The smallest and the largest sample.
fn range(samples: &[f64]) -> Option<[f64; 2]> {
    let low = samples.iter().copied().reduce(f64::min)?;
    Some([low, samples.iter().copied().reduce(f64::max)?])
}

/// Whether the ranges overlap; a single sample has no range that tells anything.
pub(crate) fn overlap(before: &[f64], after: &[f64]) -> bool {
    let (Some([low, high]), Some([new_low, new_high])) = (range(before), range(after)) else {
        return true;
    };
    before.len() < 2 || after.len() < 2 || (new_low <= high && low <= new_high)
}

/// How likely samples of one and the same thing, two or more, fall apart into two ranges: all
/// orders of them are as likely, and two of them do it.
fn luck(before: usize, after: usize) -> f64 {
    let choose =
        |n: usize, k: usize| (1..=k).map(|i| (n - k + i) as f64 / i as f64).product::<f64>();
    2.0 / choose(before + after, after)
}

/// How likely the range of so many samples holds the middle of all that could have been taken.
pub(crate) fn coverage(samples: usize) -> f64 {
    1.0 - 2.0_f64.powi(1 - i32::try_from(samples).unwrap_or(i32::MAX))
}

fn means(pairs: &[Pair<'_>]) -> Vec<(String, [Mean; SUMS.len()])> {
    let mut backends: Vec<&str> = Vec::new();
    for (_, cell) in pairs {
        if !backends.contains(&cell.backend.as_str()) {
            backends.push(&cell.backend);
        }
    }
    let means = |backend: &str| {
        let own: Vec<Pair<'_>> =
            pairs.iter().copied().filter(|(_, cell)| cell.backend == backend).collect();
        let exact = |sum: fn(&Totals) -> Option<f64>| exact_mean(&own, sum);
        [
            exact(|totals| totals.requests),
            exact(|totals| totals.heap_blocks),
            exact(|totals| totals.heap_live),
            exact(|totals| totals.heap_peak),
            time_mean(&own),
        ]
    };
    backends.into_iter().map(|backend| (backend.to_owned(), means(backend))).collect()
}

fn exact_mean(pairs: &[Pair<'_>], sum: fn(&Totals) -> Option<f64>) -> Mean {
    let phases = |cell| super::cell::phases(std::slice::from_ref(cell));
    let total = |cell| sum(&Totals::of(cell, &phases(cell)));
    let sums: Vec<[f64; 2]> =
        pairs.iter().filter_map(|(before, after)| Some([total(before)?, total(after)?])).collect();
    if !sums.is_empty() && sums.iter().all(|[before, after]| before == after) {
        return Mean::Equal;
    }
    // Nothing has no ratio to anything: such a workload is in the rows and not in the mean.
    let ratios = sums.into_iter().filter(|[before, after]| *before > 0.0 && *after > 0.0);
    geometric(ratios.map(|[before, after]| after / before)).map_or(Mean::Absent, Mean::Ratio)
}

/// Told only if even the ratios that speak most for equality do not allow it.
fn time_mean(pairs: &[Pair<'_>]) -> Mean {
    let ratios: Vec<[f64; 3]> = pairs
        .iter()
        .filter_map(|(before, after)| {
            let (before, after) = (pass_times(before)?, pass_times(after)?);
            let ([low, high], [new_low, new_high]) = (range(&before)?, range(&after)?);
            (before.len() > 1 && after.len() > 1 && low > 0.0).then_some([
                new_low / high,
                new_low / low,
                new_high / low,
            ])
        })
        .collect();
    let of = |which: usize| geometric(ratios.iter().map(|ratios| ratios[which]));
    match (of(0), of(1), of(2)) {
        (Some(low), Some(ratio), Some(high)) if low > 1.0 || high < 1.0 => Mean::Ratio(ratio),
        (Some(_), ..) => Mean::Equal,
        _ => Mean::Absent,
    }
}

/// The time of all phases in each pass.
pub(crate) fn pass_times(cell: &Cell) -> Option<Vec<f64>> {
    let reading = cell.time.as_ref()?;
    let phases = reading.metrics.iter().filter(|metric| metric.name == "nanos");
    let passes: Vec<Vec<f64>> =
        phases.map(|metric| reading.samples(&metric.phase, "nanos")).collect();
    let count = passes.iter().map(Vec::len).min()?;
    Some((0..count).map(|pass| passes.iter().map(|phase| phase[pass]).sum()).collect())
}

fn geometric(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for ratio in ratios {
        sum += ratio.ln();
        count += 1;
    }
    (count > 0).then(|| (sum / f64::from(count)).exp())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::cell::tests::cell;
    use super::*;

    /// A cell with times, whose samples are written as `phase.name=1,2,3`.
    pub(crate) fn timed(backend: &str, figures: &str, samples: &str) -> Cell {
        let mut text = String::from("OUTCOME:00000000000000aa\n");
        for part in samples.split_whitespace() {
            let (key, values) = part.split_once('=').unwrap();
            let least = values.split(',').map(|value| value.parse::<u64>().unwrap()).min();
            text += &format!("METRIC:{key}:{}:ns\nSAMPLES:{key}:{values}\n", least.unwrap());
        }
        Cell { time: Some(Reading::parse(&text).unwrap()), ..cell(backend, figures) }
    }

    fn lines(comparison: &Comparison) -> Vec<String> {
        let line = |difference: &Difference| {
            let Difference { workload, backend, metric, before, after, .. } = difference;
            format!("{workload}/{backend} {metric} {before} {after}")
        };
        comparison.differences.iter().map(line).collect()
    }

    #[test]
    fn counts_are_compared_exactly_and_the_worst_comes_first() {
        let before = [
            cell("std", "build.requests=1000 all.end_blocks=0"),
            cell("pool", "build.requests=1000 churn.requests=50 drop.requests=0"),
        ];
        let after = [
            cell("std", "build.requests=1000 all.end_blocks=0"),
            cell("pool", "build.requests=1001 churn.requests=40 drop.requests=1"),
        ];
        let comparison = Comparison::new(&before, &after);
        assert_eq!(
            lines(&comparison),
            [
                "uniform/pool drop.requests 0 1",
                "uniform/pool build.requests 1000 1001",
                "uniform/pool churn.requests 50 40",
            ]
        );
        assert_eq!((comparison.equal, comparison.samples), ([2, 0], None));
        let [(std, of_std), (pool, of_pool)] = &comparison.means[..] else { panic!("two") };
        assert_eq!((&**std, of_std[0], &**pool), ("std", Mean::Equal, "pool"));
        let Mean::Ratio(ratio) = of_pool[0] else { panic!("{of_pool:?}") };
        assert!((ratio - 1042.0 / 1050.0).abs() < 1e-12, "{ratio}");
    }

    #[test]
    fn times_differ_only_where_their_ranges_do_not_overlap() {
        let cells = |samples| [timed("pool", "", samples)];
        let before = cells("build.nanos=100,110,120 churn.nanos=50,51,52");
        let slower = cells("build.nanos=121,130,140 churn.nanos=52,60,70");
        let comparison = Comparison::new(&before, &slower);
        assert_eq!(lines(&comparison), ["uniform/pool build.nanos 100 121"]);
        assert_eq!((comparison.equal, comparison.samples), ([0, 1], Some([3, 3])));
        let Mean::Ratio(ratio) = comparison.means[0].1[4] else { panic!("{comparison:?}") };
        assert!((ratio - 173.0 / 150.0).abs() < 1e-9, "{ratio}");

        let same = cells("build.nanos=90,125,130 churn.nanos=50,51,52");
        let comparison = Comparison::new(&before, &same);
        assert!(comparison.differences.is_empty());
        assert_eq!(comparison.means[0].1[4], Mean::Equal);
        // A single sample tells nothing, however far it is away.
        let single = Comparison::new(&before, &cells("build.nanos=900"));
        assert!(single.differences.is_empty());
        assert_eq!((single.equal, single.untold, single.samples), ([0, 0], 1, None));
        assert_eq!(single.means[0].1[4], Mean::Absent);
    }

    #[test]
    fn luck_and_coverage_are_what_combinatorics_say() {
        assert_eq!(coverage(3), 0.75);
        assert_eq!(coverage(1), 0.0);
        assert!((luck(3, 3) - 0.1).abs() < 1e-12);
        assert!((luck(9, 9) - 2.0 / 48620.0).abs() < 1e-12);
        let before = [timed("pool", "", "build.nanos=1,2,3 churn.nanos=1,2,3")];
        assert!((Comparison::new(&before, &before).by_luck - 0.2).abs() < 1e-12);
    }

    #[test]
    fn other_keys_and_new_backends_are_told_and_not_compared() {
        let mut other = cell("std", "build.requests=1");
        other.heap.as_mut().unwrap().outcome = "ff".to_owned();
        let before = [other];
        let after = [cell("std", "build.requests=2"), cell("bump", "build.requests=2")];
        let comparison = Comparison::new(&before, &after);
        assert!(comparison.differences.is_empty());
        assert_eq!(
            comparison.notes,
            [
                "uniform/std: other answers than before: other keys, or another script",
                "uniform/bump: not measured before",
            ]
        );
    }
}
