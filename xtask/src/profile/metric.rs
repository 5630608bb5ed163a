//! What a child prints: `METRIC:<phase>.<name>:<value>:<unit>` lines, `DETAIL:<name>:<JSON>` lines
//! and `OUTCOME:<16 hex>`; without order, only `OUTCOME_UNORDERED:<16 hex>`.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use serde_json::{Number, Value};

/// The pseudo-phase of figures that belong to a whole run.
pub(crate) const WHOLE_RUN: &str = "all";

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Metric {
    pub(crate) phase: String,
    pub(crate) name: String,
    pub(crate) value: Number,
    pub(crate) unit: String,
}

/// All that one child reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Reading {
    /// Hash of every answer the map gave; equal for equal workloads. Empty if it has no order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) outcome: String,
    /// Hash of the answers that depend on no order; empty if it is not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) outcome_unordered: String,
    pub(crate) metrics: Vec<Metric>,
    /// Figures that are more than a number, by their names, as the child gave them.
    pub(crate) details: BTreeMap<String, Value>,
}

impl Reading {
    /// Reads a child's stdout. Lines of other kinds are left alone.
    pub(crate) fn parse(stdout: &str) -> Result<Reading, String> {
        let (mut outcome, mut unordered) = (None, None);
        let mut metrics: Vec<Metric> = Vec::new();
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
        Ok(Reading { outcome, outcome_unordered, metrics, details })
    }

    /// The figure `phase.name`, if it was reported.
    pub(crate) fn get(&self, phase: &str, name: &str) -> Option<f64> {
        let found = |metric: &&Metric| metric.phase == phase && metric.name == name;
        self.metrics.iter().find(found).and_then(|metric| metric.value.as_f64())
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
    fn details_are_kept_as_they_are() {
        let text = format!("DETAIL:fill:[1,2]\nDETAIL:of_tomorrow:{{\"a:b\":null}}\n{HASH}");
        let details = Reading::parse(&text).unwrap().details;
        assert_eq!(details["fill"], serde_json::json!([1, 2]));
        assert_eq!(details["of_tomorrow"], serde_json::json!({"a:b": null}));
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
            ("OUTCOME_UNORDERED:12\n".to_owned(), "unreadable"),
        ] {
            let error = Reading::parse(&text).unwrap_err();
            assert!(error.contains(complaint), "{text:?} gave {error:?}");
        }
    }
}
