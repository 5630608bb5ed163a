//! [`Counter`]: the books of a counting allocator, and the handle that reads them.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;

use crate::size_class::{CLASSES, SizeClass, class_of, size_max};

/// What an allocator was asked for, up to one moment. See [`Counter::snapshot`].
///
/// Sizes are those of the layouts asked for: rounding inside the wrapped allocator is not in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks obtained: calls of `allocate` and `allocate_zeroed` that succeeded.
    pub requests: u64,
    /// Blocks given back.
    pub frees: u64,
    /// Blocks grown: calls of `grow` and `grow_zeroed` that succeeded.
    pub grows: u64,
    /// Blocks shrunk: calls of `shrink` that succeeded.
    pub shrinks: u64,
    /// Calls of any kind that the wrapped allocator refused.
    pub failed: u64,
    /// Bytes of all blocks obtained; a block that grew or shrank counts again, in its new size.
    pub bytes_requested: u64,
    /// Bytes held now.
    pub live_bytes: u64,
    /// Blocks held now.
    pub live_blocks: u64,
    /// The most bytes that were held at once, since the start or the last
    /// [`reset_peak`](Counter::reset_peak). A block that grows or shrinks counts once at a time, in
    /// its old size and then in its new one.
    pub peak_bytes: u64,
}

/// The books behind a counting allocator and all its clones.
pub(crate) struct Books {
    counts: Cell<Counts>,
    classes: [Cell<SizeClass>; CLASSES],
}

/// Reads the books of a [`Counting`](crate::Counting) allocator.
///
/// A counter outlives the allocator it came from, so that what a dropped map left behind can be
/// seen. Clones read the same books.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::Counting;
///
/// let alloc = Counting::new(Global);
/// let counter = alloc.counter();
/// let layout = Layout::new::<[u8; 100]>();
/// let block = alloc.allocate(layout)?;
/// let counts = counter.snapshot();
/// assert_eq!((counts.requests, counts.live_bytes), (1, 100));
///
/// let class = counter.by_size().next().unwrap();
/// assert_eq!((class.size_max, class.live), (128, 1));
/// # // SAFETY: `block` came from `alloc` with this very layout and is given back once.
/// # unsafe { alloc.deallocate(block.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone)]
pub struct Counter {
    books: Rc<Books>,
}

/// Empty books. Takes one block from the global heap.
impl Default for Counter {
    fn default() -> Self {
        Counter {
            books: Rc::new(Books {
                counts: Cell::default(),
                classes: core::array::from_fn(|index| {
                    Cell::new(SizeClass { size_max: size_max(index), requests: 0, live: 0 })
                }),
            }),
        }
    }
}

impl Counter {
    /// Empty books, for [`Counting::with_counter`](crate::Counting::with_counter).
    ///
    /// Takes one block from the global heap.
    pub fn new() -> Self {
        Self::default()
    }

    /// The counts as they stand. Takes constant time, allocates nothing.
    pub fn snapshot(&self) -> Counts {
        self.books.counts.get()
    }

    /// Lowers the peak to what is held now. Takes constant time, allocates nothing.
    ///
    /// ```
    /// use allotment_alloc::{Allocator, Global, Layout};
    /// use allotment_meter::Counting;
    ///
    /// let alloc = Counting::new(Global);
    /// let counter = alloc.counter();
    /// let layout = Layout::new::<u64>();
    /// let block = alloc.allocate(layout)?;
    /// // SAFETY: `block` came from `alloc` with this very layout and is given back once.
    /// unsafe { alloc.deallocate(block.cast(), layout) };
    /// assert_eq!(counter.snapshot().peak_bytes, 8);
    /// counter.reset_peak();
    /// assert_eq!(counter.snapshot().peak_bytes, 0);
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    pub fn reset_peak(&self) {
        self.edit(|counts| counts.peak_bytes = counts.live_bytes);
    }

    /// The counts by block size, smallest first; sizes that were never asked for are left out.
    ///
    /// Takes time linear in the number of classes, about a hundred, and allocates nothing.
    pub fn by_size(&self) -> impl Iterator<Item = SizeClass> + '_ {
        self.books.classes.iter().map(Cell::get).filter(|class| class.requests != 0)
    }

    /// Whether both read the same books.
    pub(crate) fn same_books(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.books, &other.books)
    }

    /// Enters a block obtained.
    pub(crate) fn obtained(&self, size: usize) {
        self.edit(|counts| counts.requests += 1);
        self.enter(size);
    }

    /// Enters a block given back.
    pub(crate) fn freed(&self, size: usize) {
        self.edit(|counts| counts.frees += 1);
        self.leave(size);
    }

    /// Enters a block that grew.
    pub(crate) fn grown(&self, old_size: usize, new_size: usize) {
        self.edit(|counts| counts.grows += 1);
        self.leave(old_size);
        self.enter(new_size);
    }

    /// Enters a block that shrank.
    pub(crate) fn shrunk(&self, old_size: usize, new_size: usize) {
        self.edit(|counts| counts.shrinks += 1);
        self.leave(old_size);
        self.enter(new_size);
    }

    /// Enters a call that was refused.
    pub(crate) fn refused(&self) {
        self.edit(|counts| counts.failed += 1);
    }

    /// A block of `size` bytes begins to live.
    fn enter(&self, size: usize) {
        self.edit(|counts| {
            counts.bytes_requested += size as u64;
            counts.live_bytes += size as u64;
            counts.live_blocks += 1;
            counts.peak_bytes = counts.peak_bytes.max(counts.live_bytes);
        });
        self.edit_class(size, |class| {
            class.requests += 1;
            class.live += 1;
        });
    }

    /// A block of `size` bytes ceases to live. That it lived is what `deallocate` demands.
    fn leave(&self, size: usize) {
        self.edit(|counts| {
            counts.live_bytes -= size as u64;
            counts.live_blocks -= 1;
        });
        self.edit_class(size, |class| class.live -= 1);
    }

    fn edit(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.books.counts.get();
        change(&mut counts);
        self.books.counts.set(counts);
    }

    fn edit_class(&self, size: usize, change: impl FnOnce(&mut SizeClass)) {
        let cell = &self.books.classes[class_of(size)];
        let mut class = cell.get();
        change(&mut class);
        cell.set(class);
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.snapshot()).finish()
    }
}
