//! [`Forking`]: an allocator whose clones are other allocators.

use std::ptr::NonNull;

use allotment_core::{AllocError, Allocator, Layout};

use crate::checked::Checked;

/// Each clone has books of its own, and asserts that what it is given back is in them (hazard 35).
///
/// `Clone` allows that; `SharedAlloc` would not.
#[derive(Default)]
pub struct Forking {
    inner: Checked,
}

impl Forking {
    /// With empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Blocks of this one that live.
    pub fn live(&self) -> usize {
        self.inner.live()
    }
}

impl Clone for Forking {
    fn clone(&self) -> Self {
        Self::new()
    }
}

// SAFETY: all calls are passed on to one allocator, which no other handle has.
unsafe impl Allocator for Forking {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.inner.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.inner.deallocate(block, layout) };
    }
}
