//! Taking a range out of a tree, and hanging a tree into a gap of another: nodes change owner, and
//! pairs stay where they are, but for those of the nodes at a seam.
//!
//! ```text
//!          from   to
//! a b c d | e f g | h i j    ->    a b c d h i j   and   e f g
//! ```
//!
//! The tree is severed at both edges before anything is mended: until then both name what they did.
//!
//! Takes for granted N0 to N3, T1 to T3, P1. Does not care about order.

use core::alloc::Layout;
use core::cmp::Ordering;
use core::mem;

use allotment_alloc::Allocator;

use crate::raw::count::count_slots;
use crate::raw::cut::{Border, mend, sever};
use crate::raw::join::{join, join_at_seam};
use crate::raw::path::{Edge, ErasedEdge, ErasedRoot};
use crate::raw::search::Side;
use crate::raw::shape::{MAX_HEIGHT, Shape};
use crate::raw::slots::Slots;
use crate::raw::spare::{Spare, Supply};
use crate::raw::stock::Stock;
use crate::raw::totals::add_along;
use crate::raw::tree::Tree;
use crate::raw::types::{Erased, Known};

/// Nodes that an operation on whole trees set free. To be dropped when all trees have an owner,
/// since that runs the allocator.
pub(crate) struct Freed<'a, A: Allocator> {
    stock: Stock<'a, A>,
    spares: [Spare<'a, A>; 2],
}

impl<'a, A: Allocator> Freed<'a, A> {
    /// For trees of this geometry.
    pub(crate) fn new(geometry: Erased, alloc: &'a A) -> Self {
        let stock = Stock::new(geometry, alloc);
        Self { spares: stock.spares(), stock }
    }
}

/// How many internal nodes joining two trees takes at most if neither is higher than `level`.
fn join_needs_most(level: usize) -> usize {
    level + 2
}

/// Refuses a tree that could outgrow the paths through it.
///
/// # Panics
///
/// If the tree would grow past `MAX_HEIGHT` levels (T1).
fn check_height(level: usize) {
    assert!(level + 2 < MAX_HEIGHT, "a tree of {MAX_HEIGHT} levels cannot grow");
}

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    /// Takes out what lies between two edges; nothing if they are the wrong way round.
    ///
    /// O(log n), and O(m / B) to count m pairs of B a leaf. Needs at most two nodes a level,
    /// another root, and the nodes of a join.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// Both are edges of this tree, whose nodes stem from `alloc`; `freed` is of it too.
    pub(crate) unsafe fn cut_range<'a, A: Allocator>(
        &mut self,
        (from, to): (&Edge<K, V, S>, &Edge<K, V, S>),
        alloc: &'a A,
        freed: &mut Freed<'a, A>,
    ) -> Result<Self, Layout> {
        let Some(root) = self.root else { return Ok(Self::new()) };
        match from.path.compare(&to.path, root.level).then(from.index.cmp(&to.index)) {
            Ordering::Less => {}
            Ordering::Equal | Ordering::Greater => return Ok(Self::new()),
        }
        if *from == Edge::first(root) {
            // SAFETY: an edge of this tree; the rest is passed on.
            let behind = unsafe { self.cut(to, alloc, freed) }?;
            return Ok(mem::replace(self, behind));
        }
        if *to == Edge::last(root) {
            // SAFETY: as above.
            return unsafe { self.cut(from, alloc, freed) };
        }
        let count = to.index.wrapping_sub(from.index);
        let least = if root.level == 0 { 1 } else { from.leaf.geometry().fill_min };
        if from.leaf == to.leaf && from.leaf.len() >= count + least {
            freed.stock.reserve(1, 0)?;
            // SAFETY: the slots between two edges of a leaf, which keeps enough others.
            let taken =
                unsafe { take_slots(root.erased(), &from.erased(), count, &mut freed.stock) };
            self.len -= count;
            return Ok(Self::of_erased(Some(taken), count));
        }
        check_height(root.level);
        if root.level > 0 {
            // Both edges stay right: they name no node but a leaf.
            // SAFETY: passed on.
            unsafe { self.make_whole(alloc) }?;
        }
        let Some(root) = self.root else { unreachable!("pairs lie on both sides") };
        freed.stock.reserve(2, 2 * root.level + join_needs_most(root.level))?;
        let edges = (&from.erased(), &to.erased());
        let mut tree = self.edit();
        // SAFETY: neither is at an end, and in order; the nodes are reserved.
        let (middle, count) = unsafe { cut_out(&mut tree.root, edges, &mut freed.stock) };
        tree.len -= count;
        Ok(Self::of_erased(middle, count))
    }

    /// [`ErasedTree::cut`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`; `freed` is of it too.
    unsafe fn cut<'a, A: Allocator>(
        &mut self,
        edge: &Edge<K, V, S>,
        alloc: &'a A,
        freed: &mut Freed<'a, A>,
    ) -> Result<Self, Layout> {
        let edge = edge.erased();
        // SAFETY: passed on.
        let behind = unsafe { self.edit().cut(&edge, alloc, &mut freed.spares) }?;
        Ok(Self::of_erased(behind.root, behind.len))
    }

    /// Hangs `other` into this tree at an edge, which afterwards lies on that side of its pairs.
    /// O(log n + log m).
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; both trees are as they were.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, and neither tree is empty. The nodes of both stem from
    /// `alloc` or from one that shares memory with it; `freed` is of it too.
    pub(crate) unsafe fn splice<'a, A: Allocator>(
        &mut self,
        edge: &mut Edge<K, V, S>,
        side: Side,
        other: &mut Self,
        alloc: &'a A,
        freed: &mut Freed<'a, A>,
    ) -> Result<(), Layout> {
        // SAFETY: the allocators share memory.
        unsafe { other.make_whole(alloc) }?;
        // SAFETY: as above. Last, since the edge must be right if an allocation fails.
        unsafe { self.make_whole(alloc) }?;
        let (Some(root), Some(inner)) = (self.root, other.root) else {
            unreachable!("both trees have a pair")
        };
        if root.level == 0 {
            edge.leaf = root.node; // perhaps another one now
        }
        let top = root.level.max(inner.level);
        check_height(top + 1);
        freed.stock.reserve(1, root.level + join_needs_most(top) + join_needs_most(top + 1))?;
        // SAFETY: an edge of this tree, both roots have all slots, and the nodes are reserved.
        let (whole, seam) =
            unsafe { hang(root.erased(), &edge.erased(), side, inner.erased(), &mut freed.stock) };
        *edge = seam.with(Known::NEW);
        *self = Self::of_erased(Some(whole), self.len + other.len);
        *other = Self::new();
        Ok(())
    }

    /// [`ErasedTree::join`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the trees have the pairs that they had.
    ///
    /// # Safety
    ///
    /// The nodes of both stem from `alloc` or one that shares memory. Neither tree is empty.
    pub(crate) unsafe fn join_apart<A: Allocator>(
        &mut self,
        alloc: &A,
        other: &mut Self,
        is_before: bool,
    ) -> Result<(), Layout> {
        // SAFETY: passed on.
        unsafe { self.edit().join(&mut other.edit(), is_before, alloc) }
    }
}

/// Takes `count` slots behind an edge out of its leaf; answers a tree of them.
///
/// # Safety
///
/// `from` is an edge of the tree under `root`. The leaf has `count` slots behind it and enough
/// others. `supply` has a leaf.
unsafe fn take_slots(
    root: ErasedRoot,
    from: &ErasedEdge,
    count: usize,
    supply: &mut dyn Supply,
) -> ErasedRoot {
    let (leaf, at, len) = (from.leaf, from.index, from.leaf.len());
    let node = supply.take(0);
    node.set_skipped(leaf.skipped());
    // SAFETY: slots of the leaf, to a new one.
    unsafe { Slots::of(leaf, 0).transfer(at, (Slots::of(node, 0), 0), count) };
    node.set_len(count);
    // SAFETY: the slots behind them close up.
    unsafe { Slots::of(leaf, 0).shift(at + count, at, len - at - count) };
    leaf.shrink(len - count);
    add_along(root, &from.path, -count.cast_signed());
    ErasedRoot { node, level: 0 }
}

/// Takes what lies between two edges in the middle of a tree out, and counts it.
///
/// # Safety
///
/// Pairs lie before `from`, between the two, and behind `to`, which are edges of this tree. `stock`
/// has two nodes a level, and those of a join.
unsafe fn cut_out(
    tree: &mut Option<ErasedRoot>,
    (from, to): (&ErasedEdge, &ErasedEdge),
    stock: &mut dyn Supply,
) -> (Option<ErasedRoot>, usize) {
    let Some(root) = *tree else { return (None, 0) };
    // SAFETY: an edge of the tree, and the nodes are reserved.
    let mut right = Some(unsafe { sever(root, to, stock) });
    // SAFETY: as above; it lies before the other.
    let mut middle = Some(unsafe { sever(root, from, stock) });
    // SAFETY: only this border was severed.
    unsafe { mend(tree, Border::Right, stock) };
    // SAFETY: only this border was severed.
    unsafe { mend(&mut right, Border::Left, stock) };
    for border in [Border::Left, Border::Right] {
        // SAFETY: only the two borders were severed, and each has the edges that led down it.
        unsafe { mend(&mut middle, border, stock) };
    }
    let (Some(before), Some(behind)) = (*tree, right) else {
        unreachable!("pairs lie on both sides")
    };
    // SAFETY: both borders are mended, and the nodes are reserved.
    *tree = Some(unsafe { join(before, behind, stock) });
    (middle, middle.map_or(0, count_slots))
}

/// Joins what lies before `edge` in the tree under `root`, the tree under `inner`, and what lies
/// behind; answers the root of the whole, and the edge on that side of what is now within.
///
/// # Safety
///
/// `edge` is an edge of the tree under `root`; both roots have all slots. `stock` has a node a
/// level of that tree, and those of two joins.
unsafe fn hang(
    root: ErasedRoot,
    edge: &ErasedEdge,
    side: Side,
    inner: ErasedRoot,
    stock: &mut dyn Supply,
) -> (ErasedRoot, ErasedEdge) {
    let (is_first, is_last) = (*edge == ErasedEdge::first(root), *edge == ErasedEdge::last(root));
    let behind = match (is_first, is_last) {
        (true, _) => Some(root),
        (_, true) => None,
        // SAFETY: an edge of the tree, and the nodes are reserved.
        _ => Some(unsafe { sever(root, edge, stock) }),
    };
    let before = Some(root).filter(|_| !is_first);
    // The edge is where the two parts are joined last.
    let ((first, second), is_left_whole) = match side {
        Side::Before => ((Some(inner), behind), true),
        Side::After => ((before, Some(inner)), false),
    };
    // SAFETY: passed on.
    let part = unsafe { join_mending(first, second, stock) }.map(|(root, _)| root);
    let (left, right) = if is_left_whole { (before, part) } else { (part, behind) };
    // SAFETY: passed on.
    match unsafe { join_mending(left, right, stock) } {
        Some((whole, Some(seam))) => (whole, seam),
        // One of the parts is empty, and the edge at an end.
        Some((whole, None)) if left.is_none() => (whole, ErasedEdge::first(whole)),
        Some((whole, None)) => (whole, ErasedEdge::last(whole)),
        None => unreachable!("there is a pair"),
    }
}

/// The root of a tree, and the edge where two others were joined to become it.
type Joined = (ErasedRoot, Option<ErasedEdge>);

/// Mends the borders at the seam and joins two trees, either of which may be empty.
///
/// # Safety
///
/// Everything but those borders is as T2 says; both roots have all slots. `stock` has the nodes of
/// a join.
unsafe fn join_mending(
    mut left: Option<ErasedRoot>,
    mut right: Option<ErasedRoot>,
    stock: &mut dyn Supply,
) -> Option<Joined> {
    // SAFETY: only a border can be short of slots.
    unsafe { mend(&mut left, Border::Right, stock) };
    // SAFETY: as above.
    unsafe { mend(&mut right, Border::Left, stock) };
    let (Some(left), Some(right)) = (left, right) else {
        return left.or(right).map(|root| (root, None));
    };
    // SAFETY: both borders are mended, and the nodes are reserved.
    let (whole, seam) = unsafe { join_at_seam(left, right, stock) };
    Some((whole, Some(seam)))
}
