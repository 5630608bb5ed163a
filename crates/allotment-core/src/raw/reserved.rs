//! Putting a pair in with nodes that were obtained before: the allocator is not asked.
//!
//! Takes for granted N0 to N3, T1 to T4, P1.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::insert::{choose, has_room, levels_needed};
use crate::raw::node::ErasedNode;
use crate::raw::search::Search;
use crate::raw::shape::Shape;
use crate::raw::spare::{Spare, Supply};
use crate::raw::stock::Shelf;
use crate::raw::tree::{Ready, Tree};
use crate::raw::types::geometry_of;

/// Takes nodes from a shelf; keeps those set free apart, since a root may be a small one.
struct Held<'s, 'a, A: Allocator> {
    shelf: &'s mut Shelf,
    freed: Spare<'a, A>,
}

impl<A: Allocator> Supply for Held<'_, '_, A> {
    fn take(&mut self, level: usize) -> ErasedNode {
        self.shelf.take(level)
    }

    unsafe fn put(&mut self, level: usize, node: ErasedNode) {
        // SAFETY: passed on.
        unsafe { self.freed.put(level, node) };
    }
}

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// How many leaves and how many internal nodes so many insertions need at most.
    ///
    /// Each may split a node a level. A root comes on top the first time; the next time, the nodes
    /// below it must have split twice as often, and so on.
    pub(crate) fn needs_most(&self, insertions: usize) -> (usize, usize) {
        let Some(grown) = insertions.checked_ilog2() else { return (0, 0) };
        let grown = grown as usize + 1;
        let internal_levels = self.root().map_or(0, |root| root.level);
        let splits = insertions.saturating_mul(internal_levels + grown - 1);
        (insertions, splits.saturating_add(grown))
    }

    /// [`ready`](Self::ready), with nodes that were obtained before, and no others.
    ///
    /// # Errors
    ///
    /// The layout of a node that is missing; the tree is as it was.
    ///
    /// # Safety
    ///
    /// As for `ready`; the nodes on the shelf stem from `alloc` too.
    pub(crate) unsafe fn ready_from<A: Allocator>(
        &mut self,
        key: &K,
        shelf: &mut Shelf,
        alloc: &A,
    ) -> Result<Ready<K, V, S>, Layout>
    where
        K: Ord,
    {
        let mut edge = self.start();
        if let Search::Found(slot) = self.search(key, &mut edge) {
            return Ok(Ready::Equal(slot));
        }
        if !has_room(edge.as_ref()) {
            let place = self.root.zip(edge.as_ref());
            let plan = choose(place);
            let levels = levels_needed(plan, place);
            let (geometry, (leaves, internals)) = (geometry_of::<K, V, S>(), shelf.counts());
            if leaves < levels.min(1) || internals + 1 < levels {
                return Err(geometry.layout_of(usize::from(leaves > 0), geometry.capacity));
            }
            let mut held = Held { shelf, freed: Spare::new(geometry, alloc) };
            // SAFETY: the nodes are there.
            if let Some(level) = unsafe { self.widen_root(levels, &mut held) } {
                held.freed.give_back(level);
            }
            // SAFETY: the plan was made for this root and edge, and the nodes are there.
            unsafe { self.carry_out(plan, &mut edge, &mut held) };
        }
        Ok(Ready::Room(self.counted(&edge)))
    }
}
