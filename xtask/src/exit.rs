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

/// Everything worked, and something was found: an exit code for each kind of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A limit of a gate does not hold.
    Gate,
    /// Memory is not given back, or grows without end.
    Leak,
    /// The user ended it; what was done by then stands.
    Interrupted,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Alarm {
    kind: Kind,
    line: String,
}

impl Alarm {
    pub(crate) fn new(kind: Kind, line: impl Into<String>) -> Alarm {
        Alarm { kind, line: line.into() }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Alarm {}

/// The process's exit code for `error`.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<Alarm>().map(|alarm| alarm.kind) {
        Some(Kind::Gate) => 3,
        Some(Kind::Leak) => 4,
        Some(Kind::Interrupted) => 130,
        None if error.is::<Usage>() => 2,
        None => 1,
    }
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
    fn each_kind_of_end_has_its_code() {
        assert_eq!(code(&Usage::new("no such workload").into()), 2);
        assert_eq!(code(&anyhow::anyhow!("a lane failed")), 1);
        let of = |kind| code(&Alarm::new(kind, "x").into());
        assert_eq!((of(Kind::Gate), of(Kind::Leak), of(Kind::Interrupted)), (3, 4, 130));
    }

    #[test]
    fn only_our_own_lines_are_prefixed() {
        assert_eq!(line(&Usage::new("x").into()), "error: x");
        assert_eq!(line(&Usage::verbatim("k.txt:3: bad").into()), "k.txt:3: bad");
        assert_eq!(line(&anyhow::anyhow!("x").context("y")), "error: y: x");
        assert_eq!(line(&Alarm::new(Kind::Leak, "pool leaks").into()), "error: pool leaks");
    }
}
