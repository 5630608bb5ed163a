//! Pairs that come in at the end of a tree, as long as their keys ascend: one comparison each.
//!
//! The last leaf is filled without counting its slots, and then another one is begun behind it. The
//! tree learns of all that when the stream ends, whether by a key out of order, at the end of the
//! iterator, or as either unwinds.

use core::cmp::Ordering;

use allotment_alloc::Allocator;

use crate::raw::fill::Fill;
use crate::raw::hint::Hint;
use crate::raw::node::Node;
use crate::raw::path::{Edge, Slot};
use crate::raw::shape::Shape;
use crate::raw::stock::Stock;
use crate::raw::tree::{OnEqual, Refused, Tree, overwrite};
use crate::raw::types::{Known, geometry_of};

/// A tree that grows at its end. Dropped, it is whole again.
struct Stream<'a, K, V, S: Shape<K>, A: Allocator> {
    tree: &'a mut Tree<K, V, S>,
    fill: Fill<Known<K, V, S>>,
    /// The slot of the last pair.
    last: Option<Slot<K, V, S>>,
    stock: Stock<'a, A>,
}

/// Why a stream ends.
enum End<K, V> {
    /// The iterator is at its end.
    Finished,
    /// This pair belongs before the last one.
    Before((K, V)),
    /// This pair finds no tree, or one that takes another root.
    Outgrown((K, V)),
}

/// A leaf that is being filled. Dropped, it has its pairs.
struct Filled<'f, K, V, S: Shape<K>> {
    fill: &'f mut Fill<Known<K, V, S>>,
    last: &'f mut Slot<K, V, S>,
    leaf: Node<K, V, S>,
    start: usize,
    len: usize,
}

impl<K, V, S: Shape<K>> Drop for Filled<'_, K, V, S> {
    fn drop(&mut self) {
        if self.len > self.start {
            *self.last = Slot { node: self.leaf, level: 0, index: self.len - 1 };
        }
        // SAFETY: so many pairs were put in.
        unsafe { self.fill.keep(self.leaf, self.start, self.len - self.start) };
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Stream<'_, K, V, S, A> {
    fn drop(&mut self) {
        (self.tree.root, self.tree.len) = self.fill.finish();
    }
}

impl<K: Ord, V, S: Shape<K>> Tree<K, V, S> {
    /// Puts pairs in as long as none belongs before the last one, and answers the first that does;
    /// `None` at the end of the iterator.
    ///
    /// # Errors
    ///
    /// A pair, if the allocator could not serve it; those before are in.
    ///
    /// # Safety
    ///
    /// The nodes stem from `alloc`.
    pub(crate) unsafe fn push_ascending<A: Allocator>(
        &mut self,
        pairs: &mut impl Iterator<Item = (K, V)>,
        on_equal: OnEqual,
        alloc: &A,
    ) -> Result<Option<(K, V)>, Refused<K, V>> {
        loop {
            self.hint = Hint::NONE;
            let (fill, last) = (Fill::new(Known::NEW, self.root, self.len), self.last_slot());
            let stock = Stock::new(geometry_of::<K, V, S>(), alloc);
            let mut stream = Stream { tree: self, fill, last, stock };
            let (key, value) = match stream.run(pairs, on_equal)? {
                End::Finished => return Ok(None),
                End::Before(pair) => return Ok(Some(pair)),
                End::Outgrown(pair) => pair,
            };
            drop(stream);
            // A root begins small, and larger ones take its place.
            let mut edge = self.root.map(Edge::last);
            // SAFETY: the last edge of the tree; the rest is passed on.
            unsafe { self.insert_at(&mut edge, key, value, alloc) }?;
        }
    }
}

impl<K: Ord, V, S: Shape<K>, A: Allocator> Stream<'_, K, V, S, A> {
    /// Puts pairs in until the stream ends.
    fn run(
        &mut self,
        pairs: &mut impl Iterator<Item = (K, V)>,
        on_equal: OnEqual,
    ) -> Result<End<K, V>, Refused<K, V>> {
        while let Some((pair, order)) = self.fill_leaf(pairs) {
            match (order, self.last) {
                (Ordering::Greater, _) => return Ok(End::Before(pair)),
                // SAFETY: the slot of a pair with an equal key, in a tree borrowed for writing.
                (Ordering::Equal, Some(slot)) => unsafe { overwrite(slot, pair, on_equal) },
                _ if self.fill.is_outgrown() => return Ok(End::Outgrown(pair)),
                _ => self.grow(pair)?,
            }
        }
        Ok(End::Finished)
    }

    /// Puts pairs into the last leaf until one comes that does not go there, and answers it and how
    /// the last key compares to its own; `None` at the end of the iterator.
    #[inline]
    fn fill_leaf(
        &mut self,
        pairs: &mut impl Iterator<Item = (K, V)>,
    ) -> Option<((K, V), Ordering)> {
        let (Some(last), Some((leaf, start))) = (&mut self.last, self.fill.room()) else {
            let pair = pairs.next()?;
            let order = self.last.map_or(Ordering::Less, |last| {
                // SAFETY: N1; nobody writes to the tree while keys are compared (C1).
                unsafe { &*last.key() }.cmp(&pair.0)
            });
            return Some((pair, order));
        };
        let (slots, mut greatest) = (leaf.slots(), last.key());
        let mut filled = Filled { fill: &mut self.fill, last, leaf, start, len: start };
        loop {
            let pair = pairs.next()?;
            // SAFETY: N1; the last key stays where it is until the next one is in.
            let order = unsafe { &*greatest }.cmp(&pair.0);
            if order != Ordering::Less || filled.len == slots {
                return Some((pair, order));
            }
            let (index, (key, value)) = (filled.len, pair);
            greatest = leaf.keys().wrapping_add(index);
            // SAFETY: there is room for a slot, which owns nothing yet.
            unsafe { greatest.write(key) };
            // SAFETY: as for the key.
            unsafe { leaf.values(0).wrapping_add(index).write(value) };
            filled.len += 1;
        }
    }

    /// Puts a pair in behind a last leaf that is full.
    #[cold]
    fn grow(&mut self, (key, value): (K, V)) -> Result<(), Refused<K, V>> {
        let (leaves, internals) = self.fill.needs();
        if let Err(layout) = self.stock.reserve(leaves, internals) {
            return Err(Refused { layout, key, value });
        }
        // SAFETY: the last leaf is full, and the nodes were reserved.
        let slot = unsafe { self.fill.grow(&mut self.stock) };
        // SAFETY: the slot was made for the pair and owns nothing yet.
        unsafe { slot.key().write(key) };
        // SAFETY: as for the key.
        unsafe { slot.value().write(value) };
        // SAFETY: just now.
        unsafe { self.fill.seated(slot) };
        self.last = Some(slot);
        Ok(())
    }
}
