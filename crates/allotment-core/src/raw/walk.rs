//! [`Walk`]: two ends that move towards each other over the slots of a tree.
//!
//! ```text
//!        [       d       h       l       ]
//!        /       |       |       \
//!     a b c    e f g   i j k    m n o
//!       ^^^                     ^^          the runs of the front and of the back
//! ```
//!
//! Each end has a run, what is left of the leaf that it stands in. A step takes a slot of that run,
//! and only when the run is used up does the end move on: over the pair above it, which that step
//! yields, to the next leaf. When the two stand in one leaf there is one run, which goes to the end
//! that asks for it.
//!
//! What a step needs is passed about by value, and what happens between leaves is marked as cold,
//! so that the compiler keeps the former in registers for as long as a loop runs. Only where a walk
//! leaves a parent is it in memory. For the same reason the columns of the leaf are at hand: a step
//! within it adds to an index and does nothing else.
//!
//! A walk over a part of a tree may be short, so that its ends meet after a few steps: that happens
//! in registers too. Where all of a tree is walked over, it is left to the cold part, which makes
//! loops a tenth faster.
//!
//! Takes for granted N0 to N3, T1, P1. Does not care about order.

use core::borrow::Borrow;
use core::cmp::Ordering;

use crate::raw::ahead::Ahead;
use crate::raw::node::Node;
use crate::raw::path::{Edge, Path, Root, Slot};
use crate::raw::run::{At, BACK, Columns, FRONT, Run};
use crate::raw::search::{Side, move_beside};
use crate::raw::shape::Shape;
use crate::raw::types::Known;

/// One end of a walk.
struct End<K, V, S> {
    /// Those of the leaf that it stands in; none if it stands at the end of the tree, which is not
    /// looked for before it is needed: most walks go one way only.
    columns: Columns<K, V>,
    /// The leaf's parent, if there is one, and the edge that leads to the leaf.
    parent: Option<Node<K, V, S>>,
    edge: u16,
    /// The run: the slots of the leaf from `start` to `end`.
    start: u32,
    end: u32,
    ahead: Ahead,
    /// The way to the parent.
    path: Path,
}

impl<K, V, S> Clone for End<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for End<K, V, S> {}

impl<K, V, S> End<K, V, S> {
    /// An end that stands at that of the tree.
    #[inline]
    const fn outer(ahead: Ahead) -> Self {
        let (columns, path) = (Columns::NONE, Path::new());
        Self { columns, parent: None, edge: 0, start: 0, end: 0, ahead, path }
    }

    /// Slots in the run.
    #[inline]
    fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
}

impl<K, V, S: Shape<K>> End<K, V, S> {
    /// Puts it into `leaf`, to which `path` leads, with the slots from `start` to `end` in its run.
    ///
    /// The path is asked before it is copied: its bytes were written one by one, and the processor
    /// has a copy of them all wait until they are in the cache.
    #[inline]
    fn stand(
        &mut self,
        root: Root<K, V, S>,
        leaf: Node<K, V, S>,
        (start, end): (usize, usize),
        path: &Path,
    ) {
        debug_assert!(start <= end && end <= leaf.len());
        self.columns = Columns::of(leaf);
        (self.start, self.end) = (start as u32, end as u32);
        if root.level > 0 {
            self.parent = Some(root.node_at(path, 1));
            self.edge = path.edge(1) as u16;
        }
        self.path = *path;
    }
}

/// Goes from the child of `parent` at `edge` on towards the other end; not to the leaf with the
/// columns `barred`.
///
/// Answers the next leaf, its length and how far ahead the walk is then; no leaf if there is more
/// to it than that. What it takes and answers fits registers: hence the packed pair.
#[cold]
#[inline(never)]
fn cross<const END: usize, K, V, S: Shape<K>>(
    parent: Node<K, V, S>,
    edge: usize,
    ahead: Ahead,
    barred: Columns<K, V>,
) -> (Option<Node<K, V, S>>, usize) {
    let nowhere = (None, 0);
    let edge = match END {
        FRONT if edge < parent.len() => edge + 1,
        BACK if edge > 0 => edge - 1,
        _ => return nowhere,
    };
    // SAFETY: N2, `edge <= len`.
    let leaf = unsafe { parent.child(edge) };
    if Columns::of(leaf) == barred {
        return nowhere;
    }
    match ahead.among(END, parent, edge) {
        Some(Ahead(ahead)) => (Some(leaf), leaf.len() | usize::from(ahead) << 16),
        None => nowhere,
    }
}

/// Moves `edge` beside a key, if there is one.
#[inline]
fn beside<'a, K, V, S, Q>(
    root: Root<K, V, S>,
    place: Option<(&Q, Side)>,
    edge: &'a mut Edge<K, V, S>,
) -> Option<&'a Edge<K, V, S>>
where
    K: Borrow<Q>,
    S: Shape<K>,
    Q: Ord + ?Sized,
{
    let (key, side) = place?;
    move_beside(root, key, side, edge);
    Some(edge)
}

/// What lies between two edges of a tree; `IS_PART` says that they may be others than its ends.
pub(crate) struct Walk<K, V, S, const IS_PART: bool = false> {
    ends: [End<K, V, S>; 2],
    /// The root of the tree; none if the ends have met, so that there is nothing but the runs.
    top: Option<Node<K, V, S>>,
    /// Slots of the tree between the runs, if it was told how many there are in all. Counted when a
    /// run is entered, not at each step.
    rest: usize,
    /// The level that the root stands on.
    level: usize,
}

/// A walk over a part of a tree.
pub(crate) type PartWalk<K, V, S> = Walk<K, V, S, true>;

impl<K, V, S, const IS_PART: bool> Clone for Walk<K, V, S, IS_PART> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S, const IS_PART: bool> Copy for Walk<K, V, S, IS_PART> {}

impl<K, V, S, const IS_PART: bool> Walk<K, V, S, IS_PART> {
    /// The same, as if over a part or not.
    #[inline]
    pub(crate) fn cast<const AS_PART: bool>(self) -> Walk<K, V, S, AS_PART> {
        let Self { ends, top, rest, level } = self;
        Walk { ends, top, rest, level }
    }
}

impl<K, V, S: Shape<K>, const IS_PART: bool> Walk<K, V, S, IS_PART> {
    /// Over nothing.
    #[inline]
    pub(crate) const fn empty() -> Self {
        let ends = [End::outer(Ahead::NEVER); 2];
        Self { ends, top: None, rest: 0, level: 0 }
    }

    /// Over the whole tree under `root`, which has `len` slots.
    #[inline]
    pub(crate) fn whole(root: Option<Root<K, V, S>>, len: usize) -> Self {
        let Some(root) = root else { return Self::empty() };
        let ends = [End::outer(Ahead::under(root)); 2];
        Self { ends, top: Some(root.node), rest: len, level: root.level }
    }

    /// Over what is left of a tree between two ends, each where it is or not looked for yet: `len`
    /// slots. What lies outside need not be there any more.
    pub(crate) fn left(
        root: Root<K, V, S>,
        front: Option<Edge<K, V, S>>,
        back: Option<Edge<K, V, S>>,
        len: usize,
    ) -> Self {
        // No hints: they would look at nodes that need not be there.
        let ends = [End::outer(Ahead::NEVER); 2];
        let mut walk = Self { ends, ..Self::whole(Some(root), len) };
        walk.begin(root, front.as_ref(), back.as_ref());
        walk.rest -= walk.ends[FRONT].len() + walk.ends[BACK].len();
        walk
    }

    /// Over what lies between two places, each beside a key, or at the end of the tree if `None`;
    /// over nothing if they turn out the wrong way round. It does not know its length.
    ///
    /// The edges stay where they were searched for: a search writes them piece by piece, and the
    /// processor has a copy of the whole wait until all pieces are in the cache.
    #[inline]
    pub(crate) fn between<Q>(
        root: Root<K, V, S>,
        start: Option<(&Q, Side)>,
        end: Option<(&Q, Side)>,
    ) -> Self
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (mut front, mut back) = (Edge::start(root), Edge::start(root));
        let mut walk = Self::whole(Some(root), 0);
        walk.begin(root, beside(root, start, &mut front), beside(root, end, &mut back));
        walk
    }

    /// Over what lies between two edges; over nothing if they are the wrong way round. It does not
    /// know its length.
    pub(crate) fn within(root: Root<K, V, S>, front: &Edge<K, V, S>, back: &Edge<K, V, S>) -> Self {
        let mut walk = Self::whole(Some(root), 0);
        walk.begin(root, Some(front), Some(back));
        walk
    }

    /// Moves the ends from those of the tree to the edges that are given.
    #[inline]
    fn begin(
        &mut self,
        root: Root<K, V, S>,
        front: Option<&Edge<K, V, S>>,
        back: Option<&Edge<K, V, S>>,
    ) {
        let [first, last] = &mut self.ends;
        if let Some(Edge { leaf, index, path }) = front {
            first.stand(root, *leaf, (*index, leaf.len()), path);
        }
        let Some(Edge { leaf, index, path }) = back else { return };
        last.stand(root, *leaf, (0, *index), path);
        let Some(front) = front else { return };
        match front.path.compare(path, root.level) {
            Ordering::Less => {}
            Ordering::Equal if front.index <= *index => {
                (first.end, last.end) = (last.end, 0);
                self.meet();
            }
            // An order that contradicts itself can put the ends the wrong way round. They would
            // never meet, and yield what lies outside.
            _ => *self = Self::empty(),
        }
    }

    /// Slots that are left, if it was told how many there are in all.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.rest.wrapping_add(self.ends[FRONT].len() + self.ends[BACK].len())
    }

    /// Steps over the slot at an end.
    #[inline]
    pub(crate) fn step<const END: usize>(&mut self) -> Option<At<K, V>> {
        match self.step_in_leaf::<END>() {
            Some(at) => Some(at),
            None if IS_PART && self.top.is_none() => self.step_in_other::<END>(),
            None => match self.step_in_parent::<END>() {
                Some(slot) => Some(slot.into()),
                None => {
                    // By value, so that the rest can stay in registers.
                    let (walk, at) = self.cast::<false>().moved_on::<END>();
                    *self = walk.cast();
                    at
                }
            },
        }
    }

    /// Steps over the slot at an end if it is one of the run.
    #[inline]
    fn step_in_leaf<const END: usize>(&mut self) -> Option<At<K, V>> {
        let end = &mut self.ends[END];
        if end.start == end.end {
            return None;
        }
        let index = match END {
            FRONT => {
                end.start += 1;
                end.start - 1
            }
            _ => {
                end.end -= 1;
                end.end
            }
        };
        Some(end.columns.at(index as usize))
    }

    /// Steps over the slot at an end whose run is used up, if the ends have met: takes over what is
    /// left of the run of the other end.
    #[inline]
    fn step_in_other<const END: usize>(&mut self) -> Option<At<K, V>> {
        let other = &mut self.ends[1 - END];
        let (columns, start, end) = (other.columns, other.start, other.end);
        other.start = end;
        let own = &mut self.ends[END];
        (own.columns, own.start, own.end) = (columns, start, end);
        self.step_in_leaf::<END>()
    }

    /// Steps over the slot above the leaf of an end whose run is used up, if that is one of its
    /// parent; unless it is a part that is walked over, only if the next leaf is not that of the
    /// other end.
    #[inline]
    fn step_in_parent<const END: usize>(&mut self) -> Option<Slot<K, V, S>> {
        let other = &self.ends[1 - END];
        let (other_columns, other_start, other_end) = (other.columns, other.start, other.end);
        let end = &mut self.ends[END];
        let (node, edge) = (end.parent?, end.edge);
        let barred = if IS_PART { Columns::NONE } else { other_columns };
        let (leaf, packed) = cross::<END, K, V, S>(node, edge.into(), end.ahead, barred);
        end.columns = Columns::of(leaf?);
        let meets = IS_PART && end.columns == other_columns;
        let index = match END {
            FRONT => {
                end.edge = edge + 1;
                edge
            }
            _ => {
                end.edge = edge - 1;
                edge - 1
            }
        };
        if meets {
            (end.start, end.end) = (other_start, other_end);
            self.ends[1 - END].start = other_end;
            self.rest = self.rest.wrapping_sub(1);
            self.meet();
        } else {
            let (len, ahead) = (packed & usize::from(u16::MAX), Ahead((packed >> 16) as u8));
            (end.start, end.end, end.ahead) = (0, len as u32, ahead);
            self.rest = self.rest.wrapping_sub(len + 1);
        }
        Some(Slot { node, level: 1, index: index.into() })
    }

    /// Notes that there is nothing between the runs.
    #[inline]
    fn meet(&mut self) {
        self.top = None;
        for end in &mut self.ends {
            end.parent = None;
        }
    }

    /// Steps over `count` slots at an end, and then over one more.
    pub(crate) fn nth<const END: usize>(&mut self, mut count: usize) -> Option<At<K, V>> {
        loop {
            let end = &mut self.ends[END];
            let skipped = count.min(end.len());
            match END {
                FRONT => end.start += skipped as u32,
                _ => end.end -= skipped as u32,
            }
            if count == skipped {
                return self.step::<END>();
            }
            count -= skipped + 1;
            self.step::<END>()?;
        }
    }

    /// Moves the front on to the first slot whose key is not less, unless it is there already. To
    /// be used on a walk that does not know its length.
    ///
    /// O(log n); a key that belongs to the run is searched for there.
    ///
    /// # Safety
    ///
    /// The tree is borrowed, and no value is borrowed for writing.
    pub(crate) unsafe fn seek<Q>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        // SAFETY: passed on.
        if unsafe { self.seek_in_run(key) } {
            return;
        }
        if let Some(node) = self.top {
            let root = Root { node, level: self.level };
            let mut front = Edge::start(root);
            move_beside(root, key, Side::Before, &mut front);
            let Edge { leaf, index, path } = front;
            let back = &mut self.ends[BACK];
            if back.parent.is_some() {
                back.path.set(1, back.edge.into());
            }
            let order = path.compare(&back.path, root.level);
            if back.columns == Columns::NONE || order == Ordering::Less {
                self.ends[FRONT].stand(root, leaf, (index, leaf.len()), &path);
                return;
            }
            // What is left is in the leaf of the back, if anything is.
            self.meet();
        }
        let [front, back] = &mut self.ends;
        (front.columns, front.start, front.end) = (back.columns, back.start, back.end);
        back.start = back.end;
        // SAFETY: passed on.
        unsafe { self.seek_in_run(key) };
    }

    /// [`seek`](Self::seek) within the run of the front; answers whether there is such a slot.
    ///
    /// # Safety
    ///
    /// As for `seek`.
    unsafe fn seek_in_run<Q>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let end = &mut self.ends[FRONT];
        let run = Run::of(end.columns.at(end.start as usize), end.len());
        // SAFETY: passed on; a run without slots makes no slice.
        let keys = if end.len() == 0 { &[] } else { unsafe { run.slices() }.0 };
        let is_less = |own: &K| own.borrow() < key;
        let passed = match keys.last() {
            Some(last) if !is_less(last) => keys.partition_point(is_less),
            _ => keys.len(),
        };
        end.start += passed as u32;
        end.start < end.end
    }

    /// Takes the run at an end out, all of it.
    #[inline]
    fn take_run<const END: usize>(&mut self) -> Option<Run<K, V>> {
        let end = &mut self.ends[END];
        let (first, len) = (end.columns.at(end.start as usize), end.len());
        end.start = end.end;
        (len > 0).then(|| Run::of(first, len))
    }

    /// Steps over what is left of the run at an end; if nothing is, over the slot above it, or over
    /// the run that the end comes to without one.
    #[inline]
    pub(crate) fn chunk<const END: usize>(&mut self) -> Option<Run<K, V>> {
        if let Some(run) = self.take_run::<END>() {
            return Some(run);
        }
        let at = self.step::<END>()?;
        let end = &mut self.ends[END];
        // A step that came to a leaf without going over a pair above it took the first slot of its
        // run, which is put back.
        let (start, stop) = match END {
            FRONT => (end.start.saturating_sub(1), end.end),
            _ => (end.start, end.end + 1),
        };
        let taken = if END == FRONT { start } else { stop - 1 };
        if end.columns.at(taken as usize) != at {
            return Some(Run::of(at, 1));
        }
        (end.start, end.end) = (start, stop);
        self.take_run::<END>()
    }

    /// Hands all slots to `act`, beginning at an end.
    #[inline]
    pub(crate) fn fold<const END: usize, B>(
        mut self,
        mut acc: B,
        mut act: impl FnMut(B, At<K, V>) -> B,
    ) -> B {
        loop {
            if let Some(run) = self.take_run::<END>() {
                acc = run.fold::<END, B>(acc, &mut act);
            }
            match self.step::<END>() {
                Some(at) => acc = act(acc, at),
                None => return acc,
            }
        }
    }

    /// Counts the slots.
    #[inline]
    pub(crate) fn count(mut self) -> usize {
        let mut count = 0;
        loop {
            count += self.take_run::<FRONT>().map_or(0, |run| run.len());
            match self.step::<FRONT>() {
                Some(_) => count += 1,
                None => return count,
            }
        }
    }
}

/// What is done between leaves, compiled once for both kinds of walk.
impl<K, V, S: Shape<K>> Walk<K, V, S> {
    /// Steps over the slot at an end whose run is used up, whatever that takes, and returns itself.
    #[cold]
    #[inline(never)]
    fn moved_on<const END: usize>(mut self) -> (Self, Option<At<K, V>>) {
        let at = self.move_on::<END>();
        (self, at)
    }

    /// Steps over the slot at an end whose run is used up, whatever that takes.
    fn move_on<const END: usize>(&mut self) -> Option<At<K, V>> {
        let Some(node) = self.top else { return self.step_in_other::<END>() };
        let root = Root { node, level: self.level };
        let end = &mut self.ends[END];
        if end.columns == Columns::NONE {
            let leaf = match END {
                FRONT => end.path.descend_first(node, root.level),
                _ => end.path.descend_last(node, root.level),
            };
            self.enter::<END>(root, leaf);
            return self.step_in_leaf::<END>();
        }
        if end.parent.is_some() {
            end.path.set(1, end.edge.into());
        }
        let moved = match END {
            FRONT => root.erased().next_leaf(&mut end.path),
            _ => root.erased().prev_leaf(&mut end.path),
        };
        let Some((leaf, slot)) = moved else {
            // The end of the tree, where the other end is.
            self.meet();
            return None;
        };
        self.rest = self.rest.wrapping_sub(1);
        self.enter::<END>(root, leaf.with(Known::NEW));
        let end = &mut self.ends[END];
        end.ahead = end.ahead.beyond(END, root.erased(), &end.path);
        Some(slot.with(node.types()).into())
    }

    /// Puts an end into the leaf that its path leads to.
    fn enter<const END: usize>(&mut self, root: Root<K, V, S>, leaf: Node<K, V, S>) {
        let path = self.ends[END].path;
        let other = &mut self.ends[1 - END];
        if other.columns == Columns::of(leaf) {
            let slots = (other.start as usize, other.end as usize);
            other.start = other.end;
            self.ends[END].stand(root, leaf, slots, &path);
            self.meet();
        } else {
            self.rest = self.rest.wrapping_sub(leaf.len());
            self.ends[END].stand(root, leaf, (0, leaf.len()), &path);
        }
    }
}
