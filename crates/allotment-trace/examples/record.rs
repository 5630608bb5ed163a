//! A program that is as any other, and records what it does to its map.
//!
//! It lends tools: who has which one, until when. `cargo run -p allotment-trace --example record
//! -- FILE` writes the trace of a season, which `cargo xtask profile --trace FILE` replays on every
//! backend.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::{env, io};

use allotment_trace::Recorder;

/// When a tool is due, and which it is.
type Due = u64;

/// Days of a season.
const DAYS: u64 = 180;

/// Loans of a day.
const LOANS: u64 = 50;

/// Lends and takes back, day by day. All that is special is where the map is made, and where it
/// ends.
pub(crate) fn season(path: &Path) -> Result<usize, Box<dyn Error>> {
    let mut loans: Recorder<BTreeMap<Due, u32>> = Recorder::create(BTreeMap::new(), path)?;
    let mut number = 0_u32;
    for day in 0..DAYS {
        // What was due by today comes back.
        let due: Vec<Due> = loans.range(..day << 32).map(|(due, _)| *due).collect();
        for due in due {
            loans.remove(&due);
        }
        for loan in 0..LOANS {
            let until = day + 1 + (day * 7 + loan * 13) % 21;
            number += 1;
            loans.insert(until << 32 | u64::from(number), number);
        }
        // Every week somebody asks for the tool that is back soonest.
        if day % 7 == 0
            && let Some((due, tool)) = loans.iter().next().map(|(due, tool)| (*due, *tool))
        {
            println!("day {day}: tool {tool} is back on day {}", due >> 32);
        }
    }
    let (loans, written) = loans.finish();
    written?;
    Ok(loans.len())
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: record FILE"))?;
    let out = season(Path::new(&path))?;
    println!("{out} tools are still out; the trace is in {}", Path::new(&path).display());
    Ok(())
}
