//! Finding many keys at once: they descend level by level, side by side.
//!
//! One look-up waits for a cache miss on each level before it knows where the next one is. Here all
//! keys of a group take their step on one level before any takes the next, and each asks for its
//! node to come while the others are compared, so that the misses of a group are one.

use core::borrow::Borrow;
use core::ptr;

use crate::raw::image::{Image, with_image};
use crate::raw::node::Node;
use crate::raw::path::{Root, Slot};
use crate::raw::prefetch::PREFETCH_LEVEL;
use crate::raw::rank::{Sought, Steps, integer_rank, rank};
use crate::raw::search::{bytes_sought, compares_integers, find, is_equal};
use crate::raw::shape::Shape;

/// Keys in a group: enough for as many misses as a core can have under way.
pub(crate) const GROUP: usize = 32;

/// Finds each of up to `GROUP` keys; `answer` is told the slot of each, by the key's place.
#[inline]
pub(crate) fn find_group<K, V, S, Q>(
    root: Root<K, V, S>,
    keys: &[&Q],
    answer: impl FnMut(usize, Option<Slot<K, V, S>>),
) where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    debug_assert!(keys.len() <= GROUP);
    if S::MAY_BE_INTEGERS && compares_integers::<K, Q, S>() {
        return with_image!(I of S => {
            find_integers::<K, V, S, Q, I>(root, keys, answer)
        });
    }
    let mut sought = [Sought::new(&[]); GROUP];
    let mut are_bytes = S::MAY_BE_BYTES;
    for (lane, key) in sought.iter_mut().zip(keys) {
        match are_bytes.then(|| bytes_sought::<K, Q, S>(*key)).flatten() {
            Some(bytes) => *lane = Sought::new(bytes),
            None => are_bytes = false,
        }
    }
    if S::MAY_BE_BYTES && are_bytes {
        let rank = |lane: usize, node, level| {
            sought[lane].rank(node, level, Steps::in_turns(level, root.level))
        };
        return find_others(root, keys.len(), rank, answer);
    }
    find_others(root, keys.len(), |lane, node, _| rank(node, keys[lane]), answer);
}

/// [`find_group`] for so many keys that are no integers; `rank` searches a node for one of them.
fn find_others<K, V, S: Shape<K>>(
    root: Root<K, V, S>,
    count: usize,
    mut rank: impl FnMut(usize, Node<K, V, S>, usize) -> (usize, bool),
    mut answer: impl FnMut(usize, Option<Slot<K, V, S>>),
) {
    let (mut nodes, mut done) = ([root.node; GROUP], [false; GROUP]);
    for level in (0..=root.level).rev() {
        for lane in 0..count {
            if done[lane] {
                continue;
            }
            let node = nodes[lane];
            let (index, is_equal) = rank(lane, node, level);
            if is_equal || level == 0 {
                done[lane] = true;
                answer(lane, is_equal.then_some(Slot { node, level, index }));
            } else {
                // SAFETY: N2, and `rank` answers at most `len`.
                nodes[lane] = unsafe { node.child(index) };
                come(nodes[lane], level - 1, root.level);
            }
        }
    }
}

/// [`find_group`] for integer keys, which all descend to a leaf.
#[inline(always)]
fn find_integers<K, V, S, Q, I>(
    root: Root<K, V, S>,
    keys: &[&Q],
    mut answer: impl FnMut(usize, Option<Slot<K, V, S>>),
) where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
    I: Image,
{
    if root.level == 0 {
        for (lane, key) in keys.iter().enumerate() {
            answer(lane, find(root, *key));
        }
        return;
    }
    // SAFETY: `Q` is `K`.
    let load = |key: &Q| unsafe { S::load::<I>(ptr::from_ref(key).cast()) };
    let mut lanes = [(I::narrow(0), root.node); GROUP];
    for (lane, key) in lanes.iter_mut().zip(keys) {
        lane.0 = load(key);
    }
    for level in (1..=root.level).rev() {
        for (key, node) in &mut lanes[..keys.len()] {
            let edge = integer_rank(*node, Steps::in_turns(level, root.level), *key);
            // SAFETY: N2, and the rank is at most `len`.
            *node = unsafe { node.child(edge) };
            come(*node, level - 1, root.level);
        }
    }
    for (lane, &(key, node)) in lanes[..keys.len()].iter().enumerate() {
        let index = integer_rank(node, Steps::Halves, key);
        if index < node.len() {
            let slot = Slot { node, level: 0, index };
            // SAFETY: a slot of the tree.
            answer(lane, unsafe { is_equal(slot, key) }.then_some(slot));
        } else {
            // It may stand in an internal node; one key in a node's worth does.
            answer(lane, find(root, keys[lane]));
        }
    }
}

/// Asks for a node to come, if the tree is one of which not all is at hand.
#[inline(always)]
fn come<K, V, S: Shape<K>>(node: Node<K, V, S>, level: usize, top: usize) {
    if top < PREFETCH_LEVEL {
        return;
    }
    if level == 0 || node.has_heads() {
        node.prefetch_searched();
    } else {
        node.prefetch_internal();
    }
}
