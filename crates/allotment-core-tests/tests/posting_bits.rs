//! Posting lists whose ids come to lie so close that blocks of bits are united, become runs without
//! holes, and get holes again.

use std::collections::BTreeSet as Twin;

use allotment_core::{Global, PostingMap};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_trial::fuse::catch;
use fastrand::Rng;

/// The numbers that ids are among.
const NUMBERS: u32 = if cfg!(miri) { 1500 } else { 60_000 };
/// The first of them, which takes more bytes than those before it.
const BASE: u32 = 65_536 - 1000;

fn shuffled(rng: &mut Rng) -> Vec<u32> {
    let mut ids: Vec<u32> = (BASE..BASE + NUMBERS).collect();
    rng.shuffle(&mut ids);
    ids
}

fn bytes(map: &PostingMap<(), u32>) -> usize {
    map.memory_usage().live_bytes
}

#[test]
fn a_list_fills_up_and_is_emptied_in_any_order() {
    let mut rng = Rng::with_seed(1);
    let (mut map, mut twin) = (PostingMap::<(), u32>::new(), Twin::new());
    let mut figures = Vec::new();
    let quarter = NUMBERS as usize / 4;
    for ids in shuffled(&mut rng).chunks(quarter) {
        for id in ids {
            assert!(map.insert((), *id) && !map.insert((), *id));
        }
        twin.extend(ids.iter().copied());
        map.verify().expect("a valid map");
        assert!(map.get(&()).iter().eq(twin.iter().copied()));
        assert!(map.get(&()).iter().rev().eq(twin.iter().rev().copied()));
        let missing =
            (BASE - 1000..BASE + NUMBERS + 1000).filter(|id| !map.contains(&(), *id)).count();
        assert_eq!(missing, NUMBERS as usize + 2000 - twin.len());
        figures.push(bytes(&map));
    }
    if !cfg!(miri) {
        // A bit a number takes 7,500 bytes.
        assert_eq!(figures, [8768, 8912, 8920, 964]);
    }
    for ids in shuffled(&mut rng).chunks(quarter) {
        for id in ids {
            assert!(map.remove(&(), *id) && !map.remove(&(), *id));
            twin.remove(id);
        }
        map.verify().expect("a valid map");
        assert!(map.get(&()).iter().eq(twin.iter().copied()));
    }
    assert!(map.is_empty());
}

#[test]
fn a_run_gets_a_hole_at_any_place() {
    let count = if cfg!(miri) { 2100 } else { 20_000 };
    let map: PostingMap<(), u32> = (250..250 + count).map(|id| ((), id)).collect();
    assert!(cfg!(miri) || bytes(&map) < 400, "{}", bytes(&map));
    for at in [0, 1, 5, 6, 700, 2047, 2048, 2049, count / 2, count - 2, count - 1] {
        let mut holed = map.clone();
        let id = 250 + at.min(count - 1);
        assert!(holed.remove(&(), id) && !holed.remove(&(), id));
        holed.verify().expect("a valid map");
        assert!(holed.get(&()).iter().eq((250..250 + count).filter(|other| *other != id)));
        // The first ones go: their successors may take more bytes.
        for first in 250..300 {
            assert_eq!(holed.remove(&(), first), first != id);
        }
        holed.verify().expect("a valid map");
        assert!(holed.insert((), 299) && holed.get(&()).first() == Some(299));
    }
}

/// Numbers that come in order, one in two, so that blocks of bits grow at their end.
#[test]
fn bits_grow_at_their_end_and_before_their_first() {
    let count = if cfg!(miri) { 1200 } else { 30_000 };
    let ids: Vec<u32> = (0..count).map(|n| 900 + 2 * n + n / 3 % 2).collect();
    let mut forwards: PostingMap<(), u32> = ids.iter().map(|id| ((), *id)).collect();
    let mut backwards: PostingMap<(), u32> = ids.iter().rev().map(|id| ((), *id)).collect();
    for map in [&mut forwards, &mut backwards] {
        map.verify().expect("a valid map");
        assert!(map.get(&()).iter().eq(ids.iter().copied()));
        assert!(map.insert((), 0) && map.insert((), u32::MAX));
        map.verify().expect("a valid map");
        assert_eq!(map.len(), ids.len() + 2);
    }
}

/// Edits whose requests fail or panic now and then.
#[test]
fn requests_fail_amid_all_that() {
    let mut faults = 0;
    for seed in 0..if cfg!(miri) { 1 } else { 8 } {
        let mut rng = Rng::with_seed(seed);
        let faulty = Faulty::new(Global);
        let plan: FaultPlan = faulty.plan();
        let alloc = Counting::new(faulty);
        let counter = alloc.counter();
        let mut map = PostingMap::<(), u32, _>::new_in(alloc);
        let mut twin = Twin::new();
        let numbers = BASE..BASE + if cfg!(miri) { 300 } else { 9000 };
        for step in 0..if cfg!(miri) { 600 } else { 40_000_u32 } {
            let (id, inserts) = (rng.u32(numbers.clone()), step / 16_000 % 2 == 0);
            match rng.u32(0..3) {
                0 => plan.fail_from(rng.u64(0..2)),
                1 => plan.fail_at(rng.u64(0..2)),
                _ => plan.panic_at(rng.u64(0..2)),
            }
            let before = (map.len(), map.contains(&(), id));
            let done = catch(|| {
                if inserts {
                    map.fallible().insert((), id).is_ok()
                } else {
                    map.fallible().remove(&(), id).is_ok()
                }
            });
            faults += plan.faults();
            plan.never();
            let changed = before.1 != inserts;
            let len = if inserts { before.0 + 1 } else { before.0.saturating_sub(1) };
            match done {
                Some(true) => {
                    let after = (if changed { len } else { before.0 }, inserts);
                    assert_eq!((map.len(), map.contains(&(), id)), after);
                }
                Some(false) => assert_eq!((map.len(), map.contains(&(), id)), before),
                // It may have panicked once the id was in or out, while blocks were united.
                None => assert_eq!(map.len() != before.0, map.contains(&(), id) != before.1),
            }
            if map.contains(&(), id) {
                twin.insert(id)
            } else {
                twin.remove(&id)
            };
            if step % 1000 == 0 {
                map.verify().expect("a valid map");
                assert!(map.get(&()).iter().eq(twin.iter().copied()));
                assert_eq!(counter.snapshot().live_bytes, map.memory_usage().live_bytes as u64);
            }
        }
        map.verify().expect("a valid map");
        assert!(map.get(&()).iter().eq(twin.iter().copied()));
        drop(map);
        assert_eq!(counter.snapshot().live_blocks, 0);
    }
    assert!(faults > if cfg!(miri) { 2 } else { 500 }, "{faults}");
}
