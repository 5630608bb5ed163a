//! Moving all pairs of one tree into another, in the way that suits the two.
//!
//! ```text
//! all keys of one before all of the other   ->  join them; nothing is moved
//! few pairs, or memory that is not shared   ->  put them in one by one
//! otherwise                                 ->  merge, nodes and all
//! ```

use core::alloc::Layout;
use core::mem;

use allotment_alloc::Allocator;

use crate::raw::merge::merge;
use crate::raw::path::{Edge, ErasedEdge, ErasedRoot, ErasedSlot, Place, Root};
use crate::raw::shape::Shape;
use crate::raw::source::Source;
use crate::raw::stock::Stock;
use crate::raw::tree::{OnEqual, Ready, Tree, overwrite};
use crate::raw::types::Known;

/// What is left of a tree whose pairs go elsewhere one by one. Dropped, it is a tree again.
struct Rest<'a, K, V, S: Shape<K>, A: Allocator> {
    tree: &'a mut Tree<K, V, S>,
    source: Source,
    stock: Stock<'a, A>,
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Rest<'_, K, V, S, A> {
    fn drop(&mut self) {
        // SAFETY: the source is not used again.
        unsafe { self.tree.edit().set_rest(&self.source, &self.stock) };
    }
}

impl<'a, K, V, S: Shape<K>, A: Allocator> Rest<'a, K, V, S, A> {
    /// All of a tree, whose root this is.
    fn of(tree: &'a mut Tree<K, V, S>, root: Root<K, V, S>, alloc: &'a A) -> Self {
        let (source, stock) =
            (Source::new(root.erased(), tree.len), Stock::new(root.node.geometry(), alloc));
        Self { tree, source, stock }
    }
}

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// Moves all pairs of `other` to `edge`, `None` standing for the only edge of an empty tree;
    /// afterwards it is the one behind them. Compares nothing. Answers how many got there, which
    /// are all unless the allocator failed, and the layout that it could not serve.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree. Its nodes stem from `alloc`, those of the other from
    /// `other_alloc`.
    pub(crate) unsafe fn insert_all<A: Allocator>(
        &mut self,
        edge: &mut Option<Edge<K, V, S>>,
        alloc: &A,
        other: &mut Self,
        other_alloc: &A,
    ) -> (usize, Result<(), Layout>) {
        let mut count = 0;
        let Some(other_root) = other.root else { return (count, Ok(())) };
        let mut rest = Rest::of(other, other_root, other_alloc);
        while let Some(span) = rest.source.span() {
            // SAFETY: passed on; a pair is seated next.
            let place = match unsafe { self.room_at(edge, alloc) } {
                Ok(place) => place,
                Err(layout) => return (count, Err(layout)),
            };
            // SAFETY: the span is the next one.
            let (key, value) = unsafe { rest.source.take_first::<K, V, S>(&span, &mut rest.stock) };
            // SAFETY: told just now.
            unsafe { self.seat(place, key, value) };
            if let Some((root, edge)) = self.root.zip(edge.as_mut()) {
                edge.next(root);
            }
            count += 1;
            rest.stock.give_back();
        }
        (count, Ok(()))
    }
}

/// The first and the last slot of a tree.
fn ends(root: ErasedRoot) -> [ErasedSlot; 2] {
    let (first, last) = (ErasedEdge::first(root), ErasedEdge::last(root));
    let slot = |node, index| ErasedSlot { node, level: 0, index };
    [slot(first.leaf, 0), slot(last.leaf, last.index - 1)]
}

impl<K: Ord, V, S: Shape<K>> Tree<K, V, S> {
    /// Moves all pairs of `other` over, each to its place; an equal key stays and takes the value.
    ///
    /// Stops between two pairs if a comparison panics or an allocation fails or panics: every pair
    /// is then in one of the two trees, and those of this tree stay.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`, those of the other from `other_alloc`. If `shares`
    /// is true, nodes of either may be given back through the other.
    pub(crate) unsafe fn append<A: Allocator>(
        &mut self,
        alloc: &A,
        other: &mut Self,
        other_alloc: &A,
        shares: bool,
    ) -> Result<(), Layout> {
        let Some(other_root) = other.root else { return Ok(()) };
        if !shares {
            // SAFETY: passed on.
            return unsafe { self.append_pairs(alloc, other, other_root, other_alloc) };
        }
        if self.root.is_none() {
            mem::swap(self, other);
            return Ok(());
        }
        let (is_before, is_behind) = self.compare_ends(other);
        let is_apart = is_before || is_behind;
        let is_few = if is_apart { other_root.level == 0 } else { self.outnumbers(other.len) };
        if is_few {
            // SAFETY: passed on.
            return unsafe { self.append_pairs(alloc, other, other_root, other_alloc) };
        }
        if is_apart {
            // SAFETY: the allocators share memory, and neither is empty.
            return unsafe { self.join_apart(alloc, other, is_before) };
        }
        // SAFETY: the allocators share memory, and neither is empty.
        unsafe { merge(self, other, alloc) }
    }

    /// Moves all pairs of `other` over, each to its place; where a key is there, `on_equal` gets
    /// this tree, the place, and the pair, which does not go in.
    ///
    /// Stops between two pairs if a comparison or `on_equal` panics, or if an allocation fails or
    /// panics: every other pair is then in one of the two trees.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`, those of the other from `other_alloc`.
    pub(crate) unsafe fn append_with<A: Allocator>(
        &mut self,
        alloc: &A,
        other: &mut Self,
        other_alloc: &A,
        mut on_equal: impl FnMut(&mut Self, Place<K, V, S>, (K, V)),
    ) -> Result<(), Layout> {
        let Some(root) = other.root else { return Ok(()) };
        let mut rest = Rest::of(other, root, other_alloc);
        while let Some(span) = rest.source.span() {
            // SAFETY: N1; nobody writes to the trees while keys are compared (C1).
            let key = unsafe { &*span.first().with(Known::<K, V, S>::NEW).key() };
            match self.place_of(key) {
                Ok(place) => {
                    // SAFETY: the span is the next one.
                    let pair = unsafe { rest.source.take_first::<K, V, S>(&span, &mut rest.stock) };
                    on_equal(self, place, pair);
                }
                Err(mut edge) => {
                    // SAFETY: an edge of this tree; a pair is seated next.
                    let place = unsafe { self.room_at(&mut edge, alloc) }?;
                    // SAFETY: the span is the next one.
                    let pair = unsafe { rest.source.take_first::<K, V, S>(&span, &mut rest.stock) };
                    // SAFETY: told just now.
                    unsafe { self.seat(place, pair.0, pair.1) };
                }
            }
            rest.stock.give_back();
        }
        Ok(())
    }

    /// Whether to search for each of so many pairs is less work than to go over all of this tree.
    pub(crate) fn outnumbers(&self, pairs: usize) -> bool {
        // What a search takes grows with the levels, and with the misses of large trees: measured.
        let height = self.len.checked_ilog2().unwrap_or(0) as usize + 1;
        pairs.saturating_mul(height * height / 16) < self.len
    }

    /// Whether all pairs of `other` come before those of this tree, or behind; neither is empty.
    pub(crate) fn compare_ends(&self, other: &Self) -> (bool, bool) {
        let (Some(root), Some(other_root)) = (self.erased_root(), other.erased_root()) else {
            unreachable!("both trees have a pair")
        };
        let key = |slot: ErasedSlot| slot.with(Known::<K, V, S>::NEW).key();
        let ([first, last], [other_first, other_last]) =
            (ends(root).map(key), ends(other_root).map(key));
        // SAFETY: N1; nobody writes to the trees while keys are compared (C1).
        let is_less = |a: *mut K, b: *mut K| unsafe { &*a } < unsafe { &*b };
        let is_behind = is_less(last, other_first);
        (!is_behind && is_less(other_last, first), is_behind)
    }

    /// `append` pair by pair; nodes of the other tree go back as they empty.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// As for `append`; `root` is the root of the other tree.
    unsafe fn append_pairs<A: Allocator>(
        &mut self,
        alloc: &A,
        other: &mut Self,
        root: Root<K, V, S>,
        other_alloc: &A,
    ) -> Result<(), Layout> {
        let mut rest = Rest::of(other, root, other_alloc);
        while let Some(span) = rest.source.span() {
            // SAFETY: N1; nobody writes to the trees while keys are compared (C1).
            let key = unsafe { &*span.first().with(Known::<K, V, S>::NEW).key() };
            // SAFETY: the nodes stem from `alloc`; a pair is seated next.
            let ready = unsafe { self.ready(key, alloc) }?;
            // SAFETY: the span is the next one.
            let pair = unsafe { rest.source.take_first::<K, V, S>(&span, &mut rest.stock) };
            match ready {
                // SAFETY: told just now.
                Ready::Room(place) => unsafe { self.seat(place, pair.0, pair.1) },
                // SAFETY: a slot of this tree, which is borrowed for writing.
                Ready::Equal(slot) => unsafe { overwrite(slot, pair, OnEqual::KeepKey) },
            }
            rest.stock.give_back();
        }
        Ok(())
    }
}
