//! [`measure_heap`]: what a map asks its backend for, and what reaches the heap.

use allotment_meter::{Counter, Counts};
use allotment_workload::{Backend, Phase, Probe, Script, drive_counted};
use dhat::HeapStats;

use crate::plant;
use crate::report::{Report, Unit};

/// Both ledgers at one moment.
#[derive(Clone)]
struct Reading {
    requests: u64,
    heap: HeapStats,
}

/// What both ledgers say of a phase.
#[derive(Clone, Copy, Default)]
struct PhaseFigures {
    ops: u64,
    requests: u64,
    heap_blocks: u64,
    heap_bytes: u64,
}

/// Reads both ledgers at the borders of the phases. It allocates nothing while the script runs, but
/// for the ballast.
struct HeapProbe {
    counter: Counter,
    begun: Reading,
    phases: [PhaseFigures; Phase::ALL.len()],
    /// As the build phase or the replay ended.
    built: Option<(Counts, HeapStats)>,
    /// Heap blocks so far, as churn had warmed up.
    warm_blocks: u64,
    churn_blocks: u64,
    /// While pages are read: as much as there had been more on the heap before. So whatever is
    /// added is a new peak, however small.
    ballast: Vec<u8>,
    /// The peak as the reading of pages begins, and by how much it is higher as that ends.
    paging_base: usize,
    paging_bytes: usize,
}

impl HeapProbe {
    fn new(counter: &Counter) -> Self {
        HeapProbe {
            counter: counter.clone(),
            begun: Reading::now(counter),
            phases: [PhaseFigures::default(); Phase::ALL.len()],
            built: None,
            warm_blocks: 0,
            churn_blocks: 0,
            ballast: Vec::new(),
            paging_base: 0,
            paging_bytes: 0,
        }
    }
}

impl Reading {
    fn now(counter: &Counter) -> Self {
        let counts = counter.snapshot();
        Reading {
            requests: counts.requests + counts.grows + counts.shrinks,
            heap: HeapStats::get(),
        }
    }
}

impl Probe for HeapProbe {
    fn phase_begin(&mut self, _phase: Phase) {
        self.begun = Reading::now(&self.counter);
    }

    fn phase_end(&mut self, phase: Phase, ops: u64) {
        let ended = Reading::now(&self.counter);
        if matches!(phase, Phase::Build | Phase::Replay) {
            self.built = Some((self.counter.snapshot(), ended.heap.clone()));
        }
        if phase == Phase::Churn {
            self.churn_blocks = ended.heap.total_blocks - self.warm_blocks;
        }
        self.phases[phase as usize] = PhaseFigures {
            ops,
            requests: ended.requests - self.begun.requests,
            heap_blocks: ended.heap.total_blocks - self.begun.heap.total_blocks,
            heap_bytes: ended.heap.total_bytes - self.begun.heap.total_bytes,
        };
    }

    fn paging_begin(&mut self) {
        let heap = HeapStats::get();
        self.ballast = Vec::with_capacity(heap.max_bytes - heap.curr_bytes);
        self.paging_base = heap.max_bytes;
    }

    fn paging_end(&mut self) {
        self.paging_bytes = HeapStats::get().max_bytes - self.paging_base;
        self.ballast = Vec::new();
    }

    fn churn_warm(&mut self) {
        self.warm_blocks = HeapStats::get().total_blocks;
    }
}

/// Runs the script on the backend and reads both ledgers, phase by phase.
///
/// The counter must be new, and made before the profiler, so that its own memory is not in the
/// figures. The same script gives the same figures every time, as long as nothing else allocates.
///
/// # Panics
///
/// If dhat's allocator is not the global one with a heap profiler running.
pub fn measure_heap(script: &Script<'_>, backend: Backend, counter: &Counter) -> Report {
    let before = HeapStats::get();
    let mut probe = HeapProbe::new(counter);
    let outcome = drive_counted(script, backend, counter, &mut probe);
    plant::leak();
    let end = HeapStats::get();

    let mut report = Report { metrics: Vec::new(), outcome: outcome.hash };
    for phase in script.phases().iter().copied() {
        let figures = probe.phases[phase as usize];
        // The standard library's map has no backend to ask: it asks the heap.
        let requests =
            if backend.takes_allocator() { figures.requests } else { figures.heap_blocks };
        report.of_phase(phase, "ops", figures.ops, Unit::Count);
        report.of_phase(phase, "requests", requests, Unit::Count);
        report.of_phase(phase, "heap_blocks", figures.heap_blocks, Unit::Count);
        report.of_phase(phase, "heap_bytes", figures.heap_bytes, Unit::Bytes);
    }
    let (counts, heap) = probe.built.expect("every script builds something");
    let heap_live = heap.curr_bytes.saturating_sub(before.curr_bytes) as u64;
    // Nothing of the harness was live at the peak but what was live before.
    let heap_peak = heap.max_bytes.saturating_sub(before.curr_bytes) as u64;
    let (live, peak) = if backend.takes_allocator() {
        (counts.live_bytes, counts.peak_bytes)
    } else {
        (heap_live, heap_peak)
    };
    report.of_run("entries", outcome.entries, Unit::Count);
    report.of_run("live_bytes", live, Unit::Bytes);
    report.of_run("peak_bytes", peak, Unit::Bytes);
    report.of_run("heap_live_bytes", heap_live, Unit::Bytes);
    report.of_run("heap_peak_bytes", heap_peak, Unit::Bytes);
    if script.phases().contains(&Phase::Page) {
        report.of_run("page_peak_bytes", probe.paging_bytes as u64, Unit::Bytes);
        report.of_run("heap_churn_blocks", probe.churn_blocks, Unit::Count);
    }
    let end_blocks = end.curr_blocks.saturating_sub(before.curr_blocks) as u64;
    let end_bytes = end.curr_bytes.saturating_sub(before.curr_bytes) as u64;
    report.of_run("end_blocks", end_blocks, Unit::Count);
    report.of_run("end_bytes", end_bytes, Unit::Bytes);
    report
}
