//! [`Budget`]: an allocator that gives no more than is allowed.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};

use crate::Account;
use crate::slack::zeroed_from;

/// Refuses what would exceed the limits of its [`Account`]; hands everything else on.
///
/// A refusal is an allocation error like any other: `map.fallible()` returns it, and the map is as
/// it was. It never reaches the wrapped allocator. Bytes are those of the layouts asked for: to
/// wrap a pool limits what its blocks hold, and to wrap the parent of a pool what it may take.
/// Over the limit, a block can always shrink or go. A clone draws on the same account.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::Budget;
///
/// let alloc = Budget::new(Global, 1000);
/// let layout = Layout::new::<[u8; 600]>();
/// let block = alloc.allocate(layout)?;
/// assert!(alloc.allocate(layout).is_err());
/// // SAFETY: `block` came from `alloc` with this very layout and is given back once.
/// unsafe { alloc.deallocate(block.cast(), layout) };
/// assert_eq!((alloc.account().bytes(), alloc.account().bytes_peak()), (0, 600));
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Budget<A> {
    inner: A,
    account: Account,
}

impl<A> Budget<A> {
    /// Wraps `inner`, with an account of its own of so many bytes.
    pub fn new(inner: A, bytes: usize) -> Self {
        Self::with_account(inner, Account::new(bytes))
    }

    /// Wraps `inner`, to draw on an account. Allocates nothing.
    pub fn with_account(inner: A, account: Account) -> Self {
        Self { inner, account }
    }

    /// The account that it draws on.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The wrapped allocator. What is asked of it directly is not limited, and a block must go back
    /// the way it came.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// A new block from `obtain`, if there is room for it.
    fn obtain(
        &self,
        layout: Layout,
        obtain: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let taken = self.account.take(layout.size(), 1)?;
        let block = obtain()?;
        taken.keep();
        Ok(exactly(block, layout))
    }

    /// A block resized by `resize`, if there is room for what it is to have more.
    fn resized(
        &self,
        (old, new): (Layout, Layout),
        resize: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let taken = self.account.take(new.size().saturating_sub(old.size()), 0)?;
        let block = resize()?;
        taken.keep();
        self.account.give_back(old.size().saturating_sub(new.size()), 0);
        Ok(exactly(block, new))
    }
}

/// The block in the size that was asked for, so that it can only be given back in that size.
fn exactly(block: NonNull<[u8]>, layout: Layout) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block.cast(), layout.size())
}

// SAFETY: every block is one of `inner`, and a request that is refused leaves it, and the block it
// named, untouched.
unsafe impl<A: Allocator> Allocator for Budget<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtain(layout, || self.inner.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtain(layout, || self.inner.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.account.give_back(layout.size(), 1);
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
        self.resized((old, new), || unsafe { self.inner.grow(block, old, new) })
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
        self.resized((old, new), || unsafe { self.inner.shrink(block, old, new) })
    }
}

// SAFETY: clones share `inner` as far as `A` promises; the account has no part in a block's life.
// Neither the clone of an `Rc` nor the comparison of two unwinds.
unsafe impl<A: SharedAlloc> SharedAlloc for Budget<A> {
    fn same_as(&self, other: &Self) -> bool {
        self.account.is(&other.account) && self.inner.same_as(&other.inner)
    }
}
