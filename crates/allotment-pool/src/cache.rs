//! [`Cache`] and [`Depot`]: free blocks that the threads of one shard have at hand, and full
//! batches of them on the way from one shard to another.
//!
//! A1. A block in a batch was handed out by the slabs for its class, has not been given back to
//!     them, and is used by nobody. Its pointer reaches the whole block.
//!
//! A cache has two batches of each class, the one in use and one that is spare: a thread that takes
//! and gives by turns stays within them, wherever it begins.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::list::List;
use crate::poison;
use crate::size_class::{CLASSES, Class};

/// The number of blocks of a full batch: 8 KiB of them, but 64 at most.
pub(crate) fn full(class: Class) -> usize {
    (8192 / class.size()).min(64)
}

/// Free blocks of one class.
pub(crate) struct Batch {
    list: List,
    len: Cell<usize>,
}

impl Batch {
    /// No blocks.
    pub(crate) const fn new() -> Batch {
        Batch { list: List::new(), len: Cell::new(0) }
    }

    /// The number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    /// Takes a block out, as it is.
    #[inline]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let block = self.list.pop()?;
        self.len.set(self.len.get() - 1);
        Some(block)
    }

    /// Adds a block, as it is.
    ///
    /// # Safety
    ///
    /// A1 holds for `block`, and all blocks of a batch are of one class.
    #[inline]
    pub(crate) unsafe fn push(&self, block: NonNull<u8>) {
        // SAFETY: L1, by A1: a block is larger than a link.
        unsafe { self.list.push(block) };
        self.len.set(self.len.get() + 1);
    }

    /// Adds a block that may hold anything.
    ///
    /// # Safety
    ///
    /// As for [`push`](Batch::push), and the batch is of this class.
    #[inline]
    pub(crate) unsafe fn push_used(&self, block: NonNull<u8>, class: Class) {
        if cfg!(debug_assertions) {
            // SAFETY: A1: the block has the size of its class.
            unsafe { poison::fill(block, class.size()) };
        }
        // SAFETY: as the caller promises.
        unsafe { self.push(block) };
    }

    /// All blocks, taken out.
    pub(crate) fn take(&self) -> Batch {
        Batch { list: self.list.take(), len: Cell::new(self.len.take()) }
    }

    /// Replaces the blocks; those from before are lost, so there should be none.
    fn set(&self, batch: &Batch) {
        debug_assert_eq!(self.len(), 0);
        self.list.set(&batch.list);
        self.len.set(batch.len.take());
    }
}

/// The batches of one class.
struct Pair {
    in_use: Batch,
    spare: Batch,
}

/// See the file.
pub(crate) struct Cache {
    pairs: [Pair; CLASSES],
}

impl Cache {
    /// No blocks.
    pub(crate) const fn new() -> Cache {
        Cache { pairs: [const { Pair { in_use: Batch::new(), spare: Batch::new() } }; CLASSES] }
    }

    /// Takes a block out, to hand it out.
    #[inline]
    pub(crate) fn take(&self, class: Class) -> Option<NonNull<u8>> {
        let Pair { in_use, spare } = &self.pairs[class.index()];
        let block = match in_use.pop() {
            Some(block) => block,
            None => {
                in_use.set(&spare.take());
                in_use.pop()?
            }
        };
        if cfg!(debug_assertions) {
            // SAFETY: A1: what is in a batch was filled, and is nobody's.
            unsafe { poison::check(block, class.size()) };
        }
        Some(block)
    }

    /// Takes a block back. Returns the blocks that are too many then, often none.
    ///
    /// # Safety
    ///
    /// A1 holds for `block`, which is of this class.
    #[inline]
    pub(crate) unsafe fn give(&self, block: NonNull<u8>, class: Class) -> Batch {
        let Pair { in_use, spare } = &self.pairs[class.index()];
        let mut surplus = Batch::new();
        if in_use.len() >= full(class) {
            surplus = spare.take();
            spare.set(&in_use.take());
        }
        // SAFETY: as the caller promises.
        unsafe { in_use.push_used(block, class) };
        surplus
    }

    /// Takes a batch in. Returns what it replaces: none, unless another thread was faster.
    pub(crate) fn stock(&self, class: Class, batch: &Batch) -> Batch {
        let Pair { in_use, .. } = &self.pairs[class.index()];
        let surplus = in_use.take();
        in_use.set(batch);
        surplus
    }

    /// All batches of a class, taken out.
    pub(crate) fn take_all(&self, class: Class) -> [Batch; 2] {
        let Pair { in_use, spare } = &self.pairs[class.index()];
        [in_use.take(), spare.take()]
    }

    /// The number of blocks of a class.
    pub(crate) fn len(&self, class: Class) -> usize {
        let Pair { in_use, spare } = &self.pairs[class.index()];
        in_use.len() + spare.len()
    }
}

/// Full batches, each linked through its first block: a thread takes or leaves one in O(1).
pub(crate) struct Depot {
    batches: [List; CLASSES],
    lens: [Cell<usize>; CLASSES],
}

/// What the first block of a batch in the depot holds.
#[repr(C)]
struct Cover {
    /// The list's.
    link: Option<NonNull<u8>>,
    /// The other blocks of the batch.
    rest: List,
}

impl Depot {
    /// No batches.
    pub(crate) const fn new() -> Depot {
        Depot { batches: [const { List::new() }; CLASSES], lens: [const { Cell::new(0) }; CLASSES] }
    }

    /// Whether a batch of this class and length may be left here.
    pub(crate) fn suits(class: Class, len: usize) -> bool {
        len == full(class) && class.size() >= size_of::<Cover>()
    }

    /// Leaves a batch, which suits.
    pub(crate) fn put(&self, class: Class, batch: &Batch) {
        debug_assert!(Depot::suits(class, batch.len()));
        let Some(first) = batch.pop() else { return };
        let cover = Cover { link: None, rest: batch.take().list };
        // SAFETY: A1: the block is nobody's, and large enough, as it suits; it is aligned as large
        // classes are, and a class of 16 bytes or more to 8 at least.
        unsafe { first.cast::<Cover>().write(cover) };
        // SAFETY: L1, by A1; the link is the first word of the cover.
        unsafe { self.batches[class.index()].push(first) };
        self.lens[class.index()].set(self.lens[class.index()].get() + 1);
    }

    /// Takes a batch.
    pub(crate) fn take(&self, class: Class) -> Option<Batch> {
        let first = self.batches[class.index()].pop()?;
        self.lens[class.index()].set(self.lens[class.index()].get() - 1);
        // SAFETY: `put` wrote it, and only the list has written since, to the link.
        let Cover { rest, .. } = unsafe { first.cast::<Cover>().read() };
        let batch = Batch { list: rest, len: Cell::new(full(class) - 1) };
        // SAFETY: A1: the block was in the batch before.
        unsafe { batch.push_used(first, class) };
        Some(batch)
    }

    /// The number of blocks of a class.
    pub(crate) fn len(&self, class: Class) -> usize {
        self.lens[class.index()].get() * full(class)
    }
}
