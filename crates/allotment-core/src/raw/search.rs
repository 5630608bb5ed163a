//! Finding a key: the *ask* phase, and the only file of the engine that compares.
//!
//! Within a node, keys of a machine word are searched without branches, so that the processor
//! overlaps independent look-ups. Where each comparison has a branch anyway, or may be a cache
//! miss, small nodes are searched from key to key, and larger ones by halves, both with an early
//! exit.
//!
//! Whatever the comparisons answer, indices stay within `0..=len`: order is not trusted for safety.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::hint::select_unpredictable;
use core::mem::{needs_drop, size_of};

use crate::raw::node::Node;
use crate::raw::path::{Edge, Root, Slot};
use crate::raw::shape::Shape;

/// Slots up to which keys that cannot be compared without branches are compared one by one.
const LINEAR_MAX: usize = 16;

/// The answer of a search.
pub(crate) enum Search<K, V, S> {
    /// The pair with an equal key; the path of the edge leads to it.
    Found(Slot<K, V, S>),
    /// There is none; it would go in at the edge.
    Missing,
}

/// A side of a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// Descends towards `key`, telling `step` of each level and the edge taken there; answers the slot
/// of an equal key and true, or the edge of a leaf, as an index, and false.
#[inline]
fn descend<K, V, S, Q>(
    root: Root<K, V, S>,
    key: &Q,
    mut step: impl FnMut(usize, usize),
) -> (Slot<K, V, S>, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let (mut node, mut level) = (root.node, root.level);
    loop {
        let (index, found) = within(node, key);
        if found || level == 0 {
            return (Slot { node, level, index }, found);
        }
        step(level, index);
        // SAFETY: N2, and `within` answers at most `len`.
        node = unsafe { node.child(index) };
        level -= 1;
    }
}

/// Searches for `key`, and writes the way to `edge`, whatever it was before.
#[inline]
pub(crate) fn search<K, V, S, Q>(
    root: Root<K, V, S>,
    key: &Q,
    edge: &mut Edge<K, V, S>,
) -> Search<K, V, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let (slot, found) = descend(root, key, |level, index| edge.path.set(level, index));
    if found {
        return Search::Found(slot);
    }
    (edge.leaf, edge.index) = (slot.node, slot.index);
    Search::Missing
}

/// Searches for `key` when the way does not matter.
#[inline]
pub(crate) fn find<K, V, S, Q>(root: Root<K, V, S>, key: &Q) -> Option<Slot<K, V, S>>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let (slot, found) = descend(root, key, |_, _| {});
    found.then_some(slot)
}

/// Moves `edge`, wherever it was before, beside `key`: on the given side of an equal pair should
/// there be one.
pub(crate) fn move_beside<K, V, S, Q>(
    root: Root<K, V, S>,
    key: &Q,
    side: Side,
    edge: &mut Edge<K, V, S>,
) where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    if let Search::Found(Slot { node, level, index }) = search(root, key, edge) {
        let index = index + usize::from(side == Side::After);
        (edge.leaf, edge.index) = (node, index);
        if level > 0 {
            edge.path.set(level, index);
            // SAFETY: N2; the slot is below `len`, so both edges beside it exist.
            let child = unsafe { node.child(index) };
            match side {
                Side::Before => edge.descend_last(child, level - 1),
                Side::After => edge.descend_first(child, level - 1),
            }
        }
    }
}

/// The index of the first key not less than `key`, at most `len`, and whether it is equal.
#[inline]
fn within<K, V, S, Q>(node: Node<K, V, S>, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let len = node.len();
    if const { size_of::<K>() <= 8 && !needs_drop::<K>() } {
        without_branches(node, len, key)
    } else if const { Node::<K, V, S>::CAPACITY <= LINEAR_MAX } {
        one_by_one(node, len, key)
    } else {
        three_way(node, len, key)
    }
}

/// Compares the key in `slot` to `key`.
///
/// # Safety
///
/// `slot < len`.
#[inline]
unsafe fn compare<K, V, S, Q>(node: Node<K, V, S>, slot: usize, key: &Q) -> Ordering
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    // SAFETY: N1; nobody writes to the tree while keys are compared (C1).
    let own = unsafe { &*node.keys().wrapping_add(slot) };
    own.borrow().cmp(key)
}

/// Halves the range by a conditional move: as many steps whatever the keys, none mispredicted.
#[inline]
fn without_branches<K, V, S, Q>(node: Node<K, V, S>, len: usize, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let (mut base, mut rest) = (0, len);
    while rest > 1 {
        let half = rest / 2;
        // SAFETY: `base + rest <= len` throughout, and `half <= rest`.
        let less = unsafe { compare(node, base + half - 1, key) } == Ordering::Less;
        base = select_unpredictable(less, base + half, base);
        rest -= half;
    }
    if rest == 0 {
        return (0, false);
    }
    // SAFETY: `base + 1 <= len`.
    match unsafe { compare(node, base, key) } {
        Ordering::Equal => (base, true),
        Ordering::Greater => (base, false),
        Ordering::Less => (base + 1, false),
    }
}

/// Goes from key to key, and stops at the first that is not less. The processor predicts "less" and
/// fetches the next keys meanwhile, where a binary search would wait for each.
#[inline]
fn one_by_one<K, V, S, Q>(node: Node<K, V, S>, len: usize, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    for slot in 0..len {
        // SAFETY: `slot < len`.
        match unsafe { compare(node, slot, key) } {
            Ordering::Less => {}
            Ordering::Equal => return (slot, true),
            Ordering::Greater => return (slot, false),
        }
    }
    (len, false)
}

/// Binary search that stops at an equal key.
#[inline]
fn three_way<K, V, S, Q>(node: Node<K, V, S>, len: usize, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape,
{
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        // SAFETY: `middle < high <= len`.
        match unsafe { compare(node, middle, key) } {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return (middle, true),
            Ordering::Greater => high = middle,
        }
    }
    (low, false)
}
