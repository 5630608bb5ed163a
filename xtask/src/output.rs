//! What the commands say, to readers who may have gone away: [`print()`] and [`note`].

use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};

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
}
