//! Allocators of other traits as ours, and ours as theirs: one wrapper for each trait.
//!
//! The traits have the same methods and the same contract, so that a wrapper passes everything on.

use core::alloc::Layout;
use core::ptr::NonNull;

/// Passes each method of one trait on to another.
macro_rules! pass_on {
    ($name:ident: $outer:path, $outer_error:path, over $inner:path) => {
        // SAFETY: the contracts are the same, and everything is passed on as it is.
        unsafe impl<A: $inner> $outer for $name<A> {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, $outer_error> {
                self.0.allocate(layout).map_err(|_| $outer_error)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, $outer_error> {
                self.0.allocate_zeroed(layout).map_err(|_| $outer_error)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: passed on.
                unsafe { self.0.deallocate(block, layout) };
            }

            #[inline]
            unsafe fn grow(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $outer_error> {
                // SAFETY: passed on.
                unsafe { self.0.grow(block, old, new) }.map_err(|_| $outer_error)
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $outer_error> {
                // SAFETY: passed on.
                unsafe { self.0.grow_zeroed(block, old, new) }.map_err(|_| $outer_error)
            }

            #[inline]
            unsafe fn shrink(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, $outer_error> {
                // SAFETY: passed on.
                unsafe { self.0.shrink(block, old, new) }.map_err(|_| $outer_error)
            }
        }
    };
}

/// A wrapper that is an allocator of either trait around one of the other.
macro_rules! compat {
    ($(#[$doc:meta])* $name:ident: $trait:path, $error:path, $global:path) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<A>(pub A);

        pass_on! { $name: crate::Allocator, crate::AllocError, over $trait }
        pass_on! { $name: $trait, $error, over crate::Allocator }

        // SAFETY: it stands for the one global allocator. Of others nothing is known but that they
        // can be cloned.
        unsafe impl crate::SharedAlloc for $name<$global> {
            fn same_as(&self, _other: &Self) -> bool {
                true
            }
        }
    };
}

#[cfg(feature = "allocator-api2-03")]
compat! {
    /// An allocator of `allocator-api2` 0.3 as one of ours, and one of ours as one of 0.3.
    ///
    /// ```
    /// use allocator_api2_03::{alloc::Global, vec::Vec};
    /// use allotment_alloc::{Allocator, Compat03, Layout};
    ///
    /// let ours = Compat03(Global); // theirs, in our collections
    /// assert!(Allocator::allocate_zeroed(&ours, Layout::new::<[u64; 0]>()).is_ok());
    ///
    /// let mut theirs = Vec::new_in(Compat03(allotment_alloc::Global)); // ours, in theirs
    /// theirs.extend([1, 2, 3]);
    /// assert_eq!(theirs.len(), 3);
    /// ```
    Compat03: allocator_api2_03::alloc::Allocator, allocator_api2_03::alloc::AllocError,
    allocator_api2_03::alloc::Global
}

#[cfg(feature = "allocator-api2-04")]
compat! {
    /// An allocator of `allocator-api2` 0.4 as one of ours, and one of ours as one of 0.4.
    ///
    /// ```
    /// use allocator_api2_04::{alloc::Global, vec::Vec};
    /// use allotment_alloc::{Allocator, Compat04, Layout};
    ///
    /// let ours = Compat04(Global); // theirs, in our collections
    /// assert!(Allocator::allocate_zeroed(&ours, Layout::new::<[u64; 0]>()).is_ok());
    ///
    /// let mut theirs = Vec::new_in(Compat04(allotment_alloc::Global)); // ours, in theirs
    /// theirs.extend([1, 2, 3]);
    /// assert_eq!(theirs.len(), 3);
    /// ```
    Compat04: allocator_api2_04::alloc::Allocator, allocator_api2_04::alloc::AllocError,
    allocator_api2_04::alloc::Global
}

#[cfg(allotment_std_allocator)]
compat! {
    /// An allocator of the standard library's trait as one of ours, and one of ours as one of
    /// those.
    ///
    /// Only with a toolchain that has the trait, and if the flag `--cfg allotment_std_allocator`
    /// is passed to it.
    CompatStd: core::alloc::Allocator, core::alloc::AllocError,
    alloc::alloc::Global
}
