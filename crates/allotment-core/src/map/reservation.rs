//! [`NodeReservation`]: nodes obtained ahead of time, so that an insertion cannot allocate.

use core::fmt;

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::{AllocFailure, BTreeMap};
use crate::raw::shape::{Shape, Standard};
use crate::raw::stock::Shelf;
use crate::raw::types::{Known, Types};

/// Nodes that no map has yet: see [`BTreeMap::reserve_nodes`].
///
/// It is of its own: it borrows no map, and may serve several on one allocator. What is left of it
/// goes back to the allocator when it is dropped.
pub struct NodeReservation<K, V, A: Allocator = Global, S: Shape<K> = Standard> {
    shelf: Shelf,
    alloc: A,
    /// What nodes they are.
    types: Known<K, V, S>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// Obtains the nodes that so many insertions need at the worst, for
    /// [`insert_reserved`](Self::insert_reserved): for each, a leaf and a node a level above.
    ///
    /// So a lock need not be held while the allocator is asked. Other insertions into the map in
    /// between may use up room that was counted on: if they may make it a level higher, reserve for
    /// as many insertions more.
    ///
    /// # Errors
    ///
    /// If the allocator failed; what it had given is given back.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_pool::Pool;
    ///
    /// let mut map = BTreeMap::from_iter_in((0..100).map(|n| (2 * n, n)), Pool::new());
    /// let mut nodes = map.reserve_nodes(3).unwrap();
    /// for key in [7, 71, 199] {
    ///     map.insert_reserved(key, 0, &mut nodes).unwrap(); // asks for nothing
    /// }
    /// assert_eq!(map.len(), 103);
    /// ```
    pub fn reserve_nodes(
        &self,
        insertions: usize,
    ) -> Result<NodeReservation<K, V, A, S>, AllocFailure>
    where
        A: SharedAlloc,
    {
        let mut nodes = NodeReservation::new_in(self.alloc.clone());
        let needed = self.tree.needs_most(insertions);
        let reserved = nodes.shelf.reserve(needed, nodes.types.geometry(), &nodes.alloc);
        reserved.map_err(AllocFailure::of)?;
        Ok(nodes)
    }

    /// [`insert`](Self::insert), with nodes of a reservation if it takes any. Asks the allocator
    /// for nothing; gives it back one node at most, when a map outgrows its first leaf or a root
    /// that had not all slots.
    ///
    /// # Errors
    ///
    /// The pair, if the reservation has too few nodes, or is on an allocator that does not share
    /// its memory with that of the map; the map is as it was.
    ///
    /// # Panics
    ///
    /// If a comparison does; the map is then as it was.
    pub fn insert_reserved(
        &mut self,
        key: K,
        value: V,
        nodes: &mut NodeReservation<K, V, A, S>,
    ) -> Result<Option<V>, AllocFailure<(K, V)>>
    where
        K: Ord,
        A: SharedAlloc,
    {
        let mut none = Shelf::new();
        let shelf = if self.alloc.same_as(&nodes.alloc) { &mut nodes.shelf } else { &mut none };
        // SAFETY: T4, for map and shelf; the pair is seated below.
        let ready = unsafe { self.tree.ready_from(&key, shelf, &self.alloc) };
        // SAFETY: just now.
        unsafe { self.seat(ready, key, value) }.map_err(AllocFailure::from)
    }
}

impl<K, V, A: Allocator, S: Shape<K>> NodeReservation<K, V, A, S> {
    /// One without nodes. Allocates nothing.
    #[must_use]
    pub const fn new_in(alloc: A) -> Self {
        Self { shelf: Shelf::new(), alloc, types: Known::NEW }
    }

    /// How many nodes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        let (leaves, internals) = self.shelf.counts();
        leaves + internals
    }

    /// Whether there is no node.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, V, A: Allocator, S: Shape<K>> Drop for NodeReservation<K, V, A, S> {
    fn drop(&mut self) {
        // SAFETY: they were obtained from this allocator.
        unsafe { self.shelf.give_back(&self.alloc) };
    }
}

impl<K, V, A: Allocator, S: Shape<K>> fmt::Debug for NodeReservation<K, V, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (leaves, internals) = self.shelf.counts();
        let mut f = f.debug_struct("NodeReservation");
        f.field("leaves", &leaves).field("internals", &internals).finish_non_exhaustive()
    }
}
