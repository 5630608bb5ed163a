//! [`Sample`]: what a churning child says of its memory, in lines
//! `SOAK:<seconds>:<resident bytes>:<live bytes>`.

use serde::Serialize;

/// Memory at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Sample {
    /// Since the churn began.
    pub(crate) seconds: f64,
    /// What the process holds of the machine's memory.
    pub(crate) resident_bytes: u64,
    /// What the map holds of its backend; `-` where nobody can tell.
    pub(crate) live_bytes: Option<u64>,
}

/// Reads a child's stdout. Lines of other kinds are left alone, and so is a last line that was cut
/// off.
pub(crate) fn parse(stdout: &str) -> Result<Vec<Sample>, String> {
    let whole = stdout.rfind('\n').map_or("", |end| &stdout[..end]);
    let mut samples: Vec<Sample> = Vec::new();
    for line in whole.lines() {
        let Some(rest) = line.strip_prefix("SOAK:") else { continue };
        let sample = sample(rest).ok_or_else(|| format!("unreadable line {line:?}"))?;
        if samples.last().is_some_and(|last| last.seconds > sample.seconds) {
            return Err(format!("time runs backwards at {line:?}"));
        }
        samples.push(sample);
    }
    if samples.is_empty() { Err("no SOAK line".to_owned()) } else { Ok(samples) }
}

fn sample(text: &str) -> Option<Sample> {
    let parts: Vec<&str> = text.split(':').collect();
    let [seconds, resident, live] = parts[..] else { return None };
    let seconds: f64 = seconds.parse().ok().filter(|seconds: &f64| seconds.is_finite())?;
    let live_bytes = if live == "-" { None } else { Some(live.parse().ok()?) };
    Some(Sample { seconds, resident_bytes: resident.parse().ok()?, live_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_one_that_was_cut_off() {
        let samples = parse("noise\nSOAK:0:4096:77\nSOAK:1.5:8192:-\nSOAK:2:81").unwrap();
        let expected = [
            Sample { seconds: 0.0, resident_bytes: 4096, live_bytes: Some(77) },
            Sample { seconds: 1.5, resident_bytes: 8192, live_bytes: None },
        ];
        assert_eq!(samples, expected);
    }

    #[test]
    fn damage_is_told() {
        for text in ["SOAK:1:2\n", "SOAK:x:2:3\n", "SOAK:nan:2:3\n", "SOAK:1:2:\n", "SOAK:1:-:3\n"]
        {
            assert!(parse(text).unwrap_err().starts_with("unreadable line"), "{text}");
        }
        assert!(parse("SOAK:2:1:1\nSOAK:1:1:1\n").unwrap_err().starts_with("time runs"));
        assert_eq!(parse("").unwrap_err(), "no SOAK line");
    }
}
