//! Cloning a tree in its shape: node by node, without a search and without a split.
//!
//! A copy is a tree at every moment, lacking only what has not been cloned yet: a pair counts as
//! soon as it is in, and an internal node gets its pair and the child behind it together. So if
//! `clone` panics, or the allocator fails or panics, what is there is dropped like any tree.
//!
//! Leaves of plain data are copied whole. That a type needs no drop does not make it plain: its
//! `clone` may do what it likes.
//!
//! Takes for granted N0 to N3, T1. Does not care about order or fill.

use core::alloc::Layout;
use core::mem::{ManuallyDrop, needs_drop};

use allotment_alloc::Allocator;

use crate::raw::ahead::ask_for_children;
use crate::raw::bytes::is_bytes;
use crate::raw::dying::Dying;
use crate::raw::integer::is_integer;
use crate::raw::kind::is_same;
use crate::raw::node::Node;
use crate::raw::path::Root;
use crate::raw::shape::Shape;
use crate::raw::totals::recount_child;

/// A copy in the making: dropped, it takes what was copied with it.
struct Copied<'a, K, V, S: Shape<K>, A: Allocator> {
    root: Root<K, V, S>,
    /// Slots of the node and of all below it.
    len: usize,
    alloc: &'a A,
}

impl<K, V, S: Shape<K>, A: Allocator> Copied<'_, K, V, S, A> {
    /// The copy, to keep.
    fn keep(self) -> (Root<K, V, S>, usize) {
        let kept = ManuallyDrop::new(self);
        (kept.root, kept.len)
    }
}

impl<K, V, S: Shape<K>, A: Allocator> Drop for Copied<'_, K, V, S, A> {
    fn drop(&mut self) {
        // SAFETY: a tree of nodes from `alloc` that nobody else knows.
        unsafe { Dying::new(Some(self.root), self.len).finish(self.alloc) };
    }
}

/// Clones the tree under `root`; returns the root of the copy and how many pairs it has.
///
/// # Errors
///
/// The layout that the allocator could not serve; what had been cloned is dropped.
pub(super) fn copy<K: Clone, V: Clone, S: Shape<K>, A: Allocator>(
    root: Root<K, V, S>,
    alloc: &A,
) -> Result<(Root<K, V, S>, usize), Layout> {
    let Root { node, level } = root;
    let copied =
        if level == 0 { copy_leaf(node, alloc) } else { copy_internal(node, level, alloc) };
    copied.map(Copied::keep)
}

fn copy_leaf<K: Clone, V: Clone, S: Shape<K>, A: Allocator>(
    source: Node<K, V, S>,
    alloc: &A,
) -> Result<Copied<'_, K, V, S, A>, Layout> {
    if is_plain::<K>() && is_plain::<V>() {
        // SAFETY: the pairs own nothing.
        let node = unsafe { source.erased().copy_leaf(alloc) }?.with(source.types());
        return Ok(Copied { root: Root { node, level: 0 }, len: source.len(), alloc });
    }
    let node = source.allocate_alike(0, alloc)?;
    let mut copied = Copied { root: Root { node, level: 0 }, len: 0, alloc };
    node.set_skipped(source.skipped());
    for slot in 0..source.len() {
        clone_pair(source, 0, slot, node);
        node.set_len(slot + 1);
        copied.len = slot + 1;
    }
    Ok(copied)
}

fn copy_internal<K: Clone, V: Clone, S: Shape<K>, A: Allocator>(
    source: Node<K, V, S>,
    level: usize,
    alloc: &A,
) -> Result<Copied<'_, K, V, S, A>, Layout> {
    let child = |edge: usize| {
        ask_for_children(source.erased(), level, edge, source.leaf_ahead());
        // SAFETY: N2; asked for edges up to `len`, below.
        let node = unsafe { source.child(edge) };
        copy(Root { node, level: level - 1 }, alloc)
    };
    // The first child is on its own until it hangs in its parent.
    let (root, len) = child(0)?;
    let mut first = Copied { root, len, alloc };
    let node = source.allocate_alike(level, alloc)?;
    node.set_skipped(source.skipped());
    // SAFETY: edge 0 of a new internal node.
    unsafe { node.set_child(0, root.node) };
    // SAFETY: as above.
    unsafe { recount_child(node.erased(), level, 0) };
    first.root = Root { node, level };
    let mut copied = first;
    for slot in 0..source.len() {
        let (root, len) = child(slot + 1)?;
        let below = Copied { root, len, alloc };
        clone_pair(source, level, slot, node);
        // SAFETY: the copy has as many slots, and `slot + 1` is at most that.
        unsafe { node.set_child(slot + 1, root.node) };
        // SAFETY: as above.
        unsafe { recount_child(node.erased(), level, slot + 1) };
        node.set_len(slot + 1);
        let (_, len) = below.keep();
        copied.len += 1 + len;
    }
    Ok(copied)
}

/// Clones the pair in `slot` into the same slot of `target`, which owns nothing there yet.
#[inline]
fn clone_pair<K: Clone, V: Clone, S: Shape<K>>(
    source: Node<K, V, S>,
    level: usize,
    slot: usize,
    target: Node<K, V, S>,
) {
    // SAFETY: N1; asked for slots below `len` only.
    let key = unsafe { &*source.keys().wrapping_add(slot) }.clone();
    // SAFETY: as for the key.
    let value = unsafe { &*source.values(level).wrapping_add(slot) }.clone();
    // SAFETY: the copy has as many slots.
    unsafe { target.keys().wrapping_add(slot).write(key) };
    // SAFETY: as for the key.
    unsafe { target.values(level).wrapping_add(slot).write(value) };
    if source.has_heads() {
        target.set_head(slot, source.head(slot));
    }
}

/// Whether `T` is known to be plain data, whose clone is a copy of its bytes. Byte strings that own
/// nothing are references or arrays.
#[inline]
fn is_plain<T>() -> bool {
    let is_borrowed = !needs_drop::<T>() && is_bytes::<T>();
    let is_float = is_same::<T, f64>() || is_same::<T, f32>();
    is_integer::<T>() || is_borrowed || is_float || is_same::<T, ()>()
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use core::cmp::Reverse;

    use super::*;

    #[test]
    fn plain_data_is_known_and_nothing_else() {
        assert!(is_plain::<u64>() && is_plain::<f32>() && is_plain::<()>() && is_plain::<char>());
        assert!(is_plain::<[u8; 32]>() && is_plain::<Option<u64>>() && is_plain::<&str>());
        assert!(!is_plain::<&u64>() && !is_plain::<Reverse<f64>>() && !is_plain::<[u8; 5]>());
        assert!(!is_plain::<Box<str>>());
    }
}
