//! [`HugePages`]: the platform's allocator, with large blocks on large pages.

use core::alloc::GlobalAlloc;
use std::alloc::System;

use allotment_alloc::Layout;

use crate::heap::allocator_by_heap;

/// The platform's allocator, which asks Linux to put blocks of 2 MiB and more on pages of 2 MiB.
///
/// Meant as the parent of a pool or an arena, whose chunks soon are that large: a map then takes a
/// few entries of the processor's table of pages instead of thousands, and look-ups in one that
/// does not fit the caches are sooner done. The price is memory: a page of 2 MiB is there as a
/// whole once a byte of it is written, and what the platform keeps for later stays on such pages.
///
/// Large blocks begin at a multiple of 2 MiB. Smaller ones, and all blocks where the system does
/// not know such pages or is told not to use them, are those of [`System`](crate::System). To ask
/// costs a system call for each large block.
///
/// Has no state: all values are the same allocator. Requests for zero bytes never reach the
/// platform.
///
/// # Errors
///
/// Requests that the platform refuses give [`AllocError`](allotment_alloc::AllocError); the block
/// at hand stays as it was. That there are no large pages is no error.
///
/// # Examples
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_system::HugePages;
///
/// let layout = Layout::new::<[u8; HugePages::PAGE_BYTES]>();
/// let block = HugePages.allocate(layout)?.cast::<u8>();
/// assert_eq!(block.addr().get() % HugePages::PAGE_BYTES, 0);
/// // SAFETY: the block came from this allocator with this layout, and is given back once.
/// unsafe { HugePages.deallocate(block, layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HugePages;

impl HugePages {
    /// The bytes of a large page, on x86-64 and on AArch64 with pages of 4 KiB.
    pub const PAGE_BYTES: usize = 2 << 20;
}

allocator_by_heap!(HugePages, Advised);

/// [`System`], with the alignment of a large page for blocks that fill one.
struct Advised;

impl Advised {
    /// The layout that the platform is asked for. It depends on the request alone, so that a block
    /// is given back as it was taken.
    fn widened(layout: Layout) -> Layout {
        if layout.size() < HugePages::PAGE_BYTES {
            return layout;
        }
        // Too large a request stays what it is, and is refused.
        layout.align_to(HugePages::PAGE_BYTES).unwrap_or(layout)
    }
}

// SAFETY: all blocks are those of `System`, with a layout that follows from the one asked for and
// is at least as large and as aligned. Blocks are moved by the methods that the trait provides.
unsafe impl GlobalAlloc for Advised {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises that there are bytes; widening adds to the alignment only.
        let block = unsafe { System.alloc(Self::widened(layout)) };
        if layout.size() >= HugePages::PAGE_BYTES && !block.is_null() {
            advise(block, layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `alloc` with this layout, which asked for the same.
        unsafe { System.dealloc(block, Self::widened(layout)) };
    }
}

/// Asks for large pages. Refused, the block is on small ones, which serve as well.
#[cfg(all(target_os = "linux", not(miri)))]
fn advise(block: *mut u8, bytes: usize) {
    use rustix::mm::{Advice, madvise};

    // Whole pages only: what shares a page with the end of the block is somebody else's.
    let bytes = bytes - bytes % HugePages::PAGE_BYTES;
    // SAFETY: the pages are within the block, which is ours, and advice of this kind changes
    // neither what they hold nor whether they are there.
    let _ = unsafe { madvise(block.cast(), bytes, Advice::LinuxHugepage) };
}

/// No other system is known to be asked this way.
#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise(_block: *mut u8, _bytes: usize) {}
