//! [`Few`]: some sorted values in a block of their own, between a single one and a tree of them.
//!
//! ```text
//! len: u32 | capacity: u32 | values...
//! ```
//!
//! Capacities step up by a third or a half, so that a block is never much larger than what is in
//! it. Nothing here compares; whoever holds one knows where a value goes.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{align_of, size_of};
use core::ptr::{self, NonNull};
use core::slice;

use allotment_alloc::Allocator;

use crate::raw::obtain::obtain;

/// The address of a block of values: it owns them, but whoever holds it sees to their end.
pub(crate) struct Few<V> {
    block: NonNull<u8>,
    values: PhantomData<V>,
}

/// How a block begins.
#[derive(Clone, Copy)]
struct Header {
    len: u32,
    capacity: u32,
}

/// Values of the smallest block.
const FIRST: usize = 2;

// SAFETY: it owns its values and nothing else, as a box of them does.
unsafe impl<V: Send> Send for Few<V> {}

// SAFETY: as for `Send`.
unsafe impl<V: Sync> Sync for Few<V> {}

impl<V> Few<V> {
    /// Bytes before the values.
    const VALUES: usize = size_of::<Header>().next_multiple_of(align_of::<V>());

    /// The block of so many values.
    fn layout_of(capacity: usize) -> Layout {
        let align = if align_of::<V>() < align_of::<Header>() {
            align_of::<Header>()
        } else {
            align_of::<V>()
        };
        let bytes =
            size_of::<V>().checked_mul(capacity).and_then(|all| all.checked_add(Self::VALUES));
        let layout = bytes.and_then(|bytes| Layout::from_size_align(bytes, align).ok());
        layout.expect("a block of values within the address space")
    }

    /// A block for `len` values at least, without any.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn allocate<A: Allocator>(len: usize, alloc: &A) -> Result<Self, Layout> {
        Self::of_capacity(capacity_for(len), alloc)
    }

    /// Whether a smaller block would do.
    pub(crate) fn is_too_large(&self) -> bool {
        let Header { len, capacity } = self.read_header();
        capacity_for(len as usize) < capacity as usize
    }

    /// A block as large as this, without any values.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn alike<A: Allocator>(&self, alloc: &A) -> Result<Self, Layout> {
        Self::of_capacity(self.read_header().capacity as usize, alloc)
    }

    fn of_capacity<A: Allocator>(capacity: usize, alloc: &A) -> Result<Self, Layout> {
        let layout = Self::layout_of(capacity);
        let few = Self { block: obtain(layout, alloc)?, values: PhantomData };
        let header = Header { len: 0, capacity: capacity as u32 };
        // SAFETY: a new block that begins with a header, and is aligned for one.
        unsafe { few.header().write(header) };
        Ok(few)
    }

    fn header(&self) -> *mut Header {
        self.block.as_ptr().cast()
    }

    fn read_header(&self) -> Header {
        // SAFETY: the header was written at birth.
        unsafe { self.header().read() }
    }

    /// Values in use.
    pub(crate) fn len(&self) -> usize {
        self.read_header().len as usize
    }

    /// Whether there is no room for another value.
    pub(crate) fn is_full(&self) -> bool {
        let Header { len, capacity } = self.read_header();
        len == capacity
    }

    /// What the block takes.
    pub(crate) fn layout(&self) -> Layout {
        Self::layout_of(self.read_header().capacity as usize)
    }

    fn set_len(&mut self, len: usize) {
        let header = Header { len: len as u32, ..self.read_header() };
        // SAFETY: the block is held for writing.
        unsafe { self.header().write(header) };
    }

    /// Where the values begin.
    fn values(&self) -> *mut V {
        self.block.as_ptr().wrapping_add(Self::VALUES).cast()
    }

    pub(crate) fn as_slice(&self) -> &[V] {
        // SAFETY: the first `len` places own a value each.
        unsafe { slice::from_raw_parts(self.values(), self.len()) }
    }

    /// Puts a value in at `at`; there is room.
    pub(crate) fn insert(&mut self, at: usize, value: V) {
        let len = self.len();
        assert!(at <= len && !self.is_full(), "a place within the block");
        let place = self.values().wrapping_add(at);
        // SAFETY: there is room for one more behind the last.
        unsafe { ptr::copy(place, place.wrapping_add(1), len - at) };
        // SAFETY: what was there has moved up.
        unsafe { place.write(value) };
        self.set_len(len + 1);
    }

    /// Takes the value at `at` out.
    pub(crate) fn remove(&mut self, at: usize) -> V {
        let len = self.len();
        assert!(at < len, "a place within the block");
        let place = self.values().wrapping_add(at);
        // SAFETY: a value, and the gap is closed at once.
        let value = unsafe { place.read() };
        // SAFETY: those behind it move down by one.
        unsafe { ptr::copy(place.wrapping_add(1), place, len - at - 1) };
        self.set_len(len - 1);
        value
    }

    /// Moves all values to the end of another block, which has room for them.
    pub(crate) fn move_to(&mut self, other: &mut Self) {
        let (len, other_len) = (self.len(), other.len());
        assert!(other_len + len <= other.read_header().capacity as usize, "room for all");
        let end = other.values().wrapping_add(other_len);
        // SAFETY: two blocks, and there is room.
        unsafe { ptr::copy_nonoverlapping(self.values(), end, len) };
        other.set_len(other_len + len);
        self.set_len(0);
    }

    /// Drops the values and gives the block back, that even if a drop unwinds.
    ///
    /// # Safety
    ///
    /// The block came from `alloc`, and its address is not used again.
    pub(crate) unsafe fn free<A: Allocator>(self, alloc: &A) {
        struct Block<'a, A: Allocator>(NonNull<u8>, Layout, &'a A);
        impl<A: Allocator> Drop for Block<'_, A> {
            fn drop(&mut self) {
                // SAFETY: by the promise of whoever calls `free`.
                unsafe { self.2.deallocate(self.0, self.1) };
            }
        }
        let _block = Block(self.block, self.layout(), alloc);
        let values = ptr::slice_from_raw_parts_mut(self.values(), self.len());
        // SAFETY: they are values, and nobody reads them again.
        unsafe { ptr::drop_in_place(values) };
    }
}

/// The smallest capacity for so many values.
fn capacity_for(len: usize) -> usize {
    let mut capacity = FIRST;
    while capacity < len {
        capacity = capacity_after(capacity);
    }
    capacity
}

/// The capacity of the block that takes the place of one of so many values.
fn capacity_after(capacity: usize) -> usize {
    if capacity.is_power_of_two() { capacity + capacity / 2 } else { capacity / 3 * 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_step_up_by_a_third_or_a_half() {
        let mut steps = [FIRST; 11];
        for at in 1..steps.len() {
            steps[at] = capacity_after(steps[at - 1]);
        }
        assert_eq!(steps, [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]);
    }
}
