//! A pool of size-class slabs for tree nodes and slices.
//!
//! [`Pool`] is an allocator for many blocks of few sizes. It takes chunks from a parent allocator,
//! cuts them into blocks, and keeps freed blocks for the next request of their size:
//!
//! - requests of 1 to 2048 bytes, aligned to at most 64, are rounded up to a *size class*: 8, 16,
//!   24 and so on, with less than a quarter wasted from 25 bytes on, and multiples of 64 from 256
//!   on; blocks of such classes, as the nodes of a tree are, start on a cache line;
//! - a freed block goes on the free list of its class and is the next one handed out, so that
//!   steady churn makes no request to the parent;
//! - chunks start at 4 KiB and double up to 2 MiB; they never move, and are given back when the
//!   last handle drops, whether or not their blocks were freed, or by [`trim`](Pool::trim) once
//!   nothing in them is live;
//! - [`reserve`](Pool::reserve) makes room ahead of time, so that what follows cannot fail;
//! - larger or more aligned requests go to the parent as they are: so do the nodes of trees whose
//!   pairs have more than some 290 bytes, for which a pool does nothing.
//!
//! A `Pool` is a handle of one word. Its clones share one pool and may free each other's blocks,
//! which makes one pool for many collections a matter of cloning the handle. All handles of a pool
//! stay on one thread.
//!
//! ```
//! # if cfg!(feature = "checked") { return Ok(()) }
//! use allotment_alloc::{Allocator, Layout};
//! use allotment_pool::Pool;
//!
//! let pool = Pool::new();
//! let layout = Layout::new::<[u64; 60]>();
//! let block = pool.allocate(layout)?;
//! assert_eq!(block.len(), 512); // 480 bytes, rounded up to the class
//!
//! let other = pool.clone();
//! // SAFETY: `block` came from this pool with this layout and is given back once.
//! unsafe { other.deallocate(block.cast(), layout) };
//!
//! assert_eq!(pool.stats().live_blocks, 0);
//! println!("{}", pool.stats());
//! # Ok::<(), allotment_alloc::AllocError>(())
//! ```
//!
//! `SyncPool`, with the feature `std`, is the same for threads: a block may be freed on another.
//!
//! [`BufferPool`] does for byte buffers of any size what `Pool` does for blocks: an encoder takes
//! one, writes to it, and gives it back by dropping it.
//!
//! # Checks
//!
//! With the feature `checked`, a pool passes each block on to its parent with the size that was
//! asked for, so that sanitizers, valgrind and Miri see every node; it overwrites what is freed,
//! moves whatever grows or shrinks, and panics if a block is freed twice, under another layout, or
//! was never the pool's. All blocks count as large then. Only a program's own build should turn it
//! on, to look for its mistakes.
//!
//! In builds with debug assertions a freed block is checked to belong to the pool and is filled
//! with a pattern, which is checked when the block is handed out again: a write after free panics.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod buffer;
mod buffer_pool;
mod buffer_stats;
mod bytes;
#[cfg(feature = "std")]
mod cache;
mod chunk;
mod list;
mod poison;
mod pool;
#[cfg(feature = "std")]
mod primitives;
mod registry;
mod room;
mod serve;
#[cfg(feature = "std")]
mod shards;
mod shelf;
mod size_class;
mod slabs;
mod state;
mod stats;
#[cfg(feature = "std")]
mod sync_pool;
mod units;

pub use buffer::Buffer;
pub use buffer_pool::BufferPool;
pub use buffer_stats::BufferStats;
pub use pool::Pool;
pub use stats::{ClassStats, PoolStats};
#[cfg(feature = "std")]
pub use sync_pool::SyncPool;
