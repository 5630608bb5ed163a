//! [`Tree`]: a root and a count, and the operations that map and set are made of.
//!
//! A tree holds no allocator: the collection owns exactly one and passes a reference to it. So the
//! engine can neither clone nor drop it (hazards 21 and 30), and that the same one is passed every
//! time (T4) is what the collections promise.

use alloc::boxed::Box;
use core::alloc::Layout;
use core::borrow::Borrow;
use core::marker::PhantomData;
use core::mem;
use core::ops::{Deref, DerefMut};

use allotment_alloc::Allocator;

use crate::raw::copy::copy;
use crate::raw::dying::Dying;
use crate::raw::erased::ErasedTree;
use crate::raw::hint::Hint;
use crate::raw::node::Node;
use crate::raw::pairs::remove_pair;
use crate::raw::path::{Edge, ErasedRoot, Path, Place, Root, Slot};
use crate::raw::refill::refill;
use crate::raw::remove::{Removed, remove};
use crate::raw::search::{Search, Side, find, move_beside, search};
use crate::raw::shape::Shape;
use crate::raw::spare::Spare;
use crate::raw::totals::add_along;
use crate::raw::types::{Known, geometry_of};

/// A tree of pairs.
pub(crate) struct Tree<K, V, S> {
    pub(super) root: Option<Root<K, V, S>>,
    pub(super) len: usize,
    pub(super) hint: Hint<K, V, S>,
    /// It owns its pairs.
    pairs: PhantomData<Box<(K, V)>>,
}

/// A pair that did not get in, and the layout that the allocator could not serve.
pub(crate) struct Refused<K, V> {
    pub(crate) layout: Layout,
    pub(crate) key: K,
    pub(crate) value: V,
}

/// Where a pair can go.
pub(crate) enum Ready<K, V, S> {
    /// To this index of a leaf, where there is room.
    Room((Node<K, V, S>, usize)),
    /// To the slot of an equal key.
    Equal(Slot<K, V, S>),
}

/// The place of a key; or the edge where it would go in, `None` in an empty tree.
pub(crate) type Found<K, V, S> = Result<Place<K, V, S>, Option<Edge<K, V, S>>>;

/// What becomes of a pair when one with an equal key comes in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnEqual {
    /// Its key stays and gets the new value.
    KeepKey,
    /// It is replaced, key and all.
    Replace,
}

impl<K, V, S> Tree<K, V, S> {
    pub(crate) const fn new() -> Self {
        Self { root: None, len: 0, hint: Hint::NONE, pairs: PhantomData }
    }

    /// The tree under `root`, which has `len` slots.
    pub(super) const fn of(root: Option<Root<K, V, S>>, len: usize) -> Self {
        Self { root, len, ..Self::new() }
    }

    /// Pairs in the tree.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }
}

impl<K, V, S: Shape<K>> Tree<K, V, S> {
    pub(crate) fn root(&self) -> Option<Root<K, V, S>> {
        self.root
    }

    /// The tree under a root of its geometry, which has `len` slots.
    pub(crate) fn of_erased(root: Option<ErasedRoot>, len: usize) -> Self {
        Self::of(root.map(|root| root.with(Known::NEW)), len)
    }

    #[cfg(feature = "verify")]
    pub(crate) fn hint(&self) -> Hint<K, V, S> {
        self.hint
    }

    /// The slot of a key.
    ///
    /// Inlined for sure: answered by a call, it would go through memory.
    #[inline(always)]
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<Slot<K, V, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        find(self.root?, key)
    }

    /// The pair with a key: two addresses, which a call can answer in registers.
    #[inline]
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        // SAFETY: a slot of this tree, which is borrowed as long.
        self.find(key).map(|slot| unsafe { slot.pair() })
    }

    /// The pair with a key, the value to be changed.
    #[inline]
    pub(crate) fn get_mut<Q>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        // SAFETY: a slot of this tree, which is borrowed for writing as long.
        self.find(key).map(|slot| unsafe { slot.pair_mut() })
    }

    /// An edge to begin a search with; `None` in an empty tree.
    #[inline]
    pub(crate) fn start(&self) -> Option<Edge<K, V, S>> {
        self.root.map(Edge::start)
    }

    /// Searches for a key and writes the way to `edge`, which came from [`start`](Self::start).
    #[inline]
    pub(crate) fn search<Q>(&self, key: &Q, edge: &mut Option<Edge<K, V, S>>) -> Search<K, V, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        match (self.root, edge) {
            (Some(root), Some(edge)) => search(root, key, edge),
            (None, _) => Search::Missing,
            (Some(_), None) => unreachable!("a search begins at `start`"),
        }
    }

    /// Searches for a key, and for where it would go in.
    #[inline]
    pub(crate) fn place_of<Q>(&self, key: &Q) -> Found<K, V, S>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let mut edge = self.start();
        match (self.search(key, &mut edge), &edge) {
            (Search::Found(slot), Some(edge)) => Ok(Place { slot, path: edge.path }),
            // Piece by piece, as the search wrote it: a copy of the whole would be waited for.
            (_, Some(Edge { leaf, index, path })) => {
                Err(Some(Edge { leaf: *leaf, index: *index, path: *path }))
            }
            (_, None) => Err(None),
        }
    }

    /// The edge beside a key; `None` in an empty tree.
    pub(crate) fn edge_beside<Q>(&self, key: &Q, side: Side) -> Option<Edge<K, V, S>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let root = self.root?;
        let mut edge = Edge::start(root);
        move_beside(root, key, side, &mut edge);
        Some(edge)
    }

    /// The slot of the first pair.
    #[inline]
    pub(crate) fn first_slot(&self) -> Option<Slot<K, V, S>> {
        let Root { mut node, level } = self.root?;
        for _ in 0..level {
            // SAFETY: N2: an internal node has an edge 0.
            node = unsafe { node.child(0) };
        }
        // Every leaf has a pair (T2).
        Some(Slot { node, level: 0, index: 0 })
    }

    /// The slot of the last pair.
    #[inline]
    pub(crate) fn last_slot(&self) -> Option<Slot<K, V, S>> {
        let Root { mut node, level } = self.root?;
        for _ in 0..level {
            // SAFETY: N2: edge `len` is the last one.
            node = unsafe { node.child(node.len()) };
        }
        Some(Slot { node, level: 0, index: node.len() - 1 })
    }

    /// The first pair.
    #[inline]
    pub(crate) fn first(&self) -> Option<Place<K, V, S>> {
        let root = self.root?;
        let edge = Edge::first(root);
        edge.slot_after(root).map(|slot| Place { slot, path: edge.path })
    }

    /// The last pair.
    #[inline]
    pub(crate) fn last(&self) -> Option<Place<K, V, S>> {
        let root = self.root?;
        let edge = Edge::last(root);
        edge.slot_before(root).map(|slot| Place { slot, path: edge.path })
    }

    /// The place in a leaf where a key goes in that lies beyond the end of the tree that the hint
    /// knows; `None` if it does not, or if the leaf has no room.
    #[inline]
    pub(crate) fn beyond(&self, key: &K) -> Option<(Node<K, V, S>, usize)>
    where
        K: Ord,
    {
        // Without the way to the leaf, the totals above it could not be kept.
        if S::HAS_TOTALS { None } else { self.hint.place(key) }
    }

    /// The root, of whose pairs no more is known.
    pub(crate) fn erased_root(&self) -> Option<ErasedRoot> {
        self.root.map(Root::erased)
    }

    /// The tree, of whose pairs no more is known. It is what becomes of that, also if an edit
    /// unwinds, and any hint is forgotten.
    pub(super) fn edit(&mut self) -> Edit<'_, K, V, S> {
        let erased = ErasedTree { root: self.erased_root(), len: self.len };
        Edit { tree: self, erased }
    }

    /// [`ErasedTree::make_whole`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// The nodes of this tree stem from `alloc`.
    pub(super) unsafe fn make_whole<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        // SAFETY: passed on.
        unsafe { self.edit().make_whole(alloc) }
    }

    /// Takes the pair in `slot` out if that concerns no node but its leaf: most removals.
    ///
    /// # Safety
    ///
    /// `slot` is a slot of this tree.
    #[inline]
    pub(crate) unsafe fn remove_in_leaf(&mut self, slot: Slot<K, V, S>) -> Option<(K, V)> {
        let is_lone = self.root.is_some_and(|root| root.level == 0);
        if S::HAS_TOTALS && !is_lone {
            return None;
        }
        let left = slot.node.len() - 1;
        let falls_short = if is_lone { left < 1 } else { slot.node.geometry().falls_short(left) };
        if slot.level > 0 || falls_short {
            return None;
        }
        self.len -= 1;
        // SAFETY: a slot of a leaf, which keeps enough others.
        Some(unsafe { remove_pair(slot.node, slot.index) })
    }

    /// Takes the pair in `slot` out, to which `path` leads: see [`remove`]. Answers also whether
    /// the pair before it took its place.
    ///
    /// # Safety
    ///
    /// `slot` is a slot of this tree, whose nodes stem from `alloc`.
    // One removal in many, and part of several operations.
    #[inline(never)]
    pub(crate) unsafe fn remove_at<A: Allocator>(
        &mut self,
        slot: Slot<K, V, S>,
        path: &mut Path,
        alloc: &A,
    ) -> ((K, V), bool) {
        // SAFETY: passed on.
        let Removed { pair, replaced, falls_short } = unsafe { self.take_out(slot, path) };
        if falls_short {
            // SAFETY: the path leads to the leaf that lost a slot; T4.
            unsafe { self.refill(path, alloc) };
        }
        (pair, replaced)
    }

    /// Takes the pair in `slot` out, to which `path` leads, and hands it to `seat`, before the
    /// allocator gets the nodes that this sets free: should that panic, the pair has its place.
    ///
    /// # Safety
    ///
    /// As for `remove_at`.
    pub(crate) unsafe fn move_out<A: Allocator, T>(
        &mut self,
        slot: Slot<K, V, S>,
        path: &mut Path,
        alloc: &A,
        seat: impl FnOnce((K, V)) -> T,
    ) -> T {
        let mut freed = Spare::new(geometry_of::<K, V, S>(), alloc);
        // SAFETY: passed on.
        let Removed { pair, falls_short, .. } = unsafe { self.take_out(slot, path) };
        if falls_short {
            // SAFETY: as for `remove_at`.
            unsafe { refill(&mut self.edit().root, path, &mut freed) };
        }
        seat(pair)
    }

    /// Takes the pair in `slot` out and counts it; its leaf may have too few slots then.
    ///
    /// # Safety
    ///
    /// `slot` is a slot of this tree, and `path` leads to it.
    #[inline(always)]
    unsafe fn take_out(&mut self, slot: Slot<K, V, S>, path: &mut Path) -> Removed<K, V> {
        self.len -= 1;
        // SAFETY: passed on.
        let removed = unsafe { remove(slot, path) };
        if let Some(root) = self.root {
            add_along(root.erased(), path, -1);
        }
        removed
    }

    /// [`ErasedTree::refill`].
    ///
    /// # Safety
    ///
    /// No other node has too few slots; all stem from `alloc`.
    #[cold]
    pub(super) unsafe fn refill<A: Allocator>(&mut self, path: &mut Path, alloc: &A) {
        // SAFETY: passed on.
        unsafe { self.edit().refill(path, alloc) };
    }

    /// [`ErasedTree::cut_off`].
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the tree is as it was.
    ///
    /// # Safety
    ///
    /// `edge` is an edge of this tree, whose nodes stem from `alloc`; `behind` is empty.
    pub(crate) unsafe fn cut_off<A: Allocator>(
        &mut self,
        edge: &Edge<K, V, S>,
        behind: &mut Self,
        alloc: &A,
    ) -> Result<(), Layout> {
        let edge = edge.erased();
        // SAFETY: passed on.
        unsafe { self.edit().cut_off(&edge, &mut behind.edit(), alloc) }
    }

    /// Clones the tree in its shape. O(n); compares nothing.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; what had been cloned is dropped.
    pub(crate) fn copy<A: Allocator>(&self, alloc: &A) -> Result<Self, Layout>
    where
        K: Clone,
        V: Clone,
    {
        let Some(root) = self.root else { return Ok(Self::new()) };
        let (root, len) = copy(root, alloc)?;
        Ok(Self { root: Some(root), len, ..Self::new() })
    }

    /// Takes the tree apart, leaving an empty one.
    pub(crate) fn kill(&mut self) -> Dying<K, V, S> {
        let Self { root, len, .. } = mem::replace(self, Self::new());
        Dying::new(root, len)
    }
}

/// An [`ErasedTree`] that stands for a tree, and is written back to that when this is dropped.
pub(super) struct Edit<'t, K, V, S: Shape<K>> {
    tree: &'t mut Tree<K, V, S>,
    erased: ErasedTree,
}

impl<K, V, S: Shape<K>> Deref for Edit<'_, K, V, S> {
    type Target = ErasedTree;

    fn deref(&self) -> &ErasedTree {
        &self.erased
    }
}

impl<K, V, S: Shape<K>> DerefMut for Edit<'_, K, V, S> {
    fn deref_mut(&mut self) -> &mut ErasedTree {
        &mut self.erased
    }
}

impl<K, V, S: Shape<K>> Drop for Edit<'_, K, V, S> {
    fn drop(&mut self) {
        *self.tree = Tree::of_erased(self.erased.root, self.erased.len);
    }
}

/// Gives a pair whose key is equal a new value, and the new key if asked to.
///
/// # Safety
///
/// The slot is one of a tree that is borrowed for writing.
pub(super) unsafe fn overwrite<K, V, S: Shape<K>>(
    slot: Slot<K, V, S>,
    (key, value): (K, V),
    on_equal: OnEqual,
) {
    // Both are in before either old one is dropped, which may unwind.
    // SAFETY: N1; nobody else reads or writes the value.
    let old_value = mem::replace(unsafe { &mut *slot.value() }, value);
    let old_key = match on_equal {
        OnEqual::KeepKey => key,
        // SAFETY: as above, for the key.
        OnEqual::Replace => mem::replace(unsafe { &mut *slot.key() }, key),
    };
    drop((old_key, old_value));
}
