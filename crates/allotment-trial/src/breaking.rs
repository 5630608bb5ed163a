//! [`Misaligning`] and [`Short`]: allocators that break their promise (hazard 38).
//!
//! What comes of it is undefined behaviour, but for what assertions find before: to be used with
//! these on, and for nothing else.

use std::ptr::NonNull;

use allotment_core::{AllocError, Allocator, Global, Layout};

/// Its blocks are not aligned as asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Misaligning;

fn larger(layout: Layout) -> Layout {
    Layout::from_size_align(layout.size() + 1, layout.align()).expect("test blocks are small")
}

// SAFETY: none, which is the point; each block lies in a larger one of the global allocator.
unsafe impl Allocator for Misaligning {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = Global.allocate(larger(layout))?;
        // SAFETY: one byte from the beginning of a block that has more.
        let start = unsafe { block.cast::<u8>().add(1) };
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: `allocate` went one byte further than the block's beginning.
        let start = unsafe { block.sub(1) };
        // SAFETY: the block came from there, with this layout.
        unsafe { Global.deallocate(start, larger(layout)) };
    }
}

/// Says that its blocks are a byte shorter than asked. They are not, in truth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Short;

// SAFETY: none, which is the point; each block is one of the global allocator.
unsafe impl Allocator for Short {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = Global.allocate(layout)?;
        Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size() - 1))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: it came from there, with this layout.
        unsafe { Global.deallocate(block, layout) };
    }
}
