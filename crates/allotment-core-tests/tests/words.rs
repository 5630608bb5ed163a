//! The words with which bounds of no range are refused: those of std, which name the collection.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_core::{BTreeMap, BTreeSet, Global, Ranked};

/// The words with which something panics.
fn words<R>(act: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(act)) else { panic!("it did not panic") };
    let fixed = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
    fixed.or_else(|| payload.downcast_ref::<String>().cloned()).expect("words")
}

/// Hazard 24.
#[test]
fn bounds_of_no_range_panic_as_in_std() {
    let mut map = BTreeMap::from([(1, 'a'), (5, 'e')]);
    let mut set = BTreeSet::from([1, 5]);
    let (mut twin, twin_set) = (Twin::from([(1, 'a'), (5, 'e')]), TwinSet::from([1, 5]));
    let invalid = [
        (Bound::Included(4), Bound::Included(3)),
        (Bound::Excluded(4), Bound::Included(3)),
        (Bound::Included(4), Bound::Excluded(3)),
        (Bound::Excluded(4), Bound::Excluded(4)),
    ];
    for bounds in invalid {
        let (of_map, of_set) = (words(|| twin.range(bounds)), words(|| twin_set.range(bounds)));
        assert_ne!(of_map, of_set);
        assert_eq!(words(|| map.range(bounds)), of_map);
        assert_eq!(
            words(|| map.range_mut(bounds).count()),
            words(|| twin.range_mut(bounds).count())
        );
        assert_eq!(words(|| map.scan(bounds)), of_map);
        assert_eq!(words(|| drop(map.drain(bounds))), of_map);
        assert_eq!(words(|| map.fallible().split_range(bounds)), of_map);
        assert_eq!(words(|| set.range(bounds)), of_set);
        assert_eq!(words(|| set.scan(bounds)), of_set);
        assert_eq!(words(|| drop(set.drain(bounds))), of_set);
        assert_eq!(words(|| set.remove_range(bounds)), of_set);
        assert_eq!(words(|| set.split_range(bounds)), of_set);
        assert_eq!(words(|| set.fallible().drain(bounds).map(drop)), of_set);
        assert_eq!(words(|| set.fallible().remove_range(bounds)), of_set);
        assert_eq!(words(|| set.fallible().split_range(bounds)), of_set);
        let mut ranked = BTreeSet::<i32, _, Ranked>::with_shape_in(Global);
        ranked.insert(1);
        assert_eq!(words(|| ranked.count_range(bounds)), of_set);
    }
    assert_eq!(map.range((Bound::Included(4), Bound::Excluded(4))).count(), 0);
    assert_eq!(map.range((Bound::Excluded(4), Bound::Included(4))).count(), 0);
}
