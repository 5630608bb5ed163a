//! Every operation against std's map and set, over combinations of key, value, allocator and shape.
//!
//! After each step of a script the tree is verified and the contents are compared. A failure prints
//! the seed, the step and the structure.

use std::borrow::Borrow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap as Twin;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_bump::Bump;
use allotment_core::btree_map::EntryRef;
use allotment_core::shape::{Small, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeSet, Dense, Global, Ranked};
use allotment_meter::Counting;
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::effort::effort;
use allotment_trial::script::script;
use allotment_trial::{pairs, set_subject, subject};
use fastrand::Rng;

/// Tests of one shape: name, pairs, allocator, steps, and over how many keys.
macro_rules! combinations {
    ($run:ident in $shape:ident:
        $($name:ident: $pairs:ident on $alloc:expr, $len:literal over $span:literal;)*) => {
        $(#[test]
        fn $name() {
            for seed in 1..=3 * effort() {
                $run::<pairs::$pairs, _, $shape>($alloc, seed, $len / 3, $span);
            }
        })*
    };
}

mod map_tiny {
    use super::*;
    use subject::run;

    combinations! {
        run in Tiny:
        words_on_checked: Words on Checked::new(), 9000 over 400;
        strings_on_pool: Strings on Pool::new(), 6000 over 300;
        elements_on_counting: Elements on Counting::new(Pool::new()), 6000 over 400;
        one_key_on_checked: OneKey on Checked::new(), 900 over 10;
        nothing_on_counting: Nothing on Counting::new(Global), 900 over 10;
        ghosts_on_checked: Ghosts on Checked::new(), 6000 over 300;
        lines_on_bump: Lines on Bump::new(), 6000 over 200;
        page_keys_on_checked: PageKeys on Checked::new(), 3000 over 100;
        page_values_on_lent_bump: PageValues on &Bump::new(), 3000 over 100;
        shared_on_global: Shared on Global, 6000 over 300;
        probes_on_checked: Probes on Checked::new(), 6000 over 300;
    }
}

type DenseTiny = Dense<Tiny>;
type RankedDense = Ranked<Dense>;

mod map_dense_tiny {
    use super::*;
    use subject::run;

    combinations! {
        run in DenseTiny:
        words_on_checked: Words on Checked::new(), 9000 over 400;
        probes_on_pool: Probes on Pool::new(), 6000 over 300;
    }
}

mod map_ranked_dense {
    use super::*;
    use subject::run;

    combinations! {
        run in RankedDense:
        words_on_checked: Words on Checked::new(), 9000 over 2000;
        strings_on_bump: Strings on Bump::new(), 6000 over 900;
    }
}

type RankedTiny = Ranked<Tiny>;

mod map_ranked_tiny {
    use super::*;
    use subject::run;

    combinations! {
        run in RankedTiny:
        words_on_checked: Words on Checked::new(), 6000 over 400;
        probes_on_pool: Probes on Pool::new(), 6000 over 300;
    }
}

mod map_ranked {
    use super::*;
    use subject::run;

    combinations! {
        run in Ranked:
        strings_on_bump: Strings on Bump::new(), 6000 over 600;
    }
}

mod map_small {
    use super::*;
    use subject::run;

    combinations! {
        run in Small:
        words_on_pool: Words on Pool::new(), 6000 over 400;
    }
}

mod map_standard {
    use super::*;
    use subject::run;

    combinations! {
        run in Standard:
        words_on_global: Words on Global, 9000 over 1000;
        ghosts_on_checked: Ghosts on Checked::new(), 6000 over 600;
        probes_on_checked: Probes on Checked::new(), 6000 over 600;
        bytes_on_lent_bump: Bytes on &Bump::new(), 6000 over 256;
        odd_on_pool: Odd on Pool::new(), 6000 over 600;
        larges_on_bump: Larges on Bump::new(), 6000 over 300;
    }
}

mod set_tiny {
    use super::*;
    use set_subject::run;

    combinations! {
        run in Tiny:
        words_on_checked: Words on Checked::new(), 6000 over 400;
        one_key_on_lent_bump: OneKey on &Bump::new(), 900 over 10;
        lines_on_pool: Lines on Pool::new(), 6000 over 200;
    }
}

mod set_standard {
    use super::*;
    use set_subject::run;

    combinations! {
        run in Standard:
        strings_on_bump: Strings on Bump::new(), 6000 over 600;
        bytes_on_counting: Bytes on Counting::new(Global), 6000 over 256;
    }
}

/// Steps of each combination that is looked at now and then only.
const MANY: usize = 250_000;

/// A million operations: what comes of rare ones and long histories.
#[test]
fn long_scripts() {
    for seed in 101..101 + effort() {
        let (name, steps) = (format!("seed {seed}"), |span| script(seed, MANY, span));
        subject::take::<pairs::Words, _, Tiny>(Pool::new(), &name, steps(200), 200, 50);
        subject::take::<pairs::Words, _, Standard>(Global, &name, steps(2000), 2000, 50);
        subject::take::<pairs::Probes, _, Tiny>(Checked::new(), &name, steps(100), 100, 50);
        set_subject::take::<pairs::Strings, _, Standard>(Bump::new(), &name, steps(600), 600, 50);
    }
}

#[test]
fn from_iter_takes_any_order() {
    let mut rng = Rng::with_seed(9);
    for len in [0, 1, 31, 32, 33, 500, 4000] {
        let ascending: Vec<u32> = (0..len).collect();
        let descending = ascending.iter().rev().copied().collect();
        let doubled = ascending.iter().flat_map(|&n| [n, n]).collect();
        let random = (0..len).map(|_| rng.u32(0..len)).collect();
        let tail = ascending.iter().map(|&n| n ^ 1).collect();
        for keys in [ascending, descending, doubled, random, tail] {
            let keys: Vec<u32> = keys;
            let pairs = || keys.iter().copied().zip(0..);
            let (map, twin) = (BTreeMap::from_iter(pairs()), Twin::<u32, u32>::from_iter(pairs()));
            map.verify().expect("a valid tree");
            assert!(map.iter().eq(&twin));
            let map: BTreeMap<_, _, _> = BTreeMap::from_iter_in(pairs(), Checked::new());
            assert!(map.iter().eq(&twin));
            let set: BTreeSet<_, _> = BTreeSet::from_iter_in(keys.iter().copied(), Pool::new());
            set.verify().expect("a valid tree");
            assert!(set.iter().eq(twin.keys()));
        }
    }
}

/// A pair of numbers that compares by the first.
#[derive(Clone, Debug)]
struct Tagged(u32, &'static str);

impl PartialEq for Tagged {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Tagged {}

impl PartialOrd for Tagged {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tagged {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

#[test]
fn equal_keys_stay_as_they_were() {
    let fresh = || BTreeMap::from([(Tagged(1, "old"), 'a')]);
    let tag = |map: &BTreeMap<Tagged, char>| {
        let (key, value) = map.first_key_value().expect("one pair");
        (map.len(), key.1, *value)
    };

    let mut map = fresh();
    assert_eq!(map.insert(Tagged(1, "new"), 'b'), Some('a'));
    assert_eq!(tag(&map), (1, "old", 'b'));

    let mut map = fresh();
    map.entry(Tagged(1, "new")).insert_entry('b');
    assert_eq!(tag(&map), (1, "old", 'b'));

    let mut map = fresh();
    map.extend([(Tagged(1, "new"), 'b')]);
    assert_eq!(tag(&map), (1, "old", 'b'));

    let mut map = fresh();
    map.append(&mut BTreeMap::from([(Tagged(1, "new"), 'b')]));
    assert_eq!(tag(&map), (1, "old", 'b'));

    let mut set = BTreeSet::from([Tagged(1, "old")]);
    assert!(!set.insert(Tagged(1, "new")));
    assert_eq!(set.first().expect("one").1, "old");
    assert_eq!(set.replace(Tagged(1, "new")).expect("one").1, "old");
    assert_eq!(set.first().expect("one").1, "new");
}

#[test]
fn borrowed_forms_look_up() {
    let mut map = BTreeMap::new_in(Checked::new());
    map.extend(["b", "d", "f"].map(|key| (key.to_owned(), key.len())));
    assert!(map.contains_key("d") && !map.contains_key("c"));
    assert_eq!(map.get_key_value("f"), Some((&"f".to_owned(), &1)));
    assert_eq!(map["b"], 1);
    let above = (Bound::Excluded("b"), Bound::Unbounded);
    assert!(map.range::<str, _>(above).map(|(key, _)| key).eq(["d", "f"]));
    assert_eq!(map.split_off("c").len(), 2);
    assert_eq!(map.remove("b"), Some(1));
    assert!(map.is_empty());
}

thread_local! {
    /// How many `Owned` were made.
    static MADE: Cell<usize> = const { Cell::new(0) };
}

/// A key that is made of a borrowed one: wrongly of those that begin with `!`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owned(String);

impl From<&str> for Owned {
    fn from(text: &str) -> Self {
        MADE.set(MADE.get() + 1);
        Self(text.trim_start_matches('!').to_owned())
    }
}

impl Borrow<str> for Owned {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[test]
fn borrowed_keys_are_owned_when_they_go_in() {
    let mut rng = Rng::with_seed(11);
    let mut map = BTreeMap::<Owned, u32, _, Tiny>::with_shape_in(Checked::new());
    let mut twin = Twin::<String, u32>::new();
    for _ in 0..2000 {
        let word = format!("word {}", rng.u32(0..300));
        match rng.u32(0..4) {
            0 => {
                let (own, their) = (map.remove(word.as_str()), twin.remove(&word));
                assert_eq!(own, their);
            }
            1 => {
                *map.entry_ref(word.as_str()).or_default() += 1;
                *twin.entry(word).or_default() += 1;
            }
            2 => {
                let entry = map.entry_ref(word.as_str()).and_modify(|count| *count += 2);
                assert_eq!(entry.key(), word);
                entry.or_insert_with(|| 5);
                twin.entry(word).and_modify(|count| *count += 2).or_insert(5);
            }
            _ => match map.entry_ref(word.as_str()) {
                EntryRef::Occupied(entry) => assert_eq!(twin.remove(&word), Some(entry.remove())),
                EntryRef::Vacant(entry) => {
                    assert_eq!((entry.key(), *entry.insert(7)), (word.as_str(), 7));
                    twin.insert(word, 7);
                }
            },
        }
    }
    map.verify().expect("a valid tree");
    assert!(map.iter().map(|(key, count)| (&key.0, count)).eq(&twin));
    let (made, words) = (MADE.get(), twin.len());
    for word in twin.keys() {
        map.entry_ref(word.as_str()).or_insert(0);
    }
    assert_eq!((MADE.get(), map.len()), (made, words), "what is there needs no owned key");
    let before = map.dump();
    assert!(catch_unwind(AssertUnwindSafe(|| *map.entry_ref("!word").or_insert(0))).is_err());
    assert_eq!(map.dump(), before);
}

#[test]
fn constructors_make_empty_collections() {
    static EMPTY: BTreeMap<String, String> = BTreeMap::new();
    assert_eq!(EMPTY.get("a"), None);
    assert!(BTreeMap::<u8, u8>::default().is_empty());
    assert!(BTreeSet::<u8>::new_in(Global).is_empty());
    assert_eq!(BTreeMap::from([(1, 2), (1, 3)]), [(1, 3)].into_iter().collect());
    let mut map = BTreeMap::new();
    map.extend([(&1, &2), (&0, &3)]);
    assert!(map.iter().eq([(&0, &3), (&1, &2)]));
    let mut set = BTreeSet::<i32>::new();
    set.extend(&[3, 1]);
    assert!(set.into_iter().eq([1, 3]));
}

/// Hazard 24.
#[test]
fn bounds_of_no_range_panic() {
    let map = BTreeMap::from([(1, 'a'), (5, 'e')]);
    let set = BTreeSet::from([1, 5]);
    let invalid = [
        (Bound::Included(4), Bound::Included(3)),
        (Bound::Excluded(4), Bound::Included(3)),
        (Bound::Included(4), Bound::Excluded(3)),
        (Bound::Excluded(4), Bound::Excluded(4)),
    ];
    for bounds in invalid {
        assert!(catch_unwind(|| map.range(bounds).count()).is_err());
        assert!(catch_unwind(|| set.range(bounds).count()).is_err());
        let mut copy = map.clone();
        assert!(catch_unwind(move || copy.range_mut(bounds).count()).is_err());
    }
    assert_eq!(map.range((Bound::Included(4), Bound::Excluded(4))).count(), 0);
    assert_eq!(map.range((Bound::Excluded(4), Bound::Included(4))).count(), 0);
}
