//! Positions: what a ranked map says of them is what counting says, and it says so without a walk.

use std::cell::Cell;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{
    BTreeMap, BTreeSet, ByteKeys, Global, IntegerKeys, Ranked, byte_key, integer_key,
};
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use fastrand::Rng;

type Map<K, V, S> = BTreeMap<K, V, Checked, Ranked<S>>;

fn empty<K, V, S: Shape<K>>() -> Map<K, V, S> {
    BTreeMap::with_shape_in(Checked::new())
}

/// Asks for every position, every rank, and the counts of some ranges.
fn check<S: Shape<u32>>(map: &mut Map<u32, u32, S>, rng: &mut Rng) {
    map.verify().expect("a valid tree");
    let sorted: Vec<(u32, u32)> = map.iter().map(|(&key, &value)| (key, value)).collect();
    for (n, (key, value)) in sorted.iter().enumerate() {
        assert_eq!(map.nth(n), Some((key, value)));
        assert_eq!((map.rank(key), map.rank(&(key + 1))), (n, n + 1));
    }
    for n in [sorted.len(), sorted.len() + 1, usize::MAX] {
        assert_eq!(map.nth(n), None);
        assert!(map.nth_mut(n).is_none() && map.nth_entry(n).is_none());
    }
    for _ in 0..20 {
        let (a, b) = (rng.u32(0..2100), rng.u32(0..2100));
        let (low, high) = (a.min(b), a.max(b));
        assert_eq!(map.count_range(low..high), map.range(low..high).count());
        assert_eq!(map.count_range(low..=high), map.range(low..=high).count());
        let open = (Bound::Excluded(low), Bound::Excluded(high + 1));
        assert_eq!(map.count_range(open), map.range(open).count());
        let (low, high) = (low as usize, high as usize);
        let slice = &sorted[low.min(sorted.len())..high.min(sorted.len())];
        let page = map.nth_range(low..high);
        assert!(page.map(|(&key, &value)| (key, value)).eq(slice.iter().copied()));
    }
    assert!(map.nth_range(..).eq(map.iter()));
    assert_eq!(
        (map.count_range(..), map.nth_range(3..).count()),
        (sorted.len(), sorted.len().saturating_sub(3))
    );
}

fn check_edits<S: Shape<u32>>(steps: u32) {
    let mut rng = Rng::with_seed(7);
    let mut map = empty::<u32, u32, S>();
    for step in 0..steps {
        let (key, other) = (rng.u32(0..2000), rng.u32(0..2000));
        match rng.u32(0..20) {
            0..9 => drop(map.insert(key, step)),
            9..15 => drop(map.remove(&key)),
            15 if !map.is_empty() => {
                let n = rng.usize(..map.len());
                let (&found, value) = map.nth_mut(n).expect("there are so many");
                *value += 1;
                assert_eq!(map.nth_entry(n).expect("as above").remove_entry().0, found);
            }
            15 | 16 => map.extend((key..key + other / 16).map(|key| (key, step))),
            17 => drop(map.remove_range(key.min(other)..key.max(other).min(key.min(other) + 200))),
            18 => {
                let mut tail = map.split_off(&key);
                check(&mut tail, &mut rng);
                map.append(&mut tail);
            }
            _ => map.compact(),
        }
        if step % 16 == 0 {
            check(&mut map, &mut rng);
        }
    }
    check(&mut map.clone(), &mut rng);
}

#[test]
fn positions_are_what_counting_says() {
    check_edits::<Tiny>(if cfg!(miri) { 60 } else { 3000 });
    check_edits::<Standard>(if cfg!(miri) { 20 } else { 3000 });
}

#[test]
fn an_empty_map_has_no_positions() {
    let map = empty::<u32, (), Tiny>();
    assert_eq!((map.nth(0), map.rank(&7), map.count_range(3..9)), (None, 0, 0));
    assert_eq!((map.nth_range(..).count(), map.nth_range(5..9).count()), (0, 0));
    assert_eq!(map.count_range((Bound::Excluded(3), Bound::Excluded(3))), 0);
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
fn bounds_that_no_range_can_have_are_refused() {
    let mut map = empty::<u32, (), Tiny>();
    map.extend((0..9).map(|n| (n, ())));
    let refuses = |act: &dyn Fn() -> usize| catch_unwind(AssertUnwindSafe(act)).is_err();
    assert!(refuses(&|| map.count_range((Bound::Excluded(3), Bound::Excluded(3)))));
    assert!(refuses(&|| map.count_range(5..4)));
    assert!(refuses(&|| map.nth_range(5..4).count()));
    assert!(refuses(&|| map.nth_range(..=usize::MAX).count()));
    assert!(!refuses(&|| map.nth_range(20..).count()));
}

#[test]
fn a_set_has_positions_too() {
    let mut set = BTreeSet::<u32, _, Ranked<Tiny>>::with_shape_in(Pool::new());
    set.extend((0..500).map(|n| n * 3));
    set.verify().expect("a valid tree");
    assert_eq!((set.nth(100), set.nth(500), set.rank(&301)), (Some(&300), None, 101));
    assert_eq!((set.count_range(30..60), set.nth_range(498..).count()), (10, 2));
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Id(u64);
integer_key!(Id(u64));

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Host(String);
byte_key!(Host(String));

#[test]
fn other_shapes_can_be_ranked() {
    let mut ids = BTreeMap::<Id, (), _, Ranked<IntegerKeys>>::with_shape_in(Global);
    ids.extend((0..1000).rev().map(|n| (Id(n * 2), ())));
    ids.verify().expect("a valid tree");
    assert_eq!((ids.rank(&Id(101)), ids.nth(7).map(|(id, ())| id.0)), (51, Some(14)));
    let mut hosts = BTreeMap::<Host, (), _, Ranked<ByteKeys>>::with_shape_in(Global);
    hosts.extend((0..1000).map(|n| (Host(format!("host-{n:04}")), ())));
    hosts.verify().expect("a valid tree");
    assert_eq!(hosts.rank(&Host("host-0500x".into())), 501);
}

thread_local! {
    static COMPARISONS: Cell<usize> = const { Cell::new(0) };
}

#[derive(PartialEq, Eq)]
struct Counted(u32);

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Counted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0.cmp(&other.0)
    }
}

/// Counts depend on the number of pairs as a search does, not on the length of the range.
#[test]
fn positions_take_no_walk() {
    let mut map = BTreeMap::<Counted, u32, _, Ranked>::with_shape_in(Global);
    map.extend((0..100_000).map(|n| (Counted(n), n)));
    COMPARISONS.set(0);
    assert_eq!(map.nth(77_777).map(|(_, &n)| n), Some(77_777));
    assert_eq!(COMPARISONS.get(), 0);
    assert_eq!(map.rank(&Counted(50_000)), 50_000);
    assert!(COMPARISONS.get() <= 24, "{}", COMPARISONS.get());
    COMPARISONS.set(0);
    assert_eq!(map.count_range(Counted(1)..Counted(99_999)), 99_998);
    assert!(COMPARISONS.get() <= 50, "{}", COMPARISONS.get());
}

/// What is off costs nothing: nodes are those of a map without positions.
#[test]
fn totals_are_in_ranked_nodes_only() {
    let plain: BTreeMap<u64, u64> = (0..100_000).map(|n| (n, n)).collect();
    let mut ranked = BTreeMap::<u64, u64, _, Ranked>::with_shape_in(Global);
    ranked.extend((0..100_000).map(|n| (n, n)));
    let (plain, ranked) = (plain.memory_usage(), ranked.memory_usage());
    assert_eq!(plain.internals, ranked.internals);
    let totals = ranked.internals * 48 * size_of::<usize>();
    assert_eq!(ranked.live_bytes - plain.live_bytes, totals);
}
