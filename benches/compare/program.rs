//! What the two programs share: the command line, the lines they print, and how they fail.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use super::course::{OPS_MAX, OPS_MIN};

/// Compares maps and prints a line of JSON for each row.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Print the tables as JSON, and measure nothing
    #[arg(long)]
    list: bool,

    /// The table to fill
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub(crate) table: Option<String>,

    /// Entries of each map
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = entries)]
    pub(crate) size: usize,

    /// How often every contender runs each row [default: by the size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,

    /// Operations that are timed in a round where their number is free, at least
    #[arg(long, value_name = "N", default_value_t = OPS_MIN as u32,
          value_parser = clap::value_parser!(u32).range(1000..=OPS_MAX as i64))]
    ops: u32,

    /// Few rounds
    #[arg(long)]
    quick: bool,

    /// Run this row only (may be given several times)
    #[arg(long = "row", value_name = "NAME")]
    rows: Vec<String>,

    /// Run this contender only, beside std (may be given several times)
    #[arg(long = "contender", value_name = "NAME")]
    contenders: Vec<String>,
}

fn entries(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(entries @ 16..=1_000_000_000) => Ok(entries),
        Ok(_) => Err("16 to 1000000000 entries can be measured".to_owned()),
        Err(error) => Err(format!("{error}")),
    }
}

impl Args {
    pub(crate) fn wants_row(&self, name: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|row| row == name)
    }

    /// The baseline always runs: the answers of the others are compared with its own.
    pub(crate) fn wants_contender(&self, name: &str) -> bool {
        name == BASELINE
            || self.contenders.is_empty()
            || self.contenders.iter().any(|contender| contender == name)
    }

    pub(crate) fn ops(&self) -> usize {
        self.ops as usize
    }

    /// Rounds of a table that runs its rows on so many kinds of keys. Large maps take long, and
    /// their rounds differ less.
    pub(crate) fn rounds(&self, kinds: usize) -> usize {
        let by_size = match (self.quick, kinds * self.size) {
            (true, _) => 3,
            (false, ..=10_000) => 15,
            (false, ..=200_000) => 11,
            (false, ..=1_500_000) => 5,
            (false, _) => 3,
        };
        self.rounds.map_or(by_size, |rounds| rounds as usize)
    }
}

/// What the others are compared with.
pub(crate) const BASELINE: &str = "std";

/// What a program can measure, as `--list` prints it.
#[derive(Serialize)]
pub(crate) struct Catalog {
    pub(crate) tables: Vec<Table>,
}

/// One table. The reader's side is in xtask.
#[derive(Serialize)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) sizes: Vec<usize>,
    pub(crate) quick_sizes: Vec<usize>,
    pub(crate) contenders: Vec<&'static str>,
    pub(crate) rows: Vec<RowInfo>,
}

#[derive(Serialize)]
pub(crate) struct RowInfo {
    pub(crate) name: String,
    pub(crate) about: String,
}

/// One finished row. The reader's side is in xtask.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(crate) row: String,
    pub(crate) size: usize,
    pub(crate) cells: Vec<Cell>,
}

/// The figures of a contender in a row: one of each round.
#[derive(Serialize)]
pub(crate) struct Cell {
    pub(crate) contender: &'static str,
    pub(crate) samples: Vec<f64>,
    /// What stands in for an operation that the contender does not offer as such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) substitute: Option<&'static str>,
}

/// Why there are no figures. The message is one line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is at fault: exit code 2.
    Refused(String),
    /// A contender or the program is at fault: exit code 1.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(message) | Failure::Broken(message) => f.write_str(message),
        }
    }
}

/// Where finished rows go.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(Outcome) -> Result<(), Failure>;

/// Parses the command line, and lists the tables or has `measure` fill one.
pub(crate) fn run(
    catalog: &Catalog,
    measure: impl FnOnce(&Args, Emit<'_>) -> Result<(), Failure>,
) -> ExitCode {
    let args = Args::parse();
    let ended = match args.list {
        true => print(catalog),
        false => check(&args, catalog).and_then(|()| measure(&args, &mut |row| print(&row))),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody may be reading any more.
            let _ = writeln!(io::stderr(), "error: {failure}");
            match failure {
                Failure::Refused(_) => ExitCode::from(2),
                Failure::Broken(_) => ExitCode::from(1),
            }
        }
    }
}

/// Whether the command line names a table of the catalogue, and rows and contenders of that.
fn check(args: &Args, catalog: &Catalog) -> Result<(), Failure> {
    let name = args.table.as_deref().unwrap_or_default();
    let names = |list: Vec<&str>| list.join(", ");
    let refuse = |kind: &str, name: &str, valid: Vec<&str>| {
        let valid = names(valid);
        Err(Failure::Refused(format!("unknown {kind} `{}`; valid: {valid}", name.escape_debug())))
    };
    let Some(table) = catalog.tables.iter().find(|table| table.name == name) else {
        return refuse("table", name, catalog.tables.iter().map(|table| table.name).collect());
    };
    let rows: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    if let Some(unknown) = args.rows.iter().find(|row| !rows.contains(&row.as_str())) {
        return refuse("row", unknown, rows);
    }
    let known = |name: &str| table.contenders.contains(&name);
    match args.contenders.iter().find(|name| !known(name)) {
        Some(unknown) => refuse("contender", unknown, table.contenders.clone()),
        None => Ok(()),
    }
}

fn print(value: &impl Serialize) -> Result<(), Failure> {
    let broken = |error: io::Error| Failure::Broken(format!("cannot write the result: {error}"));
    let mut line = serde_json::to_string(value).map_err(|error| broken(error.into()))?;
    line.push('\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Result<Args, String> {
        let words = std::iter::once("compare").chain(line.split_whitespace());
        Args::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn rounds_follow_from_the_size_or_are_given() {
        let rounds = |line| args(line).unwrap().rounds(1);
        assert_eq!(rounds("--table t --size 1000"), 15);
        assert_eq!(rounds("--table t --size 100000"), 11);
        assert_eq!(rounds("--table t --size 1000000"), 5);
        assert_eq!(args("--table t --size 500000").unwrap().rounds(4), 3);
        assert_eq!(rounds("--table t --size 1000000 --quick"), 3);
        assert_eq!(rounds("--table t --size 1000000 --quick --rounds 1"), 1);
        assert!(args("--table t --rounds 0").is_err());
        assert!(args("--table t --size 18446744073709551615").is_err());
        assert!(args("--table t --size 15").unwrap_err().contains("16 to 1000000000"));
    }

    #[test]
    fn the_baseline_always_runs() {
        let args = args("--table t --contender pool --row clone").unwrap();
        assert!(args.wants_contender("std") && args.wants_contender("pool"));
        assert!(!args.wants_contender("brie"));
        assert!(args.wants_row("clone") && !args.wants_row("drop"));
    }

    #[test]
    fn unknown_names_are_answered_with_the_valid_ones() {
        let row = RowInfo { name: "drop".to_owned(), about: String::new() };
        let (sizes, quick_sizes) = (Vec::new(), Vec::new());
        let contenders = vec!["std", "pool"];
        let (name, title, unit, rows) = ("u64", "", "", vec![row]);
        let table = Table { name, title, unit, sizes, quick_sizes, contenders, rows };
        let catalog = Catalog { tables: vec![table] };
        let message = |line: &str| match check(&args(line).unwrap(), &catalog) {
            Ok(()) => String::new(),
            Err(failure) => failure.to_string(),
        };
        assert_eq!(message("--table u46"), "unknown table `u46`; valid: u64");
        assert_eq!(message("--table u64 --row dorp"), "unknown row `dorp`; valid: drop");
        let unknown = "unknown contender `pol`; valid: std, pool";
        assert_eq!(message("--table u64 --contender pol"), unknown);
        assert_eq!(message("--table u64 --row drop --contender pool"), "");
    }
}
