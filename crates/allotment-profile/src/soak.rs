//! [`soak`]: churns for as long as one likes, and says how much memory is held.

use std::fs;
use std::hint::black_box;
use std::mem;
use std::time::{Duration, Instant};

use allotment_meter::Counter;
use allotment_workload::{Backend, Op, Probe, Script, drive_counted};

use crate::failure::Failure;
use crate::program::print;

/// Samples of a soak, at least, if it is long enough.
const SAMPLES: u32 = 120;

/// The time between two samples: from a pace at which reading takes little of it, to a second.
const PACES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// Operations between two looks at the clock, which take time themselves.
const STRIDE: u32 = 256;

/// Where Linux adds up the memory of a process, exactly: `statm` is only kept up to date by and by.
const MEMORY: &str = "/proc/self/smaps_rollup";

/// Repeats the churn phase for `length`, there and back, and prints samples of the memory; the
/// other phases are run once, before and after. Each sample leaks `planted` bytes, for tests.
///
/// # Errors
///
/// [`Failure::Refused`], if the machine does not tell how much memory a process holds;
/// [`Failure::Broken`], if it stops telling, or what is printed cannot be written.
pub fn soak(
    script: &Script<'_>,
    backend: Backend,
    length: Duration,
    planted: usize,
) -> Result<(), Failure> {
    resident_bytes().map_err(Failure::Refused)?;
    let counter = Counter::new();
    let mut probe = SoakProbe {
        live: backend.takes_allocator().then_some(&counter),
        length,
        pace: (length / SAMPLES).clamp(PACES.0, PACES.1),
        planted,
        begun: None,
        next: Duration::ZERO,
        ops: 0,
        failure: None,
    };
    drive_counted(script, backend, &counter, &mut probe);
    probe.failure.map_or(Ok(()), Err)
}

/// Samples while the churn goes on.
struct SoakProbe<'a> {
    live: Option<&'a Counter>,
    length: Duration,
    pace: Duration,
    planted: usize,
    /// When the churn phase was over and its repetition began.
    begun: Option<Instant>,
    /// When the next sample is due, counted from there.
    next: Duration,
    ops: u32,
    failure: Option<Failure>,
}

impl Probe for SoakProbe<'_> {
    fn churn_on(&mut self) -> bool {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let goes_on = begun.elapsed() < self.length && self.failure.is_none();
        if !goes_on {
            // The phases that follow are none of the soak.
            self.next = Duration::MAX;
        }
        goes_on
    }

    #[inline]
    fn op_end(&mut self, _op: Op) {
        self.ops = self.ops.wrapping_add(1);
        if self.ops.is_multiple_of(STRIDE) {
            self.look();
        }
    }
}

impl SoakProbe<'_> {
    /// Takes a sample if one is due.
    fn look(&mut self) {
        let Some(elapsed) = self.begun.map(|begun| begun.elapsed()) else { return };
        if elapsed < self.next {
            return;
        }
        self.next = elapsed + self.pace;
        if let Err(failure) = self.sample(elapsed) {
            self.failure.get_or_insert(failure);
        }
    }

    fn sample(&self, elapsed: Duration) -> Result<(), Failure> {
        mem::forget(black_box(vec![1_u8; self.planted]));
        let resident = resident_bytes().map_err(Failure::Broken)?;
        let live = self.live.map(|counter| counter.snapshot().live_bytes);
        let live = live.map_or("-".to_owned(), |bytes| bytes.to_string());
        print(&format!("SOAK:{:.3}:{resident}:{live}\n", elapsed.as_secs_f64()))
    }
}

/// The process's memory that is no file's, in the machine or swapped out. Files are left out since
/// their pages come when they are first read, which is no growth.
fn resident_bytes() -> Result<u64, String> {
    let text = fs::read_to_string(MEMORY)
        .map_err(|error| format!("a soak reads {MEMORY}, as Linux has it: {error}"))?;
    let kilobytes = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    let sum = kilobytes("Anonymous:").zip(kilobytes("Swap:"));
    let (anonymous, swapped) = sum.ok_or_else(|| format!("{MEMORY} lacks what a soak reads"))?;
    Ok((anonymous + swapped) * 1024)
}
