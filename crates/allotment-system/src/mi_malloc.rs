//! [`MiMalloc`]: mimalloc, without being the global allocator.

use crate::heap::allocator_by_heap;

/// mimalloc, Microsoft's allocator with free lists for each page, for single collections.
///
/// Fast on all threads, at the price of some memory. Reserves address space from the system in
/// large segments.
///
/// Has no state: all values are the same allocator, and need not be the program's global one.
/// Requests for zero bytes never reach it.
///
/// # Errors
///
/// Requests that it refuses give [`AllocError`](allotment_alloc::AllocError); the block at hand
/// stays as it was.
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_system::MiMalloc;
///
/// let layout = Layout::new::<[u64; 62]>();
/// let block = MiMalloc.allocate(layout)?;
/// // SAFETY: the block came from this allocator with this layout, and is given back once.
/// unsafe { MiMalloc.deallocate(block.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MiMalloc;

allocator_by_heap!(MiMalloc, mimalloc::MiMalloc);
