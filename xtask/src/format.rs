//! Figures as people read them.

/// What stands where a cell has no figure.
pub(crate) const ABSENT: &str = "-";

/// A plain figure with three to four digits that matter.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".to_owned(),
        _ if size.fract() == 0.0 && size < 1e6 => format!("{value:.0}"),
        _ if size >= 1e6 => format!("{value:.2e}"),
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 1.0 => format!("{value:.2}"),
        _ if size >= 0.01 => format!("{value:.3}"),
        _ if size >= 0.00001 => format!("{value:.5}"),
        _ => format!("{value:.1e}"),
    }
}

/// A figure in four characters, six below 0.005, with two to four digits that matter.
pub(crate) fn compact(value: f64) -> String {
    match value {
        _ if value >= 9.995e6 => format!("{:.0}M", value / 1e6),
        _ if value >= 9.995e5 => format!("{:.1}M", value / 1e6),
        _ if value >= 9.9995e3 => format!("{:.0}k", value / 1e3),
        _ if value >= 99.95 => format!("{value:.0}"),
        _ if value >= 9.995 => format!("{value:.1}"),
        _ if value >= 0.005 => format!("{value:.2}"),
        _ if value >= 0.00005 => format!("{value:.4}"),
        _ => "0".to_owned(),
    }
}

/// A span of time, given in nanoseconds.
pub(crate) fn duration(nanos: f64) -> String {
    let (value, unit) = match nanos {
        _ if nanos < 1e3 => (nanos, "ns"),
        _ if nanos < 1e6 => (nanos / 1e3, "us"),
        _ if nanos < 1e9 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    format!("{} {unit}", number(value))
}

/// A ratio to std: `0.71x`.
pub(crate) fn ratio(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}x") } else { format!("{value:.0}x") }
}

/// How `value` differs from the baseline's: per cent when close, a factor when far.
pub(crate) fn change(value: f64, baseline: f64) -> String {
    if value == baseline {
        return "same".to_owned();
    }
    if baseline == 0.0 {
        return format!("{} (std 0)", number(value));
    }
    let ratio = value / baseline;
    match ratio {
        _ if (ratio - 1.0).abs() < 0.0005 => "same".to_owned(),
        _ if ratio >= 2.0 => format!("{} times", number(ratio)),
        _ if ratio > 0.9 => format!("{:+.1}%", (ratio - 1.0) * 100.0),
        _ if ratio > 0.0 && ratio < 0.01 => format!("-{:.2}%", percent_below(ratio)),
        _ => format!("{:+.0}%", (ratio - 1.0) * 100.0),
    }
}

/// By how much `value` is above or below what it is held against: one digit behind the point, or
/// as many as show that there is a difference.
pub(crate) fn shift(value: f64, held_against: f64) -> String {
    let percent = (value / held_against - 1.0) * 100.0;
    match percent.abs() {
        _ if held_against == 0.0 => format!("from 0 to {}", number(value)),
        size if size >= 900.0 => format!("{} times", number(value / held_against)),
        size if size >= 100.0 => format!("{percent:+.0}%"),
        size if size >= 0.05 || size == 0.0 => format!("{percent:+.1}%"),
        size => format!("{percent:+.*}%", (-size.log10() - 0.25).ceil() as usize),
    }
}

/// The change in words, for a figure of which less is better: `31% less time`.
pub(crate) fn change_in_words(ratio: f64, less: &str, more: &str, what: &str) -> String {
    match ratio {
        _ if (ratio - 1.0).abs() < 0.005 => format!("the same {what}"),
        _ if ratio >= 2.0 => format!("{ratio:.1} times the {what}"),
        _ if ratio > 1.0 => format!("{:.0}% {more} {what}", (ratio - 1.0) * 100.0),
        // Not "100%" as long as anything is left.
        _ if ratio > 0.0 && ratio < 0.01 => format!("{:.2}% {less} {what}", percent_below(ratio)),
        _ => format!("{:.0}% {less} {what}", (1.0 - ratio) * 100.0),
    }
}

/// Per cent that are gone, cut (not rounded) to two digits.
fn percent_below(ratio: f64) -> f64 {
    ((1.0 - ratio) * 10_000.0).floor() / 100.0
}

/// Digits in groups of three.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_the_digits_that_matter() {
        let cases = [
            (0.0, "0"),
            (3.0, "3"),
            (27.13, "27.1"),
            (1.0 / 3.0, "0.333"),
            (0.00125, "0.00125"),
            (0.00001, "0.00001"),
            (0.00000123, "1.2e-6"),
            (1234.5, "1234"),
            (123_456_789.0, "1.23e8"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn compact_figures_stay_short() {
        let cases = [
            (0.0, "0"),
            (0.0003, "0.0003"),
            (0.01, "0.01"),
            (1.5, "1.50"),
            (27.13, "27.1"),
            (100.0, "100"),
            (9994.0, "9994"),
            (27_130.0, "27k"),
            (99_960.0, "100k"),
            (1_234_567.0, "1.2M"),
            (99_994_000.0, "100M"),
        ];
        for (value, text) in cases {
            assert_eq!(compact(value), text);
            assert!(text.len() <= 6);
        }
    }

    #[test]
    fn spans_pick_their_unit() {
        assert_eq!(duration(71.24), "71.2 ns");
        assert_eq!(duration(1500.0), "1.50 us");
        assert_eq!(duration(2.5e6), "2.50 ms");
        assert_eq!(duration(3e9), "3 s");
    }

    #[test]
    fn changes_are_per_cent_when_close_and_factors_when_far() {
        assert_eq!(change(69.0, 100.0), "-31%");
        assert_eq!(change(103.4, 100.0), "+3.4%");
        assert_eq!(change(250.0, 100.0), "2.50 times");
        assert_eq!(change(0.0, 100.0), "-100%");
        assert_eq!(change(0.001, 100.0), "-99.99%");
        assert_eq!(change(5.0, 5.0), "same");
        assert_eq!(change(0.0, 0.0), "same");
        assert_eq!(change(2.0, 0.0), "2 (std 0)");
    }

    #[test]
    fn shifts_show_that_there_is_one() {
        assert_eq!(shift(20_110.0, 20_000.0), "+0.6%");
        assert_eq!(shift(1_000_001.0, 1_000_000.0), "+0.0001%");
        assert_eq!(shift(95.0, 100.0), "-5.0%");
        assert_eq!(shift(350.0, 100.0), "+250%");
        assert_eq!(shift(5000.0, 100.0), "50 times");
        assert_eq!(shift(3.0, 0.0), "from 0 to 3");
    }

    #[test]
    fn changes_in_words() {
        assert_eq!(change_in_words(0.69, "less", "more", "time"), "31% less time");
        assert_eq!(change_in_words(1.1, "less", "more", "time"), "10% more time");
        assert_eq!(change_in_words(2.5, "less", "more", "time"), "2.5 times the time");
        assert_eq!(change_in_words(1.0, "less", "more", "time"), "the same time");
        assert_eq!(change_in_words(0.0, "fewer", "more", "blocks"), "100% fewer blocks");
        assert_eq!(change_in_words(0.00001, "fewer", "more", "blocks"), "99.99% fewer blocks");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }
}
