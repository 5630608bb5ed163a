//! [`SnapshotBooks`]: what it takes to write a snapshot, again and again, and to read it.

use std::fmt;

use allotment_snapshot::{
    Damage, OpenError, PageCache, Snapshot, SnapshotOptions, SnapshotReader, SnapshotWriter,
    WriteBuffers, WriteError,
};
use allotment_workload::Script;
use dhat::HeapStats;

use crate::failure::Failure;
use crate::report::{Report, Unit};

/// Bytes of the cache that look-ups go through: a few levels of a large file, not its leaves.
const CACHE: usize = 64 << 10;

/// What is written, and where: made before the profiler starts.
#[derive(Debug)]
pub struct SnapshotBooks {
    /// In ascending order.
    keys: Vec<u64>,
    /// What is looked up, in the order of the script.
    lookups: Vec<u64>,
    /// With room for the whole file.
    out: Vec<u8>,
}

/// What was counted. The figures are the same for all backends: a writer takes entries in order,
/// from wherever they come.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotFigures {
    first_write_blocks: u64,
    second_write_blocks: u64,
    bytes: u64,
    open_blocks: u64,
    lookups: u64,
    pages_read: u64,
    pages_cold: u64,
}

impl SnapshotBooks {
    /// The entries of a script; none if its keys are not `u64`.
    pub fn new(script: &Script<'_>) -> Option<Self> {
        let Script::U64(steps) = script else { return None };
        let mut keys = steps.build.clone();
        keys.sort_unstable();
        keys.dedup();
        // Entries have 16 bytes, and pages are nearly full.
        let out = Vec::with_capacity(20 * keys.len() + (64 << 10));
        Some(Self { keys, lookups: steps.lookups.clone(), out })
    }

    /// Writes the entries twice, with the memory of the first writer for the second, opens what was
    /// written, and looks keys up in it. Needs dhat's profiler, as
    /// [`measure_heap`](crate::measure_heap) does.
    ///
    /// # Errors
    ///
    /// [`Failure::Broken`], if any of it fails, or a key is not found that is there.
    pub fn measure(self) -> Result<SnapshotFigures, Failure> {
        let Self { keys, lookups, mut out } = self;
        let (buffers, first_write_blocks) = write(&keys, &mut out, WriteBuffers::new())?;
        out.clear();
        let (_, second_write_blocks) = write(&keys, &mut out, buffers)?;

        let before = blocks();
        let opened = Snapshot::<u64, u64, _>::from_bytes(&out[..]).map_err(broken::<OpenError>)?;
        let open_blocks = blocks() - before;
        drop(opened);

        let reader = SnapshotReader::<u64, u64, _>::open(&out[..]).map_err(broken::<OpenError>)?;
        let mut cache = PageCache::new(CACHE);
        let mut pages_cold = 0;
        for key in &lookups {
            let found = reader.get(&mut cache, key).map_err(broken::<Damage>)?;
            let expected = keys.binary_search(key).ok().map(|place| place as u64);
            if found != expected {
                return Err(Failure::Broken(format!("snapshot: {key} is {found:?}")));
            }
            if pages_cold == 0 {
                pages_cold = cache.pages_read();
            }
        }
        Ok(SnapshotFigures {
            first_write_blocks,
            second_write_blocks,
            bytes: out.len() as u64,
            open_blocks,
            lookups: lookups.len() as u64,
            pages_read: cache.pages_read(),
            pages_cold,
        })
    }
}

/// Writes all keys, each with its place as its value; answers what is left of the writer's memory,
/// and how many blocks the heap gave.
fn write(
    keys: &[u64],
    out: &mut Vec<u8>,
    buffers: WriteBuffers,
) -> Result<(WriteBuffers, u64), Failure> {
    let before = blocks();
    let options = SnapshotOptions::new();
    let writer = SnapshotWriter::<u64, u64, _>::with_buffers(out, &options, buffers);
    let mut writer = writer.map_err(broken::<WriteError>)?;
    for (key, place) in keys.iter().zip(0..) {
        writer.push(key, &place).map_err(broken::<WriteError>)?;
    }
    let finished = writer.finish().map_err(broken::<WriteError>)?;
    Ok((finished.buffers, blocks() - before))
}

/// Blocks that the heap has given so far.
fn blocks() -> u64 {
    HeapStats::get().total_blocks
}

fn broken<E: fmt::Display>(error: E) -> Failure {
    Failure::Broken(format!("snapshot: {error}"))
}

impl SnapshotFigures {
    /// Adds them to a report.
    pub fn report(&self, report: &mut Report) {
        report.of_run("snapshot_first_write_blocks", self.first_write_blocks, Unit::Count);
        report.of_run("snapshot_second_write_blocks", self.second_write_blocks, Unit::Count);
        report.of_run("snapshot_bytes", self.bytes, Unit::Bytes);
        report.of_run("snapshot_open_blocks", self.open_blocks, Unit::Count);
        report.of_run("snapshot_lookups", self.lookups, Unit::Count);
        report.of_run("snapshot_pages_read", self.pages_read, Unit::Count);
        report.of_run("snapshot_pages_cold", self.pages_cold, Unit::Count);
    }
}
