//! Edits of a multimap.

use core::alloc::Layout;
use core::borrow::Borrow;

use allotment_alloc::{Allocator, SharedAlloc};

#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::map::{AllocFailure, BTreeMap};
use crate::multimap::{BTreeMultiMap, OccupiedEntry};
use crate::raw::owned::free_tree;
use crate::raw::path::{Edge, Slot};
use crate::raw::postings::Postings;
use crate::raw::shape::Shape;
use crate::raw::spare::Spare;
use crate::raw::tree::Ready;
use crate::raw::types::geometry_of;
use crate::raw::vessel::Vessel;

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> BTreeMultiMap<K, V, A, S> {
    /// Puts a value in; answers whether it is new. If the key is there, its own stays, and so does
    /// an equal value.
    ///
    /// O(log n). Allocates as [`BTreeMap::insert`](crate::BTreeMap::insert) for a new key; for
    /// another value of a key a larger block now and then, or nodes once they are many.
    ///
    /// # Panics
    ///
    /// If a comparison or the allocator does; the multimap is then as it was.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::new();
    /// assert!(index.insert("a", 1) && index.insert("a", 2) && !index.insert("a", 1));
    /// ```
    #[cfg(feature = "infallible")]
    pub fn insert(&mut self, key: K, value: V) -> bool
    where
        K: Ord,
        V: Ord,
    {
        self.try_insert_pair(key, value).unwrap_or_else(|failure| out_of_memory(failure.layout))
    }

    pub(super) fn try_insert_pair(&mut self, key: K, value: V) -> Result<bool, AllocFailure<(K, V)>>
    where
        K: Ord,
        V: Ord,
    {
        self.put(&mut None, key, value)
    }

    /// Puts pairs in. Those whose key is that of the pair before are not searched for, nor are
    /// keys that come behind all others.
    ///
    /// # Errors
    ///
    /// The pair at which the allocator failed; those before it are in.
    pub(super) fn try_fill<I>(&mut self, pairs: I) -> Result<(), AllocFailure<(K, V)>>
    where
        K: Ord,
        V: Ord,
        I: IntoIterator<Item = (K, V)>,
    {
        let mut near = None;
        pairs.into_iter().try_for_each(|(key, value)| self.put(&mut near, key, value).map(drop))
    }

    /// Puts a pair in; answers whether it is new. `near` is the slot of the key put in before, if
    /// it has not been anything else since, and becomes that of this one.
    fn put(
        &mut self,
        near: &mut Option<Slot<K, Postings<V, S>, S>>,
        key: K,
        value: V,
    ) -> Result<bool, AllocFailure<(K, V)>>
    where
        K: Ord,
        V: Ord,
    {
        let BTreeMap { tree, alloc } = &mut self.lists;
        // SAFETY: N1; nobody writes to the tree while keys are compared (C1).
        let is_near = |slot: &Slot<K, _, S>| unsafe { &*slot.key() } == &key;
        let ready = match near.take().filter(is_near) {
            Some(slot) => Ok(Ready::Equal(slot)),
            // SAFETY: T4; a list is seated next.
            None => unsafe { tree.ready(&key, alloc) },
        };
        let is_new = match ready {
            Ok(Ready::Room((leaf, index))) => {
                // SAFETY: told just now.
                unsafe { tree.seat((leaf, index), key, Postings::One(value)) };
                *near = Some(Slot { node: leaf, level: 0, index });
                true
            }
            Ok(Ready::Equal(slot)) => {
                // SAFETY: N1; the multimap is borrowed for writing.
                let list = unsafe { &mut *slot.value() };
                *near = Some(slot);
                // SAFETY: T4, for lists too; the value is seated next.
                match unsafe { list.ready(&value, alloc) } {
                    // SAFETY: told just now.
                    Ok(spot) => unsafe { list.seat(spot, value) },
                    Err(layout) => return Err(AllocFailure { layout, returned: (key, value) }),
                }
            }
            Err(layout) => return Err(AllocFailure { layout, returned: (key, value) }),
        };
        self.len += usize::from(is_new);
        Ok(is_new)
    }

    /// Moves all pairs of `other` over. Lists of keys that are not here change owner as they are,
    /// if the two allocators share their memory, and are moved otherwise; those of keys that are
    /// here are inserted value by value.
    ///
    /// O(log n) for each key of `other`, and for each value of a key that is here. Allocates as
    /// [`insert`](Self::insert) does.
    ///
    /// # Panics
    ///
    /// If a comparison, the allocator, or the drop of a key or a value that is here already does;
    /// every pair is then in one of the two. Only if the two do not share their memory, and the
    /// other's panics as it gets something back, the values of one key may be lost.
    ///
    /// ```
    /// use allotment_core::BTreeMultiMap;
    ///
    /// let mut index = BTreeMultiMap::from([("a", 1), ("b", 2)]);
    /// let mut other = BTreeMultiMap::from([("a", 7), ("c", 3)]);
    /// index.append(&mut other);
    /// assert!(index.iter().eq([(&"a", &1), (&"a", &7), (&"b", &2), (&"c", &3)]));
    /// assert!(other.is_empty());
    /// ```
    #[cfg(feature = "infallible")]
    pub fn append(&mut self, other: &mut Self)
    where
        K: Ord,
        V: Ord,
        A: SharedAlloc,
    {
        self.try_append(other).unwrap_or_else(|layout| out_of_memory(layout));
    }

    /// # Errors
    ///
    /// The layout that the allocator could not serve; every pair is in one of the two.
    pub(super) fn try_append(&mut self, other: &mut Self) -> Result<(), Layout>
    where
        K: Ord,
        V: Ord,
        A: SharedAlloc,
    {
        let shares = self.lists.alloc.same_as(&other.lists.alloc);
        while let Some(theirs) = other.first_occupied() {
            let BTreeMap { tree, alloc } = &mut self.lists;
            match tree.place_of(theirs.key()) {
                Ok(place) => {
                    // SAFETY: N1; the multimap is borrowed for writing.
                    let list = unsafe { &mut *place.slot.value() };
                    // SAFETY: T4, for lists too.
                    unsafe { theirs.pour(list, alloc, &mut self.len) }?;
                }
                Err(mut edge) => {
                    let list = theirs.list();
                    let vessel = if shares { None } else { Some(Vessel::of(list, alloc)?) };
                    let mut nodes = Spare::new(geometry_of::<K, Postings<V, S>, S>(), alloc);
                    // SAFETY: an edge of this tree, and T4.
                    let plan = unsafe { tree.plan_room(edge.as_ref(), &mut nodes) }?;
                    theirs.move_out(|key, list, their_alloc| {
                        let list = match vessel {
                            // SAFETY: T4, for lists too.
                            Some(vessel) => unsafe { vessel.pour(list, their_alloc) },
                            None => list,
                        };
                        self.len += list.len();
                        // Not before: nothing may come between this and the seat.
                        // SAFETY: the tree has not changed since the plan was made.
                        let room = unsafe { tree.room_by(plan, &mut edge, &mut nodes) };
                        // SAFETY: told just now.
                        unsafe { tree.seat(room, key, list) };
                    });
                }
            }
        }
        Ok(())
    }

    /// Takes a value out, and its key if it was the last; answers whether it was there. O(log n),
    /// and up to so many values that are still few are moved. Allocates nothing.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("a", 1), ("a", 2)]);
    /// assert!(index.remove("a", &1) && !index.remove("a", &7));
    /// assert!(index.remove("a", &2) && !index.contains_key("a"));
    /// ```
    pub fn remove<Q, T>(&mut self, key: &Q, value: &T) -> bool
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
        V: Borrow<T> + Ord,
        T: Ord + ?Sized,
    {
        self.occupied(key).is_some_and(|entry| entry.remove(value))
    }

    /// Takes a key and all its values out; answers how many there were. O(log n), and as much as it
    /// takes to drop them.
    ///
    /// ```
    /// let mut index = allotment_core::BTreeMultiMap::from([("a", 1), ("a", 2), ("b", 3)]);
    /// assert_eq!((index.remove_all("a"), index.remove_all("a"), index.len()), (2, 0, 1));
    /// ```
    pub fn remove_all<Q>(&mut self, key: &Q) -> usize
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        self.occupied(key).map_or(0, OccupiedEntry::remove_all)
    }

    /// Moves the values of each list, and the keys, to what takes least for so many. O(n).
    ///
    /// # Panics
    ///
    /// If the allocator does; no pair is lost.
    ///
    /// ```
    /// let pairs = (0..640).map(|n: u64| (n / 64, n));
    /// let mut index: allotment_core::BTreeMultiMap<_, _> = pairs.collect();
    /// index.retain(|_, value| value % 32 == 0);
    /// let before = index.memory_usage().live_bytes;
    /// index.shrink_to_fit();
    /// assert!(index.memory_usage().live_bytes * 4 < before);
    /// ```
    #[cfg(feature = "infallible")]
    pub fn shrink_to_fit(&mut self) {
        self.try_shrink_to_fit().unwrap_or_else(|layout| out_of_memory(layout));
    }

    /// # Errors
    ///
    /// The layout that the allocator could not serve; no pair is lost.
    pub(super) fn try_shrink_to_fit(&mut self) -> Result<(), Layout> {
        let BTreeMap { tree, alloc } = &mut self.lists;
        let (root, mut edge) = (tree.root(), tree.root().map(Edge::first));
        while let Some(slot) = edge.as_mut().and_then(|edge| edge.next(root?)) {
            // SAFETY: N1; the multimap is borrowed for writing.
            let list = unsafe { &mut *slot.value() };
            // SAFETY: T4, for lists too.
            unsafe { list.shrink(alloc) }?;
        }
        // SAFETY: T4.
        unsafe { tree.shrink_to_fit(alloc) }
    }

    /// Drops all pairs and gives all memory back. O(n).
    pub fn clear(&mut self) {
        self.len = 0;
        let BTreeMap { tree, alloc } = &mut self.lists;
        // SAFETY: T4, for lists too.
        unsafe { free_tree(tree, alloc) };
    }
}

impl<K, V, A: Allocator, S: Shape<K> + Shape<V>> Drop for BTreeMultiMap<K, V, A, S> {
    fn drop(&mut self) {
        self.clear();
    }
}
