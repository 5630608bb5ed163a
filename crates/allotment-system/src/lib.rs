//! General-purpose allocators as backends: [`Global`], [`System`], and two that are compiled in.
//!
//! [`Global`] is the allocator that the program has chosen for itself, by `#[global_allocator]` or
//! by leaving the choice to the standard library. [`System`] is the one of the platform, whatever
//! the program has chosen: useful where a program measures or limits its global allocator and wants
//! one collection left out of it.
//!
//! `MiMalloc` and `Jemalloc`, with the features `mimalloc` and `jemalloc`, are for collections that
//! want one of them where the program does not, and for comparing. They are built by a C compiler.
//!
//! `HugePages`, with the feature `huge-pages`, is [`System`] with large blocks on large pages: a
//! parent for pools and arenas.
//!
//! [`process_memory`] tells what the operating system counts for this process, which is what all
//! allocators together come down to.
//!
//! Without the feature `std` (on by default) and those two only [`Global`] is here.
//!
//! ```
//! use allotment_system::Global;
//! use allotment_alloc::{Allocator, Layout};
//!
//! let layout = Layout::new::<[u64; 4]>();
//! let block = Global.allocate(layout)?;
//! // SAFETY: `block` came from `Global` with this very layout and is given back once.
//! unsafe { Global.deallocate(block.cast(), layout) };
//! # Ok::<(), allotment_alloc::AllocError>(())
//! ```
#![no_std]

#[cfg(feature = "std")]
extern crate std;

#[cfg(any(feature = "std", feature = "mimalloc", feature = "jemalloc"))]
mod heap;
#[cfg(feature = "huge-pages")]
mod huge_pages;
#[cfg(feature = "jemalloc")]
mod je_malloc;
#[cfg(feature = "mimalloc")]
mod mi_malloc;
#[cfg(feature = "std")]
mod process;
#[cfg(feature = "std")]
mod system;

pub use allotment_alloc::Global;
#[cfg(feature = "huge-pages")]
pub use huge_pages::HugePages;
#[cfg(feature = "jemalloc")]
pub use je_malloc::Jemalloc;
#[cfg(feature = "mimalloc")]
pub use mi_malloc::MiMalloc;
#[cfg(feature = "std")]
pub use process::{ProcessMemory, process_memory};
#[cfg(feature = "std")]
pub use system::System;
