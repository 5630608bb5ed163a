//! The engine under map and set: raw nodes, explicit paths, edits in three phases.
//!
//! A classic B-tree: each pair is stored once, in a leaf or in an internal node. Nodes have no
//! parent pointers; an edit knows its way up from the [`path`](path::Path) that the search wrote.
//!
//! Each edit runs *ask, reserve, commit*. **Ask** compares keys; only here does foreign code of the
//! key run. **Reserve** obtains every node that the edit needs; only here is the allocator asked,
//! and if it fails or panics nothing has happened yet. **Commit** moves what must move; it cannot
//! fail and runs no foreign code, but see C1. Nodes set free are given back after it, when all is
//! whole again: a pair that goes from one tree to another has its place by then, and a root of few
//! slots is replaced by a commit of its own, before the one that it makes room for.
//!
//! The invariants that `SAFETY` comments cite:
//!
//! - **N0** Whoever holds a [`Node`](node::Node) holds the address of a live node: `deallocate` is
//!   its end, and its caller gives up every copy.
//! - **N1** Exactly the slots below `len` own a pair.
//! - **N2** An internal node has `len + 1` edges, each to a node one level lower.
//! - **N3** The level decides the layout, at birth and at death. Leaves stand on level 0.
//! - **N4** Where keys are integers, the key slots at and above `len` hold the greatest one, whose
//!   lower half is the greatest too if the type is recognised. They own nothing; a search reads
//!   them.
//! - **N5** Where keys are byte strings, all keys of a node begin with the bytes that it skips, and
//!   its heads are the eight bytes of each that follow. Those of unused slots are the greatest.
//! - **N6** In a ranked shape, an internal node has a total for each edge: how many pairs are at
//!   and below that child. While a commit runs they may be wrong; they decide answers only.
//! - **T1** All leaves have one depth, at most `MAX_HEIGHT` levels.
//! - **T2** Every node has at least one slot in use, internal ones off the two outer spines at
//!   least `FILL_LEAST`. (Removal keeps what it touches at `FILL_MIN`; splits for streams do not.)
//!   All have `CAPACITY` slots but the root, which may have fewer.
//! - **T3** `len` of the tree counts its slots. `dying` stops by it, and iterators tell by it how
//!   many pairs are left: so it is right whenever foreign code runs, `deallocate` included.
//! - **T4** Every node stems from the allocator that the caller passes with the tree.
//! - **H1** A hint names the first or the last leaf of its tree, as it says, or nothing.
//! - **P1** On a path, each edge leads to the node below.
//! - **A1** No reference to a node is ever made. References exist to single keys and values, and to
//!   initialised runs of one column that nobody writes, from the moment they are yielded.
//! - **C1** No foreign code runs between the first and the last write of a commit, but for
//!   `ByteKey::bytes`: of keys that are in one place at the time, and panicking ends the program.
//!   (A sieve runs it amid a leaf: what is dropped has been moved out, the rest closes up whatever
//!   unwinds, and nobody else can look at the leaf meanwhile.)
//!
//! **Key order is not among them: it decides answers, never memory safety.** A comparison that
//! lies costs correct results and nothing else.
//!
//! Each file imports only from those above it in this list.

mod prefetch;

mod obtain;

pub(crate) mod image;

pub(crate) mod primitive;

pub(crate) mod kind;

pub(crate) mod integer;

pub(crate) mod integer_key;

pub(crate) mod bytes;

pub mod shape;

pub(crate) mod dense;

pub(crate) mod ranked;

pub(crate) mod geometry;

pub(crate) mod types;

pub(crate) mod node;

mod shift;

pub(crate) mod heads;

pub(crate) mod path;

mod pairs;

mod slots;

pub(crate) mod totals;

mod rank;

pub(crate) mod search;

pub(crate) mod batch;

pub(crate) mod run;

mod ahead;

pub(crate) mod walk;

pub(crate) mod stretch;

pub(crate) mod spare;

mod insert;

mod hint;

mod remove;

mod dissolve;

mod refill;

mod count;

mod cut;

pub(crate) mod stock;

mod source;

mod fill;

mod join;

pub(crate) mod dying;

mod copy;

mod erased;

pub(crate) mod tree;

mod room;

mod reserved;

mod stream;

mod near;

mod merge;

pub(crate) mod splice;

pub(crate) mod gap;

mod sieve;

mod append;

mod pack;

pub(crate) mod usage;

pub(crate) mod owned;

pub(crate) mod counted;

pub(crate) mod reap;

mod few;

mod many;

pub(crate) mod vessel;

pub(crate) mod block;

mod bits;

pub(crate) mod reader;

pub(crate) mod code;

mod large;

mod repack;

pub(crate) mod grove;

pub(crate) mod ids;

pub(crate) mod postings;

mod reaped;

#[cfg(feature = "verify")]
pub(crate) mod verify;
