//! The gate: limits in a file, and the figures that do not keep to them.

mod bless;
mod file;
mod limit;

pub(crate) use self::bless::bless;
pub(crate) use self::file::Gate;
use self::limit::{Bound, Limit, Offender};
use super::cell::Cell;
use crate::exit::Usage;

/// What a gate says of a run.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The worst first.
    offenders: Vec<Offender>,
    /// How many figures were held against a limit.
    pub(crate) checked: usize,
    /// Those that there was nothing to compare with, a line each.
    apart: Vec<String>,
}

impl Verdict {
    pub(crate) fn holds(&self) -> bool {
        self.offenders.is_empty()
    }

    /// The worst offender and then the others, a line each.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.offenders.iter().map(|offender| offender.text.as_str())
    }

    /// Which figures could not be compared with those of before, and why, a line each.
    pub(crate) fn not_compared(&self) -> &[String] {
        &self.apart
    }
}

impl Gate {
    /// Finds out before anything is measured what the limits need.
    ///
    /// # Errors
    ///
    /// [`Usage`], if they are for another size, or for a comparison and there is none.
    pub(crate) fn check_run(&self, quick: bool, compares: bool) -> Result<(), Usage> {
        let path = self.path.display();
        if let Some(wanted) = self.quick.filter(|wanted| *wanted != quick) {
            let size = if wanted { "with --quick" } else { "without --quick" };
            return Err(Usage::new(format!("{path}: the limits are for a run {size}")));
        }
        let percent = |limit: &&Limit| matches!(limit.bound, Bound::Percent(_));
        match self.limits.iter().find(percent) {
            Some(limit) if !compares => Err(Usage::new(format!(
                "{path}:{}: `percent` needs --baseline NAME or --against REVISION",
                limit.line
            ))),
            _ => Ok(()),
        }
    }

    /// Holds the cells against the limits; `past` are those of before.
    ///
    /// # Errors
    ///
    /// [`Usage`] with the line, if no cell that a limit is for has such a figure.
    pub(crate) fn check(&self, cells: &[Cell], past: &[Cell]) -> Result<Verdict, Usage> {
        let mut verdict = Verdict { offenders: Vec::new(), checked: 0, apart: Vec::new() };
        for limit in &self.limits {
            for cell in self.subjects(limit, cells)? {
                match limit.check(cell, past) {
                    Ok(offender) => {
                        verdict.checked += 1;
                        verdict.offenders.extend(offender);
                    }
                    Err(apart) => {
                        let Cell { workload, backend, .. } = cell;
                        let line = format!("{workload}/{backend} {}: {apart}", limit.metric());
                        verdict.apart.push(line);
                    }
                }
            }
        }
        verdict.offenders.sort_by(|one, other| other.excess.total_cmp(&one.excess));
        Ok(verdict)
    }

    /// The sound cells that a limit decides on: those that it matches and no limit that says more
    /// of them does.
    fn subjects<'c>(&self, limit: &Limit, cells: &'c [Cell]) -> Result<Vec<&'c Cell>, Usage> {
        let is_sound = |cell: &Cell| cell.heap.is_some() && cell.faults.is_empty();
        let matched = || cells.iter().filter(|cell| is_sound(cell) && limit.matches(cell));
        if matched().next().is_some() && matched().all(|cell| limit.figure(cell).is_none()) {
            let (path, line) = (self.path.display(), limit.line);
            let metric = limit.metric();
            return Err(Usage::new(format!("{path}:{line}: unknown metric `{metric}`")));
        }
        let overruled = |cell: &Cell| {
            self.limits.iter().any(|other| {
                other.precision() > limit.precision()
                    && (&other.phase, &other.name) == (&limit.phase, &limit.name)
                    && other.matches(cell)
            })
        };
        let decides = |cell: &&Cell| limit.figure(cell).is_some() && !overruled(cell);
        Ok(matched().filter(decides).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::file::tests::parse;
    use super::*;

    fn lines(text: &str, cells: &[Cell]) -> Result<Vec<String>, String> {
        let verdict = parse(text).unwrap().check(cells, &[]);
        let verdict = verdict.map_err(|usage| usage.to_string())?;
        Ok(verdict.lines().map(str::to_owned).collect())
    }

    #[test]
    fn the_worst_offender_comes_first() {
        let text = "[uniform.pool]\nbuild.requests = { max = 1000 }\nall.x = { min = 10 }\n\
                    all.end_blocks = 0\n[uniform.std]\nbuild.requests = { max = 1000 }\n";
        let cells = [
            cell("std", "build.requests=1010"),
            cell("pool", "build.requests=1001 all.x=5 all.end_blocks=0"),
        ];
        assert_eq!(
            lines(text, &cells).unwrap(),
            [
                "uniform/pool all.x 5 < limit 10 (-50.0%)",
                "uniform/std build.requests 1,010 > limit 1,000 (+1.0%)",
                "uniform/pool build.requests 1,001 > limit 1,000 (+0.1%)",
            ]
        );
        // Nothing is infinitely less than something.
        let leaky = [cell("pool", "build.requests=9999 all.x=10 all.end_blocks=1")];
        let first = &lines(text, &leaky).unwrap()[0];
        assert_eq!(first, "uniform/pool all.end_blocks 1 > limit 0");
    }

    #[test]
    fn one_more_allocation_in_a_thousand_inserts_is_caught() {
        let text = "[\"*\".pool]\nall.requests = 1292\n";
        assert!(lines(text, &[cell("pool", "build.requests=1292")]).unwrap().is_empty());
        // 50,000 inserts.
        let more = lines(text, &[cell("pool", "build.requests=1342")]).unwrap();
        assert_eq!(more, ["uniform/pool all.requests 1,342 > limit 1,292 (+3.9%)"]);
    }

    #[test]
    fn the_limit_that_says_more_decides() {
        let text = "[\"*\".\"*\"]\nall.x = 0\n[uniform.\"*\"]\nall.x = { max = 5 }\n\
                    [\"*\".pool]\nall.x = { max = 3 }\n";
        let cells = [cell("std", "all.x=4"), cell("pool", "all.x=4")];
        // Two that say as much both hold.
        let expected = ["uniform/pool all.x 4 > limit 3 (+33.3%)"];
        assert_eq!(lines(text, &cells).unwrap(), expected);
    }

    #[test]
    fn unknown_metrics_are_told_with_their_line() {
        let cells = [cell("std", "all.x=4"), cell("pool", "build.requests=4")];
        let error = lines("[uniform.pool]\n\nall.x = 4\n", &cells).unwrap_err();
        assert_eq!(error, "error: g.toml:3: unknown metric `all.x`");
        // A wildcard is for those that have the figure.
        assert!(lines("[\"*\".\"*\"]\nall.x = 4\n", &cells).unwrap().is_empty());
        // What was not measured is not checked.
        assert!(lines("[words.pool]\nall.nonsense = 4\n", &cells).unwrap().is_empty());
    }

    #[test]
    fn only_what_was_compared_is_counted() {
        let gate = parse("[uniform.\"*\"]\nbuild.requests = { percent = 5 }\n").unwrap();
        let mut other = cell("std", "build.requests=1");
        other.heap.as_mut().unwrap().outcome = "ff".to_owned();
        let past = [other, cell("pool", "build.requests=10"), cell("system", "build.ops=1")];
        let cells = ["std", "pool", "bump", "system"].map(|name| cell(name, "build.requests=20"));
        let verdict = gate.check(&cells, &past).unwrap();
        let offender = "uniform/pool build.requests 20 > limit 10.5 (+90.5%; 5% over 10 before)";
        assert_eq!(verdict.lines().collect::<Vec<_>>(), [offender]);
        assert_eq!(verdict.checked, 1);
        let [keys, bump, system] = verdict.not_compared() else { panic!("{verdict:?}") };
        assert!(
            keys.starts_with("uniform/std build.requests: other answers than before"),
            "{keys}"
        );
        assert_eq!(bump, "uniform/bump build.requests: not measured before");
        assert_eq!(system, "uniform/system build.requests: not measured before");
    }

    #[test]
    fn what_the_limits_need_is_found_out_early() {
        let gate = parse("quick = true\n[uniform.pool]\nall.x = { percent = 5 }\n").unwrap();
        let error = |quick, compares| gate.check_run(quick, compares).unwrap_err().to_string();
        assert_eq!(error(false, true), "error: g.toml: the limits are for a run with --quick");
        let complaint = "error: g.toml:3: `percent` needs --baseline NAME or --against REVISION";
        assert_eq!(error(true, false), complaint);
        assert!(gate.check_run(true, true).is_ok());
    }
}
