//! Look-ups by a closure, beside a sorted list that is searched in the same way.

use std::cmp::Ordering;

use allotment_core::shape::Tiny;
use allotment_core::{BTreeMap, BTreeSet, Global, Shape, Standard};
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::probe::Probe;
use fastrand::Rng;

/// A number, and which it is of those that are equal to a look-up by it.
type Key = (u32, u32);

/// Numbers of which some are missing, and some have several keys.
fn keys(rng: &mut Rng) -> Vec<Key> {
    let numbers = (0..rng.u32(0..120)).filter(|_| rng.bool()).collect::<Vec<_>>();
    numbers.into_iter().flat_map(|n| (0..rng.u32(1..5)).map(move |m| (n, m))).collect()
}

fn looks_for(n: u32) -> impl Fn(&Key) -> Ordering {
    move |(number, _)| number.cmp(&n)
}

fn check<S: Shape<Key>>() {
    for seed in 0..60 {
        let mut rng = Rng::with_seed(seed);
        let keys = keys(&mut rng);
        let mut map = BTreeMap::<_, _, _, S>::with_shape_in(Global);
        map.extend(keys.iter().map(|key| (*key, key.1)));
        let mut set = BTreeSet::<_, _, S>::with_shape_in(Global);
        set.extend(&keys);
        for n in 0..121 {
            let start = keys.partition_point(|key| key.0 < n);
            let end = keys.partition_point(|key| key.0 <= n);
            let (first, before) = (keys[start..end].first(), keys[..start].last());
            let behind = keys.get(end);
            assert!(map.range_by(looks_for(n)).map(|(key, _)| key).eq(&keys[start..end]));
            assert_eq!(map.get_by(looks_for(n)).map(|(key, _)| key), first);
            assert_eq!(map.get_mut_by(looks_for(n)).map(|(key, _)| key), first);
            assert_eq!(map.contains_key_by(looks_for(n)), first.is_some());
            assert_eq!(map.find_entry_by(looks_for(n)).map(|it| *it.key()), first.copied());
            let gap = map.lower_bound_by(looks_for(n));
            assert_eq!(gap.peek_prev().map(|(key, _)| key), before);
            assert_eq!(gap.peek_next().map(|(key, _)| key), keys.get(start));
            let gap = map.upper_bound_by(looks_for(n));
            assert_eq!(gap.peek_next().map(|(key, _)| key), behind);
            assert_eq!(gap.peek_prev().map(|(key, _)| key), keys[..end].last());
            assert_eq!(set.get_by(looks_for(n)), first);
            assert_eq!(set.contains_by(looks_for(n)), first.is_some());
            assert_eq!(set.lower_bound_by(looks_for(n)).peek_prev(), before);
            assert_eq!(set.upper_bound_by(looks_for(n)).peek_next(), behind);
        }
        edit(map, set, keys, &mut rng);
    }
}

/// Takes some out and puts some in.
fn edit<S: Shape<Key>>(
    mut map: BTreeMap<Key, u32, Global, S>,
    mut set: BTreeSet<Key, Global, S>,
    mut keys: Vec<Key>,
    rng: &mut Rng,
) {
    for _ in 0..300 {
        let n = rng.u32(..121);
        let start = keys.partition_point(|key| key.0 < n);
        let first = keys.get(start).copied().filter(|key| key.0 == n);
        match rng.u8(..4) {
            0 => assert_eq!(map.remove_by(looks_for(n)), first.map(|key| key.1)),
            1 => assert_eq!(map.remove_entry_by(looks_for(n)).map(|it| it.0), first),
            2 => {
                let entry = map.find_entry_by(looks_for(n));
                assert_eq!(entry.map(|it| it.remove_entry().0), first);
            }
            _ if first.is_none() => {
                map.lower_bound_mut_by(looks_for(n)).insert_after((n, 9), 9).expect("its place");
                set.upper_bound_mut_by(looks_for(n)).insert_before((n, 9)).expect("its place");
                keys.insert(start, (n, 9));
                continue;
            }
            _ => continue,
        }
        if rng.bool() {
            assert_eq!(set.take_by(looks_for(n)), first);
        } else {
            assert_eq!(set.remove_by(looks_for(n)), first.is_some());
        }
        if first.is_some() {
            keys.remove(start);
        }
        map.verify().expect("a valid map");
        set.verify().expect("a valid set");
        assert!(map.keys().eq(&keys) && set.iter().eq(&keys));
    }
}

#[test]
fn closures_find_what_a_list_has() {
    check::<Standard>();
    check::<Tiny>();
}

#[test]
fn closures_that_answer_anything_do_no_harm() {
    let mut rng = Rng::with_seed(7);
    let mut map = BTreeMap::<u32, u32, _, Tiny>::with_shape_in(Global);
    for _ in 0..2000 {
        let mut any = {
            let mut rng = rng.fork();
            move |_: &u32| [Ordering::Less, Ordering::Equal, Ordering::Greater][rng.usize(..3)]
        };
        let (before, n) = (map.len(), rng.u32(..1000));
        match rng.u8(..4) {
            0 => assert_eq!(map.remove_by(&mut any).is_some(), map.len() < before),
            1 => drop(map.lower_bound_mut_by(&mut any).insert_after(n, n)),
            2 => assert!(map.range_by(&mut any).count() <= before),
            _ => drop(map.insert(n, n)),
        }
        map.verify().expect("a valid map");
    }
}

/// Hazard 16: a closure that panics in a look-up leaves all as it was.
#[test]
fn a_look_up_that_panics_changes_nothing() {
    let mut map = BTreeMap::<Probe, u32, _, Tiny>::with_shape_in(Global);
    map.extend((0..60).map(|n| (Probe::new(n), n)));
    let wanted = Probe::new(20);
    for n in 0.. {
        let before = map.dump();
        arm(Act::Compare, n);
        let removed = catch(|| map.remove_by(|key| key.cmp(&wanted)));
        disarm(Act::Compare);
        if removed.is_some() {
            assert!(n > 3 && removed == Some(Some(20)), "{n}");
            break;
        }
        assert_eq!(map.dump(), before);
    }
    map.verify().expect("a valid map");
}
