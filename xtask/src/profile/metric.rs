//! What a child prints: `METRIC:<phase>.<name>:<value>:<unit>` lines, one `OUTCOME:<16 hex>` or
//! `OUTCOME_UNORDERED:<16 hex>` or both, `SAMPLES:<phase>.<name>:<value>,...` of times, where a
//! metric gives the smallest, and `DETAIL:<name>:<JSON>` lines of what is more than a number.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// The pseudo-phase of figures that belong to a whole run.
pub(crate) const WHOLE_RUN: &str = "all";

/// The unit of times.
pub(crate) const NANOS: &str = "ns";

/// One figure.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Metric {
    pub(crate) phase: String,
    pub(crate) name: String,
    pub(crate) value: Number,
    pub(crate) unit: String,
}

/// All that one child reported.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Reading {
    /// Hash of every answer the map gave; equal for equal workloads. Empty if it has no order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) outcome: String,
    /// Hash of the answers that depend on no order; empty if it is not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) outcome_unordered: String,
    pub(crate) metrics: Vec<Metric>,
    /// What each pass gave, by `phase.name`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) samples: BTreeMap<String, Vec<u64>>,
    /// Figures that are more than a number, by their names, as the child gave them.
    #[serde(default)]
    pub(crate) details: BTreeMap<String, Value>,
    /// The time of all phases in the process that gave the details.
    #[serde(skip)]
    details_nanos: f64,
}

impl Reading {
    /// Reads a child's stdout. Lines of other kinds are left alone.
    pub(crate) fn parse(stdout: &str) -> Result<Reading, String> {
        let (mut outcome, mut unordered) = (None, None);
        let mut metrics: Vec<Metric> = Vec::new();
        let mut samples = BTreeMap::new();
        let mut seen = HashSet::new();
        let mut details = BTreeMap::new();
        for line in stdout.lines() {
            if let Some(rest) = line.strip_prefix("METRIC:") {
                let metric =
                    parse_metric(rest).ok_or_else(|| format!("unreadable line {line:?}"))?;
                if !seen.insert((metric.phase.clone(), metric.name.clone())) {
                    return Err(format!("{}.{} is reported twice", metric.phase, metric.name));
                }
                metrics.push(metric);
            } else if let Some(rest) = line.strip_prefix("SAMPLES:") {
                let (key, values) =
                    parse_samples(rest).ok_or_else(|| format!("unreadable line {line:?}"))?;
                if samples.insert(key.clone(), values).is_some() {
                    return Err(format!("samples of {key} are reported twice"));
                }
            } else if let Some(rest) = line.strip_prefix("DETAIL:") {
                let (name, value) =
                    parse_detail(rest).ok_or_else(|| format!("unreadable line {line:?}"))?;
                if details.insert(name.to_owned(), value).is_some() {
                    return Err(format!("detail {name} is reported twice"));
                }
            } else if let Some(hash) = line.strip_prefix("OUTCOME:") {
                if outcome.replace(parse_hash(line, hash)?).is_some() {
                    return Err("two OUTCOME lines".to_owned());
                }
            } else if let Some(hash) = line.strip_prefix("OUTCOME_UNORDERED:")
                && unordered.replace(parse_hash(line, hash)?).is_some()
            {
                return Err("two OUTCOME_UNORDERED lines".to_owned());
            }
        }
        if outcome.is_none() && unordered.is_none() {
            return Err("no OUTCOME line".to_owned());
        }
        let outcome = outcome.unwrap_or_default();
        let outcome_unordered = unordered.unwrap_or_default();
        let times = metrics.iter().filter(|metric| metric.name == "nanos");
        let details_nanos = times.filter_map(|metric| metric.value.as_f64()).sum();
        Ok(Reading { outcome, outcome_unordered, metrics, samples, details, details_nanos })
    }

    /// The figure `phase.name`, if it was reported.
    pub(crate) fn get(&self, phase: &str, name: &str) -> Option<f64> {
        let found = |metric: &&Metric| metric.phase == phase && metric.name == name;
        self.metrics.iter().find(found).and_then(|metric| metric.value.as_f64())
    }

    /// What each pass gave for the time `phase.name`. From a harness that tells no samples it is
    /// the figure itself; from one that does, what has none was not measured but set.
    pub(crate) fn samples(&self, phase: &str, name: &str) -> Vec<f64> {
        match self.samples.get(&format!("{phase}.{name}")) {
            Some(samples) => samples.iter().map(|sample| *sample as f64).collect(),
            None if self.samples.is_empty() => self.get(phase, name).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Takes in what another process read of the same: the smaller of times, the samples of both,
    /// and the details of the process that was faster in all. The outcome and the counts are the
    /// same in both, or the error says what is not.
    pub(crate) fn join(&mut self, other: Reading) -> Result<(), String> {
        for (first, second) in
            [(&self.outcome, &other.outcome), (&self.outcome_unordered, &other.outcome_unordered)]
        {
            if first != second {
                return Err(format!("outcome {first}, and in another process {second}"));
            }
        }
        // Before the metrics are: a figure without samples is a sample itself.
        let timed = self.metrics.iter().filter(|metric| metric.unit == NANOS);
        let joined = timed.map(|Metric { phase, name, .. }| {
            let samples = [self.samples(phase, name), other.samples(phase, name)].concat();
            let samples: Vec<u64> = samples.into_iter().map(|sample| sample as u64).collect();
            (format!("{phase}.{name}"), samples)
        });
        self.samples = joined.filter(|(_, samples)| !samples.is_empty()).collect();
        for metric in &mut self.metrics {
            let Metric { phase, name, unit, value } = metric;
            let found = |other: &&Metric| other.phase == *phase && other.name == *name;
            let other = other.metrics.iter().find(found).map(|other| other.value.clone());
            let other = other.ok_or_else(|| format!("another process has no {phase}.{name}"))?;
            match unit == NANOS {
                true if other.as_f64() < value.as_f64() => *value = other,
                false if other != *value => {
                    return Err(format!("{phase}.{name} {value}, and in another process {other}"));
                }
                _ => {}
            }
        }
        if other.details_nanos < self.details_nanos {
            (self.details, self.details_nanos) = (other.details, other.details_nanos);
        }
        Ok(())
    }
}

fn parse_hash(line: &str, hash: &str) -> Result<String, String> {
    if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(hash.to_ascii_lowercase())
    } else {
        Err(format!("unreadable line {line:?}"))
    }
}

fn parse_metric(text: &str) -> Option<Metric> {
    let mut parts = text.split(':');
    let (key, value, unit) = (parts.next()?, parts.next()?, parts.next()?);
    let (phase, name) = key.split_once('.')?;
    if parts.next().is_some() || phase.is_empty() || name.is_empty() {
        return None;
    }
    let value = value.parse().ok()?;
    Some(Metric { phase: phase.to_owned(), name: name.to_owned(), value, unit: unit.to_owned() })
}

fn parse_samples(text: &str) -> Option<(String, Vec<u64>)> {
    let (key, values) = text.split_once(':')?;
    key.split_once('.').filter(|(phase, name)| !phase.is_empty() && !name.is_empty())?;
    let values: Result<Vec<u64>, _> = values.split(',').map(str::parse).collect();
    Some((key.to_owned(), values.ok()?))
}

fn parse_detail(text: &str) -> Option<(&str, Value)> {
    let (name, json) = text.split_once(':').filter(|(name, _)| !name.is_empty())?;
    Some((name, serde_json::from_str(json).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "OUTCOME:0123456789abcdef\n";

    #[test]
    fn figures_are_found_by_phase_and_name() {
        let text = format!("METRIC:build.ops:1000:count\nnoise\nMETRIC:all.fill:0.5:ratio\n{HASH}");
        let reading = Reading::parse(&text).unwrap();
        assert_eq!(reading.outcome, "0123456789abcdef");
        assert_eq!(reading.get("build", "ops"), Some(1000.0));
        assert_eq!(reading.get("all", "fill"), Some(0.5));
        assert_eq!(reading.get("build", "requests"), None);
        assert_eq!(reading.metrics[1].unit, "ratio");
    }

    #[test]
    fn a_map_without_order_has_its_own_outcome() {
        let reading = Reading::parse("OUTCOME_UNORDERED:00000000000000AB\n").unwrap();
        assert_eq!((&*reading.outcome, &*reading.outcome_unordered), ("", "00000000000000ab"));
        assert!(!serde_json::to_string(&reading).unwrap().contains("\"outcome\""));
        let both = Reading::parse(&format!("{HASH}OUTCOME_UNORDERED:00000000000000AB\n")).unwrap();
        assert_eq!((&*both.outcome, &*both.outcome_unordered), (&HASH[8..24], "00000000000000ab"));
    }

    #[test]
    fn large_counts_keep_every_digit() {
        let text = format!("METRIC:all.bytes:18446744073709551615:bytes\n{HASH}");
        let reading = Reading::parse(&text).unwrap();
        let json = serde_json::to_string(&reading.metrics[0].value).unwrap();
        assert_eq!(json, "18446744073709551615");
    }

    #[test]
    fn processes_are_put_together() {
        let process = |nanos: u64, more: &str| {
            let text =
                format!("METRIC:build.nanos:{nanos}:ns\nMETRIC:build.ops:7:count\n{more}\n{HASH}");
            Reading::parse(&text).unwrap()
        };
        let mut reading = process(30, "SAMPLES:build.nanos:30,35");
        reading.join(process(20, "SAMPLES:build.nanos:20,21")).unwrap();
        reading.join(process(25, "")).unwrap();
        assert_eq!(reading.get("build", "nanos"), Some(20.0));
        assert_eq!(reading.samples("build", "nanos"), [30.0, 35.0, 20.0, 21.0, 25.0]);
        assert!(reading.samples("build", "ops").is_empty());

        let mut other = process(1, "");
        other.metrics[1].value = 8.into();
        let error = reading.join(other).unwrap_err();
        assert_eq!(error, "build.ops 7, and in another process 8");
        let other = Reading { outcome: "ff".to_owned(), ..process(1, "") };
        assert!(reading.join(other).unwrap_err().starts_with("outcome 0123456789abcdef, and"));
    }

    #[test]
    fn details_are_those_of_the_fastest_process() {
        let process = |name: &str, [build, drop]: [u64; 2]| {
            let text = format!("METRIC:build.nanos:{build}:ns\nMETRIC:drop.nanos:{drop}:ns\n");
            Reading::parse(&format!("{text}DETAIL:pauses:\"{name}\"\n{HASH}")).unwrap()
        };
        let mut reading = process("first", [100, 100]);
        reading.join(process("slower", [90, 120])).unwrap();
        assert_eq!(reading.details["pauses"], "first");
        // Faster than any, though not than the fastest phases of all together.
        reading.join(process("faster", [99, 98])).unwrap();
        assert_eq!(reading.details["pauses"], "faster");
        reading.join(process("slowest", [80, 500])).unwrap();
        assert_eq!(reading.details["pauses"], "faster");
        assert_eq!(reading.get("build", "nanos"), Some(80.0));
    }

    #[test]
    fn details_are_kept_as_they_are() {
        let text = format!("DETAIL:fill:[1,2]\nDETAIL:of_tomorrow:{{\"a:b\":null}}\n{HASH}");
        let details = Reading::parse(&text).unwrap().details;
        assert_eq!(details["fill"], serde_json::json!([1, 2]));
        assert_eq!(details["of_tomorrow"], serde_json::json!({"a:b": null}));
    }

    #[test]
    fn what_is_set_has_no_samples() {
        let text = "METRIC:all.threshold_ns:10:ns\nMETRIC:build.nanos:5:ns\n";
        let untold = Reading::parse(&format!("{text}{HASH}")).unwrap();
        assert_eq!(untold.samples("all", "threshold_ns"), [10.0]);
        let text = format!("{text}SAMPLES:build.nanos:5,6\n{HASH}");
        let mut told = Reading::parse(&text).unwrap();
        told.join(told.clone()).unwrap();
        assert!(told.samples("all", "threshold_ns").is_empty());
        assert_eq!(told.samples("build", "nanos"), [5.0, 6.0, 5.0, 6.0]);
    }

    #[test]
    fn damaged_output_is_refused() {
        for (text, complaint) in [
            ("METRIC:build.ops:1:count\n".to_owned(), "no OUTCOME"),
            ("OUTCOME:123\n".to_owned(), "unreadable"),
            (format!("METRIC:build:1:count\n{HASH}"), "unreadable"),
            (format!("METRIC:build.ops:many:count\n{HASH}"), "unreadable"),
            (format!("METRIC:build.ops:1\n{HASH}"), "unreadable"),
            (format!("METRIC:b.o:1:c\nMETRIC:b.o:1:c\n{HASH}"), "twice"),
            (format!("DETAIL:fill:[1,\n{HASH}"), "unreadable"),
            (format!("DETAIL:[1]\n{HASH}"), "unreadable"),
            (format!("DETAIL:fill:[1]\nDETAIL:fill:[2]\n{HASH}"), "twice"),
            (format!("{HASH}{HASH}"), "two OUTCOME"),
            (format!("SAMPLES:build.nanos:1,,2\n{HASH}"), "unreadable"),
            (format!("SAMPLES:nanos:1\n{HASH}"), "unreadable"),
            (format!("SAMPLES:a.b:1\nSAMPLES:a.b:1\n{HASH}"), "twice"),
            ("OUTCOME_UNORDERED:12\n".to_owned(), "unreadable"),
        ] {
            let error = Reading::parse(&text).unwrap_err();
            assert!(error.contains(complaint), "{text:?} gave {error:?}");
        }
    }
}
