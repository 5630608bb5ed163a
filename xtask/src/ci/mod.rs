//! `cargo xtask ci`: every check in order, each timed, with one line per lane at the end.

mod codegen;
mod lanes;
mod page;
mod surface;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;

use self::lanes::{LANES, Lane};
use crate::output;
use crate::status::Status;

/// Run the checks that a change must pass.
///
/// A lane whose tool cannot be had here is told as "not run", with the reason.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Run this lane only (may be given several times)
    #[arg(long = "lane", value_name = "NAME", value_parser = lane_names())]
    lanes: Vec<String>,

    /// Leave this lane out (may be given several times)
    #[arg(long = "skip", value_name = "NAME", value_parser = lane_names())]
    skipped: Vec<String>,

    /// List the lanes, and run nothing
    #[arg(long)]
    list: bool,
}

fn lane_names() -> PossibleValuesParser {
    PossibleValuesParser::new(LANES.iter().map(|lane| lane.name))
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    let lanes = select(LANES, flags);
    if flags.list {
        let line = |lane: &&Lane| format!("{:10} {}\n", lane.name, lane.about);
        return output::print(&lanes.iter().map(line).collect::<String>());
    }
    let mut results = Vec::new();
    for lane in lanes {
        output::note(&format!("\n== {}: {}", lane.name, lane.about));
        let start = Instant::now();
        let status = (lane.run)();
        results.push((lane.name, status, start.elapsed()));
    }
    output::print(&format!("\n{}", summary(&results)))?;
    match results.iter().filter(|(_, status, _)| matches!(status, Status::Failed(_))).count() {
        0 => Ok(()),
        1 => bail!("1 lane failed"),
        count => bail!("{count} lanes failed"),
    }
}

fn select<'a>(lanes: &'a [Lane], flags: &Flags) -> Vec<&'a Lane> {
    let named = |names: &[String], lane: &Lane| names.iter().any(|name| name == lane.name);
    let wanted = |lane: &&Lane| flags.lanes.is_empty() || named(&flags.lanes, lane);
    lanes.iter().filter(wanted).filter(|lane| !named(&flags.skipped, lane)).collect()
}

fn summary(results: &[(&str, Status, Duration)]) -> String {
    let mut text = String::new();
    for (name, status, time) in results {
        let status = match status {
            Status::Passed => "passed".to_owned(),
            Status::Failed(why) => format!("FAILED: {why}"),
            Status::NotRun(why) => format!("not run: {why}"),
        };
        let seconds = time.as_secs_f64();
        writeln!(text, "{name:10} {seconds:7.1} s  {status}").expect("strings grow");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lanes: &[&str], skipped: &[&str]) -> Vec<&'static str> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let flags = Flags { lanes: own(lanes), skipped: own(skipped), list: false };
        select(LANES, &flags).into_iter().map(|lane| lane.name).collect()
    }

    #[test]
    fn lanes_are_picked_in_their_own_order() {
        assert_eq!(names(&["tidy", "fmt"], &[]), ["fmt", "tidy"]);
        assert_eq!(names(&[], &[]).len(), LANES.len());
        assert_eq!(names(&[], &["test"]).len(), LANES.len() - 1);
        assert!(!names(&[], &["test"]).contains(&"test"));
    }

    #[test]
    fn the_summary_has_one_line_a_lane() {
        let text = summary(&[
            ("fmt", Status::Passed, Duration::from_millis(1240)),
            ("miri", Status::NotRun("no nightly toolchain".to_owned()), Duration::ZERO),
            ("tidy", Status::Failed("2 findings".to_owned()), Duration::from_secs(61)),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "fmt            1.2 s  passed",
                "miri           0.0 s  not run: no nightly toolchain",
                "tidy          61.0 s  FAILED: 2 findings",
            ]
        );
    }
}
