//! The workspace's commands: `cargo xtask --help` lists them.
//!
//! Exit codes:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | all went well |
//! | 1 | something was found wrong: a check failed, an answer differs from std's, a harness died |
//! | 2 | the command line or an input file cannot be used |
//! | 3 | a limit of the profile's gate does not hold |
//! | 4 | the profile found a leak, or memory that grows without end |
//! | 130 | Ctrl-C, or another request to end; what was measured by then is written |
//!
//! Where several hold, 130 goes first, then 1, 4 and 3. A reader of the output that goes away, as
//! `head` does, changes neither what is done nor the code.

// They panic when the reader is gone; see `output`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod ci;
mod exit;
mod format;
mod fuzz;
mod host;
mod miri;
mod output;
mod page;
mod parallel;
mod profile;
mod program;
mod progress;
mod sanitize;
mod soak;
mod statistics;
mod status;
mod table;
mod tidy;
mod toolchain;
mod weigh;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Measure, check and benchmark the workspace.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Profile(profile::Flags),
    Bench(bench::Flags),
    Weigh(weigh::Flags),
    Ci(ci::Flags),
    Tidy(tidy::Flags),
    Soak(soak::Flags),
    Fuzz(fuzz::Flags),
    Miri(miri::Flags),
    Sanitize(sanitize::Flags),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Profile(flags) => profile::run(&flags),
        Command::Bench(flags) => bench::run(&flags),
        Command::Weigh(flags) => weigh::run(&flags),
        Command::Ci(flags) => ci::run(&flags),
        Command::Tidy(flags) => tidy::run(&flags),
        Command::Soak(flags) => soak::run(&flags),
        Command::Fuzz(flags) => fuzz::run(&flags),
        Command::Miri(flags) => miri::run(&flags),
        Command::Sanitize(flags) => sanitize::run(&flags),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&exit::line(&error));
            ExitCode::from(exit::code(&error))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_flag_is_explained() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{} lacks help", command.get_name());
            for flag in command.get_arguments() {
                assert!(flag.get_help().is_some(), "{} lacks help", flag.get_id());
            }
        }
    }
}
