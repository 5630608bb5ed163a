//! What the commands say, to readers who may have gone away: [`print()`] and [`note`]; and whether
//! there is a place for what they write.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::exit::Usage;

/// Writes text to standard output. A reader that has gone away is no failure: whatever else is to
/// be done is done, and ends as it would have ended.
///
/// # Errors
///
/// If it cannot be written for another reason, such as a full disk.
pub(crate) fn print(text: &str) -> Result<()> {
    forgive(write(&mut io::stdout().lock(), text)).context("cannot write to standard output")
}

/// Writes a line to standard error, if anyone still reads it.
pub(crate) fn note(line: &str) {
    let _ = write(&mut io::stderr().lock(), &format!("{line}\n"));
}

/// Finds out early whether the file can be written. What it has stays until it is.
///
/// # Errors
///
/// If it cannot be.
pub(crate) fn writable(path: &Path) -> Result<(), Usage> {
    let refuse = |error| Usage::new(format!("cannot write `{}`: {error}", path.display()));
    OpenOptions::new().append(true).create(true).open(path).map(drop).map_err(refuse)
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

fn forgive(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_pipe_is_forgiven() {
        assert!(forgive(Err(ErrorKind::BrokenPipe.into())).is_ok());
        assert!(forgive(Err(ErrorKind::StorageFull.into())).is_err());
        assert!(forgive(Ok(())).is_ok());
    }

    #[test]
    fn a_report_that_cannot_be_written_is_told_first() {
        let error = writable(Path::new("no/such/folder/report.json")).unwrap_err().to_string();
        assert!(error.starts_with("error: cannot write `no/such/folder/report.json`: "), "{error}");
    }

    #[test]
    fn an_older_report_stays_until_there_is_another() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "older").unwrap();
        writable(file.path()).unwrap();
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "older");
    }
}
