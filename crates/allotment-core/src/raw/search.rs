//! Finding a key: the *ask* phase, and the only file of the engine that compares.
//!
//! Integer keys are searched down to a leaf whatever is met on the way, so that nothing depends on
//! a comparison but addresses, and the processor overlaps independent look-ups. A key that stands
//! in an internal node is the successor of the last edge of a leaf: only there is it looked for.
//! The search for other keys stops at an equal one, on whatever level.

use core::borrow::Borrow;
use core::ptr;

use crate::raw::bytes::bytes_of;
use crate::raw::image::{Image, with_image};
use crate::raw::kind::is_same;
use crate::raw::node::Node;
use crate::raw::path::{Edge, Path, Root, Slot};
use crate::raw::prefetch::PREFETCH_LEVEL;
use crate::raw::rank::{Sought, Steps, integer_rank, rank};
use crate::raw::shape::{MAX_HEIGHT, Shape};

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

/// Descends to where `rank` says, telling `step` of each level and the edge taken there; answers
/// the slot of an equal key and true, or the edge of a leaf, as an index, and false.
#[inline]
fn descend<K, V, S: Shape<K>>(
    root: Root<K, V, S>,
    mut rank: impl FnMut(Node<K, V, S>, usize) -> (usize, bool),
    mut step: impl FnMut(usize, usize),
) -> (Slot<K, V, S>, bool) {
    let (mut node, mut level) = (root.node, root.level);
    loop {
        let (index, found) = rank(node, level);
        if found || level == 0 {
            return (Slot { node, level, index }, found);
        }
        step(level, index);
        // SAFETY: N2, and `rank` answers at most `len`.
        node = unsafe { node.child(index) };
        level -= 1;
        if root.level - level >= PREFETCH_LEVEL {
            // Above leaves a node with heads is large, and a search reads little of it.
            if level == 0 || !node.has_heads() {
                node.prefetch_on(level);
            }
        }
    }
}

/// [`descend`] for keys that are no integers.
#[inline]
fn descend_by_key<K, V, S, Q>(
    root: Root<K, V, S>,
    key: &Q,
    step: impl FnMut(usize, usize),
) -> (Slot<K, V, S>, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    if S::MAY_BE_BYTES
        && let Some(bytes) = bytes_sought::<K, Q, S>(key)
    {
        let mut sought = Sought::new(bytes);
        return descend(
            root,
            |node, level| sought.rank(node, level, Steps::on(level, root.level)),
            step,
        );
    }
    descend(root, |node, _| rank(node, key), step)
}

/// The index of a key in a leaf, and whether the key there is equal.
#[inline]
pub(super) fn rank_in_leaf<K, V, S, Q>(leaf: Node<K, V, S>, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    if S::MAY_BE_BYTES
        && let Some(bytes) = bytes_sought::<K, Q, S>(key)
    {
        return Sought::new(bytes).rank(leaf, 0, Steps::Root);
    }
    rank(leaf, key)
}

/// The bytes by which a search for a `Q` among `K` can compare, if both are byte strings: another
/// `Q` that is borrowed from a `K` may have an order of its own, though it should not. To be asked
/// only where keys may be byte strings.
#[inline]
pub(super) fn bytes_sought<K, Q: ?Sized, S: Shape<K>>(key: &Q) -> Option<&[u8]> {
    if !S::are_bytes() {
        return None;
    }
    if is_same::<K, Q>() {
        // SAFETY: a `Q` is a `K`.
        let bytes = unsafe { S::bytes(ptr::from_ref(key).cast::<K>()) };
        // SAFETY: they last as long as the key.
        return Some(unsafe { &*bytes });
    }
    bytes_of(key)
}

/// Where a descent for an integer key ends: an index in a leaf, and the edge of its parent that led
/// there, which is the leaf's own index again if there is no parent.
struct End<K, V, S> {
    leaf: Node<K, V, S>,
    index: usize,
    parent: Node<K, V, S>,
    edge: usize,
}

/// Descends to the leaf where an integer key belongs; `step` is told of each level above and the
/// edge taken there.
#[inline(always)]
fn descend_integer<K, V, S: Shape<K>, I: Image>(
    root: Root<K, V, S>,
    key: I,
    mut step: impl FnMut(usize, usize),
) -> End<K, V, S> {
    let (mut node, mut rank) = (root.node, integer_rank(root.node, Steps::Root, key));
    let mut above = (node, rank);
    if root.level > 0 {
        step(root.level, rank);
        // SAFETY: N2, and the rank is at most `len`.
        node = unsafe { node.child(rank) };
    }
    for level in (0..root.level).rev() {
        rank = if root.level - level < PREFETCH_LEVEL {
            integer_rank(node, Steps::Parts, key)
        } else {
            node.prefetch_on(level);
            integer_rank(node, Steps::Halves, key)
        };
        if level > 0 {
            step(level, rank);
            above = (node, rank);
            // SAFETY: as above; only a root may have fewer slots (T2).
            node = unsafe { node.child_of_whole(rank) };
        }
    }
    End { leaf: node, index: rank, parent: above.0, edge: above.1 }
}

/// Whether a search for a `Q` among `K` can compare integers: a `Q` that is merely borrowed from a
/// `K` need not be one. To be asked only where keys may be integers.
#[inline]
pub(super) fn compares_integers<K, Q: ?Sized, S: Shape<K>>() -> bool {
    is_same::<K, Q>() && S::are_integers()
}

/// Whether the key in `slot` is the one searched for.
///
/// # Safety
///
/// A slot of the tree.
#[inline(always)]
pub(super) unsafe fn is_equal<K, V, S: Shape<K>, I: Image>(slot: Slot<K, V, S>, key: I) -> bool {
    // SAFETY: N1, by the caller's promise.
    unsafe { S::load::<I>(slot.key()) == key }
}

/// [`search`] for an integer key. Compiled once, and called by all that search for the way.
#[inline(never)]
fn search_integer<K, V, S: Shape<K>, I: Image>(
    root: Root<K, V, S>,
    key: I,
    path: &mut Path,
) -> Packed<K, V, S> {
    let end = descend_integer(root, key, |level, edge| path.set(level, edge));
    match root.slot_after(end.leaf, end.index, path) {
        // SAFETY: a slot of the tree.
        Some(slot) if unsafe { is_equal(slot, key) } => {
            (slot.node, FOUND | slot.level << LEVEL_AT | slot.index)
        }
        _ => (end.leaf, end.index),
    }
}

/// [`search`] for a byte string. Compiled once, as that.
#[inline(never)]
fn search_bytes<K, V, S, Q>(root: Root<K, V, S>, key: &Q, path: &mut Path) -> Packed<K, V, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    let (slot, is_equal) = descend_by_key(root, key, |level, index| path.set(level, index));
    let place = if is_equal { FOUND | slot.level << LEVEL_AT } else { 0 };
    (slot.node, place | slot.index)
}

/// The answer of a search as it fits two registers, since what goes through memory is waited for: a
/// leaf and the index of an edge; or a node and, packed, a slot of an equal key with its level.
type Packed<K, V, S> = (Node<K, V, S>, usize);

/// The bit where the level begins that is packed with an index.
const LEVEL_AT: u32 = 8;

/// The bit, above level and index, that says that the key was found.
const FOUND: usize = 1 << 15;

const _: () = assert!(MAX_HEIGHT << LEVEL_AT <= FOUND);

/// The slot of an equal key, if the answer is one.
#[inline(always)]
fn found<K, V, S>((node, packed): Packed<K, V, S>) -> Option<Slot<K, V, S>> {
    let (level, index) = ((packed & (FOUND - 1)) >> LEVEL_AT, packed & ((1 << LEVEL_AT) - 1));
    (packed & FOUND != 0).then_some(Slot { node, level, index })
}

/// [`find`] for an integer key.
#[inline(always)]
fn find_integer<K, V, S: Shape<K>, I: Image>(root: Root<K, V, S>, key: I) -> Option<Slot<K, V, S>> {
    let End { leaf, index, parent, edge } = descend_integer(root, key, |_, _| {});
    let slot = if index < leaf.len() {
        Slot { node: leaf, level: 0, index }
    } else if edge < parent.len() {
        Slot { node: parent, level: 1, index: edge }
    } else {
        return find_above(root, key);
    };
    // SAFETY: a slot of the tree.
    unsafe { is_equal(slot, key) }.then_some(slot)
}

/// Searches the higher nodes for a key that is in no leaf and no parent of one.
#[cold]
fn find_above<K, V, S: Shape<K>, I: Image>(root: Root<K, V, S>, key: I) -> Option<Slot<K, V, S>> {
    found(search_integer(root, key, &mut Path::new()))
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
    S: Shape<K>,
{
    let answer = if S::MAY_BE_INTEGERS && compares_integers::<K, Q, S>() {
        with_image!(I of S => {
            // SAFETY: `Q` is `K`.
            let key: I = unsafe { S::load(ptr::from_ref(key).cast()) };
            search_integer(root, key, &mut edge.path)
        })
    } else if S::MAY_BE_BYTES && S::are_bytes() {
        search_bytes(root, key, &mut edge.path)
    } else {
        let (slot, found) = descend_by_key(root, key, |level, index| edge.path.set(level, index));
        if found {
            return Search::Found(slot);
        }
        (slot.node, slot.index)
    };
    match found(answer) {
        Some(slot) => Search::Found(slot),
        None => {
            (edge.leaf, edge.index) = answer;
            Search::Missing
        }
    }
}

/// Searches for `key` when the way does not matter.
#[inline]
pub(crate) fn find<K, V, S, Q>(root: Root<K, V, S>, key: &Q) -> Option<Slot<K, V, S>>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    if S::MAY_BE_INTEGERS && compares_integers::<K, Q, S>() {
        return with_image!(I of S => {
            // SAFETY: `Q` is `K`.
            let key: I = unsafe { S::load(ptr::from_ref(key).cast()) };
            find_integer(root, key)
        });
    }
    let (slot, found) = descend_by_key(root, key, |_, _| {});
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
    S: Shape<K>,
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

/// Moves `edge`, wherever it was before, behind the keys for which `is_before` answers true: those
/// come before all others, if it answers as it should.
pub(crate) fn move_behind<K, V, S: Shape<K>>(
    root: Root<K, V, S>,
    edge: &mut Edge<K, V, S>,
    mut is_before: impl FnMut(&K) -> bool,
) {
    let mut rank = |node: Node<K, V, S>, _| {
        let (mut start, mut end) = (0, node.len());
        while start < end {
            let middle = start + (end - start) / 2;
            // SAFETY: N1: `middle < len`.
            let key = unsafe { &*node.keys().wrapping_add(middle) };
            if is_before(key) { start = middle + 1 } else { end = middle }
        }
        (start, false)
    };
    let (slot, _) = descend(root, &mut rank, |level, index| edge.path.set(level, index));
    (edge.leaf, edge.index) = (slot.node, slot.index);
}
