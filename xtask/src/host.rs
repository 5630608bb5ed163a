//! Where and when a report was made: machine, toolchain, revision, date.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::workspace;

const UNKNOWN: &str = "unknown";

/// The circumstances of a report; `unknown` where the machine does not tell.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Host {
    /// Start of the run, UTC, as ISO 8601.
    pub(crate) date: String,
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) os: String,
    pub(crate) rustc: String,
    pub(crate) revision: String,
    /// Whether files differed from the revision; absent outside a checkout.
    pub(crate) dirty: Option<bool>,
}

impl Host {
    pub(crate) fn here() -> Host {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let unknown = || UNKNOWN.to_owned();
        Host {
            date: iso_date(seconds),
            cpu: cpu().unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(0, usize::from),
            os: ask("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            rustc: ask("rustc", &["--version"]).unwrap_or_else(unknown),
            revision: git(&["rev-parse", "HEAD"]).unwrap_or_else(unknown),
            dirty: git(&["status", "--porcelain"]).map(|changes| !changes.is_empty()),
        }
    }

    /// All of it in one line for people.
    pub(crate) fn sentence(&self) -> String {
        let Host { date, cpu, cores, os, rustc, revision, dirty } = self;
        let revision: String = revision.chars().take(12).collect();
        let changed = if *dirty == Some(true) { " with local changes" } else { "" };
        format!("{date}, revision {revision}{changed}; {cpu}, {cores} cores; {os}; {rustc}")
    }
}

/// Without locks, so that asking never gets in the way of work in the same checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let mut all = vec!["--no-optional-locks"];
    all.extend(arguments);
    ask("git", &all)
}

fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(workspace::root())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn cpu() -> Option<String> {
    match fs::read_to_string("/proc/cpuinfo") {
        Ok(text) => cpu_model(&text),
        Err(_) => ask("sysctl", &["-n", "machdep.cpu.brand_string"]),
    }
}

fn cpu_model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Seconds since 1970 as `YYYY-MM-DDTHH:MM:SSZ`.
fn iso_date(seconds: u64) -> String {
    let (mut days, clock) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(iso_date(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_date(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(iso_date(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(iso_date(1_767_225_600), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn the_cpu_is_named_by_its_model() {
        let text = "processor\t: 0\nmodel name\t: Some CPU: 9000\nmodel name\t: other\n";
        assert_eq!(cpu_model(text).as_deref(), Some("Some CPU: 9000"));
        assert_eq!(cpu_model("processor\t: 0\n"), None);
    }

    #[test]
    fn local_changes_are_told() {
        let clean = Host { dirty: Some(false), ..Host::default() };
        assert!(!clean.sentence().contains("changes"));
        let changed = Host { dirty: Some(true), ..Host::default() };
        assert!(changed.sentence().contains("with local changes"));
    }
}
