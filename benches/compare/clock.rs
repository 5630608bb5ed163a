//! Time spans, less what it takes to read the clock.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Adds up the time of the parts of a round that count.
pub(crate) struct Stopwatch {
    /// What a span of nothing takes, as found out once.
    overhead: Duration,
    total: Duration,
}

impl Stopwatch {
    /// `overhead` is that of [`overhead`].
    pub(crate) fn new(overhead: Duration) -> Stopwatch {
        Stopwatch { overhead, total: Duration::ZERO }
    }

    /// Times `work` and hands its result out, so that dropping it is not timed.
    #[inline]
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = black_box(work());
        let span = start.elapsed();
        self.total += span.saturating_sub(self.overhead);
        result
    }

    pub(crate) fn nanos(&self) -> f64 {
        self.total.as_nanos() as f64
    }
}

/// The least time that a span of nothing takes.
pub(crate) fn overhead() -> Duration {
    let span = |_| {
        let start = Instant::now();
        black_box(());
        start.elapsed()
    };
    (0..1000).map(span).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_add_up_less_the_overhead() {
        let mut watch = Stopwatch::new(Duration::ZERO);
        assert_eq!(watch.time(|| 7), 7);
        let first = watch.nanos();
        watch.time(|| std::thread::sleep(Duration::from_millis(2)));
        assert!(watch.nanos() >= first + 2e6);
        let mut none = Stopwatch::new(Duration::from_secs(3600));
        none.time(|| ());
        assert_eq!(none.nanos(), 0.0);
    }
}
