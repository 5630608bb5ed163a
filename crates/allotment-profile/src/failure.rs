//! [`Failure`]: how a run ends early.

use std::fmt;
use std::process::ExitCode;

/// Why there are no figures. The message is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The command line or a file it names is at fault: exit code 2.
    Refused(String),
    /// The harness is at fault: exit code 1.
    Broken(String),
}

impl Failure {
    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Refused(_) => ExitCode::from(2),
            Failure::Broken(_) => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(message) | Failure::Broken(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}
