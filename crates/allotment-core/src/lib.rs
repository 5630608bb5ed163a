//! Ordered map and set: B-trees generic over an allocator, for programs with or without std.
//!
//! [`BTreeMap`] and [`BTreeSet`] do what those of the standard library do, under the same names,
//! and take an [`Allocator`] as a further parameter, on stable Rust. Most programs want the facade
//! `allotment`, which adds the backends.
//!
//! How it is built, and why: the documentation of the private module `raw`, and
//! `docs/architecture.md` in the repository.
#![no_std]

extern crate alloc;

#[cfg(any(feature = "proptest", feature = "quickcheck", feature = "rayon"))]
extern crate std;

mod ascending;
#[cfg(doctest)]
mod compile_fail;
mod integrations;
mod map;
mod raw;
mod set;
pub mod streams;

pub use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
#[cfg(feature = "equivalent")]
pub use integrations::equivalent;
#[cfg(feature = "proptest")]
pub use integrations::proptest;
#[cfg(feature = "serde")]
pub use integrations::serde;
pub use map::{AllocFailure, BTreeMap, Fallible, MemoryUsage};
pub use set::BTreeSet;

pub use raw::bytes::ByteKey;
pub use raw::kind::{IntegerKey, Primitive};
pub use raw::ranked::Ranked;
pub use raw::shape::{ByteKeys, IntegerKeys, Shape, Standard};

#[doc(hidden)]
pub use raw::shape;

/// [`BTreeMap`] and the types that its methods return.
pub mod btree_map {
    #[cfg(feature = "rayon")]
    pub use crate::map::par::{ParIter, ParIterMut};
    pub use crate::map::{
        AllocFailure, AntiJoin, BTreeMap, Chunks, Cursor, CursorMut, CursorMutKey, Drain, Entry,
        EntryRef, ExtractIf, Fallible, FallibleEntry, GetEach, InnerJoin, IntoIter, IntoKeys,
        IntoValues, Iter, IterMut, Keys, LeftJoin, MemoryUsage, NodeReservation, OccupiedEntry,
        OccupiedError, OuterJoin, Range, RangeMut, Scan, ScanEnd, ScanOutcome, ScanToken,
        UnorderedKeyError, VacantEntry, VacantEntryRef, Values, ValuesMut,
    };
}

/// [`BTreeSet`] and the types that its methods return.
pub mod btree_set {
    pub use crate::map::{
        AllocFailure, MemoryUsage, ScanEnd, ScanOutcome, ScanToken, UnorderedKeyError,
    };
    #[cfg(feature = "rayon")]
    pub use crate::set::par::ParIter;
    pub use crate::set::{
        BTreeSet, Chunks, Cursor, CursorMut, CursorMutKey, Difference, Drain, Entry, ExtractIf,
        Fallible, Intersection, IntoIter, Iter, OccupiedEntry, Range, Scan, SymmetricDifference,
        Union, VacantEntry,
    };
}
