//! [`Jemalloc`]: jemalloc, without being the global allocator.

use crate::heap::allocator_by_heap;

/// jemalloc, the allocator of FreeBSD, for single collections.
///
/// Keeps fragmentation low in programs that run for long, and gives memory back to the system after
/// a while.
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
/// use allotment_system::Jemalloc;
///
/// let layout = Layout::new::<[u64; 62]>();
/// let block = Jemalloc.allocate(layout)?;
/// // SAFETY: the block came from this allocator with this layout, and is given back once.
/// unsafe { Jemalloc.deallocate(block.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Jemalloc;

allocator_by_heap!(Jemalloc, tikv_jemallocator::Jemalloc);
