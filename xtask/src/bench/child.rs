//! The measuring programs: built once, then one process for each table and size.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use super::catalog::{Catalog, Job, Wish};
use super::outcome::Outcome;
use crate::program::{Build, PROFILE, PROFILE_NOTE, death, ended};
use crate::workspace;

const PACKAGE: &str = "allotment-benches";
const TIME: &str = "compare-time";
const COUNTS: &str = "compare-counts";

/// The peers, as cargo knows them.
const PEERS: [&str; 11] = [
    "brie-tree",
    "bbtree",
    "pstd",
    "indexset",
    "roaring",
    "bumpalo",
    "slab",
    "fst",
    "heed",
    "redb",
    "rkyv",
];

/// The measuring programs, in the order of their tables.
pub(crate) struct Programs {
    paths: Vec<PathBuf>,
}

impl Programs {
    /// Builds them; `native` for the very processor of this machine, in a folder of its own, so
    /// that neither build pushes the other out.
    pub(crate) fn build(native: bool) -> Result<Programs> {
        let mut arguments = vec!["--profile", PROFILE, "-p", PACKAGE];
        arguments.extend(["--bin", TIME, "--bin", COUNTS]);
        let folder = workspace::metadata()?.target_directory.join("native");
        let folder = folder.to_str().context("the build folder's path is not UTF-8")?.to_owned();
        let (mut env, mut how) = (Vec::new(), PROFILE_NOTE.to_owned());
        if native {
            arguments.extend(["--target-dir", &folder]);
            let flags = env::var("RUSTFLAGS").unwrap_or_default();
            env.push(("RUSTFLAGS", format!("{flags} -C target-cpu=native").trim().to_owned()));
            how += ", target-cpu=native";
        }
        let build = Build::new(PACKAGE, &how, &arguments, &env)?;
        Ok(Programs { paths: vec![build.program(TIME)?, build.program(COUNTS)?] })
    }

    #[cfg(test)]
    pub(crate) fn at(path: PathBuf) -> Programs {
        Programs { paths: vec![path] }
    }

    /// Asks what can be measured: a catalogue for each program.
    pub(crate) fn catalogs(&self) -> Result<Vec<Catalog>> {
        let ask = |path: &PathBuf| {
            let name = path.display();
            let mut command = Command::new(path);
            let output = command.arg("--list").stdin(Stdio::null()).output();
            let output = output.with_context(|| format!("cannot start {name}"))?;
            if !output.status.success() {
                bail!("`{name} --list` failed: {}", death(&output));
            }
            serde_json::from_slice(&output.stdout)
                .with_context(|| format!("cannot read the output of `{name} --list`"))
        };
        self.paths.iter().map(ask).collect()
    }

    /// Runs a job to its end and hands each row to `take` as it is finished.
    ///
    /// The error says how the process ended, or what it printed that is no row.
    pub(crate) fn run(
        &self,
        job: &Job,
        wish: &Wish,
        mut take: impl FnMut(Outcome),
    ) -> Result<(), String> {
        let mut command = Command::new(&self.paths[job.program]);
        command.args(arguments(job, wish));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start: {error}"))?;
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            // What was read until an error is all there is to tell.
            let _ = stderr.read_to_end(&mut said);
            said
        });
        let read = read_rows(&mut child, &mut take);
        if read.is_err() {
            // It may be waiting for a reader that is gone; that it cannot be killed means it ended.
            let _ = child.kill();
        }
        let status = child.wait().map_err(|error| format!("cannot wait for it: {error}"))?;
        let said = said.join().unwrap_or_default();
        read?;
        if status.success() { Ok(()) } else { Err(ended(status, &said)) }
    }
}

fn read_rows(child: &mut Child, take: &mut impl FnMut(Outcome)) -> Result<(), String> {
    let stdout = child.stdout.take().expect("stdout is piped");
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(|error| format!("cannot read its output: {error}"))?;
        take(Outcome::parse(&line)?);
    }
    Ok(())
}

fn arguments(job: &Job, wish: &Wish) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut add = |flag: &str, value: &str| arguments.extend([flag.to_owned(), value.to_owned()]);
    add("--table", &job.table.name);
    add("--size", &job.size.to_string());
    if let Some(rounds) = wish.rounds {
        add("--rounds", &rounds.to_string());
    }
    job.table.rows.iter().for_each(|row| add("--row", &row.name));
    job.table.contenders.iter().for_each(|name| add("--contender", name));
    arguments.extend(wish.quick.then(|| "--quick".to_owned()));
    arguments
}

/// The peers with the versions they are built in: `bbtree 0.2.0, ...`.
pub(crate) fn peers() -> Result<String> {
    let output = workspace::cargo()
        .args(["tree", "-p", PACKAGE, "--depth", "1", "--prefix", "none", "-e", "normal"])
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", death(&output));
    }
    Ok(versions(&String::from_utf8_lossy(&output.stdout)))
}

fn versions(tree: &str) -> String {
    let version = |name: &&str| {
        let line = tree.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" v"))?;
        Some(format!("{name} {}", line.split_whitespace().next()?))
    };
    PEERS.iter().filter_map(version).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::table;
    use super::*;

    #[test]
    fn versions_are_found_in_the_tree() {
        let tree =
            "allotment-benches v0.1.0 (x)\nbbtree v0.2.0\nbrie-tree v0.1.2 (*)\nserde v1.0.2\n";
        assert_eq!(versions(tree), "brie-tree 0.1.2, bbtree 0.2.0");
    }

    #[test]
    fn a_job_is_spelled_out_for_the_program() {
        let table = table("u64", &["get miss"], &["std", "pool"]);
        let job = Job { program: 0, table, size: 7, whole: true };
        let wish = Wish { quick: true, rounds: Some(2), ..Wish::default() };
        let (first, rest) = (arguments(&job, &wish)[..6].join(" "), arguments(&job, &wish));
        assert_eq!(first, "--table u64 --size 7 --rounds 2");
        let rest = rest[6..].join(" ");
        assert_eq!(rest, "--row get miss --contender std --contender pool --quick");
    }
}
