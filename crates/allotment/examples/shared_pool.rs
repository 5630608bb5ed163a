//! One pool for a hundred maps: what one gives back, the next one uses.
//!
//! ```text
//! cargo run -p allotment --example shared_pool
//! ```

use allotment::pool::{BTreeMap, Pool};

fn main() {
    let pool = Pool::new();
    let mut maps: Vec<BTreeMap<u64, u64>> =
        (0..100).map(|_| BTreeMap::new_in(pool.clone())).collect();
    for (number, map) in (0..).zip(&mut maps) {
        map.extend((0..1_000).map(|key| (key, key * number)));
    }
    let full = pool.stats();
    println!("a hundred maps of a thousand:\n{full}\n");

    // Half of the maps go, and the others grow into what they leave.
    maps.truncate(50);
    for map in &mut maps {
        map.extend((1_000..1_900).map(|key| (key, key)));
    }
    let grown = pool.stats();
    println!("fifty maps of nineteen hundred:\n{grown}");
    assert_eq!(grown.reserved_bytes, full.reserved_bytes, "the parent was not asked again");
}
