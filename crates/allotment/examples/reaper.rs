//! How long a program stalls as it drops a map of a million pairs: at once, and in steps of 1000
//! nodes.
//!
//! `cargo run --release -p allotment --example reaper --features pool`

use std::time::Instant;

use allotment::pool::Pool;
use allotment::{Allocator, BTreeMap, Global, Reaper};

const PAIRS: u64 = 1_000_000;
const BUDGET: usize = 1_000;

fn filled<A: Allocator>(alloc: A) -> BTreeMap<u64, u64, A> {
    let mut map = BTreeMap::new_in(alloc);
    for n in 0..PAIRS {
        // Odd, so that each number comes once, and in no order.
        map.insert(n.wrapping_mul(0x9E37_79B9_7F4A_7C15), n);
    }
    map
}

fn show<A: Allocator + Clone>(backend: &str, alloc: A) {
    let map = filled(alloc.clone());
    let start = Instant::now();
    drop(map);
    let whole = start.elapsed();

    let mut reaper = Reaper::new(filled(alloc));
    let mut pauses = Vec::new();
    loop {
        let start = Instant::now();
        let is_finished = reaper.step(BUDGET);
        pauses.push(start.elapsed());
        if is_finished {
            break;
        }
    }
    pauses.sort();
    let (median, worst) = (pauses[pauses.len() / 2], pauses[pauses.len() - 1]);
    println!(
        "{backend}: {whole:.0?} at once; {} steps, half of them within {median:.0?}, all within \
         {worst:.0?}",
        pauses.len(),
    );
}

fn main() {
    show("pool", Pool::new());
    show("global", Global);
}
