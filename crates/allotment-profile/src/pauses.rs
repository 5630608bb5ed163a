//! [`PauseClock`]: how long single operations take, and what they did to memory meanwhile.

use std::time::Instant;

use allotment_meter::{Counter, Counts};
use allotment_workload::{Op, PauseMeters, Probe};
use hdrhistogram::Histogram;
use serde::Serialize;

/// The longest operation that is told from longer ones: a minute.
const LONGEST: u64 = 60_000_000_000;

/// Decimal digits to which the time of an operation is kept.
const DIGITS: u8 = 3;

/// Powers of two that a number of nanoseconds can be below.
const POWERS: usize = u64::BITS as usize + 1;

/// What an operation did to memory; of several, the first in this list that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The backend asked the heap.
    Chunk,
    /// The backend gave memory back to the heap.
    Free,
    /// The map asked its backend, or gave back.
    Node,
    /// Nothing.
    Nothing,
    /// It cannot be seen.
    Unknown,
}

impl Cause {
    const ALL: [Cause; 5] =
        [Cause::Nothing, Cause::Node, Cause::Chunk, Cause::Free, Cause::Unknown];

    const fn name(self) -> &'static str {
        match self {
            Cause::Chunk => "chunk",
            Cause::Free => "free",
            Cause::Node => "node",
            Cause::Nothing => "nothing",
            Cause::Unknown => "unknown",
        }
    }
}

/// How often an allocator was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Calls {
    asked: u64,
    given_back: u64,
}

impl Calls {
    #[inline]
    fn now(counter: &Counter) -> Self {
        let Counts { requests, grows, shrinks, frees, .. } = counter.snapshot();
        Calls { asked: requests + grows + shrinks, given_back: frees }
    }
}

/// The moment when an operation began.
#[derive(Clone, Copy, Debug)]
struct Begun {
    nodes: Calls,
    chunks: Calls,
    at: Instant,
}

/// The operations of one kind and one cause.
#[derive(Clone, Debug)]
struct Pauses {
    times: Histogram<u64>,
    over: u64,
    /// How many took at most 2 to the power of their index in nanoseconds, and more than half.
    powers: [u64; POWERS],
}

impl Pauses {
    fn new() -> Self {
        let times = Histogram::new_with_max(LONGEST, DIGITS).expect("bounds that there can be");
        Self { times, over: 0, powers: [0; POWERS] }
    }

    #[inline]
    fn record(&mut self, nanos: u64, threshold: u64) {
        self.times.saturating_record(nanos);
        self.over += u64::from(nanos > threshold);
        self.powers[power_of(nanos)] += 1;
    }
}

/// The exponent of the smallest power of two that is no smaller.
const fn power_of(nanos: u64) -> usize {
    (u64::BITS - nanos.saturating_sub(1).leading_zeros()) as usize
}

/// The form in which pauses are printed.
#[derive(Serialize)]
pub(crate) struct PauseRow {
    op: &'static str,
    cause: &'static str,
    count: u64,
    p50: u64,
    p99: u64,
    p999: u64,
    max: u64,
    over: u64,
    /// Powers of two, and how many took at most so long and more than half.
    buckets: Vec<(u64, u64)>,
}

/// Takes the time of single operations, by kind and cause.
pub(crate) struct PauseClock<'m> {
    /// None if the map takes no allocator.
    meters: Option<&'m PauseMeters>,
    threshold: u64,
    /// By kind: a reset begins while a drop is under way.
    begun: [Begun; Op::ALL.len()],
    /// By kind, and by cause.
    pauses: [[Pauses; Cause::ALL.len()]; Op::ALL.len()],
    /// The sum of all operations.
    pub(crate) nanos: u64,
}

impl<'m> PauseClock<'m> {
    /// A clock that has not run. Over the threshold is what takes more nanoseconds.
    pub(crate) fn new(meters: Option<&'m PauseMeters>, threshold: u64) -> Self {
        let calls = Calls::default();
        let begun = Begun { nodes: calls, chunks: calls, at: Instant::now() };
        let pauses = std::array::from_fn(|_| std::array::from_fn(|_| Pauses::new()));
        Self { meters, threshold, begun: [begun; Op::ALL.len()], pauses, nanos: 0 }
    }

    fn calls(&self) -> (Calls, Calls) {
        match self.meters {
            Some(meters) => (Calls::now(&meters.requests), Calls::now(&meters.chunks)),
            None => (Calls::default(), Calls::default()),
        }
    }

    fn cause_since(&self, begun: &Begun) -> Cause {
        let (nodes, chunks) = self.calls();
        match self.meters {
            None => Cause::Unknown,
            Some(_) if chunks.asked != begun.chunks.asked => Cause::Chunk,
            Some(_) if chunks.given_back != begun.chunks.given_back => Cause::Free,
            Some(_) if nodes != begun.nodes => Cause::Node,
            Some(_) => Cause::Nothing,
        }
    }

    /// All operations of a kind, whatever their cause.
    pub(crate) fn times(&self, op: Op) -> Histogram<u64> {
        let [first, others @ ..] = &self.pauses[op as usize];
        let mut times = first.times.clone();
        for pauses in others {
            times.add(&pauses.times).expect("all have the same bounds");
        }
        times
    }

    /// What there was, kind by kind.
    pub(crate) fn rows(&self) -> Vec<PauseRow> {
        let mut rows = Vec::new();
        for op in Op::ALL {
            for cause in Cause::ALL {
                let Pauses { times, over, powers } = &self.pauses[op as usize][cause as usize];
                if times.is_empty() {
                    continue;
                }
                let buckets = powers.iter().zip(0..).filter(|(count, _)| **count > 0);
                rows.push(PauseRow {
                    op: op.name(),
                    cause: cause.name(),
                    count: times.len(),
                    p50: times.value_at_quantile(0.5),
                    p99: times.value_at_quantile(0.99),
                    p999: times.value_at_quantile(0.999),
                    max: times.max(),
                    over: *over,
                    buckets: buckets
                        .map(|(count, power)| {
                            (1_u64.checked_shl(power).unwrap_or(u64::MAX), *count)
                        })
                        .collect(),
                });
            }
        }
        rows
    }
}

impl Probe for PauseClock<'_> {
    #[inline]
    fn op_begin(&mut self, op: Op) {
        let (nodes, chunks) = self.calls();
        self.begun[op as usize] = Begun { nodes, chunks, at: Instant::now() };
    }

    #[inline]
    fn op_end(&mut self, op: Op) {
        let begun = self.begun[op as usize];
        let nanos = u64::try_from(begun.at.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let cause = self.cause_since(&begun);
        self.pauses[op as usize][cause as usize].record(nanos, self.threshold);
        self.nanos = self.nanos.saturating_add(nanos);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discriminants_index_the_tables() {
        assert!(Op::ALL.iter().enumerate().all(|(index, op)| *op as usize == index));
        let causes: Vec<usize> = Cause::ALL.iter().map(|cause| *cause as usize).collect();
        assert!((0..Cause::ALL.len()).all(|index| causes.contains(&index)));
    }

    #[test]
    fn powers_reach_what_they_are_named_after() {
        let cases = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (1 << 20, 20), (u64::MAX, 64)];
        for (nanos, power) in cases {
            assert_eq!(power_of(nanos), power, "{nanos}");
        }
    }
}
