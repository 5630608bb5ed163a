//! What the tests of the trees are made of.
//!
//! - Keys and values that make trouble: [`probe`] burns the fuses of [`fuse`] and is entered in the
//!   [`ledger`], [`chaos`] has orders that lie. An iterator that lies: [`hinting`].
//! - An allocator that watches its users: [`checked`]. Allocators that make trouble: those of
//!   [`fragile`] panic as they are cloned, dropped or given a block back, [`calling`] has one that
//!   calls back, [`forking`] one whose clones are others, [`breaking`] some that do not keep what
//!   they promise.
//! - Steps as data, from a seed or from anywhere else: [`script`]; [`subject`] and [`set_subject`]
//!   take them on a map or set and on std's, over the kinds of keys and values of [`pairs`].
//! - [`forge`]: snapshots that are tampered with.
//! - [`effort`]: how much of it, and what came of it.
//!
//! Everything here panics when a test has failed.

pub mod bounds;
pub mod breaking;
pub mod calling;
pub mod chaos;
pub mod checked;
mod edits;
pub mod effort;
pub mod forge;
pub mod forking;
pub mod fragile;
pub mod fuse;
pub mod hinting;
pub mod ledger;
pub mod pairs;
pub mod probe;
pub mod script;
mod set_edits;
pub mod set_subject;
pub mod subject;
pub mod walks;
