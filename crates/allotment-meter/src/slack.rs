//! Slack: what an allocator gives beyond what it was asked for, and what a wrapper trims off.

use core::ptr::NonNull;

/// The block, zeroed from byte `used` on, as `grow_zeroed` has to be of a block that was grown. The
/// wrapped allocator's own one may leave as it is what was slack before.
///
/// # Safety
///
/// The block is live and the caller's alone, and has `used` bytes at least.
pub(crate) unsafe fn zeroed_from(block: NonNull<[u8]>, used: usize) -> NonNull<[u8]> {
    // SAFETY: within the block.
    let unused = unsafe { block.cast::<u8>().add(used) };
    // SAFETY: from there to the end of the block there are that many bytes.
    unsafe { unused.write_bytes(0, block.len() - used) };
    block
}
