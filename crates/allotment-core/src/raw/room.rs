//! Making room for a pair in a tree, and seating it there.
//!
//! All that the allocator has to do with comes first: between the two a leaf may be empty (T2), so
//! no foreign code may run that could unwind, nor be asked for memory or given any.
//!
//! Takes for granted N0 to N3, T1 to T4, P1.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::hint::Hint;
use crate::raw::insert::{
    Plan, choose, has_room, levels_needed, make_room, replace_root, reserve, widens_root,
};
use crate::raw::node::Node;
use crate::raw::pairs::insert_pair;
use crate::raw::path::{Edge, Root};
use crate::raw::search::Search;
use crate::raw::shape::Shape;
use crate::raw::spare::{Spare, Supply};
use crate::raw::totals::add_along;
use crate::raw::tree::{OnEqual, Ready, Refused, Tree, overwrite};
use crate::raw::types::{Known, geometry_of};

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// Puts a pair in at an index of a leaf, as [`beyond`](Self::beyond) or
    /// [`room_at`](Self::room_at) told it.
    ///
    /// # Safety
    ///
    /// The tree has not changed since.
    #[inline]
    pub(crate) unsafe fn seat(&mut self, (leaf, index): (Node<K, V, S>, usize), key: K, value: V) {
        // SAFETY: there is room at that edge of the leaf.
        unsafe { insert_pair(leaf, index, key, value) };
        self.len += 1;
    }

    /// Sees to it that there is room at `edge`, `None` standing for the only edge of an empty tree,
    /// and answers its place in a leaf.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`. A pair is seated next.
    #[inline]
    pub(crate) unsafe fn room_at<A: Allocator>(
        &mut self,
        edge: &mut Option<Edge<K, V, S>>,
        alloc: &A,
    ) -> Result<(Node<K, V, S>, usize), Layout> {
        if !has_room(edge.as_ref()) {
            // SAFETY: passed on.
            unsafe { self.make_room(edge, alloc) }?;
        }
        Ok(self.counted(edge))
    }

    /// [`room_at`](Self::room_at) by a [plan](Self::plan_room) that was made before.
    ///
    /// # Safety
    ///
    /// It was made for this tree and `edge`, with these nodes, and the tree has not changed since.
    /// A pair is seated next.
    pub(crate) unsafe fn room_by<A: Allocator>(
        &mut self,
        plan: Option<Plan>,
        edge: &mut Option<Edge<K, V, S>>,
        nodes: &mut Spare<'_, A>,
    ) -> (Node<K, V, S>, usize) {
        if let Some(plan) = plan {
            // SAFETY: passed on.
            unsafe { self.carry_out(plan, edge, nodes) };
        }
        self.counted(edge)
    }

    /// The place in a leaf that an edge with room is; the pair that is seated there next is counted
    /// on all levels above it (N6).
    #[inline]
    pub(super) fn counted(&self, edge: &Option<Edge<K, V, S>>) -> (Node<K, V, S>, usize) {
        let Some(edge) = edge else { unreachable!("room was made at an edge") };
        if let Some(root) = self.root {
            add_along(root.erased(), &edge.path, 1);
        }
        (edge.leaf, edge.index)
    }

    /// Puts a pair in at `edge`, `None` standing for the only edge of an empty tree; afterwards it
    /// is the edge before the pair, in the same leaf.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`.
    #[inline]
    pub(crate) unsafe fn insert_at<A: Allocator>(
        &mut self,
        edge: &mut Option<Edge<K, V, S>>,
        key: K,
        value: V,
        alloc: &A,
    ) -> Result<(), Refused<K, V>> {
        // SAFETY: passed on; the pair is seated below.
        match unsafe { self.room_at(edge, alloc) } {
            // SAFETY: told just now.
            Ok(place) => unsafe { self.seat(place, key, value) },
            Err(layout) => return Err(Refused { layout, key, value }),
        }
        Ok(())
    }

    /// Puts a pair in; answers whether it belongs behind all others, as far as is known.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; the tree is as it was.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`.
    pub(crate) unsafe fn put<A: Allocator>(
        &mut self,
        (key, value): (K, V),
        on_equal: OnEqual,
        alloc: &A,
    ) -> Result<bool, Refused<K, V>>
    where
        K: Ord,
    {
        // SAFETY: passed on; the pair is seated below.
        match unsafe { self.ready(&key, alloc) } {
            Ok(Ready::Room(place)) => {
                // SAFETY: told just now.
                unsafe { self.seat(place, key, value) };
                let (leaf, index) = place;
                Ok(index + 1 == leaf.len() && self.hint.leaf() == Some((leaf, false)))
            }
            Ok(Ready::Equal(slot)) => {
                // SAFETY: a slot of this tree, which is borrowed for writing.
                unsafe { overwrite(slot, (key, value), on_equal) };
                Ok(false)
            }
            Err(layout) => Err(Refused { layout, key, value }),
        }
    }

    /// Gets ready for a pair with this key: asks and reserves.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`. If there is room, a pair is seated next.
    #[inline]
    pub(crate) unsafe fn ready<A: Allocator>(
        &mut self,
        key: &K,
        alloc: &A,
    ) -> Result<Ready<K, V, S>, Layout>
    where
        K: Ord,
    {
        if let Some(place) = self.beyond(key) {
            return Ok(Ready::Room(place));
        }
        let mut edge = self.start();
        if let Search::Found(slot) = self.search(key, &mut edge) {
            return Ok(Ready::Equal(slot));
        }
        // SAFETY: an edge of this tree; the rest is passed on.
        unsafe { self.room_at(&mut edge, alloc) }.map(Ready::Room)
    }

    /// Makes room at `edge`.
    ///
    /// # Safety
    ///
    /// As for `room_at`.
    #[cold]
    unsafe fn make_room<A: Allocator>(
        &mut self,
        edge: &mut Option<Edge<K, V, S>>,
        alloc: &A,
    ) -> Result<(), Layout> {
        let mut spare = Spare::new(geometry_of::<K, V, S>(), alloc);
        // SAFETY: passed on.
        if let Some(plan) = unsafe { self.plan_room(edge.as_ref(), &mut spare) }? {
            // SAFETY: made just now for this root and edge.
            unsafe { self.carry_out(plan, edge, &mut spare) };
        }
        Ok(())
    }

    /// Decides how to make room at `edge` if it has none, and gets all for it that the allocator
    /// has to do with: it is not asked as the plan is [carried out](Self::carry_out).
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, `None` that of an empty one; its nodes and those in `spare`,
    /// which is empty, stem from one allocator.
    pub(crate) unsafe fn plan_room<A: Allocator>(
        &mut self,
        edge: Option<&Edge<K, V, S>>,
        spare: &mut Spare<'_, A>,
    ) -> Result<Option<Plan>, Layout> {
        if has_room(edge) {
            return Ok(None);
        }
        let place = self.root.zip(edge);
        let plan = choose(place);
        let levels = levels_needed(plan, place);
        reserve(levels, self.erased_root(), spare)?;
        // SAFETY: a node for the root's level was reserved if it is widened.
        if let Some(level) = unsafe { self.widen_root(levels, spare) } {
            spare.give_back(level);
        }
        Ok(Some(plan))
    }

    /// Gives the root more slots if a plan that takes nodes of so many levels asks for that;
    /// answers its level. The node that it was goes to `supply`.
    ///
    /// This is no part of carrying the plan out, since giving that node back may panic: between a
    /// split and the pair that comes a leaf may be empty (T2).
    ///
    /// # Safety
    ///
    /// `supply` has the nodes of those levels.
    pub(super) unsafe fn widen_root(
        &mut self,
        levels: usize,
        supply: &mut dyn Supply,
    ) -> Option<usize> {
        let root = self.erased_root().filter(|root| widens_root(levels, *root))?;
        // SAFETY: the supply has a node for the root's level, with more slots.
        let wider = unsafe { replace_root(root, supply) };
        self.root = Some(wider.with(Known::NEW));
        Some(wider.level)
    }

    /// Carries out how to make room at `edge`, and remembers the leaf where it is.
    ///
    /// # Safety
    ///
    /// The plan was made for this tree and `edge`; `supply` has the nodes that it needs. A pair is
    /// seated next.
    pub(super) unsafe fn carry_out(
        &mut self,
        plan: Plan,
        edge: &mut Option<Edge<K, V, S>>,
        supply: &mut dyn Supply,
    ) {
        let edge = if let Some((root, edge)) = self.root.as_mut().zip(edge.as_mut()) {
            // SAFETY: passed on.
            unsafe { make_room(root, edge, plan, supply) };
            edge
        } else {
            let root = Root { node: supply.take(0).with(Known::NEW), level: 0 };
            self.root = Some(root);
            edge.insert(Edge::start(root))
        };
        self.hint = Hint::of(edge.leaf, plan.ends);
    }
}
