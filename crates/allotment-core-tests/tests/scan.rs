//! Reading within limits: every page is the right part of the range, a chain of pages meets each
//! entry that stays exactly once, whatever is edited in between, and none of it allocates.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};
use std::ops::{Bound, ControlFlow};

use allotment_core::btree_map::{Scan, ScanEnd, ScanToken};
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global};
use allotment_meter::Counting;
use allotment_trial::bounds::bound_pairs;
use fastrand::Rng;

type Map<S> = BTreeMap<u32, u32, Counting<Global>, S>;

fn map_of<S: Shape<u32>>(len: u32) -> Map<S> {
    let mut map = Map::with_shape_in(Counting::new(Global));
    map.extend((0..len).map(|n| (n * 7919 % len * 2, n)));
    map
}

/// Pages of every kind of range, until there is nothing left.
#[test]
fn pages_are_the_parts_of_a_range() {
    fn check<S: Shape<u32>>(len: u32) {
        let map = map_of::<S>(len);
        let twin: Twin<u32, u32> = map.iter().map(|(key, value)| (*key, *value)).collect();
        let mut rng = Rng::with_seed(len.into());
        for _ in 0..40 {
            let ends = (rng.u32(0..2 * len + 2), rng.u32(0..2 * len + 2));
            for bounds in bound_pairs(ends.0, ends.1) {
                let (most, reversed) = (rng.usize(1..9), rng.bool());
                let mut theirs: Vec<_> = twin.range(bounds).collect();
                if reversed {
                    theirs.reverse();
                }
                let mut token = None;
                let mut pages = theirs.chunks(most).peekable();
                while let Some(page) = pages.next() {
                    let scan = map.scan(bounds).entries(most);
                    let scan = if reversed { scan.reverse() } else { scan };
                    let mut ours: Vec<(&u32, &u32)> = Vec::new();
                    let outcome = scan.resume(token).read_into(&mut ours);
                    assert_eq!((&ours[..], outcome.entries), (page, page.len()));
                    let is_last = pages.peek().is_none();
                    assert_eq!(
                        outcome.end == ScanEnd::Exhausted,
                        is_last,
                        "{bounds:?} {outcome:?}"
                    );
                    token = outcome.token();
                    assert_eq!(token.as_ref().map(ScanToken::key), page.last().map(|pair| pair.0));
                }
                let rest = map.scan(bounds).resume(token).for_each(|_, _| ());
                assert_eq!((rest.entries, rest.end), (0, ScanEnd::Exhausted));
                assert_eq!(rest.token(), token, "a page without entries leaves the place");
            }
        }
    }
    for len in [1, 2, 5, 40, 300] {
        check::<Tiny>(len);
        check::<Standard>(len);
    }
}

/// Each entry that is there throughout is met once, in order; the others at most once.
#[test]
fn edits_between_pages() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let mut map = BTreeMap::<u32, u32, Global, Tiny>::with_shape_in(Global);
        map.extend((0..400).filter(|_| rng.bool()).map(|n| (n, n)));
        let (mut stayed, reversed): (TwinSet<u32>, _) = (map.keys().copied().collect(), rng.bool());
        let (mut met, mut token) = (Vec::new(), None);
        loop {
            let scan = map.scan(20..380).entries(rng.usize(1..40)).resume(token);
            let scan = if reversed { scan.reverse() } else { scan };
            let outcome = scan.for_each(|key, _| met.push(*key));
            let end = outcome.end;
            token = outcome.token();
            if end == ScanEnd::Exhausted {
                break;
            }
            for _ in 0..rng.usize(0..60) {
                let key = rng.u32(0..400);
                match rng.u32(0..10) {
                    0..4 => drop(map.insert(key, key)),
                    9 => {
                        let end = key + rng.u32(0..9);
                        map.remove_range(key..end);
                        stayed.retain(|gone| !(key..end).contains(gone));
                    }
                    _ => {
                        map.remove(&key);
                        stayed.remove(&key);
                    }
                }
            }
            // The key of the token may go as well.
            if let Some(token) = token.as_ref().filter(|_| rng.bool()) {
                map.remove(token.key());
                stayed.remove(token.key());
            }
        }
        let in_order = |pair: &[u32]| if reversed { pair[0] > pair[1] } else { pair[0] < pair[1] };
        assert!(met.windows(2).all(in_order), "seed {seed}: {met:?}");
        let met: TwinSet<u32> = met.into_iter().collect();
        assert!(met.iter().all(|key| (20..380).contains(key)));
        let missed = stayed.range(20..380).find(|key| !met.contains(key));
        assert_eq!(missed, None, "seed {seed}");
    }
}

#[test]
fn limits_end_a_page_for_their_reason() {
    let map = map_of::<Standard>(1000);
    let requests = map.allocator().counter().snapshot().requests;
    let of = |bytes| map.scan(..).bytes(bytes).for_each(|_, _| ());
    // A pair of `u32` is eight bytes.
    assert_eq!((of(80).entries, of(80).bytes, of(80).end), (10, 80, ScanEnd::Bytes));
    assert_eq!((of(87).entries, of(88).entries), (10, 11));
    assert_eq!((of(0).entries, of(7).bytes), (1, 8), "one entry is always read");
    assert_eq!((of(8000).end, of(7999).end), (ScanEnd::Exhausted, ScanEnd::Bytes));
    let scan = map.scan(..).entries(0).for_each(|_, _| ());
    assert_eq!((scan.entries, scan.end), (1, ScanEnd::Entries));
    let scan = map.scan(..).weigh(|_, value| *value as usize).bytes(3000).for_each(|_, _| ());
    assert!(scan.bytes <= 3000 && scan.end == ScanEnd::Bytes);
    let mut asked = 0;
    let mut stop = || {
        asked += 1;
        asked == 3
    };
    let scan = map.scan(..).until(&mut stop).for_each(|_, _| ());
    assert_eq!((scan.entries, scan.end), (192, ScanEnd::Stopped));
    let scan = map.scan(100..).try_for_each(|key, _| match key {
        300 => ControlFlow::Break("here"),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!((scan.end, scan.token()), (ScanEnd::Broken("here"), Some(ScanToken::after(300))));
    let rest = map.scan(..).resume(scan.token()).for_each(|_, _| ());
    assert_eq!(rest.entries, 1000 - 151);
    assert_eq!(map.allocator().counter().snapshot().requests, requests, "a scan allocates");
}

/// Whatever the token says, the bounds hold.
#[test]
fn tokens_from_elsewhere_are_harmless() {
    let map = map_of::<Tiny>(100);
    let count = |token: ScanToken<u32>| {
        map.scan(50..100)
            .resume(Some(token))
            .for_each(|key, _| assert!((50..100).contains(key)))
            .entries
    };
    assert_eq!((count(ScanToken::after(10)), count(ScanToken::before(10))), (25, 0));
    assert_eq!((count(ScanToken::after(500)), count(ScanToken::before(500))), (0, 25));
    assert_eq!((count(ScanToken::after(71)), count(ScanToken::before(71))), (14, 11));
    let empty = BTreeMap::<u32, u32>::new();
    let nothing = (Bound::Included(9), Bound::Excluded(3));
    let outcome = empty.scan(nothing).resume(Some(ScanToken::after(5))).for_each(|_, _| ());
    let after = Some(ScanToken::after(5));
    assert_eq!((outcome.end, outcome.token()), (ScanEnd::Exhausted, after));
}

/// A token says which way to go, whether `reverse` comes before it, behind it, or not at all; where
/// the two contradict each other nothing is read, and nothing lost.
#[test]
fn the_order_of_requests_does_not_matter() {
    let map = map_of::<Tiny>(100);
    let all: Vec<u32> = map.keys().copied().collect();
    let at = 40;
    let keys = |scan: Scan<'_, u32, u32, Tiny>| {
        let mut keys = Vec::new();
        let outcome = scan.for_each(|key, _| keys.push(*key));
        (keys, outcome.end, outcome.token())
    };
    let before: Vec<u32> = all[..at].iter().rev().copied().collect();
    let [after, back] = [ScanToken::after(all[at]), ScanToken::before(all[at])].map(Some);
    let first = Some(ScanToken::before(0));
    for scan in [
        map.scan(..).resume(back),
        map.scan(..).resume(back).reverse(),
        map.scan(..).reverse().resume(back),
        map.scan(..).resume(after).reverse().resume(back),
    ] {
        assert_eq!(keys(scan), (before.clone(), ScanEnd::Exhausted, first));
    }
    for scan in [map.scan(..).resume(after).reverse(), map.scan(..).reverse().resume(after)] {
        assert_eq!(keys(scan), (vec![], ScanEnd::WrongWay, after));
    }
    let scan = map.scan(..).resume(back).resume(after);
    assert_eq!(keys(scan).0, all[at + 1..], "the last token holds");
    let reversed = map.scan(..).resume(after).resume(None).reverse();
    assert!(keys(reversed).0.iter().rev().eq(&all));
}

/// As for a range.
#[test]
#[should_panic = "range start is greater than range end in BTreeMap"]
fn bounds_of_no_range_panic() {
    let _ = map_of::<Tiny>(3).scan((Bound::Included(4), Bound::Included(3)));
}

#[test]
fn runs_of_a_range() {
    fn check<S: Shape<u32>>() {
        let map = map_of::<S>(300);
        let mut set = BTreeSet::<u32, Global, S>::with_shape_in(Global);
        set.extend(map.keys().copied());
        for start in (0..600).step_by(7) {
            for end in (start..=600).step_by(11) {
                let runs = map.range(start..end).chunks();
                let keys: Vec<u32> = runs.flat_map(|(keys, _)| keys).copied().collect();
                assert!(keys.iter().eq(map.range(start..end).map(|(key, _)| key)));
                let mut back: Vec<u32> = Vec::new();
                for run in set.range(start..end).chunks().rev() {
                    assert!(!run.is_empty());
                    back.extend(run.iter().rev());
                }
                back.reverse();
                assert_eq!(back, keys);
            }
        }
    }
    check::<Tiny>();
    check::<Standard>();
}

/// A run is what a leaf holds, from whichever end it is come to: none is torn.
#[test]
fn runs_are_whole() {
    let lengths = |len: u32, map: &Map<Standard>| {
        let fore: Vec<usize> = map.chunks().map(|(keys, _)| keys.len()).collect();
        let mut aft: Vec<usize> =
            map.range(..).chunks().rev().map(|(keys, _)| keys.len()).collect();
        aft.reverse();
        assert_eq!(fore, aft, "{len} pairs");
        fore
    };
    let small = map_of::<Standard>(5);
    assert_eq!(lengths(5, &small), [5]);
    assert!(small.range(2..7).chunks().map(|(keys, _)| keys.len()).eq([3]));
    for len in [64, 200, 3000] {
        let runs = lengths(len, &map_of::<Standard>(len));
        let (leaves, between): (Vec<_>, Vec<_>) =
            runs.chunks(2).map(|two| (two[0], two.get(1))).unzip();
        assert!(leaves.iter().all(|run| *run > 9), "{runs:?}");
        assert!(between.iter().flatten().all(|run| **run == 1), "{runs:?}");
    }
}

#[test]
fn ranges_are_updated_in_their_place() {
    let mut rng = Rng::with_seed(3);
    for _ in 0..200 {
        let mut map = map_of::<Tiny>(rng.u32(1..200));
        let mut twin: Twin<u32, u32> = map.iter().map(|(key, value)| (*key, *value)).collect();
        let (start, modulus) = (rng.u32(0..400), rng.u32(1..5));
        let end = start + rng.u32(0..300);
        let requests = map.allocator().counter().snapshot().requests;
        let edit = |value: &mut u32| {
            *value += 1;
            !value.is_multiple_of(modulus)
        };
        let gone = map.update_range(start..end, |_, value| edit(value));
        let before = twin.len();
        twin.retain(|key, value| !(start..end).contains(key) || edit(value));
        assert_eq!(gone, before - twin.len());
        assert!(map.iter().eq(&twin));
        map.verify().expect("a valid tree");
        assert_eq!(map.allocator().counter().snapshot().requests, requests);
    }
}

/// Pages are the range, cut every so many entries.
#[test]
fn pages_of_a_range() {
    let map: BTreeMap<u32, u32> = (0..1000).map(|n| (n, n * n)).collect();
    let set: BTreeSet<u32> = map.keys().copied().collect();
    let index: BTreeMultiMap<u32, u32> = (0..1000).map(|n| (n / 70, n)).collect();
    for most in [0, 1, 7, 100, 999, 1000, 1001, usize::MAX] {
        let length = most.clamp(1, 1000);
        let lengths = |count: usize| count.div_ceil(length);
        assert_eq!(map.pages(.., most).count(), lengths(1000));
        assert!(map.pages(.., most).flatten().eq(&map));
        assert!(set.pages(250..750, most).flatten().eq(set.range(250..750)));
        assert_eq!(set.pages(250..750, most).count(), lengths(500));
        assert!(index.pages(3.., most).flatten().eq(index.range_pairs((3, 0)..)));
        assert_eq!(index.pages(3.., most).count(), lengths(790));
        assert!(map.pages(.., most).all(|page| page.count() <= length));
        assert_eq!(map.pages(5000.., most).count(), 0);
    }
    let (mut of_map, mut of_set, mut of_index) = (Vec::new(), Vec::new(), Vec::new());
    map.for_each_in(3..800, |key, value| of_map.push((*key, *value)));
    set.for_each_in(..=5, |n| of_set.push(*n));
    index.for_each_in(2..4, |key, value| of_index.push((*key, *value)));
    assert!(of_map.into_iter().eq((3..800).map(|n| (n, n * n))));
    assert_eq!(of_set, [0, 1, 2, 3, 4, 5]);
    assert!(of_index.into_iter().eq((140..280).map(|n| (n / 70, n))));
}
