//! [`obtain`]: a block from the user's allocator.

use core::alloc::Layout;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator};

/// A new block of this layout. That it is one is the allocator's promise, which is looked at where
/// assertions are on.
///
/// # Errors
///
/// The layout, if the allocator could not serve it.
pub(super) fn obtain<A: Allocator>(layout: Layout, alloc: &A) -> Result<NonNull<u8>, Layout> {
    check(alloc.allocate(layout), layout)
}

/// [`obtain`], and its bytes are zero.
pub(super) fn obtain_zeroed<A: Allocator>(
    layout: Layout,
    alloc: &A,
) -> Result<NonNull<u8>, Layout> {
    check(alloc.allocate_zeroed(layout), layout)
}

fn check(answer: Result<NonNull<[u8]>, AllocError>, layout: Layout) -> Result<NonNull<u8>, Layout> {
    let block = answer.map_err(|_| layout)?;
    debug_assert!(block.len() >= layout.size(), "the allocator cut a block short");
    let block = block.cast::<u8>();
    debug_assert_eq!(block.addr().get() % layout.align(), 0, "the allocator misaligned a block");
    Ok(block)
}
