//! Putting a pair in at an edge: shift to a sibling, or split, or simply seat it.
//!
//! ```text
//! full root that has not all slots     ->  a node with more slots takes its place; above leaves
//!                                          that is done before anything else
//! full leaf, and a sibling with room   ->  move slots over through the parent; no node needed;
//!                                          a dense shape asks siblings further away as well
//! full leaf, otherwise                 ->  split it; the pivot goes up to the parent, which may
//!                                          be full and split as well, up to a new root
//! ```
//!
//! A split takes the middle, with two exceptions, which keep what streams of ascending keys leave
//! behind full. At the two ends of the map it leaves all on one side. And where the latest pairs
//! went in one behind the other it takes the place where the next one goes in, so that the stream
//! goes on in a leaf with room, or in a new one. A shift asks for some room in the sibling, since
//! moving one slot at a time would shift on every insertion; at the ends any room will do, as it
//! comes up once a leaf.
//!
//! Takes for granted N0 to N3, T1, P1. Does not care about order.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::geometry::Geometry;
use crate::raw::heads::{divide, note_more};
use crate::raw::node::NodeOf;
use crate::raw::path::{Edge, EdgeOf, ErasedRoot, Path, RootOf};
use crate::raw::shape::Shape;
use crate::raw::slots::{
    Run, Slots, insert_carry, rotate_left, rotate_right, split, transfer_edges,
};
use crate::raw::spare::{Spare, Supply};
use crate::raw::totals::{recount, recount_child};
use crate::raw::types::{Erased, Types};

/// How many leaves away a full one looks for room, on either side, where leaves are kept dense.
const DENSE_REACH: usize = 16;

/// Leaves of a tree below which it is a small one.
const SMALL: usize = 500;

/// Slots below which a node has few: where keys are compared one by one, or pairs are large.
const NARROW: usize = 23;

/// Pairs that went in one behind the other before a split counts on the next one to follow.
const RUN_MIN: usize = 4;

/// How to make room at an edge: decided in the ask phase, by reading lengths.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    step: Step,
    /// Where the edge is, before and after.
    pub(crate) ends: Ends,
}

/// Where a full leaf gets its room from.
#[derive(Clone, Copy)]
enum Step {
    /// Begin a tree, or replace a leaf that is all of it.
    Grow,
    /// Move so many slots to the left, over so many leaves.
    ShiftLeft(usize, usize),
    /// Move so many slots to the right, over so many leaves.
    ShiftRight(usize, usize),
    /// Split the leaf at this slot.
    Split(usize),
}

/// Whether a pair can go in at `edge` as it is; `None` is the only edge of an empty tree.
#[inline]
pub(crate) fn has_room<K, V, S: Shape<K>>(edge: Option<&Edge<K, V, S>>) -> bool {
    edge.is_some_and(|edge| !edge.leaf.is_full())
}

/// Obtains the nodes that a plan takes, which are of so many levels.
///
/// # Errors
///
/// The layout that the allocator could not serve.
pub(crate) fn reserve<A: Allocator>(
    levels: usize,
    root: Option<ErasedRoot>,
    spare: &mut Spare<'_, A>,
) -> Result<(), Layout> {
    let (top, slots) = root.map_or((0, 0), |root| (root.level, root.node.slots()));
    if levels <= top {
        return spare.reserve(levels);
    }
    // The highest of the nodes is to be the root, in place of this one or above it.
    let level = levels - 1;
    spare.reserve(level)?;
    let replaced = if level == top { slots } else { 0 };
    spare.reserve_root(level, spare.geometry().slots_after(replaced, level))
}

/// On how many of the lowest levels a plan needs a node.
pub(crate) fn levels_needed<T: Types>(plan: Plan, place: Option<(RootOf<T>, &EdgeOf<T>)>) -> usize {
    match (plan.step, place) {
        (Step::Grow, _) => 1,
        (Step::Split(_), Some((root, edge))) => {
            let full = full_levels(root, &edge.path);
            full + usize::from(full > root.level && root.node.is_whole())
        }
        _ => 0,
    }
}

/// Whether a plan that takes nodes of so many levels would split a root that has not all slots:
/// that gets more of them first.
pub(crate) fn widens_root(levels: usize, root: ErasedRoot) -> bool {
    // One that has all slots comes with a level more, for the root above it.
    root.level > 0 && levels == root.level + 1
}

/// How many nodes on a path are full, from the leaf, which is, on without a gap.
fn full_levels<T: Types>(root: RootOf<T>, path: &Path) -> usize {
    let is_full = |&level: &usize| root.node_at(path, level).is_full();
    1 + (1..=root.level).take_while(is_full).count()
}

/// Which end of the map an edge is at.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) first: bool,
    pub(crate) last: bool,
}

impl Ends {
    pub(crate) fn of<T: Types>(root: RootOf<T>, edge: &EdgeOf<T>) -> Self {
        let mut ends = Self { first: edge.index == 0, last: edge.index == edge.leaf.len() };
        let mut node = root.node;
        for level in (1..=root.level).rev() {
            if !ends.first && !ends.last {
                break;
            }
            let edge = edge.path.edge(level);
            ends.first &= edge == 0;
            ends.last &= edge == node.len();
            // SAFETY: P1.
            node = unsafe { node.child(edge) };
        }
        ends
    }
}

/// Decides how to make room at an edge, which has none; `None` is that of an empty tree.
pub(crate) fn choose<T: Types>(place: Option<(RootOf<T>, &EdgeOf<T>)>) -> Plan {
    let Some((root, edge)) = place else {
        return Plan { step: Step::Grow, ends: Ends { first: true, last: true } };
    };
    let ends = Ends::of(root, edge);
    Plan { step: choose_step(root, edge, ends), ends }
}

/// [`choose`], given where the edge is.
fn choose_step<T: Types>(root: RootOf<T>, edge: &EdgeOf<T>, ends: Ends) -> Step {
    if !edge.leaf.is_whole() {
        return Step::Grow;
    }
    let capacity = root.node.capacity();
    let split = Step::Split(leaf_pivot(edge, ends));
    if root.level == 0 {
        return split;
    }
    let (parent, at) = (root.node_at(&edge.path, 1), edge.path.edge(1));
    let room = |index: usize| {
        // SAFETY: N2; only asked for edges of the parent, below.
        capacity - unsafe { parent.child(index) }.len()
    };
    let left = if at > 0 { room(at - 1) } else { 0 };
    let right = if at < parent.len() { room(at + 1) } else { 0 };
    let (in_run, last) = (is_run(edge.leaf, edge.index), capacity - 1);
    if left > 0 && (ends.last || in_run && edge.index > last) {
        Step::ShiftLeft(left, 1)
    } else if right > 0 && (ends.first || in_run && edge.index == last) {
        Step::ShiftRight(if ends.first { right } else { 1 }, 1)
    } else if ends.first || ends.last || in_run {
        split
    } else {
        nearest_room(parent, at, root.level).unwrap_or(split)
    }
}

/// The nearest leaf below `parent` with room for slots of the one at `at`, if it is near enough, in
/// a tree whose root stands on `top`.
fn nearest_room<T: Types>(parent: NodeOf<T>, at: usize, top: usize) -> Option<Step> {
    let Geometry { capacity, is_dense, .. } = *parent.geometry();
    // An eighth of a node, or a quarter of one of few slots: little enough for well-filled leaves,
    // enough to shift rarely. Half of that where memory counts for more; and half a node where
    // there is little of it, and where a shift is a good part of what an insertion costs.
    let is_small = capacity.saturating_pow(top as u32) < SMALL;
    let part = if is_dense {
        16
    } else if is_small {
        2
    } else if capacity < NARROW {
        4
    } else {
        8
    };
    let threshold = (capacity / part).max(2);
    let reach = if is_dense { DENSE_REACH } else { 1 };
    let worthwhile = |index: usize| {
        // SAFETY: N2; only asked for edges of the parent, below.
        let room = capacity - unsafe { parent.child(index) }.len();
        (room >= threshold).then_some(room.div_ceil(2))
    };
    (1..=reach).find_map(|leaves| {
        let left = at.checked_sub(leaves).and_then(worthwhile);
        let right =
            || Some(at + leaves).filter(|index| *index <= parent.len()).and_then(worthwhile);
        match left {
            Some(count) => Some(Step::ShiftLeft(count, leaves)),
            None => right().map(|count| Step::ShiftRight(count, leaves)),
        }
    })
}

/// Whether a pair or an edge that goes in at `slot` goes on with a run.
fn is_run<T: Types>(node: NodeOf<T>, slot: usize) -> bool {
    node.run_to(slot) >= RUN_MIN
}

/// The slot of a full leaf that goes up in a split. A pair that comes in at an edge up to it goes
/// to the left part.
fn leaf_pivot<T: Types>(edge: &EdgeOf<T>, ends: Ends) -> usize {
    let last = edge.leaf.capacity() - 1;
    if ends.first || ends.last || !is_run(edge.leaf, edge.index) {
        return pivot(edge.leaf, ends);
    }
    // A run in the middle goes on in the left part, which has room then; one at the end in the
    // right part. At the last slot the left part would have all, and the right part nothing (T2).
    match edge.index {
        index if index == last => last - 1,
        index => index.min(last),
    }
}

/// The slot of a full internal node that goes up in a split, for an edge that comes in at `at`.
fn internal_pivot<T: Types>(node: NodeOf<T>, at: usize, ends: Ends) -> usize {
    let (last, least) = (node.capacity() - 1, node.geometry().fill_least);
    if ends.first || ends.last || !is_run(node, at) {
        return pivot(node, ends);
    }
    at.clamp(least, last - least)
}

/// The slot that goes up if no run asks for another: the middle, so that both halves end up within
/// one of each other, or one nearby that suits byte strings better.
fn pivot<T: Types>(node: NodeOf<T>, ends: Ends) -> usize {
    let last = node.capacity() - 1;
    if ends.last {
        last
    } else if ends.first {
        0
    } else {
        divide(node.erased(), last.div_ceil(2), node.geometry().fill_least)
    }
}

/// Carries a plan out, after which `edge` is the same position and has room.
///
/// # Safety
///
/// `plan` was made for this very root and edge, and the tree has not changed since, but for a root
/// that got more slots if the plan asks for it; `supply` has the nodes that it needs. A pair is
/// seated next (T2).
pub(crate) unsafe fn make_room<T: Types>(
    root: &mut RootOf<T>,
    edge: &mut EdgeOf<T>,
    plan: Plan,
    supply: &mut dyn Supply,
) {
    match plan.step {
        Step::Grow => {
            // SAFETY: the supply has a leaf with more slots.
            let larger = unsafe { replace_root(root.erased(), supply) };
            *root = larger.with(edge.leaf.types());
            edge.leaf = root.node;
        }
        // SAFETY: the plan was made for this edge.
        Step::ShiftLeft(count, leaves) => unsafe { shift_left(*root, edge, count, leaves) },
        // SAFETY: as above.
        Step::ShiftRight(count, leaves) => unsafe { shift_right(*root, edge, count, leaves) },
        // SAFETY: as above.
        Step::Split(pivot) => unsafe { split_up(root, edge, (pivot, plan.ends), supply) },
    }
    recount(root.erased(), &edge.path);
}

/// Moves all that the root has to the node that `supply` has for its level: the root from then on.
///
/// # Safety
///
/// That node has slots enough.
pub(super) unsafe fn replace_root(root: ErasedRoot, supply: &mut dyn Supply) -> ErasedRoot {
    let level = root.level;
    let (old, new) = (root.node, supply.take(level));
    let len = old.len();
    new.set_skipped(old.skipped());
    // SAFETY: two nodes of one level, the new one with room.
    unsafe { Slots::of(old, level).transfer(0, (Slots::of(new, level), 0), len) };
    if level > 0 {
        // SAFETY: it has one edge more than slots.
        unsafe { transfer_edges((old, 0), (new, 0), len + 1) };
    }
    new.set_len(len);
    // SAFETY: the slots of a node of the tree have keys.
    unsafe { note_more(new) };
    // SAFETY: nobody knows the old node any more, and what it had has moved.
    unsafe { supply.put(level, old) };
    ErasedRoot { node: new, level }
}

/// Moves `count` slots of the leaf at `edge` to its left sibling, and `edge` with them if it lies
/// among them; before that as many from each leaf to the one on its left, `leaves` away at most.
///
/// # Safety
///
/// So many leaves lie to the left below the same parent. The leaf has more than `count` slots or
/// `edge` at its end; the last one of them has room for `count` and, if `edge` goes over, one more,
/// and those between have as many slots.
unsafe fn shift_left<T: Types>(root: RootOf<T>, edge: &mut EdgeOf<T>, count: usize, leaves: usize) {
    let (parent, at) = (root.node_at(&edge.path, 1), edge.path.edge(1) - 1);
    for between in at + 1 - leaves..at {
        // One more than comes after, so that the last one has room for `edge`.
        // SAFETY: the slot between two of those leaves; the left one has room by now.
        unsafe { rotate_left(parent, 1, between, count + 1) };
        // SAFETY: N2; it is complete.
        unsafe { recount_child(parent.erased(), 1, between) };
    }
    // SAFETY: N2, `at` is an edge of the parent.
    let left = unsafe { parent.child(at) };
    let left_len = left.len();
    // SAFETY: `at` is the slot between the siblings; the caller saw room for `count`.
    unsafe { rotate_left(parent, 1, at, count) };
    if edge.index >= count {
        edge.index -= count;
    } else {
        edge.leaf = left;
        edge.index += left_len + 1;
        edge.path.set(1, at);
    }
}

/// The mirror image of `shift_left`.
///
/// # Safety
///
/// As for `shift_left`, with the sides exchanged.
unsafe fn shift_right<T: Types>(
    root: RootOf<T>,
    edge: &mut EdgeOf<T>,
    count: usize,
    leaves: usize,
) {
    let (parent, at) = (root.node_at(&edge.path, 1), edge.path.edge(1));
    for between in (at + 1..at + leaves).rev() {
        // One more than comes after, so that the last one has room for `edge`.
        // SAFETY: the slot between two of those leaves; the right one has room by now.
        unsafe { rotate_right(parent, 1, between, count + 1) };
        // SAFETY: N2; it is complete.
        unsafe { recount_child(parent.erased(), 1, between + 1) };
    }
    // SAFETY: `at` is the slot between the siblings; the caller saw room for `count`.
    unsafe { rotate_right(parent, 1, at, count) };
    let rest = edge.leaf.len();
    if edge.index > rest {
        // SAFETY: N2, the leaf is not the last child.
        edge.leaf = unsafe { parent.child(at + 1) };
        edge.index -= rest + 1;
        edge.path.set(1, at + 1);
    }
}

/// What a split on one level hands to the level above.
struct Carry<T> {
    /// The node whose last slot holds the pair that goes up.
    waiting: NodeOf<T>,
    /// The new node, which goes behind that pair.
    right: NodeOf<T>,
    /// Whether the tracked edge went to the new node.
    went_right: bool,
}

impl<T: Types> Carry<T> {
    /// Where the pair is that goes up from `level`.
    fn run(&self, level: usize) -> Run<T> {
        (Slots::of(self.waiting, level), self.waiting.capacity() - 1)
    }

    /// The same, of whose pair no more is known.
    fn erased(self) -> Carry<Erased> {
        let Self { waiting, right, went_right } = self;
        Carry { waiting: waiting.erased(), right: right.erased(), went_right }
    }
}

/// Splits the leaf at `edge`, at `pivot`, and every full node above it; `edge` stays where the pair
/// goes.
///
/// # Safety
///
/// The leaf is full, and `supply` has a node for each full level from there on upwards, and one for
/// a new root if all are; a root that is full has all slots.
unsafe fn split_up<T: Types>(
    root: &mut RootOf<T>,
    edge: &mut EdgeOf<T>,
    (pivot, ends): (usize, Ends),
    supply: &mut dyn Supply,
) {
    let types = root.node.types();
    // SAFETY: the leaf is full, the node is new.
    let (leaf, index, carry) =
        unsafe { split_at((edge.leaf, 0, edge.index), supply.take(0).with(types), pivot) };
    (edge.leaf, edge.index) = (leaf, index);
    let parent = (root.level > 0).then(|| root.node_at(&edge.path, 1));
    if let Some(parent) = parent.filter(|parent| !parent.is_full()) {
        let at = edge.path.edge(1);
        // SAFETY: there is room, and the pair waits one level below.
        unsafe { insert_carry((Slots::of(parent, 1), at), carry.run(0), carry.right) };
        edge.path.set(1, at + usize::from(carry.went_right));
        return;
    }
    // SAFETY: the carry comes from the leaf on the path; the rest is passed on.
    let higher = unsafe { carry_up(root.erased(), &mut edge.path, (carry.erased(), ends), supply) };
    *root = higher.with(types);
}

/// [`split_up`] from the leaf on: every so many splits of one. Answers the root.
///
/// # Safety
///
/// `carry` comes from a split of the leaf that `path` leads to; as for `split_up` besides.
unsafe fn carry_up(
    root: ErasedRoot,
    path: &mut Path,
    (mut carry, ends): (Carry<Erased>, Ends),
    supply: &mut dyn Supply,
) -> ErasedRoot {
    for level in 1..=root.level {
        let (node, at) = (root.node_at(path, level), path.edge(level));
        let (waiting, moved) = (carry.run(level - 1), usize::from(carry.went_right));
        if !node.is_full() {
            // SAFETY: there is room, and the pair waits one level below.
            unsafe { insert_carry((Slots::of(node, level), at), waiting, carry.right) };
            path.set(level, at + moved);
            return root;
        }
        let pivot = internal_pivot(node, at, ends);
        // SAFETY: the node is full, the other one is new.
        let (half, index, next) = unsafe { split_at((node, level, at), supply.take(level), pivot) };
        // SAFETY: a half of a full node has room, and the pair waits one level below.
        unsafe { insert_carry((Slots::of(half, level), index), waiting, carry.right) };
        path.set(level, index + moved);
        carry = next;
    }
    // Every level has split, so a node for the new root was reserved.
    let level = root.level + 1;
    let node = supply.take(level);
    // SAFETY: edge 0 of a new internal node.
    unsafe { node.set_child(0, root.node) };
    // SAFETY: the new root has room, and the pair waits one level below.
    unsafe { insert_carry((Slots::of(node, level), 0), carry.run(level - 1), carry.right) };
    path.set(level, usize::from(carry.went_right));
    ErasedRoot { node, level }
}

/// Splits a full node for a pair that comes in at an edge: answers where that edge is now, and what
/// goes up.
///
/// # Safety
///
/// The node given is full, `right` is a new node of its level, and `pivot` is one of its slots.
unsafe fn split_at<T: Types>(
    (node, level, at): (NodeOf<T>, usize, usize),
    right: NodeOf<T>,
    pivot: usize,
) -> (NodeOf<T>, usize, Carry<T>) {
    // SAFETY: full and new, by the caller's promise.
    unsafe { split(node, right, level, pivot) };
    let went_right = at > pivot;
    let carry = Carry { waiting: node, right, went_right };
    if went_right { (right, at - pivot - 1, carry) } else { (node, at, carry) }
}
