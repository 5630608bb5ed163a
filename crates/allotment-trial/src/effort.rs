//! How much a test does, and the figures that come of it.
//!
//! `cargo xtask soak` sets both variables and runs the same tests that `cargo test` does.

use std::env;
use std::fs::File;
use std::io::Write;
use std::sync::OnceLock;

/// How many times the ordinary amount a test is to do: `ALLOTMENT_EFFORT`, or 1.
///
/// # Panics
///
/// If the variable is not a number of at least 1.
#[must_use]
pub fn effort() -> u64 {
    let Ok(text) = env::var("ALLOTMENT_EFFORT") else { return 1 };
    match text.parse() {
        Ok(effort) if effort > 0 => effort,
        _ => panic!("ALLOTMENT_EFFORT={text} is not a number of at least 1"),
    }
}

/// Reports that `count` more of `what` went well: a line in the file that `ALLOTMENT_TALLY` names,
/// if it names one.
///
/// # Panics
///
/// If the file cannot be written to.
pub fn tally(what: &str, count: u64) {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let open = || {
        let path = env::var_os("ALLOTMENT_TALLY")?;
        Some(File::options().append(true).open(path).expect("the file of the tallies"))
    };
    if let Some(mut file) = FILE.get_or_init(open).as_ref() {
        // In one piece: several processes write.
        let line = format!("{count}\t{what}\n");
        file.write_all(line.as_bytes()).expect("room for a line");
    }
}
