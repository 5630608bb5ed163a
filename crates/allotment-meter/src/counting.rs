//! [`Counting`]: an allocator that keeps the books of the one it wraps.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};

use crate::Counter;
use crate::slack::zeroed_from;

/// Counts what is asked of the allocator it wraps.
///
/// Layouts are handed on exactly as they come, and refusals handed back. A block is reported in the
/// size that was asked for even where the wrapped allocator gave more, so that it can only be given
/// back in that size, and the bytes held are exact.
///
/// A clone shares the books; [`Counter`] reads them, also after the last allocator is gone. Making
/// one takes a block of the global heap for the books; a clone or a request takes none. Each call
/// costs a few loads and stores more than the wrapped allocator's own.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::Counting;
///
/// let alloc = Counting::new(Global);
/// let counter = alloc.counter();
/// let (small, large) = (Layout::new::<[u8; 16]>(), Layout::new::<[u8; 48]>());
/// let block = alloc.allocate(small)?;
/// // SAFETY: `block` came from `alloc` with the layout `small`, and `large` is no smaller.
/// let block = unsafe { alloc.clone().grow(block.cast(), small, large) }?;
/// // SAFETY: `block` came from a clone of `alloc` with the layout `large`, and goes back once.
/// unsafe { alloc.deallocate(block.cast(), large) };
///
/// let counts = counter.snapshot();
/// assert_eq!((counts.requests, counts.grows, counts.frees), (1, 1, 1));
/// assert_eq!((counts.live_bytes, counts.peak_bytes), (0, 48));
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Counting<A> {
    inner: A,
    counter: Counter,
}

impl<A> Counting<A> {
    /// Wraps `inner`, with empty books.
    pub fn new(inner: A) -> Self {
        Counting::with_counter(inner, Counter::new())
    }

    /// Wraps `inner`, and enters what is asked of it in the books of `counter`. Allocates nothing.
    ///
    /// Several allocators may share one counter; their counts are then summed.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Global, Layout};
    /// use allotment_meter::{Counter, Counting};
    ///
    /// let counter = Counter::new();
    /// let alloc = Counting::with_counter(Global, counter.clone());
    /// let layout = Layout::new::<u64>();
    /// let block = alloc.allocate(layout)?;
    /// assert_eq!(counter.snapshot().live_bytes, 8);
    /// # // SAFETY: `block` came from `alloc` with this very layout and is given back once.
    /// # unsafe { alloc.deallocate(block.cast(), layout) };
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn with_counter(inner: A, counter: Counter) -> Self {
        Counting { inner, counter }
    }

    /// A handle that reads the books. Constant time, no allocation.
    pub fn counter(&self) -> Counter {
        self.counter.clone()
    }

    /// The wrapped allocator. What is asked of it directly is not counted, and a block must go back
    /// the way it came.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// Enters the outcome of a call that asked for `size` bytes, and trims the block to them.
    fn settle(
        &self,
        answer: Result<NonNull<[u8]>, AllocError>,
        size: usize,
        enter: impl FnOnce(&Counter),
    ) -> Result<NonNull<[u8]>, AllocError> {
        match answer {
            Ok(block) => {
                enter(&self.counter);
                Ok(NonNull::slice_from_raw_parts(block.cast(), size))
            }
            Err(error) => {
                self.counter.refused();
                Err(error)
            }
        }
    }
}

/// New books over a default allocator.
impl<A: Default> Default for Counting<A> {
    fn default() -> Self {
        Counting::new(A::default())
    }
}

// SAFETY: every block is one of `inner`, and a block obtained here is only given back to the same
// `inner` or a clone of it. A shorter slice of the same block, of the size asked for, is as good an
// answer as the whole.
unsafe impl<A: Allocator> Allocator for Counting<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let answer = self.inner.allocate(layout);
        self.settle(answer, layout.size(), |counter| counter.obtained(layout.size()))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let answer = self.inner.allocate_zeroed(layout);
        self.settle(answer, layout.size(), |counter| counter.obtained(layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, that `block` is live, is ours and fits `layout`.
        unsafe { self.inner.deallocate(block, layout) };
        self.counter.freed(layout.size());
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let answer = unsafe { self.inner.grow(block, old, new) };
        self.settle(answer, new.size(), |counter| counter.grown(old.size(), new.size()))
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let grown = unsafe { self.grow(block, old, new) }?;
        // SAFETY: just grown to the new layout, whose size is the length.
        Ok(unsafe { zeroed_from(grown, old.size()) })
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        let answer = unsafe { self.inner.shrink(block, old, new) };
        self.settle(answer, new.size(), |counter| counter.shrunk(old.size(), new.size()))
    }
}

// SAFETY: clones share `inner` as far as `A` promises; the books have no part in a block's life.
// Neither the clone of an `Rc` nor the comparison of two unwinds.
unsafe impl<A: SharedAlloc> SharedAlloc for Counting<A> {
    /// Handles over one allocator but with different books are not the same: a block that went from
    /// one to the other would be counted in the wrong place.
    fn same_as(&self, other: &Self) -> bool {
        self.counter.same_books(&other.counter) && self.inner.same_as(&other.inner)
    }
}
