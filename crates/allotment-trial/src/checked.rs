//! [`Checked`]: an allocator that holds its user to every letter of the contract.

use std::alloc::{alloc, dealloc};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;
use std::rc::Rc;

use allotment_core::{AllocError, Allocator, Layout, SharedAlloc};

/// Bytes that every block has beyond those asked for.
const SURPLUS: usize = 24;

#[derive(Default)]
struct Books {
    /// The layout of each live block, by address.
    blocks: RefCell<HashMap<usize, Layout>>,
    clones: Cell<usize>,
}

/// Asserts, of each block given back, that it is live, its own, and comes with the layout that it
/// was asked for with (hazards 3 and 32), and of each request that it has a size (hazard 37).
///
/// Blocks are aligned as asked and no better (hazard 2), larger than asked (hazard 4) and full of
/// 0xA5 before and after their life (hazard 6). Clones are the same allocator. The last one asserts
/// that no block is left: a map must outlive neither it nor its nodes (hazard 31).
#[derive(Default)]
pub struct Checked {
    books: Rc<Books>,
}

impl Checked {
    /// With empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Blocks that live.
    pub fn live(&self) -> usize {
        self.books.blocks.borrow().len()
    }

    /// Address and size of each block that lives, by address.
    pub fn blocks(&self) -> Vec<(usize, usize)> {
        let blocks = self.books.blocks.borrow();
        let mut blocks: Vec<_> = blocks.iter().map(|(at, layout)| (*at, layout.size())).collect();
        blocks.sort_unstable();
        blocks
    }

    /// Handles that exist, this one included.
    pub fn handles(&self) -> usize {
        Rc::strong_count(&self.books)
    }

    /// How often a handle has been cloned.
    pub fn clones(&self) -> usize {
        self.books.clones.get()
    }
}

impl Clone for Checked {
    fn clone(&self) -> Self {
        self.books.clones.set(self.books.clones.get() + 1);
        Self { books: Rc::clone(&self.books) }
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        if self.handles() == 1 && !std::thread::panicking() {
            assert_eq!(self.live(), 0, "blocks outlive their allocator");
        }
    }
}

/// The block behind a block: twice as aligned, and with room for the shift to an odd multiple.
fn outer(layout: Layout) -> Layout {
    let size = layout.align() + layout.size() + SURPLUS;
    Layout::from_size_align(size, layout.align() * 2).expect("test blocks are small")
}

// SAFETY: each block lies in one of its own from the global allocator, `align` bytes after its
// beginning, and stays there until it is given back, whichever handle asked for it.
unsafe impl Allocator for Checked {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(layout.size() > 0, "a request without size");
        let outer = outer(layout);
        // SAFETY: the size is not 0.
        let base = unsafe { alloc(outer) };
        if base.is_null() {
            return Err(AllocError);
        }
        // SAFETY: `outer.size()` bytes begin there.
        unsafe { base.write_bytes(0xA5, outer.size()) };
        let block = NonNull::new(base.wrapping_add(layout.align())).ok_or(AllocError)?;
        assert!(block.addr().get() % (layout.align() * 2) != 0);
        let old = self.books.blocks.borrow_mut().insert(block.addr().get(), layout);
        assert!(old.is_none());
        Ok(NonNull::slice_from_raw_parts(block, layout.size() + SURPLUS))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let asked = self.books.blocks.borrow_mut().remove(&block.addr().get());
        assert_eq!(asked, Some(layout), "a block that is not live here, or not with this layout");
        let (base, outer) = (block.as_ptr().wrapping_sub(layout.align()), outer(layout));
        // SAFETY: `allocate` took `outer.size()` bytes there, and the books say they are live.
        unsafe { base.write_bytes(0xA5, outer.size()) };
        // SAFETY: as above, and with the same layout.
        unsafe { dealloc(base, outer) };
    }
}

// SAFETY: clones share the books, which decide what may be given back, and blocks depend on no
// handle. Neither the clone of an `Rc` nor the comparison of two unwinds.
unsafe impl SharedAlloc for Checked {
    fn same_as(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.books, &other.books)
    }
}
