//! [`allocator_by_heap`]: how the methods of an allocator come down to those of a `GlobalAlloc`.

use core::alloc::GlobalAlloc;
use core::ptr::{NonNull, copy_nonoverlapping, without_provenance_mut};

use allotment_alloc::{AllocError, Layout};

/// What the memory of a request has to contain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Any,
    Zeros,
}

/// Hands out a block; one without bytes does not come from the heap.
pub(crate) fn request(
    heap: &impl GlobalAlloc,
    layout: Layout,
    content: Content,
) -> Result<NonNull<[u8]>, AllocError> {
    if layout.size() == 0 {
        return without_memory(layout);
    }
    let block = match content {
        // SAFETY: the size is not zero.
        Content::Any => unsafe { heap.alloc(layout) },
        // SAFETY: the size is not zero.
        Content::Zeros => unsafe { heap.alloc_zeroed(layout) },
    };
    let block = NonNull::new(block).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(block, layout.size()))
}

/// Takes a block back.
///
/// # Safety
///
/// `block` is a live block of this heap with this layout, and is not used again.
pub(crate) unsafe fn give_back(heap: &impl GlobalAlloc, block: NonNull<u8>, layout: Layout) {
    if layout.size() != 0 {
        // SAFETY: the block came from this heap with this layout, and has bytes.
        unsafe { heap.dealloc(block.as_ptr(), layout) };
    }
}

/// Grows or shrinks a block; what is new has the wanted content.
///
/// # Safety
///
/// `block` is a live block of this heap with the layout `old`. If the answer is a block, it has
/// taken its place.
pub(crate) unsafe fn resize(
    heap: &impl GlobalAlloc,
    block: NonNull<u8>,
    (old, new): (Layout, Layout),
    content: Content,
) -> Result<NonNull<[u8]>, AllocError> {
    if old.size() == 0 {
        return request(heap, new, content);
    }
    if new.size() > 0 && new.align() == old.align() {
        // SAFETY: the block came from this heap with `old`; the new size is not zero and is that of
        // a layout with this alignment.
        let moved = unsafe { heap.realloc(block.as_ptr(), old, new.size()) };
        let moved = NonNull::new(moved).ok_or(AllocError)?;
        if content == Content::Zeros && new.size() > old.size() {
            // SAFETY: the block has become longer than `old`.
            let tail = unsafe { moved.add(old.size()) };
            // SAFETY: this is the rest of the block.
            unsafe { tail.write_bytes(0, new.size() - old.size()) };
        }
        return Ok(NonNull::slice_from_raw_parts(moved, new.size()));
    }
    let moved = request(heap, new, content)?;
    let len = old.size().min(new.size());
    // SAFETY: both blocks are at least this long, and they are different ones.
    unsafe { copy_nonoverlapping(block.as_ptr(), moved.cast().as_ptr(), len) };
    // SAFETY: the block came from this heap with `old`, and the caller gives it up.
    unsafe { heap.dealloc(block.as_ptr(), old) };
    Ok(moved)
}

/// The block of a request for zero bytes: aligned, and made of nothing.
fn without_memory(layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    let dangling = NonNull::new(without_provenance_mut::<u8>(layout.align())).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(dangling, 0))
}

/// Implements `Allocator` and `SharedAlloc` for a type without state that stands for a heap.
macro_rules! allocator_by_heap {
    ($handle:ident, $heap:expr) => {
        // SAFETY: blocks are those of the heap, which are valid until they are given back, or have
        // no bytes at all. The type has no state, so moving and copying it change nothing.
        unsafe impl allotment_alloc::Allocator for $handle {
            #[inline]
            fn allocate(
                &self,
                layout: allotment_alloc::Layout,
            ) -> Result<core::ptr::NonNull<[u8]>, allotment_alloc::AllocError> {
                $crate::heap::request(&$heap, layout, $crate::heap::Content::Any)
            }

            #[inline]
            fn allocate_zeroed(
                &self,
                layout: allotment_alloc::Layout,
            ) -> Result<core::ptr::NonNull<[u8]>, allotment_alloc::AllocError> {
                $crate::heap::request(&$heap, layout, $crate::heap::Content::Zeros)
            }

            #[inline]
            unsafe fn deallocate(
                &self,
                block: core::ptr::NonNull<u8>,
                layout: allotment_alloc::Layout,
            ) {
                // SAFETY: the caller's promise is the same.
                unsafe { $crate::heap::give_back(&$heap, block, layout) };
            }

            unsafe fn grow(
                &self,
                block: core::ptr::NonNull<u8>,
                old: allotment_alloc::Layout,
                new: allotment_alloc::Layout,
            ) -> Result<core::ptr::NonNull<[u8]>, allotment_alloc::AllocError> {
                debug_assert!(new.size() >= old.size(), "a block cannot grow to fewer bytes");
                let any = $crate::heap::Content::Any;
                // SAFETY: the caller's promise is the same.
                unsafe { $crate::heap::resize(&$heap, block, (old, new), any) }
            }

            unsafe fn grow_zeroed(
                &self,
                block: core::ptr::NonNull<u8>,
                old: allotment_alloc::Layout,
                new: allotment_alloc::Layout,
            ) -> Result<core::ptr::NonNull<[u8]>, allotment_alloc::AllocError> {
                debug_assert!(new.size() >= old.size(), "a block cannot grow to fewer bytes");
                let zeros = $crate::heap::Content::Zeros;
                // SAFETY: the caller's promise is the same.
                unsafe { $crate::heap::resize(&$heap, block, (old, new), zeros) }
            }

            unsafe fn shrink(
                &self,
                block: core::ptr::NonNull<u8>,
                old: allotment_alloc::Layout,
                new: allotment_alloc::Layout,
            ) -> Result<core::ptr::NonNull<[u8]>, allotment_alloc::AllocError> {
                debug_assert!(new.size() <= old.size(), "a block cannot shrink to more bytes");
                let any = $crate::heap::Content::Any;
                // SAFETY: the caller's promise is the same.
                unsafe { $crate::heap::resize(&$heap, block, (old, new), any) }
            }
        }

        // SAFETY: the type has no state; each of its values stands for the one heap, and neither
        // cloning nor comparing can unwind.
        unsafe impl allotment_alloc::SharedAlloc for $handle {
            fn same_as(&self, _other: &Self) -> bool {
                true
            }
        }
    };
}

pub(crate) use allocator_by_heap;
