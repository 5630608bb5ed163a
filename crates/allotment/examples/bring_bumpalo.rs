//! Brings an arena of another crate: `&bumpalo::Bump` is an allocator as it is.
//!
//! ```text
//! cargo run -p allotment --example bring_bumpalo
//! ```

use allotment::{BTreeMap, BTreeSet};
use bumpalo::Bump;

fn main() {
    let arena = Bump::new();
    // The text, the map and the sets in it all live in the one arena.
    let mut index: BTreeMap<char, BTreeSet<&str, &Bump>, &Bump> = BTreeMap::new_in(&arena);
    for name in ["carrot", "bean", "cabbage", "beet", "celery"] {
        let name: &str = arena.alloc_str(name);
        let initial = name.chars().next().expect("no name is empty");
        index.entry(initial).or_insert_with(|| BTreeSet::new_in(&arena)).insert(name);
    }
    for (initial, names) in &index {
        println!("{initial}: {names:?}");
    }
    println!("{} bytes in the arena", arena.allocated_bytes());
    assert_eq!(index[&'c'].len(), 3);
}
