//! Putting a pair in with nodes that were obtained before: the allocator is not asked.
//!
//! Takes for granted N0 to N3, T1 to T4, P1.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::insert::{choose, has_room, levels_needed, make_room};
use crate::raw::node::Node;
use crate::raw::search::Search;
use crate::raw::shape::Shape;
use crate::raw::spare::{Spare, Supply};
use crate::raw::stock::Shelf;
use crate::raw::tree::{Ready, Tree};

/// Takes nodes from a shelf; keeps those set free apart, since a root may be a small one.
struct Held<'s, 'a, K, V, S: Shape<K>, A: Allocator> {
    shelf: &'s mut Shelf<K, V, S>,
    freed: Spare<'a, K, V, S, A>,
}

impl<K, V, S: Shape<K>, A: Allocator> Supply<K, V, S> for Held<'_, '_, K, V, S, A> {
    fn take(&mut self, level: usize) -> Node<K, V, S> {
        self.shelf.take(level)
    }

    unsafe fn put(&mut self, level: usize, node: Node<K, V, S>) {
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
        shelf: &mut Shelf<K, V, S>,
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
            let plan = choose(self.root, edge.as_ref());
            let levels = levels_needed(plan, self.root, edge.as_ref());
            let (leaves, internals) = shelf.counts();
            if leaves < levels.min(1) || internals + 1 < levels {
                return Err(Node::<K, V, S>::layout(usize::from(leaves > 0)));
            }
            let mut held = Held { shelf, freed: Spare::new(alloc) };
            // SAFETY: the plan was made for this root and edge, and the nodes are there.
            unsafe { make_room(&mut self.root, &mut edge, plan, &mut held) };
            self.note_room(edge.as_ref());
        }
        let Some(edge) = edge else { unreachable!("room was made at an edge") };
        self.count_on(&edge);
        Ok(Ready::Room((edge.leaf, edge.index)))
    }
}
