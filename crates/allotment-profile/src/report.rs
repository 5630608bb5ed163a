//! [`Report`]: the figures of one run, and the lines they are printed as.

use std::fmt;

use allotment_workload::{Outcome, Phase};
use serde::Serialize;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Nanoseconds.
    Nanos,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Bytes => "bytes",
            Unit::Nanos => "ns",
        }
    }
}

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The phase, or `None` for the whole run.
    pub phase: Option<Phase>,
    /// The name, as the crate's documentation lists it.
    pub name: &'static str,
    /// The figure.
    pub value: u64,
    /// What it counts.
    pub unit: Unit,
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = self.phase.map_or("all", Phase::name);
        write!(f, "METRIC:{phase}.{}:{}:{}", self.name, self.value, self.unit.name())
    }
}

/// What each pass gave for a figure of which the smallest is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// The phase, or `None` for the whole run.
    pub phase: Option<Phase>,
    /// The name of the figure.
    pub name: &'static str,
    /// Pass by pass.
    pub values: Vec<u64>,
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SAMPLES:{}.{}:", self.phase.map_or("all", Phase::name), self.name)?;
        for (index, value) in self.values.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{value}")?;
        }
        Ok(())
    }
}

/// The figures of one run and what was read back. Its text is the lines to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The figures, phase by phase and then those of the whole run.
    pub metrics: Vec<Metric>,
    /// The passes that some of the figures are taken from.
    pub samples: Vec<Samples>,
    /// What is more than a number, by name: JSON, without line ends.
    pub details: Vec<(&'static str, String)>,
    /// What was read back.
    pub outcome: Outcome,
}

impl Report {
    /// A report without figures.
    pub fn new(outcome: Outcome) -> Self {
        Report { metrics: Vec::new(), samples: Vec::new(), details: Vec::new(), outcome }
    }

    /// The figure of that name in a phase, or in the whole run.
    pub fn get(&self, phase: Option<Phase>, name: &str) -> Option<u64> {
        let found = |metric: &&Metric| metric.phase == phase && metric.name == name;
        self.metrics.iter().find(found).map(|metric| metric.value)
    }

    /// Adds a figure of a phase.
    pub(crate) fn of_phase(&mut self, phase: Phase, name: &'static str, value: u64, unit: Unit) {
        self.metrics.push(Metric { phase: Some(phase), name, value, unit });
    }

    /// Adds a figure of the whole run.
    pub(crate) fn of_run(&mut self, name: &'static str, value: u64, unit: Unit) {
        self.metrics.push(Metric { phase: None, name, value, unit });
    }

    /// Adds a duration: the smallest of what the passes gave, and all of them as samples.
    pub(crate) fn sampled(&mut self, phase: Option<Phase>, name: &'static str, values: Vec<u64>) {
        let value = values.iter().copied().min().unwrap_or(u64::MAX);
        self.metrics.push(Metric { phase, name, value, unit: Unit::Nanos });
        self.samples.push(Samples { phase, name, values });
    }

    /// Adds what is more than a number.
    pub(crate) fn detail(&mut self, name: &'static str, value: &impl Serialize) {
        let json = serde_json::to_string(value).expect("plain text and numbers are always JSON");
        self.details.push((name, json));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for metric in &self.metrics {
            writeln!(f, "{metric}")?;
        }
        for samples in &self.samples {
            writeln!(f, "{samples}")?;
        }
        for (name, json) in &self.details {
            writeln!(f, "DETAIL:{name}:{json}")?;
        }
        if let Some(hash) = self.outcome.hash {
            writeln!(f, "OUTCOME:{hash:016x}")?;
        }
        writeln!(f, "OUTCOME_UNORDERED:{:016x}", self.outcome.unordered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_documented_form() {
        let outcome = Outcome { hash: Some(0xAB), unordered: 0xCD, entries: 7 };
        let mut report = Report::new(outcome);
        report.of_phase(Phase::Build, "ops", 7, Unit::Count);
        report.of_phase(Phase::Drop, "nanos", u64::MAX, Unit::Nanos);
        report.of_run("live_bytes", 0, Unit::Bytes);
        report.sampled(Some(Phase::Clone), "nanos", vec![5, 3, 4]);
        report.sampled(None, "drop_ns", vec![9]);
        report.detail("fill", &[0, 1]);
        assert_eq!(
            report.to_string(),
            "METRIC:build.ops:7:count\n\
             METRIC:drop.nanos:18446744073709551615:ns\n\
             METRIC:all.live_bytes:0:bytes\n\
             METRIC:clone.nanos:3:ns\n\
             METRIC:all.drop_ns:9:ns\n\
             SAMPLES:clone.nanos:5,3,4\n\
             SAMPLES:all.drop_ns:9\n\
             DETAIL:fill:[0,1]\n\
             OUTCOME:00000000000000ab\n\
             OUTCOME_UNORDERED:00000000000000cd\n"
        );
        assert_eq!(report.get(None, "live_bytes"), Some(0));
        assert_eq!(report.get(Some(Phase::Drop), "ops"), None);
        report.outcome.hash = None;
        assert!(!report.to_string().contains("OUTCOME:"));
    }
}
