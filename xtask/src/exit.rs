//! How an error becomes an exit code and the one line that explains it.

use std::fmt;

/// The command line or an input file cannot be used: exit code 2.
#[derive(Debug)]
pub(crate) struct Usage {
    line: String,
}

impl Usage {
    /// An error of our own; `message` follows the word `error:`.
    pub(crate) fn new(message: impl fmt::Display) -> Usage {
        Usage { line: format!("error: {message}") }
    }

    /// A line that a child printed, passed on as it is.
    pub(crate) fn verbatim(line: impl Into<String>) -> Usage {
        Usage { line: line.into() }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Usage {}

/// The process's exit code for `error`.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() { 2 } else { 1 }
}

/// What to print on stderr for `error`.
pub(crate) fn line(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Usage>() {
        Some(usage) => usage.to_string(),
        None => format!("error: {error:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_two_and_the_rest_is_one() {
        assert_eq!(code(&Usage::new("no such workload").into()), 2);
        assert_eq!(code(&anyhow::anyhow!("a lane failed")), 1);
    }

    #[test]
    fn only_our_own_lines_are_prefixed() {
        assert_eq!(line(&Usage::new("x").into()), "error: x");
        assert_eq!(line(&Usage::verbatim("k.txt:3: bad").into()), "k.txt:3: bad");
        assert_eq!(line(&anyhow::anyhow!("x").context("y")), "error: y: x");
    }
}
