//! Clearing in steps: what is left is whole, no step gives back more than it may, nothing is lost.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use allotment_core::shape::{Shape, Small, Tiny};
use allotment_core::{
    BTreeMap, BTreeMultiMap, BTreeSet, Dense, Global, PostingMap, Ranked, Reaper, RetireList,
    Standard,
};
use allotment_meter::Counting;

/// Nodes that go beside those of the budget, so that what is left is whole: one a level at most.
const MENDING: usize = 8;

fn sizes() -> impl Iterator<Item = u32> {
    let (few, many) = if cfg!(miri) { (20, 60..61) } else { (130, 1_000..1_002) };
    (0..few).step_by(if cfg!(miri) { 4 } else { 1 }).chain(many)
}

/// Clears maps of all sizes by steps of all small budgets.
fn clear_maps<S: Shape<u32>>(ascending: bool) {
    for size in sizes() {
        for budget in 1..if cfg!(miri) { 3 } else { 6 } {
            let alloc = Counting::new(Global);
            let counter = alloc.counter();
            let mut map = BTreeMap::<u32, Rc<()>, _, S>::with_shape_in(alloc);
            let value = Rc::new(());
            for n in 0..size {
                let key = if ascending { n } else { n * 7919 % size.next_power_of_two() };
                map.insert(key, value.clone());
            }
            let keys = Vec::from_iter(map.keys().copied());
            let mut steps = 0;
            loop {
                let before = counter.snapshot().live_blocks;
                let is_empty = map.clear_step(budget);
                let gone = (before - counter.snapshot().live_blocks) as usize;
                assert!(gone <= budget + MENDING, "{gone} nodes for a budget of {budget}");
                map.verify().unwrap_or_else(|error| panic!("{size}, {budget}: {error}"));
                assert!(map.keys().eq(&keys[..map.len()]));
                assert_eq!(Rc::strong_count(&value), 1 + map.len());
                assert_eq!(is_empty, map.is_empty());
                if is_empty {
                    break;
                }
                steps += 1;
                assert!(steps <= size, "steps come to an end");
            }
            assert_eq!(counter.snapshot().live_blocks, 0);
            // It is as good as new.
            map.insert(1, value);
            assert_eq!(map.len(), 1);
        }
    }
}

/// One frame of the stack, and not one for each collection.
#[test]
fn a_panic_among_many_retired_maps_is_survived() {
    struct Loud(bool);
    impl Drop for Loud {
        fn drop(&mut self) {
            assert!(!self.0, "dropped");
        }
    }
    let mut list = RetireList::new();
    for n in 0..if cfg!(miri) { 20 } else { 100_000 } {
        list.push(BTreeMap::from([(n, Loud(n == 10))]));
    }
    assert!(catch_unwind(AssertUnwindSafe(|| drop(list))).is_err());
}

#[test]
fn miri_what_is_left_is_whole() {
    clear_maps::<Tiny>(true);
    clear_maps::<Small>(false);
}

#[test]
#[cfg_attr(miri, ignore = "the same code")]
fn what_is_left_is_whole_in_other_shapes() {
    clear_maps::<Tiny>(false);
    clear_maps::<Standard>(true);
    clear_maps::<Standard>(false);
    clear_maps::<Dense>(false);
    clear_maps::<Ranked>(false);
}

#[test]
fn positions_are_right_in_between() {
    let mut map = BTreeMap::<u32, u32, Global, Ranked>::with_shape_in(Global);
    for n in 0..20_000 {
        map.insert(n * 7919 % 20_011, n);
    }
    while !map.clear_step(7) {
        let middle = map.len() / 2;
        assert_eq!(map.rank(map.nth(middle).expect("a pair").0), middle);
    }
}

#[test]
fn edits_in_between_find_a_whole_map() {
    let mut map = BTreeMap::<String, u32>::new();
    for n in 0..5_000 {
        map.insert(format!("a key that begins like others, {:04}", n * 7919 % 5_003), n);
    }
    let mut rounds = 0;
    while !map.clear_step(9) {
        rounds += 1;
        map.insert(format!("a key that begins like others, {:04}", rounds % 50), rounds);
        map.remove(&format!("a key that begins like others, {:04}", rounds * 3));
        map.verify().expect("a whole map");
    }
    assert!(rounds > 10);
}

#[test]
fn a_budget_of_zero_only_answers() {
    let mut map = BTreeMap::from([(1, 'a')]);
    assert!(!map.clear_step(0));
    assert_eq!(map.len(), 1);
    assert!(map.clear_step(1) && map.clear_step(0));
    assert!(BTreeSet::<u8>::new().clear_step(0));
    let mut lists = BTreeMultiMap::from_iter([(1, 1), (1, 2), (1, 3)]);
    assert!(!lists.clear_step(0));
    assert_eq!(lists.len(), 3);
}

/// Work in proportion to the budget, whatever the size: exactly one leaf for each node of it, while
/// the parent has more.
#[test]
fn steps_give_back_what_they_may() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let mut set = BTreeSet::new_in(alloc);
    set.extend(0..200_000_u64);
    let mut last = counter.snapshot().live_blocks;
    let mut most = 0;
    while !set.clear_step(100) {
        let now = counter.snapshot().live_blocks;
        most = most.max(last - now);
        assert!(last - now >= 100, "no step does less than it may");
        last = now;
    }
    assert!(most <= 104, "{most} nodes in one step");
}

/// A value whose drop panics when its turn has come.
struct Bomb(Rc<Cell<usize>>, Rc<Cell<usize>>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        if self.0.get() == self.1.get() {
            resume_unwind(Box::new(()));
        }
    }
}

#[test]
fn miri_a_drop_that_panics_loses_nothing() {
    let size = if cfg!(miri) { 12 } else { 60 };
    for at in 1..=size {
        let (drops, turn) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(at)));
        let bomb = |_| Bomb(drops.clone(), turn.clone());
        let mut map = BTreeMap::<usize, Bomb, Global, Tiny>::with_shape_in(Global);
        map.extend((0..size).map(|n| (n, bomb(n))));
        let mut panics = 0;
        loop {
            let step = catch_unwind(AssertUnwindSafe(|| map.clear_step(2)));
            map.verify().expect("a whole map");
            assert_eq!(drops.get() + map.len(), size);
            match step {
                Ok(true) => break,
                Ok(false) => {}
                Err(_) => panics += 1,
            }
        }
        assert_eq!((drops.get(), panics), (size, 1));

        // The same among the values of one key, and of many.
        drops.set(0);
        let mut lists = BTreeMultiMap::<usize, Keyed<Bomb>>::new();
        lists.extend((0..size).map(|n| (n * n / size, Keyed(n, bomb(n)))));
        let mut panics = 0;
        loop {
            let step = catch_unwind(AssertUnwindSafe(|| lists.clear_step(1)));
            assert_eq!(drops.get() + lists.len(), size);
            assert_eq!(lists.iter().count(), lists.len());
            match step {
                Ok(true) => break,
                Ok(false) => {}
                Err(_) => panics += 1,
            }
        }
        assert_eq!((drops.get(), panics), (size, 1));
    }
}

/// A value in the order of its number.
struct Keyed<T>(usize, #[allow(dead_code, reason = "only dropped")] T);

impl<T> PartialEq for Keyed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Keyed<T> {}

impl<T> PartialOrd for Keyed<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Keyed<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// Lists of one value, of few, and of many: a long one goes in steps, and is no longer than it was.
#[test]
fn miri_long_lists_go_in_steps() {
    let (keys, long) = if cfg!(miri) { (5, 300) } else { (20, 20_000) };
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let mut lists = BTreeMultiMap::new_in(alloc);
    let value = Rc::new(());
    for key in 0..keys {
        let len = [1, 3, 40, long][key % 4];
        lists.extend((0..len).map(|n| (key, (n, value.clone()))));
    }
    let mut last = lists.len();
    let mut steps = 0;
    loop {
        let before = counter.snapshot().live_blocks;
        let is_empty = lists.clear_step(5);
        let gone = (before - counter.snapshot().live_blocks) as usize;
        assert!(gone <= 5 + MENDING, "{gone} blocks for a budget of 5");
        assert_eq!(Rc::strong_count(&value), 1 + lists.len());
        assert!(lists.len() < last);
        assert_eq!(lists.iter().count(), lists.len());
        last = lists.len();
        steps += 1;
        if is_empty {
            break;
        }
        assert_eq!(lists.get(&0).next().map(|(n, _)| *n), Some(0));
    }
    assert!(steps > 5);
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn posting_lists_go_in_steps() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let mut map = PostingMap::<u32, u32, _>::new_in(alloc);
    for n in 0..100_000_u32 {
        map.insert(n % 7, n.wrapping_mul(2_654_435_761));
        map.insert(1000 + n / 3, n);
    }
    let mut last = map.len();
    loop {
        let before = counter.snapshot().live_blocks;
        let is_empty = map.clear_step(20);
        let gone = (before - counter.snapshot().live_blocks) as usize;
        assert!(gone <= 20 + MENDING, "{gone} blocks for a budget of 20");
        assert!(map.len() < last);
        last = map.len();
        if is_empty {
            break;
        }
        if last % 16 == 0 {
            assert_eq!(map.iter().count(), last);
        }
    }
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn a_reaper_that_is_dropped_drops_the_rest() {
    let value = Rc::new(());
    let map = BTreeMap::from_iter((0..1000).map(|n| (n, value.clone())));
    let mut reaper = Reaper::new(map);
    reaper.step(3);
    assert!(Rc::strong_count(&value) > 1 && reaper.rest().len() < 1000);
    drop(reaper);
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn miri_a_list_of_retired_collections_keeps_to_one_budget() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let mut list = RetireList::new();
    for size in 0..30_u32 {
        let mut map = BTreeMap::new_in(alloc.clone());
        map.extend((0..size * 10).map(|n| (n, Box::new(n))));
        list.push(map);
        let mut lists = BTreeMultiMap::new_in(alloc.clone());
        lists.extend((0..size).map(|n| (n % 2, n)));
        list.push(lists);
    }
    assert_eq!(list.len(), 60);
    let mut steps = 0;
    loop {
        let before = counter.snapshot().live_blocks;
        let is_empty = list.step(7);
        assert!(before - counter.snapshot().live_blocks <= 7 + MENDING as u64);
        steps += 1;
        if is_empty {
            break;
        }
    }
    assert!(steps > 60 / 7);
    assert_eq!(counter.snapshot().live_blocks, 0);
    assert!(list.step(0) && list.is_empty());
}

/// Dropping one must not drop the next from within: the stack would not hold.
#[test]
fn long_lists_of_retired_collections_can_be_dropped() {
    let mut list = RetireList::new();
    for n in 0..if cfg!(miri) { 100 } else { 100_000 } {
        list.push(BTreeSet::from([n]));
    }
    assert!(!list.step(1));
}
