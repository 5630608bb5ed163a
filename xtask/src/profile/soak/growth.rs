//! [`Growth`]: whether memory grows, and how fast, told from noise.
//!
//! The line through the samples is that of Theil and Sen: its slope is the median of the slopes of
//! all pairs of samples, and the interval comes from Kendall's rank statistic. Least squares would
//! not do: resident memory moves in steps of pages and stands still between, so that its errors are
//! neither normal nor independent, and a single jump, as of a heap that is trimmed, would pull the
//! line along and yet leave its interval narrow. A median of slopes does not see a single jump.

use crate::statistics::{median, median_of_sorted};

/// A slope with its interval, in units per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slope {
    pub(crate) per_second: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// What samples say of growth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Growth {
    /// There are too few of them.
    Unknown,
    /// There is none, or none that is told from noise.
    Steady(Slope),
    /// There is.
    Found(Slope),
}

/// The interval holds the slope in so many cases of a hundred.
pub(crate) const CONFIDENCE: u8 = 99;

/// The quantile of the normal distribution for that.
const QUANTILE: f64 = 2.576;

/// Bytes per second from which on growth is one: below it, a day adds less than 45 MB.
pub(crate) const FLOOR: f64 = 512.0;

/// The part of the time that is warm-up.
const WARM_UP: f64 = 0.25;

/// Samples after the warm-up, at least.
const FEWEST: usize = 16;

/// Points that a line is put through, at most: the work grows by the square.
const POINTS: usize = 600;

impl Growth {
    /// Of bytes over seconds, in the order of time.
    ///
    /// Growth is found where the interval lies above the floor, and also in the later half alone:
    /// what only takes long to settle does not grow.
    pub(crate) fn of(samples: &[(f64, f64)]) -> Growth {
        let warm = after_warm_up(samples);
        if warm.len() < FEWEST {
            return Growth::Unknown;
        }
        let (Some(slope), Some(late)) = (slope(warm), slope(&warm[warm.len() / 2..])) else {
            return Growth::Unknown;
        };
        if slope.low > FLOOR && late.low > FLOOR {
            Growth::Found(slope)
        } else {
            Growth::Steady(slope)
        }
    }

    pub(crate) fn slope(self) -> Option<Slope> {
        match self {
            Growth::Unknown => None,
            Growth::Steady(slope) | Growth::Found(slope) => Some(slope),
        }
    }
}

/// The samples that count.
pub(crate) fn after_warm_up(samples: &[(f64, f64)]) -> &[(f64, f64)] {
    let (Some((first, _)), Some((last, _))) = (samples.first(), samples.last()) else {
        return samples;
    };
    let begin = first + (last - first) * WARM_UP;
    let count = samples.iter().take_while(|(time, _)| *time < begin).count();
    &samples[count..]
}

/// The line of Theil and Sen through the points.
fn slope(points: &[(f64, f64)]) -> Option<Slope> {
    let points = thinned(points);
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (index, (time, value)) in points.iter().enumerate() {
        let later = points[index + 1..].iter().filter(|(other, _)| other > time);
        slopes.extend(later.map(|(other, next)| (next - value) / (other - time)));
    }
    slopes.sort_by(f64::total_cmp);
    let n = points.len() as f64;
    // The standard deviation of Kendall's statistic.
    let deviation = (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let margin = QUANTILE * deviation;
    let middle = slopes.len() as f64 / 2.0;
    let at = |rank: f64| slopes.get((rank.max(0.0) as usize).min(slopes.len().saturating_sub(1)));
    Some(Slope {
        per_second: median_of_sorted(&slopes)?,
        low: *at(middle - margin / 2.0)?,
        high: *at(middle + margin / 2.0)?,
    })
}

/// Medians of neighbours, where there are more points than are needed.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(POINTS).max(1);
    points
        .chunks(size)
        .map(|part| {
            let (times, values): (Vec<f64>, Vec<f64>) = part.iter().copied().unzip();
            (median(&times), median(&values))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: f64 = 4096.0;

    /// Numbers without a pattern, from 0 to 1.
    fn noise() -> impl FnMut() -> f64 {
        let mut state = 7_u64;
        move || {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            (state >> 40) as f64 / f64::from(1 << 24)
        }
    }

    /// A sample a second of so many bytes.
    fn soak(seconds: u32, mut bytes: impl FnMut(f64) -> f64) -> Vec<(f64, f64)> {
        (0..seconds).map(|second| (f64::from(second), bytes(f64::from(second)))).collect()
    }

    #[test]
    fn a_line_is_found_as_it_is() {
        let slope = slope(&soak(50, |second| 3.0 * second + 5.0)).unwrap();
        assert_eq!(slope, Slope { per_second: 3.0, low: 3.0, high: 3.0 });
        assert_eq!(super::slope(&[]), None);
        assert_eq!(super::slope(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }

    #[test]
    fn a_kilobyte_a_second_is_found_in_two_minutes() {
        let mut random = noise();
        let bytes = |second: f64| {
            // Whole pages, and some that come and go.
            let grown = (1000.0 * second / PAGE).floor() * PAGE;
            2e7 + grown + (random() * 4.0).floor() * PAGE
        };
        let growth = Growth::of(&soak(120, bytes));
        let Growth::Found(slope) = growth else { panic!("{growth:?}") };
        assert!(slope.low <= 1000.0 && 1000.0 <= slope.high, "{slope:?}");
        assert!(slope.low > 800.0 && slope.high < 1200.0, "{slope:?}");
    }

    #[test]
    fn noise_is_no_growth() {
        let mut random = noise();
        let growth = Growth::of(&soak(120, |_| 2e7 + (random() * 40.0).floor() * PAGE));
        let Growth::Steady(slope) = growth else { panic!("{growth:?}") };
        assert!(slope.low < 0.0 && slope.high > 0.0, "{slope:?}");
    }

    #[test]
    fn a_jump_a_trickle_and_a_long_warm_up_are_no_growth() {
        let jump = |second: f64| if second < 70.0 { 2e7 } else { 3e7 };
        assert!(matches!(Growth::of(&soak(120, jump)), Growth::Steady(_)));
        assert!(matches!(Growth::of(&soak(120, |second| 2e7 + 100.0 * second)), Growth::Steady(_)));
        let settling = |second: f64| 2e7 + 5000.0 * second.min(75.0);
        assert!(matches!(Growth::of(&soak(120, settling)), Growth::Steady(_)));
    }

    #[test]
    fn the_warm_up_does_not_count() {
        let samples = soak(120, |second| if second < 30.0 { 1e6 * second } else { 3e7 });
        assert_eq!(after_warm_up(&samples).len(), 90);
        let still = Slope { per_second: 0.0, low: 0.0, high: 0.0 };
        assert_eq!(Growth::of(&samples), Growth::Steady(still));
        assert_eq!(Growth::of(&soak(20, |_| 1.0)), Growth::Unknown);
        assert_eq!(Growth::of(&[]), Growth::Unknown);
    }

    #[test]
    fn long_soaks_are_thinned() {
        let samples = soak(10_000, |second| 2000.0 * second);
        assert!(thinned(&samples).len() <= POINTS);
        let Growth::Found(slope) = Growth::of(&samples) else { panic!("it grows") };
        assert!((slope.per_second - 2000.0).abs() < 1e-6);
    }
}
