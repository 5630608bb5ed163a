//! The chunks of a pool: blocks of the parent, in a list that is threaded through their headers.
//!
//! ```text
//! head -> | next, size, unused to 64 | space for blocks ... |
//!            '-> | next, size, unused to 64 | space for blocks ... |
//! ```
//!
//! C1. Every chunk on the list came from the parent with alignment `LINE` and a size that `size`
//!     fits, starts with its [`Header`], and is given back by [`Chunks::release`] only.
//! C2. The pointers of the list are the parent's, unchanged; the space of a chunk is derived from
//!     them, so a block's provenance is that of its chunk.
//!
//! How blocks lie in a chunk is not this file's business.

use core::cell::Cell;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::size_class::{self, Class, HEADER, LINE};

/// The start of a chunk.
#[repr(C, align(64))]
struct Header {
    /// The chunk that was linked before this one.
    next: Option<NonNull<Header>>,
    /// The bytes of the chunk, header included: what the parent handed out, in whole lines.
    size: usize,
}

const _: () = assert!(size_of::<Header>() == HEADER && align_of::<Header>() == LINE);

/// The layout of a chunk of `size` bytes.
fn layout(size: usize) -> Result<Layout, AllocError> {
    Layout::from_size_align(size, LINE).map_err(|_| AllocError)
}

/// A new chunk's room for blocks.
pub(crate) struct Space {
    /// Its first byte, on a line.
    pub(crate) start: NonNull<u8>,
    /// Its size, a multiple of `LINE`.
    pub(crate) bytes: usize,
}

/// All chunks of a pool.
pub(crate) struct Chunks {
    head: Cell<Option<NonNull<Header>>>,
    count: Cell<usize>,
    bytes: Cell<usize>,
    /// The size that the youngest chunk was asked for with; 0 before the first.
    last: Cell<usize>,
}

impl Chunks {
    /// No chunks.
    pub(crate) const fn new() -> Chunks {
        Chunks {
            head: Cell::new(None),
            count: Cell::new(0),
            bytes: Cell::new(0),
            last: Cell::new(0),
        }
    }

    /// The number of chunks.
    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }

    /// The bytes of all chunks, headers included.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// The size to ask for next.
    pub(crate) fn next_size(&self) -> usize {
        size_class::next_chunk(self.last.get())
    }

    /// Asks the parent for a chunk of `size` bytes. Changes nothing: the parent may fail, unwind or
    /// call back.
    pub(crate) fn request<P: Allocator>(
        parent: &P,
        size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        parent.allocate(layout(size)?)
    }

    /// Adds a chunk that was requested with `size` bytes.
    ///
    /// # Safety
    ///
    /// `chunk` is what [`request`](Chunks::request) returned for `size`, and was not linked before.
    pub(crate) unsafe fn link(&self, chunk: NonNull<[u8]>, size: usize) -> Space {
        let header = chunk.cast::<Header>();
        debug_assert!(header.is_aligned(), "the parent returned misaligned memory");
        debug_assert!(chunk.len() >= size, "the parent returned too little memory");
        let usable = size_class::usable(chunk.len());
        // SAFETY: the chunk is ours alone, aligned to a line, and larger than its header.
        unsafe { header.write(Header { next: self.head.get(), size: usable }) };
        self.head.set(Some(header));
        self.count.set(self.count.get() + 1);
        self.bytes.set(self.bytes.get() + usable);
        self.last.set(size);
        // SAFETY: a chunk is larger than its header.
        let start = unsafe { header.add(1) };
        Space { start: start.cast(), bytes: usable - HEADER }
    }

    /// Whether `block` can be a block of `class` in one of the chunks. O(chunks).
    pub(crate) fn hold(&self, block: NonNull<u8>, class: Class) -> bool {
        let mut next = self.head.get();
        while let Some(header) = next {
            // SAFETY: C1: a chunk on the list starts with its header.
            let Header { next: older, size } = unsafe { header.read() };
            if size_class::holds(header.addr().get(), size, block.addr().get(), class) {
                return true;
            }
            next = older;
        }
        false
    }

    /// Gives every chunk back. O(chunks). If the parent unwinds, the chunks that remain are leaked.
    ///
    /// # Safety
    ///
    /// The chunks came from `parent`; nothing in them is used again.
    pub(crate) unsafe fn release<P: Allocator>(&self, parent: &P) {
        while let Some(header) = self.head.get() {
            // SAFETY: C1: a chunk on the list starts with its header.
            let Header { next, size } = unsafe { header.read() };
            self.head.set(next);
            // SAFETY: the parent accepted the size, or handed out more, with this alignment.
            let layout = unsafe { Layout::from_size_align_unchecked(size, LINE) };
            // SAFETY: C1: `size` fits the chunk, which is off the list now and given back once.
            unsafe { parent.deallocate(header.cast(), layout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use allotment_alloc::Global;

    use super::*;
    use crate::size_class::FIRST_CHUNK;

    #[test]
    fn chunks_are_linked_found_and_released() {
        let chunks = Chunks::new();
        let class = Class::all().next().unwrap();
        for count in 1..=3 {
            let size = chunks.next_size();
            assert_eq!(size, FIRST_CHUNK << (count - 1));
            let chunk = Chunks::request(&Global, size).unwrap();
            // SAFETY: requested with this size just now.
            let space = unsafe { chunks.link(chunk, size) };
            assert_eq!(chunks.count(), count);
            assert!(space.bytes.is_multiple_of(LINE));
            assert!(chunks.hold(space.start, class));
            assert!(!chunks.hold(chunk.cast(), class), "the header is no block");
        }
        assert_eq!(chunks.bytes(), FIRST_CHUNK * 7);
        // SAFETY: they came from `Global`, and nothing in them is used again.
        unsafe { chunks.release(&Global) };
    }
}
