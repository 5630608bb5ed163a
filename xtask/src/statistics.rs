//! Statistics over samples.

/// Half of the samples are no larger; of an even number, the mean of the middle two. There is one
/// sample at least.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    median_of_sorted(&sorted).expect("a sample")
}

/// [`median`] of ascending values; `None` if there are none.
pub(crate) fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let high = sorted.get(half)?;
    if sorted.len() % 2 == 1 { Some(*high) } else { Some((sorted[half - 1] + high) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 9.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), 3.0);
        assert_eq!(median(&[7.0]), 7.0);
        assert_eq!(median_of_sorted(&[]), None);
    }
}
