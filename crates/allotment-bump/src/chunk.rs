//! Chunks: the stretches of memory that the parent gives, in a list that lives in their headers.
//!
//! The list knows nothing of blocks, positions or the parent. It is only ever touched between
//! requests to the parent, never during one.

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;

use crate::arithmetic::bumping::{HEADER, chunk_size};
use crate::arithmetic::footprint::LINE;

/// The header at the start of a chunk.
///
/// - C1: the header's address is that of the chunk and carries the provenance of all of it.
/// - C2: `size` is the size that the parent was asked for, header included.
/// - C3: a chunk that is reachable from a list is owned by that list alone.
#[repr(C, align(64))]
struct Header {
    next: Option<NonNull<Header>>,
    size: usize,
}

const _: () = assert!(size_of::<Header>() == HEADER && align_of::<Header>() == LINE);

/// One chunk, taken out of its list or looked at within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk(NonNull<Header>);

impl Chunk {
    /// The layout to ask the parent for.
    pub(crate) fn layout(payload: usize) -> Option<Layout> {
        Layout::from_size_align(chunk_size(payload)?, LINE).ok()
    }

    /// Makes a chunk of fresh memory.
    ///
    /// # Safety
    ///
    /// `memory` is a block of `layout`, nobody else uses it, and `layout` came from
    /// [`Chunk::layout`].
    pub(crate) unsafe fn create(memory: NonNull<u8>, layout: Layout) -> Self {
        debug_assert!(memory.cast::<Header>().is_aligned(), "the parent ignored the alignment");
        let header = memory.cast::<Header>();
        // SAFETY: the caller gives this memory away; a chunk has room for a header and is aligned
        // like one.
        unsafe { header.write(Header { next: None, size: layout.size() }) };
        Self(header)
    }

    /// The memory to give back to the parent, and the layout it was asked for with (C1, C2).
    ///
    /// # Safety
    ///
    /// The chunk is alive.
    pub(crate) unsafe fn memory(self) -> (NonNull<u8>, Layout) {
        // SAFETY: the caller says so.
        let size = unsafe { self.size() };
        // SAFETY: a layout of this size and alignment was made when the chunk was (C2).
        let layout = unsafe { Layout::from_size_align_unchecked(size, LINE) };
        (self.0.cast(), layout)
    }

    /// Where the payload starts, and the address where it ends.
    ///
    /// # Safety
    ///
    /// The chunk is alive.
    pub(crate) unsafe fn payload(self) -> (NonNull<u8>, usize) {
        // SAFETY: the caller says so.
        let size = unsafe { self.size() };
        let start = self.0.cast::<u8>();
        // SAFETY: each chunk is at least as long as its header.
        let payload = unsafe { start.add(HEADER) };
        (payload, start.addr().get() + size)
    }

    /// # Safety
    ///
    /// The chunk is alive.
    unsafe fn size(self) -> usize {
        // SAFETY: the header of a live chunk is initialised.
        unsafe { (*self.0.as_ptr()).size }
    }

    /// # Safety
    ///
    /// The chunk is alive.
    unsafe fn next(self) -> Option<Chunk> {
        // SAFETY: the header of a live chunk is initialised.
        unsafe { (*self.0.as_ptr()).next.map(Chunk) }
    }

    /// # Safety
    ///
    /// The chunk is alive and its list is ready for the change.
    unsafe fn set_next(self, next: Option<Chunk>) {
        // SAFETY: the header of a live chunk is ours to write.
        unsafe { (*self.0.as_ptr()).next = next.map(|chunk| chunk.0) }
    }
}

/// The chunks of an arena. All of them are alive (C3).
#[derive(Debug, Default)]
pub(crate) struct ChunkList {
    head: Cell<Option<Chunk>>,
}

impl ChunkList {
    /// The chunk in front.
    pub(crate) fn first(&self) -> Option<Chunk> {
        self.head.get()
    }

    /// Puts a chunk in front.
    ///
    /// # Safety
    ///
    /// The chunk is alive and in no list; the list owns it from here on.
    pub(crate) unsafe fn push(&self, chunk: Chunk) {
        // SAFETY: the caller owns the chunk.
        unsafe { chunk.set_next(self.head.get()) };
        self.head.set(Some(chunk));
    }

    /// Takes the chunk in front; the caller owns it then.
    pub(crate) fn pop(&self) -> Option<Chunk> {
        let chunk = self.head.get()?;
        // SAFETY: chunks in the list are alive.
        self.head.set(unsafe { chunk.next() });
        Some(chunk)
    }

    /// Takes the smaller of the two chunks in front; `None` if there are fewer than two.
    ///
    /// Called until it gives `None`, it leaves the largest chunk of all.
    pub(crate) fn pop_smaller(&self) -> Option<Chunk> {
        let first = self.head.get()?;
        // SAFETY: chunks in the list are alive.
        let second = unsafe { first.next() }?;
        // SAFETY: as above.
        let first_size = unsafe { first.size() };
        // SAFETY: as above.
        let second_size = unsafe { second.size() };
        if first_size < second_size {
            return self.pop();
        }
        // SAFETY: as above.
        let third = unsafe { second.next() };
        // SAFETY: as above; the second chunk leaves the list by this.
        unsafe { first.set_next(third) };
        Some(second)
    }
}

#[cfg(test)]
mod tests {
    use allotment_alloc::{Allocator, Global};

    use super::*;

    fn chunk(payload: usize) -> Chunk {
        let layout = Chunk::layout(payload).expect("a layout");
        let memory = Global.allocate(layout).expect("memory").cast();
        // SAFETY: fresh memory of this layout.
        unsafe { Chunk::create(memory, layout) }
    }

    fn free(chunk: Chunk) -> usize {
        // SAFETY: the chunk came from `chunk` and is freed once.
        let (memory, layout) = unsafe { chunk.memory() };
        // SAFETY: as above.
        unsafe { Global.deallocate(memory, layout) };
        layout.size()
    }

    #[test]
    fn the_largest_chunk_stays() {
        for payloads in [[64, 128, 192], [192, 64, 128], [128, 192, 64], [64, 64, 192]] {
            let list = ChunkList::default();
            for payload in payloads {
                // SAFETY: a chunk of our own.
                unsafe { list.push(chunk(payload)) };
            }
            let mut freed = 0;
            while let Some(smaller) = list.pop_smaller() {
                freed += free(smaller);
            }
            let last = free(list.pop().expect("one chunk is left"));
            assert_eq!(last, 192 + HEADER);
            assert_eq!(freed + last, payloads.iter().sum::<usize>() + 3 * HEADER);
            assert!(list.pop().is_none() && list.pop_smaller().is_none());
        }
    }

    #[test]
    fn the_payload_is_what_follows_the_header() {
        let chunk = chunk(4096);
        // SAFETY: the chunk is alive.
        let (start, limit) = unsafe { chunk.payload() };
        assert_eq!(limit - start.addr().get(), 4096);
        assert!(start.addr().get().is_multiple_of(LINE));
        free(chunk);
    }
}
