//! [`Grove`]: the ids of a long list, in blocks that a tree keeps in order.
//!
//! ```text
//! fence     0          800             2100
//! block     3 .. 795   802 .. 2077     2100 .. 9000
//! ```
//!
//! A block has the ids from its fence on, up to the next one. A fence stays where it is as ids come
//! and go, so that no key of the tree changes; the first one is 0, or becomes it.

use core::alloc::Layout;
use core::mem::forget;

use allotment_alloc::Allocator;

use crate::raw::block::Block;
use crate::raw::code::Code;
use crate::raw::owned::{Free, Owned};
use crate::raw::path::{Edge, Slot};
use crate::raw::repack::{Put, Room, Taken, pack, put, put_anew, repack, take, tighten, unpack};
use crate::raw::search::Side;
use crate::raw::shape::Shape;
use crate::raw::tree::Tree;

/// Ids up to which a block is put together with one beside it, into one of twice as many at most.
const FEW: usize = 64;

/// An edge, and the slot before it if there is one.
type Found<S> = (Edge<u64, Block, S>, Option<Slot<u64, Block, S>>);

/// The blocks of a list: one at least.
pub(crate) struct Grove<S> {
    pub(crate) tree: Tree<u64, Block, S>,
    /// Ids in all of them.
    pub(crate) len: usize,
    /// The last one, so that what comes behind it need not read the others; the greatest number
    /// while that is not known.
    pub(crate) last: u64,
}

/// Counts the ids of a grove if it is dropped, as the allocator unwinds in the midst of an edit.
struct Recount<'g, S: Shape<u64>>(&'g mut Grove<S>);

impl<S: Shape<u64>> Drop for Recount<'_, S> {
    fn drop(&mut self) {
        let len = self.0.fenced().map(|(_, block)| block.len()).sum();
        (self.0.len, self.0.last) = (len, self.0.find_last().unwrap_or(0));
    }
}

impl<S: Shape<u64>> Grove<S> {
    /// One without blocks, which is not to stay so.
    pub(crate) const fn new() -> Self {
        Self { tree: Tree::new(), len: 0, last: 0 }
    }

    /// The edge behind the fence of an id, and the slot of its block: none before the first fence.
    fn find(&self, id: u64) -> Option<Found<S>> {
        let edge = self.tree.edge_beside(&id, Side::After)?;
        let slot = self.tree.root().and_then(|root| edge.slot_before(root));
        Some((edge, slot))
    }

    /// The fences and their blocks, in ascending order.
    pub(crate) fn fenced(&self) -> impl Iterator<Item = (u64, &Block)> {
        let root = self.tree.root();
        let mut edge = root.map(Edge::first);
        core::iter::from_fn(move || {
            let slot = edge.as_mut()?.next(root?)?;
            // SAFETY: N1; the tree is borrowed as the iterator is.
            let (fence, block) = unsafe { slot.pair() };
            Some((*fence, block))
        })
    }

    /// The first block; it stays here as well.
    ///
    /// # Safety
    ///
    /// The grove is [forgotten](Self::forget_first) before one of the two is used.
    pub(crate) unsafe fn first(&self) -> Block {
        let place = self.tree.first().expect("a grove has a block");
        // SAFETY: N1; the tree is borrowed, and a block is an address.
        unsafe { place.slot.value().read() }
    }

    /// Takes the first block out, which is elsewhere by now.
    ///
    /// # Safety
    ///
    /// Nodes stem from `alloc`.
    pub(crate) unsafe fn forget_first<A: Allocator>(&mut self, alloc: &A) {
        let mut place = self.tree.first().expect("a grove has a block");
        // What it answers is an address, and gives nothing back.
        // SAFETY: a place in this tree; the rest is passed on.
        unsafe { self.tree.remove_at(place.slot, &mut place.path, alloc) };
    }

    /// The fence of an id.
    pub(crate) fn fence_of(&self, id: u64) -> Option<u64> {
        let (_, slot) = self.find(id)?;
        // SAFETY: N1; the tree is borrowed.
        slot.map(|slot| unsafe { slot.key().read() })
    }

    /// The block that an id is in, if it is there.
    pub(crate) fn block_of(&self, id: u64) -> Option<&Block> {
        let (_, slot) = self.find(id)?;
        // SAFETY: N1; the tree is borrowed as this is.
        slot.map(|slot| unsafe { &*slot.value() })
    }

    /// Seats a block at an edge.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the block is freed.
    ///
    /// # Safety
    ///
    /// An edge of this tree, where the fence belongs; nodes and blocks stem from `alloc`.
    pub(crate) unsafe fn plant<A: Allocator>(
        &mut self,
        edge: Option<Edge<u64, Block, S>>,
        fence: u64,
        block: Owned<'_, Block, A>,
        alloc: &A,
    ) -> Result<(), Layout> {
        let mut edge = edge;
        // SAFETY: passed on; a block is seated next.
        let place = unsafe { self.tree.room_at(&mut edge, alloc) }?;
        // SAFETY: told just now.
        unsafe { self.tree.seat(place, fence, block.keep()) };
        Ok(())
    }

    /// Puts an id in; answers whether it is new. O(log n), and the ids of a block are moved.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the ids are as they were.
    ///
    /// # Safety
    ///
    /// Nodes and blocks stem from `alloc`.
    pub(crate) unsafe fn insert<A: Allocator>(
        &mut self,
        id: u64,
        alloc: &A,
    ) -> Result<bool, Layout> {
        let recount = Recount(self);
        // SAFETY: passed on.
        let inserted = unsafe { recount.0.put_in(id, alloc) };
        forget(recount);
        inserted
    }

    /// [`insert`](Self::insert), after which the ids are to be counted if the allocator panics.
    ///
    /// # Errors
    ///
    /// As for `insert`.
    ///
    /// # Safety
    ///
    /// As for `insert`.
    unsafe fn put_in<A: Allocator>(&mut self, id: u64, alloc: &A) -> Result<bool, Layout> {
        let found = self.find(id);
        let Some((edge, Some(slot))) = found else {
            let block = pack(&[id], alloc)?;
            // SAFETY: the edge before the first fence; the rest is passed on.
            unsafe { self.plant(found.map(|(edge, _)| edge), 0, block, alloc) }?;
            self.count(id);
            return Ok(true);
        };
        // SAFETY: N1; the tree is borrowed for writing.
        let (fence, block) = unsafe { slot.pair_mut() };
        let (fence, had_bits) = (*fence, block.has_bits());
        let put = if id <= self.last {
            // SAFETY: passed on.
            unsafe { put(block, id, alloc) }?
        } else if block.push(self.last, id).is_some() {
            Put::Done
        } else {
            // SAFETY: passed on.
            unsafe { put_anew(block, id, Room::Twice, alloc) }?
        };
        match put {
            Put::Present => return Ok(false),
            Put::Done if had_bits || !block.has_bits() => {}
            Put::Done => {
                self.count(id);
                // SAFETY: a fence of the tree; the rest is passed on.
                unsafe { self.unite_bits_around(fence, alloc) };
                return Ok(true);
            }
            Put::Beside(Side::After, new) => {
                // Before the id is in: the allocator may panic.
                // SAFETY: passed on.
                unsafe { tighten(block, alloc) };
                // SAFETY: the edge behind the block; the rest is passed on.
                unsafe { self.plant(Some(edge), id, new, alloc) }?;
            }
            Put::Beside(Side::Before, new) => {
                let first = block.read().peek().expect("a block has an id");
                // SAFETY: as above; the two blocks change places next.
                unsafe { self.plant(Some(edge), first, new, alloc) }?;
                let (own, other) = (self.block_at(fence), self.block_at(first));
                // SAFETY: two blocks of the tree, which is borrowed for writing.
                unsafe { core::ptr::swap(own, other) };
            }
            Put::Halves(left, right) => {
                let middle = right.get().read().peek().expect("a half has an id");
                // SAFETY: as above; the block's other half takes its place next.
                unsafe { self.plant(Some(edge), middle, right, alloc) }?;
                // SAFETY: a block of the tree, which is borrowed for writing.
                let old = unsafe { self.block_at(fence).replace(left.keep()) };
                self.count(id);
                // SAFETY: passed on.
                unsafe { old.free(alloc) };
                return Ok(true);
            }
        }
        self.count(id);
        Ok(true)
    }

    /// Counts an id that has come.
    fn count(&mut self, id: u64) {
        self.len += 1;
        self.last = self.last.max(id);
    }

    /// The last id of the last block.
    fn find_last(&self) -> Option<u64> {
        let root = self.tree.root()?;
        let slot = Edge::last(root).slot_before(root)?;
        // SAFETY: N1; the tree is borrowed.
        Some(unsafe { &*slot.value() }.last())
    }

    /// Checks that each block has the ids that its fence says, and how many there are.
    ///
    /// # Errors
    ///
    /// The first violation, in words.
    #[cfg(feature = "verify")]
    pub(crate) fn verify(&self) -> Result<(), alloc::string::String> {
        let (mut ids, mut last) = (0, None);
        for (fence, block) in self.fenced() {
            let mut reader = block.read();
            if reader.peek().is_none_or(|first| first < fence) || last >= Some(fence) {
                return Err(alloc::format!("a block at {fence} has ids of another"));
            }
            ids += block.len();
            last = reader.next_back();
        }
        let is_last = self.last == u64::MAX || last == Some(self.last);
        if ids != self.len || !is_last {
            return Err(alloc::format!("{ids} ids to {last:?}, len {} to {}", self.len, self.last));
        }
        Ok(())
    }

    /// Where the block of a fence is.
    fn block_at(&self, fence: u64) -> *mut Block {
        self.tree.find(&fence).expect("a fence of the tree").value()
    }

    /// Takes an id out of two or more; answers whether it was there. O(log n), and the ids of a
    /// block are moved.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the ids are as they were.
    ///
    /// # Safety
    ///
    /// Nodes and blocks stem from `alloc`.
    pub(crate) unsafe fn remove<A: Allocator>(
        &mut self,
        id: u64,
        alloc: &A,
    ) -> Result<bool, Layout> {
        let was_last = id == self.last;
        let recount = Recount(self);
        // SAFETY: passed on.
        let removed = unsafe { recount.0.take_out(id, alloc) };
        forget(recount);
        if was_last && removed.is_ok() {
            self.last = self.find_last().unwrap_or(0);
        }
        removed
    }

    /// [`remove`](Self::remove), which leaves `last` as it is.
    ///
    /// # Errors
    ///
    /// As for `remove`.
    ///
    /// # Safety
    ///
    /// As for `remove`.
    unsafe fn take_out<A: Allocator>(&mut self, id: u64, alloc: &A) -> Result<bool, Layout> {
        let Some((_, Some(slot))) = self.find(id) else { return Ok(false) };
        // SAFETY: N1; the tree is borrowed for writing.
        let (fence, block) = unsafe { slot.pair_mut() };
        // SAFETY: passed on.
        match unsafe { take(block, id, alloc) }? {
            Taken::Absent => return Ok(false),
            Taken::Last => {
                self.len -= 1;
                // SAFETY: passed on.
                unsafe { self.fell(*fence, alloc) };
            }
            Taken::Done => {
                self.len -= 1;
                if block.len() <= FEW {
                    let fence = *fence;
                    // SAFETY: a fence of the tree; the rest is passed on.
                    unsafe { self.unite_around(fence, slot, alloc) };
                }
            }
        }
        Ok(true)
    }

    /// Takes a block out.
    ///
    /// # Safety
    ///
    /// A fence of the tree; nodes and blocks stem from `alloc`.
    unsafe fn fell<A: Allocator>(&mut self, fence: u64, alloc: &A) {
        let Ok(mut place) = self.tree.place_of(&fence) else { unreachable!("a fence of the tree") };
        // SAFETY: a place in this tree; the rest is passed on.
        let ((_, block), _) = unsafe { self.tree.remove_at(place.slot, &mut place.path, alloc) };
        // SAFETY: passed on.
        unsafe { block.free(alloc) };
    }

    /// Puts a block of few ids together with the next one or the one before, if that has few as
    /// well.
    ///
    /// # Safety
    ///
    /// The fence of a slot of this tree; nodes and blocks stem from `alloc`.
    unsafe fn unite_around<A: Allocator>(
        &mut self,
        fence: u64,
        slot: Slot<u64, Block, S>,
        alloc: &A,
    ) {
        let Some(root) = self.tree.root() else { return };
        let beside = |side| self.tree.edge_beside(&fence, side);
        let next = beside(Side::After).and_then(|edge| edge.slot_after(root));
        let before = beside(Side::Before).and_then(|edge| edge.slot_before(root));
        // SAFETY: side by side; the rest is passed on.
        let is_done = next.is_some_and(|next| unsafe { self.unite(slot, next, alloc) });
        if let Some(before) = before
            && !is_done
        {
            // SAFETY: as above.
            unsafe { self.unite(before, slot, alloc) };
        }
    }

    /// Puts a block whose ids have come to lie so close that they have bits together with the next
    /// one and the one before, if those have bits as well.
    ///
    /// # Safety
    ///
    /// A fence of the tree; nodes and blocks stem from `alloc`.
    #[cold]
    unsafe fn unite_bits_around<A: Allocator>(&mut self, fence: u64, alloc: &A) {
        // SAFETY: passed on.
        unsafe { self.unite_bits(fence, alloc) };
        let before = self.tree.edge_beside(&fence, Side::Before);
        if let Some(slot) =
            before.zip(self.tree.root()).and_then(|(edge, root)| edge.slot_before(root))
        {
            // SAFETY: N1; the tree is borrowed.
            let before = unsafe { slot.key().read() };
            // SAFETY: passed on.
            unsafe { self.unite_bits(before, alloc) };
        }
    }

    /// Puts a block together with the next one if both have bits, their numbers fit one, and there
    /// is memory to do so.
    ///
    /// # Safety
    ///
    /// A fence of the tree; nodes and blocks stem from `alloc`.
    unsafe fn unite_bits<A: Allocator>(&mut self, fence: u64, alloc: &A) {
        let edge = self.tree.edge_beside(&fence, Side::After);
        let Some((edge, root)) = edge.zip(self.tree.root()) else { return };
        let Some((own, next)) = edge.slot_before(root).zip(edge.slot_after(root)) else { return };
        // SAFETY: N1; the tree is borrowed for writing.
        let (_, block) = unsafe { own.pair_mut() };
        // SAFETY: as above, and another slot.
        let (next_fence, next) = unsafe { next.pair() };
        let next_fence = *next_fence;
        if let Some(united) = block.united_with(next, alloc) {
            let old = core::mem::replace(block, united);
            // SAFETY: passed on.
            unsafe { self.fell(next_fence, alloc) };
            // SAFETY: passed on.
            unsafe { old.free(alloc) };
        }
    }

    /// Puts two blocks of few ids together, if there is memory to do so; answers whether it did.
    ///
    /// # Safety
    ///
    /// Slots of this tree side by side; nodes and blocks stem from `alloc`.
    unsafe fn unite<A: Allocator>(
        &mut self,
        slot: Slot<u64, Block, S>,
        next: Slot<u64, Block, S>,
        alloc: &A,
    ) -> bool {
        // SAFETY: N1; the tree is borrowed for writing.
        let (_, left) = unsafe { slot.pair_mut() };
        // SAFETY: as above, and another slot.
        let (fence, right) = unsafe { next.pair_mut() };
        let mut buffer = [0; 2 * FEW];
        if left.len() + right.len() > buffer.len() {
            return false;
        }
        let len = unpack(left, &mut buffer);
        let len = len + unpack(right, &mut buffer[len..]);
        let ids = &buffer[..len];
        let Some((code, bytes)) = Code::of(ids) else { return false };
        // SAFETY: passed on.
        let united = bytes <= left.room() + right.room()
            && unsafe { repack(left, ids, (code, bytes), Room::Enough, alloc) }.is_ok();
        if united {
            // SAFETY: passed on.
            unsafe { self.fell(*fence, alloc) };
        }
        united
    }
}
