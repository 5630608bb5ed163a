//! Ordered map and set: B-trees generic over an allocator, for programs with or without std.
//!
//! [`BTreeMap`] and [`BTreeSet`] do what those of the standard library do, under the same names,
//! and take an [`Allocator`] as a further parameter, on stable Rust. Most programs want the facade
//! `allotment`, which adds the backends.
//!
//! How it is built, and why: the documentation of the private module `raw`, and
//! `docs/architecture.md` in the repository.
//!
//! # Without `infallible`
//!
//! In a build without this feature (on by default) no collection here ends the program if an
//! allocation fails. What allocates returns a `Result`, and gives back what it was given:
//!
//! - the views that [`BTreeMap::fallible`] and the like give, their entries and cursors as well;
//! - `try_from_iter_in` of maps, sets and multimaps, in place of `collect` and `from_iter_in`;
//! - [`BTreeMap::reserve_nodes`] and `insert_reserved`, of sets too;
//! - [`streams::try_merge_pairs`] and its like, [`PostingList::try_intersection_of`] and its like;
//! - `Deserialize`, by the feature `serde`: its error says that memory ran out.
//!
//! Look-ups, removals, `retain`, `extract_if`, walks, scans, joins and the algebra of sets are
//! there as always: they allocate nothing. Missing are `insert`, `append`, `split_off`, `drain` and
//! whatever else would end the program, with `Extend`, `FromIterator`, `From` of arrays, `Clone`
//! and the operators of sets; the features `arbitrary`, `borsh`, `proptest`, `quickcheck` and
//! `rayon` turn `infallible` on.
//!
//! What a program's own types do stands apart: a `String` made for `fallible().entry_ref` allocates
//! as strings do. So do copies of what goes over several streams or posting lists, such as
//! [`streams::Merge`], and the feature `verify`, which is for tests.
#![no_std]
#![cfg_attr(
    not(feature = "infallible"),
    allow(dead_code, unused_imports, reason = "some serve operations that are left out")
)]

extern crate alloc;

#[cfg(any(feature = "proptest", feature = "quickcheck", feature = "rayon", feature = "std"))]
extern crate std;

mod ascending;
#[cfg(doctest)]
mod compile_fail;
mod integrations;
mod map;
mod multimap;
mod on_arena;
mod posting;
mod raw;
mod reaper;
mod set;
pub mod streams;

pub use allotment_alloc::{AllocError, Allocator, ArenaAlloc, Global, Layout, SharedAlloc};
#[cfg(feature = "equivalent")]
pub use integrations::equivalent;
#[cfg(feature = "proptest")]
pub use integrations::proptest;
#[cfg(feature = "serde")]
pub use integrations::serde;
pub use map::{AllocFailure, BTreeMap, Fallible, MemoryUsage};
pub use multimap::BTreeMultiMap;
pub use on_arena::{Abandon, OnArena};
pub use posting::{PostingId, PostingList, PostingMap};
pub use reaper::{ClearStep, Reaper, RetireList};
pub use set::BTreeSet;

pub use raw::bytes::ByteKey;
pub use raw::dense::Dense;
pub use raw::integer_key::IntegerKey;
pub use raw::primitive::Primitive;
pub use raw::ranked::Ranked;
pub use raw::shape::{ByteKeys, IntegerKeys, Shape, Standard};

#[doc(hidden)]
pub use raw::shape;

/// [`BTreeMap`] and the types that its methods return.
pub mod btree_map {
    #[cfg(feature = "rayon")]
    pub use crate::map::par::{ParIter, ParIterMut};
    pub use crate::map::{
        AllocFailure, AntiJoin, BTreeMap, Chunks, Cursor, CursorMut, CursorMutKey, Drain,
        EditError, Entry, EntryRef, ExtractIf, Fallible, FallibleCursor, FallibleEntry,
        FallibleEntryRef, FallibleVacantEntry, FallibleVacantEntryRef, GetEach, InnerJoin,
        IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, LeftJoin, MemoryUsage,
        NodeReservation, OccupiedEntry, OccupiedError, Outcome, OuterJoin, Pages, Range, RangeMut,
        Scan, ScanEnd, ScanOutcome, ScanRequest, ScanToken, ScannedPairs, UnorderedKeyError,
        VacantEntry, VacantEntryRef, Values, ValuesMut,
    };
}

/// [`BTreeMultiMap`] and the types that its methods return.
pub mod btree_multimap {
    pub use crate::map::{
        AllocFailure, Outcome, Pages, ScanEnd, ScanOutcome, ScanRequest, ScanToken,
    };
    pub use crate::multimap::{
        BTreeMultiMap, Chunks, Difference, Entry, Fallible, FallibleEntry, FallibleOccupiedEntry,
        FallibleVacantEntry, Groups, Intersection, Iter, ListsUsage, OccupiedEntry, PairsOutcome,
        Range, RangePairs, Scan, ScanValues, ScannedList, ScannedLists, Union, VacantEntry,
        ValueChunks, Values, ValuesRange,
    };
}

/// [`PostingMap`] and the types that its methods return.
pub mod posting_map {
    pub use crate::map::AllocFailure;
    pub use crate::multimap::ListsUsage;
    pub use crate::posting::{
        Difference, Fallible, Groups, Ids, IdsRange, Intersection, Iter, PostingId, PostingList,
        PostingMap, Range, Union,
    };
}

/// [`BTreeSet`] and the types that its methods return.
pub mod btree_set {
    pub use crate::map::{
        AllocFailure, EditError, MemoryUsage, Outcome, Pages, ScanEnd, ScanOutcome, ScanRequest,
        ScanToken, UnorderedKeyError,
    };
    #[cfg(feature = "rayon")]
    pub use crate::set::par::ParIter;
    pub use crate::set::{
        BTreeSet, Chunks, Cursor, CursorMut, CursorMutKey, Difference, Drain, Entry, ExtractIf,
        Fallible, FallibleCursor, FallibleEntry, FallibleVacantEntry, Intersection, IntoIter, Iter,
        NodeReservation, OccupiedEntry, Range, Scan, ScannedElements, SymmetricDifference, Union,
        VacantEntry,
    };
}
