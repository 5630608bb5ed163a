//! [`Calling`]: an allocator that calls back.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use allotment_core::{AllocError, Allocator, Layout, SharedAlloc};

type Hook = Box<dyn FnMut()>;

thread_local! {
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Calls a hook of its thread before each block that it gives, and after each that it takes back
/// (hazard 36); the hook is not called from within itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calling<A> {
    inner: A,
}

impl<A> Calling<A> {
    /// Passes all requests on to `inner`.
    pub fn new(inner: A) -> Self {
        Self { inner }
    }
}

/// Has all `Calling` allocators of this thread call `hook` while `act` runs; answers how often they
/// did.
pub fn with_hook(hook: impl FnMut() + 'static, act: impl FnOnce()) -> u64 {
    HOOK.set(Some(Box::new(hook)));
    CALLS.set(0);
    act();
    drop(HOOK.take());
    CALLS.get()
}

fn call() {
    // Taken out: what the hook does may come here again.
    let Some(mut hook) = HOOK.take() else { return };
    CALLS.set(CALLS.get() + 1);
    hook();
    HOOK.set(Some(hook));
}

// SAFETY: all calls are passed on to one allocator.
unsafe impl<A: Allocator> Allocator for Calling<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        call();
        self.inner.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.inner.deallocate(block, layout) };
        call();
    }
}

// SAFETY: as far as the inner allocator is.
unsafe impl<A: SharedAlloc> SharedAlloc for Calling<A> {
    fn same_as(&self, other: &Self) -> bool {
        self.inner.same_as(&other.inner)
    }
}
