//! Blocks of any allocator, and what was written to them.

use std::ptr::NonNull;

use allotment_alloc::{Allocator, Layout};

/// Bytes that a step is made of.
const STEP_BYTES: usize = 5;

/// Alignments go up to four pages.
const SHIFT_MAX: u8 = 14;

struct Block {
    start: NonNull<u8>,
    layout: Layout,
    /// What each byte holds.
    tag: u8,
}

impl Block {
    /// Takes over what an allocator gave, and fills it.
    fn new(memory: NonNull<[u8]>, layout: Layout, tag: u8) -> Self {
        assert!(memory.len() >= layout.size(), "{} bytes for {layout:?}", memory.len());
        let start = memory.cast::<u8>();
        assert!(start.addr().get().is_multiple_of(layout.align()), "{start:?} for {layout:?}");
        // SAFETY: the allocator gave at least that many bytes.
        unsafe { start.write_bytes(tag, layout.size()) };
        Self { start, layout, tag }
    }

    /// The first `len` bytes, which have been filled.
    fn bytes(&self, len: usize) -> &[u8] {
        assert!(len <= self.layout.size());
        // SAFETY: the block is live, and as long.
        unsafe { NonNull::slice_from_raw_parts(self.start, len).as_ref() }
    }

    fn check(&self) {
        let whole = self.bytes(self.layout.size()).iter().all(|byte| *byte == self.tag);
        assert!(whole, "something wrote to a block of {:?}", self.layout);
    }
}

/// Blocks come, grow, shrink and go as `data` says; each holds what was written to it.
pub(crate) fn exercise(alloc: &impl Allocator, data: &[u8]) {
    let mut blocks: Vec<Block> = Vec::new();
    let (steps, _) = data.as_chunks::<STEP_BYTES>();
    for (&[op, low, high, shift, pick], tag) in steps.iter().zip((0..=u8::MAX).cycle()) {
        let size = usize::from(u16::from_le_bytes([low, high]));
        let layout = Layout::from_size_align(size, 1 << (shift % SHIFT_MAX));
        let layout = layout.expect("small sizes are fine");
        if blocks.is_empty() || op % 4 == 0 {
            let memory = alloc.allocate(layout).expect("there is memory");
            blocks.push(Block::new(memory, layout, tag));
            continue;
        }
        let pick = usize::from(pick) % blocks.len();
        let block = blocks.swap_remove(pick);
        block.check();
        if op % 4 == 3 {
            // SAFETY: it is live, and of this layout.
            unsafe { alloc.deallocate(block.start, block.layout) };
            continue;
        }
        blocks.push(resize(alloc, &block, layout, tag));
    }
    for block in blocks {
        block.check();
        // SAFETY: it is live, and of this layout.
        unsafe { alloc.deallocate(block.start, block.layout) };
    }
}

/// Grows or shrinks a block, with another alignment: what both sizes have must stay.
fn resize(alloc: &impl Allocator, block: &Block, layout: Layout, tag: u8) -> Block {
    let memory = if layout.size() >= block.layout.size() {
        // SAFETY: it is live, of its layout, and no larger than the new one.
        unsafe { alloc.grow(block.start, block.layout, layout) }
    } else {
        // SAFETY: it is live, of its layout, and no smaller than the new one.
        unsafe { alloc.shrink(block.start, block.layout, layout) }
    };
    let memory = memory.expect("there is memory");
    let kept = block.layout.size().min(layout.size());
    // Filled with the old tag by whoever moved it, as far as it was.
    let moved = Block { start: memory.cast(), layout, tag: block.tag };
    assert!(moved.bytes(kept).iter().all(|byte| *byte == block.tag), "{layout:?} was not kept");
    Block::new(memory, layout, tag)
}
