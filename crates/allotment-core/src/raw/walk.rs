//! [`Walk`]: two ends that move towards each other over the slots of a tree.

use core::borrow::Borrow;

use crate::raw::path::{Edge, Root, Slot};
use crate::raw::search::{Side, move_beside};
use crate::raw::shape::Shape;

/// What lies between two edges of a tree.
///
/// An end that was not given stands at the end of the tree, and is not looked for until it is
/// needed: most walks go one way only.
pub(crate) struct Walk<K, V, S> {
    root: Option<Root<K, V, S>>,
    front: Option<Edge<K, V, S>>,
    back: Option<Edge<K, V, S>>,
}

impl<K, V, S> Clone for Walk<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Walk<K, V, S> {}

impl<K, V, S: Shape<K>> Walk<K, V, S> {
    /// Over nothing.
    pub(crate) const fn empty() -> Self {
        Self { root: None, front: None, back: None }
    }

    /// Over the whole tree under `root`.
    pub(crate) fn whole(root: Option<Root<K, V, S>>) -> Self {
        Self { root, front: None, back: None }
    }

    /// Over what is left of a tree between two ends, each where it is or not looked for yet.
    pub(crate) fn left(
        root: Option<Root<K, V, S>>,
        front: Option<Edge<K, V, S>>,
        back: Option<Edge<K, V, S>>,
    ) -> Self {
        Self { root, front, back }
    }

    /// Over what lies between two places, each beside a key, or at the end of the tree if `None`;
    /// over nothing if they turn out the wrong way round.
    ///
    /// The ends are searched for where they stay: they are too large to move about.
    #[inline]
    pub(crate) fn between<Q>(
        root: Root<K, V, S>,
        start: Option<(&Q, Side)>,
        end: Option<(&Q, Side)>,
    ) -> Self
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (front, back) = (Some(Edge::start(root)), Some(Edge::start(root)));
        let mut walk = Self { root: Some(root), front, back };
        if let (Some(front), Some(back)) = (&mut walk.front, &mut walk.back) {
            match start {
                Some((key, side)) => move_beside(root, key, side, front),
                None => front.descend_first(root.node, root.level),
            }
            match end {
                Some((key, side)) => move_beside(root, key, side, back),
                None => back.descend_last(root.node, root.level),
            }
            // An order that contradicts itself can put the ends the wrong way round. They would
            // never meet, and yield what lies outside.
            if back.is_before(front, root.level) {
                *back = *front;
            }
        }
        walk
    }

    /// Steps over the next slot of the tree, whatever the back end is: for callers that count.
    #[inline]
    pub(crate) fn next_counted(&mut self) -> Option<Slot<K, V, S>> {
        let root = self.root?;
        self.front.get_or_insert_with(|| Edge::first(root)).next(root)
    }

    /// Steps back over the last slot of the tree, whatever the front end is.
    #[inline]
    pub(crate) fn prev_counted(&mut self) -> Option<Slot<K, V, S>> {
        let root = self.root?;
        self.back.get_or_insert_with(|| Edge::last(root)).prev(root)
    }

    /// Steps over the next slot between the two ends of [`between`](Self::between).
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Slot<K, V, S>> {
        debug_assert!(self.root.is_none() || self.front.is_some(), "ends that are not known");
        if self.front == self.back { None } else { self.next_counted() }
    }

    /// Steps back over the last slot between the two ends of [`between`](Self::between).
    #[inline]
    pub(crate) fn prev(&mut self) -> Option<Slot<K, V, S>> {
        debug_assert!(self.root.is_none() || self.back.is_some(), "ends that are not known");
        if self.front == self.back { None } else { self.prev_counted() }
    }
}
