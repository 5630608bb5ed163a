//! What must not compile, each case a documentation test.
//!
//! An iterator that owns its map does not outlive the arena that the map borrows (hazard 43):
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut map = BTreeMap::new_in(&bump);
//!     map.insert(1, 2);
//!     map.into_iter()
//! };
//! ```
//!
//! An arena is not reset under a map that borrows it (hazard 56):
//!
//! ```compile_fail,E0502
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let mut bump = Bump::new();
//! let mut map = BTreeMap::new_in(&bump);
//! bump.reset();
//! map.insert(1, 2);
//! ```
//!
//! An entry holds its map:
//!
//! ```compile_fail,E0499
//! let mut map = allotment_core::BTreeMap::from([(1, 2)]);
//! let entry = map.entry(1);
//! map.clear();
//! entry.or_insert(3);
//! ```
//!
//! The allocator of a map cannot be exchanged, since it is never borrowed for writing (hazard 33):
//!
//! ```compile_fail,E0594
//! use allotment_core::{BTreeMap, Global};
//!
//! let mut map = BTreeMap::<u32, u32>::new();
//! *map.allocator() = Global;
//! ```
//!
//! A map cannot be declared before what it borrows, as std's can: its drop may look at keys and
//! values, since the attribute that promises otherwise is not stable:
//!
//! ```compile_fail,E0597
//! let mut map = allotment_core::BTreeMap::new();
//! let text = String::from("a");
//! map.insert(text.as_str(), 1);
//! ```
//!
//! ```
//! let mut map = std::collections::BTreeMap::new();
//! let text = String::from("a");
//! map.insert(text.as_str(), 1);
//! ```
//!
//! What is collected is on the global allocator; on another one it takes `from_iter_in`:
//!
//! ```compile_fail,E0277
//! use allotment_core::BTreeMap;
//! use allotment_pool::Pool;
//!
//! let map: BTreeMap<u8, u8, Pool> = [(1, 2)].into_iter().collect();
//! ```
//!
//! Nodes change owner only where clones of the allocator are one allocator:
//!
//! ```compile_fail,E0277
//! use allotment_core::BTreeMap;
//!
//! fn cut<A: allotment_core::Allocator + Clone>(map: &mut BTreeMap<u8, u8, A>) {
//!     drop(map.split_off(&1));
//! }
//! cut(&mut BTreeMap::<u8, u8>::new());
//! ```
