//! [`Aging`]: an allocator that takes down for how long its blocks live.

use core::fmt;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::Lifetimes;

/// Enters in [`Lifetimes`] for how many requests each block of the allocator it wraps lives.
///
/// Layouts are handed on exactly as they come, and what comes back as well. Requests for zero bytes
/// are no blocks, and not entered. Each call costs a look-up in a hash table; a clone shares it.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::{Aging, Lifetimes};
///
/// let alloc = Aging::new(Global, Lifetimes::new(2));
/// let layout = Layout::new::<[u8; 64]>();
/// let long = alloc.allocate(layout)?;
/// let short = alloc.allocate(layout)?;
/// // SAFETY: `short` came from `alloc` with this very layout and is given back once.
/// unsafe { alloc.deallocate(short.cast(), layout) };
/// let last = alloc.allocate(layout)?;
/// // SAFETY: as above, of `long`.
/// unsafe { alloc.deallocate(long.cast(), layout) };
///
/// // Two requests were made while the first block lived, and none while the second did.
/// assert_eq!(alloc.lifetimes().temporary_blocks(), 1);
/// assert_eq!(alloc.lifetimes().live_blocks(), 1);
/// # // SAFETY: as above, of `last`.
/// # unsafe { alloc.deallocate(last.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Aging<A, B: Allocator = Global> {
    inner: A,
    lifetimes: Lifetimes<B>,
}

impl<A, B: Allocator> Aging<A, B> {
    /// Wraps `inner`, and enters what lives there in `lifetimes`. Allocates nothing.
    pub fn new(inner: A, lifetimes: Lifetimes<B>) -> Self {
        Self { inner, lifetimes }
    }

    /// What reads the lifetimes.
    pub fn lifetimes(&self) -> &Lifetimes<B> {
        &self.lifetimes
    }

    /// The wrapped allocator. What is asked of it directly is not entered.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// Enters the block of a request that was granted.
    fn obtained(
        &self,
        answer: Result<NonNull<[u8]>, AllocError>,
        layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let block = answer?;
        if let Some(address) = place(block.cast(), layout) {
            self.lifetimes.begin(address);
        }
        Ok(block)
    }

    /// Enters a block that was resized, and was at `before`.
    fn resized(
        &self,
        answer: Result<NonNull<[u8]>, AllocError>,
        before: Option<usize>,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let block = answer?;
        self.lifetimes.go_on(before, place(block.cast(), new));
        Ok(block)
    }
}

/// Where a block is, if it has bytes.
fn place(block: NonNull<u8>, layout: Layout) -> Option<usize> {
    (layout.size() > 0).then(|| block.addr().get())
}

impl<A: Clone, B: Allocator> Clone for Aging<A, B> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), lifetimes: self.lifetimes.clone() }
    }
}

impl<A: fmt::Debug, B: Allocator> fmt::Debug for Aging<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Aging");
        f.field("inner", &self.inner).field("lifetimes", &self.lifetimes).finish()
    }
}

// SAFETY: every block is one of `inner`, and everything is handed on as it is.
unsafe impl<A: Allocator, B: Allocator> Allocator for Aging<A, B> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtained(self.inner.allocate(layout), layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtained(self.inner.allocate_zeroed(layout), layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if let Some(address) = place(block, layout) {
            self.lifetimes.end(address);
        }
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
        self.resized(answer, place(block, old), new)
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let answer = unsafe { self.inner.grow_zeroed(block, old, new) };
        self.resized(answer, place(block, old), new)
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let answer = unsafe { self.inner.shrink(block, old, new) };
        self.resized(answer, place(block, old), new)
    }
}

// SAFETY: clones share `inner` as far as `A` promises; the lifetimes have no part in a block's
// life. Neither the clone of an `Rc` nor the comparison of two unwinds.
unsafe impl<A: SharedAlloc, B: Allocator> SharedAlloc for Aging<A, B> {
    fn same_as(&self, other: &Self) -> bool {
        self.lifetimes.is(&other.lifetimes) && self.inner.same_as(&other.inner)
    }
}
