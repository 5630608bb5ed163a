//! [`Timeline`]: what is held, at moments spread over a script.

use allotment_workload::{Phase, Script};
use serde::Serialize;

/// Moments that there is room for.
const ROOM: usize = 256;

/// Moments amid phases that are aimed at; their borders come on top.
const AIM: u64 = 160;

/// What is held at one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    phase: Phase,
    ops: u64,
    live_bytes: u64,
    heap_bytes: u64,
}

/// What is held, at the borders of phases and each time after so many operations: of a trace all of
/// them, of keys those that are watched. It never allocates after it is made.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    moments: Vec<Moment>,
    every: u64,
    /// Operations of the phases that are over.
    ops_before: u64,
    /// Operations in this one.
    ops_within: u64,
}

/// The form that is printed: columns.
#[derive(Serialize)]
pub(crate) struct Columns {
    phase: Vec<&'static str>,
    ops: Vec<u64>,
    live_bytes: Vec<u64>,
    heap_bytes: Vec<u64>,
}

impl Timeline {
    /// An empty one, for a script.
    pub(crate) fn new(script: &Script<'_>) -> Self {
        // Build, churn and refill are four operations for each key; those of the drain are few.
        let ops_each = if script.is_trace() { 1 } else { 4 };
        let every = (ops_each * script.len() as u64).div_ceil(AIM).max(1);
        Self { moments: Vec::with_capacity(ROOM), every, ops_before: 0, ops_within: 0 }
    }

    /// An operation that counts has ended. Answers whether this is a moment to enter.
    #[inline]
    pub(crate) fn operation(&mut self) -> bool {
        self.ops_within += 1;
        self.ops_within.is_multiple_of(self.every)
    }

    /// A phase has ended, which counted its operations itself.
    pub(crate) fn phase_ended(&mut self, ops: u64) {
        self.ops_within = ops;
    }

    /// Enters what is held now, or nothing if there is no room.
    pub(crate) fn enter(&mut self, phase: Phase, live_bytes: u64, heap_bytes: u64) {
        if self.moments.len() < self.moments.capacity() {
            let ops = self.ops_before + self.ops_within;
            self.moments.push(Moment { phase, ops, live_bytes, heap_bytes });
        }
    }

    /// The next phase begins.
    pub(crate) fn next_phase(&mut self) {
        self.ops_before += self.ops_within;
        self.ops_within = 0;
    }

    pub(crate) fn columns(&self) -> Columns {
        let moments = || self.moments.iter();
        Columns {
            phase: moments().map(|moment| moment.phase.name()).collect(),
            ops: moments().map(|moment| moment.ops).collect(),
            live_bytes: moments().map(|moment| moment.live_bytes).collect(),
            heap_bytes: moments().map(|moment| moment.heap_bytes).collect(),
        }
    }
}
