//! [`Chunks`]: the blocks of the parent that a pool cuts up, in a list through their headers.
//!
//! ```text
//! list -> | link, size, unused to 64 | space for blocks ... |
//!            '-> | link, size, unused to 64 | space for blocks ... |
//! ```
//!
//! C1. Every chunk on a list came from the parent, aligned to a `LINE` and of a size that `size`
//!     fits, starts with its [`Header`], and leaves the lists to be given back, once.
//! C2. The pointers of the lists are the parent's, unchanged; the space of a chunk is derived from
//!     them, so a block's provenance is that of its chunk.
//!
//! How blocks lie in a chunk is not this file's business.

use core::cell::Cell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::list::List;
use crate::size_class::{self, Class, HEADER, LINE};

/// The start of a chunk.
#[repr(C, align(64))]
pub(crate) struct Header {
    /// The list's.
    link: Cell<MaybeUninit<usize>>,
    /// The bytes of the chunk, header included: what the parent handed out, in whole lines.
    size: usize,
    /// Bytes that are not handed out, while a trim counts them.
    idle: Cell<usize>,
}

const _: () = assert!(size_of::<Header>() == HEADER && align_of::<Header>() == LINE);

impl Header {
    /// Adds to the bytes of the chunk that are not handed out.
    pub(crate) fn credit(&self, bytes: usize) {
        self.idle.set(self.idle.get() + bytes);
    }

    /// Whether all bytes of the chunk were credited.
    pub(crate) fn is_empty(&self) -> bool {
        self.idle.get() == self.size - HEADER
    }
}

/// A stretch of a chunk that is not cut yet.
pub(crate) struct Space {
    /// Its first byte, on a line.
    pub(crate) start: NonNull<u8>,
    /// Its size, a multiple of `LINE`.
    pub(crate) bytes: usize,
}

/// All chunks of a pool.
pub(crate) struct Chunks {
    list: List,
    /// Chunks that nothing lies in and that are about to be given back.
    doomed: List,
    count: Cell<usize>,
    bytes: Cell<usize>,
    /// The size that the youngest chunk was asked for with; 0 before the first.
    last: Cell<usize>,
}

impl Chunks {
    /// No chunks.
    pub(crate) const fn new() -> Chunks {
        Chunks {
            list: List::new(),
            doomed: List::new(),
            count: Cell::new(0),
            bytes: Cell::new(0),
            last: Cell::new(0),
        }
    }

    /// The number of chunks.
    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }

    /// The bytes of all chunks, headers included.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// The size to ask for next.
    pub(crate) fn next_size(&self) -> usize {
        size_class::next_chunk(self.last.get())
    }

    /// Asks for a chunk of `size` bytes, and of half as many and so on down to `least` while the
    /// parent is short of memory; answers with how many it gave. Both are whole lines, as is what
    /// is asked for in between: a chunk is given back as whole lines. `ask` counts a request.
    pub(crate) fn request_down_to<'a, P: Allocator + 'a>(
        ask: impl Fn() -> &'a P,
        mut size: usize,
        least: usize,
    ) -> Result<(NonNull<[u8]>, usize), AllocError> {
        loop {
            match Chunks::request(ask(), size) {
                Ok(chunk) => return Ok((chunk, size)),
                Err(error) if size == least => return Err(error),
                Err(_) => size = size_class::usable(size / 2).max(least),
            }
        }
    }

    /// Asks the parent for a chunk of `size` bytes. Changes nothing: the parent may fail, unwind or
    /// call back.
    pub(crate) fn request<P: Allocator>(
        parent: &P,
        size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        parent.allocate(Layout::from_size_align(size, LINE).map_err(|_| AllocError)?)
    }

    /// Adds a chunk that was requested with `size` bytes.
    ///
    /// # Safety
    ///
    /// `chunk` is what [`request`](Chunks::request) returned for `size`, more than a header,
    /// and was not linked before.
    pub(crate) unsafe fn link(&self, chunk: NonNull<[u8]>, size: usize) -> Space {
        let header = chunk.cast::<Header>();
        debug_assert!(header.is_aligned(), "the parent returned misaligned memory");
        debug_assert!(chunk.len() >= size, "the parent returned too little memory");
        debug_assert!(size == size_class::usable(size), "given back as less than was asked for");
        let usable = size_class::usable(chunk.len());
        let link = Cell::new(MaybeUninit::uninit());
        // SAFETY: the chunk is ours alone, aligned to a line, and larger than its header.
        unsafe { header.write(Header { link, size: usable, idle: Cell::new(0) }) };
        // SAFETY: L1: the chunk is ours, its first word is the list's.
        unsafe { self.list.push(header.cast()) };
        self.count.set(self.count.get() + 1);
        self.bytes.set(self.bytes.get() + usable);
        self.last.set(size);
        // SAFETY: C1, C2: just pushed.
        unsafe { space(header.cast()) }
    }

    /// The chunks in use, by their headers, in the order of the list.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &Header> {
        self.list.iter().map(|chunk| {
            // SAFETY: C1: a chunk on the list starts with its header, all of which that changes is
            // in cells, and stays until it is given back: the callers do not hold on to it so long.
            unsafe { chunk.cast::<Header>().as_ref() }
        })
    }

    /// Whether `block` can be a block of `class` in one of the chunks. O(chunks).
    pub(crate) fn hold(&self, block: NonNull<u8>, class: Class) -> bool {
        self.headers().any(|header| {
            let base = core::ptr::from_ref(header).addr();
            size_class::holds(base, header.size, block.addr().get(), class)
        })
    }

    /// Begins a trim: no byte is credited to any chunk, and [`finder`](Chunks::finder) may be used.
    pub(crate) fn begin_trim(&self) {
        self.list.sort();
        self.headers().for_each(|header| header.idle.set(0));
    }

    /// Finds the chunks of ascending addresses, while the chunks are sorted.
    pub(crate) fn finder<'a>(&'a self) -> impl FnMut(NonNull<u8>) -> Option<&'a Header> {
        let mut rest = self.headers().peekable();
        move |block| {
            let ends_before = |header: &&Header| {
                core::ptr::from_ref::<Header>(header).addr() + header.size <= block.addr().get()
            };
            while rest.next_if(ends_before).is_some() {}
            let header = *rest.peek()?;
            (core::ptr::from_ref(header).addr() <= block.addr().get()).then_some(header)
        }
    }

    /// Ends a trim: dooms the chunks that are empty. If that is all of them and `keep` says so, the
    /// smallest stays; its space is returned.
    ///
    /// # Safety
    ///
    /// Nothing in an empty chunk is used again, but through what is returned.
    pub(crate) unsafe fn doom_empty(&self, keep: bool) -> Option<Space> {
        let all_empty = self.headers().all(Header::is_empty);
        let smallest = self.headers().map(|header| header.size).min();
        let mut kept = None;
        self.list.retain(|chunk| {
            // SAFETY: C1: it was on the list.
            let header = unsafe { chunk.cast::<Header>().as_ref() };
            if !header.is_empty() {
                return true;
            }
            if keep && all_empty && kept.is_none() && Some(header.size) == smallest {
                kept = Some(chunk);
                return true;
            }
            // SAFETY: L1: `retain` has taken it off the list, for good.
            unsafe { self.doomed.push(chunk) };
            false
        });
        let largest = self.headers().map(|header| header.size).max();
        // What a parent gave beyond what it was asked for does not count.
        self.last.set(largest.map_or(0, |size| 1 << size.ilog2()));
        // SAFETY: C1, C2: the chunk is on the list.
        kept.map(|chunk| unsafe { space(chunk) })
    }

    /// Takes out a doomed chunk, to be given back with the layout.
    pub(crate) fn take_doomed(&self) -> Option<(NonNull<u8>, Layout)> {
        let chunk = self.doomed.pop()?;
        Some(self.part_with(chunk))
    }

    /// Takes out any chunk, to be given back with the layout.
    pub(crate) fn take_any(&self) -> Option<(NonNull<u8>, Layout)> {
        let chunk = self.doomed.pop().or_else(|| self.list.pop())?;
        Some(self.part_with(chunk))
    }

    /// Counts a chunk less, which was taken off a list.
    fn part_with(&self, chunk: NonNull<u8>) -> (NonNull<u8>, Layout) {
        // SAFETY: C1: it was on a list.
        let size = unsafe { chunk.cast::<Header>().as_ref() }.size;
        self.count.set(self.count.get() - 1);
        self.bytes.set(self.bytes.get() - size);
        // SAFETY: the parent accepted the size, or handed out more, with this alignment.
        (chunk, unsafe { Layout::from_size_align_unchecked(size, LINE) })
    }
}

/// All of a chunk but its header.
///
/// # Safety
///
/// The chunk starts with its header (C1).
unsafe fn space(chunk: NonNull<u8>) -> Space {
    // SAFETY: as the caller promises.
    let bytes = unsafe { chunk.cast::<Header>().as_ref() }.size - HEADER;
    // SAFETY: a chunk is larger than its header.
    Space { start: unsafe { chunk.add(HEADER) }, bytes }
}

#[cfg(test)]
mod tests {
    use allotment_alloc::Global;

    use super::*;
    use crate::size_class::FIRST_CHUNK;

    fn grow(chunks: &Chunks) -> (NonNull<u8>, Space) {
        let size = chunks.next_size();
        let chunk = Chunks::request(&Global, size).unwrap();
        // SAFETY: requested with this size just now.
        (chunk.cast(), unsafe { chunks.link(chunk, size) })
    }

    fn release(taken: (NonNull<u8>, Layout)) {
        let (chunk, layout) = taken;
        // SAFETY: it came from `Global`, and was taken out for this.
        unsafe { Global.deallocate(chunk, layout) };
    }

    #[test]
    fn chunks_are_linked_found_and_released() {
        let chunks = Chunks::new();
        let class = Class::all().next().unwrap();
        for count in 1..=3 {
            assert_eq!(chunks.next_size(), FIRST_CHUNK << (count - 1));
            let (chunk, space) = grow(&chunks);
            assert_eq!(chunks.count(), count);
            assert!(space.bytes.is_multiple_of(LINE));
            assert!(chunks.hold(space.start, class));
            assert!(!chunks.hold(chunk, class), "the header is no block");
        }
        assert_eq!(chunks.bytes(), FIRST_CHUNK * 7);
        while let Some(taken) = chunks.take_any() {
            release(taken);
        }
        assert_eq!((chunks.count(), chunks.bytes()), (0, 0));
    }

    #[test]
    fn empty_chunks_are_doomed_and_full_ones_stay() {
        let chunks = Chunks::new();
        let spaces = [grow(&chunks).1, grow(&chunks).1, grow(&chunks).1];
        let mut starts = spaces.each_ref().map(|space| space.start);
        starts.sort();
        chunks.begin_trim();
        let mut find = chunks.finder();
        for start in starts {
            let space = spaces.iter().find(|space| space.start == start).unwrap();
            let header = find(start).unwrap();
            assert_eq!(header.size, space.bytes + HEADER);
            let used = if start == spaces[1].start { LINE } else { 0 };
            header.credit(space.bytes - used);
        }
        drop(find);
        // SAFETY: the spaces are not used again.
        assert!(unsafe { chunks.doom_empty(true) }.is_none());
        assert_eq!(chunks.count(), 3, "doomed, not gone");
        while let Some(taken) = chunks.take_doomed() {
            release(taken);
        }
        assert_eq!((chunks.count(), chunks.bytes()), (1, FIRST_CHUNK * 2));
        assert_eq!(chunks.next_size(), FIRST_CHUNK * 4);

        chunks.begin_trim();
        chunks.headers().for_each(|header| header.credit(header.size - HEADER));
        // SAFETY: as above.
        let kept = unsafe { chunks.doom_empty(true) }.unwrap();
        assert_eq!(kept.start, spaces[1].start);
        release(chunks.take_any().unwrap());
        assert!(chunks.take_any().is_none());
    }
}
