//! [`Walk`]: two ends that move towards each other over the slots of a tree.

use crate::raw::path::{Edge, Root, Slot};
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

impl<K, V, S: Shape> Walk<K, V, S> {
    /// Over nothing.
    pub(crate) const fn empty() -> Self {
        Self { root: None, front: None, back: None }
    }

    /// Over the whole tree under `root`.
    pub(crate) fn whole(root: Option<Root<K, V, S>>) -> Self {
        Self { root, front: None, back: None }
    }

    /// Over what lies from `front` to `back`; over nothing if they are the wrong way round.
    pub(crate) fn between(
        root: Root<K, V, S>,
        front: Option<Edge<K, V, S>>,
        back: Option<Edge<K, V, S>>,
    ) -> Self {
        let front = front.unwrap_or_else(|| Edge::first(root));
        let back = back.unwrap_or_else(|| Edge::last(root));
        // An order that contradicts itself can put the ends the wrong way round.
        let back = if back.is_before(&front, root.level) { front } else { back };
        Self { root: Some(root), front: Some(front), back: Some(back) }
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

    /// Steps over the next slot between the two ends.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Slot<K, V, S>> {
        if self.front == self.back { None } else { self.next_counted() }
    }

    /// Steps back over the last slot between the two ends.
    #[inline]
    pub(crate) fn prev(&mut self) -> Option<Slot<K, V, S>> {
        if self.front == self.back { None } else { self.prev_counted() }
    }
}
