//! [`Bytes`]: a growing list of bytes that does not know its allocator.
//!
//! B1. `capacity` bytes from `start` on belong to these bytes, unless `capacity` is 0; they came
//!     from an allocator under the layout of [`layout`] for `capacity`.
//! B2. The first `len` of them are initialised, and `len <= capacity`.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

/// The alignment of the bytes: a kept buffer holds a link.
const ALIGN: usize = align_of::<usize>();

/// The least capacity that is asked for.
pub(crate) const LEAST: usize = 256;

/// See the file. Dropping it leaks the memory: [`Bytes::release`] gives it back.
pub(crate) struct Bytes {
    start: NonNull<u8>,
    capacity: usize,
    len: usize,
}

/// The layout that `capacity` bytes are asked for with.
fn layout(capacity: usize) -> Result<Layout, AllocError> {
    Layout::from_size_align(capacity, ALIGN).map_err(|_| AllocError)
}

impl Bytes {
    /// No bytes, without memory.
    pub(crate) const EMPTY: Bytes = Bytes { start: NonNull::dangling(), capacity: 0, len: 0 };

    /// No bytes, in memory from before.
    ///
    /// # Safety
    ///
    /// B1 holds for `start` and `capacity`.
    pub(crate) unsafe fn from_parts(start: NonNull<u8>, capacity: usize) -> Bytes {
        Bytes { start, capacity, len: 0 }
    }

    /// The start of the memory, which is as long as the capacity. What was in it is forgotten.
    pub(crate) fn into_parts(self) -> (NonNull<u8>, usize) {
        (self.start, self.capacity)
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        // SAFETY: B1, B2; while the slice lives, nothing is written.
        unsafe { NonNull::slice_from_raw_parts(self.start, self.len).as_ref() }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: B1, B2; while the slice lives, nothing else reads or writes.
        unsafe { NonNull::slice_from_raw_parts(self.start, self.len).as_mut() }
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Adds bytes that there is room for.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= self.capacity - self.len, "there is room for what is added");
        // SAFETY: B2: within the capacity.
        let end = unsafe { self.start.add(self.len) };
        let from = NonNull::from(bytes).cast();
        // SAFETY: B1: what is left of the capacity has room, and is nobody else's.
        unsafe { from.copy_to_nonoverlapping(end, bytes.len()) };
        self.len += bytes.len();
    }

    /// The capacity with room for `additional` more: twice the one before, or what is needed.
    fn capacity_for(&self, additional: usize) -> Result<usize, AllocError> {
        let needed = self.len.checked_add(additional).ok_or(AllocError)?;
        Ok(needed.max(self.capacity.saturating_mul(2).min(isize::MAX as usize / 2)).max(LEAST))
    }

    /// Makes room for `additional` more bytes. Changes nothing if the allocator fails or unwinds.
    ///
    /// # Safety
    ///
    /// The memory came from `alloc`.
    pub(crate) unsafe fn grow<A: Allocator>(
        &mut self,
        alloc: &A,
        additional: usize,
    ) -> Result<(), AllocError> {
        let capacity = self.capacity_for(additional)?;
        let new = layout(capacity)?;
        let memory = if self.capacity == 0 {
            alloc.allocate(new)?
        } else {
            let old = layout(self.capacity)?;
            // SAFETY: B1, and the caller's promise; `new` is not smaller.
            unsafe { alloc.grow(self.start, old, new) }?
        };
        self.start = memory.cast();
        self.capacity = capacity;
        Ok(())
    }

    /// Gives the memory back.
    ///
    /// # Safety
    ///
    /// It came from `alloc`.
    pub(crate) unsafe fn release<A: Allocator>(self, alloc: &A) {
        if let (Ok(layout), 1..) = (layout(self.capacity), self.capacity) {
            // SAFETY: B1, and the caller's promise; the bytes are not used again.
            unsafe { alloc.deallocate(self.start, layout) };
        }
    }
}
