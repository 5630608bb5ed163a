//! Merging two trees whose keys interleave: both are consumed from the front, and their nodes, as
//! they empty, become those of the whole.
//!
//! Each pair is compared and then moved to the last leaf of the whole. Between any two, what was
//! merged, what is left of the one tree and what is left of the other become trees whenever they
//! have to: when a comparison panics, when the allocator fails, or at the end.

use core::alloc::Layout;
use core::cmp::Ordering;
use core::hint::select_unpredictable;
use core::mem::needs_drop;
use core::ptr::copy_nonoverlapping;

use allotment_alloc::Allocator;

use crate::raw::fill::Fill;
use crate::raw::join::join_mending;
use crate::raw::node::Node;
use crate::raw::path::{Root, Slot};
use crate::raw::shape::Shape;
use crate::raw::source::{Source, Span};
use crate::raw::spare::Spare;
use crate::raw::stock::Stock;
use crate::raw::tree::Tree;

/// A merge under way. Dropped, it makes trees of what there is.
struct Merge<'a, K, V, S: Shape<K>, A: Allocator> {
    own: &'a mut Tree<K, V, S>,
    other: &'a mut Tree<K, V, S>,
    alloc: &'a A,
    own_rest: Source<K, V, S>,
    other_rest: Source<K, V, S>,
    merged: Fill<K, V, S>,
    /// Beyond what the next step needs, it has what `settle` does.
    stock: Stock<'a, K, V, S, A>,
    /// Internal nodes that `settle` needs at most.
    kept: usize,
    is_done: bool,
}

/// Merges `other`, under `roots.1`, into `own`, under `roots.0`; equal keys stay and take the value
/// of the other. O(n + m); what is allocated is a few nodes.
///
/// If a comparison or the drop of a pair panics, or the allocator fails or panics, every pair is in
/// one of the two.
///
/// # Errors
///
/// The layout that the allocator could not serve.
///
/// # Safety
///
/// The nodes of both trees stem from `alloc` or from one that shares memory with it; both roots
/// have all slots.
pub(super) unsafe fn merge<K: Ord, V, S: Shape<K>, A: Allocator>(
    own: &mut Tree<K, V, S>,
    other: &mut Tree<K, V, S>,
    roots: (Root<K, V, S>, Root<K, V, S>),
    alloc: &A,
) -> Result<(), Layout> {
    // What is merged gets at most one level more than the higher tree has, and the root above it
    // one more.
    let kept = roots.0.level.max(roots.1.level) + 2;
    let mut stock = Stock::new(alloc);
    stock.reserve(2, kept + roots.0.level.max(roots.1.level))?;
    let own_rest = Source::new(roots.0, own.len);
    let other_rest = Source::new(roots.1, other.len);
    let merged = Fill::new(None, 0);
    let is_done = false;
    let mut merge = Merge { own, other, alloc, own_rest, other_rest, merged, stock, kept, is_done };
    while let Some(own) = merge.own_rest.span() {
        let Some(other) = merge.other_rest.span() else { break };
        merge.step(&own, &other)?;
    }
    merge.is_done = true;
    Ok(())
}

impl<K: Ord, V, S: Shape<K>, A: Allocator> Merge<'_, K, V, S, A> {
    /// Merges until a span or the last leaf is at its end, or until an equal key leaves something
    /// to be dropped.
    fn step(&mut self, own: &Span<K, V, S>, other: &Span<K, V, S>) -> Result<(), Layout> {
        let mut garbage = None;
        let mut fronts =
            Fronts { own: halves(own.first()), other: halves(other.first()), taken: (0, 0) };
        if let Some((leaf, start)) = self.merged.room() {
            let mut moved =
                Moved { merge: self, fronts, spans: (own, other), leaf, start, count: 0 };
            let limit = Node::<K, V, S>::capacity() - start;
            let end = halves(Slot { node: leaf, level: 0, index: start });
            while moved.count < limit && garbage.is_none() && moved.fronts.are_within(own, other) {
                // SAFETY: neither front is at its end.
                let order = unsafe { moved.fronts.compare() };
                let to = beyond(end, moved.count);
                // SAFETY: as above; there is room at the end of the leaf.
                garbage = unsafe { moved.fronts.take(order, to) };
                moved.count += 1;
            }
        } else {
            let (leaves, internals) = self.merged.needs();
            self.stock.reserve(leaves, internals + self.kept)?;
            // SAFETY: a span has a slot at least.
            let order = unsafe { fronts.compare() };
            // SAFETY: there is no room, and the nodes were reserved.
            let to = unsafe { self.merged.grow(&mut self.stock) };
            // SAFETY: the slot was made for the pair.
            garbage = unsafe { fronts.take(order, halves(to)) };
            // SAFETY: just now.
            unsafe { self.merged.seated(to) };
            self.pass((own, other), fronts.taken);
        }
        drop(garbage);
        Ok(())
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Merge<'_, K, V, S, A> {
    /// Goes on behind so many slots of either span.
    fn pass(
        &mut self,
        (own, other): (&Span<K, V, S>, &Span<K, V, S>),
        (own_taken, other_taken): (usize, usize),
    ) {
        // SAFETY: those pairs were moved out.
        unsafe { self.own_rest.advance(own, own_taken, &mut self.stock) };
        // SAFETY: as above.
        unsafe { self.other_rest.advance(other, other_taken, &mut self.stock) };
    }
}

/// Pairs that were moved to a leaf. Dropped, also if a comparison unwinds, they are accounted for.
struct Moved<'m, 'a, K, V, S: Shape<K>, A: Allocator> {
    merge: &'m mut Merge<'a, K, V, S, A>,
    fronts: Fronts<K, V>,
    spans: (&'m Span<K, V, S>, &'m Span<K, V, S>),
    leaf: Node<K, V, S>,
    start: usize,
    count: usize,
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Moved<'_, '_, K, V, S, A> {
    fn drop(&mut self) {
        // SAFETY: so many pairs were moved there.
        unsafe { self.merge.merged.keep(self.leaf, self.start, self.count) };
        self.merge.pass(self.spans, self.fronts.taken);
    }
}

/// Where the key and the value of a slot are.
type Halves<K, V> = (*mut K, *mut V);

fn halves<K, V, S: Shape<K>>(slot: Slot<K, V, S>) -> Halves<K, V> {
    (slot.key(), slot.value())
}

/// The slot `count` behind another one.
#[inline]
fn beyond<K, V>((key, value): Halves<K, V>, count: usize) -> Halves<K, V> {
    (key.wrapping_add(count), value.wrapping_add(count))
}

/// The first slots of two spans, and how many were taken from there on.
struct Fronts<K, V> {
    own: Halves<K, V>,
    other: Halves<K, V>,
    taken: (usize, usize),
}

impl<K, V> Fronts<K, V> {
    /// Whether there is a slot left in both.
    #[inline]
    fn are_within<S>(&self, own: &Span<K, V, S>, other: &Span<K, V, S>) -> bool {
        self.taken.0 < own.count && self.taken.1 < other.count
    }

    /// How the next key of the own span compares to that of the other.
    ///
    /// # Safety
    ///
    /// There is a slot left in both.
    #[inline]
    unsafe fn compare(&self) -> Ordering
    where
        K: Ord,
    {
        // SAFETY: N1; nobody writes to the trees while keys are compared (C1).
        let own = unsafe { &*self.own.0.wrapping_add(self.taken.0) };
        // SAFETY: as above.
        own.cmp(unsafe { &*self.other.0.wrapping_add(self.taken.1) })
    }

    /// Moves the pair that comes next; of two with equal keys, the own key and the other value,
    /// and answers the rest if it must be dropped.
    ///
    /// # Safety
    ///
    /// There is a slot left in both, whose keys compare like that; `to` owns nothing yet.
    #[inline]
    unsafe fn take(&mut self, order: Ordering, to: Halves<K, V>) -> Option<(K, V)> {
        let (own_taken, other_taken) = self.taken;
        let (own, other) = (beyond(self.own, own_taken), beyond(self.other, other_taken));
        let (takes_own, takes_other) = (order != Ordering::Greater, order != Ordering::Less);
        let key = select_unpredictable(takes_own, own.0, other.0);
        let value = select_unpredictable(takes_other, other.1, own.1);
        // SAFETY: a slot of a span to one that owns nothing.
        unsafe { copy_nonoverlapping(key, to.0, 1) };
        // SAFETY: as above.
        unsafe { copy_nonoverlapping(value, to.1, 1) };
        self.taken = (own_taken + usize::from(takes_own), other_taken + usize::from(takes_other));
        if order != Ordering::Equal || !needs_drop::<(K, V)>() {
            return None;
        }
        // SAFETY: N1; neither was moved, and both slots are taken.
        Some((unsafe { other.0.read() }, unsafe { own.1.read() }))
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Merge<'_, K, V, S, A> {
    /// Makes trees of what there is, and joins them: what was merged and what is left of the own
    /// tree; and, if the merge is done, what is left of the other.
    fn settle(&mut self, freed: &mut [Spare<'_, K, V, S, A>; 4]) {
        let [of_own, of_other, of_merged, of_second] = freed;
        // SAFETY: the source is not used again.
        let (own, own_len) = unsafe { self.own_rest.whole(of_own) };
        // SAFETY: as above.
        let (other, other_len) = unsafe { self.other_rest.whole(of_other) };
        let (merged, merged_len) = self.merged.finish();
        // SAFETY: `own` is mended at its left border, and enough nodes were kept.
        let root = unsafe { join_mending(merged, own, &mut self.stock, of_merged) };
        *self.own = Tree::of(root, merged_len + own_len);
        if self.is_done {
            // SAFETY: as above; one of the two has nothing left, so only one join needs nodes.
            let root = unsafe { join_mending(root, other, &mut self.stock, of_second) };
            *self.own = Tree::of(root, merged_len + own_len + other_len);
            *self.other = Tree::new();
        } else {
            *self.other = Tree::of(other, other_len);
        }
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Merge<'_, K, V, S, A> {
    fn drop(&mut self) {
        let alloc = self.alloc;
        let mut freed = [(); 4].map(|()| Spare::new(alloc));
        self.settle(&mut freed);
    }
}
