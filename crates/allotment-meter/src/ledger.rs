//! [`Ledger`]: an allocator that knows each of its blocks by name.

use alloc::rc::Rc;
use core::fmt;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};

use crate::Book;
use crate::slack::zeroed_from;

/// Enters each block of the allocator it wraps in a [`Book`]: what is live, since when, and what
/// was noted about it.
///
/// A block that is given back twice, or that never came from here, goes no further: it is entered
/// as a misuse and otherwise ignored. One with another layout goes back with its own. A request to
/// resize what is not there fails. Blocks of no bytes are handed on and not entered: all of them
/// may be in one place.
///
/// The book is a hash table on the global heap, never in the allocator that is watched; an entry
/// for each address ever seen. For tests and for hunting: each call costs a look-up in that table.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::{Ledger, Misuse};
///
/// let alloc = Ledger::new(Global);
/// let book = alloc.book();
/// let layout = Layout::new::<u64>();
/// let block = alloc.allocate(layout)?.cast::<u8>();
/// assert_eq!(book.live()[0].layout, layout);
/// // SAFETY: a ledger hands on no block that is not live.
/// unsafe { alloc.deallocate(block, layout) };
/// // SAFETY: as above.
/// unsafe { alloc.deallocate(block, layout) };
/// assert_eq!(book.misuses(), [Misuse::Twice { address: block.addr().get() }]);
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Ledger<A, T = ()> {
    inner: A,
    book: Book<T>,
    note: Rc<dyn Fn() -> T>,
}

impl<A> Ledger<A> {
    /// Wraps `inner`, with an empty book.
    pub fn new(inner: A) -> Self {
        Self::noting(inner, || ())
    }
}

impl<A, T> Ledger<A, T> {
    /// Wraps `inner`, with an empty book, and enters with each block what `note` says when it is
    /// obtained: where the program is, say, or a backtrace.
    ///
    /// ```
    /// use std::backtrace::Backtrace;
    /// use std::rc::Rc;
    ///
    /// use allotment_alloc::Global;
    /// use allotment_meter::Ledger;
    ///
    /// let alloc = Ledger::noting(Global, || Rc::new(Backtrace::force_capture()));
    /// # let _ = alloc;
    /// ```
    pub fn noting(inner: A, note: impl Fn() -> T + 'static) -> Self {
        Self { inner, book: Book::new(), note: Rc::new(note) }
    }

    /// A handle that reads the book. Constant time, no allocation.
    pub fn book(&self) -> Book<T> {
        self.book.clone()
    }

    /// The wrapped allocator. What is asked of it directly is not entered.
    pub fn inner(&self) -> &A {
        &self.inner
    }

    /// A new block from `obtain`, entered in the size that was asked for.
    fn obtained(
        &self,
        layout: Layout,
        obtain: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return obtain().map(|block| NonNull::slice_from_raw_parts(block.cast(), 0));
        }
        // Foreign code: it may panic, and there must be no block by then.
        let note = (self.note)();
        let block = obtain()?.cast::<u8>();
        self.book.enter(block.addr().get(), layout, note);
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    /// Resizes a block that is there, from the layout that it has.
    fn resized(
        &self,
        block: NonNull<u8>,
        (old, new): (Layout, Layout),
        resize: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if old.size() == 0 {
            return self.obtained(new, resize);
        }
        let address = block.addr().get();
        // What the sizes promise each other holds for the layout that was given only.
        if self.book.check(address, old) != Some(old) {
            return Err(AllocError);
        }
        let resized = resize()?.cast::<u8>();
        match new.size() {
            0 => self.book.strike(address),
            _ => self.book.amend(address, resized.addr().get(), new),
        }
        Ok(NonNull::slice_from_raw_parts(resized, new.size()))
    }
}

impl<A: Clone, T> Clone for Ledger<A, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), book: self.book.clone(), note: Rc::clone(&self.note) }
    }
}

impl<A: fmt::Debug, T> fmt::Debug for Ledger<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Ledger");
        f.field("inner", &self.inner).field("book", &self.book).finish_non_exhaustive()
    }
}

// SAFETY: every block is one of `inner`. One that is not live is never handed on, and one that is
// goes back with the layout that it was obtained with.
unsafe impl<A: Allocator, T> Allocator for Ledger<A, T> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtained(layout, || self.inner.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.obtained(layout, || self.inner.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let address = block.addr().get();
        if layout.size() == 0 {
            // SAFETY: there is nothing at the address that could go back twice.
            unsafe { self.inner.deallocate(block, layout) };
        } else if let Some(layout) = self.book.check(address, layout) {
            self.book.strike(address);
            // SAFETY: the book says that it is live and has this layout.
            unsafe { self.inner.deallocate(block, layout) };
        }
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the book says that it is live and has the old layout; the rest is the caller's.
        self.resized(block, (old, new), || unsafe { self.inner.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as for `grow`.
        let grown = unsafe { self.grow(block, old, new) }?;
        // SAFETY: just grown to the new layout, whose size is the length.
        Ok(unsafe { zeroed_from(grown, old.size()) })
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as for `grow`.
        self.resized(block, (old, new), || unsafe { self.inner.shrink(block, old, new) })
    }
}

// SAFETY: clones share `inner` as far as `A` promises, and the book, which decides what goes back.
// Neither the clones of two `Rc`s nor the comparison of two unwinds.
unsafe impl<A: SharedAlloc, T> SharedAlloc for Ledger<A, T> {
    fn same_as(&self, other: &Self) -> bool {
        self.book.is(&other.book) && self.inner.same_as(&other.inner)
    }
}
