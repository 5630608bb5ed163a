//! Debug builds only: a pattern in free blocks that a write after free destroys.
//!
//! To memory checkers a pool is one large live block, so they miss misuse inside it. The pattern
//! catches writes to free blocks; marking a block uninitialised when it is handed out lets Miri
//! catch reads of what its last owner left there.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::list::LINK_SIZE;
use crate::size_class::LARGEST_CLASS;

/// Unlikely as data, and no valid address when read as one.
const PATTERN: u8 = 0xDD;

/// What the largest block looks like, so that a check is one comparison of memory.
static FILLED: [u8; LARGEST_CLASS] = [PATTERN; LARGEST_CLASS];

/// What a block looks like to who gets it.
static NOTHING: [MaybeUninit<u8>; LARGEST_CLASS] = [MaybeUninit::uninit(); LARGEST_CLASS];

/// Fills a block that is about to become free.
///
/// # Safety
///
/// `block` is valid for writes of `size` bytes and used by nobody else.
pub(crate) unsafe fn fill(block: NonNull<u8>, size: usize) {
    // SAFETY: as the caller promises.
    unsafe { block.write_bytes(PATTERN, size) };
}

/// Checks a block that was filled and then linked, and marks it as uninitialised.
///
/// # Panics
///
/// If anything but the link was written since [`fill`].
///
/// # Safety
///
/// `block` is valid for reads and writes of `size` bytes, that of a class; it was given to
/// [`fill`]; nobody else uses it.
pub(crate) unsafe fn check(block: NonNull<u8>, size: usize) {
    // SAFETY: a link is smaller than a block.
    let start = unsafe { block.add(LINK_SIZE) };
    let body = NonNull::slice_from_raw_parts(start, size - LINK_SIZE);
    // SAFETY: within the block, initialised by `fill`, and borrowed for this statement only.
    let intact = unsafe { body.as_ref() } == &FILLED[LINK_SIZE..size];
    assert!(intact, "a block of {size} bytes was written to after it was freed");
    if cfg!(miri) {
        let nothing = NonNull::from(&NOTHING).cast();
        // SAFETY: the block is valid for writes, and a static is elsewhere.
        unsafe { block.cast::<MaybeUninit<u8>>().copy_from_nonoverlapping(nothing, size) };
    }
}
