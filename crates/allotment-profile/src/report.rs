//! [`Report`]: the figures of one run, and the lines they are printed as.

use std::fmt;

use allotment_workload::Phase;

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

/// The figures of one run and the hash of what was read back. Its text is the lines to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The figures, phase by phase and then those of the whole run.
    pub metrics: Vec<Metric>,
    /// The outcome's hash.
    pub outcome: u64,
}

impl Report {
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
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for metric in &self.metrics {
            writeln!(f, "{metric}")?;
        }
        writeln!(f, "OUTCOME:{:016x}", self.outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_documented_form() {
        let mut report = Report { metrics: Vec::new(), outcome: 0xAB };
        report.of_phase(Phase::Build, "ops", 7, Unit::Count);
        report.of_phase(Phase::Drop, "nanos", u64::MAX, Unit::Nanos);
        report.of_run("live_bytes", 0, Unit::Bytes);
        assert_eq!(
            report.to_string(),
            "METRIC:build.ops:7:count\n\
             METRIC:drop.nanos:18446744073709551615:ns\n\
             METRIC:all.live_bytes:0:bytes\n\
             OUTCOME:00000000000000ab\n"
        );
        assert_eq!(report.get(None, "live_bytes"), Some(0));
        assert_eq!(report.get(Some(Phase::Drop), "ops"), None);
    }
}
