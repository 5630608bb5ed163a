//! Keys that are byte strings answer as std's map does, whatever they begin with and however long
//! that is, through every operation that moves them between nodes.

use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::collections::BTreeMap as Twin;
use std::fmt::Debug;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use allotment_core::shape::{Small, Tiny};
use allotment_core::{BTreeMap, ByteKey, ByteKeys, Global, Shape, Standard, byte_key};
use fastrand::Rng;

/// Makes texts of one kind.
type Draw = fn(&mut Rng) -> Vec<u8>;

fn digits(rng: &mut Rng) -> Vec<u8> {
    format!("{:016x}", rng.u64(..)).into()
}

fn short(rng: &mut Rng) -> Vec<u8> {
    format!("u{}", rng.u16(..3000)).into()
}

fn numbered(rng: &mut Rng) -> Vec<u8> {
    format!("user:{:012}", rng.u16(..)).into()
}

fn addresses(rng: &mut Rng) -> Vec<u8> {
    let host = ["example.org", "example.net", "data.example.org", "e.test"][rng.usize(..4)];
    format!("https://{host}/articles/{}/{}", 2000 + rng.u16(..20), rng.u8(..)).into()
}

/// The same bytes for a while, and then something.
fn late(rng: &mut Rng) -> Vec<u8> {
    let alike = [0, 7, 8, 9, 16, 64, 190][rng.usize(..7)];
    let mut text = vec![b'x'; alike];
    text.extend(rng.u16(..300).to_string().bytes());
    text
}

/// Few different bytes, the least and the greatest among them; many texts that others begin with.
fn extreme(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(..12)).map(|_| [0, 0, 0, 1, 0xff, 0xff][rng.usize(..6)]).collect()
}

/// Texts that are all the beginning of one.
fn nested(rng: &mut Rng) -> Vec<u8> {
    vec![b'a'; rng.usize(..400)]
}

const ALL: [Draw; 7] = [addresses, extreme, short, digits, numbered, late, nested];

/// Runs the operations of a map over texts, and compares what it holds to its twin.
struct Check<K, S: Shape<K>> {
    make: fn(&[u8]) -> K,
    draw: Draw,
    map: BTreeMap<K, usize, Global, S>,
    twin: Twin<K, usize>,
    rng: Rng,
}

impl<K: Ord + Clone + Debug, S: Shape<K>> Check<K, S> {
    fn run(make: fn(&[u8]) -> K, draw: Draw) {
        let map = BTreeMap::with_shape_in(Global);
        let mut check = Self { make, draw, map, twin: Twin::new(), rng: Rng::with_seed(5) };
        // Grows, is put in order, shrinks.
        check.edit(1200, 230);
        check.look_up();
        check.cut_and_join();
        check.edit(800, 128);
        check.merge();
        check.retain();
        check.pack();
        check.edit(1500, 40);
        check.look_up();
    }

    fn key(&mut self) -> K {
        (self.make)(&(self.draw)(&mut self.rng))
    }

    fn edit(&mut self, steps: usize, inserts: u8) {
        for step in 0..if cfg!(miri) { steps / 80 } else { steps } {
            let key = self.key();
            if self.rng.u8(..) < inserts {
                assert_eq!(self.map.insert(key.clone(), step), self.twin.insert(key, step));
            } else {
                assert_eq!(self.map.remove(&key), self.twin.remove(&key), "{key:?}");
            }
            if step % 16 == 0 {
                self.compare();
            }
        }
        self.compare();
    }

    fn compare(&self) {
        self.map.verify().expect("a valid tree");
        assert!(self.map.iter().eq(&self.twin));
    }

    fn look_up(&mut self) {
        let wanted: Vec<K> = (0..if cfg!(miri) { 4 } else { 300 }).map(|_| self.key()).collect();
        let wanted: Vec<&K> = wanted.iter().chain(self.twin.keys()).collect();
        for key in &wanted {
            assert_eq!(self.map.get(*key), self.twin.get(*key), "{key:?}");
            let behind = self.map.range(*key..).take(2);
            assert!(behind.eq(self.twin.range(*key..).take(2)), "{key:?}");
        }
        let each = self.map.get_each(wanted.iter().copied());
        assert!(each.eq(wanted.iter().map(|key| self.twin.get(*key))));
    }

    fn cut_and_join(&mut self) {
        let key = self.key();
        let (mut right, mut twin_right) = (self.map.split_off(&key), self.twin.split_off(&key));
        self.compare();
        right.verify().expect("a valid tree");
        assert!(right.iter().eq(&twin_right));
        self.map.append(&mut right.clone());
        self.twin.append(&mut twin_right.clone());
        self.compare();
        right.append(&mut self.map);
        twin_right.append(&mut self.twin);
        (self.map, self.twin) = (right, twin_right);
        self.compare();
    }

    /// Appends a map that has keys all over, some of them the same.
    fn merge(&mut self) {
        let count = if cfg!(miri) { 20 } else { 500 };
        let mut twin_other: Twin<K, usize> = (0..count).map(|n| (self.key(), n)).collect();
        let mut other = BTreeMap::with_shape_in(Global);
        other.extend(twin_other.clone());
        other.verify().expect("a valid tree");
        self.map.append(&mut other);
        self.twin.append(&mut twin_other);
        self.compare();
    }

    fn pack(&mut self) {
        self.map.compact();
        self.compare();
    }

    fn retain(&mut self) {
        self.map.retain(|_, value| *value % 3 > 0);
        self.twin.retain(|_, value| *value % 3 > 0);
        self.compare();
    }
}

fn check<K: Ord + Clone + Debug, S: Shape<K>>(make: fn(&[u8]) -> K) {
    // An interpreter takes its time over long texts.
    for draw in ALL.into_iter().take(if cfg!(miri) { 2 } else { ALL.len() }) {
        Check::<K, S>::run(make, draw);
    }
}

/// Text of the bytes, in the same order; none is lost.
fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Keeps bytes for as long as the program runs, to be lent.
fn keep(bytes: Vec<u8>) -> &'static [u8] {
    static KEPT: Mutex<Vec<&[u8]>> = Mutex::new(Vec::new());
    let lent: &[u8] = bytes.leak();
    KEPT.lock().unwrap().push(lent);
    lent
}

macro_rules! kinds {
    ($($test:ident: $type:ty, $shape:ty, $make:expr;)*) => { $(
        #[test]
        fn $test() {
            check::<$type, $shape>($make);
        }
    )* };
}

kinds! {
    miri_strings: String, Standard, text;
    strings_in_small_nodes: String, Small, text;
    miri_lists: Vec<u8>, Tiny, <[u8]>::to_vec;
    lists_in_whole_nodes: Vec<u8>, Standard, <[u8]>::to_vec;
    lent_strings: &str, Tiny, |bytes| str::from_utf8(keep(text(bytes).into())).unwrap();
    lent_slices: &[u8], Standard, |bytes| keep(bytes.into());
    boxed_strings: Box<str>, Tiny, |bytes| text(bytes).into();
    boxed_slices: Box<[u8]>, Small, |bytes| bytes.into();
    counted_strings: Rc<str>, Small, |bytes| text(bytes).into();
    counted_slices: Rc<[u8]>, Tiny, |bytes| bytes.into();
    shared_strings: Arc<str>, Tiny, |bytes| text(bytes).into();
    shared_slices: Arc<[u8]>, Small, |bytes| bytes.into();
    strings_of_either_kind: Cow<'_, str>, Tiny, |bytes| text(bytes).into();
    slices_of_either_kind: Cow<'_, [u8]>, Small, |bytes| bytes.to_vec().into();
}

/// A string in all but name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wrapped(String);

byte_key!(Wrapped(String));

/// A wrapper of a wrapper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Twice(Wrapped);

byte_key!(Twice(Wrapped));

impl Borrow<str> for Wrapped {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[test]
fn miri_wrapped_strings() {
    check::<Wrapped, ByteKeys>(|bytes| Wrapped(text(bytes)));
    let mut map = BTreeMap::<Wrapped, usize, Global, ByteKeys>::with_shape_in(Global);
    map.extend((0..100).map(|n| (Wrapped(format!("wrapped {n}")), n)));
    assert_eq!((map.get("wrapped 77"), map.get("wrapped 777")), (Some(&77), None));
    assert!(map.contains_key(&Wrapped("wrapped 7".to_owned())));
}

#[test]
fn strings_wrapped_twice() {
    check::<Twice, ByteKeys>(|bytes| Twice(Wrapped(text(bytes))));
}

/// The integer has an order of its own, which is no longer that of the bytes; they are told anew
/// each time, and at times are none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Liar(u32, String, Cell<usize>);

impl ByteKey for Liar {
    fn bytes(&self) -> &[u8] {
        let said = self.2.replace(self.2.get() + 7);
        self.1.as_bytes().get(said % 40..).unwrap_or_default()
    }
}

/// Answers may be wrong, and nothing worse happens.
#[test]
fn miri_false_bytes_do_no_harm() {
    let mut map: BTreeMap<Liar, Box<u32>, Global, ByteKeys> = BTreeMap::with_shape_in(Global);
    let mut rng = Rng::with_seed(3);
    for step in 0..if cfg!(miri) { 60 } else { 20_000 } {
        let said = [0, 0, 1, 39][rng.usize(..4)];
        let key = Liar(rng.u32(..1000), format!("{:050}", rng.u16(..)), Cell::new(said));
        match step % 5 {
            0 => drop(map.remove(&key)),
            1 => drop(map.range(key..).next()),
            _ => drop(map.insert(key, Box::new(step))),
        }
    }
    map.verify_structure().unwrap();
    assert_eq!(map.iter().count(), map.len());
    let other = map.split_off(&Liar(500, String::new(), Cell::new(0)));
    assert_eq!(map.iter().count() + other.iter().count(), map.len() + other.len());
}

/// Panics when it is asked for its bytes once more often than the count that it shares allows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fuse(u32, Rc<Cell<u32>>);

impl ByteKey for Fuse {
    fn bytes(&self) -> &[u8] {
        assert!(self.1.get() > 0, "burnt out");
        self.1.set(self.1.get() - 1);
        const DIGITS: [u8; 64] =
            *b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmno";
        &DIGITS[self.0 as usize % 64..][..1]
    }
}

/// Set in the process that is to end.
const AMID: &str = "ALLOTMENT_TEST_PANICS_AMID_A_CHANGE";

/// What a panic in the midst of a change would leave behind must not be seen by anybody.
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_panic_amid_a_change_ends_the_program() {
    if std::env::var_os(AMID).is_some() {
        return panic_amid_a_change();
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_panic_amid_a_change_ends_the_program", "--nocapture"]);
    let output = command.env(AMID, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("`ByteKey::bytes` panicked while a map was being changed"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("survived"), "{said}");
}

fn panic_amid_a_change() {
    let left = Rc::new(Cell::new(u32::MAX));
    let mut map: BTreeMap<Fuse, u32, Global, ByteKeys> = BTreeMap::with_shape_in(Global);
    map.extend([1, 5, 9].map(|n| (Fuse(n, left.clone()), n)));
    // The search asks the new key; then its head is made.
    left.set(1);
    let outcome = catch_unwind(AssertUnwindSafe(|| map.insert(Fuse(3, left.clone()), 3)));
    println!("survived: {}", outcome.is_err());
}

/// A look-up changes nothing, and may panic.
#[test]
fn a_panic_of_a_look_up_is_survived() {
    let left = Rc::new(Cell::new(u32::MAX));
    let mut map: BTreeMap<Fuse, u32, Global, ByteKeys> = BTreeMap::with_shape_in(Global);
    map.extend((0..40).map(|n| (Fuse(n, left.clone()), n)));
    left.set(0);
    assert!(catch_unwind(AssertUnwindSafe(|| map.remove(&Fuse(7, left.clone())))).is_err());
    left.set(u32::MAX);
    map.verify().expect("a valid tree");
    assert_eq!(map.remove(&Fuse(7, left.clone())), Some(7));
    assert_eq!(map.len(), 39);
}

/// More in common than a node can skip.
#[test]
fn keys_that_begin_alike_for_long() {
    let text = |n: u32| format!("{}{n:03}", "x".repeat(70_000));
    let mut map = BTreeMap::<String, u32, Global, Tiny>::with_shape_in(Global);
    for n in 0..40 {
        map.insert(text(n * 7 % 40), n * 7 % 40);
        map.verify().expect("a valid tree");
    }
    assert!((0..40).all(|n| map.get(&text(n)) == Some(&n)));
    assert_eq!((map.get(&text(40)), map.get("x")), (None, None));
}

#[test]
fn miri_what_keys_borrow_as_is_found() {
    let words = ["", "a", "ab", "ab\0", "ab\0\0c", "abcdefgh", "abcdefghi", "b"];
    let strings: BTreeMap<String, usize> = words.map(|word| (word.to_owned(), word.len())).into();
    let lists: BTreeMap<Vec<u8>, usize> = words.map(|word| (word.into(), word.len())).into();
    for word in words {
        assert_eq!(strings.get(word), Some(&word.len()));
        assert_eq!(lists.get(word.as_bytes()), Some(&word.len()));
        assert_eq!(strings.get(format!("{word}\0\0\0").as_str()), None);
    }
}

/// Any key may come to begin with less than those beside it: all of them are found afterwards.
#[test]
fn keys_changed_in_their_place_are_found() {
    let name = |n: u32| format!("prefix/{:03}/{:03}", n / 40, n % 40);
    let fresh: BTreeMap<String, u32> = (0..2000).map(|n| (name(n), n)).collect();
    for n in (0..2000).step_by(if cfg!(miri) { 499 } else { 3 }) {
        for changed in [if n == 0 { "a".to_owned() } else { name(n - 1) + "~" }, name(n) + "!"] {
            let mut map = fresh.clone();
            // SAFETY: the key stays between its neighbours.
            let mut cursor = unsafe {
                map.lower_bound_mut(Bound::Included(name(n).as_str())).with_mutable_key()
            };
            changed.clone_into(cursor.next().expect("it is there").0);
            drop(cursor);
            map.verify().expect("a valid tree");
            assert_eq!(map.get(&changed), Some(&n));
            assert!((0..2000).filter(|&other| other != n).all(|n| map.get(&name(n)) == Some(&n)));
        }
    }
}
