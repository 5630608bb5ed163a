//! [`run_program`]: what the two programs have in common, from the command line to the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::failure::Failure;

/// Parses the command line and runs `main`. What goes wrong becomes one line on standard error.
pub fn run_program<T: Parser>(main: impl FnOnce(T) -> Result<(), Failure>) -> ExitCode {
    let args = match T::try_parse() {
        Ok(args) => args,
        Err(error) => return refuse(&error),
    };
    match main(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// Writes text to standard output. A reader that has gone away is no failure.
///
/// # Errors
///
/// [`Failure::Broken`], if it cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Broken(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Help goes to standard output as it is; of a mistake, the first paragraph, in one line.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match print(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.exit_code(),
        };
    }
    let paragraph: Vec<_> =
        text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    complain(paragraph.join(" ").trim_start_matches("error: "));
    ExitCode::from(2)
}

/// One line on standard error, if anyone still reads it.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "error: {message}");
}
