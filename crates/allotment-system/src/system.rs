//! [`System`]: the allocator of the platform.

use crate::heap::allocator_by_heap;

/// The allocator of the platform, even where the program has installed another global allocator.
///
/// Has no state: all values are the same allocator. Requests for zero bytes never reach the
/// platform. Growing and shrinking ask the platform to resize the block, which often needs no copy,
/// as long as the alignment stays.
///
/// # Errors
///
/// Requests that the platform refuses give [`AllocError`](allotment_alloc::AllocError); the block
/// at hand stays as it was.
///
/// # Examples
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_system::System;
///
/// let (old, new) = (Layout::new::<[u8; 100]>(), Layout::new::<[u8; 200]>());
/// let block = System.allocate_zeroed(old)?;
/// // SAFETY: the block is live with the layout `old`, and `new` is larger.
/// let block = unsafe { System.grow_zeroed(block.cast(), old, new) }?;
/// assert_eq!(block.len(), 200);
/// // SAFETY: all of the block is zeroed.
/// assert!(unsafe { block.as_ref() }.iter().all(|byte| *byte == 0));
/// // SAFETY: the block is live with the layout `new` and not used again.
/// unsafe { System.deallocate(block.cast(), new) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct System;

allocator_by_heap!(System, std::alloc::System);
