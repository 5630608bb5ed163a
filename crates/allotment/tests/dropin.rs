//! "Change the import and nothing else": the same sources, against std and against this crate.
//!
//! `map`, `set` and `traits` go through the whole stable surface of std; the others are programs
//! that were written against std.
#![allow(clippy::duplicate_mod, reason = "that is the point")]
#![allow(clippy::incompatible_msrv, reason = "the libraries keep to it, tests need not")]

#[path = "dropin"]
mod std_side {
    mod collections {
        pub(super) use std::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
    }

    mod map;
    mod set;
    mod traits;

    pub(super) mod extents;
    pub(super) mod market;
    pub(super) mod words;
}

#[path = "dropin"]
mod our_side {
    mod collections {
        pub(super) use allotment::{BTreeMap, BTreeSet, btree_map, btree_set};
    }

    mod map;
    mod set;
    mod traits;

    pub(super) mod extents;
    pub(super) mod market;
    pub(super) mod words;
}

/// What a program prints is the same on both sides.
#[test]
fn programs_print_the_same() {
    let ours = [our_side::market::run(), our_side::extents::run(), our_side::words::run()];
    let theirs = [std_side::market::run(), std_side::extents::run(), std_side::words::run()];
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!(ours.lines().count() > 10, "{ours}");
        assert_eq!(ours, theirs);
    }
}
