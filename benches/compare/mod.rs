//! The comparison of maps that `cargo xtask bench` shows: ours on two backends, the standard
//! library's, and its peers, each used as its authors would have it.
//!
//! Two programs, so that times are taken without anything that counts:
//!
//! - `compare-time`: contenders take turns round by round on the same fresh keys; a line of JSON
//!   for each row holds a figure for each contender and round.
//! - `compare-counts`: the same lines with bytes, requests and comparisons, which are the same on
//!   every run; memory is counted by dhat's allocator under everything.
//!
//! Every contender must give the same answers as the standard library's map, or the run fails.
//!
//! ```text
//! compare-time --table NAME --size N [--row NAME]... [--contender NAME]... [--rounds N | --quick]
//! compare-counts --table NAME --size N [--row NAME]... [--contender NAME]...
//! ```
//!
//! `--list` prints the tables with their rows and contenders as one JSON object. What is not
//! understood ends with code 2, wrong answers with code 1.
//!
//! A contender is an implementation of the trait in `map`, a row a variant of the enum in `row`
//! with its input in `course` and its loop in `tasks`.

mod alloc;
mod brie;
mod bytes;
mod clock;
mod counts;
mod course;
mod keys;
mod lists;
mod map;
mod ours;
mod pauses;
mod peers;
mod program;
mod race;
mod row;
mod scale;
mod snapshots;
mod tasks;
mod time;

use std::process::ExitCode;

use self::program::{Args, Catalog, Emit, Failure};

/// The program `compare-time`.
pub fn time() -> ExitCode {
    program::run(&time::catalog(), time::measure)
}

/// The program `compare-counts`. Its global allocator must be dhat's.
pub fn counts() -> ExitCode {
    let (multimap, postings) = (lists::multimap(), lists::postings());
    let tables = vec![
        bytes::table(),
        multimap.bytes(),
        postings.bytes(),
        counts::table(),
        alloc::counts::table(),
    ];
    let catalog = Catalog { tables };
    let measure = |args: &Args, emit: Emit<'_>| -> Result<(), Failure> {
        match args.table.as_deref() {
            Some("bytes") => bytes::measure(args, emit),
            Some("multimap bytes") => multimap.measure_bytes(args, emit),
            Some("alloc counts") => alloc::counts::measure(args, emit),
            Some("posting bytes") => postings.measure_bytes(args, emit),
            _ => counts::measure(args, emit),
        }
    };
    program::run(&catalog, measure)
}
