//! What maps ask of memory, asserted as a user's tests would.

use std::mem;

use allotment_core::BTreeMap;
use allotment_profile::{Metered, assert_allocs, assert_no_leaks, assert_peak};

type Map = BTreeMap<u64, u64, Metered>;

fn filled(entries: u64) -> Map {
    let mut map = Map::new_in(Metered::default());
    map.extend((0..entries).map(|key| (key, key)));
    map
}

#[test]
fn reading_and_removing_ask_for_nothing() {
    let mut map = filled(10_000);
    assert_allocs!(== 0, {
        assert_eq!(map.get(&77), Some(&77));
        assert_eq!(map.range(5000..).count(), 5000);
        assert_eq!(map.remove(&77), Some(77));
    });
}

#[test]
fn ascending_pairs_fill_their_nodes() {
    // 47 pairs of 16 bytes a leaf, and a little for the nodes above.
    let map = assert_peak!(< 10_000 * 20, { assert_allocs!(<= 10_000 / 40, { filled(10_000) }) });
    assert_no_leaks!({ drop(map.clone()) });
}

#[test]
#[should_panic(expected = "left by\n{ mem::forget(filled(100)) }")]
fn a_forgotten_map_is_a_leak() {
    let map = filled(1);
    assert_no_leaks!({ mem::forget(filled(100)) });
    drop(map);
}
