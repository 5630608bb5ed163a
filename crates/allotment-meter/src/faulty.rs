//! [`Faulty`]: an allocator that fails when it is told to.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};

use crate::FaultPlan;

/// Fails or panics at the requests that its [`FaultPlan`] chooses; hands all others on.
///
/// Every call that may fail is a request: `allocate`, `grow`, `shrink` and their zeroing variants.
/// A chosen request never reaches the wrapped allocator, so that a block that was to grow or shrink
/// stays as it was. `deallocate` never fails. A clone shares the plan and the count of requests.
///
/// ```
/// use allotment_alloc::{AllocError, Allocator, Global, Layout};
/// use allotment_meter::Faulty;
///
/// let alloc = Faulty::new(Global);
/// let plan = alloc.plan();
/// plan.fail_from(0);
/// assert_eq!(alloc.allocate(Layout::new::<u64>()), Err(AllocError));
/// assert_eq!(alloc.clone().allocate(Layout::new::<u64>()), Err(AllocError));
/// assert_eq!(plan.faults(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Faulty<A> {
    inner: A,
    plan: FaultPlan,
}

impl<A> Faulty<A> {
    /// Wraps `inner`, with a plan that lets every request pass.
    pub fn new(inner: A) -> Self {
        Faulty { inner, plan: FaultPlan::new() }
    }

    /// A handle on the plan. Constant time, no allocation.
    pub fn plan(&self) -> FaultPlan {
        self.plan.clone()
    }

    /// The wrapped allocator.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// Counts a request, and refuses it if the plan says so.
    fn ask(&self) -> Result<(), AllocError> {
        if self.plan.strikes() { Err(AllocError) } else { Ok(()) }
    }
}

/// A plan that lets every request pass, over a default allocator.
impl<A: Default> Default for Faulty<A> {
    fn default() -> Self {
        Faulty::new(A::default())
    }
}

// SAFETY: every block is one of `inner`, and a request that is refused or panics leaves it, and the
// block it named, untouched.
unsafe impl<A: Allocator> Allocator for Faulty<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask()?;
        self.inner.allocate(layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask()?;
        self.inner.allocate_zeroed(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, that `block` is live, is ours and fits `layout`.
        unsafe { self.inner.deallocate(block, layout) };
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.ask()?;
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        unsafe { self.inner.grow(block, old, new) }
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.ask()?;
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        unsafe { self.inner.grow_zeroed(block, old, new) }
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.ask()?;
        // SAFETY: the caller's promise about `block`, `old` and `new`, handed on unchanged.
        unsafe { self.inner.shrink(block, old, new) }
    }
}

// SAFETY: clones share `inner` as far as `A` promises; the plan has no part in a block's life.
// Neither the clone of an `Rc` nor the comparison of two unwinds.
unsafe impl<A: SharedAlloc> SharedAlloc for Faulty<A> {
    fn same_as(&self, other: &Self) -> bool {
        self.plan.same_plan(&other.plan) && self.inner.same_as(&other.inner)
    }
}
