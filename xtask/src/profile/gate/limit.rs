//! [`Limit`]: what a figure has to keep to, and [`Offender`], a figure that does not.

use super::super::cell::{Apart, Cell, counterpart};
use super::super::difference::{overlap, pass_times};
use super::super::metric::NANOS;
use crate::format::{grouped, number, shift};

/// The name that stands for every workload, or every backend.
pub(crate) const ANY: &str = "*";

/// What a figure has to keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// This very figure: one that is better is told too, so that the limit follows it.
    Exactly(f64),
    Max(f64),
    Min(f64),
    /// At most so many per cent above what it was before.
    Percent(f64),
}

/// A bound for the cells that its names match.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) workload: String,
    pub(crate) backend: String,
    pub(crate) phase: String,
    pub(crate) name: String,
    pub(crate) bound: Bound,
    /// Where it stands in the file, from 1 on.
    pub(crate) line: usize,
}

/// A figure that does not keep to its limit.
#[derive(Debug)]
pub(crate) struct Offender {
    pub(crate) text: String,
    /// How many times the limit it is, or the limit it; more is worse.
    pub(crate) excess: f64,
}

impl Limit {
    pub(crate) fn metric(&self) -> String {
        format!("{}.{}", self.phase, self.name)
    }

    pub(crate) fn matches(&self, cell: &Cell) -> bool {
        let fits = |pattern: &str, name: &str| pattern == ANY || pattern == name;
        fits(&self.workload, &cell.workload) && fits(&self.backend, &cell.backend)
    }

    /// How much the limit says of whom it is for: the one that says more goes before the others.
    pub(crate) fn precision(&self) -> usize {
        [&self.workload, &self.backend].into_iter().filter(|name| *name != ANY).count()
    }

    pub(crate) fn figure(&self, cell: &Cell) -> Option<f64> {
        cell.figure(&self.phase, &self.name)
    }

    /// Holds the cell's figure against the limit; `past` are the cells as they were before.
    ///
    /// # Errors
    ///
    /// [`Apart`], if the limit is for a comparison and there is nothing to compare with.
    pub(crate) fn check(&self, cell: &Cell, past: &[Cell]) -> Result<Option<Offender>, Apart> {
        let Some(value) = self.figure(cell) else { return Ok(None) };
        Ok(match self.bound {
            Bound::Exactly(limit) | Bound::Max(limit) if value > limit => {
                Some(self.offender(cell, value, '>', limit, None))
            }
            Bound::Exactly(limit) | Bound::Min(limit) if value < limit => {
                Some(self.offender(cell, value, '<', limit, None))
            }
            Bound::Percent(percent) => {
                self.check_percent(cell, value, counterpart(cell, past)?, percent)?
            }
            _ => None,
        })
    }

    /// Times have to be above the limit with their whole range.
    fn check_percent(
        &self,
        cell: &Cell,
        value: f64,
        past: &Cell,
        percent: f64,
    ) -> Result<Option<Offender>, Apart> {
        let before = self.figure(past).ok_or(Apart::NotMeasured)?;
        let allowed = |before: f64| before * (1.0 + percent / 100.0);
        let limit = allowed(before);
        let is_told = self.samples(past).zip(self.samples(cell)).is_none_or(|(before, after)| {
            let allowed: Vec<f64> = before.into_iter().map(allowed).collect();
            !overlap(&allowed, &after)
        });
        Ok((value > limit && is_told).then(|| {
            let unit = if self.samples(cell).is_some() { " ns" } else { "" };
            let why = format!("{}% over {}{unit} before", number(percent), figure(before));
            self.offender(cell, value, '>', limit, Some(why))
        }))
    }

    /// What each pass gave, if it is a time.
    fn samples(&self, cell: &Cell) -> Option<Vec<f64>> {
        let reading = cell.time.as_ref()?;
        let is_this = |phase: &str, name: &str| phase == self.phase && name == self.name;
        let metric = reading.metrics.iter().find(|metric| is_this(&metric.phase, &metric.name));
        let Some(metric) = metric else {
            // No child reports it, but the figure there is: the sum over the phases.
            return if self.name == "nanos" { pass_times(cell) } else { None };
        };
        (metric.unit == NANOS).then(|| reading.samples(&self.phase, &self.name))
    }

    fn offender(
        &self,
        cell: &Cell,
        value: f64,
        sign: char,
        limit: f64,
        why: Option<String>,
    ) -> Offender {
        let Cell { workload, backend, .. } = cell;
        let shift = match limit == 0.0 {
            true => String::new(),
            false => shift(value, limit),
        };
        let remarks: Vec<String> =
            [shift, why.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
        let remarks = match remarks.is_empty() {
            true => String::new(),
            false => format!(" ({})", remarks.join("; ")),
        };
        let (metric, value_text, limit_text) = (self.metric(), figure(value), figure(limit));
        let text = format!(
            "{workload}/{backend} {metric} {value_text} {sign} limit {limit_text}{remarks}"
        );
        let excess = if sign == '>' { value / limit } else { limit / value };
        Offender { text, excess }
    }
}

/// Whole figures digit by digit.
fn figure(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 { grouped(value as u64) } else { number(value) }
}

#[cfg(test)]
mod tests {
    use super::super::super::cell::tests::cell;
    use super::super::super::difference::tests::timed;
    use super::*;

    fn limit(metric: &str, bound: Bound) -> Limit {
        let (phase, name) = metric.split_once('.').unwrap();
        let own = str::to_owned;
        Limit {
            workload: own(ANY),
            backend: own("pool"),
            phase: own(phase),
            name: own(name),
            bound,
            line: 1,
        }
    }

    fn told(bound: Bound, value: u32) -> Option<String> {
        let cell = cell("pool", &format!("build.requests={value}"));
        limit("build.requests", bound).check(&cell, &[]).unwrap().map(|offender| offender.text)
    }

    #[test]
    fn absolute_limits_are_exact() {
        assert_eq!(told(Bound::Max(20_000.0), 20_000), None);
        assert_eq!(
            told(Bound::Max(20_000.0), 20_110).unwrap(),
            "uniform/pool build.requests 20,110 > limit 20,000 (+0.6%)"
        );
        assert_eq!(
            told(Bound::Max(20_000.0), 20_001).unwrap(),
            "uniform/pool build.requests 20,001 > limit 20,000 (+0.005%)"
        );
        assert_eq!(told(Bound::Max(0.0), 3).unwrap(), "uniform/pool build.requests 3 > limit 0");
        assert_eq!(told(Bound::Min(10.0), 10), None);
        let low = "uniform/pool build.requests 9 < limit 10 (-10.0%)";
        assert_eq!(told(Bound::Min(10.0), 9).unwrap(), low);
        assert_eq!(told(Bound::Exactly(10.0), 9).unwrap(), low);
        assert_eq!(told(Bound::Exactly(10.0), 10), None);
        assert!(told(Bound::Exactly(10.0), 11).is_some());
    }

    #[test]
    fn per_cent_are_of_what_was_before() {
        let limit = limit("all.requests", Bound::Percent(5.0));
        let past = cell("pool", "build.requests=1000");
        let check = |value: u32, past: &[Cell]| {
            limit.check(&cell("pool", &format!("build.requests={value}")), past)
        };
        let past = [past];
        assert!(check(1050, &past).unwrap().is_none());
        assert_eq!(check(1060, &[]).unwrap_err(), Apart::NotMeasured);
        assert_eq!(
            check(1060, &past).unwrap().unwrap().text,
            "uniform/pool all.requests 1,060 > limit 1,050 (+1.0%; 5% over 1,000 before)"
        );
    }

    #[test]
    fn per_cent_of_times_need_ranges_that_do_not_overlap() {
        let limit = limit("build.nanos", Bound::Percent(10.0));
        let past = [timed("pool", "", "build.nanos=1000,1100,1200")];
        let check = |samples: &str| limit.check(&timed("pool", "", samples), &past).unwrap();
        assert!(check("build.nanos=1310,1320,1330").is_none());
        let offender = check("build.nanos=1330,1340,1350").unwrap();
        assert_eq!(
            offender.text,
            "uniform/pool build.nanos 1,330 > limit 1,100 (+20.9%; 10% over 1,000 ns before)"
        );
        assert!(check("build.nanos=9000").is_none());
    }

    #[test]
    fn wildcards_match_every_name() {
        let mut limit = limit("build.requests", Bound::Max(1.0));
        assert!(limit.matches(&cell("pool", "")) && !limit.matches(&cell("bump", "")));
        assert_eq!(limit.precision(), 1);
        limit.backend = ANY.to_owned();
        assert!(limit.matches(&cell("bump", "")));
        assert_eq!(limit.precision(), 0);
        limit.workload = "words".to_owned();
        assert!(!limit.matches(&cell("bump", "")));
    }
}
