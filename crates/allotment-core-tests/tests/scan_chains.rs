//! Chains of scans with edits in between, on every collection and shape: each entry that is there
//! throughout is met exactly once, in order, and the others at most once.

use std::collections::BTreeSet as Twin;
use std::fmt::Debug;

use allotment_core::btree_map::{ScanEnd, ScanToken};
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Dense, Global};
use fastrand::Rng;

/// Entries are numbers below this; those that are read are in the middle.
const NUMBERS: u32 = 400;

/// One page to be read.
struct Page<T> {
    most: usize,
    reversed: bool,
    /// Whether the direction is asked for although the token knows it.
    says_so: bool,
    token: Option<ScanToken<T>>,
}

/// Why a page ended, and where.
type Ended<T> = (ScanEnd, Option<ScanToken<T>>);

/// Runs a request for a page, and has `$met` take up what its callback makes of each entry.
macro_rules! read {
    ($request:expr, $page:ident, |$($entry:pat_param),+| $met:expr) => {{
        let Page { most, reversed, says_so, token } = $page;
        let asks = reversed && (says_so || token.is_none());
        let scan = $request.entries(most).resume(token);
        let scan = if asks { scan.reverse() } else { scan };
        let outcome = scan.for_each(|$($entry),+| $met);
        (outcome.end, outcome.token())
    }};
}

/// Chains of pages of a collection, each of whose entries stands for a number.
fn chains<C, T: Clone + Debug + PartialEq>(
    make: impl Fn() -> C,
    edit: impl Fn(&mut C, u32, bool),
    number: impl Fn(&T) -> u32,
    read: impl Fn(&C, Page<T>, &mut Vec<u32>) -> Ended<T>,
) {
    for seed in 0..120 {
        let mut rng = Rng::with_seed(seed);
        let (mut all, mut stayed) = (make(), Twin::new());
        for n in (0..NUMBERS).filter(|_| rng.bool()) {
            edit(&mut all, n, true);
            stayed.insert(n);
        }
        let (mut met, mut token, reversed) = (Vec::new(), None, rng.bool());
        loop {
            let (most, says_so) = (rng.usize(1..40), rng.bool());
            let before = met.len();
            let (end, next) = read(&all, Page { most, reversed, says_so, token }, &mut met);
            assert!(met.len() - before <= most);
            assert_eq!(next.as_ref().map(|token| number(token.key())), met.last().copied());
            token = next;
            if end == ScanEnd::Exhausted {
                break;
            }
            assert_eq!((end, met.len() - before), (ScanEnd::Entries, most));
            for _ in 0..rng.usize(0..90) {
                let (n, is_there) = (rng.u32(0..NUMBERS), rng.u32(0..5) < 2);
                edit(&mut all, n, is_there);
                if !is_there {
                    stayed.remove(&n);
                }
            }
            // What the token stands for may go as well.
            if let Some(last) = met.last().filter(|_| rng.bool()) {
                edit(&mut all, *last, false);
                stayed.remove(last);
            }
        }
        let in_order = |pair: &[u32]| if reversed { pair[0] > pair[1] } else { pair[0] < pair[1] };
        assert!(met.windows(2).all(in_order), "seed {seed}: {met:?}");
        assert!(met.iter().all(|n| (20..380).contains(n)));
        let met: Twin<u32> = met.into_iter().collect();
        let missed = stayed.range(20..380).find(|n| !met.contains(n));
        assert_eq!(missed, None, "seed {seed}");
    }
}

#[test]
fn of_maps() {
    fn check<S: Shape<u32>>() {
        chains(
            || BTreeMap::<u32, u32, Global, S>::with_shape_in(Global),
            |map, n, is_there| match is_there {
                true => drop(map.insert(n, n)),
                false => drop(map.remove(&n)),
            },
            |key| *key,
            |map, page, met| read!(map.scan(20..380), page, |key, _| met.push(*key)),
        );
    }
    check::<Tiny>();
    check::<Standard>();
    check::<Dense>();
}

#[test]
fn of_sets() {
    fn check<S: Shape<u32>>() {
        chains(
            || BTreeSet::<u32, Global, S>::with_shape_in(Global),
            |set, n, is_there| match is_there {
                true => drop(set.insert(n)),
                false => drop(set.remove(&n)),
            },
            |key| *key,
            |set, page, met| read!(set.scan(20..380), page, |key| met.push(*key)),
        );
    }
    check::<Tiny>();
    check::<Standard>();
    check::<Dense>();
}

/// Lists of `LONG` values at most, in which 20 and 380 lie where they may.
fn of_lists<S: Shape<u32>, const LONG: u32>() {
    let make = || BTreeMultiMap::<u32, u32, Global, S>::with_shape_in(Global);
    let edit = |index: &mut BTreeMultiMap<u32, u32, Global, S>, n: u32, is_there| {
        match is_there {
            true => index.insert(n / LONG, n),
            false => index.remove(&(n / LONG), &n),
        };
    };
    chains(
        make,
        edit,
        |pair: &(u32, u32)| pair.1,
        |index, page, met| {
            let bounds = (20 / LONG, 20)..(380 / LONG, 380);
            read!(index.scan_pairs(bounds), page, |key, value| {
                assert_eq!(*key, value / LONG);
                met.push(*value);
            })
        },
    );
    if 20 % LONG == 0 {
        chains(
            make,
            edit,
            |pair: &(u32, u32)| pair.1,
            |index, page, met| {
                read!(index.scan(20 / LONG..380 / LONG), page, |_, value| met.push(*value))
            },
        );
    }
}

#[test]
fn of_multimaps() {
    of_lists::<Tiny, 1>();
    of_lists::<Tiny, 4>();
    of_lists::<Tiny, 20>();
    of_lists::<Tiny, 150>();
    of_lists::<Tiny, 1000>();
    of_lists::<Standard, 1>();
    of_lists::<Standard, 20>();
    of_lists::<Standard, 150>();
    of_lists::<Dense, 20>();
    of_lists::<Dense, 1000>();
}

#[test]
fn of_the_values_of_a_key() {
    fn check<S: Shape<u32>>() {
        chains(
            || BTreeMultiMap::<u32, u32, Global, S>::with_shape_in(Global),
            |index, n, is_there| {
                // The neighbours are there to be left alone.
                let key = if (20..380).contains(&n) { 1 } else { n / 20 * 2 };
                match is_there {
                    true => index.insert(key, n),
                    false => index.remove(&key, &n),
                };
            },
            |value| *value,
            |index, page, met| read!(index.scan_values(&1), page, |value| met.push(*value)),
        );
    }
    check::<Tiny>();
    check::<Standard>();
    check::<Dense>();
}

/// Limits that are nothing, bounds that are no range, tokens of other keys.
#[test]
fn requests_at_their_limits() {
    let map: BTreeMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    let set: BTreeSet<u32> = (0..100).collect();
    let index: BTreeMultiMap<u32, u32> = (0..100).map(|n| (n / 50, n)).collect();
    let one = (1, ScanEnd::Entries);
    let outcome = map.scan(..).entries(0).for_each(|_, _| ());
    assert_eq!((outcome.entries, outcome.end), one);
    let outcome = set.scan(..).entries(0).for_each(|_| ());
    assert_eq!((outcome.entries, outcome.end), one);
    let outcome = index.scan(..).entries(0).for_each(|_, _| ());
    assert_eq!((outcome.entries, outcome.end), one);
    let outcome = index.scan_values(&1).entries(0).for_each(|_| ());
    assert_eq!((outcome.entries, outcome.end), one);
    let outcome = index.scan(..).bytes(0).for_each(|_, _| ());
    assert_eq!((outcome.entries, outcome.end, outcome.bytes), (1, ScanEnd::Bytes, 8));
    let outcome = index.scan_values(&0).weigh(|value| *value as usize).bytes(10).for_each(|_| ());
    assert_eq!((outcome.entries, outcome.end, outcome.bytes), (5, ScanEnd::Bytes, 10));

    let foreign = |token| index.scan(1..).resume(Some(token)).for_each(|_, _| ()).entries;
    assert_eq!((foreign(ScanToken::after((0, 7))), foreign(ScanToken::after((1, 7)))), (50, 50));
    assert_eq!((foreign(ScanToken::after((9, 7))), foreign(ScanToken::before((9, 7)))), (0, 50));
    assert_eq!((foreign(ScanToken::after((1, 89))), foreign(ScanToken::before((1, 89)))), (10, 39));
    let values = |key, token| index.scan_values(&key).resume(Some(token)).for_each(|_| ()).entries;
    assert_eq!((values(1, ScanToken::after(7)), values(1, ScanToken::before(7))), (50, 0));
    assert_eq!((values(7, ScanToken::after(7)), values(7, ScanToken::before(7))), (0, 0));
    let outcome =
        index.scan(..).reverse().resume(Some(ScanToken::after((0, 7)))).for_each(|_, _| ());
    assert_eq!((outcome.end, outcome.entries), (ScanEnd::WrongWay, 0));
    assert_eq!(outcome.token(), Some(ScanToken::after((0, 7))), "nothing is lost");

    // As in std, an empty collection looks at no bounds.
    let empty = BTreeMultiMap::<u32, u32>::new();
    #[expect(clippy::reversed_empty_ranges)]
    let nothing = empty.scan(9..3).for_each(|_, _| ());
    assert_eq!(nothing.end, ScanEnd::Exhausted);
    let nothing = empty.scan_pairs((9, 0)..(3, 0)).for_each(|_, _| ());
    assert_eq!(nothing.token(), None);
}

/// As for a range.
#[test]
#[should_panic = "range start is greater than range end in BTreeMap"]
fn pairs_of_no_range_panic() {
    let index = BTreeMultiMap::from([(1, 1)]);
    let _ = index.scan_pairs((1, 4)..(1, 3));
}

/// The runs of a multimap are its pairs, from either end and from both.
#[test]
fn runs_of_lists() {
    for (keys, long) in [(1, 1), (30, 1), (30, 5), (9, 70), (2, 900)] {
        let pairs = (0..keys * long).map(|n| (n / long, n));
        let index: BTreeMultiMap<u32, u32> = pairs.clone().collect();
        let flat = |(key, values): (&u32, &[u32])| -> Vec<(u32, u32)> {
            assert!(!values.is_empty());
            values.iter().map(|value| (*key, *value)).collect()
        };
        assert!(index.chunks().flat_map(flat).eq(pairs.clone()));
        assert!(index.chunks().rev().flat_map(flat).count() == index.len());
        let (mut chunks, mut front, mut back) = (index.chunks(), Vec::new(), Vec::new());
        while let Some(run) = chunks.next() {
            front.extend(flat(run));
            back.splice(0..0, chunks.next_back().map(flat).unwrap_or_default());
        }
        front.extend(back);
        assert!(front.into_iter().eq(pairs));
        assert!(index.chunks_in(1..).flat_map(flat).all(|pair| pair.0 > 0));
    }
}
