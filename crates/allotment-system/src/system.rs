//! [`System`]: the allocator of the platform.

use core::alloc::GlobalAlloc;
use core::ptr::{NonNull, copy_nonoverlapping, without_provenance_mut};

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};

/// The allocator of the platform, even where the program has installed another global allocator.
///
/// Has no state: all values are the same allocator. Requests for zero bytes never reach the
/// platform. Growing and shrinking ask the platform to resize the block, which often needs no copy,
/// as long as the alignment stays.
///
/// # Errors
///
/// Requests that the platform refuses give [`AllocError`]; the block at hand stays as it was.
///
/// # Examples
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_system::System;
///
/// let (old, new) = (Layout::new::<[u8; 100]>(), Layout::new::<[u8; 200]>());
/// let block = System.allocate_zeroed(old)?;
/// // SAFETY: the block is live with the layout `old`, and `new` is larger.
/// let block = unsafe { System.grow_zeroed(block.cast(), old, new) }?;
/// assert_eq!(block.len(), 200);
/// // SAFETY: all of the block is zeroed.
/// assert!(unsafe { block.as_ref() }.iter().all(|byte| *byte == 0));
/// // SAFETY: the block is live with the layout `new` and not used again.
/// unsafe { System.deallocate(block.cast(), new) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct System;

/// What the memory of a request has to contain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Any,
    Zeros,
}

impl System {
    fn request(layout: Layout, content: Content) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return without_memory(layout);
        }
        let block = match content {
            // SAFETY: the size is not zero.
            Content::Any => unsafe { std::alloc::System.alloc(layout) },
            // SAFETY: the size is not zero.
            Content::Zeros => unsafe { std::alloc::System.alloc_zeroed(layout) },
        };
        let block = NonNull::new(block).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    /// Grows or shrinks a block; what is new has the wanted content.
    ///
    /// # Safety
    ///
    /// `block` is a live block with the layout `old`. If the answer is a block, it has taken its
    /// place.
    unsafe fn resize(
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        content: Content,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old.size() == 0 {
            return Self::request(new, content);
        }
        if new.size() > 0 && new.align() == old.align() {
            // SAFETY: the block came from this allocator with `old`; the new size is not zero and
            // is that of a layout with this alignment.
            let moved = unsafe { std::alloc::System.realloc(block.as_ptr(), old, new.size()) };
            let moved = NonNull::new(moved).ok_or(AllocError)?;
            if content == Content::Zeros && new.size() > old.size() {
                // SAFETY: the block has become longer than `old`.
                let tail = unsafe { moved.add(old.size()) };
                // SAFETY: this is the rest of the block.
                unsafe { tail.write_bytes(0, new.size() - old.size()) };
            }
            return Ok(NonNull::slice_from_raw_parts(moved, new.size()));
        }
        let moved = Self::request(new, content)?;
        let len = old.size().min(new.size());
        // SAFETY: both blocks are at least this long, and they are different ones.
        unsafe { copy_nonoverlapping(block.as_ptr(), moved.cast().as_ptr(), len) };
        // SAFETY: the block came from this allocator with `old`, and the caller gives it up.
        unsafe { std::alloc::System.dealloc(block.as_ptr(), old) };
        Ok(moved)
    }
}

/// The block of a request for zero bytes: aligned, and made of nothing.
fn without_memory(layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    let dangling = NonNull::new(without_provenance_mut::<u8>(layout.align())).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(dangling, 0))
}

// SAFETY: blocks are those of the platform's allocator, which are valid until they are given back,
// or have no bytes at all. The type has no state, so moving and copying it change nothing.
unsafe impl Allocator for System {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Self::request(layout, Content::Any)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Self::request(layout, Content::Zeros)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            // SAFETY: the block came from this allocator with this layout, and has bytes.
            unsafe { std::alloc::System.dealloc(block.as_ptr(), layout) };
        }
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "a block cannot grow to fewer bytes");
        // SAFETY: the caller's promise is the same.
        unsafe { Self::resize(block, old, new, Content::Any) }
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "a block cannot grow to fewer bytes");
        // SAFETY: the caller's promise is the same.
        unsafe { Self::resize(block, old, new, Content::Zeros) }
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() <= old.size(), "a block cannot shrink to more bytes");
        // SAFETY: the caller's promise is the same.
        unsafe { Self::resize(block, old, new, Content::Any) }
    }
}

// SAFETY: `System` has no state; each of its values stands for the one allocator of the platform,
// and neither cloning nor comparing can unwind.
unsafe impl SharedAlloc for System {
    fn same_as(&self, _other: &Self) -> bool {
        true
    }
}
