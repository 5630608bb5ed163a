//! [`measure_time`]: how long phases take, and how long a single operation can pause.

use std::time::{Duration, Instant};

use allotment_workload::{Backend, Op, Outcome, Phase, Probe, Script, drive};
use hdrhistogram::Histogram;

use crate::failure::Failure;
use crate::report::{Report, Unit};

/// Passes of each kind, at most.
const PASSES: usize = 3;

/// No further pass of a kind is begun after this long.
const BUDGET: Duration = Duration::from_secs(2);

/// The longest operation that is told from longer ones: a minute.
const LONGEST: u64 = 60_000_000_000;

/// Decimal digits to which the time of an operation is kept.
const DIGITS: u8 = 3;

/// Takes the time of phases.
struct PhaseClock {
    begun: Instant,
    ops: [u64; Phase::ALL.len()],
    nanos: [u64; Phase::ALL.len()],
}

impl Probe for PhaseClock {
    #[inline]
    fn phase_begin(&mut self, _phase: Phase) {
        self.begun = Instant::now();
    }

    #[inline]
    fn phase_end(&mut self, phase: Phase, ops: u64) {
        self.nanos[phase as usize] = nanos_since(self.begun);
        self.ops[phase as usize] = ops;
    }
}

/// Takes the time of single operations, by kind.
struct OpClock {
    begun: Instant,
    times: [Histogram<u64>; OPS.len()],
}

impl OpClock {
    fn new() -> Self {
        let times = std::array::from_fn(|_| {
            Histogram::new_with_max(LONGEST, DIGITS).expect("bounds that a histogram can have")
        });
        Self { begun: Instant::now(), times }
    }
}

impl Probe for OpClock {
    #[inline]
    fn op_begin(&mut self, _op: Op) {
        self.begun = Instant::now();
    }

    #[inline]
    fn op_end(&mut self, op: Op) {
        let nanos = nanos_since(self.begun);
        self.times[op as usize].saturating_record(nanos);
    }
}

/// The kinds of operation, in the order of their discriminants, and the names of their figures.
const OPS: [(Op, &str); 5] = [
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

fn nanos_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Runs the script on the backend and takes the time: first of phases, then of single operations.
///
/// Each kind of pass is run up to three times, as long as two seconds have not gone by, and the
/// smallest figure is kept. What the map does to itself comes back in every pass; what the rest of
/// the machine does to it does not. The figures of single operations hold the time it takes to read
/// the clock, a few tens of nanoseconds.
///
/// # Errors
///
/// [`Failure::Broken`], if two passes have different outcomes.
pub fn measure_time(script: &Script<'_>, backend: Backend) -> Result<Report, Failure> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut ops = [0; Phase::ALL.len()];
    let mut nanos = [u64::MAX; Phase::ALL.len()];
    repeat(|| {
        let (ops_now, nanos_now) = ([0; Phase::ALL.len()], [0; Phase::ALL.len()]);
        let mut clock = PhaseClock { begun: Instant::now(), ops: ops_now, nanos: nanos_now };
        outcomes.push(drive(script, backend, &mut clock));
        ops = clock.ops;
        keep_smallest(&mut nanos, &clock.nanos);
    });
    let mut worst = [u64::MAX; OPS.len()];
    let mut quantiles = [u64::MAX; QUANTILES.len()];
    let mut counts = [0; OPS.len()];
    repeat(|| {
        let mut clock = OpClock::new();
        outcomes.push(drive(script, backend, &mut clock));
        keep_smallest(&mut worst, &clock.times.each_ref().map(Histogram::max));
        let read = QUANTILES.map(|(op, rank, _)| clock.times[op as usize].value_at_quantile(rank));
        keep_smallest(&mut quantiles, &read);
        counts = clock.times.each_ref().map(Histogram::len);
    });

    let outcome = outcomes[0];
    if outcomes.iter().any(|other| *other != outcome) {
        let message = format!("{}: two runs of one script differ in outcome", backend.name());
        return Err(Failure::Broken(message));
    }
    let mut report = Report { metrics: Vec::new(), outcome: outcome.hash };
    for phase in script.phases().iter().copied() {
        report.of_phase(phase, "ops", ops[phase as usize], Unit::Count);
        report.of_phase(phase, "nanos", nanos[phase as usize], Unit::Nanos);
    }
    report.of_run("entries", outcome.entries, Unit::Count);
    // A trace need not have operations of every kind.
    let occurs = |op: Op| counts[op as usize] > 0;
    for (op, name) in OPS.into_iter().filter(|(op, _)| occurs(*op)) {
        report.of_run(name, worst[op as usize], Unit::Nanos);
    }
    for ((op, _, name), nanos) in QUANTILES.into_iter().zip(quantiles) {
        if occurs(op) {
            report.of_run(name, nanos, Unit::Nanos);
        }
    }
    Ok(report)
}

fn repeat(mut pass: impl FnMut()) {
    let begun = Instant::now();
    for _ in 0..PASSES {
        pass();
        if begun.elapsed() >= BUDGET {
            break;
        }
    }
}

fn keep_smallest(kept: &mut [u64], now: &[u64]) {
    for (kept, now) in kept.iter_mut().zip(now) {
        *kept = (*kept).min(*now);
    }
}

#[cfg(test)]
mod tests {
    use allotment_workload::{Size, Workload};

    use super::*;

    #[test]
    fn discriminants_index_the_tables() {
        assert!(Phase::ALL.iter().enumerate().all(|(index, phase)| *phase as usize == index));
        assert!(OPS.iter().enumerate().all(|(index, (op, _))| *op as usize == index));
    }

    #[test]
    fn every_figure_is_taken() {
        let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(2000), None).unwrap();
        let script = Script::new(&keys);
        let report = measure_time(&script, Backend::Std).unwrap();
        for phase in script.phases().iter().copied() {
            assert!(report.get(Some(phase), "ops").unwrap() >= 2000);
            let nanos = report.get(Some(phase), "nanos").unwrap();
            assert!(nanos > 0 && nanos < 60_000_000_000, "{phase:?} {nanos}");
        }
        let names = OPS.map(|(_, name)| name);
        for name in names.into_iter().chain(QUANTILES.map(|(_, _, name)| name)) {
            let nanos = report.get(None, name).unwrap();
            assert!(nanos > 0 && nanos < 60_000_000_000, "{name} {nanos}");
        }
        assert_eq!(report.get(None, "entries"), Some(2000));
    }
}
