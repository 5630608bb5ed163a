//! [`Source`]: a tree that is consumed from the front and can become a tree again.
//!
//! ```text
//!        [ b | d | f ]                       [ f ]
//!       /   |    |    \       whole         /     \
//!      .    .   e|e'   g       ->         e'       g
//! ```
//!
//! Nodes left of the front are in a stock; those on the way to it still have the slots that were
//! consumed. Taking those away leaves the right part of a cut, which is mended like one.
//!
//! Takes for granted N0 to N3, T1 to T3, P1. Does not care about order.

use crate::raw::ahead::Ahead;
use crate::raw::cut::{Border, mend};
use crate::raw::node::{ErasedNode, Node};
use crate::raw::pairs::take_pair;
use crate::raw::path::{ErasedEdge, ErasedRoot, ErasedSlot};
use crate::raw::run::FRONT;
use crate::raw::shape::Shape;
use crate::raw::slots::{Slots, shift_edges};
use crate::raw::spare::Supply;
use crate::raw::types::Known;

/// What is left of a tree behind its front.
pub(super) struct Source {
    root: ErasedRoot,
    /// All before it is consumed.
    front: ErasedEdge,
    len: usize,
    ahead: Ahead,
}

/// Neighbouring slots of one node: the rest of a leaf, or the slot of an internal node between two
/// children.
pub(super) struct Span {
    pub(super) node: ErasedNode,
    pub(super) level: usize,
    pub(super) index: usize,
    pub(super) count: usize,
}

impl Span {
    /// The first slot.
    pub(super) fn first(&self) -> ErasedSlot {
        ErasedSlot { node: self.node, level: self.level, index: self.index }
    }
}

impl Source {
    /// The tree under `root`, which has `len` slots.
    pub(super) fn new(root: ErasedRoot, len: usize) -> Self {
        Self { root, front: ErasedEdge::first(root), len, ahead: Ahead::under(root) }
    }

    /// The next slots; `None` at the end.
    ///
    /// Inlined for sure: read back from where a call wrote it, it would be waited for.
    #[inline(always)]
    pub(super) fn span(&self) -> Option<Span> {
        if self.len == 0 {
            return None;
        }
        let (node, index) = (self.front.leaf, self.front.index);
        if index < node.len() {
            return Some(Span { node, level: 0, index, count: node.len() - index });
        }
        self.span_above()
    }

    /// `span` at the end of a leaf.
    #[cold]
    fn span_above(&self) -> Option<Span> {
        let ErasedSlot { node, level, index } = self.front.slot_after(self.root)?;
        Some(Span { node, level, index, count: 1 })
    }

    /// Moves the front over the first `count` slots of `span`; nodes left behind go to `stock`.
    ///
    /// # Safety
    ///
    /// `span` is what [`span`](Self::span) answers, and the pairs in those slots were moved out.
    #[inline]
    pub(super) unsafe fn advance(&mut self, span: &Span, count: usize, stock: &mut dyn Supply) {
        debug_assert!(count <= span.count);
        self.len -= count;
        if span.level == 0 {
            self.front.index += count;
        } else if count > 0 {
            // SAFETY: passed on.
            unsafe { self.advance_above(span, stock) };
        }
    }

    /// Takes the first pair out; nodes left behind go to `stock`.
    ///
    /// # Safety
    ///
    /// `span` is what [`span`](Self::span) answers, and these are the types of the tree.
    pub(super) unsafe fn take_first<K, V, S: Shape<K>>(
        &mut self,
        span: &Span,
        stock: &mut dyn Supply,
    ) -> (K, V) {
        let node: Node<K, V, S> = span.node.with(Known::NEW);
        // SAFETY: N1; the front moves over the slot at once.
        let pair = unsafe { take_pair(node, span.level, span.index) };
        // SAFETY: the pair was moved out.
        unsafe { self.advance(span, 1, stock) };
        pair
    }

    /// `advance` over a slot of an internal node.
    ///
    /// # Safety
    ///
    /// As for `advance`.
    unsafe fn advance_above(&mut self, span: &Span, stock: &mut dyn Supply) {
        for below in 0..span.level {
            let node = self.root.node_at(&self.front.path, below);
            // SAFETY: all its slots lie before the front; lowest first, so that the way to the next
            // is still there.
            unsafe { stock.put(below, node) };
        }
        self.front.path.set(span.level, span.index + 1);
        // SAFETY: N2, the edge behind a slot.
        let child = unsafe { span.node.child(span.index + 1) };
        self.front.descend_first(child, span.level - 1);
        let (parent, edge) = (self.root.node_at(&self.front.path, 1), self.front.path.edge(1));
        let ahead = self.ahead.among(FRONT, parent, edge);
        self.ahead = ahead.unwrap_or_else(|| self.ahead.beyond(FRONT, self.root, &self.front.path));
    }

    /// Makes a tree of what is left; its left border is mended. `freed` gets at most one node a
    /// level.
    ///
    /// # Safety
    ///
    /// The source is not used again; the nodes stem from the allocator of `freed`.
    pub(super) unsafe fn whole(&self, freed: &mut dyn Supply) -> (Option<ErasedRoot>, usize) {
        for level in 0..=self.root.level {
            let node = self.root.node_at(&self.front.path, level);
            let gone = if level == 0 { self.front.index } else { self.front.path.edge(level) };
            if gone == 0 {
                continue;
            }
            let rest = node.len() - gone;
            // SAFETY: the slots before the front own nothing; the others move there.
            unsafe { Slots::of(node, level).shift(gone, 0, rest) };
            if level > 0 {
                // SAFETY: and so do the edges.
                unsafe { shift_edges(node, gone, 0, rest + 1) };
            }
            node.shrink(rest);
        }
        let mut tree = Some(self.root);
        // SAFETY: only the left border can be short of slots.
        unsafe { mend(&mut tree, Border::Left, freed) };
        (tree, self.len)
    }
}
