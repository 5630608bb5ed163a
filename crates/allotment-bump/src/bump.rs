//! [`Bump`]: the handle of an arena, and the allocator it is.

extern crate alloc;

use alloc::alloc::handle_alloc_error;
use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroUsize;
use core::ptr::{NonNull, copy_nonoverlapping, without_provenance_mut};

use allotment_alloc::{AllocError, Allocator, ArenaAlloc, Global, Layout, SharedAlloc};

use crate::arithmetic::footprint::Footprint;
use crate::chunk::Chunk;
use crate::registry::CHECKED;
use crate::state::State;
use crate::stats::BumpStats;

/// A bump arena: blocks are cut one behind the other from chunks that a parent allocator gives.
///
/// A `Bump` is a handle of one word. Its clones are the same arena, which goes back to the parent,
/// chunk by chunk, with the last of them. Where a lifetime is no burden, lend it instead: a `&Bump`
/// is an allocator too, and [`reset`](Bump::reset) is then possible between two uses.
///
/// Blocks never move by themselves. A block given back is used again: the last one at once, and
/// any of up to 32 KiB, aligned to 64 bytes at most, by the next request of its size class. So a
/// collection of steady size does not grow the arena, however long it churns. A larger block waits
/// for `reset` or for the end. A [`scope`](Bump::scope) gives back all that was taken in it.
///
/// The arena never drops values. A collection drops what it holds when it is dropped itself; if it
/// is forgotten, its memory comes back with the arena and its values' destructors never run.
///
/// The handle belongs to one thread: it is neither `Send` nor `Sync`.
///
/// # Cost
///
/// Taking and giving back are O(1), apart from asking the parent for a chunk. Chunks grow from
/// 4 KiB to 2 MiB by doubling; a larger request gets a chunk of its own. A new arena asks its
/// parent for one block of less than 1 KiB, the state that the handles share.
///
/// # Errors
///
/// If the parent has no memory, requests give [`AllocError`] and the arena stays as it was. The
/// same holds for requests that no address space can hold.
///
/// # Examples
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_bump::Bump;
///
/// let bump = Bump::new();
/// let layout = Layout::new::<[u64; 62]>();
/// let first = bump.allocate(layout)?;
/// let second = bump.clone().allocate(layout)?;
///
/// // SAFETY: the block is from this arena, with this layout, and is not used again.
/// unsafe { bump.deallocate(first.cast(), layout) };
/// let third = bump.allocate(layout)?;
/// # if cfg!(feature = "checked") { return Ok(()) }
/// assert_eq!(third, first);
/// assert_ne!(third, second);
/// assert_eq!(bump.stats().chunks, 1);
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Bump<P: Allocator = Global> {
    /// H1: alive while `handles` counts this handle.
    state: NonNull<State<P>>,
    /// The last handle drops the parent.
    owns: PhantomData<State<P>>,
}

impl Bump {
    /// Makes an arena over the global allocator.
    ///
    /// Asks for one small block; chunks follow with the first request.
    ///
    /// # Aborts
    ///
    /// Calls [`handle_alloc_error`] if there is no memory; see [`try_new_in`](Bump::try_new_in).
    ///
    /// ```
    /// use allotment_bump::Bump;
    ///
    /// assert_eq!(Bump::new().stats().chunks, 0);
    /// ```
    pub fn new() -> Self {
        Self::new_in(Global)
    }

    /// Makes an arena over the global allocator whose first chunk has room for `bytes` bytes.
    ///
    /// See [`with_capacity_in`](Bump::with_capacity_in).
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
    /// use allotment_bump::Bump;
    ///
    /// assert!(Bump::with_capacity(100_000).stats().idle_bytes >= 100_000);
    /// ```
    pub fn with_capacity(bytes: usize) -> Self {
        Self::with_capacity_in(bytes, Global)
    }
}

impl<P: Allocator> Bump<P> {
    /// Makes an arena over `parent`.
    ///
    /// Asks the parent for one small block; chunks follow with the first request.
    ///
    /// # Aborts
    ///
    /// Calls [`handle_alloc_error`] if there is no memory; see [`try_new_in`](Bump::try_new_in).
    ///
    /// ```
    /// use allotment_alloc::Global;
    /// use allotment_bump::Bump;
    ///
    /// let bump = Bump::new_in(Global);
    /// assert_eq!(bump.stats().parent_requests, 1);
    /// ```
    pub fn new_in(parent: P) -> Self {
        match Self::try_new_in(parent) {
            Ok(bump) => bump,
            Err(AllocError) => handle_alloc_error(Layout::new::<State<P>>()),
        }
    }

    /// Makes an arena over `parent`, or says that there is no memory for it.
    ///
    /// # Errors
    ///
    /// [`AllocError`] if the parent refuses the one small block that a new arena needs.
    ///
    /// ```
    /// use allotment_alloc::Global;
    /// use allotment_bump::Bump;
    ///
    /// let bump = Bump::try_new_in(Global)?;
    /// assert_eq!(bump.stats().live_blocks, 0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn try_new_in(parent: P) -> Result<Self, AllocError> {
        Ok(Self { state: State::create(parent)?, owns: PhantomData })
    }

    /// Makes an arena over `parent` whose first chunk has room for `bytes` bytes.
    ///
    /// Each block takes its size rounded up to its class: to 16 bytes up to 48, to 64 bytes above,
    /// and by at most an eighth above 2 KiB.
    ///
    /// # Panics
    ///
    /// If no address space can hold `bytes`.
    ///
    /// # Aborts
    ///
    /// Calls [`handle_alloc_error`] if there is no memory.
    ///
    /// ```
    /// # if cfg!(feature = "checked") { return }
    /// use allotment_alloc::Global;
    /// use allotment_bump::Bump;
    ///
    /// let bump = Bump::with_capacity_in(1 << 20, Global);
    /// assert_eq!(bump.stats().chunks, 1);
    /// ```
    pub fn with_capacity_in(bytes: usize, parent: P) -> Self {
        match Self::try_with_capacity_in(bytes, parent) {
            Ok(bump) => bump,
            Err(AllocError) => match Chunk::layout(bytes) {
                Some(layout) => handle_alloc_error(layout),
                None => panic!("capacity overflow"),
            },
        }
    }

    /// Like [`with_capacity_in`](Bump::with_capacity_in), but says when there is no memory.
    ///
    /// # Errors
    ///
    /// [`AllocError`] if the parent refuses, or if no address space can hold `bytes`.
    ///
    /// ```
    /// use allotment_alloc::Global;
    /// use allotment_bump::Bump;
    ///
    /// assert!(Bump::try_with_capacity_in(1000, Global).is_ok());
    /// assert!(Bump::try_with_capacity_in(usize::MAX, Global).is_err());
    /// ```
    pub fn try_with_capacity_in(bytes: usize, parent: P) -> Result<Self, AllocError> {
        let bump = Self::try_new_in(parent)?;
        if bytes > 0 {
            bump.state().reserve(bytes)?;
        }
        Ok(bump)
    }

    /// The allocator that the chunks come from.
    ///
    /// ```
    /// use allotment_alloc::{Global, SharedAlloc};
    /// use allotment_bump::Bump;
    ///
    /// assert!(Bump::new().parent().same_as(&Global));
    /// ```
    pub fn parent(&self) -> &P {
        self.state().parent()
    }

    /// What the arena holds at this moment. O(1), allocates nothing.
    ///
    /// ```
    /// use allotment_bump::Bump;
    ///
    /// let stats = Bump::new().stats();
    /// assert_eq!((stats.live_bytes, stats.idle_bytes, stats.chunks), (0, 0, 0));
    /// println!("{stats}");
    /// ```
    pub fn stats(&self) -> BumpStats {
        self.state().stats()
    }

    /// Gives all blocks back at once. Keeps the largest chunk and returns the others to the parent.
    ///
    /// The counters of [`stats`](Bump::stats) that only ever rise go on. O(number of chunks).
    ///
    /// Why this is safe to call: as the only handle, borrowed exclusively, it can do no more than
    /// `*bump = Bump::new()` does, which ends all blocks as well. A collection over `&Bump` keeps
    /// the borrow alive, so the compiler refuses the call; a collection over a clone is a second
    /// handle, so the arena refuses it; a collection that owns this very handle lends it out by
    /// shared reference only.
    ///
    /// # Errors
    ///
    /// [`Busy`] if there are other handles; nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Layout};
    /// use allotment_bump::Bump;
    ///
    /// let mut bump = Bump::new();
    /// for _ in 0..1000 {
    ///     bump.allocate(Layout::new::<[u64; 8]>())?;
    /// }
    /// let other = bump.clone();
    /// assert!(bump.reset().is_err());
    /// drop(other);
    /// assert!(bump.reset().is_ok());
    /// # if cfg!(feature = "checked") { return Ok(()) }
    /// assert_eq!((bump.stats().live_blocks, bump.stats().chunks), (0, 1));
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    ///
    /// What borrows the arena cannot outlive a reset:
    ///
    /// ```compile_fail,E0502
    /// use allotment_bump::Bump;
    ///
    /// let mut bump = Bump::new();
    /// let user = &bump;
    /// bump.reset().unwrap();
    /// user.stats();
    /// ```
    pub fn reset(&mut self) -> Result<(), Busy> {
        self.check_alone()?;
        // SAFETY: this is the only handle and it is borrowed exclusively, so no allocator is left
        // through which a block could rightfully be used; the text above says it at length.
        unsafe { self.state().reset() };
        Ok(())
    }

    /// Whether this is the only handle.
    pub(crate) fn check_alone(&self) -> Result<(), Busy> {
        let others = self.state().handles() - 1;
        if others > 0 { Err(Busy { others }) } else { Ok(()) }
    }

    pub(crate) fn state(&self) -> &State<P> {
        // SAFETY: H1.
        unsafe { self.state.as_ref() }
    }

    /// Grows or shrinks a block: in place where that is possible, else by a copy.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this arena with the layout `old`. If the answer is a block, it
    /// has taken its place.
    unsafe fn resize(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let Some(old_size) = NonZeroUsize::new(old.size()) else {
            return self.allocate(new);
        };
        let Some(new_size) = NonZeroUsize::new(new.size()) else {
            // SAFETY: the caller gives the block up.
            unsafe { self.deallocate(block, old) };
            return without_memory(new);
        };
        if CHECKED {
            // Always to another place, so that whoever keeps the old pointer is found out.
            // SAFETY: passed on.
            return unsafe { self.relocate(block, old, new) };
        }
        let state = self.state();
        let old_print = Footprint::of(old_size, old.align()).ok_or(AllocError)?;
        let new_print = Footprint::of(new_size, new.align()).ok_or(AllocError)?;
        // SAFETY: the block is live and its footprint follows from its layout.
        if let Some(block) = unsafe { state.refit(block, old_print, new_print) } {
            state.tally.block_resized(old.size(), new.size());
            return Ok(NonNull::slice_from_raw_parts(block, new.size()));
        }
        // SAFETY: passed on.
        unsafe { self.relocate(block, old, new) }
    }

    /// Moves the contents of a block to a new one.
    ///
    /// # Safety
    ///
    /// As for [`resize`](Self::resize).
    unsafe fn relocate(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.allocate(new)?;
        let (from, to) = (block.as_ptr(), moved.cast::<u8>().as_ptr());
        // SAFETY: both blocks are at least this long, and they are different ones.
        unsafe { copy_nonoverlapping(from, to, old.size().min(new.size())) };
        // SAFETY: the caller gives the block up.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

/// The block of a request for zero bytes: aligned, and made of nothing.
fn without_memory(layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    let dangling = NonNull::new(without_provenance_mut::<u8>(layout.align())).ok_or(AllocError)?;
    Ok(NonNull::slice_from_raw_parts(dangling, 0))
}

// SAFETY: blocks are disjoint, sized and aligned for their layouts (S2). They stay where they are
// until the last handle is dropped or the only one is reset; moving or cloning a handle does not
// touch the state they live in. Giving back and resizing go by the layout alone.
unsafe impl<P: Allocator> Allocator for Bump<P> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let Some(size) = NonZeroUsize::new(layout.size()) else {
            return without_memory(layout);
        };
        let state = self.state();
        if CHECKED {
            let block = state.take_checked(layout)?;
            return Ok(NonNull::slice_from_raw_parts(block, layout.size()));
        }
        let footprint = Footprint::of(size, layout.align()).ok_or(AllocError)?;
        let block = state.take(footprint)?;
        state.tally.block_taken(layout.size());
        Ok(NonNull::slice_from_raw_parts(block, layout.size()))
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let Some(size) = NonZeroUsize::new(layout.size()) else {
            return;
        };
        if CHECKED {
            // SAFETY: passed on.
            return unsafe { self.state().release_checked(block, layout) };
        }
        let Some(footprint) = Footprint::of(size, layout.align()) else {
            debug_assert!(false, "no block of such a layout was ever handed out");
            return;
        };
        let state = self.state();
        state.tally.block_released(layout.size());
        // SAFETY: the caller gives up a block that was handed out for this layout, and so has this
        // footprint.
        unsafe { state.release(block, footprint) };
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() >= old.size(), "a block cannot grow to fewer bytes");
        // SAFETY: the caller's promise is the same.
        unsafe { self.resize(block, old, new) }
    }

    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: the caller's promise is the same.
        let grown = unsafe { self.grow(block, old, new) }?;
        // SAFETY: the block has become as long as `new`, which is at least as long as `old`.
        let tail = unsafe { grown.cast::<u8>().add(old.size()) };
        // SAFETY: as above.
        unsafe { tail.write_bytes(0, new.size() - old.size()) };
        Ok(grown)
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        debug_assert!(new.size() <= old.size(), "a block cannot shrink to more bytes");
        // SAFETY: the caller's promise is the same.
        unsafe { self.resize(block, old, new) }
    }
}

// SAFETY: all clones of a handle lead to one state, which lives as long as any of them does and
// which `same_as` compares by its address. Neither cloning nor comparing can unwind.
unsafe impl<P: Allocator> SharedAlloc for Bump<P> {
    fn same_as(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

impl<P: Allocator> ArenaAlloc for Bump<P> {}

impl<P: Allocator> Clone for Bump<P> {
    /// Another handle of the same arena. O(1), allocates nothing.
    fn clone(&self) -> Self {
        self.state().enter();
        Self { state: self.state, owns: PhantomData }
    }
}

impl<P: Allocator + Default> Default for Bump<P> {
    /// A new arena; see [`Bump::new_in`].
    fn default() -> Self {
        Self::new_in(P::default())
    }
}

impl<P: Allocator> fmt::Debug for Bump<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bump")
            .field("handles", &self.state().handles())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

impl<P: Allocator> Drop for Bump<P> {
    fn drop(&mut self) {
        if self.state().leave() {
            // SAFETY: the state is alive (H1), and with its last handle nobody uses it any more.
            unsafe { State::destroy(self.state) };
        }
    }
}

/// A reset or a scope was refused: the arena has other handles, whose blocks it would have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    others: usize,
}

impl Busy {
    /// How many other handles there are.
    pub const fn others(&self) -> usize {
        self.others
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the arena has other handles: {}", self.others)
    }
}

impl core::error::Error for Busy {}
