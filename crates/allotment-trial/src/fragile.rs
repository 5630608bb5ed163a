//! [`Fragile`] and [`Grudging`]: allocators that panic where allocators should not.

use std::ptr::NonNull;

use allotment_core::{AllocError, Allocator, Global, Layout, SharedAlloc};

use crate::checked::Checked;
use crate::fuse::{Act, burn};

/// A [`Checked`] allocator whose handles burn a fuse as they are cloned, and another as they are
/// dropped (hazard 21). One that panics as it is dropped is dropped all the same.
pub struct Fragile {
    inner: Checked,
}

impl Fragile {
    /// With empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Checked::new())
    }

    /// A handle of an allocator whose books there are already.
    #[must_use]
    pub fn on(inner: Checked) -> Self {
        Self { inner }
    }
}

impl Default for Fragile {
    fn default() -> Self {
        Self::new()
    }
}

/// Panics if its turn has come, which is against the rules of [`SharedAlloc`]: to be armed only for
/// what asks for no more than `Clone`.
impl Clone for Fragile {
    fn clone(&self) -> Self {
        burn(Act::CloneHandle);
        Self { inner: self.inner.clone() }
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        burn(Act::DropHandle);
    }
}

// SAFETY: all calls are passed on to one allocator.
unsafe impl Allocator for Fragile {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.inner.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { self.inner.deallocate(block, layout) };
    }
}

// SAFETY: as far as the inner allocator is; a clone that unwinds is for the test to keep away.
unsafe impl SharedAlloc for Fragile {
    fn same_as(&self, other: &Self) -> bool {
        self.inner.same_as(&other.inner)
    }
}

/// Takes each block back, and then burns a fuse (hazard 21).
#[derive(Clone, Copy, Debug, Default)]
pub struct Grudging {
    is_other: bool,
}

impl Grudging {
    /// One that does not share its memory with the default one.
    #[must_use]
    pub const fn other() -> Self {
        Self { is_other: true }
    }
}

// SAFETY: every block comes from `Global` and goes back there, panic or not.
unsafe impl Allocator for Grudging {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Global.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { Global.deallocate(block, layout) };
        burn(Act::Release);
    }
}

// SAFETY: all of them are `Global`.
unsafe impl SharedAlloc for Grudging {
    fn same_as(&self, other: &Self) -> bool {
        self.is_other == other.is_other
    }
}
