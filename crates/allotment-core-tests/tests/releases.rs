//! An allocator that panics as a block is given back: nodes may leak then, and the maps stay whole.

use std::mem;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use allotment_core::btree_map::CursorMut;
use allotment_core::shape::{Shape, Small, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, PostingMap};
use allotment_trial::fragile::Grudging;
use allotment_trial::fuse::{Act, arm, catch, disarm};

type Map<S> = BTreeMap<u32, Box<u32>, Grudging, S>;

/// Something that gives nodes back, on one map or on two.
type Edit<S> = fn(&mut Map<S>, &mut Map<S>);

fn edits<S: Shape<u32>>() -> Vec<Edit<S>> {
    vec![
        |map, _| drop(map.remove(&40)),
        |map, _| in_turn(|n| drop(map.insert(n, Box::new(n)))),
        |map, _| {
            map.clear();
            in_turn(|n| drop(map.insert(u32::MAX - n, Box::new(n))));
        },
        |map, _| in_turn(|n| **map.entry(2 * n + 1).or_default() = n),
        |map, _| map.extend((1000..2000).map(|n| (n, Box::new(n)))),
        |map, _| {
            at_gap(map, u32::MAX, |to| {
                in_turn(|n| to.insert_before(n, Box::new(n)).expect("behind all others"));
            });
        },
        |map, _| {
            // So few that a root of few slots is full.
            map.retain(|_, _| false);
            map.extend((0..230).map(|n| (n, Box::new(n))));
            let mut nodes = map.reserve_nodes(40).unwrap();
            (1000..1040).for_each(|n| drop(map.insert_reserved(n, Box::new(n), &mut nodes)));
        },
        |map, _| while map.pop_first().is_some() {},
        |map, _| while map.pop_last().is_some() {},
        |map, _| map.retain(|key, _| key % 7 == 0),
        |map, other| *other = map.split_off(&13),
        |map, other| *other = map.split_off(&77),
        |map, other| map.append(other),
        |map, other| {
            *other = map.split_off(&40);
            map.append(other);
        },
        |map, other| {
            *other = map.split_off(&60);
            other.append(map);
        },
        |map, _| map.compact(),
        |map, _| {
            map.retain(|key, _| key % 3 == 0);
            map.shrink_to_fit();
        },
        |map, _| {
            map.insert_sorted((0..90).map(|n| (n * 5, Box::new(n))));
        },
        |map, _| {
            map.remove_sorted(&Vec::from_iter(9..80));
        },
        |map, _| map.clear(),
        |map, other| *other = map.split_range(13..77),
        |map, _| drop(map.drain(20..60).nth(3)),
        |map, other| {
            *other = map.split_range(30..);
            map.join(mem::replace(other, empty())).expect("all behind");
        },
        |map, _| map.extract_if(5..90, |key, _| key % 5 != 0).for_each(drop),
        |map, other| {
            let fresh = empty();
            map.merge(mem::replace(other, fresh), |_, own, _| own);
        },
        |map, _| at_gap(map, 20, |cursor| while cursor.remove_next().is_some() {}),
        |map, _| at_gap(map, 70, |cursor| while cursor.remove_prev().is_some() {}),
        |map, _| at_gap(map, 37, |cursor| drop(cursor.split_after())),
        |map, _| at_gap(map, 37, |cursor| drop(cursor.split_before())),
        |map, _| {
            let part = map.split_range(20..50);
            at_gap(map, 30, |cursor| cursor.splice_before(part).expect("its place"));
        },
    ]
}

/// What is done with ever greater keys, so that leaves split at their end, and roots are replaced.
fn in_turn(act: impl FnMut(u32)) {
    (1000..2000).for_each(act);
}

fn empty<S: Shape<u32>>() -> Map<S> {
    Map::with_shape_in(Grudging::default())
}

/// Edits at a gap; afterwards all of the map is to be seen from wherever the cursor is, and it can
/// be edited there.
fn at_gap<S: Shape<u32>>(
    map: &mut Map<S>,
    key: u32,
    act: impl FnOnce(&mut CursorMut<'_, u32, Box<u32>, Grudging, S>),
) {
    let mut cursor = map.lower_bound_mut(Bound::Included(&key));
    let outcome = catch_unwind(AssertUnwindSafe(|| act(&mut cursor)));
    while cursor.prev().is_some() {}
    while cursor.next().is_some() {}
    cursor.insert_after(u32::MAX, Box::new(0)).expect("behind all others");
    assert!(cursor.remove_next().is_some() && cursor.peek_next().is_none());
    outcome.unwrap_or_else(|grudge| resume_unwind(grudge));
}

fn whole<S: Shape<u32>>(map: &mut Map<S>) {
    map.verify().unwrap_or_else(|error| panic!("{error}\n{}", map.dump()));
    let len = map.len();
    assert_eq!((map.iter().count(), map.iter_mut().rev().count()), (len, len));
}

fn sweep<S: Shape<u32>>(len: u32) {
    for edit in edits::<S>() {
        for patience in 0.. {
            let mut map = Map::<S>::with_shape_in(Grudging::default());
            map.extend((0..len).map(|n| (n * 3 % len, Box::new(n))));
            let mut other = Map::<S>::with_shape_in(Grudging::default());
            other.extend((0..len / 2).map(|n| (n * 4, Box::new(n))));
            arm(Act::Release, patience);
            let passed = catch(|| edit(&mut map, &mut other)).is_some();
            disarm(Act::Release);
            whole(&mut map);
            whole(&mut other);
            if passed {
                break;
            }
            drop(map.into_iter().rev().take(5));
        }
    }
}

/// Hazard 21, as far as `deallocate` goes; for `clone` and `drop` see `allocators.rs`.
#[test]
fn maps_are_whole_when_giving_back_panics() {
    sweep::<Tiny>(100);
    sweep::<Small>(100);
    sweep::<Standard>(1000);
}

type Lists<S> = BTreeMultiMap<u32, Box<u32>, Grudging, S>;

type ListEdit<S> = fn(&mut Lists<S>, &mut Lists<S>);

/// Edits of a multimap, which move lists and values from one to another.
fn list_edits<S: Shape<u32> + Shape<Box<u32>>>() -> Vec<ListEdit<S>> {
    vec![
        |lists, other| lists.append(other),
        |lists, other| other.append(lists),
        |lists, _| in_turn(|n| assert!(lists.insert(n, Box::new(n)))),
        |lists, _| assert!((0..200).all(|n| lists.insert(9, Box::new(n)))),
        |lists, _| assert!((0..90).filter(|n| lists.remove(&2, &Box::new(2 * n))).count() >= 89),
        |lists, _| assert!((0..60).any(|n| lists.remove_all(&n) == 9)),
    ]
}

/// Hazard 21 for multimaps, whether the two share their memory or not.
#[test]
fn multimaps_are_whole_when_giving_back_panics() {
    fn sweep<S: Shape<u32> + Shape<Box<u32>>>(other: Grudging) {
        for edit in list_edits::<S>() {
            for patience in 0.. {
                let lists = |alloc, keys: u32, step: u32| {
                    let mut lists = Lists::<S>::with_shape_in(alloc);
                    lists.extend((0..keys).map(|n| (n * step, Box::new(n))));
                    lists.extend((0..90).map(|n| (2, Box::new(n * step))));
                    lists.extend((0..9).map(|n| (3 + step, Box::new(n))));
                    lists
                };
                let (mut own, mut other) = (lists(Grudging::default(), 60, 2), lists(other, 40, 3));
                let all = own.len() + other.len();
                arm(Act::Release, patience);
                let passed = catch(|| edit(&mut own, &mut other)).is_some();
                disarm(Act::Release);
                for lists in [&own, &other] {
                    lists.verify().unwrap_or_else(|error| panic!("{error}"));
                    assert_eq!(lists.iter().count(), lists.len());
                }
                assert!(own.len() + other.len() <= all + 1000);
                if passed {
                    break;
                }
            }
        }
    }
    for other in [Grudging::default(), Grudging::other()] {
        sweep::<Tiny>(other);
        sweep::<Standard>(other);
    }
}

/// Hazard 21 for posting maps: a block that is written anew has its successor by then.
#[test]
fn posting_maps_are_whole_when_giving_back_panics() {
    type Ids = PostingMap<u32, u64, Grudging>;
    let edits: [fn(&mut Ids); 4] = [
        |map| assert!((0..500u32).any(|n| map.insert(n % 2, u64::from(n * n)))),
        |map| assert_eq!((0..600u32).filter(|n| map.remove(&0, u64::from(n * 7))).count(), 400),
        |map| in_turn(|n| assert!(map.insert(n, 7))),
        |map| {
            map.extend((2..300).map(|key| (key, 7)));
            assert_eq!((0..300).map(|key| map.remove_all(&key)).sum::<usize>(), 600 + 298);
        },
    ];
    for edit in edits {
        for patience in 0.. {
            let mut map = Ids::new_in(Grudging::default());
            map.extend((0..600u32).map(|n| (n % 3 / 2, u64::from(n * 7))));
            arm(Act::Release, patience);
            let passed = catch(|| edit(&mut map)).is_some();
            disarm(Act::Release);
            map.verify().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(map.iter().count(), map.len());
            if passed {
                break;
            }
        }
    }
}
