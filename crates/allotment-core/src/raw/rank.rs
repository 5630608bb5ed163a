//! Searching the keys of one node: each way of comparing has one here.
//!
//! All answer the index of the first key that is not less, at most `len`, whatever the comparisons
//! say: order is not trusted for safety.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::hint::select_unpredictable;

use crate::raw::bytes::{alike, head_of};
use crate::raw::geometry::are_halved;
use crate::raw::image::Image;
use crate::raw::node::Node;
use crate::raw::prefetch::PREFETCH_LEVEL;
use crate::raw::shape::Shape;

/// How a search without branches goes about a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Steps {
    /// By parts, and no further than `len`, or one by one where there are few slots: for a node
    /// that is met by one look-up after the other, which is a root. Of any other, no processor
    /// foresees the `len`.
    Root,
    /// By parts, all slots: the shortest wait, where the node is at hand.
    Parts,
    /// By halves, all slots: the fewest keys are read, where a node is still on its way from
    /// memory, or others are searched meanwhile.
    Halves,
}

impl Steps {
    /// Those for a node on `level` in a tree whose root stands on `top`.
    #[inline(always)]
    pub(super) fn on(level: usize, top: usize) -> Self {
        if level == top {
            Self::Root
        } else if level == 0 && top >= PREFETCH_LEVEL {
            Self::Halves
        } else {
            Self::Parts
        }
    }

    /// The same where the keys of a batch take turns in a node.
    #[inline(always)]
    pub(super) fn in_turns(level: usize, top: usize) -> Self {
        if level == top { Self::Root } else { Self::Halves }
    }
}

/// The index among integer keys, found in as many steps whatever the keys, none of which can be
/// mispredicted.
///
/// The slots above `len` hold the greatest integer (N4), which is less than nothing, so that the
/// steps need not depend on `len` either.
#[inline(always)]
pub(super) fn integer_rank<K, V, S: Shape<K>, I: Image>(
    node: Node<K, V, S>,
    steps: Steps,
    key: I,
) -> usize {
    let keys = node.keys();
    // SAFETY: N4: every slot of the node can be read as an integer.
    let load = |slot| unsafe { S::load::<I>(keys.wrapping_add(slot)) };
    let rank = if S::IS_WIDE {
        wide_rank(node, steps, load, key)
    } else {
        count_within(node, steps, |slot| load(slot) < key)
    };
    if S::IS_TRUSTED { rank } else { rank.min(node.len()) }
}

/// [`integer_rank`] for integers wider than a register, whose comparison is compiled to a branch.
///
/// Most keys of a node differ in their upper halves, or none does: one half decides then. Which is
/// the case is foreseen well, unlike what a comparison answers.
#[inline(always)]
fn wide_rank<K, V, S: Shape<K>, I: Image>(
    node: Node<K, V, S>,
    steps: Steps,
    load: impl Fn(usize) -> I,
    key: I,
) -> usize {
    let ((upper, lower), len) = (key.halves(), node.len());
    let (first, last) = (load(0).halves().0, load(len.max(1) - 1).halves().0);
    let is_less = |slot| load(slot).halves().1 < lower;
    // Unused slots hold no lower half that is less (N4), unless a shape was told what they hold.
    let is_padded = || S::IS_TRUSTED || len == node.slots() || !is_less(node.slots() - 1);
    if first == upper && last == upper && is_padded() {
        return count_within(node, steps, is_less);
    }
    let rank = count_within(node, steps, |slot| load(slot).halves().0 < upper);
    if rank < len && load(rank) < key {
        return whole_rank(node, steps, load, key);
    }
    rank
}

/// [`wide_rank`] where both halves decide. Not inlined, lest what the search above has read is kept
/// in registers for this one.
#[inline(never)]
fn whole_rank<K, V, S: Shape<K>, I: Image>(
    node: Node<K, V, S>,
    steps: Steps,
    load: impl Fn(usize) -> I,
    key: I,
) -> usize {
    count_within(node, steps, |slot| load(slot) < key)
}

/// Counts the slots of a node that are less than what is searched for, which come first. Those not
/// in use are not less.
#[inline(always)]
fn count_within<K, V, S: Shape<K>>(
    node: Node<K, V, S>,
    steps: Steps,
    is_less: impl Fn(usize) -> bool,
) -> usize {
    let capacity = node.capacity();
    debug_assert!(steps == Steps::Root || node.is_whole());
    match steps {
        Steps::Root if !node.is_whole() => count_one_by_one(node.len(), is_less),
        Steps::Root => count_by_parts(capacity, node.len(), is_less),
        Steps::Parts => count_by_parts(capacity, capacity, is_less),
        Steps::Halves => count_by_halves(capacity, is_less),
    }
}

/// Parts among which one step of a search decides.
///
/// A step has to wait for the one before, its comparisons not for each other: 63 slots are searched
/// by two steps of seven, which takes less time than six of one.
const PARTS: usize = 8;

/// Counts the slots that are less, which are among the first `len`. Each step tells in which part
/// of what is left they end, by adding its comparisons up, which is compiled to no branch.
///
/// The steps do not depend on `len`, but those that it makes needless are left out.
#[inline(always)]
fn count_by_parts(slots: usize, len: usize, is_less: impl Fn(usize) -> bool) -> usize {
    let (mut rank, mut outcomes) = (0, slots + 1);
    while outcomes > 1 {
        let part = outcomes.div_ceil(PARTS);
        if len >= part {
            let reaches = |start: usize| usize::from(is_less(rank + start - 1));
            let whole = (1..outcomes / part).map(|number| reaches(number * part)).sum::<usize>();
            // What is too little for a part of its own makes the last one begin later.
            let rest = outcomes % part;
            let late = if rest > 0 { rest * reaches(outcomes - part) } else { 0 };
            rank += whole * part + late;
        }
        outcomes = part;
    }
    rank
}

/// Counts the slots that are less, of a few, by looking at all of them.
#[inline(always)]
fn count_one_by_one(slots: usize, is_less: impl Fn(usize) -> bool) -> usize {
    (0..slots).map(|slot| usize::from(is_less(slot))).sum()
}

/// Counts the slots that are less, halving them by conditional moves.
///
/// Halving a number of slots that is not a power of two less one begins with a step that may
/// overlap the rest (L. E. Shar; D. Knuth, *The Art of Computer Programming*, volume 3, 6.2.1).
#[inline(always)]
fn count_by_halves(slots: usize, is_less: impl Fn(usize) -> bool) -> usize {
    // The greatest power of two such that one less fits.
    let mut step = (slots + 2).next_power_of_two() / 2;
    let overlap = slots + 1 - step;
    let mut rank = 0;
    if overlap > 0 {
        rank = select_unpredictable(is_less(overlap - 1), overlap, rank);
    }
    step /= 2;
    while step > 0 {
        rank = select_unpredictable(is_less(rank + step - 1), rank + step, rank);
        step /= 2;
    }
    rank
}

/// A byte string that is searched for on the way down.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    bytes: &'a [u8],
    /// Bytes that all keys of the node to be searched, and of all below it, have in common with it.
    known: usize,
}

impl<'a> Sought<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, known: 0 }
    }

    /// The index in a node on `level`, and whether the key there is equal.
    ///
    /// Keys are looked at only if their heads are equal, or to compare what the node skips, unless
    /// the keys around the edge that led here have that much in common.
    #[inline]
    pub(super) fn rank<K, V, S: Shape<K>>(
        &mut self,
        node: Node<K, V, S>,
        level: usize,
        steps: Steps,
    ) -> (usize, bool) {
        let (len, skipped) = (node.len(), node.skipped());
        if skipped > self.known {
            match self.compare_skipped(node, skipped) {
                Ordering::Less => return (0, false),
                Ordering::Equal => {}
                Ordering::Greater => return (len, false),
            }
        }
        let head = head_of(self.bytes, skipped);
        let mut rank = count_within(node, steps, |slot| node.head(slot) < head);
        let mut found = false;
        if rank < len && node.head(rank) == head {
            (rank, found) = self.rank_alike(node, rank, head);
        }
        if level > 0 && rank > 0 && rank < len {
            self.known = self.known.max(skipped + alike(node.head(rank - 1), node.head(rank)));
        }
        (rank, found)
    }

    /// How the first bytes compare to those that all keys of the node begin with.
    fn compare_skipped<K, V, S: Shape<K>>(&self, node: Node<K, V, S>, skipped: usize) -> Ordering {
        // SAFETY: a node that skips anything has a key.
        let own = unsafe { node.key_bytes(0) };
        let own = own.get(self.known..skipped).unwrap_or_default();
        let end = skipped.min(self.bytes.len());
        self.bytes.get(self.known..end).unwrap_or_default().cmp(own)
    }

    /// The index among keys whose heads are equal, of which `first` is the first.
    fn rank_alike<K, V, S: Shape<K>>(
        &self,
        node: Node<K, V, S>,
        first: usize,
        head: u64,
    ) -> (usize, bool) {
        // SAFETY: N1; asked for slots below `len` only.
        let compare = |slot| unsafe { node.key_bytes(slot) }.cmp(self.bytes);
        let (mut low, mut high) = (first, first + 1);
        while high < node.len() && node.head(high) == head {
            high += 1;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            match compare(middle) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return (middle, true),
                Ordering::Greater => high = middle,
            }
        }
        (low, false)
    }
}

/// The index, and whether the key there is equal.
#[inline]
pub(super) fn rank<K, V, S, Q>(node: Node<K, V, S>, key: &Q) -> (usize, bool)
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    let len = node.len();
    if const { are_halved::<K>() } {
        without_branches(node, len, key)
    } else {
        one_by_one(node, len, key)
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
    S: Shape<K>,
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
    S: Shape<K>,
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
    S: Shape<K>,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches so many slots, of which the first `rank` are less.
    fn assert_counts(slots: usize, len: usize, rank: usize) {
        let is_less_below = |end: usize| {
            move |slot: usize| {
                assert!(slot < end, "slot {slot} of {end}");
                slot < rank
            }
        };
        assert_eq!(count_by_parts(slots, len, is_less_below(slots)), rank);
        assert_eq!(count_by_halves(len, is_less_below(len)), rank);
    }

    #[test]
    fn each_rank_among_any_number_of_slots_is_found() {
        for slots in 0..=63 {
            for len in 0..=slots {
                (0..=len).for_each(|rank| assert_counts(slots, len, rank));
            }
        }
    }

    /// Whatever the answers, nothing but slots is asked for.
    #[test]
    fn contradictory_answers_lead_nowhere_else() {
        for slots in 0..=63 {
            for seed in 0..200u64 {
                let is_less = |slot: usize| {
                    assert!(slot < slots);
                    (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> slot) & 1 == 1
                };
                assert!(count_by_parts(slots, slots, is_less) <= slots);
                assert!(count_by_halves(slots, is_less) <= slots);
            }
        }
    }
}
