//! Cursors of sets, and cursors that change keys, beside a sorted list and a place in it.

use std::ops::Bound;

use allotment_core::shape::Tiny;
use allotment_core::{BTreeMap, BTreeSet, Global, Shape, Standard, btree_map, btree_set};
use fastrand::Rng;

/// Keys that ascend as their numbers do, and begin with bytes that they share: what is kept of
/// them beside the nodes changes with them.
fn key(n: u32) -> String {
    format!("shared/{n:06}")
}

/// What the cursors of maps and sets do alike here, with the string of a number for an element.
trait Gap {
    type Whole;

    /// Whether keys may be changed.
    const CHANGES: bool;

    fn whole(keys: &[String]) -> Self::Whole;
    fn step(&mut self, back: bool) -> Option<String>;
    fn peek(&mut self, back: bool) -> Option<String>;
    fn insert(&mut self, element: String, back: bool) -> Result<(), String>;
    fn remove(&mut self, back: bool) -> Option<String>;
    fn split(&mut self, back: bool) -> Self::Whole;
    fn splice(&mut self, whole: Self::Whole, back: bool) -> Result<(), Self::Whole>;
    fn change(&mut self, to: String, back: bool);
    fn around(&self) -> String;
}

/// The methods that have the same names on all cursors.
macro_rules! alike {
    () => {
        fn around(&self) -> String {
            format!("{:?}", self.as_cursor())
        }

        fn split(&mut self, back: bool) -> Self::Whole {
            if back { self.split_before() } else { self.split_after() }
        }

        fn splice(&mut self, whole: Self::Whole, back: bool) -> Result<(), Self::Whole> {
            let spliced = if back { self.splice_before(whole) } else { self.splice_after(whole) };
            spliced.map_err(|error| error.into_inner())
        }
    };
}

/// The methods of cursors over sets.
macro_rules! of_sets {
    () => {
        type Whole = BTreeSet<String, Global, S>;

        fn whole(keys: &[String]) -> Self::Whole {
            let mut set = BTreeSet::with_shape_in(Global);
            set.extend(keys.iter().cloned());
            set
        }

        fn step(&mut self, back: bool) -> Option<String> {
            if back { self.prev() } else { self.next() }.map(|element| element.clone())
        }

        fn peek(&mut self, back: bool) -> Option<String> {
            if back { self.peek_prev() } else { self.peek_next() }.map(|element| element.clone())
        }

        fn insert(&mut self, element: String, back: bool) -> Result<(), String> {
            let inserted =
                if back { self.insert_before(element) } else { self.insert_after(element) };
            inserted.map_err(|error| error.into_inner())
        }

        fn remove(&mut self, back: bool) -> Option<String> {
            if back { self.remove_prev() } else { self.remove_next() }
        }

        alike!();
    };
}

impl<S: Shape<String>> Gap for btree_set::CursorMut<'_, String, Global, S> {
    const CHANGES: bool = false;

    of_sets!();

    fn change(&mut self, _: String, _: bool) {
        unreachable!("elements are not changed here");
    }
}

impl<S: Shape<String>> Gap for btree_set::CursorMutKey<'_, String, Global, S> {
    const CHANGES: bool = true;

    of_sets!();

    fn change(&mut self, to: String, back: bool) {
        let element = if back { self.peek_prev() } else { self.peek_next() };
        *element.expect("there is one") = to;
    }
}

impl<S: Shape<String>> Gap for btree_map::CursorMutKey<'_, String, u8, Global, S> {
    type Whole = BTreeMap<String, u8, Global, S>;

    const CHANGES: bool = true;

    fn whole(keys: &[String]) -> Self::Whole {
        let mut map = BTreeMap::with_shape_in(Global);
        map.extend(keys.iter().cloned().map(|key| (key, 1)));
        map
    }

    fn step(&mut self, back: bool) -> Option<String> {
        if back { self.prev() } else { self.next() }.map(|(key, _)| key.clone())
    }

    fn peek(&mut self, back: bool) -> Option<String> {
        if back { self.peek_prev() } else { self.peek_next() }.map(|(key, _)| key.clone())
    }

    fn insert(&mut self, element: String, back: bool) -> Result<(), String> {
        let inserted =
            if back { self.insert_before(element, 1) } else { self.insert_after(element, 1) };
        inserted.map_err(|error| error.into_inner().0)
    }

    fn remove(&mut self, back: bool) -> Option<String> {
        if back { self.remove_prev() } else { self.remove_next() }.map(|(key, _)| key)
    }

    fn change(&mut self, to: String, back: bool) {
        let pair = if back { self.peek_prev() } else { self.peek_next() };
        *pair.expect("there is one").0 = to;
    }

    alike!();
}

/// A sorted list, and a place between two of its keys.
struct Model {
    keys: Vec<String>,
    at: usize,
}

impl Model {
    fn peek(&self, back: bool) -> Option<&String> {
        if back { self.keys[..self.at].last() } else { self.keys.get(self.at) }
    }

    /// Whether a key belongs here.
    fn takes(&self, key: &String) -> bool {
        self.peek(true).is_none_or(|before| before < key)
            && self.peek(false).is_none_or(|behind| key < behind)
    }
}

/// A number near the gap, or any.
fn number(model: &Model, rng: &mut Rng) -> u32 {
    let near = model.peek(rng.bool()).and_then(|key| key[7..].parse::<u32>().ok());
    near.filter(|_| rng.u8(..4) > 0)
        .map_or(rng.u32(..100_000), |n| (n + rng.u32(..9)).saturating_sub(4))
}

/// One step by a cursor and by the model, which must agree.
fn act<G: Gap>(gap: &mut G, model: &mut Model, rng: &mut Rng) {
    let back = rng.bool();
    match rng.u8(..10) {
        0..4 => {
            assert_eq!(gap.step(back), model.peek(back).cloned());
            model.at =
                if back { model.at.saturating_sub(1) } else { model.keys.len().min(model.at + 1) };
        }
        4..6 => {
            let new = key(number(model, rng));
            assert_eq!(gap.insert(new.clone(), back).is_ok(), model.takes(&new));
            if model.takes(&new) {
                model.keys.insert(model.at, new);
                model.at += usize::from(back);
            }
        }
        6 => {
            assert_eq!(gap.remove(back), model.peek(back).cloned());
            if model.peek(back).is_some() {
                model.at -= usize::from(back);
                model.keys.remove(model.at);
            }
        }
        7 => {
            // Out, and in again on one of the two sides of the gap.
            let (part, to_before) = (gap.split(back), rng.bool());
            assert_eq!(gap.peek(back), None);
            assert!(gap.splice(part, to_before).is_ok());
            let rest = if back { model.keys.len() - model.at } else { model.at };
            let cut = model.keys.len() - rest;
            model.at = match (back, to_before) {
                (true, true) => cut,
                (true, false) => 0,
                (false, true) => model.keys.len(),
                (false, false) => rest,
            };
        }
        8 => {
            let n = number(model, rng);
            let more: Vec<_> = (n..n + rng.u32(1..40)).map(key).collect();
            let belongs = more.iter().all(|key| model.takes(key));
            let spliced = gap.splice(G::whole(&more), back);
            assert_eq!(spliced.is_ok(), belongs);
            if belongs {
                let len = more.len();
                model.keys.splice(model.at..model.at, more);
                model.at += if back { len } else { 0 };
            }
        }
        _ if G::CHANGES && model.peek(back).is_some() => {
            // To another key between its two neighbours.
            let index = model.at - usize::from(back);
            let to = key(number(model, rng));
            let fits = index.checked_sub(1).is_none_or(|before| model.keys[before] < to)
                && model.keys.get(index + 1).is_none_or(|behind| to < *behind);
            if fits {
                gap.change(to.clone(), back);
                model.keys[index] = to;
            }
        }
        _ => {}
    }
    assert_eq!(gap.peek(true).as_ref(), model.peek(true));
    assert_eq!(gap.peek(false).as_ref(), model.peek(false));
    assert!(model.peek(back).is_none_or(|key| gap.around().contains(key.as_str())));
}

/// Rounds of steps of one cursor each, over what the rounds before have left.
macro_rules! walk {
    ($whole:ident, $keys:ident, |$map:ident, $bound:ident| $cursor:expr) => {
        for seed in 0..24 {
            let (mut rng, mut model) = (Rng::with_seed(seed), Model { keys: vec![], at: 0 });
            let mut $map = $whole::<_, _, S>::with_shape_in(Global);
            for _ in 0..30 {
                let wanted = key(number(&model, &mut rng));
                model.at = model.keys.partition_point(|key| *key < wanted);
                let $bound = Bound::Included(&wanted);
                {
                    let mut gap = $cursor;
                    for _ in 0..rng.usize(..40) {
                        act(&mut gap, &mut model, &mut rng);
                    }
                }
                $map.verify().expect("a valid tree");
                assert!($map.$keys().eq(&model.keys), "seed {seed}");
                // What a search looks at first is up to date.
                for key in &model.keys {
                    assert!($map.get(key).is_some(), "seed {seed}");
                }
            }
        }
    };
}

/// The map type with its value.
type Bytes<K, A, S> = BTreeMap<K, u8, A, S>;

fn sets<S: Shape<String>>() {
    walk!(BTreeSet, iter, |set, bound| set.lower_bound_mut(bound));
}

fn sets_with_keys<S: Shape<String>>() {
    // SAFETY: keys are changed within their neighbours.
    walk!(BTreeSet, iter, |set, bound| unsafe { set.lower_bound_mut(bound).with_mutable_key() });
}

fn maps_with_keys<S: Shape<String>>() {
    // SAFETY: as above.
    walk!(Bytes, keys, |map, bound| unsafe { map.lower_bound_mut(bound).with_mutable_key() });
}

#[test]
fn cursors_of_sets_do_what_a_list_does() {
    sets::<Standard>();
    sets::<Tiny>();
}

#[test]
fn cursors_that_change_elements_do_what_a_list_does() {
    sets_with_keys::<Standard>();
    sets_with_keys::<Tiny>();
}

#[test]
fn cursors_that_change_keys_do_what_a_list_does() {
    maps_with_keys::<Standard>();
    maps_with_keys::<Tiny>();
}
