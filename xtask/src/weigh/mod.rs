//! `cargo xtask weigh`: what a map costs a program that uses it, in machine code and in the time of
//! its build, beside std's.
//!
//! Generic code is compiled for each pair of types. Programs are made up that put one map through
//! what maps are used for, or several, each of other types; what a map costs is what a further one
//! adds. So whatever programs have anyway, and what the library compiles once, is not in it.

mod figures;
mod program;
mod yard;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use self::figures::Weighed;
use self::program::{Contender, Keys, Program};
use self::yard::{Profile, Yard};
use crate::host::Host;
use crate::progress::Progress;
use crate::table::wrapped;
use crate::{output, workspace};

/// Raised when a field changes its meaning or goes; new fields leave it as it is.
const SCHEMA_VERSION: u32 = 1;

/// Measure what a map adds to a program, in machine code and in build time, beside std's.
///
/// Builds programs that use one map, and programs that use many, each of other types, by turns. It
/// takes about five minutes on two cores; times are of the whole machine, so leave it alone.
#[derive(clap::Args)]
pub(crate) struct Flags {
    /// Maps of the larger programs
    #[arg(long, value_name = "N", default_value_t = 12)]
    #[arg(value_parser = clap::value_parser!(u8).range(2..=32))]
    maps: u8,

    /// How often each program is built
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,

    /// Only maps of these keys (may be given several times)
    #[arg(long, value_name = "NAME")]
    keys: Vec<Keys>,

    /// Write every figure of every round to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    host: &'a Host,
    programs: &'a [Weighed],
}

pub(crate) fn run(flags: &Flags) -> Result<()> {
    // Before the builds: a wrong path should not cost minutes.
    if let Some(path) = &flags.json {
        output::writable(path)?;
    }
    let host = Host::here();
    let programs = programs(&flags.keys, usize::from(flags.maps));
    let folder = workspace::metadata()?.target_directory.join("weigh");
    let yard = Yard::lay_out(folder, &programs)?;
    let weighed = weigh(&yard, &programs, usize::from(flags.rounds))?;

    let circumstances = format!(
        "{}; what one map adds, by programs of 1 and of {}; medians over rounds: {}.",
        host.sentence(),
        flags.maps,
        flags.rounds
    );
    output::print(&format!("{}\n{}", wrapped(&circumstances), figures::table(&weighed)))?;
    if let Some(path) = &flags.json {
        let report = Report { schema_version: SCHEMA_VERSION, host: &host, programs: &weighed };
        let json = serde_json::to_string_pretty(&report)? + "\n";
        fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// All programs, those next to each other that are compared.
fn programs(wanted: &[Keys], most: usize) -> Vec<Program> {
    let is_wanted = |keys: &Keys| wanted.is_empty() || wanted.contains(keys);
    let of = |keys| {
        let sizes = [1, most].into_iter();
        sizes
            .flat_map(move |maps| Contender::ALL.map(|contender| Program { contender, keys, maps }))
    };
    Keys::ALL.into_iter().filter(is_wanted).flat_map(of).collect()
}

/// Builds all programs once for their code, and then in each round, in turn, for the time.
fn weigh(yard: &Yard, programs: &[Program], rounds: usize) -> Result<Vec<Weighed>> {
    let progress = Progress::new(Profile::ALL.len() * programs.len() * (1 + rounds));
    let step = |what: &str, program: &Program, profile: Profile| {
        progress.begin(&format!("{what}: {}, {}", program.name(), profile.name()));
        let built = yard.build(program, profile);
        progress.end();
        built
    };
    let (mut weighed, mut answers) = (Vec::new(), Vec::new());
    for profile in Profile::ALL {
        for &program in programs {
            let built = step("code", &program, profile)?;
            weighed.push(Weighed { program, profile, code: built.code()?, seconds: Vec::new() });
            answers.push((program, built.answer()?));
        }
    }
    agree(&answers)?;
    for round in 1..=rounds {
        for one in &mut weighed {
            let built = step(&format!("round {round}"), &one.program, one.profile)?;
            one.seconds.push(built.took.as_secs_f64());
        }
    }
    Ok(weighed)
}

/// No figure is worth anything if the programs do not do the same.
fn agree(answers: &[(Program, String)]) -> Result<()> {
    for (program, answer) in answers {
        let alike = |other: &Program| (other.keys, other.maps) == (program.keys, program.maps);
        if let Some((other, said)) =
            answers.iter().find(|(other, said)| alike(other) && said != answer)
        {
            let names = (program.name(), other.name());
            bail!("{} answers {}, {} {}", names.0, answer.trim(), names.1, said.trim());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_compared_are_built_one_after_the_other() {
        let names = |wanted: &[Keys]| {
            programs(wanted, 5).iter().map(Program::name).collect::<Vec<_>>().join(" ")
        };
        let strings = "std-strings-1 ours-strings-1 std-strings-5 ours-strings-5";
        assert_eq!(names(&[Keys::Strings]), strings);
        assert_eq!(programs(&[], 5).len(), 12);
        assert!(names(&[]).contains(strings));
    }

    #[test]
    fn programs_that_differ_are_told() {
        let programs = programs(&[Keys::Integers], 3);
        let said = ["7\n", "7\n", "21\n", "21\n"].map(str::to_owned);
        let answers: Vec<_> = programs.into_iter().zip(said).collect();
        agree(&answers).unwrap();
        let mut wrong = answers;
        wrong[3].1 = "22\n".to_owned();
        let told = agree(&wrong).unwrap_err().to_string();
        assert_eq!(told, "std-integers-3 answers 21, ours-integers-3 22");
    }
}
