//! The shared state of an arena: one block of the parent, which every handle points to.
//!
//! Invariants:
//!
//! - S1: `position` points into the current chunk and carries that chunk's provenance; from there
//!   to the address `limit` the memory is unused. Before the first chunk the two are equal and
//!   `position` is dangling.
//! - S2: blocks, free blocks and the room from `position` to `limit` are disjoint parts of chunks
//!   in `chunks`. Each live block starts at a multiple of its footprint's alignment and owns its
//!   footprint's size.
//! - S3: the parent is only ever called while S1 and S2 hold, and nothing read from the state
//!   before such a call is used after it. So a parent may fail, unwind, or even use the arena.
//! - S4: nothing lies in a chunk in `spare`, of which there is one at most.
//!
//! In the checked mode there are no chunks: blocks are the parent's, and `registry` has them.
//!
//! The state does not count blocks: that is left to the handle, which knows the layouts.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator};

use crate::arithmetic::bumping::{FIRST_PAYLOAD, Refit, Room, grown, growth_after, payload_for};
use crate::arithmetic::footprint::{Footprint, LINE};
use crate::chunk::{Chunk, ChunkList};
use crate::free_list::FreeLists;
use crate::registry::{CHECKED, Registry};
use crate::stats::{BumpStats, Tally};

/// Something well aligned to point at without memory.
#[repr(align(64))]
struct Line;

const _: () = assert!(align_of::<Line>() == LINE);

/// How an arena was at one moment, to go back to.
///
/// The blocks that were free then are kept here: so what is taken later lies beyond `position`, or
/// in chunks in front of `top`, and can be given up as a whole.
pub(crate) struct Mark {
    position: NonNull<u8>,
    limit: usize,
    top: Option<Chunk>,
    free: FreeLists,
    /// The first block after it, in the checked mode.
    number: u64,
    live_bytes: usize,
    live_blocks: usize,
}

/// See the head of this file.
pub(crate) struct State<P> {
    position: Cell<NonNull<u8>>,
    limit: Cell<usize>,
    handles: Cell<usize>,
    next_payload: Cell<usize>,
    chunks: ChunkList,
    spare: ChunkList,
    pub(crate) tally: Tally,
    free: FreeLists,
    registry: Registry,
    parent: P,
}

impl<P: Allocator> State<P> {
    /// Asks the parent for the state of a new arena with one handle.
    pub(crate) fn create(parent: P) -> Result<NonNull<Self>, AllocError> {
        let layout = Layout::new::<Self>();
        let state = parent.allocate(layout)?.cast::<Self>();
        debug_assert!(state.is_aligned(), "the parent ignored the alignment");
        let tally = Tally::default();
        tally.parent_requests.set(1);
        tally.reserved_bytes.set(layout.size());
        let empty = NonNull::<Line>::dangling().cast::<u8>();
        let initial = Self {
            position: Cell::new(empty),
            limit: Cell::new(empty.addr().get()),
            handles: Cell::new(1),
            next_payload: Cell::new(FIRST_PAYLOAD),
            chunks: ChunkList::default(),
            spare: ChunkList::default(),
            tally,
            free: FreeLists::new(),
            registry: Registry::new(),
            parent,
        };
        // SAFETY: the parent gave a block of this type's layout.
        unsafe { state.write(initial) };
        Ok(state)
    }

    /// Gives all chunks, the state itself and the parent up.
    ///
    /// # Safety
    ///
    /// `state` came from [`create`](Self::create), and no handle uses it from here on.
    pub(crate) unsafe fn destroy(state: NonNull<Self>) {
        {
            // SAFETY: the state is alive until the end of this function.
            let this = unsafe { state.as_ref() };
            // SAFETY: nobody uses the blocks any more.
            unsafe { this.release_since(0) };
            while let Some(chunk) = this.chunks.pop().or_else(|| this.spare.pop()) {
                // SAFETY: the chunk was just taken from its list; nobody uses its blocks any more.
                unsafe { this.give_back(chunk) };
            }
        }
        // SAFETY: the state was written by `create`, and is not used at its old place again.
        let Self { parent, .. } = unsafe { state.read() };
        // SAFETY: `create` got the block from this parent with this layout.
        unsafe { parent.deallocate(state.cast(), Layout::new::<Self>()) };
    }

    pub(crate) fn parent(&self) -> &P {
        &self.parent
    }

    /// How many handles there are.
    pub(crate) fn handles(&self) -> usize {
        self.handles.get()
    }

    /// One more handle.
    ///
    /// The count saturates: an arena with `usize::MAX` forgotten handles is never freed. Nothing
    /// can unwind here, as shared allocators promise.
    pub(crate) fn enter(&self) {
        self.handles.set(self.handles.get().saturating_add(1));
    }

    /// One handle less; `true` if it was the last.
    pub(crate) fn leave(&self) -> bool {
        let handles = self.handles.get();
        if handles == usize::MAX {
            return false;
        }
        self.handles.set(handles - 1);
        handles == 1
    }

    pub(crate) fn stats(&self) -> BumpStats {
        BumpStats {
            live_bytes: self.tally.live_bytes.get(),
            live_blocks: self.tally.live_blocks.get(),
            reserved_bytes: self.tally.reserved_bytes.get(),
            idle_bytes: self.free.bytes() + self.room().bytes() + self.spare_bytes(),
            chunks: self.tally.chunks.get(),
            peak_live_bytes: self.tally.peak_live_bytes.get(),
            parent_requests: self.tally.parent_requests.get(),
        }
    }

    /// Takes a block: a free one of the class, else from the room, else from a new chunk.
    #[inline]
    pub(crate) fn take(&self, wanted: Footprint) -> Result<NonNull<u8>, AllocError> {
        if let Some(class) = wanted.class
            && let Some(block) = self.free.pop(class, wanted.size)
        {
            return Ok(block);
        }
        match self.bump(wanted) {
            Some(block) => Ok(block),
            None => self.take_from_new_chunk(wanted),
        }
    }

    /// Takes a block back: into the room if it is the last, else into the list of its class.
    /// A block without a class stays unused until the arena is reset or dropped.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this arena with this footprint, and is not used from here on.
    #[inline]
    pub(crate) unsafe fn release(&self, block: NonNull<u8>, footprint: Footprint) {
        if self.room().ends(block.addr().get(), footprint) {
            // SAFETY: the block is the part of the current chunk that ends at the position.
            self.position.set(unsafe { self.position.get().sub(footprint.size) });
        } else if let Some(class) = footprint.class {
            // SAFETY: the block is unused from here on and has the footprint of the class (F3).
            unsafe { self.free.push(block, footprint.size, class) };
        }
    }

    /// Changes the footprint of a block where it is; `None`, and no change, if it has to move.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this arena with the footprint `old`. If the answer is a block,
    /// its footprint is `new` from here on.
    pub(crate) unsafe fn refit(
        &self,
        block: NonNull<u8>,
        old: Footprint,
        new: Footprint,
    ) -> Option<NonNull<u8>> {
        let vacant = new.class.is_some_and(|class| self.free.has(class));
        match self.room().refit(block.addr().get(), old, new, vacant) {
            Refit::Stays => {}
            Refit::Slides => {
                // SAFETY: the last block ends at the position, so it starts this far before it.
                let start = unsafe { self.position.get().sub(old.size) };
                // SAFETY: the new end is not beyond the limit.
                self.position.set(unsafe { start.add(new.size) });
                return Some(start);
            }
            Refit::Cut => {
                // SAFETY: the new size is less than the old one, so this is within the block.
                let rest = unsafe { block.add(new.size) };
                // SAFETY: the rest belongs to nobody once the block is cut.
                unsafe { self.recycle(rest, old.size - new.size) };
            }
            Refit::Moves => return None,
        }
        Some(block)
    }

    /// Passes a request on to the parent, in the checked mode.
    pub(crate) fn take_checked(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        self.tally.parent_requests.set(self.tally.parent_requests.get() + 1);
        let block = self.parent.allocate(layout)?.cast();
        self.registry.enter(block, layout);
        self.tally.reserved(layout.size());
        self.tally.block_taken(layout.size());
        Ok(block)
    }

    /// Gives a block back to the parent, in the checked mode.
    ///
    /// # Panics
    ///
    /// If it is not live under this layout; nothing has changed then.
    ///
    /// # Safety
    ///
    /// A live block with this layout is not used from here on.
    pub(crate) unsafe fn release_checked(&self, block: NonNull<u8>, layout: Layout) {
        self.registry.leave(block, layout);
        self.tally.block_released(layout.size());
        self.tally.unreserved(layout.size());
        // SAFETY: the parent gave this block for this layout: the registry knew it.
        unsafe { self.parent.deallocate(block, layout) };
    }

    /// Gives the blocks from this number on back to the parent, in the checked mode.
    ///
    /// # Safety
    ///
    /// They are not used from here on.
    unsafe fn release_since(&self, number: u64) {
        while CHECKED && let Some((block, layout)) = self.registry.take_since(number) {
            self.tally.unreserved(layout.size());
            // SAFETY: the parent gave this block for this layout, and the caller gives it up.
            unsafe { self.parent.deallocate(block, layout) };
        }
    }

    /// Makes sure of a chunk with `capacity` bytes of payload; meant for a new arena.
    pub(crate) fn reserve(&self, capacity: usize) -> Result<(), AllocError> {
        if CHECKED {
            return Chunk::layout(capacity).map(|_| ()).ok_or(AllocError);
        }
        let chunk = self.add_chunk(capacity)?;
        self.next_payload.set(growth_after(capacity));
        self.use_chunk(chunk);
        Ok(())
    }

    /// Forgets all blocks and gives all chunks but the largest back to the parent.
    ///
    /// # Safety
    ///
    /// No block of this arena is used from here on.
    pub(crate) unsafe fn reset(&self) {
        self.tally.blocks_since(0, 0);
        // SAFETY: passed on.
        unsafe { self.release_since(0) };
        self.free.clear();
        let empty = NonNull::<Line>::dangling().cast::<u8>();
        self.position.set(empty);
        self.limit.set(empty.addr().get());
        if let Some(spare) = self.spare.pop() {
            // SAFETY: the chunk is alive and was just taken from its list.
            unsafe { self.chunks.push(spare) };
        }
        while let Some(chunk) = self.chunks.pop_smaller() {
            // SAFETY: the chunk was just taken from the list; no block of it is in use, and the
            // position is elsewhere.
            unsafe { self.give_back(chunk) };
        }
        if let Some(largest) = self.chunks.first() {
            self.use_chunk(largest);
        }
    }

    /// Begins a stretch of time that [`roll_back`](Self::roll_back) ends.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            position: self.position.get(),
            limit: self.limit.get(),
            top: self.chunks.first(),
            free: self.free.take(),
            number: self.registry.next(),
            live_bytes: self.tally.live_bytes.get(),
            live_blocks: self.tally.live_blocks.get(),
        }
    }

    /// Forgets the blocks taken since the mark. Of the chunks that came since, the largest becomes
    /// the spare one; the others go back to the parent.
    ///
    /// # Safety
    ///
    /// None of these blocks is used from here on. Marks are gone back to in the reverse order of
    /// their making, each for the last time when it is skipped; and since the mark was made there
    /// has been no reset.
    pub(crate) unsafe fn roll_back(&self, mark: &Mark) {
        self.tally.blocks_since(mark.live_bytes, mark.live_blocks);
        self.free.replace(&mark.free);
        self.position.set(mark.position);
        self.limit.set(mark.limit);
        // SAFETY: passed on.
        unsafe { self.release_since(mark.number) };
        while self.chunks.first() != mark.top
            && let Some(chunk) = self.chunks.pop()
        {
            // SAFETY: the chunk is alive and was just taken from its list.
            unsafe { self.spare.push(chunk) };
            while let Some(smaller) = self.spare.pop_smaller() {
                // SAFETY: the chunk was just taken from the list; nothing lies in it (S4), and the
                // position is elsewhere.
                unsafe { self.give_back(smaller) };
            }
        }
    }

    /// Takes the blocks that were free before the mark back into it, to which the state went back.
    pub(crate) fn go_on(&self, mark: &Mark) {
        mark.free.replace(&self.free);
    }

    /// The room in the spare chunk.
    fn spare_bytes(&self) -> usize {
        let Some(chunk) = self.spare.first() else { return 0 };
        // SAFETY: chunks in the list are alive.
        let (start, limit) = unsafe { chunk.payload() };
        limit - start.addr().get()
    }

    #[inline]
    fn room(&self) -> Room {
        Room { position: self.position.get().addr().get(), limit: self.limit.get() }
    }

    /// Takes a block from the room, if it fits.
    #[inline]
    fn bump(&self, wanted: Footprint) -> Option<NonNull<u8>> {
        let gap = self.room().place(wanted)?;
        let position = self.position.get();
        // SAFETY: `place` says that gap and block lie within the current chunk (S1).
        let block = unsafe { position.add(gap) };
        // SAFETY: as above.
        self.position.set(unsafe { block.add(wanted.size) });
        if gap != 0 {
            // SAFETY: the gap was part of the room, and now belongs to nobody.
            unsafe { self.recycle(position, gap) };
        }
        Some(block)
    }

    /// Puts spare memory into the list of the class that it fits exactly; lost if there is none.
    ///
    /// # Safety
    ///
    /// The memory lies in a chunk of the arena and belongs to nobody.
    unsafe fn recycle(&self, start: NonNull<u8>, size: usize) {
        if let Some(class) = Footprint::class_of_span(start.addr().get(), size) {
            // SAFETY: the span is unused and has exactly the footprint of the class.
            unsafe { self.free.push(start, size, class) };
        }
    }

    /// The rare end of [`take`](Self::take): goes on to a chunk in which nothing lies.
    #[cold]
    #[inline(never)]
    fn take_from_new_chunk(&self, wanted: Footprint) -> Result<NonNull<u8>, AllocError> {
        let chunk = self.empty_chunk(payload_for(wanted).ok_or(AllocError)?)?;
        let (position, limit) = (self.position.get(), self.limit.get());
        let rest = self.room().bytes();
        self.use_chunk(chunk);
        let block = self.bump(wanted).ok_or(AllocError)?;
        if self.room().bytes() < rest {
            // A chunk for one large block: the room of the chunk before is the better one.
            self.position.set(position);
            self.limit.set(limit);
        }
        Ok(block)
    }

    /// A chunk in the list with a payload of `least` bytes at least: the spare one, or one that the
    /// parent is asked for. If it refuses one of the usual size, one just large enough is tried.
    fn empty_chunk(&self, least: usize) -> Result<Chunk, AllocError> {
        if self.spare_bytes() >= least
            && let Some(spare) = self.spare.pop()
        {
            // SAFETY: the chunk is alive and was just taken from its list.
            unsafe { self.chunks.push(spare) };
            return Ok(spare);
        }
        let usual = self.next_payload.get().max(least);
        match self.add_chunk(usual) {
            Ok(chunk) => {
                self.next_payload.set(grown(self.next_payload.get()));
                Ok(chunk)
            }
            Err(AllocError) if least < usual => self.add_chunk(least),
            Err(AllocError) => Err(AllocError),
        }
    }

    /// Asks the parent for a chunk and puts it into the list; it is not the current one yet.
    fn add_chunk(&self, payload: usize) -> Result<Chunk, AllocError> {
        let layout = Chunk::layout(payload).ok_or(AllocError)?;
        self.tally.parent_requests.set(self.tally.parent_requests.get() + 1);
        let memory = self.parent.allocate(layout)?.cast::<u8>();
        // SAFETY: a block of this layout, which nobody else has.
        let chunk = unsafe { Chunk::create(memory, layout) };
        // SAFETY: the chunk is new.
        unsafe { self.chunks.push(chunk) };
        self.tally.chunk_added(layout.size());
        Ok(chunk)
    }

    /// Makes a chunk of the list, all of it unused, the current one.
    fn use_chunk(&self, chunk: Chunk) {
        // SAFETY: chunks in the list are alive.
        let (start, limit) = unsafe { chunk.payload() };
        self.position.set(start);
        self.limit.set(limit);
    }

    /// Gives a chunk to the parent. Should the parent unwind, the state is whole all the same.
    ///
    /// # Safety
    ///
    /// The chunk is alive, out of the list, not the current one, and none of its blocks is used.
    unsafe fn give_back(&self, chunk: Chunk) {
        // SAFETY: the caller says that it is alive.
        let (memory, layout) = unsafe { chunk.memory() };
        self.tally.chunk_removed(layout.size());
        // SAFETY: the parent gave this block for this layout (C1, C2), and nobody uses it.
        unsafe { self.parent.deallocate(memory, layout) };
    }
}
