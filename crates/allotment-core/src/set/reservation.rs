//! Nodes obtained ahead of time, so that an insertion into a set cannot allocate.

use allotment_alloc::{Allocator, Global, SharedAlloc};

use crate::map::{AllocFailure, NodeReservation as OfPairs};
use crate::raw::shape::{Shape, Standard};
use crate::set::BTreeSet;
use crate::set::fallible::element_of;

/// Nodes that no set has yet: see [`BTreeSet::reserve_nodes`], and
/// [`NodeReservation`](crate::btree_map::NodeReservation) of maps.
pub type NodeReservation<T, A = Global, S = Standard> = OfPairs<T, (), A, S>;

impl<T, A: Allocator, S: Shape<T>> BTreeSet<T, A, S> {
    /// Obtains the nodes that so many insertions need at the worst, for
    /// [`insert_reserved`](Self::insert_reserved): see
    /// [`reserve_nodes`](crate::BTreeMap::reserve_nodes) of a map.
    ///
    /// # Errors
    ///
    /// If the allocator failed; what it had given is given back.
    ///
    /// ```
    /// use allotment_core::BTreeSet;
    /// use allotment_pool::Pool;
    ///
    /// let mut set = BTreeSet::from_iter_in((0..100).map(|n| 2 * n), Pool::new());
    /// let mut nodes = set.reserve_nodes(3).unwrap();
    /// for element in [7, 71, 199] {
    ///     assert!(set.insert_reserved(element, &mut nodes).unwrap()); // asks for nothing
    /// }
    /// assert_eq!(set.len(), 103);
    /// ```
    pub fn reserve_nodes(&self, insertions: usize) -> Result<NodeReservation<T, A, S>, AllocFailure>
    where
        A: SharedAlloc,
    {
        self.map.reserve_nodes(insertions)
    }

    /// [`insert`](Self::insert), with nodes of a reservation if it takes any: see
    /// [`insert_reserved`](crate::BTreeMap::insert_reserved) of a map.
    ///
    /// # Errors
    ///
    /// The element, if the reservation has too few nodes, or is on an allocator that does not share
    /// its memory with that of the set; the set is as it was.
    ///
    /// # Panics
    ///
    /// If a comparison does; the set is then as it was.
    pub fn insert_reserved(
        &mut self,
        element: T,
        nodes: &mut NodeReservation<T, A, S>,
    ) -> Result<bool, AllocFailure<T>>
    where
        T: Ord,
        A: SharedAlloc,
    {
        let inserted = self.map.insert_reserved(element, (), nodes);
        inserted.map(|old| old.is_none()).map_err(element_of)
    }
}
