//! The allocator vocabulary of allotment: the one place that names the allocator trait.
//!
//! Every other crate of the workspace imports [`Allocator`], [`AllocError`], [`Layout`] and
//! [`Global`] from here, so that the move from `allocator-api2` to the trait of the standard
//! library is a change of one file. Today they are those of `allocator-api2` 0.2, which hashbrown
//! and bumpalo speak too: a `&bumpalo::Bump` is an [`Allocator`] as it is.
//!
//! [`SharedAlloc`] is the one notion of our own: which allocators may hand their blocks to one
//! another.
//!
//! ```
//! use allotment_alloc::{Allocator, Global, Layout};
//!
//! let layout = Layout::new::<u64>();
//! let block = Global.allocate(layout)?;
//! // SAFETY: `block` came from `Global` with this very layout and is given back once.
//! unsafe { Global.deallocate(block.cast(), layout) };
//! # Ok::<(), allotment_alloc::AllocError>(())
//! ```
#![no_std]

mod shared;

pub use allocator_api2::alloc::{AllocError, Allocator, Global};
pub use core::alloc::Layout;
pub use shared::SharedAlloc;
