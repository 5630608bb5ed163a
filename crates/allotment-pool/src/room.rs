//! [`Rooms`]: stretches of chunks that were never cut, one in use and others spare.
//!
//! R1. `left` bytes from `cursor` on belong to a chunk and are used by nobody; `left` is a multiple
//!     of `LINE`. Every spare room is such a stretch too, with its size noted in it.
//! R2. The pointers reach their whole chunk.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::chunk::Space;
use crate::list::List;
use crate::size_class::{self, Class, LINE};

/// The start of a spare room, which takes less than a line.
#[repr(C)]
struct Note {
    /// The list's.
    link: Option<NonNull<u8>>,
    bytes: usize,
}

const _: () = assert!(size_of::<Note>() <= LINE && align_of::<Note>() <= LINE);

/// What is not cut into blocks yet.
pub(crate) struct Rooms {
    /// R1.
    cursor: Cell<NonNull<u8>>,
    /// R1.
    left: Cell<usize>,
    spare: List,
}

impl Rooms {
    /// No room.
    pub(crate) const fn new() -> Rooms {
        Rooms { cursor: Cell::new(NonNull::dangling()), left: Cell::new(0), spare: List::new() }
    }

    /// The bytes left of the room in use.
    #[inline]
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// Cuts a run of blocks from the room in use.
    #[inline]
    pub(crate) fn cut(&self, class: Class) -> Option<NonNull<u8>> {
        let left = size_class::carve(self.left.get(), class)?;
        let run = self.cursor.get();
        // SAFETY: R1: the run lies within what was left, so it ends with the chunk at most.
        let cursor = unsafe { run.add(self.left.get() - left) };
        self.cursor.set(cursor);
        self.left.set(left);
        Some(run)
    }

    /// Cuts blocks that lie side by side from the room in use: up to `count`, in whole runs.
    /// Returns the first one, and how many.
    #[cfg(feature = "std")]
    pub(crate) fn cut_span(&self, class: Class, count: usize) -> Option<(NonNull<u8>, usize)> {
        let run = class.run() * class.size();
        let wanted = size_class::bytes_of(class, count)?;
        let bytes = wanted.min(self.left.get() - self.left.get() % run);
        if bytes == 0 {
            return None;
        }
        let start = self.cursor.get();
        // SAFETY: R1: no more than what was left, so it ends with the chunk at most.
        let cursor = unsafe { start.add(bytes) };
        self.cursor.set(cursor);
        self.left.set(self.left.get() - bytes);
        Some((start, bytes / class.size()))
    }

    /// Makes the room in use a spare one.
    pub(crate) fn shelve(&self) {
        let bytes = self.left.take();
        if bytes > 0 {
            // SAFETY: R1, R2 held for the room in use, which it is no longer.
            unsafe { self.store(Space { start: self.cursor.get(), bytes }) };
        }
    }

    /// Adds a spare room, which is the next one.
    ///
    /// # Safety
    ///
    /// R1 and R2 hold for the room, and it has a line at least.
    pub(crate) unsafe fn store(&self, room: Space) {
        let note = Note { link: None, bytes: room.bytes };
        // SAFETY: R1: nobody uses the room, and a line has space for a note.
        unsafe { room.start.cast::<Note>().write(note) };
        // SAFETY: L1, by R1; the link is the first word of the note.
        unsafe { self.spare.push(room.start) };
    }

    /// Goes on to a spare room, when nothing is left of the one in use. Whether there was one.
    pub(crate) fn go_on(&self) -> bool {
        debug_assert_eq!(self.left.get(), 0, "what is left would be lost");
        let Some(start) = self.spare.pop() else { return false };
        // SAFETY: R1: it was on the list.
        self.left.set(unsafe { bytes_of(start) });
        self.cursor.set(start);
        true
    }

    /// Whether there are spare rooms.
    pub(crate) fn has_spare(&self) -> bool {
        !self.spare.is_empty()
    }

    /// Calls `each` with the spare rooms at ascending addresses.
    pub(crate) fn for_each_spare(&self, mut each: impl FnMut(Space)) {
        self.spare.sort();
        for start in self.spare.iter() {
            // SAFETY: R1: it is on the list.
            each(Space { start, bytes: unsafe { bytes_of(start) } });
        }
    }

    /// Gives up the spare rooms that `keep` refuses.
    pub(crate) fn retain_spare(&self, keep: impl FnMut(NonNull<u8>) -> bool) {
        self.spare.retain(keep);
    }
}

/// The size of a spare room.
///
/// # Safety
///
/// [`Rooms::store`] noted it in the room, which nobody has used since.
unsafe fn bytes_of(spare: NonNull<u8>) -> usize {
    // SAFETY: as the caller promises; the list has written to the link only.
    unsafe { spare.cast::<Note>().read() }.bytes
}
