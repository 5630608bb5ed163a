//! [`Ambient`]: an allocator by default, for what is read without being told of one.

use std::cell::RefCell;
use std::ptr::NonNull;

use allotment_core::{AllocError, Allocator, Global, Layout};
use allotment_meter::{Counting, Faulty};

thread_local! {
    static AMBIENT: RefCell<Faulty<Counting<Global>>> =
        RefCell::new(Faulty::new(Counting::new(Global)));
}

/// Has `Ambient` stand for this one from now on, in this thread.
pub(crate) fn set(faulty: Faulty<Counting<Global>>) {
    AMBIENT.set(faulty);
}

/// What was set when it was made.
pub(crate) struct Ambient(Faulty<Counting<Global>>);

impl Default for Ambient {
    fn default() -> Self {
        Self(AMBIENT.with_borrow(Clone::clone))
    }
}

// SAFETY: all calls are passed on to one allocator.
unsafe impl Allocator for Ambient {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.0.deallocate(block, layout) };
    }
}
