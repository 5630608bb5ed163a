//! [`Failure`]: why a command ends with another code than 0.

use std::fmt;
use std::io;
use std::path::Path;

use allotment_snapshot::{Damage, DamageKind, OpenError};

/// Why a command ends with another code than 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The files differ, which the output says.
    Differ(String),
    /// A file is damaged, or no snapshot: where and why.
    Damaged(String),
    /// A file could not be read.
    Unreadable(String),
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Differ(_) => 1,
            Self::Damaged(_) => 3,
            Self::Unreadable(_) | Self::Output(_) => 4,
        }
    }

    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// A file that is not opened, and how long it is.
    pub(crate) fn to_open(path: &Path, length: u64, error: &OpenError) -> Self {
        let path = path.display();
        let place = match error {
            OpenError::Unreadable(why) => return Self::Unreadable(format!("{path}: {why}")),
            OpenError::NoFooter | OpenError::Footer => {
                format!(" (its footer stands at byte {})", length.saturating_sub(256))
            }
            OpenError::NotASnapshot | OpenError::Header => " (its header, at byte 0)".to_owned(),
            _ => String::new(),
        };
        Self::Damaged(format!("{path}: {error}{place}"))
    }

    /// A file that is damaged further in.
    pub(crate) fn to_read(path: &Path, damage: &Damage) -> Self {
        let said = format!("{}: {damage}", path.display());
        match damage.kind {
            DamageKind::Unreadable(_) => Self::Unreadable(said),
            _ => Self::Damaged(said),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differ(said) => f.write_str(said),
            Self::Damaged(said) => write!(f, "damaged: {said}"),
            Self::Unreadable(said) => write!(f, "error: {said}"),
            Self::Output(error) => write!(f, "error: the output cannot be written: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
