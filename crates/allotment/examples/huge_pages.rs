//! What large pages do for look-ups in maps that do not fit the caches: `cargo run --release -p
//! allotment --features huge-pages --example huge_pages [ENTRIES]`.

use std::time::Instant;

use allotment::BTreeMap;
use allotment::pool::Pool;
use allotment::system::HugePages;
use allotment_alloc::SharedAlloc;

/// How often each map is read, in turns.
const ROUNDS: usize = 5;

/// The numbers from 0 on, in an order that has nothing to do with theirs.
fn shuffled(entries: u64) -> impl Iterator<Item = u64> {
    (0..entries).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn filled<A: SharedAlloc>(entries: u64, alloc: A) -> BTreeMap<u64, u64, A> {
    let mut map = BTreeMap::new_in(alloc);
    map.extend(shuffled(entries).map(|key| (key, key)));
    map
}

/// Looks all keys up, and answers how many nanoseconds one takes.
fn look_up<A: SharedAlloc>(entries: u64, map: &BTreeMap<u64, u64, A>) -> f64 {
    let begun = Instant::now();
    let found = shuffled(entries).filter(|key| map.get(key) == Some(key)).count();
    assert_eq!(found as u64, entries);
    begun.elapsed().as_nanos() as f64 / entries as f64
}

fn median(mut times: [f64; ROUNDS]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn main() {
    let entries = std::env::args().nth(1).map_or(Ok(4_000_000), |text| text.parse());
    let Ok(entries) = entries else {
        eprintln!("error: the number of entries is a number");
        std::process::exit(2);
    };
    let small = filled(entries, Pool::new());
    let large = filled(entries, Pool::new_in(HugePages));
    let (mut on_small, mut on_large) = ([0.0; ROUNDS], [0.0; ROUNDS]);
    for round in 0..ROUNDS {
        on_small[round] = look_up(entries, &small);
        on_large[round] = look_up(entries, &large);
    }
    println!("a look-up among {entries} entries, in random order, median of {ROUNDS} rounds");
    println!("  pool                 {:6.1} ns", median(on_small));
    println!("  pool on large pages  {:6.1} ns", median(on_large));
}
