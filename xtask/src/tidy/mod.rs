//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy checks.
//!
//! Every finding is listed, not only the first. The same check runs as a test, so that
//! `cargo test --workspace` covers it.

mod cycle;
mod finding;
mod graph;
mod hazards;
mod layers;
mod markdown;
mod modules;
mod sizes;
mod source;
mod tokens;
mod unsafety;
mod words;

use std::path::Path;

use anyhow::{Result, bail};

use self::finding::Finding;
pub(crate) use self::layers::is_library;
use self::source::Source;
use crate::output;
use crate::workspace::{self, Metadata};

/// Check layers, sizes, SAFETY comments, where unsafe may stand, links and leftovers.
#[derive(clap::Args)]
pub(crate) struct Flags {}

pub(crate) fn run(_: &Flags) -> Result<()> {
    let findings = check(workspace::root(), &workspace::metadata()?)?;
    let line = |finding: &Finding| format!("{finding}\n");
    output::print(&findings.iter().map(line).collect::<String>())?;
    match findings.len() {
        0 => Ok(()),
        1 => bail!("1 finding"),
        count => bail!("{count} findings"),
    }
}

/// All findings of the tree below `root`, sorted by place.
fn check(root: &Path, metadata: &Metadata) -> Result<Vec<Finding>> {
    let sources = source::load(root)?;
    let mut findings = layers::check(&metadata.packages);
    for source in &sources {
        findings.extend(words::check(source));
        if source.is_rust() {
            findings.extend(check_rust(source));
        }
        if source.is_markdown() {
            findings.extend(markdown::check(source, root));
        }
    }
    findings.extend(cycle::check(&sources));
    findings.extend(hazards::check(&sources, root));
    findings.sort();
    Ok(findings)
}

fn check_rust(source: &Source) -> Vec<Finding> {
    let mut findings = sizes::check_lines(source);
    match tokens::scan(&source.text) {
        Ok(scan) => {
            findings.extend(sizes::check_functions(source, &scan));
            findings.extend(unsafety::check(source, &scan));
        }
        Err(error) => findings.push(Finding::new(&source.path, 1, format!("no Rust: {error}"))),
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let findings = check(workspace::root(), &workspace::metadata().unwrap()).unwrap();
        let list: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(list.is_empty(), "{} findings:\n{}", list.len(), list.join("\n"));
    }
}
