//! [`Clock`]: how long a scan may take, and how often that is looked up.

use core::time::Duration;
use std::time::Instant;

/// Entries between two looks at most: what a look costs is little beside them.
const STRIDE_MAX: usize = 64;

/// What a scan is told about time.
#[derive(Clone, Copy, Default)]
pub(super) struct TimeLimit {
    pub(super) deadline: Option<Instant>,
    pub(super) within: Option<Duration>,
}

/// A limit of time that has begun to run.
pub(super) struct Clock {
    deadline: Instant,
    looked: Instant,
    stride: usize,
}

impl TimeLimit {
    /// Begins to run, if it is a limit: what is beyond all times is none.
    pub(super) fn start(self) -> Option<Clock> {
        let Self { deadline, within } = self;
        if deadline.is_none() && within.is_none() {
            return None;
        }
        let looked = Instant::now();
        let ends = within.and_then(|most| looked.checked_add(most));
        let deadline = [deadline, ends].into_iter().flatten().min()?;
        Some(Clock { deadline, looked, stride: 1 })
    }
}

impl Clock {
    /// Entries until the next look.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// Looks whether the time is over, after as many entries as it asked for.
    pub(super) fn is_over(&mut self) -> bool {
        let now = Instant::now();
        let left = self.deadline.saturating_duration_since(now);
        self.stride = stride_after(self.stride, now.saturating_duration_since(self.looked), left);
        self.looked = now;
        left.is_zero()
    }
}

/// Entries until the next look, if `stride` of them took so long and so much time is left: as many
/// as take half of that at the same pace, but no more than twice as many as before.
fn stride_after(stride: usize, took: Duration, left: Duration) -> usize {
    let half = stride as u128 * left.as_nanos() / (2 * took.as_nanos()).max(1);
    let most = (2 * stride).min(STRIDE_MAX);
    usize::try_from(half).unwrap_or(most).clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries read, and looks at the clock, where each entry takes what `pace` says.
    fn read(limit: Duration, pace: impl Fn(usize) -> Duration) -> (usize, usize) {
        let (mut now, mut stride, mut entries, mut looks) = (Duration::ZERO, 1, 0, 0);
        loop {
            let began = now;
            for _ in 0..stride {
                now += pace(entries);
                entries += 1;
            }
            looks += 1;
            let left = limit.saturating_sub(now);
            if left.is_zero() {
                return (entries, looks);
            }
            stride = stride_after(stride, now - began, left);
        }
    }

    #[test]
    fn steady_calls_overrun_by_one() {
        let ms = Duration::from_millis;
        assert_eq!(read(ms(1), |_| ms(5)), (1, 1));
        assert_eq!(read(ms(100), |_| ms(1)), (100, 13));
        assert_eq!(read(ms(1000), |_| ms(1)), (1000, 27));
        assert_eq!(read(ms(100), |_| ms(30)), (4, 4));
    }

    #[test]
    fn fast_calls_cost_a_look_in_64() {
        let (entries, looks) = read(Duration::from_millis(1), |_| Duration::from_nanos(4));
        assert_eq!((entries, looks), (250_000, 3918));
    }

    #[test]
    fn calls_that_become_slow_overrun_by_a_stride() {
        let slow = |n| Duration::from_micros(if n < 1000 { 1 } else { 10_000 });
        let (entries, _) = read(Duration::from_millis(20), slow);
        assert!((1002..=1000 + STRIDE_MAX).contains(&entries), "{entries}");
    }

    #[test]
    fn a_limit_beyond_all_times_is_none() {
        let within = Some(Duration::MAX);
        assert!(TimeLimit { deadline: None, within }.start().is_none());
        assert!(TimeLimit::default().start().is_none());
        let deadline = Some(Instant::now());
        assert!(TimeLimit { deadline, within }.start().is_some_and(|mut clock| clock.is_over()));
    }
}
