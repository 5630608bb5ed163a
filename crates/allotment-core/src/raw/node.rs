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
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use allotment_alloc::Allocator;

use crate::raw::kind::Integer;
use crate::raw::obtain::obtain;
use crate::raw::prefetch::prefetch_all;
use crate::raw::shape::{
    Column, Geometry, HEADER_BYTES, Shape, children_of, internal_bytes, internal_values_of,
    keys_of, leaf_bytes, leaf_values_of, slots_after, totals_of,
};

/// The address of a node, leaf or internal: which one is known from the level it stands on.
///
/// A plain copyable address: it owns nothing, and no reference to a node is ever made (A1). The
/// pointer arithmetic below is `wrapping`, so computing an address asks for no proof; reading or
/// writing through it does.
pub(crate) struct Node<K, V, S> {
    block: NonNull<u8>,
    marker: Marker<K, V, S>,
}

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

/// Ties an address to its geometry, and to nothing else: not to owning or sharing the pairs.
type Marker<K, V, S> = PhantomData<fn() -> (K, V, S)>;

// SAFETY: an address gives no access by itself. Whoever holds nodes carries a `PhantomData` that
// says whether it owns or borrows the pairs, and that decides.
unsafe impl<K, V, S> Send for Node<K, V, S> {}

// SAFETY: as for `Send`.
unsafe impl<K, V, S> Sync for Node<K, V, S> {}

impl<K, V, S> Clone for Node<K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for Node<K, V, S> {}

impl<K, V, S> PartialEq for Node<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.block == other.block
    }
}

impl<K, V, S> fmt::Debug for Node<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)
    }
}

impl<K, V, S: Shape<K>> Node<K, V, S> {
    const WITH_INTEGERS: Geometry = Geometry::of::<K, V, S>(Column::Integers);
    const WITH_KEYS: Geometry = Geometry::of::<K, V, S>(Column::Keys);
    const WITH_HEADS: Geometry = Geometry::of::<K, V, S>(Column::Heads);

    /// Whether there is a column of heads: known as soon as the type of the keys is, though not to
    /// `const`.
    #[inline(always)]
    pub(crate) fn has_heads() -> bool {
        S::MAY_BE_BYTES && S::are_bytes()
    }

    /// The integer type that keys are compared as, if they are.
    #[inline(always)]
    fn integer() -> Option<Integer> {
        if S::MAY_BE_INTEGERS { S::integer() } else { None }
    }

    #[inline(always)]
    pub(crate) fn geometry() -> &'static Geometry {
        if Self::has_heads() {
            &Self::WITH_HEADS
        } else if Self::integer().is_some() {
            &Self::WITH_INTEGERS
        } else {
            &Self::WITH_KEYS
        }
    }

    /// Slots of a node that is not a root.
    #[inline(always)]
    pub(crate) fn capacity() -> usize {
        Self::geometry().capacity
    }

    /// Slots of the root that replaces one of so many on `level`, 0 standing for none.
    pub(crate) fn slots_after(slots: usize, level: usize) -> usize {
        slots_after(slots, level, Self::capacity(), S::IS_DENSE)
    }

    /// Slots below which removal refills a node.
    #[inline(always)]
    pub(crate) fn fill_min() -> usize {
        Self::geometry().fill_min
    }

    /// Whether a leaf that has just come down to so many slots should be refilled. Where leaves are
    /// kept dense, now and then one that has some room is looked at as well.
    #[inline(always)]
    pub(crate) fn falls_short(len: usize) -> bool {
        let capacity = Self::capacity();
        let is_looked_at = || 8 * len < 7 * capacity && len.is_multiple_of((capacity / 16).max(1));
        len < Self::fill_min() || S::IS_DENSE && is_looked_at()
    }

    /// Slots that an internal node off the two outer spines has in any case.
    #[inline(always)]
    pub(crate) fn fill_least() -> usize {
        Self::geometry().fill_least
    }

    /// Bytes of a leaf that are worth asking for if all of it will be read.
    #[inline(always)]
    pub(crate) fn leaf_ahead() -> usize {
        worthwhile(Self::geometry().leaf.size())
    }

    /// The block of a node on `level` with all its slots.
    #[inline]
    pub(crate) fn layout(level: usize) -> Layout {
        if level == 0 { Self::geometry().leaf } else { Self::geometry().internal }
    }

    /// The block of a node on `level` with so many slots.
    #[inline]
    fn layout_of(level: usize, slots: usize) -> Layout {
        let whole = Self::layout(level);
        if slots == Self::capacity() {
            return whole;
        }
        let head = Self::geometry().head;
        let bytes = if level == 0 {
            leaf_bytes::<K, V>(head, slots)
        } else {
            internal_bytes::<K, V, S>(head, slots)
        };
        Layout::from_size_align(bytes, whole.align()).expect("smaller than a whole node")
    }

    /// A new node for `level` without pairs; its edges, if it has any, are for the caller to set.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn allocate<A: Allocator>(level: usize, alloc: &A) -> Result<Self, Layout> {
        Self::allocate_with(Self::capacity(), level, alloc)
    }

    /// [`allocate`](Self::allocate) with so many slots.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn allocate_with<A: Allocator>(
        slots: usize,
        level: usize,
        alloc: &A,
    ) -> Result<Self, Layout> {
        let block = obtain(Self::layout_of(level, slots), alloc)?;
        let node = Self { block, marker: PhantomData };
        node.begin(slots);
        node.pad(0, slots);
        Ok(node)
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
        let node = Self { block: obtain(layout, alloc)?, marker: PhantomData };
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
        Self::layout_of(level, self.slots())
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
        self.slots() == Self::capacity()
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
        if let Some(integer) = Self::integer() {
            let keys = self.keys();
            for slot in from..to {
                // SAFETY: N0; within the key column, and the caller gave up what was there.
                unsafe { S::pad(integer, keys.wrapping_add(slot)) };
            }
        } else if Self::has_heads() {
            for slot in from..to {
                self.set_head(slot, u64::MAX);
            }
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
        debug_assert!(Self::has_heads() && slot < self.slots());
        // SAFETY: N0, N5: all heads were written at birth.
        unsafe { self.heads().wrapping_add(slot).read() }
    }

    #[inline]
    pub(crate) fn set_head(self, slot: usize, head: u64) {
        debug_assert!(Self::has_heads() && slot < self.slots());
        // SAFETY: N0; nobody else writes to the node now.
        unsafe { self.heads().wrapping_add(slot).write(head) };
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

    /// The node whose block it is.
    #[inline]
    pub(crate) fn from_block(block: NonNull<u8>) -> Self {
        Self { block, marker: PhantomData }
    }

    /// The block; its address is even.
    #[inline]
    pub(crate) fn block(self) -> NonNull<u8> {
        self.block
    }

    /// Address of the key column.
    #[inline]
    pub(crate) fn keys(self) -> *mut K {
        // Without heads they begin right behind the header, whatever kind of key it is.
        let offset = if Self::has_heads() {
            keys_of::<K>(Self::WITH_HEADS.head, self.slots())
        } else {
            const { keys_of::<K>(0, 0) }
        };
        self.block.as_ptr().wrapping_add(offset).cast()
    }

    /// Address of the value column of a node on `level`.
    #[inline]
    pub(crate) fn values(self, level: usize) -> *mut V {
        let (head, slots) = (Self::geometry().head, self.slots());
        let offset = if level == 0 {
            leaf_values_of::<K, V>(head, slots)
        } else {
            internal_values_of::<K, V>(head, slots)
        };
        self.block.as_ptr().wrapping_add(offset).cast()
    }

    /// Address of the child column; only an internal node has one.
    #[inline]
    pub(crate) fn children(self) -> *mut Self {
        let offset = children_of::<K>(Self::geometry().head, self.slots());
        self.block.as_ptr().wrapping_add(offset).cast()
    }

    /// Address of the totals; only an internal node of a ranked shape has them.
    #[inline]
    pub(crate) fn totals(self) -> *mut usize {
        debug_assert!(S::HAS_TOTALS);
        let offset = totals_of::<K, V>(Self::geometry().head, self.slots());
        self.block.as_ptr().wrapping_add(offset).cast()
    }

    /// Asks for all of a leaf to come, values too: by the time that a search is done they are here.
    #[inline(always)]
    pub(crate) fn prefetch_leaf(self) {
        prefetch_all(self.block.as_ptr(), Self::leaf_ahead());
    }

    /// Asks for the part of an internal node to come that a descent reads.
    #[inline(always)]
    pub(crate) fn prefetch_internal(self) {
        prefetch_all(self.block.as_ptr(), worthwhile(Self::geometry().descended));
    }

    /// Asks for what a search of a node reads to come: its heads, or its keys if it has none.
    #[inline(always)]
    pub(crate) fn prefetch_searched(self) {
        prefetch_all(self.block.as_ptr(), worthwhile(Self::geometry().searched));
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
        unsafe { self.children().wrapping_add(edge).read() }
    }

    /// [`child`](Self::child) of a node that has all its slots: its header is not waited for.
    ///
    /// # Safety
    ///
    /// As for `child`, and the node has all its slots.
    #[inline]
    pub(crate) unsafe fn child_of_whole(self, edge: usize) -> Self {
        debug_assert!(edge <= self.len() && self.is_whole());
        let children = self.block.as_ptr().wrapping_add(Self::geometry().children).cast::<Self>();
        // SAFETY: N2: the edges up to `len` are live.
        unsafe { children.wrapping_add(edge).read() }
    }

    /// Hangs `child` at `edge`.
    ///
    /// # Safety
    ///
    /// The node is internal and `edge` at most its number of slots.
    pub(crate) unsafe fn set_child(self, edge: usize, child: Self) {
        debug_assert!(edge <= self.slots());
        // SAFETY: the column has a place more than there are slots.
        unsafe { self.children().wrapping_add(edge).write(child) };
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
