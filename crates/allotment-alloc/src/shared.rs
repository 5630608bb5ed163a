//! [`SharedAlloc`]: allocators whose clones are one allocator.

use crate::{Allocator, Global};

/// An allocator whose clones are the same allocator.
///
/// `Allocator + Clone` does not say that a block of one handle may be given back through another:
/// the trait of the standard library leaves it open. Operations in which nodes change owner
/// (`split_off`, for one) therefore ask for this trait, and those that only need a second,
/// independent allocator ask for `Clone`.
///
/// Implemented for [`Global`] and for shared references; backends implement it for their handles.
///
/// ```
/// use allotment_alloc::{Global, SharedAlloc};
///
/// assert!(Global.same_as(&Global));
/// ```
///
/// # Safety
///
/// - A block allocated through a handle may be deallocated, grown or shrunk through its clones.
/// - Blocks stay valid while any clone of the handle lives.
/// - [`same_as`](SharedAlloc::same_as) is `true` only for handles that stand in this relation.
/// - Neither `clone` nor `same_as` unwinds.
pub unsafe trait SharedAlloc: Allocator + Clone {
    /// Whether a block of `self` may be given back through `other`.
    ///
    /// For operations that join what two allocators hold. `false` is always a safe answer: pairs
    /// then move one at a time instead of whole nodes.
    fn same_as(&self, other: &Self) -> bool;
}

// SAFETY: `Global` has no state; each of its values stands for the one global allocator.
unsafe impl SharedAlloc for Global {
    fn same_as(&self, _other: &Self) -> bool {
        true
    }
}

// SAFETY: copied references name one allocator, which outlives them all. Two values of one type at
// one address are one value, unless the type has no size.
unsafe impl<A: Allocator> SharedAlloc for &A {
    fn same_as(&self, other: &Self) -> bool {
        size_of::<A>() != 0 && core::ptr::eq(*self, *other)
    }
}

#[cfg(test)]
mod tests {
    use core::ptr::NonNull;

    use super::*;
    use crate::{AllocError, Layout};

    /// An allocator that has an address of its own.
    struct Sized(#[allow(dead_code, reason = "gives the type a size")] u8);

    // SAFETY: it hands out nothing.
    unsafe impl Allocator for Sized {
        fn allocate(&self, _layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            Err(AllocError)
        }

        unsafe fn deallocate(&self, _block: NonNull<u8>, _layout: Layout) {}
    }

    #[test]
    fn references_to_one_allocator_are_the_same() {
        let (mine, yours) = (Sized(0), Sized(0));
        assert!(SharedAlloc::same_as(&&mine, &&mine));
        assert!(!SharedAlloc::same_as(&&mine, &&yours));
    }

    #[test]
    fn references_to_sizeless_allocators_never_count_as_the_same() {
        assert!(!SharedAlloc::same_as(&&Global, &&Global));
    }
}
