//! [`Serve`]: how the methods of an allocator come down to five operations of a pool.

use core::num::NonZero;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Layout};

use crate::registry::CHECKED;
use crate::size_class::{Class, Route};

/// A pool that hands out blocks of classes, and passes large ones on.
///
/// # Safety
///
/// Blocks are live, apart, and at least as large and aligned as asked for, from the call that hands
/// them out to the one that takes them back.
pub(crate) unsafe trait Serve {
    /// Hands out a block of a class.
    fn take(&self, class: Class) -> Result<NonNull<u8>, AllocError>;

    /// Takes back a block.
    ///
    /// # Safety
    ///
    /// `block` came from [`take`](Serve::take) of this pool and class, is not used again, and
    /// reaches the whole block.
    unsafe fn give(&self, block: NonNull<u8>, class: Class);

    /// Passes a request on to the parent. The block has exactly the size that was asked for: it
    /// could not be counted right if it might come back under a larger one.
    fn take_large(&self, layout: Layout, zero: bool) -> Result<NonNull<u8>, AllocError>;

    /// Gives a large block back to the parent.
    ///
    /// # Safety
    ///
    /// `block` came from [`take_large`](Serve::take_large) or [`resize_large`](Serve::resize_large)
    /// of this pool, for `layout`, and is not used again.
    unsafe fn give_large(&self, block: NonNull<u8>, layout: Layout);

    /// Has the parent grow or shrink a large block that stays large.
    ///
    /// # Safety
    ///
    /// As for [`give_large`](Serve::give_large) with `old`, unless an error is returned.
    unsafe fn resize_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError>;

    /// `Allocator::allocate`.
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match route(layout) {
            Route::Class(class) => Ok(whole(self.take(class)?, class)),
            Route::Empty => Ok(empty(layout)),
            Route::Large => {
                let block = self.take_large(layout, false)?;
                Ok(NonNull::slice_from_raw_parts(block, layout.size()))
            }
        }
    }

    /// `Allocator::allocate_zeroed`.
    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if route(layout) == Route::Large {
            // The parent may know that its memory is zero already.
            let block = self.take_large(layout, true)?;
            return Ok(NonNull::slice_from_raw_parts(block, layout.size()));
        }
        let block = self.allocate(layout)?;
        // SAFETY: allocated just now.
        unsafe { zero_from(block, 0) };
        Ok(block)
    }

    /// `Allocator::deallocate`.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this pool, `layout` fits it, and it is not used again.
    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        match route(layout) {
            // SAFETY: all layouts that fit a block take its route, so `take` made it for this
            // class; the caller gives it up.
            Route::Class(class) => unsafe { self.give(block, class) },
            Route::Empty => {}
            // SAFETY: likewise, and a large block fits one size only.
            Route::Large => unsafe { self.give_large(block, layout) },
        }
    }

    /// `Allocator::grow` and `Allocator::shrink`: in place where the block keeps its class.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this pool, `old` fits it, and it is not used again unless an
    /// error is returned.
    #[inline]
    unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if CHECKED {
            // Always to another place, so that whoever keeps the old pointer is found out.
            // SAFETY: as the caller promises.
            return unsafe { self.relocate(block, old, new) };
        }
        match (route(old), route(new)) {
            (Route::Class(class), Route::Class(same)) if class == same => Ok(whole(block, class)),
            (Route::Large, Route::Large) => {
                // SAFETY: the route of `old` says that `take_large` or `resize_large` made it.
                let block = unsafe { self.resize_large(block, old, new) }?;
                Ok(NonNull::slice_from_raw_parts(block, new.size()))
            }
            // SAFETY: as the caller promises.
            _ => unsafe { self.relocate(block, old, new) },
        }
    }

    /// `Allocator::grow_zeroed`.
    ///
    /// # Safety
    ///
    /// As for [`resize`](Serve::resize), and `new` is not smaller.
    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "grow to a smaller size");
        // The parent's `grow_zeroed` would not do: it may keep what lies past the size that the
        // caller was told, since to the parent that belongs to the block.
        // SAFETY: as the caller promises.
        let grown = unsafe { self.resize(block, old, new) }?;
        // SAFETY: the block is at least `new.size()` long, which is at least `old.size()`.
        unsafe { zero_from(grown, old.size()) };
        Ok(grown)
    }

    /// Moves the contents of a block to a new one.
    ///
    /// # Safety
    ///
    /// As for [`resize`](Serve::resize).
    #[inline(never)]
    unsafe fn relocate(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.allocate(new)?;
        let len = old.size().min(new.size());
        // SAFETY: both blocks are live, hence apart, and at least as large as their layouts.
        unsafe { block.copy_to_nonoverlapping(moved.cast(), len) };
        // SAFETY: as the caller promises; the contents were moved.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

/// Implements `Allocator` for a handle whose method `server` gives its [`Serve`].
macro_rules! allocator_by_serve {
    (impl[$($generics:tt)*] for $handle:ty) => {
        // SAFETY: `Serve` promises that blocks are live, apart, and as large and aligned as asked
        // for until they are given back. The server lives as long as any handle, does not move
        // when a handle does, and is shared by clones.
        unsafe impl<$($generics)*> Allocator for $handle {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                self.server().allocate(layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                self.server().allocate_zeroed(layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: as the caller promises.
                unsafe { self.server().deallocate(block, layout) };
            }

            #[inline]
            unsafe fn grow(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                debug_assert!(new.size() >= old.size(), "grow to a smaller size");
                // SAFETY: as the caller promises.
                unsafe { self.server().resize(block, old, new) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: as the caller promises.
                unsafe { self.server().grow_zeroed(block, old, new) }
            }

            #[inline]
            unsafe fn shrink(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                debug_assert!(new.size() <= old.size(), "shrink to a larger size");
                // SAFETY: as the caller promises.
                unsafe { self.server().resize(block, old, new) }
            }
        }
    };
}

pub(crate) use allocator_by_serve;

/// Where a request for `layout` is served from: in the checked mode the parent, whatever its size.
#[inline]
fn route(layout: Layout) -> Route {
    match Route::of(layout.size(), layout.align()) {
        Route::Class(_) if CHECKED => Route::Large,
        route => route,
    }
}

/// A block of a class, with its size.
#[inline]
fn whole(block: NonNull<u8>, class: Class) -> NonNull<[u8]> {
    NonNull::slice_from_raw_parts(block, class.size())
}

/// A block without memory, for a request of no bytes.
fn empty(layout: Layout) -> NonNull<[u8]> {
    debug_assert_eq!(layout.size(), 0);
    // The alignment of a layout is a power of two, so the default is never taken.
    let addr = NonZero::new(layout.align()).unwrap_or(NonZero::<usize>::MIN);
    NonNull::slice_from_raw_parts(NonNull::without_provenance(addr), 0)
}

/// Overwrites a block with zeroes from byte `from` to its end.
///
/// # Safety
///
/// `block` is valid for writes, and `from` is at most its length.
#[inline]
unsafe fn zero_from(block: NonNull<[u8]>, from: usize) {
    // SAFETY: at most the end of the block.
    let tail = unsafe { block.cast::<u8>().add(from) };
    // SAFETY: the rest of the block, valid for writes.
    unsafe { tail.write_bytes(0, block.len() - from) };
}
