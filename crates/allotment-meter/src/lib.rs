//! Allocators that observe or sabotage the one they wrap.
//!
//! - [`Counting`] keeps the books of what is asked of an allocator: requests, frees, bytes, what is
//!   live and what was live at the peak, in total and by size. Its [`Counter`] reads them.
//! - [`Budget`] refuses what would be more than its [`Account`] allows, for one map or for many.
//! - [`Faulty`] refuses a chosen request, or panics at it. Its [`FaultPlan`] chooses, at any time.
//! - `Ledger`, with the feature `ledger`, knows each live block: its size, its age and what was
//!   noted when it was obtained; and tells of blocks that are given back wrongly. `Aging`, with the
//!   same feature, takes down for how many requests each block lives; its `Lifetimes` reads it.
//! - `Metered`, with the feature `assertions`, tells the watches of its thread what it is asked;
//!   `assert_allocs!`, `assert_peak!` and `assert_no_leaks!` are made of these, for tests.
//!
//! All wrap any [`Allocator`](allotment_alloc::Allocator), hand every layout on exactly as they
//! got it, and share their books, account or plan with their clones, so that a map and the clones
//! it makes of its allocator count as one. They belong to one thread, but for `Metered`, which has
//! no books of its own. Their own memory is one block from the global heap (and a table that grows,
//! of those that know each block), taken when they are made, and never one from the allocator they
//! wrap.
//!
//! ```
//! use allotment_alloc::{Allocator, Global, Layout};
//! use allotment_meter::{Counting, Faulty};
//!
//! let alloc = Counting::new(Faulty::new(Global));
//! let counter = alloc.counter();
//! alloc.inner().plan().fail_at(1);
//!
//! let layout = Layout::new::<[u64; 4]>();
//! let block = alloc.allocate(layout)?;
//! assert!(alloc.allocate(layout).is_err());
//! assert_eq!(counter.snapshot().live_bytes, 32);
//! assert_eq!(counter.snapshot().failed, 1);
//!
//! // SAFETY: `block` came from `alloc` with this very layout and is given back once.
//! unsafe { alloc.deallocate(block.cast(), layout) };
//! assert_eq!(counter.snapshot().live_blocks, 0);
//! # Ok::<(), allotment_alloc::AllocError>(())
//! ```
#![no_std]

extern crate alloc;
#[cfg(feature = "assertions")]
extern crate std;

mod account;
#[cfg(feature = "ledger")]
mod aging;
#[cfg(feature = "assertions")]
#[doc(hidden)]
pub mod assertions;
#[cfg(feature = "ledger")]
mod book;
mod budget;
mod counter;
mod counting;
mod faulty;
#[cfg(feature = "ledger")]
mod ledger;
#[cfg(feature = "ledger")]
mod lifetimes;
#[cfg(feature = "assertions")]
mod metered;
mod plan;
mod size_class;
mod slack;
#[cfg(feature = "assertions")]
mod watch;

pub use account::Account;
#[cfg(feature = "ledger")]
pub use aging::Aging;
#[cfg(feature = "ledger")]
pub use book::{Book, LiveBlock, Misuse};
pub use budget::Budget;
pub use counter::{Counter, Counts};
pub use counting::Counting;
pub use faulty::Faulty;
#[cfg(feature = "ledger")]
pub use ledger::Ledger;
#[cfg(feature = "ledger")]
pub use lifetimes::{LifetimeClass, Lifetimes};
#[cfg(feature = "assertions")]
pub use metered::Metered;
pub use plan::FaultPlan;
pub use size_class::SizeClass;
#[cfg(feature = "assertions")]
pub use watch::{Leftovers, Watch};
