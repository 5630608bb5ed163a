//! [`BTreeMap`]: an ordered map on an allocator of choice.

mod abandon;
pub(crate) mod abreast;
mod batch;
mod bulk;
mod by;
mod chunks;
mod clear_step;
mod cursor;
mod cursor_key;
mod cursor_mut;
mod entry;
mod entry_ref;
mod extract_if;
mod failure;
mod fallible;
mod fallible_cursor;
mod fallible_entry;
mod fallible_entry_ref;
mod into_iter;
mod iter;
mod joins;
mod merge;
mod pages;
#[cfg(feature = "rayon")]
pub(crate) mod par;
pub(crate) mod range;
mod range_edit;
mod ranked;
mod reservation;
mod scan;
#[cfg_attr(not(feature = "std"), path = "scan_no_clock.rs")]
mod scan_clock;
mod scan_outcome;
mod scan_request;
mod traits;
mod unordered;
mod update_range;
mod usage;
mod walking;

use core::alloc::Layout;
use core::borrow::Borrow;

use allotment_alloc::{Allocator, Global};

use crate::raw::search::Search;
use crate::raw::shape::{Shape, Standard};
use crate::raw::tree::{Ready, Refused, Tree};

pub use batch::GetEach;
pub use chunks::Chunks;
pub use cursor::Cursor;
pub(crate) use cursor::lower_gap;
pub use cursor_key::CursorMutKey;
pub use cursor_mut::CursorMut;
pub use entry::{Entry, OccupiedEntry, OccupiedError, VacantEntry};
pub use entry_ref::{EntryRef, VacantEntryRef};
pub use extract_if::ExtractIf;
pub(crate) use extract_if::Extraction;
pub use failure::{AllocFailure, EditError};
pub(crate) use failure::{CountOrLeftOut, LeftOut};
pub use fallible::Fallible;
pub use fallible_cursor::FallibleCursor;
pub use fallible_entry::{FallibleEntry, FallibleVacantEntry};
pub use fallible_entry_ref::{FallibleEntryRef, FallibleVacantEntryRef};
pub use into_iter::{IntoIter, IntoKeys, IntoValues};
pub use iter::{Iter, IterMut, Keys, Values, ValuesMut};
pub use joins::{AntiJoin, InnerJoin, LeftJoin, OuterJoin};
pub use pages::Pages;
pub use range::{Range, RangeMut};
pub use range_edit::Drain;
pub use reservation::NodeReservation;
pub use scan::{Scan, ScannedPairs};
pub use scan_outcome::{Outcome, ScanEnd, ScanOutcome, ScanToken};
pub use scan_request::ScanRequest;
pub(crate) use scan_request::{Source, Until};
pub use unordered::UnorderedKeyError;
pub use usage::MemoryUsage;

/// An ordered map over a B-tree, whose nodes come from an allocator of choice.
///
/// It does what [`std::collections::BTreeMap`] does, under the same names, and takes an
/// [`Allocator`] as its third parameter. The map owns one allocator value; handles such as a pool
/// let many maps share their memory.
///
/// The order of the keys must not change while they are in the map. If it does, or if `Ord`
/// contradicts itself, look-ups may answer wrongly, and nothing worse. If a comparison panics, the
/// map is as it was before the call; operations on many pairs stop between two of them.
///
/// [`std::collections::BTreeMap`]: https://doc.rust-lang.org/std/collections/struct.BTreeMap.html
///
/// # Memory
///
/// An empty map holds none. A node takes as many keys as fit some 256 bytes, or half as many again
/// if they are integers (`u64` to `u64`: 47 pairs), and no more pairs than fit 2 KiB, but 7 at
/// least. Only a root begins smaller, with room for four pairs, and is replaced by a larger one as
/// the map grows; other nodes stay where they are. An insertion asks the allocator for at most one
/// node a level and one for a new root; a removal asks for none.
///
/// # Examples
///
/// ```
/// use allotment_core::BTreeMap;
///
/// let mut stock = BTreeMap::new();
/// stock.insert("apples", 3);
/// stock.insert("pears", 7);
/// *stock.entry("apples").or_insert(0) += 2;
///
/// assert_eq!(stock["apples"], 5);
/// assert_eq!(stock.range("b"..).next(), Some((&"pears", &7)));
/// ```
pub struct BTreeMap<K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    pub(crate) tree: Tree<K, V, S>,
    pub(crate) alloc: A,
}

/// Ends the program as a failed allocation does in std.
#[cold]
#[cfg(feature = "infallible")]
pub(crate) fn out_of_memory(layout: Layout) -> ! {
    alloc::alloc::handle_alloc_error(layout)
}

impl<K, V> BTreeMap<K, V> {
    /// An empty map on the global allocator. Allocates nothing.
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, &str> = allotment_core::BTreeMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { tree: Tree::new(), alloc: Global }
    }
}

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// An empty map on `alloc`. Allocates nothing.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_pool::Pool;
    ///
    /// let pool = Pool::new();
    /// let mut map = BTreeMap::new_in(pool.clone());
    /// map.insert(1, "one");
    /// assert_eq!(map.get(&1), Some(&"one"));
    /// ```
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self::with_shape_in(alloc)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// [`new_in`](BTreeMap::new_in) for any shape of node.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global, IntegerKeys, integer_key};
    ///
    /// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    /// struct Port(u16);
    /// integer_key!(Port(u16));
    ///
    /// let mut names = BTreeMap::<Port, &str, Global, IntegerKeys>::with_shape_in(Global);
    /// names.insert(Port(22), "ssh");
    /// assert_eq!(names[&Port(22)], "ssh");
    /// ```
    #[must_use]
    pub const fn with_shape_in(alloc: A) -> Self {
        Self { tree: Tree::new(), alloc }
    }

    /// The allocator.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    ///
    /// let map: BTreeMap<u8, u8> = BTreeMap::new();
    /// let Global = map.allocator();
    /// ```
    pub const fn allocator(&self) -> &A {
        &self.alloc
    }

    /// How many pairs there are. O(1).
    pub const fn len(&self) -> usize {
        self.tree.len()
    }

    /// Whether there is no pair. O(1).
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops all pairs, in ascending order, and gives all nodes back to the allocator. O(n).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&mut self) {
        let mut dying = self.tree.kill();
        // SAFETY: T4: all nodes of this map stem from its one allocator.
        unsafe { dying.finish(&self.alloc) };
    }

    /// The value of a key. O(log n).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.get(&1), Some(&'a'));
    /// assert_eq!(map.get(&2), None);
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.get(key).map(|(_, value)| value)
    }

    /// The stored key equal to a key, and its value. O(log n).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.get_key_value(&1), Some((&1, &'a')));
    /// ```
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.get(key)
    }

    /// The value of a key, to change it. O(log n).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// *map.get_mut(&1).unwrap() = 'b';
    /// assert_eq!(map[&1], 'b');
    /// ```
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.get_mut(key).map(|(_, value)| value)
    }

    /// Whether there is a pair with this key. O(log n).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert!(map.contains_key(&1) && !map.contains_key(&2));
    /// ```
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.tree.get(key).is_some()
    }

    /// The first pair. O(log n).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert_eq!(map.first_key_value(), Some((&1, &'a')));
    /// ```
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        let slot = self.tree.first_slot()?;
        // SAFETY: N1; borrowed as long as the map.
        Some(unsafe { slot.pair() })
    }

    /// The last pair. O(log n).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert_eq!(map.last_key_value(), Some((&2, &'b')));
    /// ```
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        let slot = self.tree.last_slot()?;
        // SAFETY: N1; borrowed as long as the map.
        Some(unsafe { slot.pair() })
    }

    /// Puts a pair in. An equal key stays as it is and gets the new value; the old one is returned.
    ///
    /// O(log n). Asks the allocator for at most one node a level and one for a new root, and only
    /// if the leaf and its siblings are full.
    ///
    /// # Panics
    ///
    /// If a comparison or the allocator does; the map is then as it was. If the allocator fails,
    /// the program ends as it does for any failed allocation: see [`fallible`](Self::fallible).
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::new();
    /// assert_eq!(map.insert(1, 'a'), None);
    /// assert_eq!(map.insert(1, 'b'), Some('a'));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert(&mut self, key: K, value: V) -> Option<V>
    where
        K: Ord,
    {
        self.try_insert_pair(key, value).unwrap_or_else(|refused| out_of_memory(refused.layout))
    }

    fn try_insert_pair(&mut self, key: K, value: V) -> Result<Option<V>, Refused<K, V>>
    where
        K: Ord,
    {
        // SAFETY: T4; the pair is seated below.
        let ready = unsafe { self.tree.ready(&key, &self.alloc) };
        // SAFETY: just now.
        unsafe { self.seat(ready, key, value) }
    }

    /// Puts a pair in where the tree is ready for it; an equal key gets the value.
    ///
    /// # Safety
    ///
    /// The tree got ready for this key, and has not changed since.
    #[inline(always)]
    unsafe fn seat(
        &mut self,
        ready: Result<Ready<K, V, S>, Layout>,
        key: K,
        value: V,
    ) -> Result<Option<V>, Refused<K, V>> {
        match ready {
            Ok(Ready::Room(place)) => {
                // SAFETY: passed on.
                unsafe { self.tree.seat(place, key, value) };
                Ok(None)
            }
            Ok(Ready::Equal(slot)) => {
                // Now, while the value is still a local: should this panic, it is dropped too.
                drop(key);
                // SAFETY: N1; the map is borrowed for writing.
                let old = unsafe { &mut *slot.value() };
                Ok(Some(core::mem::replace(old, value)))
            }
            Err(layout) => Err(Refused { layout, key, value }),
        }
    }

    /// Puts a pair in; an equal one is replaced, key and all, and its key is returned.
    pub(crate) fn try_replace_pair(&mut self, key: K, value: V) -> Result<Option<K>, Refused<K, V>>
    where
        K: Ord,
    {
        let mut edge = self.tree.start();
        if let Search::Found(slot) = self.tree.search(&key, &mut edge) {
            // SAFETY: N1; the map is borrowed for writing.
            *unsafe { &mut *slot.value() } = value;
            // SAFETY: as above; the keys are equal.
            return Ok(Some(core::mem::replace(unsafe { &mut *slot.key() }, key)));
        }
        // SAFETY: an edge of this tree, and T4.
        unsafe { self.tree.insert_at(&mut edge, key, value, &self.alloc) }?;
        Ok(None)
    }

    /// Takes a pair out and returns its value. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.remove(&1), Some('a'));
    /// assert_eq!(map.remove(&1), None);
    /// ```
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let (key, value) = self.remove_entry(key)?;
        // Now, while the value is still a local: should this panic, it is dropped as well.
        drop(key);
        Some(value)
    }

    /// Takes a pair out and returns it. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(1, 'a')]);
    /// assert_eq!(map.remove_entry(&1), Some((1, 'a')));
    /// ```
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let slot = self.tree.find(key)?;
        // SAFETY: a slot of this tree, found just now.
        unsafe { self.tree.remove_in_leaf(slot) }.or_else(|| self.remove_place(key))
    }

    /// [`remove_entry`](Self::remove_entry) where more than one node is concerned.
    #[cold]
    fn remove_place<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let mut edge = self.tree.start();
        let Search::Found(slot) = self.tree.search(key, &mut edge) else { return None };
        let path = &mut edge?.path;
        // SAFETY: a slot of this tree, found just now, and T4.
        Some(unsafe { self.tree.remove_at(slot, path, &self.alloc) }.0)
    }

    /// Takes the first pair out. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert_eq!(map.pop_first(), Some((1, 'a')));
    /// ```
    pub fn pop_first(&mut self) -> Option<(K, V)>
    where
        K: Ord,
    {
        let slot = self.tree.first_slot()?;
        // SAFETY: a slot of this tree, found just now.
        unsafe { self.tree.remove_in_leaf(slot) }.or_else(|| self.pop_first_place())
    }

    /// [`pop_first`](Self::pop_first) where more than one node is concerned.
    #[cold]
    fn pop_first_place(&mut self) -> Option<(K, V)> {
        let mut place = self.tree.first()?;
        // SAFETY: a place in this tree, found just now, and T4.
        Some(unsafe { self.tree.remove_at(place.slot, &mut place.path, &self.alloc) }.0)
    }

    /// Takes the last pair out. O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([(2, 'b'), (1, 'a')]);
    /// assert_eq!(map.pop_last(), Some((2, 'b')));
    /// ```
    pub fn pop_last(&mut self) -> Option<(K, V)>
    where
        K: Ord,
    {
        let slot = self.tree.last_slot()?;
        // SAFETY: a slot of this tree, found just now.
        unsafe { self.tree.remove_in_leaf(slot) }.or_else(|| self.pop_last_place())
    }

    /// [`pop_last`](Self::pop_last) where more than one node is concerned.
    #[cold]
    fn pop_last_place(&mut self) -> Option<(K, V)> {
        let mut place = self.tree.last()?;
        // SAFETY: a place in this tree, found just now, and T4.
        Some(unsafe { self.tree.remove_at(place.slot, &mut place.path, &self.alloc) }.0)
    }

    /// Checks every invariant of the tree; `ordered` says whether keys must ascend as well.
    ///
    /// # Errors
    ///
    /// The first violation, in words.
    #[cfg(feature = "verify")]
    pub fn verify(&self) -> Result<(), alloc::string::String>
    where
        K: Ord,
    {
        crate::raw::verify::check(&self.tree, true)
    }

    /// [`verify`](Self::verify) for keys whose order cannot be relied on: structure only.
    ///
    /// # Errors
    ///
    /// The first violation, in words.
    #[cfg(feature = "verify")]
    pub fn verify_structure(&self) -> Result<(), alloc::string::String>
    where
        K: Ord,
    {
        crate::raw::verify::check(&self.tree, false)
    }

    /// A picture of the nodes and their keys, one node a line.
    #[cfg(feature = "verify")]
    pub fn dump(&self) -> alloc::string::String
    where
        K: core::fmt::Debug,
    {
        crate::raw::verify::dump(&self.tree)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for BTreeMap<K, V, A, S> {
    fn drop(&mut self) {
        self.clear();
    }
}
