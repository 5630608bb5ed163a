//! [`Tree`]: a root and a count, and the operations that map and set are made of.
//!
//! A tree holds no allocator: the collection owns exactly one and passes a reference to it. So the
//! engine can neither clone nor drop it (hazards 21 and 30), and that the same one is passed every
//! time (T4) is what the collections promise.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::marker::PhantomData;
use core::mem;

use allotment_alloc::Allocator;

use crate::raw::cut::cut;
use crate::raw::dying::Dying;
use crate::raw::insert::{commit, prepare};
use crate::raw::node::Node;
use crate::raw::path::{Edge, Path, Place, Root, Slot};
use crate::raw::remove::remove;
use crate::raw::search::{Search, Side, edge_beside, find, search};
use crate::raw::shape::Shape;

/// A tree of pairs.
pub(crate) struct Tree<K, V, S> {
    root: Option<Root<K, V, S>>,
    len: usize,
    /// It owns its pairs.
    pairs: PhantomData<(K, V)>,
}

/// A pair that did not get in, and the layout that the allocator could not serve.
pub(crate) struct Refused<K, V> {
    pub(crate) layout: Layout,
    pub(crate) key: K,
    pub(crate) value: V,
}

impl<K, V, S> Tree<K, V, S> {
    pub(crate) const fn new() -> Self {
        Self { root: None, len: 0, pairs: PhantomData }
    }

    /// Pairs in the tree.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }
}

impl<K, V, S: Shape> Tree<K, V, S> {
    pub(crate) fn root(&self) -> Option<Root<K, V, S>> {
        self.root
    }

    /// The slot of a key.
    #[inline]
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<Slot<K, V, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        find(self.root?, key)
    }

    /// Where a key is, or where it would go; `None` in an empty tree.
    pub(crate) fn search<Q>(&self, key: &Q) -> Option<Search<K, V, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.root.map(|root| search(root, key))
    }

    /// The edge beside a key; `None` in an empty tree.
    pub(crate) fn edge_beside<Q>(&self, key: &Q, side: Side) -> Option<Edge<K, V, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.root.map(|root| edge_beside(root, key, side))
    }

    /// The first pair.
    pub(crate) fn first(&self) -> Option<Place<K, V, S>> {
        let root = self.root?;
        Edge::first(root).place_after(root)
    }

    /// The last pair.
    pub(crate) fn last(&self) -> Option<Place<K, V, S>> {
        let root = self.root?;
        Edge::last(root).place_before(root)
    }

    /// Puts a pair in at `edge`, `None` standing for the only edge of an empty tree, and returns
    /// the edge before it.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`.
    pub(crate) unsafe fn insert_at<A: Allocator>(
        &mut self,
        edge: Option<Edge<K, V, S>>,
        key: K,
        value: V,
        alloc: &A,
    ) -> Result<Edge<K, V, S>, Refused<K, V>> {
        match prepare(self.root, edge.as_ref(), alloc) {
            Ok(ready) => {
                self.len += 1;
                // SAFETY: prepared just now for this root and edge.
                Ok(unsafe { commit(&mut self.root, edge, ready, key, value) })
            }
            Err(layout) => Err(Refused { layout, key, value }),
        }
    }

    /// Takes a pair out; returns it and the edge where it was, and whether the pair after that
    /// edge is the one that was before it.
    ///
    /// # Safety
    ///
    /// `place` is a slot of this tree, whose nodes stem from `alloc`.
    #[inline]
    pub(crate) unsafe fn remove_at<A: Allocator>(
        &mut self,
        place: Place<K, V, S>,
        alloc: &A,
    ) -> ((K, V), Option<Path>, bool) {
        self.len -= 1;
        // SAFETY: passed on.
        let removed = unsafe { remove(&mut self.root, place, alloc) };
        (removed.pair, removed.path, removed.replaced)
    }

    /// Where a key goes that is likely to be greater than all others; `end` is the last edge of
    /// the tree if it is known. One comparison if so, O(log n) if not. `None` in an empty tree.
    fn locate(&self, end: Option<Edge<K, V, S>>, key: &K) -> Option<Search<K, V, S>>
    where
        K: Ord,
    {
        let root = self.root?;
        let end = end.unwrap_or_else(|| Edge::last(root));
        let last = end.place_before(root)?;
        // SAFETY: N1.
        Some(match unsafe { &*last.slot().key() }.cmp(key) {
            Ordering::Less => Search::Missing(end),
            Ordering::Equal => Search::Found(last),
            Ordering::Greater => search(root, key),
        })
    }

    /// The last edge, if a pair put in at `edge` is the last one now.
    fn end_after(&self, edge: Edge<K, V, S>, was_last: bool) -> Option<Edge<K, V, S>> {
        let mut end = edge;
        end.path.set(0, edge.path.edge(0) + 1);
        was_last.then_some(end)
    }

    /// Puts a pair in that is likely to be the last; `end` remembers the last edge from one call to
    /// the next. An equal key keeps its place and takes the value.
    ///
    /// For ascending keys O(1) amortised, and one comparison each; O(log n) for others.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `end` is `None` or what the last call left in it with no other edit in between; the nodes
    /// stem from `alloc`.
    pub(crate) unsafe fn push<A: Allocator>(
        &mut self,
        end: &mut Option<Edge<K, V, S>>,
        key: K,
        value: V,
        alloc: &A,
    ) -> Result<(), Refused<K, V>>
    where
        K: Ord,
    {
        let known = end.take();
        let edge = match self.locate(known, &key) {
            None => None,
            Some(Search::Missing(edge)) => Some(edge),
            Some(Search::Found(place)) => {
                // SAFETY: N1; the tree is borrowed for writing.
                *unsafe { &mut *place.slot().value() } = value;
                return Ok(());
            }
        };
        let was_last = self.is_end(edge);
        // SAFETY: an edge of this tree; the rest is passed on.
        let edge = unsafe { self.insert_at(edge, key, value, alloc) }?;
        *end = self.end_after(edge, was_last);
        Ok(())
    }

    /// Puts a pair in behind all others, without comparing; `end` is as for `push`.
    ///
    /// # Errors
    ///
    /// The pair, if the allocator could not serve it; the tree is as it was.
    ///
    /// # Safety
    ///
    /// As for `push`.
    pub(crate) unsafe fn push_last<A: Allocator>(
        &mut self,
        end: &mut Option<Edge<K, V, S>>,
        key: K,
        value: V,
        alloc: &A,
    ) -> Result<(), Refused<K, V>> {
        let edge = end.take().or_else(|| self.root.map(Edge::last));
        // SAFETY: an edge of this tree; the rest is passed on.
        let edge = unsafe { self.insert_at(edge, key, value, alloc) }?;
        *end = self.end_after(edge, true);
        Ok(())
    }

    /// Moves all pairs of `other` over, each to its place; an equal key stays and takes the value.
    ///
    /// Stops between two pairs if a comparison panics or the allocator fails or panics: every pair
    /// is then in one of the two trees.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`, those of the other from `other_alloc`.
    pub(crate) unsafe fn append<A: Allocator>(
        &mut self,
        alloc: &A,
        other: &mut Self,
        other_alloc: &A,
    ) -> Result<(), Layout>
    where
        K: Ord,
    {
        let mut end = None;
        while let Some(place) = other.first() {
            // SAFETY: N1.
            let key = unsafe { &*place.slot().key() };
            let edge = match self.locate(end.take(), key) {
                None => None,
                Some(Search::Missing(edge)) => Some(edge),
                Some(Search::Found(own)) => {
                    // SAFETY: a place of that tree; the rest is passed on.
                    let ((_, value), ..) = unsafe { other.remove_at(place, other_alloc) };
                    // SAFETY: N1; the tree is borrowed for writing.
                    *unsafe { &mut *own.slot().value() } = value;
                    continue;
                }
            };
            let was_last = self.is_end(edge);
            let ready = prepare(self.root, edge.as_ref(), alloc)?;
            // SAFETY: a place of that tree; the rest is passed on.
            let ((key, value), ..) = unsafe { other.remove_at(place, other_alloc) };
            self.len += 1;
            // SAFETY: prepared just now for this root and edge.
            let edge = unsafe { commit(&mut self.root, edge, ready, key, value) };
            end = self.end_after(edge, was_last);
        }
        Ok(())
    }

    /// Whether an edge, `None` standing for the only one of an empty tree, is the last one.
    fn is_end(&self, edge: Option<Edge<K, V, S>>) -> bool {
        match (self.root, edge) {
            (Some(root), Some(edge)) => edge == Edge::last(root),
            _ => true,
        }
    }

    /// Cuts the tree at `edge`: it keeps what lies before, and what lies behind is returned.
    ///
    /// O(log n), and O(n) to count what is cut off.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`.
    pub(crate) unsafe fn cut<A: Allocator>(
        &mut self,
        edge: &Edge<K, V, S>,
        alloc: &A,
    ) -> Result<Self, Layout> {
        let Some(root) = self.root else { return Ok(Self::new()) };
        if *edge == Edge::first(root) {
            return Ok(mem::replace(self, Self::new()));
        }
        if *edge == Edge::last(root) {
            return Ok(Self::new());
        }
        // SAFETY: passed on.
        let right = unsafe { cut(&mut self.root, edge, alloc) }?;
        let len = right.map_or(0, |Root { node, level }| count_below(node, level));
        self.len -= len;
        Ok(Self { root: right, len, pairs: PhantomData })
    }

    /// Takes the tree apart, leaving an empty one.
    pub(crate) fn kill(&mut self) -> Dying<K, V, S> {
        let Self { root, len, .. } = mem::replace(self, Self::new());
        Dying::new(root, len)
    }
}

/// Counts the slots of a node and of all below it.
fn count_below<K, V, S: Shape>(node: Node<K, V, S>, level: usize) -> usize {
    let mut len = node.len();
    if level > 0 {
        for edge in 0..=node.len() {
            // SAFETY: N2.
            let child = unsafe { node.child(edge) };
            len += count_below(child, level - 1);
        }
    }
    len
}
