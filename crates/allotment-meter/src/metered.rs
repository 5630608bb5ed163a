//! [`Metered`]: an allocator that tells the watches of its thread what it is asked.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::watch;

/// An allocator that tells the watches of its thread what it is asked: those of
/// [`assert_allocs!`](crate::assert_allocs), [`assert_peak!`](crate::assert_peak) and
/// [`assert_no_leaks!`](crate::assert_no_leaks), and each [`Watch`](crate::Watch).
///
/// It has no state, and is `Send` and `Sync` if what it wraps is. Tests that run in parallel do not
/// see each other's requests, since each has a thread; what a test's own threads do, they see only
/// in watches of their own. Where nobody watches, a request costs a look at that.
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_meter::{Metered, assert_allocs};
///
/// let alloc = Metered::default();
/// let layout = Layout::new::<u64>();
/// let block = assert_allocs!(== 1, { alloc.allocate(layout)? });
/// // SAFETY: `block` came from `alloc` with this very layout and is given back once.
/// assert_allocs!(== 0, { unsafe { alloc.deallocate(block.cast(), layout) } });
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Metered<A = Global> {
    inner: A,
}

impl<A> Metered<A> {
    /// Wraps `inner`.
    ///
    /// ```
    /// use allotment_alloc::Global;
    /// use allotment_meter::{Budget, Metered};
    ///
    /// let alloc = Metered::new(Budget::new(Global, 4096));
    /// assert_eq!(alloc.inner().account().bytes_left(), 4096);
    /// ```
    pub fn new(inner: A) -> Self {
        watch::note_metered();
        Metered { inner }
    }

    /// The wrapped allocator. What is asked of it directly is not watched, and a block must go back
    /// the way it came.
    pub fn inner(&self) -> &A {
        &self.inner
    }
}

/// Wraps the global allocator, and no other that has a default: so that `Metered::default()` says
/// enough.
impl Default for Metered {
    fn default() -> Self {
        Metered::new(Global)
    }
}

/// Tells the watches of a block that was obtained.
fn enter(
    answer: Result<NonNull<[u8]>, AllocError>,
    layout: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if let Ok(block) = answer {
        watch::obtained(address(block.cast()), layout.size());
    }
    answer
}

/// Tells the watches of a block that was resized.
fn move_over(
    (block, old): (NonNull<u8>, Layout),
    answer: Result<NonNull<[u8]>, AllocError>,
    new: Layout,
) -> Result<NonNull<[u8]>, AllocError> {
    if let Ok(resized) = answer {
        let before = (address(block), old.size());
        watch::resized(before, address(resized.cast()), new.size());
    }
    answer
}

fn address(block: NonNull<u8>) -> usize {
    block.addr().get()
}

// SAFETY: every call is one of `inner`, with the layouts and blocks that it came with, and so is
// every answer; the watches only learn of addresses and sizes.
unsafe impl<A: Allocator> Allocator for Metered<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        enter(self.inner.allocate(layout), layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        enter(self.inner.allocate_zeroed(layout), layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        watch::freed(address(block), layout.size());
        // SAFETY: the caller's promise, that `block` is live, is ours and fits `layout`.
        unsafe { self.inner.deallocate(block, layout) };
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let answer = unsafe { self.inner.grow(block, old, new) };
        move_over((block, old), answer, new)
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as for `grow`.
        let answer = unsafe { self.inner.grow_zeroed(block, old, new) };
        move_over((block, old), answer, new)
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as for `grow`.
        let answer = unsafe { self.inner.shrink(block, old, new) };
        move_over((block, old), answer, new)
    }
}

// SAFETY: clones share `inner` as far as `A` promises; the watches decide nothing, and entering a
// block in them is no part of `clone` or `same_as`.
unsafe impl<A: SharedAlloc> SharedAlloc for Metered<A> {
    fn same_as(&self, other: &Self) -> bool {
        self.inner.same_as(&other.inner)
    }
}
