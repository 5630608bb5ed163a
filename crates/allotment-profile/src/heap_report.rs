//! What is reported of a [`HeapRun`].

use allotment_workload::{NodeUsage, Phase};
use serde::Serialize;

use crate::heap::{HeapRun, PhaseSpan};
use crate::report::{Report, Unit};

/// The blocks of one range of sizes.
#[derive(Serialize)]
struct SizeRow {
    /// The largest size in the range.
    bytes: usize,
    requests: u64,
    frees: u64,
    live: u64,
}

/// The blocks of one range of lifetimes.
#[derive(Serialize)]
struct LifetimeRow {
    /// None for those that were never given back.
    below: Option<u64>,
    blocks: u64,
}

impl HeapRun {
    /// The figures, as the crate's documentation lists them.
    pub fn report(&self) -> Report {
        let mut report = Report::new(self.outcome);
        for phase in Phase::ALL {
            if let Some(span) = &self.phases[phase as usize] {
                self.report_phase(&mut report, phase, span);
            }
        }
        self.report_run(&mut report, &self.built);
        if let Some(NodeUsage { slack_bytes, fill }) = self.usage {
            report.of_run("slack_bytes", slack_bytes, Unit::Bytes);
            report.detail("fill", &fill);
        }
        report.detail("timeline", &self.books.timeline.columns());
        if self.backend.takes_allocator() {
            let temporary = self.books.meters.lifetimes.temporary_blocks();
            report.of_run("temporary_blocks", temporary, Unit::Count);
            report.detail("size_classes", &self.size_rows());
            report.detail("lifetimes", &self.lifetime_rows());
        }
        report
    }

    fn report_phase(&self, report: &mut Report, phase: Phase, span: &PhaseSpan) {
        let PhaseSpan { ops, begun, ended } = span;
        let (counts, counts_before) = (&ended.counts, &begun.counts);
        let heap_blocks = ended.heap.blocks - begun.heap.blocks;
        report.of_phase(phase, "ops", *ops, Unit::Count);
        if self.backend.takes_allocator() {
            let grows = counts.grows - counts_before.grows;
            let shrinks = counts.shrinks - counts_before.shrinks;
            let obtained = counts.requests - counts_before.requests;
            report.of_phase(phase, "requests", obtained + grows + shrinks, Unit::Count);
            report.of_phase(phase, "grows", grows, Unit::Count);
            report.of_phase(phase, "shrinks", shrinks, Unit::Count);
            let frees = counts.frees - counts_before.frees;
            report.of_phase(phase, "frees", frees, Unit::Count);
        } else {
            // It has no backend to ask: it asks the heap.
            report.of_phase(phase, "requests", heap_blocks, Unit::Count);
            let live_before = begun.heap.live_blocks;
            let frees = heap_blocks + live_before - ended.heap.live_blocks;
            report.of_phase(phase, "frees", frees, Unit::Count);
        }
        report.of_phase(phase, "heap_blocks", heap_blocks, Unit::Count);
        report.of_phase(phase, "heap_bytes", ended.heap.bytes - begun.heap.bytes, Unit::Bytes);
    }

    fn report_run(&self, report: &mut Report, built: &PhaseSpan) {
        let (counts, heap) = (&built.ended.counts, &built.ended.heap);
        // Nothing of the harness was live at the peak but what was live before.
        let before = self.before.heap.live_bytes;
        let heap_live = heap.live_bytes.saturating_sub(before);
        let heap_peak = heap.peak_bytes.saturating_sub(before);
        let (live, peak) = if self.backend.takes_allocator() {
            (counts.live_bytes, counts.peak_bytes)
        } else {
            (heap_live, heap_peak)
        };
        report.of_run("entries", self.outcome.entries, Unit::Count);
        report.of_run("live_bytes", live, Unit::Bytes);
        report.of_run("peak_bytes", peak, Unit::Bytes);
        report.of_run("heap_live_bytes", heap_live, Unit::Bytes);
        report.of_run("heap_peak_bytes", heap_peak, Unit::Bytes);
        // What a heap by itself reserves, it keeps to itself.
        if self.backend.is_on_global_heap() {
            report.of_run("reserved_bytes", heap_live, Unit::Bytes);
            report.of_run("idle_bytes", heap_live.saturating_sub(live), Unit::Bytes);
        }
        if self.phases[Phase::Page as usize].is_some() {
            report.of_run("page_peak_bytes", self.paging_bytes, Unit::Bytes);
        }
        if let Some(churn) = &self.phases[Phase::Churn as usize] {
            let blocks = churn.ended.heap.blocks - self.warm_blocks;
            report.of_run("heap_churn_blocks", blocks, Unit::Count);
        }
        report.of_run("end_blocks", self.left.0, Unit::Count);
        report.of_run("end_bytes", self.left.1, Unit::Bytes);
    }

    /// Classes of size: requests and frees of the whole run, and what lived after the build phase.
    fn size_rows(&self) -> Vec<SizeRow> {
        let live_after_build = |bytes| {
            let built = self.books.built_classes.iter();
            built.filter(|class| class.size_max == bytes).map(|class| class.live).sum()
        };
        let row = |class: allotment_meter::SizeClass| SizeRow {
            bytes: class.size_max,
            requests: class.requests,
            frees: class.requests - class.live,
            live: live_after_build(class.size_max),
        };
        self.books.meters.requests.by_size().map(row).collect()
    }

    fn lifetime_rows(&self) -> Vec<LifetimeRow> {
        let lifetimes = &self.books.meters.lifetimes;
        let ended = lifetimes.classes();
        let ended =
            ended.map(|class| LifetimeRow { below: Some(class.below), blocks: class.blocks });
        let alive = LifetimeRow { below: None, blocks: lifetimes.live_blocks() as u64 };
        ended.chain([alive]).collect()
    }
}
