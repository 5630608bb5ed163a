//! Every kind of key that is searched in a way of its own answers as std's map does.

use std::cmp::Reverse;
use std::collections::BTreeMap as Twin;
use std::fmt::Debug;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::ops::Bound;
use std::time::Duration;

use allotment_core::shape::{Small, Tiny};
use allotment_core::{BTreeMap, Global, IntegerKey, IntegerKeys, Shape, Standard, integer_key};
use fastrand::Rng;

/// Inserts, removes and looks up the keys that `draw` draws, in a map and in its twin.
fn check<K: Ord + Clone + Debug, S: Shape<K>>(mut draw: impl FnMut(&mut Rng) -> K) {
    let mut map: BTreeMap<K, usize, Global, S> = BTreeMap::with_shape_in(Global);
    let mut twin = Twin::new();
    let mut rng = Rng::with_seed(7);
    let steps = if cfg!(miri) { 60 } else { 4000 };
    for step in 0..steps {
        let key = draw(&mut rng);
        if rng.u8(..) < 170 {
            assert_eq!(map.insert(key.clone(), step), twin.insert(key, step));
        } else {
            assert_eq!(map.remove(&key), twin.remove(&key), "{key:?}");
        }
        let wanted = draw(&mut rng);
        assert_eq!(map.get(&wanted), twin.get(&wanted), "{wanted:?}");
        assert!(map.range(&wanted..).take(3).eq(twin.range(&wanted..).take(3)), "{wanted:?}");
    }
    map.verify().unwrap();
    assert!(map.iter().eq(&twin));
    let copy = map.clone();
    copy.verify().unwrap();
    assert!(copy.into_iter().eq(twin.clone()));
    let wanted: Vec<K> = (0..if cfg!(miri) { 40 } else { 100 }).map(|_| draw(&mut rng)).collect();
    assert!(map.get_each(&wanted).eq(wanted.iter().map(|key| twin.get(key))));
    let few: [&K; 37] = std::array::from_fn(|place| &wanted[place]);
    assert_eq!(map.get_many(few), few.map(|key| twin.get(key)));
}

/// Checks keys around the least and the greatest, and some in between.
macro_rules! integers {
    ($($test:ident: $integer:ident),* $(,)?) => { $(
        #[test]
        fn $test() {
            let draw = |rng: &mut Rng| match rng.u8(..) {
                0..100 => $integer::MIN.wrapping_add(rng.u8(..) as $integer),
                100..200 => $integer::MAX.wrapping_sub(rng.u8(..) as $integer),
                _ => rng.$integer(..),
            };
            check::<$integer, Standard>(draw);
            check::<$integer, Tiny>(draw);
        }
    )* };
}

integers! {
    miri_u8: u8, miri_u16: u16, miri_u32: u32, miri_u64: u64, miri_u128: u128, miri_usize: usize,
    miri_i8: i8, miri_i16: i16, miri_i32: i32, miri_i64: i64, miri_i128: i128, miri_isize: isize,
}

#[test]
fn miri_characters_and_truth() {
    check::<char, Standard>(|rng| rng.char(..));
    check::<char, Tiny>(|rng| if rng.bool() { rng.char(..) } else { char::MAX });
    check::<bool, Standard>(Rng::bool);
}

/// One of so many least or greatest integers, or any other.
fn extreme(rng: &mut Rng, count: u32) -> u32 {
    match rng.u8(..) {
        0..100 => rng.u32(..count),
        100..200 => u32::MAX - rng.u32(..count),
        _ => rng.u32(..),
    }
}

#[test]
fn miri_compounds() {
    let part = |rng: &mut Rng| extreme(rng, 3);
    check::<(u32, u32), Standard>(|rng| (part(rng), part(rng)));
    check::<(u32, u32), Tiny>(|rng| (part(rng), part(rng)));
    check::<[u8; 4], Standard>(|rng| part(rng).to_ne_bytes());
    check::<[u8; 8], Standard>(|rng| (u64::from(part(rng)) << 30).to_ne_bytes());
    check::<[u8; 16], Standard>(|rng| bytes_of([part(rng), part(rng), 0, 7]));
    check::<[u8; 16], Tiny>(|rng| bytes_of([u32::MAX, u32::MAX, u32::MAX, part(rng)]));
}

#[test]
fn pairs_addresses_and_ids() {
    let part = |rng: &mut Rng| extreme(rng, 20);
    let long =
        |rng: &mut Rng| (u64::from(part(rng)) << (32 * rng.u32(..2))) | u64::from(rng.u8(..2));
    check::<(u64, u64), Standard>(|rng| (long(rng), long(rng)));
    check::<(u64, u64), Tiny>(|rng| (long(rng), long(rng)));
    check::<(u64, u32), Standard>(|rng| (long(rng), part(rng)));
    check::<(u64, u32), Tiny>(|rng| (u64::MAX, part(rng)));
    check::<(u32, u64), Standard>(|rng| (part(rng), long(rng)));
    check::<(u32, u64), Tiny>(|rng| (7, long(rng)));
    check::<Ipv4Addr, Standard>(|rng| Ipv4Addr::from_bits(part(rng)));
    check::<Ipv6Addr, Standard>(|rng| (u128::from(part(rng)) << 40 | u128::from(part(rng))).into());
    check::<NonZeroU64, Standard>(|rng| NonZeroU64::new(long(rng)).unwrap_or(NonZeroU64::MAX));
    check::<NonZeroU32, Tiny>(|rng| NonZeroU32::new(part(rng)).unwrap_or(NonZeroU32::MIN));
    check::<NonZeroUsize, Small>(|rng| {
        NonZeroUsize::new(rng.usize(..)).unwrap_or(NonZeroUsize::MIN)
    });
}

/// The word that draws signed integers from both ends too.
fn signed(rng: &mut Rng) -> i32 {
    extreme(rng, 20).cast_signed()
}

#[test]
fn tuples_and_arrays() {
    let part = |rng: &mut Rng| extreme(rng, 20);
    let long = |rng: &mut Rng| i64::from(signed(rng)) << (31 * rng.u32(..2));
    check::<(i32, i32), Standard>(|rng| (signed(rng), signed(rng)));
    check::<(i32, i32), Tiny>(|rng| (signed(rng), signed(rng)));
    check::<(i32, u32), Standard>(|rng| (signed(rng), part(rng)));
    check::<(i64, u64), Standard>(|rng| (long(rng), part(rng).into()));
    check::<(i64, u64), Tiny>(|rng| (long(rng), part(rng).into()));
    check::<(u64, i64), Standard>(|rng| (rng.u64(..9), long(rng)));
    check::<(i32, i64), Standard>(|rng| (signed(rng), long(rng)));
    check::<(i64, i32), Standard>(|rng| (long(rng), signed(rng)));
    check::<(u64, i32), Standard>(|rng| (rng.u64(..9), signed(rng)));
    check::<(usize, usize), Standard>(|rng| (part(rng) as usize, rng.usize(..)));
    check::<(u8, u64), Standard>(|rng| (rng.u8(..), rng.u64(..3)));
    check::<(u16, u32), Standard>(|rng| (rng.u16(..3), part(rng)));
    check::<(u32, u32, u32), Standard>(|rng| (rng.u32(..2), part(rng), part(rng)));
    check::<(u32, u32, u64), Tiny>(|rng| (rng.u32(..2), part(rng), rng.u64(..)));
    check::<[u32; 3], Standard>(|rng| [part(rng), rng.u32(..2), part(rng)]);
    check::<[u8; 6], Standard>(|rng| rng.u64(..2000).to_le_bytes()[..6].try_into().unwrap());
    check::<[u8; 12], Standard>(|rng| {
        bytes_of([part(rng), 0, part(rng), 7])[..12].try_into().unwrap()
    });
}

/// Byte strings that are moved with the keys: nothing may remember where they were.
#[test]
fn miri_digests() {
    check::<[u8; 20], Standard>(|rng| {
        let words = bytes_of([extreme(rng, 3), 0, 7, rng.u32(..3)]);
        std::array::from_fn(|at| words[at % 16])
    });
    let digest = |mut rng: Rng| -> [u8; 32] { std::array::from_fn(|_| rng.u8(..)) };
    check::<[u8; 32], Standard>(|rng| digest(Rng::with_seed(rng.u64(..700))));
    check::<[u8; 32], Tiny>(|rng| digest(Rng::with_seed(rng.u64(..700))));
    check::<[u8; 64], Standard>(|rng| {
        let number = rng.u64(..).to_ne_bytes();
        std::array::from_fn(|at| number[at % 8] % 2)
    });
    let map: BTreeMap<[u8; 32], u64> =
        (0..99).map(|seed| (digest(Rng::with_seed(seed)), seed)).collect();
    assert!(map.iter().all(|(key, seed)| map.get(&key[..]) == Some(seed)));
    assert_eq!(map.get(&[0; 31][..]), None);
}

#[test]
fn reversed_optional_and_durations() {
    check::<Reverse<u64>, Standard>(|rng| Reverse(extreme(rng, 20).into()));
    check::<Reverse<u64>, Tiny>(|rng| Reverse(rng.u64(..)));
    check::<Reverse<i32>, Standard>(|rng| Reverse(signed(rng)));
    check::<Option<u32>, Standard>(|rng| extreme(rng, 90).checked_sub(1));
    check::<Option<u32>, Tiny>(|rng| extreme(rng, 90).checked_sub(1));
    check::<Option<u64>, Standard>(|rng| rng.u64(..).checked_sub(u64::MAX / 3));
    check::<Duration, Standard>(|rng| Duration::new(rng.u64(..5), rng.u32(..999_999_999)));
    check::<Duration, Tiny>(|rng| Duration::MAX - Duration::from_nanos(rng.u64(..)));
}

#[test]
fn miri_what_is_put_together() {
    check::<(i32, i32), Tiny>(|rng| (signed(rng), signed(rng)));
    check::<(u32, u32, u64), Standard>(|rng| (rng.u32(..2), extreme(rng, 20), rng.u64(..)));
    check::<Option<u64>, Standard>(|rng| rng.u64(..).checked_sub(u64::MAX / 3));
}

/// What is merely borrowed from a compound is none, and is looked for by its own order.
#[test]
fn miri_compounds_are_found_by_slices_of_theirs() {
    let keys = (0..200_u32).map(|n| n.wrapping_mul(0x9E37_79B9).to_be_bytes());
    let map: BTreeMap<[u8; 4], usize> = keys.clone().zip(0..).collect();
    let twin: Twin<[u8; 4], usize> = keys.zip(0..).collect();
    for wanted in [&b""[..], b"\x9e", b"\x9e\x37\x79\xb9", b"\xff\xff\xff\xff\xff"] {
        assert_eq!(map.get(wanted), twin.get(wanted));
        let range = (Bound::Excluded(wanted), Bound::Unbounded);
        assert!(map.range::<[u8], _>(range).eq(twin.range::<[u8], _>(range)));
    }
    assert!(twin.iter().all(|(key, value)| map.get(&key[..]) == Some(value)));
}

/// Integers of two registers whose upper halves are all the same, all different, or few.
#[test]
fn miri_wide_integers() {
    let few = |rng: &mut Rng| u128::from(rng.u8(..4)) << 64;
    check::<u128, Standard>(|rng| u128::from(rng.u64(..)));
    check::<u128, Standard>(|rng| rng.u128(..) << 64);
    check::<u128, Standard>(|rng| few(rng) | u128::from(rng.u16(..2000)));
    check::<i128, Standard>(|rng| few(rng).cast_signed() - (2 << 64) + i128::from(rng.i16(..)));
}

/// The bytes of some words in a row.
fn bytes_of(words: [u32; 4]) -> [u8; 16] {
    std::array::from_fn(|at| words[at / 4].to_ne_bytes()[at % 4])
}

#[test]
fn miri_keys_that_are_no_integers() {
    check::<(u32, u16), Standard>(|rng| (rng.u32(..30), rng.u16(..30)));
    check::<[u8; 7], Standard>(|rng| rng.u64(..2000).to_le_bytes()[..7].try_into().unwrap());
    check::<String, Standard>(|rng| rng.u16(..2000).to_string());
    let text = "ab".repeat(9);
    check::<&str, Standard>(|rng| &text[rng.usize(..9)..9 + rng.usize(..9)]);
    check::<(), Standard>(|_| ());
}

/// An integer in all but name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wrapped(i32);

integer_key!(Wrapped(i32));

#[test]
fn miri_wrapped_integers() {
    check::<Wrapped, IntegerKeys>(|rng| Wrapped(rng.i32(-700..700)));
    check::<Wrapped, IntegerKeys>(|rng| Wrapped(rng.i32(i32::MAX - 700..=i32::MAX)));
    check::<Wrapped, Standard>(|rng| Wrapped(rng.i32(-700..700)));
}

/// An integer of several parts, one of which is an integer in all but name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Compound {
    kind: char,
    at: Wrapped,
    until: Option<Reverse<u16>>,
}

integer_key!(Compound { kind: char, at: Wrapped, until: Option<Reverse<u16>> });

/// The same without names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Unnamed(bool, Wrapped);

integer_key!(Unnamed(bool, Wrapped));

#[test]
fn structs_of_integers() {
    let at = |rng: &mut Rng| Wrapped(rng.i32(-9..9));
    check::<Compound, IntegerKeys>(|rng| Compound {
        kind: rng.char('a'..'d'),
        at: at(rng),
        until: rng.u16(..5).checked_sub(1).map(Reverse),
    });
    check::<Unnamed, IntegerKeys>(|rng| Unnamed(rng.bool(), Wrapped(rng.i32(..))));
    check::<(i16, u8, u8), IntegerKeys>(|rng| (rng.i16(-9..9), rng.u8(..3), rng.u8(..3)));
}

/// Wide, and of a greatest one that ends in zeros: it is no greater than others by its lower half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Limited(u128);

impl IntegerKey for Limited {
    type Integer = u128;
    const MAX: Self = Limited(1 << 64);

    fn integer(self) -> u128 {
        self.0
    }
}

#[test]
fn limited_integers() {
    check::<Limited, IntegerKeys>(|rng| Limited(rng.u64(..).into()));
    check::<Limited, IntegerKeys>(|rng| Limited((1 << 64) - u128::from(rng.u8(..))));
}

/// Says things about itself that are not so: neither its order nor its maximum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Liar(u64);

impl IntegerKey for Liar {
    type Integer = u64;
    const MAX: Self = Liar(7);

    fn integer(self) -> u64 {
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// Answers may be wrong, and nothing worse happens.
#[test]
fn miri_false_integers_do_no_harm() {
    let mut map: BTreeMap<Liar, Box<u64>, Global, IntegerKeys> = BTreeMap::with_shape_in(Global);
    let mut rng = Rng::with_seed(3);
    for step in 0..if cfg!(miri) { 120 } else { 20_000 } {
        let key = Liar(rng.u64(..1000));
        match step % 4 {
            0 => drop(map.remove(&key)),
            1 => drop(map.range(key..).next()),
            _ => drop(map.insert(key, Box::new(step))),
        }
        map.get_many([&key; 40]);
    }
    map.verify_structure().unwrap();
    assert_eq!(map.iter().count(), map.len());
}
