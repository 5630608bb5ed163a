//! The tables of allocators: what trees ask of them, replayed on each without the trees.
//!
//! A [`Trace`](trace::Trace) is recorded once, of a map of ours over an allocator that writes down
//! each request. A [`Heap`](heaps::Heap) replays it, and does nothing else.

pub(crate) mod counts;
mod heaps;
mod home;
pub(crate) mod maps;
mod times;
mod trace;

pub(crate) use times::{measure, table};
