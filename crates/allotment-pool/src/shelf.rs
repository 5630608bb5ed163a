//! [`Shelf`]: memory of buffers that were dropped, kept for others within bounds.
//!
//! K1. What is on the list is memory of the allocator, of at least [`LEAST`] bytes, with a [`Note`]
//!     of its capacity at its start, and nobody uses it.
//! K2. The allocator is called with all counts right and no buffer in flight. It may fail, unwind,
//!     or call back into the pool.

use core::cell::Cell;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::buffer_stats::BufferStats;
use crate::bytes::{Bytes, LEAST};
use crate::list::List;
use crate::slabs::{add, sub};

/// The start of the memory of a kept buffer.
#[repr(C)]
struct Note {
    /// The list's.
    link: Option<NonNull<u8>>,
    capacity: usize,
}

const _: () = assert!(size_of::<Note>() <= LEAST && align_of::<Note>() == align_of::<usize>());

/// See the file.
pub(crate) struct Shelf<A: Allocator> {
    kept: List,
    kept_buffers: Cell<usize>,
    kept_bytes: Cell<usize>,
    taken: Cell<usize>,
    peak_taken: Cell<usize>,
    reused: Cell<usize>,
    fresh: Cell<usize>,
    released: Cell<usize>,
    max_buffers: usize,
    max_bytes: usize,
    alloc: A,
}

impl<A: Allocator> Shelf<A> {
    /// An empty shelf for at most so many buffers and bytes.
    pub(crate) fn new(max_buffers: usize, max_bytes: usize, alloc: A) -> Self {
        Shelf {
            kept: List::new(),
            kept_buffers: Cell::new(0),
            kept_bytes: Cell::new(0),
            taken: Cell::new(0),
            peak_taken: Cell::new(0),
            reused: Cell::new(0),
            fresh: Cell::new(0),
            released: Cell::new(0),
            max_buffers,
            max_bytes,
            alloc,
        }
    }

    /// The allocator that memory comes from.
    pub(crate) fn allocator(&self) -> &A {
        &self.alloc
    }

    /// The bounds: buffers and bytes.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.max_buffers, self.max_bytes)
    }

    /// Hands out the memory that was put last, or none.
    pub(crate) fn take(&self) -> Bytes {
        let bytes = self.take_kept().unwrap_or(Bytes::EMPTY);
        let outcome = if bytes.capacity() > 0 { &self.reused } else { &self.fresh };
        add(outcome, 1);
        add(&self.taken, 1);
        self.peak_taken.set(self.peak_taken.get().max(self.taken.get()));
        bytes
    }

    /// Releases all that is kept, and returns its bytes.
    pub(crate) fn trim(&self) -> usize {
        let mut bytes = 0;
        while let Some(kept) = self.take_kept() {
            bytes += kept.capacity();
            self.release(kept);
        }
        bytes
    }

    /// The counts.
    pub(crate) fn stats(&self) -> BufferStats {
        BufferStats {
            taken: self.taken.get(),
            peak_taken: self.peak_taken.get(),
            kept: self.kept_buffers.get(),
            kept_bytes: self.kept_bytes.get(),
            reused: self.reused.get(),
            fresh: self.fresh.get(),
            released: self.released.get(),
        }
    }

    /// Takes a buffer off the list.
    fn take_kept(&self) -> Option<Bytes> {
        let start = self.kept.pop()?;
        // SAFETY: K1: it was on the list.
        let Note { capacity, .. } = unsafe { start.cast::<Note>().read() };
        sub(&self.kept_buffers, 1);
        sub(&self.kept_bytes, capacity);
        // SAFETY: B1 by K1: `put` took the buffer apart.
        Some(unsafe { Bytes::from_parts(start, capacity) })
    }

    /// Takes a buffer back: keeps it within the bounds, or releases it.
    pub(crate) fn put(&self, bytes: Bytes) {
        sub(&self.taken, 1);
        let capacity = bytes.capacity();
        if capacity == 0 {
            return;
        }
        let room = self.max_bytes.saturating_sub(self.kept_bytes.get());
        if self.kept_buffers.get() >= self.max_buffers || capacity > room {
            return self.release(bytes);
        }
        let (start, capacity) = bytes.into_parts();
        // SAFETY: B1: a buffer has at least `LEAST` bytes, which are aligned, and nobody's now.
        unsafe { start.cast::<Note>().write(Note { link: None, capacity }) };
        // SAFETY: L1, by the same; the link is the first word of the note.
        unsafe { self.kept.push(start) };
        add(&self.kept_buffers, 1);
        add(&self.kept_bytes, capacity);
    }

    /// Makes room in a buffer of this pool.
    #[cold]
    pub(crate) fn grow(&self, bytes: &mut Bytes, additional: usize) -> Result<(), AllocError> {
        // SAFETY: buffers have no memory but of this allocator: each begins without, or with a
        // kept one's.
        unsafe { bytes.grow(&self.alloc, additional) }
    }

    /// Gives the memory of a buffer back.
    fn release(&self, bytes: Bytes) {
        add(&self.released, 1);
        // SAFETY: as in `grow`.
        unsafe { bytes.release(&self.alloc) };
    }
}

/// Releases what is kept.
impl<A: Allocator> Drop for Shelf<A> {
    fn drop(&mut self) {
        self.trim();
    }
}

/// Ends the program, or calls the hook that does, for want of memory for a buffer.
#[cold]
pub(crate) fn refuse(len: usize, additional: usize) -> ! {
    match Layout::array::<u8>(len.saturating_add(additional)) {
        Ok(layout) => alloc::alloc::handle_alloc_error(layout),
        Err(_) => panic!("capacity overflow"),
    }
}
