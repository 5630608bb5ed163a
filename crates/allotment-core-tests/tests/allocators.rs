//! Allocators that panic as they are cloned or dropped, call back, have clones that are others, or
//! break their promise.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::Bound;
use std::rc::Rc;

use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{Allocator, BTreeMap, BTreeMultiMap, BTreeSet, Global, PostingMap};
use allotment_pool::Pool;
use allotment_trial::breaking::{Misaligning, Short};
use allotment_trial::calling::{Calling, with_hook};
use allotment_trial::checked::Checked;
use allotment_trial::forking::Forking;
use allotment_trial::fragile::Fragile;
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

type Map<S> = BTreeMap<Probe, Probe, Fragile, S>;

fn pair(n: u32) -> (Probe, Probe) {
    (Probe::new(n), Probe::new(n))
}

fn map_of<S: Shape<Probe>>(alloc: Fragile, numbers: impl Iterator<Item = u32>) -> Map<S> {
    let mut map = BTreeMap::with_shape_in(alloc);
    map.extend(numbers.map(pair));
    map
}

/// How often a map was taken through its act, and what it is then: whole, and all of it there.
fn sweep<S: Shape<Probe>>(act: Act, operation: impl Fn(&mut Map<S>, Map<S>)) -> u64 {
    for point in 0.. {
        let owed = ledger::live();
        let books = Checked::new();
        let mut map = map_of::<S>(Fragile::on(books.clone()), (0..90).map(|n| n * 10));
        let other = map_of::<S>(map.allocator().clone(), (0..40).map(|n| 905 + n));
        arm(act, point);
        let passed = catch(|| operation(&mut map, other)).is_some();
        let met = disarm(act);
        assert_eq!(passed, !met);
        map.verify().expect("a valid tree");
        assert!((0..90).all(|n| map.contains_key(&Probe::new(n * 10))), "own pairs are lost");
        assert_eq!(ledger::live() - owed, 2 * map.len(), "pairs leaked");
        assert_eq!(books.live(), map.dump().lines().count() - 1, "nodes leaked");
        drop(map);
        assert_eq!((ledger::live(), books.live(), books.handles()), (owed, 0, 1));
        if passed {
            return point;
        }
    }
    unreachable!("points are counted without an end")
}

/// Hazard 21: the drop of a handle panics, in all that drops one; the map has its own still.
#[test]
fn the_drop_of_a_handle_panics() {
    fn check<S: Shape<Probe>>() {
        assert_eq!(sweep::<S>(Act::DropHandle, |_, other| drop(other)), 1);
        assert_eq!(sweep::<S>(Act::DropHandle, |_, other| drop(other.into_iter().nth(7))), 1);
        assert_eq!(sweep::<S>(Act::DropHandle, |_, other| drop(other.into_keys())), 1);
        assert_eq!(sweep::<S>(Act::DropHandle, |map, _| drop(map.clone())), 2);
        assert_eq!(sweep::<S>(Act::DropHandle, |map, mut other| map.append(&mut other)), 1);
        let overlapping = |map: &mut Map<S>, mut other: Map<S>| {
            other.insert(Probe::new(4), Probe::new(4));
            map.merge(other, |_, own, _| own);
        };
        assert!(sweep::<S>(Act::DropHandle, overlapping) > 0);
        let join = |map: &mut Map<S>, other| assert!(map.join(other).is_ok());
        assert!(sweep::<S>(Act::DropHandle, join) > 0);
        let splice = |map: &mut Map<S>, other| {
            let mut cursor = map.upper_bound_mut(Bound::Unbounded);
            assert!(cursor.splice_after(other).is_ok());
        };
        assert!(sweep::<S>(Act::DropHandle, splice) > 0);
        let cut = |map: &mut Map<S>, other: Map<S>| {
            assert!(map.join(other).is_ok());
            drop(map.split_off(&Probe::new(901)));
        };
        assert!(sweep::<S>(Act::DropHandle, cut) > 1);
        let drain = |map: &mut Map<S>, other: Map<S>| {
            assert!(map.join(other).is_ok());
            drop(map.drain(Probe::new(901)..).nth(3));
        };
        assert!(sweep::<S>(Act::DropHandle, drain) > 0);
        let insert_sorted = |map: &mut Map<S>, _| {
            map.insert_sorted((0..200).map(|n| pair(n * 5)));
        };
        assert!(sweep::<S>(Act::DropHandle, insert_sorted) > 1);
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 21: a clone of a handle panics, in all that asks for no more than `Clone`.
#[test]
fn the_clone_of_a_handle_panics() {
    fn check<S: Shape<Probe>>() {
        assert_eq!(sweep::<S>(Act::CloneHandle, |map, _| drop(map.clone())), 1);
        let try_clone = |map: &mut Map<S>, _| assert!(map.fallible().try_clone().is_ok());
        assert_eq!(sweep::<S>(Act::CloneHandle, try_clone), 1);
        let owed = ledger::live();
        let mut set = BTreeSet::<Probe, Fragile, S>::with_shape_in(Fragile::new());
        set.extend((0..50).map(Probe::new));
        for made in [|set: &BTreeSet<_, _, S>| set | set, |set: &_| set & set, |set: &_| set ^ set]
        {
            arm(Act::CloneHandle, 0);
            assert!(catch(|| made(&set)).is_none() && disarm(Act::CloneHandle));
            set.verify().expect("a valid tree");
        }
        drop(set);
        assert_eq!(ledger::live(), owed);
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 21: edits neither clone nor drop a handle, or they would panic here.
#[test]
fn edits_have_no_handle_to_clone_or_drop() {
    let mut map = map_of::<Tiny>(Fragile::new(), 0..0);
    arm(Act::CloneHandle, 0);
    arm(Act::DropHandle, 0);
    map.extend((0..300).map(|n| pair(n * 37 % 300)));
    map.retain(|key, _| key.n() % 5 > 0);
    map.remove_sorted(&[Probe::new(3), Probe::new(101)]);
    *map.entry(Probe::new(5)).or_default() = Probe::new(6);
    map.extract_if(.., |key, _| key.n() % 7 == 0).for_each(drop);
    map.update_range(Probe::new(9)..Probe::new(40), |key, _| key.n() % 2 == 0);
    let mut cursor = map.lower_bound_mut(Bound::Included(&Probe::new(50)));
    drop((cursor.remove_next(), cursor.remove_prev()));
    cursor.insert_after(Probe::new(50), Probe::new(50)).expect("its place");
    map.compact();
    map.pop_first();
    map.pop_last();
    map.clear();
    assert!(!disarm(Act::CloneHandle) && !disarm(Act::DropHandle));
}

/// Hazard 35: a clone is on an allocator of its own, and either goes before the other. What each is
/// given back is asserted to be its own.
#[test]
fn clones_are_other_allocators() {
    fn check<S: Shape<Probe>>(goes_first: bool) {
        let owed = ledger::live();
        let mut map = BTreeMap::<Probe, Probe, Forking, S>::with_shape_in(Forking::new());
        map.extend((0..200).map(|n| pair(n * 37 % 200)));
        let mut copy = map.clone();
        assert!(map.allocator().live() > 3 && copy.allocator().live() > 3);
        copy.retain(|key, _| key.n() % 3 == 0);
        map.extend((200..400).map(pair));
        copy.clone_from(&map);
        copy.remove_sorted(&(0..150).map(Probe::new).collect::<Vec<_>>());
        map.compact();
        copy.verify().expect("a valid tree");
        map.verify().expect("a valid tree");
        let (first, second) = if goes_first { (map, copy) } else { (copy, map) };
        drop(first);
        assert_eq!(second.into_iter().rev().take(30).count(), 30);
        let mut set = BTreeSet::<Probe, Forking, S>::with_shape_in(Forking::new());
        set.extend((0..90).map(Probe::new));
        let other = set.clone();
        let made = [&set | &other, &set & &other, &set - &other, &set ^ &other];
        assert_eq!(made.iter().map(BTreeSet::len).sum::<usize>(), 180);
        drop((set, other));
        assert!(made.iter().all(|set| set.verify().is_ok()));
        drop(made);
        assert_eq!(ledger::live(), owed);
    }
    for goes_first in [false, true] {
        check::<Tiny>(goes_first);
        check::<Standard>(goes_first);
    }
    let mut lists = BTreeMultiMap::<u32, u32, _, Tiny>::with_shape_in(Forking::new());
    lists.extend((0..300).map(|n| (n % 7, n)));
    let copy = lists.clone();
    drop(lists);
    assert_eq!(copy.iter().count(), 300);
}

/// Hazard 36: at each request, and at each block that goes back, the allocator edits another map on
/// the pool that it stands for.
#[test]
fn the_allocator_calls_back_into_its_pool() {
    fn check<S: Shape<u32>>() {
        let pool = Pool::new();
        let mut other =
            BTreeMap::<u32, u32, Calling<Pool>, S>::with_shape_in(Calling::new(pool.clone()));
        let mut n = 0_u32;
        let seen = Rc::new(RefCell::new(0));
        let told = Rc::clone(&seen);
        let meddle = move || {
            n += 1;
            other.insert(n.wrapping_mul(0x9E37_79B9) % 300, n);
            if n.is_multiple_of(3) {
                other.pop_first();
            }
            other.verify().expect("a valid tree");
            *told.borrow_mut() = other.len();
        };
        let calls = with_hook(meddle, || {
            let mut map = BTreeMap::<u32, Box<u32>, _, S>::with_shape_in(Calling::new(pool));
            map.extend((0..400).map(|n| (n * 37 % 400, Box::new(n))));
            let mut tail = map.split_off(&170);
            map.retain(|key, _| key % 4 != 1);
            tail.append(&mut map);
            tail.compact();
            let copy = tail.clone();
            drop(tail.drain(20..90));
            tail.verify().expect("a valid tree");
            copy.verify().expect("a valid tree");
            assert_eq!(copy.into_iter().take(9).count(), 9);
        });
        assert!(calls > 20 && *seen.borrow() > 5, "{calls} calls");
    }
    check::<Tiny>();
    check::<Standard>();
}

/// Hazard 36: the allocator cannot get at the map that asks, which is borrowed for writing.
#[test]
fn the_allocator_cannot_call_back_into_its_map() {
    let map =
        Rc::new(RefCell::new(BTreeMap::<u32, u32, _, Tiny>::with_shape_in(Calling::new(Global))));
    let inner = Rc::clone(&map);
    let look = move || assert!(inner.try_borrow().is_err());
    let calls = with_hook(look, || {
        map.borrow_mut().extend((0..100).map(|n| (n, n)));
        map.borrow_mut().clear();
    });
    assert!(calls > 60);
}

thread_local! {
    static BESIDE: RefCell<BTreeMap<u32, u32, Pool>> = RefCell::new(BTreeMap::new_in(Pool::new()));
}

/// A key that edits another map on its pool whenever it is compared.
#[derive(PartialEq, Eq)]
struct Meddling(u32);

impl Ord for Meddling {
    fn cmp(&self, other: &Self) -> Ordering {
        BESIDE.with_borrow_mut(|beside| match beside.len() {
            0..40 => drop(beside.insert(self.0.wrapping_mul(0x9E37_79B9), other.0)),
            _ => beside.clear(),
        });
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Meddling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Hazard 36.
#[test]
fn comparisons_call_back_into_the_pool() {
    let pool = BESIDE.with_borrow(|beside| beside.allocator().clone());
    let mut map = BTreeMap::<Meddling, u32, Pool, Tiny>::with_shape_in(pool);
    map.extend((0..300).map(|n| (Meddling(n * 37 % 300), n)));
    let mut tail = map.split_off(&Meddling(100));
    tail.insert(Meddling(5), 5);
    map.append(&mut tail);
    assert_eq!(map.range(Meddling(3)..Meddling(250)).count(), 247);
    map.verify().expect("a valid tree");
    BESIDE.with_borrow_mut(BTreeMap::clear);
}

/// Hazard 38: breaking the promise of an allocator is undefined behaviour, which is found before
/// anything comes of it where assertions are on. Everything that asks for memory looks.
#[test]
#[cfg(debug_assertions)]
fn broken_promises_are_noticed() {
    fn check<A: Allocator + Copy>(alloc: A, says: &str) {
        let noticed = |act: &dyn Fn()| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
            let payload = outcome.expect_err("it goes unnoticed");
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            assert!(text.is_some_and(|text| text.contains(says)), "{text:?}");
        };
        noticed(&|| assert!(BTreeMap::new_in(alloc).insert(1_u64, 2_u64).is_none()));
        noticed(&|| assert!(BTreeSet::new_in(alloc).insert(1_u64)));
        noticed(&|| BTreeMultiMap::new_in(alloc).extend((0..9).map(|n| (1_u64, n))));
        noticed(&|| PostingMap::new_in(alloc).extend((0..9).map(|n| (1_u64, n * 1000_u64))));
    }
    check(Misaligning, "the allocator misaligned a block");
    check(Short, "the allocator cut a block short");
}

/// Hazards 4 and 38: blocks that are just as long as asked do, and so do longer ones.
#[test]
fn blocks_of_the_length_asked_for_do() {
    fn check<A: Allocator>(alloc: A) {
        let mut map = BTreeMap::<u64, u64, A, Tiny>::with_shape_in(alloc);
        map.extend((0..200).map(|n| (n * 37 % 200, n)));
        map.retain(|key, _| key % 3 > 0);
        map.verify().expect("a valid tree");
    }
    check(Global);
    check(Checked::new());
}
