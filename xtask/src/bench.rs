//! `cargo xtask bench`: the criterion benchmarks, and where their reports are.

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Run the criterion benchmarks of `allotment-benches`.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Run only the benchmarks whose id contains this text or matches this pattern
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,

    /// Stop each benchmark as soon as its figure is settled: rougher, several times faster
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    let status =
        workspace::cargo().args(arguments(flags)).status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the benchmarks failed: {status}");
    }
    let reports = workspace::metadata()?.target_directory.join("criterion");
    println!("Reports: {}", reports.display());
    let index = reports.join("report").join("index.html");
    if index.is_file() {
        println!("Start at {}", index.display());
    }
    Ok(())
}

/// The glob keeps to bench targets: the harness of the package's library knows no `--quick`.
fn arguments(flags: &Flags) -> Vec<&str> {
    let mut arguments = vec!["bench", "-p", "allotment-benches", "--bench", "*", "--"];
    arguments.extend(flags.quick.then_some("--quick"));
    arguments.extend(flags.filter.as_deref());
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_reach_criterion() {
        let flags = Flags { filter: Some("insert/pool".into()), quick: true };
        let arguments = arguments(&flags);
        let split = arguments.iter().position(|argument| *argument == "--").unwrap();
        assert_eq!(arguments[split + 1..], ["--quick", "insert/pool"]);
    }
}
