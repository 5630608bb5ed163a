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
//! Nor do the others:
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.into_keys()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.into_values()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeSet;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeSet::new_in(&bump);
//!     held.insert(1);
//!     held.into_iter()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.split_off(&1)
//! };
//! ```
//!
//! And one that borrows its map outlives neither that nor the arena:
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.iter()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.iter_mut()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.values_mut()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.range(0..)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.range_mut(0..)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.drain(0..)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.extract_if(.., |_, _| true)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.lower_bound_mut(std::ops::Bound::Included(&0))
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.chunks()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.entry(1)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeSet;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeSet::new_in(&bump);
//!     held.insert(1);
//!     held.iter()
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeSet;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeSet::new_in(&bump);
//!     held.insert(1);
//!     held.drain(0..)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeSet;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeSet::new_in(&bump);
//!     held.insert(1);
//!     held.union(&held)
//! };
//! ```
//!
//! ```compile_fail,E0597
//! use allotment_bump::Bump;
//! use allotment_core::BTreeMultiMap;
//!
//! let rest = {
//!     let bump = Bump::new();
//!     let mut held = BTreeMultiMap::new_in(&bump);
//!     held.insert(1, 2);
//!     held.iter()
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
//! values, since the attribute that promises otherwise is not stable (hazard 40):
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
//!
//! What can be written through does not stand for what holds shorter-lived things, or these could
//! be put where longer-lived ones are looked for (hazard 39). What is only read does:
//!
//! ```
//! use allotment_core::btree_map::Iter;
//!
//! fn shorter<'a, 'b>(iter: Iter<'a, &'static str, &'static str>) -> Iter<'a, &'b str, &'b str> {
//!     iter
//! }
//! ```
//!
//! The others stand for themselves alone:
//!
//! ```
//! use allotment_core::btree_map::{
//!     CursorMut, CursorMutKey, Entry, Fallible, IterMut, OccupiedEntry, RangeMut, VacantEntry,
//!     ValuesMut,
//! };
//!
//! macro_rules! same {
//!     ($($held:ident)*) => {
//!         $({
//!             fn same<'a, 'b>(
//!                 held: $held<'a, &'b str, &'static str>,
//!             ) -> $held<'a, &'b str, &'static str> {
//!                 held
//!             }
//!         })*
//!     };
//! }
//! same! { CursorMut CursorMutKey Entry Fallible IterMut }
//! same! { OccupiedEntry RangeMut VacantEntry ValuesMut }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::IterMut;
//!
//! fn shorter<'a, 'b>(
//!     held: IterMut<'a, &'b str, &'static str>,
//! ) -> IterMut<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::RangeMut;
//!
//! fn shorter<'a, 'b>(
//!     held: RangeMut<'a, &'b str, &'static str>,
//! ) -> RangeMut<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::ValuesMut;
//!
//! fn shorter<'a, 'b>(
//!     held: ValuesMut<'a, &'b str, &'static str>,
//! ) -> ValuesMut<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::CursorMut;
//!
//! fn shorter<'a, 'b>(
//!     held: CursorMut<'a, &'b str, &'static str>,
//! ) -> CursorMut<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::CursorMutKey;
//!
//! fn shorter<'a, 'b>(
//!     held: CursorMutKey<'a, &'b str, &'static str>,
//! ) -> CursorMutKey<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::Entry;
//!
//! fn shorter<'a, 'b>(
//!     held: Entry<'a, &'b str, &'static str>,
//! ) -> Entry<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::OccupiedEntry;
//!
//! fn shorter<'a, 'b>(
//!     held: OccupiedEntry<'a, &'b str, &'static str>,
//! ) -> OccupiedEntry<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::VacantEntry;
//!
//! fn shorter<'a, 'b>(
//!     held: VacantEntry<'a, &'b str, &'static str>,
//! ) -> VacantEntry<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
//!
//! ```compile_fail
//! use allotment_core::btree_map::Fallible;
//!
//! fn shorter<'a, 'b>(
//!     held: Fallible<'a, &'b str, &'static str>,
//! ) -> Fallible<'a, &'b str, &'b str> {
//!     held
//! }
//! ```
