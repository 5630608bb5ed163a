//! Searches whose machine code `cargo xtask ci --lane codegen` reads. Each stands on its own there,
//! under a name that can be found.

use std::hint::black_box;

use allotment_core::BTreeMap;

#[inline(never)]
fn codegen_get(map: &BTreeMap<u64, u64>, key: u64) -> Option<u64> {
    map.get(&key).copied()
}

#[inline(never)]
fn codegen_get_each(map: &BTreeMap<u64, u64>, keys: &[u64]) -> u64 {
    map.get_each(keys).flatten().sum()
}

fn main() {
    let map = black_box((0..1000).map(|key| (key, key)).collect());
    black_box(codegen_get(&map, black_box(7)));
    black_box(codegen_get_each(&map, black_box(&[7, 500])));
}
