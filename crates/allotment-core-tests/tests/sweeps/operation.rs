//! [`Operation`]: something that is done to a [`Collection`], as an entry of a table.

use std::mem;

use allotment_core::shape::Shape;
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, SharedAlloc};
use allotment_meter::Counting;
use allotment_trial::fuse::{Act, burn};
use allotment_trial::probe::Probe;

pub(crate) type Map<B, S> = BTreeMap<Probe, Probe, Counting<B>, S>;
pub(crate) type Set<B, S> = BTreeSet<Probe, Counting<B>, S>;
pub(crate) type Lists<B, S> = BTreeMultiMap<Probe, Probe, Counting<B>, S>;

/// A name, what there is to do it with, what stays if it is broken off, and how it is done: with
/// two collections, and a number that is in neither.
pub(crate) struct Operation<C> {
    pub(crate) name: &'static str,
    pub(crate) other: Other,
    pub(crate) keeps: Keeps,
    pub(crate) how: How<C>,
}

/// How an operation takes it that a request is refused.
pub(crate) enum How<C> {
    /// It says whether it passed.
    May(fn(&mut C, &mut C, u32) -> bool),
    /// The program ends: a request that panics has to stand for that.
    Must(fn(&mut C, &mut C, u32)),
}

/// Which numbers the other collection has. The first has the multiples of ten.
#[derive(Clone, Copy)]
pub(crate) enum Other {
    /// It is empty.
    None,
    /// Greater ones.
    Behind,
    /// Some that the first has, and some that it has not.
    Overlapping,
    /// Some between two neighbours.
    Between,
}

impl Other {
    /// Those of the other of a collection of `len` numbers.
    pub(crate) fn numbers(self, len: u32, n: u32) -> Vec<u32> {
        match self {
            Self::None => Vec::new(),
            Self::Behind => (0..len / 2 + 1).map(|step| len * 10 + step).collect(),
            Self::Overlapping => (0..len / 2 + 1).map(|step| step * 15).collect(),
            Self::Between => (n - 4..n + 5).collect(),
        }
    }
}

/// What is sure of an operation that is broken off. Of all of them: that what is left is valid,
/// that nothing leaks, and that no number is lost that it would have kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// Both collections are as they were, structure included.
    Whole,
    /// Each number is in one of the two.
    Each,
    /// What it has not come to stays as it was.
    Rest,
    /// That, but for the other collection, which goes down with the call.
    Own,
    /// That, but for the one pair that a closure of the caller has in hand.
    OwnButOne,
}

/// What the sweep must know of a map, a set or a multimap.
pub(crate) trait Collection: Sized {
    type Alloc;

    fn of(alloc: Counting<Self::Alloc>, numbers: impl Iterator<Item = u32>) -> Self;

    /// The numbers, if all is valid.
    fn numbers(&self) -> Vec<u32>;

    /// A picture of the structure.
    fn structure(&self) -> String;

    /// How many probes it holds.
    fn probes(&self) -> usize;
}

impl<B: SharedAlloc, S: Shape<Probe>> Collection for Map<B, S> {
    type Alloc = B;

    fn of(alloc: Counting<B>, numbers: impl Iterator<Item = u32>) -> Self {
        let mut map = BTreeMap::with_shape_in(alloc);
        map.extend(numbers.map(pair));
        map
    }

    fn numbers(&self) -> Vec<u32> {
        self.verify().expect("a valid map");
        assert!(self.iter().all(|(key, value)| key.n() == value.n()), "a value of another key");
        self.keys().map(Probe::n).collect()
    }

    fn structure(&self) -> String {
        self.dump()
    }

    fn probes(&self) -> usize {
        2 * self.len()
    }
}

impl<B: SharedAlloc, S: Shape<Probe>> Collection for Set<B, S> {
    type Alloc = B;

    fn of(alloc: Counting<B>, numbers: impl Iterator<Item = u32>) -> Self {
        let mut set = BTreeSet::with_shape_in(alloc);
        set.extend(numbers.map(Probe::new));
        set
    }

    fn numbers(&self) -> Vec<u32> {
        self.verify().expect("a valid set");
        self.iter().map(Probe::n).collect()
    }

    fn structure(&self) -> String {
        self.dump()
    }

    fn probes(&self) -> usize {
        self.len()
    }
}

impl<B: SharedAlloc, S: Shape<Probe>> Collection for Lists<B, S> {
    type Alloc = B;

    fn of(alloc: Counting<B>, numbers: impl Iterator<Item = u32>) -> Self {
        let mut lists = BTreeMultiMap::with_shape_in(alloc);
        lists.extend(numbers.map(listed));
        lists
    }

    fn numbers(&self) -> Vec<u32> {
        self.verify().expect("a valid multimap");
        assert!(self.iter().all(|(key, value)| key.n() == value.n() / LIST));
        self.iter().map(|(_, value)| value.n()).collect()
    }

    fn structure(&self) -> String {
        // A list may have moved from a block into a tree before a comparison panics.
        format!("{self:?}")
    }

    fn probes(&self) -> usize {
        self.len() + self.key_count()
    }
}

pub(crate) fn pair(n: u32) -> (Probe, Probe) {
    (Probe::new(n), Probe::new(n))
}

/// Numbers below a multiple of this are in the list of one key.
const LIST: u32 = 150;

/// A number under its key.
pub(crate) fn listed(n: u32) -> (Probe, Probe) {
    (Probe::new(n / LIST), Probe::new(n))
}

/// A probe that a closure makes, or fails to make.
pub(crate) fn made(n: u32) -> Probe {
    burn(Act::Call);
    Probe::new(n)
}

/// An answer that a closure gives, or fails to give.
pub(crate) fn answered<T>(answer: T) -> T {
    burn(Act::Call);
    answer
}

/// Every fifth number from one on, as many as make a few leaves, from an iterator that may panic.
pub(crate) fn some_from(n: u32) -> impl Iterator<Item = u32> + Clone {
    (0..24).map(move |step| answered(n + step * 5))
}

/// Takes the other collection, and leaves an empty one.
pub(crate) fn take<C: Collection>(other: &mut C, alloc: Counting<C::Alloc>) -> C {
    mem::replace(other, C::of(alloc, std::iter::empty()))
}

/// A table: a function that answers it, and its entries, first those that may be refused memory and
/// then those that must not be.
macro_rules! operations {
    (
        $(#[$doc:meta])*
        $name:ident of $collection:ident;
        may { $($may:literal, $may_other:ident, $may_keeps:ident: $asks:expr;)* }
        must { $($must:literal, $must_other:ident, $must_keeps:ident: $takes:expr;)* }
    ) => {
        $(#[$doc])*
        pub(crate) fn $name<B: SharedAlloc, S: Shape<Probe>>()
        -> Vec<$crate::operation::Operation<$collection<B, S>>> {
            use $crate::operation::{How, Keeps, Operation, Other};

            vec![
                $(Operation {
                    name: $may,
                    other: Other::$may_other,
                    keeps: Keeps::$may_keeps,
                    how: How::May($asks),
                },)*
                $(Operation {
                    name: $must,
                    other: Other::$must_other,
                    keeps: Keeps::$must_keeps,
                    how: How::Must($takes),
                },)*
            ]
        }
    };
}
pub(crate) use operations;
