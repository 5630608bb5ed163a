//! [`measure_heap`]: what a map asks its backend for, and what reaches the heap.

use allotment_meter::{Counter, Counts, SizeClass};
use allotment_workload::{
    Backend, HeapMeters, NodeUsage, Op, Outcome, Phase, Probe, Script, drive_aged,
};
use dhat::HeapStats;

use crate::plant;
use crate::timeline::Timeline;

/// Blocks that live for fewer requests than that are temporary.
pub const TEMPORARY: u64 = 100;

/// Room for the size classes that are in use; there are fewer of them all.
const CLASSES: usize = 256;

/// What a run is entered in. Made before the profiler starts, so that none of it is in the figures.
#[derive(Debug)]
pub struct HeapBooks {
    pub(crate) meters: HeapMeters,
    pub(crate) timeline: Timeline,
    /// As the build phase ended.
    pub(crate) built_classes: Vec<SizeClass>,
}

impl HeapBooks {
    /// Empty books, for a script.
    pub fn new(script: &Script<'_>) -> Self {
        let (meters, timeline) = (HeapMeters::new(TEMPORARY), Timeline::new(script));
        Self { meters, timeline, built_classes: Vec::with_capacity(CLASSES) }
    }
}

/// A heap, at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heap {
    /// Blocks so far; one that was resized counts again.
    pub(crate) blocks: u64,
    /// The bytes in them.
    pub(crate) bytes: u64,
    pub(crate) live_blocks: u64,
    pub(crate) live_bytes: u64,
    pub(crate) peak_bytes: u64,
}

impl Heap {
    /// The global one, as the profiler sees it.
    fn global() -> Self {
        let stats = HeapStats::get();
        Heap {
            blocks: stats.total_blocks,
            bytes: stats.total_bytes,
            live_blocks: stats.curr_blocks as u64,
            live_bytes: stats.curr_bytes as u64,
            peak_bytes: stats.max_bytes as u64,
        }
    }

    /// One that the profiler does not see: a backend that is a heap by itself, by what is asked of
    /// it.
    fn of_backend(counts: &Counts) -> Self {
        Heap {
            blocks: counts.requests + counts.grows + counts.shrinks,
            bytes: counts.bytes_requested,
            live_blocks: counts.live_blocks,
            live_bytes: counts.live_bytes,
            peak_bytes: counts.peak_bytes,
        }
    }
}

/// Both ledgers at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) counts: Counts,
    pub(crate) heap: Heap,
}

impl Reading {
    fn now(backend: Backend, counter: &Counter) -> Self {
        let counts = counter.snapshot();
        let is_seen = backend.is_on_global_heap();
        Reading { counts, heap: if is_seen { Heap::global() } else { Heap::of_backend(&counts) } }
    }
}

/// A phase, from border to border.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhaseSpan {
    pub(crate) ops: u64,
    pub(crate) begun: Reading,
    pub(crate) ended: Reading,
}

/// Reads both ledgers at the borders of the phases, and now and then between. It allocates nothing
/// while the script runs, but for the ballast.
struct HeapProbe {
    backend: Backend,
    books: HeapBooks,
    before: Reading,
    begun: Reading,
    phase: Phase,
    phases: [Option<PhaseSpan>; Phase::ALL.len()],
    built: Option<PhaseSpan>,
    usage: Option<NodeUsage>,
    /// Heap blocks so far, as churn had warmed up.
    warm_blocks: u64,
    /// While pages are read: as much as there had been more on the heap before. So whatever is
    /// added is a new peak, however small.
    ballast: Vec<u8>,
    /// The peak as the reading of pages begins, and by how much it is higher as that ends.
    paging_base: usize,
    paging_bytes: usize,
}

impl HeapProbe {
    fn new(backend: Backend, books: HeapBooks) -> Self {
        let now = Reading::now(backend, &books.meters.requests);
        HeapProbe {
            backend,
            books,
            before: now,
            begun: now,
            phase: Phase::Build,
            phases: [None; Phase::ALL.len()],
            built: None,
            usage: None,
            warm_blocks: 0,
            ballast: Vec::new(),
            paging_base: 0,
            paging_bytes: 0,
        }
    }

    fn now(&self) -> Reading {
        Reading::now(self.backend, &self.books.meters.requests)
    }

    /// Enters a moment of the timeline. The ballast is the harness's.
    fn enter(&mut self, now: &Reading) {
        let held = now.heap.live_bytes.saturating_sub(self.before.heap.live_bytes);
        let heap_bytes = held.saturating_sub(self.ballast.capacity() as u64);
        let is_counted = self.backend.takes_allocator();
        let live_bytes = if is_counted { now.counts.live_bytes } else { heap_bytes };
        self.books.timeline.enter(self.phase, live_bytes, heap_bytes);
    }

    /// An operation has ended, which counts in the timeline.
    fn operation(&mut self) {
        if self.books.timeline.operation() {
            self.enter(&self.now());
        }
    }
}

impl Probe for HeapProbe {
    fn phase_begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.begun = self.now();
        self.enter(&self.begun.clone());
    }

    fn phase_end(&mut self, phase: Phase, ops: u64) {
        let ended = self.now();
        self.phases[phase as usize] = Some(PhaseSpan { ops, begun: self.begun, ended });
        self.books.timeline.phase_ended(ops);
        self.enter(&ended);
        self.books.timeline.next_phase();
        // The first phase is the one that makes the map and fills it.
        if self.built.is_none() {
            self.built = self.phases[phase as usize];
            let classes = self.books.meters.requests.by_size().take(CLASSES);
            self.books.built_classes.extend(classes);
        }
    }

    fn built(&mut self, usage: impl FnOnce() -> Option<NodeUsage>) {
        self.usage = usage();
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
        self.warm_blocks = self.now().heap.blocks;
    }

    fn replayed(&mut self) {
        self.operation();
    }

    fn op_end(&mut self, op: Op) {
        // Of a trace, all operations count, and each but once.
        if op != Op::Reset && self.phase != Phase::Replay {
            self.operation();
        }
    }
}

/// What was read of a run. Nothing is made of it until the profiler is gone.
#[derive(Debug)]
pub struct HeapRun {
    pub(crate) backend: Backend,
    pub(crate) books: HeapBooks,
    pub(crate) outcome: Outcome,
    pub(crate) before: Reading,
    pub(crate) phases: [Option<PhaseSpan>; Phase::ALL.len()],
    /// The first phase, which makes the map and fills it.
    pub(crate) built: PhaseSpan,
    pub(crate) usage: Option<NodeUsage>,
    pub(crate) warm_blocks: u64,
    pub(crate) paging_bytes: u64,
    /// Blocks and bytes that are left.
    pub(crate) left: (u64, u64),
}

/// Runs the script on the backend and reads both ledgers, phase by phase.
///
/// The books must be new, and made before the profiler, so that their own memory is not in the
/// figures; and the report is best asked for when that is gone, so that it is not in dhat's file.
/// The same script gives the same figures every time, as long as nothing else allocates.
///
/// # Panics
///
/// If dhat's allocator is not the global one with a heap profiler running.
pub fn measure_heap(script: &Script<'_>, backend: Backend, books: HeapBooks) -> HeapRun {
    let meters = books.meters.clone();
    let heap_before = Heap::global();
    let mut probe = HeapProbe::new(backend, books);
    let outcome = drive_aged(script, backend, &meters, &mut probe);
    plant::leak();
    let heap = Heap::global();
    let mut left = (
        heap.live_blocks.saturating_sub(heap_before.live_blocks),
        heap.live_bytes.saturating_sub(heap_before.live_bytes),
    );
    if !backend.is_on_global_heap() {
        let counts = meters.requests.snapshot();
        left = (left.0 + counts.live_blocks, left.1 + counts.live_bytes);
    }
    HeapRun {
        backend,
        books: probe.books,
        outcome,
        before: probe.before,
        phases: probe.phases,
        built: probe.built.expect("every script has a phase that fills the map"),
        usage: probe.usage,
        warm_blocks: probe.warm_blocks,
        paging_bytes: probe.paging_bytes as u64,
        left,
    }
}
