//! [`measure_time`]: how long phases take, and how long a single operation can pause.

use std::time::Instant;

use allotment_workload::{
    Backend, Op, Outcome, PauseMeters, Phase, Probe, Script, drive, drive_metered,
};

use crate::failure::Failure;
use crate::pauses::PauseClock;
use crate::report::{Report, Unit};

/// Passes of each kind over a script of so many keys. Not as many as there is time for: the
/// smallest figure is kept, and of more passes that is smaller.
const fn passes(keys: usize) -> usize {
    match keys {
        ..=200_000 => 3,
        200_001..=1_000_000 => 2,
        _ => 1,
    }
}

/// Takes the time of phases.
struct PhaseClock {
    begun: Instant,
    ops: [u64; Phase::ALL.len()],
    nanos: [u64; Phase::ALL.len()],
}

impl PhaseClock {
    fn new() -> Self {
        let none = [0; Phase::ALL.len()];
        Self { begun: Instant::now(), ops: none, nanos: none }
    }
}

impl Probe for PhaseClock {
    #[inline]
    fn phase_begin(&mut self, _phase: Phase) {
        self.begun = Instant::now();
    }

    #[inline]
    fn phase_end(&mut self, phase: Phase, ops: u64) {
        self.nanos[phase as usize] =
            u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.ops[phase as usize] = ops;
    }
}

/// Figures of single operations: the longest of a kind.
const WORST: [(Op, &str); 5] = [
    (Op::Insert, "worst_insert_ns"),
    (Op::Remove, "worst_remove_ns"),
    (Op::Clear, "clear_ns"),
    (Op::Clone, "clone_ns"),
    (Op::Drop, "drop_ns"),
];

/// Quantiles that are reported of kinds with many operations.
const QUANTILES: [(Op, f64, &str); 6] = [
    (Op::Insert, 0.5, "p50_insert_ns"),
    (Op::Insert, 0.99, "p99_insert_ns"),
    (Op::Insert, 0.999, "p999_insert_ns"),
    (Op::Remove, 0.5, "p50_remove_ns"),
    (Op::Remove, 0.99, "p99_remove_ns"),
    (Op::Remove, 0.999, "p999_remove_ns"),
];

/// What one pass gave: the figures by their places in the lists above.
struct OpFigures {
    worst: [u64; WORST.len()],
    quantiles: [u64; QUANTILES.len()],
    /// Whether there was any of a kind.
    occurred: [bool; Op::ALL.len()],
}

impl OpFigures {
    fn of(clock: &PauseClock<'_>) -> Self {
        let [inserts, removes] = [Op::Insert, Op::Remove].map(|op| clock.times(op));
        let quantile = |(op, rank, _): (Op, f64, &str)| {
            let times = if op == Op::Insert { &inserts } else { &removes };
            times.value_at_quantile(rank)
        };
        let worst = WORST.map(|(op, _)| clock.times(op).max());
        let occurred = Op::ALL.map(|op| !clock.times(op).is_empty());
        Self { worst, quantiles: QUANTILES.map(quantile), occurred }
    }
}

/// Runs the script on the backend and takes the time: first of phases, then of single operations.
///
/// Each kind of pass is run three times, twice if there are more than 200,000 keys, and once if
/// there are more than a million: as often on every backend. Of figures the smallest is kept, and
/// all are given as samples: what the map does to itself comes back in every pass; what the rest of
/// the machine does to it does not. The pauses are those of the pass whose operations took the
/// least in all; over the threshold are those that took more nanoseconds.
///
/// The figures of single operations hold the time it takes to read the clock, a few tens of
/// nanoseconds, and of maps that take an allocator that of counting its calls, a few for each.
///
/// # Errors
///
/// [`Failure::Broken`], if two passes have different outcomes.
pub fn measure_time(
    script: &Script<'_>,
    backend: Backend,
    threshold: u64,
) -> Result<Report, Failure> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut phase_passes: Vec<PhaseClock> = Vec::new();
    let passes = passes(script.len());
    for _ in 0..passes {
        let mut clock = PhaseClock::new();
        outcomes.push(drive(script, backend, &mut clock));
        phase_passes.push(clock);
    }
    let meters = PauseMeters::default();
    let watched = backend.takes_allocator().then_some(&meters);
    let mut op_passes: Vec<OpFigures> = Vec::new();
    let mut quietest: Option<PauseClock<'_>> = None;
    for _ in 0..passes {
        let mut clock = PauseClock::new(watched, threshold);
        outcomes.push(drive_metered(script, backend, &meters, &mut clock));
        op_passes.push(OpFigures::of(&clock));
        if quietest.as_ref().is_none_or(|quietest| clock.nanos < quietest.nanos) {
            quietest = Some(clock);
        }
    }

    let outcome = outcomes[0];
    if outcomes.iter().any(|other| *other != outcome) {
        let message = format!("{}: two runs of one script differ in outcome", backend.name());
        return Err(Failure::Broken(message));
    }
    let mut report = Report::new(outcome);
    let phases = script.phases().iter().copied();
    for phase in phases.filter(|phase| backend.is_ordered() || !phase.needs_order()) {
        report.of_phase(phase, "ops", phase_passes[0].ops[phase as usize], Unit::Count);
        let nanos = phase_passes.iter().map(|pass| pass.nanos[phase as usize]);
        report.sampled(Some(phase), "nanos", nanos.collect());
    }
    report.of_run("entries", outcome.entries, Unit::Count);
    report.of_run("pause_threshold_ns", threshold, Unit::Nanos);
    // A trace need not have operations of every kind.
    for (index, (op, name)) in WORST.into_iter().enumerate() {
        if op_passes[0].occurred[op as usize] {
            report.sampled(None, name, op_passes.iter().map(|pass| pass.worst[index]).collect());
        }
    }
    for (index, (op, _, name)) in QUANTILES.into_iter().enumerate() {
        if op_passes[0].occurred[op as usize] {
            let quantiles = op_passes.iter().map(|pass| pass.quantiles[index]);
            report.sampled(None, name, quantiles.collect());
        }
    }
    report.detail("pauses", &quietest.expect("there was a pass").rows());
    Ok(report)
}

#[cfg(test)]
mod tests {
    use allotment_workload::{Size, Workload};
    use serde_json::Value;

    use super::*;

    fn measure(backend: Backend) -> Report {
        let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(2000), None).unwrap();
        measure_time(&Script::new(&keys), backend, 0).unwrap()
    }

    #[test]
    fn phases_index_their_tables() {
        assert!(Phase::ALL.iter().enumerate().all(|(index, phase)| *phase as usize == index));
    }

    #[test]
    fn every_figure_is_taken() {
        let report = measure(Backend::Std);
        for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::Replay) {
            assert!(report.get(Some(phase), "ops").unwrap() >= 2000);
            let nanos = report.get(Some(phase), "nanos").unwrap();
            assert!(nanos > 0 && nanos < 60_000_000_000, "{phase:?} {nanos}");
        }
        let names = WORST.map(|(_, name)| name);
        for name in names.into_iter().chain(QUANTILES.map(|(_, _, name)| name)) {
            let nanos = report.get(None, name).unwrap();
            assert!(nanos > 0 && nanos < 60_000_000_000, "{name} {nanos}");
        }
        assert_eq!(report.get(None, "entries"), Some(2000));
        assert_eq!(report.get(None, "pause_threshold_ns"), Some(0));
    }

    #[test]
    fn pauses_are_told_by_what_was_asked_for() {
        for backend in Backend::ALL {
            let report = measure(backend);
            let (_, pauses) = report.details.iter().find(|(name, _)| *name == "pauses").unwrap();
            let rows: Vec<Value> = serde_json::from_str(pauses).unwrap();
            let count = |op: &str, cause: &str| -> u64 {
                let found = rows.iter().find(|row| row["op"] == op && row["cause"] == cause);
                found.map_or(0, |row| row["count"].as_u64().unwrap())
            };
            for row in &rows {
                // Over none is every operation that the clock sees take time.
                assert!(row["over"].as_u64() <= row["count"].as_u64());
                let buckets = row["buckets"].as_array().unwrap();
                let in_buckets: u64 = buckets.iter().map(|pair| pair[1].as_u64().unwrap()).sum();
                assert_eq!(Some(in_buckets), row["count"].as_u64());
            }
            let causes = ["nothing", "node", "chunk", "free", "unknown"];
            let inserts: u64 = causes.iter().map(|cause| count("insert", cause)).sum();
            assert_eq!(inserts, 6000);
            let is_ours_in_chunks = matches!(backend, Backend::Pool | Backend::Bump);
            assert_eq!(count("insert", "chunk") > 0, is_ours_in_chunks, "{rows:?}");
            assert_eq!(count("drop", "free"), u64::from(is_ours_in_chunks));
            assert_eq!(count("insert", "node") > 0, backend.takes_allocator());
            assert_eq!(count("insert", "unknown") == 6000, !backend.takes_allocator());
            let is_arena = matches!(backend, Backend::Bump | Backend::Bumpalo);
            let resets: u64 = causes.iter().map(|cause| count("reset", cause)).sum();
            assert_eq!(resets, u64::from(is_arena));
        }
    }
}
