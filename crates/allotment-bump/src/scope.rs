//! [`Scope`]: blocks of an arena that are given back as a whole, before the arena is.

use core::fmt;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, ArenaAlloc, Global, Layout};

use crate::bump::{Bump, Busy};
use crate::state::Mark;
use crate::stats::BumpStats;

/// An allocator whose blocks end with it, while what was in the arena before stays.
///
/// It is made by [`Bump::scope`], or by [`scope`](Scope::scope) on another scope, and is the
/// checkpoint that it goes back to when it is dropped, and at each
/// [`roll_back`](Scope::roll_back). Lend it to collections as `&scope`.
///
/// A scope borrows its arena exclusively, and there is no other handle. So nothing can be taken
/// from the arena meanwhile but through the scope, nothing from before can come back, and nothing
/// that was taken can outlive it. If a scope is forgotten, its blocks stay until the arena is
/// reset.
///
/// To keep a collection in an arena and have scratch memory beside it, make an arena over the
/// arena, `Bump::new_in(&bump)`: its chunks are blocks of the other.
///
/// # Cost
///
/// O(number of size classes) to begin, and as much to end, with one more step for each chunk that
/// came in between. The largest of these is kept for the next request that it has room for; the
/// others go back to the parent. So a loop with a scope in it soon asks for no more.
///
/// # Examples
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_bump::Bump;
///
/// let mut bump = Bump::new();
/// let kept = bump.allocate(Layout::new::<[u64; 8]>())?;
/// for _ in 0..1000 {
///     let scope = bump.scope().expect("there is one handle only");
///     for _ in 0..10 {
///         scope.allocate(Layout::new::<[u64; 32]>())?;
///     }
/// }
/// assert_eq!(bump.stats().live_blocks, 1);
/// # if cfg!(feature = "checked") { return Ok(()) }
/// assert_eq!(bump.stats().chunks, 1);
/// # let _ = kept;
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
///
/// What borrows a scope cannot outlive it:
///
/// ```compile_fail,E0505
/// use allotment_bump::Bump;
///
/// let mut bump = Bump::new();
/// let scope = bump.scope().unwrap();
/// let user = &scope;
/// drop(scope);
/// user.stats();
/// ```
///
/// and while there is one, the arena serves nobody else:
///
/// ```compile_fail,E0502
/// use allotment_bump::Bump;
///
/// let mut bump = Bump::new();
/// let scope = bump.scope().unwrap();
/// bump.clone();
/// scope.stats();
/// ```
pub struct Scope<'a, P: Allocator = Global> {
    /// Borrowed exclusively, so that no handle can be made or used meanwhile.
    bump: &'a mut Bump<P>,
    /// Made when the scope began, and gone back to when it ends.
    mark: Mark,
}

impl<P: Allocator> Bump<P> {
    /// Begins a scope: what is taken in it is given back when it ends.
    ///
    /// O(number of size classes); asks the parent for nothing.
    ///
    /// # Errors
    ///
    /// [`Busy`] if there are other handles; nothing has changed then.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Layout};
    /// use allotment_bump::Bump;
    ///
    /// let mut bump = Bump::new();
    /// let scope = bump.scope().expect("there is one handle only");
    /// scope.allocate(Layout::new::<u64>())?;
    /// drop(scope);
    /// assert_eq!(bump.stats().live_blocks, 0);
    ///
    /// let other = bump.clone();
    /// assert_eq!(bump.scope().err().map(|busy| busy.others()), Some(1));
    /// # drop(other);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn scope(&mut self) -> Result<Scope<'_, P>, Busy> {
        self.check_alone()?;
        Ok(Scope::new(self))
    }
}

impl<'a, P: Allocator> Scope<'a, P> {
    fn new(bump: &'a mut Bump<P>) -> Self {
        let mark = bump.state().mark();
        Self { bump, mark }
    }

    /// Begins a scope within this one.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Layout};
    /// use allotment_bump::Bump;
    ///
    /// let mut bump = Bump::new();
    /// let mut outer = bump.scope().unwrap();
    /// outer.allocate(Layout::new::<u64>())?;
    /// let inner = outer.scope();
    /// inner.allocate(Layout::new::<u64>())?;
    /// assert_eq!(inner.stats().live_blocks, 2);
    /// drop(inner);
    /// assert_eq!(outer.stats().live_blocks, 1);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn scope(&mut self) -> Scope<'_, P> {
        Scope::new(self.bump)
    }

    /// Gives back all that was taken since the scope began, which goes on.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Layout};
    /// use allotment_bump::Bump;
    ///
    /// let mut bump = Bump::new();
    /// let mut scope = bump.scope().unwrap();
    /// let first = scope.allocate(Layout::new::<u64>())?;
    /// scope.roll_back();
    /// let second = scope.allocate(Layout::new::<u64>())?;
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// assert_eq!(first, second);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn roll_back(&mut self) {
        let _again = Again(&*self);
        // SAFETY: the scope is borrowed exclusively, so no allocator is left through which a block
        // of it could rightfully be used; scopes in it have ended, or were forgotten.
        unsafe { self.bump.state().roll_back(&self.mark) };
    }

    /// What the arena holds at this moment, from before the scope as well.
    ///
    /// ```
    /// let mut bump = allotment_bump::Bump::new();
    /// assert_eq!(bump.scope().unwrap().stats().live_blocks, 0);
    /// ```
    pub fn stats(&self) -> BumpStats {
        self.bump.stats()
    }
}

// SAFETY: blocks are those of the arena, which the scope borrows; they stay where they are until
// the scope is dropped or borrowed exclusively. Moving it touches nothing but its own fields.
unsafe impl<P: Allocator> Allocator for Scope<'_, P> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.bump.allocate(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: passed on.
        unsafe { self.bump.deallocate(block, layout) };
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: passed on.
        unsafe { self.bump.grow(block, old, new) }
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: passed on.
        unsafe { self.bump.grow_zeroed(block, old, new) }
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: passed on.
        unsafe { self.bump.shrink(block, old, new) }
    }
}

impl<P: Allocator> ArenaAlloc for Scope<'_, P> {}

/// Goes on from the mark when it is dropped, also if the parent unwinds meanwhile: only so does the
/// end of the scope find what was free before it.
struct Again<'s, 'a, P: Allocator>(&'s Scope<'a, P>);

impl<P: Allocator> Drop for Again<'_, '_, P> {
    fn drop(&mut self) {
        self.0.bump.state().go_on(&self.0.mark);
    }
}

impl<P: Allocator> Drop for Scope<'_, P> {
    fn drop(&mut self) {
        // SAFETY: the scope ends, and with it the right to use its blocks; scopes in it have ended,
        // or were forgotten.
        unsafe { self.bump.state().roll_back(&self.mark) };
    }
}

impl<P: Allocator> fmt::Debug for Scope<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
