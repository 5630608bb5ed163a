//! Picks a backend in Cargo.toml instead of in the code.
//!
//! ```text
//! cargo run -p allotment --example pick_backend
//! cargo run -p allotment --example pick_backend --features select-pool
//! cargo run -p allotment --example pick_backend --features select-bump
//! ```

use std::any::type_name;

use allotment::selected::{BTreeMap, Backend};

/// Counts words. Knows of a backend, and not which.
fn count_words(text: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new_in(Backend::default());
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

fn main() {
    let counts = count_words("to sow and to hoe and to reap");
    println!("on {}:", type_name::<Backend>());
    for (word, count) in &counts {
        println!("{count} {word}");
    }
    assert_eq!(counts["to"], 3);
}
