//! The allocators of the platform as backends: [`Global`] and [`System`].
//!
//! [`Global`] is the allocator that the program has chosen for itself, by `#[global_allocator]` or
//! by leaving the choice to the standard library. [`System`] is the one of the platform, whatever
//! the program has chosen: useful where a program measures or limits its global allocator and wants
//! one collection left out of it.
//!
//! [`process_memory`] tells what the operating system counts for this process, which is what all
//! allocators together come down to.
//!
//! Without the feature `std` (on by default) only [`Global`] is here.
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

#[cfg(feature = "std")]
mod process;
#[cfg(feature = "std")]
mod system;

pub use allotment_alloc::Global;
#[cfg(feature = "std")]
pub use process::{ProcessMemory, process_memory};
#[cfg(feature = "std")]
pub use system::System;
