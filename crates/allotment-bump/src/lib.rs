//! A bump arena that gives node-sized blocks back to work.
//!
//! [`Bump`] is an [`Allocator`](allotment_alloc::Allocator) for collections that are built, used
//! and thrown away together: blocks are cut one behind the other from a few large chunks, so taking
//! one costs a few instructions, neighbours in time are neighbours in memory, and the end of the
//! arena is the end of a handful of chunks instead of a million blocks.
//!
//! Unlike a plain bump arena, it takes blocks back, so it also carries collections that live long:
//! what a tree frees, the next insert uses.
//!
//! ```
//! # if cfg!(feature = "checked") { return Ok(()) }
//! use allotment_alloc::{Allocator, Layout};
//! use allotment_bump::Bump;
//!
//! let mut bump = Bump::with_capacity(64 * 1024);
//! for round in 1..=3 {
//!     // Whatever borrows the arena has to be gone before it is reset.
//!     let arena = &bump;
//!     for _ in 0..100 {
//!         arena.allocate(Layout::new::<[u64; 64]>())?;
//!     }
//!     assert_eq!(arena.stats().live_blocks, 100);
//!     bump.reset().expect("there is one handle only");
//! }
//! assert_eq!(bump.stats().parent_requests, 2, "the state and one chunk, for all rounds");
//! # Ok::<(), allotment_alloc::AllocError>(())
//! ```
//!
//! What is thrown away sooner than the arena lives in a [`Scope`], which gives it all back as it
//! ends: a checkpoint that the borrow checker keeps.
//!
//! # Pointers
//!
//! A block is to be given back by the pointer that was handed out, or one derived from it by raw
//! pointer arithmetic: free blocks hold the links of the free lists, which reach beyond what a
//! reference to a value in the block may touch.
//!
//! # Checks
//!
//! With the feature `checked`, an arena passes each block on to its parent with the size that was
//! asked for, so that sanitizers, valgrind and Miri see every node; it overwrites what is freed,
//! moves whatever grows or shrinks, and panics if a block is freed twice, under another layout, or
//! was never the arena's. There are no chunks then. Only a program's own build should turn it on,
//! to look for its mistakes.
//!
//! # Map of the source
//!
//! | file | what it holds |
//! | --- | --- |
//! | `arithmetic/footprint.rs` | what a request takes, and its size class |
//! | `arithmetic/bumping.rs` | where a block goes, how chunks grow |
//! | `chunk.rs` | chunks and their list |
//! | `free_list.rs` | free blocks by class |
//! | `stats.rs` | the counters |
//! | `state.rs` | the shared state: all of the above, and the parent |
//! | `bump.rs` | the handle |
//! | `registry.rs` | the checked mode |
//! | `scope.rs` | what is given back as a whole, within the life of an arena |
#![no_std]

mod arithmetic;
mod bump;
mod chunk;
mod free_list;
mod registry;
mod scope;
mod state;
mod stats;

pub use bump::{Bump, Busy};
pub use scope::Scope;
pub use stats::BumpStats;
