//! One arena for a hash map and an ordered map: looked up by name, listed by price, gone as a
//! whole when the request is answered.
//!
//! `cargo run -p allotment --example one_arena --features bump`

use allotment::BTreeMap;
use allotment::bump::Bump;
use hashbrown::HashMap;

fn main() {
    let mut arena = Bump::with_capacity(64 << 10);
    for request in 1..=3_u64 {
        let scope = arena.scope().expect("the arena has no other handle");
        let mut by_name = HashMap::new_in(&scope);
        let mut by_price = BTreeMap::new_in(&scope);
        for (place, name) in ["beans", "carrots", "leeks", "peas"].into_iter().enumerate() {
            let price = (place as u64 * 7 + request * 3) % 11;
            by_name.insert(name, price);
            by_price.insert((price, name), place);
        }
        let (cheapest, _) = by_price.first_key_value().expect("there are four");
        println!("request {request}: {} is cheapest at {}", cheapest.1, by_name[cheapest.1]);
    }
    println!("after all: {}", arena.stats());
}
