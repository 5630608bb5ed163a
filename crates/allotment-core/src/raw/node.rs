//! [`Node`]: the address of a node, its header, and where its columns are.
//!
//! ```text
//! header of 8 bytes:  len: u16 | slots: u8 | run: u8 | last: u8 | unused | skipped: u16
//! ```
//!
//! `slots` is what the node has room for: `CAPACITY`, or less in a root.
//! `run` counts the latest insertions of which each went in right behind the one before, at `last`;
//! it only advises how to split. `skipped` is how many bytes of each key come before its head.
//!
//! Takes for granted N0 and N1. Does not care about order, fill, or which tree a node belongs to.

use core::alloc::Layout;
use core::fmt;
use core::ptr::{self, NonNull};

use allotment_alloc::Allocator;

use crate::raw::geometry::{Geometry, HEADER_BYTES};
use crate::raw::obtain::obtain;
use crate::raw::prefetch::prefetch_all;
use crate::raw::shape::Shape;
use crate::raw::types::{Erased, Known, Types};

/// The address of a node, leaf or internal: which one is known from the level it stands on.
///
/// A plain copyable address: it owns nothing, and no reference to a node is ever made (A1). The
/// pointer arithmetic below is `wrapping`, so computing an address asks for no proof; reading or
/// writing through it does.
#[derive(Clone, Copy)]
pub(crate) struct NodeOf<T> {
    block: NonNull<u8>,
    types: T,
}

/// A node whose pairs can be looked at. Tied to their types, and to nothing else: it neither owns
/// nor shares the pairs.
pub(crate) type Node<K, V, S> = NodeOf<Known<K, V, S>>;

/// A node whose pairs can be moved.
pub(crate) type ErasedNode = NodeOf<Erased>;

/// How a node begins.
#[repr(C)]
#[derive(Clone, Copy)]
struct Header {
    len: u16,
    slots: u8,
    run: u8,
    last: u8,
    skipped: u16,
}

/// Bytes of a node that are worth asking for before they are known to be needed.
const PREFETCH_MAX: usize = 1024;

/// How many of so many bytes a prefetch asks for.
const fn worthwhile(bytes: usize) -> usize {
    if bytes < PREFETCH_MAX { bytes } else { PREFETCH_MAX }
}

const _: () = assert!(size_of::<Header>() <= HEADER_BYTES);

// SAFETY: an address gives no access by itself. Whoever holds nodes carries a `PhantomData` that
// says whether it owns or borrows the pairs, and that decides.
unsafe impl<T> Send for NodeOf<T> {}

// SAFETY: as for `Send`.
unsafe impl<T> Sync for NodeOf<T> {}

impl<T> PartialEq for NodeOf<T> {
    fn eq(&self, other: &Self) -> bool {
        self.block == other.block
    }
}

impl<T> fmt::Debug for NodeOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)
    }
}

impl<T: Types> NodeOf<T> {
    #[inline(always)]
    pub(crate) fn geometry(self) -> &'static Geometry {
        self.types.geometry()
    }

    #[inline(always)]
    pub(crate) fn types(self) -> T {
        self.types
    }

    /// The same node, of whose pairs no more is known.
    #[inline(always)]
    pub(crate) fn erased(self) -> ErasedNode {
        NodeOf { block: self.block, types: self.geometry() }
    }

    /// Whether there is a column of heads.
    #[inline(always)]
    pub(crate) fn has_heads(self) -> bool {
        self.geometry().head > 0
    }

    /// Slots of a node that is not a root.
    #[inline(always)]
    pub(crate) fn capacity(self) -> usize {
        self.geometry().capacity
    }

    /// Bytes of a leaf that are worth asking for if all of it will be read.
    #[inline(always)]
    pub(crate) fn leaf_ahead(self) -> usize {
        worthwhile(self.geometry().leaf.size())
    }

    /// A new node for `level` with room for so many pairs, and without any; its edges, if it has
    /// any, are for the caller to set.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn allocate<A: Allocator>(
        types: T,
        slots: usize,
        level: usize,
        alloc: &A,
    ) -> Result<Self, Layout> {
        let block = obtain(types.geometry().layout_of(level, slots), alloc)?;
        let node = Self { block, types };
        node.begin(slots);
        node.pad(0, slots);
        Ok(node)
    }

    /// A new node with as much room as this one, which stands on `level`.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn allocate_alike<A: Allocator>(
        self,
        level: usize,
        alloc: &A,
    ) -> Result<Self, Layout> {
        let node = ErasedNode::allocate(self.geometry(), self.slots(), level, alloc)?;
        Ok(node.with(self.types))
    }

    /// A new leaf with the bits of this one.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    ///
    /// # Safety
    ///
    /// The node is a leaf of pairs that are plain data.
    pub(super) unsafe fn copy_leaf<A: Allocator>(self, alloc: &A) -> Result<Self, Layout> {
        let layout = self.own_layout(0);
        let node = Self { block: obtain(layout, alloc)?, ..self };
        let (from, to) = (self.block.as_ptr(), node.block.as_ptr());
        // SAFETY: N0, N3: two blocks of this layout. Slots above `len` are copied as they are.
        unsafe { ptr::copy_nonoverlapping(from, to, layout.size()) };
        Ok(node)
    }

    /// Writes the header of a node without pairs that has room for so many.
    pub(crate) fn begin(self, slots: usize) {
        let header = Header { len: 0, slots: slots as u8, run: 0, last: 0, skipped: 0 };
        // SAFETY: N0; the block is at least a header and aligned for one.
        unsafe { self.header().write(header) };
    }

    /// The layout of this node's block; it stands on `level`.
    pub(crate) fn own_layout(self, level: usize) -> Layout {
        self.geometry().layout_of(level, self.slots())
    }

    /// Gives the block back; pairs still in it are forgotten.
    ///
    /// # Safety
    ///
    /// The node stands on `level`, came from `alloc` (T4), and no copy of its address is used
    /// again: this is where N0 ends.
    pub(crate) unsafe fn deallocate<A: Allocator>(self, level: usize, alloc: &A) {
        let layout = self.own_layout(level);
        // SAFETY: T4, and N3 for the layout; the caller gives the node up.
        unsafe { alloc.deallocate(self.block, layout) };
    }

    /// Address of the header.
    #[inline]
    fn header(self) -> *mut Header {
        self.block.as_ptr().cast()
    }

    /// Slots in use.
    #[inline]
    pub(crate) fn len(self) -> usize {
        // SAFETY: N0; the header was written at birth.
        usize::from(unsafe { (*self.header()).len })
    }

    #[inline]
    pub(crate) fn set_len(self, len: usize) {
        debug_assert!(len <= self.slots());
        // SAFETY: N0; nobody else writes to the node now.
        unsafe { (*self.header()).len = len as u16 };
    }

    /// Slots in all.
    #[inline]
    pub(crate) fn slots(self) -> usize {
        // SAFETY: N0; the header was written at birth.
        usize::from(unsafe { (*self.header()).slots })
    }

    /// Whether it has as many slots as any: all nodes have, but perhaps a root (T2).
    #[inline(always)]
    pub(crate) fn is_whole(self) -> bool {
        self.slots() == self.capacity()
    }

    /// Whether all slots are in use.
    #[inline]
    pub(crate) fn is_full(self) -> bool {
        self.len() == self.slots()
    }

    /// Notes that a pair went in at `slot`.
    #[inline]
    pub(crate) fn note_insertion(self, slot: usize) {
        // SAFETY: N0; the header was written at birth.
        let Header { run, last, .. } = unsafe { self.header().read() };
        let run = if slot == usize::from(last) + 1 { run.saturating_add(1) } else { 0 };
        // SAFETY: N0; nobody else writes to the node now.
        unsafe { (*self.header()).run = run };
        // SAFETY: as above.
        unsafe { (*self.header()).last = slot as u8 };
    }

    /// How many pairs went in one behind the other, if the next one goes in at `slot`.
    pub(crate) fn run_to(self, slot: usize) -> usize {
        // SAFETY: N0; the header was written at birth.
        let Header { run, last, .. } = unsafe { self.header().read() };
        if slot == usize::from(last) + 1 { usize::from(run) + 1 } else { 0 }
    }

    /// Goes down to `len` slots; those behind own nothing any more.
    #[inline]
    pub(crate) fn shrink(self, len: usize) {
        let before = self.len();
        self.set_len(len);
        self.pad(len, before);
    }

    /// Goes down by one slot. Apart from [`shrink`](Self::shrink) since a loop over one slot
    /// becomes a call of `memset`.
    #[inline]
    pub(crate) fn shrink_by_one(self) {
        let len = self.len() - 1;
        self.set_len(len);
        self.pad_slot(len);
    }

    /// Fills one key slot that owns nothing, as N4 asks.
    #[inline]
    pub(crate) fn pad_slot(self, slot: usize) {
        self.pad(slot, slot + 1);
    }

    /// Fills key slots that own nothing, those from `from` to `to`, as N4 asks.
    #[inline]
    pub(crate) fn pad(self, from: usize, to: usize) {
        debug_assert!(to <= self.slots());
        if self.has_heads() {
            for slot in from..to {
                self.set_head(slot, u64::MAX);
            }
        } else {
            // SAFETY: N0; within the key column, and the caller gave up what was there.
            unsafe { self.types.pad(self.key_column(), from, to) };
        }
    }

    /// Bytes that each key begins with before its head (N5).
    #[inline]
    pub(crate) fn skipped(self) -> usize {
        // SAFETY: N0; the header was written at birth.
        usize::from(unsafe { (*self.header()).skipped })
    }

    #[inline]
    pub(crate) fn set_skipped(self, bytes: usize) {
        debug_assert!(bytes <= usize::from(u16::MAX));
        // SAFETY: N0; nobody else writes to the node now.
        unsafe { (*self.header()).skipped = bytes as u16 };
    }

    /// Address of the heads; only nodes of byte strings have them.
    #[inline]
    pub(crate) fn heads(self) -> *mut u64 {
        self.block.as_ptr().wrapping_add(HEADER_BYTES).cast()
    }

    /// The head in `slot`.
    #[inline]
    pub(crate) fn head(self, slot: usize) -> u64 {
        debug_assert!(self.has_heads() && slot < self.slots());
        // SAFETY: N0, N5: all heads were written at birth.
        unsafe { self.heads().wrapping_add(slot).read() }
    }

    #[inline]
    pub(crate) fn set_head(self, slot: usize, head: u64) {
        debug_assert!(self.has_heads() && slot < self.slots());
        // SAFETY: N0; nobody else writes to the node now.
        unsafe { self.heads().wrapping_add(slot).write(head) };
    }

    /// The block; its address is even.
    #[inline]
    pub(crate) fn block(self) -> NonNull<u8> {
        self.block
    }

    /// Address of the key column.
    #[inline(always)]
    pub(crate) fn key_column(self) -> *mut u8 {
        self.block.as_ptr().wrapping_add(self.types.keys_of(self.slots()))
    }

    /// Address of the key in `slot`.
    #[inline]
    pub(crate) fn key(self, slot: usize) -> *mut u8 {
        self.key_column().wrapping_add(slot * self.geometry().key.size())
    }

    /// Address of the value column of a node on `level`.
    #[inline(always)]
    pub(crate) fn value_column(self, level: usize) -> *mut u8 {
        self.block.as_ptr().wrapping_add(self.types.values_of(level, self.slots()))
    }

    /// Address of the child column; only an internal node has one.
    #[inline(always)]
    pub(crate) fn children(self) -> *mut NonNull<u8> {
        self.block.as_ptr().wrapping_add(self.types.children_of(self.slots())).cast()
    }

    /// Address of the totals; only an internal node of a ranked shape has them.
    #[inline]
    pub(crate) fn totals(self) -> *mut usize {
        debug_assert!(self.geometry().has_totals);
        self.block.as_ptr().wrapping_add(self.geometry().totals_of(self.slots())).cast()
    }

    /// Asks for all of a leaf to come, values too: by the time that a search is done they are here.
    #[inline(always)]
    pub(crate) fn prefetch_leaf(self) {
        prefetch_all(self.block.as_ptr(), self.leaf_ahead());
    }

    /// Asks for the part of an internal node to come that a descent reads.
    #[inline(always)]
    pub(crate) fn prefetch_internal(self) {
        prefetch_all(self.block.as_ptr(), worthwhile(self.geometry().descended));
    }

    /// Asks for what a descent reads of a node on `level` to come.
    #[inline(always)]
    pub(crate) fn prefetch_on(self, level: usize) {
        if level == 0 {
            self.prefetch_leaf();
        } else {
            self.prefetch_internal();
        }
    }

    /// Asks for what a search of a node reads to come: its heads, or its keys if it has none.
    #[inline(always)]
    pub(crate) fn prefetch_searched(self) {
        prefetch_all(self.block.as_ptr(), worthwhile(self.geometry().searched));
    }

    /// The child at `edge`.
    ///
    /// # Safety
    ///
    /// The node is internal and `edge <= len` (N2).
    #[inline]
    pub(crate) unsafe fn child(self, edge: usize) -> Self {
        debug_assert!(edge <= self.len());
        // SAFETY: N2: the edges up to `len` are live.
        let block = unsafe { self.children().wrapping_add(edge).read() };
        Self { block, ..self }
    }

    /// [`child`](Self::child) of a node that has all its slots: its header is not waited for.
    ///
    /// # Safety
    ///
    /// As for `child`, and the node has all its slots.
    #[inline]
    pub(crate) unsafe fn child_of_whole(self, edge: usize) -> Self {
        debug_assert!(edge <= self.len() && self.is_whole());
        let children = self.block.as_ptr().wrapping_add(self.geometry().children);
        // SAFETY: N2: the edges up to `len` are live.
        let block = unsafe { children.cast::<NonNull<u8>>().wrapping_add(edge).read() };
        Self { block, ..self }
    }

    /// Hangs `child` at `edge`.
    ///
    /// # Safety
    ///
    /// The node is internal and `edge` at most its number of slots.
    pub(crate) unsafe fn set_child(self, edge: usize, child: Self) {
        debug_assert!(edge <= self.slots());
        // SAFETY: the column has a place more than there are slots.
        unsafe { self.children().wrapping_add(edge).write(child.block) };
    }

    /// How many pairs are at and below the child at `edge`.
    ///
    /// # Safety
    ///
    /// The node is internal, of a ranked shape, and `edge <= len` (N6).
    #[inline]
    pub(crate) unsafe fn total(self, edge: usize) -> usize {
        debug_assert!(edge <= self.len());
        // SAFETY: N6: the totals up to `len` are written.
        unsafe { self.totals().wrapping_add(edge).read() }
    }

    /// Notes how many pairs are at and below the child at `edge`.
    ///
    /// # Safety
    ///
    /// The node is internal, of a ranked shape, and `edge` at most its number of slots.
    #[inline]
    pub(crate) unsafe fn set_total(self, edge: usize, total: usize) {
        debug_assert!(edge <= self.slots());
        // SAFETY: the column has a place more than there are slots.
        unsafe { self.totals().wrapping_add(edge).write(total) };
    }
}

impl<K, V, S: Shape<K>> Node<K, V, S> {
    /// The node whose block it is.
    #[inline]
    pub(crate) fn from_block(block: NonNull<u8>) -> Self {
        Self { block, types: Known::NEW }
    }

    /// Address of the key column.
    #[inline(always)]
    pub(crate) fn keys(self) -> *mut K {
        self.key_column().cast()
    }

    /// Address of the value column of a node on `level`.
    #[inline(always)]
    pub(crate) fn values(self, level: usize) -> *mut V {
        self.value_column(level).cast()
    }

    /// The bytes of the key in `slot`; none if keys are no byte strings.
    ///
    /// # Safety
    ///
    /// The slot has a key (N1), which lasts for `'a`.
    #[inline]
    pub(crate) unsafe fn key_bytes<'a>(self, slot: usize) -> &'a [u8] {
        // SAFETY: initialised, by the caller's promise.
        let bytes = unsafe { S::bytes(self.keys().wrapping_add(slot)) };
        // SAFETY: they last as long as the key.
        unsafe { &*bytes }
    }
}

impl ErasedNode {
    /// The node with this block, in a tree of this geometry.
    pub(crate) fn of(block: NonNull<u8>, geometry: Erased) -> Self {
        Self { block, types: geometry }
    }

    /// The same node, of a tree with these types.
    #[inline(always)]
    pub(crate) fn with<T: Types>(self, types: T) -> NodeOf<T> {
        debug_assert_eq!(self.geometry().internal, types.geometry().internal);
        NodeOf { block: self.block, types }
    }
}
