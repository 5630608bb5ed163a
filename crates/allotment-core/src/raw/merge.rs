//! Merging two trees whose keys interleave: both are consumed from the front, and their nodes, as
//! they empty, become those of the whole.
//!
//! Each pair is compared and then moved to the last leaf of the whole. Between any two, what was
//! merged, what is left of the one tree and what is left of the other become trees whenever they
//! have to: when a comparison panics, when the allocator fails, or at the end.

use core::alloc::Layout;
use core::cmp::Ordering;
use core::hint::select_unpredictable;
use core::mem::{needs_drop, take};
use core::ptr::copy_nonoverlapping;

use allotment_alloc::Allocator;

use crate::raw::erased::ErasedTree;
use crate::raw::fill::Fill;
use crate::raw::join::join_mending;
use crate::raw::node::ErasedNode;
use crate::raw::path::ErasedSlot;
use crate::raw::shape::Shape;
use crate::raw::source::{Source, Span};
use crate::raw::stock::Stock;
use crate::raw::tree::Tree;
use crate::raw::types::{Erased, Known};

/// A merge under way. Dropped, it makes trees of what there is.
struct Merge<'a, K, V, S: Shape<K>, A: Allocator> {
    own: &'a mut Tree<K, V, S>,
    other: &'a mut Tree<K, V, S>,
    parts: Parts<'a, A>,
}

/// What there is of the two trees amid a merge.
struct Parts<'a, A: Allocator> {
    own: Source,
    other: Source,
    merged: Fill<Erased>,
    /// Beyond what the next step needs, it has what `settle` does.
    stock: Stock<'a, A>,
    /// Internal nodes that `settle` needs at most.
    kept: usize,
    is_done: bool,
}

impl<'a, A: Allocator> Parts<'a, A> {
    /// All of two trees, the roots of which it gives all slots.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// As for [`merge`].
    unsafe fn new(
        own: &mut ErasedTree,
        other: &mut ErasedTree,
        alloc: &'a A,
    ) -> Result<Self, Layout> {
        for tree in [&mut *own, &mut *other] {
            // SAFETY: the allocators share memory.
            unsafe { tree.make_whole(alloc) }?;
        }
        let (Some(own_root), Some(other_root)) = (own.root, other.root) else {
            unreachable!("both trees have a pair")
        };
        let (height, geometry) = (own_root.level.max(other_root.level), own_root.node.geometry());
        // What is merged gets at most one level more than the higher tree has, and the root above
        // it one more.
        let kept = height + 2;
        let mut stock = Stock::new(geometry, alloc);
        stock.reserve(2, kept + height)?;
        let merged = Fill::new(geometry, None, 0);
        let (own, other) = (Source::new(own_root, own.len), Source::new(other_root, other.len));
        Ok(Self { own, other, merged, stock, kept, is_done: false })
    }

    /// [`Fill::grow`], once there are nodes for it.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// As for that.
    #[cold]
    unsafe fn grow(&mut self) -> Result<ErasedSlot, Layout> {
        let (leaves, internals) = self.merged.needs();
        self.stock.reserve(leaves, internals + self.kept)?;
        // SAFETY: passed on; the nodes are reserved.
        Ok(unsafe { self.merged.grow(&mut self.stock) })
    }

    /// [`Fill::seated`], and goes on behind the pair.
    ///
    /// # Safety
    ///
    /// As for that, and for [`pass`](Self::pass).
    #[cold]
    unsafe fn seated(&mut self, slot: ErasedSlot, spans: (&Span, &Span), taken: (usize, usize)) {
        // SAFETY: passed on.
        unsafe { self.merged.seated(slot) };
        // SAFETY: passed on.
        unsafe { self.pass(spans, taken) };
    }

    /// [`Fill::keep`], and goes on behind the pairs.
    ///
    /// # Safety
    ///
    /// As for that, and for [`pass`](Self::pass); they are as many as were taken, but for equal
    /// keys.
    #[inline(never)]
    unsafe fn keep(
        &mut self,
        (leaf, start, count): (ErasedNode, usize, usize),
        spans: (&Span, &Span),
        taken: (usize, usize),
    ) {
        // SAFETY: passed on.
        unsafe { self.merged.keep(leaf, start, count) };
        // SAFETY: passed on.
        unsafe { self.pass(spans, taken) };
    }

    /// Goes on behind so many slots of either span.
    ///
    /// # Safety
    ///
    /// They are the next ones, and those pairs were moved out.
    unsafe fn pass(
        &mut self,
        (own, other): (&Span, &Span),
        (own_taken, other_taken): (usize, usize),
    ) {
        // SAFETY: passed on.
        unsafe { self.own.advance(own, own_taken, &mut self.stock) };
        // SAFETY: as above.
        unsafe { self.other.advance(other, other_taken, &mut self.stock) };
    }

    /// Makes trees of what there is, the own one and the other, and joins them: what was merged and
    /// what is left of the own tree; and, if the merge is done, what is left of the other.
    ///
    /// # Safety
    ///
    /// The parts are not used again.
    unsafe fn settle(&mut self, own: &mut ErasedTree, other: &mut ErasedTree) {
        let [mut of_own, mut of_other, mut of_merged, mut of_second] = self.stock.spares();
        // SAFETY: the source is not used again.
        let (own_rest, own_len) = unsafe { self.own.whole(&mut of_own) };
        // SAFETY: as above.
        let (other_rest, other_len) = unsafe { self.other.whole(&mut of_other) };
        let (merged, merged_len) = self.merged.finish();
        // SAFETY: it is mended at its left border, and enough nodes were kept.
        let root = unsafe { join_mending(merged, own_rest, &mut self.stock, &mut of_merged) };
        *own = ErasedTree { root, len: merged_len + own_len };
        *other = ErasedTree { root: other_rest, len: other_len };
        if self.is_done {
            // SAFETY: as above; one of the two has nothing left, so only one join needs nodes.
            own.root = unsafe { join_mending(root, other_rest, &mut self.stock, &mut of_second) };
            own.len += take(other).len;
        }
    }
}

/// Merges `other` into `own`, neither of which is empty; equal keys stay and take the value of the
/// other. O(n + m); what is allocated is a few nodes.
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
/// The nodes of both trees stem from `alloc` or from one that shares memory with it.
pub(super) unsafe fn merge<K: Ord, V, S: Shape<K>, A: Allocator>(
    own: &mut Tree<K, V, S>,
    other: &mut Tree<K, V, S>,
    alloc: &A,
) -> Result<(), Layout> {
    // SAFETY: passed on.
    let parts = unsafe { Parts::new(&mut own.edit(), &mut other.edit(), alloc) }?;
    let mut merge = Merge { own, other, parts };
    while let Some(own) = merge.parts.own.span() {
        let Some(other) = merge.parts.other.span() else { break };
        merge.step(&own, &other)?;
    }
    merge.parts.is_done = true;
    Ok(())
}

impl<K: Ord, V, S: Shape<K>, A: Allocator> Merge<'_, K, V, S, A> {
    /// Merges until a span or the last leaf is at its end, or until an equal key leaves something
    /// to be dropped.
    fn step(&mut self, own: &Span, other: &Span) -> Result<(), Layout> {
        let mut garbage = None;
        let mut fronts = Fronts {
            own: Self::halves(own.first()),
            other: Self::halves(other.first()),
            taken: (0, 0),
        };
        if let Some((leaf, start)) = self.parts.merged.room() {
            let mut moved = Moved {
                parts: &mut self.parts,
                fronts,
                spans: (own, other),
                leaf,
                start,
                count: 0,
            };
            let limit = leaf.capacity() - start;
            let end = Self::halves(ErasedSlot { node: leaf, level: 0, index: start });
            while moved.count < limit && garbage.is_none() && moved.fronts.are_within(own, other) {
                // SAFETY: neither front is at its end.
                let order = unsafe { moved.fronts.compare() };
                let to = beyond(end, moved.count);
                // SAFETY: as above; there is room at the end of the leaf.
                garbage = unsafe { moved.fronts.take(order, to) };
                moved.count += 1;
            }
        } else {
            // SAFETY: a span has a slot at least.
            let order = unsafe { fronts.compare() };
            // SAFETY: there is no room.
            let to = unsafe { self.parts.grow() }?;
            // SAFETY: the slot was made for the pair.
            garbage = unsafe { fronts.take(order, Self::halves(to)) };
            // SAFETY: just now, and the spans are the next ones.
            unsafe { self.parts.seated(to, (own, other), fronts.taken) };
        }
        drop(garbage);
        Ok(())
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Merge<'_, K, V, S, A> {
    /// Where the key and the value of a slot are.
    fn halves(slot: ErasedSlot) -> Halves<K, V> {
        let slot = slot.with(Known::<K, V, S>::NEW);
        (slot.key(), slot.value())
    }
}

/// Pairs that were moved to a leaf. Dropped, also if a comparison unwinds, they are accounted for.
struct Moved<'m, 'a, K, V, A: Allocator> {
    parts: &'m mut Parts<'a, A>,
    fronts: Fronts<K, V>,
    spans: (&'m Span, &'m Span),
    leaf: ErasedNode,
    start: usize,
    count: usize,
}

impl<K, V, A: Allocator> Drop for Moved<'_, '_, K, V, A> {
    fn drop(&mut self) {
        let moved = (self.leaf, self.start, self.count);
        // SAFETY: so many pairs were moved there, from these spans, which are the next ones.
        unsafe { self.parts.keep(moved, self.spans, self.fronts.taken) };
    }
}

/// Where the key and the value of a slot are.
type Halves<K, V> = (*mut K, *mut V);

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
    fn are_within(&self, own: &Span, other: &Span) -> bool {
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

impl<K, V, S: Shape<K>, A: Allocator> Drop for Merge<'_, K, V, S, A> {
    fn drop(&mut self) {
        // SAFETY: the merge ends here.
        unsafe { self.parts.settle(&mut self.own.edit(), &mut self.other.edit()) };
    }
}
