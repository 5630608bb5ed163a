//! The allocator vocabulary of allotment: the one place that names the allocator trait.
//!
//! Every other crate of the workspace imports [`Allocator`], [`AllocError`], [`Layout`] and
//! [`Global`] from here, so that the move from `allocator-api2` to the trait of the standard
//! library is a change of one file. Today they are those of `allocator-api2` 0.2, which hashbrown
//! and bumpalo speak too: a `&bumpalo::Bump` is an [`Allocator`] as it is.
//!
//! Two notions are our own: [`SharedAlloc`], which allocators may hand their blocks to one another,
//! and [`ArenaAlloc`], which allocators' blocks end with them.
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
//!
//! Allocators of the other versions of the trait are wrapped: `Compat03` and `Compat04`, features
//! of these names, for `allocator-api2` 0.3 and 0.4; and `CompatStd` for the trait of the standard
//! library, while that is unstable, on a nightly toolchain with `--cfg allotment_std_allocator`.
#![no_std]
#![cfg_attr(allotment_std_allocator, feature(allocator_api))]

#[cfg(allotment_std_allocator)]
extern crate alloc;

mod arena;
#[cfg(any(feature = "allocator-api2-03", feature = "allocator-api2-04", allotment_std_allocator))]
mod compat;
mod shared;

pub use allocator_api2::alloc::{AllocError, Allocator, Global};
pub use arena::ArenaAlloc;
#[cfg(feature = "allocator-api2-03")]
pub use compat::Compat03;
#[cfg(feature = "allocator-api2-04")]
pub use compat::Compat04;
#[cfg(allotment_std_allocator)]
pub use compat::CompatStd;
pub use core::alloc::Layout;
pub use shared::SharedAlloc;
