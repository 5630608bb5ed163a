//! [`PageCache`]: pages that were read and decompressed, within a bound of bytes.

use alloc::vec::Vec;

use super::unpack::Unpacker;
use crate::layout::link::Link;
use crate::layout::page::PageHead;

/// Pages that a [`SnapshotReader`](crate::SnapshotReader) has read, checked and decompressed,
/// within a bound of bytes: those that were not used for longest go first.
///
/// One cache serves any number of readers, of one thread at a time, and gives none of them a page
/// of another. Pages of a file with another size of pages take the place of all that is there, and
/// so do those of one with so many more that the cache must grow: it has room for as many as the
/// file has, within the bound.
///
/// ```
/// use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
///
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, (0..100_000_u64).map(|n| (n, n * n)))?;
///
/// let squares = SnapshotReader::<u64, u64, _>::open(bytes)?;
/// let mut cache = PageCache::new(64 << 10);
/// for key in 0..100 {
///     assert_eq!(squares.get(&mut cache, &key)?, Some(key * key));
/// }
/// // One page a level.
/// assert_eq!(cache.pages_read(), 3);
/// assert!(cache.bytes() <= 64 << 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PageCache {
    limit: usize,
    /// Of the files whose pages are here; 0 before the first.
    page_size: usize,
    /// How many slots a page may be in: those of one set.
    ways: usize,
    slots: Vec<Slot>,
    /// Counts what was asked for, as the time that slots were used at.
    now: u64,
    /// How many pages were read from a source.
    read: u64,
    /// A page as it is stored, where the source has it elsewhere than in memory.
    pub(crate) stored: Vec<u8>,
    pub(crate) unpacker: Unpacker,
}

/// A page, decompressed.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Of which file, and where in it. The checksum is 0 too where nothing is here.
    file: usize,
    offset: u64,
    checksum: u64,
    used: u64,
    /// Whether there is a page.
    pub(crate) head: Option<PageHead>,
    pub(crate) payload: Vec<u8>,
}

/// Slots of a set: as many pages of one set can be there at once.
const WAYS: usize = 8;

/// Slots for each page of a file, where the bound allows it. Sets do not get equally many pages:
/// with a slot for each, two sets in five would have to turn pages away. An empty slot is small.
const SLOTS_A_PAGE: usize = 4;

impl PageCache {
    /// A cache of this many bytes at most, or of one page, if that is more. Allocates nothing yet;
    /// a page that is stored, and what zstd works in, about 100 KiB, come on top.
    pub const fn new(bytes: usize) -> Self {
        Self {
            limit: bytes,
            page_size: 0,
            ways: 0,
            slots: Vec::new(),
            now: 0,
            read: 0,
            stored: Vec::new(),
            unpacker: Unpacker::new(),
        }
    }

    /// A cache of so many pages of this size.
    #[cfg(feature = "std")]
    pub(crate) const fn of_pages(count: usize, page_size: usize) -> Self {
        Self::new(count.saturating_mul(page_size + size_of::<Slot>()))
    }

    /// How many bytes of pages there are.
    pub fn bytes(&self) -> usize {
        let pages: usize = self.slots.iter().map(|slot| slot.payload.capacity()).sum();
        pages + self.slots.capacity() * size_of::<Slot>()
    }

    /// How many pages were read so far, and not found here.
    pub const fn pages_read(&self) -> u64 {
        self.read
    }

    /// Forgets all pages, and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.head = None);
    }

    /// Makes room for pages of this size, of which a file has so many.
    pub(crate) fn fit(&mut self, page_size: usize, pages: usize) {
        let bound = self.limit / (page_size + size_of::<Slot>());
        let count = bound.min(pages.saturating_mul(SLOTS_A_PAGE)).max(1);
        let ways = count.min(WAYS);
        let slots = count - count % ways;
        if self.page_size == page_size && self.slots.len() >= slots {
            return;
        }
        (self.page_size, self.ways) = (page_size, ways);
        self.slots = Vec::new();
        self.slots.reserve_exact(slots);
        self.slots.resize_with(slots, Slot::default);
    }

    /// The slot that has the page, or else the one to put it in.
    #[inline]
    pub(crate) fn find(&mut self, file: usize, link: &Link) -> Result<usize, usize> {
        self.now += 1;
        let set = set_of(file, link.checksum, self.slots.len() / self.ways) * self.ways;
        let (mut oldest, mut used) = (set, u64::MAX);
        for (at, slot) in self.slots.iter_mut().enumerate().skip(set).take(self.ways) {
            if slot.has(file, link) {
                slot.used = self.now;
                return Ok(at);
            }
            let last = if slot.head.is_some() { slot.used } else { 0 };
            if last < used {
                (oldest, used) = (at, last);
            }
        }
        self.read += 1;
        Err(oldest)
    }

    pub(crate) fn slot(&self, at: usize) -> &Slot {
        &self.slots[at]
    }

    /// The slot at `at`, with memory for a page and none in it, and what it takes to fill it.
    pub(crate) fn empty(&mut self, at: usize) -> (&mut Slot, &mut Vec<u8>, &mut Unpacker) {
        let slot = &mut self.slots[at];
        slot.head = None;
        slot.payload.clear();
        slot.payload.reserve_exact(self.page_size - PageHead::BYTES);
        slot.used = self.now;
        (slot, &mut self.stored, &mut self.unpacker)
    }
}

impl Slot {
    #[inline]
    fn has(&self, file: usize, link: &Link) -> bool {
        self.head.is_some()
            && self.offset == link.offset
            && self.checksum == link.checksum
            && self.file == file
    }

    /// From now on it is the page that the link leads to.
    pub(crate) fn fill(&mut self, file: usize, link: &Link, head: PageHead) {
        self.file = file;
        self.offset = link.offset;
        self.checksum = link.checksum;
        self.head = Some(head);
    }
}

/// Which of so many sets a page belongs to. Places in a file come at steps that are all alike, and
/// might share a few sets; checksums spread as if by chance.
#[inline]
fn set_of(file: usize, checksum: u64, sets: usize) -> usize {
    let mixed = checksum.wrapping_add((file as u64).wrapping_mul(crate::checksum::PLACE_FACTOR));
    // The high half of a product is below the number of sets.
    ((u128::from(mixed) * sets as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(offset: u64) -> Link {
        let checksum = crate::checksum::at(3, offset, &offset.to_le_bytes());
        Link { offset, stored: 512, checksum, level: 0, first: 0, end: 1 }
    }

    fn head() -> PageHead {
        PageHead { level: 0, codec: 0, count: 1, payload: 0, stored: 512, offset: 0, first: 0 }
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut cache = PageCache::new(3 * (512 + size_of::<Slot>()));
        cache.fit(512, 100);
        let mut ask = |offset| {
            let found = cache.find(7, &link(offset));
            if let Err(at) = found {
                cache.empty(at).0.fill(7, &link(offset), head());
            }
            found.is_ok()
        };
        assert_eq!([512, 1024, 1536].map(&mut ask), [false; 3]);
        assert_eq!([512, 1024, 1536, 512].map(&mut ask), [true; 4]);
        assert!(!ask(2048));
        assert_eq!([512, 1536, 2048].map(&mut ask), [true; 3]);
        assert!(!ask(1024));
        assert!(cache.find(8, &link(1024)).is_err(), "of another file");
        assert!(cache.find(7, &Link { checksum: 0, ..link(1024) }).is_err());
        assert_eq!(cache.pages_read(), 7);
        cache.clear();
        assert!(cache.find(7, &link(1024)).is_err());
    }

    #[test]
    fn the_bound_holds() {
        for limit in [0, 1, 512, 5000, 100_000] {
            let mut cache = PageCache::new(limit);
            for page_size in [512, 4096, 512] {
                cache.fit(page_size, 500);
                for page in 0..500 {
                    let page = link(page * 512);
                    if let Err(at) = cache.find(1, &page) {
                        cache.empty(at).0.fill(1, &page, head());
                    }
                }
                assert!(cache.bytes() <= limit.max(page_size + size_of::<Slot>()));
                assert!(cache.bytes() >= limit / 2, "{} of {limit}", cache.bytes());
            }
        }
    }

    #[test]
    fn memory_is_asked_for_by_the_pages_of_a_file() {
        let mut cache = PageCache::new(usize::MAX);
        cache.fit(512, 1);
        assert!(cache.bytes() <= SLOTS_A_PAGE * size_of::<Slot>());
        cache.fit(512, 100);
        let (many, most) = (cache.bytes(), 100 * SLOTS_A_PAGE * size_of::<Slot>());
        assert!((most * 9 / 10..=most).contains(&many));
        cache.fit(512, 3);
        assert_eq!(cache.bytes(), many);
    }

    #[test]
    fn a_file_that_fits_stays() {
        let pages = if cfg!(miri) { 200 } else { 10_000 };
        let mut cache = PageCache::new(usize::MAX);
        cache.fit(512, pages);
        for _ in 0..2 {
            for page in 1..=pages as u64 {
                let page = link(page * 512);
                if let Err(at) = cache.find(1, &page) {
                    cache.empty(at).0.fill(1, &page, head());
                }
            }
        }
        let again = cache.pages_read() - pages as u64;
        assert!(again <= pages as u64 / 100, "{again} of {pages} pages");
    }

    #[test]
    fn every_set_is_used() {
        for sets in [1, 2, 3, 10, 1000] {
            let mut seen = Vec::new();
            seen.resize(sets, false);
            (0..20 * sets as u64)
                .for_each(|page| seen[set_of(5, link(page).checksum, sets)] = true);
            assert!(seen.iter().filter(|seen| **seen).count() >= sets * 9 / 10);
        }
    }
}
